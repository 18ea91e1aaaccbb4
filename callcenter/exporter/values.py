"""The figures themselves: plain numbers by metric and labels, changed in microseconds, shown on request.

Everything happens on one event loop, so nothing is locked; series can be dropped when what they tell of is gone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from callcenter.exporter.table import BY_SHORT, METRICS, MetricType
from callcenter.exporter.table import Metric as Described

Labels = tuple[str, ...]


class Histogram:
    """Observations of one series; an edge counts what is equal to it."""

    def __init__(self, edges: tuple[int, ...]) -> None:
        self._edges = edges
        self._counts = [0] * (len(edges) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Add one observation."""
        self._counts[bisect_left(self._edges, value)] += 1
        self._sum += value

    def add_to(self, family: HistogramMetricFamily, labels: Labels) -> None:
        """Show the series as Prometheus wants it: counts up to each edge."""
        total = 0
        buckets = []
        for edge, count in zip((*(f"{e}.0" for e in self._edges), "+Inf"), self._counts, strict=True):
            total += count
            buckets.append((edge, float(total)))
        family.add_metric(labels, buckets, self._sum)


class Values:
    """All series of the metrics in the table; a name that is not there is a mistake and raises KeyError."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[Labels, float]] = {
            m.short: {} for m in METRICS if m.kind is not MetricType.HISTOGRAM
        }
        self._histograms: dict[str, dict[Labels, Histogram]] = {m.short: {} for m in METRICS if m.edges}

    def set(self, short: str, labels: Labels, value: float) -> None:
        """Let a gauge be this."""
        self._numbers[short][labels] = value

    def add(self, short: str, labels: Labels, value: float = 1) -> None:
        """Let a counter rise, or move a gauge."""
        series = self._numbers[short]
        series[labels] = series.get(labels, 0) + value

    def observe(self, short: str, labels: Labels, seconds: float) -> None:
        """Put an observation into a histogram."""
        self.begin(short, labels).observe(seconds)

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

    def families(self, on_top: Mapping[str, Mapping[Labels, float]]) -> Iterator[Metric]:
        """Yield every metric with its series, in the table's order; `on_top` is added to what was counted."""
        for metric in METRICS:
            if metric.edges:
                yield self._histogram_family(metric)
            else:
                yield self._family(metric, on_top.get(metric.short, {}))

    def _family(self, metric: Described, on_top: Mapping[Labels, float]) -> Metric:
        kind = CounterMetricFamily if metric.kind is MetricType.COUNTER else GaugeMetricFamily
        family = kind(metric.name, metric.meaning, labels=metric.labels)
        numbers = self._numbers[metric.short]
        for labels in {**numbers, **on_top}:
            family.add_metric(labels, numbers.get(labels, 0) + on_top.get(labels, 0))
        return family

    def _histogram_family(self, metric: Described) -> Metric:
        family = HistogramMetricFamily(metric.name, metric.meaning, labels=metric.labels)
        for labels, histogram in self._histograms[metric.short].items():
            histogram.add_to(family, labels)
        return family
