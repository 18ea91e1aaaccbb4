"""Expressions in the words of the table of metrics: each selector asks for the site, the queue and the team chosen.

A total over the page's time is an `increase` over `$__range`; a trend of calls, which are few, is one over half an
hour; what comes often enough is a `rate` over `$__rate_interval`.
"""

from __future__ import annotations

from callcenter.exporter.table import BY_SHORT

TODAY = "$__range"
HALF_HOUR = "30m"

_TARGET = ("job", "instance")
_CHOICES = (*_TARGET, "queue", "team", "agent")


def series(short: str, *matchers: str, part: str = "") -> str:
    """Select the series of a metric; `part` is `sum`, `count` or `bucket` of a histogram."""
    metric = BY_SHORT[short]
    chosen = [f'{label}=~"${label}"' for label in _CHOICES if label in (*_TARGET, *metric.labels)]
    name = f"{metric.name}_{part}" if part else metric.name
    return f"{name}{{{','.join([*chosen, *matchers])}}}"


def gauge(short: str, *matchers: str, by: str = "", how: str = "sum") -> str:
    """Add a gauge up as it is now."""
    return _over(how, by, series(short, *matchers))


def age(short: str, *matchers: str, by: str = "") -> str:
    """Say how long ago the earliest of some moments was, in seconds."""
    return f"time() - {_over('min', by, series(short, *matchers))}"


def total(short: str, *matchers: str, by: str = "", over: str = TODAY, part: str = "") -> str:
    """Count what came to a counter."""
    return _over("sum", by, f"increase({series(short, *matchers, part=part)}[{over}])")


def share(part: str, whole: str) -> str:
    """Divide one by another; there is none where there is no whole."""
    return f"{part} / ({whole} > 0)"


def mean(short: str, *matchers: str, by: str = "", over: str = TODAY) -> str:
    """Say the mean of a histogram, in seconds."""
    added, count = (total(short, *matchers, by=by, over=over, part=part) for part in ("sum", "count"))
    return share(added, count)


def most(short: str, *matchers: str, by: str = "", over: str = TODAY) -> str:
    """Say below what 95 % of a histogram lie, in seconds; of nothing there is no figure."""
    labels = ", ".join(filter(None, ("le", by)))
    return f"histogram_quantile(0.95, {total(short, *matchers, by=labels, over=over, part='bucket')}) >= 0"


def within(value: str, limit: str, on: str = "") -> str:
    """Keep what is not above its limit."""
    return f"{value} <= on ({on}) {limit}"


def above(value: str, limit: str, on: str = "") -> str:
    """Keep what is above its limit."""
    return f"{value} > on ({on}) {limit}"


def _over(how: str, by: str, inner: str) -> str:
    return f"{how} by ({by}) ({inner})" if by else f"{how}({inner})"
