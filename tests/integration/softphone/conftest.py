from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from callcenter.softphone import Phone, PhoneSettings
from tests.integration.softphone.peer import Peer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as made:
        yield made


@pytest.fixture
def settings(peer: Peer) -> PhoneSettings:
    return PhoneSettings(
        server="127.0.0.1",
        port=peer.port,
        extension="1001",
        secret=SecretStr("s3cret"),
        rtp_low=29000,
        rtp_high=29999,
        ring_cadence=0.05,
        patience=2.0,
    )


@pytest.fixture
def phone(settings: PhoneSettings) -> Iterator[Phone]:
    with Phone(settings) as made:
        yield made
