"""What the READMEs say of settings, metrics and commands is what the code has."""

from __future__ import annotations

import re

import pytest

from callcenter.cli import COMMANDS
from callcenter.locale import Language
from tests.repo.readme_tables import READMES, ROOT, with_tables


@pytest.mark.parametrize(("name", "language"), READMES.items())
def test_tables_are_those_of_the_code(name: str, language: Language) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert with_tables(text, language) == text, "run: .venv/bin/python -m tests.repo.readme_tables"


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_described(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert [command for command in COMMANDS if f"`callcenter {command}`" not in text and command != "version"] == []


CODE = re.compile(r"`([^`]+)`")
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def outline(name: str) -> list[tuple[str, list[str], list[list[str]], set[str]]]:
    """Tell of each section what no language changes: its level, blocks of code, code in each row, and all its code."""
    sections = []
    for section in re.split(r"^(?=#+ )", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)[1:]:
        prose = " ".join(BLOCK.sub("", section).split())
        rows = [CODE.findall(line) for line in section.splitlines() if line.startswith("| `")]
        sections.append((section.partition(" ")[0], BLOCK.findall(section), rows, set(CODE.findall(prose))))
    return sections


def test_both_languages_have_the_same_sections_with_the_same_code() -> None:
    english, chinese = (outline(name) for name in READMES)
    assert len(english) == len(chinese)
    for here, there in zip(english, chinese, strict=True):
        assert here == there
