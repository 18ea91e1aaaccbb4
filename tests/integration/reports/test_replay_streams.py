"""A replay's output follows its input: nothing waits for the end that need not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.files.rulebook import load_rulebook
from callcenter.reports.replay import recorded as replay
from callcenter.reports.replay.document import Document
from callcenter.reports.replay.judging import Judging
from callcenter.reports.replay.reconcile import Reconcile
from callcenter.reports.replay.recorded import TAPE_BITS, Replay, first_moment, place_of
from callcenter.reports.replay.shapes import Shape
from callcenter.tracker import RulesInForce
from tests.bench.stream import chunks

EVENTS = 36_000
COURT = RulesInForce(load_rulebook(), None)


def document(tape: Path) -> Document:
    judging = Judging(COURT.rulebook, None, (tape,))
    run = Replay((tape,), COURT)
    return Document(run, Reconcile(), judging)


def test_calls_come_out_while_the_tape_is_read_and_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def counted(_: Path) -> Iterator[bytes]:
        for chunk in chunks(EVENTS):
            read.append(len(chunk))
            yield chunk

    monkeypatch.setattr(replay, "read_chunks", counted)
    shown = document(Path("endless"))
    when, kept = [], []
    for _ in shown.calls():
        when.append(len(read))
        kept.append(len(shown._finished))

    assert len(when) > 150
    assert when[0] < len(read) / 4
    assert when[len(when) // 2] < len(read) * 3 / 4
    assert max(kept) < 100


def test_calls_come_in_the_order_of_their_first_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "read_chunks", lambda _: chunks(EVENTS))
    orders = [call.order for call in document(Path("endless")).calls()]

    assert orders == sorted(orders)
    assert len(set(orders)) == len(orders)


def differences_of(run: Document) -> list[Shape]:
    for _ in run.calls():
        pass
    found: list[Shape] = run.rest()["differences"]
    return found


@pytest.mark.parametrize("timed", [True, False])
def test_every_caller_who_joined_is_told_of(tmp_path: Path, *, timed: bool) -> None:
    whole, tape = b"".join(chunks(4000)), tmp_path / "busy.ami"
    tape.write_bytes(whole if timed else re.sub(rb"\r\nTimestamp: [^\r]*", b"", whole))
    run = document(tape)

    assert differences_of(run) == []
    assert run._replay.joins.total() == whole.count(b"Event: QueueCallerJoin\r\n") > 25


def test_call_that_the_floor_loses_is_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tape = tmp_path / "busy.ami"
    tape.write_bytes(b"".join(chunks(12_000)))
    lost: list[fx.Fact] = []
    told_all = Floor.apply

    def tells_all_but_one(floor: Floor, event: ev.Event) -> list[fx.Fact]:
        facts = told_all(floor, event)
        ended = (fact for fact in facts if isinstance(fact, fx.CallEnded) and len(fact.call.visits) == 1)
        lost[:] = lost or [fact for fact in ended if fact.call.visits[0].joined_at is not None][:1]
        return [fact for fact in facts if fact not in lost]

    monkeypatch.setattr(Floor, "apply", tells_all_but_one)
    (difference,) = differences_of(document(tape))
    (told,) = (fact.call for fact in lost if isinstance(fact, fx.CallEnded))
    queue = told.visits[0].queue

    assert (difference["what"], difference["queue"]) == ("joins_not_conserved", queue)
    assert difference["seen"] - difference["told"] == len(told.visits) == 1


def test_the_pieces_are_one_json_object(tmp_path: Path) -> None:
    tape = tmp_path / "busy.ami"
    tape.write_bytes(b"".join(chunks(4000)))
    pieces = list(document(tape).json())

    assert len(json.loads("".join(pieces))["calls"]) == len(pieces) - 2


def test_a_position_names_the_tape_and_the_byte() -> None:
    assert place_of((3 << TAPE_BITS) + 17) == (3, 17)


def test_a_tape_without_a_timed_frame_has_no_first_moment(tmp_path: Path) -> None:
    tape = tmp_path / "quiet.ami"
    tape.write_bytes(b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nMessage: hello\r\n\r\n")

    assert first_moment(tape) is None
    assert Replay((tape,), COURT).graded is None


def test_a_login_without_the_opening_is_not_evidence(tmp_path: Path) -> None:
    bare, opened = tmp_path / "bare.ami", tmp_path / "opened.ami"
    bare.write_bytes(b"Event: Shutdown\r\nTimestamp: 1.0\r\n\r\n")
    opened.write_bytes(b"".join(chunks(1)))
    graded = []
    for tapes in ([opened], [opened, bare], [bare, opened]):
        run = Replay(tapes, COURT)
        list(run.facts())
        graded.append(run.graded)

    assert graded == [True, False, False]
