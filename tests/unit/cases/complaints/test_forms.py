"""What a move's form asks, held against what the move needs: all of it, and nothing less."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from callcenter.cases.complaints.case import Case, CaseClock
from callcenter.cases.complaints.checks import NEEDS, too_late
from callcenter.cases.complaints.forms import FieldAsked, FieldKind, FormDesk, form_of
from callcenter.cases.complaints.lines import CaseLine, Refused
from callcenter.cases.complaints.moves import MOVES
from callcenter.cases.complaints.settings import CaseDesk, CaseSettings, Person
from callcenter.cases.complaints.vocabulary import CaseRole, CaseState, Move, MoveWhy
from callcenter.domain.frame import SECOND
from tests.unit.cases.complaints.told import PEOPLE

HOUR = 3_600 * SECOND
DAY = 24 * HOUR
DESK = CaseDesk(
    CaseSettings(people=tuple(msgspec.convert(one, Person) for one in PEOPLE), attempts=2), ZoneInfo("Asia/Shanghai")
)
ANN = DESK.people.get("ann")
UNTIL, TOLD = "2999-01-01T00:00:00+08:00", "1971-02-01T00:00:00+08:00"
WHEN = {"until": UNTIL, "told_at": TOLD}
AT = 2 * DAY * 365


def case(state: CaseState, *, tried: bool = True) -> Case:
    clock = CaseClock(start=0, due=AT + DAY)
    days = [0, DAY] if tried else []
    return Case(name="a", opened_at=0, owner="ann", state=state, clocks=[clock], since=0, tried=days)


def asked(move: Move, state: CaseState | None = None, *, tried: bool = True) -> list[FieldAsked]:
    assert ANN is not None
    return form_of(case(state or min(MOVES[move].sources), tried=tried), move, FormDesk(DESK, ANN, ("1001", "2001")))


def answer(field: FieldAsked) -> Any:
    match field.kind:
        case FieldKind.CHOICE:
            return int(field.choices[0]) if field.name == "satisfaction" else field.choices[0]
        case FieldKind.REMEDIES:
            return [{"kind": "voucher", "amount": "5"}]
        case FieldKind.MOMENT:
            return WHEN[field.name]
        case FieldKind.WORDS:
            return "words"
        case FieldKind.FLAG | FieldKind.TICK:
            return True


def filled(fields: list[FieldAsked], flags: bool) -> dict[str, Any]:
    """Answer every field that is asked, where every flag is answered alike."""
    told: dict[str, Any] = {
        one.name: flags for one in fields if one.kind in {FieldKind.FLAG, FieldKind.TICK} and one.name != "urgent"
    }
    for one in fields:
        if one.name in told or not stands(one, told):
            continue
        if one.one_of is None:
            told[one.name] = answer(one)
        elif one.name == "responsible.agent":
            told["responsible"] = {"agent": answer(one)}
    return told


def stands(field: FieldAsked, told: dict[str, Any]) -> bool:
    return field.where is None or told.get(field.where[0], False) is field.where[1]


def why(move: Move, told: dict[str, Any]) -> tuple[MoveWhy, tuple[str, ...]] | None:
    try:
        NEEDS[move](case(min(MOVES[move].sources)), CaseLine(AT, told), DESK)
    except Refused as refused:
        return refused.why, refused.fields
    return None


@pytest.mark.parametrize("move", list(MOVES))
@pytest.mark.parametrize("flags", [True, False])
def test_what_a_form_asks_is_enough(move: Move, flags: bool) -> None:
    assert why(move, filled(asked(move), flags)) is None


@pytest.mark.parametrize("move", list(MOVES))
@pytest.mark.parametrize("flags", [True, False])
def test_each_needed_field_is_needed_and_no_other_is(move: Move, flags: bool) -> None:
    fields = asked(move)
    told = filled(fields, flags)
    for name in told:
        field = next(one for one in fields if one.name.partition(".")[0] == name)
        without = {other: said for other, said in told.items() if other != name}
        needed = field.needed or field.one_of is not None
        assert why(move, without) == ((MoveWhy.INCOMPLETE, (name,)) if needed else None) or name == "unreachable"


def test_who_was_not_reached_is_asked_for_only_after_enough_attempts() -> None:
    for move in (Move.FEEDBACK, Move.WITHDRAW, Move.TELL_NOT_UPHELD):
        assert "unreachable" in [one.name for one in asked(move)]
        assert "unreachable" not in [one.name for one in asked(move, tried=False)]


def test_what_is_carried_out_before_it_is_agreed_is_said_to_be_urgent() -> None:
    assert [one.name for one in asked(Move.CARRY_OUT, CaseState.AGREED)] == ["what"]
    assert [one.name for one in asked(Move.CARRY_OUT, CaseState.PROPOSED)] == ["what", "urgent"]


def test_people_are_chosen_among_those_who_can_be() -> None:
    chosen = {
        move: one.choices for move in MOVES for one in asked(move) if one.name in {"to", "approved_by", "department"}
    }
    assert chosen == {
        Move.ASSIGN: ("logistics", "products"),
        Move.EXTEND: ("max", "sue"),
        Move.REPORT: ("gem",),
        Move.HAND_OVER: ("ann", "ben", "cho", "lea", "leb", "max", "sue"),
    }
    assert {one.role for one in DESK.people.all if one.account in chosen[Move.EXTEND]} == {
        CaseRole.SUPERVISOR,
        CaseRole.MANAGER,
    }


def test_a_move_whose_time_is_over_is_too_late() -> None:
    archived = msgspec.structs.replace(case(CaseState.ARCHIVED), archived_at=AT)
    assert not too_late(archived, Move.REOPEN, AT + 7 * DAY, DESK)
    assert too_late(archived, Move.REOPEN, AT + 7 * DAY + 1, DESK)
    assert not too_late(archived, Move.EXTEND, AT, DESK)
    assert too_late(archived, Move.EXTEND, AT + DAY, DESK)
    assert not too_late(archived, Move.ARCHIVE, AT + 70 * DAY, DESK)
