"""Whatever people read has both languages: help, errors, and every gap of a sentence."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter import locale
from callcenter.cli import COMMANDS, module_of
from callcenter.cli.tongue import _parts, command_of

PACKAGE = Path(__file__).parents[2] / "callcenter"
TABLES = tomllib.loads((PACKAGE / "locale" / "zh-CN.toml").read_text("utf-8"))
TEXTS = {english: told for table in TABLES.values() for english, told in table.items()}
WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
"""Two English words in a row: less is no sentence."""


def trees() -> Iterator[ast.Module]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield ast.parse(path.read_text("utf-8"))


def errors() -> set[str]:
    """Name every class of error that this package tells people of, by its bases."""
    names, before = {"CallcenterError"}, 0
    classes = [node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    while len(names) > before:
        before = len(names)
        names |= {node.name for node in classes if any(isinstance(b, ast.Name) and b.id in names for b in node.bases)}
    return names


def template(node: ast.expr) -> str:
    """Write a sentence with its gaps as `{}`; empty where it is made elsewhere."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        case _:
            return ""


def sentences() -> set[str]:
    """Find every sentence with which an error is made."""
    names = errors()
    made = [
        node
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]
    return {told for call in made for argument in call.args if WORDS.search(told := template(argument))}


def helps() -> set[str]:
    """Find every paragraph of every command's help."""
    found = set(COMMANDS.values())
    for name in COMMANDS:
        app = importlib.import_module(module_of(name)).app
        for command in _parts(command_of(app, "en")):
            for said in (command, *command.params):
                for text in (said.help, getattr(said, "short_help", None)):
                    found |= {" ".join(part.split()) for part in (text or "").strip().split("\n\n") if part}
    return found


def test_every_help_text_has_both_languages() -> None:
    assert sorted(helps() - TEXTS.keys()) == []


def test_every_error_has_both_languages() -> None:
    assert sorted(sentences() - TEXTS.keys() - {"the change", "the record"}) == []  # parts that `Outdated` completes


@pytest.mark.parametrize("english", [text for text in TEXTS if "{" in text and text not in TABLES["frame"]])
def test_a_translation_fills_every_gap(english: str) -> None:
    gaps = english.count("{}")
    wanted = {str(n) for n in range(gaps)} if gaps else set(re.findall(r"\{(\w+)\}", english))
    assert set(re.findall(r"\{(\w+)\}", TEXTS[english])) == wanted or english.startswith("[Errno")


@pytest.mark.parametrize("english", sorted(sentences() & TEXTS.keys()))
def test_an_error_is_told_by_its_own_translation(english: str) -> None:
    gaps = [f"<{n}>" for n in range(english.count("{}"))]
    assert locale.sentence(english.format(*gaps), "zh-CN") == TEXTS[english].format(*gaps)


@pytest.mark.parametrize("told", TEXTS.values())
def test_chinese_has_its_own_punctuation(told: str) -> None:
    assert re.search(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]", told) is None
