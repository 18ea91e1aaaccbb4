"""Plays stories: many side by side on one switch, or each on a switch of its own, recorded as a tape."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import TYPE_CHECKING

from callcenter.lab.logins import Operator
from callcenter.lab.settings import LabSettings
from callcenter.lab.stage import Story, StoryStage, Tape
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
        extra_queues=tuple(queue for story in told for queue in story.queues),
    )


def operator_of(lab: Lab) -> Operator:
    """Make an operator's login to a running lab; it is not open yet."""
    return Operator(lab.state.ami_port, "lab", lab.state.manager_secrets["lab"])


async def play(stage: StoryStage, *, record: bool = False) -> None:
    """Play the story of a stage, whose operator is not open yet, to its end, and let the switch settle.

    Its phones stay on the switch until `clear`: one that was merely closed would look like one that died.
    """
    await stage.operator.open()
    watch = asyncio.create_task(_watch_lag(stage), name=f"lag-{stage.story.name}")
    if record:
        await stage.begin_recording()
    try:
        await stage.story.play(stage)
        await asyncio.sleep(_SETTLE_SECONDS)
    finally:
        watch.cancel()
        if record:
            await stage.end_recording()
        await stage.operator.close()
    stage.tape.truth = stage.truth()


async def play_side_by_side(stages: Iterable[StoryStage]) -> None:
    """Play stories of one switch at the same time, each beginning a moment after the one before."""

    async def begin(stage: StoryStage, after: float) -> None:
        await asyncio.sleep(after)
        await play(stage)

    async with asyncio.TaskGroup() as group:
        for place, stage in enumerate(stages):
            group.create_task(begin(stage, place * _APART_SECONDS), name=stage.story.name)


async def _watch_lag(stage: StoryStage) -> None:
    """Note how late this process looks at its phones at worst: their own times are uncertain by that."""
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + _LAG_STEP_SECONDS
        await asyncio.sleep(_LAG_STEP_SECONDS)
        stage.lag_seconds = max(stage.lag_seconds, clock() - due)


def clear(stages: Iterable[StoryStage]) -> None:
    """Close every phone of these stages."""
    for stage in stages:
        stage.clear()


async def play_together(stories: Iterable[Story], work_dir: Path) -> tuple[Tape, dict[str, Tape]]:
    """Play many stories side by side on one switch.

    Returns:
        The one tape of all, and of each story its own, which holds the truth alone.
    """
    told = list(stories)
    lab = Lab(settings_for(told, work_dir))
    await asyncio.to_thread(lab.start)
    try:
        whole = StoryStage(told[0], lab, operator_of(lab))
        await whole.begin_recording()
        stages = [StoryStage(story, lab, operator_of(lab)) for story in told]
        try:
            await play_side_by_side(stages)
        finally:
            await whole.end_recording()
            clear(stages)
        whole.tape.queue_log = lab.state.queue_log.read_text(encoding="utf-8")
        return whole.tape, {stage.story.name: stage.tape for stage in stages}
    finally:
        await asyncio.to_thread(lab.discard)


async def play_alone(story: Story, work_dir: Path) -> Tape:
    """Play one story on a switch of its own and record it."""
    lab = Lab(settings_for([story], work_dir))
    await asyncio.to_thread(lab.start)
    try:
        stage = StoryStage(story, lab, operator_of(lab))
        try:
            await play(stage, record=True)
        finally:
            clear([stage])
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
