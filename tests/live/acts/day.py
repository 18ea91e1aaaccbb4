"""A day: everybody acts at the same time on one real switch, and the service beside it files what it must."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from callcenter.cli.office.violations import app
from callcenter.domain.frame import SECOND
from callcenter.lab.switch import Lab
from callcenter.lab.troupe import clear, operator_of, play_side_by_side, settings_for
from tests.integration.service import Service, at_home
from tests.live.acts.law import MARGIN_SECONDS, Limits, write_rulebook
from tests.live.acts.scene import Day, Scene
from tests.live.acts.table import Act, Duty

Tell = Callable[[str], None]
"""Takes a line of progress."""

_LEAD_SECONDS = 8.0
_LEAD_COMMANDS = 4
"""From the roster's writing to the shift's beginning: the service starts, and people take their phones."""

_ALL_DAY_SECONDS = 7200.0
_FILES_WITHIN_SECONDS = 20.0
_LOOK_SECONDS = 0.5
_TOLD_EVERY_SECONDS = 30.0
_SHIFTS = {Duty.SHIFT, Duty.LEAVE}
"""Whoever must be there before the shift of the day goes first."""

_MAY_BE_DIALLED = ["_1XXX", "_6XX", "_*4X."]


class Filed(NamedTuple):
    """A record as it stands in the service's database, its times in epoch seconds."""

    id: str
    rule: str
    agent: str
    filed_at: float
    said: dict[str, Any]


@dataclass(frozen=True)
class Over:
    """What is left of a day: who did what, what was filed, and the home of the service, which runs no more."""

    scenes: dict[str, Scene]
    filed: list[Filed]
    settings: Path
    environment: dict[str, str] = field(repr=False)

    @property
    def latencies(self) -> list[str]:
        """Tell how long after its act each rule's records were filed."""
        near = next(iter(self.scenes.values())).day.limits.near
        by_rule = groupby(sorted(self.filed, key=lambda one: one.rule), key=lambda one: one.rule)
        waits = {rule: sorted(one.filed_at - one.said["end"] for one in each) for rule, each in by_rule}
        return [
            f"{rule:<14} filed {each[0]:.2f} to {each[-1]:.2f} s after the act; it had to settle for {near:g} s or more"
            for rule, each in waits.items()
        ]

    def derived(self) -> set[str]:
        """Give the beginning of the id of each record that the journal alone gives."""
        return {line.split()[0] for line in self._ask("list").splitlines() if not line.startswith(" ")}

    def explained(self, record: str) -> str:
        """Give what the command says of a record."""
        return self._ask("explain", record)

    def _ask(self, *arguments: str) -> str:
        answer = CliRunner().invoke(app, [*arguments, "--settings", str(self.settings)], env=self.environment)
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    def differences(self, name: str) -> list[str]:
        """Tell how the records about those who took part in an act differ from what it owes."""
        scene = self.scenes[name]
        agents = {agent.name for agent in scene.agents}
        mine = sorted(
            (one for one in self.filed if one.agent in agents), key=lambda one: (one.agent, one.said["start"])
        )
        owed = sorted(scene.owed, key=lambda one: (one.agent, one.start or 0.0))
        kinds = [(one.rule, one.agent) for one in owed], [(one.rule, one.agent) for one in mine]
        if kinds[0] != kinds[1]:
            said = [(one.rule, one.agent, one.said["verdict"], one.said["why"]) for one in mine]
            return [f"owed are {kinds[0]}, filed are {said}"]
        return [line for true, one in zip(owed, mine, strict=True) for line in true.differences(one.said, scene.within)]


async def live_through(
    acts: Iterable[Act], figures: Mapping[str, float], home: Path, making: asyncio.Lock, tell: Tell
) -> Over:
    """Let a day happen, from an empty floor to the end of the service.

    Args:
        acts: What is done, all at the same time.
        figures: What differs from the packaged rulebook.
        home: A directory for the service, still to be made.
        making: Held while the database is made: migrations run once at a time in a process.
        tell: Takes each line of progress.
    """
    told = sorted(acts, key=lambda act: act.duty not in _SHIFTS)
    stories = [act.story(number) for number, act in enumerate(told)]
    rulebook, roster = home / "rulebook.yaml", home / "roster.json"
    write_rulebook(rulebook, {**figures, "queues": _wrap_ups(told)})
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(_running(Lab(settings_for(stories, home.with_suffix(".lab")))))
        secrets, more = lab.state.manager_secrets, _settings(rulebook, roster)
        async with making:
            service = await stack.enter_async_context(at_home(home, lab.state.ami_port, secrets=secrets, more=more))
        began = time.monotonic()
        assert await service.run("db", "current") == (0, "")
        day = _day(Limits.of(rulebook), time.monotonic() - began)
        scenes = [Scene(story, lab, operator_of(lab), day) for story in stories]
        stack.callback(clear, scenes)
        roster.write_text(json.dumps(_roster(told, scenes, day)), encoding="utf-8")
        await service.start()
        filed = await _filed(service, scenes, lambda line: tell(f"{home.name}: {line}"))
        assert await service.stop() == 0
    return Over({scene.queue: scene for scene in scenes}, filed, service.settings, service.environment)


@asynccontextmanager
async def _running(lab: Lab) -> AsyncIterator[Lab]:
    await asyncio.to_thread(lab.start)
    try:
        yield lab
    finally:
        await asyncio.to_thread(lab.discard)


def _settings(rulebook: Path, roster: Path) -> str:
    return f'[rules]\nrulebook = "{rulebook}"\nroster = "{roster}"\n'


def _wrap_ups(acts: list[Act]) -> dict[str, dict[str, int]]:
    return {act.name: {"wrap_up_seconds": act.wrap_up_seconds} for act in acts if act.wrap_up_seconds}


def _day(limits: Limits, one_command: float) -> Day:
    """Plan the shift: on a machine where a command takes long, it begins later."""
    begins = time.time() + _LEAD_SECONDS + _LEAD_COMMANDS * one_command
    return Day(limits, begins, begins + limits.away + 2 * (limits.late + MARGIN_SECONDS))


def _roster(acts: list[Act], scenes: Iterable[Scene], day: Day) -> dict[str, Any]:
    whole, short = (day.begins - _ALL_DAY_SECONDS, day.ends + _ALL_DAY_SECONDS), (day.begins, day.ends)
    seats, shifts, leave = [], [], []
    for act, scene in zip(acts, scenes, strict=True):
        for place, agent in enumerate(scene.agents):
            duty = act.duty_of(place)
            seats.append({"agent": agent.name, "interface": agent.interface})
            times = {Duty.ALL_DAY: [whole], Duty.NONE: [], Duty.RELIEF: [(day.ends, whole[1])]}
            shifts += [_row(agent.name, span) for span in times.get(duty, [short])]
            leave += [_row(agent.name, short)] if duty is Duty.LEAVE else []
    return {"agents": seats, "shifts": shifts, "leave": leave, "legit_extensions": _MAY_BE_DIALLED}


def _row(agent: str, span: tuple[float, float]) -> dict[str, str]:
    start, end = (datetime.fromtimestamp(moment, UTC).isoformat() for moment in span)
    return {"agent": agent, "from": start, "to": end}


async def _filed(service: Service, scenes: list[Scene], tell: Tell) -> list[Filed]:
    """Play everything, and give the service the time that it needs to file what is owed."""
    progress = asyncio.create_task(_progress(service, scenes, tell), name="progress")
    try:
        await play_side_by_side(scenes)
        owed = sum(len(scene.owed) for scene in scenes)
        until = time.monotonic() + scenes[0].day.limits.settles + _FILES_WITHIN_SECONDS
        while len(filed := _read(service)) < owed and time.monotonic() < until:  # noqa: ASYNC110 - another process
            await asyncio.sleep(_LOOK_SECONDS)
        return filed
    finally:
        progress.cancel()


async def _progress(service: Service, scenes: list[Scene], tell: Tell) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(_TOLD_EVERY_SECONDS)
        over, owed = sum(scene.over for scene in scenes), sum(len(scene.owed) for scene in scenes)
        so_far = f"{time.monotonic() - began:4.0f} s: {over} of {len(scenes)} acts are over"
        tell(f"{so_far}, {len(_read(service))} of {owed} records are filed")


def _read(service: Service) -> list[Filed]:
    query = "select id, rule, agent, created_at, dossier, standing from violations order by sort_at, id"
    with closing(sqlite3.connect(service.home / "record.sqlite", timeout=30)) as base:
        return [_one(*row) for row in base.execute(query)]


def _one(number: str, rule: str, agent: str, created_at: int, dossier: str, standing: str) -> Filed:
    told, stands = json.loads(dossier), json.loads(standing)
    said = {
        **{key: stands[key] for key in ("verdict", "mode", "severity")},
        "why": told["why"]["en"],
        "start": told["start"] / SECOND,
        "end": told["end"] / SECOND,
        "measured": told["measured"],
        "impact": None if told["impact"] is None else len(told["impact"]),
        "names": len(told["names"]),
    }
    return Filed(number, rule, agent, created_at / SECOND, said)
