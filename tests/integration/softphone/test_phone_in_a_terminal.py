"""`callcenter phone`, by lines, by keys on a terminal, and with settings that cannot work."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
from typing import IO, TYPE_CHECKING

import pytest

from tests.integration.softphone.peer import SDP, Peer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "callcenter", "phone", "--extension", "1001", "--local-ip", "127.0.0.1"]


def _environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"LANG", "LC_ALL", "LC_MESSAGES"}}
    return kept | {"CALLCENTER_PHONE_SECRET": "s3cret", "PYTHONWARNINGS": "error"} | more


@contextlib.contextmanager
def _phone(
    peer: Peer, *options: str, stdin: int | None = subprocess.PIPE, **more: str
) -> Iterator[subprocess.Popen[str]]:
    """Run the phone; however a test ends, it does not outlive it."""
    with subprocess.Popen(
        [*COMMAND, "--port", str(peer.port), *options],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(**more),
    ) as phone:
        try:
            yield phone
        finally:
            phone.kill()


def _until(out: IO[str] | None, words: str) -> list[str]:
    assert out
    lines = []
    for line in out:
        lines.append(line.rstrip("\n"))
        if words in line:
            return lines
    raise AssertionError(f"{words!r} was not said, but {lines}")


def _refusal(*options: str, **more: str) -> tuple[int, str, str]:
    run = subprocess.run(
        [*COMMAND, *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=_environment(**more),
    )
    return run.returncode, run.stderr, run.stdout


def test_call_is_rung_answered_and_hung_up_by_lines(peer: Peer) -> None:
    with _phone(peer, "--lang", "en") as phone:
        assert phone.stdin
        _until(phone.stdout, "registered")
        peer.invite()
        assert _until(phone.stdout, "ring 1")[-1] == "ring 1 · from 13800138000 Wang"
        print("a", file=phone.stdin, flush=True)
        peer.acknowledge(peer.take("SIP/2.0 200"))
        _until(phone.stdout, "answered 13800138000 Wang")
        print("x\nd 1\nh", file=phone.stdin, flush=True)
        said = _until(phone.stdout, "hung up on")
        print("q", file=phone.stdin, flush=True)
        _until(phone.stdout, "unregistered")
        assert phone.wait(10) == 0
        assert phone.stderr
        assert phone.stderr.read() == ""
    assert said[0].startswith("a answer")
    assert said[1] == "hang up before you dial sip:1@127.0.0.1"


def test_call_is_shown_in_chinese_and_rejected_by_a_key(peer: Peer) -> None:
    ours, theirs = pty.openpty()
    with _phone(peer, stdin=theirs, LANG="zh_CN.UTF-8", PYTHONIOENCODING="utf-8") as phone:
        _until(phone.stdout, "已注册")
        peer.invite()
        assert _until(phone.stdout, "第 1 声")[-1] == "第 1 声 · 来电 13800138000 Wang"
        os.write(ours, b"r")
        peer.take("SIP/2.0 603")
        _until(phone.stdout, "已拒接")
        os.write(ours, b"d77\n")
        peer.answer(peer.take("INVITE sip:77@"), "200 OK", body=SDP.format(port=9))
        _until(phone.stdout, "对方已接听 77")
        os.write(ours, b"q")
        _until(phone.stdout, "已注销")
        assert phone.wait(10) == 0
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_call_and_unregisters(peer: Peer, number: signal.Signals) -> None:
    with _phone(peer, "--lang", "en") as phone:
        _until(phone.stdout, "registered")
        phone.send_signal(number)
        _until(phone.stdout, "unregistered")
        assert phone.wait(10) == 0


def test_end_of_input_quits(peer: Peer) -> None:
    with _phone(peer, "--lang", "en", stdin=subprocess.DEVNULL) as phone:
        _until(phone.stdout, "unregistered")
        assert phone.wait(10) == 0


def test_wrong_secret_is_one_sentence_and_six(peer: Peer) -> None:
    peer.register_codes = ["401 Unauthorized"]
    code, error, _ = _refusal("--port", str(peer.port))
    assert code == 6
    assert error == f"callcenter: 127.0.0.1:{peer.port} refuses extension 1001: wrong extension or secret\n"


def test_unknown_server_is_one_sentence_and_six() -> None:
    code, error, _ = _refusal("--server", "nowhere.invalid")
    assert (code, error) == (6, "callcenter: there is no host named nowhere.invalid\n")


def test_secret_comes_from_a_file(peer: Peer, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n", encoding="utf-8")
    code, error, said = _refusal(
        "--port", str(peer.port), "--secret-file", str(tmp_path / "secret"), CALLCENTER_PHONE_SECRET=""
    )
    assert (code, error) == (0, "")
    assert "registered" in said


@pytest.mark.parametrize(
    ("options", "environment", "sentence"),
    [
        ((), {"CALLCENTER_PHONE_SECRET": ""}, "no secret: set CALLCENTER_PHONE_SECRET or give --secret-file"),
        (("--lang", "fr"), {}, "--lang is 'fr', but zh-CN and en are the languages there are"),
        (("--server", "a b"), {}, "--server: "),
        (("--secret-file", "/nowhere/secret"), {}, "the secret cannot be read from /nowhere/secret"),
    ],
)
def test_bad_settings_are_one_sentence_and_two(
    options: tuple[str, ...], environment: dict[str, str], sentence: str
) -> None:
    code, error, _ = _refusal(*options, **environment)
    assert code == 2
    assert error.startswith(f"callcenter: {sentence}")
    assert error.count("\n") == 1
