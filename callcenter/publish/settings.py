"""Which broker the service publishes to, and as whom."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Literal, NamedTuple, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from callcenter.credentials import SecretFile, trusting
from callcenter.errors import BadSetting
from callcenter.publish.topics import level
from callcenter.untrusted import has_controls

_PORTS = {"mqtt": 1883, "mqtts": 8883}

LeavingName = Literal["violation", "survey", "case_warning", "complaint", "call", "pop"]


class Broker(NamedTuple):
    """Where a broker listens."""

    host: str
    port: int
    tls: bool


class MqttSettings(BaseModel):
    """The `[mqtt]` table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str | None = Field(
        default=None,
        description="Broker (MQTT 5): mqtt://host:1883, or mqtts://host:8883 for TLS; unset: nothing is published.",
    )
    username: str | None = Field(default=None, min_length=1, description="As whom the service signs in there.")
    password: SecretStr | None = Field(default=None, description="The password; from the environment only.")
    password_file: SecretFile | None = Field(default=None, description="File whose first line is the password.")
    tls_ca: Path | None = Field(default=None, description="Certificate authority for a self-signed broker.")
    tls_certificate: Path | None = Field(
        default=None,
        description="Certificate by which the broker knows the service, with a password or without.",
    )
    tls_key_file: SecretFile | None = Field(default=None, description="Its key; unset: in the same file.")
    prefix: str = Field(default="callcenter", max_length=100, description="What every topic begins with.")
    kinds: tuple[LeavingName, ...] = Field(
        default=("violation", "survey", "case_warning", "complaint", "call", "pop"),
        description="What is told there once it is recorded; states of queues and agents always are.",
    )
    expiry_seconds: int = Field(
        default=30, ge=2, le=3600, description="A state that is not said again by then is gone at the broker."
    )

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            broker_at(value)
        except ValueError:
            raise ValueError("give mqtt://host:1883 or mqtts://host:8883, without name and password") from None
        return value

    @field_validator("prefix")
    @classmethod
    def _plain(cls, value: str) -> str:
        if value.startswith("$") or any(level(part) != part for part in value.split("/")):
            raise ValueError("a topic's beginning has no + # %, no control character, no slash at either end")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.password is not None and self.password_file is not None:
            raise ValueError("give only one of password and password_file")
        if self.username is None and (self.password is not None or self.password_file is not None):
            raise ValueError("a password needs a username")
        named = self.tls_ca is not None or self.tls_certificate is not None
        if named and (self.url is None or not broker_at(self.url).tls):
            raise ValueError("tls_ca and tls_certificate need an mqtts:// url")
        if self.tls_key_file is not None and self.tls_certificate is None:
            raise ValueError("tls_key_file needs tls_certificate")
        return self

    def reveal(self) -> str | None:
        """Return the password, None where there is none.

        Raises:
            BadSetting: The file cannot be read, or the password is not one line.
        """
        if self.password_file is None:
            text = None if self.password is None else self.password.get_secret_value()
        else:
            try:
                text = self.password_file.read_text("utf-8").partition("\n")[0].strip()
            except (OSError, UnicodeDecodeError) as error:
                raise BadSetting(f"mqtt.password_file {self.password_file} cannot be read: {error}") from error
        if text is not None and (not text or has_controls(text)):
            raise BadSetting("the password for MQTT must be one line and not empty")
        return text

    def tls_context(self) -> ssl.SSLContext | None:
        """Return how TLS is spoken, the certificate always verified; None where it is not.

        Raises:
            BadSetting: A certificate cannot be used.
        """
        if self.url is None or not broker_at(self.url).tls:
            return None
        return trusting("mqtt", self.tls_ca, self.tls_certificate, self.tls_key_file)


def broker_at(url: str) -> Broker:
    """Return where a URL says that the broker is.

    Raises:
        ValueError: It says something else, or more.
    """
    parts: SplitResult = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or has_controls(url) or " " in url:
        raise ValueError
    if parts.username is not None or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError
    parts.hostname.encode("idna")
    return Broker(parts.hostname, parts.port or _PORTS[parts.scheme], parts.scheme == "mqtts")
