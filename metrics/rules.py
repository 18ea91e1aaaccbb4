"""Writes the recording rules: each figure's definition once, over each window, by `make generate`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parent / "rules.yml"
WINDOWS = ("30m", "1d")

_VISITS = "callcenter_visits_total"
_ANSWERED = f'{_VISITS}{{outcome="answered"}}'
_ABANDONED = f'{_VISITS}{{outcome="abandoned"}}'
_SERVED = f'{_VISITS}{{outcome=~"answered|abandoned"}}'
_OFFERED = f'{_VISITS}{{outcome!="refused"}}'
_WITHIN = "callcenter_within_threshold_total"
_LEFT_WITHIN = "callcenter_abandoned_within_threshold_total"
_SHORT = "callcenter_short_abandons_total"
_WAIT = 'callcenter_wait_seconds_{part}{{outcome="answered"}}'
_CALL_WAIT = "callcenter_call_wait_seconds_{part}"
_BUSY = '{states}{{state=~"talking|wrap_up|ringing"}}'
_THERE = '{states}{{state!~"offline|paused|system_paused|unknown"}}'

_TEAM = "topk by (agent) (1, callcenter_agent_info)"
"""Where two services follow one agent, or two of one name, the first tells the team: a join takes one alone."""


class Figure(NamedTuple):
    """One figure: `part` of `whole`, each a sum of counters, by some labels.

    Attributes:
        level: What it is told apart by, as the rule's name begins.
        unit: What the rule's name says of the number: ratio, seconds.
        less: A counter to be taken from the whole.
        by: The labels that stay.
        more: What is joined to it.
    """

    name: str
    part: tuple[str, ...]
    whole: str
    unit: str = "ratio"
    less: str = ""
    level: str = "queue"
    by: str = "queue"
    more: str = ""

    def rule(self, window: str) -> str:
        """Return the name under which it is recorded over a window."""
        return f"{self.level}:callcenter_{self.name}:{self.unit}_{window}"

    def expr(self, window: str) -> str:
        """Return the expression; where nothing was counted there is no series."""
        part = " + ".join(self._rise(one, window) for one in self.part)
        whole = self._rise(self.whole, window)
        if self.less:
            whole = f"({whole} - {self._rise(self.less, window)})"
        part = f"({part})" if len(self.part) > 1 else part
        return f"{part} / ({whole} > 0){self.more}"

    def _rise(self, counter: str, window: str) -> str:
        by = f" by ({self.by})" if self.by else ""
        return f"sum{by} (increase({counter}[{window}]))"


def _occupancy(level: str, states: str, more: str = "") -> Figure:
    by = "" if level == "site" else level
    busy, there = _BUSY.format(states=states), _THERE.format(states=states)
    return Figure("occupancy", (busy,), there, level=level, by=by, more=more)


FIGURES = (
    Figure("sl_offered", (_WITHIN,), _SERVED),
    Figure("sl_adjusted", (_WITHIN,), _SERVED, less=_SHORT),
    Figure("sl_answered", (_WITHIN,), _ANSWERED),
    Figure("sl_erlang", (_WITHIN, _LEFT_WITHIN), _SERVED),
    Figure("abandon_rate", (_ABANDONED,), _SERVED),
    Figure("answered_rate", (_ANSWERED,), _OFFERED),
    Figure("lost_rate", (_ABANDONED,), _OFFERED),
    Figure("asa", (_WAIT.format(part="sum"),), _WAIT.format(part="count"), "seconds"),
    Figure("wait_call", (_CALL_WAIT.format(part="sum"),), _CALL_WAIT.format(part="count"), "seconds"),
    Figure("wait_call_within", ("callcenter_calls_within_threshold_total",), "callcenter_calls_answered_total"),
    Figure("rings_call", ('callcenter_within_rings_total{kind="rings-call"}',), _ANSWERED),
    Figure(
        "rings_offer",
        ('callcenter_within_rings_total{kind="rings-offer"}',),
        'callcenter_offers_total{outcome="answered"}',
    ),
    Figure("repeat_customer", ("callcenter_repeat_calls_total",), _ANSWERED),
    _occupancy("site", "callcenter_state_seconds_total"),
    _occupancy("team", "callcenter_team_state_seconds_total"),
    _occupancy("agent", "callcenter_agent_state_seconds_total", f" * on (agent) group_left (team) {_TEAM}"),
)


def render() -> str:
    """Return the file of rules, as Prometheus reads it."""
    lines = [
        "# The figures of the manual's page `metrics`, over half an hour and a day; written by `make generate`.",
        "groups:",
    ]
    for window in WINDOWS:
        lines += [f"  - name: callcenter-figures-{window}", "    interval: 15s", "    rules:"]
        for figure in FIGURES:
            lines += [f"      - record: {figure.rule(window)}", "        expr: >-", f"          {figure.expr(window)}"]
    return "\n".join([*lines, ""])
