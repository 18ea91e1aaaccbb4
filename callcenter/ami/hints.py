"""Which phones stand behind the hints by which queues watch their members.

FreePBX has a queue dial `Local/1001@from-queue/n` and watch `hint:1001@ext-local`; the hint's devices, such as
`PJSIP/1001&Custom:DND1001`, name the phone. The `reporting` right is enough to ask for them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callcenter.ami.link import Asks

_HINT, _CUSTOM, _LOCAL = "hint:", "custom:", "local"
_DEFAULT_CONTEXT = "default"
_AT_ONCE = 16

Behind = dict[str, tuple[str, ...] | None]
"""The devices of each hint, in its order; none where it names none, None where this login may not ask."""


def place_of(hint: str) -> tuple[str, str]:
    """Split a hint's name into its extension and its context."""
    exten, _, context = hint[len(_HINT) :].partition("@")
    return exten, context or _DEFAULT_CONTEXT


def phone_of(devices: Iterable[str]) -> str | None:
    """Return the first device that is a phone (`PJSIP/1001`), not a queue's, a park's or a conference's state."""
    for device in devices:
        technology, slash, name = device.partition("/")
        if slash and name and technology.isalnum() and technology.lower() != _LOCAL:
            return device
    return None


async def take_hints(control: Asks, watched: Iterable[str]) -> Behind:
    """Ask for the devices of those hints that are among what queues watch, each once."""
    hints = [name for name in dict.fromkeys(watched) if name.lower().startswith(_HINT)]
    gate = asyncio.Semaphore(_AT_ONCE)
    return dict(zip(hints, await asyncio.gather(*(_behind(control, gate, hint) for hint in hints)), strict=True))


async def _behind(control: Asks, gate: asyncio.Semaphore, hint: str) -> tuple[str, ...] | None:
    """Return the devices of a hint, those left out that are only switches (`Custom:DND1001`); None when refused."""
    exten, context = place_of(hint)
    async with gate:
        answer = await control.ask("ExtensionState", {"Exten": exten, "Context": context})
    if answer.refusal:
        return None
    # after a comma stands whose presence is watched
    names = answer.headers.get("Hint", "").partition(",")[0].split("&")
    return tuple(name for name in map(str.strip, names) if name and not name.lower().startswith(_CUSTOM))
