"""The board: a live document becomes tables in a terminal; pure, and nothing in it can act on the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from callcenter.exporter.live import AgentNow, LinkNow, LiveDocument, OfferSeen, QueueNow, VisitSeen
from callcenter.exporter.names import inert
from callcenter.locale import Language
from callcenter.reports.board.words import AGENTS, BOARD, BRIEF, VALUES

_STATE_STYLES = {
    "available": "green",
    "ringing": "bold yellow",
    "talking": "bold cyan",
    "outbound": "cyan",
    "wrap_up": "blue",
    "system_paused": "magenta",
    "paused": "magenta",
    "offline": "red",
    "blocked": "bold red",
    "unknown": "dim",
}
_OUTCOME_STYLES = {"answered": "green", "abandoned": "red", "declined": "red", "timed_out": "red", "unknown": "dim"}
_OLD_SECONDS = 10.0
_MINUTE, _HOUR = 60, 3600
_NARROW = 110
_FEWEST = 3
_GAP = 2
_AROUND, _AROUND_WIDE = 7, 10
"""Blank lines, headings, rules and titles around queues and agents, and a line for the cursor."""
PLAIN_BOX = box.Box("    \n    \n -- \n    \n -- \n -- \n    \n    \n", ascii=True)
"""Nothing but a line of hyphens under the heading."""

_COUNTS: dict[str, Callable[[QueueNow], int]] = {
    "answered_n": lambda queue: queue.answered,
    "abandoned_n": lambda queue: queue.abandoned,
    "others_n": lambda queue: queue.other_exits,
    "refused_n": lambda queue: queue.refused,
}
_ALWAYS = frozenset({"answered_n", "abandoned_n"})
"""The others have a column once there is something in it."""


class Board:
    """Shows documents in one language.

    Args:
        lang: Chinese or English.
        timezone: In which times of day are shown.
        plain: Lines of ASCII instead of drawn ones, for files and pipes.
        width: Columns of the terminal; where they are few, headings and callers' masked numbers are left out.
        queues: What queues are called, where they are not called as the switch calls them.
        height: Its lines; None: as many as are needed. Where they are few, the last agents are counted by state.
    """

    def __init__(
        self,
        lang: Language,
        timezone: ZoneInfo,
        *,
        plain: bool = False,
        width: int = 160,
        height: int | None = None,
        queues: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._lang = lang
        self._words = BOARD.table(lang)
        self._zone = timezone
        self._box = PLAIN_BOX if plain else box.SIMPLE_HEAD
        self._width = width
        self._narrow = width < _NARROW
        self._height = height
        self._queues = queues

    def show(self, document: LiveDocument, unreachable_seconds: float = 0.0, *, calls: int = 0) -> RenderableType:
        """Show queues and agents under how far they can be trusted, and as many of the last calls."""
        trust = self.trust(document, unreachable_seconds)
        room = None
        if self._height is not None and not calls:
            used = len(trust.wrap(Console(width=self._width), self._width)) + len(document.queues)
            room = max(_FEWEST, self._height - used - (_AROUND if self._narrow else _AROUND_WIDE))
        parts: list[RenderableType] = [trust, Text(), self.queues(document), Text(), self.agents(document, room)]
        if calls:
            parts += (Text(), self.calls(document.recent[-calls:]))
        return Group(*parts)

    def trust(self, document: LiveDocument, unreachable_seconds: float = 0.0) -> Text:
        """Say where this comes from, how old it is, and what is wrong with it."""
        word, link = self._words, document.link
        text = Text()
        text.append(f"{word['title']} {inert(document.site)} ", "bold")
        text.append(f"· {word['switch']} {inert(link.node)} · ")
        text.append(*self._connection(link))
        text.append(" · ")
        text.append(*self._age(link, unreachable_seconds))
        if link.lag_seconds is not None:
            text.append(" · " + word["lag"].format(lag=f"{link.lag_seconds * 1000:.0f} ms"))
        text.append(" · ")
        text.append(*self._grade(link))
        text.append(" · " + word["since"].format(time=self._clock(document.counted_since)), "dim")
        for warning in self._warnings(link, unreachable_seconds):
            text.append(f"\n{warning}", "bold red")
        return text

    def queues(self, document: LiveDocument) -> RenderableType:
        """Show who waits and what the day came to."""
        word = self._words
        columns = [name for name, of in _COUNTS.items() if name in _ALWAYS or any(map(of, document.queues))]
        table = self._table("queues")
        table.add_column(word["queue"], no_wrap=True)
        for name in ("waiting", "longest", *columns):
            heading = BRIEF.say(name, self._lang) if self._narrow else word[name]
            table.add_column(heading, justify="right", no_wrap=True)
        name = inert(document.service_level_name)
        table.add_column(Text(name if self._narrow else f"{word['level']}\n{name}"), justify="right", no_wrap=True)
        for queue in document.queues:
            table.add_row(*self._queue(queue, document.now, columns))
        return table if document.queues else Text(word["no_queues"], "dim")

    def agents(self, document: LiveDocument, room: int | None = None) -> RenderableType:
        """Show what each agent does, since when and why, a line each; those for whom there is no room by state."""
        word = AGENTS.table(self._lang)
        table = self._table("agents")
        for name in ("agent", "state"):
            table.add_column(word[name], no_wrap=self._narrow)
        table.add_column(word["for"], justify="right", no_wrap=True)
        for name in ("reason", "serves"):
            table.add_column(word[name], no_wrap=self._narrow)
        shown = document.agents if room is None or len(document.agents) <= room else document.agents[: room - 1]
        if not document.agents:
            return Text(self._words["no_agents"], "dim")
        for row in self._one_line_each([self._agent(agent, document.now) for agent in shown]):
            table.add_row(*row)
        rest = document.agents[len(shown) :]
        return Group(table, self._rest(rest)) if rest else table

    def _one_line_each(self, rows: list[list[Text]]) -> list[list[Text]]:
        """Cut the queues that an agent serves to what a narrow terminal has room for."""
        if self._narrow:
            names = [AGENTS.say(name, self._lang) for name in ("agent", "state", "for", "reason")]
            columns = zip(names, *[row[:-1] for row in rows], strict=True)
            used = sum(max(cell_len(str(cell)) for cell in column) + _GAP for column in columns)
            for row in rows:
                row[-1].truncate(max(_FEWEST, self._width - used), overflow="ellipsis")
        return rows

    def _rest(self, agents: tuple[AgentNow, ...]) -> Text:
        states = Counter(self._said("state", agent.state) for agent in agents)
        told = ", ".join(f"{state} {count}" for state, count in states.most_common())
        return Text(self._words["more"].format(count=len(agents), states=told), "dim")

    def calls(self, visits: tuple[VisitSeen, ...]) -> RenderableType:
        """Show finished visits in the order they joined: waits, every ring, who hung up."""
        word = self._words
        table = self._table("calls")
        for name in ("time", "queue", *(() if self._narrow else ("caller",)), "outcome"):
            table.add_column(word[name], no_wrap=True)
        table.add_column(word["wait"], justify="right", no_wrap=True)
        table.add_column(word["rings"])
        table.add_column(word["talk"], justify="right", no_wrap=True)
        table.add_column(word["ended_by"])
        for visit in sorted(visits, key=lambda visit: visit.at or 0.0):
            table.add_row(*self._visit(visit))
        return table if visits else Text(word["no_calls"], "dim")

    # cells

    def _queue(self, queue: QueueNow, now: float, columns: list[str]) -> list[Text]:
        longest = None if queue.oldest_joined_at is None else max(0.0, now - queue.oldest_joined_at)
        late = longest is not None and longest > queue.threshold_seconds
        level = self._words["unknown"]
        if queue.service_level is not None:
            level = f"{queue.service_level:.1%} / {queue.threshold_seconds:g} s"
        return [
            Text(self._called(queue.queue)),
            Text(str(queue.waiting), "bold yellow" if queue.waiting else "dim"),
            Text(self._lasted(longest), "bold red" if late else ""),
            *(Text(str(_COUNTS[name](queue))) for name in columns),
            Text(level),
        ]

    def _agent(self, agent: AgentNow, now: float) -> list[Text]:
        since = None if agent.since is None else max(0.0, now - agent.since)
        reason = "" if agent.reason is None else self._said("reason", agent.reason)
        return [
            Text(inert(agent.agent)),
            Text(self._said("state", agent.state), _STATE_STYLES.get(agent.state, "")),
            Text(self._lasted(since)),
            Text(reason),
            Text(", ".join(map(self._called, agent.queues)), "dim"),
        ]

    def _visit(self, visit: VisitSeen) -> list[Text]:
        word = self._words
        ended = "" if visit.ended_by is None else self._said("end", visit.ended_by)
        if visit.transferred is not None:
            ended = self._said("transfer", visit.transferred)
        talk = self._measured(visit.talk_seconds) if visit.agent else ""
        if visit.hold_seconds:
            talk += f"\n{word['hold']} {self._measured(visit.hold_seconds)}"
        return [
            Text(word["unknown"] if visit.at is None else self._clock(visit.at)),
            Text(self._called(visit.queue or word["unknown"])),
            *(() if self._narrow else (Text(inert(visit.caller or word["unknown"])),)),
            Text(self._said("visit", visit.outcome), _OUTCOME_STYLES.get(visit.outcome, "")),
            Text(self._measured(visit.wait_seconds)),
            Text("\n").join(self._ring(offer) for offer in visit.offers),
            Text(talk),
            Text(ended),
        ]

    def _ring(self, offer: OfferSeen) -> Text:
        word = self._words
        rang = word["no_ring"]
        if offer.rings is not None:
            rang = f"{self._measured(offer.ring_seconds)}, {word['ring_count'].format(n=offer.rings)}"
        style = "bold red" if offer.late else _OUTCOME_STYLES.get(offer.outcome, "")
        return Text(f"{inert(offer.agent)} {rang}: {self._said('offer', offer.outcome)}", style)

    # the first line

    def _connection(self, link: LinkNow) -> tuple[str, str]:
        if link.up and link.ready:
            return self._words["up"], "bold green"
        return (self._words["syncing"], "yellow") if link.up else (self._words["down"], "bold red")

    def _age(self, link: LinkNow, unreachable_seconds: float) -> tuple[str, str]:
        if link.data_age_seconds is None:
            return self._words["age_unknown"], "yellow"
        age = link.data_age_seconds + unreachable_seconds
        return self._words["age"].format(age=f"{age:.1f} s"), "bold red" if age > _OLD_SECONDS else ""

    def _grade(self, link: LinkNow) -> tuple[str, str]:
        if link.evidence_grade is None:
            return self._words["evidence_unknown"], "yellow"
        return (self._words["evidence"], "green") if link.evidence_grade else (self._words["no_evidence"], "bold red")

    def _warnings(self, link: LinkNow, unreachable_seconds: float) -> list[str]:
        word = self._words
        found = []
        if unreachable_seconds:
            found.append(word["unreachable"].format(time=f"{unreachable_seconds:.0f} s"))
        if link.gap_open:
            found.append(word["gap"])
        if link.gap_seconds:
            found.append(word["gaps"].format(time=self._lasted(link.gap_seconds)))
        if link.refused_moments:
            found.append(word["refused"].format(count=link.refused_moments))
        if link.unseen_joins:
            found.append(word["unseen"].format(count=link.unseen_joins))
        if link.store_lag_seconds > _OLD_SECONDS:
            found.append(word["store_lag"].format(time=self._lasted(link.store_lag_seconds)))
        return found

    # words and figures

    def _table(self, name: str) -> Table:
        return Table(
            title=None if self._narrow else self._words[name],
            title_justify="left",
            title_style="bold",
            box=self._box,
            show_edge=False,
            pad_edge=False,
            collapse_padding=True,
        )

    def _called(self, queue: str) -> str:
        return inert(self._queues.get(queue, queue))

    def _said(self, kind: str, value: str) -> str:
        return VALUES[kind].table(self._lang).get(value) or inert(value)

    def _clock(self, at: float) -> str:
        try:
            return datetime.fromtimestamp(at, self._zone).strftime("%H:%M:%S")
        except (ValueError, OverflowError, OSError):
            return self._words["unknown"]  # a time that no calendar holds

    def _measured(self, seconds: float | None) -> str:
        return self._words["unknown"] if seconds is None else f"{seconds:.1f} s"

    def _lasted(self, seconds: float | None) -> str:
        if seconds is None:
            return self._words["unknown"]
        whole = int(seconds)
        if whole < _HOUR:
            return f"{whole // _MINUTE}:{whole % _MINUTE:02}"
        return f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02}:{whole % _MINUTE:02}"
