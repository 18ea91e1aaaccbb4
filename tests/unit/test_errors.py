"""The tree of errors is the one that is drawn, and each of them leaves with the code that stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from callcenter import errors
from callcenter.errors import CallcenterError

DRAWN = re.compile(r"^ {4}([│├└─ ]*)(\w+) +(\d)", re.MULTILINE)


def grown(kind: type[CallcenterError], depth: int = 1) -> Iterator[tuple[int, str, int]]:
    for one in kind.__subclasses__():
        if one.__module__ == errors.__name__:
            yield depth, one.__name__, one.exit_code
            yield from grown(one, depth + 1)


def test_tree_that_is_drawn_is_the_one_that_grew() -> None:
    drawn = [(len(branch) // 4, name, int(code)) for branch, name, code in DRAWN.findall(errors.__doc__ or "")]
    assert drawn == list(grown(CallcenterError))
    assert CallcenterError.exit_code == 1
