"""What callers hear: every prompt of the dialplan stands in the table, and is spoken at the switch's own rate."""

from __future__ import annotations

import re
import wave
from pathlib import Path

import pytest

from callcenter.errors import LabError
from callcenter.lab.render import dialplans_dir
from callcenter.lab.rendering.prompts import ensure_prompts, give

TABLE = [
    line.split("\t")
    for line in (dialplans_dir() / "prompts" / "prompts.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def test_every_prompt_that_the_dialplan_plays_is_in_the_table() -> None:
    dialplan = (dialplans_dir() / "extensions.conf").read_text("utf-8")
    played = set(re.findall(r"\$\{PROMPTS\}/([a-z-]+)(?=[,:)])", dialplan)) | {f"survey-{n}" for n in (1, 2, 3, 4)}
    assert played == {name for name, _, _ in TABLE}


def test_table_has_chinese_beside_pinyin_with_a_tone_for_each_syllable() -> None:
    for name, said, pinyin in TABLE:
        assert re.search(r"[\u4e00-\u9fff]", said), name
        assert re.fullmatch(r"(?:[a-z]+[1-5]|[,.?]| )+", pinyin), name


def test_prompts_are_made_once_and_given_to_each_switch(tmp_path: Path) -> None:
    made = ensure_prompts(tmp_path / "cache")
    assert made is not None
    assert ensure_prompts(tmp_path / "cache") == made
    give(made, tmp_path / "prompts")
    for name, _, _ in TABLE:
        with wave.open(str(tmp_path / "prompts" / f"{name}.wav")) as heard:
            assert (heard.getframerate(), heard.getnchannels(), heard.getsampwidth()) == (8000, 1, 2)
            assert heard.getnframes() > 8000


def test_where_nothing_can_speak_there_are_no_prompts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert ensure_prompts(tmp_path) is None
    give(None, tmp_path / "prompts")
    assert not (tmp_path / "prompts").exists()


def test_prompts_that_cannot_be_made_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a directory should be")
    with pytest.raises(LabError, match="The prompts cannot be made"):
        ensure_prompts(tmp_path / "cache")
