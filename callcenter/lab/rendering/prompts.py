"""The prompts in Mandarin: made once by `dialplans/prompts/make` where espeak-ng is there, given to each switch."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from callcenter.errors import LabError
from callcenter.lab.render import dialplans_dir

if TYPE_CHECKING:
    from collections.abc import Iterable

_SECONDS = 60.0


def ensure_prompts(cache: Path) -> Path | None:
    """Return the directory of the prompts, made below `cache` unless it is there; None where nothing can speak.

    Raises:
        LabError: They cannot be made.
    """
    source = dialplans_dir() / "prompts"
    name = hashlib.sha256(b"".join((source / part).read_bytes() for part in ("make", "prompts.tsv"))).hexdigest()[:12]
    made = cache / f"prompts-{name}"
    if made.is_dir():
        return made
    if shutil.which("espeak-ng") is None:
        return None
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            making = Path(folder) / "prompts"
            argv = [sys.executable, str(source / "make"), str(making)]
            subprocess.run(argv, check=True, capture_output=True, timeout=_SECONDS)
            _move(making, made)
    except (OSError, subprocess.SubprocessError) as error:
        raise LabError(f"The prompts cannot be made: {error}") from error
    return made


def give(prompts: Path | None, place: Path) -> None:
    """Copy the prompts to a switch."""
    if prompts is not None:
        place.mkdir(parents=True, exist_ok=True)
        for file in _files(prompts):
            shutil.copyfile(file, place / file.name)


def _files(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob("*.wav"))


def _move(making: Path, made: Path) -> None:
    """Put them in their place at once; whoever was quicker has made the same."""
    try:
        making.replace(made)
    except OSError:
        if not made.is_dir():
            raise
