"""Stories of lines that only look busy: nobody who called is on the other side, and a caller gives up meanwhile."""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING

from callcenter.lab.stories.meeting import answered_by
from callcenter.lab.stories.registry import story

if TYPE_CHECKING:
    from callcenter.lab.stage import StoryStage


async def _customer_gives_up(stage: StoryStage) -> None:
    """Let a caller wait for 4 s, offered to nobody, and give up; the line goes on for half a second."""
    call = await stage.call()
    await call.answered.wait()
    await sleep(4)
    call.hang_up()
    await sleep(0.5)
    stage.visit(call, "abandoned")


async def _engaged_with(stage: StoryStage, number: str) -> None:
    """Let the agent's phone dial a number that answers, and lie there while a customer waits."""
    phone = await stage.phone()
    line = phone.dial(number)
    line.speak()
    await line.answered.wait()
    await sleep(0.5)
    await _customer_gives_up(stage)
    line.hang_up()
    await sleep(0.5)


@story()
async def talks_to_an_echo(stage: StoryStage) -> None:
    """The agent dials the echo test and lets the line lie; a caller waits 4 s and gives up."""
    await _engaged_with(stage, "*43")


@story()
async def alone_in_a_conference(stage: StoryStage) -> None:
    """The agent sits in a conference where nobody else is; a caller waits 4 s and gives up."""
    await _engaged_with(stage, f"c_{stage.queue}")


@story(retry_seconds=10)
async def dials_what_never_answers(stage: StoryStage) -> None:
    """The agent dials a number where nothing rings and nobody answers: the switch takes the agent for free.

    The phone, whose one line is taken, is offered a caller and refuses him (486); he waits 4 s more and gives up.
    """
    phone = await stage.phone()
    line = phone.dial("*61")
    await sleep(0.5)
    call = await stage.call()
    refused = await phone.next_call()
    refused.refuse(486)
    await sleep(4)
    call.hang_up()
    await sleep(0.5)
    line.hang_up()
    await sleep(0.5)
    stage.offer(stage.visit(call, "abandoned"), refused, "busy", rings=None, ring_seconds=None)


@story(agents=2, outsiders=(1,), second=True)
async def chats_with_a_colleague(stage: StoryStage) -> None:
    """The agent talks with a colleague over a number that no roster permits; a caller waits 4 s and gives up."""
    phone, colleague = await stage.phone(0), await stage.phone(1)
    line = phone.dial(f"8{colleague.user}")
    other = await answered_by(colleague)
    for one in (line, other):
        one.speak()
    await _customer_gives_up(stage)
    line.hang_up()
    await other.over.wait()
