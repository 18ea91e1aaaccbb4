"""Every story on a real Asterisk: what the service says is what phones and callers did by their own clocks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from callcenter.lab.stories import STORIES
from callcenter.lab.troupe import play_alone, play_together
from callcenter.lab.truth import compare, compare_queue_log
from tests.scenarios.tapes import Shown, replayed
from tests.support.tally import TALLY

if TYPE_CHECKING:
    from pathlib import Path

    from callcenter.lab.stage import Tape

TOLD = "story played on a real Asterisk"
ON_A_SWITCH = {
    "gap": "real Asterisk: the login is lost for a while",
    "restart_now": "real Asterisk: core restart now",
    "kill_9": "real Asterisk: SIGKILL",
    "hostile_number": "real Asterisk: a caller whose number holds forged frames",
    "phone_dies_ringing": "real Asterisk: a phone vanishes while it rings",
    "phone_dies_idle": "real Asterisk: an idle phone vanishes",
}

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.timeout(400)]


@dataclass(frozen=True)
class Played:
    """One story as it was played, and what the service makes of it through each login."""

    truth: dict[str, Any]
    queue_log: str
    board: Shown
    unfiltered: Shown


def replay(folder: Path, logins: list[bytes], queue_log: str) -> Shown:
    """Run the command that everybody uses, over a recording."""
    folder.mkdir(parents=True)
    log = folder / "queue_log"
    log.write_text(queue_log)
    paths = [folder / f"{number}.ami" for number in range(len(logins))]
    for path, heard in zip(paths, logins, strict=True):
        path.write_bytes(heard)
    return replayed(paths, log)


async def _play_all(folder: Path) -> tuple[Tape, dict[str, Tape], dict[str, Tape]]:
    """Everything at once: most stories on one switch, the destructive ones on one each."""
    together = [story for story in STORIES.values() if not story.own_switch]
    alone = [story for story in STORIES.values() if story.own_switch]
    async with asyncio.TaskGroup() as group:
        one_switch = group.create_task(play_together(together, folder / "together"))
        own = {story.name: group.create_task(play_alone(story, folder / story.name)) for story in alone}
    whole, parts = one_switch.result()
    return whole, parts, {name: task.result() for name, task in own.items()}


def play_everything(folder: Path) -> dict[str, Played]:
    whole, parts, own = asyncio.run(_play_all(folder))
    board = replay(folder / "board", whole.board, whole.queue_log)
    unfiltered = replay(folder / "unfiltered", whole.unfiltered, whole.queue_log)
    shown = {name: Played(tape.truth, whole.queue_log, board, unfiltered) for name, tape in parts.items()}
    for name, tape in own.items():
        shown[name] = Played(
            tape.truth,
            tape.queue_log,
            replay(folder / name / "board", tape.board, tape.queue_log),
            replay(folder / name / "unfiltered", tape.unfiltered, tape.queue_log),
        )
    return shown


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Played]:
    return play_everything(tmp_path_factory.mktemp("lab"))


@pytest.mark.parametrize("name", STORIES)
def test_replay_of_the_filtered_login_tells_what_happened(name: str, played: dict[str, Played]) -> None:
    assert compare(played[name].truth, played[name].board) == []


@pytest.mark.parametrize("name", STORIES)
def test_replay_of_the_unfiltered_login_tells_the_same(name: str, played: dict[str, Played]) -> None:
    assert compare(played[name].truth, played[name].unfiltered) == []


@pytest.mark.parametrize("name", STORIES)
def test_queue_log_agrees_with_what_happened(name: str, played: dict[str, Played]) -> None:
    assert compare_queue_log(played[name].truth, played[name].queue_log) == []


def test_forged_frames_are_quarantined(played: dict[str, Played]) -> None:
    assert played["hostile_number"].board["quarantined"]["total"] > 0


@pytest.mark.parametrize("name", [name for name, story in STORIES.items() if story.own_switch])
def test_honest_switch_has_no_frame_in_quarantine(name: str, played: dict[str, Played]) -> None:
    assert played[name].unfiltered["quarantined"]["total"] == 0


@pytest.mark.parametrize("name", ["gap", "restart_now", "kill_9"])
def test_what_was_not_heard_is_one_gap(name: str, played: dict[str, Played]) -> None:
    assert len(played[name].board["gaps"]) == 1


@pytest.mark.parametrize("name", ["restart_now", "kill_9"])
def test_nobody_is_blamed_for_what_the_switch_did(name: str, played: dict[str, Played]) -> None:
    assert [one for one in played[name].board["violations"] if one["verdict"] == "proposed"] == []


@pytest.mark.soak
@pytest.mark.parametrize("again", range(2))
def test_stories_hold_again_and_again(again: int, tmp_path: Path) -> None:
    everything = play_everything(tmp_path)

    said = {
        name: compare(one.truth, one.board) + compare(one.truth, one.unfiltered) for name, one in everything.items()
    }

    for name in said:
        TALLY.happened(ON_A_SWITCH.get(name, TOLD))
    for fault in (TOLD, *ON_A_SWITCH.values()):
        told = {name for name in said if ON_A_SWITCH.get(name, TOLD) == fault}
        with TALLY.holds(fault, "both logins tell what phones and callers did by their own clocks"):
            assert {name: said[name] for name in told if said[name]} == {}
