"""What a screen on a wall shows: queues, what they come to together, who is to be called back; of no person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import AgentState
from callcenter.exporter.live import LiveDocument
from callcenter.rules.regulations.formulas import AnswerWaits, LevelCounts, service_levels


def queues_now(document: LiveDocument, lost: Mapping[str, Any] | None, names: Collection[str]) -> dict[str, Any]:
    """Return what some queues do now, all of them where none is named; `lost` None: nobody has counted yet."""
    queues = [one for one in document.queues if not names or one.queue in names]
    counts = LevelCounts(
        sum(one.answered for one in queues), sum(one.abandoned for one in queues), sum(one.within for one in queues)
    )
    level = service_levels(counts)[document.service_level_name]
    waits = AnswerWaits(
        sum(one.answer_waits for one in queues), sum(round(one.answer_wait_seconds * SECOND) for one in queues)
    )
    speed = waits.speed_of_answer
    shown = {one.queue for one in queues}
    people = [one for one in document.agents if shown.intersection(one.queues)]
    waiting = [one for queue, one in (lost or {}).items() if not names or queue in names]
    return {
        "now": document.now,
        "timezone": document.timezone,
        "service_level_name": document.service_level_name,
        "service_level": None if level is None else float(level),
        "speed_of_answer_seconds": None if speed is None else float(speed),
        "ready": sum(one.state == AgentState.AVAILABLE for one in people),
        "signed_in": len(people),
        "queues": msgspec.to_builtins(queues),
        "lost_calls": None if lost is None else sum(one["open"] for one in waiting),
        "lost_since": min((one["since"] for one in waiting if one["since"] is not None), default=None),
    }
