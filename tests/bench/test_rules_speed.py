"""Rules over a day of 80 agents and 10,000 visits: seconds of one core, and what is remembered at its end."""

from __future__ import annotations

import random
import time

import pytest

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import AgentState, OfferOutcome, VisitOutcome
from callcenter.files.rulebook import load_rulebook
from callcenter.rules.detection.judge import Judge
from callcenter.staff.duty import Roster, Seat

MORNING: Micros = 1_800_000_000 * SECOND
LASTS: Micros = 12 * 3600 * SECOND
AGENTS = tuple(f"agent-{n:02}" for n in range(80))
VISITS = 10_000


def _day() -> list[fx.Fact]:
    luck = random.Random(7)
    facts: list[fx.Fact] = []
    for agent in AGENTS:
        phone = f"PJSIP/{agent}"
        facts.append(fx.MembershipChanged(at=MORNING, agent=agent, interface=phone, queue="support", member=True))
        facts.append(_state(MORNING, agent, AgentState.AVAILABLE))
    for n in range(VISITS):
        facts += _call(n, MORNING + LASTS * n // VISITS, luck)
    return sorted(facts, key=lambda fact: fact.at or 0)


def _state(at: Micros, agent: str, state: AgentState) -> fx.AgentStateChanged:
    return fx.AgentStateChanged(
        at=at, agent=agent, interface=f"PJSIP/{agent}", ended=None, state=state, reason=None, queues=()
    )


def _call(n: int, at: Micros, luck: random.Random) -> list[fx.Fact]:
    uid, agent = f"c{n}", luck.choice(AGENTS)
    tried = [
        (luck.choice(AGENTS), luck.choice((OfferOutcome.DECLINED, OfferOutcome.TIMED_OUT)))
        for _ in range(luck.randint(0, 1))
    ]
    offers = [*tried, (agent, OfferOutcome.ANSWERED)]
    facts: list[fx.Fact] = [fx.VisitJoined(at=at, uniqueid=uid, queue="support", n=1)]
    moment, told = at, []
    for name, outcome in offers:
        ended = moment + luck.randint(1, 20) * SECOND
        offer = fx.Offer(
            agent=name,
            interface=f"PJSIP/{name}",
            offered_at=moment,
            rang_at=moment,
            ended_at=ended,
            connected_at=None,
            outcome=outcome,
            available=True,
            refuted=None,
            in_gap=False,
            frames=(n, n + 1, n + 2),
        )
        facts.append(_state(moment, name, AgentState.RINGING))
        facts.append(_state(ended, name, AgentState.AVAILABLE))
        facts.append(fx.OfferEnded(at=ended, queue="support", uniqueid=uid, visit=1, offer=offer))
        told.append(offer)
        moment = ended
    facts.append(fx.VisitLeft(at=moment, uniqueid=uid, queue="support", n=1))
    answered = luck.random() < 0.95
    if answered:
        facts.append(fx.CallAnswered(at=moment, agent=agent, queue="support", uniqueid=uid))
    visit = fx.Visit(
        call=uid,
        uniqueid=uid,
        queue="support",
        n=1,
        caller=None,
        did=None,
        joined_at=at,
        left_at=moment,
        position=1,
        outcome=VisitOutcome.ANSWERED if answered else VisitOutcome.ABANDONED,
        agent=agent if answered else None,
        answered_at=moment if answered else None,
        ended_at=moment + 120 * SECOND if answered else None,
        hold=None,
        transferred=None,
        ended_by=None,
        refused_at=None,
        offers=tuple(told),
        in_gap=False,
        frames=(n,),
    )
    return [*facts, fx.VisitEnded(at=moment + 120 * SECOND, visit=visit)]


def _roster() -> Roster:
    shift = ((MORNING, MORNING + LASTS + 3600 * SECOND),)
    seats = tuple(Seat(agent=agent, interface=f"PJSIP/{agent}") for agent in AGENTS)
    return Roster("Asia/Shanghai", seats, dict.fromkeys(AGENTS, shift), dict.fromkeys(AGENTS, shift), ("_10XX",))


@pytest.mark.bench
def test_rules_over_a_day_live_and_replayed() -> None:
    day, book, on = _day(), load_rulebook(), _roster()
    counts = set[int]()
    for how in ("live", "replayed"):
        judge, found = Judge(book, on), 0
        began = time.process_time()
        for fact in day:
            judge.see(fact)
            found += len(judge.decide(fact.at or 0)) if how == "live" else 0
        found += len(judge.finish(MORNING + LASTS + 3600 * SECOND))
        took = time.process_time() - began
        counts.add(found)
        size = len(judge.save())
        print(f"{how}: {len(day):,} facts, {found:,} records in {took:.2f} s of one core; {size:,} bytes remembered")
    assert len(counts) == 1
    assert counts != {0}
