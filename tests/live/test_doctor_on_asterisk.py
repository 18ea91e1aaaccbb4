"""The doctor and the snapshot on a real Asterisk as people set theirs up: templates, hints, older filters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.ami.link import Link
from callcenter.ami.names import NEEDED
from callcenter.ami.settings import AmiSettings
from callcenter.ami.snapshot import take_snapshot
from callcenter.doctor.by_call import CALL_EVENTS, CONNECTIONS
from callcenter.doctor.examine import Examined, examine
from callcenter.doctor.inspect import Check
from callcenter.doctor.manager_conf import filter_lines
from callcenter.domain import events as ev
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND
from callcenter.domain.snapshot import HintState, Snapshot
from callcenter.files.rulebook import load_rulebook
from callcenter.lab.sipphone import SipPhone
from callcenter.lab.stage import StoryStage
from tests.live.staged import staged

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

FIGURES = load_rulebook().figures(None)
LISTENING_SECONDS = 12.0
TEMPLATE_SECONDS = 2
QUEUES = """
[team](!)
strategy = ringall
timeout = 2
[support](team)
timeout = 30
member => Local/{number}@internal/n,0,{name},hint:{number}@ext-local
[sales](team)
member => Local/1999@internal/n,0,Nobody,hint:1999@ext-nowhere
"""
HINTS = """
[ext-local]
exten => {number},hint,PJSIP/{number}&Custom:DND{number},CustomPresence:{number}
"""


def settings(stage: StoryStage, **changes: Any) -> AmiSettings:
    state = stage.lab.state
    logins = {name: {"username": name, "secret": state.manager_secrets[name]} for name in ("events", "control")}
    return AmiSettings.model_validate({"port": state.ami_port, **logins, **changes})


def add(stage: StoryStage, file: str, text: str) -> None:
    with (stage.lab.state.instance / "etc" / file).open("a") as conf:
        conf.write(text.format(number=stage.agents[0].number, name=stage.agents[0].name))


def at_once(stage: StoryStage, *commands: str) -> None:
    for command in commands:
        stage.lab.command(command)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[StoryStage]:
    async with staged("answered", tmp_path / "lab") as stage:
        yield stage


async def answered_call(stage: StoryStage, phone: SipPhone, queue: str, ring_seconds: float) -> None:
    """Let a phone ring for so long, answer, talk a little; the caller hangs up."""
    call = await stage.call(f"safe_q_{queue}")
    ring = await phone.next_call()
    ring.ring()
    await asyncio.sleep(ring_seconds)
    ring.answer()
    await call.answered.wait()
    await asyncio.sleep(1)
    call.hang_up()
    await ring.over.wait()


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


async def test_own_ring_timeout_and_the_phones_behind_hints_are_what_the_switch_goes_by(stage: StoryStage) -> None:
    add(stage, "queues.conf", QUEUES)
    add(stage, "extensions.conf", HINTS)
    await asyncio.to_thread(at_once, stage, "dialplan reload", "queue reload all", "module load func_config.so")
    phone = await stage.phone()

    async with asyncio.TaskGroup() as group:
        examined = group.create_task(
            examine(
                Examined(
                    ami=settings(stage, queue_log=stage.lab.state.queue_log), figures=FIGURES, listen=LISTENING_SECONDS
                )
            )
        )
        await asyncio.sleep(1)
        await answered_call(
            stage, phone, "support", TEMPLATE_SECONDS + 1.5
        )  # by the template it would have stopped ringing
    checks = by_name(examined.result())

    assert checks["ring timeout of support"] == Check("ring timeout of support", "ok", "30 s", queue="support")
    assert checks["ring timeout of sales"].found.startswith("2 s: ")
    assert checks["hints"].found.startswith("hint:1999@ext-nowhere name no phone")
    assert checks["device_state_busy_at"].verdict == "ok"
    assert checks["contacts"].found == "1 registered"
    assert checks["feature code *48"] == Check("feature code *48", "ok", "can be dialled from agents")
    assert checks["test call"].verdict == "ok", checks["test call"].found
    assert checks["event classes"].verdict == "ok"
    assert checks["queue_log"].verdict == "ok"
    assert checks["queue_log's switch"].found.startswith("has the lines of lab-")


async def test_snapshot_names_the_phone_behind_a_hint_and_whether_it_is_there(stage: StoryStage) -> None:
    add(stage, "queues.conf", QUEUES)
    add(stage, "extensions.conf", HINTS)
    await asyncio.to_thread(at_once, stage, "dialplan reload", "queue reload all")
    number, away = stage.agents[0].number, await snapshot_of(stage)
    await stage.phone()

    there = await snapshot_of(stage)
    floor = Floor()
    floor.apply(ev.Resynced(1_800_000_000 * SECOND, 1, there))
    places = {span.agent: span.interface for span in floor.open_spans()}

    assert away.hints == there.hints == (HintState(f"hint:{number}@ext-local", f"PJSIP/{number}"),)
    assert [contact.endpoint for contact in away.contacts or ()] == []
    assert {contact.endpoint for contact in there.contacts or ()} == {str(number)}
    assert places[stage.agents[0].name] == f"PJSIP/{number}"
    assert places["Nobody"] == "Local/1999@internal/n"


async def snapshot_of(stage: StoryStage) -> Snapshot:
    link = await Link.open(settings(stage), settings(stage).control, events=False)
    try:
        return await take_snapshot(link)
    finally:
        link.close()


async def test_filters_of_an_older_print_are_found_by_files_and_by_a_test_call(stage: StoryStage) -> None:
    etc = stage.lab.state.instance / "etc"
    older = filter_lines([name for name in NEEDED if name not in CONNECTIONS], advanced=True)
    await asyncio.to_thread((etc / "manager_filters.conf").write_text, "\n".join([*older, ""]))
    await asyncio.to_thread(stage.lab.command, "manager reload")
    phone = await stage.phone()

    async with asyncio.TaskGroup() as group:
        examined = group.create_task(examine(Examined(ami=settings(stage), figures=FIGURES, listen=LISTENING_SECONDS)))
        await asyncio.sleep(1)
        await answered_call(stage, phone, stage.queue, 1)
    listened, looked = (
        by_name(examined.result()),
        by_name(await examine(Examined(ami=settings(stage), figures=FIGURES, config_dir=etc))),
    )

    missing = [name for name in NEEDED if name in CONNECTIONS]
    assert listened["test call"].found.startswith("never saw BridgeEnter, BridgeLeave: ")
    assert listened["event classes"].found == "each was seen at work: system, call, agent, user, dialplan"
    for checks in (listened, looked):
        assert checks["event filters"].verdict == "fail"
        assert "nobody is accused of an engaged line" in checks["event filters"].found
        assert checks["event filters"].remedy.split("\n")[1:] == filter_lines(missing, advanced=True)
    assert set(CALL_EVENTS) & CONNECTIONS == {"BridgeEnter", "BridgeLeave"}
