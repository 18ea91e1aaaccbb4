"""A service whose old journal entries are cut: it starts again, and no record is withdrawn because of that."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from callcenter import logs
from callcenter.ami.items import LoginOpened
from callcenter.cli.service import journal as journal_command
from callcenter.domain import events as ev
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput, BadSetting, StoreError
from callcenter.journal import Journal, JournalReader, verify
from callcenter.reports.records.explain import derive
from callcenter.rules.records.steps import Action
from callcenter.store import DecisionStore, JournalledFacts, Store
from callcenter.store.decisions.violations import act
from callcenter.tracker import Follower, RulesInForce, recover, reread
from callcenter.tracker.entries import event_step
from callcenter.tracker.filing import filed
from callcenter.tracker.pruning.journal import EVERY_SECONDS, Pruning, places_in, plan, prune
from tests.integration.filed import NODE, STORIES, Home, journal_settings, write_journal
from tests.integration.house import NOW, House, house, run_to_the_end
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.office import settings_of
from tests.integration.service import at_home
from tests.unit.rules.detection.people import SUPERVISOR, TERMS, step

DAY: Micros = 86_400 * SECOND
LATER = NOW + 100 * DAY


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A journal of three stories, whose records are filed, and all of it long ago."""
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    found = Home(tmp_path)
    await found.fill()
    return found


def configure(home: Home, keep_days: int = 1) -> None:
    home.configure()
    path = home.folder / "callcenter.toml"
    path.write_text(path.read_text().replace("[journal]\n", f"[journal]\nkeep_days = {keep_days}\n"))


def run(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(journal_command.app, [*arguments, "--settings", str(home.folder / "callcenter.toml")])


def followed_to(home: Home, position: int, in_force: RulesInForce) -> Follower:
    follower = Follower(in_force)
    with JournalReader(home.journal) as reader:
        for stored in reader.read():
            if stored.position <= position:
                follower.follow(*reread(stored))
    return follower


async def save_state(home: Home, position: int | None = None, *, enacted: bool = False) -> int:
    """Save what the service would have, there or at the end; gives the position."""
    async with await Journal.open(journal_settings(home.journal)) as journal:
        at = position or journal.durable_position
        follower = await asyncio.to_thread(followed_to, home, at, home.in_force())
        follower.enacted = follower.in_force if enacted else None
        await journal.save_state(at, follower.save())
    return at


async def an_hour_passes(home: Home) -> None:
    """Let every record be told: what stays open cites no frame of it."""
    with JournalReader(home.journal) as reader:
        last = max(frame.at for stored in reader.read() if (frame := reread(stored).frame) and frame.at)
    async with await Journal.open(journal_settings(home.journal)) as journal:
        steps = [event_step(NODE, 1, ev.Tick(pos=0, at=last + n * 60 * SECOND)) for n in range(60)]
        positions = await journal.append([step.entry for step in steps])
        await journal.committed(positions[-1])
    store = await Store.open(settings_of(home.folder), NODE)
    await store.write([JournalledFacts(positions[-1], ())], positions[-1])
    await store.close()


async def test_matters_that_are_open_keep_their_frames_and_reproduce_exactly(home: Home) -> None:
    configure(home)
    end = await save_state(home)
    result = await asyncio.to_thread(run, home, "prune")
    assert result.exit_code == 0, result.exception
    assert f"cut before entry {end + 1}; what stays: no positions; what was before was cut, but for" in result.stdout
    assert verify(home.journal).sound
    checked = await asyncio.to_thread(home.run, "verify")
    assert "3 of 3 records reproduce, 0 could not be checked" in checked.stdout
    late = home.id_of("V-LATE-ANSWER")
    explained = await asyncio.to_thread(home.run, "explain", late)
    assert ("AgentConnect" in explained.stdout, "reproduced from the journal: yes" in explained.stdout) == (True, True)


async def test_record_from_before_the_beginning_is_shown_as_it_was_filed(home: Home) -> None:
    configure(home)
    await an_hour_passes(home)
    await save_state(home)
    assert (await asyncio.to_thread(run, home, "prune")).exit_code == 0
    late = home.id_of("V-LATE-ANSWER")
    explained = await asyncio.to_thread(home.run, "explain", late)
    assert explained.exit_code == 0, explained.exception
    assert "the journal no longer reaches back so far: it begins at entry" in explained.stdout
    assert ("AgentConnect" in explained.stdout, "reproduced from the journal" in explained.stdout) == (True, False)
    chinese = await asyncio.to_thread(home.run, "explain", late, "--lang", "zh-CN")
    assert "该时段已清理，无法再行推导" in chinese.stdout
    checked = await asyncio.to_thread(home.run, "verify")
    assert (checked.exit_code, home.withdrawn()) == (0, set())
    assert "0 of 3 records reproduce, 3 could not be checked" in checked.stdout
    assert checked.stdout.count("the journal no longer reaches back so far") == 3
    listed = await asyncio.to_thread(home.run, "list", "--derived")
    assert "earlier records are in the database alone" in listed.stderr


@pytest.mark.parametrize("settled", [False, True])
async def test_record_from_before_the_beginning_is_shown_with_what_people_decided(home: Home, *, settled: bool) -> None:
    configure(home)
    await an_hour_passes(home)
    await save_state(home)
    late = home.id_of("V-LATE-ANSWER")
    decisions = await DecisionStore.open(settings_of(home.folder))
    for taken in (Action.NOTIFY, Action.OVERTURN)[: 1 + settled]:
        async with decisions.writing() as unit:
            await act(unit, late, None, step(taken, SUPERVISOR, note=f"to {taken}"), TERMS)
    await decisions.close()
    assert (await asyncio.to_thread(run, home, "prune")).exit_code == 0
    explained = await asyncio.to_thread(home.run, "explain", late[:8])
    assert explained.exit_code == 0, explained.exception
    assert ("overturned" if settled else "notified") in explained.stdout.splitlines()[0]
    assert ("to notify" in explained.stdout, "to overturn" in explained.stdout) == (True, settled)
    assert "the journal no longer reaches back so far: it begins at entry" in explained.stdout
    assert ("AgentConnect" in explained.stdout, "reproduced from the journal" in explained.stdout) == (True, False)
    assert home.withdrawn() == set()


async def test_changed_record_from_before_the_beginning_is_not_withdrawn_for_it(home: Home) -> None:
    configure(home)
    await an_hour_passes(home)
    await save_state(home)
    assert (await asyncio.to_thread(run, home, "prune")).exit_code == 0
    home.retell(home.id_of("V-LATE-ANSWER"), measured=99.0)
    assert ((await asyncio.to_thread(home.run, "verify")).exit_code, home.withdrawn()) == (0, set())


async def test_record_that_was_never_filed_is_said_to_be_out_of_reach(home: Home) -> None:
    configure(home)
    end = await save_state(home)
    assert (await asyncio.to_thread(run, home, "prune")).exit_code == 0
    result = await asyncio.to_thread(home.run, "explain", "0123456789")
    assert isinstance(result.exception, BadInput)
    assert f"it no longer reaches back before entry {end + 1}" in str(result.exception)


async def test_cut_by_time_before_any_old_state_is_followed_as_far_as_it_can_be(home: Home) -> None:
    configure(home)
    with JournalReader(home.journal) as reader:
        end = reader.info().last
    first = min(position for violation in home.found for position in violation.frames)
    await save_state(home)
    async with await Journal.open(journal_settings(home.journal)) as journal:
        follower = await asyncio.to_thread(followed_to, home, end, home.in_force())
        await journal.prune(first, places_in(msgspec.msgpack.decode(follower.save())))
    checked = await asyncio.to_thread(home.run, "verify")
    assert ("3 of 3 records reproduce" in checked.stdout, checked.exit_code) == (True, 0), checked.stdout


async def test_what_the_store_has_not_taken_in_stays(home: Home) -> None:
    configure(home)
    await save_state(home)
    home.sql(home.base, "UPDATE position SET journal_position = 0")
    result = await asyncio.to_thread(run, home, "prune")
    assert (result.exit_code, "nothing is cut; what stays: positions 1 to" in result.stdout) == (0, True)


async def test_what_no_state_covers_that_this_version_can_read_stays(home: Home) -> None:
    configure(home)
    assert "nothing is cut" in (await asyncio.to_thread(run, home, "prune")).stdout
    async with await Journal.open(journal_settings(home.journal)) as journal:
        await journal.save_state(journal.durable_position, b"of another version")
    assert "nothing is cut" in (await asyncio.to_thread(run, home, "prune")).stdout


def test_without_a_number_of_days_nothing_is_cut(home: Home) -> None:
    configure(home, keep_days=0)
    assert isinstance(run(home, "prune").exception, BadSetting)


async def test_journal_that_a_service_writes_is_left_to_it(home: Home) -> None:
    configure(home)
    async with await Journal.open(journal_settings(home.journal)):
        result = await asyncio.to_thread(run, home, "prune")
    assert isinstance(result.exception, StoreError)
    assert "already being written by process" in str(result.exception)


async def test_cut_is_made_at_the_newest_state_that_is_old_enough(home: Home) -> None:
    with JournalReader(home.journal) as reader:
        end = reader.info().last
    for position in (10, 20, 30):
        await save_state(home, position)
    cuts = {taken: plan(home.journal, taken, DAY) for taken in (end, 29, 20, 10)}
    assert {taken: cut and cut.before for taken, cut in cuts.items()} == {end: 31, 29: 21, 20: 21, 10: 11}
    assert plan(home.journal, 9, DAY) is None  # no state that the store has passed
    assert plan(home.journal, end, 1) is None  # nothing is old


async def test_service_starts_again_from_what_stays(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await run_to_the_end(home, LoginOpened("pbx", NOW, 1, "11"), home.script.joins(20))
        digest = home.follower.floor.state.digest()
        cut = await prune(home.journal, home.record.position, 30, now=LATER)
        end = home.journal.durable_position
    assert cut is not None
    assert cut.before == end + 1
    async with house(tmp_path) as again:
        recovered = await recover(again.journal, again.record)
        assert recovered.floor.state.digest() == digest
        await run_to_the_end(again, LoginOpened("pbx", NOW, 1, "11"), again.script.joins(20))
        assert again.record.position == again.journal.durable_position
    assert verify(tmp_path / "journal.sqlite").sound


async def test_service_whose_states_nobody_can_read_begins_anew_from_what_stays(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await run_to_the_end(home, LoginOpened("pbx", NOW, 1, "11"), home.script.joins(20))
        await prune(home.journal, home.record.position, 30, now=LATER)
        await home.journal.save_state(home.record.position, b"of another version")
    async with house(tmp_path) as again:
        with capture_logs() as said:
            recovered = await recover(again.journal, again.record)
        assert recovered.floor.state.visits == {}
        await run_to_the_end(again, LoginOpened("pbx", NOW, 1, "11"), again.script.joins(3))
        assert again.record.position == again.journal.durable_position
    assert [line["event"] for line in said][:2] == ["state_unreadable", "floor_begins_anew"]


async def test_running_service_cuts_by_itself_and_goes_on_after_a_failure(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await run_to_the_end(home, LoginOpened("pbx", NOW, 1, "11"), home.script.joins(20))
        troubled = Troubled(home)
        pruning = asyncio.create_task(Pruning(troubled, home.record, 30, lambda: LATER).run(every=0.001))
        with capture_logs() as said:
            async with asyncio.timeout(20):
                await troubled.pruned.wait()
        pruning.cancel()
        await asyncio.wait([pruning])
    assert [line["event"] for line in said if line["event"] == "journal_not_pruned"] == ["journal_not_pruned"]
    assert EVERY_SECONDS == 3600


class Troubled(Journal):
    """A journal that cannot be cut the first time."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.settings = home.journal.settings
        self.pruned = asyncio.Event()
        self.tried = 0

    async def prune(self, before: int, keep: object = ()) -> None:
        assert before > 1
        assert keep is not None
        self.tried += 1
        if self.tried == 1:
            raise StoreError("the disk is full")
        self.pruned.set()


def test_every_number_of_a_packed_state_may_be_a_place() -> None:
    inner = msgspec.msgpack.encode({"frames": [3, 4], "at": None, "graded": True})
    packed = {"floor": inner, "n": 5, "deep": [[{"x": (6,)}], "7", 8.5], 9: {}}
    assert sorted(places_in(msgspec.msgpack.decode(msgspec.msgpack.encode(packed)))) == [3, 4, 5, 6, 9]


async def test_what_was_in_force_at_the_cut_is_that_of_the_state_not_of_the_settings(home: Home) -> None:
    await save_state(home, enacted=True)
    configure(home)
    assert (await asyncio.to_thread(run, home, "prune")).exit_code == 0
    home.configure(rules="")  # no roster at hand
    checked = await asyncio.to_thread(home.run, "verify")
    assert "3 of 3 records reproduce, 0 could not be checked" in checked.stdout


async def test_record_that_is_raised_after_the_cut_has_its_frames(home: Home) -> None:
    before = [(await home.record(violation.id)).dossier for violation in home.found]
    configure(home)
    await save_state(home)
    assert (await asyncio.to_thread(run, home, "prune")).exit_code == 0
    later = await asyncio.to_thread(lambda: list(derive(home.journal, home.in_force())))
    async with await Journal.open(journal_settings(home.journal)) as journal:
        raised = {one.dossier.id: one.dossier.evidence for one in await filed(journal, home.in_force(), later)}
    assert raised == {dossier.id: dossier.evidence for dossier in before}
    assert all(raised.values())


@pytest.mark.timeout(180)
async def test_running_service_cuts_what_is_old_and_still_reproduces(tmp_path: Path) -> None:
    await write_journal(tmp_path / "journal.sqlite", STORIES)
    async with LoadedSwitch(stories(), 8.0) as switch, at_home(tmp_path, switch.port) as service:
        await service.start()
        assert await service.stop() == 0  # which saves a state that covers the old entries
        await service.start()
        await service.until_logged("journal_pruned")
        assert await service.stop() == 0
        assert (await service.run("violations", "verify"))[0] == 0
    with JournalReader(tmp_path / "journal.sqlite") as reader:
        assert reader.info().first > 50
    assert verify(tmp_path / "journal.sqlite").sound
