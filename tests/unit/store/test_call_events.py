"""What is told outside of calls, fact by fact."""

from __future__ import annotations

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.store.record.call_events import calls_told
from tests.unit.store.test_rows import visit


def test_abandoned_call_is_told_with_its_wait_and_one_without_a_queue_not_at_all() -> None:
    gone, served = visit(outcome=VisitOutcome.ABANDONED), visit(outcome=VisitOutcome.ANSWERED)
    never_queued = fx.Call(call="c2", order=1, visits=())
    facts = [fx.VisitEnded(at=9, visit=one) for one in (served, gone)]

    (told,) = calls_told("pbx", [*facts, fx.CallEnded(at=9, call=never_queued)])

    assert (told.key, told.payload["event"], told.payload["call"]) == (gone.uniqueid, "abandoned", gone.call)
    assert (told.payload["node"], told.payload["at"], told.payload["wait"]) == ("pbx", 9, gone.wait)


def test_half_a_character_of_a_caller_breaks_no_document() -> None:
    (told,) = calls_told("pbx", [fx.VisitJoined(at=9, uniqueid="c\ud800", queue="q\0", n=1)])

    assert msgspec.json.encode(told.payload)
    assert told.payload["queue"] == "q\ufffd"
