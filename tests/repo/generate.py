"""Everything in the repository that is made from the code: `make generate` writes it, a test finds nothing changed."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from callcenter.domain import phases
from callcenter.locale import LANGUAGES, Language
from callcenter.manual import TOPICS
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
    dashboards = load_dashboards()
    for dashboard in dashboards.DASHBOARDS:
        for lang in LANGUAGES:
            yield dashboards.FOLDER / f"{dashboard.name}.{lang}.json", dashboards.render(dashboard, lang)


def page_of(topic: str, lang: Language) -> Path:
    return ROOT / "callcenter" / "manual" / lang / f"{topic}.md"


def with_tables(text: str, lang: Language) -> str:
    """Put each table where its comments are."""
    return _PLACE.sub(lambda place: f"{place[1]}{TABLES[place[2]](lang)}\n{place[3]}", text)


def load_dashboards() -> ModuleType:
    """Load the generator of the dashboards, which lies beside what it writes."""
    path = ROOT / "metrics" / "dashboards.py"
    spec = importlib.util.spec_from_file_location("dashboards", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["dashboards"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Write what differs, and say so."""
    for path, text in generated():
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
