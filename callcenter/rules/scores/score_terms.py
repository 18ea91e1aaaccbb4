"""The terms of the score as a change of amounts says them: read whole, or refused with a sentence (pure).

    {"from": "2026-11", "base": "100", "warning_line": "70", "money": false}

Figures are text, so that none is rounded on its way. What is not said is what the regulations say; where they say
nothing, "no figure" stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from callcenter.errors import BadInput
from callcenter.rules.regulations.edition import NO_FIGURE
from callcenter.rules.scores.score_lines import ScoreTerms
from callcenter.staff.months import Month, read_month

SUBJECT = "score"
"""What a change of amounts is about when it says the score's terms."""

_FROM = "from"
_FIELDS = {field.name: field for field in msgspec.structs.fields(ScoreTerms)}
_NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,2})?", re.ASCII)
_BELOW_NOTHING = frozenset({"least_yuan"})


class TermsFrom(msgspec.Struct, frozen=True):
    """Terms, and the first month that they hold for."""

    first: Month
    terms: ScoreTerms


def read_terms(content: Mapping[str, Any]) -> TermsFrom:
    """Read what a change says.

    Raises:
        BadInput: A key is unknown or missing, a figure is none, or they make no sense together.
    """
    if unknown := sorted(content.keys() - _FIELDS.keys() - {_FROM}):
        known = ", ".join([_FROM, *_FIELDS])
        raise BadInput(f"the score's terms have an unknown key {unknown[0]!r}; known are {known}")
    if missing := [key for key in (_FROM, "base") if key not in content]:
        raise BadInput(f"the score's terms do not say {missing[0]!r}")
    said: dict[str, Any] = {name: _value(name, content[name]) for name in _FIELDS if name in content}
    terms = ScoreTerms(**said)
    terms.check()
    return TermsFrom(read_month(content[_FROM]), terms)


def _value(name: str, value: object) -> Decimal | bool | None:
    """Read one of the terms by the type of its default."""
    default = _FIELDS[name].default
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise BadInput(f"{name} must be true or false, not {value!r}")
        return value
    if default is None and (value is None or value == NO_FIGURE):
        return None
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise BadInput(f'{name} must be a number written as text, like "10" or "2.5", not {value!r}')
    number = Decimal(value)
    if number < 0 and name not in _BELOW_NOTHING:
        raise BadInput(f"{name} must not be below 0")
    return number
