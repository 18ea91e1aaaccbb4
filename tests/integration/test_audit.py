"""The audit log in a real database: every tampering is found, and named by its entry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.errors import BadSetting, UnreadableFile
from callcenter.store import DecisionStore
from callcenter.store.audit import (
    START,
    AuditDamaged,
    Audited,
    SignedHead,
    append_head,
    page,
    read_heads,
    read_key,
    seal,
    sign,
    verify,
)
from callcenter.web.heads import sign_heads
from callcenter.web.settings import WebSettings
from tests.integration.office import opened, settings_of
from tests.support.databases import DATABASES

pytestmark = pytest.mark.usefixtures("database")

KEY = b"0123456789abcdef0123456789abcdef"
TOLD = [
    Audited(at=n, actor="sun", action="confirm", kind="violation", subject=str(n), detail={"n": n}) for n in range(6)
]

Filled = tuple[str, tuple[str | int, ...]]
"""A statement and what fills its gaps."""


@pytest.fixture
async def decisions(tmp_path: Path) -> AsyncIterator[DecisionStore]:
    async with opened(tmp_path) as decisions:
        for told in TOLD:
            async with decisions.writing() as unit:
                await unit.note(told)
        yield decisions


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    return tmp_path / "heads.jsonl"


async def sign_now(decisions: DecisionStore, heads: Path) -> None:
    async with decisions.reading() as connection:
        await asyncio.to_thread(append_head, heads, await sign(connection, KEY, 9))


async def verified(decisions: DecisionStore, heads: Path | None = None) -> int:
    signed = [] if heads is None else await asyncio.to_thread(read_heads, heads, KEY)
    async with decisions.writing() as unit:
        return await verify(unit.connection, signed)


def tamper(folder: Path, *statements: str | Filled) -> None:
    for one in statements:
        statement, values = (one, ()) if isinstance(one, str) else one
        DATABASES.sql(settings_of(folder), statement, *values)


def rewritten(upto: int) -> list[Filled]:
    """Forge the whole log: another actor, every hash made anew, the head with them."""
    sealed = START
    statements: list[Filled] = []
    for seq, told in enumerate(TOLD[:upto], 1):
        forged = Audited(
            at=told.at, actor="li", action="confirm", kind="violation", subject=told.subject, detail=told.detail
        )
        sealed = seal(sealed, seq, forged)
        statements.append(("UPDATE audit SET actor = 'li', hash = ? WHERE seq = ?", (sealed, seq)))
    return [*statements, ("UPDATE audit_head SET hash = ?, seq = ?", (sealed, upto))]


async def test_untouched_log_is_what_was_written(decisions: DecisionStore, heads: Path) -> None:
    await sign_now(decisions, heads)
    assert await verified(decisions, heads) == 6
    async with decisions.reading() as connection:
        assert [entry.told for entry in await page(connection, 0, 10)] == TOLD


async def test_log_of_a_new_database_is_sound(tmp_path: Path) -> None:
    async with opened(tmp_path) as decisions:
        assert await verified(decisions) == 0


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE audit SET actor = 'li' WHERE seq = 3", 3),
        ("UPDATE audit SET at = at + 1 WHERE seq = 4", 4),
        ("UPDATE audit SET action = 'overturn' WHERE seq = 1", 1),
        ("UPDATE audit SET kind = 'account' WHERE seq = 1", 1),
        ("UPDATE audit SET subject = 'x' WHERE seq = 6", 6),
        ("UPDATE audit SET detail = '{\"n\":9}' WHERE seq = 5", 5),
        ("UPDATE audit SET detail = 'no JSON' WHERE seq = 5", 5),
        ("UPDATE audit SET hash = upper(hash) WHERE seq = 2", 2),
        ("UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 1) WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 2", 2),
    ],
)
async def test_entry_that_was_changed_is_named(
    decisions: DecisionStore, tmp_path: Path, statement: str, entry: int
) -> None:
    await asyncio.to_thread(tamper, tmp_path, statement)
    with pytest.raises(AuditDamaged, match=f"audit entry {entry} "):
        await verified(decisions)


async def test_entries_cut_off_at_the_end_are_missed(decisions: DecisionStore, tmp_path: Path) -> None:
    await asyncio.to_thread(tamper, tmp_path, "DELETE FROM audit WHERE seq > 4")
    with pytest.raises(AuditDamaged, match="ends at entry 4, but 6 were written"):
        await verified(decisions)


async def test_log_rewritten_as_a_whole_meets_the_signed_head(
    decisions: DecisionStore, heads: Path, tmp_path: Path
) -> None:
    await sign_now(decisions, heads)
    await asyncio.to_thread(tamper, tmp_path, *rewritten(6))
    assert await verified(decisions) == 6  # without the head nobody could tell
    with pytest.raises(AuditDamaged, match="entry 6 is not the one whose hash was signed"):
        await verified(decisions, heads)


async def test_log_cut_short_with_its_head_meets_the_signed_head(
    decisions: DecisionStore, heads: Path, tmp_path: Path
) -> None:
    await sign_now(decisions, heads)
    await asyncio.to_thread(tamper, tmp_path, "DELETE FROM audit WHERE seq > 2", *rewritten(2))
    with pytest.raises(AuditDamaged):
        await verified(decisions, heads)


async def test_log_grows_on_after_a_head_was_signed(decisions: DecisionStore, heads: Path) -> None:
    await sign_now(decisions, heads)
    async with decisions.writing() as unit:
        await unit.note(TOLD[0])
    await sign_now(decisions, heads)
    assert await verified(decisions, heads) == 7


async def test_head_of_an_empty_log_agrees_with_whatever_follows(tmp_path: Path, heads: Path) -> None:
    async with opened(tmp_path) as decisions:
        await sign_now(decisions, heads)
        async with decisions.writing() as unit:
            await unit.note(TOLD[0])
        assert await verified(decisions, heads) == 1


async def test_two_heads_of_one_entry_that_differ_tell_of_a_log_rewritten_between_them(
    decisions: DecisionStore, heads: Path, tmp_path: Path
) -> None:
    await sign_now(decisions, heads)
    await asyncio.to_thread(tamper, tmp_path, *rewritten(6))
    await sign_now(decisions, heads)
    with pytest.raises(AuditDamaged, match="entry 6 is not the one whose hash was signed"):
        await verified(decisions, heads)


async def test_head_that_was_forged_is_refused(decisions: DecisionStore, heads: Path) -> None:
    await asyncio.to_thread(append_head, heads, SignedHead(seq=6, hash="0" * 64, at=1, mac="0" * 64))
    with pytest.raises(AuditDamaged, match="not signed with this key"):
        await verified(decisions, heads)


async def test_head_says_by_which_algorithms_and_one_of_before_means_the_same(
    decisions: DecisionStore, heads: Path
) -> None:
    await sign_now(decisions, heads)
    written = await asyncio.to_thread(heads.read_text)
    named = ',"hashed_by":"sha256","signed_by":"hmac-sha256"'
    assert written.count(named) == 1
    told = read_heads(heads, KEY)
    await asyncio.to_thread(heads.write_text, written.replace(named, ""))
    assert read_heads(heads, KEY) == told
    await asyncio.to_thread(heads.write_text, written.replace('"sha256"', '"sha3"'))
    with pytest.raises(UnreadableFile, match="sha3"):
        read_heads(heads, KEY)


async def test_head_that_was_not_made_is_said_to_be_unreadable(heads: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_heads(heads, KEY)
    await asyncio.to_thread(heads.write_text, "no head\n")
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_heads(heads, KEY)


async def test_heads_are_signed_hourly_and_a_full_disk_only_delays_them(
    decisions: DecisionStore, tmp_path: Path
) -> None:
    heads, done = tmp_path / "elsewhere" / "heads.jsonl", asyncio.Event()
    moments = iter([1, 2, 3, 4, 5])

    def clock() -> int:
        now = next(moments)
        {3: heads.parent.mkdir, 5: done.set}.get(now, int)()  # the directory comes late
        return now

    signing = asyncio.create_task(sign_heads(decisions, KEY, WebSettings(audit_heads=heads), clock, every=0.001))
    await done.wait()
    signing.cancel()
    await asyncio.wait([signing])
    signed = await asyncio.to_thread(read_heads, heads, KEY)
    assert [head.at for head in signed][:2] == [3, 4]
    assert await verified(decisions, heads) == 6


def test_key_that_is_none_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "key"
    with pytest.raises(BadSetting, match="cannot be read"):
        read_key(key)
    key.write_bytes(b"short\n")
    with pytest.raises(BadSetting, match="openssl rand"):
        read_key(key)


async def test_transaction_that_fails_leaves_no_entry(decisions: DecisionStore) -> None:
    async def fail() -> None:
        async with decisions.writing() as unit:
            await unit.note(TOLD[0])
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await verified(decisions) == 6


async def test_fifty_writers_at_once_make_one_chain(decisions: DecisionStore) -> None:
    async def write(told: Audited) -> None:
        async with decisions.writing() as unit:
            await unit.note(told)

    await asyncio.gather(*(write(told) for told in TOLD * 8))
    assert await verified(decisions) == 54
