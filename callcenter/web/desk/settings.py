"""What the agents' desks of a site are: reasons of pauses, queues, and the phones in pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from callcenter.credentials import SecretFile
from callcenter.locale import english
from callcenter.staff.site.pauses import is_reason
from callcenter.staff.site.queues import is_queue_number

_WEBSOCKET = re.compile(r"wss?://[A-Za-z0-9.:\[\]-]+(/[^\s]*)?", re.ASCII)
_DOMAIN = re.compile(r"[A-Za-z0-9.-]{1,253}", re.ASCII)
_ICE_SERVER = re.compile(r"(stuns?|turns?):[^\s/]+", re.ASCII)


class DeskSettings(BaseModel):
    """The `[desk]` table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reasons: dict[str, str] = Field(
        default={"tea": "", "meal": "", "training": "", "case work": "", "restroom": ""},
        description="Reasons of a pause → their names; an empty one is the name that the service has for it. They hold "
        "until others are approved in the page.",
    )
    queues: tuple[str, ...] = Field(default=(), description="The queues of an agent for whom the roster names none.")
    numbers: dict[str, str] = Field(
        default={},
        description="Queues → the numbers at which agents reach them, for transfers; until others are approved in the "
        "page.",
    )
    phones: Path | None = Field(
        default=None,
        description="Asterisk's file of the phones in pages, which `callcenter phones rotate` writes; unset: none.",
    )
    websocket: str | None = Field(
        default=None, description="Where pages reach Asterisk, like wss://pbx.example:8089/ws."
    )
    domain: str | None = Field(default=None, description="The phones' SIP domain; unset: the host of desk.websocket.")
    ice_servers: tuple[str, ...] = Field(
        default=(),
        description="STUN and TURN servers of the phones, like stun:pbx.example:3478; one network needs none.",
    )
    tell_listening: bool = Field(
        default=True, description="An agent is told that a lead listens, whispers or barges, and who."
    )
    turn_username: str | None = Field(default=None, max_length=200, description="By which TURN servers know phones.")
    turn_secret_file: SecretFile | None = Field(default=None, description="File whose first line is TURN's password.")

    @field_validator("numbers")
    @classmethod
    def _dialled(cls, told: dict[str, str]) -> dict[str, str]:
        if not all(map(is_queue_number, told.values())):
            raise ValueError(english("a queue's number is up to 20 digits, * and #"))
        return told

    @field_validator("websocket")
    @classmethod
    def _is_websocket(cls, told: str | None) -> str | None:
        if told is not None and not (_WEBSOCKET.fullmatch(told) and _is_address(told)):
            raise ValueError(english("write it like wss://pbx.example:8089/ws"))
        return told

    @field_validator("domain")
    @classmethod
    def _is_domain(cls, told: str | None) -> str | None:
        if told is not None and not _DOMAIN.fullmatch(told):
            raise ValueError(english("write a host's name or address, like pbx.example"))
        return told

    @field_validator("ice_servers")
    @classmethod
    def _are_servers(cls, told: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(_ICE_SERVER.fullmatch, told)):
            raise ValueError(english("write each like stun:pbx.example:3478 or turns:pbx.example:5349"))
        return told

    @model_validator(mode="after")
    def _usable(self) -> Self:
        for code in self.reasons:
            if not is_reason(code):
                raise ValueError(english("a reason's code is up to 32 letters, digits and spaces, and not acw"))
        if (self.phones is None) != (self.websocket is None):
            raise ValueError(english("phones in pages need both desk.phones and desk.websocket"))
        turn = any(server.startswith("turn") for server in self.ice_servers)
        if turn and (self.turn_username is None or self.turn_secret_file is None):
            raise ValueError(english("TURN servers need desk.turn_username and desk.turn_secret_file"))
        return self


def _is_address(told: str) -> bool:
    """Tell whether a browser can go there: each page that is served names it in its policy."""
    try:
        parts = urlsplit(told)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
