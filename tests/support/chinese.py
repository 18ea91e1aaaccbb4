"""What is left of English in a text that should be Chinese: words in a row that are no command, name, path or key."""

from __future__ import annotations

import re

_CODE = re.compile(r"`[^`]*`|'[^']*'|\bcallcenter(?: [a-z][a-z-]*)+|usermod -aG \w+ \w+|\[[^\]]*\]")
"""Commands, what somebody wrote, and names of sections: they are the same in every language."""
_ENGLISH = re.compile(r"[A-Za-z][a-z']+(?: [a-z']{2,})+")


def english_in(told: str) -> list[str]:
    """Find the English that a text has left."""
    return _ENGLISH.findall(_CODE.sub("", told))
