"""`callcenter cases`: complaints listed, shown, opened and moved, and their story told again from a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from callcenter.cases.complaints.replay import StoryError, replay_lines
from callcenter.cli.casework import classes as case_classes
from callcenter.cli.casework.lists import lists
from callcenter.cli.casework.moves import moves
from callcenter.cli.casework.people import people
from callcenter.cli.speech import LangOption, spoken
from callcenter.errors import UnreadableFile
from callcenter.reports.case_story import story_told
from callcenter.untrusted import quiet_json

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Complaints: what becomes of them.")
app.add_typer(case_classes.app, name="class")

app.add_typer(lists)
app.add_typer(moves)
app.add_typer(people)

_STDIN = Path("-")
_LONGEST = 16 * 1024 * 1024
_MARK = b"\xef\xbb\xbf"


class StoryFormat(StrEnum):
    """How the outcome is written."""

    JSON = "json"
    TEXT = "text"


@app.callback()
def cases() -> None:
    """List, show, open and move complaints, keep departments and deputies, tell a story again from a file of lines."""


@app.command("replay")
def replay(
    story: Annotated[
        Path, typer.Argument(metavar="STORY.jsonl", help="One JSON object a line, in the order of time; -: the input.")
    ],
    format: Annotated[StoryFormat, typer.Option(help="One JSON object, or tables for people.")] = StoryFormat.JSON,  # noqa: A002 - the option's name is fixed
    lang: LangOption = "",
) -> None:
    """Say what became of every line of a story, of its cases, their clocks and promises."""
    outcome = replay_lines(_lines(story))
    if format is StoryFormat.JSON:
        sys.stdout.write(quiet_json(msgspec.json.encode(outcome).decode()) + "\n")
    else:
        print("\n".join(story_told(outcome, spoken(lang))))


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file, one after the other as they are read; only the line feed ends one.

    Raises:
        UnreadableFile: It cannot be read.
        StoryError: A line is no text, or longer than any can be.
    """
    try:
        with nullcontext(sys.stdin.buffer) if path == _STDIN else path.open("rb") as file:
            line, n = file.readline(_LONGEST).removeprefix(_MARK), 1
            while line or n == 1:
                if len(line) == _LONGEST and not line.endswith(b"\n"):
                    raise StoryError(f"line {n}: it is longer than {_LONGEST >> 20} MB: write one object a line")
                yield _text(n, line.removesuffix(b"\n"))
                line, n = file.readline(_LONGEST), n + 1
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}") from error


def _text(n: int, line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise StoryError(f"line {n}: it is not UTF-8: save the file as UTF-8") from None
