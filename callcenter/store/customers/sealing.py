"""Personal values in what is only ever added to are sealed under a key per number; without the key they are gone.

Each number has a data key (AES-SIV: the same value gives the same token, so that a record derived again is the same),
wrapped by the newest master key (AES-GCM). The master keys stand in a file that the database does not hold, the newest
first, each a line of its name and the key in hex.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.credentials import others_may_read
from callcenter.domain.frame import Micros
from callcenter.errors import BadSetting
from callcenter.ownfiles import open_private
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.sealed import GONE, tokens_in, with_opened, with_sealed
from callcenter.store.customers.guarded_tables import NumberKeyRow
from callcenter.store.tables import AuthenticatorRow
from callcenter.store.unit_of_work import UnitOfWork

_NONCE = 12
_BITS = 256


class MasterKeys:
    """The master keys by name, the newest first."""

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        self.keys = tuple(keys)
        self._by_name = dict(keys)

    @classmethod
    def new(cls) -> Self:
        """Make a first master key."""
        return cls([_made()])

    def next(self) -> Self:
        """Put a new master key before the others."""
        return type(self)([_made(), *self.keys])

    def newest(self) -> Self:
        """Leave out all but the newest."""
        return type(self)(self.keys[:1])

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the master keys of a file.

        Raises:
            BadSetting: It cannot be read, is open to others, or is none.
        """
        try:
            if others_may_read(path):
                raise BadSetting(f"the master keys {path} can be read by others: run chmod 600 {path}")
            lines = path.read_text("ascii").split("\n")
            parted = [line.split() for line in lines if line.strip()]
            keys = [(name, bytes.fromhex(key)) for name, key in parted]
        except OSError as error:
            raise BadSetting(f"the master keys {path} cannot be read: {error.strerror or error}") from error
        except ValueError as error:
            raise BadSetting(f"{path} holds no master keys; take it from a backup") from error
        if not keys or any(len(key) * 8 != _BITS for _, key in keys):
            raise BadSetting(f"{path} holds no master keys; take it from a backup")
        return cls(keys)

    def write(self, path: Path) -> None:
        """Write the master keys to a file that only its owner may read; there is always the old one or the new one.

        Raises:
            OSError: It cannot be written.
        """
        beside = path.with_name(f"{path.name}.new")
        beside.unlink(missing_ok=True)
        with open_private(beside, "x", encoding="ascii") as file:
            file.write("".join(f"{name} {key.hex()}\n" for name, key in self.keys))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def wrap(self, owner: str, key: bytes) -> dict[str, Any]:
        """Wrap a key by the newest master key, for nothing but what `owner` names."""
        name, master = self.keys[0]
        nonce = secrets.token_bytes(_NONCE)
        return {"wrapped": nonce + AESGCM(master).encrypt(nonce, key, owner.encode()), "master": name}

    def unwrap(self, owner: str, row: Any) -> bytes:
        """Unwrap a row's key.

        Raises:
            BadSetting: Its master key is not in the file, or not the one of then.
        """
        try:
            return AESGCM(self._by_name[row.master]).decrypt(row.wrapped[:_NONCE], row.wrapped[_NONCE:], owner.encode())
        except (KeyError, InvalidTag) as error:
            raise BadSetting(
                f"the master key {row.master} is not in the file that privacy.key_file names; take it from a backup"
            ) from error


async def sealed(unit: UnitOfWork, masters: MasterKeys, dossier: Dossier, number: str, at: Micros) -> Dossier:
    """Seal what a record holds of a caller under the key of the number, made now if there is none."""
    row = (await unit.execute(select(NumberKeyRow).where(NumberKeyRow.number == number))).one_or_none()
    if row is None:
        name, key = secrets.token_hex(16), AESSIV.generate_key(512)
        wrapped = masters.wrap(name, key)
        await unit.execute(insert(NumberKeyRow).values(id=name, number=number, made_at=at, **wrapped))
    else:
        name, key = row.id, masters.unwrap(row.id, row)
    cipher = AESSIV(key)

    def seal(value: str) -> str:
        return f"sealed:{name}:{base64.urlsafe_b64encode(cipher.encrypt(value.encode(), [name.encode()])).decode()}"

    return with_sealed(dossier, seal)


async def opened(
    connection: AsyncConnection, read_masters: Callable[[], MasterKeys | None], dossier: Dossier
) -> Dossier:
    """Open what a record holds of a caller; what has no key any more is gone.

    Raises:
        BadSetting: The master keys cannot be read, or one is missing.
    """
    tokens = tokens_in(dossier)
    if not tokens:
        return dossier
    names = {_key_of(token) for token in tokens}
    rows = (await connection.execute(select(NumberKeyRow).where(NumberKeyRow.id.in_(names)))).all()
    masters = read_masters()
    keys = {} if masters is None else {row.id: AESSIV(masters.unwrap(row.id, row)) for row in rows}
    return with_opened(dossier, _opener(keys))


async def has_keys(connection: AsyncConnection, tokens: Iterable[str]) -> bool:
    """Tell whether the keys of all of some tokens are there."""
    names = {_key_of(token) for token in tokens}
    return len([*await connection.scalars(select(NumberKeyRow.id).where(NumberKeyRow.id.in_(names)))]) == len(names)


async def drop_keys(unit: UnitOfWork, numbers: Collection[str]) -> int:
    """Delete the keys of some numbers: what they sealed is gone; returns how many there were."""
    return int((await unit.execute(delete(NumberKeyRow).where(NumberKeyRow.number.in_(numbers)))).rowcount)


async def rewrap(unit: UnitOfWork, masters: MasterKeys) -> int:
    """Wrap every data key by the newest master key; returns how many.

    Raises:
        BadSetting: A master key is missing.
    """
    rows = (await unit.execute(select(NumberKeyRow).where(NumberKeyRow.master != masters.keys[0][0]))).all()
    for row in rows:
        wrapped = masters.wrap(row.id, masters.unwrap(row.id, row))
        await unit.execute(update(NumberKeyRow).where(NumberKeyRow.id == row.id).values(**wrapped))
    return len(rows)


async def require_masters(connection: AsyncConnection, masters: MasterKeys | None) -> None:
    """Pass if every master key that is in use is there.

    Raises:
        BadSetting: One is not.
    """
    used = {
        name
        for kept in (NumberKeyRow.master, AuthenticatorRow.master)
        for name in await connection.scalars(select(kept).distinct())
    }
    missing = sorted(used - {name for name, _ in (masters.keys if masters is not None else ())})
    if missing:
        raise BadSetting(
            f"numbers or authenticators are sealed under the master key {missing[0]}: name its file as "
            "privacy.key_file, or take it from a backup"
        )


def _opener(keys: dict[str, AESSIV]) -> Callable[[str], str]:
    def value_of(token: str) -> str:
        name = _key_of(token)
        if name not in keys:
            return GONE
        try:
            return keys[name].decrypt(base64.urlsafe_b64decode(token.rpartition(":")[2]), [name.encode()]).decode()
        except (InvalidTag, ValueError):
            return GONE

    return value_of


def _key_of(token: str) -> str:
    return token.split(":")[1]


def _made() -> tuple[str, bytes]:
    return secrets.token_hex(8), AESGCM.generate_key(_BITS)
