"""A record derived again from the journal alone: what it says, what it stands on, and whether it comes out the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from callcenter.domain.frame import SECOND, Frame, Micros
from callcenter.errors import BadInput, JournalDamaged
from callcenter.journal import EntryKind, JournalInfo, JournalReader, Stored
from callcenter.locale import Language, english
from callcenter.reports.board.words import VISITS
from callcenter.reports.records.explain_words import label, word
from callcenter.rules.records.violation import Impact, RosterLine, Violation
from callcenter.tracker import Follower, RulesInForce, reread
from callcenter.tracker.pruning.journal import readable
from callcenter.untrusted import replaced

_SHOWN = (
    "Event",
    "Channel",
    "ChannelStateDesc",
    "Queue",
    "MemberName",
    "Interface",
    "DialStatus",
    "Cause",
    "TechCause",
)
_EVERY = 5000
WAITS = "waiting"
"""The outcome of a customer who still waits at the end of the input."""


class Exhibit(msgspec.Struct, frozen=True):
    """One frame that a record stands on, as the journal keeps it; an event of the service itself says nothing."""

    position: int
    recorded_at: Micros
    hash: str
    said: str


class Derived(msgspec.Struct, frozen=True):
    """A record as it comes out of the journal, with its exhibits."""

    violation: Violation
    exhibits: tuple[Exhibit, ...]


def derive(
    journal: Path, in_force: RulesInForce, progress: Callable[[int], None] = lambda _: None
) -> Iterator[Violation]:
    """Yield every record that the journal gives; as `judged`."""
    for violation, _ in judged(journal, in_force, progress):
        yield violation


def judged(
    journal: Path, in_force: RulesInForce, progress: Callable[[int], None] = lambda _: None
) -> Iterator[tuple[Violation, RulesInForce]]:
    """Yield every record that the journal gives, from its beginning to its end, and by what it was decided.

    It is judged by the rulebook and the roster that the journal says were in force; `in_force` stands in where an older
    journal does not say. Where old entries were cut, it is followed exactly from the first state that was saved after
    them, and before that only as far as what was cut is not missed.

    Records whose time to settle has not come by then are told as what they would be if nothing more came.

    Raises:
        JournalDamaged: At the first entry that is not as it was written.
    """
    follower = Follower(in_force)
    with JournalReader(journal) as reader:
        begins, saved = _saved(reader, in_force)
        for stored in reader.read():
            if saved is not None and stored.position > begins:
                follower, saved = saved, None
            found = follower.follow(*reread(stored)).violations
            yield from ((violation, follower.in_force or in_force) for violation in found)
            if stored.position % _EVERY == 0:
                progress(stored.position)
    follower = saved or follower
    assert follower.judge is not None
    if follower.floor.state.now is not None:
        last = follower.judge.finish(follower.floor.state.now, follower.floor.open_own_calls())
        yield from ((violation, follower.in_force or in_force) for violation in last)


def _saved(reader: JournalReader, in_force: RulesInForce) -> tuple[int, Follower | None]:
    """Find the first state after what was cut, if anything was; a later one is not needed."""
    anchor, _ = reader.bounds()
    if not anchor.position:
        return 0, None
    begins, found = 0, None
    for state in reader.saved_states():
        if state.position >= anchor.position and readable(state):
            begins, found = state.position, state
    return begins, None if found is None else Follower.restore(found.blob, in_force)


def exhibits(journal: Path, violation: Violation) -> tuple[Exhibit, ...]:
    """Take the frames that a record stands on out of the journal, each checked against its seal.

    Raises:
        JournalDamaged: One is not as it was written.
        BadInput: One is no longer kept.
    """
    with JournalReader(journal) as reader:
        return tuple(_exhibit(reader.read_one(position)) for position in sorted(set(violation.frames)))


def explain(journal: Path, in_force: RulesInForce, record: str) -> Derived:
    """Derive one record again.

    Args:
        journal: The journal's file.
        in_force: Rulebook and roster, where the journal does not say.
        record: The record's id, or the beginning of it.

    Raises:
        BadInput: The journal does not give such a record: with this rulebook and roster it does not reproduce.
        JournalDamaged: The journal is not what was written.
    """
    return explained(journal, derive(journal, in_force), record)


def explained(journal: Path, violations: Iterable[Violation], record: str) -> Derived:
    """Find one record among those that were derived, with its exhibits; errors as `explain`."""
    found = {v.id: v for v in violations if v.id.startswith(record)}
    if len(found) > 1:
        raise BadInput(f"{len(found)} records begin with {record}: give more of the id.")
    if not found:
        begins = cut_before(journal)
        why = english("with this rulebook and roster it does not reproduce")
        if begins is not None:
            why = english(f"it no longer reaches back before entry {begins.first}, or {why}")
        raise BadInput(f"the journal gives no record {record}: {why}.")
    (violation,) = found.values()
    return Derived(violation, exhibits(journal, violation))


def cut_before(journal: Path) -> JournalInfo | None:
    """Say where a journal begins whose older entries were cut; None: none were."""
    with JournalReader(journal) as reader:
        info = reader.info()
    return info if info.first > 1 else None


def told(
    derived: Derived, zone: ZoneInfo, language: Language, standing: str | None = None, history: Iterable[str] = ()
) -> Iterator[str]:
    """Yield the explanation, a line each; for one that was filed, with where it stands and what was done with it."""
    v, say = derived.violation, partial(word, language=language)
    yield f"{v.rule}  {replaced(v.agent)}  {standing or say(f'verdict.{v.verdict}')}  ({v.rulebook})"
    yield f"  {v.why(language)}"
    yield f"  {label('id', language)} {v.id}"
    yield f"  {label('time', language)} {clock(v.start, zone)} {say('to')} {clock(v.end, zone)}"
    yield from history
    if v.measured is not None:
        yield f"  {label('measured', language)} {_measured(v, language)}"
    yield f"  {label('roster', language)} {_rostered(v.roster, zone, language)}"
    if v.impact is not None:
        kept_out = [f"{replaced(i.queue or '?')} {replaced(i.uniqueid)} ({_outcome(i, language)})" for i in v.impact]
        yield f"  {label('impact', language)} {', '.join(kept_out) or say('none')}"
    for point in v.timeline:
        yield f"  {clock(point.at, zone)[11:]}  {replaced(point.told(language))}"
    yield f"  {label('ruled_out', language)} {', '.join(say(f'check.{code}') for code in v.ruled_out) or say('none')}"
    yield f"  {label('evidence', language)} {say('columns')}"
    for exhibit in derived.exhibits:
        recorded = clock(exhibit.recorded_at, zone)
        said = replaced(exhibit.said) or say("own_event")
        yield f"    {exhibit.position:>8}  {recorded}  {exhibit.hash[:16]}  {said}"
    yield f"  {say('reproduced', count=len(derived.exhibits))}"


def _measured(v: Violation, language: Language) -> str:
    parts = [f"{v.measured:.6f}"]
    parts += [] if v.limit is None else [f"{word('limit', language)} {v.limit:.6f}"]
    parts += [] if v.uncertainty is None else [f"{word('uncertainty', language)} {v.uncertainty:g}"]
    return f"{', '.join(parts)} {v.unit or ''}".rstrip()


def _rostered(line: RosterLine | None, zone: ZoneInfo, language: Language) -> str:
    say = partial(word, language=language)
    if line is None:
        return say("no_roster")
    between = f" {say('to')} "
    shift = say("no_shift") if line.shift is None else between.join(clock(at, zone)[:16] for at in line.shift)
    who = (line.agent, line.interface or say("no_phone"), line.team or say("no_team"))
    return f"{', '.join(map(replaced, who))}: {shift}"


def _outcome(impact: Impact, language: Language) -> str:
    if impact.outcome == WAITS:
        return word("waits", language)
    return VISITS.say(impact.outcome, language)


def _exhibit(stored: Stored) -> Exhibit:
    if stored.kind != EntryKind.FRAME:
        return Exhibit(stored.position, stored.recorded_at, stored.hash.hex(), "")
    frame = reread(stored).frame
    if frame is None:
        raise JournalDamaged(f"journal entry {stored.position} holds no frame.")
    return Exhibit(stored.position, stored.recorded_at, stored.hash.hex(), said_by(frame))


def said_by(frame: Frame) -> str:
    """Say what tells most of a frame."""
    return " · ".join(frame.headers[name] for name in _SHOWN if frame.headers.get(name))


def clock(at: Micros | None, zone: ZoneInfo) -> str:
    """Write a moment with its microseconds."""
    return "?" if at is None else datetime.fromtimestamp(at / SECOND, zone).strftime("%Y-%m-%d %H:%M:%S.%f")
