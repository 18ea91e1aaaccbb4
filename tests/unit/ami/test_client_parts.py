"""The parts of the client that need no socket: the bounded inbox, the backoff, the settings."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from callcenter.ami.client import Backoff
from callcenter.ami.inbox import Inbox
from callcenter.ami.items import FramesRead, LoginLost
from callcenter.ami.protocol import memory_of
from callcenter.ami.settings import check_ami
from callcenter.domain.frame import Frame
from callcenter.errors import BadSetting

FRAMES = FramesRead("pbx", 0, (), ())
LOST = LoginLost("pbx", 0, "cut")
LOGINS: dict[str, Any] = {
    "events": {"username": "e", "secret": "s1"},
    "control": {"username": "c", "secret": "s2"},
}


def told(inbox: Inbox) -> list[str]:
    calls: list[str] = []
    inbox.on_full = lambda: calls.append("full")
    inbox.on_free = lambda: calls.append("free")
    return calls


async def test_reading_pauses_when_full_and_resumes_when_half_is_free() -> None:
    inbox = Inbox(limit=10)
    calls = told(inbox)
    for _ in range(5):
        inbox.put(FRAMES, 2)
    assert (calls, inbox.full, inbox.frames) == (["full"], True, 10)
    await inbox.get()
    await inbox.get()
    assert calls == ["full"]
    await inbox.get()
    assert (calls, inbox.full, inbox.frames) == (["full", "free"], False, 4)


async def test_a_few_long_frames_fill_it_like_many_short_ones() -> None:
    inbox = Inbox(limit=10, memory_limit=1000)
    calls = told(inbox)
    inbox.put(FRAMES, 1, 600)
    inbox.put(FRAMES, 1, 600)
    assert (calls, inbox.full) == (["full"], True)
    await inbox.get()
    assert calls == ["full"]
    await inbox.get()
    assert (calls, inbox.full) == (["full", "free"], False)


async def test_full_is_told_once_though_one_read_overshoots() -> None:
    inbox = Inbox(limit=10)
    calls = told(inbox)
    inbox.put(FRAMES, 50)
    inbox.put(FRAMES, 50)
    assert calls == ["full"]


async def test_word_of_a_lost_login_finds_room_in_a_full_inbox_and_keeps_its_place() -> None:
    inbox = Inbox(limit=1)
    inbox.put(FRAMES, 5)
    inbox.put(LOST)
    assert [await inbox.get(), await inbox.get()] == [FRAMES, LOST]


async def test_closed_inbox_hands_out_what_is_left_and_then_ends() -> None:
    inbox = Inbox(limit=10)
    inbox.put(LOST)
    inbox.close()
    assert await inbox.get() is LOST
    with pytest.raises(StopAsyncIteration):
        await inbox.get()


async def test_waiting_consumer_is_woken_by_an_item_and_by_the_end() -> None:
    inbox = Inbox(limit=10)
    first = asyncio.create_task(anext(_Items(inbox)))
    await asyncio.sleep(0)
    inbox.put(LOST)
    assert await first is LOST
    last = asyncio.create_task(anext(_Items(inbox), None))
    await asyncio.sleep(0)
    inbox.close()
    assert await last is None


class _Items:
    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def __aiter__(self) -> _Items:
        return self

    async def __anext__(self) -> object:
        return await self._inbox.get()


@pytest.mark.parametrize(("draw", "waits"), [(0.0, [0.5, 1.0, 2.0, 4.0, 4.0]), (1.0, [1.0, 2.0, 4.0, 8.0, 8.0])])
def test_waits_double_up_to_the_limit_and_differ_by_the_draw(draw: float, waits: list[float]) -> None:
    backoff = Backoff(1.0, 8.0, draw=lambda: draw)
    assert [backoff.next() for _ in waits] == waits


def test_success_begins_again_at_the_shortest_wait() -> None:
    backoff = Backoff(1.0, 8.0, draw=lambda: 1.0)
    for _ in range(10_000):
        backoff.next()
    backoff.reset()
    assert backoff.next() == 1.0


def test_both_logins_and_their_secrets_are_given() -> None:
    ami = check_ami({"host": "pbx.example", **LOGINS}, "here")
    assert (ami.host, ami.port, ami.events.reveal(), ami.control.reveal()) == ("pbx.example", 5038, "s1", "s2")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"prot": 1}, r"here: ami\.prot"),
        ({"port": 0}, r"here: ami\.port"),
        ({"heartbeat_every": 5.0}, "at least twice"),
        ({"backoff_min": 9.0}, "backoff_max"),
        ({"control": {"username": "e", "secret": "s2"}}, "two logins"),
        ({"control": {"username": "c"}}, "exactly one of secret and secret_file"),
        ({"control": {"username": "c", "secret": "s2", "secret_file": "f"}}, "exactly one of secret and secret_file"),
        ({"control": {"username": "c\r\nx", "secret": "s2"}}, "line break"),
    ],
)
def test_wrong_setting_is_named_in_one_sentence_without_a_secret(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadSetting, match=complaint) as caught:
        check_ami(LOGINS | changes, "here")
    assert "s1" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_secret_with_a_line_break_is_refused_without_showing_it() -> None:
    ami = check_ami(
        {"events": {"username": "e", "secret": "a\nb"}, "control": {"username": "c", "secret": "x"}}, "here"
    )
    with pytest.raises(BadSetting, match="one line and not empty"):
        ami.events.reveal()


def test_settings_printed_show_no_secret() -> None:
    ami = check_ami(LOGINS, "here")
    assert "s1" not in repr(ami)
    assert "s2" not in ami.model_dump_json()


def test_a_character_set_is_taken_by_any_of_its_names_and_may_be_unset() -> None:
    assert check_ami({**LOGINS, "charset": "GBK"}, "test").charset == "gbk"
    assert check_ami(LOGINS, "test").charset is None


@pytest.mark.parametrize("charset", ["klingon", "utf-16"])
def test_a_character_set_that_cannot_be_one_of_a_switch_is_refused(charset: str) -> None:
    with pytest.raises(BadSetting, match=r"ami\.charset: .*ASCII"):
        check_ami({**LOGINS, "charset": charset}, "test")


def test_a_frame_weighs_what_it_may_take_in_memory() -> None:
    frame = Frame("Hangup", {"Event": "Hangup", "Cause": "16"}, None, None, 0)

    assert memory_of(frame, b"x" * 100) == 200 + 2 * 256
    assert memory_of(frame, b"\xff" * 100) == 500 + 2 * 256
