"""Asterisk's configuration files, as far as a check of them needs: sections, templates, includes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from callcenter.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SECTION = re.compile(r"\[([^\]]+)\](?:\(([^)]*)\))?")
_INCLUDE = re.compile(r'#(?:try)?include\s+[<"]?([^>"\s]+)')
_COMMENT = re.compile(r"(?<!\\);.*")
_DEPTH = 8


class Setting(msgspec.Struct, frozen=True):
    """One `name = value` line and where it stands."""

    name: str
    value: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Conf:
    """One file with what it includes; a section has its templates' settings before its own.

    A heading that comes again without `(+)` begins another section of the same name.

    Raises:
        UnreadableFile: The file itself cannot be read; an include that is missing is passed over.
    """

    def __init__(self, directory: Path, name: str) -> None:
        self._directory = directory
        self._sections: dict[str, list[list[Setting]]] = {}
        into: list[Setting] = []
        for file, number, line in self._lines(name, 0):
            into = self._take(into, file, number, line)

    def __contains__(self, section: str) -> bool:
        return section in self._sections

    def all(self, section: str, name: str) -> list[Setting]:
        """Return every line that gives this setting, in order."""
        return [setting for setting in self.lines(section) if setting.name.lower() == name]

    def lines(self, section: str) -> list[Setting]:
        """Return every line of a section and of others of its name, each one's templates' first."""
        return [setting for lines in self._sections.get(section, ()) for setting in lines]

    def first_section(self, section: str) -> list[Setting]:
        """Return the lines of the first section of this name alone."""
        return next(iter(self._sections.get(section, ())), [])

    def _take(self, into: list[Setting], file: str, number: int, line: str) -> list[Setting]:
        """Note one line; returns the section that the next one belongs to."""
        heading = _SECTION.match(line)
        if heading:
            return self._begin(heading[1], [part.strip() for part in (heading[2] or "").split(",")])
        name, sign, value = line.partition("=")
        if sign:
            into.append(Setting(name.strip(), value.removeprefix(">").strip(), file, number))
        return into

    def _begin(self, section: str, options: list[str]) -> list[Setting]:
        known = self._sections.setdefault(section, [])
        if not known or "+" not in options:
            known.append([])
        own = known[0] if "+" in options else known[-1]
        for template in options:
            own += self.first_section(template)
        return own

    def _lines(self, name: str, depth: int) -> Iterator[tuple[str, int, str]]:
        path = self._directory / name
        try:
            text = path.read_text("utf-8", "replace")
        except OSError as error:
            if depth:
                return
            raise UnreadableFile(f"{path} cannot be read: {error.strerror}") from error
        for number, raw in enumerate(text.splitlines(), 1):
            line = _COMMENT.sub("", raw).strip()
            include = _INCLUDE.match(line)
            if include and depth < _DEPTH:
                yield from self._lines(include[1], depth + 1)
            elif line and not include:
                yield name, number, line
