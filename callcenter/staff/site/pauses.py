"""Why people pause: the reasons of the site, as its settings and what two people agreed on since have them (pure).

A reason that is retired is offered no more; it keeps its name, for whoever is paused with it and for all that was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from callcenter.domain.vocabulary import AFTER_CALL_WORK, CANNOT_RING
from callcenter.errors import BadInput
from callcenter.staff.site.difference import SiteDifference
from callcenter.untrusted import hidden_in

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,31}", re.ASCII)
_TAKEN = frozenset({AFTER_CALL_WORK, CANNOT_RING})
_MOST_REASONS, _MOST_NAME = 40, 40
_NONE: Mapping[str, str] = MappingProxyType({})


class PauseReason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reason; where a name is empty, it is called as the service calls it, or by its code."""

    code: str
    zh: str = ""
    en: str = ""


class ReasonsSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All reasons that are offered, in their order."""

    reasons: tuple[PauseReason, ...]


class SiteReasons:
    """The reasons of a site.

    Args:
        filed: Codes → names, as settings have them.

    Attributes:
        offered: Those that are offered, in their order; others are in their place once two people have agreed to it.
        retired: Those that were offered once.
    """

    def __init__(self, filed: Mapping[str, str] = _NONE) -> None:
        self._filed = tuple(PauseReason(code=code, zh=name, en=name) for code, name in filed.items())
        self.offered = self._filed
        self.retired: tuple[PauseReason, ...] = ()

    def lay_over(self, said: Iterable[ReasonsSaid]) -> bool:
        """Let hold what was agreed on, in its order; tells whether that is anything else than held before."""
        before, offered = (self.offered, self.retired), self._filed
        known = {one.code: one for one in offered}
        for one in said:
            offered = one.reasons
            known |= {reason.code: reason for reason in offered}
        codes = {one.code for one in offered}
        self.offered, self.retired = offered, tuple(one for code, one in known.items() if code not in codes)
        return before != (self.offered, self.retired)

    def differing(self, said: ReasonsSaid) -> list[SiteDifference]:
        """Return what a list says otherwise than is offered."""
        old, new = (_told(reasons) for reasons in (self.offered, said.reasons))
        return [
            SiteDifference(code, name, before, after)
            for code in {**new, **old}
            for name in ("place", "zh", "en")
            if (before := old.get(code, {}).get(name)) != (after := new.get(code, {}).get(name))
        ]

    def require(self, code: str) -> None:
        """Pass if a pause may have this reason; after-call work is no reason of a site, and always may be.

        Raises:
            BadInput: It is not offered.
        """
        codes = [*(one.code for one in self.offered), AFTER_CALL_WORK]
        if code not in codes:
            raise BadInput(f"reason must be one of {', '.join(map(repr, codes))}")


def is_reason(code: str) -> bool:
    """Tell whether a site may call a reason so."""
    return _CODE.fullmatch(code) is not None and code not in _TAKEN


def reasons_said(said: ReasonsSaid) -> ReasonsSaid:
    """Return what somebody proposes as it is kept.

    Raises:
        BadInput: It could not be used.
    """
    if not 0 < len(said.reasons) <= _MOST_REASONS:
        raise BadInput(f"name 1 to {_MOST_REASONS} reasons of pauses")
    if len({one.code.casefold() for one in said.reasons}) < len(said.reasons):
        raise BadInput("two reasons of pauses have one code")
    for one in said.reasons:
        _require_sound(one)
    bare = (msgspec.structs.replace(one, zh=one.zh.strip(), en=one.en.strip()) for one in said.reasons)
    return ReasonsSaid(reasons=tuple(bare))


def _told(reasons: Iterable[PauseReason]) -> dict[str, dict[str, str | int]]:
    return {one.code: {"place": n, "zh": one.zh, "en": one.en} for n, one in enumerate(reasons, 1)}


def _require_sound(reason: PauseReason) -> None:
    if not is_reason(reason.code) or reason.code.endswith(" "):  # the switch would give it back without
        raise BadInput("a reason's code is up to 32 letters, digits and spaces, and not acw")
    for name in (reason.zh, reason.en):
        if len(name) > _MOST_NAME:
            raise BadInput(f"a reason's name has at most {_MOST_NAME} characters")
        if (hidden := hidden_in(name)) is not None:
            raise BadInput(f"the name of {reason.code!r} has a character that cannot be seen: U+{ord(hidden):04X}")
