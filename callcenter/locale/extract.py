"""Every English text in the code that people read, as Babel's extraction methods find it; run by `compile` alone.

What is read is found where it is written: a table of `Words`, the sentence of an error, the help of a command, what a
setting or a route says of itself, and the argument of each call that `KEYWORDS` names. A gap of a finished sentence is
written `{}`, whatever stands in it.
"""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

PACKAGE = Path(__file__).parents[1]
KEYWORDS: dict[str, tuple[tuple[int, ...], str]] = {
    "english": ((0,), ""),
    "problem": ((2,), ""),
    "fault": ((3,), ""),
    "ValueError": ((0,), ""),
    "Check": ((0, 2, 3), ""),
    "ProblemKind": ((1,), "problem"),
    "Metric": ((3,), "metric"),
    "DemoCall": ((3,), "story"),
    "DemoMoment": ((2,), "story"),
}
"""Which arguments of a call are English, and the context that they are said in."""
COMMANDS = "COMMANDS"
"""The table whose values are the commands' short helps."""
_WORD = re.compile(r"[A-Za-z]{2,}")
_SEVERAL = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
"""Two English words in a row: less is no sentence."""
_COMMAND = frozenset({"command", "callback"})
_ROUTE = frozenset({"get", "post", "put", "patch", "delete"})

ELSEWHERE = "elsewhere.toml"
"""English that no line of our code has."""

Found = Iterator[tuple[int, str, str | tuple[str, str], list[str]]]
"""Line, gettext's function, its arguments, and comments (none), as Babel wants them."""


class _English(NamedTuple):
    line: int
    english: str
    context: str = ""


def python(file: BinaryIO, *_: object, **__: object) -> Found:
    """Yield the texts of a module."""
    for line, english, context in _texts(ast.parse(file.read())):
        if context:
            yield line, "pgettext", (context, english), []
        else:
            yield line, "gettext", english, []


def toml(file: BinaryIO, *_: object, **__: object) -> Found:
    """Yield the texts of other libraries, which stand in a list for each."""
    for said in tomllib.load(file).values():
        for english in said:
            yield 1, "gettext", english, []


def _texts(tree: ast.Module) -> Iterator[_English]:
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and _is_command(function):
            yield from (_English(function.lineno, part) for part in _paragraphs(ast.get_docstring(function) or ""))
        if isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef) and _is_decorated(function, _ROUTE):
            yield _English(function.lineno, " ".join((ast.get_docstring(function) or "").split()))
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                yield from _called(node)
            case ast.ClassDef(name=name) if name.endswith("Settings"):
                yield from _settings(node)
            case ast.ClassDef(name=name) if name in _errors():
                calls = (one for one in ast.walk(node) if isinstance(one, ast.Call))
                yield from (told for call in calls if _name(call.func) == "__init__" for told in _sentences(call))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as table) if name == COMMANDS:
                yield from _values(table, "")
            case _:
                pass


def _called(call: ast.Call) -> Iterator[_English]:
    name = _name(call.func)
    if name == "Words" and len(call.args) > 1 and isinstance(call.args[1], ast.Dict):
        yield from _values(call.args[1], _template(call.args[0]))
    elif name == "text" and len(call.args) > 1 and (english := _template(call.args[0])):
        contexts = [_template(keyword.value) for keyword in call.keywords if keyword.arg == "context"]
        yield _English(call.lineno, english, *contexts)
    elif name in KEYWORDS:
        places, context = KEYWORDS[name]
        for argument in (call.args[place] for place in places if place < len(call.args)):
            if _WORD.search(english := _template(argument)):
                yield _English(call.lineno, english, context)
    elif name in _errors() and isinstance(call.func, ast.Name):
        yield from _sentences(call)
    for keyword in call.keywords:
        if keyword.arg == "help":
            yield from (_English(call.lineno, part) for part in _paragraphs(_template(keyword.value)))


def _settings(settings: ast.ClassDef) -> Iterator[_English]:
    """Yield what each setting says of itself."""
    fields = (one for one in ast.walk(settings) if isinstance(one, ast.Call) and _name(one.func) == "Field")
    for keyword in (keyword for field in fields for keyword in field.keywords if keyword.arg == "description"):
        yield _English(keyword.value.lineno, _template(keyword.value))


def _sentences(call: ast.Call) -> Iterator[_English]:
    for argument in call.args:
        if _SEVERAL.search(english := _template(argument)):
            yield _English(call.lineno, english)


def _values(table: ast.Dict, context: str) -> Iterator[_English]:
    for value in table.values:
        if english := _template(value):
            yield _English(value.lineno, english, context)


def _paragraphs(text: str) -> Iterator[str]:
    return (" ".join(part.split()) for part in text.strip().split("\n\n") if part)


def _template(node: ast.expr) -> str:
    """Write a sentence with its gaps as `{}`; empty where it is made elsewhere."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        case _:
            return ""


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return _name(value)
        case _:
            return ""


def _is_command(function: ast.FunctionDef) -> bool:
    """Tell whether typer makes a command of a function: here, or elsewhere of one that has `--lang`."""
    notes = (argument.annotation for argument in function.args.args)
    return _is_decorated(function, _COMMAND) or any(note and _name(note) == "LangOption" for note in notes)


def _is_decorated(function: ast.AsyncFunctionDef | ast.FunctionDef, by: frozenset[str]) -> bool:
    return any(isinstance(one, ast.Call) and _name(one.func) in by for one in function.decorator_list)


@functools.cache
def _errors() -> frozenset[str]:
    """Name every class of error that this package tells people of, by its bases."""
    trees = (ast.parse(path.read_bytes()) for path in PACKAGE.rglob("*.py"))
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    names, before = {"CallcenterError"}, 0
    while len(names) > before:
        before = len(names)
        names |= {one.name for one in classes if any(_name(base) in names for base in one.bases)}
    return frozenset(names)
