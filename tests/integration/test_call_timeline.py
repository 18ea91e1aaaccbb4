"""One call as it went: told from the record of a tape, it is what phones and callers did by their own clocks."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from callcenter.domain import facts as fx
from callcenter.files.rulebook import load_rulebook
from callcenter.lab.truth import TOLERANCE_SECONDS
from callcenter.reports.replay.recorded import Replay
from callcenter.store import JournalledFacts, Store
from callcenter.store.record.models import SurveyRow, TalkRow, VisitRow
from callcenter.store.tables import CallQualityRow
from callcenter.tracker import RulesInForce
from tests.integration.api import Department, department
from tests.integration.office import propose, settings_of

pytestmark = pytest.mark.usefixtures("database")

TAPES = Path(__file__).parents[1] / "tapes"
STORIES = ("hold", "blind_transfer", "attended_transfer", "late_answer", "ringall", "parked_and_taken", "overflowed")
Json = Any


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def recorded(folder: Path, story: str) -> Json:
    """Write a story into the record; give what was true."""
    store = await Store.open(settings_of(folder), story)
    logins = [TAPES / story / "board.ami.gz", *sorted((TAPES / story).glob("board.*.ami.gz"))]
    facts = list(Replay(logins, RulesInForce(load_rulebook(), None)).facts())
    half = len(facts) // 2
    await store.write([JournalledFacts(1, facts[:half])], 1)
    await store.close()
    store = await Store.open(settings_of(folder), story)
    await store.write([JournalledFacts(2, facts[half:])], 2)
    await store.close()
    return json.loads((TAPES / story / "truth.json").read_text())


async def timelines(work: Department) -> list[Json]:
    """Read all calls of the record, as a supervisor."""
    async with work.decisions.reading() as connection:
        named = {
            *await connection.scalars(select(VisitRow.uniqueid)),
            *await connection.scalars(select(TalkRow.uniqueid)),
        }
    sun = await work.signed_in("sun")
    answers = [await sun.get(f"/calls/{one}") for one in sorted(named)]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.json() for answer in answers]


def at(told: str | None) -> float:
    assert told is not None
    return datetime.fromisoformat(told).timestamp()


def parts(shown: list[Json], lane: str, kind: str) -> dict[tuple[str, str], list[Json]]:
    """Give what lasted, by caller and whose lane it is in."""
    found: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for call in shown:
        for one in call["lanes"]:
            if one["kind"] == lane:
                found[call["caller"], one["name"]] += [part for part in one["parts"] if part["kind"] == kind]
    return found


def differences(true: list[tuple[str, Any, Any]], within: float) -> list[str]:
    """Say what is not as it was; moments may differ by so much."""
    said = []
    for name, one, other in true:
        near = isinstance(one, float) and isinstance(other, float) and abs(one - other) <= within
        if not near and one != other:
            said.append(f"{name}: {other!r}, true is {one!r}")
    return said


@pytest.mark.parametrize("story", STORIES)
async def test_a_timeline_is_what_phones_and_callers_did(work: Department, tmp_path: Path, story: str) -> None:
    truth = await recorded(tmp_path, story)
    shown = await timelines(work)
    told: list[tuple[str, Any, Any]] = []
    waits, rung = parts(shown, "queue", "waiting"), parts(shown, "phone", "ringing")
    for visit in truth["visits"]:
        wait = waits[visit["caller"], visit["queue"]].pop(0)
        told.append(("joined", visit["joined_at"], at(wait["from"])))
        told.append(("outcome", visit["outcome"], wait["outcome"]))
        told += [("left", visit["left_at"], at(wait["to"]))] if "left_at" in visit else []
        for offer in visit.get("offers", ()):
            if offer.get("rang_at") is None:
                continue
            ring = rung[visit["caller"], offer["agent"]].pop(0)
            told.append((f"rang {offer['agent']}", offer["rang_at"], at(ring["from"])))
            told.append((f"rang till {offer['agent']}", offer["ended_at"], at(ring["to"])))
            told.append((f"outcome {offer['agent']}", offer["outcome"], ring["outcome"]))
    talked = parts(shown, "phone", "talking")
    for talk in truth["talks"]:
        part = talked[talk["caller"], talk["agent"]].pop(0)
        told += [
            (f"talk {name} {talk['agent']}", talk[name], at(part[name])) for name in ("from", "to") if name in talk
        ]
        told += [(name, talk[name], part[name]) for name in ("how", "ended_by")]
    assert differences(told, TOLERANCE_SECONDS + 2 * truth["lag_seconds"]) == []
    left = [*waits.values(), *rung.values(), *talked.values()]
    assert [part for some in left for part in some] == []


async def test_rings_are_drawn_while_the_call_goes_on_and_once_when_it_is_over(
    work: Department, tmp_path: Path
) -> None:
    """What a queue tells of an answered ring at the call's end only, is known by who follows the switch."""
    story = "late_answer"
    replay = Replay([TAPES / story / "board.ami.gz"], RulesInForce(load_rulebook(), None))
    drawn: dict[str, list[Json]] = {}
    read: list[fx.Fact] = []
    asked: dict[type, str] = {fx.PhoneRang: "rings", fx.TalkBegan: "talks", fx.VisitEnded: "over"}
    for position, fact in enumerate(replay.facts(), 1):
        read.append(fact)
        work.calls.happened([fact], replay.floor)
        if (name := asked.pop(type(fact), None)) is None:
            continue
        store = await Store.open(settings_of(tmp_path), story)
        await store.write([JournalledFacts(position, read)], position)
        await store.close()
        read, work.now = [], replay.floor.state.now or 0
        (shown,) = await timelines(work)
        drawn[name] = [part for of in parts([shown], "phone", "ringing").values() for part in of]
    (rings,), (talks,), (over,) = drawn["rings"], drawn["talks"], drawn["over"]
    assert (rings["lasts"], rings["to"], rings["outcome"], rings["rings"]) == (True, None, None, 1)
    assert (talks["lasts"], talks["outcome"], talks["ring_seconds"]) == (False, "answered", 5.0)
    assert talks["rings"] == int((at(talks["to"]) - at(talks["from"])) // 5) + 1 > 3
    assert talks == over


async def test_each_ring_is_counted_and_each_hold_is_drawn(work: Department, tmp_path: Path) -> None:
    truth = await recorded(tmp_path, "hold")
    said = {one["what"]: one["at"] for one in truth["diary"] if one["what"] in {"held", "took back"}}
    shown = await timelines(work)
    ((hold,),) = parts(shown, "phone", "held").values()
    within = TOLERANCE_SECONDS + 2 * truth["lag_seconds"]
    told = [("held", said["held"], at(hold["from"])), ("took back", said["took back"], at(hold["to"]))]
    assert differences(told, within) == []
    await recorded(tmp_path, "late_answer")
    late = [call for call in await timelines(work) if call["caller"] != shown[0]["caller"]]
    ((ring,),) = parts(late, "phone", "ringing").values()
    lasted = at(ring["to"]) - at(ring["from"])
    assert (ring["ring_seconds"], ring["rings"]) == (5.0, int(lasted // 5) + 1)


async def test_what_a_gap_hid_is_a_gap_and_not_a_time(work: Department, tmp_path: Path) -> None:
    await recorded(tmp_path, "gap")
    cut = [call for call in await timelines(work) if call["in_gap"]]
    (first,) = cut
    (talk,) = [
        part
        for lane in first["lanes"]
        if lane["kind"] == "phone"
        for part in lane["parts"]
        if part["kind"] == "talking"
    ]
    assert (talk["to"], talk["lasts"], talk["in_gap"]) == (None, False, True)
    assert [gap["cause"] for gap in first["gaps"]] == ["link"]
    assert at(first["gaps"][0]["from"]) < at(first["gaps"][0]["to"])


async def test_who_had_to_do_with_a_call_sees_it_and_what_is_about_it(work: Department, tmp_path: Path) -> None:
    """Alice let it ring, Bob answered; the record stands on a frame of her ring."""
    store = await Store.open(settings_of(tmp_path), "pbx")
    facts = list(Replay([TAPES / "answered" / "board.ami.gz"], RulesInForce(load_rulebook(), None)).facts())
    await store.write([JournalledFacts(1, facts)], 1)
    await store.close()
    async with work.decisions.writing() as unit:
        (visit,) = (await unit.execute(select(VisitRow))).all()
        frame = json.loads(visit.frames)[0]
        await unit.execute(update(TalkRow).values(agent="Alice"))
        await unit.execute(
            insert(CallQualityRow).values(
                id="q", uniqueid=visit.uniqueid, agent="Alice", at=1, direction="in", lasted=9, loss=0.0, worst_loss=0.1
            )
        )
        told = {"node": "pbx", "call": visit.uniqueid, "uniqueid": visit.uniqueid, "asks": "[]", "agreed": False}
        told |= {"asked_at": visit.joined_at, "result": "refused", "in_gap": False, "frames": "[]", "ended_position": 1}
        for agent in ("Alice", "Zoe"):
            await unit.execute(insert(SurveyRow).values(**told, id=f"pbx-{agent}", agent=agent))
    work.now = visit.ended_at
    await work.signed_in("alice")
    number = await propose(work.decisions, at=visit.joined_at, evidence=[{"position": frame}])
    await propose(work.decisions, number=2, at=visit.joined_at, evidence=[{"position": frame + 100_000}])
    codes, shown = {}, {}
    for name in ("alice", "bobby", "li-leads", "ou-leads", "hua", "acc", "sun", "root"):
        answer = await (await work.signed_in(name)).get(f"/calls/{visit.uniqueid}")
        codes[name], shown[name] = answer.status_code, answer.json()
    assert codes == {
        "alice": 200,
        "bobby": 403,
        "li-leads": 200,
        "ou-leads": 403,
        "hua": 200,
        "acc": 403,
        "sun": 200,
    } | {"root": 200}
    assert [one["id"] for one in shown["sun"]["records"]] == [number]
    assert (shown["sun"]["caller"], shown["sun"]["customers"], shown["sun"]["cases"]) == (visit.caller, [], [])
    assert ("*" in shown["alice"]["caller"], shown["hua"]["customers"], shown["hua"]["cases"]) == (True, None, None)
    assert [one["agent"] for one in shown["alice"]["quality"]] == ["Alice"]
    surveyed = {
        name: one["surveys"] and {of["agent"] for of in one["surveys"]}
        for name, one in shown.items()
        if one.get("lanes")
    }
    assert surveyed == {
        "alice": {"Alice"},
        "li-leads": {"Alice"},
        "hua": {"Alice", "Zoe"},
        "sun": {"Alice", "Zoe"},
        "root": None,
    }
    sun = await work.signed_in("sun")
    assert (await sun.get("/calls/9.9")).status_code == 404
    assert (await sun.get(f"/violations/{number}")).json()["calls"] == [visit.uniqueid]
    assert (await sun.get(f"/violations/{2:032x}")).json()["calls"] == []
    form = {"rule": "V-EAT", "agent": "Alice", "at": shown["sun"]["from"], "note": "ate meanwhile"}
    filed = await sun.send("POST", "/violations/manual", form | {"call": visit.uniqueid})
    assert filed.status_code == 201, filed.text
    assert (filed.status_code, filed.json()["calls"]) == (201, [visit.uniqueid])
    for other in ({"call": "9.9"}, {"call": visit.uniqueid, "agent": "Zoe"}):
        assert (await sun.send("POST", "/violations/manual", form | other)).status_code == 422
    about = {one["id"] for one in (await sun.get(f"/calls/{visit.uniqueid}")).json()["records"]}
    assert about == {number, filed.json()["id"]}
