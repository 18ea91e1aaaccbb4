"""A service that recorded calls keep busy, with complaints in its database, watched by a Prometheus as a wall is."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from callcenter.ami.decode import SURVEY
from callcenter.cases.complaints.vocabulary import Move
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore
from callcenter.store.complaints.people import Department, set_department
from tests.integration.complaints import HOUR, UPHELD, Desk
from tests.integration.loaded_switch import SECRETS, Line, LoadedSwitch, story
from tests.integration.office import hire
from tests.integration.service import at_home
from tests.support.prometheus import Prometheus, scraping
from tests.unit.rules.detection.people import MONDAY

QUEUES = ("消费者热线", "商品咨询", "供应商", "投诉")
LONG = ("timed_out", "ring_no_answer")
SHORT = ("answered", "two_callers", "hold", "busy_486", "decline_603", "blind_transfer", "ringall", "key_exit_waiting")
GIVEN_UP = ("abandoned_waiting", "abandoned_ringing", "withdrawn")
STORIES = (*LONG, *SHORT, *GIVEN_UP)
FIGURES = {
    "uncertainty_seconds": 0.1,
    "gap_nearness_seconds": 0.5,
    "rings": 1,
    "cadence_seconds": 1,
    "service_threshold_seconds": 4,
    "queues": {queue: {"wrap_up_seconds": 1} for queue in QUEUES},
}
"""Of the rulebook: so short that calls are lost, late and on record while one looks."""

_LATE, _NEARLY, _SETTLED = "a" * 32, "b" * 32, "c" * 32
_NAMED = re.compile(rb"Interface: (PJSIP/\d+)\r\n|MemberName: ([^\r]+)\r\n")
_OPENED = b"File: manager.c\r\nLine: 1\r\nFunc: f\r\n"


class Watched(NamedTuple):
    """What is asked: the usual Prometheus, and that of a wall; since when there is anything to see."""

    desk: Prometheus
    wall: Prometheus
    began: float


def lanes() -> list[list[Line]]:
    """Tell the recorded calls in the queues of a department; after one that an agent ends, the caller is asked."""
    told = []
    for number, name in enumerate(STORIES):
        named = f"Queue: {QUEUES[number % len(QUEUES)]}\r\n".encode()
        lane = [line._replace(rest=re.sub(rb"Queue: [^\r]+\r\n", named, line.rest)) for line in story(name)]
        told.append(list(_asked(lane, named)) if name == "two_callers" else lane)
    return told


def _asked(lane: list[Line], queue: bytes) -> Iterator[Line]:
    """Put a survey before the end of each caller's channel."""
    steps = (
        b"asked\r\nQuestions: 12",
        b"agreed",
        b"answered\r\nQuestion: 1\r\nAnswer: 1",
        b"answered\r\nQuestion: 2\r\nAnswer: 3",
        b"done",
    )
    head = b"Event: UserEvent\r\nPrivilege: user,all\r\nTimestamp: "
    for line in lane:
        found = re.search(rb"Channel: PJSIP/trunk-.+?Uniqueid: ([^\r]+)", line.rest, re.DOTALL)
        if line.name == "Hangup" and found:
            for step in steps:
                rest = _OPENED + b"UserEvent: %s\r\nUniqueid: %s\r\n%sStep: %s\r\n\r\n"
                yield Line(line.after, "UserEvent", head, rest % (SURVEY.encode(), found[1], queue, step))
        yield line


def roster(told: list[list[Line]]) -> dict[str, object]:
    """Put whoever has a phone in the recordings on duty, in two teams."""
    phones: dict[str, str] = {}
    for line in (line for lane in told for line in lane):
        found = [one[1] or one[2] for one in _NAMED.finditer(line.rest)]
        if len(found) == 2:
            phone, agent = sorted((part.decode() for part in found), key=lambda part: not part.startswith("PJSIP/"))
            phones[agent] = phone
    years = {"from": "2020-01-01T00:00", "to": "2040-01-01T00:00"}
    agents = [
        {"agent": agent, "interface": phone, "team": ("热线一组", "热线二组")[place % 2], "queues": [QUEUES[place % 4]]}
        for place, (agent, phone) in enumerate(sorted(phones.items()))
    ]
    return {"agents": agents, "shifts": [{"agent": agent, **years} for agent in phones]}


async def complain(decisions: DecisionStore) -> Desk:
    """Let three customers complain: one is overdue, one is nearly, one will be settled."""
    await hire(decisions, "alice", Role.AGENT, "Alice 1204", "热线一组")
    await hire(decisions, "grace", Role.GROUP_LEADER, None, "热线一组")
    await hire(decisions, "sue", Role.SUPERVISOR)
    await hire(decisions, "mia", Role.MANAGER)
    async with decisions.writing() as unit:
        await set_department(unit, Department(name="warehouse", full_name="仓库"), "mia", MONDAY)
    desk, now = Desk(decisions), _hours()
    await desk.open(_LATE, at=now - 60)
    await desk.open(_NEARLY, at=now - 46)
    await desk.move(_NEARLY, Move.ANALYSE, "sue", now - 45, UPHELD)
    await desk.move(_NEARLY, Move.ASSIGN, "alice", now - 44, {"department": "warehouse", "notice": "send another"})
    await desk.open(_SETTLED, at=now - 20)
    return desk


async def _counted(prometheus: Prometheus) -> None:
    """Wait until what is closed was scraped once: of a counter, only what comes later is seen to come."""
    async with asyncio.timeout(60):
        while True:
            if (await prometheus.query("callcenter_complaints_closed_total")).series:
                return
            await asyncio.sleep(0.2)


def _hours() -> float:
    """Say how many hours after the Monday of the tests it is."""
    return (time.time_ns() // 1000 - MONDAY) / HOUR


@contextlib.asynccontextmanager
async def watched(folder: Path, seconds: float, **figures: float) -> AsyncIterator[Watched]:
    """Let calls come for so long, and give what watched them; they come on while one asks.

    Args:
        folder: Where everything lies.
        seconds: For how long.
        figures: Of the rulebook, where it is to be another than FIGURES.
    """
    home, told = folder / "home", lanes()
    home.mkdir()
    (home / "roster.json").write_text(json.dumps(roster(told)))
    edition = {"version": "1", "from": "1970-01-01", "figures": FIGURES | figures}
    (home / "rulebook.yaml").write_text(yaml.safe_dump({"based_on": "packaged", "editions": [edition]}))
    more = f'[rules]\nrulebook = "{home}/rulebook.yaml"\nroster = "{home}/roster.json"\n'
    async with LoadedSwitch(told) as switch, at_home(home, switch.port, secrets=SECRETS, more=more) as service:
        decisions = await DecisionStore.open(service.store)
        complaints = await complain(decisions)
        await service.start()
        began, target = time.time(), f"127.0.0.1:{service.exporter_port}"
        async with (
            scraping(folder / "desk", "prometheus.yml", target) as desk,
            scraping(folder / "wall", "prometheus-wall.yml", target) as wall,
        ):
            await asyncio.gather(_counted(desk), _counted(wall))
            await complaints.walk(_SETTLED, _hours() - 8)
            await decisions.close()
            await asyncio.sleep(began + seconds - time.time())
            yield Watched(desk, wall, began)
