"""Topics, made of names that somebody else chose: each stays one level, whatever stands in it."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from callcenter.untrusted import acts, quiet_json

VERSION = "v1"
SCHEMA = 1
"""Stands in every message, and rises when a field is taken away or means something else."""
_LONGEST = 128
"""Characters of a name that a level holds; a longer one ends with a hash of all of it."""
_PARTS = frozenset("%+#/")


def level(name: str) -> str:
    """Return a name as one level of a topic: what parts, matches or acts is percent-encoded, letters stay readable.

    Two names never give one level: `%` is encoded too, and a level is never empty.
    """
    if len(name) > _LONGEST:
        digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        return f"{level(name[:_LONGEST])}%~{digest}"
    if not name:
        return "%"
    return "".join(_encoded(char) if char in _PARTS or acts(char) else char for char in name)


def _encoded(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def written(document: dict[str, Any]) -> bytes:
    """Return a document as it is sent: JSON in one line, in which nothing acts where it is shown."""
    return quiet_json(msgspec.json.encode(document).decode()).encode()


class Topics:
    """Names the topics of one site."""

    def __init__(self, prefix: str, site: str) -> None:
        self.root = f"{prefix}/{VERSION}/{level(site)}"

    def status(self, node: str) -> str:
        """Name where it stands whether the service that follows a switch is there."""
        return f"{self.root}/node/{level(node)}/status"

    def queue(self, name: str) -> str:
        """Name where a queue's state stands."""
        return f"{self.root}/queue/{level(name)}/state"

    def agent(self, name: str) -> str:
        """Name where an agent's state stands."""
        return f"{self.root}/agent/{level(name)}/state"

    def event(self, kind: str, which: str) -> str:
        """Name where something is told of one thing: a record, a complaint, an agent's pop."""
        return f"{self.root}/{kind}/{level(which)}"
