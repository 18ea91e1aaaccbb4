"""Filed records held against their journal: what does not reproduce is withdrawn, what is unknown is left alone."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from callcenter import logs
from callcenter.errors import BadInput, CallcenterError, JournalDamaged, MigrationMissing, StoreError
from callcenter.files.rulebook import load_rulebook
from callcenter.journal import Journal
from callcenter.reports.records.evidence import evidence_of
from callcenter.rules.records.reproduction import EvidenceFault, ReproductionFinding
from callcenter.rules.records.standing import SERVICE, RecordState
from callcenter.rules.records.steps import Action
from callcenter.rules.records.violation import Verdict
from callcenter.store import DecisionStore, JournalledFacts, Store
from callcenter.store.decisions.violations import act, history
from callcenter.store.decisions.withdrawals import withdrawn
from callcenter.tracker.withdrawals import Withdrawals
from callcenter.usecases.file_records import Filed, file_records
from callcenter.usecases.withdraw_record import withdraw_record
from tests.integration.filed import NODE, STORIES, Home, journal_settings, roster_form, write_journal
from tests.integration.office import propose, settings_of
from tests.unit.rules.detection.people import LEADER, MONDAY, TERMS, record, step


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(logs, "configure", lambda *_: None)  # a command's stderr ends with the command
    found = Home(tmp_path)
    await found.fill()
    return found


def refused(home: Home, *arguments: str) -> tuple[CallcenterError, str]:
    """Run a command that ends with an error; gives it and what was printed."""
    result = home.run(*arguments)
    assert isinstance(result.exception, CallcenterError), result.exception
    return result.exception, result.stdout


def test_every_record_of_a_day_reproduces(home: Home) -> None:
    result = home.run("verify")
    assert (result.exit_code, home.withdrawn()) == (0, set())
    assert "3 of 3 records reproduce, 0 could not be checked" in result.stdout


async def test_records_that_a_page_speaks_against_reproduce_with_its_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    home = Home(tmp_path)
    await home.fill(pages=True)
    told = {(one.rule, one.verdict, one.reason and one.reason.code) for one in home.found}
    assert told == {(rule, Verdict.UNDETERMINED, "could_not_ring") for rule in ("V-LATE-ANSWER", "V-MISSED")}
    result = await asyncio.to_thread(home.run, "verify")
    assert "3 of 3 records reproduce, 0 could not be checked" in result.stdout
    shown = await asyncio.to_thread(home.run, "explain", home.id_of("V-MISSED"), "--lang", "en")
    assert "the agent's page said that it could not ring" in shown.stdout


def note_of(home: Home, number: str) -> str:
    """Read the note of a record's last step."""
    rows = home.sql(home.base, "SELECT entry FROM violation_steps WHERE violation = ? ORDER BY n", number)
    return str(json.loads(rows[-1][0])["note"])


CHANGES = [
    ("dossier", {"measured": 99.0}, "测量值", "measured"),
    ("dossier", {"why": {"zh": "另", "en": "other"}}, "事由", "why"),
    ("dossier", {"at": 1}, "时间", "at"),
    ("dossier", {"agent": "Somebody"}, "坐席", "agent"),
    ("dossier", {"evidence": []}, "证据", "evidence"),
    ("standing", {"verdict": "excused"}, "判定", "verdict"),
    ("standing", {"points": 5}, "扣分", "points"),
]


@pytest.mark.parametrize(("column", "changes", "zh", "en"), CHANGES, ids=[change[3] for change in CHANGES])
def test_record_that_says_something_else_is_withdrawn(
    home: Home, column: str, changes: dict[str, object], zh: str, en: str
) -> None:
    late = home.id_of("V-LATE-ANSWER")
    home.retell(late, column, **changes)
    error, shown = refused(home, "verify")
    assert (error.exit_code, home.withdrawn()) == (4, {late})
    assert f"the journal gives another {en}" in shown
    assert f"由日志推导的{zh}与记录不同" in note_of(home, late)


def test_copied_frame_that_is_not_the_journals_withdraws_its_record(home: Home) -> None:
    late = home.id_of("V-LATE-ANSWER")
    ((told,),) = home.sql(home.base, "SELECT dossier FROM violations WHERE id = ?", late)
    evidence = json.loads(told)["evidence"]
    evidence[2] |= {"frame": evidence[2]["frame"].replace("Event", "Evenr", 1)}
    home.retell(late, evidence=evidence)
    _, shown = refused(home, "verify")
    assert f"the copied frame {evidence[2]['position']} is not the one in the journal" in shown
    assert home.withdrawn() == {late}


async def test_withdrawal_is_the_services_audited_and_counted(home: Home) -> None:
    late = home.id_of("V-LATE-ANSWER")
    home.retell(late, measured=99.0)
    with capture_logs() as logged:
        await asyncio.to_thread(refused, home, "verify")
    decisions = await DecisionStore.open(settings_of(home.folder))
    async with decisions.reading() as connection:
        (entry,) = await history(connection, late)
        counts = await withdrawn(connection)
    await decisions.close()
    assert (entry.action, entry.by, entry.after) == (Action.WITHDRAW, SERVICE, RecordState.WITHDRAWN)
    assert re.search("[\u4e00-\u9fff].*measured", entry.note)
    assert counts == {late: "V-LATE-ANSWER"}
    assert home.sql(home.base, "SELECT actor, action FROM audit WHERE subject = ? ORDER BY seq", late) == [
        (SERVICE, "propose"),
        (SERVICE, "withdraw"),
    ]
    assert [(one["log_level"], one["violation"]) for one in logged if one["event"] == "violation_withdrawn"] == [
        ("error", late)
    ]


def test_dry_run_says_it_and_withdraws_nothing(home: Home) -> None:
    home.retell(home.id_of("V-LATE-ANSWER"), measured=99.0)
    error, shown = refused(home, "verify", "--dry-run")
    assert ("does not reproduce" in shown, error.exit_code, home.withdrawn()) == (True, 4, set())


def test_flipped_byte_in_a_frame_takes_the_record_that_stands_on_it(home: Home) -> None:
    late = next(v for v in home.found if v.rule == "V-LATE-ANSWER")
    home.flip(late.frames[3])
    error, shown = refused(home, "verify")
    assert f"journal entry {late.frames[3]} is damaged" in shown
    assert (error.exit_code, home.withdrawn()) == (4, {late.id})


def test_flipped_byte_elsewhere_takes_nothing_and_is_told(home: Home) -> None:
    used = {position for violation in home.found for position in violation.frames}
    home.flip(next(position for position in range(40, 100) if position not in used))
    error, shown = refused(home, "verify")
    assert (type(error), home.withdrawn()) == (JournalDamaged, set())
    assert "the journal is damaged elsewhere" in shown


class TestAnotherJournal:
    async def test_with_the_same_switch_and_other_frames_is_refused(self, home: Home) -> None:
        await write_journal(home.folder / "other.sqlite", (*STORIES, "answered"))
        home.configure(journal="other.sqlite")
        error, _ = await asyncio.to_thread(refused, home, "verify")
        assert ("it is another journal" in str(error), home.withdrawn()) == (True, set())

    async def test_of_another_switch_is_refused(self, home: Home) -> None:
        home.configure(node="other")
        error, _ = await asyncio.to_thread(refused, home, "verify")
        assert ("holds nothing of the switch other" in str(error), home.withdrawn()) == (True, set())

    async def test_that_ends_before_the_database_is_refused(self, home: Home) -> None:
        await write_journal(home.folder / "other.sqlite", STORIES[:1])
        home.configure(journal="other.sqlite")
        error, _ = await asyncio.to_thread(refused, home, "verify")
        assert ("it is another journal" in str(error), home.withdrawn()) == (True, set())

    def test_that_is_missing_is_refused(self, home: Home) -> None:
        home.configure(journal="none.sqlite")
        error, _ = refused(home, "verify")
        assert (type(error), home.withdrawn()) == (StoreError, set())


async def test_record_before_the_journals_beginning_cannot_be_checked(home: Home) -> None:
    late = next(v for v in home.found if v.rule == "V-LATE-ANSWER")
    async with await Journal.open(journal_settings(home.journal)) as journal:
        await journal.save_state(journal.durable_position, b"state")
        await journal.prune(late.frames[2])
    result = await asyncio.to_thread(home.run, "verify")
    assert "the journal no longer reaches back so far" in result.stdout
    assert (result.exit_code, home.withdrawn()) == (0, set())


class TestWhatMayHaveHonestReasons:
    def test_no_roster_at_hand(self, home: Home) -> None:
        home.configure(rules="")
        result = home.run("verify")
        assert ("no roster is at hand" in result.stdout, result.exit_code, home.withdrawn()) == (True, 0, set())

    def test_another_rulebook_at_hand(self, home: Home) -> None:
        (home.folder / "book.yaml").write_text(
            'based_on: packaged\neditions:\n  - {version: "other", from: 2026-01-01, '
            "violations: {V-LATE-ANSWER: {points: 3}}}\n"
        )
        home.configure(rules='rulebook = "{folder}/book.yaml"\nroster = "{folder}/roster.json"')
        result = home.run("verify")
        assert "is not the one at hand" in result.stdout, result.stdout
        assert (result.exit_code, home.withdrawn()) == (0, set())

    def test_roster_by_which_nothing_comes_out_the_same(self, home: Home) -> None:
        (home.folder / "roster.json").write_text(json.dumps(roster_form(on_duty=False)))
        error, _ = refused(home, "verify")
        assert ("rulebook and roster of the settings are not those of then" in str(error), home.withdrawn()) == (
            True,
            set(),
        )

    def test_team_that_was_renamed(self, home: Home) -> None:
        home.retell(home.id_of("V-MISSED"), team="another")
        assert (home.run("verify").exit_code, home.withdrawn()) == (0, set())


async def test_what_a_person_recorded_is_not_the_journals_to_judge(home: Home) -> None:
    decisions = await DecisionStore.open(settings_of(home.folder))
    number = await propose(decisions, standing=record(proposed_by="li"))
    await decisions.close()
    result = await asyncio.to_thread(home.run, "verify")
    assert (result.exit_code, number[:12] in result.stdout) == (0, False)


def test_settled_record_is_left_as_it_is(home: Home) -> None:
    late = home.id_of("V-LATE-ANSWER")
    home.retell(late, measured=99.0)
    home.sql(home.base, "UPDATE violations SET state = 'overturned' WHERE id = ?", late)
    assert (home.run("verify").exit_code, home.withdrawn()) == (0, set())


def test_span_says_which_records_are_held_against_the_journal(home: Home) -> None:
    home.retell(home.id_of("V-LATE-ANSWER"), measured=99.0)
    result = home.run("verify", "--to", "2026-01-01")
    assert "0 of 0 records reproduce" in result.stdout
    assert home.withdrawn() == set()


def test_without_a_database_there_is_nothing_to_verify(home: Home) -> None:
    home.base.unlink()
    assert isinstance(refused(home, "verify")[0], MigrationMissing)


class TestExplain:
    def test_record_that_reproduces_is_shown_and_said_to(self, home: Home) -> None:
        late = home.id_of("V-LATE-ANSWER")
        result = home.run("explain", late[:10])
        assert (result.exit_code, "reproduced from the journal: yes" in result.stdout) == (0, True)
        assert result.stdout.splitlines()[-1].split()[:2] == [late[:12], "reproduced"]

    def test_record_that_was_changed_is_withdrawn(self, home: Home) -> None:
        late = home.id_of("V-LATE-ANSWER")
        home.retell(late, measured=99.0)
        error, _ = refused(home, "explain", late[:10])
        assert (error.exit_code, home.withdrawn()) == (4, {late})

    def test_record_that_the_journal_does_not_give_is_withdrawn(self, home: Home) -> None:
        number = "f" * 32
        late = home.id_of("V-LATE-ANSWER")
        home.sql(
            home.base,
            "INSERT INTO violations (id, rule, agent, team, sort_at, verdict, mode, state, dossier, standing, "
            "created_at, version, due_at) SELECT ?, rule, agent, team, sort_at, verdict, mode, state, "
            "replace(dossier, ?, ?), standing, created_at, version, due_at FROM violations WHERE id = ?",
            number,
            late,
            number,
            late,
        )
        _, shown = refused(home, "explain", number[:8], "--lang", "zh-CN")
        assert ("由日志推导不出该记录" in shown, home.withdrawn()) == (True, {number})

    def test_without_a_database_it_explains_from_the_journal_alone(self, home: Home) -> None:
        home.base.unlink()
        result = home.run("explain", home.id_of("V-LATE-ANSWER"))
        assert (result.exit_code, "not compared" in result.stderr) == (0, True)

    def test_record_that_nobody_knows_is_said_to(self, home: Home) -> None:
        assert isinstance(refused(home, "explain", "0" * 10)[0], BadInput)


async def test_record_that_changed_meanwhile_is_not_withdrawn_for_what_it_said_before(home: Home) -> None:
    late = home.id_of("V-LATE-ANSWER")
    before = (await home.record(late)).dossier
    home.retell(late, measured=99.0)
    decisions = await DecisionStore.open(settings_of(home.folder))
    async with decisions.writing() as unit:
        assert not await withdraw_record(
            unit, before, [ReproductionFinding(EvidenceFault.NOT_DERIVED)], load_rulebook(), MONDAY
        )
    await decisions.close()


class TestBeforeADecision:
    """The live service looks at one record's frames in its own journal."""

    async def test_sound_evidence_has_no_fault(self, home: Home) -> None:
        late = await home.record(home.id_of("V-LATE-ANSWER"))
        assert await evidence_of(home.journal)(late.dossier) == ()

    async def test_damaged_frame_is_a_fault(self, home: Home) -> None:
        late = await home.record(home.id_of("V-LATE-ANSWER"))
        position = late.dossier.evidence[1]["position"]
        home.flip(position)
        (fault,) = await evidence_of(home.journal)(late.dossier)
        assert (fault.what, fault.en) == (EvidenceFault.FRAME_DAMAGED, str(position))

    @pytest.mark.parametrize(
        ("position", "expected"),
        [
            (10**30, EvidenceFault.FRAME_MISSING),
            (0, EvidenceFault.FRAME_OTHER),
            (None, EvidenceFault.FRAME_OTHER),
            ("7", EvidenceFault.FRAME_OTHER),
            (1, EvidenceFault.FRAME_OTHER),
        ],
    )
    async def test_copy_of_no_frame_is_a_fault(self, home: Home, position: object, expected: EvidenceFault) -> None:
        late = (await home.record(home.id_of("V-LATE-ANSWER"))).dossier
        copies = [late.evidence[0] | {"position": position}]
        (fault,) = await evidence_of(home.journal)(msgspec.structs.replace(late, evidence=copies))
        assert fault.what is expected

    async def test_frame_that_was_cut_away_is_no_fault(self, home: Home) -> None:
        late = await home.record(home.id_of("V-LATE-ANSWER"))
        async with await Journal.open(journal_settings(home.journal)) as journal:
            await journal.save_state(journal.durable_position, b"state")
            await journal.prune(late.dossier.evidence[2]["position"])
        assert await evidence_of(home.journal)(late.dossier) == ()


class TestCount:
    """The exporter's figure, which another process may have changed."""

    async def told(self, home: Home) -> dict[str, int]:
        heard: asyncio.Queue[Mapping[str, int]] = asyncio.Queue()
        decisions = await DecisionStore.open(settings_of(home.folder))
        watching = asyncio.create_task(Withdrawals(decisions, load_rulebook).watch(heard.put_nowait))
        counts = await heard.get()
        watching.cancel()
        await asyncio.wait([watching])
        await decisions.close()
        return dict(counts)

    async def test_rules_that_are_on_begin_at_nothing(self, home: Home) -> None:
        counts = await self.told(home)
        assert {"V-MISSED", "V-HOTLINE"} <= counts.keys()
        assert set(counts.values()) == {0}

    async def test_what_the_command_withdrew_is_counted(self, home: Home) -> None:
        home.retell(home.id_of("V-LATE-ANSWER"), measured=99.0)
        await asyncio.to_thread(refused, home, "verify")
        counts = await self.told(home)
        assert (counts["V-LATE-ANSWER"], sum(counts.values())) == (1, 1)

    async def test_what_a_person_withdrew_is_not(self, home: Home) -> None:
        decisions = await DecisionStore.open(settings_of(home.folder))
        number = await propose(decisions, standing=record(proposed_by="li"))
        async with decisions.writing() as unit:
            await act(unit, number, None, step(Action.WITHDRAW, LEADER), TERMS)
        await decisions.close()
        assert sum((await self.told(home)).values()) == 0


class TestRestart:
    """The journal gives a record anew that people have been told of."""

    async def write_again(self, home: Home, measured: float) -> list[str]:
        late = await home.record(home.id_of("V-LATE-ANSWER"))
        home.retell(late.dossier.id, "standing", state="notified")
        home.sql(home.base, "UPDATE violations SET state = 'notified' WHERE id = ?", late.dossier.id)
        home.retell(late.dossier.id, measured=measured)
        store = await Store.open(settings_of(home.folder), NODE)
        end = store.position + 1
        records = [Filed(late.dossier, late.standing, load_rulebook(), MONDAY)]
        filing = partial(file_records, filed=records)
        told = await store.write([JournalledFacts(end, ())], end, filing)
        again = await store.write([JournalledFacts(end + 1, ())], end + 1, filing)
        await store.close()
        assert again == []
        return told

    async def test_what_is_no_longer_given_is_withdrawn_once(self, home: Home) -> None:
        late = home.id_of("V-LATE-ANSWER")
        assert (await self.write_again(home, 99.0), home.withdrawn()) == ([late], {late})
        ((entry,),) = home.sql(home.base, "SELECT entry FROM violation_steps WHERE violation = ?", late)
        assert (json.loads(entry)["before"], "measured" in json.loads(entry)["note"]) == ("notified", True)

    async def test_what_is_given_again_stays(self, home: Home) -> None:
        measured = (await home.record(home.id_of("V-LATE-ANSWER"))).dossier.measured
        assert measured is not None
        assert (await self.write_again(home, measured), home.withdrawn()) == ([], set())
