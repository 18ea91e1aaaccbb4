"""Where the record is kept and how it is written."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from callcenter.credentials import SecretFile, trusting
from callcenter.errors import BadSetting
from callcenter.staff.site.retention import OUTBOX_DAYS
from callcenter.untrusted import has_controls

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_PORTS = 65_536
_SAID_OF_A_SERVER = {
    "host": (),
    "ssl": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "primary", "read-write"),
}
"""What may stand behind the `?` of a server's URL, and the values that each may have; empty: any."""


class StoreSettings(BaseModel):
    """The `[store]` table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = Field(
        default="sqlite:///var/callcenter.sqlite",
        description=(
            "Database: sqlite:///path, or postgresql://user@host/name without a password; of several servers "
            "postgresql://user@/name?host=a:5432&host=b:5432&target_session_attrs=read-write."
        ),
    )
    password: SecretStr | None = Field(default=None, description="Its password; from the environment only.")
    password_file: SecretFile | None = Field(default=None, description="File whose first line is the password.")
    tls_ca: Path | None = Field(
        default=None, description="Certificate authority of the server, whose certificate is then verified."
    )
    tls_certificate: Path | None = Field(
        default=None,
        description="Certificate by which the server knows the service, with a password or without.",
    )
    tls_key_file: SecretFile | None = Field(default=None, description="Its key; unset: in the same file.")
    batch: int = Field(default=500, ge=1, le=10_000, description="Events whose rows one transaction may hold.")
    queue_events: int = Field(
        default=50_000,
        ge=1,
        description="Events that wait in memory for the database; what is more is read from the journal again.",
    )
    outbox_days: int = Field(
        default=30,
        ge=OUTBOX_DAYS.least,
        le=OUTBOX_DAYS.most,
        description="Days that what is to leave the service is kept, taken or not; until others are approved in the "
        "page.",
    )
    retry_seconds: float = Field(default=1.0, gt=0, description="Wait before a database that failed is tried again.")

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError("not a database URL") from None
        if url.get_backend_name() not in _DRIVERS:
            raise ValueError("give a sqlite or a postgresql URL")
        if url.password is not None:
            raise ValueError("leave the password out of the URL; give password_file")
        if url.get_backend_name() == "sqlite" and not url.database:
            raise ValueError("a database in memory keeps no record; give a path")
        if url.get_backend_name() == "postgresql":
            _require_servers(url)
        return value

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.password is not None and self.password_file is not None:
            raise ValueError("give only one of password and password_file")
        if self.tls_certificate is not None and self.tls_ca is None:
            raise ValueError("tls_certificate needs tls_ca: who is not known is shown nothing")
        if self.tls_key_file is not None and self.tls_certificate is None:
            raise ValueError("tls_key_file needs tls_certificate")
        if self.tls_ca is not None and (self.path is not None or "ssl" in make_url(self.url).query):
            raise ValueError("tls_ca is for a postgresql URL without ssl=")
        return self

    def tls_context(self) -> ssl.SSLContext | None:
        """Return how TLS is spoken, the certificate verified; None: as the URL's ssl= says.

        Raises:
            BadSetting: A certificate cannot be used.
        """
        return None if self.tls_ca is None else trusting("store", self.tls_ca, self.tls_certificate, self.tls_key_file)

    @property
    def path(self) -> Path | None:
        """The database file; None where the database is a server's."""
        url = make_url(self.url)
        return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None

    def address(self) -> URL:
        """Make the URL with its driver and password.

        Raises:
            BadSetting: The password's file cannot be read.
        """
        url = make_url(self.url)
        return url.set(drivername=_DRIVERS[url.get_backend_name()], password=self._reveal())

    def _reveal(self) -> str | None:
        if self.password_file is None:
            return None if self.password is None else self.password.get_secret_value()
        try:
            return self.password_file.read_text("utf-8").partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"store.password_file {self.password_file} cannot be read: {error}") from error


def _require_servers(url: URL) -> None:
    """Pass if the driver takes what a URL says of servers.

    Raises:
        ValueError: It does not.
    """
    for name, value in url.query.items():
        if name not in _SAID_OF_A_SERVER:
            raise ValueError(f"only {', '.join(_SAID_OF_A_SERVER)} may follow the ? of a postgresql URL")
        allowed = _SAID_OF_A_SERVER[name]
        if allowed and value not in allowed:
            raise ValueError(f"{name} is one of {', '.join(allowed)}")
    if not url.database:
        raise ValueError("name the database: postgresql://user@host/name")
    try:
        _, told = url.set(drivername=_DRIVERS["postgresql"]).get_dialect()().create_connect_args(url)
    except (ArgumentError, ValueError):
        raise ValueError("write each of several servers as host=name:port, an IPv6 address by its name") from None
    texts, ports = (_several(told.get(name, default)) for name, default in (("host", ""), ("port", 1)))
    texts += [url.username or "", url.database]
    if has_controls("".join(texts)) or any(not 0 < port < _PORTS for port in ports):
        raise ValueError("not a database URL")


def _several(one: Any) -> list[Any]:
    return [*one] if isinstance(one, list) else [one]
