"""The parts of a floor, made once: each knows its own matter, and shares the one state and the one list of facts."""

from __future__ import annotations

from dataclasses import dataclass

from callcenter.domain.bridges import Bridges
from callcenter.domain.callbook import CallBook
from callcenter.domain.facts import Fact
from callcenter.domain.lines import Lines
from callcenter.domain.offers import Offers
from callcenter.domain.owncalls import OwnCalls
from callcenter.domain.parties import Parties
from callcenter.domain.people import People
from callcenter.domain.settings import FloorSettings
from callcenter.domain.settling import Settling
from callcenter.domain.state import State
from callcenter.domain.talks import Talks
from callcenter.domain.visits import Visits


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
