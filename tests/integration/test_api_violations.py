"""Violations over HTTP: a record's whole way, who sees what of it, lists, forms, repeats, two people at once."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from structlog.testing import capture_logs

from callcenter.domain.frame import Micros
from callcenter.rules.records.dossier import DossierMoment
from callcenter.rules.records.reproduction import EvidenceFault, ReproductionFinding
from callcenter.rules.records.standing import RecordState, Standing
from callcenter.rules.records.steps import DECISIONS, REVIEWS, STEPS, Action
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Mode, Severity, Title
from callcenter.staff.rights import RIGHTS, Right, Role
from callcenter.store.decisions.violations import counted
from tests.integration.api import APPEALED, CONFIRMED, HEARD, PEOPLE, Department, Json, department, did
from tests.integration.office import BY_PEOPLE, propose
from tests.unit.rules.detection.people import DAY, HOUR, MONDAY, record

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def score(work: Department, agent: str = "Alice") -> int:
    async with work.decisions.reading() as connection:
        return sum(r.standing.counted for r in await counted(connection, agent, MONDAY - DAY, MONDAY + 30 * DAY))


WAYS = {
    RecordState.PROPOSED: [],
    RecordState.NOTIFIED: HEARD[:1],
    RecordState.EXPLAINED: HEARD,
    RecordState.CONFIRMED: CONFIRMED,
    RecordState.APPEALED: APPEALED,
}


async def test_from_proposal_to_appeal_to_overturn_with_the_score_at_each_step(work: Department) -> None:
    number, scores = await propose(work.decisions), []
    for name, action in [*APPEALED, ("ma", "overturn")]:
        scores.append(await score(work))
        await did(work, number, (name, action))
    assert [*scores, await score(work)] == [0, 0, 0, 2, 0, 0]
    shown = (await (await work.signed_in("ma")).get(f"/violations/{number}")).json()
    assert (shown["state"], shown["counted"], shown["version"]) == ("overturned", 0, 6)
    assert [step["action"] for step in shown["history"]] == ["notify", "explain", "confirm", "appeal", "overturn"]


@pytest.mark.one_database
@pytest.mark.parametrize(("last", "provisional"), [(MONDAY, False), (MONDAY + 29 * 365 * DAY, True)])
async def test_deadline_in_a_year_that_nobody_has_announced_is_marked(
    work: Department, last: Micros, provisional: bool
) -> None:
    number = await propose(work.decisions)
    work.now = last
    await did(work, number, ("sun", "notify"))
    shown = (await (await work.signed_in("ma")).get(f"/violations/{number}")).json()
    assert shown["deadlines"]["provisional"] is provisional


@pytest.mark.parametrize("action", ["confirm", "reduce", "overturn"])
@pytest.mark.parametrize("note", ["", "  "])
async def test_decision_that_does_not_say_why_is_refused_and_changes_nothing(
    work: Department, action: str, note: str
) -> None:
    number = await propose(work.decisions)
    await did(work, number, *HEARD)
    sun = await work.signed_in("sun")
    bare = await sun.act(number, action, {"note": note, "points": 1}, Accept_Language="en")
    assert (bare.status_code, bare.json()["why"], bare.json()["detail"]) == (
        409,
        "no_words",
        "This step needs a reason in words.",
    )
    assert (await sun.get(f"/violations/{number}")).json()["state"] == "explained"
    said = await sun.act(number, action, {"note": "so it was", "points": 1 if action == "reduce" else None})
    assert (said.status_code, said.json()["history"][-1]["note"]) == (200, "so it was")


async def test_own_proposal_and_own_decision_are_decided_by_others(work: Department) -> None:
    sun = await work.signed_in("sun")
    form = {"rule": "V-EAT", "agent": "Alice", "at": "2026-03-02T08:00:00+08:00", "note": "ate at the desk"}
    filed = await sun.send("POST", "/violations/manual", form)
    number = filed.json()["id"]
    await did(work, number, *HEARD)
    own = await sun.act(number, "confirm", Accept_Language="en")
    assert (own.status_code, own.json()["why"], own.json()["detail"]) == (
        409,
        "own_proposal",
        "Who proposed a record does not decide on it.",
    )
    await did(work, number, ("ma", "confirm"), ("alice", "appeal"))
    again = await (await work.signed_in("ma")).act(number, "confirm")
    assert (again.status_code, again.json()["why"]) == (409, "own_decision")
    await did(work, number, ("hua", "confirm"))
    assert await score(work) == 5


@pytest.mark.one_database
@pytest.mark.parametrize("state", WAYS)
async def test_every_role_is_refused_every_step_that_is_not_theirs(work: Department, state: RecordState) -> None:
    number = await propose(work.decisions)
    await did(work, number, *WAYS[state])
    wrong = []
    for name, (role, agent, team) in PEOPLE.items():
        browser = await work.signed_in(name)
        for action in Action:
            answer = await browser.act(number, action, {"note": ""}, If_Match='"999"')  # never gets so far as to act
            expected = forbidden(role, agent, team, action, state)
            if answer.status_code != expected:
                wrong.append((name, action, answer.status_code, expected))
    assert wrong == []


def forbidden(role: Role, agent: str | None, team: str | None, action: Action, state: RecordState) -> int:
    """Say what a step on Alice's record is answered: not allowed, not there, or allowed as far as the old version."""
    appeal = action in DECISIONS and state is RecordState.APPEALED
    named: dict[Action, Right] = dict.fromkeys(DECISIONS, Right.DECIDE) | {
        a: Right.REVIEW_SHADOW if a in REVIEWS else Right(a) for a in Action if a not in DECISIONS
    }
    whose = {0: False, 1: agent == "Alice", 2: agent == "Alice" or team == "hotline", 3: True}
    ways = [named[action], *([Right.DECIDE_APPEAL] if action in DECISIONS else [])]
    if not any(way in RIGHTS[role] for way in ways):
        return 403
    if not whose[RIGHTS[role][Right.SEE]] or (agent == "Alice" and state is RecordState.PROPOSED):
        return 404
    needed = Right.DECIDE_APPEAL if appeal else named[action]
    return 412 if whose[RIGHTS[role].get(needed, 0)] else 403


SHOWN = """
          caller       evidence   fine  recommended  by
alice     138****0001  masked     20    pay          -,alice,-
li-leads  138****0001  masked     -     -            sun,alice,sun
sun       13800250001  full       20    pay          sun,alice,sun
tian      138****0001  no-number  -     -            sun,alice,sun
qian      13800250001  full       -     -            sun,alice,sun
ma        13800250001  full       20    pay          sun,alice,sun
hua       138****0001  masked     20    pay          sun,alice,sun
root      -            no-number  -     -            -,-,-
"""
EVIDENCE = {
    "full": {"position": 7, "hash": "ab" * 32, "frame": {"Event": "DialEnd", "CallerIDNum": "13800250001"}},
    "no-number": {"position": 7, "hash": "ab" * 32, "frame": {"Event": "DialEnd", "CallerIDNum": "138****0001"}},
    "masked": {"position": 7, "hash": "ab" * 32},
}


@pytest.mark.one_database
@pytest.mark.parametrize("line", SHOWN.strip().splitlines()[1:])
async def test_each_role_reads_what_is_its_own_to_read(work: Department, line: str) -> None:
    name, *cells = line.split()
    number = await propose(work.decisions, standing=record(fine_yuan=20))
    await did(work, number, *CONFIRMED)
    shown = (await (await work.signed_in(name)).get(f"/violations/{number}")).json()
    assert cells == [
        shown["caller"] or "-",
        next(kind for kind, frame in EVIDENCE.items() if shown["evidence"] == [frame]),
        str(shown["fine_yuan"] or "-"),
        ",".join(advice["kind"] for advice in shown["recommendations"]) or "-",
        ",".join(step["by"] or "-" for step in shown["history"]),
    ]


async def test_record_of_somebody_else_is_not_there_for_an_agent(work: Department) -> None:
    number = await propose(work.decisions)
    bob = await work.signed_in("bobby")
    assert (await bob.get(f"/violations/{number}")).status_code == 404
    assert (await bob.get(f"/violations/{'0' * 32}")).status_code == 404
    assert (await bob.get("/violations")).json() == {"items": [], "next": None}
    assert (await bob.get("/violations?agent=Alice")).json()["items"] == []


async def test_whoever_is_judged_sees_a_record_from_its_notice_on_whatever_their_role(work: Department) -> None:
    alices, lis = await propose(work.decisions, 1), await propose(work.decisions, 2, agent="Li")
    unheard = await propose(work.decisions, 3)
    nobodys = await propose(work.decisions, 4, standing=record(verdict=Verdict.UNDETERMINED))
    await did(work, unheard, ("sun", "overturn"))

    async def seen(name: str) -> set[str]:
        browser = await work.signed_in(name)
        listed = {one["id"] for one in (await browser.get("/violations")).json()["items"]}
        opened = {
            one
            for one in (alices, lis, unheard, nobodys)
            if (await browser.get(f"/violations/{one}")).status_code == 200
        }
        told = (await browser.get("/violations/export?columns=agent")).text
        assert (listed, told.count("Alice") + told.count("Li")) == (opened, len(opened))
        return listed

    assert await seen("alice") == {nobodys}
    assert await seen("li-leads") == {alices, unheard, nobodys}
    assert await seen("sun") == {alices, lis, unheard, nobodys}
    alice = await work.signed_in("alice")
    assert (await alice.act(alices, "explain", {"note": "No."}, If_Match='"1"')).status_code == 404
    await did(work, alices, ("sun", "notify"))
    await did(work, lis, ("sun", "notify"))
    assert await seen("alice") == {alices, nobodys}
    assert await seen("li-leads") == {alices, lis, unheard, nobodys}


async def test_shadow_record_is_for_administrators(work: Department) -> None:
    number = await propose(work.decisions, standing=record(mode=Mode.SHADOW))
    assert (await (await work.signed_in("ma")).get(f"/violations/{number}")).status_code == 404
    assert (await (await work.signed_in("root")).get(f"/violations/{number}")).json()["mode"] == "shadow"


async def test_undetermined_and_excused_records_are_seen_and_never_decided(work: Department) -> None:
    sun = await work.signed_in("sun")
    for n, verdict in enumerate([Verdict.UNDETERMINED, Verdict.EXCUSED], 1):
        number = await propose(work.decisions, n, standing=record(verdict=verdict))
        assert (await sun.get(f"/violations/{number}")).json()["verdict"] == verdict
        assert (await sun.act(number, "notify")).json()["why"] == "not_proposed"


class TestLists:
    async def test_pages_are_joined_by_their_cursor(self, work: Department) -> None:
        for n in range(5):
            await propose(work.decisions, n)
        sun = await work.signed_in("sun")
        pages: list[Json] = [{"next": ""}]
        for _ in range(3):
            cursor = pages[-1]["next"]
            pages.append((await sun.get(f"/violations?limit=2{cursor and '&cursor='}{cursor}")).json())
        numbers = [[int(one["id"], 16) for one in page["items"]] for page in pages[1:]]
        assert (numbers, pages[-1]["next"]) == ([[4, 3], [2, 1], [0]], None)

    async def test_oldest_first_is_the_same_the_other_way_round(self, work: Department) -> None:
        for n in range(3):
            await propose(work.decisions, n)
        sun = await work.signed_in("sun")
        first = (await sun.get("/violations?order=oldest&limit=2")).json()
        rest = (await sun.get(f"/violations?order=oldest&limit=2&cursor={first['next']}")).json()
        assert [int(one["id"], 16) for one in first["items"] + rest["items"]] == [0, 1, 2]

    @pytest.mark.one_database
    async def test_everybody_takes_a_file_of_what_they_may_see_in_the_columns_that_are_shown(
        self, work: Department
    ) -> None:
        await propose(work.decisions, 1, standing=record(state=RecordState.NOTIFIED, notified_at=MONDAY))
        await propose(work.decisions, 2, agent="=cmd")
        alice, sun = await work.signed_in("alice"), await work.signed_in("sun")
        query = "/violations/export?order=oldest&columns=agent&columns=state&columns=rule"
        told = [(await one.get(query, **{"Accept-Language": "en"})) for one in (sun, alice)]
        rows = [[*csv.reader(io.StringIO(one.content.decode("utf-8-sig")))] for one in told]
        heading, own = ["agent", "state", "rule"], ["Alice", "notified", "V-MISSED"]
        assert rows == [[heading, own, ["'=cmd", "proposed", "V-MISSED"]], [heading, own]]
        assert (await alice.get("/violations/export?format=xlsx")).content.startswith(b"PK")
        assert (await alice.get("/violations/export?columns=caller")).status_code == 422
        found = (await (await work.signed_in("hua")).get("/audit")).json()["items"]
        noted = [(one["actor"], one["kind"]) for one in found if one["action"] == "export"]
        assert noted == [("sun", "violation"), *[("alice", "violation")] * 3]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("agent=Bob", [2]),
            ("rule=V-EAT", [3]),
            ("verdict=excused", [4]),
            ("state=notified", [1]),
            ("from=2026-03-02T09:00:00.000003%2B08:00", [4, 3]),
            ("to=2026-03-02T01:00:00.000003Z", [2, 1]),
            ("state=confirmed", []),
        ],
    )
    async def test_filters(self, work: Department, query: str, expected: list[int]) -> None:
        await propose(work.decisions, 1, standing=record(state=RecordState.NOTIFIED))
        await propose(work.decisions, 2, agent="Bob")
        await propose(work.decisions, 3, rule="V-EAT")
        await propose(work.decisions, 4, standing=record(verdict=Verdict.EXCUSED))
        page = (await (await work.signed_in("sun")).get(f"/violations?{query}")).json()
        assert [int(one["id"], 16) for one in page["items"]] == expected

    @pytest.mark.one_database
    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("limit=0", 422),
            ("limit=201", 422),
            ("state=gone", 422),
            ("from=2026-03-02", 422),
            ("from=2026-03-02T09:00:00", 422),
            ("agent=", 422),
            ("agent=a%00b", 422),
            ("colour=red", 422),
            ("cursor=%21%21", 400),
            ("cursor=W10", 400),
            ("cursor=WzEsMl0", 400),
        ],
    )
    async def test_question_that_makes_no_sense_is_refused(self, work: Department, query: str, status: int) -> None:
        answer = await (await work.signed_in("sun")).get(f"/violations?{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")

    async def test_titles_follow_the_language(self, work: Department) -> None:
        await propose(work.decisions)
        sun = await work.signed_in("sun")
        pages = [
            (await sun.get("/violations", **{"Accept-Language": tag})).json() for tag in ("zh-CN", "en-GB,zh;q=0.5")
        ]
        assert [page["items"][0]["title"] for page in pages] == [
            "在岗未接或拒接来电",
            "Offered call missed or declined",
        ]


class TestForm:
    FORM = {"rule": "V-EAT", "agent": "Alice", "at": "2026-03-02T08:00:00+08:00", "note": "ate at the desk"}  # noqa: RUF012

    async def test_group_leader_records_what_they_saw(self, work: Department) -> None:
        filed = await (await work.signed_in("li-leads")).send("POST", "/violations/manual", self.FORM)
        shown = filed.json()
        assert (filed.status_code, filed.headers["etag"], shown["proposed_by"]) == (201, '"1"', "li-leads")
        assert (shown["rule"], shown["points"], shown["team"], shown["why"], shown["counted"]) == (
            "V-EAT",
            5,
            "hotline",
            "ate at the desk",
            0,
        )

    @pytest.mark.one_database
    @pytest.mark.parametrize(
        ("name", "change", "status"),
        [
            ("alice", {}, 403),
            ("hua", {}, 403),
            ("root", {}, 403),
            ("li-leads", {"agent": "Zoe"}, 403),  # another team
            ("li-leads", {"agent": "Li"}, 403),  # oneself
            ("sun", {"agent": "Nobody"}, 422),
            ("sun", {"rule": "V-MISSED"}, 422),
            ("sun", {"rule": "V-NONE"}, 422),
            ("sun", {"at": "2026-03-02T10:00:00+08:00"}, 422),  # not yet
            ("sun", {"at": "2026-03-02T08:00:00"}, 422),
            ("sun", {"note": ""}, 422),
            ("sun", {"note": "\ud800"}, 422),
            ("sun", {"note": "a\u0000b"}, 422),
            ("sun", {"points": 100}, 422),
        ],
    )
    async def test_form_that_cannot_be_is_refused(
        self, work: Department, name: str, change: dict[str, str], status: int
    ) -> None:
        browser = await work.signed_in(name)
        answer = await browser.send("POST", "/violations/manual", self.FORM | change)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert (await (await work.signed_in("ma")).get("/violations")).json()["items"] == []

    @pytest.mark.one_database
    @pytest.mark.parametrize("rule", BY_PEOPLE)
    async def test_every_rule_that_people_record_goes_by_form(self, work: Department, rule: str) -> None:
        filed = await (await work.signed_in("sun")).send("POST", "/violations/manual", self.FORM | {"rule": rule})
        assert (filed.status_code, filed.json()["rule"], filed.json()["mode"]) == (201, rule, "on")

    async def test_what_may_be_reported_of_whom_is_said_in_the_readers_language(self, work: Department) -> None:
        told: dict[str, Any] = {}
        for name in ("li-leads", "sun", "alice", "hua"):
            answer = await (await work.signed_in(name)).get("/violations/manual", **{"Accept-Language": "zh-CN"})
            told[name] = answer.json() if answer.status_code == 200 else answer.status_code
        assert (told["alice"], told["hua"]) == (403, 403)
        assert (told["li-leads"]["agents"], told["sun"]["agents"]) == (["Alice", "Bob"], ["Alice", "Bob", "Li", "Zoe"])
        rules = {one["code"]: one for one in told["sun"]["rules"]}
        assert set(BY_PEOPLE) <= set(rules)
        assert "V-MISSED" not in rules
        assert (rules["V-EAT"]["title"], rules["V-EAT"]["least_points"]) == ("工作区吸烟进食", 5)

    async def test_form_sent_twice_is_one_record(self, work: Department) -> None:
        li = await work.signed_in("li-leads")
        both = [await li.send("POST", "/violations/manual", self.FORM, Idempotency_Key="same-key-1") for _ in range(2)]
        assert both[0].content == both[1].content
        assert [b.headers["idempotent-replayed"] for b in both] == ["false", "true"]
        assert len((await li.get("/violations")).json()["items"]) == 1


class TestOneAct:
    """What the service has raised is not recorded a second time by form."""

    FORM = {"rule": "V-HOTLINE", "agent": "Alice", "at": "2026-03-02T08:00:00+08:00", "note": "off the hook"}  # noqa: RUF012
    AT = MONDAY - HOUR

    async def file(self, work: Department) -> Response:
        return await (await work.signed_in("sun")).send("POST", "/violations/manual", self.FORM)

    async def raise_it(self, work: Department, standing: Standing | None = None, number: int = 1, **other: Any) -> str:
        given: dict[str, Any] = {"rule": "V-HOTLINE", "at": self.AT + 1, "start": self.AT, "end": self.AT + 9}
        return await propose(work.decisions, number, standing, **given | other)

    async def test_same_rule_agent_and_moment_is_refused_by_the_records_name(self, work: Department) -> None:
        number = await self.raise_it(work)
        refused = await self.file(work)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:callcenter:problem:conflict")
        assert number in refused.json()["detail"]

    @pytest.mark.parametrize("verdict", Verdict)
    async def test_whatever_the_service_made_of_it(self, work: Department, verdict: Verdict) -> None:
        await self.raise_it(work, record(verdict=verdict))
        assert (await self.file(work)).status_code == 409

    @pytest.mark.one_database
    @pytest.mark.parametrize(
        "other",
        [
            {"start": AT + 1},
            {"start": AT - 9, "end": AT - 1},
            {"agent": "Bob"},
            {"rule": "V-AWAY"},
            {"start": None, "end": None},
            {"standing": record(mode=Mode.SHADOW)},
            {"standing": record(state=RecordState.WITHDRAWN)},
            {"standing": record(proposed_by="shen")},
        ],
        ids=["earlier", "later", "another agent", "another rule", "no span", "in shadow", "withdrawn", "a person's"],
    )
    async def test_another_act_is_recorded(self, work: Department, other: dict[str, Any]) -> None:
        await self.raise_it(work, **other)
        assert (await self.file(work)).status_code == 201

    @pytest.mark.parametrize("by", ["service", "li-leads"])
    async def test_recorded_before_it_was_raised_it_is_decided_once(self, work: Department, by: str) -> None:
        form = (await self.file(work)).json()["id"]
        number = await self.raise_it(work, record(proposed_by=by))
        await did(work, form, *HEARD, ("ma", "confirm"))
        await did(work, number, *HEARD)
        refused = await (await work.signed_in("ma")).act(number, "confirm", Accept_Language="en")
        assert (refused.status_code, refused.json()["why"], form in refused.json()["detail"]) == (409, "same_act", True)

    async def test_what_was_decided_for_the_agent_leaves_the_other_to_be_decided(self, work: Department) -> None:
        form = (await self.file(work)).json()["id"]
        number = await self.raise_it(work)
        await did(work, form, ("ma", "overturn"))
        await did(work, number, *HEARD, ("ma", "confirm"))

    async def test_service_tells_its_own_acts_apart(self, work: Department) -> None:
        numbers = [await self.raise_it(work, number=n) for n in (1, 2)]
        for number in numbers:
            await did(work, number, *HEARD, ("ma", "confirm"))

    async def test_both_ends_belong_to_the_act(self, work: Department) -> None:
        await self.raise_it(work, start=self.AT - 9, end=self.AT)
        assert (await self.file(work)).status_code == 409


class TestRepeats:
    async def test_step_sent_again_has_the_same_answer_and_one_effect(self, work: Department) -> None:
        number = await propose(work.decisions)
        sun = await work.signed_in("sun")
        same = {"Idempotency_Key": "same-key-1", "If_Match": '"1"'}
        both = await asyncio.gather(*(sun.act(number, "notify", **same) for _ in range(5)))
        assert {(b.status_code, b.content, b.headers["etag"]) for b in both} == {(200, both[0].content, '"2"')}
        assert len((await sun.get(f"/violations/{number}")).json()["history"]) == 1

    @pytest.mark.parametrize(
        ("action", "note", "version"),
        [("overturn", "because", '"1"'), ("notify", "other", '"1"'), ("notify", "because", '"2"')],
    )
    async def test_key_with_another_request_is_refused(
        self, work: Department, action: str, note: str, version: str
    ) -> None:
        number = await propose(work.decisions)
        sun = await work.signed_in("sun")
        await sun.act(number, "notify", Idempotency_Key="same-key-1", If_Match='"1"')
        other = await sun.act(number, action, {"note": note}, Idempotency_Key="same-key-1", If_Match=version)
        assert (other.status_code, other.json()["type"]) == (409, "urn:callcenter:problem:key-reused")

    async def test_refused_step_may_be_sent_again_under_its_key(self, work: Department) -> None:
        number = await propose(work.decisions)
        sun = await work.signed_in("sun")
        await sun.act(number, "notify")
        early = await sun.act(number, "confirm", Idempotency_Key="same-key-1")
        work.now += 4 * DAY
        await sun.sign_in("sun")
        late = await sun.act(number, "confirm", Idempotency_Key="same-key-1")
        assert (early.status_code, early.json()["why"], late.status_code) == (409, "too_early", 200)

    async def test_two_people_at_once_have_one_effect(self, work: Department) -> None:
        number = await propose(work.decisions)
        await did(work, number, *HEARD)
        sun, shen = await work.signed_in("sun"), await work.signed_in("shen")
        both = await asyncio.gather(
            sun.act(number, "confirm", If_Match='"3"'), shen.act(number, "overturn", If_Match='"3"')
        )
        assert sorted(b.status_code for b in both) == [200, 412]
        assert len((await sun.get(f"/violations/{number}")).json()["history"]) == 3

    async def test_confirming_twice_is_refused_the_second_time(self, work: Department) -> None:
        number = await propose(work.decisions)
        await did(work, number, *CONFIRMED)
        again = await (await work.signed_in("ma")).act(number, "confirm")
        assert (again.status_code, again.json()["why"], await score(work)) == (409, "no_step", 2)

    @pytest.mark.one_database
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Idempotency_Key": ""}, 400),
            ({"Idempotency_Key": "short"}, 400),
            ({"Idempotency_Key": "x" * 129}, 400),
            ({"If_Match": ""}, 428),
            ({"If_Match": "*"}, 400),
            ({"If_Match": '"x"'}, 400),
            ({"If_Match": '"7"'}, 412),
        ],
    )
    async def test_step_says_what_it_was_decided_on(
        self, work: Department, headers: dict[str, str], status: int
    ) -> None:
        number = await propose(work.decisions)
        answer = await (await work.signed_in("sun")).act(number, "notify", **({"If_Match": '"1"'} | headers))
        assert answer.status_code == status


async def test_dismissal_is_recommended_and_checked_person_by_person(work: Department) -> None:
    number = await propose(work.decisions, standing=record(severity=Severity.DISMISSAL, points=None, most=None))
    await did(work, number, *CONFIRMED)
    work.now += 9 * DAY
    checks = {
        "qian": "evidence_reproduced",
        "shen": "agent_heard",
        "hua": "lawful_and_union_told",
        "ma": "dismissal_fits",
    }
    advised: list[Json] = []
    for name, item in checks.items():
        browser = await work.signed_in(name)
        await browser.sign_in(name)
        advised.append((await browser.act(number, "check", {"item": item})).json()["recommendations"][0])
    assert [one["complete"] for one in advised] == [False, False, False, True]
    assert {check["by"] for check in advised[-1]["checks"]} == set(checks)


class TestEvidence:
    FAULTS = (ReproductionFinding(EvidenceFault.FRAME_DAMAGED, "7", "7"),)

    @pytest.mark.parametrize(
        ("action", "body"), [("confirm", {}), ("reduce", {"points": 1})], ids=["confirm", "reduce"]
    )
    async def test_nothing_is_decided_against_an_agent_on_evidence_that_is_gone(
        self, work: Department, action: str, body: Json
    ) -> None:
        number = await propose(work.decisions)
        await did(work, number, *HEARD)
        work.faults = self.FAULTS
        sun = await work.signed_in("sun")
        refused = await sun.act(number, action, {**body, "note": "because"}, Accept_Language="en")
        shown = (await sun.get(f"/violations/{number}")).json()
        assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
        assert (refused.json()["type"], refused.json()["detail"]) == (
            "urn:callcenter:problem:evidence-broken",
            "journal entry 7 is damaged",
        )
        assert (shown["state"], shown["history"][-1]["by"], shown["version"]) == ("withdrawn", "service", 4)

    async def test_same_request_again_has_the_same_answer_and_no_second_effect(self, work: Department) -> None:
        number = await propose(work.decisions)
        await did(work, number, *HEARD)
        work.faults = self.FAULTS
        sun = await work.signed_in("sun")
        same = {"Idempotency_Key": "same-key-1", "If_Match": '"3"'}
        both = [await sun.act(number, "confirm", **same) for _ in range(2)]
        assert {(b.status_code, b.content, b.headers["content-type"]) for b in both} == {
            (409, both[0].content, "application/problem+json")
        }
        assert len((await sun.get(f"/violations/{number}")).json()["history"]) == 3

    async def test_withdrawal_alarms(self, work: Department) -> None:
        number = await propose(work.decisions)
        await did(work, number, *HEARD)
        work.faults = self.FAULTS
        with capture_logs() as logged:
            await (await work.signed_in("sun")).act(number, "confirm")
        assert [(one["log_level"], one["violation"]) for one in logged if one["event"] == "violation_withdrawn"] == [
            ("error", number)
        ]

    async def test_in_favour_of_the_agent_nothing_is_looked_at(self, work: Department) -> None:
        number = await propose(work.decisions)
        work.faults = self.FAULTS
        await did(work, number, ("sun", "overturn"))

    async def test_what_a_person_saw_needs_no_journal(self, work: Department) -> None:
        number = await propose(work.decisions, standing=record(proposed_by="li-leads"))
        await did(work, number, *HEARD)
        work.faults = self.FAULTS
        await did(work, number, ("sun", "confirm"))


async def test_unknown_action_is_refused(work: Department) -> None:
    number = await propose(work.decisions)
    answer = await (await work.signed_in("sun")).act(number, "forgive")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.one_database
def test_every_state_that_people_bring_about_is_tried() -> None:
    assert {state for state in RecordState if STEPS[state]} - set(WAYS) == {RecordState.REDUCED}  # as CONFIRMED


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "shown"),
    [("alice", "13800250001"), ("sun", "13800250001"), ("li-leads", "138****0001"), ("root", "138****0001")],
)
async def test_number_that_was_dialled_is_read_by_whoever_reads_numbers_or_dialled_it(
    work: Department, name: str, shown: str
) -> None:
    moment = DossierMoment(
        MONDAY, Title("线路被占用（所拨“13800250001”）", "the own line was taken ('13800250001' dialled)")
    )
    why = Title("拨13800250001", "dialled 13800250001")
    number = await propose(work.decisions, standing=record(notified_at=MONDAY), timeline=(moment,), why=why)
    read = (await (await work.signed_in(name)).get(f"/violations/{number}")).json()
    assert read["why"] == f"拨{shown}"
    assert [one["what"] for one in read["timeline"]] == [f"线路被占用（所拨“{shown}”）"]
