"""The figures themselves: plain numbers by metric and labels, changed in microseconds, shown on request.

Everything happens on one event loop, so nothing is locked; series can be dropped when what they tell of is gone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from callcenter.exporter.exposition import Labels, heading, histogram_lines, plain_lines
from callcenter.exporter.table import BY_SHORT, METRICS, Metric


class Histogram:
    """Observations of one series; an edge counts what is equal to it."""

    def __init__(self, edges: tuple[float, ...]) -> None:
        self._edges = edges
        self._counts = [0] * (len(edges) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Add one observation."""
        self._counts[bisect_left(self._edges, value)] += 1
        self._sum += value

    def copied(self) -> Histogram:
        """Return it as it is now."""
        copy = Histogram(self._edges)
        copy._counts, copy._sum = self._counts.copy(), self._sum
        return copy

    def lines(self, metric: Metric, labels: Labels) -> Iterator[str]:
        """Yield the series as Prometheus wants it: counts up to each edge."""
        return histogram_lines(metric, labels, self._counts, self._sum)


class Values:
    """All series of the metrics in the table; a name that is not there is a mistake and raises KeyError."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[Labels, float]] = {m.short: {} for m in METRICS if not m.edges}
        self._histograms: dict[str, dict[Labels, Histogram]] = {m.short: {} for m in METRICS if m.edges}

    def set(self, short: str, labels: Labels, value: float) -> None:
        """Let a gauge be this."""
        self._numbers[short][labels] = value

    def add(self, short: str, labels: Labels, value: float = 1) -> None:
        """Let a counter rise, or move a gauge."""
        series = self._numbers[short]
        series[labels] = series.get(labels, 0) + value

    def observe(self, short: str, labels: Labels, value: float) -> None:
        """Put an observation into a histogram."""
        self.begin(short, labels).observe(value)

    def begin(self, short: str, labels: Labels) -> Histogram:
        """Return the histogram of these labels, empty if it is new."""
        series = self._histograms[short]
        histogram = series.get(labels)
        if histogram is None:
            histogram = series[labels] = Histogram(BY_SHORT[short].edges)
        return histogram

    def set_or_drop(self, short: str, labels: Labels, value: float | None) -> None:
        """Let a gauge be this; unknown is no series, never 0."""
        if value is None:
            self.drop(short, labels)
        else:
            self.set(short, labels, value)

    def drop(self, short: str, labels: Labels) -> None:
        """Forget one series, if it is there."""
        self._numbers[short].pop(labels, None)

    def drop_agent(self, agent: str) -> None:
        """Forget every series of an agent."""
        for metric in METRICS:
            if metric.per_agent:
                series = self._numbers[metric.short]
                for labels in [key for key in series if key[0] == agent]:
                    del series[labels]

    def taken(self, on_top: Mapping[str, Mapping[Labels, float]]) -> Values:
        """Return every figure as it is now, with `on_top` added: what comes later does not change it."""
        taken = Values()
        for short, series in self._numbers.items():
            taken._numbers[short] = series.copy()
        for short, histograms in self._histograms.items():
            taken._histograms[short] = {labels: one.copied() for labels, one in histograms.items()}
        for short, numbers in on_top.items():
            for labels, value in numbers.items():
                taken.add(short, labels, value)
        return taken

    def rise_from(self, before: Values, shorts: Iterable[str]) -> None:
        """Let counters be no less than they were shown before: a fall is a new beginning to Prometheus."""
        for short in shorts:
            now = self._numbers[short]
            for labels, value in before._numbers[short].items():
                if now.get(labels, value) < value:
                    now[labels] = value

    def text(self) -> bytes:
        """Write every metric with its series, in the table's order."""
        return "".join(self._lines()).encode()

    def _lines(self) -> Iterator[str]:
        for metric in METRICS:
            yield heading(metric)
            if metric.edges:
                for labels, one in self._histograms[metric.short].items():
                    yield from one.lines(metric, labels)
            else:
                yield from plain_lines(metric, self._numbers[metric.short].items())
