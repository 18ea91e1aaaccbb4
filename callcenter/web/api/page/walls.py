"""Screens on walls: what one shows now, by its token alone; who makes them, says what they show, takes them away.

A wall reads queues and their figures, of no person: neither an agent's name nor a caller's number.
"""

from __future__ import annotations

import contextlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Request, Response, Security, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import Field

from callcenter.errors import StoreError
from callcenter.exporter.wall import queues_now
from callcenter.staff.rights import Right, Role
from callcenter.staff.roles import Principal
from callcenter.store.customers.writes import Touch
from callcenter.store.idempotency import KeptAnswer
from callcenter.store.sign_in.walls import WallDevice, is_seen_anew, seen_wall, wall_devices, wall_of
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.keep_walls import WallShows, change_wall, make_wall, withdraw_wall
from callcenter.web.api.fields import Name, RequestBody, ResponseBody, moment_out
from callcenter.web.api.live import EventStream
from callcenter.web.api.once import SeenVersion, TheOnce, etag
from callcenter.web.api.page.queue_names import names_of_queues
from callcenter.web.auth import Proven, allowed, known_by
from callcenter.web.limits import address_of
from callcenter.web.live.feed import LiveFeed
from callcenter.web.live.walls import wall_frames
from callcenter.web.live.words import Said
from callcenter.web.problems import RequestRefused
from callcenter.web.service import Service, TheService

router = APIRouter(tags=["walls"])

Keeping = Annotated[Principal, Depends(allowed(Right.KEEP_WALLS))]
Letting = Annotated[Principal, Depends(Proven(Right.KEEP_WALLS))]
WallName = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9._-]{0,39}$")]
_bearer = HTTPBearer(scheme_name="wall", auto_error=False)


class WallTile(StrEnum):
    """What a wall may show; the table of queues is one of them."""

    WAITING = "waiting"
    LONGEST = "longest"
    READY = "ready"
    SERVICE_LEVEL = "service_level"
    SPEED_OF_ANSWER = "speed_of_answer"
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    LOST_CALLS = "lost_calls"
    QUEUES = "queues"


class WallTheme(StrEnum):
    """By day dark words on light, by night the other way round; `auto`: by the site's clock."""

    AUTO = "auto"
    DAY = "day"
    NIGHT = "night"


class WallGiven(RequestBody):
    """What a wall is to show; no queues: all of them."""

    title: str = Field(min_length=1, max_length=40)
    tiles: list[WallTile] = Field(min_length=1, max_length=len(WallTile))
    queues: list[Name] = Field(default=[], max_length=50)
    theme: WallTheme = WallTheme.AUTO

    def shows(self) -> WallShows:
        """Return it as it is kept, each tile and queue once."""
        tiles, queues = tuple(dict.fromkeys(self.tiles)), tuple(dict.fromkeys(self.queues))
        return WallShows(title=self.title, tiles=tiles, queues=queues, theme=self.theme)


class NewWall(WallGiven):
    """A wall that is made."""

    name: str = Field(pattern="^[a-z0-9][a-z0-9._-]{0,39}$", description="Small letters, digits, dots and dashes.")


class WallMade(ResponseBody):
    """A wall and its token, which is told this once."""

    name: str
    token: str


class WallShown(ResponseBody):
    """A wall; its ETag is of no list: `version` is what a change must name."""

    name: str
    title: str
    tiles: list[WallTile]
    queues: list[str]
    theme: WallTheme
    version: int
    made_by: str
    made_at: datetime | None
    seen_at: datetime | None = Field(description="To ten minutes.")
    withdrawn_by: str | None
    withdrawn_at: datetime | None


class WallsShown(ResponseBody):
    """Walls, by name."""

    items: list[WallShown]


class WallNow(ResponseBody):
    """All that a wall shows now; times by the switch's clock in epoch seconds."""

    title: str
    tiles: list[WallTile]
    theme: WallTheme
    now: float
    timezone: str
    state: str
    data_age_seconds: float | None
    service_level_name: str
    service_level: float | None = Field(description="Of the queues shown together; null: of nothing.")
    speed_of_answer_seconds: float | None = Field(description="The mean wait of those answered today; null: of nobody.")
    ready: int = Field(description="People, each once whatever queues they serve.")
    signed_in: int = Field(description="People who serve any of the queues shown.")
    queues: list[dict[str, Any]] = Field(description="Each with its `name`, in the language that was asked for.")
    lost_calls: int | None = Field(description="Callers to be called back; null: not known.")
    lost_since: float | None


async def _wall(
    request: Request,
    service: TheService,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> WallDevice:
    """Return the wall that has the token.

    Raises:
        RequestRefused: None has, it was withdrawn, or tokens are tried out.
    """
    found = await known_by(given, wall_of, service)
    if found is None:
        service.link_rate.require(f"wall {address_of(request)}", service.steady())
        raise RequestRefused("not-signed-in", "send the wall's token as Authorization: Bearer")
    return found


@router.get("/wall")
async def read_wall(wall: Annotated[WallDevice, Depends(_wall)], service: TheService, request: Request) -> WallNow:
    """Read all that a wall shows now, by its token."""
    feed = _followed(service)
    return _now(await _noted(wall, service), feed, names_of_queues(service, request))


@router.get("/wall/live", status_code=status.HTTP_200_OK, response_class=EventStream)
async def follow_wall(
    wall: Annotated[WallDevice, Depends(_wall)],
    service: TheService,
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> EventStream:
    """Follow what a wall shows, by its token: all of it (`wall`), again when it changes and every few seconds."""
    feed, shown = _followed(service), wall

    async def look(anew: bool) -> Said | None:
        nonlocal shown
        with contextlib.suppress(StoreError):  # while the database is away it shows what it did
            found = await known_by(given, wall_of, service) if anew else shown
            if found is None:
                return None
            shown = await _noted(found, service) if anew else found
        return _now(shown, feed, names_of_queues(service, request)).model_dump(mode="json")

    reader = feed.open(Principal(account=f"wall {wall.name}", role=Role.ACCOUNTING), "", (), None)
    return EventStream(feed, reader, wall_frames(reader, look))


def _followed(service: Service) -> LiveFeed:
    """Return what is followed.

    Raises:
        RequestRefused: This service follows nothing.
    """
    if service.ports.live is None:
        raise RequestRefused("unavailable", "this service follows no switch")
    return service.ports.live


async def _noted(wall: WallDevice, service: Service) -> WallDevice:
    """Note now and then that a wall shows something."""
    now = service.clock()
    if not is_seen_anew(wall, now):
        return wall
    async with service.decisions.writing() as unit:
        await seen_wall(unit, wall.name, now)
    return msgspec.structs.replace(wall, seen_at=now)


def _now(wall: WallDevice, feed: LiveFeed, names: dict[str, str]) -> WallNow:
    """Return what a wall shows, each queue with its name."""
    told = queues_now(feed.board.live(), feed.lost, wall.queues) | feed.age()
    told["queues"] = [one | {"name": names.get(one["queue"], one["queue"])} for one in told["queues"]]
    return WallNow(title=wall.title, tiles=[*wall.tiles], theme=wall.theme, **told)


@router.get("/walls")
async def list_walls(person: Keeping, service: TheService) -> WallsShown:
    """List the screens on walls, withdrawn ones too."""
    del person
    async with service.decisions.reading() as connection:
        found = await wall_devices(connection)
    return WallsShown(items=[_shown(one, service) for one in found])


@router.post("/walls", status_code=status.HTTP_201_CREATED)
async def add_wall(body: NewWall, person: Letting, service: TheService) -> WallMade:
    """Make a screen on a wall; its token is told this once."""
    async with service.decisions.writing() as unit:
        token = await make_wall(unit, body.name, body.shows(), Touch(by=person.account, at=service.clock()))
    return WallMade(name=body.name, token=token)


@router.put("/walls/{name}", response_model=WallShown)
async def set_wall(
    name: WallName, body: WallGiven, person: Keeping, service: TheService, once: TheOnce, seen: SeenVersion
) -> Response:
    """Say what a screen on a wall shows."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        return _kept(await change_wall(unit, name, body.shows(), seen, _touch(person, once.asked.at)), service)

    return await once.answer(work)


@router.post("/walls/{name}/withdraw", response_model=WallShown)
async def take_wall_away(name: WallName, person: Letting, service: TheService, once: TheOnce) -> Response:
    """Withdraw a screen on a wall: its token is worth nothing any more."""

    async def work(unit: UnitOfWork) -> KeptAnswer:
        return _kept(await withdraw_wall(unit, name, _touch(person, once.asked.at)), service)

    return await once.answer(work)


def _touch(person: Principal, at: int) -> Touch:
    return Touch(by=person.account, at=at)


def _kept(wall: WallDevice, service: Service) -> KeptAnswer:
    body = _shown(wall, service).model_dump_json()
    return KeptAnswer(status=status.HTTP_200_OK, etag=etag(wall.version), body=body)


def _shown(one: WallDevice, service: Service) -> WallShown:
    zone = service.rulebook.zone
    return WallShown(
        name=one.name,
        title=one.title,
        tiles=[*one.tiles],
        queues=[*one.queues],
        theme=one.theme,
        version=one.version,
        made_by=one.made_by,
        made_at=moment_out(one.made_at, zone),
        seen_at=moment_out(one.seen_at, zone),
        withdrawn_by=one.withdrawn_by,
        withdrawn_at=moment_out(one.withdrawn_at, zone),
    )
