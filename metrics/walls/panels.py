"""What a dashboard is made of: words in both languages, queries, panels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from callcenter.locale import Language


class Words(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str

    def spoken(self, lang: Language) -> str:
        """Say it in one of them."""
        return self.zh if lang == "zh-CN" else self.en


class Colour:
    """Colours that people who see red and green alike tell apart (Okabe and Ito), and a grey."""

    PLAIN = "#4b5563"
    WITHIN = "#0072b2"
    OVER = "#d55e00"
    SKY = "#56b4e9"
    GREEN = "#009e73"
    ORANGE = "#e69f00"
    YELLOW = "#f0e442"
    PURPLE = "#cc79a7"
    LIGHT = "#9ca3af"


class Query(NamedTuple):
    """One PromQL expression, how its series are called, and their colour where the expression decides it."""

    expr: str
    legend: Words | str = ""
    colour: str | None = None


class Column(NamedTuple):
    """One column of a table by queue: its heading, its expression, its unit."""

    title: Words
    expr: str
    unit: str = "short"


@dataclass(frozen=True)
class Values:
    """The words and colours of a label's values; a value without a colour has Grafana's."""

    words: dict[Language, dict[str, str]]
    colours: dict[str, str]


@dataclass(frozen=True)
class Panel:
    """One picture.

    Attributes:
        formula: What it shows, as a formula or a sentence with the definition's name.
        empty: What it means that there is nothing to show; says so in the place of the figure.
        values: The words of the label that names its series; of a timeline, of the states themselves.
        link: The web page that tells more, below the address of the variable `web`; empty: where a person begins.
        columns: Of a table by queue; it has no other queries.
        names: What is told is the names of its series, not their values.
    """

    title: Words
    formula: Words
    empty: Words
    queries: tuple[Query, ...] = ()
    kind: str = "timeseries"
    unit: str = "short"
    width: int = 8
    height: int = 7
    values: Values | None = None
    link: str = ""
    columns: tuple[Column, ...] = ()
    names: bool = False

    @property
    def expressions(self) -> tuple[str, ...]:
        """Return what it asks of Prometheus."""
        return tuple(query.expr for query in self.queries) + tuple(column.expr for column in self.columns)


@dataclass(frozen=True)
class Dashboard:
    """One page.

    Attributes:
        wall: Shown to whoever passes by, without signing in: it asks for no figure of one agent.
        since: Where its time begins; a panel's total is over that time.
        refresh: How often everything is asked anew.
    """

    name: str
    title: Words
    panels: tuple[Panel, ...]
    wall: bool = False
    since: str = "now/d"
    refresh: str = "30s"
