"""A case's lines say in the end what its customer was promised."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from callcenter.cases.aftercare.remedies import PromisedRemedy, RemedyLine, promised, sums
from callcenter.cases.complaints.vocabulary import Move

VOUCHER = {"kind": "voucher", "amount": "20.50", "quantity": 2}
RETURN = {"kind": "return", "amount": "unknown"}


def lines(*told: tuple[Move, dict[str, Any]]) -> list[RemedyLine]:
    return [RemedyLine(at, f"{move.value}r", move, fields) for at, (move, fields) in enumerate(told)]


PROPOSED = (Move.PROPOSE, {"remedies": [VOUCHER, RETURN]})
APPROVED: tuple[Move, dict[str, Any]] = (Move.APPROVE, {})


def test_what_was_approved_is_promised() -> None:
    assert promised(lines(PROPOSED, APPROVED)) == [
        PromisedRemedy(
            kind="voucher",
            amount=Decimal("20.50"),
            quantity="2",
            proposed_by="proposer",
            approved_by="approver",
            approved_at=1,
        ),
        PromisedRemedy(
            kind="return", amount=None, quantity=None, proposed_by="proposer", approved_by="approver", approved_at=1
        ),
    ]


@pytest.mark.parametrize(
    "after",
    [(Move.REJECT, {}), (Move.DECLINE, {}), (Move.REOPEN, {}), (Move.REVIEW, {"outcome": "changed"}), PROPOSED],
)
def test_nothing_is_promised_once_the_proposal_is_void(after: tuple[Move, dict[str, Any]]) -> None:
    assert promised(lines(PROPOSED, APPROVED, after)) == []
    assert promised(lines(APPROVED)) == []


def test_review_that_keeps_the_decision_keeps_the_promise() -> None:
    assert len(promised(lines(PROPOSED, APPROVED, (Move.REVIEW, {"outcome": "kept"})))) == 2


def test_accounting_says_yes_or_why_not() -> None:
    checked = promised(lines(PROPOSED, APPROVED, (Move.CHECK, {"ok": False, "reason": "one too many"})))

    assert {(one.checked, one.checked_by, one.remark) for one in checked} == {(False, "checkr", "one too many")}


def test_kinds_are_added_up_and_what_is_not_known_stands_apart() -> None:
    found = sums(
        [
            *promised(lines(PROPOSED, APPROVED, (Move.CHECK, {"ok": False}))),
            *promised(lines((Move.PROPOSE, {"remedies": [VOUCHER]}), APPROVED)),
        ]
    )

    voucher, back = found["voucher"], found["return"]
    assert (voucher.count, voucher.amount, voucher.unchecked, voucher.faulty) == (2, Decimal("41.00"), 1, 1)
    assert (back.count, back.amount, back.unknown) == (1, Decimal(0), 1)
