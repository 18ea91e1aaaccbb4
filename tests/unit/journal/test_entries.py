from __future__ import annotations

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.journal.entries import Entry, EntryKind, seal

ENTRY = Entry(EntryKind.FRAME, "events", 1_700_000_000_000_000, b"Event: Hangup\r\n\r\n")

entries = st.builds(
    Entry,
    kind=st.integers(0, 255),
    source=st.text(max_size=8),
    recorded_at=st.integers(-(2**63), 2**63 - 1),
    payload=st.binary(max_size=32),
)


def test_a_seal_is_the_hash_of_the_one_before_and_every_field() -> None:
    fixed = (
        (7).to_bytes(8, "little") + b"\x01" + (1_700_000_000_000_000).to_bytes(8, "little") + (6).to_bytes(4, "little")
    )
    expected = hashlib.sha256(b"before" + fixed + b"events" + ENTRY.payload).digest()

    assert seal(b"before", 7, ENTRY) == expected


@pytest.mark.parametrize(
    "changed",
    [{"kind": EntryKind.EVENT}, {"source": "control"}, {"recorded_at": 1}, {"payload": b"Event: Hangup\r\n\n\r"}],
    ids=lambda change: next(iter(change)),
)
def test_a_change_of_any_field_changes_the_seal(changed: dict[str, object]) -> None:
    assert seal(b"", 1, msgspec.structs.replace(ENTRY, **changed)) != seal(b"", 1, ENTRY)


def test_the_same_entry_elsewhere_in_the_chain_has_another_seal() -> None:
    assert len({seal(b"", 1, ENTRY), seal(b"", 2, ENTRY), seal(b"x" * 32, 1, ENTRY)}) == 3


@given(entries, entries)
def test_two_different_entries_never_share_a_seal(one: Entry, other: Entry) -> None:
    assert (seal(b"", 1, one) == seal(b"", 1, other)) == (one == other)


def test_bytes_cannot_move_from_the_source_to_the_payload() -> None:
    assert seal(b"", 1, Entry(1, "ab", 0, b"c")) != seal(b"", 1, Entry(1, "a", 0, b"bc"))
