"""The two judges of a trial, each in a process of its own where there is much to judge."""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from typing import Protocol

import msgspec

from callcenter.errors import StoreError
from callcenter.numbers import PLAIN, Numbering
from callcenter.reports.trial.verdicts import Findings, Span, Trial
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.detection.pages import unpacked
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.duty import Roster

_OVER = b""
_PATIENCE = 5.0


class Side(Protocol):
    """One judge, told of packed pages."""

    def see(self, blob: bytes) -> None:
        """Take in a page; may wait until there is room for it."""

    def finish(self) -> Findings:
        """Return every record of the span."""


@contextmanager
def sides(
    rulebooks: Iterable[Rulebook],
    roster: Roster | None,
    span: Span,
    *,
    apart: bool,
    said: Sequence[Disposition] = (),
    numbering: Numbering = PLAIN,
) -> Iterator[list[Side]]:
    """Seat a judge for each rulebook; `apart` gives each a process, which costs about a second.

    Raises:
        StoreError: While they are told: a page is not what was archived, or a process was ended from outside.
    """
    told = [(rulebook, roster, span, tuple(said), numbering) for rulebook in rulebooks]
    with ExitStack() as seated:
        yield [seated.enter_context(_apart(*one)) if apart else Here(*one) for one in told]


class Here:
    """A judge in this process."""

    def __init__(
        self,
        rulebook: Rulebook,
        roster: Roster | None,
        span: Span,
        said: Sequence[Disposition] = (),
        numbering: Numbering = PLAIN,
    ) -> None:
        self._trial = Trial(rulebook, roster, span, said, numbering)

    def see(self, blob: bytes) -> None:
        """Take in a page."""
        try:
            self._trial.see(unpacked(blob))
        except ValueError as error:
            raise _damaged() from error

    def finish(self) -> Findings:
        """Return every record of the span."""
        return self._trial.finish()


class Apart:
    """A judge in a process of its own, at the other end of a pipe; the pipe's room is all that waits."""

    def __init__(self, link: Connection) -> None:
        self._link = link

    def see(self, blob: bytes) -> None:
        """Hand on a page."""
        try:
            self._link.send_bytes(blob)
        except OSError as error:
            raise _damaged() from error

    def finish(self) -> Findings:
        """Wait for the records."""
        try:
            self._link.send_bytes(_OVER)
            return msgspec.msgpack.decode(self._link.recv_bytes(), type=Findings)
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            raise _damaged() from error


@contextmanager
def _apart(
    rulebook: Rulebook, roster: Roster | None, span: Span, said: Sequence[Disposition], numbering: Numbering
) -> Iterator[Apart]:
    """Start a process that inherits nothing but its end of the pipe, and see it out."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_judge, args=(theirs, rulebook, roster, span, said, numbering), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Apart(ours)
    finally:
        ours.close()
        process.join(_PATIENCE)
        process.kill()
        process.join()
        process.close()


def _judge(
    link: Connection,
    rulebook: Rulebook,
    roster: Roster | None,
    span: Span,
    said: Sequence[Disposition],
    numbering: Numbering,
) -> None:
    """Judge what comes through the pipe; whoever sent it going away ends this, too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all: the other side ends us
    gc.disable()  # facts are trees without cycles; looking for cycles among millions takes longer than judging them
    side = Here(rulebook, roster, span, said, numbering)
    try:
        while (blob := link.recv_bytes()) != _OVER:
            side.see(blob)
        link.send_bytes(msgspec.msgpack.encode(side.finish()))
    except (EOFError, OSError, StoreError):
        link.close()


def _damaged() -> StoreError:
    return StoreError(
        "the archived facts could not be judged to their end: the archive in the database is damaged, "
        "or a process was ended from outside (is there memory enough?)"
    )
