"""Whole files of queue_log, in their order: the visits and the agents that they tell of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from pathlib import Path

import msgspec

from callcenter.domain.agents.directory import Directory
from callcenter.domain.frame import Micros
from callcenter.errors import UnreadableFile
from callcenter.queuelog.clock import Off
from callcenter.queuelog.lines import QueueLog, read_queue_log
from callcenter.queuelog.logged_agents import AgentBook, LoggedAgent, WrapUp
from callcenter.queuelog.logged_visit import LoggedVisit
from callcenter.queuelog.logged_visits import LogBook


class LogHistory(msgspec.Struct, frozen=True):
    """What a log says.

    Attributes:
        visits: In the order they began; agents by the roster's names where it knows them.
        agents: By name.
        until: The time of the latest line.
        set_aside: Lines that are not believed, by fault.
        off: How far its times as text are off by the ids of its calls, None where they fit.
    """

    visits: list[LoggedVisit]
    agents: list[LoggedAgent]
    until: Micros | None
    set_aside: dict[str, int]
    off: Off | None


def read_history(
    paths: Iterable[Path], reading: tuple[tzinfo, str | None], directory: Directory, wrap_up: WrapUp
) -> LogHistory:
    """Read one switch's log, the files that it was rotated into in their order.

    Args:
        paths: The files.
        reading: Where times belong that name no zone, and in which character set names stand.
        directory: Whose each interface is at a moment.
        wrap_up: How long each queue's talks are wrapped up at a moment.

    Raises:
        UnreadableFile: A file cannot be read, or its gzip is damaged, or no line in any of them is a queue_log's.
    """
    paths = list(paths)
    log, book, agents = QueueLog(zone=reading[0], charset=reading[1]), LogBook(), AgentBook(directory, wrap_up)
    for path in paths:
        for line in read_queue_log(path, log):
            agents.note(line, book.note(line))
    if paths and not log.lines and not log.set_aside.keys() - {"not_a_line"}:
        raise UnreadableFile(
            f"{paths[0]} has the form of a queue_log and no row that can be read: export its rows with the time as "
            "epoch seconds or as in 2026-11-02 09:00:00."
        )
    visits = book.finish()
    faults = {str(fault): count for fault, count in log.set_aside.items()}
    return LogHistory(
        [_named(visit, agents) for visit in visits],
        agents.agents(book.visits),
        agents.until,
        faults | dict(book.set_aside),
        log.clock.off(),
    )


def _named(visit: LoggedVisit, agents: AgentBook) -> LoggedVisit:
    name = None if visit.agent is None else agents.name_of(visit.agent, visit.answered_at)
    return visit if name == visit.agent else msgspec.structs.replace(visit, agent=name)
