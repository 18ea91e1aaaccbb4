"""Numbers and Asterisk's dial patterns: `1001` is itself, `_10XX`, `_0X.`, `_[5-8]N!` begin with an underscore."""

from __future__ import annotations

import re
from functools import lru_cache

_CLASSES = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+", "!": ".*"}
_SET = re.compile(r"\[[0-9*#a-dA-D-]+\]")


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    out, i = [], 1
    while i < len(pattern):
        found = _SET.match(pattern, i)
        if found:
            out.append(found.group())
            i = found.end()
            continue
        char = pattern[i]
        out.append(_CLASSES.get(char.upper() if char.isalpha() else char, re.escape(char)))
        i += 1
    return re.compile("".join(out), re.DOTALL)


def matches(pattern: str, number: str) -> bool:
    """Tell whether a dialled number is this number, or fits this pattern."""
    if not pattern.startswith("_"):
        return pattern == number
    return _compiled(pattern).fullmatch(number) is not None


def permitted(number: str, patterns: tuple[str, ...] | None) -> bool | None:
    """Tell whether a number may be dialled for work; None when nobody has said which may."""
    return None if patterns is None else any(matches(p, number) for p in patterns)


_OUTSIDE_DIGITS = 7


def outside(number: str) -> bool:
    """Tell whether a dialled number is one of the public network, by its length: extensions are shorter."""
    return sum(c.isdigit() for c in number) >= _OUTSIDE_DIGITS
