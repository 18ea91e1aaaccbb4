"""The pictures of the phases are those of the tables."""

from __future__ import annotations

from pathlib import Path

from callcenter.domain import phases
from callcenter.domain.phases import diagrams


def test_diagrams_of_the_phases_are_drawn_from_their_tables() -> None:
    page = Path(phases.__file__).with_name("PHASES.md")
    assert page.read_text("utf-8") == diagrams()
