"""The rules on a real Asterisk: each violation beside its innocent twins, and what the service itself filed of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.live.acts import ACTS
from tests.live.acts.day import Over, live_through
from tests.live.acts.law import PACKAGED, SHORT
from tests.support.tally import TALLY

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.timeout(400)]

LIVE_RULES = {
    "V-LATE-ANSWER",
    "V-MISSED",
    "V-HOTLINE",
    "V-HANGUP",
    "V-AWAY",
    "V-LATE",
    "V-EARLY",
    "V-ABSENT",
    "V-RELIEF",
}
NAMED_DIGITS = 12
ACTED = "act of an agent on a real Asterisk, by the packaged figures"


async def _floors(figures: Mapping[str, float], folder: Path) -> list[Over]:
    """One floor for most, and one for those who take its phones away."""
    crowded = [act for act in ACTS.values() if not act.own_floor]
    making = asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        floors = [
            group.create_task(live_through(acts, figures, folder / name, making, tell))
            for name, acts in {"floor": crowded, **{act.name: [act] for act in ACTS.values() if act.own_floor}}.items()
        ]
    return [floor.result() for floor in floors]


def tell(line: str) -> None:
    print(line, flush=True)


def play(figures: Mapping[str, float], folder: Path) -> list[Over]:
    floors = asyncio.run(_floors(figures, folder))
    for line in (line for floor in floors for line in floor.latencies):
        tell(line)
    return floors


@pytest.fixture(scope="module")
def floors(tmp_path_factory: pytest.TempPathFactory) -> list[Over]:
    return play(SHORT, tmp_path_factory.mktemp("floors"))


def floor_of(name: str, floors: list[Over]) -> Over:
    return next(floor for floor in floors if name in floor.scenes)


@pytest.mark.parametrize("name", ACTS)
def test_what_is_on_record_is_what_was_done(name: str, floors: list[Over]) -> None:
    differences = floor_of(name, floors).differences(name)
    assert not differences, "\n".join(differences)


def test_nobody_is_on_record_who_did_not_act(floors: list[Over]) -> None:
    for floor in floors:
        acted = {agent.name for scene in floor.scenes.values() for agent in scene.agents}
        assert {one.agent for one in floor.filed} <= acted


def test_each_rule_was_raised_and_is_outnumbered_by_its_innocent_twins(floors: list[Over]) -> None:
    scenes = [scene for floor in floors for scene in floor.scenes.values()]
    proposed = [owed.rule for scene in scenes for owed in scene.owed if owed.verdict == "proposed"]
    guilty = [scene for scene in scenes if any(owed.verdict == "proposed" for owed in scene.owed)]
    assert set(proposed) == LIVE_RULES
    assert len(guilty) < len(scenes) - len(guilty)


def test_every_record_comes_out_of_the_journal_as_it_was_filed(floors: list[Over]) -> None:
    for floor in floors:
        for one in floor.filed:
            explained = floor.explained(one.id)
            assert explained.splitlines()[0].split("  ")[:3] == [one.rule, one.agent, one.said["verdict"]]
            assert one.said["why"] in explained
            assert "reproduced from the journal: yes" in explained


def test_journal_gives_no_record_besides_those_filed(floors: list[Over]) -> None:
    for floor in floors:
        assert floor.derived() == {one.id[:NAMED_DIGITS] for one in floor.filed}


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_what_is_on_record_is_what_was_done_by_the_packaged_figures(tmp_path: Path) -> None:
    floors = play(PACKAGED, tmp_path)

    differences = {name: floor_of(name, floors).differences(name) for name in ACTS}
    for found in differences.values():
        TALLY.happened(ACTED)
        with contextlib.suppress(AssertionError), TALLY.holds(ACTED, "what is on record is what was done"):
            assert not found

    assert not any(differences.values()), "\n".join(line for found in differences.values() for line in found)
