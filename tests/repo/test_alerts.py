"""Alerts, recording rules and routes: run by Prometheus' and Alertmanager's own tools, told in the manual."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter import locale, manual
from metrics import rules as recording
from tests.repo.reference import ROOT, every_alert
from tests.unit.test_exporter import House

METRICS_DIR = ROOT / "metrics"
CASES: dict[str, Any] = yaml.safe_load((METRICS_DIR / "alerts_test.yml").read_text("utf-8"))
SAID_ALWAYS = ("description", "description_zh", "runbook_url")


def checks() -> list[dict[str, Any]]:
    return [check for test in CASES["tests"] for check in test.get("alert_rule_test", ())]


def run(*command: str | Path, told: bytes = b"") -> str:
    found = subprocess.run(command, cwd=METRICS_DIR, capture_output=True, input=told.decode(), text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_prometheus_reads_its_configuration_and_every_rule() -> None:
    assert run("promtool", "check", "config", "prometheus.yml").count("SUCCESS") == 4


def test_prometheus_reads_what_is_exported_and_has_no_doubt_about_a_name() -> None:
    house = House()
    house.sign_in('Al"i\\ce')
    house.join()
    house.give_up(after=3)
    assert run("promtool", "check", "metrics", told=house.exporter.metrics().text()) == ""


def test_every_alert_is_raised_and_every_figure_recorded_as_told(tmp_path: Path) -> None:
    always = {rule["alert"]: rule["annotations"] for rule in every_alert()}
    for check in checks():
        for alert in check["exp_alerts"]:
            alert["exp_annotations"] |= {name: always[check["alertname"]][name] for name in SAID_ALWAYS}
    files = []
    for n, test in enumerate(CASES["tests"]):
        rules = METRICS_DIR / ("rules.yml" if "promql_expr_test" in test else "alerts.yml")
        whole = {"rule_files": [str(rules)], "evaluation_interval": test["interval"], "tests": [test]}
        files.append(tmp_path / f"{n}.yml")
        files[-1].write_text(yaml.safe_dump(whole), "utf-8")
    assert run("promtool", "test", "rules", *files).count("SUCCESS") == len(files)


@pytest.mark.parametrize("raised", [True, False])
def test_each_alert_has_a_case_that_raises_it_and_one_that_does_not(raised: bool) -> None:
    told = {check["alertname"] for check in checks() if bool(check["exp_alerts"]) is raised}
    assert told == {rule["alert"] for rule in every_alert()}


@pytest.mark.parametrize("lang", locale.LANGUAGES)
def test_manual_tells_what_each_recorded_figure_is_made_of(lang: locale.Language) -> None:
    told = re.findall(r"`(\w+:callcenter_\w+:\w+)`", manual.page("metrics", lang))
    assert sorted(told) == sorted(figure.rule("30m") for figure in recording.FIGURES)


def test_each_recorded_figure_has_a_case() -> None:
    asked = " ".join(check["expr"] for test in CASES["tests"] for check in test.get("promql_expr_test", ()))
    assert [figure.rule("30m") for figure in recording.FIGURES if figure.rule("30m") not in asked] == []


@pytest.mark.parametrize("rule", [*every_alert()], ids=lambda rule: rule["alert"])
def test_alert_says_how_urgent_it_is_what_it_means_and_where_that_stands(rule: dict[str, Any]) -> None:
    said = rule["annotations"]
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert said.keys() == {"summary", "summary_zh", *SAID_ALWAYS}
    for told in (said["summary_zh"], said["description_zh"]):
        assert re.search("[\u4e00-\u9fff]", told)
    assert "{{" not in said["description"] + said["description_zh"]
    assert said["runbook_url"] == f"callcenter/manual/en/alerts.md#{rule['alert'].lower()}"
    for lang in locale.LANGUAGES:
        assert f"\n## {rule['alert']}\n" in manual.page("alerts", lang)


def test_alertmanager_reads_its_configuration() -> None:
    assert "SUCCESS" in run("amtool", "check-config", "alertmanager.yml")


@pytest.mark.parametrize(
    ("severity", "receiver"), [("critical", "webhook-and-mail"), ("warning", "mail"), ("info", "mail")]
)
def test_urgency_decides_who_is_told(severity: str, receiver: str) -> None:
    routed = run(
        "amtool", "config", "routes", "test", "--config.file", "alertmanager.yml", f"severity={severity}", "alertname=X"
    )
    assert routed.split() == [receiver]


def test_only_what_is_urgent_is_told_at_once_and_only_news_keep_quiet_at_night() -> None:
    config = yaml.safe_load((METRICS_DIR / "alertmanager.yml").read_text("utf-8"))
    critical, info = config["route"]["routes"]
    assert (critical["matchers"], critical["group_wait"]) == (['severity="critical"'], "0s")
    assert (info["matchers"], info["mute_time_intervals"]) == (['severity="info"'], ["quiet-hours"])
    assert "mute_time_intervals" not in {**config["route"], **critical}
    assert (config["route"]["group_by"], config["route"]["group_wait"]) == (["alertname"], "30s")


def test_no_secret_stands_in_the_routes() -> None:
    text = (METRICS_DIR / "alertmanager.yml").read_text("utf-8")
    assert re.findall(r"(?:password|credentials|token|secret):", text) == []
    assert re.findall(r"(\w+)_file: (\S+?)}?$", text, re.MULTILINE) == [
        ("smtp_auth_password", "secrets/smtp_password"),
        ("credentials", "secrets/webhook_token"),
    ]
