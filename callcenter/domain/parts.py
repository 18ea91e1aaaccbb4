"""The parts of a floor, made once: each knows its own matter, and shares the one state and the one list of facts."""

from __future__ import annotations

from dataclasses import dataclass

from callcenter.domain.agents.own_calls import OwnCalls
from callcenter.domain.agents.states import People
from callcenter.domain.channels.bridges import Bridges
from callcenter.domain.channels.registry import Lines
from callcenter.domain.facts import Fact
from callcenter.domain.settings import FloorSettings
from callcenter.domain.state import State
from callcenter.domain.visits.callbook import CallBook
from callcenter.domain.visits.offers import Offers
from callcenter.domain.visits.parties import Parties
from callcenter.domain.visits.settling import Settling
from callcenter.domain.visits.talks import Talks
from callcenter.domain.visits.visits import Visits


@dataclass(frozen=True)
class Parts:
    """What the methods for events are made from."""

    state: State
    out: list[Fact]
    lines: Lines
    bridges: Bridges
    people: People
    own: OwnCalls
    book: CallBook
    offers: Offers
    visits: Visits
    talks: Talks
    settling: Settling
    parties: Parties


def make_parts(state: State, settings: FloorSettings, out: list[Fact]) -> Parts:
    """Make every part around one state."""
    lines, people, book = Lines(state), People(state, settings, out), CallBook(state, out)
    bridges, own = Bridges(state, lines), OwnCalls(state, settings, people, out)
    offers, visits = Offers(state, lines, people, out), Visits(state, book, out)
    talks = Talks(state, bridges, people, own, book, out)
    settling = Settling(state, visits, offers, people, talks, book)
    parties = Parties(state, lines, people, visits, settling, book, out)
    return Parts(state, out, lines, bridges, people, own, book, offers, visits, talks, settling, parties)
