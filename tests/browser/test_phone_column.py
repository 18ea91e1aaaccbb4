"""The phone in the page as it is seen and pressed: a whole call by keyboard, transfer, keys, states, trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from callcenter.domain import events as ev
from callcenter.domain.vocabulary import CANNOT_RING, PageWord
from tests.browser.front import PATIENCE_MS, Front, Person, filled, front, known, phone_in, serious

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(nothing_left_by_all: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with front(tmp_path_factory.mktemp("front")) as found:
        await filled(found)
        known(found.house, found.work.now)
        for agent in ("Alice", "Bob"):
            found.house.sign_in(agent)
        yield found


async def at_the_desk(alice: Person, **state: Any) -> Page:
    """Sign in, with a phone in the page."""
    page = await alice.sign_in("alice", "/desk")
    await expect(page.locator(".age")).to_have_attribute("data-trust", "followed")
    await phone_in(page, **state)
    return page


@pytest_asyncio.fixture(loop_scope="module")
async def calls(there: Front) -> AsyncIterator[list[str]]:
    """Customers whose calls are over with the test, whatever became of it."""
    begun: list[str] = []
    yield begun
    for caller in begun:
        there.house.hang_up(caller)
    there.house.tell(ev.Tick, after=4)  # the wrap-up is over, too


async def rung(there: Front, calls: list[str], page: Page, *, here: bool = True) -> str:
    """Let a customer's call ring at the phone and at the switch; returns how it is called."""
    calls.append(caller := f"c{uuid4().hex[:8]}")
    there.house.join(caller)
    there.house.ring(caller)
    if here:
        await page.evaluate("key => phone.ring(key)", caller)
    await expect(card(page)).to_have_attribute("data-phase", "ringing")
    return caller


def card(page: Page) -> Locator:
    return page.locator("[data-phase]").first


async def columns(page: Page) -> Any:
    """Say where columns, and the card below the call, begin in the page; a line above it may come at any time."""
    where = """all => {
        const top = document.querySelector("#content").getBoundingClientRect().y;
        return all.map(one => (({x, y, width}) => [x, y - top, width])(one.getBoundingClientRect()));
    }"""
    return await page.locator(".desk > section, [data-link]").evaluate_all(where)


async def asked(page: Page) -> Any:
    """Return what the phone has been asked since last time."""
    return await page.evaluate("phone.asked.splice(0)")


async def test_a_whole_call_by_keyboard_alone_and_held_is_what_the_switch_says(there: Front, calls: list[str]) -> None:
    async with there.person() as alice:
        page = await at_the_desk(alice)
        where = await columns(page)
        key = await rung(there, calls, page)
        await expect(page.locator("[aria-live=assertive]")).to_contain_text("Incoming call: 陈女士, sales")
        assert await columns(page) == where
        assert await serious(page) == []
        await page.keyboard.press("d")
        await page.keyboard.press("a")
        there.house.answer(key)
        await expect(card(page)).to_have_attribute("data-phase", "talking")
        await page.keyboard.press("m")
        await expect(card(page)).to_have_attribute("data-muted", "true")
        await page.keyboard.press("h")
        await expect(card(page)).to_contain_text("The switch has not confirmed it yet")
        await expect(card(page)).to_have_attribute("data-held", "false")
        there.house.hold(key, on=True)
        await expect(card(page)).to_have_attribute("data-held", "true")
        await expect(page.locator("[aria-live=assertive]")).to_contain_text("On hold")
        await page.keyboard.press("h")
        there.house.hold(key, on=False)
        await expect(card(page)).to_have_attribute("data-held", "false")
        assert await serious(page) == []
        assert await columns(page) == where
        await page.keyboard.press("Shift+E")
        there.house.hang_up(key)
        await expect(card(page)).to_have_attribute("data-phase", "none")
        assert await asked(page) == [
            ["answer", key],
            ["mute", key, True],
            ["hold", key, True],
            ["hold", key, False],
            ["hangUp", key],
        ]


async def test_a_transfer_by_keyboard_holds_first_and_asks_the_colleague_before_it_is_complete(
    there: Front, calls: list[str]
) -> None:
    async with there.person() as alice:
        page = await at_the_desk(alice)
        key = await rung(there, calls, page)
        await page.keyboard.press("a")
        there.house.answer(key)
        await expect(card(page)).to_have_attribute("data-phase", "talking")
        await page.keyboard.press("t")
        await expect(page.locator("input[name=transfer-to]")).to_be_focused()
        there.house.hold(key, on=True)
        await expect(page.locator("[data-queue=sales]")).to_contain_text("601")
        await expect(page.locator("[data-agent=Bob]")).to_contain_text("ready")
        assert await serious(page) == []
        await page.keyboard.press("Escape")
        await expect(page.locator("input[name=transfer-to]")).to_have_count(0)
        there.house.hold(key, on=False)
        await expect(card(page)).to_have_attribute("data-held", "false")
        await page.keyboard.press("t")
        there.house.hold(key, on=True)
        await expect(page.locator("input[name=transfer-to]")).to_be_focused()
        await page.keyboard.type("bo")
        await expect(page.locator("[data-agent=Bob]")).to_be_visible()
        await expect(page.locator("[data-queue=sales]")).to_have_count(0)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-act=consult]")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-act=complete]")).to_be_disabled()
        await page.evaluate("phone.of('asked', {phase: 'talking'})")
        await expect(page.locator("[data-other=talking]")).to_contain_text("陈女士")
        assert await serious(page) == []
        await page.evaluate("phone.is({calls: phone.calls().slice(0, 1), consultation: null})")
        await expect(page.get_by_text("Whoever was asked is gone.")).to_be_visible()
        await page.keyboard.press("t")
        await page.locator("input[name=transfer-to]").fill("1003")
        await page.keyboard.press("Enter")
        await page.evaluate("phone.of('asked', {phase: 'talking'})")
        await page.locator("[data-act=swap]").click()
        there.house.hold(key, on=False)
        await expect(card(page)).to_contain_text("陈女士")
        await expect(page.locator("[data-other=talking]")).to_contain_text("1003")
        await page.locator("[data-act=complete]").click()
        await expect(card(page)).to_have_attribute("data-phase", "none")
        there.house.hang_up(key)
        assert await asked(page) == [
            ["answer", key],
            ["hold", key, True],
            ["hold", key, False],
            ["hold", key, True],
            ["consult", key, "1002"],
            ["consult", key, "1003"],
            ["swap"],
            ["complete"],
        ]


async def test_a_number_is_typed_for_a_blind_transfer_and_digits_reach_the_other_side(there: Front) -> None:
    async with there.person("zh-CN") as alice:
        page = await at_the_desk(alice)
        await page.evaluate("phone.ring('b1', {phase: 'talking', channel: null})")
        await page.locator("[data-act=sign-out]").click()
        await expect(page.locator(".el-message").first).to_contain_text("挂断")
        await expect(card(page)).to_have_attribute("data-phase", "talking")
        await page.locator("[data-act=keypad]").click()
        await page.locator("[data-digit='5']").click()
        await page.keyboard.press("#")
        assert await serious(page) == []
        await page.locator("[data-act=transfer]").click()
        await page.locator("input[name=transfer-to]").fill("0571 8888-0001")
        await page.locator("[data-act=blind]").click()
        await expect(card(page)).to_have_attribute("data-phase", "none")
        transferred = [["hold", "b1", True], ["transfer", "b1", "057188880001"]]
        assert await asked(page) == [["send", "b1", "5"], ["send", "b1", "#"], *transferred]


async def test_a_second_call_waits_to_be_answered_and_the_first_is_held_for_it(there: Front) -> None:
    async with there.person() as alice:
        page = await at_the_desk(alice)
        await page.evaluate("phone.ring('s1', {phase: 'talking', channel: null, number: '1002', name: 'Bob'})")
        await page.evaluate("phone.ring('s2', {channel: null, number: '13900000002'})")
        await expect(page.locator("[data-other=ringing]")).to_contain_text("13900000002")
        assert await serious(page) == []
        await page.keyboard.press("a")
        await expect(page.locator("[data-other=talking]")).to_contain_text("Bob")
        await page.locator("[data-act=turn-to]").click()
        await page.keyboard.press("Shift+E")
        await expect(page.locator("[data-call=s2]")).to_have_attribute("data-held", "true")
        held = [["hold", "s1", True], ["answer", "s2"], ["hold", "s2", True], ["hold", "s1", False]]
        assert await asked(page) == [*held, ["hangUp", "s1"]]


async def test_keys_are_listed_changed_refused_in_words_kept_and_no_command_while_something_is_typed(
    there: Front,
) -> None:
    async with there.person() as alice:
        page = await at_the_desk(alice)
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await serious(page) == []
        mute = page.locator("[data-command=mute]")
        for key, words in (("a", "A is taken: Answer"), ("Control+w", "the browser's own")):
            await mute.get_by_role("button").click()
            await page.keyboard.press(key)
            await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text(words)
            await page.keyboard.press("Tab")
        await page.locator("[data-command=hang_up] button").click()
        await page.keyboard.press("x")
        await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("by a slip")
        await page.keyboard.press("Alt+x")
        await mute.get_by_role("button").click()
        await page.keyboard.press("z")
        await expect(mute.locator("kbd")).to_have_text("Z")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await page.reload()
        await phone_in(page)
        await page.evaluate("phone.ring('y1', {phase: 'talking', channel: null})")
        await page.locator("input").first.focus()
        await page.keyboard.press("z")
        await page.keyboard.press("Tab")
        await page.locator("#content").focus()
        for key in ("m", "z", "Shift+E", "Alt+x"):
            await page.keyboard.press(key)
        assert await asked(page) == [["mute", "y1", True], ["hangUp", "y1"]]


async def test_one_click_makes_the_phone_ready_and_a_ring_test_says_what_came_of_it(there: Front) -> None:
    async with there.person() as alice:
        page = await at_the_desk(alice, link="off", sound="unasked", microphone="unasked")
        phone = page.locator("[data-link]")
        await expect(phone).to_contain_text("one click for sound and microphone")
        assert await serious(page) == []
        await page.locator("[data-act=prepare]").first.click()
        await expect(phone).to_have_attribute("data-link", "registered")
        await page.locator("[data-act=ring-test]").click()
        await expect(page.locator("[data-ring-test]")).to_have_text("It rang")
        await page.locator("select[name=ringer]").select_option(label="Jabra Evolve2")
        await expect(page.get_by_role("meter").first).to_have_attribute("aria-valuenow", "62")
        prepared = [["prepare"], ["take"], ["ringTest"]]
        assert await asked(page) == [*prepared, ["choose", {"ringer": "jabra"}]]
        await page.evaluate("phone.ring('q1', {phase: 'talking', quality: {loss: 0.05, jitterMs: 9, roundTripMs: 30}})")
        await expect(card(page)).to_contain_text("Bad line")


async def test_a_page_that_can_no_longer_ring_says_so_loudly_and_what_to_do(there: Front) -> None:
    async with there.person() as alice:
        page = await at_the_desk(alice)
        await page.evaluate("phone.is({microphone: 'lost', trouble: 'trouble.microphone'})")
        alarm = page.locator("[role=alert][data-alarm]")
        await expect(alarm).to_contain_text("This page cannot ring.")
        await expect(alarm).to_contain_text("Plug it in, or choose another")
        await expect(page.locator("[data-alarm-tag=trouble]")).to_be_visible()
        assert await serious(page) == []
        await page.evaluate("phone.is({microphone: 'open', trouble: null, link: 'other_tab', where: 'Records'})")
        await expect(page.locator("[data-link]")).to_contain_text("Records")
        await page.evaluate("phone.is({where: '', link: 'elsewhere'})")
        await page.locator("[data-link] [data-act=take-over]").click()
        await expect(page.locator("[data-link]")).to_have_attribute("data-link", "registered")
        assert await asked(page) == [["take", True]]
        await page.evaluate("phone.is({microphone: 'lost', trouble: 'trouble.microphone'})")
        await expect(alarm).to_be_visible()
        there.house.tell(ev.MemberGone, "sales", there.house.phone("Alice"))
        await expect(alarm).to_have_count(0)  # nobody calls whom no queue has
        there.house.sign_in("Alice")
        await expect(alarm).to_be_visible()


async def test_a_state_is_asked_of_the_switch_and_what_waits_for_the_end_of_a_call_is_said(
    there: Front, calls: list[str]
) -> None:
    async with there.person() as alice:
        page = await at_the_desk(alice)
        switch = page.get_by_role("group", name="My state")
        state = page.locator("[data-state]")
        await expect(state).to_have_attribute("data-state", "available")
        key = await rung(there, calls, page)
        await page.keyboard.press("a")
        there.house.answer(key)
        await expect(state).to_have_attribute("data-state", "talking")
        await page.get_by_role("button", name="Pause").click()
        await page.get_by_role("menuitem", name="Tea").click()
        await expect(switch).to_contain_text("After this call: paused · Tea")
        await page.get_by_role("button", name="be ready after the call").click()
        await expect(page.locator("[data-queued]")).to_have_count(0)
        await page.locator("#content").focus()
        await page.keyboard.press("s")
        await expect(switch).to_contain_text("After this call: paused · after-call work")
        assert await serious(page) == []
        there.house.hang_up(key)
        await page.evaluate("phone.is({calls: []})")
        await expect(state).to_have_attribute("data-state", "wrap_up")
        await page.keyboard.press("s")
        await expect(state).to_have_attribute("data-state", "available")
        await page.keyboard.press("s")
        await expect(page.get_by_role("menuitem", name="Tea")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(state).to_contain_text("Tea")
        there.work.switch.reach("PJSIP/1001", reachable=False)
        await expect(state).to_have_attribute("data-state", "offline")
        there.work.switch.reach("PJSIP/1001", reachable=True)
        proofs = await page.evaluate("phone.proofs()")
        await there.work.switch.pause("PJSIP/1001", reason=CANNOT_RING)
        await expect(state).to_contain_text("system pause · cannot ring")
        await expect(page.locator("[data-link]")).to_contain_text("It can ring again. Press Ready")
        assert await page.evaluate("phone.proofs()") > proofs
        assert await serious(page) == []
        await page.keyboard.press("s")
        await expect(state).to_have_attribute("data-state", "available")


async def test_a_state_is_kept_over_a_reload_while_the_phone_comes_back(there: Front) -> None:
    async with there.person() as alice:
        page = await at_the_desk(alice)
        state = page.locator("[data-state]")
        await expect(state).to_have_attribute("data-state", "available")
        await page.reload()
        there.work.switch.reach("PJSIP/1001", reachable=False)
        await expect(page.get_by_text("Phone is coming back")).to_be_visible()
        await expect(state).to_have_attribute("data-state", "available")
        there.work.switch.reach("PJSIP/1001", reachable=True)
        await expect(page.get_by_text("Phone is coming back")).to_have_count(0)


async def test_leader_who_has_never_signed_in_does_and_is_told_whose_page_fails_three_times(there: Front) -> None:
    async with there.person() as leader:
        page = await leader.sign_in("li-leads", "/account")
        await page.get_by_role("button", name="Sign in to the queues").click()
        await expect(page.locator("[data-state]")).to_contain_text("paused · just signed in")
        for _ in range(3):
            await expect(page.locator("[data-alarm-tag=pages]")).to_have_count(0)
            there.house.tell(ev.PageTold, "Alice", PageWord.COULD_NOT_RING, None, None, None)
        await expect(page.locator("[data-alarm-tag=pages]")).to_have_text("Pages that fail: 1")


async def test_a_lost_call_is_called_back_by_the_page_s_phone_and_on_a_desk_phone_its_code_is_shown(
    there: Front,
) -> None:
    async with there.person() as alice:
        page = await alice.sign_in("alice", "/desk")
        row = page.locator("[data-lost]").first
        await row.get_by_role("button", name="Claim").click()
        await row.locator("[data-act=call-back]").click()
        await expect(page.get_by_text("*47")).to_be_visible()
        await phone_in(page)
        await row.locator("[data-act=call-back]").click()
        await expect(card(page)).to_have_attribute("data-phase", "dialling")
        (dialled,) = await asked(page)
        assert dialled[0] == "dial"
        assert dialled[1].startswith("*47")
        await row.get_by_role("button", name="Give back").click()


async def test_a_call_that_rings_in_another_tab_is_shown_and_not_pressed_here(there: Front, calls: list[str]) -> None:
    async with there.person() as alice:
        page = await at_the_desk(alice, link="other_tab", where="Desk")
        key = await rung(there, calls, page, here=False)
        await expect(card(page)).to_contain_text("Another tab of this browser has the phone")
        await expect(page.locator("[data-act=answer]")).to_have_count(0)
        there.house.answer(key)
        there.house.hold(key, on=True)
        await expect(card(page)).to_have_attribute("data-held", "true")


async def test_whoever_has_called_is_called_again_from_the_card(there: Front, calls: list[str]) -> None:
    async with there.person() as alice:
        page = await at_the_desk(alice)
        key = await rung(there, calls, page)
        await page.keyboard.press("a")
        there.house.answer(key)
        await expect(card(page)).to_have_attribute("data-phase", "talking")
        there.house.hang_up(key)
        await page.evaluate("phone.is({calls: []})")
        await page.locator("[data-act=call-again]").click()
        await expect(card(page)).to_have_attribute("data-phase", "dialling")
        assert (await asked(page))[-1][1].startswith("*47")
