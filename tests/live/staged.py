"""A switch of its own for a test that plays on it by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from callcenter.lab.stage import StoryStage
from callcenter.lab.stories import STORIES
from callcenter.lab.switch import Lab
from callcenter.lab.troupe import operator_of, settings_for


@asynccontextmanager
async def staged(name: str, work_dir: Path) -> AsyncIterator[StoryStage]:
    """Start a switch with the agents and the queue of a story; gives the stage, whose `lab` it is."""
    story = STORIES[name]
    lab = Lab(settings_for([story], work_dir))
    async with AsyncExitStack() as opened:
        await asyncio.to_thread(lab.start)
        opened.push_async_callback(asyncio.to_thread, lab.discard)
        operator = operator_of(lab)
        await operator.open()
        opened.push_async_callback(operator.close)
        stage = StoryStage(story, lab, operator)
        opened.callback(stage.clear)
        yield stage
