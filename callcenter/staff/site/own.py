"""All that a site says of itself, by the kind of change that says it otherwise (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import msgspec

from callcenter.errors import BadInput
from callcenter.staff.site.difference import SiteDifference
from callcenter.staff.site.pauses import ReasonsSaid, SiteReasons, reasons_said
from callcenter.staff.site.queues import QueuesSaid, SiteQueues, queues_said
from callcenter.staff.site.retention import RetentionSaid, SiteRetention, retention_said


class _Kind(NamedTuple):
    form: type[Any]
    said: Callable[[Any], Any]


_KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "reasons": _Kind(ReasonsSaid, reasons_said),
        "retention": _Kind(RetentionSaid, retention_said),
        "queues": _Kind(QueuesSaid, queues_said),
    }
)


class SitePart(Protocol):
    """What is said of one thing."""

    def lay_over(self, said: Iterable[Any]) -> bool:
        """Let hold what was agreed on; tells whether that is anything else than held before."""

    def differing(self, said: Any) -> list[SiteDifference]:
        """Return what is said otherwise than holds."""


class OwnSite:
    """A site: its reasons of pauses, its times of keeping, its queues.

    Args:
        reasons: Codes → names, as settings have them.
        kept: Settings → days.
        numbers: Queues → numbers.
    """

    def __init__(
        self,
        reasons: Mapping[str, str] = MappingProxyType({}),
        kept: Mapping[str, int] = MappingProxyType({}),
        numbers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._filed = (reasons, kept, numbers)
        self.reasons = SiteReasons(reasons)
        self.retention = SiteRetention(kept)
        self.queues = SiteQueues(numbers)

    def lay_over(self, kind: str, contents: Iterable[Any]) -> bool:
        """Let hold what was agreed on of a kind, in its order; tells whether that is anything else than held before."""
        return self._part(kind).lay_over(_read(kind, one) for one in contents)

    def differing(self, kind: str, before: Iterable[Any], content: Any) -> list[SiteDifference]:
        """Return what a change says otherwise than settings and what was agreed before it do."""
        then = OwnSite(*self._filed)
        then.lay_over(kind, before)
        return then._part(kind).differing(_read(kind, content))

    def require_free(self, kind: str, content: Any) -> None:
        """Refuse what cannot hold beside what settings say of that which it leaves out.

        Raises:
            BadInput: It cannot.
        """
        if kind == "queues":
            self.queues.require_free(_read(kind, content))

    def _part(self, kind: str) -> SitePart:
        parts: dict[str, SitePart] = {
            "reasons": self.reasons,
            "retention": self.retention,
            "queues": self.queues,
        }
        return parts[kind]


def site_said(kind: str, content: Any) -> dict[str, Any]:
    """Read what somebody proposes of a kind, as it is kept.

    Raises:
        BadInput: It could not be used.
    """
    kept: dict[str, Any] = msgspec.to_builtins(_KINDS[kind].said(_read(kind, content)))
    return kept


def _read(kind: str, content: Any) -> Any:
    """Read what was proposed before: what is asked of it by now, it need not have.

    Raises:
        BadInput: It is not of the kind.
    """
    try:
        return msgspec.convert(content, _KINDS[kind].form)
    except msgspec.ValidationError as error:
        raise BadInput(f"this cannot be read as {kind!r} of the site: {error}") from error
