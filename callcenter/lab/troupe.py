"""Plays stories: many side by side on one switch, or each on a switch of its own, recorded as a tape."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import TYPE_CHECKING

from callcenter.lab.logins import Operator
from callcenter.lab.settings import LabSettings
from callcenter.lab.stage import Stage, Story, Tape
from callcenter.lab.switch import Lab

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_SETTLE_SECONDS = 1.0
_LAG_STEP_SECONDS = 0.02
_APART_SECONDS = 0.12
"""Between the beginnings of stories side by side: phones that all start at once would note their times late."""


def settings_for(stories: Iterable[Story], work_dir: Path) -> LabSettings:
    """Give a lab the queues and agents of these stories."""
    told = list(stories)
    return LabSettings(
        work_dir=work_dir,
        for_tests=True,
        extra_agents=tuple(agent for story in told for agent in story.agents),
        extra_queues=tuple(story.queue for story in told),
    )


async def _play(story: Story, lab: Lab, *, record: bool, after: float = 0.0) -> Stage:
    """Play one story to its end, and let the switch settle."""
    await asyncio.sleep(after)
    state = lab.state
    operator = Operator(state.ami_port, "lab", state.manager_secrets["lab"])
    await operator.open()
    stage = Stage(story, lab, operator)
    watch = asyncio.create_task(_watch_lag(stage), name=f"lag-{story.name}")
    if record:
        await stage.begin_recording()
    try:
        await story.play(stage)
        await asyncio.sleep(_SETTLE_SECONDS)
    finally:
        watch.cancel()
        if record:
            await stage.end_recording()
        await operator.close()
        stage.clear()
    stage.tape.truth = stage.truth()
    return stage


async def _watch_lag(stage: Stage) -> None:
    """Note how late this process looks at its phones at worst: their own times are uncertain by that."""
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + _LAG_STEP_SECONDS
        await asyncio.sleep(_LAG_STEP_SECONDS)
        stage.lag_seconds = max(stage.lag_seconds, clock() - due)


async def play_together(stories: Iterable[Story], work_dir: Path) -> tuple[Tape, dict[str, Tape]]:
    """Play many stories side by side on one switch.

    Returns:
        The one tape of all, and of each story its own, which holds the truth alone.
    """
    told = list(stories)
    lab = Lab(settings_for(told, work_dir))
    await asyncio.to_thread(lab.start)
    try:
        state = lab.state
        operator = Operator(state.ami_port, "lab", state.manager_secrets["lab"])
        whole = Stage(told[0], lab, operator)
        await whole.begin_recording()
        async with asyncio.TaskGroup() as group:
            tasks = {
                story.name: group.create_task(
                    _play(story, lab, record=False, after=place * _APART_SECONDS), name=story.name
                )
                for place, story in enumerate(told)
            }
        await whole.end_recording()
        whole.tape.queue_log = state.queue_log.read_text(encoding="utf-8")
        return whole.tape, {name: task.result().tape for name, task in tasks.items()}
    finally:
        await asyncio.to_thread(lab.discard)


async def play_alone(story: Story, work_dir: Path) -> Tape:
    """Play one story on a switch of its own and record it."""
    lab = Lab(settings_for([story], work_dir))
    await asyncio.to_thread(lab.start)
    try:
        stage = await _play(story, lab, record=True)
        stage.tape.queue_log = lab.state.queue_log.read_text(encoding="utf-8")
        return stage.tape
    finally:
        await asyncio.to_thread(lab.discard)


async def record_all(stories: Iterable[Story], work_dir: Path, out: Path, side_by_side: int) -> list[str]:
    """Play each story on a switch of its own, some at a time, and save the tapes; returns the names."""
    room = asyncio.Semaphore(side_by_side)

    async def record(story: Story) -> str:
        async with room:
            tape = await play_alone(story, work_dir / story.name)
            save(tape, story, out / story.name)
            return story.name

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(record(story), name=story.name) for story in stories]
    return [task.result() for task in tasks]


def save(tape: Tape, story: Story, folder: Path) -> None:
    """Write a tape: gzipped bytes of each login, queue_log, the truth, and the story."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, logins in (("board", tape.board), ("unfiltered", tape.unfiltered)):
        for number, heard in enumerate(logins, 1):
            suffix = "" if number == 1 else f".{number}"
            (folder / f"{name}{suffix}.ami.gz").write_bytes(gzip.compress(heard, mtime=0))
    (folder / "queue_log").write_text(tape.queue_log, encoding="utf-8")
    (folder / "truth.json").write_text(json.dumps(tape.truth, indent=1) + "\n", encoding="utf-8")
    (folder / "story.txt").write_text(story.told + "\n", encoding="utf-8")
