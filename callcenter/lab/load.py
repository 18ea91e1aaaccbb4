"""Calls by the hundred: SIPp dials, phones of the lab answer, two logins record; the stream that benches read."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from callcenter.errors import LabError
from callcenter.lab import root as roots
from callcenter.lab.diary import LabDiary
from callcenter.lab.logins import LoginRecorder
from callcenter.lab.settings import AgentSpec, LabSettings, QueueSpec
from callcenter.lab.sipphone import SipPhone
from callcenter.lab.stage import PHONES_HOST
from callcenter.lab.switch import Lab

if TYPE_CHECKING:
    from pathlib import Path

QUEUE = "load"
_FIRST_NUMBER = 1500
_RING_SECONDS = 0.3
_TALK_MS = 700
_AGENTS_A_CALL_PER_SECOND = 3
_MAX_AGENTS = 400
_SETTLE_SECONDS = 2.0


def caller_scenario(talk_ms: int) -> str:
    """Write SIPp's script of a caller: dial, be put through, wait, hang up."""
    media = "v=0\no=load 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [local_ip]\nt=0 0\nm=audio [auto_media_port] RTP/AVP 0\n"
    head = (
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
        "From: <sip:139[call_number]@[local_ip]:[local_port]>;tag=[call_number]\n"
        "To: <sip:[service]@[remote_ip]:[remote_port]>{to}\n"
        "Call-ID: [call_id]\nCSeq: {cseq}\nMax-Forwards: 70\n"
        "Contact: <sip:139[call_number]@[local_ip]:[local_port]>\n"
    )
    uri = "sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n"
    body = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{media}"
    invite = f"INVITE {uri}{head.format(to='', cseq='1 INVITE')}{body}"
    ack = f"ACK {uri}{head.format(to='[peer_tag_param]', cseq='1 ACK')}Content-Length: 0\n\n"
    bye = f"BYE {uri}{head.format(to='[peer_tag_param]', cseq='2 BYE')}Content-Length: 0\n\n"
    return (
        f'<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="caller">\n'
        f'<send retrans="500"><![CDATA[\n{invite}]]></send>\n'
        f'<recv response="100" optional="true"/><recv response="180" optional="true"/>\n'
        f'<recv response="200" rtd="true"/>\n<send><![CDATA[\n{ack}]]></send>\n'
        f"<pause milliseconds={quoteattr(str(talk_ms))}/>\n"
        f'<send retrans="500"><![CDATA[\n{bye}]]></send>\n<recv response="200"/>\n</scenario>\n'
    )


def load_settings(work_dir: Path, calls_per_second: float) -> LabSettings:
    """Give a lab one queue and enough agents for the rate."""
    count = min(_MAX_AGENTS, int(calls_per_second * _AGENTS_A_CALL_PER_SECOND) + 10)
    agents = tuple(
        AgentSpec(number=str(_FIRST_NUMBER + i), name=f"Agent {i + 1}", queues=(QUEUE,)) for i in range(count)
    )
    return LabSettings(work_dir=work_dir, for_tests=True, extra_agents=agents, extra_queues=(QueueSpec(name=QUEUE),))


async def play_load(work_dir: Path, calls_per_second: float, calls: int) -> dict[str, bytes]:
    """Run that many calls on a switch of their own and return what each login (`events`, `lab`) heard.

    Raises:
        LabError: SIPp is missing, or a call failed.
    """
    lab = Lab(load_settings(work_dir, calls_per_second))
    await asyncio.to_thread(lab.start)
    phones: list[SipPhone] = []
    try:
        state = lab.state
        recorders = [LoginRecorder(state.ami_port, name, state.manager_secrets[name]) for name in ("events", "lab")]
        for recorder in recorders:
            await recorder.start()
        phones.extend([await _ready_phone(lab, agent) for agent in lab.settings.extra_agents])
        tasks = [asyncio.create_task(_answer_all(phone), name=phone.name) for phone in phones]
        await _sipp(lab, calls_per_second, calls)
        await asyncio.sleep(_SETTLE_SECONDS)
        for task in tasks:
            task.cancel()
        for recorder in recorders:
            await recorder.stop()
        return {recorder.login: bytes(recorder.heard) for recorder in recorders}
    finally:
        for phone in phones:
            phone.close()
        await asyncio.to_thread(lab.discard)


async def _ready_phone(lab: Lab, agent: AgentSpec) -> SipPhone:
    state = lab.state
    server = (lab.settings.bind, state.sip_port)
    phone = SipPhone(agent.number, server, LabDiary(), secret=state.phone_secrets[agent.number])
    await phone.open(PHONES_HOST)
    await phone.register()
    return phone


async def _answer_all(phone: SipPhone) -> None:
    """Answer every call after a moment; the caller hangs up."""
    while True:
        call = await phone.incoming.get()
        call.ring()
        await asyncio.sleep(_RING_SECONDS)
        if not call.over.is_set():
            call.answer()
        phone.diary.lines.clear()


async def _sipp(lab: Lab, calls_per_second: float, calls: int) -> None:
    """Let SIPp dial from the trunk's address until all calls are over."""
    state, root = lab.state, lab.settings.root_dir
    (state.instance / "var" / "caller.xml").write_text(caller_scenario(_TALK_MS), encoding="utf-8")
    inside = "/" + str((state.instance / "var" / "caller.xml").relative_to(root))
    argv = roots.in_root(
        root,
        "/usr/bin/sipp",
        f"{lab.settings.bind}:{state.sip_port}",
        "-i",
        state.trunk_host,
        "-sf",
        inside,
        "-s",
        f"safe_q_{QUEUE}",
        "-r",
        str(calls_per_second),
        "-m",
        str(calls),
        "-l",
        str(calls),
        "-nostdin",
        "-timeout",
        "600",
    )
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, said = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(PermissionError):  # a sudo, which ends with what it started
                process.terminate()
                await process.wait()
    if process.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise LabError(f"SIPp ended with {process.returncode}: {last[0]}")
