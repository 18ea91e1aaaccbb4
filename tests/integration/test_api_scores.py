"""The month's score over HTTP: what moves it, who sees it, what it is made of, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest

from callcenter.staff.rights import Role
from callcenter.store.audit import verify
from tests.integration.api import APPEALED, CONFIRMED, PEOPLE, Department, Json, agreed, department, did
from tests.integration.office import hire, propose
from tests.unit.rules.detection.people import DAY, MONDAY

pytestmark = pytest.mark.usefixtures("database")

MARCH = "/scores/Alice/2026-03"


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def read(work: Department, path: str = MARCH, name: str = "ma") -> Json:
    answer = await (await work.signed_in(name)).get(path, **{"Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def points(work: Department) -> float:
    return float((await read(work))["points"])


async def send(work: Department, name: str, path: str, **body: Json) -> Json:
    answer = await (await work.signed_in(name)).send("POST", path, body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def mark(work: Department, given: str = "80", day: str = "2026-03-02", agent: str = "Alice") -> str:
    shown = await send(work, "tian", "/assessments", agent=agent, day=day, points=given, note="as agreed")
    return str(shown["id"])


async def accumulated(work: Department) -> list[Json]:
    page = await read(work, "/violations?rule=V-ACCUMULATED")
    return [(one["state"], one["counted"]) for one in page["items"]]


async def test_from_proposal_to_appeal_to_overturn_with_the_score_before_and_after(work: Department) -> None:
    await agreed(work)
    await mark(work)
    number, scores = await propose(work.decisions), []
    for name, action in [*APPEALED, ("ma", "overturn")]:
        scores.append(await points(work))
        await did(work, number, (name, action))
    assert [*scores, await points(work)] == [100, 100, 100, 98, 100, 100]


async def test_what_a_record_would_do_is_added_up_anew_and_not_taken_off(work: Department) -> None:
    await agreed(work)
    await mark(work)
    numbers = [await propose(work.decisions, n) for n in range(4)]
    for number in numbers[:3]:
        await did(work, number, *CONFIRMED)
    await did(work, numbers[3], ("sun", "notify"))
    effect = await read(work, f"/violations/{numbers[3]}/effect")
    assert (effect["month"], effect["now"], effect["confirmed"]) == ("2026-03", "94", "92")
    assert (effect["without"], effect["accumulated"]) == ("94", "72")
    assert (await read(work, f"/violations/{numbers[0]}/effect"))["without"] == "96"
    assert await read(work, f"/violations/{numbers[3]}/effect", "alice") == effect
    codes = {}
    for name in ("bobby", "li-leads", "root"):
        codes[name] = (await (await work.signed_in(name)).get(f"/violations/{numbers[3]}/effect")).status_code
    assert codes == {"bobby": 404, "li-leads": 200, "root": 403}


async def test_four_minor_ones_propose_one_more_and_an_overturned_one_takes_it_back(work: Department) -> None:
    await agreed(work)
    await mark(work)
    numbers = [await propose(work.decisions, n) for n in range(4)]
    for number in numbers[:3]:
        await did(work, number, *CONFIRMED)
    assert (await points(work), await accumulated(work)) == (94, [])

    await did(work, numbers[3], *CONFIRMED)
    assert (await points(work), await accumulated(work)) == (92, [("proposed", 0)])
    (derived,) = (await read(work, "/violations?rule=V-ACCUMULATED"))["items"]
    detail = await read(work, f"/violations/{derived['id']}")
    assert [one["subject"] for one in detail["names"]] == numbers
    assert (detail["severity"], detail["points"], detail["team"]) == ("severe", 20, "hotline")

    await did(work, derived["id"], *CONFIRMED)
    assert (await points(work), await accumulated(work)) == (72, [("confirmed", 20)])
    assert derived["id"] in {line["record"] for line in (await read(work))["lines"]}

    await did(work, numbers[0], ("alice", "appeal"), ("ma", "overturn"))
    assert (await points(work), await accumulated(work)) == (94, [("withdrawn", 0)])
    last = (await read(work, f"/violations/{derived['id']}"))["history"][-1]
    assert (last["action"], last["by"], "no longer add up" in last["note"]) == ("withdraw", "service", True)
    async with work.decisions.writing() as unit:
        assert await verify(unit.connection) > 0


class TestScore:
    async def test_every_line_names_its_record_and_where_it_is(self, work: Department) -> None:
        terms = await agreed(work)
        await work.signed_in("li-leads")
        number = await propose(work.decisions, agent="Li")
        await did(work, number, ("sun", "notify"), ("li-leads", "explain"), ("sun", "confirm"))
        about = {"agent": "Li", "day": "2026-03-02", "note": "because"}
        given = {
            "assessments": await send(work, "tian", "/assessments", points="78.5", **about),
            "bonuses": await send(work, "ma", "/bonuses", kind="proposal", **about),
            "adjustments": await send(work, "tian", "/adjustments", points="-1.5", **about),
        }
        shown = await read(work, "/scores/Li/2026-03")
        assert [(line["kind"], line["collection"], line["record"], line["points"]) for line in shown["lines"]] == [
            ("base", "changes", terms, "100"),
            ("daily_assessment", "assessments", given["assessments"]["id"], "-1.5"),
            ("violation", "violations", number, "-2"),
            ("bonus", "bonuses", given["bonuses"]["id"], "5"),
            ("adjustment", "adjustments", given["adjustments"]["id"], "-1.5"),
        ]
        assert (shown["points"], shown["provisional"], shown["terms"]) == (
            "100",
            False,
            {"change": terms, "since": "2026-01"},
        )
        for line in shown["lines"][1:]:
            assert (await read(work, f"/{line['collection']}/{line['record']}"))["id"] == line["record"]

    async def test_without_a_base_there_is_no_score_and_what_to_do_is_said(self, work: Department) -> None:
        ma = await work.signed_in("ma")
        await work.signed_in("alice")
        for path in (MARCH, "/scores?month=2026-03", "/scores/export?month=2026-03", "/scores/Alice/2026/quarters/1"):
            answer = await ma.get(path, **{"Accept-Language": "en"})
            assert (answer.status_code, answer.json()["type"]) == (404, "urn:callcenter:problem:terms-missing")
            assert "one person proposes it under Rules and changes (kind amount" in answer.json()["detail"]

    async def test_whoever_asks_for_nothing_as_well_is_told_of_nothing_without_an_error(self, work: Department) -> None:
        ma = await work.signed_in("ma")
        await work.signed_in("alice")
        for path in (f"{MARCH}?or_none=true", "/scores?month=2026-03&or_none=true"):
            assert (await ma.get(path)).status_code == 204
        assert (await ma.get("/scores/Nobody/2026-03?or_none=true")).status_code == 404

    async def test_terms_that_cannot_be_used_are_refused_when_they_are_proposed(self, work: Department) -> None:
        change = {"kind": "amount", "subject": "score", "content": {"from": "2026-01"}, "reason": "agreed"}
        answer = await (await work.signed_in("ma")).send("POST", "/changes", change, Accept_Language="en")
        assert (answer.status_code, answer.json()["detail"]) == (422, "the score's terms do not say 'base'")

    @pytest.mark.one_database
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/scores/Alice/2026-04", 422),  # has not begun
            ("/scores/Alice/2026-13", 422),
            ("/scores/Alice/1999-01", 422),
            ("/scores/Nobody/2026-03", 404),
            ("/scores/Alice/2026/quarters/2", 404),
            ("/scores/Alice/2026/quarters/5", 422),
            ("/scores", 422),
            ("/scores?month=2026-03&order=shoes", 422),
            ("/scores?month=2026-03&cursor=x", 400),
            ("/scores/export?month=2026-03&format=pdf", 422),
            ("/scores/export", 422),
        ],
    )
    async def test_question_that_makes_no_sense_is_refused(self, work: Department, path: str, status: int) -> None:
        await agreed(work)
        answer = await (await work.signed_in("ma")).get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")

    async def test_quarter_is_the_mean_of_its_months(self, work: Department) -> None:
        await agreed(work)
        await work.signed_in("alice")
        for month, given in (("01", "80"), ("02", "77"), ("03", "78")):
            await mark(work, given, f"2026-{month}-02")
        shown = await read(work, "/scores/Alice/2026/quarters/1")
        assert [one["points"] for one in shown["months"]] == ["100", "97", "98"]
        assert (shown["points"], shown["complete"]) == ("98.4", True)

    async def test_quarter_has_the_months_in_which_the_agent_was_there(self, work: Department) -> None:
        await agreed(work)
        root = await work.signed_in("root")
        carol = {"name": "carol", "full_name": "C", "role": "agent", "agent": "Carol", "joined": "2026-02-10"}
        work.hires("Carol")
        await root.send("POST", "/users", carol | {"password": "quite another phrase"})
        shown = await read(work, "/scores/Carol/2026/quarters/1")
        assert [(one["month"], one["trial"]) for one in shown["months"]] == [("2026-02", True), ("2026-03", True)]
        assert shown["complete"] is False
        assert (await (await work.signed_in("ma")).get("/scores/Carol/2026-01")).status_code == 404

    async def test_who_no_longer_leads_keeps_what_they_were_given(self, work: Department) -> None:
        await agreed(work)
        await work.signed_in("li-leads")
        about = {"agent": "Li", "day": "2026-03-02", "note": "led well"}
        await send(work, "tian", "/adjustments", points="5", **about)
        root = await work.signed_in("root")
        await root.send("PATCH", "/users/li-leads", {"role": "agent"}, If_Match='"1"')
        assert (await read(work, "/scores/Li/2026-03"))["points"] == "105"
        tian, less = await work.signed_in("tian"), about | {"points": "-1"}
        again = await tian.send("POST", "/adjustments", less, Accept_Language="en")
        assert (again.status_code, "which Li is not" in again.json()["detail"]) == (422, True)


class TestMoney:
    PAID = {"money": True, "least_yuan": "-200", "most_yuan": "200"}  # noqa: RUF012

    async def test_is_off_unless_two_people_switched_it_on(self, work: Department) -> None:
        await agreed(work)
        await work.signed_in("alice")
        await mark(work)
        assert (await read(work))["recommended_yuan"] is None

    @pytest.mark.one_database
    @pytest.mark.parametrize(
        ("name", "shown"),
        [("alice", "200"), ("li-leads", None), ("sun", "200"), ("tian", None), ("ma", "200"), ("hua", "200")],
    )
    async def test_is_shown_to_whoever_may_read_it(self, work: Department, name: str, shown: str | None) -> None:
        await agreed(work, **self.PAID)
        await work.signed_in("alice")
        await mark(work)
        assert (await read(work, MARCH, name))["recommended_yuan"] == shown
        (listed,) = [
            one for one in (await read(work, "/scores?month=2026-03", name))["items"] if one["agent"] == "Alice"
        ]
        assert listed["recommended_yuan"] == shown
        file = await (await work.signed_in(name)).get("/scores/export?month=2026-03", **{"Accept-Language": "en"})
        assert ("yuan" in file.text) == (shown is not None)


class TestList:
    async def test_best_first_or_by_name_and_page_by_page(self, work: Department) -> None:
        await agreed(work)
        for name in ("alice", "bobby", "li-leads"):
            await work.signed_in(name)
        await mark(work, "70")
        await mark(work, "75", agent="Li")
        orders = {}
        for order in ("agent", "points"):
            pages: list[Json] = [{"next": ""}]
            while (cursor := pages[-1]["next"]) is not None:
                path = f"/scores?month=2026-03&limit=2&order={order}{cursor and '&cursor='}{cursor}"
                pages.append(await read(work, path))
            orders[order] = [[one["agent"] for one in page["items"]] for page in pages[1:]]
        assert orders == {"agent": [["Alice", "Bob"], ["Li"]], "points": [["Bob", "Li"], ["Alice"]]}

    async def test_agent_without_an_account_is_listed_once_something_counts(self, work: Department) -> None:
        await agreed(work)
        assert (await read(work, "/scores?month=2026-03"))["items"] == []
        await mark(work, agent="Zoe")
        assert [one["agent"] for one in (await read(work, "/scores?month=2026-03"))["items"]] == ["Zoe"]

    async def test_who_has_left_is_not_listed_in_later_months(self, work: Department) -> None:
        await agreed(work)
        for name in ("alice", "bobby"):
            await work.signed_in(name)
        root = await work.signed_in("root")
        await root.send("PATCH", "/users/bobby", {"disabled": True}, If_Match='"1"')
        work.now = MONDAY + 31 * DAY
        ma = await work.signed_in("ma")
        await ma.sign_in("ma")
        listed = [[one["agent"] for one in (await read(work, f"/scores?month=2026-0{n}"))["items"]] for n in (3, 4)]
        assert listed == [["Alice", "Bob"], ["Alice"]]


class TestFile:
    async def file(self, work: Department, query: str, language: str = "en") -> bytes:
        ma = await work.signed_in("ma")
        answer = await ma.get(f"/scores/export?month=2026-03{query}", **{"Accept-Language": language})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-disposition"].startswith('attachment; filename="scores-2026-03.')
        return answer.content

    async def test_csv_has_a_row_for_each_agent(self, work: Department) -> None:
        await agreed(work)
        await work.signed_in("alice")
        await mark(work, "78.5")
        rows = list(csv.reader(io.StringIO((await self.file(work, "")).decode("utf-8-sig"))))
        assert rows[0][:6] == ["agent", "team", "month", "points", "base", "daily assessment"]
        assert rows[1][:6] == ["Alice", "hotline", "2026-03", "98.5", "100", "-1.5"]

    async def test_headings_follow_the_language(self, work: Department) -> None:
        await agreed(work)
        rows = (await self.file(work, "", "zh-CN")).decode("utf-8-sig").splitlines()
        assert rows[0].startswith("坐席,班组,月份,得分,")

    async def test_workbook_has_every_line_with_its_record(self, work: Department) -> None:
        await agreed(work)
        await work.signed_in("alice")
        number = await mark(work, "78.5")
        book = openpyxl.load_workbook(io.BytesIO(await self.file(work, "&format=xlsx")))
        totals, lines = ([list(row) for row in book[name].iter_rows(values_only=True)] for name in ("scores", "lines"))
        assert totals[1][:4] == ["Alice", "hotline", "2026-03", 98.5]
        assert lines[2][:5] == ["Alice", "2026-03", "daily assessment", number, -1.5]

    async def test_name_that_a_spreadsheet_would_run_is_made_inert(self, work: Department) -> None:
        await agreed(work)
        root = await work.signed_in("root")
        hostile = {"name": "mallory", "full_name": "M", "role": "agent", "agent": '=HYPERLINK("http://x")'}
        work.hires(hostile["agent"])
        await root.send("POST", "/users", hostile | {"password": "quite another phrase"})
        rows = csv.reader((await self.file(work, "")).decode("utf-8-sig").splitlines()[1:])
        book = openpyxl.load_workbook(io.BytesIO(await self.file(work, "&format=xlsx")))
        assert [next(rows)[0], book["scores"]["A2"].value] == ["'" + hostile["agent"]] * 2


class TestGiving:
    GIVER = {"assessments": "tian", "bonuses": "ma", "adjustments": "tian"}  # noqa: RUF012
    BODY = {  # noqa: RUF012
        "assessments": {"agent": "Alice", "day": "2026-03-02", "points": "78", "note": "quiet day"},
        "bonuses": {"agent": "Alice", "day": "2026-03-02", "kind": "proposal", "note": "worked in trial"},
        "adjustments": {"agent": "Li", "day": "2026-03-02", "points": "2", "note": "led well"},
    }

    async def test_mark_is_given_withdrawn_and_given_anew(self, work: Department) -> None:
        await agreed(work)
        await work.signed_in("alice")
        tian = await work.signed_in("tian")
        first = await tian.send("POST", "/assessments", self.BODY["assessments"])
        second = await tian.send("POST", "/assessments", self.BODY["assessments"])
        number = first.json()["id"]
        assert (first.status_code, second.status_code, number in second.json()["detail"]) == (201, 409, True)
        assert await points(work) == 98
        for reason, status in (("", 422), (" ", 422), ("wrong agent", 200), ("again", 409)):
            taken = await tian.send("POST", f"/assessments/{number}/withdraw", {"reason": reason})
            assert taken.status_code == status
        assert (await points(work), (await read(work))["provisional"]) == (100, True)
        await mark(work, "79")
        shown = await read(work, "/assessments?agent=Alice")
        assert sorted((one["points"], one["withdrawn_why"]) for one in shown["items"]) == [
            ("78", "wrong agent"),
            ("79", None),
        ]

    @pytest.mark.parametrize("name", BODY)
    async def test_sent_twice_is_given_once(self, work: Department, name: str) -> None:
        await work.signed_in("li-leads")
        giver = await work.signed_in(self.GIVER[name])
        same = {"Idempotency_Key": "same-key-1"}
        both = [await giver.send("POST", f"/{name}", self.BODY[name], **same) for _ in range(2)]
        assert (both[0].status_code, both[0].content) == (201, both[1].content)
        assert len((await read(work, f"/{name}"))["items"]) == 1

    @pytest.mark.one_database
    @pytest.mark.parametrize(
        ("path", "change", "status"),
        [
            ("assessments", {"agent": "Nobody"}, 422),
            ("assessments", {"points": "80.5"}, 422),
            ("assessments", {"points": "-1"}, 422),
            ("assessments", {"points": "7.25"}, 422),
            ("assessments", {"points": "NaN"}, 422),
            ("assessments", {"day": "2026-03-03"}, 422),  # tomorrow
            ("assessments", {"day": "02.03.2026"}, 422),
            ("assessments", {"note": "a\u0000b"}, 422),
            ("assessments", {"more": 1}, 422),
            ("adjustments", {"agent": "Alice"}, 422),  # leads nobody
            ("adjustments", {"points": "5.5"}, 422),
            ("adjustments", {"note": ""}, 422),
            ("adjustments", {"note": " "}, 422),
            ("bonuses", {"kind": "kind"}, 422),
            ("bonuses", {"kind": "best"}, 422),  # no figure
        ],
    )
    async def test_what_cannot_be_given_is_refused(
        self, work: Department, path: str, change: Json, status: int
    ) -> None:
        for name in ("alice", "li-leads"):
            await work.signed_in(name)
        giver = await work.signed_in(self.GIVER[path])
        answer = await giver.send("POST", f"/{path}", self.BODY[path] | change)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert (await read(work, f"/{path}"))["items"] == []

    async def test_lists_are_filtered_and_joined_by_their_cursor(self, work: Department) -> None:
        for day in ("2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"):
            await mark(work, "80", day)
        pages: list[Json] = [{"next": ""}]
        while (cursor := pages[-1]["next"]) is not None:
            path = f"/assessments?from=2026-02-28&limit=2{cursor and '&cursor='}{cursor}"
            pages.append(await read(work, path))
        days = [[one["day"] for one in page["items"]] for page in pages[1:]]
        assert days == [["2026-03-02", "2026-03-01"], ["2026-02-28"]]
        assert (await read(work, "/assessments?agent=Bob"))["items"] == []
        assert (await (await work.signed_in("ma")).get("/assessments?cursor=WzAsIiJd")).status_code == 400

    async def test_name_of_whoever_gave_is_for_those_who_read_names(self, work: Department) -> None:
        await work.signed_in("alice")
        number = await mark(work)
        names = [(await read(work, f"/assessments/{number}", name))["given_by"] for name in ("alice", "li-leads")]
        assert names == [None, "tian"]


class TestRoles:
    """Who may do what, over everybody whom it can be done to; whatever is not named here is refused."""

    SEEN = """
              Alice  Bob  Zoe  Tian
    alice     200    404  404  404
    li-leads  200    200  404  404
    sun       200    200  200  200
    tian      200    200  200  200
    qian      403    403  403  403
    ma        200    200  200  200
    hua       200    200  200  200
    root      403    403  403  403
    """

    @pytest.fixture
    async def staffed(self, work: Department) -> Department:
        """Everybody has an account, and Zoe's day, Tian's day, a bonus and an adjustment are given."""
        await agreed(work)
        for name in PEOPLE:
            await work.signed_in(name)
        root = await work.signed_in("root")
        other = {"full_name": "x", "password": "quite another phrase"}
        await root.send("POST", "/users", other | {"name": "zoe", "role": "agent", "agent": "Zoe", "team": "orders"})
        special = {"name": "tina", "role": "training_specialist", "agent": "Tian"}
        work.hires("Tian")
        await root.send("POST", "/users", other | special)
        return work

    @pytest.mark.one_database
    async def test_scores_are_seen_as_far_as_the_table_says(self, staffed: Department) -> None:
        heading, *lines = [line.split() for line in self.SEEN.strip().splitlines() if line.strip()]
        for name, *statuses in lines:
            browser = await staffed.signed_in(name)
            answers = [await browser.get(f"/scores/{agent}/2026-03") for agent in heading]
            assert [str(answer.status_code) for answer in answers] == statuses, name
            listed = await browser.get("/scores?month=2026-03")
            seen = [one["agent"] for one in listed.json().get("items", [])]
            assert [agent in seen for agent in heading] == [status == "200" for status in statuses], name
            exported = (await browser.get("/scores/export?month=2026-03")).status_code == 200
            assert exported == (name not in {"qian", "root"}), name

    ALLOWED = (
        ("assessments", "Alice", {"tian"}),
        ("assessments", "Tian", {"sun", "shen"}),
        ("bonuses", "Alice", {"ma"}),
        ("adjustments", "Li", {"tian"}),
    )

    @pytest.mark.one_database
    async def test_only_who_may_gives_and_takes_back(self, staffed: Department) -> None:
        for path, agent, allowed in self.ALLOWED:
            body = TestGiving.BODY[path] | {"agent": agent}
            giver = await staffed.signed_in(min(allowed))
            kept = (await giver.send("POST", f"/{path}", body)).json()["id"]
            answers = {}
            for name in PEOPLE:
                browser = await staffed.signed_in(name)
                gave = await browser.send("POST", f"/{path}", body | {"day": "2026-03-03"})  # never gets so far
                took = await browser.send("POST", f"/{path}/{kept}/withdraw", {"reason": " "})  # likewise
                answers[name] = gave.status_code, took.status_code
            assert answers == {name: (422, 422) if name in allowed else (403, 403) for name in PEOPLE}, (path, agent)

    @pytest.mark.one_database
    @pytest.mark.parametrize(
        ("name", "path", "role"),
        [
            ("tian", "assessments", "training_specialist"),
            ("ma", "bonuses", "manager"),
            ("sun", "assessments", "supervisor"),
        ],
    )
    async def test_nobody_gives_themselves_anything(self, work: Department, name: str, path: str, role: str) -> None:
        await hire(work.decisions, "selma", Role(role), "Selma")
        browser = work.browser("10.8.0.1")
        await browser.sign_in("selma")
        answer = await browser.send("POST", f"/{path}", TestGiving.BODY[path] | {"agent": "Selma"})
        assert answer.status_code == 403

    LISTED: tuple[tuple[str, list[str]], ...] = (
        ("alice", ["Alice"]),
        ("bobby", []),
        ("li-leads", ["Alice"]),
        ("tian", ["Zoe", "Alice"]),
        ("hua", ["Zoe", "Alice"]),
    )

    async def test_lists_show_no_more_than_the_scores_do(self, staffed: Department) -> None:
        numbers = {
            await mark(staffed, agent=agent, day=day): agent
            for agent, day in (("Alice", "2026-03-01"), ("Zoe", "2026-03-02"))
        }
        for name, agents in self.LISTED:
            assert [one["agent"] for one in (await read(staffed, "/assessments", name))["items"]] == agents, name
            browser = await staffed.signed_in(name)
            answers = {agent: await browser.get(f"/assessments/{number}") for number, agent in numbers.items()}
            assert [agent for agent, one in answers.items() if one.status_code == 200] == sorted(agents), name

    @pytest.mark.one_database
    @pytest.mark.parametrize("path", ["assessments", "bonuses", "adjustments"])
    @pytest.mark.parametrize("name", ["qian", "root"])
    async def test_lists_are_not_for_those_who_see_no_scores(self, work: Department, name: str, path: str) -> None:
        assert (await (await work.signed_in(name)).get(f"/{path}")).status_code == 403


async def test_a_quarter_of_a_team_is_listed_and_written_as_it_is_read(work: Department) -> None:
    await agreed(work)
    await work.signed_in("alice")
    await work.signed_in("zoe")
    await did(work, await propose(work.decisions), *CONFIRMED)
    alone = await read(work, "/scores/Alice/2026/quarters/1")
    listed = await read(work, "/scores/quarters/2026/1?team=hotline")
    assert [(one["agent"], one["points"], one["complete"]) for one in listed["items"]] == [
        ("Alice", alone["points"], False)
    ]
    assert listed["items"][0]["months"]["2026-03"] == "98"
    assert {one["agent"] for one in (await read(work, "/scores/quarters/2026/1"))["items"]} == {"Alice", "Zoe"}
    assert [one["agent"] for one in (await read(work, "/scores?month=2026-03&team=orders"))["items"]] == ["Zoe"]
    asked = "/scores/quarters/2026/1/export?team=hotline"
    file = await (await work.signed_in("ma")).get(asked, **{"Accept-Language": "en"})
    head, row = csv.reader(io.StringIO(file.text.removeprefix("\ufeff")))
    assert head[:5] == ["agent", "team", "quarter", "points", "complete"]
    assert (row[0], row[2], row[3], row[-1]) == ("Alice", "2026-Q1", alone["points"], "98")


async def test_a_violation_s_line_says_which_rule_it_was(work: Department) -> None:
    await agreed(work)
    await did(work, await propose(work.decisions), *CONFIRMED)
    (line,) = [one for one in (await read(work))["lines"] if one["kind"] == "violation"]
    assert (line["title"], line["note"]) == ("Offered call missed or declined", "V-MISSED")
