"""The pages of Grafana asked of a Prometheus as Grafana asks: variables filled in, at a moment or over a time."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.support.prometheus import METRICS_DIR, Answer, Prometheus

FILLED = {"$__rate_interval": "6s", "$__range": "1h"}
STEP = 0.5


class Asked(NamedTuple):
    """A panel, and what each of its queries gave."""

    page: str
    panel: dict[str, Any]
    answers: list[Answer]

    @property
    def name(self) -> tuple[str, str]:
        """Its page and its title."""
        return self.page, self.panel["title"]

    @property
    def rows(self) -> int:
        """How many series there are to see."""
        return sum(len(answer.series) for answer in self.answers)


def pages(lang: str, below: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each page in a language."""
    for path in sorted((METRICS_DIR / "dashboards" / below).rglob(f"*.{lang}.json")):
        yield path.name.removesuffix(f".{lang}.json"), json.loads(path.read_text("utf-8"))


def filled(expr: str) -> str:
    """Put values in the place of variables: everything is chosen."""
    for name, value in FILLED.items():
        expr = expr.replace(name, value)
    return re.sub(r'"\$\w+"', '".*"', expr)


async def ask(prometheus: Prometheus, page: str, panel: dict[str, Any], began: float) -> Asked:
    """Ask what a panel asks; raises AssertionError for a query that Prometheus refuses."""
    now = time.time()
    answers = [
        await prometheus.query_range(filled(target["expr"]), began, now, STEP)
        if target["range"]
        else await prometheus.query(filled(target["expr"]))
        for target in panel["targets"]
    ]
    return Asked(page, panel, answers)


async def ask_all(prometheus: Prometheus, lang: str, began: float, *, below: str = "") -> list[Asked]:
    """Ask everything that is on the pages, or on those of a folder below."""
    asked = ((name, panel) for name, page in pages(lang, below) for panel in page["panels"])
    return [await ask(prometheus, name, panel, began) for name, panel in asked]
