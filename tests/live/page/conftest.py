"""What holds for tests of pages with a phone in them: one centre for a module, and nothing left when it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.leftovers import nothing_left_behind
from tests.support.network import why_not


@pytest.fixture(autouse=True)
def nothing_left() -> None:
    """Stand in for the check of each test: what they share opens connections as it is asked."""


@pytest.fixture(scope="module")
def nothing_left_by_all() -> Iterator[None]:
    """Fail a module that leaves something behind."""
    with nothing_left_behind():
        yield


@pytest.fixture(scope="module", autouse=True)
def a_network(nothing_left_by_all: None) -> None:
    """Skip a module where nobody can have a network of its own, and say why."""
    if (reason := why_not()) is not None:
        pytest.skip(reason)
