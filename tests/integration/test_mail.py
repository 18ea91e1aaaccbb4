"""Mail: in its language, to whom the settings say, whatever an agent is called; what the server says is believed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from pydantic import ValidationError

from callcenter.errors import BadSetting
from callcenter.store.outbox import OutboxEntry, OutboxKind
from callcenter.tracker.outbox.mail import MailSink
from callcenter.tracker.outbox.settings import MailSettings
from callcenter.tracker.outbox.sink import EntryRefused, SinkAway
from tests.integration.receiver import receiver
from tests.unit.rules.detection.people import MONDAY

ZONE = ZoneInfo("Asia/Shanghai")
HOSTILE = "Álice\r\nBcc: x@example.com\x1b[1m\u202e" + "y" * 2_000


class Postbox:
    """A server that takes mail, or answers a command otherwise."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], EmailMessage]] = []
        self.answers: dict[str, str] = {}
        self.port = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802
        answer = self.answers.get(address, self.answers.get("RCPT", "250 OK"))
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Envelope) -> str:  # noqa: N802
        if "QUIT" in self.answers:
            await asyncio.sleep(60)
        return "221 Bye"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        if (answer := self.answers.get("DATA")) is not None:
            return answer
        self.got.append((envelope.rcpt_tos, message_from_bytes(envelope.content, EmailMessage, policy=policy.default)))
        return "250 OK"


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    found, loop = Postbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(found, loop=loop, hostname="mail.example"), "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()
    await server.wait_closed()


def settings(port: int = 25, **told: Any) -> MailSettings:
    known = {
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "sender": "calls@example.com",
        "recipients": {"violation": ["lead@example.com", "qa@example.com"], "complaint": ["boss@example.com"]},
        "timeout": 2,
    }
    return MailSettings.model_validate(known | told)


def entry(kind: OutboxKind = OutboxKind.VIOLATION, **payload: Any) -> OutboxEntry:
    return OutboxEntry(id="a" * 32, kind=kind, key="k", n=1, made_at=MONDAY, payload=payload)


async def test_mail_says_what_happened_in_its_language_to_whom_it_concerns(postbox: Postbox) -> None:
    said = entry(id="r1", rule="V-MISSED", agent="Álice", at=MONDAY, state="overturned", severity="minor", points=2)
    for language in ("en", "zh-CN"):
        await MailSink(settings(postbox.port, language=language), ZONE).send(said)

    (to, english), (_, chinese) = postbox.got
    assert (to, english["To"]) == (["lead@example.com", "qa@example.com"], "lead@example.com, qa@example.com")
    assert (english["From"], english["Message-ID"]) == ("calls@example.com", f"<{'a' * 32}@example.com>")
    assert english["Subject"] == "Record of Álice: V-MISSED"
    assert english.get_content().splitlines() == [
        "A record of the agent Álice stands anew.",
        "",
        "State: overturned",
        "Rule: V-MISSED",
        "When: 2026-03-02 09:00:00+08:00",
        "Severity: minor",
        "Points: 2",
        "Decided: -",
        "Record: r1",
    ]
    assert "Álice" in chinese["Subject"]
    assert "Record" not in chinese.get_content()


async def test_no_name_begins_another_header(postbox: Postbox) -> None:
    await MailSink(settings(postbox.port, language="en"), ZONE).send(entry(agent=HOSTILE, rule="V-MISSED"))

    ((to, got),) = postbox.got
    assert (to, got["Bcc"]) == (["lead@example.com", "qa@example.com"], None)
    assert got["Subject"].startswith(r"Record of Álice\r\nBcc: x@example.com\x1b[1m\u202eyyy")
    assert len(got["Subject"]) < 200


@pytest.mark.parametrize("kind", OutboxKind)
def test_every_kind_that_may_be_mailed_has_its_texts(kind: OutboxKind) -> None:
    if kind in {OutboxKind.CALL, OutboxKind.POP}:
        with pytest.raises(ValidationError):
            settings(recipients={kind: ["a@example.com"]})
        return
    told = entry(kind, result="answered", role="manager", to="recorded", **{"from": "received"})
    message = MailSink(settings(), ZONE).written(told, ("a@example.com",))

    assert "{" not in message["Subject"] + message.get_content()


@pytest.mark.parametrize(
    ("command", "answer", "error"),
    [
        ("DATA", "554 spam", EntryRefused),
        ("DATA", "452 full", SinkAway),
        ("RCPT", "550 nobody", SinkAway),
    ],
)
async def test_what_the_server_says_is_believed(
    postbox: Postbox, command: str, answer: str, error: type[Exception]
) -> None:
    postbox.answers[command] = answer
    with pytest.raises(error):
        await MailSink(settings(postbox.port), ZONE).send(entry())


async def test_whom_the_server_takes_later_gets_it_then_and_nobody_twice(postbox: Postbox) -> None:
    sink = MailSink(settings(postbox.port), ZONE)
    postbox.answers["qa@example.com"] = "450 greylisted"
    for _ in range(2):
        with pytest.raises(SinkAway):
            await sink.send(entry())
    del postbox.answers["qa@example.com"]
    await sink.send(entry())

    assert [to for to, _ in postbox.got] == [["lead@example.com"], ["qa@example.com"]]


async def test_whom_the_server_never_takes_keeps_it_from_nobody(postbox: Postbox) -> None:
    postbox.answers["qa@example.com"] = "550 nobody"
    await MailSink(settings(postbox.port), ZONE).send(entry())

    assert [to for to, _ in postbox.got] == [["lead@example.com"]]


async def test_server_that_has_it_and_does_not_say_goodbye_has_it(postbox: Postbox) -> None:
    postbox.answers["QUIT"] = ""
    await MailSink(settings(postbox.port), ZONE).send(entry())

    assert len(postbox.got) == 1


async def test_server_that_says_nothing_is_not_waited_for() -> None:
    async with receiver() as silent:
        with pytest.raises(SinkAway):
            await MailSink(settings(silent.port, timeout=0.2), ZONE).send(entry())
    with pytest.raises(SinkAway):
        await MailSink(settings(silent.port), ZONE).send(entry())


@pytest.mark.parametrize(
    "told",
    [
        *({"sender": one} for one in ("calls", "a b@example.com", "a@example.com\r\nBcc: b@example.com", "é@x.y", "")),
        {"recipients": {}},
        {"recipients": {"violation": []}},
        {"recipients": {"violation": ["a@example.com, b@example.com"]}},
        {"username": "calls"},
        {"host": "mail.example.com"},
    ],
)
def test_settings_that_cannot_be(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**told)


def test_password_stands_in_a_file(tmp_path: Path) -> None:
    signed = settings(username="calls", password_file=tmp_path / "password")
    with pytest.raises(BadSetting, match="cannot read the password"):
        signed.reveal()
    (tmp_path / "password").write_text("\n")
    with pytest.raises(BadSetting, match="empty"):
        signed.reveal()
    (tmp_path / "password").write_text("secret\n")
    assert (signed.reveal(), settings().reveal()) == ("secret", None)
