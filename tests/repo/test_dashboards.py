"""Every page of Grafana asks what there is and says what it shows: by the rules of its linter, and our own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import promql_parser as promql
import pytest
import yaml

from callcenter.exporter.table import METRICS, Metric, MetricType
from metrics.rules import FIGURES, Figure
from metrics.walls.pages import DASHBOARDS
from metrics.walls.panels import Colour

METRICS_DIR = Path(__file__).parents[2] / "metrics"
PAGES = {
    path.name: json.loads(path.read_text("utf-8")) for path in sorted((METRICS_DIR / "dashboards").rglob("*.json"))
}
NAMES = {f"{m.name}{suffix}": m for m in METRICS for suffix in (("_bucket", "_sum", "_count") if m.edges else ("",))}
UNITS = {"short", "none", "s", "dthms", "percentunit", "bytes", "cps", "cpm", "string", "dateTimeAsIso"}
STANDS_FOR = {"$__rate_interval": "47s", "$__range": "53s"}
"""Times that no expression has of itself, in the place of Grafana's own."""

of_each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


class Selected(NamedTuple):
    """A selector, and the nodes above it, the innermost last."""

    vector: promql.VectorSelector
    above: tuple[promql.Expr, ...]

    @property
    def labels(self) -> set[str]:
        """Which labels it asks for."""
        return {matcher.name for matcher in self.vector.matchers.matchers}

    @property
    def over(self) -> tuple[str, float] | None:
        """The function that it stands in with a range, and the range in seconds."""
        ranged = [node for node in self.above if isinstance(node, promql.MatrixSelector)]
        calls = [node for node in self.above if isinstance(node, promql.Call)]
        return (calls[-1].func.name, ranged[-1].range.total_seconds()) if ranged and calls else None


def targets(page: dict[str, Any]) -> list[str]:
    return [target["expr"] for panel in page["panels"] for target in panel["targets"]]


def expressions(page: dict[str, Any]) -> list[str]:
    """List whatever a page asks: in its panels, and for what is marked on them."""
    return [*targets(page), *(mark["target"]["expr"] for mark in page["annotations"]["list"])]


def as_recorded(expr: str) -> str:
    """Write an expression as a recording rule has it: of everything, over half an hour."""
    bare = re.sub(r"\{(?:(?:job|instance|queue|team|agent)=~\"\$\w+\",?)+", "{", expr)
    return str(promql.parse(bare.replace("$__range", "30m").replace("$__rate_interval", "47s")))


@cache
def selected(expr: str) -> tuple[Selected, ...]:
    """Parse an expression; return every selector in it."""
    for name, stands in STANDS_FOR.items():
        expr = expr.replace(name, stands)
    above: list[promql.Expr] = []
    found = []

    def enter(node: promql.Expr) -> None:
        if isinstance(node, promql.MatrixSelector):
            found.append(Selected(node.vector_selector, (*above, node)))
        elif isinstance(node, promql.VectorSelector) and not (above and isinstance(above[-1], promql.MatrixSelector)):
            found.append(Selected(node, tuple(above)))
        above.append(node)

    def leave(_: promql.Expr) -> None:
        above.pop()

    promql.walk(promql.parse(expr), enter, leave)
    return tuple(found)


def every_selector() -> Iterator[Selected]:
    for page in PAGES.values():
        for expr in expressions(page):
            yield from selected(expr)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.short)
def test_every_metric_is_on_a_dashboard(metric: Metric) -> None:
    shown = {one.vector.name for page in PAGES.values() for expr in targets(page) for one in selected(expr)}
    assert shown & {name for name, known in NAMES.items() if known is metric}


def test_selectors_ask_for_metrics_and_labels_that_there_are() -> None:
    known = {"job", "instance", "le"}
    found = list(every_selector())
    assert {one.vector.name for one in found} - NAMES.keys() == set()
    assert [one for one in found if one.labels - known - {*NAMES[one.vector.name or ""].labels}] == []


def test_every_selector_asks_for_the_job_and_for_the_instances_of_the_site() -> None:
    assert [one.vector for one in every_selector() if not {"job", "instance"} <= one.labels] == []


def test_counters_stand_under_a_rate_alone() -> None:
    counted = [one for one in every_selector() if NAMES[one.vector.name or ""].kind is not MetricType.GAUGE]
    assert counted
    assert [one.vector for one in counted if one.over is None or one.over[0] not in {"rate", "increase"}] == []


def test_a_rate_is_over_the_interval_that_grafana_says() -> None:
    rates = [one for one in every_selector() if one.over is not None and one.over[0] in {"rate", "irate"}]
    assert rates
    assert {one.over for one in rates} == {("rate", 47.0)}


@of_each_page
def test_page_has_its_variables(page: dict[str, Any]) -> None:
    """The linter would have an instance to choose, too: here it follows the site, and is hidden."""
    held = {one["name"]: one for one in page["templating"]["list"]}
    assert held["datasource"]["query"] == "prometheus"
    assert (held["datasource"]["label"], held["job"]["label"]) in {("Data source", "Job"), ("数据源", "任务")}
    assert held["job"]["allValue"] == ".+"
    assert 'site=~"$site"' in held["instance"]["query"]
    assert "allValue" not in held["instance"]
    asked = set(re.findall(r'"\$(\w+)"', " ".join(expressions(page))))
    assert asked <= held.keys()
    queried = [one for one in held.values() if one["type"] == "query"]
    assert all(one["multi"] and one["includeAll"] and one["refresh"] == 2 for one in queried)
    assert {one["datasource"]["uid"] for one in queried} == {"${datasource}"}
    assert all(one["label"] for one in held.values())


def test_variables_are_those_that_walls_are_chosen_by() -> None:
    named = {one["name"] for page in PAGES.values() for one in page["templating"]["list"] if not one.get("hide")}
    assert named == {"datasource", "job", "site", "queue", "team", "agent"}


@of_each_page
def test_values_of_a_variable_come_from_a_metric_that_has_the_label(page: dict[str, Any]) -> None:
    for one in page["templating"]["list"]:
        if one["type"] == "query":
            series, label = re.fullmatch(r"label_values\((.+), (\w+)\)", one["query"]).groups()  # type: ignore[union-attr]
            (found,) = selected(series)
            assert label in {"job", "instance", *NAMES[found.vector.name or ""].labels}


@of_each_page
def test_every_panel_says_what_it_shows_and_where_it_has_it_from(page: dict[str, Any]) -> None:
    for panel in page["panels"]:
        assert panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
        assert panel["fieldConfig"]["defaults"]["noValue"]
        assert re.search(r"(Unit: .+ Source|单位：.+来源)", panel["description"])
        assert all(one.vector.name in panel["description"] for t in panel["targets"] for one in selected(t["expr"]))


@of_each_page
def test_page_cannot_be_changed_and_marks_gaps_restarts_and_rulebooks(page: dict[str, Any]) -> None:
    assert page["editable"] is False
    marked = [one.vector.name for mark in page["annotations"]["list"] for one in selected(mark["target"]["expr"])]
    assert marked == [
        "callcenter_ami_gap_seconds_total",
        "callcenter_start_timestamp_seconds",
        "callcenter_rulebook_since_timestamp_seconds",
    ]


@of_each_page
def test_colours_are_those_that_everybody_tells_apart(page: dict[str, Any]) -> None:
    ours = {value for name, value in vars(Colour).items() if name.isupper()}
    used = set(re.findall(r'"(?:fixedColor|color|iconColor)": "(.*?)"', json.dumps(page)))
    assert used
    assert used <= ours


@of_each_page
def test_limits_are_asked_of_prometheus(page: dict[str, Any]) -> None:
    """A figure of the rulebook that stands in a page would be another than the one in force."""
    steps = [panel["fieldConfig"]["defaults"]["thresholds"]["steps"] for panel in page["panels"]]
    assert all(len(each) == 1 for each in steps)
    assert [expr for expr in targets(page) if re.search(r"le=", expr)] == []


@of_each_page
def test_links_lead_to_our_own_pages(page: dict[str, Any]) -> None:
    found = [link["url"] for panel in page["panels"] for link in panel["fieldConfig"]["defaults"]["links"]]
    assert found
    assert [url for url in found if not re.fullmatch(r"\$\{web\}/(lost-calls|records)?", url)] == []


def test_each_page_exists_in_both_languages_with_the_same_queries() -> None:
    chinese = {name.removesuffix(".zh-CN.json"): targets(page) for name, page in PAGES.items() if "zh-CN" in name}
    english = {name.removesuffix(".en.json"): targets(page) for name, page in PAGES.items() if ".en." in name}
    assert chinese == english
    assert english.keys() == {dashboard.name for dashboard in DASHBOARDS}


@pytest.mark.parametrize("figure", [one for one in FIGURES if one.level != "agent"], ids=lambda one: one.name)
def test_figure_is_defined_on_a_page_as_in_its_recording_rule(figure: Figure) -> None:
    asked = {as_recorded(expr) for page in PAGES.values() for expr in targets(page)}
    assert str(promql.parse(figure.expr("30m"))) in asked


def test_english_pages_have_no_chinese_word() -> None:
    assert [name for name, page in PAGES.items() if ".en." in name and re.search("[一-鿿]", json.dumps(page))] == []


def test_panels_do_not_overlap_and_uids_are_unique() -> None:
    assert len({page["uid"] for page in PAGES.values()}) == len(PAGES)
    for page in PAGES.values():
        cells = [
            (x, y)
            for panel in page["panels"]
            for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
            for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
        ]
        assert len(cells) == len(set(cells))
        assert max(x for x, _ in cells) < 24


def test_queue_wall_fits_on_one_screen() -> None:
    """A row of the grid is 30 points high, with 8 between two; a screen has 1080, less what frames the page."""
    panels = PAGES["queue-wall.en.json"]["panels"]
    assert max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels) * 38 <= 1080 - 40


def test_wall_asks_for_no_figure_of_one_agent() -> None:
    open_to_all = list((METRICS_DIR / "dashboards" / "wall").iterdir())
    asked = {
        one.vector.name or "" for p in open_to_all for expr in expressions(PAGES[p.name]) for one in selected(expr)
    }
    assert open_to_all
    assert [name for name in asked if {"agent", "team"} & {*NAMES[name].labels}] == []


def test_prometheus_of_the_wall_keeps_no_series_of_an_agent() -> None:
    usual, wall = (
        yaml.safe_load((METRICS_DIR / name).read_text("utf-8")) for name in ("prometheus.yml", "prometheus-wall.yml")
    )
    (job,) = wall["scrape_configs"]
    dropped = {"source_labels": ["agent", "team"], "separator": "", "regex": ".+", "action": "drop"}
    assert job.pop("metric_relabel_configs") == [dropped]
    assert [job] == usual["scrape_configs"]
    assert "rule_files" not in wall
