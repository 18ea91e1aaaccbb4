"""Every check of a switch that can be run with what is at hand, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from callcenter.ami.link import Link
from callcenter.ami.settings import AmiSettings
from callcenter.clock import wall_clock
from callcenter.doctor.by_call import inspect_call, inspect_heard_filters, listen
from callcenter.doctor.by_config import inspect_filters, inspect_login
from callcenter.doctor.by_log import inspect_queue_log
from callcenter.doctor.by_phones import inspect_members, inspect_phones
from callcenter.doctor.inspect import Check, Heard, inspect_live, inspect_queues
from callcenter.doctor.lookup import InFiles, Lookup, Nowhere, OnSwitch
from callcenter.rules.regulations.edition import RulebookFigures

Seen = Callable[[list[Check]], None]
"""Is told what each step found, as it is found."""


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at.

    Attributes:
        ami: The logins.
        figures: By what the switch is measured.
        config_dir: Asterisk's configuration, if it is on this machine.
        queue_log: Its queue_log; None: the settings' own.
        listen: Seconds to listen for a test call.
    """

    ami: AmiSettings
    figures: RulebookFigures
    config_dir: Path | None = None
    queue_log: Path | None = None
    listen: float = 0


async def examine(
    asked: Examined, listening: Callable[[], None] = lambda: None, seen: Seen = lambda _: None
) -> list[Check]:
    """Run every check that can be run with what is at hand.

    Args:
        asked: What is looked at.
        listening: Is called before it is listened for a call.
        seen: Is told what each step found.

    Raises:
        SwitchError: One of the logins cannot be opened.
        UnreadableFile: A file of the configuration directory cannot be read.
    """
    events = await Link.open(asked.ami, asked.ami.events, events=True)
    try:
        control = await Link.open(asked.ami, asked.ami.control, events=False)
        try:
            return await _Examination(asked, events, control, seen).run(listening)
        finally:
            control.close()
    finally:
        events.close()


class _Examination:
    """One run over two open logins."""

    def __init__(self, asked: Examined, events: Link, control: Link, seen: Seen) -> None:
        self._asked, self._events, self._control = asked, events, control
        self._told = seen
        self._checks: list[Check] = []

    async def run(self, listening: Callable[[], None]) -> list[Check]:
        asked, heard, name = self._asked, Heard(), self._asked.ami.events.username
        live, snapshot = await inspect_live(self._events, self._control, asked.ami.heartbeat_deadline, heard)
        self._found(live)
        if asked.listen:
            listening()
            await listen(self._events, asked.listen, heard)
            self._found([inspect_call(name, heard)])
        lookup, secrets = await _find_lookup(asked, self._control)
        self._found([*await inspect_login(name, lookup, heard), *secrets])
        if isinstance(lookup, InFiles):
            self._found([inspect_filters(name, lookup)])
        else:
            self._found([inspect_heard_filters(name, heard)])
        if snapshot is not None:
            self._found(await inspect_queues(snapshot, lookup, asked.figures))
            self._found(await inspect_phones(self._control, snapshot, lookup))
            self._found(await inspect_members(self._control))
        log = asked.queue_log or asked.ami.queue_log
        self._found(await inspect_queue_log(lookup, log, snapshot, heard.calls, wall_clock() / 1_000_000))
        return self._checks

    def _found(self, checks: list[Check]) -> None:
        self._checks += checks
        self._told(checks)


async def _find_lookup(asked: Examined, control: Link) -> tuple[Lookup, list[Check]]:
    """Choose where values are looked up, and say what that choice itself shows."""
    on_switch = OnSwitch(control)
    readable = await on_switch.works()
    exposed = Check(
        "secrets",
        "warn",
        f"{asked.ami.control.username!r} can read every configuration file, secrets included, through AST_CONFIG",
        "modules.conf: noload = func_config.so; then give --config-dir to this check",
    )
    found = [exposed] if readable else []
    if asked.config_dir is not None:
        return InFiles(asked.config_dir), found
    return on_switch if readable else Nowhere(), found
