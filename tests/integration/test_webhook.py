"""A webhook: what is posted can be checked by whoever has the key, and no answer does any harm."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from callcenter.domain.frame import SECOND
from callcenter.errors import BadSetting
from callcenter.store.outbox import OutboxEntry, OutboxKind
from callcenter.tracker.outbox.settings import WebhookSettings
from callcenter.tracker.outbox.sink import EntryRefused, SinkAway
from callcenter.tracker.outbox.webhook import WebhookSink
from tests.integration.receiver import (
    OK,
    Answer,
    Receiver,
    hangs,
    hangs_up,
    never_begins,
    never_ends,
    receiver,
    says,
    trickles,
)
from tests.unit.rules.detection.people import MONDAY

KEY = "k" * 32
ENTRY = OutboxEntry(
    id="a" * 32, kind=OutboxKind.SURVEY, key="Álice\r\n", n=3, made_at=MONDAY, payload={"result": "answered"}
)


def hook(folder: Path, url: str, **told: Any) -> WebhookSettings:
    (folder / "key").write_text(f"{KEY}\n")
    known = {"name": "crm", "url": url, "secret_file": folder / "key", "kinds": ["survey"], "timeout": 0.5}
    return WebhookSettings.model_validate(known | told)


@pytest.fixture
async def other() -> AsyncIterator[Receiver]:
    async with receiver() as found:
        yield found


def sink(folder: Path, url: str, **told: Any) -> WebhookSink:
    return WebhookSink(hook(folder, url, **told), "main", lambda: MONDAY)


async def test_receiver_can_tell_who_posts_when_and_what(other: Receiver, tmp_path: Path) -> None:
    async with sink(tmp_path, other.url) as made:
        await made.send(ENTRY)
        await made.send(ENTRY)

    first, again = other.posted
    assert (first.body, other.connections) == (again.body, 1)
    assert first.told() == {
        "schema": 1,
        "id": "a" * 32,
        "kind": "survey",
        "key": "Álice\r\n",
        "n": 3,
        "at": MONDAY / SECOND,
        "site": "main",
        "data": {"result": "answered"},
    }
    at, mac = (part.partition("=")[2] for part in first.headers["x-callcenter-signature"].split(","))
    assert int(at) == MONDAY // SECOND
    assert mac == hmac.new(KEY.encode(), at.encode() + b"." + first.body, hashlib.sha256).hexdigest()


async def test_nothing_in_what_is_posted_acts_where_it_is_shown(other: Receiver, tmp_path: Path) -> None:
    hostile = msgspec.structs.replace(ENTRY, key="A\u202elice\x7f\u2028", payload={"queue": "\x9b2J\u2066"})
    async with sink(tmp_path, other.url) as made:
        await made.send(hostile)

    (got,) = other.posted
    assert got.body.decode().isprintable()
    assert (got.told()["key"], got.told()["data"]) == (hostile.key, hostile.payload)


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
async def test_what_is_said_of_the_entry_refuses_it(other: Receiver, tmp_path: Path, status: int) -> None:
    other.answer = says(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
    async with sink(tmp_path, other.url) as made:
        with pytest.raises(EntryRefused, match=str(status)):
            await made.send(ENTRY)


_ANSWERS = {
    "hangs": hangs,
    "hangs up": hangs_up,
    "trickles": trickles,
    "says 100 for ever": never_begins,
    "fails": says(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
    "redirects": says(b"HTTP/1.1 307 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
    "is gone": says(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"),
    "knows us not": says(b"HTTP/1.1 401 Who\r\nContent-Length: 0\r\n\r\n"),
    "speaks something else": says(b"\x00\xff SSH-2.0\r\n\r\n\r\n"),
    "has a status of its own": says(b"HTTP/1.1 99999 ?\r\n\r\n"),
    "heads without end": says(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 300_000),
    "switches": says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
}


@pytest.mark.parametrize("answer", _ANSWERS.values(), ids=_ANSWERS)
async def test_whatever_else_it_answers_means_later(other: Receiver, tmp_path: Path, answer: Answer) -> None:
    other.answer, begun = answer, time.monotonic()
    async with sink(tmp_path, other.url) as made:
        with pytest.raises(SinkAway):
            await made.send(ENTRY)

        assert time.monotonic() - begun < 3
        other.answer = says(OK)
        await made.send(ENTRY)


@pytest.mark.parametrize(
    "answer",
    [
        never_ends,
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\nx"),
        says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"),
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        says(b"HTTP/1.1 204 Fine\r\n\r\n"),
    ],
)
async def test_what_comes_behind_its_yes_is_not_waited_for(other: Receiver, tmp_path: Path, answer: Answer) -> None:
    other.answer = answer
    async with sink(tmp_path, other.url, timeout=5) as made:
        await made.send(ENTRY)
        await made.send(ENTRY)

    assert len(other.posted) == 2


async def test_nobody_there_means_later(tmp_path: Path) -> None:
    async with sink(tmp_path, "http://127.0.0.1:1/") as made:
        with pytest.raises(SinkAway, match="ConnectError"):
            await made.send(ENTRY)


@pytest.mark.parametrize(
    ("url", "plain"),
    [("https://crm.example:8443/in?a=1", False), ("http://[::1]:80/", False), ("http://crm.example/", True)],
)
def test_addresses_that_can_be(tmp_path: Path, url: str, plain: bool) -> None:
    assert hook(tmp_path, url, plain_http=plain).url == url


@pytest.mark.parametrize(
    "url",
    [
        *("http://crm.example/", "ftp://crm.example/", "https:///path", "crm.example", "https://a:b@crm.example/"),
        *("https://crm.example/#x", "https://crm.example/\r\nX: y", "https://crm.example:99999/", "https://[::1", ""),
    ],
)
def test_addresses_that_cannot_be(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValidationError):
        hook(tmp_path, url)


def test_certificate_authority_that_is_none_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for name in ("ca.pem", "nowhere.pem"):
        with pytest.raises(BadSetting, match=name):
            sink(tmp_path, "https://crm.example/", tls_ca=tmp_path / name)


def test_key_that_is_none_stops_the_start(tmp_path: Path) -> None:
    settings = hook(tmp_path, "https://crm.example/")
    (tmp_path / "key").write_text("short")
    with pytest.raises(BadSetting, match="openssl rand"):
        settings.reveal()
    (tmp_path / "key").unlink()
    with pytest.raises(BadSetting, match="cannot read the key"):
        settings.reveal()


@pytest.mark.parametrize("host", ["xn--a", "xn--zz-", "[v1.a]"])
def test_host_that_cannot_be_is_refused_before_anything_is_parked(tmp_path: Path, host: str) -> None:
    with pytest.raises(BadSetting, match="the webhook crm names no host"):
        sink(tmp_path, f"https://{host}/hook")
