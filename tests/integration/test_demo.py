"""`callcenter demo` as a person runs it: the shipped recording, a machine without Asterisk, Ctrl-C in the middle."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.exporter.live import LiveDocument, VisitSeen
from callcenter.lab.demo.people import PEOPLE, QUEUES
from callcenter.lab.demo.script import CALLS
from callcenter.lab.demo.service import demo_rulebook
from callcenter.lab.demo.tape import SHIPPED, Playback
from callcenter.locale import Language
from callcenter.rules.regulations.rulebook import rulebook_of
from callcenter.tracker import RulesInForce


@contextlib.asynccontextmanager
async def demo(
    *options: str, path: str = os.environ["PATH"], columns: int = 160
) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {**os.environ, "PATH": path, "LANG": "C.UTF-8", "COLUMNS": str(columns)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "callcenter",
        "demo",
        *options,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def played(*wrap_up: str) -> LiveDocument:
    playback = Playback(SHIPPED, RulesInForce(rulebook_of(demo_rulebook(wrap_up, 3)), None))
    await playback.play(0)
    return playback.exporter.live()


async def visits() -> dict[str, VisitSeen]:
    return {visit.caller or "": visit for visit in (await played()).recent}


async def test_shipped_recording_holds_every_call_of_the_story() -> None:
    assert (await visits()).keys() == {f"199****{call.number[-4:]}" for call in CALLS}


async def test_shipped_recording_is_evidence_grade_and_from_one_login() -> None:
    document = await played()
    assert document.link.evidence_grade is True
    assert document.link.gap_open is False


@pytest.mark.parametrize(
    ("caller", "outcome", "ended_by", "rings"),
    [
        ("199****0001", "answered", "caller", [("answered", 2)]),
        ("199****0002", "answered", "agent", [("answered", 4)]),
        ("199****0003", "answered", "caller", [("declined", 1), ("answered", 1)]),
        ("199****0005", "abandoned", "caller", []),
        ("199****0006", "abandoned", "caller", [("caller_left", 2)]),
        ("199****0007", "answered", "transfer", [("answered", 1)]),
        ("199****0008", "answered", "caller", [("answered", 1)]),
    ],
)
async def test_recorded_call_is_what_its_phones_did(
    caller: str, outcome: str, ended_by: str, rings: list[tuple[str, int]]
) -> None:
    visit = (await visits())[caller]
    assert (visit.outcome, visit.ended_by) == (outcome, ended_by)
    assert [(offer.outcome, offer.rings) for offer in visit.offers] == rings


async def test_recorded_missed_call_rang_out_and_went_to_a_colleague() -> None:
    missed, taken = (await visits())["199****0004"].offers
    assert (missed.outcome, taken.outcome) == ("timed_out", "answered")
    assert missed.agent != taken.agent
    assert missed.ring_seconds == pytest.approx(25, abs=0.2)


async def test_recorded_hold_and_blind_transfer_are_seen() -> None:
    found = await visits()
    assert found["199****0003"].hold_seconds == pytest.approx(6, abs=0.2)
    assert found["199****0007"].transferred == "blind"


async def test_recording_ends_with_everybody_back() -> None:
    document = await played(*QUEUES)
    assert {agent.state for agent in document.agents} == {"available"}
    assert len(document.agents) == 8


async def test_demo_from_the_recording_says_that_it_is_one_and_ends_by_itself() -> None:
    async with demo("--tape", "--speed", "1000", "--lang", "en") as process:
        out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert out.startswith(b"THIS IS A RECORDING")
    assert b"ring 4" in out
    assert b"blind transfer" in out


@pytest.mark.parametrize(("words", "lang"), [((), "zh-CN"), (("--lang", "en"), "en")])
async def test_department_of_the_demo_is_a_chinese_one_unless_english_is_asked_for(
    words: tuple[str, ...], lang: Language
) -> None:
    async with demo("--tape", "--speed", "1000", *words) as process:
        out, _ = await process.communicate()
    told = out.decode()
    named = [PEOPLE.say(account, lang) for account in ("alice", "eve", "frank", "henry")]
    assert [name for name in (*named, *QUEUES.table(lang).values()) if name not in told] == []


async def test_demo_ends_with_the_board_in_sight_and_its_summary_last() -> None:
    async with demo("--tape", "--speed", "1000", "--lang", "en", columns=80) as process:
        out, _ = await process.communicate()
    lines = out.decode().splitlines()
    board = next(n for n, line in enumerate(lines) if line.startswith("Call centre recording") and n >= len(lines) - 24)
    assert lines[-1] == "In all: 8 visits, 6 answered, 2 abandoned, 0 ended otherwise."
    assert any(line.startswith("Henry ") for line in lines[board:])
    assert max(map(len, lines)) <= 80


async def test_where_no_asterisk_can_be_had_one_sentence_says_why_and_what_to_do(tmp_path: Path) -> None:
    async with demo("--lang", "en", "--work-dir", str(tmp_path), path="/nowhere") as process:
        _, err = await process.communicate()
    assert process.returncode == 5
    assert err.count(b"\n") == 1
    assert b"install" in err
    assert b"callcenter demo --tape" in err
