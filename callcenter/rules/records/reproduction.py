"""Does a record reproduce: what differs between what was filed and what the journal gives, in sentences (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from callcenter.locale import Language
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.standing import Standing


class Fault(StrEnum):
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


class Finding(msgspec.Struct, frozen=True):
    """A fault or a doubt, and what stands in the gaps of its sentence, in both languages."""

    what: Fault | Doubt
    zh: str = ""
    en: str = ""

    def told(self, language: Language) -> str:
        """Say it, without a full stop."""
        text, gap = (_TEXTS[self.what][0], self.zh) if language == "zh-CN" else (_TEXTS[self.what][1], self.en)
        return text.format(gap)


_TEXTS: dict[Fault | Doubt, tuple[str, str]] = {
    Fault.FRAME_DAMAGED: ("日志第{}条已损坏", "journal entry {} is damaged"),
    Fault.FRAME_OTHER: ("所附第{}条帧与日志不符", "the copied frame {} is not the one in the journal"),
    Fault.FRAME_MISSING: ("日志中没有第{}条", "the journal has no entry {}"),
    Fault.NOT_DERIVED: ("由日志推导不出该记录", "the journal does not give this record"),
    Fault.SAYS_OTHER: ("由日志推导的{}与记录不同", "the journal gives another {}"),
    Doubt.PRUNED: ("日志中该时段已清理", "the journal no longer reaches back so far"),
    Doubt.JOURNAL_DAMAGED: ("日志在别处损坏：{}", "the journal is damaged elsewhere: {}"),
    Doubt.OTHER_RULEBOOK: ("所据规章{}现已不同", "the rulebook {} that it was judged by is not the one at hand"),
    Doubt.NO_ROSTER: ("未提供排班表", "no roster is at hand"),
    Doubt.NO_FRAME: ("没有一帧能证明这是该记录的日志", "no frame shows that this is the record's journal"),
}  # fmt: skip

_SAID = {
    "rule": "规则", "agent": "坐席", "at": "时间", "start": "开始时间", "end": "结束时间", "rulebook": "规章版本",
    "measured": "测量值", "limit": "限值", "unit": "单位", "why": "事由", "impact": "影响", "ruled_out": "已排除项",
    "names": "并入项", "evidence": "证据", "uncertainty": "测量误差", "timeline": "经过",
}  # fmt: skip
_WORDS = frozenset({"why", "timeline"})
_STANDING = {"verdict": "判定", "mode": "规则状态", "severity": "等级", "points": "扣分"}


def differences(filed: Dossier, stands: Standing, anew: Dossier, proposed: Standing) -> tuple[Finding, ...]:
    """Name what a record derived anew says otherwise; team and title may have changed for honest reasons.

    So may the words of sentences, where another version of the service wrote them.

    Args:
        filed: What was filed.
        stands: Where that stands; only what was proposed is compared.
        anew: What the journal gives.
        proposed: What the journal gives of verdict, mode, severity and points.
    """
    anew = msgspec.json.decode(msgspec.json.encode(anew), type=Dossier)  # as it would come back from the database
    same_words = filed.worded_by == anew.worded_by
    asked = {name: zh for name, zh in _SAID.items() if same_words or name not in _WORDS}
    names = [(name, zh) for name, zh in asked.items() if getattr(filed, name) != getattr(anew, name)]
    names += [(name, zh) for name, zh in _STANDING.items() if getattr(stands, name) != getattr(proposed, name)]
    if not names:
        return ()
    return (Finding(Fault.SAYS_OTHER, "、".join(zh for _, zh in names), ", ".join(name for name, _ in names)),)


def note(findings: Iterable[Finding]) -> str:
    """Say in both languages why a record is withdrawn."""
    told = list(findings)
    zh, en = "；".join(f.told("zh-CN") for f in told), "; ".join(f.told("en") for f in told)
    return f"证据无法复现：{zh}。 The evidence does not reproduce: {en}."
