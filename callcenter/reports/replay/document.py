"""The replay's document: calls as they finish, in the order they began; then agents, violations, totals, doubts."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import AgentState, VisitOutcome
from callcenter.queuelog.history import LogHistory
from callcenter.reports.replay.judging import Judging
from callcenter.reports.replay.linked import Linked
from callcenter.reports.replay.logged import LOG_ALONE, logged_agents, logged_totals
from callcenter.reports.replay.reconcile import Reconcile
from callcenter.reports.replay.recorded import Replay, joined
from callcenter.reports.replay.shapes import Shape, call_shape, seconds, span_shape
from callcenter.reports.replay.totals import Totals
from callcenter.rules.regulations.edition import FiguresAt
from callcenter.rules.regulations.promises import Promises


class Document:
    """One replay on its way to JSON or text: feed it by iterating `calls`, then ask for the rest.

    Args:
        replay: The run; read to its end by `calls`.
        log: What the switch's own queue_log says, to fill what was not seen and to list differences.
        judging: The rules, told of every fact.
        alone: The queue_log's history where there is no login: agents are told by it.
        linked: Links visits with customers and with one another; None: nobody asked for that.

    Attributes:
        figures: The figures that held at a moment, by which everything is measured.
        linked: As it was given.
    """

    def __init__(
        self,
        replay: Replay,
        log: Reconcile,
        judging: Judging,
        *,
        alone: LogHistory | None = None,
        linked: Linked | None = None,
    ) -> None:
        self._replay = replay
        self._log = log
        self._judging = judging
        self.figures: FiguresAt = judging.rulebook.figures
        self._promises = Promises(judging.rulebook)
        self._alone = alone
        self.linked = linked
        self._totals = Totals(self.figures)
        self._spans: dict[str, list[fx.StateSpan]] = {}
        self._gaps: list[Shape] = []
        self._finished: list[tuple[int, fx.Call]] = []
        self._joins_told: Counter[str | None] = Counter()

    def calls(self) -> Iterator[fx.Call]:
        """Yield calls in the order of their first event, each as soon as no earlier one is open.

        With a queue_log all are kept to the end, since it may put calls between them; so are they where they are
        linked, since a later one may tell what became of an earlier one.
        """
        seen = self._seen()
        if self._log.present:
            finished = list(seen)
            seen = iter(self._log.calls(finished, self._replay.first_at, self._replay.floor.state.now))
        if self.linked is not None:
            finished = list(seen)
            self.linked.link(finished)
            seen = iter(finished)
        for call in seen:
            for visit in call.visits:
                self._totals.visit(visit)
            self._promises.call(call.visits)
            for talk in call.talks:
                self._totals.talk(talk)
            yield call
        replay = self._replay
        graded = replay.graded is True and replay.floor.state.now is not None
        self._judging.finish(
            replay.floor.state.now,
            graded=graded,
            doubted=self._log.doubted(),
            own_calls=replay.floor.open_own_calls(),
            compared=self._log.covered,
        )

    def rest(self) -> Shape:
        """Show everything but the calls; only after `calls` has been read to its end."""
        agents = self._agents() if self._alone is None else logged_agents(self._alone.agents)
        totals = self._totals.shape()
        if self._alone is not None:
            totals["agents"] = logged_totals(self._alone)
        return {
            "agents": agents,
            "violations": self._judging.shapes(),
            "totals": totals,
            "promises": {queue: msgspec.to_builtins(kept) for queue, kept in sorted(self._promises.queues.items())},
            "gaps": self._gaps,
            "notes": [] if self._alone is None else [LOG_ALONE],
            "differences": [*self._log.differences(), *self._lost()],
            "quarantined": {
                "total": self._replay.quarantined.total(),
                "kinds": dict(sorted(self._replay.quarantined.items())),
            },
            "set_aside": {"total": sum(self._log.set_aside.values()), "kinds": self._log.set_aside},
        }

    def json(self) -> Iterator[str]:
        """Yield the document as pieces of one JSON object; a call is not kept once it is out."""
        yield '{"calls": ['
        separator = "\n"
        for call in self.calls():
            yield separator + _dump(self._shape(call))
            separator = ",\n"
        rest = self.rest()
        yield "\n]" + "".join(f",\n{_dump(key)}: {_dump(value)}" for key, value in rest.items()) + "}\n"

    def _shape(self, call: fx.Call) -> Shape:
        shape = call_shape(call, self.figures)
        if self.linked is not None:
            for visit, shown in zip(call.visits, shape["visits"], strict=True):
                shown.update(self.linked.shape(visit))
        return shape

    def _seen(self) -> Iterator[fx.Call]:
        for fact in self._replay.facts():
            self._judging.see(fact)
            if self.linked is not None:
                self.linked.see(fact)
            match fact:
                case fx.CallEnded():
                    heapq.heappush(self._finished, (fact.call.order, fact.call))
                    yield from self._ready(self._oldest_open())
                case fx.AgentStateChanged():
                    self._span(fact.ended)
                case fx.GapSeen():
                    if (
                        fact.cause != "quarantined"
                    ):  # who can spoil a frame can write into the log, too: it fills nothing
                        self._log.gap(fact.start, fact.at)
                    self._gaps.append({"from": seconds(fact.start), "to": seconds(fact.at), "cause": fact.cause})
                case _:
                    pass
        yield from self._ready(None)

    def _ready(self, before: int | None) -> Iterator[fx.Call]:
        while self._finished and (before is None or self._finished[0][0] < before):
            call = heapq.heappop(self._finished)[1]
            self._joins_told.update(v.queue for v in call.visits if _joined(v))
            yield call

    def _lost(self) -> list[Shape]:
        """Show where joins and the visits told of them are not as many: something was lost, or told twice.

        The end of the input tells every visit that is still open, so there are no others.
        """
        seen, told = self._replay.joins, self._joins_told
        return [
            {"what": "joins_not_conserved", "queue": queue, "seen": seen[queue], "told": told[queue]}
            for queue in sorted(seen.keys() | {queue for queue in told if queue is not None})
            if seen[queue] != told[queue]
        ]

    def _oldest_open(self) -> int:
        """Tell the order of the first event that an open call, or a channel that may become one, has."""
        state = self._replay.floor.state
        channel = next(iter(state.channels.values()), None)
        orders = [call.order for call in state.calls.values()]
        if channel is not None:
            orders.append(channel.order)
        return min(orders, default=state.serial + 1)

    def _span(self, span: fx.StateSpan | None) -> None:
        if span is None:
            return
        spans = self._spans.setdefault(span.agent, [])
        if not spans and span.state is AgentState.UNKNOWN:
            span = _from(span, self._replay.first_at)
        if span.start == span.end:
            return
        if spans and _same(spans[-1], span):
            span = msgspec.structs.replace(span, start=spans.pop().start)
        spans.append(span)

    def _agents(self) -> list[Shape]:
        now = self._replay.floor.state.now
        shown = []
        for last in sorted(self._replay.floor.open_spans(), key=lambda span: span.agent):
            spans = self._spans.get(last.agent, [])
            if spans and _same(spans[-1], last):
                last = msgspec.structs.replace(last, start=spans[-1].start)  # noqa: PLW2901 - the span goes on
                spans = spans[:-1]
            spans = [*spans, last if spans else _from(last, self._replay.first_at)]
            for span in spans:
                self._totals.span(span, now)
            states = [span_shape(span) for span in spans]
            shown.append({"agent": last.agent, "interface": last.interface, "states": states})
        return shown


def _joined(visit: fx.Visit) -> bool:
    return visit.outcome is not VisitOutcome.REFUSED and joined(visit.joined_at, visit.position)


def _same(one: fx.StateSpan, two: fx.StateSpan) -> bool:
    """Tell whether one span goes on in the next: what lay between them took no time."""
    same = (one.state, one.reason, one.queues) == (two.state, two.reason, two.queues)
    return same and one.end == two.start


def _from(span: fx.StateSpan, start: Micros | None) -> fx.StateSpan:
    """An agent's first span, when it is one of not knowing, began with the input."""
    if span.state is not AgentState.UNKNOWN:
        return span
    return msgspec.structs.replace(span, start=start)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
