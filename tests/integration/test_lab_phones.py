"""Two phones of the lab, each the other's switch."""

from __future__ import annotations

import socket
from asyncio import sleep
from collections.abc import AsyncIterator

import pytest

from callcenter.errors import LabError
from callcenter.lab.diary import LabDiary
from callcenter.lab.sipphone import SipPhone

HOST = "127.0.0.1"


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


@pytest.fixture
async def phones() -> AsyncIterator[tuple[SipPhone, SipPhone]]:
    diary = LabDiary()
    ports = _free_port(), _free_port()
    caller = SipPhone("138", (HOST, ports[1]), diary)
    callee = SipPhone("1001", (HOST, ports[0]), diary)
    await caller.open(HOST, ports[0])
    await callee.open(HOST, ports[1])
    yield caller, callee
    caller.close()
    callee.close()


def _words(phone: SipPhone) -> list[object]:
    return [line["what"] for line in phone.diary.lines if line["who"] == phone.name]


async def test_call_is_rung_answered_held_and_hung_up_by_the_caller(phones: tuple[SipPhone, SipPhone]) -> None:
    caller, callee = phones
    call = caller.dial("1001")
    ring = await callee.next_call()
    ring.ring()
    await call.ringing.wait()
    ring.answer()
    await call.answered.wait()
    await ring.hold()
    await ring.take_back()
    call.hang_up()
    await ring.over.wait()

    assert call.media_to == (HOST, callee.media.port)
    assert ring.media_to == (HOST, caller.media.port)
    assert _words(caller) == ["dialled", "rang", "answered", "over"]
    assert _words(callee) == ["invited", "rang", "answered", "held", "took back", "over"]
    assert (call.over_by, ring.over_by) == ("here", "there")


async def test_call_hung_up_by_who_answered_it_ends_in_its_dialog(phones: tuple[SipPhone, SipPhone]) -> None:
    caller, callee = phones
    call = caller.dial("1001")
    ring = await callee.next_call()
    ring.answer()
    await call.answered.wait()
    ring.hang_up()
    await call.over.wait()

    assert (call.over_by, ring.over_by) == ("there", "here")


@pytest.mark.parametrize("code", [480, 486, 603])
async def test_refusal_is_heard_as_it_was_said(phones: tuple[SipPhone, SipPhone], code: int) -> None:
    caller, callee = phones
    call = caller.dial("1001")
    (await callee.next_call()).refuse(code)
    await call.over.wait()

    assert (call.status, call.over_by) == (code, "there")


async def test_caller_who_gives_up_cancels(phones: tuple[SipPhone, SipPhone]) -> None:
    caller, callee = phones
    call = caller.dial("1001")
    ring = await callee.next_call()
    ring.ring()
    await call.ringing.wait()
    call.hang_up()
    await ring.over.wait()

    assert _words(callee) == ["invited", "rang", "over"]
    assert (call.over_by, ring.over_by) == ("here", "there")


async def test_invite_is_repeated_until_it_is_heard_and_rings_once(phones: tuple[SipPhone, SipPhone]) -> None:
    caller, callee = phones
    callee.deaf = True
    call = caller.dial("1001")
    await sleep(0.2)
    callee.deaf = False
    ring = await callee.next_call()
    await sleep(0.6)
    ring.answer()
    await call.answered.wait()

    assert callee.incoming.empty()


async def test_number_shown_is_written_down_as_it_is(phones: tuple[SipPhone, SipPhone]) -> None:
    caller, callee = phones
    caller.dial("1001", "666%0d%0aEvent")
    await callee.next_call()

    assert [line["shown"] for line in callee.diary.lines if line["what"] == "invited"] == ["666\r\nEvent"]


async def test_phone_whose_cable_is_pulled_is_not_answered(
    phones: tuple[SipPhone, SipPhone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.lab.sipsocket._ANSWER_SECONDS", 0.1)
    caller, callee = phones
    callee.vanish()
    with pytest.raises(LabError, match=r"^REGISTER of 138 was not answered\.$"):
        await caller.register()
    call = caller.dial("1001")
    await call.over.wait()

    assert (call.over_by, _words(callee)) == ("there", ["vanished"])


async def test_key_is_pressed_only_where_media_goes(phones: tuple[SipPhone, SipPhone]) -> None:
    caller, callee = phones
    call = caller.dial("1001")
    with pytest.raises(LabError, match="only once the other side has said"):
        call.press("1")
    (await callee.next_call()).answer()
    await call.answered.wait()
    call.press("1")

    assert callee.media_socket.recv(2048)[1] == 0x80 | 101
