"""Drafts of a rulebook tried over the archive, one at a time, beside what the service does.

A trial reads months and takes minutes: it runs in a thread with connections of its own, tells how far it has come, and
ends where it is asked to. What it found is kept in memory until others have been tried; nothing is recorded of it.
"""

from __future__ import annotations

import asyncio
import threading
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

import structlog

from callcenter.domain.frame import Micros
from callcenter.errors import CallcenterError
from callcenter.locale import english
from callcenter.reports.trial.run import open_archive
from callcenter.reports.trial.verdicts import AROUND, Outcome, TrialSpan
from callcenter.rules.regulations.edition import Rulebook
from callcenter.store.conflicts import Conflict, Missing
from callcenter.store.record.archive import Extent
from callcenter.store.settings import StoreSettings
from callcenter.tracker import RulesInForce

_KEPT = 8

log = structlog.get_logger()


class TrialState(StrEnum):
    """How far a trial is."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class TrialAsked(NamedTuple):
    """What is tried, by which rules in force, over which days (both inclusive), and by which account."""

    draft: Rulebook
    in_force: RulesInForce
    first: date
    last: date
    span: TrialSpan
    by: str


class _Stopped(CallcenterError):
    """Somebody asked it to end."""


class TrialRun:
    """One trial; what is not known yet is None."""

    def __init__(self, number: str, asked: TrialAsked) -> None:
        self.id = number
        self.asked = asked
        self.state = TrialState.RUNNING
        self.archived: Extent | None = None
        self.outcome: Outcome | None = None
        self.fault: str | None = None
        self.stopping = False
        self._reached: Micros | None = None

    @property
    def progress(self) -> float:
        """The share that is done."""
        if self.state is TrialState.DONE:
            return 1.0
        if self._reached is None:
            return 0.0
        span = self.asked.span
        begin, whole = span.start - AROUND, span.end - span.start + 2 * AROUND
        return min(1.0, max(0.0, (self._reached - begin) / whole))

    def reach(self, at: Micros) -> None:
        """Note how far it has come; raises where it is to end."""
        self._reached = at
        if self.stopping:
            raise _Stopped("the trial was stopped")


class Trials(Protocol):
    """Where drafts are tried."""

    def start(self, number: str, asked: TrialAsked) -> TrialRun:
        """Begin; the same number again is the same trial."""

    def run(self, number: str) -> TrialRun:
        """Find a trial."""


class ArchiveTrials:
    """Trials over the archive of one switch."""

    def __init__(self, settings: StoreSettings, node: str) -> None:
        self._settings = settings
        self._node = node
        self._runs: dict[str, TrialRun] = {}

    def start(self, number: str, asked: TrialAsked) -> TrialRun:
        """Begin; the same number again is the same trial.

        Raises:
            Conflict: Another one is running.
        """
        if number in self._runs:
            return self._runs[number]
        if any(one.state is TrialState.RUNNING for one in self._runs.values()):
            raise Conflict("another draft is being tried: wait until that has ended, or stop it")
        self._runs = dict([*self._runs.items()][1 - _KEPT :])
        run = self._runs[number] = TrialRun(number, asked)
        threading.Thread(target=self._work, args=(run,), name=f"trial-{number[:8]}", daemon=True).start()
        return run

    def run(self, number: str) -> TrialRun:
        """Find a trial.

        Raises:
            Missing: There is none, or it was long ago.
        """
        if number not in self._runs:
            raise Missing("there is no such trial any more")
        return self._runs[number]

    def _work(self, run: TrialRun) -> None:
        try:
            run.outcome = asyncio.run(self._tried(run))
            run.state = TrialState.DONE
        except _Stopped:
            run.state = TrialState.STOPPED
        except CallcenterError as error:
            run.fault, run.state = str(error), TrialState.FAILED
        except Exception as error:  # the end of a thread: whoever waits must be told
            log.exception("trial_failed", error=str(error))
            run.fault, run.state = english("the trial broke off; the log says why"), TrialState.FAILED

    async def _tried(self, run: TrialRun) -> Outcome:
        asked = run.asked
        async with open_archive(self._settings, self._node, asked.in_force.rulebook.zone) as archive:
            run.archived = await archive.covers(asked.span)
            return await archive.tried(asked.in_force, asked.draft, asked.span, run.reach)
