"""Lost calls as people work them off: listed, claimed, closed, called back by a one-time code; on both databases."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select
from typer import Typer
from typer.testing import CliRunner

from callcenter.cli.office import lost as command
from callcenter.cli.office import report
from callcenter.domain import facts as fx
from callcenter.domain.events import MemberSeen
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.visits.lost import LostCall
from callcenter.domain.vocabulary import FollowUpBy, FollowUpState
from callcenter.staff.dates import datetime_of
from callcenter.staff.rights import Right
from callcenter.store import JournalledFacts, Store
from callcenter.store.audit import page as audit_page
from callcenter.store.decisions import lost_calls
from callcenter.store.decisions.lost_calls import BY_HAND, delete_settled, lost_in, open_by_queue
from callcenter.store.record.rows import lost_call_id
from callcenter.store.tables import LostCallClosingRow
from callcenter.tracker import Tracker
from callcenter.web.one_time_codes import CODE_LASTS, MOST_WRONG, CallBack, CodeGrounds, CodeRefused, OneTimeCodes
from callcenter.web.switchboard import Switchboard
from tests.integration.api import Department, department
from tests.integration.lively import Lively
from tests.integration.office import settings_of
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

TOKEN = "a-token-of-sixteen"
MINUTE: Micros = 60 * SECOND
SOON = MONDAY - 3600 * SECOND


def lost(
    uniqueid: str,
    at: int,
    number: str | None = "13800138000",
    queue: str = "consumers",
    state: FollowUpState = FollowUpState.OPEN,
    by: FollowUpBy | None = None,
) -> LostCall:
    return LostCall(
        uniqueid=uniqueid,
        queue=queue,
        n=1,
        call=uniqueid,
        caller=number,
        key=None if number is None else f"+86{number}",
        lost_at=SOON + at * MINUTE,
        state=FollowUpState.UNREACHABLE if number is None else state,
        tries=0,
        by=by,
        closed_at=None if by is None else SOON + at * MINUTE + SECOND,
    )


TWICE = lost("a1", 1), lost("a2", 5, queue="products")
OTHER = lost("b1", 3, "13900139000")
NOBODY = lost("n1", 2, None)
BACK = lost("c1", 0, "13700137000", state=FollowUpState.CLOSED, by=FollowUpBy.CALLED_BACK)


def id_of(one: LostCall) -> str:
    return lost_call_id("pbx", one)


FIRST, SECOND_CALL = map(id_of, TWICE)


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path, dialplan={"secret": SecretStr(TOKEN)}) as found:
        store = await Store.open(settings_of(tmp_path), "pbx")
        facts = [fx.LostCallChanged(at=MONDAY, lost=one) for one in (*TWICE, OTHER, NOBODY, BACK)]
        await store.write([JournalledFacts(1, facts)], 1)
        await store.close()
        yield found


def brief(page: httpx.Response) -> list[tuple[Any, ...]]:
    assert page.status_code == 200, page.text
    return [(one["id"], one["state"], one["count"], one["by"]) for one in page.json()["items"]]


OPEN_TWICE = (FIRST, "open", 2, None)
OPEN_OTHER = (id_of(OTHER), "open", 1, None)
OF_NOBODY = (id_of(NOBODY), "unreachable", 1, None)
CALLED_BACK = (id_of(BACK), "closed", 1, "called_back")


async def test_entry_that_is_closed_while_the_list_is_read_is_left_out(
    work: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    sun = await work.signed_in("sun")
    reading = lost_calls._calls

    async def calls(connection: Any, named: Any, clauses: Any) -> Any:
        found = await reading(connection, named, clauses)
        return {key: one for key, one in found.items() if key[1] != "open" or key[0] != "+8613900139000"}

    monkeypatch.setattr(lost_calls, "_calls", calls)
    assert brief(await sun.get("/lost-calls")) == [OPEN_TWICE, OF_NOBODY, CALLED_BACK]


async def test_callers_of_one_number_are_one_entry_and_the_oldest_open_one_stands_first(work: Department) -> None:
    sun = await work.signed_in("sun")
    page = await sun.get("/lost-calls")
    assert brief(page) == [OPEN_TWICE, OPEN_OTHER, OF_NOBODY, CALLED_BACK]
    first = page.json()["items"][0]
    assert (first["queues"], first["caller"], first["claim"]) == (["consumers", "products"], "13800138000", None)
    pages = [await sun.get("/lost-calls?limit=3")]
    pages.append(await sun.get(f"/lost-calls?limit=3&cursor={pages[0].json()['next']}"))
    assert [one for some in pages for one in brief(some)] == brief(page)
    assert pages[1].json()["next"] is None


async def test_the_latest_lost_stand_first_where_that_is_asked_for(work: Department) -> None:
    sun, query = await work.signed_in("sun"), "/lost-calls?order=latest&limit=3"
    pages = [await sun.get(query)]
    pages.append(await sun.get(f"{query}&cursor={pages[0].json()['next']}"))
    assert [one for some in pages for one in brief(some)] == [OPEN_TWICE, OPEN_OTHER, OF_NOBODY, CALLED_BACK]
    narrowed = brief(await sun.get("/lost-calls?order=latest&queue=consumers"))
    assert [one[0] for one in narrowed] == [id_of(OTHER), id_of(NOBODY), FIRST, id_of(BACK)]


async def test_the_list_is_narrowed(work: Department) -> None:
    browser = await work.signed_in("sun")
    narrowed = {
        "state=open": [OPEN_TWICE, OPEN_OTHER],
        "state=closed": [CALLED_BACK],
        "state=unreachable": [OF_NOBODY],
        "queue=products": [(SECOND_CALL, "open", 1, None)],
        "claimed_by=alice": [],
    }
    assert {query: brief(await browser.get(f"/lost-calls?{query}")) for query in narrowed} == narrowed


@pytest.mark.one_database
async def test_a_number_is_found_in_any_spelling_and_shown_as_the_role_may_read_it(work: Department) -> None:
    for name, shown in (("alice", "138****8000"), ("sun", "13800138000"), ("tian", "138****8000")):
        browser = await work.signed_in(name)
        page = await browser.send("POST", "/lost-calls/search", {"number": "+86 138-0013-8000"})
        assert brief(page) == [OPEN_TWICE]
        assert page.json()["items"][0]["caller"] == shown
        assert brief(await browser.send("POST", "/lost-calls/search", {"number": "anonymous"})) == []


@pytest.mark.one_database
async def test_whoever_serves_nobody_sees_no_lost_calls(work: Department) -> None:
    assert [(await (await work.signed_in(name)).get("/lost-calls")).status_code for name in ("root", "hua")] == [
        403
    ] * 2


async def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(work: Department) -> None:
    alice, bob, english = await work.signed_in("alice"), await work.signed_in("bobby"), {"Accept_Language": "en"}
    answers = await asyncio.gather(
        alice.send("POST", f"/lost-calls/{FIRST}/claim", {}, **english),
        bob.send("POST", f"/lost-calls/{SECOND_CALL}/claim", {}, **english),
    )
    assert sorted(one.status_code for one in answers) == [200, 409]
    (won,), (told,) = ([one.json() for one in answers if one.status_code == status] for status in (200, 409))
    assert told["detail"].startswith(f"{won['claimed_by']} calls this number back")
    (claimed,) = (await alice.get(f"/lost-calls?claimed_by={won['claimed_by']}")).json()["items"]
    assert (claimed["id"], claimed["claim"]["agent"]) == (FIRST, won["agent"])
    for order in ("waiting", "latest"):
        assert (await alice.get(f"/lost-calls?claimed_by=sun&order={order}")).json() == {"items": [], "next": None}


@pytest.mark.one_database
async def test_a_claim_ends_by_itself_and_may_be_gone_on_with_or_given_back(work: Department) -> None:
    alice, bob = await work.signed_in("alice"), await work.signed_in("bobby")
    path = f"/lost-calls/{FIRST}"
    first = (await alice.send("POST", f"{path}/claim", {})).json()
    work.now += 14 * MINUTE
    again = (await alice.send("POST", f"{path}/claim", {})).json()
    assert again["claimed_at"] == first["claimed_at"]
    assert again["until"] > first["until"]
    assert (await bob.send("POST", f"{path}/release", {})).status_code == 409
    work.now += 15 * MINUTE
    assert (await bob.send("POST", f"{path}/claim", {})).status_code == 200
    assert (await bob.send("POST", f"{path}/release", {})).status_code == 200
    assert (await bob.send("POST", f"{path}/release", {})).status_code == 409
    assert (await alice.send("POST", f"{path}/claim", {})).status_code == 200


@pytest.mark.one_database
async def test_a_lead_takes_a_caller_over_with_a_reason(work: Department) -> None:
    alice, bob, li = [await work.signed_in(name) for name in ("alice", "bobby", "li-leads")]
    path = f"/lost-calls/{FIRST}/claim"
    assert (await alice.send("POST", path, {})).status_code == 200
    assert (await li.send("POST", path, {})).status_code == 409
    assert (await bob.send("POST", path, {"reason": "mine"})).status_code == 403
    taken = await li.send("POST", path, {"reason": "Alice went home"})
    assert (taken.status_code, taken.json()["claimed_by"]) == (200, "li-leads")
    (_, last) = [one.told for one in await _audit(work) if one.told.kind == "lost_call"]
    assert (last.actor, last.action, last.detail) == (
        "li-leads",
        "take_over",
        {"from": "alice", "reason": "Alice went home"},
    )


async def test_leads_close_many_with_a_reason_and_what_is_closed_is_claimed_no_more(work: Department) -> None:
    alice, sun = await work.signed_in("alice"), await work.signed_in("sun")
    body = {"ids": [SECOND_CALL, id_of(NOBODY), id_of(BACK)], "reason": "the outage was announced"}
    assert (await alice.send("POST", "/lost-calls/close", body)).status_code == 403
    closed = await sun.send("POST", "/lost-calls/close", body)
    assert set(closed.json()["closed"]) == {FIRST, SECOND_CALL, id_of(NOBODY)}
    page = await sun.get("/lost-calls")
    assert brief(page) == [
        OPEN_OTHER,
        (FIRST, "closed", 2, BY_HAND),
        (id_of(NOBODY), "closed", 1, BY_HAND),
        CALLED_BACK,
    ]
    assert page.json()["items"][1]["reason"] == "the outage was announced"
    assert (await sun.send("POST", "/lost-calls/close", body)).status_code == 409
    assert (await alice.send("POST", f"/lost-calls/{FIRST}/claim", {})).status_code == 409
    async with work.decisions.reading() as connection:
        assert await open_by_queue(connection) == {"consumers": (1, OTHER.lost_at)}
        assert await lost_in(connection, SOON, MONDAY) == {BY_HAND: 3, "open": 1, "called_back": 1}
        assert await lost_in(connection, SOON, MONDAY, "products") == {BY_HAND: 1}


async def test_what_was_settled_long_ago_goes_and_what_is_open_stays(work: Department) -> None:
    sun = await work.signed_in("sun")
    await sun.send("POST", "/lost-calls/close", {"ids": [FIRST], "reason": "the outage was announced"})
    gone = []
    for before in (BACK.closed_at or 0, work.now, work.now + 1):
        async with work.decisions.writing() as unit:
            gone.append(await delete_settled(unit, before))
    assert gone == [0, 2, 2]
    assert brief(await sun.get("/lost-calls")) == [OPEN_OTHER]
    async with work.decisions.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(LostCallClosingRow)) == 0


@pytest.mark.one_database
async def test_number_in_a_reason_is_masked_as_the_number_is(work: Department) -> None:
    sun, told = await work.signed_in("sun"), {"ids": [FIRST], "reason": "13800138000 wrote to us"}
    assert (await sun.send("POST", "/lost-calls/close", told)).status_code == 200
    li = await work.signed_in("li-leads")
    for name, shown in (("li-leads", "138****8000"), ("alice", "138****8000"), ("sun", "13800138000")):
        page = await (await work.signed_in(name)).get("/lost-calls?state=closed")
        assert f"{shown} wrote to us" in [one["reason"] for one in page.json()["items"]]
    assert "138****8000 wrote to us" in (await li.get("/lost-calls/export")).text


@pytest.mark.one_database
async def test_what_cannot_be_closed_closes_nothing(work: Department) -> None:
    sun = await work.signed_in("sun")
    refused: list[tuple[list[str], str, int]] = [
        ([FIRST], " ", 422),
        ([], "x", 422),
        (["<script>"], "x", 422),
        ([FIRST, "0" * 32], "x", 404),
        ([FIRST], "a\u202eb", 422),
    ]
    for ids, reason, status in refused:
        answer = await sun.send("POST", "/lost-calls/close", {"ids": ids, "reason": reason})
        assert answer.status_code == status, answer.text
    assert brief(await sun.get("/lost-calls?state=open")) == [OPEN_TWICE, OPEN_OTHER]


@pytest.mark.one_database
async def test_the_list_goes_into_a_file_in_which_nothing_acts(work: Department) -> None:
    sun = await work.signed_in("sun")
    answer = await sun.get("/lost-calls/export?state=open", **{"Accept-Language": "en"})
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (head[:3], [row[:3] for row in rows]) == (
        ["id", "state", "caller"],
        [[FIRST, "open", "13800138000"], [id_of(OTHER), "open", "13900139000"]],
    )
    assert (await sun.get("/lost-calls/export?format=xlsx")).content.startswith(b"PK")
    chosen = await sun.get("/lost-calls/export?state=open&order=latest&columns=caller&columns=count")
    assert [*csv.reader(io.StringIO(chosen.content.decode("utf-8-sig")))][1:] == [
        ["13800138000", "2"],
        ["13900139000", "1"],
    ]
    assert (await sun.get("/lost-calls/export?columns=key")).status_code == 422
    assert (await (await work.signed_in("alice")).get("/lost-calls/export")).status_code == 403


async def run(app: Typer, *words: str) -> str:
    """Run a command in a thread: it has a loop of its own."""
    result = await asyncio.to_thread(CliRunner().invoke, app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.stdout
    return result.stdout


@pytest.mark.one_database
async def test_the_console_lists_claims_gives_back_and_closes(
    work: Department, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "settings.toml"
    logins = "".join(f'[ami.{login}]\nusername = "{login}"\nsecret_file = "x"\n' for login in ("events", "control"))
    settings.write_text(f'[ami]\n{logins}[store]\nurl = "{settings_of(tmp_path).url}"\n')
    monkeypatch.setenv("COLUMNS", "200")
    where = ("--settings", str(settings), "--lang", "en")
    listed = await run(command.app, "list", "--state", "open", "--number", "+86 138 0013 8000", *where)
    assert FIRST in listed
    assert id_of(OTHER) not in listed
    assert "calls back until" in await run(command.app, "claim", FIRST, *where)
    assert "console:" in await run(command.app, "list", "--last", "1", *where)
    await run(command.app, "release", FIRST, "--settings", str(settings))
    closed = await run(command.app, "close", FIRST, id_of(OTHER), "--reason", "an outage", *where)
    assert "3 lost calls are closed." in closed
    assert "no lost call is like that" in await run(command.app, "list", "--state", "open", *where)
    for kind in ("csv", "xlsx"):
        assert "wrote" in await run(command.app, "list", f"--{kind}", str(tmp_path / f"lost.{kind}"), *where)
    day = datetime_of(SOON, ZoneInfo("Asia/Shanghai")).date().isoformat()
    told = await run(report.app, day, *where)
    assert "Lost calls: 5; open 0, called back 1, tried in vain 0, answered later 0, closed by hand 3" in told


# calling back


def phones_at_the_switch(work: Department) -> None:
    """Let Alice be signed in at phone 1001, and Bob at 1002."""
    floor = Floor()
    for n, agent in enumerate(("Alice", "Bob"), 1001):
        phone = f"PJSIP/{n}"
        floor.apply(MemberSeen(MONDAY, n, "consumers", phone, agent, phone, 1, paused=False, reason=""))
    tracker = SimpleNamespace(floor=floor, in_sync=True)
    board = Switchboard(cast("Tracker", tracker), lambda: work.in_force)
    object.__setattr__(work.service, "ports", work.service.ports._replace(switchboard=board))


async def dialled(work: Department, phone: str, code: str) -> httpx.Response:
    """Ask as the dialplan does when a phone has dialled the feature code."""
    browser = work.browser()
    async with browser.http as http:
        return await http.get(
            "/dialplan/call-back", params={"phone": phone, "code": code}, headers={"X-Callcenter-Token": TOKEN}
        )


@pytest.mark.one_database
async def test_the_agents_own_phone_calls_back_once_by_its_code(work: Department) -> None:
    phones_at_the_switch(work)
    alice = await work.signed_in("alice")
    given = await alice.send("POST", f"/lost-calls/{FIRST}/call", {})
    assert (given.status_code, given.json()["claim"]["claimed_by"]) == (200, "alice")
    code = given.json()["dial"].removeprefix("*47")
    assert (await dialled(work, "1002", code)).status_code == 204
    answer = await dialled(work, "1001", code)
    assert (answer.status_code, answer.text) == (200, "13800138000")
    assert (await dialled(work, "1001", code)).status_code == 204
    done = [(one.told.actor, one.told.action) for one in await _audit(work) if "call" in one.told.kind]
    assert done == [
        ("alice", "claim"),
        ("alice", "call_back"),
        ("service", "guess"),
        ("alice", "dial"),
        ("service", "guess"),
    ]


@pytest.mark.one_database
async def test_whoever_was_in_a_call_of_the_agent_s_is_called_again_by_a_code_and_nobody_else_is(
    work: Department,
) -> None:
    phones_at_the_switch(work)
    house = Lively(since=work.now)
    house.sinks.append(work.calls)
    house.sign_in()
    house.join(number="13800138000")
    house.ring()
    alice, bob = await work.signed_in("alice"), await work.signed_in("bobby")
    assert (await bob.send("POST", "/desk/dial", {"call": "c1"})).status_code == 409
    given = await alice.send("POST", "/desk/dial", {"call": "c1"})
    assert given.status_code == 200, given.text
    answer = await dialled(work, "1001", given.json()["dial"].removeprefix("*47"))
    assert (answer.status_code, answer.text) == (200, "13800138000")
    told = [
        (one.told.actor, one.told.action, one.told.subject) for one in await _audit(work) if one.told.kind == "call"
    ]
    assert told == [("alice", "call_back", "c1"), ("alice", "dial", "c1")]


@pytest.mark.one_database
async def test_a_code_is_void_after_a_minute_and_where_somebody_else_calls_back_there_is_none(work: Department) -> None:
    phones_at_the_switch(work)
    alice, bob, sun = [await work.signed_in(name) for name in ("alice", "bobby", "sun")]
    code = (await alice.send("POST", f"/lost-calls/{FIRST}/call", {})).json()["dial"].removeprefix("*47")
    assert (await bob.send("POST", f"/lost-calls/{SECOND_CALL}/call", {})).status_code == 409
    assert (await sun.send("POST", f"/lost-calls/{id_of(OTHER)}/call", {})).status_code == 409  # has no phone
    assert (await alice.send("POST", f"/lost-calls/{id_of(NOBODY)}/call", {})).status_code == 409
    work.now += CODE_LASTS
    assert (await dialled(work, "1001", code)).status_code == 204


@pytest.mark.one_database
async def test_a_code_is_void_once_the_call_is_given_back_or_closed(work: Department) -> None:
    phones_at_the_switch(work)
    alice, sun = await work.signed_in("alice"), await work.signed_in("sun")
    release: tuple[Any, ...] = (alice, f"/lost-calls/{FIRST}/release", {})
    close = (sun, "/lost-calls/close", {"ids": [SECOND_CALL], "reason": "wrote to us"})
    for browser, path, body in (release, close):
        code = (await alice.send("POST", f"/lost-calls/{FIRST}/call", {})).json()["dial"].removeprefix("*47")
        assert (await browser.send("POST", path, body)).status_code == 200
        assert (await dialled(work, "1001", code)).status_code == 204


@pytest.mark.one_database
@pytest.mark.parametrize("lost", [True, False])
async def test_a_code_is_void_once_its_agent_has_signed_out(work: Department, lost: bool) -> None:
    phones_at_the_switch(work)
    house = Lively(since=work.now)
    house.sinks.append(work.calls)
    house.sign_in()
    house.join(number="13800138000")
    house.ring()
    alice = await work.signed_in("alice")
    path, body = (f"/lost-calls/{FIRST}/call", {}) if lost else ("/desk/dial", {"call": "c1"})
    code = (await alice.send("POST", path, body)).json()["dial"].removeprefix("*47")
    assert (await alice.send("DELETE", "/session")).status_code == 204
    assert (await dialled(work, "1001", code)).status_code == 204


@pytest.mark.one_database
async def test_a_code_is_void_once_a_lead_has_taken_the_call_over(work: Department) -> None:
    phones_at_the_switch(work)
    alice, sun = await work.signed_in("alice"), await work.signed_in("sun")
    code = (await alice.send("POST", f"/lost-calls/{FIRST}/call", {})).json()["dial"].removeprefix("*47")
    taken = await sun.send("POST", f"/lost-calls/{SECOND_CALL}/claim", {"reason": "knows the caller"})
    assert taken.status_code == 200, taken.text
    assert (await dialled(work, "1001", code)).status_code == 204


@pytest.mark.one_database
async def test_codes_that_are_guessed_are_refused_and_told_and_soon_not_even_looked_at(work: Department) -> None:
    phones_at_the_switch(work)
    alice = await work.signed_in("alice")
    code = (await alice.send("POST", f"/lost-calls/{FIRST}/call", {})).json()["dial"].removeprefix("*47")
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(MOST_WRONG + 2):
        assert (await dialled(work, "1001", wrong)).status_code == 204
    assert (await dialled(work, "1001", code)).status_code == 204
    guesses = [one.told for one in await _audit(work) if one.told.kind == "call_back_code"]
    assert [(one.subject, one.detail["refused"]) for one in guesses] == [
        *[("1001", "wrong")] * (MOST_WRONG - 1),
        ("1001", "limit"),
    ]
    work.now += CODE_LASTS
    again = (await alice.send("POST", f"/lost-calls/{FIRST}/call", {})).json()["dial"].removeprefix("*47")
    assert (await dialled(work, "1001", again)).text == "13800138000"


@pytest.mark.one_database
def test_many_phones_that_guess_are_all_refused() -> None:
    codes = OneTimeCodes[CallBack](lambda: 0)
    grounds = CodeGrounds(account="alice", session="s", right=Right.CLAIM_LOST_CALLS)
    given = codes.give(grounds, ["1001"], CallBack(number="13800138000", lost_call=FIRST))
    refused = [codes.take(f"2{n:03}", "x") for n in range(60)]
    assert refused[0] is CodeRefused.WRONG
    assert refused[-1] is codes.take("1001", given.code) is CodeRefused.BLOCKED


@pytest.mark.one_database
async def test_nobody_calls_back_from_a_switch_that_is_not_followed(work: Department) -> None:
    alice = await work.signed_in("alice")
    assert (await alice.send("POST", f"/lost-calls/{FIRST}/call", {})).status_code == 503
    phones_at_the_switch(work)
    board = work.service.ports.switchboard
    assert board is not None
    cast("Any", board)._tracker.in_sync = False
    assert (await alice.send("POST", f"/lost-calls/{FIRST}/call", {})).status_code == 409


async def _audit(work: Department) -> list[Any]:
    async with work.decisions.reading() as connection:
        return await audit_page(connection, 0, 1_000)
