"""Complaints over the API: who reads which, what is filled in from a call, moves and their refusals, the story."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from callcenter.cases.complaints.replay import replay_lines
from callcenter.domain.frame import SECOND
from callcenter.staff.dates import datetime_of
from callcenter.store.audit import page as audit_page
from callcenter.store.record.models import TalkRow, VisitRow
from tests.integration.api import Browser, Department, Json, did
from tests.integration.cases_over_api import (
    ASSIGN,
    HOUR,
    NUMBER,
    PROPOSE,
    SAID,
    UPHELD,
    link,
    listed,
    made,
    move,
    moved,
    staying,
    walk,
    warehouse,
)

pytestmark = pytest.mark.usefixtures("database")

ZHANG = {"name": "张三", "numbers": [{"raw": NUMBER}]}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with staying(tmp_path) as found:
        yield found


async def zhang(work: Department) -> str:
    answer = await (await work.signed_in("ma")).send("POST", "/customers", ZHANG)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def called(work: Department, uniqueid: str = "1.1", agents: tuple[str, ...] = ("Alice",)) -> None:
    """Put a call into the record: a visit, and who talked, one after the other."""
    row: dict[str, Any] = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
    row |= {"id": f"{uniqueid:>032}", "node": "pbx", "uniqueid": uniqueid, "queue": "consumers", "n": 1}
    row |= {"caller": NUMBER, "caller_key": f"+86{NUMBER}", "joined_at": work.now, "agent": agents[0]}
    row |= {"answered_at": work.now, "outcome": "answered", "ended_position": 1, "ended_at": work.now}
    async with work.decisions.writing() as unit:
        await unit.execute(insert(VisitRow).values(**row))
        for n, agent in enumerate(agents):
            talk: dict[str, Any] = {
                "id": f"{uniqueid} {n}",
                "node": "pbx",
                "call": uniqueid,
                "uniqueid": uniqueid,
                "agent": agent,
            }
            talk |= {"interface": "PJSIP/1", "how": "queue", "queue": None, "started_at": work.now + n * SECOND}
            talk |= {"in_gap": False, "frames": "[7]", "began_position": 7 + n, "ended_position": 9 + n}
            await unit.execute(insert(TalkRow).values(**talk))


async def lines_of(browser: Browser, case: str) -> list[dict[str, Any]]:
    return list((await browser.get(f"/cases/{case}")).json()["lines"])


async def test_case_goes_the_whole_way_over_the_api_by_six_hands(work: Department) -> None:
    case = await made(work)
    await walk(work, case["id"])

    read = await (await work.signed_in("sun")).get(f"/cases/{case['number']}")
    shown = read.json()
    assert (shown["state"], shown["kept"], shown["owner"], shown["version"]) == ("archived", True, "alice", 11)
    assert read.headers["etag"] == '"11"'
    assert [line["by"] for line in shown["lines"]][2:7] == [
        "alice",
        "department:warehouse",
        "li-leads",
        "alice",
        "department:warehouse",
    ]
    (record,) = shown["records"]
    assert (record["rule"], record["agent"], record["verdict"]) == ("LADDER", "Bob", "proposed")
    found = (await (await work.signed_in("sun")).get("/violations")).json()["items"]
    assert [(one["id"], one["state"]) for one in found] == [(record["violation"], "proposed")]


async def test_whoever_a_case_is_held_against_reads_that_in_it_once_they_were_told(work: Department) -> None:
    case = await made(work, "bobby")
    await moved(work, "sun", case["id"], UPHELD)

    async def held(name: str) -> list[str]:
        shown = (await (await work.signed_in(name)).get(f"/cases/{case['id']}")).json()
        return [one["violation"] for one in shown["records"]]

    whole = (await (await work.signed_in("sun")).get(f"/cases/{case['id']}")).json()
    assert (whole["turn"], whole["turn_since"]) == ("ours", whole["lines"][-1]["at"])
    (number,) = await held("sun")
    assert await held("bobby") == []
    await did(work, number, ("sun", "notify"))
    assert await held("bobby") == [number]


READS = {
    "alice": {"alices", "with_remedies"},
    "bobby": {"bobs"},
    "li-leads": {"alices", "bobs", "with_remedies"},
    "ou-leads": {"zoes"},
    "sun": {"alices", "bobs", "zoes", "with_remedies", "under_review", "reported"},
    "ma": {"alices", "bobs", "zoes", "with_remedies", "under_review", "reported"},
    "acc": {"with_remedies"},
    "gus": {"under_review", "reported"},
}
"""Who reads which of these cases; nobody else reads any."""


async def test_each_role_reads_its_own_cases(work: Department) -> None:
    await warehouse(work)
    await work.signed_in("gus")
    cases = {
        "alices": await made(work),
        "bobs": await made(work, "bobby"),
        "zoes": await made(work, "zoe"),
        "with_remedies": await made(work),
        "under_review": await made(work, "sun"),
        "reported": await made(work, "sun"),
    }
    ids = {name: str(case["id"]) for name, case in cases.items()}
    about_nobody = UPHELD | {"nature": "product", "responsible": {"department": "warehouse"}}
    for name, by in (("with_remedies", "alice"), ("under_review", "sun"), ("reported", "sun")):
        await moved(work, by, ids[name], about_nobody)
    await moved(work, "alice", ids["with_remedies"], ASSIGN)
    await moved(work, "alice", ids["with_remedies"], PROPOSE)
    await moved(work, "sun", ids["under_review"], {"do": "object", "whose": "customer", "reason": "no"})
    await moved(work, "sun", ids["reported"], {"do": "report", "text": "what we found", "to": "gus"})

    found = {}
    for who in READS:
        browser = await work.signed_in(who)
        found[who] = {name for name in ids if ids[name] in await listed(browser)}
        one_by_one = {name for name in ids if (await browser.get(f"/cases/{ids[name]}")).status_code == 200}
        assert one_by_one == found[who]
    assert found == READS
    for who in ("qian", "tian", "hua", "root"):
        browser = await work.signed_in(who)
        asked = [await browser.get(path) for path in ("/cases", f"/cases/{ids['alices']}", "/cases/export")]
        asked.append(await browser.send("POST", "/cases", SAID))
        asked.append(await browser.send("POST", f"/cases/{ids['alices']}/moves", {"do": "archive"}))
        assert {answer.status_code for answer in asked} == {403}


async def test_deputy_reads_and_moves_the_cases_of_whoever_is_away(work: Department) -> None:
    case = await made(work)
    bob, alice = await work.signed_in("bobby"), await work.signed_in("alice")
    before = (await bob.get(f"/cases/{case['id']}")).status_code
    away = await alice.send("PUT", "/deputies/alice", {"away": True, "deputy": "bobby"})
    assert away.status_code == 200, away.text
    await moved(work, "bobby", case["id"], {"do": "attempt", "contact": "nobody answered"})
    (_, line) = await lines_of(bob, case["id"])
    await (await work.signed_in("li-leads")).send("PUT", "/deputies/alice", {"away": False, "deputy": "bobby"})
    after = (await bob.get(f"/cases/{case['id']}")).status_code
    assert (before, line["by"], line["place"], after) == (404, "bobby", "alice", 404)


@pytest.mark.one_database
async def test_nobody_names_a_deputy_for_whoever_stands_beside_or_above(work: Department) -> None:
    for name in ("alice", "shen", "ma", "gus", "zoe"):
        await work.signed_in(name)
    said = {"away": True, "deputy": "bobby"}
    await work.signed_in("bobby")
    asked = {
        ("bobby", "alice"): 403,
        ("li-leads", "alice"): 200,
        ("li-leads", "zoe"): 403,
        ("sun", "shen"): 403,
        ("sun", "ma"): 403,
        ("ma", "shen"): 200,
        ("ma", "gus"): 403,
        ("gus", "gus"): 200,
        ("alice", "nobody"): 404,
    }
    got = {}
    for who, whose in asked:
        answer = await (await work.signed_in(who)).send("PUT", f"/deputies/{whose}", said)
        got[who, whose] = answer.status_code
    assert got == asked
    sun = await work.signed_in("sun")
    for deputy in ("sun", "nobody", "qian"):
        assert (await sun.send("PUT", "/deputies/sun", {"away": True, "deputy": deputy})).status_code == 422
    told = (await sun.get("/deputies")).json()["items"]
    assert {one["account"]: (one["away"], one["deputy"]) for one in told} == {
        "alice": (True, "bobby"),
        "gus": (True, "bobby"),
        "shen": (True, "bobby"),
    }


async def test_call_becomes_a_case_in_one_action(work: Department) -> None:
    customer = await zhang(work)
    await called(work, agents=("Bob", "Alice"))
    await work.signed_in("bobby")
    alice = await work.signed_in("alice")
    await alice.send("POST", "/calls/1.1/dispositions", {"note": "the shoes are too small"})
    answer = await alice.send("POST", "/cases", {"call": "1.1", "wanted": "new shoes"})

    assert answer.status_code == 201, answer.text
    assert (answer.json()["state"], answer.json()["owner"]) == ("recorded", "bobby"), "Bob answered first"
    assert answer.json()["unknown"] == ["recording"]
    shown = (await (await work.signed_in("sun")).get(f"/cases/{answer.json()['id']}")).json()
    assert (shown["customer"], shown["call"], shown["queue"]) == (customer, "1.1", "consumers")
    assert (shown["channel"], shown["recording"], shown["customer_card"]["name"]) == ("phone", None, "张三")
    assert shown["lines"][0]["fields"] == {
        "channel": "phone",
        "content": "the shoes are too small",
        "owner": "bobby",
        "wanted": "new shoes",
    }


async def test_whoever_opens_owns_a_case_where_who_answered_has_no_account_or_is_away(work: Department) -> None:
    await called(work, "1.1", ("Li",))
    await called(work, "1.2", ("Bob",))
    bob = await work.signed_in("bobby")
    await bob.send("PUT", "/deputies/bobby", {"away": True, "deputy": None})
    owners = [(await made(work, "sun", call=call, new=True))["owner"] for call in ("1.1", "1.2")]
    assert owners == ["sun", "sun"]


@pytest.mark.one_database
async def test_call_that_was_never_seen_or_was_somebody_elses_makes_no_case(work: Department) -> None:
    await called(work, agents=("Zoe",))
    asked = {("alice", "9.9"): 404, ("alice", "1.1"): 403, ("li-leads", "1.1"): 403, ("ma", "1.1"): 201}
    got = {
        (who, call): (await (await work.signed_in(who)).send("POST", "/cases", {"call": call})).status_code
        for who, call in asked
    }
    assert got == asked


async def test_open_case_of_the_customer_or_the_call_is_offered_first(work: Department) -> None:
    customer = await zhang(work)
    await called(work)
    first = await made(work, "bobby", customer=customer)
    alice = await work.signed_in("alice")
    offered = await alice.send("POST", "/cases", {"call": "1.1"})
    chased = await move(
        work, "alice", first["id"], {"do": "chase", "channel": "phone"}, If_Match=f'"{first["version"]}"'
    )
    second = await alice.send("POST", "/cases", {"call": "1.1", "new": True})
    again = await alice.send("POST", "/cases", {"call": "1.1"})

    assert (offered.status_code, offered.json()["type"]) == (409, "urn:callcenter:problem:case-open")
    (told,) = offered.json()["cases"]
    assert (told["id"], told["owner"], told["version"]) == (first["id"], "bobby", 1)
    assert "content" not in json.dumps(told)
    assert (chased.status_code, chased.json()["id"]) == (200, first["id"]), "a chase is for any account"
    assert second.status_code == 201
    assert {one["id"] for one in again.json()["cases"]} == {first["id"], second.json()["id"]}


async def test_two_who_open_from_one_call_at_once_make_one_case(work: Department) -> None:
    await called(work)
    browsers = [await work.signed_in(name) for name in ("alice", "sun", "ma")]
    answers = await asyncio.gather(*(one.send("POST", "/cases", {"call": "1.1"}) for one in browsers))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


REFUSED = [
    ("alice", ASSIGN, 409, "wrong_state"),
    ("zoe", {"do": "withdraw", "contact": "called", "reason": "x"}, 403, "not_allowed"),
    ("alice", UPHELD | {"responsible": {"agent": "Alice"}}, 403, "own_matter"),
    ("alice", {"do": "analyse", "nature": "slow", "upheld": False}, 422, "incomplete"),
    ("alice", UPHELD | {"cause": "  "}, 422, "incomplete"),
    ("alice", UPHELD | {"responsible": {"department": "nowhere"}}, 422, "not_possible"),
    ("alice", UPHELD | {"responsible": {"agent": "Nobody"}}, 422, "not_possible"),
    ("alice", {"do": "hand_over", "to": "nobody", "reason": "x"}, 422, "not_possible"),
    ("alice", {"do": "feedback", "contact": "called", "satisfaction": 9}, 409, "wrong_state"),
    ("alice", {"do": "open"}, 409, "wrong_state"),
]


async def test_refused_moves_say_why_in_the_readers_language_and_change_nothing(work: Department) -> None:
    case = await made(work)
    seen = []
    for name, body, _, _ in REFUSED:
        answer = await move(work, name, case["id"], body, If_Match='"1"')
        seen.append((answer.status_code, answer.json().get("why")))
    assert seen == [(status, why) for _, _, status, why in REFUSED]
    alice = await work.signed_in("alice")
    unknown = await alice.send("POST", "/cases/2026-01-0001/moves", {"do": "archive"}, If_Match='"1"')
    assert (unknown.status_code, unknown.json()["why"]) == (404, "unknown_case")
    said = [
        (await move(work, "alice", case["id"], ASSIGN, If_Match='"1"', Accept_Language=language)).json()["detail"]
        for language in ("en", "zh")
    ]
    assert said[0] == "this cannot be done with the case as it stands: read it again"
    assert said[1] != said[0]
    assert (await alice.get(f"/cases/{case['id']}")).json()["version"] == 1
    work.now += 48 * HOUR
    until = datetime_of(work.now + HOUR, work.service.rulebook.zone).isoformat()
    told = {"do": "extend", "until": until, "reason": "x", "approved_by": "sun", "contact": "called", "told_at": until}
    await work.signed_in("sun")
    told["told_at"] = datetime_of(work.now, work.service.rulebook.zone).isoformat()
    late = await move(work, "alice", case["id"], told)
    assert (late.status_code, late.json()["why"]) == (409, "too_late")


@pytest.mark.one_database
async def test_text_that_is_too_long_is_named_and_a_huge_one_is_not_read(work: Department) -> None:
    alice = await work.signed_in("alice")
    long = await alice.send("POST", "/cases", SAID | {"content": "x" * 2_001}, Accept_Language="en")
    huge = await alice.send("POST", "/cases", SAID | {"content": "x" * 1_000_000})
    hidden = await alice.send("POST", "/cases", SAID | {"content": "x\u0000"})
    other = await alice.send("POST", "/cases", SAID | {"colour": "red"})
    assert (long.status_code, long.json()["detail"]) == (
        422,
        "body.content: String should have at most 2000 characters",
    )
    assert (huge.status_code, huge.json()["type"]) == (413, "urn:callcenter:problem:too-large")
    assert (hidden.status_code, other.status_code) == (422, 422)
    assert await listed(alice) == set()


@pytest.mark.one_database
async def test_strange_values_are_refused_and_never_kept(work: Department) -> None:
    case = await made(work)
    strange: list[Json] = [
        UPHELD | {"upheld": "yes"},
        {"do": "feedback", "satisfaction": True},
        {"do": "fly"},
        {"do": "propose", "remedies": [{"kind": "x", "amount": 1e400}]},
        [],
        None,
    ]
    for body in strange:
        answer = await move(work, "alice", case["id"], body, If_Match='"1"')
        assert answer.status_code in {400, 422}, answer.text
    assert len(await lines_of(await work.signed_in("alice"), case["id"])) == 1


async def test_second_of_two_who_read_one_version_is_told_and_a_replayed_request_has_one_effect(
    work: Department,
) -> None:
    case = await made(work)
    chase = {"do": "chase", "channel": "phone"}
    sun, alice = await work.signed_in("sun"), await work.signed_in("alice")
    path = f"/cases/{case['id']}/moves"
    both = await asyncio.gather(*(one.send("POST", path, chase, If_Match='"1"') for one in (sun, alice)))
    assert sorted(answer.status_code for answer in both) == [200, 412]
    replayed = [await alice.send("POST", path, chase, If_Match='"2"', Idempotency_Key="the-same-key") for _ in "ab"]
    opened = [await alice.send("POST", "/cases", SAID, Idempotency_Key="another-key-1") for _ in "ab"]
    assert [answer.headers["Idempotent-Replayed"] for answer in (*replayed, *opened)] == ["false", "true"] * 2
    assert replayed[0].text == replayed[1].text
    assert opened[0].text == opened[1].text
    assert (await alice.get(f"/cases/{case['id']}")).json()["chases"] == 2
    assert len(await listed(alice)) == 2
    missing = await alice.send("POST", path, chase)
    assert (missing.status_code, missing.json()["type"]) == (428, "urn:callcenter:problem:version-missing")
    keyless = await alice.send("POST", path, chase, If_Match='"3"', Idempotency_Key="")
    assert keyless.json()["type"] == "urn:callcenter:problem:key-missing"


async def test_clock_that_was_set_back_refuses_moves_until_it_is_right_again(work: Department) -> None:
    case = await made(work)
    work.now -= 61 * SECOND
    work.set_back += 61 * SECOND
    back = await move(work, "alice", case["id"], {"do": "chase", "channel": "phone"})
    work.now += 2 * SECOND
    little = await move(work, "alice", case["id"], {"do": "chase", "channel": "phone"})
    assert (back.status_code, little.status_code) == (409, 200)
    first, second = await lines_of(await work.signed_in("alice"), case["id"])
    assert first["at"] == second["at"]


async def test_list_is_narrowed_and_paged(work: Department) -> None:
    cases = []
    for name in ("alice", "bobby", "zoe"):
        cases.append(await made(work, name))
        work.now += HOUR
    sun = await work.signed_in("sun")
    ids = [case["id"] for case in cases]
    await moved(work, "bobby", ids[1], {"do": "withdraw", "contact": "called", "reason": "solved"})
    narrowed = {
        "owner=alice": {ids[0]},
        "state=withdrawn": {ids[1]},
        "state=withdrawn&state=recorded": set(ids),
        "open=true": set(ids),
        "kept=true": {ids[1]},
        "overdue=true": set(),
        "owner=nobody": set(),
        f"customer={'a' * 32}": set(),
    }
    for asked, wanted in narrowed.items():
        assert await listed(sun, f"/cases?{asked}") == wanted, asked
    work.now += 48 * HOUR
    assert await listed(sun, "/cases?overdue=true") == {ids[0], ids[2]}
    first = (await sun.get("/cases?limit=2")).json()
    rest = (await sun.get(f"/cases?limit=2&cursor={first['next']}")).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next"] is None
    due = (await sun.get("/cases?order=due&limit=2")).json()
    due_after = (await sun.get(f"/cases?order=due&limit=2&cursor={due['next']}")).json()
    assert [one["id"] for one in due["items"] + due_after["items"]] == ids
    days = {"order": "due", "from": "2026-03-01T00:00:00Z", "to": "2026-03-31T00:00:00Z", "limit": "2"}
    first = (await sun.http.get("/api/v1/cases", params=days)).json()
    rest = (await sun.http.get("/api/v1/cases", params=days | {"cursor": first["next"]})).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == ids
    for asked in ("limit=0", "state=none", "cursor=x", "colour=red"):
        assert (await sun.get(f"/cases?{asked}")).status_code in {400, 422}


async def test_cases_are_found_by_the_number_of_the_customer_or_of_the_call(work: Department) -> None:
    customer = await zhang(work)
    await called(work)
    of_customer = await made(work, customer=customer)
    of_call = await made(work, "sun", call="1.1", new=True)
    await made(work)
    sun, alice = await work.signed_in("sun"), await work.signed_in("alice")
    asked = {"number": f"+86 {NUMBER[:3]}-{NUMBER[3:]}"}
    everything = {one["id"] for one in (await sun.send("POST", "/cases/search", asked)).json()["items"]}
    mine = {one["id"] for one in (await alice.send("POST", "/cases/search", asked)).json()["items"]}
    assert everything == {of_customer["id"], of_call["id"]}
    assert of_customer["id"] in mine
    assert (await sun.send("POST", "/cases/search", {"number": "anonymous"})).json()["items"] == []


async def test_numbers_are_masked_by_role_and_a_look_at_a_case_is_a_look_at_its_customer(work: Department) -> None:
    case = await made(work, customer=await zhang(work))
    alice, sun = await work.signed_in("alice"), await work.signed_in("sun")
    shown = {name: (await browser.get(f"/cases/{case['id']}")).text for name, browser in (("a", alice), ("s", sun))}
    assert NUMBER not in shown["a"]
    assert "138****5678" in shown["a"]
    assert NUMBER in shown["s"]
    customer = json.loads(shown["a"])["customer"]
    looks = (await (await work.signed_in("qian")).get(f"/customers/{customer}/looks")).json()["items"]
    assert {(one["actor"], one["how"]) for one in looks} == {("alice", "card"), ("sun", "card")}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_export_is_inert_and_audited(work: Department, kind: str) -> None:
    await made(work, case_class="=1+1")
    sun = await work.signed_in("sun")
    answer = await sun.get(f"/cases/export?format={kind}", **{"Accept-Language": "en"})
    assert answer.status_code == 200
    if kind == "csv":
        head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        told = dict(zip(head, row, strict=True))
        assert (told["state"], told["owner"], told["class"]) == ("accepted", "alice", "'=1+1")
    else:
        assert answer.content.startswith(b"PK")
    assert NUMBER.encode() not in answer.content
    async with work.decisions.reading() as connection:
        entries = await audit_page(connection, 0, 100)
    noted = [(one.told.actor, one.told.detail) for one in entries if one.told.action == "export"]
    assert noted == [("sun", {"cases": 1})]
    assert (await (await work.signed_in("alice")).get("/cases/export")).status_code == 403


async def test_story_is_told_again_with_the_same_outcome(work: Department) -> None:
    first = await made(work)
    await walk(work, first["id"])
    case = await made(work, "bobby", follows=first["number"])
    alice, bob = await work.signed_in("alice"), await work.signed_in("bobby")
    await bob.send("PUT", "/deputies/bobby", {"away": True, "deputy": "alice"})
    work.now += 30 * HOUR
    await moved(work, "alice", case["id"], {"do": "attempt", "contact": f"called {NUMBER} in vain"})
    await bob.send("PUT", "/deputies/bobby", {"away": False, "deputy": None})
    await move(work, "sun", case["id"], UPHELD | {"responsible": {"department": "warehouse"}})
    root = await work.signed_in("root")
    await root.send("PATCH", "/users/acc", {"disabled": True}, If_Match=(await root.get("/users/acc")).headers["etag"])
    await (await work.signed_in("ma")).send("DELETE", "/departments/warehouse")

    story = await bob.get(f"/cases/{case['id']}/story")
    told = replay_lines(story.text.splitlines())
    assert [one.why for one in told.results] == [None] * 14
    assert NUMBER not in story.text
    live = {one: (await (await work.signed_in("ma")).get(f"/cases/{one}")).json() for one in (first["id"], case["id"])}
    for again in told.cases:
        shown = live[again.case]
        assert (again.state, again.owner, again.kept) == (shown["state"], shown["owner"], shown["kept"])
        assert (again.number, again.follows, again.upheld) == (shown["number"], shown["follows"], shown["upheld"])
        assert (again.chases, again.attempts, again.level) == (shown["chases"], shown["attempts"], shown["level"])
        assert [one.percent for one in again.warnings] == [one["percent"] for one in shown["warnings"]]
        assert (again.opened_at, again.due) == (shown["opened_at"], shown["due"])
    assert [(one.rule, one.agent) for one in told.violations] == [("LADDER", "Bob")]
    assert (await alice.get(f"/cases/{case['id']}/story")).status_code == 404


@pytest.mark.one_database
async def test_link_is_made_by_who_owns_or_leads_and_of_an_assigned_case_alone(work: Department) -> None:
    await warehouse(work)
    case = await made(work)
    alice = await work.signed_in("alice")
    early = await alice.send("POST", f"/cases/{case['id']}/links")
    await moved(work, "sun", case["id"], UPHELD)
    await moved(work, "alice", case["id"], ASSIGN)
    made_one = await link(work, "alice", case["id"])
    asked = {"zoe": 404, "li-leads": 201, "ma": 201, "acc": 404}
    got = {
        name: (await (await work.signed_in(name)).send("POST", f"/cases/{case['id']}/links")).status_code
        for name in asked
    }
    shown = await alice.get(f"/cases/{case['id']}/links")
    assert (early.status_code, got) == (409, asked)
    assert len(shown.json()["items"]) == 3
    assert made_one["token"] not in shown.text


@pytest.mark.one_database
async def test_departments_are_kept_by_leads(work: Department) -> None:
    await warehouse(work)
    ma, alice = await work.signed_in("ma"), await work.signed_in("alice")
    told: Json = {"name": "warehouse", "full_name": "again"}
    answers = [
        await ma.send("POST", "/departments", told),
        await alice.send("POST", "/departments", told | {"name": "x"}),
        await ma.send("POST", "/departments", told | {"name": "a/b"}),
        await ma.send("DELETE", "/departments/nowhere"),
        await ma.send("DELETE", "/departments/warehouse"),
        await ma.send("POST", "/departments", told),
    ]
    assert [answer.status_code for answer in answers] == [409, 403, 422, 404, 204, 201]
    assert (await alice.get("/departments")).json()["items"] == [told | {"contact": None}]
    async with work.decisions.reading() as connection:
        entries = await audit_page(connection, 0, 100)
    noted = [(one.told.action, one.told.actor) for one in entries if one.told.kind == "department"]
    assert noted == [("add", "ma"), ("close", "ma"), ("add", "ma")]
