"""Proof that a journal is what was written: every entry, every seal, every saved state, nothing missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callcenter.journal.reader import Damage, JournalReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Report(msgspec.Struct, frozen=True):
    """What was found.

    Attributes:
        first: The first entry kept; older ones were cut.
        last: The last entry recorded.
        checked: Entries found sound, from the first on.
        damage: The first entry that is not, None where all are.
        damaged_states: Saved states that are not whole; a restart replays more instead.
        kept: Entries kept from what was cut, because open matters stand on them.
        damaged_kept: Those of them that are not as they were written.
    """

    first: int
    last: int
    checked: int
    damage: Damage | None
    damaged_states: list[int]
    kept: int = 0
    damaged_kept: list[int] = []

    @property
    def sound(self) -> bool:
        """Tell whether nothing at all was found."""
        return self.damage is None and not self.damaged_states and not self.damaged_kept


def verify(path: Path, progress: Callable[[int, int], None] = lambda _done, _total: None) -> Report:
    """Check a journal from end to end, beside its writer if need be.

    `progress` is told after each page how many entries are done, and how many there are.

    Raises:
        StoreError: The file cannot be read as a journal at all.
    """
    with JournalReader(path) as journal:
        anchor, head = journal.bounds()
        checked = 0
        damage: Damage | None = None
        for sound, fault in journal.inspect():
            checked, damage = checked + len(sound), fault
            progress(checked, head.position - anchor.position)
        broken = [position for position, whole in journal.state_positions() if not whole]
        kept, torn = len(journal.kept_positions()), journal.damaged_kept()
    return Report(anchor.position + 1, head.position, checked, damage, broken, kept, torn)
