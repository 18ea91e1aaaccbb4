"""Every event that can happen on a switch is heard by somebody."""

from __future__ import annotations

from typing import get_args

from callcenter.domain import events as ev
from callcenter.domain.company import SwitchEvent
from callcenter.domain.floor import Floor


def test_every_event_but_a_tick_has_a_handler() -> None:
    heard = set(Floor()._handlers)

    assert set(get_args(ev.Event)) - heard == {ev.Tick}
    assert heard <= set(get_args(ev.Event))


def test_every_kind_of_event_belongs_to_the_union() -> None:
    kinds = {kind for kind in vars(ev).values() if isinstance(kind, type) and issubclass(kind, SwitchEvent)}

    assert kinds - {SwitchEvent} <= set(get_args(ev.Event))
