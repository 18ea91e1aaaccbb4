"""Who had to call again, in a sentence, with what is left out of each figure."""

from __future__ import annotations

from callcenter.cases.repeats import RepeatFigures
from callcenter.locale import Language, Words

_WORDS = Words(
    "repeat calls",
    {
        "told": (
            "Repeat calls within 7 days: repeat-customer {repeated}/{counted}, repeat-matter {same}/{known}, "
            "first-contact resolution {resolution}; left out: {unidentified} of unknown callers, "
            "{pending} whose 7 days are not over, {unknown} whose caller called again and nobody knows what for."
        )
    },
)


def repeats_told(figures: RepeatFigures, language: Language) -> str:
    """Say how many of the answered visits were followed by another, and how many by one for the same matter."""
    known = figures.same + figures.resolved
    return _WORDS.say(
        "told",
        language,
        repeated=figures.repeated,
        counted=figures.repeated + figures.alone,
        same=figures.same,
        known=known,
        resolution=f"{100 * figures.resolved / known:.1f}%" if known else "-",
        unidentified=figures.unidentified,
        pending=figures.pending,
        unknown=figures.unknown,
    )
