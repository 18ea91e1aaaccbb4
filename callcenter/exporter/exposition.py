"""Figures as the text that Prometheus reads (version 0.0.4).

Written here and not by the client library, which takes ten times as long for tens of thousands of series, and events
wait for the interpreter meanwhile. What names a series is put together once. Figures of the process itself (memory,
processor, open files) are the client library's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate

from callcenter.exporter.table import Metric

_REMEMBERED = 200_000
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})

Labels = tuple[str, ...]


def heading(metric: Metric) -> str:
    """Say what a metric means, and its type."""
    meaning = metric.meaning.replace("\\", r"\\").replace("\n", r"\n")
    return f"# HELP {metric.name} {meaning}\n# TYPE {metric.name} {metric.kind}\n"


def plain_lines(metric: Metric, series: Iterable[tuple[Labels, float]]) -> Iterator[str]:
    """Yield a line for each series of a counter or a gauge."""
    for labels, value in series:
        yield f"{_named(metric.name, metric.labels, labels)} {float(value)!r}\n"


def histogram_lines(metric: Metric, labels: Labels, counts: Iterable[int], total: float) -> Iterator[str]:
    """Yield the lines of one histogram; `counts` are those between its edges."""
    names, sums = metric.labels, [*accumulate(counts)]
    for edge, count in zip((*(f"{float(edge)}" for edge in metric.edges), "+Inf"), sums, strict=True):
        yield f"{_named(f'{metric.name}_bucket', (*names, 'le'), (*labels, edge))} {float(count)!r}\n"
    yield f"{_named(f'{metric.name}_count', names, labels)} {float(sums[-1])!r}\n"
    yield f"{_named(f'{metric.name}_sum', names, labels)} {float(total)!r}\n"


@lru_cache(_REMEMBERED)
def _named(name: str, names: Labels, labels: Labels) -> str:
    """Name a series, its labels in the order of their names."""
    told = [f'{key}="{label.translate(_ESCAPES)}"' for key, label in sorted(zip(names, labels, strict=True))]
    return f"{name}{{{','.join(told)}}}" if told else name
