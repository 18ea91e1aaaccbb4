"""Plays a script: when a call rings or is answered, its steps are planned; when it ends, they are dropped."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from callcenter.errors import PhoneError
from callcenter.softphone.diary import Did
from callcenter.softphone.script import IGNORE, Act, PhoneScript, Step

if TYPE_CHECKING:
    from callcenter.softphone.calls import Call
    from callcenter.softphone.line import Line

_ANCHORS = {Did.RANG: "ring", Did.ANSWERED: "answer", Did.PEER_ANSWERED: "answer"}


class Prompter:
    """Each call takes the next script; the last one serves all that follow. On the phone's loop only."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._scripts: deque[PhoneScript] = deque()
        self._playing: dict[str, PhoneScript] = {}
        self._planned: dict[str, list[asyncio.TimerHandle]] = {}

    def follow(self, scripts: tuple[PhoneScript, ...]) -> None:
        """Play these from the next call on."""
        self._scripts = deque(scripts)

    def heard(self, did: Did, ring: int, call: Call) -> None:
        """Plan the steps that count from here."""
        if call.over or did not in _ANCHORS or ring > 1:
            return
        loop = asyncio.get_running_loop()
        for step in self._script(call).steps:
            if step.since == _ANCHORS[did]:
                timer = loop.call_later(step.after, self._play, step, call)
                self._planned.setdefault(call.call_id, []).append(timer)

    def _script(self, call: Call) -> PhoneScript:
        if call.call_id not in self._playing:
            self._playing[call.call_id] = self._next()
        return self._playing[call.call_id]

    def _next(self) -> PhoneScript:
        if len(self._scripts) > 1:
            return self._scripts.popleft()
        return self._scripts[0] if self._scripts else IGNORE

    def drop(self, call: Call) -> None:
        """Forget what was planned for a call."""
        for timer in self._planned.pop(call.call_id, []):
            timer.cancel()
        self._playing.pop(call.call_id, None)

    def close(self) -> None:
        """Forget everything that was planned."""
        for timers in self._planned.values():
            for timer in timers:
                timer.cancel()

    def _play(self, step: Step, call: Call) -> None:
        self._line.sip.spawn(self._act(step, call), f"{step.act.value} by script")

    async def _act(self, step: Step, call: Call) -> None:
        line = self._line
        acts = {
            Act.ANSWER: line.answer,
            Act.DECLINE: line.decline,
            Act.BUSY: line.busy,
            Act.HOLD: line.hold,
            Act.UNHOLD: line.unhold,
            Act.HANGUP: line.hangup,
            Act.VANISH: line.vanish,
        }
        try:
            await (line.transfer(step.to) if step.act is Act.TRANSFER else acts[step.act]())
        except PhoneError as error:
            line.note(Did.STEP_FAILED, call, detail=f"{step.act.value}: {error}")
