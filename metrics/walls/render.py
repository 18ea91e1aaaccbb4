"""Dashboards as Grafana 11.6 to 12 load them; the same description gives the same text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from callcenter.locale import LANGUAGES, Language
from metrics.walls.draw import drawn
from metrics.walls.pages import DASHBOARDS
from metrics.walls.panels import Colour, Dashboard, Panel, Words
from metrics.walls.promql import series

FOLDER = Path(__file__).parents[1] / "dashboards"
WEB = "http://127.0.0.1:8080"
"""Where the web pages are by default, in the variable `web`."""

_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_COLUMNS = 24
_SCHEMA = 41
_CHOSEN = 'job=~"$job",instance=~"$instance"'
_CHOICES = (
    ("job", "label_values(callcenter_info, job)", Words("任务", "Job"), ".+"),
    ("site", 'label_values(callcenter_info{job=~"$job"}, site)', Words("站点", "Site"), ".*"),
    ("instance", 'label_values(callcenter_info{job=~"$job",site=~"$site"}, instance)', Words("实例", "Instance"), ""),
    ("queue", f"label_values(callcenter_service_threshold_seconds{{{_CHOSEN}}}, queue)", Words("队列", "Queue"), ".*"),
    ("team", f"label_values(callcenter_team_state_seconds_total{{{_CHOSEN}}}, team)", Words("班组", "Team"), ".*"),
    ("agent", f'label_values(callcenter_agent_info{{{_CHOSEN},team=~"$team"}}, agent)', Words("坐席", "Agent"), ""),
)
"""Variables whose values come from a label; where there is no value for all, all are those that fit the others."""
_HIDDEN = {"instance"}
_NEEDS = {"agent": ("team",)}
_MARKS = (
    (Words("缺口", "Gap"), f"increase({series('ami_gap_seconds_total')}[$__rate_interval]) > 0", Colour.OVER),
    (Words("重启", "Restart"), f"changes({series('start_timestamp_seconds')}[$__rate_interval]) > 0", Colour.ORANGE),
    (
        Words("规章换版", "Rulebook changed"),
        f"changes({series('rulebook_since_timestamp_seconds')}[$__rate_interval]) > 0",
        Colour.PURPLE,
    ),
)
"""What is marked on everything that is drawn over time."""
_METRIC = re.compile(r"callcenter_[a-z0-9_]+")
_UNITS = {
    "short": Words("个数", "a count"),
    "none": Words("见图例", "as the legend says"),
    "s": Words("秒", "seconds"),
    "dthms": Words("时:分:秒", "hours:minutes:seconds"),
    "percentunit": Words("占比", "a share"),
    "bytes": Words("字节", "bytes"),
    "cps": Words("每秒个数", "a count each second"),
    "dateTimeAsIso": Words("日期时间", "date and time"),
    "cpm": Words("每分钟个数", "a count each minute"),
}


def files() -> Iterator[tuple[Path, str]]:
    """Yield each dashboard's file, and what it should hold."""
    for dashboard in DASHBOARDS:
        for lang in LANGUAGES:
            folder = FOLDER / "wall" if dashboard.wall else FOLDER
            yield folder / f"{dashboard.name}.{lang}.json", render(dashboard, lang)


def render(dashboard: Dashboard, lang: Language) -> str:
    """Return a dashboard as Grafana loads it."""
    uid = f"callcenter-{dashboard.name}-{lang.lower()}"
    page = {
        "uid": uid,
        "title": f"{Words('呼叫中心', 'Call centre').spoken(lang)} · {dashboard.title.spoken(lang)}",
        "tags": ["callcenter", lang],
        "schemaVersion": _SCHEMA,
        "editable": False,
        "graphTooltip": 1,
        "refresh": dashboard.refresh,
        "time": {"from": dashboard.since, "to": "now"},
        "timezone": "browser",
        "links": _links(uid, lang),
        "annotations": {"list": [_mark(*mark, lang) for mark in _MARKS]},
        "templating": {"list": [*_sources(lang), *_choices(dashboard, lang)]},
        "panels": list(_placed(dashboard, lang)),
    }
    return json.dumps(page, ensure_ascii=False, indent=1) + "\n"


def _links(uid: str, lang: Language) -> list[dict[str, Any]]:
    usual = {"asDropdown": False, "includeVars": True, "keepTime": False, "tags": [], "targetBlank": False}
    others = {
        "type": "dashboards",
        "title": Words("其他页面", "Other pages").spoken(lang),
        "icon": "external link",
        "tooltip": "",
        **usual,
        "asDropdown": True,
        "tags": ["callcenter", lang],
    }
    kiosk = {
        "type": "link",
        "title": Words("全屏", "Full screen").spoken(lang),
        "icon": "external link",
        **usual,
        "tooltip": Words("只显示图表，不显示菜单", "the panels alone, without menus").spoken(lang),
        "url": f"/d/{uid}?kiosk",
    }
    return [others, kiosk]


def _mark(name: Words, expr: str, colour: str, lang: Language) -> dict[str, Any]:
    return {
        "name": name.spoken(lang),
        "datasource": _SOURCE,
        "enable": True,
        "iconColor": colour,
        "target": {"refId": "Anno", "expr": expr, "interval": "60s"},
        "titleFormat": name.spoken(lang),
        "textFormat": "{{node}} {{instance}}",
    }


def _sources(lang: Language) -> list[dict[str, Any]]:
    source, web = Words("数据源", "Data source").spoken(lang), Words("网页地址", "Web address").spoken(lang)
    return [
        {"name": "datasource", "type": "datasource", "query": "prometheus", "label": source},
        {
            "name": "web",
            "type": "textbox",
            "label": web,
            "query": WEB,
            "current": {"text": WEB, "value": WEB},
            "hide": 2,
        },
    ]


def _choices(dashboard: Dashboard, lang: Language) -> Iterator[dict[str, Any]]:
    """Yield the variables that a dashboard's queries ask for, and those that these follow."""
    asked = " ".join(expr for panel in dashboard.panels for expr in panel.expressions)
    used = {name for name, *_ in _CHOICES[:3]} | {name for name, *_ in _CHOICES if f"${name}" in asked}
    used |= {needed for name in used for needed in _NEEDS.get(name, ())}
    for name, query, label, every in _CHOICES:
        if name in used:
            yield {
                "name": name,
                "type": "query",
                "label": label.spoken(lang),
                "datasource": _SOURCE,
                "query": query,
                "refresh": 2,
                "sort": 1,
                "includeAll": True,
                "multi": True,
                **({"allValue": every} if every else {}),
                "current": {"text": ["All"], "value": ["$__all"]},
                "hide": 2 if name in _HIDDEN else 0,
            }


def _placed(dashboard: Dashboard, lang: Language) -> Iterator[dict[str, Any]]:
    """Lay the panels out in rows, from left to right."""
    x, y, tallest = 0, 0, 0
    for number, panel in enumerate(dashboard.panels, 1):
        if x + panel.width > _COLUMNS:
            x, y, tallest = 0, y + tallest, 0
        place = {"x": x, "y": y, "w": panel.width, "h": panel.height}
        yield {"id": number, "gridPos": place, **_panel(panel, lang)}
        x, tallest = x + panel.width, max(tallest, panel.height)


def _panel(panel: Panel, lang: Language) -> dict[str, Any]:
    picture = drawn(panel, lang)
    picture["fieldConfig"]["defaults"]["noValue"] = panel.empty.spoken(lang)
    title = Words("在网页中打开", "Open in the web page").spoken(lang)
    picture["fieldConfig"]["defaults"]["links"] = [
        {"title": title, "url": f"${{web}}/{panel.link}", "targetBlank": True}
    ]
    return {
        "type": panel.kind,
        "title": panel.title.spoken(lang),
        "description": _described(panel, lang),
        "datasource": _SOURCE,
        "targets": list(_targets(panel, lang)),
        **picture,
    }


def _targets(panel: Panel, lang: Language) -> Iterator[dict[str, Any]]:
    ranged = panel.kind in {"timeseries", "state-timeline"}
    asked = [(column.expr, "__auto") for column in panel.columns]
    for query in panel.queries:
        legend = query.legend.spoken(lang) if isinstance(query.legend, Words) else query.legend
        asked.append((query.expr, legend or panel.title.spoken(lang)))
    for ref, (expr, legend) in zip(ascii_uppercase, asked, strict=False):
        yield {
            "refId": ref,
            "expr": expr,
            "legendFormat": legend,
            "editorMode": "code",
            "instant": not ranged,
            "range": ranged,
            "format": "table" if panel.columns else "time_series",
        }


def _described(panel: Panel, lang: Language) -> str:
    """Say the formula, the unit, where it comes from, and what an empty panel means."""
    units = dict.fromkeys(column.unit for column in panel.columns) or (panel.unit,)
    unit = Words("、", ", ").spoken(lang).join(_UNITS[unit].spoken(lang) for unit in units)
    found = dict.fromkeys(name for expr in panel.expressions for name in _METRIC.findall(expr))
    source = ", ".join(f"`{name}`" for name in found)
    told = Words(
        f"{panel.formula.zh}。\n\n单位：{unit}。来源：{source}。没有数据时：{panel.empty.zh}。",
        f"{panel.formula.en}.\n\nUnit: {unit}. Source: {source}. Without data: {panel.empty.en}.",
    )
    return told.spoken(lang)
