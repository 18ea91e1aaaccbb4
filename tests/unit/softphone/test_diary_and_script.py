"""What a phone is told to do and what it remembers of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from callcenter.cli.lab.phone import told
from callcenter.errors import PhoneError
from callcenter.softphone import DiaryEntry, Did, PhoneScript, PhoneSettings, ScriptAct, ScriptStep
from callcenter.softphone.diary import KEPT, PhoneDiary, inert
from callcenter.untrusted import acts


@given(st.text())
def test_inert_text_has_nothing_that_a_terminal_obeys(text: str) -> None:
    assert not any(map(acts, inert(text)))
    assert len(inert(text)) <= 80 * len("\\u10ffff")


def test_chinese_names_stay_readable() -> None:
    assert inert("王小明 13800138000") == "王小明 13800138000"


def test_diary_keeps_a_bounded_past_in_order() -> None:
    diary = PhoneDiary()
    for ring in range(KEPT + 5):
        diary.write(DiaryEntry(diary.now(), Did.RANG, ring=ring))
    kept = diary.read()
    assert len(kept) == KEPT
    assert kept[0].ring == 5
    assert [entry.at for entry in kept] == sorted(entry.at for entry in kept)


def test_waiting_in_vain_is_one_sentence() -> None:
    with pytest.raises(PhoneError, match=r"^nothing like 'answered' happened on the phone within 0 s$"):
        PhoneDiary().wait(Did.ANSWERED, 0)


def test_script_is_built_step_by_step() -> None:
    script = PhoneScript().ringing(ScriptAct.ANSWER, 7.0).talking(ScriptAct.TRANSFER, 3.0, "1002")
    assert script.steps == (
        ScriptStep(act=ScriptAct.ANSWER, after=7.0, since="ring"),
        ScriptStep(act=ScriptAct.TRANSFER, after=3.0, since="answer", to="1002"),
    )


@pytest.mark.parametrize(
    "step",
    [
        {"act": "transfer", "after": 1, "since": "answer"},
        {"act": "hold", "after": 1, "since": "answer", "to": "1002"},
        {"act": "transfer", "after": 1, "since": "answer", "to": "1 2"},
        {"act": "answer", "after": -1, "since": "ring"},
        {"act": "answer", "after": 1, "since": "tomorrow"},
        {"act": "answer", "after": 1, "since": "ring", "loudly": True},
    ],
)
def test_step_that_means_nothing_is_refused(step: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ScriptStep.model_validate(step)


@pytest.mark.parametrize(
    "wrong",
    [{"extension": "10 01"}, {"server": "a b"}, {"port": 0}, {"rtp_low": 3000, "rtp_high": 2000}, {"colour": "red"}],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PhoneSettings.model_validate({"server": "pbx.example", "extension": "1001", "secret": "s"} | wrong)


def test_secret_is_not_shown() -> None:
    settings = PhoneSettings.model_validate({"server": "a", "extension": "1", "secret": "hunter2"})
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize("did", Did)
def test_everything_that_can_happen_has_words_in_both_languages(did: Did) -> None:
    entry = DiaryEntry(0, did, number="138{ring}", name="{detail}", ring=2, detail="{party}")
    assert told(entry, "en") != told(entry, "zh-CN")
    assert "{number}" not in told(entry, "en")
