"""A rulebook as it is written: taken out whole, to be changed and proposed, and put in again."""

from __future__ import annotations

import pytest

from callcenter.domain.frame import SECOND
from callcenter.errors import BadInput
from callcenter.packaged import packaged_rulebook
from callcenter.rules.regulations.rulebook import rulebook_of, whole
from tests.unit.rules.detection.story import packaged, rulebook


def test_packaged_rulebook_says_the_same_when_it_is_put_in_as_it_was_written() -> None:
    assert rulebook_of(whole(packaged_rulebook())) == packaged()


@pytest.mark.parametrize("editions", [None, "all of them"])
def test_rulebook_without_a_list_of_editions_is_made_whole_and_refused(editions: object) -> None:
    plain = whole({"based_on": "packaged", "editions": editions})
    with pytest.raises(BadInput, match="has no editions"):
        rulebook_of(plain)


def test_rings_are_counted_by_the_cadence_of_the_edition() -> None:
    figures = packaged().editions[-1].figures
    slow = rulebook("figures: {cadence_seconds: 6}").editions[-1].figures
    assert (figures.rings_begun(15 * SECOND), slow.rings_begun(15 * SECOND)) == (4, 3)
