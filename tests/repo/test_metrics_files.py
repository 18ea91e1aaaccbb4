"""What Prometheus loads agrees with the metrics that the code exports."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from callcenter.exporter import ExporterSettings
from callcenter.exporter.table import METRICS
from tests.repo.reference import every_alert
from tests.unit.test_exporter import House

METRICS_DIR = Path(__file__).parents[2] / "metrics"
NAMES = {f"{m.name}{suffix}": m for m in METRICS for suffix in (("_bucket", "_sum", "_count") if m.edges else ("",))}

_EXPORTED = re.compile(r"^# TYPE (\w+)", re.MULTILINE)
_NAME = re.compile(r"callcenter_[a-z_]+")
_RECORDED = re.compile(r"\w+:callcenter_\w+:\w+")
_SELECTED = re.compile(r"(callcenter_[a-z_]+)\{([^}]*)\}")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"")


def recorded() -> dict[str, str]:
    """Map each recording rule to its expression."""
    rules = yaml.safe_load((METRICS_DIR / "rules.yml").read_text("utf-8"))
    return {rule["record"]: rule["expr"] for group in rules["groups"] for rule in group["rules"]}


def expressions() -> list[str]:
    return [*(rule["expr"] for rule in every_alert()), *recorded().values()]


def used(expr: str) -> set[str]:
    """Name the series that an expression reads, those of recording rules left out."""
    return set(_NAME.findall(_RECORDED.sub("", expr)))


def test_whatever_is_exported_is_in_the_table() -> None:
    """And so in the manual and on a dashboard, by whatever way it came to be exported."""
    house = House()
    house.sign_in()
    told = {found.removesuffix("_total") for found in _EXPORTED.findall(house.exporter.metrics().text().decode())}
    assert len(told) > len(METRICS) / 2
    assert told - {metric.name.removesuffix("_total") for metric in METRICS} == set()


def test_every_name_in_an_alert_or_a_rule_is_exported() -> None:
    assert {name for expr in expressions() for name in used(expr)} - NAMES.keys() == set()
    assert {name for expr in expressions() for name in _RECORDED.findall(expr)} - recorded().keys() == set()


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


def test_no_alert_has_a_service_threshold_of_its_own() -> None:
    assert [expr for expr in expressions() if re.search(r"le=|\$threshold", expr)] == []


def test_scrape_finds_the_exporter_where_it_is_by_default() -> None:
    config = yaml.safe_load((METRICS_DIR / "prometheus.yml").read_text("utf-8"))
    (job,) = config["scrape_configs"]
    usual = ExporterSettings()
    assert job["static_configs"] == [{"targets": [f"{usual.host}:{usual.port}"]}]
    assert all((METRICS_DIR / name).is_file() for name in config["rule_files"])
