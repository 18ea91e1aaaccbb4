"""Names from the switch as labels: bounded in number and length, with nothing in them that could act."""

from __future__ import annotations

from callcenter.untrusted import replaced

OTHER = "(other)"
"""The one label of all names beyond the limit."""
NOWHERE = "(none)"
"""The label where no name is known."""
_LONGEST = 80


def inert(text: str) -> str:
    """Replace control and format characters (line breaks, escapes, reversed writing) and cut what is too long."""
    shown = replaced(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


class Names:
    """Gives each name its label; the first so many have one of their own."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._labels: dict[str, str] = {}

    def label(self, name: str | None) -> str:
        """Return the label of a name."""
        if not name:
            return NOWHERE
        known = self._labels.get(name)
        if known is None:
            if len(self._labels) >= self._limit:
                return OTHER
            known = self._labels[name] = inert(name)
        return known

    def admits(self, name: str) -> bool:
        """Tell whether a name has a label of its own."""
        return self.label(name) != OTHER

    def forget(self, name: str) -> None:
        """Give a name's place to another."""
        self._labels.pop(name, None)


def masked(number: str | None) -> str | None:
    """Show a caller's number so that a person cannot be reached by it: only its ends stay, short ones are whole.

    Extensions of up to 4 digits are the house's own; 11 digits and more keep 3 and 4, others 2 and 2.
    """
    if number is None:
        return None
    shown = inert(number)
    if len(shown) <= _EXTENSION:
        return shown
    head, tail = (3, 4) if len(shown) >= _MOBILE else (2, 2)
    return f"{shown[:head]}{'*' * 4}{shown[-tail:]}"


_EXTENSION = 4
_MOBILE = 11
