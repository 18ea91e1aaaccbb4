"""Does a record reproduce: what differs between what was filed and what the journal gives, in sentences (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from callcenter.locale import Language, Words
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.sealed import as_filed
from callcenter.rules.records.standing import Standing

NOT_OF_FRAMES = frozenset({"V-ACCUMULATED", "V-APPEAL-SLOW", "V-CONFLICT", "LADDER"})
"""Rules whose records the service raises from other records or from complaints: no journal bears them out."""


class EvidenceFault(StrEnum):
    """What takes a record's evidence away."""

    FRAME_DAMAGED = "frame_damaged"
    FRAME_OTHER = "frame_other"
    FRAME_MISSING = "frame_missing"
    NOT_DERIVED = "not_derived"
    SAYS_OTHER = "says_other"


class Doubt(StrEnum):
    """Why it cannot be known whether a record reproduces; it stays as it is."""

    PRUNED = "pruned"
    JOURNAL_DAMAGED = "journal_damaged"
    OTHER_RULEBOOK = "other_rulebook"
    NO_ROSTER = "no_roster"
    NO_FRAME = "no_frame"


class ReproductionFinding(msgspec.Struct, frozen=True):
    """A fault or a doubt, and what stands in the gaps of its sentence, in both languages."""

    what: EvidenceFault | Doubt
    zh: str = ""
    en: str = ""

    def told(self, language: Language) -> str:
        """Say it, without a full stop."""
        return _TEXTS.say(self.what, language, detail=self.zh if language == "zh-CN" else self.en)


_TEXTS: Words[EvidenceFault | Doubt] = Words(
    "finding",
    {
        EvidenceFault.FRAME_DAMAGED: "journal entry {detail} is damaged",
        EvidenceFault.FRAME_OTHER: "the copied frame {detail} is not the one in the journal",
        EvidenceFault.FRAME_MISSING: "the journal has no entry {detail}",
        EvidenceFault.NOT_DERIVED: "the journal does not give this record",
        EvidenceFault.SAYS_OTHER: "the journal gives another {detail}",
        Doubt.PRUNED: "the journal no longer reaches back so far",
        Doubt.JOURNAL_DAMAGED: "the journal is damaged elsewhere: {detail}",
        Doubt.OTHER_RULEBOOK: "the rulebook {detail} that it was judged by is not the one at hand",
        Doubt.NO_ROSTER: "no roster is at hand",
        Doubt.NO_FRAME: "no frame shows that this is the record's journal",
    },
)
_STANDING = frozenset({"verdict", "mode", "severity", "points"})
_FIELDS = Words(
    "field of a record",
    {
        "rule": "rule",
        "agent": "agent",
        "at": "at",
        "start": "start",
        "end": "end",
        "rulebook": "rulebook",
        "measured": "measured",
        "limit": "limit",
        "unit": "unit",
        "why": "why",
        "impact": "impact",
        "ruled_out": "ruled_out",
        "names": "names",
        "evidence": "evidence",
        "uncertainty": "uncertainty",
        "timeline": "timeline",
        "verdict": "verdict",
        "mode": "mode",
        "severity": "severity",
        "points": "points",
    },
)
_NOTE = Words(
    "finding",
    {
        "reason": "The evidence does not reproduce: {findings}.",
        "fields": ", ",
        "findings": "; ",
    },
)
_WORDS = frozenset({"why", "timeline"})


def differences(filed: Dossier, stands: Standing, anew: Dossier, proposed: Standing) -> tuple[ReproductionFinding, ...]:
    """Name what a record derived anew says otherwise; team and title may have changed for honest reasons.

    So may the words of sentences, where another version of the service wrote them.

    Args:
        filed: What was filed.
        stands: Where that stands; only what was proposed is compared.
        anew: What the journal gives.
        proposed: What the journal gives of verdict, mode, severity and points.
    """
    anew = as_filed(filed, msgspec.json.decode(msgspec.json.encode(anew), type=Dossier))  # as the database gives it
    same_words = filed.worded_by == anew.worded_by
    asked = [name for name in _FIELDS if same_words or name not in _WORDS]
    pairs = {name: (stands, proposed) if name in _STANDING else (filed, anew) for name in asked}
    names = [name for name, (old, new) in pairs.items() if getattr(old, name) != getattr(new, name)]
    return (
        (ReproductionFinding(EvidenceFault.SAYS_OTHER, _listed(names, "zh-CN"), _listed(names, "en")),) if names else ()
    )


def note(findings: Iterable[ReproductionFinding]) -> str:
    """Say in both languages why a record is withdrawn."""
    told = list(findings)
    return f"{_reason(told, 'zh-CN')} {_reason(told, 'en')}"


def _listed(names: Iterable[str], language: Language) -> str:
    return _NOTE.say("fields", language).join(_FIELDS.say(name, language) for name in names)


def _reason(findings: Iterable[ReproductionFinding], language: Language) -> str:
    told = _NOTE.say("findings", language).join(finding.told(language) for finding in findings)
    return _NOTE.say("reason", language, findings=told)
