from __future__ import annotations

import msgspec
import pytest

from callcenter.journal.entries import Entry, Head, Stored, seal
from callcenter.journal.reader import Damage, _follow, _wrong_end

START = Head(0, b"")


def chain(count: int) -> list[Stored]:
    entries: list[Stored] = []
    digest = START.hash
    for position in range(1, count + 1):
        entry = Entry(1, "events", position, b"frame %d" % position)
        digest = seal(digest, position, entry)
        entries.append(Stored(position, entry.kind, entry.source, entry.recorded_at, entry.payload, digest))
    return entries


def test_a_sound_page_is_given_whole() -> None:
    assert _follow(START, chain(5)) == (chain(5), None)


def test_a_removed_entry_is_missing_and_what_came_before_is_sound() -> None:
    page = chain(5)
    del page[2]

    assert _follow(START, page) == (chain(2), Damage(3, "it is missing"))


def test_a_removed_first_entry_is_missing() -> None:
    assert _follow(START, chain(5)[1:]) == ([], Damage(1, "it is missing"))


@pytest.mark.parametrize(
    "change",
    [
        {"payload": b"frame Three"},
        {"source": "control"},
        {"kind": 2},
        {"recorded_at": 4},
        {"hash": b"\0" * 32},
        {"payload": "text where bytes belong"},
        {"source": None},
        {"kind": 2**40},
        {"kind": "one"},
    ],
    ids=repr,
)
def test_a_changed_value_of_any_type_is_found_at_its_entry(change: dict[str, object]) -> None:
    page = chain(5)
    page[2] = msgspec.structs.replace(page[2], **change)

    sound, damage = _follow(START, page)

    assert sound == chain(2)
    assert damage == Damage(3, "its bytes are not those that were recorded")


def test_two_entries_that_changed_places_are_found() -> None:
    page = chain(4)
    page[1], page[2] = (
        msgspec.structs.replace(page[2], position=2),
        msgspec.structs.replace(page[1], position=3),
    )

    assert _follow(START, page)[1] == Damage(2, "its bytes are not those that were recorded")


def test_a_lost_end_is_missing_at_its_first_entry() -> None:
    assert _wrong_end(Head(3, b"c"), Head(5, b"e")) == Damage(4, "it is missing")


def test_an_end_that_is_not_the_recorded_one_is_named() -> None:
    assert _wrong_end(Head(5, b"x"), Head(5, b"e")).position == 5
