"""What one record does to its month: with it, without it, and with what it makes full."""

from __future__ import annotations

from types import SimpleNamespace

from callcenter.rules.records.standing import RecordState
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode, Severity
from callcenter.rules.scores.accumulated import CODE
from callcenter.rules.scores.effect import as_confirmed, counting_with
from tests.unit.rules.detection.people import MONDAY, SHANGHAI, record
from tests.unit.rules.scores.test_accumulated import edition, minors, one

SAID = SimpleNamespace(id="r", rule="V-EAT", at=MONDAY)


def test_a_record_counts_as_proposed_until_it_is_decided_and_as_decided_then() -> None:
    proposed = as_confirmed(SAID, record(points=5, severity=Severity.MINOR))
    decided = {"decided_at": MONDAY, "decided_points": 2, "decided_severity": Severity.WARNING}
    appealed = as_confirmed(SAID, record(state=RecordState.APPEALED, points=5, **decided))
    assert proposed is not None
    assert appealed is not None
    assert [(one.points, one.severity) for one in (proposed, appealed)] == [(5, Severity.MINOR), (2, Severity.WARNING)]


def test_what_never_counts_does_nothing() -> None:
    never = (
        record(verdict=Verdict.EXCUSED),
        record(mode=Mode.SHADOW),
        record(state=RecordState.OVERTURNED),
        record(state=RecordState.WITHDRAWN),
        record(points=None),
    )
    assert [as_confirmed(SAID, standing) for standing in never] == [None] * 5
    assert as_confirmed(SimpleNamespace(id="r", rule="V-EAT", at=None), record()) is None


def test_the_fourth_minor_one_brings_what_they_add_up_to() -> None:
    first, *others = minors(4)
    would = counting_with(first, others, edition(), SHANGHAI)
    assert (would.without, would.confirmed) == (others, [*others, first])
    assert would.accumulated is not None
    assert [(added.rule, added.points) for added in would.accumulated[4:]] == [(CODE, 20)]
    fifth = one("V-LATE", 9)
    assert counting_with(fifth, minors(4), edition(), SHANGHAI).accumulated is None  # full without it
    assert counting_with(first, others, edition(Mode.SHADOW), SHANGHAI).accumulated is None
    assert counting_with(first, others, None, SHANGHAI).accumulated is None


def test_without_the_fourth_what_stands_on_four_is_gone() -> None:
    four = minors(4)
    more = one(CODE, 20, Severity.SEVERE, points=20)
    would = counting_with(four[0], [*four, more], edition(), SHANGHAI)
    assert would.without == four[1:]
    assert would.accumulated is None  # it is there already
    fifth = one("V-LATE", 9)
    assert more in counting_with(fifth, [*four, more, fifth], edition(), SHANGHAI).without
