"""Which rulebook and roster are in force: looked for again and again, and journalled whenever they have changed.

A rulebook that two people approved wins over the settings' file. What cannot be used changes nothing: the court before
stays, the fault is logged once and shown on a gauge until it is mended.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec
import structlog

from callcenter.errors import BadInput, FileTaken, StoreError
from callcenter.rules.records.standing import SERVICE
from callcenter.rules.regulations.rulebook import written
from callcenter.store import Office, StoreAway
from callcenter.store.audit import Audited
from callcenter.store.decisions.changes import Change, ChangeKind, newest
from callcenter.tracker.inputs import Court, Hearing

log = structlog.get_logger()

LOOK_SECONDS = 5.0
"""A roster that was saved, or a change that was approved, holds this much later at the latest."""

Read = Callable[[dict[str, Any] | None], Court]
"""Reads the settings' files, with a rulebook that was approved, as it is written, in the place of theirs."""


class Sitting(Hearing, Protocol):
    """Who is to judge by what is in force."""

    rules_refused: bool


class Rules:
    """The files and the approved changes that make the court.

    Args:
        office: Where changes are approved.
        read: Reads the files.
        rulebook: The file of the rulebook; None: the packaged one.
        roster: The file of the roster, if there is one.
    """

    def __init__(self, office: Office, read: Read, rulebook: Path | None = None, roster: Path | None = None) -> None:
        self._office = office
        self._read = read
        self._rulebook = rulebook
        self._files = tuple(path for path in (rulebook, roster) if path is not None)
        self._seen: object = None

    async def court(self) -> Court:
        """Read what is in force.

        Raises:
            BadInput: A file or the approved rulebook cannot be used.
            StoreError: The database cannot be read.
        """
        return await self._made(await self._approved())

    async def written(self) -> dict[str, Any]:
        """Return the rulebook in force as it is written, to be changed and proposed; errors as `court`."""
        change = await self._approved()
        return await asyncio.to_thread(written, self._rulebook) if change is None else change.content

    async def keep(self, tracker: Sitting) -> None:
        """Have a tracker judge by what is in force, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look(tracker)
            except FileTaken:
                raise
            except StoreError as error:  # the journal's failure ends the service by itself
                log.warning("rules_unread", reason=str(error))

    async def look(self, tracker: Sitting) -> None:
        """Look once; what has changed is noted in the audit log, then journalled, and holds from there on."""
        try:
            change = await self._approved()
            state = (None if change is None else change.id, *map(_stamp, self._files))
            if state != self._seen:
                await self._renew(tracker, change)
                self._seen = state
        except StoreAway as error:
            log.warning("rules_unread", reason=str(error))

    async def _renew(self, tracker: Sitting, change: Change | None) -> None:
        try:
            court = await self._made(change)
        except BadInput as error:
            tracker.rules_refused = True
            log.warning("rules_refused", reason=str(error), advice="the rules before stay in force: mend the file")
            return
        tracker.rules_refused = False
        if court != tracker.court:
            await self._enact(tracker, court)

    async def _enact(self, tracker: Sitting, court: Court) -> None:
        version = court.rulebook.editions[-1].version
        told = {
            "rulebook": digest(court.rulebook),
            "roster": digest(court.roster),
            "numbering": digest(court.numbering),
        }
        async with self._office.writing() as desk:
            at = time.time_ns() // 1000
            await desk.note(Audited(at=at, actor=SERVICE, action="enact", kind="rules", subject=version, detail=told))
        await tracker.enter(court)
        log.info("rules_enacted", edition=version, **told)

    async def _approved(self) -> Change | None:
        async with self._office.reading() as connection:
            return await newest(connection, ChangeKind.RULEBOOK)

    async def _made(self, change: Change | None) -> Court:
        return await asyncio.to_thread(self._read, None if change is None else change.content)


def digest(part: Any) -> str:
    """Hash a part of a court, to name it in logs and in the audit log."""
    return hashlib.sha256(msgspec.json.encode(part, order="deterministic")).hexdigest()[:16]


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
