"""What an entry of the audit log says, in the words of whoever reads it; a code that has none stands as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from callcenter.locale import LANGUAGES, Language, Words

ACTIONS = Words(
    "audit: what was done",
    {
        "acw": "after-call work",
        "add": "added",
        "agree": "agreed",
        "analyse": "analysed",
        "appeal": "appealed",
        "approve": "approved",
        "archive": "archived",
        "assign": "assigned to a department",
        "attempt": "called in vain",
        "barge": "barged in",
        "begin": "begun",
        "call_back": "called back",
        "carry_out": "carried out",
        "change": "changed",
        "chase": "chased by the customer",
        "check": "checked",
        "claim": "claimed",
        "classify": "class given",
        "close": "closed",
        "complain": "became a complaint",
        "confirm": "confirmed",
        "create": "made",
        "decide": "decided",
        "decline": "refused by the customer",
        "delete": "deleted",
        "dial": "dialled",
        "disagree": "disagreed",
        "draw": "sample drawn",
        "drop": "removed",
        "enable": "enabled",
        "enact": "taken into force",
        "end": "ended",
        "explain": "explained",
        "export": "exported",
        "extend": "extended",
        "feedback": "feedback written",
        "fetch": "fetched",
        "file": "filed",
        "fix_seed": "sample's seed fixed",
        "follow_up": "followed up",
        "forget": "forgotten",
        "give": "given",
        "guess": "wrong code dialled",
        "hand_over": "handed over",
        "hold": "deletion held",
        "import": "imported",
        "listen": "listened in",
        "look": "looked at",
        "make": "issued",
        "measure": "corrective measure",
        "merge": "merged",
        "moments": "times added",
        "note": "noted",
        "notify": "agent told",
        "object": "objected",
        "open": "opened",
        "overturn": "overturned",
        "pause": "paused",
        "pick": "customer picked",
        "plan": "planned",
        "propose": "put forward",
        "prove": "password given again",
        "queues": "queues changed",
        "rate": "rated",
        "read_looks": "access log read",
        "ready": "made ready",
        "receive": "received",
        "record": "recorded",
        "reduce": "reduced",
        "refuse": "turned away",
        "reject": "rejected",
        "release": "released",
        "renew": "renewed",
        "reopen": "reopened",
        "report": "reported",
        "retry": "sent again",
        "return_notice": "notice returned",
        "reveal": "number revealed",
        "review": "reviewed",
        "rotate": "key rotated",
        "see": "seen",
        "set": "set",
        "sign": "signed",
        "sign_in": "signed in",
        "sign_in_failed": "sign-in failed",
        "sign_out": "signed out or off",
        "skip": "skipped",
        "solve": "solution written",
        "split": "split",
        "stop": "stopped",
        "summarise": "summed up",
        "take_phone": "phone taken",
        "tell": "message sent",
        "tell_not_upheld": "told that it is not upheld",
        "track": "tracked",
        "try": "draft tried",
        "undo": "import undone",
        "undo_import": "undone with its import",
        "undo_merge": "merge undone",
        "unlock": "unlocked",
        "whisper": "whispered",
        "withdraw": "withdrawn",
    },
)

KINDS = Words(
    "audit: to what",
    {
        "access_review": "access review",
        "account": "account",
        "adjustment": "score: points added or taken",
        "agent": "agent",
        "attachment": "attachment",
        "authenticator": "authenticator",
        "best": "score: best of the month",
        "call": "telephone call",
        "caller": "who called",
        "caller_register": "register of callers",
        "care_contact": "visit or call-back",
        "care_plan": "care plan",
        "case": "case",
        "case_class": "class of cases",
        "case_discipline": "disciplinary result",
        "case_link": "department's link",
        "case_measure": "corrective measure of a case",
        "case_review": "month's review of cases",
        "change": "change",
        "contact_system": "contact system",
        "customer": "customer",
        "customer_class": "class of customers",
        "customer_import": "import of customers",
        "customer_rating": "customer's rating",
        "department": "department",
        "deputy": "deputy",
        "desk": "agent's desk",
        "enquiry": "enquiry",
        "follow_up": "follow-up",
        "lost_call": "lost call",
        "mark": "score: daily mark",
        "master_key": "key of personal data",
        "outbox": "outbox",
        "proposal": "score: proposal",
        "rulebook": "rulebook draft",
        "rules": "rules in force",
        "session": "session",
        "violation": "violation record",
        "wall": "wall",
    },
)

DETAILS = Words(
    "audit: besides",
    {
        "agent": "agent",
        "amount": "amount",
        "base": "base",
        "by": "by",
        "call": "telephone call",
        "caller": "who called",
        "case": "case",
        "cases": "cases",
        "changed": "changed",
        "content": "content",
        "customer": "customer",
        "customers": "customers",
        "customers.keep_lost_days": "settled lost calls, days kept",
        "day": "day",
        "days": "days",
        "department": "department",
        "en": "English",
        "fields": "fields",
        "figures": "figures",
        "from": "from",
        "full_name": "name",
        "gone": "taken out",
        "id": "number",
        "item": "of what",
        "joined": "joined",
        "journal.keep_days": "journal, days kept",
        "left": "left as it is",
        "mode": "mode",
        "month": "month",
        "name": "name",
        "new": "new",
        "note": "words",
        "number": "number",
        "of": "of",
        "over": "took over",
        "phone": "phone",
        "points": "how many points",
        "queue": "queue",
        "queues": "queues",
        "reason": "reason",
        "role": "role",
        "rows": "rows",
        "rule": "rule",
        "severity": "severity",
        "state": "state",
        "store.outbox_days": "what is to leave, days kept",
        "subject": "subject",
        "team": "team",
        "text": "words sent",
        "to": "to",
        "verdict": "verdict",
        "version": "version",
        "why": "why",
        "zh": "Chinese",
    },
)
_LONGEST = 400


def said_of(words: Words[str], code: str, language: Language) -> str:
    """Say a code in a language, or as it is."""
    return words.table(language).get(code, code)


def code_of(words: Words[str], typed: str | None) -> str | None:
    """Return the code of a word that somebody typed, in whatever language; what is no such word is taken for a code."""
    named = (code for lang in LANGUAGES for code, said in words.table(lang).items() if said == typed)
    return next(named, typed)


def besides(detail: Mapping[str, Any], language: Language) -> str:
    """Say what an entry holds besides, in one line, cut where it is long."""
    line = " · ".join(f"{name}: {value}" for name, value in _flat(detail, language))
    return f"{line[:_LONGEST]}…" if len(line) > _LONGEST else line


def _flat(detail: Mapping[str, Any], language: Language) -> Iterator[tuple[str, str]]:
    for code, value in detail.items():
        name = said_of(DETAILS, code, language)
        if isinstance(value, Mapping):
            yield from ((f"{name} / {inner}", told) for inner, told in _flat(value, language))
        elif value is not None:
            yield name, _written(value)


def _written(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
