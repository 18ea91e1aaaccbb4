"""A rulebook as it is written: taken out whole, to be changed and proposed, and put in again."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.domain.frame import SECOND
from callcenter.errors import BadInput
from callcenter.files.rulebook import load_rulebook, written
from callcenter.rules.regulations.rulebook import rulebook_of, whole
from tests.unit.rules.detection.story import packaged, rulebook


def test_packaged_rulebook_says_the_same_when_it_is_put_in_as_it_was_written() -> None:
    assert rulebook_of(written()) == packaged()


def test_own_rulebook_that_is_written_whole_leans_on_nothing(tmp_path: Path) -> None:
    book = rulebook(tmp_path, "figures: {rings: 4}")
    plain = written(tmp_path / "rulebook.yaml")
    assert ("based_on" in plain, plain["editions"][0]["figures"]["service_threshold_seconds"]) == (False, 20)
    assert rulebook_of(plain) == book == load_rulebook(tmp_path / "rulebook.yaml")


@pytest.mark.parametrize("editions", [None, "all of them"])
def test_rulebook_without_a_list_of_editions_is_made_whole_and_refused(editions: object) -> None:
    plain = whole({"based_on": "packaged", "editions": editions})
    with pytest.raises(BadInput, match="has no editions"):
        rulebook_of(plain)


def test_rings_are_counted_by_the_cadence_of_the_edition(tmp_path: Path) -> None:
    figures = packaged().editions[-1].figures
    slow = rulebook(tmp_path, "figures: {cadence_seconds: 6}").editions[-1].figures
    assert (figures.rings_begun(15 * SECOND), slow.rings_begun(15 * SECOND)) == (4, 3)
