"""What agents' pages said, as far as it speaks for them: rings that could not be heard, calls that were cut short.

A phone in a page is signed off by whatever closes the page, a crash or a closed lid too: nobody took it off for that.
A page is believed as far as doubt goes: what it speaks for is undetermined, and a person decides. It speaks for what
has begun: a caller who is cut short and comes back to the same agent, or rings there again, is another matter. Where no
page said anything, as where a desk phone rings, nothing changes.
"""

from __future__ import annotations

import msgspec

from callcenter.domain.agents.pages import PageWitnessed
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import PageWord
from callcenter.rules.detection.acts import DetectedAct

SPEAKS_FOR: dict[PageWord, frozenset[str]] = {
    PageWord.COULD_NOT_RING: frozenset({"late_answer", "timed_out", "declined", "refused"}),
    PageWord.CUT_SHORT: frozenset({"hung_up"}),
    PageWord.REGISTERED: frozenset({"taken_off"}),
}
"""Of which kinds of act a word raises doubt: of the call that it names, or of the phone that is in the page."""

IN_PAGE: Micros = 16 * 3600 * SECOND
"""So long after it said that it had registered, a phone is taken to be in the page still: a session ends before."""

_EARLIER: Micros = 2 * SECOND
"""A page that is quicker than the switch's own word is heard by so much before what it speaks of began."""

_MOST_OF_AGENT = 200
"""Words that are remembered of one agent; a shift does not have so many calls that no page could tell of."""


class Witnessed(msgspec.Struct, array_like=True, frozen=True):
    """What a page said, of a call or (`about` is an interface) of the phone in it."""

    at: Micros
    what: PageWord
    about: str
    frames: tuple[int, ...]


class WitnessMemory(msgspec.Struct):
    """By the floor's name of the agent: of calls in the order in which it was said, of the phone what was said last."""

    said: dict[str, list[Witnessed]] = {}
    phones: dict[str, Witnessed] = {}

    def see(self, fact: PageWitnessed) -> None:
        """Take in what a page said, where it speaks for anybody."""
        if fact.what not in SPEAKS_FOR or fact.at is None:
            return
        if fact.what is PageWord.REGISTERED:
            self.phones[fact.agent] = Witnessed(fact.at, fact.what, fact.interface, fact.frames)
        elif fact.uniqueid is not None:
            words = self.said.setdefault(fact.agent, [])
            words.append(Witnessed(fact.at, fact.what, fact.uniqueid, fact.frames))
            del words[:-_MOST_OF_AGENT]

    def of(self, act: DetectedAct) -> tuple[Witnessed, ...]:
        """Return what raises doubt of an act."""
        agents, start = dict.fromkeys((act.known_as, act.agent)), act.start or 0
        said = [word for agent in agents for word in self.said.get(agent, ()) if word.about in act.uniqueids]
        words = [word for word in said if word.at >= start - _EARLIER]
        phones = [self.phones[agent] for agent in agents if agent in self.phones]
        words += [one for one in phones if one.about == act.interface and one.at <= start <= one.at + IN_PAGE]
        return tuple(one for one in words if act.kind in SPEAKS_FOR[one.what])

    def forget(self, since: Micros) -> None:
        """Let go of what was said before a moment to which nothing undecided reaches back."""
        left = {agent: [word for word in words if word.at >= since] for agent, words in self.said.items()}
        self.said = {agent: words for agent, words in left.items() if words}
        self.phones = {agent: word for agent, word in self.phones.items() if word.at + IN_PAGE >= since}
