"""The score's terms: what a change may say, and what it may not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from callcenter.errors import BadInput
from callcenter.rules.scores.score_lines import ScoreTerms
from callcenter.rules.scores.score_terms import TermsFrom, read_terms

LEAST = {"from": "2026-11", "base": "100"}
PAID = {"money": True, "least_yuan": "-200", "most_yuan": "200.50"}


def test_base_alone_leaves_the_rest_as_the_regulations_have_it() -> None:
    assert read_terms(LEAST) == TermsFrom((2026, 11), ScoreTerms(base=Decimal(100)))


def test_every_figure_can_be_said() -> None:
    figures: dict[str, Any] = {
        "most": "120",
        "assessment": "70",
        "adjustment": "3",
        "proposal": "4",
        "best": "2.5",
        "contract_line": "50",
        "warning_line": "65",
        "yuan_a_point": "12",
        "around": "75",
        **PAID,
    }
    terms = read_terms(LEAST | figures).terms
    assert {name: getattr(terms, name) for name in figures} == {
        name: value if isinstance(value, bool) else Decimal(value) for name, value in figures.items()
    }


@pytest.mark.parametrize("unsaid", [None, "no figure"])
def test_figure_that_there_is_not_is_said_to_be_none(unsaid: str | None) -> None:
    assert read_terms(LEAST | {"best": unsaid, "warning_line": unsaid}).terms == ScoreTerms(base=Decimal(100))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"base": "100"}, "do not say 'from'"),
        ({"from": "2026-11"}, "do not say 'base'"),
        (LEAST | {"from": "2026-13"}, "not a month like 2026-11"),
        (LEAST | {"from": 202611}, "not a month like 2026-11"),
        (LEAST | {"basis": "100"}, "unknown key 'basis'; known are from, base, most"),
        (LEAST | {"base": 100}, 'base must be a number written as text, like "10"'),
        (LEAST | {"base": "1e2"}, "base must be a number"),
        (LEAST | {"base": "NaN"}, "base must be a number"),
        (LEAST | {"base": "１００"}, "base must be a number"),
        (LEAST | {"base": None}, "base must be a number"),
        (LEAST | {"best": ["2"]}, "best must be a number"),
        (LEAST | {"base": "100.001"}, "base must be a number"),
        (LEAST | {"adjustment": "-1"}, "adjustment must not be below 0"),
        (LEAST | {"base": "79"}, "the base must be from 80"),
        (LEAST | {"base": "111"}, "to 110"),
        (LEAST | {"money": "yes"}, "money must be true or false"),
        (LEAST | {"money": True}, "fill least_yuan and most_yuan"),
        (LEAST | PAID | {"least_yuan": "10"}, "the range of pay must hold 0"),
    ],
)
def test_terms_that_cannot_be_used_are_refused_with_a_sentence(content: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_terms(content)
    assert sentence in str(refused.value)
