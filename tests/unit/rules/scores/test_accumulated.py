"""V-ACCUMULATED: what adds up in a month, and what does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from callcenter.files.rulebook import load_rulebook
from callcenter.rules.records.standing import RecordState
from callcenter.rules.records.violation import Violation
from callcenter.rules.regulations.edition import Edition, Mode, Severity
from callcenter.rules.scores.accumulated import CODE, Confirmed, accumulated, confirmed_of
from callcenter.staff.dates import day_start
from tests.unit.rules.detection.people import HOUR, SHANGHAI, record

PACKAGED = load_rulebook().editions[-1]
MINOR = ("V-MISSED", "V-LATE-ANSWER", "V-EAT", "V-DESK", "V-CLEAN")
MODERATE = ("V-IDLE", "V-EXAM", "V-MEETING")


def edition(mode: Mode = Mode.ON, **figures: Any) -> Edition:
    rule = msgspec.structs.replace(PACKAGED.violations[CODE], mode=mode)
    return msgspec.structs.replace(
        PACKAGED,
        violations={**PACKAGED.violations, CODE: rule},
        figures=msgspec.structs.replace(PACKAGED.figures, **figures),
    )


def one(rule: str, day: int = 2, severity: Severity = Severity.MINOR, **other: Any) -> Confirmed:
    at = day_start(date(2026, other.pop("month", 11), day), SHANGHAI) + 9 * HOUR
    given: dict[str, Any] = {"id": f"{rule} {day}", "agent": "Alice", "rule": rule, "severity": severity, "at": at}
    return Confirmed(**given | other)


def minors(count: int) -> list[Confirmed]:
    return [one(rule, day) for day, rule in enumerate(MINOR[:count], start=2)]


def moderates(count: int) -> list[Confirmed]:
    return [one(rule, day, Severity.MODERATE) for day, rule in enumerate(MODERATE[:count], start=2)]


def derived(confirmed: list[Confirmed], **figures: Any) -> list[Violation]:
    return accumulated(confirmed, edition(**figures), SHANGHAI)


@pytest.mark.parametrize(
    ("moderate", "minor", "records"),
    [(0, 0, 0), (1, 0, 0), (2, 0, 1), (3, 0, 1), (0, 3, 0), (0, 4, 1), (0, 5, 1), (1, 3, 0), (2, 4, 1)],
)
def test_two_moderate_or_four_minor_make_one_record(moderate: int, minor: int, records: int) -> None:
    assert len(derived(moderates(moderate) + minors(minor))) == records


def test_record_is_severe_costs_twenty_and_names_what_it_was_derived_from() -> None:
    counted = minors(4)
    (found,) = derived(counted)
    assert (found.rule, found.agent, found.severity, found.points) == (CODE, "Alice", Severity.SEVERE, 20)
    assert [(named.rule, named.subject) for named in found.names] == [(c.rule, c.id) for c in counted]
    assert (found.at, found.start, found.end) == (counted[3].at, counted[0].at, counted[3].at)
    assert "0 moderate and 4 minor confirmed violations in 2026-11" in found.why()
    assert "轻度违规4次" in found.why("zh-CN")


def test_record_happened_when_the_first_count_was_full() -> None:
    (found,) = derived([*minors(4), *moderates(2)])
    assert found.at == moderates(2)[1].at


def test_id_stays_when_more_is_confirmed_in_whatever_order() -> None:
    (four,), (five,) = derived(minors(4)), derived(minors(5)[::-1])
    assert four.id == five.id
    assert len(five.names) == 5


def test_record_given_twice_is_counted_once() -> None:
    assert derived([*minors(3), minors(3)[0]]) == []


def test_months_and_agents_are_counted_by_themselves() -> None:
    spread = [*minors(3), one("V-CHAT", 1, month=12), *(one(rule, agent="Bob") for rule in MINOR[:2])]
    assert derived(spread) == []
    both = [*minors(4), *(one(rule, agent="Bob", id=f"bob {rule}") for rule in MINOR[:4])]
    assert len({found.id for found in derived(both)}) == 2


def test_month_begins_at_the_sites_midnight() -> None:
    november = day_start(date(2026, 11, 1), SHANGHAI)
    three = minors(3)
    inside, before = (one("V-CHAT", at=at, id="edge") for at in (november, november - 1))
    assert len(derived([*three, inside])) == 1
    assert derived([*three, before]) == []


def test_repeats_of_one_clause_count_only_where_the_rulebook_says_so() -> None:
    repeats = [one("V-MISSED", day) for day in range(2, 6)]
    assert len(derived(repeats, accumulated_repeats=True)) == 1
    assert derived(repeats, accumulated_repeats=False) == []


def test_each_reading_has_an_id_of_its_own() -> None:
    (one_way,), (other_way,) = (derived(minors(4), accumulated_repeats=repeats) for repeats in (True, False))
    assert one_way.id != other_way.id


def test_limits_are_the_rulebooks() -> None:
    assert len(derived(minors(2), accumulated_minor=2)) == 1
    assert derived(moderates(2), accumulated_moderate=3) == []


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.SEVERE, Severity.DISMISSAL])
def test_no_other_severity_accumulates(severity: Severity) -> None:
    assert derived([one(rule, severity=severity) for rule in MINOR]) == []


def test_rule_that_is_off_or_missing_derives_nothing() -> None:
    assert accumulated(minors(4), edition(Mode.OFF), SHANGHAI) == []
    without = {code: rule for code, rule in PACKAGED.violations.items() if code != CODE}
    assert accumulated(minors(4), msgspec.structs.replace(PACKAGED, violations=without), SHANGHAI) == []


def test_rule_in_shadow_derives_a_shadow_record() -> None:
    (found,) = accumulated(minors(4), edition(Mode.SHADOW), SHANGHAI)
    assert found.mode is Mode.SHADOW


def test_reduced_record_counts_as_it_was_decided() -> None:
    (violation,) = derived(minors(4))
    standing = record(
        agent="Alice",
        state=RecordState.REDUCED,
        severity=Severity.SEVERE,
        decided_points=3,
        decided_severity=Severity.MINOR,
    )
    counted = confirmed_of(violation, standing)
    assert counted is not None
    assert (counted.severity, counted.points, counted.id) == (Severity.MINOR, 3, violation.id)


@pytest.mark.parametrize("state", [s for s in RecordState if s not in {RecordState.CONFIRMED, RecordState.REDUCED}])
def test_record_that_nobody_has_confirmed_does_not_count(state: RecordState) -> None:
    (violation,) = derived(minors(4))
    assert confirmed_of(violation, record(state=state, decided_points=2, decided_severity=Severity.MINOR)) is None


def test_record_without_a_time_belongs_to_no_month() -> None:
    (violation,) = derived(minors(4))
    timeless = msgspec.structs.replace(violation, at=None)
    assert confirmed_of(timeless, record(state=RecordState.CONFIRMED, decided_points=2)) is None
