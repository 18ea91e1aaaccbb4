"""Which rulebook and roster are in force: looked for again and again, and journalled whenever they have changed.

A rulebook that two people approved wins over the settings' file; what they approved of the roster is laid over its
file. What cannot be used changes nothing: the rules before stays, the fault is logged once and shown on a gauge until
it is mended.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
import structlog

from callcenter.clock import wall_clock
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput, FileTaken, StoreError
from callcenter.files.roster import read_form
from callcenter.files.rulebook import written
from callcenter.rules.records.standing import SERVICE
from callcenter.staff.roster_days import RosterSaid
from callcenter.staff.roster_form import Form
from callcenter.store import DecisionStore, StoreAway
from callcenter.store.audit import Audited
from callcenter.store.decisions.changes import (
    Change,
    ChangeKind,
    last_of_roster,
    newest,
    roster_changes,
    roster_said_by,
)
from callcenter.tracker.inputs import RulesInForce, TrackerPort

log = structlog.get_logger()

LOOK_SECONDS = 5.0
"""A roster that was saved, or a change that was approved, holds this much later at the latest."""

Read = Callable[[dict[str, Any] | None, Sequence[RosterSaid]], RulesInForce]
"""Reads the settings' files, with a rulebook that was approved, as it is written, in the place of theirs, and what was
approved of the roster laid over it."""


class _Approved(NamedTuple):
    """What people have approved: a rulebook, and what of the roster."""

    rulebook: Change | None
    roster: list[Change]


class RulesPort(TrackerPort, Protocol):
    """Who is to judge by what is in force."""

    rules_refused: bool


class RulesFiles:
    """The files and the approved changes that make the rules in force.

    Args:
        decisions: Where changes are approved.
        read: Reads the files.
        rulebook: The file of the rulebook; None: the packaged one.
        roster: The file of the roster, if there is one.
    """

    def __init__(
        self, decisions: DecisionStore, read: Read, rulebook: Path | None = None, roster: Path | None = None
    ) -> None:
        self._decisions = decisions
        self._read = read
        self._rulebook = rulebook
        self._roster = roster
        self._files = tuple(path for path in (rulebook, roster) if path is not None)
        self._seen: object = None

    async def in_force(self) -> RulesInForce:
        """Read what is in force.

        Raises:
            BadInput: A file or the approved rulebook cannot be used.
            StoreError: The database cannot be read.
        """
        return await self._made(_Approved(await self._approved(), await self._approved_of_roster()))

    async def written(self, before: Micros | None = None) -> dict[str, Any]:
        """Return the rulebook as it is written, to be changed and proposed; errors as `in_force`.

        With `before` it is the one that had been approved until then, or that of the file.
        """
        change = await self._approved(before)
        return await asyncio.to_thread(written, self._rulebook) if change is None else change.content

    async def filed_roster(self) -> Form | None:
        """Return what the roster's file says; None: there is none. Errors as `read_form`."""
        return None if self._roster is None else await asyncio.to_thread(read_form, self._roster)

    async def keep(self, tracker: RulesPort) -> None:
        """Have a tracker judge by what is in force, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look(tracker)
            except FileTaken:
                raise
            except StoreError as error:  # the journal's failure ends the service by itself
                log.warning("rules_unread", reason=str(error))

    async def look(self, tracker: RulesPort) -> None:
        """Look once; what has changed is noted in the audit log, then journalled, and holds from there on."""
        try:
            change = await self._approved()
            state = (None if change is None else change.id, await self._last_of_roster(), *map(_stamp, self._files))
            if state != self._seen:
                await self._renew(tracker, _Approved(change, await self._approved_of_roster()))
                self._seen = state
        except StoreAway as error:
            log.warning("rules_unread", reason=str(error))

    async def _renew(self, tracker: RulesPort, approved: _Approved) -> None:
        try:
            in_force = await self._made(approved)
        except BadInput as error:
            tracker.rules_refused = True
            log.warning("rules_refused", reason=str(error), advice="the rules before stay in force: mend the file")
            return
        tracker.rules_refused = False
        if in_force != tracker.in_force:
            await self._enact(tracker, in_force)

    async def _enact(self, tracker: RulesPort, in_force: RulesInForce) -> None:
        version = in_force.rulebook.editions[-1].version
        told = {
            "rulebook": digest(in_force.rulebook),
            "roster": digest(in_force.roster),
            "numbering": digest(in_force.numbering),
        }
        async with self._decisions.writing() as unit:
            at = wall_clock()
            await unit.note(Audited(at=at, actor=SERVICE, action="enact", kind="rules", subject=version, detail=told))
        await tracker.enter(in_force)
        log.info("rules_enacted", edition=version, **told)

    async def _approved(self, before: Micros | None = None) -> Change | None:
        async with self._decisions.reading() as connection:
            return await newest(connection, ChangeKind.RULEBOOK, before=before)

    async def _approved_of_roster(self) -> list[Change]:
        async with self._decisions.reading() as connection:
            return await roster_changes(connection)

    async def _last_of_roster(self) -> str | None:
        async with self._decisions.reading() as connection:
            return await last_of_roster(connection)

    async def _made(self, approved: _Approved) -> RulesInForce:
        rulebook = None if approved.rulebook is None else approved.rulebook.content
        return await asyncio.to_thread(self._read, rulebook, roster_said_by(approved.roster))


def digest(part: Any) -> str:
    """Hash a part of the rules in force, to name it in logs and in the audit log."""
    return hashlib.sha256(msgspec.json.encode(part, order="deterministic")).hexdigest()[:16]


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
