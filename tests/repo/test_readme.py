"""The READMEs and the manual say the same in both languages, and lead to what is there."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from callcenter import locale, manual
from callcenter.manual import TOPICS
from tests.repo.generate import page_of
from tests.repo.reference import ROOT

PAIRS = {
    "README": (ROOT / "README.md", ROOT / "README.zh-CN.md"),
    **{topic: (page_of(topic, "en"), page_of(topic, "zh-CN")) for topic in TOPICS},
}
PAGES = [path for pair in PAIRS.values() for path in pair]
CODE = re.compile(r"`([^`]+)`")
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^):#]+)\)")


def outline(path: Path) -> list[tuple[str, list[str], list[list[str]], set[str]]]:
    """Tell of each section what no language changes: its level, blocks of code, code in each row, and all its code."""
    sections = []
    for section in re.split(r"^(?=#+ )", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        prose = " ".join(BLOCK.sub("", section).split())
        rows = [sorted(CODE.findall(line)) for line in section.splitlines() if line.startswith("|")]
        sections.append((section.partition(" ")[0], BLOCK.findall(section), rows, set(CODE.findall(prose))))
    return sections


@pytest.mark.parametrize("name", PAIRS)
def test_both_languages_have_the_same_sections_with_the_same_code(name: str) -> None:
    english, chinese = map(outline, PAIRS[name])
    assert len(english) == len(chinese)
    for here, there in zip(english, chinese, strict=True):
        assert here == there


@pytest.mark.parametrize("name", PAIRS)
def test_chinese_page_has_its_own_punctuation(name: str) -> None:
    prose = CODE.sub("", BLOCK.sub("", PAIRS[name][1].read_text("utf-8")))
    assert re.findall(r".*[\u4e00-\u9fff][,;:?!].*|.*[,;:?!][\u4e00-\u9fff].*", prose) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_a_page_lead_to_files(page: Path) -> None:
    prose = BLOCK.sub("", page.read_text("utf-8"))
    assert [target for target in LINK.findall(prose) if not (page.parent / target).is_file()] == []


def test_readme_leads_to_every_page() -> None:
    for readme, lang in zip(PAIRS["README"], ("en", "zh-CN"), strict=True):
        targets = LINK.findall(readme.read_text("utf-8"))
        assert [topic for topic in TOPICS if f"callcenter/manual/{lang}/{topic}.md" not in targets] == []


@pytest.mark.parametrize("lang", locale.LANGUAGES)
def test_every_page_is_a_topic_with_a_title(lang: locale.Language) -> None:
    assert {path.stem for path in page_of("", lang).parent.iterdir()} == set(TOPICS)
    assert [topic for topic in TOPICS if not page_of(topic, lang).read_text("utf-8").startswith("# ")] == []
    assert len({manual.title(topic, lang) for topic in TOPICS}) == len(TOPICS)


def test_every_page_is_in_the_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    shipped = set(zipfile.ZipFile(wheel).namelist())
    assert [page for topic in TOPICS for page in PAIRS[topic] if str(page.relative_to(ROOT)) not in shipped] == []


@pytest.mark.parametrize("lang", locale.LANGUAGES)
def test_help_of_every_page_leads_to_a_place_in_the_manual(lang: locale.Language) -> None:
    router = (ROOT / "callcenter/web/ui/src/router.ts").read_text("utf-8")
    helps = re.findall(r'help: "([\w-]+)(?:#([\w-]+))?"', router)
    assert len(helps) >= router.count("meta: {") - router.count("anybodys: true") - 1  # signing in has none
    lost = [(topic, place) for topic, place in helps if place and f"<!-- #{place} -->" not in _page(topic, lang)]
    assert lost == []


def _page(topic: str, lang: locale.Language) -> str:
    return manual.page_with_places(topic, lang)
