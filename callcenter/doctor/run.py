"""The doctor's checks as the service runs them for whoever asks: once at a time, told as they are found."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from callcenter.doctor.inspect import Check
from callcenter.domain.frame import Micros
from callcenter.errors import CallcenterError
from callcenter.locale import english
from callcenter.store.conflicts import Conflict

log = structlog.get_logger()

Examine = Callable[[Callable[[list[Check]], None]], Awaitable[None]]
"""Runs the checks, telling each step's as they are found."""


class DoctorRun:
    """The run that goes on, or the last one.

    Attributes:
        checks: What was found so far.
        fault: What kept it from going on; empty: nothing did.
        begun_at: When it began; None: there was none yet.
        ended_at: When it ended; None: it goes on, or there was none.
    """

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.fault = ""
        self.begun_at: Micros | None = None
        self.ended_at: Micros | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._task is not None and not self._task.done()

    def start(self, examine: Examine, clock: Callable[[], Micros]) -> None:
        """Begin a run.

        Raises:
            Conflict: One goes on.
        """
        if self.running:
            raise Conflict("the checks are being run: wait until they have ended")
        self.checks, self.fault, self.begun_at, self.ended_at = [], "", clock(), None
        self._task = asyncio.create_task(self._run(examine, clock), name="doctor")

    def stop(self) -> None:
        """End the run that goes on; what was found stays."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self, examine: Examine, clock: Callable[[], Micros]) -> None:
        try:
            await examine(self.checks.extend)
        except CallcenterError as error:
            self.fault = str(error)
        except OSError as error:
            log.warning("doctor_failed", reason=str(error))
            self.fault = english("the switch cannot be reached")
        finally:
            self.ended_at = clock()
