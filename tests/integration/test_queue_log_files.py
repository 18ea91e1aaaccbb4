"""queue_log as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.errors import UnreadableFile
from callcenter.queuelog.lines import QueueLog, read_queue_log

ENTER = "1795418300|1795418300.7|support|NONE|ENTERQUEUE||13811110001|1\n"
CONNECT = "1795418308|1795418300.7|support|Alice|CONNECT|8|1795418300.8|7\n"


def test_a_rotated_log_is_one_history(tmp_path: Path) -> None:
    first, second = tmp_path / "queue_log.1", tmp_path / "queue_log"
    first.write_text(ENTER, encoding="utf-8")
    second.write_text(CONNECT, encoding="utf-8")
    log = QueueLog()

    lines = [line for path in (first, second) for line in read_queue_log(path, log)]

    assert [line.event for line in lines] == ["ENTERQUEUE", "CONNECT"]


def test_a_missing_log_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        list(read_queue_log(tmp_path / "queue_log", QueueLog()))
