"""How often an address may try: a burst, then a steady drip, for a bounded number of addresses."""

from __future__ import annotations

from callcenter.domain.frame import SECOND
from callcenter.web.limits import SignInRate


def test_burst_is_allowed_once_and_then_one_at_a_time() -> None:
    rate = SignInRate(per_minute=6)
    assert [rate.wait("a", 0) for _ in range(8)] == [0] * 6 + [10 * SECOND] * 2
    assert [rate.wait("a", 10 * SECOND) for _ in range(2)] == [0, 10 * SECOND]


def test_addresses_do_not_wait_for_each_other() -> None:
    rate = SignInRate(per_minute=1)
    assert [rate.wait("a", 0), rate.wait("b", 0), rate.wait("a", 0)] == [0, 0, 60 * SECOND]


def test_minute_without_attempts_fills_the_burst_again() -> None:
    rate = SignInRate(per_minute=3)
    assert [rate.wait("a", 0) for _ in range(4)][-1] > 0
    assert [rate.wait("a", 60 * SECOND) for _ in range(4)] == [0, 0, 0, 20 * SECOND]


def test_many_addresses_take_bounded_memory() -> None:
    rate = SignInRate(per_minute=1)
    for n in range(10_500):
        rate.wait(f"address {n}", n)
    assert len(rate._used_until) == 10_000
