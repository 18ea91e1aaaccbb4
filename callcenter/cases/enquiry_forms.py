"""What people can do with an enquiry as it stands, and what each step asks of them; `require_step` needs the same."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from callcenter.cases.complaints.forms import FieldAsked, FieldKind
from callcenter.cases.complaints.vocabulary import CaseChannel
from callcenter.cases.enquiries import STEPS, ContactOutcome, EnquiryState, EnquiryStep

_S = EnquiryStep
_MOMENTS = ("arrived", "greeted", "first_answer", "closed")


class EnquiryChoices(msgspec.Struct, frozen=True, kw_only=True):
    """Among what people choose: the classes in force by their codes, the accounts that own enquiries."""

    classes: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()


def next_steps(state: EnquiryState, *, classified: bool, planned: bool) -> list[EnquiryStep]:
    """Name the steps that an enquiry can take as it stands.

    Args:
        state: Where it stands.
        classified: It has its class.
        planned: A follow-up is planned.
    """
    lacking = {_S.CLOSE: not classified, _S.FOLLOW_UP: not planned}
    return [step for step, states in STEPS.items() if state in states and not lacking.get(step, False)]


def step_form(step: EnquiryStep, choices: EnquiryChoices, *, planned: bool) -> list[FieldAsked]:
    """Return what a step asks of an enquiry, or of a contact that somebody records."""
    fields = _FORMS[step](choices)
    if step is not _S.CLOSE or planned:
        return fields
    outcomes = tuple(one for one in fields[0].choices if one != ContactOutcome.FOLLOW_UP)
    return [msgspec.structs.replace(fields[0], choices=outcomes)]


def _words(*names: str) -> list[FieldAsked]:
    return [FieldAsked(name=name) for name in names]


def _choice(name: str, choices: tuple[str, ...], *, needed: bool = True) -> FieldAsked:
    return FieldAsked(name=name, kind=FieldKind.CHOICE, needed=needed, choices=choices)


def _moment(name: str, *, needed: bool = True) -> FieldAsked:
    return FieldAsked(name=name, kind=FieldKind.MOMENT, needed=needed)


def _told_moments(*names: str) -> list[FieldAsked]:
    return [_moment(f"moments.{name}", needed=False) for name in names]


_CHANNELS = tuple(one.value for one in CaseChannel if one is not CaseChannel.PHONE)
_OUTCOMES = tuple(one.value for one in ContactOutcome if one is not ContactOutcome.COMPLAINT)
_FORMS: dict[EnquiryStep, Callable[[EnquiryChoices], list[FieldAsked]]] = {
    _S.RECEIVE: lambda among: [
        _choice("channel", _CHANNELS),
        *_words("words"),
        FieldAsked(name="address", needed=False),
        _choice("case_class", among.classes, needed=False),
        *_told_moments("arrived", "greeted", "first_answer"),
    ],
    _S.CLASSIFY: lambda among: [_choice("case_class", among.classes)],
    _S.HAND_OVER: lambda among: [_choice("owner", among.owners)],
    _S.SOLVE: lambda _among: _words("words"),
    _S.PLAN: lambda _among: [*_words("words"), _moment("follow_up_at")],
    _S.FOLLOW_UP: lambda _among: _words("words"),
    _S.FEEDBACK: lambda _among: [_choice("satisfaction", ("1", "2", "3"))],
    _S.MOMENTS: lambda _among: _told_moments(*_MOMENTS),
    _S.CLOSE: lambda _among: [_choice("outcome", _OUTCOMES)],
    _S.COMPLAIN: lambda _among: _words("words", "wanted"),
}
