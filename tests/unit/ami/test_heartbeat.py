"""A heartbeat proves the events login alive, or dead, and nothing else."""

from __future__ import annotations

import pytest

from callcenter.ami.heartbeat import Heartbeat

DEADLINE = 8.0


def returned(count: int, nonce: str = "n") -> dict[str, str]:
    return {"Event": "UserEvent", "UserEvent": "CallcenterHeartbeat", "Nonce": nonce, "Count": str(count)}


def test_round_trip_is_measured_from_sending_to_seeing() -> None:
    heart = Heartbeat(DEADLINE, nonce="n")
    count, headers = heart.send(10.0)
    assert headers == {"UserEvent": "CallcenterHeartbeat", "Nonce": "n", "Count": "1"}
    assert heart.see(returned(count), 10.25) == (1, 0.25)
    assert heart.last_round_trip == 0.25


def test_beat_that_comes_back_before_it_is_confirmed_is_done() -> None:
    heart = Heartbeat(DEADLINE, nonce="n")
    count, _ = heart.send(0.0)
    heart.see(returned(count), 0.001)
    heart.confirm(count, 0.002)
    assert not heart.expired(1000.0)


def test_confirmed_beat_not_seen_within_the_deadline_ends_the_login() -> None:
    heart = Heartbeat(DEADLINE)
    count, _ = heart.send(0.0)
    heart.confirm(count, 1.0)
    assert not heart.expired(1.0 + DEADLINE)
    assert heart.expired(1.001 + DEADLINE)


def test_beat_that_the_switch_never_confirmed_proves_nothing() -> None:
    heart = Heartbeat(DEADLINE)
    heart.send(0.0)
    assert not heart.expired(1000.0)


def test_withdrawn_beat_is_forgotten() -> None:
    heart = Heartbeat(DEADLINE, nonce="n")
    count, _ = heart.send(0.0)
    heart.confirm(count, 0.0)
    heart.withdraw(count)
    assert not heart.expired(1000.0)
    assert heart.see(returned(count), 1.0) is None


@pytest.mark.parametrize(
    "headers",
    [
        returned(1, nonce="guessed"),
        returned(2),
        {**returned(1), "Count": "9" * 5000},
        {**returned(1), "Count": "٣"},
        {**returned(1), "UserEvent": "Other"},
        {"UserEvent": "CallcenterHeartbeat"},
        {},
    ],
)
def test_event_that_is_not_our_beat_is_not_believed(headers: dict[str, str]) -> None:
    heart = Heartbeat(DEADLINE, nonce="n")
    heart.send(0.0)
    assert heart.see(headers, 1.0) is None
    assert heart.last_round_trip is None


def test_same_beat_is_not_seen_twice() -> None:
    heart = Heartbeat(DEADLINE, nonce="n")
    count, _ = heart.send(0.0)
    heart.see(returned(count), 1.0)
    assert heart.see(returned(count), 2.0) is None


def test_later_beat_answers_for_the_earlier_ones() -> None:
    heart = Heartbeat(DEADLINE, nonce="n")
    for at in (0.0, 1.0):
        count, _ = heart.send(at)
        heart.confirm(count, at)
    heart.see(returned(2), 2.0)
    assert not heart.expired(1000.0)


def test_deadline_stands_still_while_our_own_queue_is_full() -> None:
    heart = Heartbeat(DEADLINE)
    count, _ = heart.send(0.0)
    heart.confirm(count, 0.0)
    heart.hold()
    assert not heart.expired(1000.0)
    heart.release(1000.0)
    assert not heart.expired(1000.0 + DEADLINE)
    assert heart.expired(1000.1 + DEADLINE)


def test_release_does_not_start_the_deadline_of_an_unconfirmed_beat() -> None:
    heart = Heartbeat(DEADLINE)
    heart.send(0.0)
    heart.hold()
    heart.release(1.0)
    assert not heart.expired(1000.0)


def test_lag_is_unknown_before_the_first_beat() -> None:
    assert Heartbeat(DEADLINE).lag(1.0) is None


def test_lag_grows_while_a_beat_is_out() -> None:
    heart = Heartbeat(DEADLINE, nonce="n")
    count, _ = heart.send(0.0)
    heart.see(returned(count), 0.2)
    heart.send(2.0)
    assert heart.lag(2.1) == pytest.approx(0.2)
    assert heart.lag(5.0) == pytest.approx(3.0)


def test_each_login_has_a_nonce_of_its_own() -> None:
    assert Heartbeat(DEADLINE).send(0.0)[1]["Nonce"] != Heartbeat(DEADLINE).send(0.0)[1]["Nonce"]


def test_next_number_is_the_number_of_the_next_beat() -> None:
    heart = Heartbeat(DEADLINE)
    expected = heart.next_number
    assert heart.send(0.0)[0] == expected
