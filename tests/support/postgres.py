"""A PostgreSQL server of the tests' own: in a folder under /tmp, on a socket there, as somebody who is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

_PATIENCE = 30.0
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_ALWAYS = ("listen_addresses=", "max_connections=60", "shared_buffers=32MB", "max_wal_senders=0", "wal_level=minimal")


class PostgresServer:
    """One server; what it has is gone when it is removed.

    Args:
        durable: A commit is on the disk before it is reported; else it is quick.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._settings = _ALWAYS if durable else _ALWAYS + _QUICK
        self._programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self._as_whom = _somebody_else()
        self.folder = Path(tempfile.mkdtemp(prefix="callcenter-postgres-", dir="/tmp"))
        self._data = self.folder / "data"
        self._running: subprocess.Popen[bytes] | None = None
        if self._as_whom:
            os.chown(self.folder, self._as_whom["user"], self._as_whom["group"])
        made = ("--username=callcenter", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        sorts = ("--locale-provider=icu", "--icu-locale=zh-CN")  # as people sort, which is not the order of the bytes
        self._run("initdb", f"--pgdata={self._data}", *made, *sorts)

    def url(self, database: str) -> str:
        return f"postgresql://callcenter@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start it, and wait until it answers; it does not outlive whoever started it."""
        told = [
            word for setting in (*self._settings, f"unix_socket_directories={self.folder}") for word in ("-c", setting)
        ]
        with (self.folder / "log").open("ab") as log:
            command = ["setpriv", "--pdeathsig", "QUIT", self._programs / "postgres", "-D", self._data, *told]
            self._running = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **self._as_whom)
        ends = time.monotonic() + _PATIENCE
        while not self._answers():
            assert self._running.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < ends, (self.folder / "log").read_text()
            time.sleep(0.02)

    def say(self, *settings: str) -> None:
        """Start it with other settings besides, each `name=value`."""
        self._settings = (*self._settings, *settings)

    def place(self, name: str, content: bytes) -> None:
        """Put a file among its own, which it alone may read."""
        path = self._data / name
        path.write_bytes(content)
        path.chmod(0o600)
        if self._as_whom:
            os.chown(path, self._as_whom["user"], self._as_whom["group"])

    def stop(self) -> None:
        """End it at once, as it ends when its machine is switched off in an orderly way."""
        if self._running is not None:
            self._running.send_signal(signal.SIGQUIT)
            self._running.wait(_PATIENCE)
            self._running = None

    def kill(self) -> None:
        """Kill it and every process of it, as the end of its machine does."""
        assert self._running is not None
        postmaster = self._running.pid
        mine = [int(pid) for pid in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()]
        for pid in (postmaster, *mine):
            os.kill(pid, signal.SIGKILL)
        self._running.wait(_PATIENCE)
        ends = time.monotonic() + _PATIENCE
        while any(_lives(pid) for pid in mine):
            assert time.monotonic() < ends
            time.sleep(0.005)
        self._running = None

    def remove(self) -> None:
        """Stop it, and remove all that it has."""
        self.stop()
        shutil.rmtree(self.folder)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run statements as an administrator does; returns the rows, fields parted by `|`."""
        return self._run(
            "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "callcenter", "-c", statement, database
        )

    def _answers(self) -> bool:
        assert self._running is not None
        told = self._data / "postmaster.pid"  # there is one of a server that was killed, too
        words = told.read_text().split() if told.is_file() else []
        return words[:1] == [str(self._running.pid)] and words[-1] == "ready"

    def _run(self, program: str, *arguments: str | Path) -> str:
        ran = subprocess.run(
            [self._programs / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **self._as_whom,
        )
        assert ran.returncode == 0, ran.stderr
        return str(ran.stdout).strip()


def _somebody_else() -> dict[str, Any]:
    """Say as whom it runs: PostgreSQL refuses root."""
    if os.geteuid():
        return {}
    who = next(one for one in pwd.getpwall() if one.pw_name in {"postgres", "nobody"})
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
