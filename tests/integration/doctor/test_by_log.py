"""The doctor's verdicts on queue_log."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from callcenter.doctor.by_log import inspect_queue_log, read_end
from callcenter.doctor.lookup import InFiles, Nowhere
from callcenter.domain.snapshot import WaitingState
from tests.unit.doctor.doctor_links import found, snapshot_of, verdicts

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from callcenter.doctor.inspect import Check
    from callcenter.domain.snapshot import Snapshot

NOW = 1795418300.0
LOG = """\
1795418200|NONE|NONE|NONE|QUEUESTART|
1795418218|pbx-1795418217.3|shop|NONE|ENTERQUEUE||13800000001|1
1795418226|pbx-1795418217.3|shop|Ann|CONNECT|8|pbx-1795418218.4|8
1795418240|pbx-1795418217.3|shop|Ann|COMPLETECALLER|8|14|1
"""
HERE = snapshot_of("shop", system_name="pbx")


def written(folder: Path, more: str = "") -> Path:
    path = folder / "queue_log"
    path.write_text(LOG + more)
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return written(tmp_path)


async def checked(
    path: Path | None, snapshot: Snapshot | None = HERE, joined: Collection[str] = (), now: float = NOW
) -> list[Check]:
    return await inspect_queue_log(Nowhere(), path, snapshot, joined, now)


async def test_queue_log_of_this_switch_is_well_and_tells_its_age(log: Path) -> None:
    checks = await checked(log)
    assert verdicts(checks) == {"queue_log": "ok", "queue_log's switch": "ok"}
    assert found(checks)["queue_log"].endswith("its last line 1 min ago")


async def test_queue_log_that_nobody_names_is_unknown_and_says_where_to_name_it() -> None:
    (check,) = await checked(None)
    assert check.verdict == "unknown"
    assert "[ami] queue_log" in check.remedy


async def test_queue_log_that_is_missing_fails(tmp_path: Path) -> None:
    (check,) = await checked(tmp_path / "none")
    assert (check.verdict, check.found) == ("fail", f"{tmp_path / 'none'} cannot be read: No such file or directory")


async def test_queue_log_that_may_not_be_read_names_the_user(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("callcenter.doctor.by_log.read_end", refuse)
    monkeypatch.setattr("getpass.getuser", lambda: "clerk")
    (check,) = await checked(log)
    assert check.found == f"{log} may not be read by clerk"
    assert "usermod -aG asterisk clerk" in check.remedy


async def test_folder_that_cannot_be_listed_keeps_rotated_files_from_us(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert verdicts(await checked(log))["rotated queue_log"] == "warn"


@pytest.mark.parametrize("content", [b"hello\n", b"\x7fELF\x02\x01\x01\x00\x00", b"\x00" * 5000, LOG.encode()[:5]])
async def test_file_that_is_no_queue_log_fails(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "queue_log").write_bytes(content)
    (check,) = await checked(tmp_path / "queue_log")
    assert check.verdict == "fail"
    assert check.found.endswith("does not look like a queue_log")


@pytest.mark.parametrize("content", ["", "\n"])
async def test_queue_log_that_is_empty_may_just_have_been_rotated(tmp_path: Path, content: str) -> None:
    (tmp_path / "queue_log").write_text(content)
    (check,) = await checked(tmp_path / "queue_log")
    assert check.verdict == "warn"
    assert "queue_log_to_file = yes" in check.remedy


async def test_queue_log_whose_last_line_is_old_is_a_warning(log: Path) -> None:
    check, *_ = await checked(log, now=NOW + 3 * 86_400)
    assert check.verdict == "warn"
    assert check.found.endswith("its last line 3 days ago")


async def test_only_the_end_of_a_long_queue_log_is_read(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text("1795410000|pbx-1795410000.1|gone|NONE|ENTERQUEUE||13800000001|1\n" * 6000 + LOG * 3000)
    end = read_end(path)
    assert end is not None
    assert end.queues == {"shop"}


async def test_call_that_was_seen_to_join_must_stand_in_it(log: Path) -> None:
    checks = await checked(log, joined={"pbx-1795418290.7"})
    assert verdicts(checks)["queue_log's switch"] == "fail"
    assert found(checks)["queue_log's switch"].startswith("has no line of pbx-1795418290.7")


async def test_call_that_was_seen_to_join_and_stands_in_it_proves_it(log: Path) -> None:
    checks = await checked(log, joined={"pbx-1795418217.3"})
    assert found(checks)["queue_log's switch"] == "has the lines of pbx-1795418217.3, seen in a queue just now"


@pytest.mark.parametrize(("waited", "verdict"), [(10, "fail"), (None, "fail"), (4000, "ok")])
async def test_caller_who_waits_since_lately_must_stand_in_it(log: Path, waited: int | None, verdict: str) -> None:
    waiting = WaitingState("shop", 1, "PJSIP/trunk-1", "pbx-1795418299.9", "13800000002", waited)
    checks = await checked(log, msgspec.structs.replace(HERE, waiting=(waiting,)))
    assert verdicts(checks)["queue_log's switch"] == verdict


@pytest.mark.parametrize("name", ["pbx2", ""])
async def test_queue_log_of_another_switch_is_told_by_its_name(log: Path, name: str) -> None:
    checks = await checked(log, snapshot_of("shop", system_name=name))
    assert verdicts(checks)["queue_log's switch"] == "fail"
    assert found(checks)["queue_log's switch"].startswith("its calls are named pbx, this switch")


async def test_name_that_was_given_at_the_last_restart_is_no_other_switchs(tmp_path: Path) -> None:
    log = written(tmp_path, "1795418290|NONE|NONE|NONE|QUEUESTART|\n")
    assert verdicts(await checked(log, snapshot_of("shop", system_name="pbx2")))["queue_log's switch"] == "ok"


async def test_queues_that_the_switch_does_not_have_are_named(tmp_path: Path) -> None:
    others = await checked(written(tmp_path), snapshot_of("office", system_name="pbx"))
    assert verdicts(others)["queue_log's switch"] == "fail"
    assert found(others)["queue_log's switch"] == "names queues that this switch does not have: shop"
    log = written(tmp_path, "1795418250|pbx-1795418250.9|gone|NONE|ENTERQUEUE||13800000003|1\n")
    assert verdicts(await checked(log))["queue_log's switch"] == "warn"


async def test_without_a_snapshot_only_the_file_itself_is_judged(log: Path) -> None:
    assert verdicts(await checked(log, None)) == {"queue_log": "ok"}


@pytest.mark.parametrize(
    ("logger", "extconfig", "verdict"),
    [
        ("queue_log = no", "", "fail"),
        ("queue_log = off", "", "fail"),
        ("queue_log = yes", "", "unknown"),
        ("", "queue_log => odbc,asterisk,queue_log", "fail"),
        ("queue_log_to_file = yes", "queue_log => odbc,asterisk,queue_log", "unknown"),
    ],
)
async def test_queue_log_that_goes_to_no_file_fails(tmp_path: Path, logger: str, extconfig: str, verdict: str) -> None:
    (tmp_path / "logger.conf").write_text(f"[general]\n{logger}\n")
    (tmp_path / "extconfig.conf").write_text(f"[settings]\n{extconfig}\n")
    (check,) = await inspect_queue_log(InFiles(tmp_path), None, None, (), NOW)
    assert check.verdict == verdict
