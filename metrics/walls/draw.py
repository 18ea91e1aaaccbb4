"""How each kind of panel is drawn: its options, its colours, the words of its values."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any

from callcenter.locale import Language
from metrics.walls.panels import Colour, Panel, Words

_DECIMALS = {"short": 0, "none": 0, "percentunit": 1}


def drawn(panel: Panel, lang: Language) -> dict[str, Any]:
    """Return what Grafana needs beside the queries: options, field configuration, transformations."""
    overrides = [*_coloured(panel), *_named(panel, lang)]
    if panel.kind == "table":
        return _table(panel, lang)
    defaults: dict[str, Any] = {"unit": panel.unit, "color": _base(panel.kind), "thresholds": _one_step()}
    if panel.unit in _DECIMALS:
        defaults["decimals"] = _DECIMALS[panel.unit]
    if panel.unit == "percentunit":
        defaults |= {"min": 0, "max": 1}
    if panel.kind == "timeseries":
        defaults["custom"] = {
            "drawStyle": "line",
            "lineWidth": 2,
            "fillOpacity": 10,
            "spanNulls": False,
            "showPoints": "auto",
        }
    if panel.kind == "state-timeline":
        defaults["custom"] = {"fillOpacity": 90, "lineWidth": 0}
    if mappings := _mappings(panel, lang):
        defaults["mappings"] = mappings
    options = {**_OPTIONS[panel.kind], **({"textMode": _text(panel)} if panel.kind == "stat" else {})}
    return {"options": options, "fieldConfig": {"defaults": defaults, "overrides": overrides}}


_LATEST = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_LEGEND = {"calcs": ["lastNotNull"], "displayMode": "table", "placement": "right", "showLegend": True}
_OPTIONS: dict[str, dict[str, Any]] = {
    "stat": {
        "colorMode": "background_solid",
        "graphMode": "none",
        "justifyMode": "center",
        "orientation": "auto",
        "percentChangeColorMode": "standard",
        "reduceOptions": _LATEST,
        "showPercentChange": False,
        "wideLayout": True,
    },
    "bargauge": {
        "displayMode": "basic",
        "legend": {**_LEGEND, "calcs": [], "displayMode": "list", "showLegend": False},
        "maxVizHeight": 300,
        "minVizHeight": 16,
        "minVizWidth": 8,
        "namePlacement": "auto",
        "orientation": "horizontal",
        "reduceOptions": _LATEST,
        "showUnfilled": True,
        "sizing": "auto",
        "valueMode": "text",
    },
    "timeseries": {"legend": _LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}},
    "state-timeline": {
        "alignValue": "left",
        "legend": {**_LEGEND, "calcs": [], "displayMode": "list", "placement": "bottom"},
        "mergeValues": True,
        "rowHeight": 0.9,
        "showValue": "auto",
        "tooltip": {"mode": "single", "sort": "none"},
    },
}


def _text(panel: Panel) -> str:
    """Show a figure with what its legend says of it, where it says anything."""
    if panel.names:
        return "name"
    return "value_and_name" if any(query.legend for query in panel.queries) else "value"


def _base(kind: str) -> dict[str, Any]:
    """Colour what no rule and no word colours: a grey tile, blue bars, lines in shades of one blue."""
    if kind == "timeseries":
        return {"mode": "shades", "fixedColor": Colour.SKY}
    return {"mode": "fixed", "fixedColor": Colour.WITHIN if kind == "bargauge" else Colour.PLAIN}


def _one_step() -> dict[str, Any]:
    """Have no threshold: limits are asked of Prometheus, as they are in force."""
    return {"mode": "absolute", "steps": [{"color": Colour.PLAIN, "value": None}]}


def _fixed(colour: str) -> dict[str, Any]:
    return {"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}


def _coloured(panel: Panel) -> list[dict[str, Any]]:
    """Colour what one query returns."""
    return [
        {"matcher": {"id": "byFrameRefID", "options": ref}, "properties": [_fixed(query.colour)]}
        for ref, query in zip(ascii_uppercase, panel.queries, strict=False)
        if query.colour is not None
    ]


def _of_numbers(panel: Panel) -> bool:
    return panel.values is not None and all(value.isdigit() for value in panel.values.words["en"])


def _named(panel: Panel, lang: Language) -> list[dict[str, Any]]:
    """Say the values of a label in people's words, each in its colour."""
    if panel.values is None or _of_numbers(panel):
        return []
    return [
        {
            "matcher": {"id": "byName", "options": value},
            "properties": [
                {"id": "displayName", "value": word},
                *([_fixed(panel.values.colours[value])] if value in panel.values.colours else []),
            ],
        }
        for value, word in panel.values.words[lang].items()
    ]


def _mappings(panel: Panel, lang: Language) -> list[dict[str, Any]]:
    """Say numbers that stand for something in people's words, each in its colour."""
    if panel.values is None or not _of_numbers(panel):
        return []
    options = {
        value: {"text": word, "color": panel.values.colours[value], "index": place}
        for place, (value, word) in enumerate(panel.values.words[lang].items())
    }
    return [{"type": "value", "options": options}]


def _table(panel: Panel, lang: Language) -> dict[str, Any]:
    """Join the columns by queue, the busiest queue first."""
    heads = {
        f"Value #{ref}": column.title.spoken(lang) for ref, column in zip(ascii_uppercase, panel.columns, strict=False)
    }
    queue = Words("队列", "Queue").spoken(lang)
    order = {name: place for place, name in enumerate(("queue", *heads))}
    return {
        "options": {
            "cellHeight": "lg",
            "frameIndex": 0,
            "showHeader": True,
            "sortBy": [{"displayName": next(iter(heads.values())), "desc": True}],
        },
        "transformations": [
            {"id": "merge", "options": {}},
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True},
                    "indexByName": order,
                    "renameByName": {"queue": queue, **heads},
                },
            },
        ],
        "fieldConfig": {
            "defaults": {"unit": "string", "color": _base("table"), "thresholds": _one_step()},
            "overrides": [
                {
                    "matcher": {"id": "byName", "options": column.title.spoken(lang)},
                    "properties": [
                        {"id": "unit", "value": column.unit},
                        {"id": "noValue", "value": "—"},
                        *([{"id": "decimals", "value": _DECIMALS[column.unit]}] if column.unit in _DECIMALS else []),
                    ],
                }
                for column in panel.columns
            ],
        },
    }
