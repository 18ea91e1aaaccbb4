"""Everything in the repository that is made from the code: `make generate` writes it, a test finds nothing changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from callcenter.cases.complaints import moves
from callcenter.domain import phases
from callcenter.locale import LANGUAGES, Language
from callcenter.manual import TOPICS
from metrics import rules
from metrics.walls import render as dashboards
from tests.repo.reference import ROOT, TABLES

_PLACE = re.compile(r"^(<!-- (\w+) -->\n).*?^(<!-- /\2 -->)$", re.MULTILINE | re.DOTALL)
"""What lies between two comments that bear a table's name."""


def generated() -> Iterator[tuple[Path, str]]:
    """Yield each file that is made, and what it should hold."""
    for lang in LANGUAGES:
        for topic in TOPICS:
            path = page_of(topic, lang)
            yield path, with_tables(path.read_text("utf-8"), lang)
    yield Path(phases.__file__).with_name("PHASES.md"), phases.diagrams()
    yield Path(moves.__file__).with_name("MOVES.md"), moves_page()
    yield rules.FILE, rules.render()
    yield from dashboards.files()


def page_of(topic: str, lang: Language) -> Path:
    return ROOT / "callcenter" / "manual" / lang / f"{topic}.md"


def with_tables(text: str, lang: Language) -> str:
    """Put each table where its comments are."""
    return _PLACE.sub(lambda place: f"{place[1]}{TABLES[place[2]](lang)}\n{place[3]}", text)


def moves_page() -> str:
    """Draw the table of a complaint's moves, and name by whose hand each is made."""
    drawn, stays = moves.diagram()
    hands = "".join(f"| `{move}` | {', '.join(row.hands)} |\n" for move, row in moves.MOVES.items())
    return (
        "# Moves of a complaint\n\nDrawn from the table in `moves.py` by `make generate`.\n\n"
        f"```mermaid\n{drawn}```\n\n## Where the state stays\n\n{stays}\n"
        f"## By whose hand\n\n| move | who |\n|---|---|\n{hands}"
    )


def main() -> None:
    """Write what differs, and say so."""
    for path, text in generated():
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
