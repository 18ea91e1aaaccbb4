"""What the audit log says to people: codes in words, and words that are typed back into codes."""

from __future__ import annotations

import pytest

from callcenter.cases.complaints.vocabulary import Move
from callcenter.cases.enquiries import EnquiryStep
from callcenter.locale import LANGUAGES, Language, Words
from callcenter.rules.records.steps import Action
from callcenter.web.api.audit_words import ACTIONS, DETAILS, KINDS, besides, code_of, said_of

STEPS = [step.value for kind in (Move, EnquiryStep, Action) for step in kind]


@pytest.mark.parametrize("step", STEPS)
def test_every_step_of_a_case_an_enquiry_and_a_record_has_a_word(step: str) -> None:
    assert step in ACTIONS.table("en")


def test_a_department_s_look_at_its_notice_has_a_word() -> None:
    assert said_of(ACTIONS, "look", "zh-CN") == "打开查看"
    assert besides({"case": "ab", "rows": [1, 2]}, "zh-CN") == f"工单: ab · {said_of(DETAILS, 'rows', 'zh-CN')}: [1, 2]"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", [ACTIONS, KINDS])
def test_word_that_is_typed_means_one_code(words: Words[str], language: Language) -> None:
    assert [code_of(words, said) for said in words.table(language).values()] == list(words)


def test_code_without_a_word_stands_and_is_sought_as_it_is() -> None:
    assert said_of(KINDS, "of_tomorrow", "zh-CN") == "of_tomorrow"
    assert code_of(KINDS, "of_tomorrow") == "of_tomorrow"
    assert code_of(KINDS, None) is None


def test_details_are_named_down_to_what_is_nested_and_nothing_is_said_of_nothing() -> None:
    detail = {"of": "retention", "content": {"days": {"store.outbox_days": 30}}, "why": None, "left": ["a", "b"]}
    assert besides(detail, "en") == (
        "of: retention · content / days / what is to leave, days kept: 30 · left as it is: a, b"
    )


def test_long_details_are_cut() -> None:
    assert besides({"why": "x" * 500}, "en") == f"why: {'x' * 395}…"
