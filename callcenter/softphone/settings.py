"""What a phone must be told before it can register."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

NUMBER = r"^[0-9A-Za-z*#+._-]{1,64}$"
"""What may be dialled, registered as or transferred to; nothing that could end a SIP line or a URI."""


class PhoneSettings(BaseModel):
    """One SIP account over UDP, and the ports the phone may use.

    Attributes:
        server: IPv4 address or host name of the switch.
        port: SIP port of the switch.
        extension: Name of the account, for Asterisk the endpoint and its auth user.
        secret: Password of the account.
        local_ip: Address to bind; empty: the one that the route to the switch has.
        local_port: SIP port to bind; 0: any free one.
        rtp_low: First port that audio may use; even ports are taken.
        rtp_high: Last port that audio may use.
        ring_cadence: Seconds from the start of a ring to the start of the next (mainland China: 1 s on, 4 s off).
        expires: Seconds that a registration is asked for; renewed after half of what the switch grants.
        patience: Seconds to wait for the switch's answer to anything but a call.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    server: str = Field(pattern=r"^[0-9A-Za-z.-]{1,253}$")
    port: int = Field(default=5060, ge=1, le=65535)
    extension: str = Field(pattern=NUMBER)
    secret: SecretStr
    local_ip: str = Field(default="", pattern=r"^[0-9.]{0,15}$")
    local_port: int = Field(default=0, ge=0, le=65535)
    rtp_low: int = Field(default=10000, ge=1024, le=65534)
    rtp_high: int = Field(default=20000, ge=1024, le=65535)
    ring_cadence: float = Field(default=5.0, gt=0)
    expires: int = Field(default=120, ge=10, le=7200)
    patience: float = Field(default=5.0, gt=0, le=32)

    @model_validator(mode="after")
    def _ports_in_order(self) -> Self:
        if self.rtp_low > self.rtp_high:
            raise ValueError("rtp_low must not be above rtp_high")
        return self
