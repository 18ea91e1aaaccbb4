"""The list of ASVS 5.0.0 has each number of levels 1 and 2 once, and each test that it names is there."""

from __future__ import annotations

import re

from tests.repo.reference import ROOT

LIST = (ROOT / ".github" / "ASVS.md").read_text("utf-8")
SECTIONS = """
1.1 2, 1.2 9, 1.3 11, 1.4 3, 1.5 2, 2.1 3, 2.2 3, 2.3 4, 2.4 1, 3.2 2, 3.3 4, 3.4 6, 3.5 5, 3.7 2, 4.1 3, 4.2 1, 4.3 2,
4.4 4, 5.1 1, 5.2 3, 5.3 2, 5.4 3, 6.1 3, 6.2 12, 6.3 4, 6.4 4, 6.5 5, 6.6 3, 6.8 4, 7.1 3, 7.2 4, 7.3 2, 7.4 5, 7.5 2,
7.6 2, 8.1 2, 8.2 3, 8.3 1, 8.4 1, 9.1 3, 9.2 4, 10.1 2, 10.2 2, 10.3 4, 10.4 11, 10.5 5, 10.6 2, 10.7 3, 11.1 2,
11.2 3, 11.3 3, 11.4 4, 11.5 1, 11.6 1, 12.1 3, 12.2 2, 12.3 4, 13.1 1, 13.2 5, 13.3 2, 13.4 5, 14.1 2, 14.2 4, 14.3 3,
15.1 3, 15.2 3, 15.3 7, 16.1 1, 16.2 5, 16.3 4, 16.4 3, 16.5 3, 17.1 1, 17.2 4, 17.3 2
"""
"""How many requirements of levels 1 and 2 each section has; those of level 3 stand behind them."""


def rows() -> list[list[str]]:
    lines = [line for line in LIST.splitlines() if line[:3].strip("| ").isdigit()]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_each_number_stands_once() -> None:
    sections = [one.split() for one in SECTIONS.split(",")]
    numbers = [f"{section}.{n}" for section, many in sections for n in range(1, int(many) + 1)]
    assert [row[0] for row in rows()] == numbers


def test_each_line_says_how_and_names_tests_or_says_why_not() -> None:
    for number, what, how, shown in rows():
        assert "" not in (what, how), number
        assert shown == "not applicable" or shown.startswith("NOT met") or "::" in shown, number


def test_each_test_that_is_named_is_there() -> None:
    named = re.findall(r"`([\w/.-]+)::(\w+)`", LIST)
    texts = {path: text_of(path) for path, _ in named}
    assert [(path, name) for path, name in named if begins(path, name) not in texts[path]] == []


def text_of(path: str) -> str:
    folder = "callcenter/web/ui/src" if path.endswith(".ts") else "tests"
    return (ROOT / folder / path).read_text("utf-8")


def begins(path: str, name: str) -> str:
    """Say how a test begins: one of the page has a sentence for a name."""
    sentence = name.replace("_", " ")
    return f'test("{sentence}"' if path.endswith(".ts") else f"def {name}("
