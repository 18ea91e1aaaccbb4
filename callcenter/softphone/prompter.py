"""Plays a script: when a call rings or is answered, its steps are planned; when it ends, they are dropped."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from callcenter.softphone.diary import Did
from callcenter.softphone.script import IGNORE, PhoneScript, ScriptStep

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcenter.softphone.calls import PhoneCall

_ANCHORS = {Did.RANG: "ring", Did.ANSWERED: "answer", Did.PEER_ANSWERED: "answer"}


class Prompter:
    """Each call takes the next script; the last one serves all that follow. On the phone's loop only."""

    def __init__(self, play: Callable[[ScriptStep, PhoneCall], None]) -> None:
        self._play = play
        self._scripts: deque[PhoneScript] = deque()
        self._playing: dict[str, PhoneScript] = {}
        self._planned: dict[str, list[asyncio.TimerHandle]] = {}

    def follow(self, scripts: tuple[PhoneScript, ...]) -> None:
        """Plays these from the next call on."""
        self._scripts = deque(scripts)

    def heard(self, did: Did, ring: int, call: PhoneCall) -> None:
        """Plans the steps that count from here."""
        if call.over or did not in _ANCHORS or ring > 1:
            return
        loop = asyncio.get_running_loop()
        for step in self._script(call).steps:
            if step.since == _ANCHORS[did]:
                timer = loop.call_later(step.after, self._play, step, call)
                self._planned.setdefault(call.call_id, []).append(timer)

    def _script(self, call: PhoneCall) -> PhoneScript:
        if call.call_id not in self._playing:
            self._playing[call.call_id] = self._next()
        return self._playing[call.call_id]

    def _next(self) -> PhoneScript:
        if len(self._scripts) > 1:
            return self._scripts.popleft()
        return self._scripts[0] if self._scripts else IGNORE

    def drop(self, call: PhoneCall) -> None:
        """Forgets what was planned for a call."""
        for timer in self._planned.pop(call.call_id, []):
            timer.cancel()
        self._playing.pop(call.call_id, None)

    def close(self) -> None:
        """Forgets everything that was planned."""
        for timers in self._planned.values():
            for timer in timers:
                timer.cancel()
