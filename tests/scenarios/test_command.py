"""The command as a user runs it: its exit code, what it writes where; as a process, and for the rest in this one."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callcenter.lab.truth import compare
from tests.scenarios.tapes import plain, tape, written
from tests.support.commands import run_command


def process(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "callcenter", "replay", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return run_command("replay", *arguments)


def test_a_restart_over_two_logins_is_told_as_one_json_object() -> None:
    one = tape("restart_now")
    first, second = one.logins("board")
    done = process("--ami", first, "--ami", second, "--queue-log", one.log)
    shown = json.loads(done.stdout)

    assert (done.returncode, done.stderr) == (0, b"")
    assert compare(one.truth(), shown) == []
    assert set(shown) >= {"calls", "agents", "violations", "totals", "gaps", "differences", "quarantined"}
    assert done.stdout.decode() == written([first, second], one.log)


def test_two_processes_write_the_same_bytes() -> None:
    (login,) = tape("ringall").logins("unfiltered")

    assert process("--ami", login).stdout == process("--ami", login).stdout != b""


def test_the_table_for_people_shows_ends_of_numbers_only() -> None:
    (login,) = tape("answered").logins("board")
    shown = run("--ami", login, "--format", "text").stdout.decode()

    assert "Alice" in shown
    assert "138****0001" in shown
    assert "13800250001" not in shown


@pytest.mark.parametrize(
    ("name", "queue", "agent"),
    [
        ("timed_out", "offered 1, answered 0 (in time 0), abandoned 0, timed_out 1", None),
        ("restart_now", ", switch_down ", None),
        ("refused_full", ", refused 1", None),
        ("decline_603", "", "missed 0, declined 1"),
        ("picked_up_by_colleague", "", "offers answered 0, missed 0, answered_elsewhere 1"),
    ],
)
def test_table_for_people_names_every_outcome_that_came_about(name: str, queue: str, agent: str | None) -> None:
    one = tape(name)
    shown = written(one.logins("board"), None, "--format", "text")

    assert any(queue in line for line in shown.splitlines() if ": offered " in line or line.startswith("no queue: "))
    assert agent is None or any(agent in line for line in shown.splitlines())


def test_queue_log_alone_says_what_it_cannot_tell() -> None:
    one = tape("decline_603")
    alone, beside = (json.loads(written(ami, one.log))["notes"] for ami in ([], one.logins("board")))
    shown = written([], one.log, "--format", "text")

    assert beside == []
    assert [note for note in alone if "declined" in note and "picked the call up" in note] == alone != []
    assert f"note: {alone[0]}\n" in shown
    assert "missed or declined 1" in shown


def test_a_file_that_is_not_there_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    done = process("--ami", tmp_path / "none.ami")

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().count("\n") == 1


def test_what_digits_mean_at_the_site_is_said_by_three_options() -> None:
    (login,) = tape("ringall").logins("unfiltered")
    said = run("--ami", login, "--area-code", "0571", "--outside-digit", "9", "--internal", "801,8001")

    assert (said.returncode, said.stdout) == (0, run("--ami", login).stdout)
    refused = run("--ami", login, "--area-code", "571")
    assert (refused.returncode, refused.stdout, b"0571" in refused.stderr) == (2, b"", True)


def test_nothing_to_replay_is_one_sentence_and_exit_code_2() -> None:
    done = run()

    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--ami" in done.stderr


def test_a_damaged_tape_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    (login,) = tape("answered").logins("board")
    damaged = tmp_path / "damaged.ami.gz"
    damaged.write_bytes(login.read_bytes()[:-200])
    done = run("--ami", damaged)

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().count("\n") == 1
    assert b"damaged.ami.gz" in done.stderr
    assert b"was read" not in done.stderr


def test_damage_far_behind_the_beginning_is_told_before_anything_is_written(tmp_path: Path) -> None:
    (login,) = tape("answered").logins("unfiltered")
    passed_over = "".join(f"Event: Other\r\nNumber: {n * n % 99_991}\r\n\r\n" for n in range(200_000)).encode()
    damaged = tmp_path / "damaged.ami.gz"
    damaged.write_bytes(gzip.compress(gzip.decompress(login.read_bytes()) + passed_over)[:-200])
    done = run("--ami", damaged)

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().count("\n") == 1


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        (b"Response: Error\r\nMessage: Authentication failed\r\n\r\n", b"the switch refused"),
        (b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n", b"no event came"),
        (b"", b"no event came"),
    ],
)
def test_login_that_tells_nothing_is_one_sentence_and_no_empty_success(
    tmp_path: Path, rest: bytes, said: bytes
) -> None:
    login = tmp_path / "login.ami"
    login.write_bytes(b"Asterisk Call Manager/9.0.0\r\n" + rest)
    done = run("--ami", login)

    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert said in done.stderr


def test_quiet_login_is_a_success(tmp_path: Path) -> None:
    login = tmp_path / "login.ami"
    login.write_bytes(
        b"Asterisk Call Manager/9.0.0\r\nEvent: FullyBooted\r\nPrivilege: system,all\r\nUptime: 5\r\n\r\n"
    )
    done = run("--ami", login)

    assert (done.returncode, done.stderr, json.loads(done.stdout)["calls"]) == (0, b"", [])


def test_a_login_without_timestamps_is_timed_by_the_recorders_marks(tmp_path: Path) -> None:
    one = tape("answered")
    (unpacked,) = plain(one.logins("board"), tmp_path)
    marked, bare = tmp_path / "marked.ami", tmp_path / "bare.ami"
    marked.write_bytes(OPENING.sub(rb"#t \2\n\1", unpacked.read_bytes()))
    bare.write_bytes(OPENING.sub(rb"\1", unpacked.read_bytes()))

    assert compare(one.truth(), json.loads(run("--ami", marked).stdout)) == []
    (call,) = json.loads(run("--ami", bare).stdout)["calls"]
    (visit,) = call["visits"]
    assert (visit["outcome"], visit["wait_seconds"], visit["talk_seconds"]) == ("answered", None, None)


OPENING = re.compile(
    rb"(Event: \w+\r\nPrivilege: [^\r]*\r\n)Timestamp: ([\d.]+)\r\n"
    rb"SequenceNumber: \d+\r\nFile: .*\r\nLine: .*\r\nFunc: .*\r\n"
)


def test_lines_of_queue_log_that_are_not_believed_are_counted(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    log.write_bytes(b"1795418300|1795418295.1|vip|Alice|ABANDON|one|two|three\n\xff\x00 no line at all\n")
    shown = json.loads(run("--queue-log", log).stdout)
    assert shown["set_aside"] == {"total": 2, "kinds": {"fields": 1, "not_a_line": 1}}


@pytest.mark.parametrize("rows", ["", "02.05.2022 22:49\t1651531787.10\t9\tNONE\tENTERQUEUE\t\n"])
def test_export_without_a_row_that_can_be_read_is_no_empty_success(tmp_path: Path, rows: str) -> None:
    log = tmp_path / "queue_log.tsv"
    log.write_text("time\tcallid\tqueuename\tagent\tevent\tdata\n" + rows)
    done = run("--queue-log", log)

    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert b"2026-11-02 09:00:00" in done.stderr


def as_text(log: Path, folder: Path) -> Path:
    """Write a log as a database in UTC has it."""
    rows = [line.split("|", 5) for line in log.read_text().splitlines()]
    dated = [datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%d %H:%M:%S.5") for at, *_ in rows]
    lines = ["\t".join((at, *row[1:])) for at, row in zip(dated, rows, strict=True)]
    (folder / "queue_log.tsv").write_text("time\tcallid\tqueuename\tagent\tevent\tdata\n" + "\n".join(lines) + "\n")
    return folder / "queue_log.tsv"


def test_times_as_text_that_contradict_the_ids_of_the_calls_are_told_with_the_option_to_give(tmp_path: Path) -> None:
    one = tape("answered")
    (login,), log = one.logins("board"), as_text(one.log, tmp_path)
    alone, beside = run("--queue-log", log), run("--ami", login, "--queue-log", log)
    (difference,) = json.loads(beside.stdout)["differences"]

    for done in (alone, beside):
        assert (done.returncode, done.stderr.count(b"\n")) == (0, 1)
        assert b"-28800 s" in done.stderr
        assert b"--log-timezone Etc/UTC" in done.stderr
    assert (difference["what"], difference["queue_log"]) == ("text_times", -28800.0)
    assert json.loads(beside.stdout)["calls"] == json.loads(run("--ami", login).stdout)["calls"]
    assert "相差 -28800 秒" in process("--queue-log", log, "--lang", "zh-CN").stderr.decode()

    told = run("--ami", login, "--queue-log", log, "--log-timezone", "Etc/UTC")
    assert (told.returncode, told.stderr, told.stdout) == (0, b"", run("--ami", login, "--queue-log", one.log).stdout)
    assert run("--queue-log", log, "--timezone", "UTC").stderr == b""
    assert run("--queue-log", log, "--log-timezone", "Mars").returncode == 2


def test_site_has_one_time_zone_whoever_names_it(tmp_path: Path) -> None:
    (login,) = tape("answered").logins("board")
    roster, rulebook = tmp_path / "roster.json", tmp_path / "rulebook.json"
    roster.write_text(json.dumps({"timezone": "Europe/Berlin", "agents": [], "shifts": []}))
    rulebook.write_text(json.dumps({"based_on": "packaged", "editions": [{"version": "1", "from": "2026-01-01"}]}))
    files = ("--ami", login, "--roster", roster, "--rulebook", rulebook, "--format", "text")
    alone, named = run(*files), run(*files, "--timezone", "Europe/Berlin")
    other = run(*files, "--timezone", "Asia/Shanghai")

    assert (alone.returncode, alone.stdout) == (named.returncode, named.stdout) == (0, alone.stdout)
    assert (other.returncode, other.stdout) == (2, b"")
    assert b"roster.json names the time zone Europe/Berlin, the site's is Asia/Shanghai" in other.stderr
    rulebook.write_text(rulebook.read_text().replace("{", '{"timezone": "Asia/Shanghai", ', 1))
    differing = process(*files)  # this process has read the rulebook already
    assert differing.returncode == 2
    assert b"rulebook.json names the time zone Asia/Shanghai, the site's is Europe/Berlin" in differing.stderr
    assert differing.stderr.decode().count("\n") == 1


def test_rulebook_alone_says_in_which_zone_times_are_shown(tmp_path: Path) -> None:
    (login,) = tape("answered").logins("board")
    form = {"based_on": "packaged", "editions": [{"version": "1", "from": "2026-01-01"}]}
    shown = {}
    for name, zone in {"utc": "UTC", "china": "Asia/Shanghai"}.items():
        rulebook = tmp_path / f"{name}.json"
        rulebook.write_text(json.dumps({"timezone": zone, **form}))
        shown[name] = run("--ami", login, "--rulebook", rulebook, "--format", "text").stdout
    assert shown["utc"] != shown["china"] == run("--ami", login, "--format", "text").stdout
