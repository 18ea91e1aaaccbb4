"""A rulebook as a file: what cannot be read, or is none, is refused in a sentence that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.errors import BadInput, UnreadableFile
from callcenter.files.rulebook import load_rulebook, parse_rulebook, written
from callcenter.rules.regulations.rulebook import rulebook_of

OWN = 'based_on: packaged\neditions: [{version: "1", from: 2026-01-01, figures: {rings: 4}}]\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rulebook.yaml"


def test_packaged_rulebook_days_begin_in_the_sites_zone() -> None:
    assert (load_rulebook(None, "Europe/Berlin").timezone, load_rulebook().timezone) == (
        "Europe/Berlin",
        "Asia/Shanghai",
    )


def test_own_rulebook_that_is_written_whole_leans_on_nothing(path: Path) -> None:
    path.write_text(OWN)
    plain = written(path)
    assert ("based_on" in plain, plain["editions"][0]["figures"]["service_threshold_seconds"]) == (False, 20)
    assert rulebook_of(plain) == load_rulebook(path)
    assert load_rulebook(path).editions[0].figures.rings == 4


def test_what_is_wrong_is_said_with_the_files_name(path: Path) -> None:
    path.write_text("timezone: Europe/Berlin\n" + OWN)
    with pytest.raises(BadInput) as refused:
        load_rulebook(path, "Asia/Shanghai")
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("editions: [", "is not YAML"),
        ("just words", "is not a rulebook"),
        ("a: &a [*a]", "unknown key 'a'"),
        ("editions: " + "[" * 5000, "is not YAML"),
        ("#" * 4_000_001, "too long"),
        ("a: b: c", "is not YAML"),
    ],
)
def test_file_that_is_no_rulebook_is_refused_in_a_sentence(path: Path, text: str, sentence: str) -> None:
    path.write_text(text)
    with pytest.raises(BadInput, match=sentence):
        load_rulebook(path)


def test_file_that_is_not_there_or_no_text_is_unreadable(path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        load_rulebook(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UnreadableFile, match="cannot be read"):
        load_rulebook(path)


def test_unsound_rulebook_can_still_be_read_to_say_what_is_wrong(path: Path) -> None:
    path.write_text(OWN.replace("rings: 4", "rings: 0"))
    assert parse_rulebook(path).editions[0].figures.rings == 0
