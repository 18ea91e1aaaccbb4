"""What befalls an agent at a page, one scene each, with agents and a queue of its own: told by what is heard and shown.

What is on record of it afterwards is told beside it: `rings` and `ends` of the caller's call, and what is proposed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Error, expect

from callcenter.errors import LabError
from callcenter.lab.settings import LabSettings
from tests.integration.office import PASSWORD
from tests.live.page.centre import RING_SECONDS, Caller, Centre, Post
from tests.live.page.record import Ring
from tests.live.page.seat import Seat
from tests.live.page.sound import AGENT_HERTZ, CALLER_HERTZ, MUSIC_HERTZ

NOTE = "the second parcel is"

NOTICED_MS = 75_000
"""Within that a page has noticed that its session is over, whoever else's calls make it ask or not."""
YIELD_SECONDS = 5.0
"""A page from which the phone was taken lets the switch forget it within that."""
SILENT_SECONDS = LabSettings().page_silence_seconds
"""A page that says nothing more is given up by the switch after that."""
AWAY_SECONDS = 10.0
"""A page that is away for longer is a phone that was lost."""
FRONT_SECONDS = SILENT_SECONDS + 10.0
"""Within that whoever was left by a page that could not say so waits at the front of the line."""


@dataclass
class Scene:
    """A scene: who is in it, how it goes, and what is on record when it is over.

    Attributes:
        name: Of the queue, and of its first agent.
        owed: What is proposed against that agent; of nobody else anything is.
        rings: The offers of the caller's call, in order.
        ends: By whom each talk of the caller's was ended.
    """

    play: Callable[[Centre, Scene], Awaitable[Caller]]
    number: int
    owed: tuple[str, ...] = ()
    rings: tuple[Ring, ...] = ()
    ends: tuple[str, ...] = ()
    helped: bool = False
    caller: Caller | None = field(default=None, init=False)
    failed: BaseException | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.play.__name__

    @property
    def agent(self) -> str:
        """Whose page it is about."""
        return self.name.split("_")[0].title()

    @property
    def helper(self) -> str:
        """Who serves the same queue."""
        return f"{self.agent}-two"

    @property
    def posts(self) -> list[Post]:
        """Who is in it."""
        first = Post(self.agent, str(1000 + 2 * self.number), self.name)
        return [first, Post(self.helper, str(1001 + 2 * self.number), self.name)] if self.helped else [first]

    async def live(self, there: Centre) -> None:
        """Play it, and keep what went wrong."""
        try:
            self.caller = await self.play(there, self)
        except (AssertionError, Error, LabError, OSError, TimeoutError) as error:  # each scene is told by its own test
            self.failed = error


async def answered(there: Centre, scene: Scene, seat: Seat) -> Caller:
    """Let somebody call, and be answered on the page."""
    caller = await there.call(scene.name)
    await seat.answer()
    await caller.hears(AGENT_HERTZ)
    return caller


def shows_a_page(pid: int) -> bool:
    """Whether a process of a browser is one in which pages run."""
    return b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()


def tell(processes: list[int], number: signal.Signals) -> None:
    """Send a signal to processes; one may have ended with its parent."""
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


# --- nobody's fault ------------------------------------------------------------------------------


async def reloads_in_a_call(there: Centre, scene: Scene) -> Caller:
    """The caller hears music, is first in the line and comes back to the same page, which is as it was."""
    async with there.seat(scene.agent) as seat:
        await seat.begin_work()
        caller = await answered(there, scene, seat)
        await seat.note.fill(NOTE)
        who = await seat.page.locator(".pop .who").inner_text()
        await seat.page.reload()
        await caller.hears(MUSIC_HERTZ)
        await seat.answer()
        await caller.hears(AGENT_HERTZ)
        await seat.hears(CALLER_HERTZ)
        await expect(seat.note).to_have_value(NOTE)
        await expect(seat.page.locator(".pop .who")).to_have_text(who)
        caller.hang_up()
        await seat.has_no_call()
    return caller


async def presses_f5_while_ready(there: Centre, scene: Scene) -> Caller:
    """The page is loaded anew, and is as it was: no phone was lost, nobody offline, and nothing is on record of it."""
    clock = asyncio.get_running_loop().time
    async with there.seat(scene.agent) as seat:
        await seat.begin_work()
        losses, before, slow = await there.phone_losses(scene.agent), there.record.phone_lost(scene.agent), 0
        for _ in range(2):
            began = clock()
            await seat.page.reload()
            await seat.is_registered()
            slow += clock() - began > AWAY_SECONDS  # on a machine that is that busy it was away indeed
            await seat.state_is("available")
        await asyncio.sleep(AWAY_SECONDS)
        assert await there.phone_losses(scene.agent) <= losses + slow
        caller = await answered(there, scene, seat)
        caller.hang_up()
        await seat.has_no_call()
        await there.record.ended(caller.number)
        assert there.record.phone_lost(scene.agent) <= before + slow
        assert slow or there.record.proposed(scene.agent) == []
    return caller


async def closes_the_tab_in_a_call(there: Centre, scene: Scene) -> Caller:
    """The caller hears music: at once where the page could say so, else once it has been silent for a while."""
    async with there.seat(scene.agent) as seat:
        await seat.begin_work()
        caller = await answered(there, scene, seat)
        await seat.page.close(run_before_unload=True)
        await caller.hears(MUSIC_HERTZ, FRONT_SECONDS)
        await asyncio.sleep(6)
        caller.hang_up()
    return caller


async def chokes_and_is_closed_in_a_call(there: Centre, scene: Scene) -> Caller:
    """A tab is closed that has no time to say so, as on a busy machine: browsers wait for half a second."""
    async with there.browser() as (browser, processes), there.seat(scene.agent, browser=browser) as seat:
        await seat.begin_work()
        caller = await answered(there, scene, seat)
        pages = [pid for pid in processes() if shows_a_page(pid)]
        tell(pages, signal.SIGSTOP)
        try:
            await seat.page.close(run_before_unload=True)
            await asyncio.sleep(2)
        finally:
            tell(pages, signal.SIGCONT)
        await caller.hears(MUSIC_HERTZ, FRONT_SECONDS)
        caller.hang_up()
    return caller


async def crashes_in_a_call(there: Centre, scene: Scene) -> Caller:
    """The browser is killed: once the switch has heard nothing for a while, the caller hears music."""
    async with there.browser() as (browser, processes), there.seat(scene.agent, browser=browser) as seat:
        await seat.begin_work()
        caller = await answered(there, scene, seat)
        losses = await there.phone_losses(scene.agent)
        tell(processes(), signal.SIGKILL)
        await caller.hears(MUSIC_HERTZ, FRONT_SECONDS)
        async with asyncio.timeout(30):
            while await there.phone_losses(scene.agent) == losses:  # noqa: ASYNC110 - as the service counts it
                await asyncio.sleep(0.2)
        caller.hang_up()
    return caller


async def dies_while_it_holds(there: Centre, scene: Scene) -> Caller:
    """A hold may last; where the browser is killed in it, a colleague has the caller."""
    async with (
        there.browser() as (browser, processes),
        there.seat(scene.agent, browser=browser) as seat,
        there.seat(scene.helper) as colleague,
    ):
        await asyncio.gather(seat.begin_work(), colleague.begin_work(ready=False))
        caller = await answered(there, scene, seat)
        await seat.act("hold")
        await seat.holds(held=True)
        await asyncio.sleep(SILENT_SECONDS + 3)
        await seat.holds(held=True)
        await seat.talks()
        tell(processes(), signal.SIGKILL)
        await colleague.press("state.do.ready")
        await colleague.answer()
        await caller.hears(AGENT_HERTZ)
        caller.hang_up()
        await colleague.has_no_call()
    return caller


async def unheard_after_a_reload(there: Centre, scene: Scene) -> Caller:
    """The browser lets no sound out until somebody clicks: a system pause, no ring, and a ring after the click."""
    async with there.seat(scene.agent) as seat:
        await seat.begin_work()
        await seat.lock_sound()
        caller = await there.call(scene.name)
        await seat.state_is("system_paused")
        await expect(seat.page.locator("[data-alarm]").first).to_be_visible()
        await seat.unlock_sound()
        await seat.set_up()
        await seat.press("state.do.ready")
        await seat.answer()
        await caller.hears(AGENT_HERTZ)
        caller.hang_up()
        await seat.has_no_call()
    return caller


async def freezes_while_it_rings(there: Centre, scene: Scene) -> Caller:
    """A browser freezes the tab while it rings: a colleague has the call."""
    async with there.seat(scene.agent) as seat, there.seat(scene.helper) as colleague:
        await asyncio.gather(seat.begin_work(), colleague.begin_work(ready=False))
        caller = await there.call(scene.name)
        await seat.rings()
        await seat.freeze()
        await colleague.press("state.do.ready")
        await colleague.answer()
        await caller.hears(AGENT_HERTZ)
        await seat.thaw()
        await seat.has_no_call()
        caller.hang_up()
        await colleague.has_no_call()
    return caller


async def loses_the_microphone(there: Centre, scene: Scene) -> Caller:
    """The microphone is forbidden to the page: it says so, and no call comes until it is back."""
    async with there.seat(scene.agent) as seat:
        await seat.begin_work()
        await seat.forbid_microphone()
        await seat.state_is("system_paused")
        await expect(seat.page.locator("[data-alarm]").first).to_be_visible()
        caller = await there.call(scene.name)
        await asyncio.sleep(3)
        await seat.has_no_call()
        await seat.allow_microphone()
        await seat.set_up()
        await seat.press("state.do.ready")
        await seat.answer()
        await caller.hears(AGENT_HERTZ)
        caller.hang_up()
        await seat.has_no_call()
    return caller


async def moves_to_another_browser(there: Centre, scene: Scene) -> Caller:
    """A second browser is asked whether it takes the phone over; the first one says where it is."""
    async with there.seat(scene.agent) as seat, there.seat(scene.agent) as other:
        await seat.begin_work()
        await other.sign_in()
        await other.link_is("elsewhere")
        losses = await there.phone_losses(scene.agent)
        await other.act("take-over")
        await seat.link_is("elsewhere")
        await other.set_up()
        await other.state_is("available")
        await asyncio.sleep(YIELD_SECONDS + 1)
        assert await there.phone_losses(scene.agent) == losses
        caller = await answered(there, scene, other)
        await seat.stays_silent()
        caller.hang_up()
        await other.has_no_call()
    return caller


async def expires_in_a_form(there: Centre, scene: Scene) -> Caller:
    """The session ends in a call, with a note half written: the call goes on, and so does the note."""
    async with there.seat(scene.agent) as seat:
        await seat.begin_work()
        caller = await answered(there, scene, seat)
        await seat.note.fill(NOTE)
        await seat.context.clear_cookies()
        dialog = seat.page.get_by_role("dialog")
        # the page learns of it as soon as it asks for anything, which it does every minute
        await dialog.locator("input[name=password]").fill(PASSWORD, timeout=NOTICED_MS)
        await dialog.locator("button[type=submit]").click()
        await expect(dialog).to_have_count(0)
        await expect(seat.note).to_have_value(NOTE)
        await caller.hears(AGENT_HERTZ)
        await seat.hears(CALLER_HERTZ)
        caller.hang_up()
        await seat.has_no_call()
        await seat.write_note(NOTE)
    return caller


# --- somebody's fault ----------------------------------------------------------------------------


async def ignores_a_ring(there: Centre, scene: Scene) -> Caller:
    """It rings as long as it may, and is heard."""
    async with there.seat(scene.agent) as seat:
        await seat.begin_work()
        caller = await there.call(scene.name)
        await seat.rings()
        await asyncio.sleep(RING_SECONDS - 1)
        await seat.has_no_call()
        caller.hang_up()
        await asyncio.sleep(2)
    return caller


async def declines_a_ring(there: Centre, scene: Scene) -> Caller:
    """It rings, and is sent away by the button."""
    async with there.seat(scene.agent) as seat:
        await seat.begin_work()
        caller = await there.call(scene.name)
        await seat.rings()
        await seat.act("decline")
        await seat.has_no_call()
        caller.hang_up()
        await asyncio.sleep(2)
    return caller


async def hangs_up_at_once(there: Centre, scene: Scene) -> Caller:
    """It is answered, and hung up by the button."""
    async with there.seat(scene.agent) as seat:
        await seat.begin_work()
        caller = await there.call(scene.name)
        await seat.answer()
        await seat.act("hang-up")
        await seat.has_no_call()
        await asyncio.wait_for(caller.call.over.wait(), 20)
    return caller


SCENES = [
    Scene(
        reloads_in_a_call,
        1,
        rings=(Ring("Reloads", rang=True, outcome="answered"), Ring("Reloads", rang=True, outcome="answered")),
        ends=("cut_short", "caller"),
    ),
    Scene(
        closes_the_tab_in_a_call,
        2,
        rings=(Ring("Closes", rang=True, outcome="answered"),),
        ends=("cut_short",),
    ),
    Scene(
        crashes_in_a_call,
        3,
        rings=(Ring("Crashes", rang=True, outcome="answered"),),
        ends=("cut_short",),
    ),
    Scene(presses_f5_while_ready, 14, rings=(Ring("Presses", rang=True, outcome="answered"),), ends=("caller",)),
    Scene(
        chokes_and_is_closed_in_a_call,
        12,
        rings=(Ring("Chokes", rang=True, outcome="answered"),),
        ends=("cut_short",),
    ),
    Scene(
        dies_while_it_holds,
        13,
        rings=(Ring("Dies", rang=True, outcome="answered"), Ring("Dies-two", rang=True, outcome="answered")),
        ends=("cut_short", "caller"),
        helped=True,
    ),
    Scene(
        freezes_while_it_rings,
        4,
        rings=(
            Ring("Freezes", rang=True, outcome="unknown"),
            Ring("Freezes-two", rang=True, outcome="answered"),
        ),
        ends=("caller",),
        helped=True,
    ),
    Scene(unheard_after_a_reload, 6, rings=(Ring("Unheard", rang=True, outcome="answered"),), ends=("caller",)),
    Scene(loses_the_microphone, 5, rings=(Ring("Loses", rang=True, outcome="answered"),), ends=("caller",)),
    Scene(moves_to_another_browser, 7, rings=(Ring("Moves", rang=True, outcome="answered"),), ends=("caller",)),
    Scene(expires_in_a_form, 8, rings=(Ring("Expires", rang=True, outcome="answered"),), ends=("caller",)),
    Scene(ignores_a_ring, 9, owed=("V-MISSED",), rings=(Ring("Ignores", rang=True, outcome="timed_out"),)),
    Scene(declines_a_ring, 10, owed=("V-MISSED",), rings=(Ring("Declines", rang=True, outcome="declined"),)),
    Scene(
        hangs_up_at_once,
        11,
        owed=("V-HANGUP",),
        rings=(Ring("Hangs", rang=True, outcome="answered"),),
        ends=("agent",),
    ),
]
