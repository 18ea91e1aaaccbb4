"""The composition root: builds every part once, starts them in order, and stops them in the reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
from collections.abc import Coroutine, Iterator, Sequence
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import structlog

from callcenter import __version__, logs
from callcenter.ami.client import AmiClient
from callcenter.ami.session import first_error
from callcenter.ami.settings import AmiSettings
from callcenter.clock import today, wall_clock
from callcenter.config import Settings
from callcenter.domain.frame import Micros
from callcenter.errors import StoreError
from callcenter.exporter import Exporter, exporter_server
from callcenter.journal import Journal
from callcenter.listening import raise_open_files
from callcenter.numbers import PLAIN
from callcenter.ownfiles import has_wal_reset_bug, held, watch_files
from callcenter.reports.records.evidence import evidence_of
from callcenter.rules.regulations.edition import RulebookFigures
from callcenter.staff.dates import day_start
from callcenter.store import DecisionStore, Store
from callcenter.store.record.visit_queries import VisitFilter, ended_visits, followed_since
from callcenter.tracker import (
    Follower,
    GapFiller,
    LogWatch,
    RecordKeeper,
    RulesFiles,
    RulesInForce,
    Tracker,
    recover,
)
from callcenter.tracker.bound import OpenBound
from callcenter.tracker.calendar_watch import CalendarWatch
from callcenter.tracker.lost_calls.watch import LostCallsTold, watch_lost_calls
from callcenter.tracker.pruning import Pruning
from callcenter.tracker.withdrawals import Withdrawals
from callcenter.usecases.read_caller_keys import read_caller_keys
from callcenter.web.application import make_application
from callcenter.web.callers import Callers
from callcenter.web.live import LiveFeed
from callcenter.web.server import serve_web, web_server
from callcenter.web.service import Ports, build
from callcenter.web.switchboard import Switchboard

log = structlog.get_logger()

T = TypeVar("T")


class _Kept(NamedTuple):
    """What is opened before anything runs and closed after everything has stopped."""

    store: Store
    decisions: DecisionStore
    callers: Callers
    journal: Journal


class _Stopped(Exception):
    """A stop was asked for before everything ran."""


class _Parts(NamedTuple):
    """What runs, in the order of its end."""

    beside: list[asyncio.Task[None]]
    reading: asyncio.Task[None]
    tracking: asyncio.Task[None]
    last: list[asyncio.Task[None]]

    async def stop(self) -> None:
        """End everything in order; each part has begun to run, or it could not tell the next of its end."""
        for task in self.beside:
            task.cancel()
        self.reading.cancel()
        await self.tracking  # the client's end lets it finish what was read, and save
        for task in self.last:
            task.cancel()


async def serve(settings: Settings) -> None:
    """Run the service until SIGTERM or SIGINT; one that comes while it starts gives up what has begun.

    Raises:
        SwitchError: The first login failed; an unreachable switch is waited for only if `ami.wait_at_start` says so.
        StoreError: The journal or the database cannot be used, is not migrated, or its disk is full.
        BadSetting: A secret cannot be read, or the exporter's port is taken.
    """
    logs.configure(settings.log, _secrets(settings))
    os.umask(0o077)  # beside what is made private anyway: whatever a library makes
    raise_open_files()
    if has_wal_reset_bug(sqlite3.sqlite_version):
        log.warning("sqlite_outdated", version=sqlite3.sqlite_version, advice="run callcenter doctor")
    with _stop_signals() as stop, contextlib.suppress(_Stopped):
        async with contextlib.AsyncExitStack() as opened:
            kept = await _unless(stop, _open(settings, opened))
            try:
                async with asyncio.TaskGroup() as group:
                    parts = await _unless(stop, _start(settings, kept, group))
                    await stop.wait()
                    await parts.stop()
            except BaseExceptionGroup as errors:
                raise first_error(errors) from None
    log.info("service_stopped")


async def _unless(stop: asyncio.Event, work: Coroutine[None, None, T]) -> T:
    """Do something, or give it up when a stop is asked for.

    Raises:
        _Stopped: It was given up.
    """
    working, asked = asyncio.create_task(work, name="start"), asyncio.create_task(stop.wait(), name="stop")
    try:
        await asyncio.wait((working, asked), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise _Stopped
    finally:
        for task in (working, asked):
            task.cancel()
        await asyncio.wait((working, asked))


async def _start(settings: Settings, kept: _Kept, group: asyncio.TaskGroup) -> _Parts:
    rules = RulesFiles(kept.decisions, settings.in_force, settings.rules.rulebook, settings.rules.roster)
    in_force = await rules.in_force()
    if in_force.roster is None:
        log.warning("roster_missing", advice="nothing is proposed without one: set [rules] roster")
    record = RecordKeeper(kept.store, kept.journal, in_force)
    recording = group.create_task(record.run(), name="record")
    follower = await recover(kept.journal, record, in_force)

    client = AmiClient(settings.ami)
    tracker = Tracker(settings.ami.node, client, kept.journal, record, follower, OpenBound(settings.ami.max_open))
    exporter = _exporter(settings, tracker, in_force)
    exporter.fault = lambda: record.fault
    await _recall_today(settings, kept, record, follower, exporter)
    tracker.attach(exporter)
    live = _live_feed(kept, tracker, exporter, in_force) if settings.web.enabled else None
    if live is not None:
        tracker.attach(live)
    await rules.look(tracker)  # before the first frame, or a replay would not know by what that was judged
    beside = [group.create_task(rules.keep(tracker), name="rules")]
    numbering = in_force.numbering or PLAIN
    beside.append(group.create_task(read_caller_keys(kept.decisions, numbering), name="caller-keys"))
    beside.append(group.create_task(watch_files([kept.journal.file, kept.store.file]), name="files"))
    if settings.ami.queue_log is not None:
        filler = GapFiller(settings.ami.node, kept.decisions, record, tracker, follower.seen.at)
        beside += _look_at_log(settings.ami, tracker, filler, group)
    if settings.journal.keep_days:
        beside.append(_prune(settings, kept, record, group))
    client.beat_in = tracker.due_in
    server = exporter_server(settings.exporter, exporter)
    serving = group.create_task(server.run(), name="exporter")
    tell = [exporter.lost_calls] if live is None else [exporter.lost_calls, live.lost_calls]
    beside += _look_out(settings, kept.decisions, exporter, tracker, tell, in_force, group)
    tracking = group.create_task(tracker.run(), name="tracker")
    reading = group.create_task(client.run(), name="ami")
    if live is not None:
        beside.append(_answer_people(settings, kept, tracker, rules, live, in_force, group))
    log.info("service_started", version=__version__, pid=os.getpid(), exporter_port=server.port)
    return _Parts(beside, reading, tracking, [serving, recording])


async def _recall_today(
    settings: Settings, kept: _Kept, record: RecordKeeper, follower: Follower, exporter: Exporter
) -> None:
    """Let the board begin with the day so far, as the record has it."""
    await record.reached(kept.journal.durable_position)
    node, zone = settings.ami.node, ZoneInfo(settings.site.timezone)
    asked = VisitFilter(since=day_start(today(zone), zone), node=node)
    async with kept.decisions.reading() as connection:
        exporter.recall(await ended_visits(connection, asked), follower.floor, await followed_since(connection, node))


def _look_at_log(
    ami: AmiSettings, tracker: Tracker, filler: GapFiller, group: asyncio.TaskGroup
) -> list[asyncio.Task[None]]:
    """Hold the switch's own queue_log beside what is seen, and fill gaps from it."""
    assert ami.queue_log is not None
    watch = LogWatch(ami.queue_log, tracker, filler, ami.charset)
    tracker.attach_log(watch)
    return [group.create_task(each.run(), name=type(each).__name__) for each in (watch, filler)]


def _look_out(
    settings: Settings,
    decisions: DecisionStore,
    exporter: Exporter,
    tracker: Tracker,
    tell: Sequence[LostCallsTold],
    in_force: RulesInForce,
    group: asyncio.TaskGroup,
) -> list[asyncio.Task[None]]:
    """Watch what other processes and the passing of time change."""
    terms = settings.web.terms(in_force.rulebook.zone)
    withdrawals = Withdrawals(decisions, lambda: (tracker.in_force or in_force).rulebook)
    calendar = CalendarWatch(terms, lambda: (tracker.in_force or in_force).roster, wall_clock)
    return [
        group.create_task(withdrawals.watch(exporter.withdrawn), name="withdrawals"),
        group.create_task(calendar.watch(exporter.provisional), name="calendar"),
        group.create_task(watch_lost_calls(decisions, tell), name="lost-calls"),
    ]


def _prune(settings: Settings, kept: _Kept, record: RecordKeeper, group: asyncio.TaskGroup) -> asyncio.Task[None]:
    """Cut the journal's old entries every hour."""
    pruning = Pruning(kept.journal, record, settings.journal.keep_days, wall_clock)
    return group.create_task(pruning.run(), name="pruning")


def _live_feed(kept: _Kept, tracker: Tracker, exporter: Exporter, in_force: RulesInForce) -> LiveFeed:
    """Make the live stream, which says what the board shows and what happens with calls."""

    def now() -> RulesInForce:
        return tracker.in_force or in_force

    def team_of(agent: str, at: Micros) -> str | None:
        roster = now().roster
        return None if roster is None else roster.team_of(agent, at)

    return LiveFeed(exporter, tracker.health, team_of, lambda: now().numbering or PLAIN, kept.callers.who_calls)


def _answer_people(
    settings: Settings,
    kept: _Kept,
    tracker: Tracker,
    rules: RulesFiles,
    live: LiveFeed,
    first: RulesInForce,
    group: asyncio.TaskGroup,
) -> asyncio.Task[None]:
    """Serve the API."""

    def in_force() -> RulesInForce:
        return tracker.in_force or first

    ports = Ports(
        dispose=tracker.dispose,
        switch_time=tracker.switch_time,
        evidence=evidence_of(settings.journal.path),
        written=rules.written,
        live=live,
        route=kept.callers.prefer,
        switchboard=Switchboard(tracker, in_force, settings.survey.plan),
    )
    service = build(settings.web, kept.decisions, in_force, ports)
    server = web_server(settings.web, make_application(service))
    log.info("api_served", port=server.port)
    return group.create_task(serve_web(server, service), name="web")


async def _open(settings: Settings, opened: contextlib.AsyncExitStack) -> _Kept:
    _refuse_lost_database(settings)
    if settings.store.path is not None and settings.store.path.exists():
        opened.enter_context(held(settings.store.path, "the database"))
    store = await Store.open(settings.store, settings.ami.node)
    opened.push_async_callback(store.close)
    decisions = await DecisionStore.open(settings.store)
    opened.push_async_callback(decisions.close)
    callers = await Callers.open(settings.store)
    opened.push_async_callback(callers.close)
    return _Kept(store, decisions, callers, await _journal(settings, store, opened))


async def _journal(settings: Settings, store: Store, opened: contextlib.AsyncExitStack) -> Journal:
    """Open the journal; a new one only where the database has followed none yet."""
    journal = await opened.enter_async_context(await Journal.open(settings.journal, make=not store.follows))
    await store.follow()
    return journal


def _refuse_lost_database(settings: Settings) -> None:
    """Refuse to begin beside a journal whose database is gone: nobody is to make an empty one without a thought.

    Raises:
        StoreError: It is gone.
    """
    path = settings.store.path
    if path is not None and not path.exists() and settings.journal.path.exists():
        raise StoreError(
            f"the database {path} is gone, its journal {settings.journal.path} is there; put the database back from a "
            "backup, or begin without accounts and decisions by: callcenter db upgrade"
        )


@contextlib.contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    """Give an event that SIGTERM and SIGINT set; those that came before, while they were held back, set it at once."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    held = signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
    try:
        yield stop
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        for number in numbers:
            loop.remove_signal_handler(number)


def _exporter(settings: Settings, tracker: Tracker, in_force: RulesInForce) -> Exporter:
    """Make the exporter, which measures by the rulebook in force."""

    def figures(moment: Micros | None) -> RulebookFigures:
        return (tracker.in_force or in_force).rulebook.figures(moment)

    disks = [settings.journal.path.parent]
    if settings.store.path is not None:
        disks.append(settings.store.path.parent)
    return Exporter(
        settings.exporter,
        tracker.health,
        figures,
        site=settings.site.name,
        timezone=settings.site.timezone,
        disks=disks,
    )


def _secrets(settings: Settings) -> list[str]:
    """Reveal what must never appear in a log; whatever cannot be read stops the start."""
    ami, dialplan = settings.ami, settings.web.dialplan
    revealed = [ami.events.reveal(), ami.control.reveal(), settings.store.address().password, dialplan.reveal()]
    return [secret for secret in revealed if secret]
