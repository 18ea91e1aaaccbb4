"""What leads do with agents' desks over HTTP: who may, what the switch is asked, what agents are told, what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import CANNOT_RING
from callcenter.errors import SwitchError
from callcenter.store.decisions.agent_notices import KEPT_READ
from callcenter.web.desk.acts import FloorActs
from callcenter.web.desk.desk import DeskNow
from callcenter.web.desk.settings import DeskSettings
from callcenter.web.live.words import Topic
from callcenter.web.one_time_codes import CODE_LASTS
from callcenter.web.settings import DialplanSettings
from tests.integration.api import BESIDE, PEOPLE, Department, Json, department
from tests.integration.lively import ALICE, BOB, Lively

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.one_database]

ALICES = "PJSIP/0"
TOKEN = "a-token-of-sixteen"
DESK = DeskSettings(queues=("consumers", "products"), numbers={"orders": "607"})
WHY = "too many wait"


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    house = Lively()
    async with department(tmp_path, house.feed, desk=DESK, dialplan=DialplanSettings(secret=SecretStr(TOKEN))) as found:
        found.house = house  # type: ignore[attr-defined]
        found.switch.queues.add("orders")
        await (await found.signed_in("alice")).send("POST", "/desk/sign-in", {})
        yield found


async def asks(work: Department, who: str, path: str, body: Json, status: int = 200, *, key: str | None = None) -> Json:
    work.now += SECOND
    headers = {} if key is None else {"Idempotency_Key": key}
    answer = await (await work.signed_in(who)).send("POST", f"/acts/agents/Alice/{path}", body, **headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def wants(work: Department, state: str, reason: str | None = None, status: int = 200, who: str = "sun") -> Json:
    said = {"state": state, "why": WHY} | ({} if reason is None else {"reason": reason})
    return await asks(work, who, "state", said, status)


async def told(work: Department, who: str = "alice") -> Json:
    return (await (await work.signed_in(who)).get("/acts/notices")).json()["items"]


async def audited(work: Department) -> list[tuple[str, str, Json]]:
    found = (await (await work.signed_in("hua")).get("/audit")).json()["items"]
    return [(one["actor"], one["action"], one["detail"]) for one in found if one["kind"] == "agent"]


async def dialled(work: Department, phone: str, code: str, channel: str = "l1") -> httpx.Response:
    """Ask as the dialplan does when a phone has dialled the feature code."""
    async with work.browser().http as http:
        asked = {"phone": phone, "code": code.removeprefix("*48"), "channel": channel}
        return await http.get("/dialplan/listen", params=asked, headers={"X-Callcenter-Token": TOKEN})


class TestState:
    async def test_agent_is_told_also_by_a_lead_who_signs_out_while_the_switch_is_asked(
        self, work: Department, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pause, sun = FloorActs.pause, await work.signed_in("sun")

        async def slow(acts: FloorActs, agent: str, reason: str) -> DeskNow:
            assert (await sun.send("DELETE", "/session")).status_code == 204
            return await pause(acts, agent, reason)

        monkeypatch.setattr(FloorActs, "pause", slow)
        await wants(work, "paused", "training")
        assert [one["what"] for one in await told(work)] == ["paused"]

    async def test_lead_makes_ready_pauses_and_signs_out_and_the_agent_is_told_by_whom_and_why(
        self, work: Department
    ) -> None:
        alices = work.house.open(ALICE, Topic.ACTS)  # type: ignore[attr-defined]
        bobs = work.house.open(BOB, Topic.ACTS)  # type: ignore[attr-defined]
        assert (await alices.next())[0] == "snapshot"
        assert (await wants(work, "ready"))["state"] == "available"
        shown = await wants(work, "paused", "training", who="li-leads")
        assert (shown["state"], shown["reason"]) == ("paused", "training")
        assert (await wants(work, "signed_out"))["state"] == "offline"
        notices = await told(work)
        assert [(one["what"], one["by"], one["words"], one["reason"]) for one in notices] == [
            ("signed_out", "Sun", WHY, None),
            ("paused", "Li-Leads", WHY, "training"),
            ("ready", "Sun", WHY, None),
        ]
        assert [said["what"] for said in await alices.rest("acts")] == ["ready", "paused", "signed_out"]
        assert await bobs.rest("acts") == []
        assert await audited(work) == [
            ("sun", "ready", {"why": WHY}),
            ("sun", "tell", {"notice": notices[2]["id"], "letters": len(WHY)}),
            ("li-leads", "paused", {"reason": "training", "why": WHY}),
            ("li-leads", "tell", {"notice": notices[1]["id"], "letters": len(WHY)}),
            ("sun", "signed_out", {"why": WHY}),
            ("sun", "tell", {"notice": notices[0]["id"], "letters": len(WHY)}),
        ]

    async def test_the_same_request_again_acts_and_tells_once_and_one_that_failed_may_be_sent_again(
        self, work: Department
    ) -> None:
        said, key = {"state": "paused", "reason": "tea", "why": WHY}, "the-first-of-all"
        work.switch.fault = SwitchError("away")
        await asks(work, "sun", "state", said, 503, key=key)
        assert await told(work) == []
        work.switch.fault = None
        first = await asks(work, "sun", "state", said, key=key)
        await (await work.signed_in("alice")).send("POST", "/desk/state", {"state": "ready"})
        assert await asks(work, "sun", "state", said, key=key) == first
        assert (await (await work.signed_in("alice")).get("/desk")).json()["state"] == "available"
        assert len(await told(work)) == 1
        await asks(work, "sun", "state", said | {"reason": "meal"}, 409, key=key)

    async def test_what_cannot_be_is_refused_in_words_and_nobody_is_told(self, work: Department) -> None:
        await wants(work, "paused", "lunch", 422)
        await wants(work, "paused", None, 422)
        await wants(work, "ready", "tea", 422)
        await asks(work, "sun", "state", {"state": "ready", "why": "ready \u202eon si eh"}, 422)
        await asks(work, "sun", "state", {"state": "ready"}, 422)
        work.switch.reach(ALICES, reachable=False)
        assert "Alice" in (await wants(work, "ready", status=409))["detail"]
        work.switch.reach(ALICES, reachable=True)
        await work.switch.pause(ALICES, reason=CANNOT_RING)
        await wants(work, "ready", status=409)
        await wants(work, "paused", "tea", 409)
        await wants(work, "signed_out")
        await wants(work, "ready", status=409)
        work.switch.in_sync = False
        await wants(work, "paused", "tea", 503)
        assert [one["what"] for one in await told(work)] == ["signed_out"]

    async def test_change_during_a_call_holds_from_its_end_on(self, work: Department) -> None:
        await wants(work, "ready")
        work.switch.talk(ALICES)
        assert (await wants(work, "paused", "tea", 202))["queued"] == {"state": "paused", "reason": "tea"}

    async def test_who_may_what_to_whom(self, work: Department) -> None:
        acting = {"sun", "shen", "ma", "li-leads"}
        hearing = acting | {"qian"}
        for name in PEOPLE | BESIDE:
            person = await work.signed_in(name)
            said = await person.send("POST", "/acts/agents/Alice/messages", {"text": "hello"})
            assert said.status_code == (201 if name in acting else 403), name
            heard = {}
            for mode in ("listen", "whisper", "barge"):
                asked = await person.send("POST", "/acts/agents/Alice/listen", {"mode": mode, "why": WHY})
                heard[mode] = asked.status_code
            speaking = 409 if name in acting else 403
            assert heard == {"listen": 409 if name in hearing else 403, "whisper": speaking, "barge": speaking}, name
            assert (await person.get("/acts/agents/Alice")).status_code == (200 if name in hearing else 403), name
        shown = (await (await work.signed_in("qian")).get("/acts/agents/Alice")).json()
        assert shown["may"] == ["listen_in"]
        zoe = await (await work.signed_in("li-leads")).send("POST", "/acts/agents/Zoe/messages", {"text": "hello"})
        nobody = await (await work.signed_in("sun")).send("POST", "/acts/agents/Nobody/messages", {"text": "hello"})
        assert (zoe.status_code, nobody.status_code) == (403, 404)


class TestQueues:
    async def test_lead_moves_an_agent_who_stays_as_ready_or_paused_as_before(self, work: Department) -> None:
        await wants(work, "ready")
        shown = await asks(work, "sun", "queues", {"join": ["orders"], "leave": ["products"], "why": WHY})
        assert (shown["state"], shown["queues"]) == ("available", ["consumers", "orders"])
        assert shown["other_queues"] == ["products"]
        await wants(work, "paused", "meal")
        shown = await asks(work, "sun", "queues", {"join": ["products", "orders"], "why": WHY})
        assert (shown["state"], shown["reason"], len(shown["queues"])) == ("paused", "meal", 3)
        assert all(one.reason == "meal" for one in members(work))
        one = (await told(work))[0]
        assert (one["what"], one["join"], one["leave"]) == ("moved", ["products", "orders"], [])

    @pytest.mark.parametrize(
        ("moved", "status"),
        [
            ({}, 422),
            ({"join": ["orders"], "leave": ["orders"]}, 422),
            ({"join": ["nowhere"]}, 409),
            ({"join": ["direct-0"]}, 409),
            ({"leave": ["consumers", "products"]}, 409),
            ({"join": ["orders\r\nAction: Originate"]}, 422),
        ],
    )
    async def test_move_that_cannot_be_is_refused(self, work: Department, moved: Json, status: int) -> None:
        await asks(work, "sun", "queues", moved | {"why": WHY}, status)
        assert await told(work) == []


def members(work: Department) -> list[Json]:
    queues = work.switch.floor.state.people["Alice"].queues
    return [member for found in queues.values() for member in found.values()]


class TestMessages:
    async def test_message_is_kept_until_its_agent_has_read_it(self, work: Department) -> None:
        text = "Come to me <b>now</b>\nplease = 1+1"
        number = (await asks(work, "sun", "messages", {"text": text}, 201))["id"]
        (one,) = await told(work)
        assert (one["id"], one["what"], one["by"], one["words"]) == (number, "message", "Sun", text)
        bob, alice = await work.signed_in("bobby"), await work.signed_in("alice")
        assert (await bob.send("POST", f"/acts/notices/{number}/read")).status_code == 404
        for _ in range(2):
            assert (await alice.send("POST", f"/acts/notices/{number}/read")).status_code == 204
        assert await told(work) == []
        assert text not in str(await audited(work))
        work.now += KEPT_READ + 1_000_000
        for name in ("sun", "alice"):
            await (await work.signed_in(name)).sign_in(name)
        await asks(work, "sun", "messages", {"text": "later"}, 201)
        assert (await alice.send("POST", f"/acts/notices/{number}/read")).status_code == 404

    @pytest.mark.parametrize("text", ["", "   ", "x" * 501, "a\x00b", "turn \u202e round", "a\x1b[2J"])
    async def test_text_that_is_none_or_hides_itself_is_refused(self, work: Department, text: str) -> None:
        await asks(work, "sun", "messages", {"text": text}, 422)
        assert await told(work) == []

    async def test_message_goes_to_whoever_is_signed_out_too_and_no_page_of_a_lead_has_notices(
        self, work: Department
    ) -> None:
        await wants(work, "signed_out")
        await asks(work, "sun", "messages", {"text": "see you tomorrow"}, 201)
        assert len(await told(work)) == 2
        sun = await work.signed_in("sun")
        assert (await sun.get("/acts/notices")).status_code == 403


class TestListening:
    async def given(self, work: Department, mode: str = "listen") -> str:
        answer = await asks(work, "li-leads", "listen", {"mode": mode, "why": WHY})
        assert answer["told"] is True
        return str(answer["dial"])

    @pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
    async def test_leads_own_phone_dials_the_code_once_and_the_dialplan_is_told_the_agents_channel(
        self, work: Department, mode: str
    ) -> None:
        work.switch.talk(ALICES)
        code = await self.given(work, mode)
        assert (await dialled(work, "0", code)).status_code == 204
        answer = await dialled(work, "2", code)
        assert (answer.status_code, answer.text) == (200, f"{mode}/a1")
        assert (await dialled(work, "2", code)).status_code == 204
        assert work.service.ports.acts is not None
        who = work.service.ports.acts.listeners.on("l1")
        assert who is not None
        assert (who.name, who.agent, who.mode) == ("Li-Leads", "Alice", mode)
        found = [one for one in await audited(work) if one[0] == "li-leads"]
        assert found == [
            ("li-leads", mode, {"call": "c1", "why": WHY}),
            ("li-leads", "dial", {"phone": "2", "mode": mode}),
        ]

    async def test_code_of_a_talk_that_is_over_or_of_a_minute_ago_stands_for_nothing(self, work: Department) -> None:
        work.switch.talk(ALICES)
        code = await self.given(work)
        work.now += CODE_LASTS
        assert (await dialled(work, "2", code)).status_code == 204
        code = await self.given(work)
        work.switch.hang_up()
        assert (await dialled(work, "2", code)).status_code == 204
        code_of_a_call_back = "*48" + "123456"
        assert (await dialled(work, "2", code_of_a_call_back)).status_code == 204

    @pytest.mark.parametrize("change", [{"disabled": True}, {"team": "orders"}, {"role": "agent"}])
    async def test_code_of_who_may_listen_no_longer_stands_for_nothing(self, work: Department, change: Json) -> None:
        work.switch.talk(ALICES)
        code = await self.given(work)
        changed = await (await work.signed_in("root")).send("PATCH", "/users/li-leads", change, If_Match='"1"')
        assert changed.status_code == 200, changed.text
        assert (await dialled(work, "2", code)).status_code == 204

    async def test_code_dies_with_the_session_in_which_it_was_given(self, work: Department) -> None:
        work.switch.talk(ALICES)
        code = await self.given(work)
        assert (await (await work.signed_in("li-leads")).send("DELETE", "/session")).status_code == 204
        assert (await dialled(work, "2", code)).status_code == 204

    async def test_nobody_listens_where_nobody_talks_to_themselves_or_without_a_phone(self, work: Department) -> None:
        said = {"mode": "listen", "why": WHY}
        assert "Alice" in (await asks(work, "li-leads", "listen", said, 409))["detail"]
        work.switch.talk(ALICES)
        await asks(work, "sun", "listen", said, 409)
        own = await (await work.signed_in("li-leads")).send("POST", "/acts/agents/Li/listen", said)
        assert own.status_code == 409
        shown = (await (await work.signed_in("li-leads")).get("/acts/agents/Alice")).json()
        assert (shown["in_talk"], shown["may"]) == (True, ["act_on_agents", "listen_in", "speak_in"])
        work.switch.in_sync = False
        await asks(work, "li-leads", "listen", said, 503)

    async def test_service_that_follows_no_switch_says_so(self, work: Department) -> None:
        object.__setattr__(work.service, "ports", work.service.ports._replace(acts=None))
        await asks(work, "sun", "listen", {"mode": "listen", "why": WHY}, 503)

    async def test_requests_at_once_are_one(self, work: Department) -> None:
        sun = await work.signed_in("sun")
        path, said = "/acts/agents/Alice/messages", {"text": "once"}
        answers = await asyncio.gather(
            *(sun.send("POST", path, said, Idempotency_Key="one-of-three") for _ in range(3))
        )
        assert {answer.status_code for answer in answers} == {201}
        assert len(await told(work)) == 1
