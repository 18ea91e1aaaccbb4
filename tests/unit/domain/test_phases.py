"""The tables of phases: what leads where, and the diagrams that are drawn from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.domain import phases as tables
from callcenter.domain.phases import OFFER, VISIT, OfferPhase, OfferWord, Phases, VisitPhase, VisitWord, diagrams

Table = Phases[VisitPhase, VisitWord] | Phases[OfferPhase, OfferWord]
TABLES = [(VISIT, VisitPhase, VisitWord), (OFFER, OfferPhase, OfferWord)]


@pytest.mark.parametrize(("table", "phases", "words"), TABLES)
def test_every_phase_is_reached_and_every_word_moves_something(
    table: Table, phases: type[VisitPhase | OfferPhase], words: type[VisitWord | OfferWord]
) -> None:
    reached = {table.first}
    for _ in phases:
        reached |= {two for (one, _), two in table.moves.items() if one in reached}
    assert reached == set(phases)
    assert {word for _, word in table.moves} == set(words)


@pytest.mark.parametrize("word", VisitWord)
def test_no_word_leads_out_of_a_visit_that_was_told(word: VisitWord) -> None:
    assert VISIT.after(VisitPhase.TOLD, word) is None


@pytest.mark.parametrize("word", OfferWord)
def test_no_word_leads_out_of_an_offer_that_was_told(word: OfferWord) -> None:
    assert OFFER.after(OfferPhase.TOLD, word) is None


@pytest.mark.parametrize(("table", "phases"), [(VISIT, VisitPhase), (OFFER, OfferPhase)])
def test_whatever_phase_it_is_in_it_can_be_told(table: Table, phases: type[VisitPhase | OfferPhase]) -> None:
    told = {two.value for (_, word), two in table.moves.items() if word.value == "settled"}
    from_where = {one.value for (one, word), _ in table.moves.items() if word.value == "settled"}
    assert told == {"told"}
    assert from_where == {phase.value for phase in phases} - {"told"}


def test_nobody_waits_again_and_no_ring_begins_again() -> None:
    assert VisitPhase.WAITING not in VISIT.moves.values()
    assert OfferPhase.OFFERED not in OFFER.moves.values()
    assert OFFER.after(OfferPhase.OVER, OfferWord.RANG) is None
    assert OFFER.after(OfferPhase.PICKED_UP, OfferWord.RANG) is None


def test_diagram_shows_the_first_phase_every_move_and_the_end() -> None:
    assert OFFER.diagram() == (
        "stateDiagram-v2\n"
        "    [*] --> offered\n"
        "    offered --> ringing: rang\n"
        "    offered --> picked_up: up\n"
        "    ringing --> picked_up: up\n"
        "    offered --> over: no longer tried\n"
        "    ringing --> over: no longer tried\n"
        "    picked_up --> over: no longer tried\n"
        "    offered --> told: settled\n"
        "    ringing --> told: settled\n"
        "    picked_up --> told: settled\n"
        "    over --> told: settled\n"
        "    told --> [*]\n"
    )


def test_diagram_of_a_visit_has_a_line_for_each_move() -> None:
    lines = VISIT.diagram().splitlines()
    assert len(lines) == len(VISIT.moves) + 3
    assert "    waiting --> talking: connected" in lines


def test_page_of_diagrams_is_drawn_from_the_tables() -> None:
    page = Path(tables.__file__).with_name("PHASES.md")
    assert page.read_text("utf-8") == diagrams()
