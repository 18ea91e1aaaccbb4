"""Whatever people do in whatever order: what must hold after every line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.cases.complaints.told import EVERYBODY, NEEDED, Line, against, by_time, done, instant, now, told

SHANGHAI = timedelta(hours=8)
VARIED: dict[str, list[Line]] = {
    "open": [{}, {"content": None}, {"owner": "cho"}, {"about": "1001"}, {"follows": "a"}],
    "analyse": [{}, {"upheld": False}, against("1001"), against("1002", "slow"), against("1001", "quarrel")],
    "propose": [{}, {"remedies": []}, {"remedies": [{"kind": "x", "amount": "unknown"}]}],
    "carry_out": [{}, {"urgent": True}],
    "check": [{}, {"ok": False, "reason": "?"}],
    "feedback": [{}, {"unreachable": True, "contact": None}],
    "review": [{}, {"outcome": "changed"}],
    "hand_over": [{"to": "ann"}, {"to": "cho"}, {"to": "sue"}],
}
ONWARD = ("open", "analyse", "assign", "propose", "approve", "agree", "carry_out", "feedback", "summarise", "archive")
CHANGED, URGENT, GROUNDLESS = {"outcome": "changed"}, {"urgent": True}, {"upheld": False}
DETOURS: list[list[tuple[str, Line]]] = [
    [("object", {}), ("review", {})],
    [("object", {}), ("review", CHANGED), ("analyse", against("1001", "slow")), ("assign", {})],
    [("object", {}), ("review", CHANGED), ("analyse", GROUNDLESS), ("tell_not_upheld", {}), ("archive", {})],
    [("analyse", GROUNDLESS), ("tell_not_upheld", {}), ("object", {})],
    [("carry_out", URGENT), ("feedback", {}), ("approve", {}), ("summarise", {}), ("archive", {})],
    [("archive", {}), ("reopen", {}), ("carry_out", URGENT), ("propose", {}), ("feedback", {})],
    [*[("attempt", {})] * 4, ("feedback", {"unreachable": True, "contact": None})],
    [("return_notice", {}), ("analyse", against("1002")), ("assign", {})],
    [("reject", {}), ("propose", {})],
    [("decline", {}), ("propose", {}), ("approve", {})],
    [("withdraw", {}), ("archive", {})],
    [("hand_over", {"to": "ann"})],
    [("extend", {})],
]
LIKELY = {"analyse": "max", "assign": "max", "propose": "log", "approve": "sue", "archive": "max", "review": "gem"}


@st.composite
def stories(draw: st.DrawFn) -> list[Line]:
    """Two cases, each some way onward and then detours, by who may; and now and then anything by anybody."""
    start = draw(st.integers(0, 9_000))
    ways = [_way(draw, case, start) for case in "ab"]
    found = by_time(*ways)
    return [*found, now(found[-1]["at"] + draw(st.sampled_from([0, 1, 48, 100])))]


def _way(draw: st.DrawFn, case: str, hour: int) -> list[Line]:
    onward: list[tuple[str, Line]] = [(do, {}) for do in ONWARD[: draw(st.integers(1, len(ONWARD)))]]
    any_at_all: list[list[tuple[str, Line]]] = [[(do, {})] for do in sorted(NEEDED)]
    around = draw(st.lists(st.sampled_from([*DETOURS, *DETOURS, *any_at_all, onward[-3:], onward]), max_size=6))
    found = []
    for do, more in [*onward, *(step for steps in around for step in steps)]:
        hour += draw(st.sampled_from([0, 0, 1, 2, 5, 24]))
        found.append(_line(draw, do, hour, case, more))
    return found


def _line(draw: st.DrawFn, do: str, hour: int, case: str, more: Line) -> Line:
    who = LIKELY.get(do, "ann") if draw(st.integers(0, 19)) else draw(st.sampled_from(EVERYBODY))
    varied: Line = more or draw(st.sampled_from([{}, {}, *VARIED.get(do, [])]))
    if do == "extend":
        varied = {"until": hour + draw(st.integers(-10, 90)), "told_at": hour}
    return done(do, hour, who, case=case, **varied)


@settings(max_examples=60)
@given(stories(), st.integers(0, 50))
def test_what_holds_of_every_story(lines: list[Line], cut: int) -> None:
    found = told(*lines)

    assert told(*lines) == found
    _the_refused_changes_nothing(lines, found)
    _a_beginning_is_the_beginning(lines[:cut], found)
    _numbers_have_no_hole(found["cases"])
    _promises_count_the_cases(found)
    _the_ladder_has_no_hole(found["violations"])
    for one in found["cases"]:
        _a_case_adds_up(one, [line for line in lines if line.get("case") == one["case"]], lines[-1])


def _the_refused_changes_nothing(lines: list[Line], found: Line) -> None:
    accepted = [line for line, one in zip(lines, found["results"], strict=False) if one["ok"]]
    without = told(*accepted, lines[-1])

    assert {key: without[key] for key in without if key != "results"} == {
        key: found[key] for key in found if key != "results"
    }
    assert all(one["ok"] for one in without["results"])


def _a_beginning_is_the_beginning(lines: list[Line], whole: Line) -> None:
    part = told(*lines)

    assert part["results"] == whole["results"][: len(part["results"])]
    end = instant(lines[-1]["at"]) if lines else None
    before = [one for one in part["violations"] if instant(one[2]) != end]
    # what falls due in the very instant where it ends comes after a later line of that instant
    assert _raised(before) <= _raised(whole["violations"])


def _raised(violations: Iterable[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    return {(rule, agent, at, case) for rule, agent, at, _, case, _, _ in violations}


def _numbers_have_no_hole(cases: list[Line]) -> None:
    serials = defaultdict(list)
    for one in cases:
        if one["number"] is not None:
            serials[one["number"][:7]].append(int(one["number"][8:]))

    assert all(sorted(each) == list(range(1, len(each) + 1)) for each in serials.values())


def _promises_count_the_cases(found: Line) -> None:
    kept = [one["kept"] for one in found["cases"]]
    reports = [one["report"][2] for one in found["cases"] if one["report"][0] is not None]

    for promise, each in (("P-COMP", kept), ("P-REPORT", reports)):
        figures = {"kept": each.count(True), "broken": each.count(False), "open": each.count(None)}
        assert found["promises"][promise] == figures


def _the_ladder_has_no_hole(violations: list[tuple[Any, ...]]) -> None:
    steps = defaultdict(list)
    for rule, agent, at, verdict, _, step, amount in violations:
        assert (step is None) is (rule != "LADDER")
        if rule == "LADDER" and verdict == "proposed":
            assert amount == {1: "30", 2: "60"}.get(step)
            steps[agent, (instant(at) + SHANGHAI).year].append((instant(at), step))

    assert all([step for _, step in sorted(each)] == list(range(1, len(each) + 1)) for each in steps.values())


def _a_case_adds_up(one: Line, lines: list[Line], last: Line) -> None:
    end, opened_at, due = instant(last["at"]), instant(one["opened_at"]), instant(one["due"])
    stopped_at = instant(one["stopped_at"] or last["at"])
    told_at = [instant(at) for _, at in one["warnings"]]
    spent = sum((instant(each) - instant(0) for each in one["turns"]), timedelta())

    assert all(earlier < later for earlier, later in pairwise(told_at))
    assert all(opened_at < at <= end for at in told_at)
    assert timedelta() <= spent <= stopped_at - opened_at
    assert one["chases"] // 3 >= one["level"]
    if not any(line["do"] in ("reopen", "review") for line in lines):
        assert spent == stopped_at - opened_at
        assert len({percent for percent, _ in one["warnings"]}) == len(one["warnings"])
        late = stopped_at > due or (one["stopped_at"] is None and stopped_at == due)
        assert one["kept"] is (False if late else None if one["stopped_at"] is None else True)
