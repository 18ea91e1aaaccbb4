"""What the READMEs say of settings, metrics and commands is what the code has."""

from __future__ import annotations

import pytest

from callcenter.cli import COMMANDS
from tests.repo.readme_tables import READMES, ROOT, with_tables


@pytest.mark.parametrize(("name", "language"), READMES.items())
def test_tables_are_those_of_the_code(name: str, language: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert with_tables(text, language) == text, "run: .venv/bin/python -m tests.repo.readme_tables"


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_described(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert [command for command in COMMANDS if f"`callcenter {command}`" not in text and command != "version"] == []
