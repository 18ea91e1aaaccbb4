"""The composition root: builds every part once, starts them in order, and stops them in the reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog

from callcenter import __version__, logs
from callcenter.ami.client import AmiClient
from callcenter.ami.session import first_error
from callcenter.ami.settings import AmiSettings
from callcenter.cases.linking import LinkSettings
from callcenter.clock import today, wall_clock
from callcenter.config import Settings
from callcenter.doctor.own import examination
from callcenter.domain.frame import Micros
from callcenter.errors import StoreError
from callcenter.exporter import Exporter, exporter_server
from callcenter.journal import Journal
from callcenter.listening import raise_open_files
from callcenter.numbers import PLAIN, Numbering
from callcenter.ownfiles import has_wal_reset_bug, held, watch_files
from callcenter.publish import Bus
from callcenter.reports.records.evidence import evidence_of
from callcenter.rules.regulations.edition import RulebookFigures
from callcenter.staff.dates import day_start
from callcenter.stopping import Stopped, stop_signals, unless
from callcenter.store import DecisionStore, Store
from callcenter.store.alone import ServiceLock
from callcenter.store.customers.sealing import require_masters
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
from callcenter.tracker.agreed import SiteAgreed
from callcenter.tracker.bound import OpenBound
from callcenter.tracker.bus.events import MqttSink
from callcenter.tracker.bus.floor_states import FloorStates
from callcenter.tracker.complaints.watch import CaseWatch
from callcenter.tracker.lookouts.tasks import LookoutTerms, lookouts
from callcenter.tracker.lost_calls.watch import LostCallsTold
from callcenter.tracker.outbox.publisher import Publisher
from callcenter.tracker.outbox.sinks import sinks_of
from callcenter.tracker.outbox.watch import watch_outbox
from callcenter.tracker.pruning.journal import Pruning
from callcenter.usecases.complaints.office import CaseOffice
from callcenter.usecases.customers.read_caller_keys import read_caller_keys
from callcenter.usecases.enquiries.attach import look_after_attachments
from callcenter.web.api.review.trying import ArchiveTrials
from callcenter.web.application import make_application
from callcenter.web.callers import Callers
from callcenter.web.current_calls import CurrentCalls
from callcenter.web.desk.acts import FloorActs
from callcenter.web.desk.desk import Desk
from callcenter.web.live.feed import LiveFeed
from callcenter.web.live.reader import LiveTerms
from callcenter.web.server import serve_web, web_server
from callcenter.web.service import Ports, build
from callcenter.web.switchboard import Switchboard

log = structlog.get_logger()


class _Kept(NamedTuple):
    """What is opened before anything runs and closed after everything has stopped."""

    store: Store
    decisions: DecisionStore
    callers: Callers
    journal: Journal
    lock: ServiceLock | None


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
    logs.configure(settings.log, settings.secrets())
    os.umask(0o077)  # beside what is made private anyway: whatever a library makes
    raise_open_files()
    if has_wal_reset_bug(sqlite3.sqlite_version):
        log.warning("sqlite_outdated", version=sqlite3.sqlite_version, advice="run callcenter doctor")
    with stop_signals() as stop, contextlib.suppress(Stopped):
        async with contextlib.AsyncExitStack() as opened:
            kept = await unless(stop, _open(settings, opened))
            try:
                async with asyncio.TaskGroup() as group:
                    parts = await unless(stop, _start(settings, kept, group))
                    await stop.wait()
                    await parts.stop()
            except BaseExceptionGroup as errors:
                raise first_error(errors) from None
    log.info("service_stopped")


async def _start(settings: Settings, kept: _Kept, group: asyncio.TaskGroup) -> _Parts:
    rules, in_force = await _rules(settings, kept.decisions)
    publisher, bus = await _publisher(settings, kept)  # before the first row: what nobody takes is not put
    record = RecordKeeper(kept.store, kept.journal, in_force, settings.privacy)
    recording = group.create_task(record.run(), name="record")
    follower = await recover(kept.journal, record, in_force)
    client = AmiClient(settings.ami)
    tracker = Tracker(settings.ami.node, client, kept.journal, record, follower, OpenBound(settings.ami.max_open))
    exporter = _exporter(settings, tracker, in_force)
    exporter.fault = lambda: record.fault
    await _recall_today(settings, kept, record, follower, exporter)
    tracker.attach(exporter)
    live = _live_views(settings, kept, tracker, exporter, in_force) if settings.web.enabled else None
    await rules.look(tracker)  # before the first frame, or a replay would not know by what that was judged
    beside = [group.create_task(rules.keep(tracker), name="rules")]
    beside.append(group.create_task(read_caller_keys(kept.decisions, in_force.numbering or PLAIN), name="caller-keys"))
    beside += [*_guard(settings, kept, group), *_publish(kept, publisher, bus, tracker, exporter, group)]
    if settings.ami.queue_log is not None:
        filler = GapFiller(settings.ami.node, kept.decisions, record, tracker, follower.seen.at)
        beside += _look_at_log(settings.ami, tracker, filler, group)
    if settings.journal.keep_days:
        beside.append(_prune(settings, kept, record, group))
    client.beat_in, server = tracker.due_in, exporter_server(settings.exporter, exporter)
    serving = group.create_task(server.run(), name="exporter")
    tell = [] if live is None else [live[0].lost_calls]
    cases = _case_watch(settings, kept.decisions, tracker, live, in_force)
    beside.append(group.create_task(cases.run(), name="cases"))
    terms = settings.web.terms(in_force.rulebook.zone)
    agreed = await SiteAgreed.begun(kept.decisions, terms, settings.own_site)
    switch = (tracker, client, exporter)
    beside += _look_out(settings, kept.decisions, switch, tell, agreed, lambda: tracker.in_force or in_force, group)
    tracking = group.create_task(tracker.run(), name="tracker")
    reading = group.create_task(client.run(), name="ami")
    if live is not None:
        by, views = (rules, agreed), (*live, cases)
        beside.append(_answer_people(settings, kept, switch, by, views, lambda: tracker.in_force or in_force, group))
    log.info("service_started", version=__version__, pid=os.getpid(), exporter_port=server.port)
    return _Parts(beside, reading, tracking, [serving, recording])


async def _rules(settings: Settings, decisions: DecisionStore) -> tuple[RulesFiles, RulesInForce]:
    """Read by what is judged; refuse to go on without the keys by which something was sealed."""
    rules = RulesFiles(decisions, settings.in_force, settings.rules.rulebook, settings.rules.roster)
    in_force = await rules.in_force()
    if in_force.roster is None:
        log.warning("roster_missing", advice="nothing is proposed without one: set [rules] roster")
    async with decisions.reading() as connection:
        await require_masters(connection, settings.privacy.master_keys())
    return rules, in_force


async def _publisher(settings: Settings, kept: _Kept) -> tuple[Publisher, Bus | None]:
    """Let what is put into the outbox wait for whom the settings name."""
    bus = None if settings.mqtt.url is None else Bus(settings.mqtt, settings.site.name, settings.ami.node)
    sinks = sinks_of(settings.site.name, ZoneInfo(settings.site.timezone), settings.webhooks, settings.mail, wall_clock)
    if bus is not None:
        sinks.append(MqttSink(bus, settings.site.name, settings.mqtt.kinds))
    publisher = Publisher(kept.decisions, sinks, wall_clock)
    await publisher.enlist()
    kept.store.on_put = kept.decisions.on_put = publisher.wake
    kept.callers.on_put(publisher.wake)
    return publisher, bus


def _publish(
    kept: _Kept, publisher: Publisher, bus: Bus | None, tracker: Tracker, exporter: Exporter, group: asyncio.TaskGroup
) -> list[asyncio.Task[None]]:
    """Let leave what waits in the outbox, and tell over MQTT what queues and agents do."""
    counting = watch_outbox(kept.decisions, publisher, exporter.sinks)
    tasks = [group.create_task(publisher.run(), name="outbox"), group.create_task(counting, name="outbox-counts")]
    if bus is None:
        return tasks
    view = FloorStates(bus, exporter, tracker.health)
    tracker.attach(view)
    exporter.broker = bus
    return [*tasks, group.create_task(view.run(), name="mqtt")]


def _guard(settings: Settings, kept: _Kept, group: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
    """See to it that what is written is ours, and there."""
    files = watch_files([kept.journal.file, kept.store.file])
    attached = look_after_attachments(kept.decisions, settings.attachments)
    guards = [group.create_task(files, name="files"), group.create_task(attached, name="attachments")]
    return guards if kept.lock is None else [*guards, group.create_task(kept.lock.keep(), name="service-lock")]


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
    switch: tuple[Tracker, AmiClient, Exporter],
    tell: Sequence[LostCallsTold],
    agreed: SiteAgreed,
    in_force: Callable[[], RulesInForce],
    group: asyncio.TaskGroup,
) -> list[asyncio.Task[None]]:
    """Watch what other processes and the passing of time change."""
    _, client, exporter = switch
    terms = LookoutTerms(
        agreed=agreed,
        follow_up_percent=settings.aftercare.follow_up_percent,
        answer_within=settings.complaints.answer_within,
        certificates=settings.exporter.certificates,
    )

    def shown() -> dict[str, float]:
        ends = client.certificate_ends
        return {} if ends is None else {settings.ami.node: ends}

    works = lookouts(decisions, exporter, in_force, tell, shown, terms)
    return [group.create_task(work, name=name) for name, work in works]


def _case_watch(
    settings: Settings,
    decisions: DecisionStore,
    tracker: Tracker,
    live: tuple[LiveFeed, CurrentCalls] | None,
    first: RulesInForce,
) -> CaseWatch:
    """Make what lets time pass in complaints, and tells the live stream."""

    def office() -> CaseOffice:
        now = tracker.in_force or first
        return CaseOffice(settings.complaints, now.rulebook, now.roster)

    return CaseWatch(decisions, office, (lambda _news: None) if live is None else live[0].case)


def _prune(settings: Settings, kept: _Kept, record: RecordKeeper, group: asyncio.TaskGroup) -> asyncio.Task[None]:
    """Cut the journal's old entries every hour."""
    pruning = Pruning(kept.journal, record, settings.journal.keep_days, wall_clock)
    return group.create_task(pruning.run(), name="pruning")


def _live_views(
    settings: Settings, kept: _Kept, tracker: Tracker, exporter: Exporter, in_force: RulesInForce
) -> tuple[LiveFeed, CurrentCalls]:
    """Make the live stream, which says what the board shows and what happens with calls; and who has which call."""

    def now() -> RulesInForce:
        return tracker.in_force or in_force

    def team_of(agent: str, at: Micros) -> str | None:
        roster = now().roster
        return None if roster is None else roster.team_of(agent, at)

    def numbering() -> Numbering:
        return now().numbering or PLAIN

    terms = LiveTerms(settings.privacy.open_for, settings.desk.tell_listening)
    feed = LiveFeed(exporter, tracker.health, team_of, numbering, kept.callers, terms=terms)
    calls = CurrentCalls(numbering, terms.open_for)
    tracker.attach(feed)
    tracker.attach(calls)
    return feed, calls


def _answer_people(
    settings: Settings,
    kept: _Kept,
    switch: tuple[Tracker, AmiClient, Exporter],
    by: tuple[RulesFiles, SiteAgreed],
    live: tuple[LiveFeed, CurrentCalls, CaseWatch],
    in_force: Callable[[], RulesInForce],
    group: asyncio.TaskGroup,
) -> asyncio.Task[None]:
    """Serve the API."""
    (tracker, client, exporter), (rules, agreed) = switch, by
    desk = Desk(tracker, client, in_force, settings.desk, agreed.own)
    ports = Ports(
        dispose=tracker.dispose,
        switch_time=tracker.switch_time,
        evidence=evidence_of(settings.journal.path),
        written=rules.written,
        filed_roster=rules.filed_roster,
        health=tracker.health,
        terms=agreed.terms,
        examine=examination(settings.ami, agreed.terms, settings.web.authenticator_roles, in_force),
        live=live[0],
        calls=live[1],
        privacy=settings.privacy,
        complaints=settings.complaints,
        cases=live[2].look,
        attachments=settings.attachments,
        aftercare=settings.aftercare,
        route=kept.callers.prefer,
        switchboard=Switchboard(tracker, in_force, settings.survey.plan),
        desk=desk,
        acts=FloorActs(desk, tracker, client, in_force, live[0].listeners),
        measured=exporter.page_measured,
        trials=ArchiveTrials(settings.store, settings.ami.node),
    )
    service = build(settings.web, kept.decisions, in_force, ports)
    server = web_server(settings.web, make_application(service))
    log.info("api_served", port=server.port)
    return group.create_task(serve_web(server, service), name="web")


async def _open(settings: Settings, opened: contextlib.AsyncExitStack) -> _Kept:
    _refuse_lost_database(settings)
    lock = None
    if settings.store.path is None:
        lock = await ServiceLock.take(settings.store)
        opened.push_async_callback(lock.close)
    elif settings.store.path.exists():
        opened.enter_context(held(settings.store.path, "the database"))
    store = await Store.open(settings.store, settings.ami.node)
    opened.push_async_callback(store.close)
    decisions = await DecisionStore.open(settings.store)
    opened.push_async_callback(decisions.close)
    callers = await Callers.open(settings.store, LinkSettings(repeat_days=settings.customers.repeat_days))
    opened.push_async_callback(callers.close)
    return _Kept(store, decisions, callers, await _journal(settings, store, opened), lock)


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


def _exporter(settings: Settings, tracker: Tracker, in_force: RulesInForce) -> Exporter:
    """Make the exporter, which measures by the rulebook in force."""

    def figures(moment: Micros | None) -> RulebookFigures:
        return (tracker.in_force or in_force).rulebook.figures(moment)

    disks = [path.parent for path in (settings.journal.path, settings.store.path) if path is not None]
    site = settings.site
    return Exporter(settings.exporter, tracker.health, figures, site=site.name, timezone=site.timezone, disks=disks)
