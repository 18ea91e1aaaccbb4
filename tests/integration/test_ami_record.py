"""What `callcenter record` leaves on the disk, whatever the switch does."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from callcenter.ami.wire import Wire
from callcenter.cli.lab.record import Recording, numbered
from callcenter.errors import BadInput, DiskFull, LoginRefused
from callcenter.tape import TapeWriter, read_chunks
from tests.integration.scripted_switch import ScriptedSwitch, settings, until_true

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATIENCE = 20.0


@pytest.fixture
async def switch() -> AsyncIterator[ScriptedSwitch]:
    async with ScriptedSwitch() as scripted:
        yield scripted


def recording(switch: ScriptedSwitch, *, marked: bool = False) -> Recording:
    return Recording(settings(switch), settings(switch).events, marked=marked)


async def record_one_call(switch: ScriptedSwitch, recorder: Recording, tape: Path) -> int:
    """Record until the switch has sent one event and the tape holds it."""
    async with asyncio.timeout(PATIENCE):
        running = asyncio.create_task(recorder.run(tape))
        await until_true(lambda: "events" in switch.writers)
        switch.say(switch.call(1))
        await asyncio.sleep(0.1)
        recorder.stop()
        return await running


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def events_on(tape: Path) -> list[str]:
    wire = Wire(markers=True)
    return [frame.name for chunk in read_chunks(tape) for frame in wire.feed(chunk) if frame.name]


@pytest.mark.parametrize(
    ("login", "name"), [(1, "board.ami.gz"), (2, "board.2.ami.gz"), (3, "board.3.ami.gz"), (12, "board.12.ami.gz")]
)
def test_each_login_has_a_tape_of_its_own(login: int, name: str) -> None:
    assert numbered(Path("board.ami.gz"), login) == Path(name)


async def test_tape_holds_the_login_from_its_banner_on(switch: ScriptedSwitch, tmp_path: Path) -> None:
    assert await record_one_call(switch, recording(switch), tmp_path / "board.ami.gz") == 1
    assert gzip.decompress((tmp_path / "board.ami.gz").read_bytes()).startswith(switch.banner)
    assert events_on(tmp_path / "board.ami.gz") == ["Newchannel"]


async def test_tape_with_our_times_is_read_with_them(switch: ScriptedSwitch, tmp_path: Path) -> None:
    await record_one_call(switch, recording(switch, marked=True), tmp_path / "board.ami")
    assert (tmp_path / "board.ami").read_bytes().startswith(b"#t 1")
    assert events_on(tmp_path / "board.ami") == ["Newchannel"]


async def test_login_that_is_cut_goes_on_in_a_second_tape(switch: ScriptedSwitch, tmp_path: Path) -> None:
    recorder = recording(switch)
    async with asyncio.timeout(PATIENCE):
        running = asyncio.create_task(recorder.run(tmp_path / "board.ami"))
        await until_true(lambda: "events" in switch.writers)
        switch.cut("events")
        await until_true(lambda: "events" in switch.writers)
        await until_true((tmp_path / "board.2.ami").exists)
        await asyncio.sleep(0.1)
        recorder.stop()
        assert await running == 2
    assert names_in(tmp_path) == ["board.2.ami", "board.ami"]


async def test_refused_login_leaves_no_tape(switch: ScriptedSwitch, tmp_path: Path) -> None:
    switch.secrets["events"] = "changed"
    with pytest.raises(LoginRefused):
        await recording(switch).run(tmp_path / "board.ami")
    assert names_in(tmp_path) == []


async def test_tape_is_never_written_over_another(switch: ScriptedSwitch, tmp_path: Path) -> None:
    (tmp_path / "board.ami").write_bytes(b"precious")
    with pytest.raises(BadInput, match="exists already"):
        await recording(switch).run(tmp_path / "board.ami")
    assert (tmp_path / "board.ami").read_bytes() == b"precious"


async def test_full_disk_ends_the_recording_with_one_sentence(
    switch: ScriptedSwitch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(tape: TapeWriter, data: bytes, at: int | None = None) -> None:
        tape.failed = DiskFull(f"{tape.path} cannot be written further: No space left on device")

    monkeypatch.setattr(TapeWriter, "write", fill)
    with pytest.raises(DiskFull, match="No space left on device"):
        async with asyncio.timeout(PATIENCE):
            await recording(switch).run(tmp_path / "board.ami")
