"""How to reach one Asterisk: two least-privilege manager logins and the deadlines that guard them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from callcenter.credentials import SecretFile
from callcenter.errors import BadSetting
from callcenter.text import checked_charset

_MIN_DEADLINE_BEATS = 2


class LoginSettings(BaseModel):
    """Name and secret of one manager login; the secret comes from the environment or from a file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    username: str = Field(min_length=1, description="Section name in manager.conf.")
    secret: SecretStr | None = Field(default=None, description="The secret; better from the environment.")
    secret_file: SecretFile | None = Field(default=None, description="File whose first line is the secret.")

    @field_validator("username")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if "\r" in value or "\n" in value:
            raise ValueError("a login name must not contain a line break")
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.secret is None) == (self.secret_file is None):
            raise ValueError("give exactly one of secret and secret_file")
        return self

    def reveal(self) -> str:
        """Return the secret.

        Raises:
            BadSetting: The file cannot be read or the secret is empty.
        """
        if self.secret is not None:
            text = self.secret.get_secret_value()
        else:
            assert self.secret_file is not None
            try:
                text = self.secret_file.read_text("utf-8").partition("\n")[0].strip()
            except (OSError, UnicodeDecodeError) as error:
                raise BadSetting(f"the secret of login {self.username!r} cannot be read: {error}") from error
        if not text or "\r" in text or "\n" in text:
            raise BadSetting(f"the secret of login {self.username!r} must be one line and not empty")
        return text


class SwitchSettings(BaseModel):
    """Where the manager interface is. Times are seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field(default="127.0.0.1", min_length=1, description="Host name or address of the switch.")
    port: int = Field(default=5038, ge=1, le=65535, description="Its TCP port (5039 is usual for TLS).")
    tls: bool = Field(default=False, description="Speak TLS; the certificate is always verified.")
    tls_ca: Path | None = Field(default=None, description="Certificate authority for a self-signed switch.")
    charset: str | None = Field(
        default=None, description="In which names stand there, such as gb18030; unset: UTF-8, else GB18030."
    )
    connect_timeout: float = Field(default=5.0, gt=0, description="For connection, banner and login.")
    action_timeout: float = Field(default=10.0, gt=0, description="For the answer to one action.")

    @field_validator("charset")
    @classmethod
    def _known_charset(cls, value: str | None) -> str | None:
        return None if value is None else checked_charset(value)


class AmiSettings(SwitchSettings):
    """One Asterisk over AMI, with its two logins.

    `queue_frames` is the backpressure: when that many frames wait to be consumed, the socket is read no
    further until half of them are gone.
    """

    node: str = Field(default="pbx", min_length=1, max_length=64, description="This switch in labels.")
    events: LoginSettings = Field(description="The login that reads events and sends nothing.")
    control: LoginSettings = Field(description="The login for snapshots, pauses and heartbeats.")
    queue_log: Path | None = Field(
        default=None,
        description="Its queue_log, where it can be read here: looked at before a verdict and to fill gaps.",
    )
    heartbeat_every: float = Field(default=2.0, gt=0, description="Time between two heartbeats.")
    heartbeat_deadline: float = Field(default=8.0, gt=0, description="One not seen by then ends the login.")
    queue_frames: int = Field(default=20_000, ge=1, description="Frames that may wait before reading pauses.")
    max_open: int = Field(
        default=20_000, ge=1, description="Channels, callers or agents that it may have at once; more ends the login."
    )
    wait_at_start: bool = Field(default=False, description="Wait for a switch that is not up at start.")
    backoff_min: float = Field(default=0.25, gt=0, description="Shortest wait before a reconnect.")
    backoff_max: float = Field(default=3.0, gt=0, description="Longest wait before a reconnect.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.heartbeat_deadline < _MIN_DEADLINE_BEATS * self.heartbeat_every:
            raise ValueError("heartbeat_deadline must be at least twice heartbeat_every")
        if self.backoff_max < self.backoff_min:
            raise ValueError("backoff_max must not be below backoff_min")
        if self.events.username == self.control.username:
            raise ValueError("events and control must be two logins, each with its own rights")
        return self


def check_ami(values: dict[str, Any], source: str) -> AmiSettings:
    """Return settings from plain values.

    Raises:
        BadSetting: The first thing that is wrong, by its name and never by its value.
    """
    try:
        return AmiSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in ("ami", *first["loc"]))
        raise BadSetting(f"{source}: {name}: {first['msg']}") from error
