"""Draws every page from what a real Prometheus answers, into var/screens: `python -m tests.integration.pictures`.

There is no Grafana here: what is drawn is the page's own grid, words, colours and units, so that one sees what fits,
what is read from afar, and what says nothing. It needs Chromium.
"""

from __future__ import annotations

import asyncio
import html
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.integration.asked import Asked, ask_all, pages
from tests.integration.draw_series import bars, lines, spans
from tests.integration.watched import watched

SCREENS = Path(__file__).parents[2] / "var" / "screens"
SECONDS = 75.0
FIGURES = {"rings": 2, "cadence_seconds": 1.2, "service_threshold_seconds": 4}
ROW, GAP, WIDTH = 30, 8, 1920
STYLE = """
body { margin: 0; background: #111217; color: #ccccdc; font: 14px "Noto Sans CJK SC", sans-serif; }
main { display: grid; grid-template-columns: repeat(24, 1fr); grid-auto-rows: 30px; gap: 8px; padding: 8px; }
section { background: #181b1f; border: 1px solid #2c3235; display: flex; flex-direction: column; overflow: hidden; }
h2 { font-size: 14px; margin: 6px 8px; font-weight: 500; flex: none; }
div.in { flex: 1; min-height: 0; display: flex; gap: 4px; padding: 0 6px 6px; flex-wrap: wrap; }
.tile { flex: 1 1 110px; display: flex; flex-direction: column; }
.tile { align-items: center; justify-content: center; color: #fff; }
.none { margin: auto; font-size: 20px; color: #9ca3af; }
table { width: 100%; border-collapse: collapse; font-size: 20px; align-self: flex-start; }
td, th { text-align: right; padding: 9px 10px; border-bottom: 1px solid #2c3235; white-space: nowrap; }
td:first-child, th:first-child { text-align: left; }
"""


class Shown(NamedTuple):
    """One series as it is read: its name in words, its values, its colour."""

    name: str
    values: list[tuple[float, float]]
    colour: str


def series_of(asked: Asked) -> Iterator[Shown]:
    """Name and colour what a panel's queries gave, as its configuration says."""
    config = asked.panel["fieldConfig"]
    base = config["defaults"]["color"].get("fixedColor", "#4b5563")
    for target, answer in zip(asked.panel["targets"], asked.answers, strict=True):
        for labels, values in answer.series:
            name = target["legendFormat"]
            for label, value in labels.items():
                name = name.replace("{{" + label + "}}", value)
            said, colour = name, base
            for override in config["overrides"]:
                if override["matcher"]["options"] == {"byName": name, "byFrameRefID": target["refId"]}.get(
                    override["matcher"]["id"]
                ):
                    for one in override["properties"]:
                        said = one["value"] if one["id"] == "displayName" else said
                        colour = one["value"]["fixedColor"] if one["id"] == "color" else colour
            yield Shown(said, values, colour)


def written(value: float, unit: str) -> str:
    """Write a figure as Grafana does, nearly."""
    whole = round(value)
    if unit == "percentunit":
        return f"{value * 100:.1f}%"
    if unit == "dthms":
        return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
    if unit == "dateTimeAsIso":
        return datetime.fromtimestamp(value / 1000, ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d")
    if unit == "bytes":
        return f"{value / 2**30:.1f} GiB"
    if unit == "s":
        return next(
            (
                f"{value / size:.1f} {name}"
                for size, name in ((86400, "day"), (3600, "h"), (60, "min"))
                if value >= size
            ),
            f"{value:.1f} s",
        )
    return f"{value:.1f}/s" if unit == "cps" else f"{value:.1f}/min" if unit == "cpm" else f"{value:.0f}"


def said(value: float, defaults: dict[str, Any]) -> tuple[str, str | None]:
    """Say a figure in the words of its mapping, where it has one."""
    for mapping in defaults.get("mappings", ()):
        if found := mapping["options"].get(f"{value:.0f}"):
            return found["text"], found["color"]
    return written(value, defaults["unit"]), None


def inside(asked: Asked) -> str:
    """Draw a panel's inside."""
    defaults, shown = asked.panel["fieldConfig"]["defaults"], list(series_of(asked))
    if not shown:
        return f'<p class="none">{html.escape(defaults["noValue"])}</p>'
    kind = asked.panel["type"]
    if kind == "table":
        return table(asked)
    if kind == "timeseries":
        return lines(shown, lambda value: written(value, defaults["unit"]))
    if kind == "state-timeline":
        return spans(shown, lambda value: said(value, defaults))
    if kind == "bargauge":
        return bars(shown, lambda value: written(value, defaults["unit"]), defaults.get("max"))
    return "".join(tile(one, asked.panel, len(shown)) for one in shown)


def tile(one: Shown, panel: dict[str, Any], many: int) -> str:
    """Draw one figure, its name below, as the panel has it."""
    text, mapped = said(one.values[-1][1], panel["fieldConfig"]["defaults"])
    mode, place = panel["options"]["textMode"], panel["gridPos"]
    text = one.name if mode == "name" else text
    name = html.escape(one.name) if mode == "value_and_name" else ""
    width = place["w"] / 24 * WIDTH / min(many, 4)
    size = min(width / max(len(text), 3) * 1.3, place["h"] * 17 / (1 + (many > 4)), 120)
    return (
        f'<div class="tile" style="background:{mapped or one.colour}"><b style="font-size:{size:.0f}px">'
        f"{html.escape(text)}</b><span>{name}</span></div>"
    )


def table(asked: Asked) -> str:
    heads = next(one for one in asked.panel["transformations"] if one["id"] == "organize")["options"]["renameByName"]
    overrides = asked.panel["fieldConfig"]["overrides"]
    units = {each["matcher"]["options"]: each["properties"][0]["value"] for each in overrides}
    rows: dict[str, dict[str, str]] = {}
    for target, answer in zip(asked.panel["targets"], asked.answers, strict=True):
        head = heads[f"Value #{target['refId']}"]
        for labels, value in answer.latest:
            rows.setdefault(labels["queue"], {})[head] = written(value, units[head])
    names = list(heads.values())
    lines_of = [f"<tr>{''.join(f'<th>{name}</th>' for name in names)}</tr>"]
    for queue, cells in rows.items():
        told = "".join(f"<td>{cells.get(name, '')}</td>" for name in names[1:])
        lines_of.append(f"<tr><td>{html.escape(queue)}</td>{told}</tr>")
    return f"<table>{''.join(lines_of)}</table>"


def page(asked: list[Asked]) -> tuple[str, int]:
    """Draw a page; also say how high it is."""
    drawn, height = [], 0
    for one in asked:
        place = one.panel["gridPos"]
        where = f"grid-area:{place['y'] + 1}/{place['x'] + 1}/span {place['h']}/span {place['w']}"
        title = html.escape(one.panel["title"])
        drawn.append(f'<section style="{where}"><h2>{title}</h2><div class="in">{inside(one)}</div></section>')
        height = max(height, (place["y"] + place["h"]) * (ROW + GAP) + GAP)
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><main>{"".join(drawn)}</main>', height


def shoot(name: str, text: str, height: int, folder: Path) -> None:
    """Let Chromium take the picture."""
    file = folder / f"{name}.html"
    file.write_text(text, "utf-8")
    how = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/profile")
    picture = (f"--screenshot={SCREENS}/{name}.png", f"--window-size={WIDTH},{max(height, 1080)}", f"file://{file}")
    subprocess.run(["chromium", *how, *picture], check=True, capture_output=True)


async def main() -> None:
    """Watch calls for a while, and draw every page in both languages."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    SCREENS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with watched(folder, seconds, **FIGURES) as found:
            answered = {lang: await ask_all(found.desk, lang, found.began) for lang in ("en", "zh-CN")}
        for lang, asked in answered.items():
            for each, _ in pages(lang):
                text, height = page([one for one in asked if one.page == each])
                await asyncio.to_thread(shoot, f"{each}.{lang}", text, height, folder)
                print(SCREENS / f"{each}.{lang}.png")


if __name__ == "__main__":
    asyncio.run(main())
