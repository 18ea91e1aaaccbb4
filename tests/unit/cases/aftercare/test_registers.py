"""A register that was signed shows what is other since, and keeps nothing personal."""

from __future__ import annotations

from typing import Any

from callcenter.cases.aftercare.registers import (
    CallerNote,
    RegisterRow,
    SinceSigned,
    changes_since,
    register_hash,
    signed_rows,
)

NOTE = CallerNote(id="n1", words="asked for an invoice", callback_to=None, callback_by=None, given_by="alice")


def row(uniqueid: str, **other: Any) -> RegisterRow:
    told: dict[str, Any] = {"queue": "support", "caller": "13800138000", "answered_at": 5, "ended_at": 9, "notes": ()}
    return RegisterRow(uniqueid=uniqueid, **told | other)


def test_rows_that_are_as_they_were_are_the_same() -> None:
    rows = [row("1.1"), row("1.2", notes=(NOTE,))]

    changes = changes_since(signed_rows(rows), rows)

    assert (set(changes.rows.values()), changes.gone) == ({SinceSigned.SAME}, ())


def test_later_calls_notes_and_losses_show() -> None:
    signed = signed_rows([row("1.1"), row("1.2", ended_at=None), row("1.3")])

    changes = changes_since(signed, [row("1.1", notes=(NOTE,)), row("1.2"), row("1.4")])

    assert changes.rows == {"1.1": SinceSigned.CHANGED, "1.2": SinceSigned.CHANGED, "1.4": SinceSigned.ADDED}
    assert changes.gone == ("1.3",)


def test_hash_says_nothing_of_who_called() -> None:
    assert row("1.1").hash == row("1.1", caller=None).hash != row("1.2").hash


def test_whole_register_has_one_hash() -> None:
    rows = signed_rows([row("1.1"), row("1.2")])

    assert register_hash(rows) == register_hash(signed_rows([row("1.1"), row("1.2")])) != register_hash(rows[:1])
