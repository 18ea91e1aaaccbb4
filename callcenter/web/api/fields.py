"""Values as they come in and go out: times with their zone, text without control characters, places in a list."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from callcenter.domain.frame import Micros
from callcenter.rules.dates import datetime_of, micros_of
from callcenter.web.problems import Refused

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Words = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Limit = Annotated[int, Query(ge=1, le=200, description="Entries of a page.")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before.")]
Moment = Annotated[AwareDatetime, Query(description="RFC 3339, with its offset.")]


class Incoming(BaseModel):
    """A body that says what is known and nothing else."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Outgoing(BaseModel):
    """A body of ours."""

    model_config = ConfigDict(serialize_by_alias=True)


def moment_in(moment: datetime | None) -> Micros | None:
    """Turn a time of a request into microseconds."""
    return None if moment is None else micros_of(moment.astimezone(UTC))


def moment_out(moment: Micros | None, zone: ZoneInfo) -> datetime | None:
    """Turn microseconds into a time of the department."""
    return None if moment is None else datetime_of(moment, zone)


def place_out(place: tuple[int, str]) -> str:
    """Write a place in a list as a cursor; what is in it is nobody's business but ours."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_in(cursor: str | None) -> tuple[int, str] | None:
    """Read a cursor.

    Raises:
        Refused: It is none of ours.
    """
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place = msgspec.json.decode(raw, type=tuple[int, str])
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise Refused("malformed", "the cursor is not one that a page gave as `next`") from error
    return place
