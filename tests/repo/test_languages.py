"""Whatever people read stands in one catalogue a language: whole, with every gap, and nowhere else in the code."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import string
from pathlib import Path

from babel.messages.catalog import Message

from callcenter import locale
from callcenter.cli import COMMANDS, module_of
from callcenter.cli.tongue import _parts, command_of
from callcenter.locale import compile as catalogue
from callcenter.locale.extract import _SEVERAL, _name, _template
from tests.repo.reading import tree_of

PACKAGE = Path(__file__).parents[2] / "callcenter"
MODULES = sorted(PACKAGE.rglob("*.py"))
CHINESE = re.compile(r"[\u3400-\u9fff]")
MESSAGES = [message for message in catalogue.translated() if message.id]
TEXTS = {str(message.id): str(message.string) for message in MESSAGES if not message.context}
KEYS = re.compile(r"[a-z_]+: \{\d\}|\{\w*:\w*\}|\{\w+\}:\{\w+\}|=> \{\d\},|`[^`]*`|'[^']*'")
"""Lines to be written into a file, addresses, and what is quoted: their punctuation is their own."""
SENTENCES = sorted(
    english for english in TEXTS if re.search(r"[a-z]", english) and "{}" in english and not english.startswith("[")
)


@functools.cache
def used() -> dict[tuple[object, object], Message]:
    """Read every text of the code: seconds, which only those tests spend that ask."""
    return {(message.context, message.id): message for message in catalogue.used() if message.id}


def helps() -> set[str]:
    """Find every paragraph of every command's help, as typer has it."""
    found = set(COMMANDS.values())
    for name in COMMANDS:
        app = importlib.import_module(module_of(name)).app
        for command in _parts(command_of(app, "en")):
            for said in (command, *command.params):
                for text in (said.help, getattr(said, "short_help", None)):
                    found |= {" ".join(part.split()) for part in (text or "").strip().split("\n\n") if part}
    return found


def gaps(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_every_text_in_the_code_is_translated() -> None:
    told = {(message.context, message.id) for message in MESSAGES if message.string}

    assert [(english, message.locations) for english, message in used().items() if english not in told] == []


def test_every_translation_is_of_a_text_in_the_code() -> None:
    assert {(message.context, message.id) for message in MESSAGES} - used().keys() == set()


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in MESSAGES if message.fuzzy] == []


def test_catalogue_is_compiled_as_it_stands() -> None:
    assert catalogue.PO.read_bytes() == catalogue.written(catalogue.updated())
    assert catalogue.MO.read_bytes() == catalogue.compiled(catalogue.translated())


def test_every_help_text_is_found_in_the_code() -> None:
    assert sorted(helps() - TEXTS.keys()) == []


def has_the_gaps(message: Message) -> bool:
    wanted, told = gaps(str(message.id)), gaps(str(message.string))
    if wanted and not any(wanted):
        numbered = [str(n) for n in range(len(wanted))]
        return sorted(set(told)) == numbered or told == wanted or str(message.id).startswith("[Errno")
    return set(told) == set(wanted)


def printed(module: Path) -> list[str]:
    """Find what a module prints that is no text of the catalogue; what is typed into a shell is no sentence."""
    said = [
        _template(argument)
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call) and _name(node.func) in {"print", "echo", "secho"}
        for argument in node.args
    ]
    return [one for one in said if _SEVERAL.search(one) and not one.startswith("callcenter ")]


# each of these asks all at once and names what is wrong: thousands of tests of a millisecond take half a minute


def test_translation_has_the_gaps_of_its_english() -> None:
    with_gaps = [message for message in MESSAGES if "{" in message.id]

    assert with_gaps
    assert [message.id for message in with_gaps if not has_the_gaps(message)] == []


def test_sentence_is_told_by_its_own_translation() -> None:
    stand_ins = {english: [f"<{n}>" for n in range(english.count("{}"))] for english in SENTENCES}

    assert stand_ins
    assert [
        english
        for english, given in stand_ins.items()
        if locale.sentence(english.format(*given), "zh-CN") != TEXTS[english].format(*given)
    ] == []


def test_chinese_has_its_own_punctuation() -> None:
    wrong = re.compile(r"[\u4e00-\u9fff}）][,;:?!](?!//)|[,;:?!][\u4e00-\u9fff]")

    assert sorted({told for one in MESSAGES if wrong.search(KEYS.sub("", told := str(one.string)))}) == []


def test_code_has_no_chinese_word() -> None:
    def said(module: Path) -> str:
        constants = [node.value for node in ast.walk(tree_of(module)) if isinstance(node, ast.Constant)]
        return " ".join([module.read_text("utf-8"), *map(str, constants)])  # escapes undone

    assert [(str(module), words) for module in MODULES if (words := CHINESE.findall(said(module)))] == []


def test_sentence_is_printed_in_the_reader_s_language() -> None:
    assert [(str(module), said) for module in MODULES if (said := printed(module))] == []
