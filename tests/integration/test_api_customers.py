"""Customers over HTTP: who may do what, what is masked, two who save one card, merges; nothing hostile goes through."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.files.customer_sheet import customer_sheet_of
from callcenter.listening import Bounds
from callcenter.numbers import numbering_of
from callcenter.store.conflicts import Conflict
from callcenter.tracker import RulesInForce
from callcenter.usecases.customers import import_customers
from callcenter.web import sent_files
from tests.integration.api import ROSTER, Browser, Department, Json, department

pytestmark = pytest.mark.usefixtures("database")

MOBILE, LANDLINE = "138 0013 8000", "0571-88881234转801"
WANG = {
    "name": "王小明",
    "numbers": [{"raw": MOBILE, "label": "own"}, {"raw": LANDLINE}],
    "address": "call 13900139000 first",
    "owner": "Alice",
}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        found.in_force = RulesInForce(found.in_force.rulebook, ROSTER, numbering=numbering_of("0571", None, ()))
        yield found


async def made(work: Department, **told: Json) -> str:
    answer = await (await work.signed_in("ma")).send("POST", "/customers", WANG | told)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def read(who: Browser, path: str) -> Json:
    answer = await who.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(who: Browser, path: str, body: Json = None, **headers: str) -> Json:
    answer = await who.send("POST", path, body, **headers)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def test_card_is_found_by_any_spelling_of_its_number_and_masked_by_role(work: Department) -> None:
    number = await made(work)
    sun, alice = await work.signed_in("sun"), await work.signed_in("alice")
    for spelling in ("+8613800138000", "8888 1234"):
        (found,) = (await post(sun, "/customers/lookup", {"number": spelling}))["items"]
        assert (found["id"], found["version"], found["name"]) == (number, 1, "王小明")
        assert [one["key"] for one in found["numbers"]] == ["+8613800138000", "+8657188881234"]
    (masked,) = (await post(alice, "/customers/lookup", {"number": MOBILE}))["items"]
    assert [(one["raw"], one["key"]) for one in masked["numbers"]] == [
        ("138******8000", "+86*******8000"), ("057**********转801", "+86*******1234")
    ]  # fmt: skip
    assert (masked["name"], masked["address"], masked["credit"]) == ("王小明", "***", None)
    assert masked["completeness"]["share"] == pytest.approx(0.6)
    assert masked["completeness"]["missing"] == ["credit", "dealings", "situation", "customer_class"]
    nobody = await post(sun, "/customers/lookup", {"number": "anonymous"})
    assert nobody == {"key": None, "kind": "anonymous", "items": []}


ALLOWED = {
    "alice": {"lookup", "read", "change", "note"},
    "li-leads": {"lookup", "read", "change", "note", "search"},
    "sun": {"lookup", "read", "change", "note", "search", "merge", "class", "delete"},
    "qian": {"lookup", "read"},
    "tian": set(),
    "hua": set(),
    "root": set(),
}


async def test_role_does_what_the_table_says(work: Department) -> None:
    found = {}
    for who in ALLOWED:
        answers = await tried(work, await work.signed_in(who))
        found[who] = {name for name, answer in answers.items() if answer.status_code < 300}
        refused = [answer for name, answer in answers.items() if name not in found[who]]
        assert {answer.status_code for answer in refused} <= {403}
        told = "".join(answer.text for answer in refused)
        assert [word for word in ("王小明", "13 80", "*") if word in told] == []
    assert found == ALLOWED


async def tried(work: Department, browser: Browser) -> dict[str, httpx.Response]:
    """Let somebody try everything with a customer."""
    number, other = await made(work), await made(work, name="other")
    body = {"other": other, "other_version": 1}
    return {
        "lookup": await browser.send("POST", "/customers/lookup", {"number": MOBILE}),
        "read": await browser.get(f"/customers/{number}"),
        "search": await browser.send("POST", "/customers/search", {}),
        "change": await browser.send("PATCH", f"/customers/{number}", {"credit": "good"}, If_Match='"1"'),
        "note": await browser.send("POST", f"/customers/{number}/notes", {"words": "x"}),
        "class": await browser.send("PUT", "/customers/classes/gold", {"criteria": "x"}),
        "merge": await browser.send("POST", f"/customers/{number}/merge", body, If_Match='"2"'),
        "delete": await browser.send("DELETE", f"/customers/{number}", If_Match='"3"'),
    }


async def test_second_of_two_who_save_is_told_fields_people_and_both_values(work: Department) -> None:
    number = await made(work, credit="good")
    sun, alice = await work.signed_in("sun"), await work.signed_in("alice")
    first = await sun.send("PATCH", f"/customers/{number}", {"credit": "call 13800138000"}, If_Match='"1"')
    assert (first.status_code, first.json(), first.headers["etag"]) == (200, {"id": number, "version": 2}, '"2"')
    second = await alice.send("PATCH", f"/customers/{number}", {"credit": "poor", "situation": "new"}, If_Match='"1"')
    told = second.json()
    assert (second.status_code, second.headers["etag"], told["type"]) == (412, '"2"', "urn:callcenter:problem:outdated")
    (change,) = told["changes"]
    assert {k: change[k] for k in ("field", "was", "now", "by")} == {
        "field": "credit", "was": "***", "now": "***", "by": "sun"
    }  # fmt: skip
    assert told["yours"] == {"credit": "poor", "situation": "new"}
    again = await alice.send("PATCH", f"/customers/{number}", {"situation": "new"}, If_Match='"2"')
    assert again.json()["version"] == 3
    card = await read(sun, f"/customers/{number}")
    assert (card["credit"], card["situation"]) == ("call 13800138000", "new")


async def test_numbers_that_one_may_not_read_stay_by_their_place(work: Department) -> None:
    number = await made(work)
    alice, sun = await work.signed_in("alice"), await work.signed_in("sun")
    shown = await read(alice, f"/customers/{number}")
    body = {
        "numbers": [{"place": 1, "label": "desk"}, {"raw": "13900139001"}, {"place": 0}],
        "address": shown["address"],
    }
    assert (await alice.send("PATCH", f"/customers/{number}", body, If_Match='"1"')).status_code == 200
    card = await read(sun, f"/customers/{number}")
    assert [(one["raw"], one["label"]) for one in card["numbers"]] == [
        (LANDLINE, "desk"), ("13900139001", None), (MOBILE, "own")
    ]  # fmt: skip
    assert card["address"] == WANG["address"]
    wrong = await alice.send("PATCH", f"/customers/{number}", {"numbers": [{"place": 9}]}, If_Match='"2"')
    assert wrong.status_code == 422


async def test_request_that_comes_again_makes_one_card_and_keeps_nothing_personal(work: Department) -> None:
    sun = await work.signed_in("sun")
    first, again = [await sun.send("POST", "/customers", WANG, Idempotency_Key="same-key-1") for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    found = await post(sun, "/customers/search", {})
    assert len(found["items"]) == 1


async def test_customers_are_looked_for_a_page_at_a_time(work: Department) -> None:
    for n in range(3):
        await made(work, name=f"c{n}", numbers=[{"raw": f"1380013800{n}"}], key_account=n == 1)
    sun = await work.signed_in("sun")
    first = await post(sun, "/customers/search", {"name": "C", "limit": 2})
    assert [one["name"] for one in first["items"]] == ["c0", "c1"]
    rest = await post(sun, "/customers/search", {"name": "C", "limit": 2, "cursor": first["next"]})
    assert ([one["name"] for one in rest["items"]], rest["next"]) == (["c2"], None)
    for sought, names in (
        ({"number": "13800138002"}, ["c2"]), ({"number": "8001"}, ["c1"]), ({"key_account": True}, ["c1"]),
        ({"owner": "Bob"}, []), ({"name": "c1\u0000"}, None), ({"number": "1"}, None), ({"cursor": "!"}, None),
    ):  # fmt: skip
        answer = await sun.send("POST", "/customers/search", sought)
        assert (None if answer.status_code >= 400 else [one["name"] for one in answer.json()["items"]]) == names


async def test_merge_undo_split_and_their_traces(work: Department) -> None:
    kept, other = await made(work), await made(work, name="小明", numbers=[{"raw": "13900139000"}], reference="K-2")
    sun = await work.signed_in("sun")
    body = {"other": other, "other_version": 1, "sides": {"name": "other"}}
    merge = await post(sun, f"/customers/{kept}/merge", body, If_Match='"1"')
    assert (await read(sun, f"/customers/{other}"))["id"] == kept
    await post(sun, f"/customers/{other}/notes", {"words": "13900139000 is his wife's"})
    (listed,) = (await read(sun, f"/customers/{kept}/merges"))["items"]
    assert (listed["id"], listed["merged"], listed["undone_at"]) == (merge["merge"], other, None)
    undone = await post(sun, f"/customers/merges/{merge['merge']}/undo")
    assert undone == {"id": kept, "version": 3, "other": other, "edited": []}
    new = await post(sun, f"/customers/{kept}/split", {"places": [1], "name": "his office"}, If_Match='"3"')
    card = await read(sun, f"/customers/{new['id']}")
    assert (card["name"], [one["raw"] for one in card["numbers"]]) == ("his office", [LANDLINE])
    alice = await work.signed_in("alice")
    (note,) = (await read(alice, f"/customers/{kept}/notes"))["items"]
    assert note["words"] == "***"
    history = await read(alice, f"/customers/{kept}/history?limit=2")
    assert len(history["items"]) == 2
    rest = await read(alice, f"/customers/{kept}/history?cursor={history['next']}")
    told = history["items"] + rest["items"]
    assert [told[n]["action"] for n in (0, 1, -1)] == ["split", "undo_merge", "create"]
    assert "13800138000" not in str(told)
    assert "38001" not in str(told)


async def test_hold_says_by_whom_and_why_to_who_may_delete(work: Department) -> None:
    number, ma = await made(work), await work.signed_in("ma")
    assert (await read(ma, f"/customers/{number}/hold"))["held"] is False
    await ma.send("PUT", f"/customers/{number}/hold", {"reason": "the court asks"})
    told = await read(ma, f"/customers/{number}/hold")
    assert (told["held"], told["by"], told["reason"]) == (True, "ma", "the court asks")
    assert (await (await work.signed_in("alice")).get(f"/customers/{number}/hold")).status_code == 403


async def test_deleted_customer_is_not_there(work: Department) -> None:
    number = await made(work)
    ma = await work.signed_in("ma")
    assert (await ma.send("DELETE", f"/customers/{number}", If_Match='"1"')).json() == {"gone": [number]}
    for path in ("", "/notes", "/history", "/merges"):
        assert (await ma.get(f"/customers/{number}{path}")).status_code == 404


async def test_what_cannot_be_is_refused_with_a_sentence(work: Department) -> None:
    sun = await work.signed_in("sun")
    wrong: list[tuple[Json, str]] = [
        ({"name": "a\u202eb"}, "U+202E"),
        ({"name": " "}, "needs a name"),
        ({"name": "a" * 121}, "name"),
        ({"numbers": [{"raw": "1-800-FLOWERS"}]}, "nobody's telephone number"),
        ({"numbers": [{"raw": "138\n00138000"}]}, "U+000A"),
        ({"numbers": [{"raw": f"138001{n:05}"} for n in range(21)]}, "at most 20"),
        ({"owner": "Nobody"}, "no agent 'Nobody'"),
        ({"customer_class": "gold"}, "no class 'gold'"),
        ({"colour": "red"}, "colour"),
    ]
    for body, said in wrong:
        answer = await sun.send("POST", "/customers", WANG | body, Accept_Language="en")
        assert answer.status_code in {409, 422}
        assert said in answer.text


async def test_hostile_words_come_back_as_they_are_and_do_nothing(work: Department) -> None:
    name = "<script>alert(1)</script>=1+1"
    number = await made(work, name=name)
    answer = await (await work.signed_in("sun")).get(f"/customers/{number}")
    assert answer.json()["name"] == name
    assert answer.headers["content-type"] == "application/json"
    too_large = await (await work.signed_in("sun")).send("POST", "/customers", WANG | {"name": "a" * 1_000_000})
    assert too_large.status_code == 413


async def test_classes_are_the_company_s_own_list(work: Department) -> None:
    ma = await work.signed_in("ma")
    assert (await ma.send("PUT", "/customers/classes/重点", {"criteria": "10,000 yuan a year"})).status_code == 200
    await made(work, customer_class="重点")
    (shown,) = (await read(ma, "/customers/classes"))["items"]
    assert (shown["name"], shown["criteria"], shown["changed_by"]) == ("重点", "10,000 yuan a year", "ma")
    assert (await ma.send("DELETE", "/customers/classes/重点")).status_code == 409
    assert (await ma.send("DELETE", "/customers/classes/none")).status_code == 404


async def sent(who: Browser, path: str, held: bytes | AsyncIterator[bytes], **said: str) -> httpx.Response:
    headers = {"X-CSRF-Token": who.csrf, "Accept-Language": "en"}
    return await who.http.post(f"/api/v1/customers/{path}", params=said, content=held, headers=headers)


async def test_list_is_previewed_brought_in_taken_back_and_written_out(work: Department) -> None:
    ma = await work.signed_in("ma")
    held = "姓名,手机,甲\n王小明,13800138001,88881234\n,13800138002,\n".encode("gb18030")
    said = {"file": "list.csv", "map": "甲=numbers"}
    preview = (await sent(ma, "imports/preview", held, **said)).json()
    assert preview["counts"] == {"new": 1, "changed": 0, "same": 0, "doubtful": 0, "faulty": 1}
    assert preview["told"][0]["why"] == "a customer needs a name: give the person's or the company's"
    assert (await read(ma, "/customers/imports"))["items"] == []
    columns = (await sent(ma, "imports/columns", held, file="list.csv")).json()
    assert [(one["heading"], one["field"], one["samples"]) for one in columns["items"]] == [
        ("姓名", "name", ["王小明", ""]),
        ("手机", "numbers", ["13800138001", "13800138002"]),
        ("甲", None, ["88881234", ""]),
    ]
    assert columns["rows"] == 2
    done = (await sent(ma, "imports", held, **said)).json()
    assert (done["counts"], done["resumed"]) == (preview["counts"], False)
    assert (await sent(ma, "imports", held, **said)).json()["counts"]["same"] == 1
    shown = await read(ma, f"/customers/imports/{done['id']}")
    assert (shown["file"], shown["done"], shown["last_row"], shown["by"]) == ("list.csv", 3, 3, "ma")
    for file in ("csv", "xlsx"):
        export = await ma.get(f"/customers/export?format={file}")
        sheet = customer_sheet_of(export.content, f"x.{file}")
        assert [line.cells[0] for line in sheet.lines] == ["王小明"]
        assert export.headers["content-disposition"] == f'attachment; filename="customers.{file}"'
    nobody = await ma.get("/customers/export?class=gold&key_account=true&owner=Bob")
    assert len(nobody.content.decode("utf-8-sig").splitlines()) == 1
    assert await post(ma, f"/customers/imports/{done['id']}/undo") == {"gone": 1, "back": 0, "left": []}
    entries = (await read(await work.signed_in("root"), "/audit?limit=200"))["items"]
    assert [entry["detail"] for entry in entries if entry["action"] == "export"] == [{"customers": 1}] * 2 + [
        {"customers": 0}
    ]


async def test_import_is_stopped_between_its_parts_goes_on_and_is_taken_back(
    work: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_customers, "AT_ONCE", 1)
    ma, alice = await work.signed_in("ma"), await work.signed_in("alice")
    held = b"name,numbers\n" + b"".join(b"c%d,1380013800%d\n" % (n, n) for n in range(3))
    assert await post(ma, "/customers/imports/stop") == {"stopping": False}
    assert (await alice.send("POST", "/customers/imports/stop")).status_code == 403
    begun, go, read_rows = threading.Event(), threading.Event(), import_customers._Run.read

    def read_later(run: Any, lines: Any) -> Any:
        begun.set()
        go.wait()
        return read_rows(run, lines)

    monkeypatch.setattr(import_customers._Run, "read", read_later)
    importing = asyncio.create_task(sent(ma, "imports", held, file="a.csv"))
    try:
        await asyncio.to_thread(begun.wait)
        assert await post(await work.signed_in("sun"), "/customers/imports/stop") == {"stopping": True}
    finally:
        go.set()
    stopped = await importing
    assert (stopped.status_code, "was stopped" in stopped.text) == (409, True)
    with work.service.reading.of("ma"):  # a list that is only looked at stops, too
        assert await post(await work.signed_in("sun"), "/customers/imports/stop") == {"stopping": True}
        with pytest.raises(Conflict, match="as it was"):
            work.service.reading.go_on("as it was")
    noted = (await read(await work.signed_in("root"), "/audit?action=stop"))["items"]
    assert [(one["actor"], one["subject"]) for one in noted] == [("sun", "ma")] * 2
    (kept,) = (await read(ma, "/customers/imports"))["items"]
    assert (kept["done"], kept["last_row"], kept["finished_at"]) == (2, 4, None)
    went_on = (await sent(ma, "imports", held, file="a.csv")).json()
    assert (went_on["id"], went_on["resumed"], went_on["counts"]["new"]) == (kept["id"], True, 2)
    assert (await post(ma, f"/customers/imports/{kept['id']}/undo"))["gone"] == 3


def test_whoever_stops_a_list_stops_no_other_that_is_read_by_then() -> None:
    reading = sent_files.ReadingTurn()
    with reading.of("ma"):
        first = reading.turn
    assert first is not None
    assert not reading.stop(first)
    with reading.of("sun"):
        assert (reading.stop(first), reading.stopping) == (False, False)
        assert reading.stop(first + 1)
        assert reading.stopping


async def test_file_that_cannot_be_a_list_is_refused(work: Department) -> None:
    ma, alice = await work.signed_in("ma"), await work.signed_in("alice")
    large = b"a" * (33 * 1024 * 1024)
    for who, held, said, status, word in (
        (ma, b"name\n\xff\xfe", {}, 422, "GB 18030"),
        (ma, b"name\na", {"file": "a.xlsx"}, 422, "no workbook"),
        (ma, b"name\na", {"map": "name"}, 422, "HEADING=field"),
        (ma, b"name\na", {"map": "x=name"}, 422, "no column"),
        (ma, large, {}, 413, "at most"),
        (alice, b"name\na", {}, 403, "not for an agent"),
        (work.browser(), b"name\na", {}, 401, "sign in"),
    ):
        answer = await sent(who, "imports", held, **{"file": "a.csv", **said})
        assert answer.status_code == status
        assert word in answer.text
    with work.service.reading.of("sun"):
        busy = await sent(ma, "imports/preview", b"name\na", file="a.csv")
    assert (busy.status_code, busy.headers["retry-after"]) == (429, "30")
    assert "a list of sun is being read" in busy.text


@pytest.mark.one_database
async def test_list_that_does_not_come_to_an_end_keeps_nobody_waiting(
    work: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    ma, sun = await work.signed_in("ma"), await work.signed_in("sun")
    begun, go = asyncio.Event(), asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield b"name\n"
        begun.set()
        await go.wait()
        yield b"late"

    sending = asyncio.create_task(sent(ma, "imports", stalled(), file="a.csv"))
    await begun.wait()
    again = await sent(ma, "imports", b"name\nb", file="b.csv")
    assert (again.status_code, "other lists" in again.text) == (429, True)
    assert (await sent(sun, "imports", b"name\nb", file="b.csv")).status_code == 200
    go.set()
    assert (await sending).json()["counts"]["new"] == 1
    go.clear()
    monkeypatch.setattr(sent_files, "SECONDS", 0.01)
    late = await sent(ma, "imports", stalled(), file="a.csv")
    assert (late.status_code, "not sent in time" in late.text) == (400, True)
    monkeypatch.setattr(sent_files, "_BOUNDS", Bounds(0, 0, body_rate=0.01))

    async def slow() -> AsyncIterator[bytes]:
        yield b"name\n"
        await asyncio.to_thread(time.sleep, 0.05)
        yield b"slow"

    took = await sent(ma, "imports/preview", slow(), file="a.csv")
    assert took.json()["counts"]["new"] == 1
