"""Names that say something of themselves."""

from __future__ import annotations

import pytest

from callcenter.domain.vocabulary import is_direct


@pytest.mark.parametrize(
    ("queue", "direct"), [("direct-1001", True), ("consumers", False), ("indirect-1001", False), (None, False)]
)
def test_queue_of_one_phone_alone_is_known_by_its_name(queue: str | None, direct: bool) -> None:
    assert is_direct(queue) is direct
