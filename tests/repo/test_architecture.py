"""The picture of the house is the house: its paths exist, its floors are those that the import linter enforces."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PICTURE = (ROOT / "callcenter" / "ARCHITECTURE.md").read_text("utf-8")
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")


def test_picture_names_every_floor_in_the_order_of_the_import_linter() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    rooms = [re.split(r" *[|:] *", layer) for layer in layers]
    ranks = {room.strip("()"): rank for rank, row in enumerate(rooms) for room in row if not room.startswith("(")}
    named = re.findall(r"^\| `(\w+)` \|", PICTURE, re.MULTILINE)

    assert sorted(named) == sorted(ranks)
    assert [ranks[name] for name in named] == sorted(ranks.values())


@pytest.mark.parametrize("page", [PICTURE, CONTRIBUTING], ids=["architecture", "contributing"])
def test_every_path_that_a_page_names_is_there(page: str) -> None:
    named = set(re.findall(r"`((?:callcenter|tests|metrics|dialplans)/[\w./-]*)`", page))

    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
