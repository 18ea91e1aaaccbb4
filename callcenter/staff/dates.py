"""Local days and times as moments: zones by name, midnights, and times that a zone has twice or never."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcenter.domain.frame import Micros
from callcenter.errors import BadInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_YEARS = range(1971, 9999)


def zone_named(name: object) -> ZoneInfo:
    """Return a time zone by its name.

    Raises:
        BadInput: There is no such zone.
    """
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]  # whatever a file holds; refused below
    except (KeyError, ValueError, TypeError, AttributeError, OSError) as error:
        raise BadInput(f"there is no time zone {name!r}; use a name like Asia/Shanghai") from error


def require_one_zone(what: str, named: str, site: str | None) -> None:
    """Refuse a file that names another time zone than its site is in (None: no site is known).

    Raises:
        BadInput: It does.
    """
    if site is not None and named != site:
        raise BadInput(
            f"{what} names the time zone {named}, the site's is {site} (setting site.timezone, or --timezone in a "
            "replay): a call centre has one, so mend one of the two, or leave it out of the file"
        )


def micros_of(moment: datetime) -> Micros:
    """Turn an aware time into microseconds since the epoch, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def datetime_of(moment: Micros, zone: ZoneInfo) -> datetime:
    """Turn microseconds since the epoch into a zone's time, exactly."""
    return (_EPOCH + timedelta(microseconds=moment)).astimezone(zone)


def day_start(day: date, zone: ZoneInfo, *, days: int = 0) -> Micros:
    """Return the moment at which a local day begins, or one that many days later."""
    if days and day > date.max - timedelta(days=days):
        return micros_of(datetime.max.replace(tzinfo=UTC))
    return micros_of(datetime.combine(day + timedelta(days=days), time(), zone))


def read_moment(text: str, zone: ZoneInfo) -> Micros:
    """Read an ISO time; one without an offset belongs to `zone`.

    Raises:
        ValueError: It is no time, or one that the zone skips or has twice when clocks change.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time like 2026-11-23T15:00:00+08:00") from None
    if moment.year not in _YEARS:
        raise ValueError(f"{text!r} is out of range")
    return micros_of(moment) if moment.tzinfo is not None else _local(moment, text, zone)


def _local(moment: datetime, text: str, zone: ZoneInfo) -> Micros:
    first, second = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return micros_of(first)
    there = datetime_of(micros_of(first), zone).replace(tzinfo=None) == moment
    if there:
        raise ValueError(f"{text!r} comes twice in {zone.key}, where clocks change: write it with its offset")
    raise ValueError(f"{text!r} comes never in {zone.key}, where clocks change: write it with its offset")
