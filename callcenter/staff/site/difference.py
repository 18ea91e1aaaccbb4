"""One thing that somebody wants said otherwise of the site."""

from __future__ import annotations

from typing import NamedTuple


class SiteDifference(NamedTuple):
    """What is said otherwise of one thing: its place in a list, from 1, or a value; None: nothing is said of it."""

    code: str
    name: str
    old: str | int | None
    new: str | int | None
