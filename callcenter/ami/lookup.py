"""Where a check finds a configured value: the files themselves, or the switch's AST_CONFIG function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from callcenter.ami.conf import Conf
from callcenter.ami.snapshot import Asks, variable

if TYPE_CHECKING:
    from pathlib import Path

_RISKY = frozenset(",()\r\n")


class Lookup(Protocol):
    """Look a setting up; None when it cannot be known, "" when it is not set."""

    async def get(self, file: str, section: str, name: str) -> str | None:
        """Return the value that counts."""


class Nowhere:
    """Neither files nor the function are at hand."""

    async def get(self, file: str, section: str, name: str) -> str | None:  # noqa: ARG002 - the protocol's signature
        """Know nothing."""
        return None


class InFiles:
    """Read the files of a configuration directory."""

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
        """Return the value as the file gives it."""
        setting = self.conf(file).last(section, name)
        return "" if setting is None else setting.value


class OnSwitch:
    """Ask the switch's AST_CONFIG; it reads the file anew, so a change not yet loaded shows too."""

    def __init__(self, control: Asks) -> None:
        self._control = control

    async def works(self) -> bool:
        """Tell whether the function is there: manager.conf says `enabled`, or nobody could have asked."""
        return bool(await self.get("manager.conf", "general", "enabled"))

    async def get(self, file: str, section: str, name: str) -> str | None:
        """Return the value, None for a section whose name cannot be asked for."""
        if _RISKY.intersection(section):
            return None
        return await variable(self._control, f"AST_CONFIG({file},{section},{name})")
