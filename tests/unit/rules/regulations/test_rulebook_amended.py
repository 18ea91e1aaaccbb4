"""A rulebook amended from a day on, and what it says otherwise, figure by figure."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from callcenter.errors import BadInput
from callcenter.rules.regulations.amending import amended
from callcenter.rules.regulations.difference import amount_differences, differences

BOOK: dict[str, Any] = {
    "format": 1,
    "editions": [
        {
            "version": "1",
            "from": "2026-01-01",
            "to": None,
            "figures": {"rings": 3, "queues": {"vip": {"wrap_up_seconds": 5}}},
            "promises": {"P-CHAT": {"limit_seconds": 60}},
            "violations": {
                "V-A": {"title": {"zh": "甲", "en": "A"}, "mode": "on", "points": {"from": 2, "to": 5, "by": "choice"}},
                "V-B": {"mode": "off", "figures": {"within_seconds": 3}},
            },
        }
    ],
}


def told(after: dict[str, Any], before: dict[str, Any] = BOOK) -> list[tuple[Any, ...]]:
    return [(one.part, one.code, one.name, one.old, one.new) for one in differences(before, after)]


def test_the_edition_that_holds_ends_the_day_before_and_the_next_says_what_is_otherwise() -> None:
    said = {"violations": {"V-A": {"points": {"from": 1, "to": 2, "by": "choice"}}, "V-B": {"points": 3}}}
    after = amended(BOOK, date(2026, 12, 1), "2", said)
    one, two = after["editions"]
    assert (one["to"], two["from"], two["to"], two["version"]) == ("2026-11-30", "2026-12-01", None, "2")
    assert two["figures"] == BOOK["editions"][0]["figures"]
    assert told(after) == [
        ("edition", None, "to", None, "2026-11-30"),
        ("edition", None, "new", None, "2"),
        ("violations", "V-A", "points", {"from": 2, "to": 5, "by": "choice"}, {"from": 1, "to": 2, "by": "choice"}),
        ("violations", "V-B", "points", None, 3),
    ]


def test_an_edition_that_begins_that_day_is_changed_itself_and_a_day_before_it_is_refused() -> None:
    planned = amended(BOOK, date(2026, 12, 1), "2", {"figures": {"rings": 4}})
    again = amended(planned, date(2026, 12, 1), "3", {"figures": {"rings": 5, "queues": {"vip": {}, "new": {"x": 1}}}})
    assert [one["version"] for one in again["editions"]] == ["1", "2"]
    assert told(again, planned) == [("figures", None, "rings", 4, 5), ("queues", "new", "x", None, 1)]
    with pytest.raises(BadInput, match="begins on 2026-12-01 already"):
        amended(planned, date(2026, 11, 30), "3", {})


def test_a_rulebook_that_ends_is_gone_on_with_on_the_day_after_or_before() -> None:
    ends = {"editions": [{**BOOK["editions"][0], "from": date(2026, 1, 1), "to": date(2026, 6, 30)}]}
    assert amended(ends, date(2026, 7, 1), "2", {})["editions"][0]["to"] == "2026-06-30"
    with pytest.raises(BadInput, match="ends on 2026-06-30"):
        amended(ends, date(2026, 7, 2), "2", {})


def test_titles_own_figures_and_what_is_gone_are_told() -> None:
    edition = BOOK["editions"][0]
    violations = {"V-B": {"mode": "off", "figures": {"within_seconds": 4}, "title": {"zh": "乙", "en": "B"}}}
    after = {"editions": [{**edition, "from": "2026-02-01", "violations": violations}]}
    found = differences(BOOK, after)
    assert ("edition", None, "from", "2026-01-01", "2026-02-01") in told(after)
    assert {one.name: (one.old, one.new) for one in found if one.code == "V-B"} == {
        "figures.within_seconds": (3, 4),
        "title.zh": (None, "乙"),
        "title.en": (None, "B"),
    }
    assert {(one.name, one.en, one.new) for one in found if one.code == "V-A"} == {
        ("title.zh", "A", None),
        ("title.en", "A", None),
        ("mode", "A", None),
        ("points", "A", None),
    }
    assert told({"editions": []}) == [("edition", None, "gone", "1", None)]


def test_amounts_are_told_by_name() -> None:
    found = amount_differences({"from": "2026-01", "base": "90", "x": 1}, {"from": "2026-02", "base": "100"})
    assert [(one.name, one.old, one.new) for one in found] == [
        ("from", "2026-01", "2026-02"),
        ("base", "90", "100"),
        ("x", 1, None),
    ]
