"""Whose each visit of a replay is, what it repeats, and what became of it where it was lost: decided at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from callcenter.cases.linking import Linking, LinkSettings
from callcenter.cases.owners import CustomerMatch, MatchKind, NumberOwners
from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import How
from callcenter.numbers import Numbering
from callcenter.reports.replay.shapes import Shape, seconds
from callcenter.untrusted import replaced


class Linked:
    """The links of one replay.

    Args:
        owners: Which customers have which numbers.
        numbering: How numbers are read.
    """

    def __init__(self, owners: NumberOwners, numbering: Numbering) -> None:
        self._linking = Linking(owners, numbering, LinkSettings(most_lost=None))
        self._own: list[tuple[Micros, fx.Fact]] = []

    def see(self, fact: fx.Fact) -> None:
        """Keep what agents did on their own lines."""
        outbound = isinstance(fact, fx.TalkBegan) and fact.talk.how is How.OUTBOUND
        if outbound or isinstance(fact, fx.OwnCallBegan | fx.OwnCallEnded):
            latest = self._own[-1][0] if self._own else 0
            self._own.append((max(latest, fact.at or 0), fact))

    def link(self, calls: Iterable[fx.Call]) -> None:
        """Take in every visit, each at the moment at which it was answered or lost."""
        visits = [(_moment(visit), fx.VisitEnded(at=None, visit=visit)) for call in calls for visit in call.visits]
        for _, fact in sorted([*visits, *self._own], key=lambda found: found[0]):
            self._linking.see(fact)

    def shape(self, visit: fx.Visit) -> Shape:
        """Show the links of a visit."""
        followed = self._linking.followed_up(visit)
        return {
            "customer": msgspec.to_builtins(self._linking.match(visit.caller)),
            "repeat_of": self._linking.repeat_of(visit.caller, visit.call, visit.joined_at),
            "followed_up": None
            if followed is None
            else {"state": followed.state, "by": followed.by, "at": seconds(followed.at)},
        }

    def row(self, visit: fx.Visit) -> tuple[str, ...]:
        """Show the links of a visit in two cells of the table."""
        followed = self._linking.followed_up(visit)
        again = self._linking.repeat_of(visit.caller, visit.call, visit.joined_at) is not None
        told = [] if followed is None else [followed.state, *([] if followed.by is None else [followed.by])]
        return _who(self._linking.match(visit.caller)) + (" (repeat)" if again else ""), " ".join(told) or "-"


def _who(match: CustomerMatch) -> str:
    if match.match is MatchKind.SEVERAL:
        return f"one of {len(match.candidates)}"
    return match.match if match.id is None else replaced(match.id)


def _moment(visit: fx.Visit) -> Micros:
    """Return when a visit was answered or lost, or the latest moment known of it."""
    times: Sequence[Micros | None] = (visit.answered_at, visit.left_at, visit.refused_at, visit.joined_at)
    return next((at for at in times if at is not None), 0)
