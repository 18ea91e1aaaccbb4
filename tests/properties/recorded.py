"""The events of every recorded login, as the floor is told them."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from callcenter.ami.logins import Logins
from callcenter.ami.wire import Wire
from callcenter.domain import events as ev

FOLDER = Path(__file__).parents[1] / "tapes"
RECORDED = [
    f"{folder.name}/{login}"
    for folder in sorted(FOLDER.iterdir())
    if folder.is_dir()
    for login in ("board", "unfiltered")
]


@lru_cache
def recorded(login: str) -> tuple[ev.Event, ...]:
    """Read `story/login` with the logins that follow it."""
    folder, name = (FOLDER / login).parent, (FOLDER / login).name
    logins = Logins()
    events: list[ev.Event] = []
    for index, path in enumerate([folder / f"{name}.ami.gz", *sorted(folder.glob(f"{name}.*.ami.gz"))]):
        logins.opened()
        for frame in Wire(start=index << 32).feed(gzip.decompress(path.read_bytes())):
            events += logins.events(frame)
    return (*events, *logins.finish())
