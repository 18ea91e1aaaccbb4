"""Signing in, accounts, changes by two and the audit log over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.domain.frame import SECOND
from callcenter.rules.records.violation import Verdict
from callcenter.staff.rights import Role
from callcenter.store.audit import verify
from callcenter.tracker import RulesInForce
from tests.integration.api import PEOPLE, Browser, Department, Json, department, did
from tests.integration.office import PASSWORD, hire, propose
from tests.unit.rules.detection.people import record

pytestmark = pytest.mark.usefixtures("database")

MINUTE = 60 * SECOND
CAROL = {"name": "carol", "full_name": "卡萝", "role": "agent", "agent": "Zoe", "password": "quite another phrase"}
CHANGE = {"kind": "amount", "subject": "pay_per_point", "content": {"yuan": 10}, "reason": "as agreed"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


class TestSession:
    async def test_cookie_is_out_of_reach_of_scripts_and_other_sites(self, work: Department) -> None:
        await work.signed_in("sun")
        signed_in = await work.browser().sign_in("sun")
        cookie = signed_in.headers.get_list("set-cookie")[0]
        assert cookie.startswith("callcenter_session=")
        assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict")

    async def test_cookie_behind_https_is_sent_nowhere_else(self, tmp_path: Path) -> None:
        async with department(tmp_path, secure=True, allowed_hosts=("desk.example",)) as work:
            await work.signed_in("sun")
            browser = work.browser(host="https://desk.example")
            signed_in = await browser.sign_in("sun")
            assert signed_in.headers["set-cookie"].startswith("__Host-callcenter_session=")
            assert "; Secure" in signed_in.headers["set-cookie"]
            assert signed_in.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
            assert (await browser.get("/session")).status_code == 200

    async def test_whoever_asks_for_nobody_as_well_is_told_of_nobody_without_an_error(self, work: Department) -> None:
        asked = "/session?or_none=true"
        nobody, alice = work.browser(), await work.signed_in("alice")
        assert [(await one.get(asked)).status_code for one in (nobody, alice)] == [204, 200]
        assert (await nobody.get("/session")).status_code == 401

    async def test_page_learns_who_is_signed_in_and_what_they_may(self, work: Department) -> None:
        me = (await (await work.signed_in("alice")).get("/session")).json()
        assert (me["name"], me["role"], me["agent"], me["rights"]) == (
            "alice",
            "agent",
            "Alice",
            [
                "appeal",
                "claim_lost_calls",
                "edit_customers",
                "explain",
                "open_cases",
                "record_call",
                "record_enquiries",
                "see",
                "see_calls",
                "see_case_figures",
                "see_cases",
                "see_colleagues",
                "see_customers",
                "see_lost_calls",
                "see_registers",
                "see_scores",
                "see_surveys",
                "set_deputies",
                "use_desk",
                "work_on_cases",
            ],
        )
        assert me["expires_at"] == "2026-03-02T21:00:00+08:00"

    @pytest.mark.parametrize(
        "path", ["/session", "/violations", f"/violations/{'0' * 32}", "/users", "/audit", "/changes"]
    )
    async def test_nothing_is_told_to_whoever_is_not_signed_in(self, work: Department, path: str) -> None:
        answer = await work.browser().get(path)
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:callcenter:problem:not-signed-in")

    async def test_page_seals_what_is_typed_by_a_key_that_is_the_accounts_own_and_stays(self, work: Department) -> None:
        keys = []
        for name in ("alice", "alice", "sun"):
            browser = await work.signed_in(name)
            keys.append((await browser.get("/session")).json()["draft_key"])
        assert keys[0] == keys[1] != keys[2]
        assert [len(bytes.fromhex(key)) for key in keys] == [32] * 3

    async def test_signing_out_ends_it(self, work: Department) -> None:
        sun = await work.signed_in("sun")
        out = await sun.send("DELETE", "/session")
        assert (out.status_code, out.headers["set-cookie"].rpartition("; ")[2]) == (204, "Max-Age=0")
        assert (await sun.get("/session")).status_code == 401

    async def test_stolen_cookie_of_a_session_that_ended_is_worth_nothing(self, work: Department) -> None:
        sun, thief = await work.signed_in("sun"), work.browser()
        thief.http.cookies = sun.http.cookies
        assert (await thief.get("/session")).status_code == 200
        await sun.send("DELETE", "/session")
        assert (await thief.get("/session")).status_code == 401

    async def test_idle_session_is_over(self, work: Department) -> None:
        sun = await work.signed_in("sun")
        work.now += 30 * MINUTE
        assert (await sun.get("/session")).status_code == 401

    async def test_token_changes_while_one_works_on(self, work: Department) -> None:
        sun = await work.signed_in("sun")
        cookies = [sun.http.cookies["callcenter_session"]]
        for _ in range(5):
            work.now += 25 * MINUTE
            assert (await sun.get("/session")).status_code == 200
            cookies.append(sun.http.cookies["callcenter_session"])
        assert len(set(cookies)) == 2

    @pytest.mark.parametrize("token", ["", "x", "x" * 5000, "%00", "é"])
    async def test_cookie_that_is_none_of_ours_signs_nobody_in(self, work: Department, token: str) -> None:
        cookie = f"callcenter_session={token}".encode()
        answer = await work.browser().http.get("/api/v1/session", headers=[(b"cookie", cookie)])
        assert answer.status_code == 401

    @pytest.mark.parametrize("csrf", ["", "wrong", "ü"])
    async def test_change_without_the_page_s_token_is_refused(self, work: Department, csrf: str) -> None:
        sun = await work.signed_in("sun")
        sun.csrf = csrf
        answer = await sun.send("POST", "/changes", CHANGE)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:callcenter:problem:foreign-request")

    async def test_guessing_is_blocked_with_the_time_to_wait(self, work: Department) -> None:
        await work.signed_in("sun")
        answers = [(await work.browser(f"10.9.0.{n}").sign_in("sun", "wrong password!")) for n in range(6)]
        assert [a.status_code for a in answers] == [401] * 5 + [429]
        assert answers[-1].headers["retry-after"] == "30"
        assert (await work.browser().sign_in("sun")).status_code == 429

    async def test_one_address_may_try_so_many_names_a_minute(self, work: Department) -> None:
        browser = work.browser("10.9.9.9")
        codes = [(await browser.sign_in(f"name-{n}", "wrong password!")).status_code for n in range(22)]
        assert codes == [401] * 20 + [429] * 2
        work.now += MINUTE
        assert (await browser.sign_in("name", "wrong password!")).status_code == 401

    async def test_password_is_changed_by_whoever_knows_it(self, work: Department) -> None:
        sun = await work.signed_in("sun")
        wrong = await sun.send("POST", "/session/password", {"old": "wrong password!", "new": "quite another phrase"})
        weak = await sun.send("POST", "/session/password", {"old": PASSWORD, "new": "short"})
        right = await sun.send("POST", "/session/password", {"old": PASSWORD, "new": "quite another phrase"})
        assert (wrong.status_code, weak.status_code, right.status_code) == (403, 422, 204)
        assert (await sun.get("/session")).status_code == 401
        assert (await sun.sign_in("sun")).status_code == 401
        assert (await sun.sign_in("sun", "quite another phrase")).status_code == 201

    async def test_password_that_another_gave_opens_nothing_but_its_change(self, work: Department) -> None:
        root, carol = await work.signed_in("root"), work.browser(address="10.0.9.1")
        await root.send("POST", "/users", CAROL)
        told = (await carol.sign_in("carol", CAROL["password"])).json()
        assert (told["password_given"], told["rights"]) == (True, [])
        refused = await carol.get("/my-day")
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:callcenter:problem:password-given")
        assert (await carol.get("/live")).status_code == 403
        body = {"old": CAROL["password"], "new": "a phrase of my own choice"}
        assert (await carol.send("POST", "/session/password", body)).status_code == 204
        told = (await carol.sign_in("carol", "a phrase of my own choice")).json()
        assert (told["password_given"], "record_call" in told["rights"]) == (False, True)
        assert (await carol.get("/my-day")).status_code != 403
        await carol.http.aclose()

    async def test_password_that_another_gave_lets_nobody_in_after_a_week(self, work: Department) -> None:
        root, carol = await work.signed_in("root"), work.browser(address="10.0.9.2")
        await root.send("POST", "/users", CAROL)
        work.now += 7 * 86_400 * SECOND
        assert (await carol.sign_in("carol", CAROL["password"])).status_code == 401
        await carol.http.aclose()

    async def test_password_is_never_said_back(self, work: Department) -> None:
        answer = await work.browser().http.post("/api/v1/session", json={"name": "x", "password": ["hunter2hunter2"]})
        assert answer.status_code == 422
        assert "hunter2" not in answer.text


class TestUsers:
    async def test_administrator_adds_changes_and_disables(self, work: Department) -> None:
        root = await work.signed_in("root")
        added = await root.send("POST", "/users", CAROL)
        assert (added.status_code, added.headers["etag"], "password" in added.text) == (201, '"1"', False)
        carol = work.browser()
        assert (await carol.sign_in("carol", CAROL["password"])).status_code == 201
        moved = await root.send("PATCH", "/users/carol", {"team": "orders"}, If_Match='"1"')
        assert (moved.json()["team"], moved.json()["agent"], moved.headers["etag"]) == ("orders", "Zoe", '"2"')
        gone = await root.send("PATCH", "/users/carol", {"disabled": True}, If_Match='"2"')
        assert gone.json()["disabled_at"] == "2026-03-02T09:00:00+08:00"
        assert (await carol.get("/session")).status_code == 401
        assert (await carol.sign_in("carol", CAROL["password"])).status_code == 401
        back = await root.send("PATCH", "/users/carol", {"disabled": False}, If_Match='"3"')
        assert (back.json()["disabled_at"], (await root.get("/users/carol")).headers["etag"]) == (None, '"4"')

    @pytest.mark.one_database
    async def test_agent_whom_the_roster_lacks_is_refused_with_the_name_that_is_near(self, work: Department) -> None:
        root = await work.signed_in("root")
        await root.send("POST", "/users", CAROL)
        moved = await root.send("PATCH", "/users/carol", {"agent": "Zoee"}, If_Match='"1"')
        assert (moved.status_code, moved.json()["detail"].count("Zoe")) == (422, 2)
        work.in_force = RulesInForce(work.in_force.rulebook, None)  # nobody can tell
        assert (await root.send("PATCH", "/users/carol", {"agent": "Zoee"}, If_Match='"1"')).status_code == 200

    async def test_first_day_is_said_and_put_right(self, work: Department) -> None:
        root = await work.signed_in("root")
        added = await root.send("POST", "/users", CAROL | {"joined": "2026-02-02"})
        moved = await root.send("PATCH", "/users/carol", {"joined": "2026-02-03"}, If_Match='"1"')
        never = await root.send("PATCH", "/users/carol", {"joined": "2026-02-30"}, If_Match='"2"')
        unsaid = await root.send("PATCH", "/users/carol", {"joined": None}, If_Match='"2"')
        assert [one.json().get("joined") for one in (added, moved, unsaid)] == ["2026-02-02", "2026-02-03", None]
        assert never.status_code == 422

    async def test_second_of_two_administrators_reads_again(self, work: Department) -> None:
        root = await work.signed_in("root")
        await root.send("POST", "/users", CAROL)
        await root.send("PATCH", "/users/carol", {"team": "a"}, If_Match='"1"')
        late = await root.send("PATCH", "/users/carol", {"team": "b"}, If_Match='"1"')
        blind = await root.send("PATCH", "/users/carol", {"team": "b"})
        assert (late.status_code, late.headers["etag"], blind.status_code) == (412, '"2"', 428)

    @pytest.mark.one_database
    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"name": "root"}, 409),
            ({"agent": "Alice"}, 409),
            ({"agent": "Carol"}, 422),
            ({"name": "No Name"}, 422),
            ({"name": "service"}, 422),
            ({"role": "king"}, 422),
            ({"password": "short"}, 422),
            ({"password": "carol-and-more"}, 422),
            ({"full_name": "a\nb"}, 422),
            ({"is_admin": True}, 422),
        ],
    )
    async def test_account_that_cannot_be_is_refused(
        self, work: Department, change: dict[str, object], status: int
    ) -> None:
        await work.signed_in("alice")
        root = await work.signed_in("root")
        assert (await root.send("POST", "/users", CAROL | change)).status_code == status

    @pytest.mark.parametrize("change", [{"role": "manager"}, {"disabled": True}])
    async def test_nobody_changes_their_own_role(self, work: Department, change: dict[str, object]) -> None:
        root = await work.signed_in("root")
        assert (await root.send("PATCH", "/users/root", change, If_Match='"1"')).status_code == 409

    async def test_accounts_are_listed_page_by_page(self, work: Department) -> None:
        for name in PEOPLE:
            await work.signed_in(name)
        ma = await work.signed_in("ma")
        pages: list[Json] = [{"next": ""}]
        for _ in range(3):
            cursor = pages[-1]["next"]
            pages.append((await ma.get(f"/users?limit=4{cursor and '&cursor='}{cursor}")).json())
        assert [user["name"] for page in pages[1:] for user in page["items"]] == sorted(PEOPLE)
        assert pages[-1]["next"] is None

    @pytest.mark.one_database
    @pytest.mark.parametrize("name", PEOPLE)
    async def test_only_administrators_change_accounts(self, work: Department, name: str) -> None:
        browser = await work.signed_in(name)
        added = await browser.send("POST", "/users", CAROL)
        changed = await browser.send("PATCH", "/users/carol", {"team": "b"}, If_Match='"1"')
        read = await browser.get("/users")
        allowed = {"root": (201, 200, 200), "ma": (403, 403, 200), "hua": (403, 403, 200)}
        assert (added.status_code, changed.status_code, read.status_code) == allowed.get(name, (403, 403, 403))

    async def test_unknown_account_is_not_found(self, work: Department) -> None:
        root = await work.signed_in("root")
        assert (await root.get("/users/nobody")).status_code == 404
        assert (await root.send("PATCH", "/users/nobody", {}, If_Match='"1"')).status_code == 404


class TestChanges:
    async def test_change_of_an_amount_takes_two_people(self, work: Department) -> None:
        ma, hua = await work.signed_in("ma"), await work.signed_in("hua")
        proposed = await ma.send("POST", "/changes", CHANGE)
        number = proposed.json()["id"]
        own = await ma.send("POST", f"/changes/{number}/approve", If_Match='"1"')
        other = await hua.send("POST", f"/changes/{number}/approve", If_Match='"1"')
        again = await hua.send("POST", f"/changes/{number}/reject", If_Match='"2"')
        assert (proposed.status_code, own.status_code, other.status_code, again.status_code) == (201, 409, 200, 409)
        (listed,) = (await ma.get("/changes?state=approved")).json()["items"]
        assert (listed["proposed_by"], listed["decided_by"], listed["content"]) == ("ma", "hua", {"yuan": 10})

    async def test_rejected_change_stays_rejected(self, work: Department) -> None:
        sun, ma = await work.signed_in("sun"), await work.signed_in("ma")
        number = (await sun.send("POST", "/changes", CHANGE | {"subject": "fines"})).json()["id"]
        assert (await ma.send("POST", f"/changes/{number}/reject", If_Match='"1"')).json()["state"] == "rejected"
        assert (await ma.send("POST", f"/changes/{number}/approve", If_Match='"1"')).status_code == 412

    @pytest.mark.one_database
    @pytest.mark.parametrize("name", PEOPLE)
    async def test_only_who_may_proposes_and_approves(self, work: Department, name: str) -> None:
        sun = await work.signed_in("shen")
        number = (await sun.send("POST", "/changes", CHANGE)).json()["id"]
        browser = await work.signed_in(name)
        proposed = await browser.send("POST", "/changes", CHANGE)
        approved = await browser.send("POST", f"/changes/{number}/approve", If_Match='"1"')
        allowed = {"sun": (201, 403), "shen": (201, 403), "ma": (201, 200), "hua": (403, 200)}
        assert (proposed.status_code, approved.status_code) == allowed.get(name, (403, 403))


class TestAudit:
    async def test_every_change_is_in_the_log_and_the_log_is_sound(self, work: Department) -> None:
        root, hua = await work.signed_in("root"), await work.signed_in("hua")
        await root.send("POST", "/users", CAROL)
        page = (await hua.get("/audit?limit=3")).json()
        rest = (await hua.get(f"/audit?after={page['next']}")).json()
        entries = [(e["actor"], e["action"], e["kind"], e["subject"]) for e in page["items"] + rest["items"]]
        assert entries == [
            ("console:root", "add", "account", "root"),
            ("root", "sign_in", "session", "root"),
            ("console:root", "add", "account", "hua"),
            ("hua", "sign_in", "session", "hua"),
            ("root", "add", "account", "carol"),
        ]
        assert rest["next"] is None
        async with work.decisions.writing() as unit:
            assert await verify(unit.connection) == 5

    @pytest.mark.one_database
    @pytest.mark.parametrize("name", PEOPLE)
    async def test_only_administrators_and_hr_read_it(self, work: Department, name: str) -> None:
        status = (await (await work.signed_in(name)).get("/audit")).status_code
        assert status == (200 if name in {"root", "hua"} else 403)

    @pytest.mark.parametrize("role", [Role.HR, Role.ADMIN])
    async def test_who_is_judged_reads_of_a_record_once_told_whatever_their_role(
        self, work: Department, role: Role
    ) -> None:
        """Others read of it at once, and the log's hashes hold as ever."""
        await hire(work.decisions, "carla", role, "Carla", None)
        carla, hua = work.browser("10.0.1.1"), await work.signed_in("hua")
        await carla.sign_in("carla")
        told, dropped = [await propose(work.decisions, n, agent="Carla") for n in (1, 2)]
        other = await propose(work.decisions, 3)
        excused = record(agent="Carla", verdict=Verdict.EXCUSED)
        free = await propose(work.decisions, 4, excused, agent="Carla")

        async def reads(browser: Browser, query: str = "") -> list[str]:
            page = (await browser.get(f"/audit?kind=violation{query}")).json()
            return [f"{one['action']} {int(one['subject'], 16)}" for one in page["items"]]

        await did(work, dropped, ("sun", "overturn"))
        assert [int(one, 16) for one in (told, dropped, other, free)] == [1, 2, 3, 4]
        assert await reads(carla) == ["propose 3", "propose 4"]
        assert await reads(carla, f"&subject={told}") == await reads(carla, "&action=overturn") == []
        assert await reads(carla, "&order=newest&limit=1") == ["propose 4"]
        assert await reads(hua) == ["propose 1", "propose 2", "propose 3", "propose 4", "overturn 2"]
        await did(work, told, ("sun", "notify"))
        assert await reads(carla) == ["propose 1", "propose 3", "propose 4", "notify 1"]
        assert (await carla.send("POST", "/audit/verify?after=0")).json()["sound"]
        await carla.http.aclose()

    async def test_no_password_is_in_it(self, work: Department) -> None:
        root = await work.signed_in("root")
        await root.send("POST", "/users", CAROL)
        await root.send("PATCH", "/users/carol", {"password": "a third long phrase"}, If_Match='"1"')
        text = (await root.get("/audit")).text
        assert all(secret not in text for secret in (CAROL["password"], "third long phrase", "argon2"))
