"""What a phone of the demo says of its voice, and how it keeps its number: unless a page has it."""

from __future__ import annotations

import asyncio
import contextlib
import re

import pytest

from callcenter.lab.demo import phone as demo
from callcenter.lab.demo.phone import DemoPhone, PageMedia
from callcenter.lab.diary import LabDiary
from callcenter.sip.dialog import UserAgent
from callcenter.sip.message import SipMessage

OWN = "<sip:1001@127.0.0.3:5062>"
PAGE = "<sip:k3j2@127.0.0.9:5080;transport=ws>"


class Told(DemoPhone):
    """A phone whose switch says, look by look, who is registered for how long; what it registers is counted."""

    def __init__(self, *contacts: str) -> None:
        super().__init__("1001", ("127.0.0.1", 5060), LabDiary())
        self.agent = UserAgent("127.0.0.3", 5062, OWN)
        self.looks = list(contacts)
        self.registered = 0

    async def ask(self, *_told: object, **_how: object) -> SipMessage:
        if not self.looks:
            raise asyncio.CancelledError
        contact = self.looks.pop(0)
        return SipMessage("SIP/2.0 200 OK", (("contact", contact),) if contact else (), "")

    async def register(self, seconds: int = 3600) -> None:
        self.registered += seconds > 0


@pytest.mark.parametrize(
    ("contacts", "registered"),
    [
        ([f"{OWN};expires=600", f"{OWN};expires=121"], 0),
        ([f"{OWN};expires=600", f"{OWN};expires=119", f"{OWN};expires=600"], 1),
        ([f"{PAGE};expires=10", f"{PAGE};expires=8"], 0),
        ([""] * 4, 0),
        ([""] * 5, 1),
    ],
)
def test_phone_registers_anew_before_the_switch_ends_it_and_never_in_the_place_of_a_page(
    contacts: list[str], registered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "_LOOK_SECONDS", 0)
    phone = Told(*contacts)
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(phone.keep(lambda _name, _taken: None))
    assert phone.registered == registered


def test_voice_is_described_as_by_a_browser_and_with_the_same_keys_again() -> None:
    media = PageMedia("127.0.0.3", 4000)
    first, held = media.describe(), media.describe("sendonly")

    assert "\r\nm=audio 4000 UDP/TLS/RTP/SAVPF 0 8 101\r\n" in first
    assert re.search(r"\r\na=fingerprint:sha-256 (?:[0-9A-F]{2}:){31}[0-9A-F]{2}\r\n", first)
    assert "\r\na=sendonly\r\n" in held
    keys = re.compile(r"^a=(?:ice|fingerprint|candidate).*$", re.MULTILINE)
    assert keys.findall(first) == keys.findall(held)
    assert first.endswith("\r\n")
