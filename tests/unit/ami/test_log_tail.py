"""A queue_log that grows, is rotated, cut or taken away: every line once, and an error in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.ami.log_tail import LogTail
from callcenter.errors import UnreadableFile


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


def test_file_that_is_gone_is_said_so_and_found_again(path: Path) -> None:
    tail = LogTail(path)
    tail.read()
    path.unlink()
    with pytest.raises(UnreadableFile, match="queue_log cannot be read: No such file"):
        tail.read()
    write(path, "nobody looked\n")
    assert b"".join(tail.read()) == b""
    write(path, "and now\n")
    assert b"".join(tail.read()) == b"and now\n"
    tail.close()
