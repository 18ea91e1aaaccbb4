"""What administrators look after, over HTTP: sessions, the audit log, looks, a rulebook changed by two."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from callcenter.domain.frame import SECOND
from callcenter.staff.dates import datetime_of
from callcenter.store.sign_in.sessions import PROVEN_LASTS
from callcenter.store.tables import AuditRow
from callcenter.tracker.enacting import RulesFiles
from callcenter.web.api.audit_words import KINDS
from callcenter.web.desk.settings import DeskSettings
from tests.integration.api import Department, department
from tests.integration.office import PASSWORD, propose

pytestmark = pytest.mark.usefixtures("database")
VIP = {"queue": "vip", "number": "8001"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        rules = RulesFiles(found.decisions, lambda *_: found.in_force)
        object.__setattr__(found.service, "ports", found.service.ports._replace(written=rules.written))
        yield found


class TestSessions:
    async def test_a_session_that_somebody_ends_is_over_and_the_log_has_who(self, work: Department) -> None:
        alice, root = await work.signed_in("alice"), await work.signed_in("root")
        page = (await root.get("/sessions?account=alice")).json()
        (mine,) = page["items"]
        assert (mine["account"], mine["own"], page["next"]) == ("alice", False, None)
        assert (await root.send("DELETE", f"/sessions/{mine['id']}")).status_code == 204
        assert (await alice.get("/session")).status_code == 401
        assert (await root.send("DELETE", f"/sessions/{mine['id']}")).status_code == 404
        (entry,) = (await root.get("/audit?action=end")).json()["items"]
        (same,) = (await root.get(f"/audit?action={entry['said']['action']}&kind={KINDS.say('session', 'en')}")).json()[
            "items"
        ]
        assert (same, entry["said"]["kind"]) == (entry, KINDS.say("session", "zh-CN"))
        assert (entry["actor"], entry["kind"], entry["subject"]) == ("root", "session", "alice")

    async def test_sessions_are_listed_a_page_at_a_time_and_those_that_rest_are_over(self, work: Department) -> None:
        root = await work.signed_in("root")
        for name in ("alice", "bobby", "ma"):
            work.now += SECOND
            await work.signed_in(name)
        first = (await root.get("/sessions?limit=3")).json()
        rest = (await root.get(f"/sessions?limit=3&cursor={first['next']}")).json()
        assert [one["account"] for one in first["items"] + rest["items"]] == ["ma", "bobby", "alice", "root"]
        work.now += 29 * 60 * SECOND
        assert (await root.get("/session")).status_code == 200
        work.now += 5 * 60 * SECOND
        assert [one["account"] for one in (await root.get("/sessions")).json()["items"]] == ["root"]

    @pytest.mark.parametrize(("name", "listed", "ended"), [("ma", 200, 403), ("sun", 403, 403), ("root", 200, 404)])
    async def test_who_may(self, work: Department, name: str, listed: int, ended: int) -> None:
        person = await work.signed_in(name)
        assert (await person.get("/sessions")).status_code == listed
        assert (await person.send("DELETE", "/sessions/none")).status_code == ended

    async def test_wrong_passwords_are_forgotten(self, work: Department) -> None:
        await work.signed_in("alice")
        root = await work.signed_in("root")
        answer = await root.send("POST", "/users/alice/unlock")
        assert (answer.status_code, answer.json()["version"]) == (200, 2)


class TestProof:
    """What opens or closes a way in is done by whoever has typed the password within ten minutes."""

    async def test_an_administrator_types_the_password_again_before_others_ways_in_are_changed(
        self, work: Department
    ) -> None:
        await work.signed_in("alice")
        root, ma = await work.signed_in("root"), await work.signed_in("ma")
        work.now += PROVEN_LASTS
        new = {"name": "neo", "full_name": "Neo", "role": "qa", "password": "quite another phrase"}
        asked: list[tuple[str, str, Any]] = [
            ("POST", "/users", new),
            ("PATCH", "/users/alice", {"team": "orders"}),
            ("POST", "/users/alice/unlock", None),
            ("DELETE", "/sessions/none", None),
            ("POST", "/walls", {"name": "hall", "title": "Hall", "tiles": ["waiting"]}),
            ("POST", "/walls/hall/withdraw", None),
            ("POST", "/contact-systems", {"name": "chat"}),
            ("POST", "/contact-systems/chat/withdraw", None),
        ]
        for method, path, body in asked:
            refused = await root.send(method, path, body, If_Match='"1"')
            assert (refused.status_code, refused.json()["type"]) == (403, "urn:callcenter:problem:unproven"), path
        assert (await ma.send("POST", "/users/neo/confirm")).json()["type"] == "urn:callcenter:problem:unproven"
        wrong = await root.send("POST", "/session/proof", {"password": "not the password"})
        assert wrong.json()["type"] == "urn:callcenter:problem:forbidden"
        assert (await root.send("POST", "/users", new)).status_code == 403
        assert (await root.send("POST", "/session/proof", {"password": PASSWORD})).status_code == 204
        assert (await root.send("POST", "/users", new)).status_code == 201
        assert (await ma.send("POST", "/users/neo/confirm")).json()["type"] == "urn:callcenter:problem:unproven"
        work.now += PROVEN_LASTS
        assert (await root.send("POST", "/users/neo/unlock")).status_code == 403

    async def test_a_clock_that_is_set_back_makes_no_proof_last(self, work: Department) -> None:
        root = await work.signed_in("root")
        work.now -= 2 * PROVEN_LASTS
        refused = await root.send("DELETE", "/sessions/none")
        assert refused.json()["type"] == "urn:callcenter:problem:unproven"
        assert (await root.send("POST", "/session/proof", {"password": PASSWORD})).status_code == 204
        assert (await root.send("DELETE", "/sessions/none")).status_code == 404

    async def test_whoever_has_no_right_is_refused_for_that(self, work: Department) -> None:
        alice = await work.signed_in("alice")
        work.now += PROVEN_LASTS
        assert (await alice.send("POST", "/users", {})).json()["type"] != "urn:callcenter:problem:unproven"

    async def test_everybody_sees_where_they_are_signed_in_and_ends_it_but_nobody_else_s(
        self, work: Department
    ) -> None:
        alice, bob = await work.signed_in("alice"), await work.signed_in("bobby")
        elsewhere = work.browser(address="10.0.9.1")
        work.now += SECOND
        assert (await elsewhere.sign_in("alice")).status_code == 201
        items = (await alice.get("/sessions/own")).json()["items"]
        assert [(one["account"], one["own"]) for one in items] == [("alice", False), ("alice", True)]
        (bobs,) = (await bob.get("/sessions/own")).json()["items"]
        work.now += PROVEN_LASTS
        path = f"/sessions/own/{items[0]['id']}"
        assert (await alice.send("DELETE", path)).json()["type"] == "urn:callcenter:problem:unproven"
        assert (await alice.send("POST", "/session/proof", {"password": PASSWORD})).status_code == 204
        assert (await alice.send("DELETE", f"/sessions/own/{bobs['id']}")).status_code == 404
        assert (await alice.send("DELETE", path)).status_code == 204
        assert [(await one.get("/session")).status_code for one in (elsewhere, alice, bob)] == [401, 200, 200]
        await elsewhere.http.aclose()
        log = (await (await work.signed_in("root")).get("/audit?kind=session&action=end")).json()["items"]
        assert [(one["actor"], one["subject"]) for one in log] == [("alice", "alice")]


class TestAudit:
    async def test_entries_are_sought_by_who_and_what_the_newest_first(self, work: Department) -> None:
        root = await work.signed_in("root")
        await work.signed_in("alice")
        entries = (await root.get("/audit?order=newest&actor=alice")).json()["items"]
        assert [one["action"] for one in entries] == ["sign_in"]
        pages: list[int] = []
        for n in range(2):
            page = (await root.get(f"/audit?order=newest&limit=1&kind=account&after={pages[-1] if n else 0}")).json()
            pages += [one["seq"] for one in page["items"]]
            assert page["next"] == (pages[-1] if n == 0 else None)
        assert pages == sorted(pages, reverse=True)
        assert len(pages) == 2  # both were hired
        later = datetime_of(work.now + SECOND, work.in_force.rulebook.zone).isoformat()
        found = await root.http.get("/api/v1/audit", params={"from": later})
        assert found.json()["items"] == []

    async def test_the_log_is_what_was_written_until_somebody_changes_it(self, work: Department) -> None:
        root = await work.signed_in("root")
        told = (await root.send("POST", "/audit/verify?after=0")).json()
        assert (told["sound"], told["upto"], told["fault"]) == (True, told["of"], None)
        async with work.decisions.writing() as unit:
            await unit.execute(update(AuditRow).where(AuditRow.seq == 1).values(actor="nobody"))
        told = (await root.send("POST", "/audit/verify", Accept_Language="en")).json()
        assert (told["sound"], "entry 1 was changed" in told["fault"]) == (False, True)
        assert (await root.send("POST", "/audit/verify?after=1")).json()["sound"]
        assert not (await root.send("POST", "/audit/verify?after=999")).json()["sound"]

    async def test_it_is_not_for_everybody(self, work: Department) -> None:
        assert (await (await work.signed_in("ma")).send("POST", "/audit/verify")).status_code == 403


async def test_who_was_shown_customers_is_listed_and_that_it_was_asked_is_logged(work: Department) -> None:
    qian, sun = await work.signed_in("qian"), await work.signed_in("sun")
    made = await sun.send("POST", "/customers", {"name": "Chen"})
    assert made.status_code == 201, made.text
    await sun.get(f"/customers/{made.json()['id']}")
    looks = (await qian.get("/customers/looks?actor=sun")).json()["items"]
    assert {one["actor"] for one in looks} == {"sun"}
    assert (await qian.get("/customers/looks?actor=alice")).json() == {"items": [], "next": None}
    log = (await (await work.signed_in("root")).get("/audit?action=read_looks")).json()["items"]
    assert {one["subject"] for one in log} == {"sun", "alice"}
    assert (await (await work.signed_in("alice")).get("/customers/looks")).status_code == 403


class TestCalendar:
    """Days worked or not, said by the site itself: proposed by one, approved by another, counted by from then on."""

    def change(self, work: Department, **days: bool | None) -> dict[str, Any]:
        first = datetime_of(work.now, work.in_force.rulebook.zone).date()
        told = {(first + timedelta(days=int(n[1:]))).isoformat(): worked for n, worked in days.items()}
        return {"kind": "calendar", "subject": "x", "reason": "as announced", "content": {"days": told}}

    async def test_what_two_agree_on_counts_and_shows_as_the_sites_own(self, work: Department) -> None:
        ma, hua = await work.signed_in("ma"), await work.signed_in("hua")
        change = self.change(work, d1=False, d2=True)
        made = await ma.send("POST", "/changes", change)
        assert made.status_code == 201, made.text
        number = made.json()["id"]
        difference = (await hua.get(f"/changes/{number}/difference")).json()["items"]
        first, second = change["content"]["days"]
        assert [(one["part"], one["code"], one["old"], one["new"]) for one in difference] == [
            ("calendar", first, None, False),
            ("calendar", second, None, True),
        ]
        assert (await ma.send("POST", f"/changes/{number}/approve", If_Match='"1"')).status_code == 409
        assert (await hua.send("POST", f"/changes/{number}/approve", If_Match='"1"')).status_code == 200
        await work.enact()
        year = (await ma.get(f"/calendar?year={first[:4]}")).json()["items"]
        own = {one["day"]: one["worked"] for one in year if one["own"]}
        assert own == {day: worked for day, worked in change["content"]["days"].items() if day[:4] == first[:4]}
        log = (await (await work.signed_in("root")).get("/audit?kind=change")).json()["items"]
        assert [(entry["actor"], entry["action"]) for entry in log] == [("ma", "propose"), ("hua", "approve")]

    async def test_a_day_that_has_begun_and_one_that_another_change_took_are_refused(self, work: Department) -> None:
        ma, hua = await work.signed_in("ma"), await work.signed_in("hua")
        refused = await ma.send("POST", "/changes", self.change(work, d0=True), Accept_Language="en")
        assert (refused.status_code, "has begun" in refused.json()["detail"]) == (422, True)
        numbers = [
            (await ma.send("POST", "/changes", self.change(work, **days))).json()["id"]
            for days in ({"d1": False}, {"d1": True}, {"d2": True})
        ]
        answers = [await hua.send("POST", f"/changes/{one}/approve", If_Match='"1"') for one in numbers[:2]]
        assert [one.status_code for one in answers] == [200, 409]
        work.now += 3 * 86_400 * SECOND
        await hua.sign_in("hua")
        assert (await hua.send("POST", f"/changes/{numbers[2]}/approve", If_Match='"1"')).status_code == 422


class TestReasons:
    """Reasons of pauses: whoever keeps the service proposes them, managers decide, the old keep their names."""

    def change(self, *codes: str) -> dict[str, Any]:
        reasons = [{"code": code, "zh": f"{code}中", "en": code.title()} for code in codes]
        return {"kind": "reasons", "subject": "x", "reason": "as agreed", "content": {"reasons": reasons}}

    async def test_what_is_approved_is_offered_and_what_is_retired_keeps_its_name(self, work: Department) -> None:
        root, hua, sun = [await work.signed_in(name) for name in ("root", "hua", "sun")]
        made = await root.send("POST", "/changes", self.change("drill", "meal"))
        assert made.status_code == 201, made.text
        number = made.json()["id"]
        items = (await root.get(f"/changes/{number}/difference")).json()["items"]
        told = {(one["code"], one["name"]): (one["old"], one["new"]) for one in items if one["part"] == "reasons"}
        assert (told["drill", "place"], told["tea", "place"], told["meal", "en"]) == (
            (None, 1),
            (1, None),
            ("", "Meal"),
        )
        assert (await root.send("POST", f"/changes/{number}/approve", If_Match='"1"')).status_code == 403
        assert (await hua.send("POST", f"/changes/{number}/approve", If_Match='"1"')).status_code == 200
        await work.enact()
        for language, names in (("en", ("Drill", "Meal", "tea")), ("zh-CN", ("drill中", "meal中", "茶歇"))):
            found = (await sun.get("/floor/reasons", **{"Accept-Language": language})).json()["items"]
            by_code = {one["code"]: one for one in found}
            assert tuple(by_code[code]["name"] for code in ("drill", "meal", "tea")) == names
            assert [one["code"] for one in found if one["offered"]] == ["drill", "meal", "acw"]
        (drill, *_) = (await root.get("/site")).json()["reasons"]
        assert (drill["code"], drill["zh"], drill["en"], drill["offered"]) == ("drill", "drill中", "Drill", True)

    async def test_a_list_that_knows_not_of_the_last_one_is_refused(self, work: Department) -> None:
        root, ma, hua = [await work.signed_in(name) for name in ("root", "ma", "hua")]
        numbers = [(await one.send("POST", "/changes", self.change("tea"))).json()["id"] for one in (root, ma)]
        answers = [await hua.send("POST", f"/changes/{one}/approve", If_Match='"1"') for one in numbers]
        assert [one.status_code for one in answers] == [200, 409]
        assert (await ma.send("POST", "/changes", self.change("acw"))).status_code == 422

    async def test_whoever_keeps_the_service_sees_and_proposes_nothing_else(self, work: Department) -> None:
        root, ma = await work.signed_in("root"), await work.signed_in("ma")
        amount = {"kind": "amount", "subject": "x", "reason": "y", "content": {"yuan": 1}}
        made = await ma.send("POST", "/changes", amount)
        assert made.status_code == 201, made.text
        assert (await root.send("POST", "/changes", amount)).status_code == 403
        assert (await root.get("/changes")).json()["items"] == []
        assert (await root.get("/changes?kind=amount")).json()["items"] == []
        assert (await root.get(f"/changes/{made.json()['id']}")).status_code == 404
        assert (await root.get(f"/changes/{made.json()['id']}/difference")).status_code == 404
        assert (await root.send("POST", "/changes/amendments", {})).status_code in {403, 422}


class TestSite:
    """Times of keeping and queues go the same way; what they were before and after is told."""

    async def agree(self, work: Department, kind: str, content: dict[str, Any]) -> dict[tuple[str, str], Any]:
        root, hua = await work.signed_in("root"), await work.signed_in("hua")
        body = {"kind": kind, "subject": "x", "reason": "as agreed", "content": content}
        made = await root.send("POST", "/changes", body)
        assert made.status_code == 201, made.text
        number = made.json()["id"]
        items = (await root.get(f"/changes/{number}/difference")).json()["items"]
        assert (await root.send("POST", f"/changes/{number}/approve", If_Match='"1"')).status_code == 403
        assert (await hua.send("POST", f"/changes/{number}/approve", If_Match='"1"')).status_code == 200
        await work.enact()
        log = (await root.get("/audit?kind=change")).json()["items"][-1]
        assert (log["actor"], log["action"], log["subject"]) == ("hua", "approve", number)
        return {(one["code"], one["name"]): (one["part"], one["old"], one["new"]) for one in items}

    async def test_times_of_keeping_hold_once_agreed_and_the_journals_are_the_settings_alone(
        self, work: Department
    ) -> None:
        days = {"store.outbox_days": 14, "customers.keep_lost_days": 0}
        told = await self.agree(work, "retention", {"days": days})
        assert told == {("store.outbox_days", "days"): ("retention", 30, 14)}
        root = await work.signed_in("root")
        site = (await root.get("/site")).json()
        kept = {one["setting"]: one for one in site["kept"]}
        assert kept["store.outbox_days"] == {
            "setting": "store.outbox_days",
            "days": 14,
            "filed": 30,
            "least": 1,
            "most": 3650,
        }
        assert (kept["journal.keep_days"]["days"], kept["journal.keep_days"]["least"]) == (0, None)
        (changed,) = site["changed"]
        assert (changed["kind"], changed["proposed_by"], changed["decided_by"]) == ("retention", "root", "hua")
        for wrong in ({"journal.keep_days": 30}, {"store.outbox_days": 0}, {}):
            body = {"kind": "retention", "subject": "x", "reason": "y", "content": {"days": wrong}}
            assert (await root.send("POST", "/changes", body)).status_code == 422

    async def test_queues_get_names_for_everybody_and_numbers_for_transfers(self, work: Department) -> None:
        said = [{"queue": "sales", "zh": "售前", "en": "Pre-sales", "number": "8001"}, {"queue": "vip", "zh": "贵宾"}]
        told = await self.agree(work, "queues", {"queues": said})
        assert told["sales", "number"] == ("site_queues", None, "8001")
        alice = await work.signed_in("alice")
        for language, names in (("en", {"sales": "Pre-sales"}), ("zh-CN", {"sales": "售前", "vip": "贵宾"})):
            found = (await alice.get("/queues", **{"Accept-Language": language})).json()["items"]
            assert {one["queue"]: one["name"] for one in found} == names
        site = (await (await work.signed_in("root")).get("/site")).json()
        (sales, vip) = site["queues"]
        assert (sales["number"], sales["zh"], vip["number"], vip["en"]) == ("8001", "售前", None, "")
        assert work.service.own.queues.numbers == {"sales": "8001"}
        await propose(work.decisions, 1, queue="sales")
        file = await (await work.signed_in("sun")).get("/violations/export?columns=queue", **{"Accept-Language": "en"})
        assert file.text.split() == ["\ufeffqueue", "Pre-sales"]


async def test_number_by_which_settings_have_another_queue_is_refused_in_words(tmp_path: Path) -> None:
    async with department(tmp_path, desk=DeskSettings(queues=("sales",), numbers={"sales": "8001"})) as work:
        root = await work.signed_in("root")
        body = {"kind": "queues", "subject": "x", "reason": "y", "content": {"queues": [VIP]}}
        refused = await root.send("POST", "/changes", body, **{"Accept-Language": "zh-CN"})
        assert (refused.status_code, refused.json()["detail"]) == (
            422,
            "8001 在设置中是队列 'sales' 的号码：请为 'vip' 另选号码，或同时写明两个队列",
        )
        body["content"] = {"queues": [VIP, {"queue": "sales", "number": "8002"}]}
        assert (await root.send("POST", "/changes", body)).status_code == 201


async def test_people_are_told_by_name_to_whoever_reads_names_and_others_their_own_alone(work: Department) -> None:
    for name, told in (("sun", {"sun": "Sun", "alice": "Alice"}), ("alice", {"alice": "Alice"})):
        await work.signed_in("alice")
        items = (await (await work.signed_in(name)).get("/people")).json()["items"]
        assert {one["account"]: one["name"] for one in items if one["account"] in {"sun", "alice"}} == told
        assert name == "sun" or len(items) == 1


class TestRulebook:
    def amendment(self, work: Department, days: int = 1, **said: Any) -> dict[str, Any]:
        first = datetime_of(work.now, work.in_force.rulebook.zone).date() + timedelta(days=days)
        return {"from": first.isoformat(), "version": f"2026.{days + 1}", "subject": "x", "reason": "as agreed", **said}

    async def test_what_is_said_otherwise_is_proposed_whole_and_read_figure_by_figure(self, work: Department) -> None:
        ma, hua = await work.signed_in("ma"), await work.signed_in("hua")
        said: dict[str, Any] = {
            "figures": {"rings": 4, "queues": {"vip": {"service_threshold_seconds": 10}}},
            "violations": {
                "V-LATE-ANSWER": {"points": 3},
                "V-MISSED": {"points": {"from": 1, "to": 3, "by": "choice"}},
            },
        }
        body = self.amendment(work, **said)
        made = await ma.send("POST", "/changes/amendments", body)
        assert made.status_code == 201, made.text
        number = made.json()["id"]
        found = (await hua.get(f"/changes/{number}/difference")).json()["items"]
        told = {(one["part"], one["code"], one["name"]): (one["old"], one["new"]) for one in found}
        assert told == {
            ("edition", None, "to"): (None, self.amendment(work, days=0)["from"]),
            ("edition", None, "new"): (None, "2026.2"),
            ("figures", None, "rings"): (3, 4),
            ("queues", "vip", "service_threshold_seconds"): (None, 10),
            ("violations", "V-LATE-ANSWER", "points"): (2, 3),
            ("violations", "V-MISSED", "points"): (
                {"from": 2, "to": 5, "by": "choice"},
                {"from": 1, "to": 3, "by": "choice"},
            ),
        }
        late = next(one for one in found if one["code"] == "V-LATE-ANSWER")
        assert (late["en"], late["from"], late["edition"]) == ("Answered after the third ring", body["from"], "2026.2")
        read = await hua.get(f"/changes/{number}")
        assert (read.headers["etag"], read.json()["state"]) == ('"1"', "proposed")
        approved = await hua.send("POST", f"/changes/{number}/approve", If_Match='"1"')
        assert approved.status_code == 200, approved.text
        assert (await hua.get(f"/changes/{number}/difference")).json()["items"] == found
        assert (await ma.get("/rules")).json()["editions"][-1]["figures"]["rings"] == 4

    async def test_a_day_before_a_planned_edition_is_refused_and_that_day_itself_changes_it(
        self, work: Department
    ) -> None:
        ma, hua = await work.signed_in("ma"), await work.signed_in("hua")
        made = await ma.send("POST", "/changes/amendments", self.amendment(work, days=5, figures={"rings": 4}))
        await hua.send("POST", f"/changes/{made.json()['id']}/approve", If_Match='"1"')
        earlier = self.amendment(work, days=2, figures={"rings": 5})
        refused = await ma.send("POST", "/changes/amendments", earlier, Accept_Language="en")
        assert (refused.status_code, "already: choose that day" in refused.text) == (422, True)
        work.now += SECOND
        again = await ma.send("POST", "/changes/amendments", self.amendment(work, days=5, figures={"rings": 5}))
        assert again.status_code == 201, again.text
        found = (await hua.get(f"/changes/{again.json()['id']}/difference")).json()["items"]
        assert [(one["name"], one["old"], one["new"]) for one in found] == [("rings", 4, 5)]

    async def test_amounts_are_read_the_same_way(self, work: Department) -> None:
        ma = await work.signed_in("ma")
        body = {"kind": "amount", "subject": "score", "reason": "agreed", "content": {"from": "2026-01", "base": "100"}}
        number = (await ma.send("POST", "/changes", body)).json()["id"]
        found = (await ma.get(f"/changes/{number}/difference")).json()["items"]
        assert [(one["part"], one["name"], one["old"], one["new"]) for one in found] == [
            ("amount", "base", None, "100"),
            ("amount", "from", None, "2026-01"),
        ]
        assert (await (await work.signed_in("alice")).get(f"/changes/{number}/difference")).status_code == 403
