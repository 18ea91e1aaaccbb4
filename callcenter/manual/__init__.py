"""The manual: one page a topic in each language, as Markdown that ships with the program.

A page opens with its title, which is its line in the list of topics. Tables between two comments that bear a name are
written by `make generate`; the comments are not part of what people read. `<!-- #floor -->` before a heading is a place
that a page of the application leads to for help.
"""

from __future__ import annotations

import difflib
import re
from importlib import resources

from callcenter.errors import BadInput
from callcenter.locale import Language

TOPICS = (
    "first-day",
    "leads",
    "administration",
    "switch",
    "dialplan",
    "operation",
    "containers",
    "troubleshooting",
    "commands",
    "settings",
    "metrics",
    "alerts",
    "dashboards",
    "calls",
    "desk",
    "customers",
    "complaints",
    "contacts",
    "lost",
    "complaint-figures",
    "privacy",
    "replay",
    "rules",
    "violations",
    "scores",
    "roles",
    "page",
    "api",
    "live",
    "outbox",
    "bus",
    "security",
    "limits",
)
"""In the order in which somebody new would read them."""

_MARK = re.compile(r"^<!-- .* -->\n", re.MULTILINE)
_MARK_OF_NO_PLACE = re.compile(r"^<!-- [^#].* -->\n", re.MULTILINE)
_NEAREST = 3


def page(topic: str, lang: Language) -> str:
    """Return the page of a topic.

    Raises:
        BadInput: There is none; the sentence names those that come nearest.
    """
    return _MARK.sub("", page_with_places(topic, lang))


def page_with_places(topic: str, lang: Language) -> str:
    """Return the page of a topic as `page` does, with the marks of places that help leads to."""
    if topic in TOPICS:
        text = resources.files(__name__).joinpath(lang, f"{topic}.md").read_text("utf-8")
        return _MARK_OF_NO_PLACE.sub("", text)
    near = _nearest(topic, lang)
    if not near:
        raise BadInput(f"the manual has no page {topic!r}; `callcenter manual` lists those it has.")
    raise BadInput(f"the manual has no page {topic!r}; the nearest: {', '.join(near)}.")


def title(topic: str, lang: Language) -> str:
    """Return the title of a topic's page."""
    return page(topic, lang).partition("\n")[0].removeprefix("# ")


def _nearest(word: str, lang: Language) -> list[str]:
    """Find topics that are spelt like a word, else those whose pages speak of it most."""
    spelt = difflib.get_close_matches(word.lower(), TOPICS, _NEAREST)
    if spelt or not word.strip():
        return spelt
    told = {topic: page(topic, lang).lower().count(word.lower()) for topic in TOPICS}
    return sorted((topic for topic in TOPICS if told[topic]), key=lambda topic: -told[topic])[:_NEAREST]
