"""What agents' pages could not do: counted by what they say, and calls cut short by what the switch says, too.

A page that is killed says nothing, and one that somebody has changed need not. So a call that was cut short counts
once, by whichever word of it comes.
"""

from __future__ import annotations

from callcenter.domain import facts as fx
from callcenter.domain.agents.pages import PageWitnessed
from callcenter.domain.facts import Fact
from callcenter.domain.vocabulary import PAGE_FAILURES, EndedBy, PageWord

_MOST_AWAITED = 1_000
"""Calls of which one word has come, and the other may."""
_PAGE, _SWITCH = 1, -1


class PageFailures:
    """Failures of pages, each once."""

    def __init__(self) -> None:
        self._awaited: dict[tuple[str, str], int] = {}

    def told(self, fact: Fact) -> tuple[str, PageWord] | None:
        """Say whose page failed in what by a fact that has not been counted by another; None: by this fact, none."""
        match fact:
            case PageWitnessed(what=PageWord.CUT_SHORT, agent=agent, uniqueid=str() as uniqueid):
                return (agent, PageWord.CUT_SHORT) if self._is_new(agent, uniqueid, _PAGE) else None
            case PageWitnessed(what=what, agent=agent) if what in PAGE_FAILURES:
                return agent, what
            case fx.TalkEnded(talk=fx.Talk(ended_by=EndedBy.CUT_SHORT, agent=agent, uniqueid=uniqueid)):
                return (agent, PageWord.CUT_SHORT) if self._is_new(agent, uniqueid, _SWITCH) else None
            case _:
                return None

    def _is_new(self, agent: str, uniqueid: str, whose: int) -> bool:
        """Tell whether no word of the other side waits for this one."""
        before = self._awaited.pop((agent, uniqueid), 0)
        if before != -whose:
            self._awaited[agent, uniqueid] = before + whose
        if len(self._awaited) > _MOST_AWAITED:
            del self._awaited[next(iter(self._awaited))]
        return before * whose >= 0
