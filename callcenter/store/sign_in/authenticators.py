"""A second factor: an authenticator's six digits, new every 30 seconds (RFC 6238), each good once; and recovery codes.

    none ──begun──▶ shown, asked for by nobody ──its first code──▶ asked for at each sign-in ──removed──▶ none

The secret is wrapped by the newest master key, as numbers' keys are; of recovery codes there are only hashes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import NamedTuple
from urllib.parse import quote

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, insert, select, update

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput, BadSetting
from callcenter.store.conflicts import Conflict
from callcenter.store.customers.sealing import MasterKeys
from callcenter.store.tables import AccountRow, AuthenticatorRow, RecoveryCodeRow
from callcenter.store.unit_of_work import UnitOfWork

_STEP_SECONDS = 30
_DIGITS = 6
_SECRET_BYTES = 20
_BESIDE = 1
"""A code of so many steps before or after is taken too: phones' clocks go wrong by some seconds."""
RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
MOST_CODE = 32


class NewAuthenticator(NamedTuple):
    """What an app needs to be told, which is shown once.

    Attributes:
        secret: To be typed, in base32.
        uri: The same with whose it is, as the app reads it from a picture.
        picture: The picture's dark squares as a path of SVG, one unit a square.
        squares: How many units it is wide and high, the quiet border with it.
    """

    secret: str
    uri: str
    picture: str
    squares: int


async def begin_authenticator(
    unit: UnitOfWork, masters: MasterKeys | None, account: str, at: Micros
) -> NewAuthenticator:
    """Make a secret for an account, in place of one that was begun and never used.

    Raises:
        Conflict: The account has an authenticator, or there is no master key to wrap the secret by.
    """
    if await _since(unit, account) is not None:
        raise Conflict("there is an authenticator already; remove it first")
    if masters is None:
        raise Conflict("an authenticator's secret is kept under a master key: name their file as privacy.key_file")
    secret = secrets.token_bytes(_SECRET_BYTES)
    await forget_authenticator(unit, account)
    wrapped = masters.wrap(_bound(account), secret)
    await unit.execute(insert(AuthenticatorRow).values(account=account, made_at=at, last_step=0, **wrapped))
    return _shown(account, secret)


async def confirm_authenticator(
    unit: UnitOfWork, masters: MasterKeys | None, account: str, code: str, at: Micros
) -> tuple[str, ...]:
    """Let codes be asked for from now on, once the app has shown a right one; gives the recovery codes, once.

    Raises:
        BadInput: The code is wrong.
        Conflict: None was begun, or it is asked for already.
        BadSetting: Its master key is missing.
    """
    if await _since(unit, account) is not None or not await _has_secret(unit, account):
        raise Conflict("no authenticator waits for its first code; begin anew")
    if not await _fits_now(unit, masters, account, code, at):
        raise BadInput("the code is not the one that the app shows now; look at the clocks of phone and service")
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    for one in codes:
        await unit.execute(insert(RecoveryCodeRow).values(account=account, code=_hash(one)))
    await unit.execute(update(AccountRow).where(AccountRow.name == account).values(authenticator_at=at))
    return codes


async def uses_code(unit: UnitOfWork, masters: MasterKeys | None, account: str, code: str, at: Micros) -> bool:
    """Tell whether a code is the app's of now or a recovery code, and let it be good no more.

    Raises:
        BadSetting: The master key of the app's secret is missing.
    """
    if not 0 < len(code) <= MOST_CODE:
        return False
    lost = delete(RecoveryCodeRow).where(RecoveryCodeRow.account == account, RecoveryCodeRow.code == _hash(code))
    return (await unit.execute(lost)).rowcount > 0 or await _fits_now(unit, masters, account, code, at)


async def forget_authenticator(unit: UnitOfWork, account: str) -> None:
    """Let no code be asked for any more."""
    await unit.execute(delete(AuthenticatorRow).where(AuthenticatorRow.account == account))
    await unit.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account == account))
    await unit.execute(update(AccountRow).where(AccountRow.name == account).values(authenticator_at=None))


async def rewrap_authenticators(unit: UnitOfWork, masters: MasterKeys) -> int:
    """Wrap every secret by the newest master key; returns how many.

    Raises:
        BadSetting: A master key is missing.
    """
    rows = (await unit.execute(select(AuthenticatorRow).where(AuthenticatorRow.master != masters.keys[0][0]))).all()
    for row in rows:
        bound = _bound(row.account)
        values = masters.wrap(bound, masters.unwrap(bound, row))
        await unit.execute(update(AuthenticatorRow).where(AuthenticatorRow.account == row.account).values(**values))
    return len(rows)


async def _fits_now(unit: UnitOfWork, masters: MasterKeys | None, account: str, code: str, at: Micros) -> bool:
    row = (await unit.execute(select(AuthenticatorRow).where(AuthenticatorRow.account == account))).one_or_none()
    if row is None:
        return False
    if masters is None:
        raise BadSetting(f"the authenticator of {account} is sealed: name the master keys' file as privacy.key_file")
    sha1 = SHA1()  # noqa: S303  # as every app has it: of an HMAC nobody finds the key by collisions
    totp = TOTP(masters.unwrap(_bound(account), row), _DIGITS, sha1, _STEP_SECONDS)
    now, typed = at // SECOND // _STEP_SECONDS, "".join(code.split()).encode("utf-8", "replace")
    for step in range(now - _BESIDE, now + _BESIDE + 1):
        if hmac.compare_digest(totp.generate(step * _STEP_SECONDS), typed):
            unused = update(AuthenticatorRow).where(
                AuthenticatorRow.account == account, AuthenticatorRow.last_step < step
            )
            used: int = (await unit.execute(unused.values(last_step=step))).rowcount
            return used > 0  # of two at once one has it
    return False


async def _since(unit: UnitOfWork, account: str) -> Micros | None:
    found: Micros | None = await unit.connection.scalar(
        select(AccountRow.authenticator_at).where(AccountRow.name == account)
    )
    return found


async def _has_secret(unit: UnitOfWork, account: str) -> bool:
    row = select(AuthenticatorRow.account).where(AuthenticatorRow.account == account)
    return await unit.connection.scalar(row) is not None


def _shown(account: str, secret: bytes) -> NewAuthenticator:
    typed = base64.b32encode(secret).decode()
    uri = f"otpauth://totp/callcenter:{quote(account)}?secret={typed}&issuer=callcenter"
    squares = [[bool(dark) for dark in row] for row in segno.make(uri, error="m", micro=False).matrix_iter(border=4)]
    picture = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(squares) for x, dark in enumerate(row) if dark)
    return NewAuthenticator(typed, uri, picture, len(squares))


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(text[n : n + 4] for n in range(0, len(text), 4))


def _hash(code: str) -> str:
    plain = "".join(code.lower().split()).replace("-", "")
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def _bound(account: str) -> str:
    """To what a wrapped secret is bound: it cannot be put into another account's row, nor taken for a number's key."""
    return f"authenticator {account}"
