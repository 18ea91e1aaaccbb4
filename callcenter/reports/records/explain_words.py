"""The words around an explained record."""

from __future__ import annotations

from callcenter.locale import Language, Words

LABELS = Words(
    "label of a record",
    {
        "id": "id",
        "time": "time",
        "measured": "measured",
        "roster": "roster",
        "impact": "impact",
        "ruled_out": "ruled out",
        "evidence": "evidence",
        "filed": "filed",
        "step": "step",
        "counts": "counts",
    },
)
_WIDTHS: dict[Language, int] = {"zh-CN": 4, "en": 10}

WORDS: dict[str, Words[str]] = {
    "": Words(
        "explained record",
        {
            "to": "to",
            "limit": "limit",
            "uncertainty": "uncertainty",
            "no_roster": "none was given",
            "no_shift": "no shift then",
            "no_phone": "no phone",
            "no_team": "no team",
            "waits": "still waits",
            "none": "none",
            "columns": "position, recorded, SHA-256 of the frame in the journal's chain, what it says",
            "own_event": "an event of the service itself",
            "reproduced": "reproduced from the journal: yes, {count} frames, each as it was sealed",
            "cut": (
                "the journal no longer reaches back so far: it begins at entry {first} of {since}; this is what "
                "was filed"
            ),
            "list_begins": "the journal begins at entry {first} of {since}; earlier records are in the database alone",
            "held": "{reproduced} of {all} records reproduce, {others} could not be checked",
            "points": "{points} points",
            "service": "the service",
            "not_derived": "the journal at hand does not give this record; above is what was filed",
            "listed_none": "no record fits",
        },
    ),
    "became": Words(
        "whether a record reproduces",
        {
            "reproduced": "reproduced",
            "faulty": "does not reproduce",
            "doubtful": "cannot be checked",
        },
    ),
    "verdict": Words(
        "verdict",
        {
            "proposed": "proposed",
            "undetermined": "undetermined",
            "excused": "excused",
        },
    ),
    "state": Words(
        "state of a record",
        {
            "proposed": "proposed",
            "notified": "notified",
            "explained": "explained",
            "appealed": "appealed",
            "confirmed": "confirmed",
            "reduced": "reduced",
            "overturned": "overturned",
            "withdrawn": "withdrawn",
        },
    ),
    "step": Words(
        "step",
        {
            "propose": "proposed",
            "notify": "notified",
            "explain": "explained",
            "appeal": "appealed",
            "confirm": "confirmed",
            "reduce": "reduced",
            "overturn": "overturned",
            "withdraw": "withdrawn",
            "check": "checked",
            "agree": "agreed",
            "disagree": "disagreed",
        },
    ),
    "check": Words(
        "check",
        {
            "not_graded": "a stream that is no evidence",
            "no_time": "unknown times",
            "no_roster": "no roster",
            "off_duty": "being off duty",
            "duty_edge": "the edge of duty",
            "outage": "an outage",
            "excuse": "an excuse such as wrap-up",
            "gap": "a time when nothing was seen",
            "page": "a page that could not ring, or was left in the call",
            "near_limit": "a value near its limit",
            "log_differs": "the switch's own log saying otherwise",
            "left_early": "leaving early",
            "doubt": "any other doubt",
            "no_impact": "nobody kept out",
        },
    ),
}
"""Words by kind; those of no kind stand alone."""


def word(key: str, language: Language, **gaps: object) -> str:
    """Say one of them, `kind.name` or a name alone."""
    kind, _, name = key.rpartition(".")
    return WORDS[kind].say(name, language, **gaps)


def label(key: str, language: Language) -> str:
    """Say what a line is about, as wide as every other."""
    return LABELS.say(key, language).ljust(_WIDTHS[language])
