"""What a phone of the demo says of its voice: what a page's endpoint takes, and the same keys in every description."""

from __future__ import annotations

import re

from callcenter.lab.demo.phone import PageMedia


def test_voice_is_described_as_by_a_browser_and_with_the_same_keys_again() -> None:
    media = PageMedia("127.0.0.3", 4000)
    first, held = media.describe(), media.describe("sendonly")

    assert "\r\nm=audio 4000 UDP/TLS/RTP/SAVPF 0 8 101\r\n" in first
    assert re.search(r"\r\na=fingerprint:sha-256 (?:[0-9A-F]{2}:){31}[0-9A-F]{2}\r\n", first)
    assert "\r\na=sendonly\r\n" in held
    keys = re.compile(r"^a=(?:ice|fingerprint|candidate).*$", re.MULTILINE)
    assert keys.findall(first) == keys.findall(held)
    assert first.endswith("\r\n")
