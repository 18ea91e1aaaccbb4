"""What holds for tests with a browser: one server and one browser for a module, and nothing left when it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.leftovers import nothing_left_behind


@pytest.fixture(autouse=True)
def nothing_left() -> None:
    """Stand in for the check of each test: what they share opens connections as it is asked."""


@pytest.fixture(scope="module")
def nothing_left_by_all() -> Iterator[None]:
    """Fail a module that leaves something behind."""
    with nothing_left_behind():
        yield
