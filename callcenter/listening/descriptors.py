"""Files that may be open at once: as many as the system allows, some of them never for whoever connects."""

from __future__ import annotations

import contextlib
import resource

KEPT_BACK = 256
"""For the switch's logins, the journal, the database and what the libraries open."""
_WANTED = 65_536
_FEWEST = 4


def raise_open_files() -> int:
    """Raise what this process may open to what the system allows it; returns that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def share_of_open_files(share: float, most: int) -> int:
    """Tell how many connections a listener may hold: its share of what is not kept back, and never more than `most`."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY:
        return most
    return max(_FEWEST, min(most, int((soft - min(KEPT_BACK, soft // 2)) * share)))
