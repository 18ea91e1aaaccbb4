from __future__ import annotations

from functools import cache

import pytest

from callcenter.cli.lab import replay
from callcenter.files.rulebook import load_rulebook

_read_once = cache(load_rulebook)


@pytest.fixture(autouse=True)
def _rulebook_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the packaged rulebook once: it would be nine tenths of the time of a thousand short replays."""
    monkeypatch.setattr(replay, "load_rulebook", _read_once)
