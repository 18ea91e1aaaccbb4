"""Lost calls as the service follows them: what linking finds of the facts becomes facts itself, live and in replay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import msgspec

from callcenter.cases.linking import Linking, LinkMemory
from callcenter.cases.owners import NumberTable
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.numbers import PLAIN
from callcenter.shape import shape_of
from callcenter.tracker.inputs import FOLLOWED, RulesInForce

_FORGETS_EVERY: Micros = 3_600 * SECOND


class _SavedLinks(msgspec.Struct):
    form: str
    forgot_at: Micros
    memory: LinkMemory


class LostCalls:
    """Tells of each fact what it makes of lost calls; all that is remembered is saved with the floor.

    Args:
        in_force: How numbers are read, and lost calls followed; None: as at a site of which nothing is known.
        memory: What was remembered before; it is changed.
        forgot_at: When what nothing asks for any more was let go of last.
    """

    def __init__(
        self, in_force: RulesInForce | None = None, memory: LinkMemory | None = None, forgot_at: Micros = 0
    ) -> None:
        numbering, links = (PLAIN, FOLLOWED) if in_force is None else (in_force.numbering, in_force.besides.links)
        self._linking = Linking(NumberTable(), numbering or PLAIN, links, memory)
        self._forgot_at = forgot_at

    def under(self, in_force: RulesInForce) -> Self:
        """Return the same, reading numbers otherwise from now on; those that were read stay as they were."""
        return type(self)(in_force, self._linking.memory, self._forgot_at)

    def changed(self, facts: Iterable[fx.Fact], now: Micros | None) -> list[fx.LostCallChanged]:
        """Take in what became true; returns what that makes of lost calls."""
        if now is not None and now >= self._forgot_at + _FORGETS_EVERY:
            self._linking.forget(now)
            self._forgot_at = now
        return [
            fx.LostCallChanged(at=now if fact.at is None else fact.at, lost=lost.told())
            for fact in facts
            for lost in self._linking.see(fact)
        ]

    def save(self) -> bytes:
        """Pack everything remembered."""
        return msgspec.msgpack.encode(_SavedLinks(shape_of(LinkMemory), self._forgot_at, self._linking.memory))

    @classmethod
    def restore(cls, saved: bytes, in_force: RulesInForce | None) -> Self:
        """Return what `save` packed.

        Raises:
            msgspec.MsgspecError: Another version packed it, with another form of memory: replay the journal instead.
        """
        packed = msgspec.msgpack.decode(saved, type=_SavedLinks)
        if packed.form != shape_of(LinkMemory):
            raise msgspec.ValidationError(f"links of the form {packed.form} were saved, not {shape_of(LinkMemory)}")
        return cls(in_force, packed.memory, packed.forgot_at)
