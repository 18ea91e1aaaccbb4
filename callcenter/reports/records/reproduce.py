"""Records held against their journal: each is derived again, and every frame that it copied is looked up.

A record's evidence is gone when a frame it copied is damaged, missing or another, or when a sound journal, whole from
its first entry on, gives something else. Only the record's own journal can say so: at least one frame that some record
copied must be in it, seal and all, and since a seal covers all that came before, one is proof. What may have honest
reasons (a journal cut short, a rulebook or a roster that is not the one of then) is a doubt and withdraws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from callcenter.errors import JournalDamaged, StoreError
from callcenter.journal import EntryKind, JournalReader
from callcenter.reports.records.evidence import look_up
from callcenter.reports.records.explain import judged
from callcenter.rules.records.dossier import Dossier, from_violation
from callcenter.rules.records.reproduction import Doubt, EvidenceFault, ReproductionFinding, differences
from callcenter.rules.records.violation import Violation
from callcenter.store.decisions.violations import FiledRecord
from callcenter.tracker import RulesInForce
from callcenter.tracker.filing import exhibit


class RecordSource(NamedTuple):
    """What records are derived from: a switch's journal, and what is told from outside."""

    journal: Path
    node: str
    in_force: RulesInForce


class Anew(NamedTuple):
    """Every record that the journal gives, by what it was decided, and what ended the reading if not its end."""

    found: dict[str, tuple[Violation, RulesInForce]]
    damage: str | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one record: it reproduces unless it has faults, or doubts leave the question open."""

    filed: Dossier
    faults: tuple[ReproductionFinding, ...] = ()
    doubts: tuple[ReproductionFinding, ...] = ()
    matched: int = 0

    @property
    def reproduces(self) -> bool:
        """Whether the journal gives it as it was filed."""
        return not self.faults and not self.doubts


def derive_all(source: RecordSource, progress: Callable[[int], None] = lambda _: None) -> Anew:
    """Derive every record of a journal, up to the first damage."""
    found: dict[str, tuple[Violation, RulesInForce]] = {}
    try:
        for violation, in_force in judged(source.journal, source.in_force, progress):
            found[violation.id] = violation, in_force
    except JournalDamaged as error:
        return Anew(found, str(error))
    return Anew(found)


def hold_against(
    source: RecordSource,
    records: Sequence[FiledRecord],
    anew: Anew,
    *,
    followed: int,
    anchors: Sequence[FiledRecord] = (),
) -> list[Result]:
    """Hold records against the journal.

    Args:
        source: The journal and what it was judged by.
        records: What was filed, none of them settled.
        anew: What the journal gives.
        followed: Up to which entry the database has followed this journal.
        anchors: Other records by whose frames the journal is known, should none of `records` have one in it.

    Raises:
        StoreError: It is not the journal that the records were derived from; or none of several comes out the same,
            so that rulebook and roster are not those of then.
    """
    with JournalReader(source.journal) as reader:
        bench = _Bench(source, reader, anew)
        bench.require_followed(followed)
        results = [bench.frames(record.dossier) for record in records]
        if not any(result.matched for result in results):
            known = any(bench.frames(record.dossier).matched for record in anchors)
            results = [result if known else bench.unknown(result) for result in results]
        return bench.judged(records, results)


class _Bench:
    """An open journal, and what is known of it."""

    def __init__(self, source: RecordSource, reader: JournalReader, anew: Anew) -> None:
        self._source = source
        self._reader = reader
        self._anew = anew
        anchor, head = reader.bounds()
        self._cut, self._end = anchor.position, head.position
        sound, _ = next(reader.inspect())
        self._sources = {stored.source for stored in sound}
        # rulebook and roster as inputs of the journal itself; else they are whatever the settings say now
        self._inputs = any(stored.kind == EntryKind.INPUT for stored in sound)

    def require_followed(self, followed: int) -> None:
        """Refuse a journal that cannot be the one that the database follows."""
        if self._sources and self._source.node not in self._sources:
            raise StoreError(f"the journal {self._source.journal} holds nothing of the switch {self._source.node}")
        if followed > self._end:
            raise StoreError(
                f"the database follows a journal up to entry {followed}, {self._source.journal} ends at {self._end}: "
                "it is another journal"
            )

    def frames(self, filed: Dossier) -> Result:
        """Look up every frame that a record copied."""
        found = look_up(self._reader, filed.evidence)
        return Result(
            filed=filed,
            faults=tuple(one for one in found if one is not None and isinstance(one.what, EvidenceFault)),
            doubts=tuple(one for one in found if one is not None and isinstance(one.what, Doubt))[:1],
            matched=sum(one is None for one in found),
        )

    def unknown(self, result: Result) -> Result:
        """Refuse to judge by a journal that holds none of the frames; without frames nothing can be said."""
        if result.faults:
            raise StoreError(
                f"the journal {self._source.journal} holds none of the frames that the records copied: it is another "
                "journal, or every one was changed; nothing is withdrawn"
            )
        return msgspec.structs.replace(result, doubts=result.doubts or (ReproductionFinding(Doubt.NO_FRAME),))

    def judged(self, records: Sequence[FiledRecord], results: list[Result]) -> list[Result]:
        """Compare what the journal gives with those whose frames are all there."""
        found = [
            self._judge(record, result) if result.reproduces else result
            for record, result in zip(records, results, strict=True)
        ]
        judged = [after for before, after in zip(results, found, strict=True) if before.reproduces and not after.doubts]
        if len(judged) > 1 and not self._inputs and not any(result.reproduces for result in judged):
            raise StoreError(
                f"none of {len(judged)} records comes out of the journal as it was filed: rulebook and roster of the "
                "settings are not those of then; nothing is withdrawn"
            )
        return found

    def _judge(self, record: FiledRecord, result: Result) -> Result:
        violation, in_force = self._anew.found.get(record.dossier.id, (None, self._source.in_force))
        faults: tuple[ReproductionFinding, ...] = (ReproductionFinding(EvidenceFault.NOT_DERIVED),)
        if violation is not None:
            positions = sorted(set(violation.frames))
            if not all(map(self._reader.keeps, positions)):
                return msgspec.structs.replace(result, doubts=(ReproductionFinding(Doubt.PRUNED),))
            evidence = [exhibit(self._reader.read_one(position)) for position in positions]
            anew, proposed = from_violation(violation, in_force.rulebook, team=record.dossier.team, evidence=evidence)
            faults = differences(record.dossier, record.standing, anew, proposed)
        doubts = tuple(self._doubts(record, violation)) if faults else ()
        return msgspec.structs.replace(result, faults=() if doubts else faults, doubts=doubts)

    def _doubts(self, record: FiledRecord, violation: Violation | None) -> Iterator[ReproductionFinding]:
        """Say what else than a change of the record may be the reason that it comes out otherwise."""
        if self._anew.damage is not None:
            yield ReproductionFinding(Doubt.JOURNAL_DAMAGED, self._anew.damage, self._anew.damage)
        if self._cut:
            yield ReproductionFinding(Doubt.PRUNED)
        if self._inputs:
            return
        version = record.dossier.rulebook
        edition = self._source.in_force.rulebook.at(record.dossier.at)
        if edition is None or edition.version != version:
            yield ReproductionFinding(Doubt.OTHER_RULEBOOK, version, version)
        same_verdict = violation is not None and violation.verdict is record.standing.verdict
        if self._source.in_force.roster is None and not same_verdict:
            yield ReproductionFinding(Doubt.NO_ROSTER)
