"""A file that is not what it was given as is refused by name; honest ones pass, however they begin."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from callcenter.errors import UnreadableFile
from callcenter.reports.replay.kinds import InputKind, check_logins, check_queue_logs, kind_of
from callcenter.tape import CHUNK

GREETING = b"Asterisk Call Manager/9.0.0\r\nResponse: Success\r\nMessage: Authentication accepted\r\n\r\n"
EVENT = b"Event: QueueCallerJoin\r\nPrivilege: agent,all\r\nQueue: hotline\r\n\r\n"
OLD_EVENT = b"Event: Join\r\nPrivilege: call,all\r\nQueue: hotline\r\n\r\n"
LOG = b"1793581200|1793581200.5|hotline|NONE|ENTERQUEUE||137|1\n"
REFUSED = b"Response: Error\r\nMessage: Authentication failed\r\n\r\n"
PONG = b"Response: Success\r\nActionID: 1\r\nPing: Pong\r\n\r\n"
BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"
ANSWER = b"Response: Success\r\nActionID: 1\r\nEventList: start\r\n\r\nEvent: QueueParams\r\nActionID: 1\r\n\r\n"
EXPORT = b"id\ttime\tcallid\tqueuename\tagent\tevent\tdata\n"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (GREETING, InputKind.LOGIN),
        (b"#t 1793581200.5\n" + GREETING, InputKind.LOGIN),
        (b"Asterisk Call Manager/2.0.0\n", InputKind.LOGIN),
        (EVENT, InputKind.LOGIN),
        (b"Queue: cut off\r\n\r\n" + EVENT, InputKind.LOGIN),
        (b"\n\n" + EVENT.replace(b"\r", b""), InputKind.LOGIN),
        (gzip.compress(GREETING, mtime=0), InputKind.LOGIN),
        (EVENT.replace(b"hotline", b"x\r\n" + LOG), InputKind.LOGIN),
        (EVENT.replace(b"hotline", b"x\r\n\r\nEvent: Join\r\n"), InputKind.LOGIN),
        (GREETING.replace(b"9.0.0", b"1.3"), InputKind.OLD_LOGIN),
        (b"Asterisk Call Manager/1.0\r\n", InputKind.OLD_LOGIN),
        (OLD_EVENT, InputKind.OLD_LOGIN),
        (b"Event: Newchannel\r\n\r\n" + OLD_EVENT, InputKind.OLD_LOGIN),
        (LOG, InputKind.QUEUE_LOG),
        (b"# exported\n" + LOG, InputKind.QUEUE_LOG),
        (LOG.replace(b"137", b"1\nEvent: QueueCallerJoin"), InputKind.QUEUE_LOG),
        (EXPORT, InputKind.QUEUE_LOG),
        (b"\r\n" + EXPORT, InputKind.QUEUE_LOG),
        (b"2026-11-02 09:00:00|1.5|hotline|NONE|ENTERQUEUE||137|1", InputKind.QUEUE_LOG),
        (b"", InputKind.EMPTY),
        (b"#t 1793581200.5\n", InputKind.NOTHING_KNOWN),
        (b"\x00\xff\xfe binary", InputKind.NOTHING_KNOWN),
        (b'{"agents": []}\n', InputKind.NOTHING_KNOWN),
        (b"Eventually: nothing\n", InputKind.NOTHING_KNOWN),
    ],
)
def test_file_is_known_by_how_it_begins(tmp_path: Path, data: bytes, kind: InputKind) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert kind_of(path) is kind


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    told = {"login": GREETING + EVENT, "old": OLD_EVENT, "log": LOG, "junk": b"junk", "empty": b""}
    told |= {"banner": b"Asterisk Call Manager/9.0.0\r\n", "silent": GREETING + PONG, "cut": gzip.compress(LOG)[:-6]}
    told |= {"refused": b"Asterisk Call Manager/9.0.0\r\n" + REFUSED, "booted": GREETING + BOOTED, "asked": ANSWER}
    for name, data in told.items():
        (tmp_path / name).write_bytes(data)
    return {name: tmp_path / name for name in told}


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["login", "log"], "log is a queue_log and no manager login: give it with --queue-log"),
        (["old"], "old is a manager login to Asterisk 11 or before"),
        (["junk"], "junk is no manager login: "),
        (["empty", "empty"], "empty is empty: there is no manager login in it"),
        (["empty", "refused"], "refused is a manager login that the switch refused: "),
        (["banner"], "banner is a manager login in which no event came: "),
        (["silent", "banner"], "silent is a manager login in which no event came: "),
        (["cut"], "cut ends in the middle of its gzip data: "),
    ],
)
def test_what_is_no_login_is_refused_in_one_sentence(files: dict[str, Path], names: list[str], sentence: str) -> None:
    with pytest.raises(UnreadableFile, match=sentence) as refused:
        check_logins(files[name] for name in names)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["log", "login"], "login is a manager login and no queue_log: give it with --ami"),
        (["old"], "old is a manager login and no queue_log"),
        (["junk"], "junk is no queue_log: "),
        (["empty"], "empty is empty: there is no queue_log in it"),
        (["log", "cut"], "cut ends in the middle of its gzip data: "),
    ],
)
def test_what_is_no_queue_log_is_refused_in_one_sentence(
    files: dict[str, Path], names: list[str], sentence: str
) -> None:
    with pytest.raises(UnreadableFile, match=sentence) as refused:
        check_queue_logs(files[name] for name in names)
    assert "\n" not in str(refused.value)


def test_empty_file_beside_a_full_one_is_no_error(files: dict[str, Path]) -> None:
    check_logins([files["login"], files["empty"]])
    check_queue_logs([files["empty"], files["log"]])
    check_logins([])


@pytest.mark.parametrize("names", [["booted"], ["asked"], ["login", "banner"], ["refused", "login"]])
def test_login_that_was_quiet_or_stands_beside_another_is_no_error(files: dict[str, Path], names: list[str]) -> None:
    check_logins(files[name] for name in names)


def test_event_is_found_wherever_a_chunk_ends(tmp_path: Path) -> None:
    path = tmp_path / "login"
    for more in range(12):
        start = GREETING + b"Response: Success\r\nPing: "
        path.write_bytes(start + b"x" * (CHUNK - len(start) - more) + b"\r\n\r\n" + EVENT)
        check_logins([path])
