"""What a sink of the outbox must be: it has an entry, is away, or refuses that entry for good."""

from __future__ import annotations

from typing import Protocol

import msgspec

from callcenter.domain.frame import SECOND
from callcenter.store.outbox import OutboxEntry, OutboxKind
from callcenter.untrusted import quiet_json

SCHEMA = 1
"""Of the document that leaves; a field may join it, what one means does not change."""
_encode = msgspec.json.Encoder().encode


class SinkAway(Exception):
    """Nothing of this sink can leave now, or it seems so: all wait, and are tried again later.

    Attributes:
        about_entry: It may be this entry alone: the other side was there, and broke over it.
    """

    def __init__(self, why: str, *, about_entry: bool = False) -> None:
        super().__init__(why)
        self.about_entry = about_entry


class EntryRefused(Exception):
    """This entry never will leave: its key alone is parked, seen and alarmed; the message says why."""


class OutboxSink(Protocol):
    """Somebody outside who takes what leaves; an async context manager is entered while it may be sent to."""

    @property
    def name(self) -> str:
        """Say whose progress it is: `mqtt`, `webhook:NAME`, `mail`."""

    @property
    def kinds(self) -> frozenset[OutboxKind]:
        """Say what it takes."""

    @property
    def at_once(self) -> int:
        """Say how many keys may be on the way together."""

    @property
    def disable_after(self) -> int | None:
        """Say after how many failures in a row nothing is sent any more; None: it is tried for ever."""

    async def send(self, entry: OutboxEntry) -> None:
        """Hand an entry over; returns when the other side has it. It may be cancelled, and called again with the same.

        Raises:
            SinkAway: Not now.
            EntryRefused: Never.
        """


def document(entry: OutboxEntry, site: str) -> bytes:
    """Return an entry as it leaves, whoever takes it: JSON in which nothing acts, `at` in seconds since 1970 (UTC)."""
    told = {"schema": SCHEMA, "id": entry.id, "kind": entry.kind, "key": entry.key, "n": entry.n}
    written = _encode(told | {"at": entry.made_at / SECOND, "site": site, "data": entry.payload})
    return quiet_json(written.decode()).encode()
