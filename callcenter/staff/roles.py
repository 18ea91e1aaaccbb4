"""Whose records somebody may do something to, and which fields of them they see (pure)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from callcenter.staff.rights import RIGHTS, Reach, Right, Role


class Field(StrEnum):
    """A part of a record that not everybody may read."""

    CALLER = "caller"
    CARD = "card"
    EVIDENCE = "evidence"
    MONEY = "money"
    NAMES = "names"


class Sight(StrEnum):
    """How much of a field is shown.

    A masked caller keeps three digits at the front and four at the end; of a masked card the name, the class and who
    serves it are shown, not what else people wrote; masked evidence is positions and figures without what was said on
    the wire; masked names are roles.
    """

    HIDDEN = "hidden"
    MASKED = "masked"
    FULL = "full"


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: an account, its role, the agent that it is on the floor, if any, and its team."""

    account: str
    role: Role
    agent: str | None = None
    team: str | None = None


_COLUMNS = (Field.CALLER, Field.CARD, Field.EVIDENCE, Field.MONEY, Field.NAMES)
_HIDDEN, _MASKED, _FULL = Sight.HIDDEN, Sight.MASKED, Sight.FULL

FIELDS: dict[Role, dict[Field, Sight]] = {
    role: dict(zip(_COLUMNS, sights, strict=True))
    for role, sights in {
        Role.AGENT: (_MASKED, _MASKED, _MASKED, _FULL, _MASKED),
        Role.GROUP_LEADER: (_MASKED, _MASKED, _MASKED, _HIDDEN, _FULL),
        Role.SUPERVISOR: (_FULL, _FULL, _FULL, _FULL, _FULL),
        Role.TRAINING_SPECIALIST: (_MASKED, _HIDDEN, _FULL, _HIDDEN, _FULL),
        Role.QA: (_FULL, _FULL, _FULL, _HIDDEN, _FULL),
        Role.MANAGER: (_FULL, _FULL, _FULL, _FULL, _FULL),
        Role.GENERAL_MANAGER: (_MASKED, _HIDDEN, _MASKED, _FULL, _FULL),
        Role.ACCOUNTING: (_HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN),
        Role.HR: (_MASKED, _HIDDEN, _MASKED, _FULL, _FULL),
        Role.ADMIN: (_HIDDEN, _HIDDEN, _FULL, _HIDDEN, _MASKED),
    }.items()
}
"""How much of a record's delicate fields a role reads."""


def approves_money(role: Role) -> bool:
    """Tell whether a role is the second of two who change rules and amounts."""
    return reach(role, Right.APPROVE_CHANGE) is not Reach.NONE


def reach(role: Role, right: Right) -> Reach:
    """Tell whose records a role may do something to."""
    return RIGHTS[role].get(right, Reach.NONE)


def may(person: Principal, right: Right, agent: str | None = None, team: str | None = None) -> bool:
    """Tell whether a person may do something to a record of an agent of a team (of nobody's, to things without one)."""
    how_far = reach(person.role, right)
    own = agent is not None and person.agent == agent
    of_the_team = team is not None and person.team == team
    return how_far >= Reach.ALL or (how_far >= Reach.TEAM and of_the_team) or (how_far >= Reach.OWN and own)


def may_see(person: Principal, agent: str, team: str | None, *, shadow: bool, told: bool) -> bool:
    """Tell whether a person may know that a record exists.

    What a rule in shadow raised is for administrators; whoever it is about must have been told of it,
    whatever their role.
    """
    if person.agent == agent and not told:
        return False
    if shadow and not may(person, Right.SEE_SHADOW, agent, team):
        return False
    return may(person, Right.SEE, agent, team)


def sight(role: Role, field: Field) -> Sight:
    """Tell how much of a field a role reads."""
    return FIELDS[role][field]
