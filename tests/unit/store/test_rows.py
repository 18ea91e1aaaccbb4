"""Facts become rows: the last word stands, what is open is found again, the same facts give the same ids."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from callcenter.domain import facts as fx
from callcenter.domain.visits.survey import Survey
from callcenter.domain.vocabulary import AgentState, EndedBy, How, OfferOutcome, Question, VisitOutcome
from callcenter.numbers import Numbering
from callcenter.store.record.models import (
    AgentStateRow,
    CallRow,
    GapRow,
    OfferRow,
    OwnCallRow,
    Row,
    SurveyRow,
    TalkRow,
    VisitRow,
)
from callcenter.store.record.rows import Recorder, RowChanges, Table

ALICE = "PJSIP/1001"


def record(recorder: Recorder, position: int, *facts: fx.Fact) -> RowChanges:
    changes = RowChanges()
    recorder.record(position, facts, changes)
    return changes


def only(changes: RowChanges, table: Table) -> Row:
    (row,) = changes.tables[table].values()
    return row


def visit(**changes: Any) -> fx.Visit:
    values: dict[str, Any] = {
        "call": "lab-1.1",
        "uniqueid": "lab-1.1",
        "queue": "consumers",
        "n": 1,
        "caller": "13800250001",
        "did": "400",
        "joined_at": 10,
        "left_at": 30,
        "position": 1,
        "outcome": VisitOutcome.ANSWERED,
        "agent": "Alice",
        "answered_at": 30,
        "ended_at": 90,
        "hold": 5,
        "transferred": None,
        "ended_by": EndedBy.CALLER,
        "refused_at": None,
        "offers": (),
        "in_gap": False,
        "frames": (3, 4),
    }
    return fx.Visit(**values | changes)


def offer(**changes: Any) -> fx.Offer:
    values: dict[str, Any] = {
        "agent": "Alice",
        "interface": ALICE,
        "offered_at": 12,
        "rang_at": 13,
        "ended_at": 30,
        "connected_at": 30,
        "outcome": OfferOutcome.ANSWERED,
        "available": True,
        "refuted": None,
        "in_gap": False,
        "frames": (5,),
    }
    return fx.Offer(**values | changes)


def test_survey_is_a_row_with_a_column_for_each_question() -> None:
    survey = Survey(
        call="lab-1.1",
        uniqueid="lab-1.1",
        queue="consumers",
        agent="Alice",
        interface=ALICE,
        asks=(Question.SERVICE, Question.HANDLING),
        asked_at=5,
        agreed=True,
        agreed_at=6,
        ended_at=9,
        answers={Question.HANDLING: 3},
        hung_up=None,
        in_gap=False,
        frames=(1, 2),
    )
    row = only(record(Recorder("lab"), 1, fx.SurveyEnded(at=9, survey=survey)), SurveyRow)
    assert [row[name] for name in ("service", "product", "platform", "handling")] == [None, None, None, 3]
    assert (row["asks"], row["result"], row["hung_up"], row["frames"]) == ("[1,4]", "partial", None, "[1,2]")


def joined(at: int | None = 10) -> fx.VisitJoined:
    return fx.VisitJoined(at=at, uniqueid="lab-1.1", queue="consumers", n=1)


def changed(state: AgentState, at: int, ended: fx.StateSpan | None = None) -> fx.AgentStateChanged:
    return fx.AgentStateChanged(
        at=at, agent="Alice", interface=ALICE, ended=ended, state=state, reason=None, queues=("consumers",)
    )


def own(**changes: Any) -> fx.OwnCall:
    values: dict[str, Any] = {
        "agent": "Alice",
        "interface": ALICE,
        "uniqueid": "lab-1.9",
        "dialled": "",
        "started_at": 10,
        "up_at": None,
        "ended_at": None,
        "in_talk": False,
        "in_gap": False,
        "frames": (7,),
    }
    return fx.OwnCall(**values | changes)


def talk(**changes: Any) -> fx.Talk:
    values: dict[str, Any] = {
        "call": "lab-1.1",
        "uniqueid": "lab-1.1",
        "agent": "Bob",
        "interface": "PJSIP/1002",
        "how": How.TRANSFER,
        "queue": None,
        "start": 95,
        "end": None,
        "ended_by": None,
        "in_gap": False,
        "frames": (8, 9),
    }
    return fx.Talk(**values | changes)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder("pbx")


def test_a_caller_who_waits_is_a_row_without_an_outcome(recorder: Recorder) -> None:
    row = only(record(recorder, 3, joined()), VisitRow)
    assert (row["queue"], row["joined_at"], row["joined_position"]) == ("consumers", 10, 3)
    assert (row["outcome"], row["ended_position"]) == (None, None)


def test_a_caller_who_waits_is_named_and_found_by_their_number_once_it_is_over(recorder: Recorder) -> None:
    row = only(record(recorder, 3, msgspec.structs.replace(joined(), caller="13800000001")), VisitRow)
    assert (row["caller"], row["caller_key"]) == ("13800000001", None)


def test_the_account_of_a_visit_replaces_the_row_of_its_joining(recorder: Recorder) -> None:
    first = only(record(recorder, 3, joined()), VisitRow)
    left = only(record(recorder, 5, fx.VisitLeft(at=30, uniqueid="lab-1.1", queue="consumers", n=1)), VisitRow)
    told = only(record(recorder, 9, fx.VisitEnded(at=90, visit=visit())), VisitRow)
    assert first["id"] == left["id"] == told["id"]
    assert left["left_at"] == 30
    assert (told["outcome"], told["agent"], told["hold"], told["frames"]) == ("answered", "Alice", 5, "[3,4]")
    assert (told["joined_position"], told["ended_position"]) == (3, 9)


def test_several_words_about_a_visit_at_once_are_one_row(recorder: Recorder) -> None:
    changes = record(recorder, 3, joined(), fx.VisitEnded(at=30, visit=visit()))
    assert only(changes, VisitRow)["outcome"] == "answered"


def test_a_refused_caller_never_joined(recorder: Recorder) -> None:
    refused = visit(outcome=VisitOutcome.REFUSED, joined_at=None, refused_at=11, queue=None)
    row = only(record(recorder, 4, fx.VisitEnded(at=11, visit=refused)), VisitRow)
    assert (row["queue"], row["joined_position"], row["refused_at"]) == (None, None, 11)


def test_the_same_uniqueid_after_a_restart_is_another_visit(recorder: Recorder) -> None:
    before = only(record(recorder, 3, joined(), fx.VisitEnded(at=30, visit=visit())), VisitRow)
    after = only(record(recorder, 8, joined()), VisitRow)
    assert before["id"] != after["id"]


def test_an_offer_belongs_to_the_visit_that_is_open(recorder: Recorder) -> None:
    waiting = only(record(recorder, 3, joined()), VisitRow)
    fact = fx.OfferEnded(at=30, queue="consumers", uniqueid="lab-1.1", visit=1, offer=offer())
    row = only(record(recorder, 6, fact), OfferRow)
    assert (row["visit_id"], row["agent"], row["outcome"], row["rang_at"]) == (waiting["id"], "Alice", "answered", 13)


def test_a_call_spans_its_visits(recorder: Recorder) -> None:
    call = fx.Call(call="lab-1.1", order=1, visits=(visit(), visit(joined_at=95, left_at=120, ended_at=None)))
    row = only(record(recorder, 12, fx.CallEnded(at=130, call=call)), CallRow)
    assert (row["visits"], row["first_at"], row["last_at"]) == (2, 10, 120)


def test_a_call_of_talks_alone_spans_them(recorder: Recorder) -> None:
    call = fx.Call(call="lab-1.1", order=1, visits=(), talks=(talk(end=120), talk(start=130, end=None)))
    row = only(record(recorder, 12, fx.CallEnded(at=140, call=call)), CallRow)
    assert (row["visits"], row["first_at"], row["last_at"]) == (0, 95, 130)


def test_a_talk_after_a_transfer_lasts_as_long_as_its_call(recorder: Recorder) -> None:
    call = fx.Call(call="lab-1.1", order=1, visits=(visit(),), talks=(talk(end=200),))
    assert only(record(recorder, 12, fx.CallEnded(at=201, call=call)), CallRow)["last_at"] == 200


def test_the_account_of_a_talk_replaces_the_row_of_its_beginning(recorder: Recorder) -> None:
    began = only(record(recorder, 8, fx.TalkBegan(at=95, talk=talk())), TalkRow)
    assert (began["started_at"], began["ended_by"], began["ended_position"]) == (95, None, None)
    told = talk(end=120, ended_by=EndedBy.CALLER, frames=(8, 9, 12))
    ended = only(record(recorder, 12, fx.TalkEnded(at=120, talk=told)), TalkRow)
    assert ended["id"] == began["id"]
    assert (ended["agent"], ended["how"], ended["queue"], ended["ended_by"]) == ("Bob", "transfer", None, "caller")
    assert (ended["ended_at"], ended["frames"]) == (120, "[8,9,12]")
    assert (ended["began_position"], ended["ended_position"]) == (8, 12)


def test_a_talk_whose_beginning_nobody_told_has_a_row_of_its_own(recorder: Recorder) -> None:
    told = [talk(start=start, end=120, ended_by=EndedBy.UNKNOWN, queue="consumers") for start in (95, None)]
    changes = record(recorder, 12, *(fx.TalkEnded(at=120, talk=one) for one in told))
    rows = changes.tables[TalkRow].values()
    assert [(row["started_at"], row["began_position"], row["ended_position"]) for row in rows] == [
        (95, None, 12),
        (None, None, 12),
    ]


def test_two_who_talk_with_one_customer_have_a_talk_each(recorder: Recorder) -> None:
    both = (talk(), talk(agent="Alice", interface=ALICE))
    record(recorder, 8, *(fx.TalkBegan(at=95, talk=one) for one in both))
    (ended,) = record(recorder, 9, fx.TalkEnded(at=99, talk=talk(end=99))).tables[TalkRow].values()
    assert ended["agent"] == "Bob"


def test_an_agents_state_ends_where_the_next_begins(recorder: Recorder) -> None:
    first = only(record(recorder, 1, changed(AgentState.AVAILABLE, 5)), AgentStateRow)
    span = fx.StateSpan(
        agent="Alice", interface=ALICE, state=AgentState.AVAILABLE, reason=None, queues=(), start=5, end=12
    )
    changes = record(recorder, 4, changed(AgentState.RINGING, 12, span))
    before, now = changes.tables[AgentStateRow].values()
    assert (before["id"], before["ended_at"], before["ended_position"]) == (first["id"], 12, 4)
    assert (now["state"], now["started_at"], now["ended_position"]) == ("ringing", 12, None)


def test_a_blocked_line_is_told_in_the_row_of_its_call(recorder: Recorder) -> None:
    record(recorder, 1, fx.OwnCallBegan(at=10, own=own()))
    blocked = only(record(recorder, 2, fx.LineBlocked(at=70, own=own())), OwnCallRow)
    ended = only(record(recorder, 3, fx.OwnCallEnded(at=99, own=own(ended_at=99))), OwnCallRow)
    assert blocked["blocked_at"] == ended["blocked_at"] == 70
    assert (ended["ended_at"], ended["began_position"], ended["ended_position"]) == (99, 1, 3)


def test_a_line_that_was_open_when_the_switch_went_down_is_over(recorder: Recorder) -> None:
    record(recorder, 1, fx.OwnCallBegan(at=10, own=own()))
    changes = record(recorder, 5, fx.GapSeen(at=50, start=20, cause="restart"))
    line = only(changes, OwnCallRow)
    assert (line["ended_at"], line["in_gap"], line["ended_position"]) == (None, True, 5)
    assert only(changes, GapRow)["started_at"] == 20


def test_a_line_that_was_open_when_the_link_was_lost_lives_on(recorder: Recorder) -> None:
    record(recorder, 1, fx.OwnCallBegan(at=10, own=own()))
    assert OwnCallRow not in record(recorder, 5, fx.GapSeen(at=50, start=20, cause="link")).tables


def test_what_was_open_is_found_again_after_a_restart_of_ours(recorder: Recorder) -> None:
    open_visit = only(record(recorder, 3, joined()), VisitRow)
    open_span = only(record(recorder, 4, changed(AgentState.AVAILABLE, 5)), AgentStateRow)
    open_line = only(record(recorder, 5, fx.OwnCallBegan(at=10, own=own())), OwnCallRow)
    open_talk = only(record(recorder, 6, fx.TalkBegan(at=95, talk=talk())), TalkRow)
    later = Recorder("pbx")
    later.reopen([open_visit], [open_span], [open_line], [open_talk])
    for position, fact in (
        (9, fx.VisitEnded(at=90, visit=visit())),
        (10, changed(AgentState.PAUSED, 95)),
        (11, fx.OwnCallEnded(at=99, own=own(ended_at=99))),
        (12, fx.TalkEnded(at=120, talk=talk(end=120))),
    ):
        assert record(recorder, position, fact).tables == record(later, position, fact).tables


def test_two_switches_never_share_an_id() -> None:
    one, other = (only(record(Recorder(node), 3, joined()), VisitRow) for node in ("pbx", "pbx2"))
    assert one["id"] != other["id"]


def test_a_callers_number_becomes_text_that_every_database_takes(recorder: Recorder) -> None:
    row = only(record(recorder, 3, fx.VisitEnded(at=30, visit=visit(caller="1\x002\n3\ud800"))), VisitRow)
    assert row["caller"] == "1\ufffd2\n3?"


def test_what_only_live_views_follow_makes_no_rows(recorder: Recorder) -> None:
    rang = fx.PhoneRang(at=1, agent="Alice", interface=ALICE, queue="consumers", uniqueid="lab-1.1")
    assert not record(recorder, 3, rang, fx.OutOfOrder(at=1, event="x", pos=3))


def test_caller_has_a_key_by_the_numbering_of_that_moment_and_nobodys_number_an_empty_one() -> None:
    keys = []
    for n, caller in enumerate(("0571-88881234", "88881234", "anonymous", None), 1):
        changes = RowChanges()
        told = fx.VisitEnded(at=90, visit=visit(caller=caller))
        Recorder("pbx").record(n, [told], changes, numbering=Numbering(area_code="0571"))
        keys.append(only(changes, VisitRow)["caller_key"])

    assert keys == ["+8657188881234", "+8657188881234", "", ""]


def test_caller_that_queue_log_tells_has_a_key_and_no_other_figure_changes_it() -> None:
    told = [fx.VisitFilled(at=95, visit=visit(filled=filled)) for filled in (("caller",), ("hold",))]

    first, second = (record(Recorder("pbx"), 9, one).filled[0][1] for one in told)

    assert first["caller_key"] == "+8613800250001"
    assert "caller_key" not in second
