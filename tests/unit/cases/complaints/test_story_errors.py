"""What ends a story with one sentence that names the line; and bytes that were meant to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from callcenter.cases.complaints.replay import StoryError
from callcenter.errors import BadInput
from tests.unit.cases.complaints.told import (
    BEGINNING,
    TO_ASSIGNED,
    done,
    opened,
    raw,
    road,
    settings,
    spoken,
    told,
)

AT = '"2026-03-02T10:00:00+08:00"'
SETTINGS = json.dumps(settings())
OPENED = json.dumps(spoken(opened()))

NO_STORY = {
    "not JSON": "at 10 Ann opens",
    "half of it": f'{{"at": {AT}, "do": "now"',
    "two in one line": f'{{"at": {AT}, "do": "now"}} {{"at": {AT}, "do": "now"}}',
    "single quotes": "{'at': 1}",
    "NaN": f'{{"at": {AT}, "do": "now", "n": NaN}}',
    "a list": f'[{{"at": {AT}, "do": "now"}}]',
    "a text": AT,
    "a number": "7",
    "null": "null",
    "no at": '{"do": "now"}',
    "at is null": '{"at": null, "do": "now"}',
    "at is empty": '{"at": "", "do": "now"}',
    "at is a number": '{"at": 1772416800, "do": "now"}',
    "at is a list": f'{{"at": [{AT}], "do": "now"}}',
    "at is true": '{"at": true, "do": "now"}',
    "at is no time": '{"at": "yesterday", "do": "now"}',
    "at is no day": '{"at": "2026-02-30T10:00:00Z", "do": "now"}',
    "no zone": '{"at": "2026-03-02T10:00:00", "do": "now"}',
    "a day": '{"at": "2026-03-02", "do": "now"}',
    "earlier than the line before": '{"at": "2026-03-02T09:59:59+08:00", "do": "now"}',
    "earlier by its zone": '{"at": "2026-03-02T10:30:00+09:00", "do": "now"}',
    "settings": '{"settings": {}}',
    "deep": f'{{"at": {AT}, "do": "now", "x": {"[" * 100_000}',
    "deep and closed": f'{{"at": {AT}, "do": "now", "x": {"[" * 100_000 + "]" * 100_000}}}',
    "NUL": "\0",
    "cut within a letter": '{"at": "\ud800',
}


@pytest.mark.parametrize("line", NO_STORY.values(), ids=NO_STORY)
def test_a_line_that_is_none_ends_the_story_and_is_named_by_its_number(line: str) -> None:
    with pytest.raises(StoryError, match=r"\b3\b") as caught:
        raw(SETTINGS, OPENED, line, OPENED)

    assert isinstance(caught.value, BadInput)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("name", [one for one in NO_STORY if "earlier" not in one and "settings" not in one])
def test_the_first_line_may_be_wrong_too(name: str) -> None:
    with pytest.raises(StoryError, match=r"\b1\b"):
        raw(NO_STORY[name])


def test_settings_come_once() -> None:
    with pytest.raises(StoryError, match=r"\b2\b"):
        raw(SETTINGS, SETTINGS)


def test_a_refused_line_counts_as_the_line_before() -> None:
    refused = {"at": 5, "by": "nobody", "do": "archive", "case": "c"}

    with pytest.raises(StoryError, match=r"\b4\b"):
        told(opened(), refused, done("chase", 4))


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Mars/Base"},
        {"timezone": "../../etc/passwd"},
        {"timezone": 8},
        {"hours": "two"},
        {"hours": -1},
        {"warn": "50"},
        {"people": {"ann": "agent"}},
        {"people": [{"account": "ann", "role": "king"}]},
        {"people": [{"role": "agent"}]},
        {"attempts": None},
        {"approval": [{"role": "group_leader", "up_to": "much"}]},
        {"ladder": "steep"},
    ],
    ids=str,
)
def test_settings_that_are_none_are_told_as_the_first_line(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"\b1\b"):
        raw(json.dumps(settings(**wrong)))


@pytest.mark.parametrize("line", ['{"settings": []}', '{"settings": null}', '{"settings": 7}', '{"settings": "x"}'])
def test_settings_are_an_object(line: str) -> None:
    with pytest.raises(BadInput, match=r"\b1\b"):
        raw(line)


def _told_or_ended(*lines: str) -> dict[str, Any]:
    try:
        return raw(*lines)
    except StoryError as error:
        return {"ended": str(error)}


# -- what is no fault, however it looks -----------------------------------------------------------------------------


def test_a_long_text_is_a_text() -> None:
    long = "投" * 350_000

    assert told(opened(content=long), done("analyse", 1, cause=long))["cases"][0]["state"] == "analysed"


@pytest.mark.parametrize("text", ["a\0b", "\u202eevil", "=cmd()", "\x1b[2J", "<script>", "a\r\nb", "\ufeff", "投诉 😀"])
def test_texts_of_any_kind_are_carried(text: str) -> None:
    found = told(opened(case=text, content=f"x{text}"), done("chase", 1, case=text))

    assert [one["case"] for one in found["cases"]] == [text]
    assert [one["ok"] for one in found["results"]] == [True, True]


@pytest.mark.parametrize("key", ["case", "by", "content", "customer", "channel"])
def test_half_a_letter_breaks_nothing(key: str) -> None:
    found = _told_or_ended(SETTINGS, json.dumps(spoken(opened() | {key: "\ud800"})))

    json.dumps(found, ensure_ascii=False).encode()
    assert "2" in found.get("ended", "2")


@pytest.mark.parametrize("value", [7, 1.5, True, ["c"], {"c": 1}, [], {}, None, "", "1" * 10_000, -(10**30)], ids=repr)
@pytest.mark.parametrize("key", ["case", "by", "do", "owner", "follows", "customer", "call", "about", "content"])
def test_a_value_of_another_kind_refuses_the_line_or_not_but_ends_nothing(key: str, value: Any) -> None:
    found = told(opened(case="a"), opened(1, case="b") | {key: value}, done("chase", 2, case="a"))

    assert [one["ok"] for one in found["results"]][0::2] == [True, True]
    assert found["cases"][0]["chases"] == 1


@pytest.mark.parametrize("do", ["record", "analyse", "assign", "propose", "extend", "report", "hand_over", "review"])
@pytest.mark.parametrize("value", [7, True, "x", [1], {"a": 1}, [None], [[]], [{}], 10**400])
def test_any_value_in_any_place_is_judged(do: str, value: Any) -> None:
    begun = {"assign": road("analyse"), "propose": road(*TO_ASSIGNED), "report": road("analyse")}
    begun["review"] = [*road("analyse"), done("object", 2)]
    before = begun.get(do, [opened()])
    keys = [key for key in done(do, 5) if key not in ("at", "do", "case", "by")]
    for key in keys:
        line = json.dumps(spoken(done(do, 5, {"review": "gem"}.get(do, "ann"))) | {key: value})
        lines = [SETTINGS, *(json.dumps(spoken(each)) for each in before), line]
        found = _told_or_ended(*lines)
        ended = {"ended", str(len(lines))}  # by a number that no reader of JSON takes
        assert len(found.get("results", ())) == len(before) + 1 or ended <= {*found, *found["ended"].split()}


AMOUNTS = [
    "1e999999",
    "1e-999999",
    "-0",
    "0.0000000000000000000000000001",
    "9" * 5_000,
    "１００",
    " 5 ",
    "0x10",
    "1_000",
]


@pytest.mark.parametrize("amount", AMOUNTS, ids=lambda each: each[:12])
def test_a_strange_amount_is_judged_at_once_and_by_the_highest_level_if_at_all(amount: str) -> None:
    remedies = [{"kind": "refund", "amount": amount}, {"kind": "refund", "amount": "1000.01"}]
    found = told(*road(*TO_ASSIGNED), done("propose", 3, "log", remedies=remedies), done("approve", 4, "sue"))

    assert found["results"][-2]["why"] in (None, "not_possible")
    assert found["results"][-1]["why"] in ("not_allowed", "wrong_state")


@pytest.mark.parametrize("amount", ["1e999999", "NaN", "sNaN", "Infinity", "-Infinity", "-1", "", None, False, []])
def test_an_amount_that_is_none_never_lowers_the_sum(amount: Any) -> None:
    remedies = [{"kind": "refund", "amount": amount}]
    found = told(*road(*TO_ASSIGNED), done("propose", 3, "log", remedies=remedies), done("approve", 4, "lea"))

    assert found["results"][-1]["ok"] is False


def test_two_keys_of_one_name_break_nothing() -> None:
    doubled = OPENED[:-1] + ', "case": "d"}'

    assert {one["case"] for one in raw(SETTINGS, doubled)["cases"]} <= {"c", "d"}


@pytest.mark.parametrize("blank", ["", "\n", "  \n"])
def test_a_blank_line_is_no_json(blank: str) -> None:
    with pytest.raises(StoryError, match=r"\b2\b"):
        raw(SETTINGS, blank, OPENED)


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_time_break_nothing(at: str) -> None:
    lines = [SETTINGS, json.dumps(opened() | {"at": at}), json.dumps(done("analyse", 1) | {"at": at})]
    found = _told_or_ended(*lines)

    assert len(found.get("results", ())) == 2 or "2" in found["ended"]


@pytest.mark.parametrize("key", ["until", "told_at"])
@pytest.mark.parametrize("value", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-03-04T10:00:01", "x"])
def test_an_extension_with_a_strange_time_breaks_nothing(key: str, value: str) -> None:
    found = told(opened(), done("extend", 1) | {key: value}, done("chase", 2))

    assert [one["ok"] for one in found["results"]][0::2] == [True, True]
    assert found["cases"][0]["opened_at"] == "0:00:00"
    assert BEGINNING.isoformat().startswith("2026-03-02")
