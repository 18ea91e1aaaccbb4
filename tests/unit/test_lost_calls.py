"""Lost calls as the service follows them: told as facts, saved with the floor, by the numbering in force."""

from __future__ import annotations

import msgspec
import pytest

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.numbers import PLAIN, Numbering
from callcenter.store.record.models import LostCallRow, Row
from callcenter.store.record.rows import Recorder, RowChanges
from callcenter.tracker.inputs import FOLLOWED, RulesInForce, SiteFacts
from callcenter.tracker.lost_calls.following import LostCalls
from tests.unit.cases.desk import visit
from tests.unit.rules.detection.story import packaged

LATER = 100_000 * SECOND


def ends(call: str, at: int, outcome: VisitOutcome = VisitOutcome.ABANDONED, caller: str = "13800138000") -> fx.Fact:
    told = visit(call, at - 5, at, outcome, caller=caller, ended=at + 20)
    return fx.VisitEnded(at=at * SECOND, visit=told)


def reading(numbering: Numbering = PLAIN, **links: int) -> RulesInForce:
    besides = SiteFacts(links=msgspec.structs.replace(FOLLOWED, **links))
    return RulesInForce(packaged(), None, besides, numbering=numbering)


def rows(*changed: fx.LostCallChanged) -> list[Row]:
    recorder, changes = Recorder("pbx"), RowChanges()
    for position, one in enumerate(changed, 1):
        recorder.record(position, [one], changes)
    return [*changes.tables[LostCallRow].values()]


def test_a_lost_call_is_told_when_it_is_lost_and_when_it_is_closed() -> None:
    lost_calls = LostCalls()
    (lost,) = lost_calls.changed([ends("a", 100)], 100 * SECOND)
    (closed,) = lost_calls.changed([ends("b", 200, VisitOutcome.ANSWERED)], 200 * SECOND)
    assert (lost.at, lost.lost.state, lost.lost.by) == (100 * SECOND, "open", None)
    assert (closed.at, closed.lost.state, closed.lost.by) == (200 * SECOND, "closed", "called_again")
    (row,) = rows(lost, closed)
    assert {name: row[name] for name in ("uniqueid", "queue", "n", "key", "lost_at", "state", "by", "closed_at")} == {
        "uniqueid": "u-a",
        "queue": "support",
        "n": 1,
        "key": "+8613800138000",
        "lost_at": 100 * SECOND,
        "state": "closed",
        "by": "called_again",
        "closed_at": 200 * SECOND,
    }


def test_what_was_saved_goes_on_as_if_nothing_had_been_saved() -> None:
    lost_calls = LostCalls()
    lost_calls.changed([ends("a", 100)], 100 * SECOND)
    again = LostCalls.restore(lost_calls.save(), None)
    later = [ends("b", 200, VisitOutcome.ANSWERED)]
    assert lost_calls.changed(later, 200 * SECOND) == again.changed(later, 200 * SECOND) != []


def test_a_memory_of_another_form_is_not_read() -> None:
    saved = msgspec.msgpack.decode(LostCalls().save())
    with pytest.raises(msgspec.ValidationError, match="links of the form old"):
        LostCalls.restore(msgspec.msgpack.encode(saved | {"form": "old"}), None)


def test_numbers_are_read_by_the_numbering_in_force() -> None:
    lost_calls = LostCalls().under(reading(Numbering(area_code="0571")))
    (lost,) = lost_calls.changed([ends("a", 100, caller="88881234")], 100 * SECOND)
    assert lost.lost.key == "+8657188881234"
    assert (
        LostCalls.restore(lost_calls.save(), reading(Numbering(internal=("801",)))).changed(
            [ends("b", 300, caller="801")], 300 * SECOND
        )
        == []
    )


def test_what_nothing_can_ask_for_is_let_go_of_by_and_by() -> None:
    lost_calls = LostCalls()
    lost_calls.changed([ends("a", 100), ends("b", 200, VisitOutcome.ANSWERED)], 200 * SECOND)
    before = len(lost_calls.save())
    lost_calls.changed([], LATER)
    assert len(lost_calls.save()) < before


def test_so_many_are_watched_as_is_set_from_then_on() -> None:
    lost_calls = LostCalls().under(reading(most_lost=1))
    lost_calls.changed([ends("a", 100), ends("b", 110, caller="13900139000")], 110 * SECOND)
    answered = [ends("c", 200, VisitOutcome.ANSWERED), ends("d", 200, VisitOutcome.ANSWERED, caller="13900139000")]
    again = LostCalls.restore(lost_calls.save(), reading(most_lost=1))
    assert [one.lost.call for one in again.changed(answered, 200 * SECOND)] == ["b"]
