"""To whom what leaves the service goes: the `[[webhooks]]` and the `[mail]` table of the settings file."""

from __future__ import annotations

import ipaddress
import re
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from callcenter.credentials import SecretFile
from callcenter.errors import BadSetting
from callcenter.locale import english
from callcenter.store.outbox import OutboxKind

_LEAST_SECRET = 16
_NAME = r"[a-z0-9][a-z0-9_-]{0,31}"
_VISIBLE = re.compile(r"[!-~]+", re.ASCII)

LeavingKind = Literal["violation", "survey", "case_warning", "complaint", "call", "pop"]
MailedKind = Literal["violation", "survey", "case_warning", "complaint"]


class WebhookSettings(BaseModel):
    """Where one webhook is, and what it is told."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = Field(pattern=f"^{_NAME}$", description="How it is called in `callcenter outbox`, metrics and logs.")
    url: str = Field(max_length=2_000, description="Where each entry is posted, as JSON; https, or http to loopback.")
    secret_file: SecretFile = Field(
        description="File whose first line is the key of its signatures, 16 characters or more."
    )
    kinds: tuple[LeavingKind, ...] = Field(min_length=1, description="What it is told.")
    timeout: float = Field(default=10, gt=0, le=120, description="Seconds in which it has to answer.")
    at_once: int = Field(default=4, ge=1, le=64, description="So many keys' entries are posted side by side.")
    disable_after: int = Field(
        default=100, ge=1, description="So many failures in a row, and nothing is posted until somebody enables it."
    )
    tls_ca: Path | None = Field(default=None, description="Certificate authority of the receiver; unset: the system's.")
    plain_http: bool = Field(
        default=False, description="Post over http to other machines, too: whoever is between reads it."
    )

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        try:
            told = urlsplit(self.url)
            _ = told.port
        except ValueError:
            told = urlsplit("")
        if not _VISIBLE.fullmatch(self.url) or told.scheme not in {"http", "https"} or not told.hostname:
            raise ValueError("the url is not an address: write https://name/path, other characters percent-encoded")
        if told.username is not None or told.password is not None or told.fragment:
            raise ValueError("leave name, password and # out of the url; the signature says who posts")
        if told.scheme == "http" and not self.plain_http and not is_loopback(told.hostname):
            raise ValueError("the url must be https; http is for loopback, or anywhere with plain_http = true")
        return self

    @property
    def wanted(self) -> frozenset[OutboxKind]:
        """What it is told."""
        return frozenset(map(OutboxKind, self.kinds))

    def reveal(self) -> str:
        """Return the key of the signatures.

        Raises:
            BadSetting: The file cannot be read, or the key is too short to be one.
        """
        secret = _first_line(self.secret_file, english(f"the key of the webhook {self.name}"))
        if len(secret) < _LEAST_SECRET:
            raise BadSetting(
                f"the key of the webhook {self.name} is too short; write one with: "
                f"openssl rand -hex 32 > {self.secret_file}"
            )
        return secret


class MailSettings(BaseModel):
    """Which server takes mail, and who gets what."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field(min_length=1, max_length=253, description="The SMTP server.")
    port: int = Field(default=465, ge=1, le=65535, description="Its port; 587 is usual for starttls.")
    tls: Literal["tls", "starttls", "none"] = Field(
        default="tls", description="How the way is guarded; the certificate is always verified, `none` is for loopback."
    )
    tls_ca: Path | None = Field(default=None, description="Certificate authority of the server; unset: the system's.")
    username: str | None = Field(default=None, max_length=320, description="Name to sign in with; unset: without.")
    password_file: SecretFile | None = Field(default=None, description="File whose first line is its password.")
    sender: str = Field(description="Address that mail comes from.")
    recipients: dict[MailedKind, tuple[str, ...]] = Field(min_length=1, description="Kind → addresses that get it.")
    language: Literal["zh-CN", "en"] = Field(default="zh-CN", description="In which it is written.")
    timeout: float = Field(default=30, gt=0, le=300, description="Seconds in which one mail has to be taken.")

    @field_validator("sender")
    @classmethod
    def _one_address(cls, value: str) -> str:
        return _address(value)

    @field_validator("recipients")
    @classmethod
    def _addresses(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if not all(value.values()):
            raise ValueError("give each kind an address, or leave it out")
        return {kind: tuple(map(_address, addresses)) for kind, addresses in value.items()}

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if (self.username is None) != (self.password_file is None):
            raise ValueError("give username and password_file together, or neither")
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError('tls = "none" is for a server on loopback; use tls or starttls')
        return self

    @property
    def wanted(self) -> frozenset[OutboxKind]:
        """What somebody gets."""
        return frozenset(map(OutboxKind, self.recipients))

    def reveal(self) -> str | None:
        """Return the password; None where nobody signs in.

        Raises:
            BadSetting: The file cannot be read, or is empty.
        """
        if self.password_file is None:
            return None
        password = _first_line(self.password_file, english("the password of the mail server"))
        if not password:
            raise BadSetting(f"the password of the mail server is empty: write it into {self.password_file}")
        return password


def trusted(tls_ca: Path | None) -> ssl.SSLContext:
    """Return what certificates are verified by.

    Raises:
        BadSetting: The certificate authority cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=tls_ca)
    except (OSError, ValueError) as error:  # of what is no certificate, ssl's own errors are OSErrors
        raise BadSetting(f"the certificate authority {tls_ca} cannot be read: {error}") from error


def is_loopback(host: str) -> bool:
    """Tell whether a name or an address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _address(value: str) -> str:
    try:
        told = Address(addr_spec=value)
    except (MessageError, ValueError, IndexError):
        told = None
    if told is None or not told.username or not told.domain or not _VISIBLE.fullmatch(value):
        raise ValueError("an address is written name@domain, in plain letters")
    return value


def _first_line(path: Path, what: str) -> str:
    try:
        return path.read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else english("it is not UTF-8 text")
        raise BadSetting(f"cannot read {what} from {path}: {why}") from error
