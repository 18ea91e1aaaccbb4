"""Where the service's pages and API are served, how long a session lasts, and how long people have."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from callcenter.credentials import SecretFile
from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadSetting
from callcenter.rules.records.steps import Terms
from callcenter.staff.rights import Role
from callcenter.staff.workdays import Workdays
from callcenter.store.sign_in.sessions import Lifetimes

_MINUTE = 60 * SECOND
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)


class DialplanSettings(BaseModel):
    """The token by which the dialplan is known when it asks where a caller goes; without one it is told nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    secret: SecretStr | None = Field(default=None, description="The dialplan's token; better from the environment.")
    secret_file: SecretFile | None = Field(default=None, description="File whose first line is the dialplan's token.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.secret is not None and self.secret_file is not None:
            raise ValueError("give at most one of secret and secret_file")
        return self

    def reveal(self) -> str | None:
        """Return the token, None where there is none.

        Raises:
            BadSetting: The file cannot be read, or the token is too short to be one.
        """
        if self.secret is None and self.secret_file is None:
            return None
        if self.secret is not None:
            text = self.secret.get_secret_value()
        else:
            assert self.secret_file is not None
            try:
                text = self.secret_file.read_text("utf-8").partition("\n")[0].strip()
            except (OSError, UnicodeDecodeError) as error:
                raise BadSetting(f"the dialplan's token cannot be read: {error}") from error
        if not _TOKEN.fullmatch(text):
            raise BadSetting("the dialplan's token must be 16 to 128 letters, digits, dashes or underscores")
        return text


class WebSettings(BaseModel):
    """The `[web]` table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=True, description="Serve the page and the API.")
    host: str = Field(default="127.0.0.1", description="Address that the API listens on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Its port; 0 takes a free one.")
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Names under which browsers reach it, beside its address and loopback's names."
    )
    secure: bool = Field(
        default=False, description="Browsers reach it by https (a proxy ends TLS): cookies are sent over nothing else."
    )
    proxies: tuple[str, ...] = Field(
        default=(), description="Addresses of proxies whose X-Forwarded-For is believed; else all behind one are one."
    )
    dialplan: DialplanSettings = DialplanSettings()
    session_hours: float = Field(default=12, gt=0, description="A session ends after this.")
    idle_minutes: float = Field(default=30, gt=0, description="A session without a request ends after this.")
    token_minutes: float = Field(default=60, gt=0, description="A session's token is changed after this.")
    authenticator_roles: tuple[Role, ...] = Field(
        default=(),
        description="Roles that work with nothing before they have an authenticator, whose code is asked for.",
    )
    breached_passwords: Path | None = Field(
        default=None,
        description="File of SHA-1 hashes of breached passwords, in their order, one a line; none of them is taken.",
    )
    sign_ins_per_minute: int = Field(default=20, ge=1, description="Attempts to sign in that one address may make.")
    reports_per_minute: int = Field(
        default=120, ge=1, description="Batches of contacts that one system may report in a minute."
    )
    claim_minutes: float = Field(default=15, gt=0, description="A lost call that one claims is given back after this.")
    explain_days: int = Field(default=3, ge=1, description="Working days an agent has to explain a record.")
    appeal_days: int = Field(default=5, ge=1, description="Working days an agent has to appeal a decision.")
    decide_days: int = Field(default=5, ge=1, description="Working days in which an appeal should be decided.")
    worked_days: tuple[date, ...] = Field(default=(), description="Days worked, whatever the official calendar says.")
    free_days: tuple[date, ...] = Field(default=(), description="Days not worked, whatever the official calendar says.")
    audit_key_file: SecretFile | None = Field(
        default=None, description="File with the key that signs the audit log's heads."
    )
    audit_heads: Path = Field(default=Path("var/audit-heads.jsonl"), description="File of the signed heads.")
    audit_heads_url: str | None = Field(
        default=None, pattern=r"^https?://[^\s]+$", description="Each signed head is posted here as well, as JSON."
    )
    audit_heads_syslog: str | None = Field(
        default=None, description="Each signed head goes to this syslog as well: /dev/log, or host:port."
    )

    @property
    def lifetimes(self) -> Lifetimes:
        """How long sessions last."""
        return Lifetimes(
            whole=round(self.session_hours * 60 * _MINUTE),
            idle=round(self.idle_minutes * _MINUTE),
            token=round(self.token_minutes * _MINUTE),
        )

    @property
    def claim_lasts(self) -> Micros:
        """For how long a lost call is claimed."""
        return round(self.claim_minutes * _MINUTE)

    @property
    def own_days(self) -> dict[date, bool]:
        """Days worked or not, whatever the official calendar says."""
        return dict.fromkeys(self.worked_days, True) | dict.fromkeys(self.free_days, False)

    def terms(self, zone: ZoneInfo) -> Terms:
        """Say how long people have, in a department of a zone."""
        days = Workdays(zone, self.own_days)
        return Terms(days=days, explain=self.explain_days, appeal=self.appeal_days, decide=self.decide_days)
