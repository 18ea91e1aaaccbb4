"""What a record says: lengths as people read them, never so short that one looks like its limit."""

from __future__ import annotations

import hashlib
from string import Formatter

import pytest

from callcenter.locale import Language
from callcenter.rules.records import texts
from callcenter.rules.records.texts import Reason, told

LANGUAGES: tuple[Language, ...] = ("en", "zh-CN")


@pytest.mark.parametrize(
    ("measured", "limit", "said"),
    [
        ("16.203418", "15", "16.2 s (limit: ring 3, 15 s)"),
        ("25", "15", "25 s (limit: ring 3, 15 s)"),
        ("15.041234", "15", "15.04 s (limit: ring 3, 15 s)"),
        ("15.000001", "15", "15.000001 s (limit: ring 3, 15 s)"),
        ("15", "15", "15 s (limit: ring 3, 15 s)"),
        ("?", "2.5", "? s (limit: ring 3, 2.5 s)"),
    ],
)
def test_length_has_the_places_that_tell_it_from_its_limit(measured: str, limit: str, said: str) -> None:
    gaps = {"measured": measured, "limit": limit, "rings": "4", "most": "3"}
    assert told(Reason("late_answer", gaps), "en") == f"the phone was answered at ring 4, after {said}"


def test_uncertainty_is_never_none_at_all_unless_it_is() -> None:
    for given, said in (("0.012345", "±0.01 s"), ("0.250001", "±0.3 s"), ("0", "±0 s")):
        assert said in told(Reason("near_limit", {"uncertainty": given}), "en")


def test_what_was_dialled_is_no_length() -> None:
    params = {"measured": "3.5", "limit": "1", "dialled": "1.2345678"}
    assert "'1.2345678'" in told(Reason("engaged", params), "en")


def test_sentences_said_otherwise_are_another_wording() -> None:
    """A filed record that the journal gives in other words would else be withdrawn as one that it does not bear out."""
    said = [told(Reason(code, gaps_of(code)), language) for language in LANGUAGES for code in sorted(texts._TEXTS)]
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
    assert (texts.WORDING, digest) == (4, "31e0ea1f7b47b06c"), "count WORDING up, and write it here with the digest"


def gaps_of(code: str) -> dict[str, str]:
    """Fill the gaps of a sentence: lengths with many places, others with their names."""
    lengths = {"measured": "12.345678", "limit": "12", "within": "0.04", "uncertainty": "0.000001"}
    names = [name for _, name, *_ in Formatter().parse(texts._TEXTS.table("en")[code]) if name]
    return {name: lengths.get(name, name) for name in names}
