"""The parts of the client that need no socket: the bounded inbox, the backoff, the settings."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from callcenter.ami.client import Backoff
from callcenter.ami.inbox import Inbox
from callcenter.ami.items import FramesRead, LoginLost
from callcenter.ami.settings import LoginSettings, check_ami, load_ami
from callcenter.errors import BadSetting

if TYPE_CHECKING:
    from pathlib import Path

FRAMES = FramesRead("pbx", 0, (), ())
LOST = LoginLost("pbx", 0, "cut")
LOGINS = '[ami.events]\nusername = "e"\nsecret = "s1"\n[ami.control]\nusername = "c"\nsecret = "s2"\n'


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


def settings_file(path: Path, text: str) -> Path:
    file = path / "settings.toml"
    file.write_text(text)
    return file


def test_settings_file_gives_both_logins(tmp_path: Path) -> None:
    ami = load_ami(settings_file(tmp_path, '[ami]\nhost = "pbx.example"\n' + LOGINS))
    assert (ami.host, ami.port, ami.events.reveal(), ami.control.reveal()) == ("pbx.example", 5038, "s1", "s2")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[ami]\nprot = 1\n" + LOGINS, r"ami\.prot"),
        ("[ami]\nport = 0\n" + LOGINS, r"ami\.port"),
        ("[ami]\nheartbeat_every = 5.0\n" + LOGINS, "at least twice"),
        ("[ami]\nbackoff_min = 9.0\n" + LOGINS, "backoff_max"),
        (LOGINS.replace('"c"', '"e"'), "two logins"),
        (LOGINS.replace('secret = "s2"', ""), "exactly one of secret and secret_file"),
        (LOGINS.replace('"e"', '"e\\r\\nx"'), "line break"),
        ("[other]\n", r"no \[ami\] table"),
        ("ami = 3\n", r"no \[ami\] table"),
        ("[ami", "cannot be read"),
        ("\x00", "cannot be read"),
    ],
)
def test_wrong_setting_is_named_in_one_sentence_without_a_secret(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(BadSetting, match=complaint) as caught:
        load_ami(settings_file(tmp_path, text))
    assert "s1" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"nowhere\.toml cannot be read"):
        load_ami(tmp_path / "nowhere.toml")


def test_secret_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\nsecond line\n")
    assert LoginSettings(username="e", secret_file=tmp_path / "secret").reveal() == "hunter2"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_secret_file_without_a_usable_line_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(BadSetting, match="the secret of login 'e'"):
        LoginSettings(username="e", secret_file=tmp_path / "secret").reveal()


def test_secret_with_a_line_break_is_refused_without_showing_it() -> None:
    ami = check_ami(
        {"events": {"username": "e", "secret": "a\nb"}, "control": {"username": "c", "secret": "x"}}, "here"
    )
    with pytest.raises(BadSetting, match="one line and not empty"):
        ami.events.reveal()


def test_settings_printed_show_no_secret() -> None:
    ami = check_ami({"events": {"username": "e", "secret": "s1"}, "control": {"username": "c", "secret": "s2"}}, "here")
    assert "s1" not in repr(ami)
    assert "s2" not in ami.model_dump_json()
