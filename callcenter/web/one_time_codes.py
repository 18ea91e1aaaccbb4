"""One-time codes that a person's own phone dials, for what the service lets it do: a minute, one phone, one use.

An account has one code of a kind at a time. Whoever guesses learns nothing: after a few wrong codes a phone gets
nothing at all for a while, not even by the right one.
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection
from enum import Enum, auto
from typing import Generic, TypeVar

import msgspec

from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import CODE_DIGITS
from callcenter.staff.rights import Right

CODE_LASTS: Micros = 60 * SECOND
MOST_WRONG = 5
"""Wrong codes of one phone, or of all together ten times as many, within `CODE_LASTS`."""
_MOST_PHONES = 1_000
_ALL = ""

Meant = TypeVar("Meant")


class CodeRefused(Enum):
    """Why a code gives nothing; the phone hears the same beep."""

    WRONG = auto()
    """There is no such code for this phone, or no more."""
    LIMIT = auto()
    """This wrong one was one too many."""
    BLOCKED = auto()
    """There were too many before."""
    LAPSED = auto()
    """Whoever it was given may not use it any more."""


class CallBack(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is called.

    Attributes:
        number: What is dialled.
        lost_call: Whom it calls back; None: whoever was in a call of the agent's.
        call: The call that it is about, where it is no lost one.
    """

    number: str
    lost_call: str | None = None
    call: str | None = None


class CodeGrounds(msgspec.Struct, frozen=True, kw_only=True):
    """By what a code was given, and must still be so when it is dialled.

    Attributes:
        account: Whose it is.
        session: In which it was asked for.
        right: What it takes, over `agent` where that is somebody's.
    """

    account: str
    session: str
    right: Right
    agent: str | None = None


class OneTimeCode(msgspec.Struct, Generic[Meant], frozen=True, kw_only=True):
    """A code, and what it stands for.

    Attributes:
        phones: The endpoints from which it may be dialled.
        until: By a clock that is never set.
    """

    code: str
    phones: frozenset[str]
    meant: Meant
    grounds: CodeGrounds
    until: Micros


class OneTimeCodes(Generic[Meant]):
    """The codes of a kind that are out; those of a service that stops are void.

    Args:
        steady: A clock that is never set.
    """

    def __init__(self, steady: Callable[[], Micros]) -> None:
        self._steady = steady
        self._given: dict[str, OneTimeCode[Meant]] = {}
        self._wrong: OrderedDict[str, list[Micros]] = OrderedDict()

    def give(self, grounds: CodeGrounds, phones: Collection[str], meant: Meant) -> OneTimeCode[Meant]:
        """Give an account a code, in the place of one that it had."""
        now = self._steady()
        self._given = {name: one for name, one in self._given.items() if one.until > now}
        code = OneTimeCode(
            code="".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS)),
            phones=frozenset(phones),
            meant=meant,
            grounds=grounds,
            until=now + CODE_LASTS,
        )
        self._given[grounds.account] = code
        return code

    def take(self, phone: str, code: str) -> OneTimeCode[Meant] | CodeRefused:
        """Use up the code that a phone has dialled."""
        now = self._steady()
        if len(self._lately(phone, now)) >= MOST_WRONG or len(self._lately(_ALL, now)) >= 10 * MOST_WRONG:
            return CodeRefused.BLOCKED
        for account, one in self._given.items():
            if phone in one.phones and one.until > now and hmac.compare_digest(one.code.encode(), code.encode()):
                del self._given[account]
                return one
        for name in (phone, _ALL):
            self._wrong.setdefault(name, []).append(now)
            self._wrong.move_to_end(name)
        if len(self._wrong) > _MOST_PHONES:
            self._wrong.popitem(last=False)
        return CodeRefused.LIMIT if len(self._wrong[phone]) >= MOST_WRONG else CodeRefused.WRONG

    def _lately(self, phone: str, now: Micros) -> list[Micros]:
        """Return when a phone had dialled wrong codes within the time that counts."""
        wrong = self._wrong.get(phone, [])
        wrong[:] = [at for at in wrong if at > now - CODE_LASTS]
        return wrong
