"""The agent's daily register of callers, signed as it was: what is other since then shows, row by row (pure)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from callcenter.domain.frame import Micros

_encode = msgspec.json.Encoder(order="deterministic").encode


class CallerNote(msgspec.Struct, frozen=True, kw_only=True):
    """What was recorded of a call."""

    id: str
    words: str
    callback_to: str | None
    callback_by: Micros | None
    given_by: str


class RegisterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A call in which the agent talked."""

    uniqueid: str
    queue: str | None
    caller: str | None
    answered_at: Micros
    ended_at: Micros | None
    notes: tuple[CallerNote, ...]

    @property
    def hash(self) -> str:
        """Return the hex SHA-256 of what cannot be personal: the call, its times, the ids of its notes."""
        told = (self.uniqueid, self.queue, self.answered_at, self.ended_at, [note.id for note in self.notes])
        return hashlib.sha256(_encode(told)).hexdigest()


class SinceSigned(StrEnum):
    """What became of a row after its register was signed."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"


class SignedRow(msgspec.Struct, frozen=True):
    """What is kept of a row that was signed."""

    uniqueid: str
    hash: str


class RegisterChanges(msgspec.Struct, frozen=True):
    """What is other than it was signed; `gone` names calls that are no longer there."""

    rows: Mapping[str, SinceSigned]
    gone: tuple[str, ...]


def signed_rows(rows: Iterable[RegisterRow]) -> list[SignedRow]:
    """Return what is kept of rows."""
    return [SignedRow(row.uniqueid, row.hash) for row in rows]


def register_hash(rows: Sequence[SignedRow]) -> str:
    """Return the hash of a whole register, which is what its agent signs."""
    return hashlib.sha256(_encode(rows)).hexdigest()


def changes_since(signed: Sequence[SignedRow], rows: Sequence[RegisterRow]) -> RegisterChanges:
    """Hold the rows of now against those that were signed."""
    held = {one.uniqueid: one.hash for one in signed}
    found = {}
    for row in rows:
        if row.uniqueid not in held:
            found[row.uniqueid] = SinceSigned.ADDED
        else:
            found[row.uniqueid] = SinceSigned.SAME if held[row.uniqueid] == row.hash else SinceSigned.CHANGED
    return RegisterChanges(found, tuple(uniqueid for uniqueid in held if uniqueid not in found))
