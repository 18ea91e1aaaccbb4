"""What a record says: lengths as people read them, never so short that one looks like its limit."""

from __future__ import annotations

import pytest

from callcenter.rules.records.texts import Reason, told


@pytest.mark.parametrize(
    ("measured", "limit", "said"),
    [
        ("16.203418", "15", "16.2 s of ringing (limit 15 s)"),
        ("25", "15", "25 s of ringing (limit 15 s)"),
        ("15.041234", "15", "15.04 s of ringing (limit 15 s)"),
        ("15.000001", "15", "15.000001 s of ringing (limit 15 s)"),
        ("15", "15", "15 s of ringing (limit 15 s)"),
        ("?", "2.5", "? s of ringing (limit 2.5 s)"),
    ],
)
def test_length_has_the_places_that_tell_it_from_its_limit(measured: str, limit: str, said: str) -> None:
    assert told(Reason("late_answer", {"measured": measured, "limit": limit}), "en").endswith(said)


def test_uncertainty_is_never_none_at_all_unless_it_is() -> None:
    for given, said in (("0.012345", "±0.01 s"), ("0.250001", "±0.3 s"), ("0", "±0 s")):
        assert said in told(Reason("near_limit", {"uncertainty": given}), "en")


def test_what_was_dialled_is_no_length() -> None:
    params = {"measured": "3.5", "limit": "1", "dialled": "1.2345678"}
    assert "'1.2345678'" in told(Reason("engaged", params), "en")
