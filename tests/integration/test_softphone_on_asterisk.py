"""The phone at a real Asterisk: what the switch says must be what the phones did."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import pytest
from pydantic import SecretStr

from callcenter.errors import PhoneError
from callcenter.lab.switch import LabState, load_state
from callcenter.softphone import Did, Phone, PhoneScript, PhoneSettings, PhoneState, ScriptAct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.live, pytest.mark.alone]

QUEUE = "601"
SECONDS = 15.0


class Tap:
    """Everything that the unfiltered manager login says, and a way to wait for a part of it."""

    def __init__(self, state: LabState) -> None:
        self._socket = socket.create_connection(("127.0.0.1", state.ami_port), 5)
        self._text = ""
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._listen, name="tap")
        secret = state.manager_secrets["lab"]
        self._socket.sendall(f"Action: Login\r\nUsername: lab\r\nSecret: {secret}\r\n\r\n".encode())

    def __enter__(self) -> Self:
        self._socket.settimeout(None)
        self._thread.start()
        self.wait("FullyBooted")  # logged in, and hears what comes
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        with contextlib.suppress(ConnectionResetError):  # the switch may end it first
            while data := self._socket.recv(65536):
                with self._news:
                    self._text += data.decode("utf-8", "replace")
                    self._news.notify_all()

    def wait(self, event: str, *headers: str) -> str:
        """Return the first event of this name that has all these header lines."""
        found: list[str] = []

        def seen() -> bool:
            frames = (frame for frame in self._text.split("\r\n\r\n") if f"Event: {event}\r\n" in frame)
            found.extend(frame for frame in frames if all(header in frame for header in headers))
            return bool(found)

        with self._news:
            assert self._news.wait_for(seen, SECONDS), f"no {event} with {headers}"
        return found[0]

    def never(self, event: str, *headers: str) -> bool:
        with self._news:
            frames = [frame for frame in self._text.split("\r\n\r\n") if f"Event: {event}\r\n" in frame]
        return not any(all(header in frame for header in headers) for frame in frames)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabState]:
    work_dir = tmp_path_factory.mktemp("lab")
    command = [sys.executable, "-m", "callcenter", "lab"]
    try:
        subprocess.run([*command, "up", "--for-tests", "--work-dir", str(work_dir)], check=True, timeout=100)
        state = load_state(work_dir)
        assert state
        yield state
    finally:
        subprocess.run([*command, "down", "--work-dir", str(work_dir)], check=True, timeout=60)


@pytest.fixture
def tap(lab: LabState) -> Iterator[Tap]:
    with Tap(lab) as made:
        yield made


@pytest.fixture
def account(lab: LabState) -> Callable[[str], PhoneSettings]:
    def make(extension: str) -> PhoneSettings:
        return PhoneSettings(
            server="127.0.0.1",
            port=lab.sip_port,
            extension=extension,
            secret=SecretStr(lab.phone_secrets[extension]),
            rtp_low=10000,
            rtp_high=16000,
        )

    return make


@pytest.fixture
def phone(account: Callable[[str], PhoneSettings]) -> Iterator[Callable[..., Phone]]:
    before = set(threading.enumerate())
    with ExitStack() as running:
        yield lambda extension, *scripts: running.enter_context(Phone(account(extension), scripts=scripts))
    assert set(threading.enumerate()) <= before


def test_qualified_phone_stays_reachable_and_unregisters_at_once(tap: Tap, phone: Callable[..., Phone]) -> None:
    alice = phone("1001")
    tap.wait("ContactStatus", "AOR: 1001", "ContactStatus: Reachable")
    alice.stop()
    tap.wait("ContactStatus", "AOR: 1001", "ContactStatus: Removed")
    assert tap.never("ContactStatus", "AOR: 1001", "ContactStatus: Unreachable")


def test_queue_call_is_answered_on_the_second_ring_held_and_ended_by_the_agent(
    tap: Tap, phone: Callable[..., Phone]
) -> None:
    script = (
        PhoneScript()
        .ringing(ScriptAct.ANSWER, 5.2)
        .talking(ScriptAct.HOLD, 0.3)
        .talking(ScriptAct.UNHOLD, 0.6)
        .talking(ScriptAct.HANGUP, 0.9)
    )
    alice, carol = phone("1001", script), phone("1003")
    carol.dial(QUEUE)

    alice.wait(Did.HUNG_UP, SECONDS)
    assert [(entry.did, entry.ring) for entry in alice.log[1:]] == [
        (Did.RANG, 1),
        (Did.RANG, 2),
        (Did.ANSWERED, 0),
        (Did.HELD, 0),
        (Did.RESUMED, 0),
        (Did.HUNG_UP, 0),
    ]
    tap.wait("Newstate", "Channel: PJSIP/1001-", "ChannelStateDesc: Ringing")
    tap.wait("AgentConnect", "Interface: PJSIP/1001")
    tap.wait("Hold", "Channel: PJSIP/1001-")
    tap.wait("Unhold", "Channel: PJSIP/1001-")
    tap.wait("AgentComplete", "Interface: PJSIP/1001", "Reason: agent")
    carol.wait(Did.PEER_HUNG_UP, SECONDS)


@pytest.mark.parametrize(
    ("press", "did", "tech_cause"),
    [(Phone.decline, Did.DECLINED, "603"), (Phone.busy, Did.SAID_BUSY, "486")],
)
def test_refused_call_ends_the_ringing_channel_with_that_cause(
    tap: Tap, phone: Callable[..., Phone], press: Callable[[Phone], None], did: Did, tech_cause: str
) -> None:
    alice, carol = phone("1001"), phone("1003")
    carol.dial("1001")
    alice.wait(Did.RANG, SECONDS)
    press(alice)
    tap.wait("Hangup", "Channel: PJSIP/1001-", f"TechCause: {tech_cause}")
    assert alice.log[-1].did is did
    assert alice.state is PhoneState.IDLE
    carol.wait(Did.PEER_REFUSED, SECONDS)


def test_caller_who_gives_up_stops_the_ringing_on_both_sides(tap: Tap, phone: Callable[..., Phone]) -> None:
    alice, carol = phone("1001"), phone("1003")
    carol.dial("1001")
    alice.wait(Did.RANG, SECONDS)
    carol.wait(Did.PEER_RANG, SECONDS)
    carol.hangup()
    alice.wait(Did.CALLER_LEFT, SECONDS)
    tap.wait("Hangup", "Channel: PJSIP/1001-")
    tap.wait("Hangup", "Channel: PJSIP/1003-")


def test_blind_transfer_rings_the_other_agent(tap: Tap, phone: Callable[..., Phone]) -> None:
    answering = PhoneScript().ringing(ScriptAct.ANSWER, 0)
    alice, bob, carol = phone("1001", answering), phone("1002", answering), phone("1003")
    carol.dial("1001")
    carol.wait(Did.PEER_ANSWERED, SECONDS)
    alice.transfer("1002")
    bob.wait(Did.ANSWERED, SECONDS)

    tap.wait("BlindTransfer", "Extension: 1002", "Result: Success")
    assert alice.log[-1].did is Did.TRANSFERRED
    assert (bob.state, carol.state) == (PhoneState.TALKING, PhoneState.TALKING)


def test_transfer_to_nowhere_is_one_sentence_and_the_call_goes_on(phone: Callable[..., Phone]) -> None:
    phone("1001", PhoneScript().ringing(ScriptAct.ANSWER, 0))
    carol = phone("1003")
    carol.dial("1001")
    carol.wait(Did.PEER_ANSWERED, SECONDS)
    with pytest.raises(PhoneError, match=r"transfer to 7: SIP 404"):
        carol.transfer("7")
    assert carol.state is PhoneState.TALKING


def test_attended_transfer_connects_the_two_others(tap: Tap, phone: Callable[..., Phone]) -> None:
    answering = PhoneScript().ringing(ScriptAct.ANSWER, 0)
    alice, bob, carol = phone("1001", answering), phone("1002", answering), phone("1003")
    carol.dial("1001")
    alice.wait(Did.ANSWERED, SECONDS)
    carol.wait(Did.PEER_ANSWERED, SECONDS)
    alice.consult("1002")
    alice.wait(Did.PEER_ANSWERED, SECONDS)
    alice.complete()

    tap.wait("AttendedTransfer", "Result: Success")
    assert alice.state is PhoneState.IDLE
    bob.hangup()
    carol.wait(Did.PEER_HUNG_UP, SECONDS)


def test_phone_that_vanishes_is_missed_by_the_next_qualify(tap: Tap, phone: Callable[..., Phone]) -> None:
    alice = phone("1001")
    tap.wait("ContactStatus", "AOR: 1001", "ContactStatus: Reachable")
    alice.vanish()
    tap.wait("ContactStatus", "AOR: 1001", "ContactStatus: Unreachable")


def test_wrong_secret_is_refused_in_one_sentence(account: Callable[[str], PhoneSettings]) -> None:
    wrong = account("1001").model_copy(update={"secret": SecretStr("guess")})
    with pytest.raises(PhoneError, match=r"refuses extension 1001: wrong extension or secret$"):
        Phone(wrong).start()


def test_phone_clock_and_switch_clock_agree_on_when_the_ringing_began(tap: Tap, phone: Callable[..., Phone]) -> None:
    alice, carol = phone("1001"), phone("1003")
    carol.dial("1001")
    rang = alice.wait(Did.RANG, SECONDS)
    frame = tap.wait("Newstate", "Channel: PJSIP/1001-", "ChannelStateDesc: Ringing")
    stamp = re.search(r"^Timestamp: (\d+)\.(\d{6})\r$", frame, re.MULTILINE)
    assert stamp
    assert abs(int(stamp[1] + stamp[2]) - rang.at) < 1_000_000  # pyVoIP itself would be a second late
    alice.decline()
