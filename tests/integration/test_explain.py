"""Records derived again from the journal alone: the same every time, and never from a journal that was changed."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callcenter.ami.decode import decode
from callcenter.ami.wire import Wire
from callcenter.errors import BadInput, JournalDamaged
from callcenter.files.rulebook import load_rulebook
from callcenter.journal import Journal, JournalSettings
from callcenter.reports.records.explain import Derived, derive, exhibits, explain, told
from callcenter.reports.records.explain_words import WORDS
from callcenter.rules.detection import verdicts
from callcenter.rules.records.violation import Verdict
from callcenter.staff.roster import roster_of
from callcenter.tracker import RulesInForce
from callcenter.tracker.entries import frame_step, input_step

TAPES = Path(__file__).parents[1] / "tapes"


async def journal_of(story: str, home: Path, said: RulesInForce | None = None) -> Path:
    """Journal what was in force and what the events login heard, as the service does."""
    wire = Wire()
    frames = wire.feed(gzip.decompress((TAPES / story / "board.ami.gz").read_bytes()))
    path = home / "journal.sqlite"
    async with await Journal.open(JournalSettings(path=path, min_free_bytes=0)) as journal:
        steps = [frame_step("pbx", 1, raw, frame, decode(frame)) for frame, raw in zip(frames, wire.raw, strict=True)]
        if said is not None:
            steps.insert(0, input_step("pbx", 1, said))
        positions = await journal.append([step.entry for step in steps])
        await journal.committed(positions[-1])
    return path


def in_force(story: str) -> RulesInForce:
    """Put the agents of a story on duty for the whole of it."""
    truth = json.loads((TAPES / story / "truth.json").read_text("utf-8"))
    offers = [offer for visit in truth["visits"] for offer in visit["offers"]]
    seats = {offer["agent"]: offer["interface"] for offer in offers}
    raw = {
        "timezone": "Asia/Shanghai",
        "agents": [{"agent": agent, "interface": interface} for agent, interface in seats.items()],
        "shifts": [
            {"agent": agent, "from": "2026-01-01T00:00:00+08:00", "to": "2037-01-01T00:00:00+08:00"} for agent in seats
        ],
    }
    return RulesInForce(load_rulebook(None), roster_of(raw, None))


async def test_late_answer_comes_out_of_the_journal_the_same_each_time(tmp_path: Path) -> None:
    path = await journal_of("late_answer", tmp_path)
    first, second = (list(derive(path, in_force("late_answer"))) for _ in range(2))
    shown = [v for v in first if v.rule == "V-LATE-ANSWER"]
    assert first == second
    assert [v.verdict.value for v in shown] == ["proposed"]


async def test_explanation_shows_the_frames_and_their_seals(tmp_path: Path) -> None:
    path = await journal_of("late_answer", tmp_path)
    (late,) = (v for v in derive(path, in_force("late_answer")) if v.rule == "V-LATE-ANSWER")
    derived = explain(path, in_force("late_answer"), late.id[:10])
    assert derived.violation == late
    assert len(derived.exhibits) == len(set(late.frames))
    assert any("AgentConnect" in exhibit.said for exhibit in derived.exhibits)


async def test_without_the_roster_the_same_act_is_not_proposed(tmp_path: Path) -> None:
    path = await journal_of("late_answer", tmp_path)
    found = list(derive(path, RulesInForce(load_rulebook(None), None)))
    assert {v.verdict.value for v in found if v.rule == "V-LATE-ANSWER"} == {"undetermined"}


async def test_what_the_journal_says_was_in_force_wins_over_the_settings_of_today(tmp_path: Path) -> None:
    path = await journal_of("late_answer", tmp_path, in_force("late_answer"))
    found = list(derive(path, RulesInForce(load_rulebook(None), None)))
    assert {v.verdict.value for v in found if v.rule == "V-LATE-ANSWER"} == {"proposed"}


async def test_record_that_does_not_reproduce_is_said_to(tmp_path: Path) -> None:
    path = await journal_of("answered", tmp_path)
    with pytest.raises(BadInput, match="does not reproduce"):
        explain(path, in_force("answered"), "0123456789")


async def test_flipped_byte_is_found_before_anything_is_explained(tmp_path: Path) -> None:
    path = await journal_of("late_answer", tmp_path)
    with closing(sqlite3.connect(path)) as base, base:
        (payload,) = base.execute("select payload from entry where position = 9").fetchone()
        changed = bytes([payload[0] ^ 1]) + payload[1:]
        base.execute("update entry set payload = ? where position = 9", (changed,))
    with pytest.raises(JournalDamaged, match="entry 9"):
        list(derive(path, in_force("late_answer")))


async def test_explanation_is_told_in_either_language_without_a_word_of_the_other(tmp_path: Path) -> None:
    path = await journal_of("late_answer", tmp_path)
    found = [Derived(v, exhibits(path, v)) for v in derive(path, in_force("late_answer"))]
    zone = ZoneInfo("Asia/Shanghai")
    english, chinese = (["\n".join(told(one, zone, lang)) for one in found] for lang in ("en", "zh-CN"))
    assert english
    assert not re.search("[\u4e00-\u9fff]", "".join(english))
    assert all("记录编号" in one and "排班情况" in one and "由日志推导一致：是" in one for one in chinese)
    assert not re.search("ruled out|evidence|reproduced", "".join(chinese))


def test_every_check_and_verdict_has_its_word() -> None:
    codes = set(re.findall(r'yield "(\w+)"', Path(verdicts.__file__).read_text("utf-8")))
    assert codes <= set(WORDS["check"])
    assert set(Verdict) <= set(WORDS["verdict"])
