"""A phone that a test, the demo or a person can hold: every button, from any thread."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Self, cast

from callcenter.errors import PhoneError
from callcenter.softphone.bell import Bell
from callcenter.softphone.diary import DiaryEntry, Did, PhoneDiary, PhoneState

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from callcenter.domain.frame import Micros
    from callcenter.softphone.line import PhoneLine
    from callcenter.softphone.script import PhoneScript
    from callcenter.softphone.settings import PhoneSettings


class Phone:
    """One registered phone.

    Methods block until the switch has answered where it is asked something (start, stop, hold, unhold, transfer,
    consult, complete); from asyncio call them by `asyncio.to_thread`. What happens later is told to `listener`, on
    a thread of its own, so that it may press buttons; `log` keeps it, `wait` waits for it.

    Every method raises PhoneError, one sentence, where it cannot do what it says.
    """

    def __init__(
        self,
        settings: PhoneSettings,
        *,
        listener: Callable[[DiaryEntry], None] | None = None,
        scripts: tuple[PhoneScript, ...] = (),
    ) -> None:
        self.settings = settings
        self._listener = listener
        self._scripts = scripts
        self._diary = PhoneDiary()
        self._bell: Bell | None = None
        self._line: PhoneLine | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # ---- on and off ----

    def start(self) -> None:
        """Register; afterwards the phone can ring. A phone that was stopped or has vanished can start again."""
        if self.state is not PhoneState.OFFLINE:
            raise PhoneError("the phone is on already")
        self.stop()
        made = _line_class()(self.settings, self._diary.now, self._happened)
        made.prompter.follow(self._scripts)
        self._bell = Bell(self._listener, self.settings.extension) if self._listener else None
        self._line = made
        try:
            made.start()
        except PhoneError:
            self._close()
            raise
        except BaseException:  # Ctrl-C, perhaps after the switch has registered us
            self.stop()
            raise

    def stop(self) -> None:
        """End every call, unregister, and leave neither thread nor socket; a stopped phone stays stopped."""
        line = self._line
        if line is None:
            return
        try:
            if line.state is not PhoneState.OFFLINE:
                line.endpoint.run(line.retire())
        except PhoneError:
            pass  # the switch is gone, and with it what there was to unregister
        finally:
            self._close()

    def vanish(self) -> None:
        """Die like a phone whose cable is pulled: no BYE, no unregistration, nothing left running."""
        self._do(self._on().vanish())
        self._close()

    def _close(self) -> None:
        line, self._line = self._line, None
        bell, self._bell = self._bell, None
        if line:
            line.endpoint.close()
        if bell:
            bell.silence()
            bell.join()

    # ---- buttons ----

    def answer(self) -> None:
        """Pick up what rings."""
        self._do(self._on().answer())

    def decline(self) -> None:
        """Reject what rings (SIP 603)."""
        self._do(self._on().decline())

    def busy(self) -> None:
        """Tell what rings that the line is busy (SIP 486)."""
        self._do(self._on().busy())

    def hangup(self) -> None:
        """End the call in the foreground: decline it while it rings, give it up while it is dialled."""
        self._do(self._on().hangup())

    def hold(self) -> None:
        """Hold the other party."""
        self._do(self._on().hold())

    def unhold(self) -> None:
        """Take the other party back."""
        self._do(self._on().unhold())

    def transfer(self, number: str) -> None:
        """Send the other party to a number, unannounced; our call ends with it."""
        self._do(self._on().transfer(number))

    def consult(self, number: str) -> None:
        """Hold the other party and call somebody else, to be followed by `complete` or `hangup`."""
        self._do(self._on().consult(number))

    def complete(self) -> None:
        """Connect the held party with the consulted one and leave both calls."""
        self._do(self._on().complete())

    def dial(self, number: str) -> None:
        """Call a number; what becomes of it is in the log."""
        self._do(self._on().dial(number))

    # ---- what it tells ----

    def follow(self, *scripts: PhoneScript) -> None:
        """Do what scripts say: the next call takes the first, the last one serves all that follow."""
        self._scripts = scripts
        if self.state is not PhoneState.OFFLINE:
            self._do(_follow(self._on(), scripts))

    @property
    def state(self) -> PhoneState:
        """What the phone is doing now."""
        line = self._line
        return line.state if line else PhoneState.OFFLINE

    @property
    def log(self) -> list[DiaryEntry]:
        """Everything that happened, the last 10,000 entries."""
        return self._diary.read()

    def wait(self, did: Did, seconds: float, *, after: Micros = 0, ring: int = 0) -> DiaryEntry:
        """Return the first entry of this kind later than `after`, as soon as there is one.

        With `ring`, the entry of that ring or a later one.
        """
        return self._diary.wait(did, seconds, after, ring)

    def _happened(self, entry: DiaryEntry) -> None:
        self._diary.write(entry)
        if self._bell:
            self._bell.ring(entry)
            if entry.did is Did.VANISHED:
                self._bell.silence()

    def _on(self) -> PhoneLine:
        if self._line is None:
            raise PhoneError("the phone is not running")
        return self._line

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        self._on().endpoint.run(work)


async def _follow(line: PhoneLine, scripts: tuple[PhoneScript, ...]) -> None:
    line.prompter.follow(scripts)


def _line_class() -> type[PhoneLine]:
    """Import the part that needs pyVoIP; raises PhoneError where it is missing."""
    return cast("type[PhoneLine]", importlib.import_module("callcenter.softphone.line").PhoneLine)
