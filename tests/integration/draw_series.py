"""Bars, lines and spans as HTML and SVG, for the pictures of pages."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Protocol

SHADES = ("#56b4e9", "#2f7fb5", "#a9dcf7", "#1b5a85", "#d6effb")
_WIDTH, _HEIGHT = 1000, 300


class Drawable(Protocol):
    """A series as it is read."""

    @property
    def name(self) -> str: ...
    @property
    def values(self) -> list[tuple[float, float]]: ...
    @property
    def colour(self) -> str: ...


def bars(shown: Sequence[Drawable], written: Callable[[float], str], whole: float | None) -> str:
    """Draw the latest value of each series as a bar, a share of the whole, or of the most."""
    most = whole or max(one.values[-1][1] for one in shown) or 1
    rows = [
        f'<div style="display:flex;flex:1 1 100%;min-height:18px;align-items:center;gap:8px">'
        f'<span style="width:30%;text-align:right">{html.escape(one.name)}</span>'
        f'<span style="flex:1;height:70%;background:#22252b"><i style="display:block;height:100%;'
        f'width:{max(one.values[-1][1] / most * 100, 0):.1f}%;background:{one.colour}"></i></span>'
        f'<span style="width:15%">{written(one.values[-1][1])}</span></div>'
        for one in shown
    ]
    return f'<div style="display:flex;flex-direction:column;width:100%">{"".join(rows)}</div>'


def lines(shown: Sequence[Drawable], written: Callable[[float], str]) -> str:
    """Draw each series as a line; one without a colour of its own in a shade."""
    every = [value for one in shown for value in one.values]
    first, last = min(at for at, _ in every), max(at for at, _ in every)
    least, most = min(0.0, *(value for _, value in every)), max(value for _, value in every) or 1
    drawn, told = [], []
    for place, one in enumerate(shown):
        colour = SHADES[place % len(SHADES)] if one.colour == SHADES[0] else one.colour
        points = " ".join(
            f"{(at - first) / ((last - first) or 1) * _WIDTH:.0f},{(most - value) / (most - least) * _HEIGHT:.0f}"
            for at, value in one.values
        )
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="4"/>')
        told.append(f'<div><b style="color:{colour}">━</b> {html.escape(one.name)} {written(one.values[-1][1])}</div>')
    box = f'viewBox="-4 -4 {_WIDTH + 8} {_HEIGHT + 8}" preserveAspectRatio="none" style="width:68%;height:100%"'
    return f'<svg {box}>{"".join(drawn)}</svg><div style="width:30%;overflow:hidden">{"".join(told)}</div>'


def spans(shown: Sequence[Drawable], said: Callable[[float], tuple[str, str | None]]) -> str:
    """Draw each series as a row whose colour is its value's."""
    every = [at for one in shown for at, _ in one.values]
    first, last = min(every), max(every)
    rows = []
    for one in shown:
        width = 100 / max(len(one.values), 1)
        cells = [(said(value), width) for _, value in one.values]
        left = (one.values[0][0] - first) / ((last - first) or 1) * 100
        drawn = "".join(f'<i style="width:{part}%;background:{colour}"></i>' for (_, colour), part in cells)
        now = html.escape(said(one.values[-1][1])[0])
        rows.append(
            '<div style="display:flex;flex:1;gap:8px;align-items:center">'
            f'<span style="width:9%">{html.escape(one.name)}</span>'
            f'<span style="flex:1;height:80%;display:flex;padding-left:{left:.1f}%">{drawn}</span>'
            f'<span style="width:6%">{now}</span></div>'
        )
    return f'<div style="display:flex;flex-direction:column;width:100%">{"".join(rows)}</div>'
