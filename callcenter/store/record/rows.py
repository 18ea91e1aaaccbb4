"""Facts become rows: pure, in the journal's order, the same facts always giving the same rows.

What is still open (visits, talks, agents' states, own calls) is remembered here under the name that the facts use, so
that a later fact finds its row; after a restart it is read back from the rows without an end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatchmethod
from typing import Any

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.visits.holds import CallHeld
from callcenter.domain.visits.lost import LostCall
from callcenter.domain.vocabulary import (
    AgentState,
    EndedBy,
    FollowUpBy,
    FollowUpState,
    How,
    OfferOutcome,
    Question,
    VisitOutcome,
)
from callcenter.numbers import PLAIN, Numbering, read_number
from callcenter.rules.detection.gist import gists
from callcenter.rules.detection.pages import ArchivedMoment, ArchivedPage
from callcenter.store.record.archive import page_row, row_id
from callcenter.store.record.call_events import CallEventTold
from callcenter.store.record.models import (
    AgentStateRow,
    ArchivedFactsRow,
    Base,
    CallRow,
    GapRow,
    HoldRow,
    LostCallRow,
    OfferRow,
    OwnCallRow,
    Row,
    SurveyRow,
    TalkRow,
    VisitRow,
)
from callcenter.untrusted import storable

Table = type[Base]
_VisitKey = tuple[str, str, int]
_TalkKey = tuple[str, str, int | None]


class RowChanges:
    """Rows to be written together, the last version of each; then what else became known of rows written before.

    Attributes:
        tables: Rows by table and id.
        filled: Of visits that had ended: the columns by which one is found, and those that are set.
        calls: What is told outside of calls.
    """

    def __init__(self) -> None:
        self.tables: dict[Table, dict[str, Row]] = {}
        self.filled: list[tuple[Row, Row]] = []
        self.calls: list[CallEventTold] = []

    def put(self, table: Table, row: Row) -> None:
        """Write this row as it is now; a later `put` of the same id replaces it."""
        self.tables.setdefault(table, {})[row["id"]] = dict(row)

    def __bool__(self) -> bool:
        return bool(self.tables or self.filled)


class Recorder:
    """Turn the facts of one switch into rows."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._visits: dict[_VisitKey, Row] = {}
        self._spans: dict[str, Row] = {}
        self._own: dict[str, Row] = {}
        self._talks: dict[_TalkKey, Row] = {}
        self._position = 0
        self._index = 0
        self._changes = RowChanges()
        self._numbering = PLAIN

    def reopen(self, visits: Iterable[Row], spans: Iterable[Row], own: Iterable[Row], talks: Iterable[Row]) -> None:
        """Remember the rows that have no end yet."""
        self._visits = {(row["uniqueid"], row["queue"] or "", row["n"]): row for row in visits}
        self._spans = {row["interface"]: row for row in spans}
        self._own = {row["uniqueid"]: row for row in own}
        self._talks = {_talk_key(row): row for row in talks}

    def record(
        self,
        position: int,
        facts: Sequence[fx.Fact],
        changes: RowChanges,
        *,
        graded: bool = True,
        numbering: Numbering = PLAIN,
    ) -> None:
        """Add what one event made true, numbers read as they were then; positions must rise."""
        self._position, self._changes, self._numbering = position, changes, numbering
        if told := gists(facts):
            changes.put(ArchivedFactsRow, page_row(self._node, ArchivedPage([ArchivedMoment(position, graded, told)])))
        for self._index, fact in enumerate(facts):
            self._take(fact)

    @singledispatchmethod
    def _take(self, fact: fx.Fact) -> None:
        """Pass over what only live views follow."""

    @_take.register
    def _(self, fact: fx.VisitJoined) -> None:
        row = self._blank_visit(fact.uniqueid, fact.queue, fact.n)
        row.update(joined_at=fact.at, joined_position=self._position, caller=_text(fact.caller))
        self._visits[fact.uniqueid, fact.queue, fact.n] = row
        self._changes.put(VisitRow, row)

    @_take.register
    def _(self, fact: fx.VisitLeft) -> None:
        row = self._visits.get((fact.uniqueid, fact.queue, fact.n))
        if row is not None:
            row["left_at"] = fact.at
            self._changes.put(VisitRow, row)

    @_take.register
    def _(self, fact: fx.VisitEnded) -> None:
        visit = fact.visit
        row = self._visits.pop((visit.uniqueid, visit.queue or "", visit.n), None)
        if row is None:
            row = self._blank_visit(visit.uniqueid, visit.queue, visit.n)
        told = _columns(visit, VisitRow, without=("filled",)) | self._key(visit)
        self._changes.put(VisitRow, row | told | {"ended_position": self._position})

    @_take.register
    def _(self, fact: fx.VisitFilled) -> None:
        visit = fact.visit
        told = _columns(visit, VisitRow) | self._key(visit)
        if visit.frames:
            names_it = {name: told[name] for name in ("uniqueid", "queue", "n", "frames")}
            known = {name: told[name] for name in (*visit.filled, "filled")}
            if "caller" in known:
                known |= self._key(visit)
            self._changes.filled.append((names_it | {"node": self._node}, known))
        else:
            at = {"joined_position": self._position, "ended_position": self._position}
            self._changes.put(VisitRow, self._blank_visit(visit.uniqueid, visit.queue, visit.n) | told | at)

    @_take.register
    def _(self, fact: fx.OfferEnded) -> None:
        visit = self._visits.get((fact.uniqueid, fact.queue, fact.visit))
        visit_id = visit["id"] if visit is not None else self._id("visit", fact.uniqueid, fact.queue, fact.visit)
        row = _columns(fact.offer, OfferRow)
        row.update(
            id=self._id("offer", fact.uniqueid, fact.offer.interface, self._position, self._index),
            visit_id=visit_id,
            queue=fact.queue,
            ended_position=self._position,
        )
        self._changes.put(OfferRow, row)

    @_take.register
    def _(self, fact: fx.TalkBegan) -> None:
        row = self._talk_row(fact.talk) | {"began_position": self._position}
        self._talks[_talk_key(row)] = row
        self._changes.put(TalkRow, row)

    @_take.register
    def _(self, fact: fx.TalkEnded) -> None:
        told = self._talk_row(fact.talk)
        row = self._talks.pop(_talk_key(told), told)
        same = {name: row[name] for name in ("id", "began_position")}
        self._changes.put(TalkRow, told | same | {"ended_position": self._position})

    @_take.register
    def _(self, fact: CallHeld) -> None:
        row = _columns(fact, HoldRow) | {
            "id": self._id("hold", fact.uniqueid, self._position, self._index),
            "node": self._node,
            "position": self._position,
        }
        self._changes.put(HoldRow, row)

    @_take.register
    def _(self, fact: fx.SurveyEnded) -> None:
        survey = fact.survey
        given = {question.name.lower(): survey.answers.get(question) for question in Question}
        self._changes.put(
            SurveyRow,
            _columns(survey, SurveyRow)
            | given
            | {
                "id": self._id("survey", survey.uniqueid, self._position, self._index),
                "node": self._node,
                "result": survey.result.value,
                "ended_position": self._position,
            },
        )

    @_take.register
    def _(self, fact: fx.LostCallChanged) -> None:
        lost = fact.lost
        self._changes.put(
            LostCallRow,
            _columns(lost, LostCallRow)
            | {"id": lost_call_id(self._node, lost), "node": self._node, "position": self._position},
        )

    @_take.register
    def _(self, fact: fx.CallEnded) -> None:
        call = fact.call
        told = [m for v in call.visits for m in (v.joined_at, v.left_at, v.ended_at, v.refused_at)]
        told += [m for t in call.talks for m in (t.start, t.end)]
        moments = [m for m in told if m is not None]
        self._changes.put(
            CallRow,
            {
                "id": self._id("call", call.call, self._position, self._index),
                "node": self._node,
                "call": _text(call.call),
                "visits": len(call.visits),
                "first_at": min(moments, default=None),
                "last_at": max(moments, default=None),
                "ended_position": self._position,
            },
        )

    @_take.register
    def _(self, fact: fx.AgentStateChanged) -> None:
        before = self._spans.get(fact.interface)
        if before is not None:
            end = fact.at if fact.ended is None else fact.ended.end
            self._changes.put(AgentStateRow, before | {"ended_at": end, "ended_position": self._position})
        row = {
            "id": self._id("state", fact.interface, self._position, self._index),
            "node": self._node,
            "agent": _text(fact.agent),
            "interface": _text(fact.interface),
            "state": fact.state.value,
            "reason": _text(fact.reason),
            "queues": _json(fact.queues),
            "started_at": fact.at,
            "ended_at": None,
            "began_position": self._position,
            "ended_position": None,
        }
        self._spans[fact.interface] = row
        self._changes.put(AgentStateRow, row)

    @_take.register
    def _(self, fact: fx.OwnCallBegan) -> None:
        self._note_own(fact.own)

    @_take.register
    def _(self, fact: fx.LineBlocked) -> None:
        self._note_own(fact.own)["blocked_at"] = fact.at
        self._changes.put(OwnCallRow, self._own[fact.own.uniqueid])

    @_take.register
    def _(self, fact: fx.OwnCallEnded) -> None:
        row = self._note_own(fact.own)
        del self._own[fact.own.uniqueid]
        self._changes.put(OwnCallRow, row | {"ended_position": self._position})

    @_take.register
    def _(self, fact: fx.GapSeen) -> None:
        self._changes.put(
            GapRow,
            {
                "id": self._id("gap", self._position, self._index),
                "node": self._node,
                "started_at": fact.start,
                "ended_at": fact.at,
                "cause": fact.cause,
                "ended_position": self._position,
            },
        )
        if fact.cause == "restart":
            # the switch was down: what lines were open is over, and nobody saw when
            for row in self._own.values():
                self._changes.put(OwnCallRow, row | {"in_gap": True, "ended_position": self._position})
            self._own.clear()

    def _note_own(self, own: fx.OwnCall) -> Row:
        row = self._own.get(own.uniqueid)
        if row is None:
            row = {
                "id": self._id("own", own.uniqueid, self._position),
                "node": self._node,
                "blocked_at": None,
                "began_position": self._position,
                "ended_position": None,
            }
            self._own[own.uniqueid] = row
        row.update(_columns(own, OwnCallRow))
        self._changes.put(OwnCallRow, row)
        return row

    def _talk_row(self, talk: fx.Talk) -> Row:
        return _columns(talk, TalkRow) | {
            "id": self._id("talk", talk.uniqueid, talk.interface, self._position, self._index),
            "node": self._node,
            "started_at": talk.start,
            "ended_at": talk.end,
            "began_position": None,
            "ended_position": None,
        }

    def _blank_visit(self, uniqueid: str, queue: str | None, n: int) -> Row:
        row: Row = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
        row.update(
            id=self._id("visit", uniqueid, queue, n, self._position, self._index),
            node=self._node,
            uniqueid=_text(uniqueid),
            queue=_text(queue),
            n=n,
        )
        return row

    def _key(self, visit: fx.Visit) -> Row:
        return {"caller_key": key_of(visit.caller, self._numbering)}

    def _id(self, *parts: object) -> str:
        return row_id(self._node, *parts)


def lost_call_id(node: str, lost: LostCall) -> str:
    """Name a lost call; the same from its loss to its closing."""
    return row_id(node, "lost", lost.uniqueid, lost.queue, lost.n)


def key_of(caller: str | None, numbering: Numbering) -> str:
    """Return a caller's number as it is compared, empty where it is nobody's."""
    return read_number(caller or "", numbering).key or ""


def _talk_key(row: Row) -> _TalkKey:
    return row["uniqueid"], row["interface"], row["started_at"]


def _columns(record: msgspec.Struct, table: Table, without: Sequence[str] = ()) -> Row:
    """Take the fields of a record that the table has as columns."""
    wanted = {column.name for column in table.__table__.columns}.difference(without)
    return {name: _value(getattr(record, name)) for name in record.__struct_fields__ if name in wanted}


def _value(value: Any) -> Any:
    match value:
        case VisitOutcome() | OfferOutcome() | EndedBy() | AgentState() | How() | FollowUpState() | FollowUpBy():
            return value.value
        case str():
            return _text(value)
        case tuple():
            return _json(value)
        case _:
            return value


def _text(value: str | None) -> str | None:
    return None if value is None else storable(value)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
