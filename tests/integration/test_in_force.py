"""The figures that the doctor measures a switch by, and the line that tells them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from callcenter.cli.service.in_force import figures_in_force
from callcenter.config import load_settings
from callcenter.domain.frame import SECOND
from tests.integration.one_shift import rulebook
from tests.integration.service import at_home

FIGURES = {"rings": 4, "queues": {"sales": {"wrap_up_seconds": 10, "service_threshold_seconds": 12}}}


def test_without_settings_they_are_the_packaged_ones_and_nobody_knows_whether_they_hold() -> None:
    figures, told = figures_in_force(None)
    assert (figures.ring, told.verdict) == (15 * SECOND, "unknown")
    assert "3 rings of 5 s; a wait of 20 s; a line is blocked after 60 s; wrap-up in no queue" in told.found


async def test_they_are_those_of_the_rulebook_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = tmp_path / "rulebook.yaml"
    book.write_text(json.dumps(rulebook({"figures": FIGURES})))
    async with at_home(tmp_path, 1, more=f'[rules]\nrulebook = "{book}"\n') as service:
        for login, secret in (("EVENTS", "es"), ("CONTROL", "cs")):
            monkeypatch.setenv(f"CALLCENTER_AMI__{login}__SECRET", secret)
        settings = load_settings(service.settings)
    figures, told = await asyncio.to_thread(figures_in_force, settings)
    assert (figures.ring, told.verdict, told.remedy) == (20 * SECOND, "ok", "")
    assert told.found == (
        "edition 0: 4 rings of 5 s; a wait of 20 s (sales 12 s); a line is blocked after 60 s; wrap-up sales 10 s"
    )


def test_without_a_database_they_are_those_of_the_file_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "callcenter.toml"
    logins = "".join(f'[ami.{name}]\nusername = "{name}"\nsecret_file = "s"\n' for name in ("events", "control"))
    path.write_text(f'{logins}[store]\nurl = "sqlite:///{tmp_path}/none.sqlite"\n')
    monkeypatch.delenv("CALLCENTER_SETTINGS", raising=False)
    _, told = figures_in_force(load_settings(path))
    assert told.verdict == "unknown"
    assert "callcenter db upgrade" in told.remedy
