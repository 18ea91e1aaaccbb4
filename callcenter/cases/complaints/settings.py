"""Figures and people that complaints go by: hours, warnings, approval levels, the ladder, who stands in for whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from callcenter.cases.complaints.vocabulary import SERVICE_ROLES, CaseRole
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?", re.ASCII)
_TOO_MUCH = 10**15
_HOURS = Annotated[float, msgspec.Meta(gt=0, le=100_000)]
_COUNT = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
UNKNOWN_AMOUNT = "unknown"


class Person(msgspec.Struct, frozen=True):
    """One account, as far as complaints ask.

    Attributes:
        agent: Whom the account is on the floor; None: nobody.
        department: Whose notices it answers.
        away: It is given no case, and its deputy acts in its place.
        deputy: Another account.
    """

    account: str
    role: CaseRole
    agent: str | None = None
    team: str | None = None
    department: str | None = None
    away: bool = False
    deputy: str | None = None

    @property
    def name(self) -> str:
        """Return the name that records have for the account."""
        return self.agent or self.account

    @property
    def in_service(self) -> bool:
        """Tell whether the account may own cases."""
        return self.role in SERVICE_ROLES


class ApprovalLevel(msgspec.Struct, frozen=True):
    """Up to what sum of the remedies, in yuan and inclusive, a role approves; None: any."""

    role: CaseRole
    up_to: str | int | float | None = None

    @property
    def limit(self) -> Decimal | None:
        """Return the sum."""
        return None if self.up_to is None else amount_of(self.up_to)

    @property
    def rank(self) -> int:
        """Return how high the role stands among those that approve."""
        return _RANKS[self.role]


class Ladder(msgspec.Struct, frozen=True):
    """What upheld complaints against one agent cost in a calendar year: a fine each, then `then`."""

    period: Literal["year"] = "year"
    fines: tuple[str, ...] = ("30", "60")
    then: Literal["dismissal"] = "dismissal"


_LEVELS = (
    ApprovalLevel(CaseRole.GROUP_LEADER, "200"),
    ApprovalLevel(CaseRole.SUPERVISOR, "1000"),
    ApprovalLevel(CaseRole.MANAGER),
)
_RANKS = {role: rank for rank, role in enumerate((*SERVICE_ROLES, CaseRole.GENERAL_MANAGER))} | {
    CaseRole.ACCOUNTING: -1,
    CaseRole.DEPARTMENT: -1,
}


class CaseSettings(msgspec.Struct, frozen=True):
    """Figures of the regulations (48 hours, three days, the ladder) and those that they leave to us.

    Attributes:
        timezone: The site's: months, years and days are its.
        hours: From opening to due.
        report_hours: From the first analysis to the report.
        warn: Percents of the time from start to due.
        reopen_days: Of 24 hours, after archiving.
        approval: Levels by the sum of the remedies.
        attempts: On as many days, before a customer counts as unreachable.
        chases: So many raise the level by one.
        accounting: Remedies are checked before a case is summed up.
    """

    timezone: str = "Asia/Shanghai"
    people: tuple[Person, ...] = ()
    hours: _HOURS = 48
    report_hours: _HOURS = 72
    warn: tuple[Annotated[float, msgspec.Meta(gt=0, le=100_000)], ...] = (50, 80, 100)
    reopen_days: Annotated[float, msgspec.Meta(ge=0, le=10_000)] = 7
    approval: tuple[ApprovalLevel, ...] = _LEVELS
    attempts: _COUNT = 3
    chases: _COUNT = 3
    accounting: bool = False
    ladder: Ladder = Ladder()


class People:
    """Who may act, and in whose place."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        self._by_account = {person.account: person for person in people}
        if len(self._by_account) < len(people):
            raise BadInput("an account stands twice among the people: give each one line")
        self._stood_in_for: dict[str, list[Person]] = {}
        for person in people:
            if person.deputy is not None and person.deputy not in self._by_account:
                raise BadInput(
                    f"the deputy {person.deputy!r} of {person.account!r} is no account: add it, or name another"
                )
            if person.away and person.deputy is not None:
                self._stood_in_for.setdefault(person.deputy, []).append(person)
        self.departments = {person.department for person in people if person.department}

    def get(self, account: object) -> Person | None:
        """Return the person behind an account, None where there is none."""
        return self._by_account.get(account) if isinstance(account, str) else None

    @property
    def all(self) -> tuple[Person, ...]:
        """Return everybody, in the order in which they were told."""
        return tuple(self._by_account.values())

    def places(self, person: Person) -> Iterator[Person]:
        """Yield in whose places somebody acts: their own first."""
        yield person
        yield from self._stood_in_for.get(person.account, ())


Duty = Callable[[str, Micros, Micros], Micros | None]
"""Tells how much of a time an agent was on duty; None: nobody knows."""


def always_on_duty(_agent: str, start: Micros, end: Micros) -> Micros:
    """Take all of a time for duty, where there are no shifts to go by."""
    return end - start


class CaseDesk:
    """The settings made ready: zone, people, levels; `duty` knows the shifts.

    Raises:
        BadInput: A figure or a person among them cannot be.
    """

    def __init__(self, settings: CaseSettings, zone: ZoneInfo, duty: Duty = always_on_duty) -> None:
        self.settings = settings
        self.zone = zone
        self.duty = duty
        self.people = People(settings.people)
        for level in settings.approval:
            if level.up_to is not None and level.limit is None:
                raise BadInput(f'the approval level of {level.role} is no sum in yuan: write it like "200"')
        self._levels = sorted(settings.approval, key=lambda level: level.rank)

    def approves(self, role: CaseRole, total: Decimal | None) -> bool:
        """Tell whether a role's level covers a sum; None is one that nobody knows, for the highest level."""
        if role not in SERVICE_ROLES and all(level.role is not role for level in self._levels):
            return False
        return any(level.rank <= _RANKS[role] and self._covers(level, total) for level in self._levels)

    def _covers(self, level: ApprovalLevel, total: Decimal | None) -> bool:
        if level.limit is None:
            return True
        return level is self._levels[-1] if total is None else level.limit >= total


def amount_of(told: object) -> Decimal | None:
    """Return a sum in yuan, None where it is no decimal from 0."""
    if isinstance(told, bool) or not isinstance(told, str | int | float):
        return None
    if not isinstance(told, str):
        if not 0 <= told < _TOO_MUCH:
            return None
        told = format(Decimal(repr(abs(told))), "f")
    return Decimal(told) if _AMOUNT.fullmatch(told) else None
