"""Where a check finds a configured value: the files themselves, or the switch's AST_CONFIG function.

A section may say a thing several times, a template's line first and its own after it. Nearly all of Asterisk takes the
last; logger.conf is read by the few places that take the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from callcenter.ami.link import Asks
from callcenter.ami.snapshot import variable
from callcenter.doctor.conf import Conf
from callcenter.locale import english

if TYPE_CHECKING:
    from pathlib import Path

    from callcenter.doctor.conf import Setting

_RISKY = frozenset(",()\r\n")
_FIRST, _LAST, _BEYOND = 0, -1, 99
_OPTIONAL = frozenset({"logger.conf", "extconfig.conf"})
"""Files that a switch may do without."""
_OF_ALL = frozenset({"general", "settings"})
"""Sections that are not one thing's own: without one, nothing is set."""
_SAME_NAMES = frozenset({"pjsip.conf"})
"""Files where one name heads an endpoint, its auth and its aor: AST_CONFIG looks into the first of them alone."""
_FIRST_COUNTS = frozenset({"queues.conf"})
"""Files of whose sections of one name app_queue skips all but the first, with a warning in Asterisk's log."""


class Lookup(Protocol):
    """Look a setting up; None when it cannot be known, "" when it is not set."""

    @property
    def silence(self) -> str:
        """Why something cannot be known."""

    async def get(self, file: str, section: str, name: str) -> str | None:
        """Return the value that counts: the last one."""

    async def first(self, file: str, section: str, name: str) -> str | None:
        """Return the first value, for what Asterisk reads so."""


class Nowhere:
    """Neither files nor the function are at hand."""

    silence = english("cannot be asked over AMI")

    async def get(self, file: str, section: str, name: str) -> str | None:  # noqa: ARG002 - the protocol's signature
        """Know nothing."""
        return None

    first = get


class InFiles:
    """Read the files of a configuration directory."""

    silence = english("its section is not in the files given")

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read: dict[str, Conf] = {}

    def conf(self, file: str) -> Conf:
        """Return a file, read once.

        Raises:
            UnreadableFile: It cannot be read.
        """
        if file not in self._read:
            self._read[file] = Conf(self._directory, file)
        return self._read[file]

    async def get(self, file: str, section: str, name: str) -> str | None:
        """Return the last value that the file gives, None where it has no such section."""
        return self._value(file, section, name, _LAST)

    async def first(self, file: str, section: str, name: str) -> str | None:
        """Return the first value."""
        return self._value(file, section, name, _FIRST)

    def _value(self, file: str, section: str, name: str, place: int) -> str | None:
        found: list[Setting] = []
        if file not in _OPTIONAL or (self._directory / file).exists():
            conf = self.conf(file)
            if section not in conf and section not in _OF_ALL:
                return None
            lines = conf.first_section(section) if file in _FIRST_COUNTS else conf.lines(section)
            found = [setting for setting in lines if setting.name.lower() == name]
        return found[place].value if found else ""


class OnSwitch:
    """Ask the switch's AST_CONFIG; it reads the file anew, so a change not yet loaded shows too.

    Its fourth argument says which of several lines is meant. An Asterisk that does not know it passes over it and tells
    the first: there, what is set once cannot be told from what a template sets.
    """

    def __init__(self, control: Asks) -> None:
        self._control = control
        self._tells_last = True

    @property
    def silence(self) -> str:
        """Why something cannot be known."""
        if self._tells_last:
            return english("cannot be asked over AMI")
        return english("cannot be asked over AMI: this Asterisk tells a template's value, not the section's own")

    async def works(self) -> bool:
        """Tell whether the function is there: manager.conf says `enabled`, or nobody could have asked."""
        if not await self.first("manager.conf", "general", "enabled"):
            return False
        self._tells_last = not await self._ask("manager.conf", "general", "enabled", _BEYOND)
        return True

    async def get(self, file: str, section: str, name: str) -> str | None:
        """Return the last value, None for a section whose name cannot be asked for."""
        if self._tells_last:
            value = await self._ask(file, section, name, _LAST)
            return None if value == "" and file in _SAME_NAMES else value
        return "" if await self.first(file, section, name) == "" else None

    async def first(self, file: str, section: str, name: str) -> str | None:
        """Return the first value."""
        return await self._ask(file, section, name, _FIRST)

    async def _ask(self, file: str, section: str, name: str, place: int) -> str | None:
        if _RISKY.intersection(section):
            return None
        which = "" if place == _FIRST else f",{place}"
        return await variable(self._control, f"AST_CONFIG({file},{section},{name}{which})")
