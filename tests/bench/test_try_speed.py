"""A draft rulebook over a month of 80 agents and 10,000 visits a day; what archiving a day takes, in time and space."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import insert

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import AgentState
from callcenter.files.rulebook import load_rulebook
from callcenter.reports.trial.run import open_archive
from callcenter.reports.trial.verdicts import TrialSpan
from callcenter.rules.detection.gist import gists
from callcenter.rules.detection.pages import ArchivedMoment, ArchivedPage, unpacked
from callcenter.staff.dates import day_start
from callcenter.staff.duty import Roster
from callcenter.store import JournalledFacts, Store, StoreSettings, open_engine, upgrade
from callcenter.store.record.archive import CHAPTER, page_row, pages
from callcenter.store.record.models import ArchivedFactsRow
from callcenter.tracker import RulesInForce
from tests.bench.test_rules_speed import AGENTS, LASTS, MORNING, VISITS, _day, _roster

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

DAYS = 30
DAY: Micros = 86_400 * SECOND
EARLIER: Micros = 8 * 3600 * SECOND
"""The day is moved to 08:00, so that none crosses midnight."""
FRAMES_PER_FACT = 4
ZONE = ZoneInfo("Asia/Shanghai")
DRAFT = "based_on: packaged\neditions: [{version: draft, from: 2000-01-01, figures: {rings: 2, refusals: 2}}]\n"


T = TypeVar("T")
R = TypeVar("R", bound=msgspec.Struct)


def cut(all_of_it: list[T], size: int) -> Iterator[list[T]]:
    return (all_of_it[n : n + size] for n in range(0, len(all_of_it), size))


def talked() -> list[fx.Fact]:
    """A day whose agents talk, too."""
    facts = _day()
    for fact in list(facts):
        if isinstance(fact, fx.VisitEnded) and fact.visit.agent is not None:
            for at, state in ((fact.visit.answered_at, AgentState.TALKING), (fact.at, AgentState.AVAILABLE)):
                facts.append(
                    fx.AgentStateChanged(
                        at=at,
                        agent=fact.visit.agent,
                        interface=f"PJSIP/{fact.visit.agent}",
                        ended=None,
                        state=state,
                        reason=None,
                        queues=("support",),
                    )
                )
    return sorted(facts, key=lambda fact: fact.at or 0)


def later(fact: fx.Fact, by: Micros) -> fx.Fact:
    """The same on another day."""
    match fact:
        case fx.OfferEnded(offer=offer):
            return msgspec.structs.replace(fact, at=(fact.at or 0) + by, offer=moved(offer, by))
        case fx.VisitEnded(visit=visit):
            offers = tuple(moved(offer, by) for offer in visit.offers)
            return msgspec.structs.replace(fact, at=(fact.at or 0) + by, visit=moved(visit, by, offers=offers))
        case _:
            return msgspec.structs.replace(fact, at=(fact.at or 0) + by)


def moved(record: R, by: Micros, **changes: object) -> R:
    known = {name: getattr(record, name) for name in record.__struct_fields__ if name.endswith("_at")}
    times = {name: at + by for name, at in known.items() if at is not None}
    return msgspec.structs.replace(record, **times, **changes)


def month(day: list[fx.Fact]) -> Iterator[list[ArchivedPage]]:
    """Yield the pages of each day, as bound chapters."""
    lasting: list[fx.Fact] = []
    position = 0
    for n in range(DAYS):
        pages = []
        for some in cut(day, CHAPTER // FRAMES_PER_FACT):
            position += CHAPTER
            facts = gists(later(fact, n * DAY - EARLIER) for fact in some)
            page = ArchivedPage(
                [ArchivedMoment(position + i, graded=True, facts=[f]) for i, f in enumerate(facts)], lasting
            )
            lasting = page.after()
            pages.append(page)
        yield pages


def rostered() -> Roster:
    (shift,) = _roster().shifts[AGENTS[0]]
    shifts = tuple((shift[0] + n * DAY - EARLIER, shift[1] + n * DAY - EARLIER) for n in range(DAYS))
    return msgspec.structs.replace(_roster(), shifts=dict.fromkeys(AGENTS, shifts), duty=dict.fromkeys(AGENTS, shifts))


async def archive(settings: StoreSettings, day: list[fx.Fact]) -> None:
    engine = open_engine(settings)
    async with engine.begin() as connection:
        for pages in month(day):
            await connection.execute(insert(ArchivedFactsRow), [page_row("pbx", page, bound=True) for page in pages])
    await engine.dispose()


async def test_draft_over_a_month(tmp_path: Path) -> None:
    settings = StoreSettings(url=f"sqlite:///{tmp_path}/record.sqlite")
    await upgrade(settings)
    day = talked()
    await archive(settings, day)
    (tmp_path / "draft.yaml").write_text(DRAFT)
    first = day_start(date(2027, 1, 15), ZONE)
    assert first <= MORNING - EARLIER < MORNING - EARLIER + LASTS < first + DAY
    began = time.monotonic()
    async with open_archive(settings, "pbx", ZONE) as opened:
        outcome = await opened.tried(
            RulesInForce(load_rulebook(), rostered()),
            load_rulebook(tmp_path / "draft.yaml"),
            TrialSpan(first, first + DAYS * DAY),
            lambda _at: None,
        )
    took = time.monotonic() - began
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ours, theirs = (resource.getrusage(who).ru_maxrss // 1024 for who in whose)
    size = (await asyncio.to_thread((tmp_path / "record.sqlite").stat)).st_size
    records = outcome.on.total.in_force.proposed, outcome.on.total.draft.proposed
    print(
        f"{DAYS} days, {DAYS * len(day):,} facts, {size / 1e6:.1f} MB: {took:.1f} s; {records} proposed; "
        f"{outcome.on.total.size:,} differ; {spent.ru_utime + spent.ru_stime:.1f} s of a core for both judges; "
        f"{ours} MB here, {theirs} MB the larger judge"
    )


async def test_writer_with_a_days_archive(tmp_path: Path) -> None:
    settings = StoreSettings(url=f"sqlite:///{tmp_path}/record.sqlite")
    await upgrade(settings)
    store = await Store.open(settings, "pbx")
    told = [JournalledFacts(n * FRAMES_PER_FACT, [fact]) for n, fact in enumerate(talked(), 1)]
    began, longest = time.monotonic(), 0.0
    for some in cut(told, settings.batch):
        one = time.monotonic()
        await store.write(some, some[-1].position)
        longest = max(longest, time.monotonic() - one)
    took = time.monotonic() - began
    await store.close()
    engine = open_engine(settings)
    kept = [unpacked(one.page) async for one in pages(engine, "pbx", 0, 2**62)]
    await engine.dispose()
    assert sum(len(moment.facts) for page in kept for moment in page.moments) == len(gists(talked()))
    print(f"{len(told):,} facts of {VISITS:,} visits written in {took:.1f} s; the longest transaction {longest:.3f} s")
