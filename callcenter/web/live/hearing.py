"""Whom the floor shows as listening to a colleague's call, for as long as they do."""

from __future__ import annotations

from collections.abc import Callable

from callcenter.domain.visits.holds import CallListened
from callcenter.exporter.names import inert
from callcenter.web.desk.listening import ListenIn
from callcenter.web.live.words import Said


class WhoHears:
    """Who listens to whom now, by the channel of whoever does."""

    def __init__(self) -> None:
        self._by_line: dict[str, tuple[str, Said]] = {}

    def begin(self, fact: CallListened, who: ListenIn | None) -> dict[str, Said]:
        """Take in that somebody listens, `who` by a code of ours; returns what they themselves are told of it."""
        by = fact.by if who is None else who.by
        if by is None or fact.agent is None:
            return {}
        said: Said = {"agent": inert(fact.agent), "mode": None if who is None else who.mode}
        self._by_line[fact.line] = (by, said)
        return {by: {"what": "hears", "line": inert(fact.line)} | said}

    def end(self, gone: Callable[[str], bool]) -> set[str]:
        """Take in that nobody listens by some channels any more; returns whom it shows as something else now."""
        return {self._by_line.pop(line)[0] for line in [*filter(gone, self._by_line)]}

    def of(self, name: str) -> Said | None:
        """Say to whom somebody listens and how (`mode` null: by no code of ours); None: to nobody."""
        return next((said for by, said in self._by_line.values() if by == name), None)
