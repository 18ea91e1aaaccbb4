"""What Prometheus and Grafana load agrees with the metrics that the code exports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter.exporter import ExporterSettings
from callcenter.exporter.table import METRICS, Metric
from tests.unit.test_exporter import House

METRICS_DIR = Path(__file__).parents[2] / "metrics"
NAMES = {f"{m.name}{suffix}": m for m in METRICS for suffix in (("_bucket", "_sum", "_count") if m.edges else ("",))}

_EXPORTED = re.compile(r"^# TYPE (\w+)", re.MULTILINE)
_NAME = re.compile(r"callcenter_[a-z_]+")
_SELECTED = re.compile(r"(callcenter_[a-z_]+)\{([^}]*)\}")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"")


def dashboards() -> dict[str, dict[str, Any]]:
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted((METRICS_DIR / "dashboards").iterdir())}


def dashboard_expressions() -> Iterator[str]:
    for page in dashboards().values():
        for panel in page["panels"]:
            yield from (target["expr"] for target in panel["targets"])


def alerts() -> list[dict[str, Any]]:
    rules = yaml.safe_load((METRICS_DIR / "alerts.yml").read_text("utf-8"))
    return [rule for group in rules["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    return [*dashboard_expressions(), *(rule["expr"] for rule in alerts())]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.short)
def test_every_metric_is_on_a_dashboard(metric: Metric) -> None:
    shown = {name for expr in dashboard_expressions() for name in _NAME.findall(expr)}
    assert shown & {name for name, known in NAMES.items() if known is metric}


def test_whatever_is_exported_is_in_the_table() -> None:
    """And so in the manual and on a dashboard, by whatever way it came to be exported."""
    house = House()
    house.sign_in()
    told = {found.removesuffix("_total") for found in _EXPORTED.findall(house.exporter.metrics().text().decode())}
    assert len(told) > len(METRICS) / 2
    assert told - {metric.name.removesuffix("_total") for metric in METRICS} == set()


def test_every_name_in_a_dashboard_or_an_alert_is_exported() -> None:
    used = {name for expr in expressions() for name in _NAME.findall(expr)}
    assert used - NAMES.keys() == set()


def test_every_label_in_a_selector_is_one_of_its_metrics() -> None:
    selected = [found for expr in expressions() for found in _SELECTED.findall(expr)]
    assert selected
    strange = [
        (name, label)
        for name, body in selected
        for label in _LABEL.findall(body)
        if label not in {*NAMES[name].labels, *(("le",) if name.endswith("_bucket") else ())}
    ]
    assert strange == []


def test_each_dashboard_exists_in_both_languages_with_the_same_queries() -> None:
    pages = dashboards()
    queries = {
        name: [target["expr"] for panel in page["panels"] for target in panel["targets"]]
        for name, page in pages.items()
    }
    chinese = {name.removesuffix(".zh-CN.json"): found for name, found in queries.items() if "zh-CN" in name}
    english = {name.removesuffix(".en.json"): found for name, found in queries.items() if ".en." in name}
    assert chinese == english


def test_panels_do_not_overlap_and_uids_are_unique() -> None:
    pages = dashboards().values()
    assert len({page["uid"] for page in pages}) == len(pages)
    for page in pages:
        cells = [
            (x, y)
            for panel in page["panels"]
            for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
            for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
        ]
        assert len(cells) == len(set(cells))
        assert max(x for x, _ in cells) < 24


def test_no_page_or_alert_has_a_service_threshold_of_its_own() -> None:
    assert [expr for expr in expressions() if re.search(r"le=|\$threshold", expr)] == []


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_every_alert_speaks_both_languages_and_says_how_urgent_it_is(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"].keys() == {"summary", "summary_zh"}
    assert re.search("[\u4e00-\u9fff]", rule["annotations"]["summary_zh"])


def test_scrape_finds_the_exporter_where_it_is_by_default() -> None:
    config = yaml.safe_load((METRICS_DIR / "prometheus.yml").read_text("utf-8"))
    (job,) = config["scrape_configs"]
    usual = ExporterSettings()
    assert job["static_configs"] == [{"targets": [f"{usual.host}:{usual.port}"]}]
    assert all((METRICS_DIR / name).is_file() for name in config["rule_files"])


def test_promtool_tests_name_alerts_that_exist() -> None:
    tests = yaml.safe_load((METRICS_DIR / "alerts_test.yml").read_text("utf-8"))["tests"]
    named = {check["alertname"] for test in tests for check in test["alert_rule_test"]}
    assert named <= {rule["alert"] for rule in alerts()}
