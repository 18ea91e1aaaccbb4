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

    Raises:
        UnreadableFile: The file itself cannot be read; an include that is missing is passed over.
    """

    def __init__(self, directory: Path, name: str) -> None:
        self._directory = directory
        self._sections: dict[str, list[Setting]] = {}
        self.templates: set[str] = set()
        section = ""
        for file, number, line in self._lines(name, 0):
            section = self._take(section, file, number, line)

    def __contains__(self, section: str) -> bool:
        return section in self._sections

    def all(self, section: str, name: str) -> list[Setting]:
        """Return every line that gives this setting, in order."""
        return [setting for setting in self.lines(section) if setting.name.lower() == name]

    def lines(self, section: str) -> list[Setting]:
        """Return every line of a section, its templates' first."""
        return self._sections.get(section, [])

    def last(self, section: str, name: str) -> Setting | None:
        """Return the line that counts, None when there is none."""
        return next(reversed(self.all(section, name)), None)

    def sections_with(self, name: str) -> list[str]:
        """Return the sections, templates left out, that give this setting."""
        return [section for section in self._sections if section not in self.templates and self.all(section, name)]

    def _take(self, section: str, file: str, number: int, line: str) -> str:
        """Note one line; returns the section that the next one belongs to."""
        heading = _SECTION.match(line)
        if heading:
            return self._begin(heading[1], [part.strip() for part in (heading[2] or "").split(",")])
        name, sign, value = line.partition("=")
        if sign:
            setting = Setting(name.strip(), value.removeprefix(">").strip(), file, number)
            self._sections.setdefault(section, []).append(setting)
        return section

    def _begin(self, section: str, options: list[str]) -> str:
        if "!" in options:
            self.templates.add(section)
        own = self._sections.setdefault(section, [])
        for template in options:
            own += self._sections.get(template, [])
        return section

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
