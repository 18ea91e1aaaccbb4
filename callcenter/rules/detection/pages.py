"""Facts as they are archived: pages of gists, packed small, each knowing what held when it begins."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import msgspec

from callcenter.domain.facts import Fact
from callcenter.domain.frame import Micros
from callcenter.rules.detection.gist import Lasting


class ArchivedMoment(msgspec.Struct, frozen=True, array_like=True):
    """What one journal entry made true for the rules; `graded`: the stream was evidence then."""

    position: int
    graded: bool
    facts: list[Fact]


class ArchivedPage(msgspec.Struct, frozen=True, array_like=True):
    """Moments in the journal's order; `before` is what lasted when they began."""

    moments: list[ArchivedMoment]
    before: list[Fact] = []

    def times(self) -> list[Micros]:
        """Return the times that its moments tell."""
        return [fact.at for moment in self.moments for fact in moment.facts if fact.at is not None]

    def after(self) -> list[Fact]:
        """Return what lasts when it ends."""
        lasting = Lasting(self.before)
        for moment in self.moments:
            lasting.see(moment.facts)
        return lasting.facts()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ArchivedPage)
_PLAIN = b"\x92"
"""How msgpack begins a page; zlib begins otherwise."""


def packed(page: ArchivedPage, *, small: bool = True) -> bytes:
    """Pack a page, as small as it goes or quickly."""
    told = _encoder.encode(page)
    return zlib.compress(told) if small else told


def unpacked(blob: bytes) -> ArchivedPage:
    """Read what `packed` wrote.

    Raises:
        ValueError: It is something else.
    """
    try:
        return _decoder.decode(blob if blob.startswith(_PLAIN) else zlib.decompress(blob))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError("not a page of archived facts") from error


def joined(pages: Iterable[ArchivedPage], before: list[Fact]) -> ArchivedPage:
    """Bind pages that follow one another into one."""
    return ArchivedPage([moment for page in pages for moment in page.moments], before)
