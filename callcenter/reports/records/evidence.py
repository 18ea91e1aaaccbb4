"""Are the frames that a record copied those of the journal: asked of one record, and before somebody confirms it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from callcenter.errors import JournalDamaged
from callcenter.journal import JournalReader
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.reproduction import Doubt, EvidenceFault, ReproductionFinding
from callcenter.rules.records.sealed import copy_as_filed
from callcenter.tracker.filing import exhibit


def look_up(reader: JournalReader, copies: list[dict[str, Any]]) -> list[ReproductionFinding | None]:
    """Hold each copied frame against the journal: None where it is there, seal and all."""
    anchor, head = reader.bounds()
    return [_look_up(reader, copy, anchor.position, head.position) for copy in copies]


def evidence_of(journal: Path) -> Callable[[Dossier], Awaitable[tuple[ReproductionFinding, ...]]]:
    """Make the check of one record against the service's own journal; it gives the faults, none where all is well.

    A frame that the journal no longer reaches back to cannot be checked, and is no fault.
    """

    def check(filed: Dossier) -> tuple[ReproductionFinding, ...]:
        with JournalReader(journal) as reader:
            found = look_up(reader, filed.evidence)
        return tuple(one for one in found if one is not None and isinstance(one.what, EvidenceFault))

    async def checked(filed: Dossier) -> tuple[ReproductionFinding, ...]:
        return await asyncio.to_thread(check, filed)

    return checked


def _look_up(reader: JournalReader, copy: dict[str, Any], cut: int, end: int) -> ReproductionFinding | None:
    position = copy.get("position")
    if not isinstance(position, int) or position < 1:
        return ReproductionFinding(EvidenceFault.FRAME_OTHER, "?", "?")
    shown = str(position)
    if position <= cut and not reader.keeps(position):
        return ReproductionFinding(Doubt.PRUNED)
    if position > end:
        return ReproductionFinding(EvidenceFault.FRAME_MISSING, shown, shown)
    try:
        same = copy_as_filed(copy, exhibit(reader.read_one(position))) == copy
    except JournalDamaged:
        return ReproductionFinding(EvidenceFault.FRAME_DAMAGED, shown, shown)
    return None if same else ReproductionFinding(EvidenceFault.FRAME_OTHER, shown, shown)
