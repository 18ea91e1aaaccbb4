"""Values as they come in and go out: times with their zone, text without control characters, places in a list."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import BadInput
from callcenter.staff.dates import datetime_of, micros_of
from callcenter.untrusted import CONTROLS, CONTROLS_BUT_LAYOUT, MOST_NAME, MOST_WORDS
from callcenter.web.bounds import require_bounded
from callcenter.web.problems import RequestRefused

Name = Annotated[str, StringConstraints(min_length=1, max_length=MOST_NAME, pattern=f"^[^{CONTROLS}]+$")]
Words = Annotated[str, StringConstraints(max_length=MOST_WORDS, pattern=f"^[^{CONTROLS_BUT_LAYOUT}]*$")]
ClassCode = Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9._-]{0,31}$")]
Limit = Annotated[int, Query(ge=1, le=200, description="Entries of a page.")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before.")]


def _near(moment: datetime) -> datetime:
    """Pass a time of the years that a call centre has; near the ends of the calendar no zone can be told."""
    if moment.year not in _YEARS:
        raise ValueError(f"must be from {_YEARS[0]} to {_YEARS[-1]}")
    return moment


def _written(told: Any) -> Any:
    """Pass a time as it is written; a bare number means seconds to one and milliseconds to another."""
    if not isinstance(told, str) or told.replace(".", "").strip("+-").isdigit():
        raise ValueError("must be a time like 2026-11-23T15:00:00+08:00")
    return told


_YEARS = range(1970, 2200)
Time = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_near)]
Moment = Annotated[Time, Query(description="RFC 3339, with its offset.")]
Day = Annotated[date, Field(ge=date(1950, 1, 1), le=date(2199, 12, 31))]


_DAY: Micros = 86_400 * SECOND
_Place = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]


class RequestBody(BaseModel):
    """A body that says what is known and nothing else."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, told: Any) -> Any:
        return require_bounded(told)


class MomentSpan(RequestBody):
    """What counts, by when it joined; `from` is inclusive, `to` is not."""

    since: Moment = Field(alias="from")
    until: Moment = Field(alias="to")

    def of_days(self, most: int) -> tuple[Micros, Micros]:
        """Return its ends in microseconds.

        Raises:
            BadInput: It ends before it begins, or lasts longer than so many days.
        """
        since, until = micros_of(self.since.astimezone(UTC)), micros_of(self.until.astimezone(UTC))
        if not since < until <= since + most * _DAY:
            raise BadInput(f"`to` must be after `from`, by at most {most} days")
        return since, until


class ResponseBody(BaseModel):
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
        place = msgspec.json.decode(raw, type=tuple[_Place, str])
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise RequestRefused("malformed", "the cursor is not one that a page gave as `next`") from error
    return place
