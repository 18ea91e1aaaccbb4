"""Every recorded story, and the command that reads it: scenarios see what a user sees."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from typer.testing import CliRunner

from callcenter.cli.lab.replay import app
from callcenter.tape import read_chunks

Shown = dict[str, Any]
FOLDER = Path(__file__).parents[1] / "tapes"
LOGINS = ("board", "unfiltered")


class Tape(msgspec.Struct, frozen=True):
    """One folder: the same minutes through a filtered and an unfiltered login, queue_log, and what was true."""

    folder: Path

    def __str__(self) -> str:
        return self.folder.name

    @property
    def log(self) -> Path:
        return self.folder / "queue_log"

    def logins(self, name: str) -> list[Path]:
        return [self.folder / f"{name}.ami.gz", *sorted(self.folder.glob(f"{name}.*.ami.gz"))]

    def truth(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "truth.json").read_text())
        return found


ALL = [Tape(folder) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()]
HOSTILE = {"hostile_number", "hostile_number_uncleaned"}
HONEST = [tape for tape in ALL if str(tape) not in HOSTILE]


def tape(name: str) -> Tape:
    return Tape(FOLDER / name)


def written(ami: list[Path], log: Path | None = None, *options: str) -> str:
    """Run `callcenter replay` in this process and return what it wrote."""
    arguments = [argument for path in ami for argument in ("--ami", str(path))]
    arguments += [] if log is None else ["--queue-log", str(log)]
    result = CliRunner().invoke(app, [*arguments, *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def replayed(ami: list[Path], log: Path | None = None) -> Shown:
    """Return what the command tells, to be read and not to be changed; the same files are read once."""
    return _replayed(tuple(ami), log)


@cache
def _replayed(ami: tuple[Path, ...], log: Path | None) -> Shown:
    shown: Shown = json.loads(written(list(ami), log))
    return shown


def plain(paths: list[Path], folder: Path, ending: bytes = b"\r\n") -> list[Path]:
    """Unpack tapes into a folder, with these line ends."""
    for path in paths:
        data = gzip.decompress(path.read_bytes()).replace(b"\r\n", ending)
        (folder / path.stem).write_bytes(data)
    return [folder / path.stem for path in paths]


def cut_at_random(seed: int) -> Callable[[Path], Iterator[bytes]]:
    """Make a reader that hands a file out in pieces of any size, one byte among them."""
    rng = random.Random(seed)

    def read(path: Path) -> Iterator[bytes]:
        data = b"".join(read_chunks(path))
        start = 0
        while start < len(data):
            end = start + rng.choice((1, 2, 3, 17, 100, 1000, 9000))
            yield data[start:end]
            start = end

    return read


def byte_by_byte(path: Path) -> Iterator[bytes]:
    for chunk in read_chunks(path):
        for byte in chunk:
            yield bytes((byte,))
