"""Two outputs and a microphone of a sound server: each sound is on its own device, also when one is plugged out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.live.page.centre import Post, centre
from tests.live.page.plugs import plugs
from tests.live.page.sound import AGENT_HERTZ, CALLER_HERTZ, SOUNDS

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.timeout(300)]

HEADSET, LOUD = "headset", "loudspeaker"
RING_HERTZ = 660
LET_GO_SECONDS = 8.0
"""Chromium keeps its stream to an output five seconds after its use: one that is back sooner gets the old one."""


async def test_the_ring_and_the_caller_are_each_on_their_own_device(tmp_path: Path) -> None:
    (tmp_path / "sound").mkdir()
    async with (
        plugs(tmp_path / "sound", AGENT_HERTZ) as there,
        centre(tmp_path, [Post("Alice", "1001", "post")]) as at,
    ):
        await there.plug(LOUD)
        await there.plug(HEADSET)
        await there.make_own(LOUD)
        async with at.browser_with(there) as browser, at.seat("Alice", browser=browser) as alice:
            await alice.begin_work()
            speaker = alice.page.locator("select[name=speaker]")
            await speaker.select_option(label=HEADSET)
            await alice.page.locator("select[name=ringer]").select_option(label=LOUD)
            caller = await at.call("post")
            await there.until(LOUD, RING_HERTZ, SOUNDS)
            assert not there.sounds(HEADSET, RING_HERTZ)
            await alice.answer()
            await there.until(HEADSET, CALLER_HERTZ)
            assert not there.sounds(LOUD, CALLER_HERTZ)
            await caller.hears(AGENT_HERTZ)

            await there.unplug(HEADSET)
            await there.until(LOUD, CALLER_HERTZ)
            await expect(speaker.locator("option:checked")).to_have_text(alice.word("phone.unplugged"))
            await asyncio.sleep(LET_GO_SECONDS)
            await there.plug(HEADSET)
            await there.until(HEADSET, CALLER_HERTZ)
            await expect(speaker.locator("option:checked")).to_have_text(HEADSET)
            caller.hang_up()
            await alice.has_no_call()
        assert at.record.proposed() == []
