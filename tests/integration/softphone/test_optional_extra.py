"""The package without pyVoIP, and without audioop."""

from __future__ import annotations

import subprocess
import sys

import pytest

TRIAL = """
import sys
sys.modules[{missing!r}] = None
from callcenter.errors import PhoneError
from callcenter.softphone import Phone, PhoneSettings
phone = Phone(PhoneSettings(server="127.0.0.1", extension="1001", secret="s"))
try:
    phone.start()
except PhoneError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("pyVoIP", "the phone needs pyVoIP: install callcenter[phone]"),
        ("audioop", "the phone needs audioop, which Python 3.13 left out: install audioop-lts"),
    ],
)
def test_phone_without_what_it_needs_says_what_to_install(missing: str, sentence: str) -> None:
    trial = subprocess.run(
        [sys.executable, "-W", "error", "-c", TRIAL.format(missing=missing)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert trial.stdout.strip() == sentence


def test_any_part_of_the_phone_can_be_imported_first() -> None:
    parts = ("rtp", "calls", "line")
    for part in parts:
        subprocess.run(
            [sys.executable, "-W", "error", "-c", f"import callcenter.softphone.{part}"], timeout=60, check=True
        )
