from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from callcenter.journal import JournalSettings


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="flush_every"):
        JournalSettings.model_validate({"flush_every": 1})


@pytest.mark.parametrize("key", ["batch", "queue_entries", "queue_bytes", "snapshot_every"])
def test_a_bound_of_nothing_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        JournalSettings.model_validate({key: 0})


def test_settings_cannot_change_under_a_running_journal() -> None:
    settings = JournalSettings(path=Path("here"))

    with pytest.raises(ValidationError, match="frozen"):
        settings.batch = 5  # type: ignore[misc] # the point
