"""What an administrator sees and does of the service itself, over HTTP: health, the doctor, what leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from callcenter.doctor.inspect import Check
from callcenter.errors import SwitchError
from callcenter.exporter.health import Health
from callcenter.tracker import RulesInForce
from tests.integration.api import ROSTER, Browser, Department, department
from tests.integration.test_outbox_command import HOSTILE, SINK, stand_still

EN = {"Accept-Language": "en"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def ended(root: Browser) -> dict[str, object]:
    """Wait until the checks that are being run have ended."""
    for task in asyncio.all_tasks():
        if task.get_name() == "doctor":
            await asyncio.wait([task])
    found: dict[str, object] = (await root.get("/doctor", **EN)).json()
    return found


class TestDoctor:
    def runs(self, work: Department, go_on: asyncio.Event, error: Exception | None = None) -> None:
        async def examine(seen: Callable[[list[Check]], None]) -> None:
            seen([Check("roster", "ok", "4 agents")])
            await go_on.wait()
            if error is not None:
                raise error
            seen([Check("heartbeat", "fail", "x", "y")])

        object.__setattr__(work.service, "ports", work.service.ports._replace(examine=examine))

    async def test_checks_are_told_as_they_are_found_and_run_once_at_a_time(self, work: Department) -> None:
        go_on, root = asyncio.Event(), await work.signed_in("root")
        self.runs(work, go_on)
        assert (await root.get("/doctor")).json()["begun_at"] is None
        begun = await root.send("POST", "/doctor")
        assert (begun.status_code, begun.json()["running"]) == (202, True)
        assert (await root.send("POST", "/doctor")).status_code == 409
        await asyncio.sleep(0)
        told = (await root.get("/doctor")).json()
        assert ([one["name"] for one in told["checks"]], told["ended_at"]) == (["排班"], None)
        go_on.set()
        done = await ended(root)
        assert done["checks"] == [
            {"name": "roster", "verdict": "ok", "found": "4 agents", "remedy": ""},
            {"name": "heartbeat", "verdict": "fail", "found": "x", "remedy": "y"},
        ]
        assert done["fault"] is None

    async def test_a_run_that_is_stopped_or_fails_says_so_and_keeps_what_it_found(self, work: Department) -> None:
        root = await work.signed_in("root")
        self.runs(work, asyncio.Event())
        await root.send("POST", "/doctor")
        await asyncio.sleep(0)
        await root.send("DELETE", "/doctor")
        stopped = await ended(root)
        assert stopped["ended_at"] is not None
        go_on = asyncio.Event()
        go_on.set()
        for error, said in ((SwitchError("no login"), "no login"), (OSError("x"), "the switch cannot be reached")):
            self.runs(work, go_on, error)
            await root.send("POST", "/doctor")
            assert (await ended(root))["fault"] == said


async def test_health_is_told_with_what_is_not_known(work: Department) -> None:
    root = await work.signed_in("root")
    assert (await root.get("/health")).status_code == 503
    ports = work.service.ports._replace(health=lambda: Health(node="pbx", started_at=work.now, gap_seconds=3.0))
    object.__setattr__(work.service, "ports", ports)
    told = (await root.get("/health")).json()
    assert (told["node"], told["lag_seconds"], told["gap_seconds"], told["ami_up"]) == ("pbx", None, 3.0, False)


@pytest.mark.usefixtures("database")
async def test_what_is_parked_is_shown_with_its_reason_and_goes_on(work: Department) -> None:
    root = await work.signed_in("root")
    async with work.decisions.writing() as unit:
        await stand_still(unit)
    told = (await root.get("/outbox", **EN)).json()
    (one,) = told["parked"]
    assert (one["key"], one["n"], one["why"]) == (HOSTILE, 1, "the receiver answers 422")
    assert (told["sinks"][0]["disabled_at"] is None, told["sinks"][0]["waiting"]) == (False, 2)
    named = {"kind": one["kind"], "key": one["key"]}
    assert (await root.send("POST", f"/outbox/{SINK}/retry", named)).status_code == 204
    assert (await root.send("POST", f"/outbox/{SINK}/skip", named | {"reason": "x"})).status_code == 404
    assert (await root.send("POST", f"/outbox/{SINK}/enable")).status_code == 204
    told = (await root.get("/outbox")).json()
    assert (told["parked"], told["sinks"][0]["disabled_at"]) == ([], None)
    log = (await root.get("/audit?kind=outbox")).json()["items"]
    assert [(entry["actor"], entry["action"]) for entry in log] == [("root", "retry"), ("root", "enable")]


async def test_the_site_is_told_as_settings_roster_and_rulebook_have_it(work: Department) -> None:
    sun = await work.signed_in("sun")
    told = (await sun.get("/site", **EN)).json()
    assert told["kept"][0] == {"setting": "journal.keep_days", "days": 0, "filed": 0, "least": None, "most": None}
    assert {"code": "tea", "name": "tea", "offered": True, "zh": "", "en": "", "told": True} in told["reasons"]
    assert told["queues"] == []
    seats = tuple(msgspec.structs.replace(seat, queues=("sales",)) for seat in ROSTER.seats if seat.agent == "Alice")
    work.in_force = RulesInForce(work.in_force.rulebook, msgspec.structs.replace(ROSTER, seats=seats))
    work.service.doctor.checks = [Check("a", "ok", "b"), Check("ring timeout of sales", "fail", "2 s", queue="sales")]
    (queue,) = (await sun.get("/site", **EN)).json()["queues"]
    assert (queue["queue"], queue["serving"], queue["agents"]) == ("sales", ["Alice"], 1)
    assert queue["checks"] == [{"name": "ring timeout of sales", "verdict": "fail", "found": "2 s", "remedy": ""}]
    year = (await sun.get("/calendar?year=2026")).json()
    assert (len(year["items"]), year["provisional"]) == (365, 0)
    october = next(one for one in year["items"] if one["day"] == "2026-10-01")
    assert (october["worked"], october["festival"], october["own"]) == (False, True, False)
    later = (await sun.get("/calendar?year=2100")).json()
    assert later["provisional"] == 365
    assert (await sun.get("/calendar?year=1")).status_code == 422
    assert (await (await work.signed_in("alice")).get("/site")).status_code == 403


@pytest.mark.parametrize("path", ["/health", "/doctor", "/outbox"])
async def test_it_is_for_administrators(work: Department, path: str) -> None:
    assert (await (await work.signed_in("ma")).get(path)).status_code == 403
