"""Reasons of pauses: what is proposed, what is offered, and what keeps its name."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from callcenter.errors import BadInput
from callcenter.staff.site.own import OwnSite, site_said
from callcenter.staff.site.pauses import PauseReason, ReasonsSaid, SiteReasons


def said(*codes: str) -> ReasonsSaid:
    return read({"reasons": [{"code": code, "en": code.upper()} for code in codes]})


def read(content: Any) -> ReasonsSaid:
    return msgspec.convert(site_said("reasons", content), ReasonsSaid)


def test_settings_hold_until_something_is_agreed_and_what_is_retired_keeps_its_name() -> None:
    reasons = SiteReasons({"tea": "", "meal": "Lunch"})
    assert [one.code for one in reasons.offered] == ["tea", "meal"]
    assert not reasons.lay_over([])
    assert reasons.lay_over([said("meal", "drill"), said("drill", "tea")])
    assert [one.code for one in reasons.offered] == ["drill", "tea"]
    assert reasons.retired == (PauseReason(code="meal", en="MEAL"),)
    for code in ("drill", "acw"):
        reasons.require(code)
    with pytest.raises(BadInput, match="'drill', 'tea', 'acw'"):
        reasons.require("meal")
    assert not reasons.lay_over([said("meal", "drill"), said("drill", "tea")])


def test_what_a_list_says_otherwise_is_told_of_each_reason() -> None:
    reasons = SiteReasons({"tea": "Tea", "meal": ""})
    asked = read({"reasons": [{"code": "tea", "zh": "茶歇", "en": "Tea"}, {"code": "drill", "en": "Drill"}]})
    assert {(one.code, one.name): (one.old, one.new) for one in reasons.differing(asked)} == {
        ("tea", "zh"): ("Tea", "茶歇"),
        ("drill", "place"): (None, 2),
        ("drill", "zh"): (None, ""),
        ("drill", "en"): (None, "Drill"),
        ("meal", "place"): (2, None),
        ("meal", "zh"): ("", None),
        ("meal", "en"): ("", None),
    }
    assert reasons.differing(ReasonsSaid(reasons=reasons.offered)) == []


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"reasons": []},
        {"reasons": [{"code": "tea"}] * 2},
        {"reasons": [{"code": "tea"}, {"code": "Tea"}]},
        {"reasons": [{"code": "tea "}]},
        {"reasons": [{"code": "acw"}]},
        {"reasons": [{"code": "茶"}]},
        {"reasons": [{"code": "tea", "zh": "茶" * 41}]},
        {"reasons": [{"code": "tea", "en": "te\u200ba"}]},
        {"reasons": [{"code": "tea", "told": True}]},
        {"reasons": [{"code": f"r{n}"} for n in range(41)]},
    ],
)
def test_what_cannot_be_used_is_refused(content: Any) -> None:
    with pytest.raises(BadInput):
        site_said("reasons", content)


def test_names_are_kept_without_the_space_around_them() -> None:
    """One of spaces alone would be a button without a name."""
    (kept,) = read({"reasons": [{"code": "tea", "zh": "  ", "en": " Tea "}]}).reasons
    assert (kept.zh, kept.en) == ("", "Tea")


def test_list_that_was_approved_holds_though_more_is_asked_of_lists_by_now() -> None:
    """The service could not start otherwise."""
    site = OwnSite({"meal": ""})
    assert site.lay_over("reasons", [{"reasons": [{"code": "tea "}, {"code": "Tea"}, {"code": "tea"}]}])
    assert [one.code for one in site.reasons.offered] == ["tea ", "Tea", "tea"]
    with pytest.raises(BadInput, match="cannot be read as 'reasons'"):
        site.lay_over("reasons", [{"reasons": [{"name": "tea"}]}])
