"""An agent's desk over HTTP: state, what is queued, signing in, the phone in the page, what the page says."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.domain.vocabulary import PageWord
from callcenter.errors import StoreError, SwitchError, SwitchUnsuitable
from callcenter.files.phones import rotated, write_phones
from callcenter.store.conflicts import Conflict
from callcenter.tracker import RulesInForce
from callcenter.web.desk.phones import PagePhone
from callcenter.web.desk.settings import DeskSettings
from callcenter.web.live.words import Topic
from tests.integration.api import BESIDE, PEOPLE, Department, Json, department
from tests.integration.lively import ALICE, BOB, Lively
from tests.integration.test_api_calls import talk

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.one_database]

ALICES = "PJSIP/0"
QUEUES = ("consumers", "products")


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    phones = tmp_path / "pjsip_pages.conf"
    write_phones(phones, rotated({}, ["0"]))
    desk = DeskSettings(
        queues=QUEUES,
        numbers={"consumers": "601"},
        phones=phones,
        websocket="wss://pbx.example:8089/ws",
        reasons={"tea": "", "vip": "Key account"},
    )
    async with department(tmp_path, desk=desk) as found:
        yield found


async def signed_in(work: Department) -> Json:
    answer = await (await work.signed_in("alice")).send("POST", "/desk/sign-in", {})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def asks(work: Department, state: str, reason: str | None = None, status: int = 200) -> Json:
    said = {"state": state} | ({} if reason is None else {"reason": reason})
    answer = await (await work.signed_in("alice")).send("POST", "/desk/state", said)
    assert answer.status_code == status, answer.text
    return answer.json()


class TestState:
    async def test_desk_before_signing_in_shows_the_seat_the_reasons_and_the_phone(self, work: Department) -> None:
        shown = (await (await work.signed_in("alice")).get("/desk", Accept_Language="en")).json()
        assert shown == {
            "agent": "Alice",
            "interface": ALICES,
            "state": "offline",
            "reason": "signed out",
            "since": None,
            "queued": None,
            "queues": [],
            "reasons": shown["reasons"],
            "phone": {
                "uri": "sip:0@pbx.example",
                "websocket": "wss://pbx.example:8089/ws",
                "domain": "pbx.example",
                "ice_servers": [],
                "taken": False,
            },
        }
        assert [one["code"] for one in shown["reasons"]] == ["tea", "vip", "acw"]
        assert shown["reasons"][1]["name"] == "Key account"

    async def test_signing_in_pauses_until_ready_and_again_changes_nothing(self, work: Department) -> None:
        for _ in range(2):
            shown = await signed_in(work)
            assert (shown["state"], shown["reason"], shown["queues"]) == ("paused", "sign-in", list(QUEUES))
            assert "direct-0" in work.switch.floor.state.people["Alice"].queues
        assert (await asks(work, "ready"))["state"] == "available"

    async def test_queue_that_is_not_there_is_said_and_one_of_the_phone_alone_is_not_missed(
        self, work: Department
    ) -> None:
        work.switch.queues.remove("direct-0")
        await signed_in(work)
        work.switch.queues.remove("products")
        answer = await (await work.signed_in("alice")).send("POST", "/desk/sign-in", {})
        assert (answer.status_code, "No such queue" in answer.json()["detail"]) == (503, True)

    async def test_pause_has_a_reason_of_the_site(self, work: Department) -> None:
        await signed_in(work)
        shown = await asks(work, "paused", "vip")
        assert (shown["state"], shown["reason"]) == ("paused", "vip")
        for wrong in ("page_cannot_ring", "sign-in", "lunch", "tea\r\nAction: Originate"):
            await asks(work, "paused", wrong, status=422)
        await asks(work, "paused", status=422)
        await asks(work, "ready", "tea", status=422)

    async def test_change_during_a_call_is_queued_and_shown(self, work: Department) -> None:
        await signed_in(work)
        await asks(work, "ready")
        work.switch.call(ALICES)
        assert (await asks(work, "paused", "tea", status=202))["queued"] == {"state": "paused", "reason": "tea"}
        shown = await asks(work, "ready", status=202)
        assert (shown["state"], shown["queued"]) == ("talking", None)
        shown = await asks(work, "signed_out", status=202)
        assert (shown["state"], shown["queued"]) == ("talking", {"state": "offline", "reason": "signed out"})
        work.switch.hang_up()
        shown = (await (await work.signed_in("alice")).get("/desk")).json()
        assert (shown["state"], shown["reason"], shown["queued"]) == ("offline", "signed out", None)

    async def test_who_is_in_no_queue_is_told_to_sign_in(self, work: Department) -> None:
        await asks(work, "ready", status=409)
        await asks(work, "paused", "tea", status=409)
        assert (await asks(work, "signed_out"))["state"] == "offline"

    async def test_nobody_is_ready_whose_phone_is_not_reached(self, work: Department) -> None:
        await signed_in(work)
        work.switch.reach(ALICES, reachable=False)
        await asks(work, "ready", status=409)

    async def test_what_the_switch_refuses_is_said(self, work: Department) -> None:
        await signed_in(work)
        work.switch.fault = SwitchUnsuitable("PJSIP/0 is a member of consumers by queues.conf: take it out there")
        assert "queues.conf" in (await asks(work, "signed_out", status=409))["detail"]
        work.switch.fault = SwitchError("Asterisk refused QueuePause: Interface not found")
        assert (await asks(work, "ready", status=503))["type"].endswith("switch-unavailable")
        work.switch.in_sync = False
        await asks(work, "ready", status=503)

    async def test_agent_without_a_phone_or_a_queue_cannot_sign_in(self, tmp_path: Path) -> None:
        async with department(tmp_path) as work:
            alice = await work.signed_in("alice")
            assert (await alice.send("POST", "/desk/sign-in", {})).status_code == 409
            assert (await alice.send("POST", "/desk/phone", {})).status_code == 409
            work.in_force = RulesInForce(work.in_force.rulebook, None)
            assert (await alice.send("POST", "/desk/sign-in", {})).status_code == 409

    async def test_after_call_work_ends_with_the_note_but_not_within_the_call(self, work: Department) -> None:
        await signed_in(work)
        desk = work.service.ports.desk
        assert desk is not None
        work.switch.call(ALICES)
        await asks(work, "paused", "acw", status=202)
        await desk.note_saved("Alice")
        assert desk.now("Alice").queued is not None
        work.switch.hang_up()
        work.switch.fault = SwitchError("away")
        await desk.note_saved("Alice")
        assert desk.now("Alice").reason == "acw"
        work.switch.fault = None
        await desk.note_saved("Alice")
        assert desk.now("Alice").state == "available"

    async def test_what_is_asked_is_in_the_audit_log(self, work: Department) -> None:
        await signed_in(work)
        await asks(work, "paused", "tea")
        found = (await (await work.signed_in("hua")).get("/audit")).json()["items"]
        told = {(o["action"], o["subject"], o["detail"].get("reason")) for o in found if o["kind"] == "desk"}
        assert told == {("sign_in", "Alice", None), ("paused", "Alice", "tea")}

    async def test_desk_is_for_agents_alone(self, work: Department) -> None:
        found = {}
        for name in PEOPLE | BESIDE:
            person = await work.signed_in(name)
            said = await person.send("POST", "/desk/witness", {"facts": [{"what": "rang"}]})
            found[name] = (await person.get("/desk")).status_code, said.status_code
        agents = {name: agent for name, (_, agent, _) in (PEOPLE | BESIDE).items() if agent is not None}
        with_page = {name: (200, 204 if agent == "Alice" else 403) for name, agent in agents.items()}
        assert found == dict.fromkeys(found, (403, 403)) | with_page


class TestPhone:
    async def test_secret_is_given_to_one_session_until_another_takes_over(self, work: Department) -> None:
        first = await work.signed_in("alice")
        given = (await first.send("POST", "/desk/phone", {})).json()
        assert given["username"] == "0"
        assert len(given["password"]) >= 32
        second = work.browser(address="10.9.9.9")
        await second.sign_in("alice")
        refused = await second.send("POST", "/desk/phone", {})
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:callcenter:problem:phone-in-use")
        assert (await second.get("/desk")).json()["phone"]["taken"] is True
        taken = await second.send("POST", "/desk/phone", {"take_over": True})
        assert taken.json()["password"] == given["password"]
        assert (await first.get("/desk")).json()["phone"]["taken"] is True
        await second.send("DELETE", "/session")
        assert (await first.send("POST", "/desk/phone", {})).status_code == 200

    async def test_page_whose_phone_is_taken_over_is_told_at_once(self, tmp_path: Path) -> None:
        house = Lively()
        phones = tmp_path / "pjsip_pages.conf"
        write_phones(phones, rotated({}, ["0"]))
        desk = DeskSettings(phones=phones, websocket="wss://pbx.example:8089/ws")
        async with department(tmp_path, house.feed, desk=desk) as work:
            first, second = await work.signed_in("alice"), work.browser(address="10.9.9.9")
            assert (await first.send("POST", "/desk/phone", {})).status_code == 200
            own, bobs = house.open(ALICE, Topic.CALLS), house.open(BOB, Topic.CALLS)
            assert (await own.next())[0] == "snapshot"
            await second.sign_in("alice")
            await second.send("POST", "/desk/phone", {"take_over": True})
            assert await own.next() == ("desk", {"what": "phone_taken"})
            assert not bobs.reader.desk

    async def test_way_of_media_is_told_with_the_secret_and_turn_by_its_own_password(self, tmp_path: Path) -> None:
        phones, secret = tmp_path / "pjsip_pages.conf", tmp_path / "turn.secret"
        write_phones(phones, rotated({}, ["0"]))
        secret.write_text("relay me\n")
        desk = DeskSettings(
            phones=phones,
            websocket="wss://pbx.example:8089/ws",
            ice_servers=("turns:pbx.example:5349?transport=tcp", "stun:pbx.example:3478"),
            turn_username="pages",
            turn_secret_file=secret,
        )
        async with department(tmp_path, desk=desk) as work:
            alice = await work.signed_in("alice")
            stun = {"urls": "stun:pbx.example:3478", "username": None, "credential": None}
            turn = {"urls": "turns:pbx.example:5349?transport=tcp", "username": "pages", "credential": "relay me"}
            assert (await alice.send("POST", "/desk/phone", {})).json()["ice_servers"] == [stun, turn]
            assert "relay me" not in (await alice.get("/desk")).text
            secret.unlink()
            assert (await alice.send("POST", "/desk/phone", {})).json()["ice_servers"] == [stun]

    async def test_phone_that_the_switch_reaches_after_a_restart_is_somebody_s(self, work: Department) -> None:
        await signed_in(work)
        work.switch.reach(ALICES, reachable=True)
        first = await work.signed_in("alice")
        refused = await first.send("POST", "/desk/phone", {})
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:callcenter:problem:phone-in-use")
        assert (await first.get("/desk")).json()["phone"]["taken"] is False
        assert (await first.send("POST", "/desk/phone", {"take_over": True})).status_code == 200
        assert (await first.send("POST", "/desk/phone", {})).status_code == 200

    async def test_of_two_sessions_that_take_a_phone_in_one_instant_one_has_it(self, work: Department) -> None:
        both = [await work.signed_in("alice"), work.browser(address="10.9.9.9")]
        await both[1].sign_in("alice")
        given = await asyncio.gather(*(one.send("POST", "/desk/phone", {}) for one in both))
        assert sorted(one.status_code for one in given) == [200, 409]
        has, has_not = sorted(both, key=lambda one: given[both.index(one)].status_code)
        assert (await has.get("/desk")).json()["phone"]["taken"] is False
        assert (await has_not.get("/desk")).json()["phone"]["taken"] is True

    async def test_file_that_cannot_be_read_keeps_nobody_from_the_desk(self, work: Department, tmp_path: Path) -> None:
        desk = work.service.ports.desk
        assert desk is not None
        phone = PagePhone("7", "ws://x/ws", "x", (), taken=False)
        with pytest.raises(Conflict, match="taken away"):
            await desk.phones.hand_out(phone, "session")
        (tmp_path / "pjsip_pages.conf").unlink()
        (tmp_path / "pjsip_pages.conf").mkdir()
        assert (await (await work.signed_in("alice")).get("/desk")).json()["phone"] is None

    async def test_agent_whose_phone_is_in_no_page_has_none(self, work: Department) -> None:
        bob = await work.signed_in("bobby")
        assert (await bob.get("/desk")).json()["phone"] is None
        assert (await bob.send("POST", "/desk/phone", {})).status_code == 409


class TestColleagues:
    async def test_agent_sees_of_colleagues_what_a_transfer_needs_and_others_nothing(self, work: Department) -> None:
        await signed_in(work)
        bob = await work.signed_in("bobby")
        await bob.send("POST", "/desk/sign-in", {})
        await bob.send("POST", "/desk/state", {"state": "paused", "reason": "tea"})
        await asks(work, "ready")
        alice = await work.signed_in("alice")
        told = (await alice.get("/desk/colleagues")).json()
        bobs = {"agent": "Bob", "state": "paused", "queues": list(QUEUES), "number": "1"}
        assert told["colleagues"] == [bobs]
        assert told["queues"] == [
            {"queue": "consumers", "number": "601", "waiting": 0, "ready": 1},
            {"queue": "products", "number": None, "waiting": 0, "ready": 1},
        ]
        for name in ("qian", "root"):
            assert (await (await work.signed_in(name)).get("/desk/colleagues")).status_code == 403


class TestWitness:
    async def test_page_that_cannot_ring_is_journalled_and_its_agent_paused_by_the_service(
        self, work: Department
    ) -> None:
        await signed_in(work)
        await asks(work, "ready")
        facts = [
            {"at": "2026-03-02T09:00:00+08:00", "what": "page_hidden"},
            {"what": "could_not_ring", "uniqueid": "1795418218.7", "device": "Jabra", "detail": "NotAllowedError"},
        ]
        alice = await work.signed_in("alice")
        assert (await alice.send("POST", "/desk/witness", {"facts": facts})).status_code == 204
        assert [(one.agent, one.what, one.uid, one.at) for one in work.switch.told] == [
            ("Alice", PageWord.PAGE_HIDDEN, None, None),
            ("Alice", PageWord.COULD_NOT_RING, "1795418218.7", None),
        ]
        shown = (await alice.get("/desk")).json()
        assert (shown["state"], shown["reason"]) == ("system_paused", "page_cannot_ring")
        assert (await asks(work, "ready"))["state"] == "available"

    async def test_system_pause_ends_once_the_page_can_ring_unless_somebody_may_have_left(
        self, work: Department, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await signed_in(work)
        await asks(work, "ready")
        alice = await work.signed_in("alice")

        async def says(*words: str) -> tuple[str, str | None]:
            facts = [{"what": what, "detail": "lost" if what == "unregistered" else None} for what in words]
            assert (await alice.send("POST", "/desk/witness", {"facts": facts})).status_code == 204
            shown = (await alice.get("/desk")).json()
            return shown["state"], shown["reason"]

        stopped = "system_paused", "page_cannot_ring"
        assert await says("unregistered") == stopped
        assert await says("registered") == stopped
        assert await says("can_ring", "sound_locked") == stopped
        assert await says("sound_unlocked", "can_ring") == ("available", None)
        assert await says("microphone_lost") == stopped
        await asks(work, "paused", reason="tea")
        assert await says("microphone_back", "can_ring") == ("paused", "tea")
        await asks(work, "ready")
        assert await says("unregistered") == stopped
        monkeypatch.setattr("callcenter.web.desk.desk._WAITED_SECONDS", -1.0)
        assert await says("registered", "can_ring") == stopped
        work.switch.call("PJSIP/0")
        await says("can_ring")
        work.switch.hang_up()
        assert (await alice.get("/desk")).json()["state"] in {"available", "wrap_up"}

    async def test_phone_that_the_switch_does_not_reach_stays_paused_whatever_its_page_says(
        self, work: Department, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("callcenter.web.desk.desk._SEEN_SECONDS", 0.1)
        await signed_in(work)
        await asks(work, "ready")
        alice = await work.signed_in("alice")
        await alice.send("POST", "/desk/witness", {"facts": [{"what": "unregistered", "detail": "lost"}]})
        work.switch.reach("PJSIP/0", reachable=False)
        await alice.send("POST", "/desk/witness", {"facts": [{"what": "can_ring"}]})
        work.switch.reach("PJSIP/0", reachable=True)
        assert (await alice.get("/desk")).json()["state"] == "system_paused"

    async def test_page_that_can_ring_again_or_an_agent_who_pauses_is_left_alone(self, work: Department) -> None:
        await signed_in(work)
        alice = await work.signed_in("alice")
        await alice.send("POST", "/desk/witness", {"facts": [{"what": "sound_locked"}]})
        assert (await alice.get("/desk")).json()["reason"] == "sign-in"
        await asks(work, "ready")
        await alice.send("POST", "/desk/witness", {"facts": [{"what": "sound_locked"}, {"what": "sound_unlocked"}]})
        assert (await alice.get("/desk")).json()["state"] == "available"
        for gone in ("lost", None):
            await alice.send("POST", "/desk/witness", {"facts": [{"what": "unregistered", "detail": gone}]})
            state = (await alice.get("/desk")).json()["state"]
            assert state == ("available" if gone is None else "system_paused")
            await asks(work, "ready")
        for gone in ("network", "page left"):
            await alice.send("POST", "/desk/witness", {"facts": [{"what": "could_not_ring", "detail": gone}]})
            assert (await alice.get("/desk")).json()["state"] == "available"
        facts = [{"what": "sound_locked"}, {"what": "unregistered", "detail": "lost"}, {"what": "registered"}]
        await alice.send("POST", "/desk/witness", {"facts": facts})
        assert (await alice.get("/desk")).json()["state"] == "system_paused"

    async def test_witness_is_kept_though_the_switch_does_not_pause(self, work: Department) -> None:
        await signed_in(work)
        await asks(work, "ready")
        work.switch.fault = SwitchError("away")
        alice = await work.signed_in("alice")
        said = {"facts": [{"what": "microphone_lost"}]}
        assert (await alice.send("POST", "/desk/witness", said)).status_code == 204
        assert len(work.switch.told) == 1
        work.switch.journal_fault = StoreError("full")
        assert (await alice.send("POST", "/desk/witness", said)).status_code == 503

    async def test_fact_that_is_said_again_is_heard_once_and_pauses_nobody_again(self, work: Department) -> None:
        await signed_in(work)
        await asks(work, "ready")
        alice, at = await work.signed_in("alice"), "2026-03-02T09:00:00.{}Z"
        first = {"at": at.format(250), "what": "microphone_lost"}
        second = {"at": at.format(251), "what": "microphone_lost"}
        work.switch.journal_fault = StoreError("full")
        assert (await alice.send("POST", "/desk/witness", {"facts": [first]})).status_code == 503
        work.switch.journal_fault = None
        assert (await alice.send("POST", "/desk/witness", {"facts": [first]})).status_code == 204
        await asks(work, "ready")
        assert (await alice.send("POST", "/desk/witness", {"facts": [first]})).status_code == 204
        assert (await alice.get("/desk")).json()["state"] == "available"
        assert (await alice.send("POST", "/desk/witness", {"facts": [first, second]})).status_code == 204
        assert (await alice.get("/desk")).json()["state"] == "system_paused"
        assert len(work.switch.told) == 2

    async def test_no_page_bears_witness_of_a_desk_phone(self, work: Department, tmp_path: Path) -> None:
        bob, said = await work.signed_in("bobby"), {"facts": [{"what": "registered"}]}
        await bob.send("POST", "/desk/sign-in", {})
        assert (await bob.send("POST", "/desk/witness", said)).status_code == 403
        assert work.switch.told == []
        (tmp_path / "pjsip_pages.conf").unlink()
        (tmp_path / "pjsip_pages.conf").mkdir()
        assert (await bob.send("POST", "/desk/witness", said)).status_code == 204

    @pytest.mark.parametrize(
        "facts",
        [[], [{"what": "rang"}] * 51, [{"what": "hung_up"}], [{"what": "rang", "device": "a\r\nb"}], [{"at": 7}]],
    )
    async def test_what_is_no_fact_is_refused(self, work: Department, facts: Json) -> None:
        answer = await (await work.signed_in("alice")).send("POST", "/desk/witness", {"facts": facts})
        assert answer.status_code == 422
        assert work.switch.told == []

    async def test_page_that_tells_without_end_is_told_to_wait(self, work: Department) -> None:
        alice = await work.signed_in("alice")
        said = {"facts": [{"what": "page_shown"}]}
        statuses = [(await alice.send("POST", "/desk/witness", said)).status_code for _ in range(125)]
        assert statuses[-1] == 429


async def test_who_changes_state_or_takes_the_phone_without_end_is_told_to_wait(work: Department) -> None:
    await signed_in(work)
    alice = await work.signed_in("alice")
    asked: tuple[tuple[str, Json], ...] = ("/desk/state", {"state": "ready"}), ("/desk/phone", {"take_over": True})
    statuses = [(await alice.send("POST", *asked[n % 2])).status_code for n in range(70)]
    assert {*statuses} == {200, 429}
    assert statuses[-1] == 429


MEASURED: dict[str, Json] = {
    "uniqueid": "1.1",
    "direction": "in",
    "seconds": 183.2,
    "loss": 0.004,
    "worst_loss": 0.03,
    "jitter_ms": 4.5,
    "round_trip_ms": None,
    "codec": "opus",
}


class TestQuality:
    async def test_what_a_page_measured_is_kept_once_with_its_agents_own_part_of_the_call(
        self, work: Department
    ) -> None:
        await talk(work, 1, "Alice")
        alice, bob, heard = await work.signed_in("alice"), await work.signed_in("bobby"), list[float]()
        work.service = dataclasses.replace(work.service, ports=work.service.ports._replace(measured=heard.append))
        work.app.state.service = work.service
        for key in ("first-of-all", "first-of-all"):
            assert (await alice.send("POST", "/desk/quality", MEASURED, Idempotency_Key=key)).status_code == 204
        stranger = MEASURED | {"loss": 1, "worst_loss": 1}
        assert (await bob.send("POST", "/desk/quality", stranger)).status_code == 204
        assert (await alice.send("POST", "/desk/quality", MEASURED | {"uniqueid": None})).status_code == 204
        (call,) = (await alice.get("/calls/talked")).json()["items"]
        assert call["quality"] == [{name: told for name, told in MEASURED.items() if name != "uniqueid"}]
        assert heard == [0.004, 1, 0.004]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"loss": 1.01},
            {"loss": "NaN"},
            {"worst_loss": -0.1},
            {"seconds": 1e9},
            {"jitter_ms": -1},
            {"round_trip_ms": 1e300},
            {"direction": "sideways"},
            {"codec": "opus\r\nEvent: x"},
            {"codec": "=cmd|' /C calc'!A0"},
            {"uniqueid": "1\x00"},
            {"agent": "Bob"},
        ],
    )
    async def test_what_cannot_be_measured_is_refused(self, work: Department, wrong: Json) -> None:
        answer = await (await work.signed_in("alice")).send("POST", "/desk/quality", MEASURED | wrong)
        assert answer.status_code == 422
