"""A queue_log that grows, is rotated, cut or taken away: every line once, and an error in one sentence."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import Mock

import pytest

from callcenter.domain.frame import SECOND
from callcenter.errors import UnreadableFile
from callcenter.queuelog.tail import LogTail


def write(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    write(path, "before\n")
    return path


def test_only_what_is_written_from_now_on_is_read(path: Path) -> None:
    tail = LogTail(path)
    assert b"".join(tail.read()) == b""
    write(path, "one\ntw")
    assert b"".join(tail.read()) == b"one\ntw"
    write(path, "o\n")
    assert b"".join(tail.read()) == b"o\n"
    assert b"".join(tail.read()) == b""
    tail.close()


def test_file_that_was_moved_away_is_read_to_its_end_and_the_new_one_from_its_beginning(path: Path) -> None:
    tail = LogTail(path)
    tail.read()
    write(path, "last of the old\n")
    path.rename(path.with_suffix(".1"))
    write(path, "first of the new\n")
    assert b"".join(tail.read()) == b"last of the old\nfirst of the new\n"
    tail.close()


def test_file_that_was_cut_to_nothing_is_begun_anew(path: Path) -> None:
    tail = LogTail(path)
    tail.read()
    path.write_text("new\n")
    assert b"".join(tail.read()) == b"new\n"
    tail.close()


def test_file_that_was_moved_away_is_read_on_until_there_is_a_new_one(path: Path) -> None:
    tail = LogTail(path)
    tail.read()
    moved = path.rename(path.with_suffix(".1"))
    write(moved, "written meanwhile\n")
    assert b"".join(tail.read()) == b"written meanwhile\n"
    write(moved, "and at last\n")
    write(path, "first of the new\n")
    assert b"".join(tail.read()) == b"and at last\nfirst of the new\n"
    tail.close()


def test_after_an_error_reading_goes_on_where_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tail = LogTail(path)
    write(path, "one\n")
    tail.read()
    write(path, "two\n")
    with monkeypatch.context() as broken:
        broken.setattr("callcenter.queuelog.tail.os.fstat", Mock(side_effect=PermissionError(13, "Permission denied")))
        with pytest.raises(UnreadableFile, match="queue_log cannot be read: Permission denied"):
            tail.read()
    write(path, "three\n")
    assert b"".join(tail.read()) == b"two\nthree\n"
    tail.close()


def stamped(first: int, count: int) -> str:
    return "".join(f"{second}|NONE|NONE|NONE|CONFIGRELOAD|\n" for second in range(first, first + count))


T0 = 1_800_000_000


def whole(tail: LogTail) -> str:
    found = b""
    while piece := b"".join(tail.read()):
        found += piece
    return found.decode()


@pytest.mark.parametrize("lines", [3, 30_000])
def test_from_a_moment_on_it_begins_at_a_line_that_is_older(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "queue_log"
    path.write_text(stamped(T0, lines))
    wanted = T0 + lines - 2
    tail = LogTail(path, wanted * SECOND)
    read = whole(tail)
    assert stamped(T0, lines).endswith(read)
    assert int(read.partition("|")[0]) < wanted
    assert len(read) < 600_000
    write(path, "more\n")
    assert b"".join(tail.read()) == b"more\n"
    tail.close()


def test_from_a_moment_on_it_begins_in_the_file_that_was_rotated_away_since(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    for name, first in (("queue_log.2", 0), ("queue_log.1", 100), ("queue_log", 200), ("queue_log.bak", 100)):
        (tmp_path / name).write_text(stamped(T0 + first, 100))
        os.utime(tmp_path / name, (T0 + first + 99, T0 + first + 99))
    tail = LogTail(path, (T0 + 150) * SECOND)
    assert whole(tail) == stamped(T0 + 100, 200)
    tail.close()


def test_log_that_is_not_there_yet_is_begun_from_the_moment_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    tail = LogTail(path, T0 * SECOND)
    with pytest.raises(UnreadableFile):
        tail.read()
    path.write_text(stamped(T0, 3))
    assert whole(tail) == stamped(T0, 3)
    tail.close()
