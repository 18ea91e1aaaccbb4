"""A request with an idempotency key has one effect, however often it comes; a step names the version that was read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Annotated

import structlog
from fastapi import Depends, Header, Request, Response, status

from callcenter.domain.frame import SECOND, Micros
from callcenter.errors import StoreError
from callcenter.store.idempotency import KeptAnswer, KeyedRequest, fingerprint, recall, remember
from callcenter.store.sign_in.sessions import Session
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.web.auth import TheSession, require_there
from callcenter.web.problems import MEDIA_TYPE, RequestRefused, language_of
from callcenter.web.sent_files import sent_file
from callcenter.web.service import TheService

_ETAG = re.compile(r'(?:W/)?"(\d{1,15})"')
_KEY = re.compile(r"[\x21-\x7e]{8,128}")

Work = Callable[[UnitOfWork], Awaitable[KeptAnswer]]
Tell = Callable[[], Awaitable[None]]

log = structlog.get_logger()


class Once:
    """One request under one key; with a session, it does nothing once that was ended while it was on its way."""

    def __init__(
        self, request: Request, service: TheService, asked: KeyedRequest, session: Session | None = None
    ) -> None:
        self.request = request
        self.asked = asked
        self._service = service
        self._session = session

    @property
    def new_id(self) -> str:
        """The id of what this request makes; the same for the same request."""
        named = f"{self.asked.account} {self.asked.key} {self.asked.at // SECOND}"
        return hashlib.sha256(named.encode()).hexdigest()[:32]

    async def kept(self) -> Response | None:
        """Return the answer that this request had before, None if it is new: what is done then is done, and answered.

        Raises:
            KeyReused: The key came with another request.
            RequestRefused: Nobody is signed in any more.
        """
        async with self._service.decisions.writing() as unit:
            answer = await self._recalled(unit)
        self._session = None
        return None if answer is None else _response(answer, replayed=True)

    async def answer(self, work: Work, tell: Tell | None = None) -> Response:
        """Do the work and keep its answer in one transaction, or give the answer that was kept.

        Args:
            work: What is asked, as far as the database keeps it.
            tell: Whom else it is told, once all else has been accepted and nothing but the commit is left.

        Raises:
            KeyReused: The key came with another request.
            RequestRefused: Nobody is signed in any more, the journal takes nothing, or has it and the database has not.
        """
        replayed, told = True, False
        try:
            async with self._service.decisions.writing() as unit:
                answer = await self._recalled(unit)
                if answer is None:
                    replayed, answer = False, await work(unit)
                    await remember(unit, self.asked, answer)
                    if tell is not None:
                        await _journalled(tell)
                        told = True
        except StoreError as error:
            if told:
                log.warning("request_half_kept", error=str(error))
                raise RequestRefused("half-kept", "send the same again, under the same key", Retry_After="5") from error
            raise
        return _response(answer, replayed=replayed)

    async def _recalled(self, unit: UnitOfWork) -> KeptAnswer | None:
        if self._session is not None:
            await require_there(unit.connection, self._session)
        return await recall(unit, self.asked)


def _response(answer: KeptAnswer, *, replayed: bool) -> Response:
    headers = {"ETag": answer.etag, "Idempotent-Replayed": str(replayed).lower()}
    media_type = MEDIA_TYPE if answer.status >= status.HTTP_400_BAD_REQUEST else "application/json"
    return Response(answer.body, answer.status, headers, media_type)


async def _journalled(tell: Tell) -> None:
    try:
        await tell()
    except StoreError as error:
        log.warning("request_not_journalled", error=str(error))
        raise RequestRefused("journal-unavailable", "nothing was changed; try again later", Retry_After="5") from error


async def _once(
    request: Request,
    service: TheService,
    session: TheSession,
    idempotency_key: Annotated[str | None, Header(description="8 to 128 characters, new for every new intent.")] = None,
) -> Once:
    name, role = session.account.name, session.account.role
    asked = await keyed(request, idempotency_key, name, role, service.clock())
    return Once(request, service, asked, session)


async def keyed(request: Request, key: str | None, account: str, role: str, at: Micros) -> KeyedRequest:
    """Read a request under its key.

    Raises:
        RequestRefused: It has none, or none that can be one.
    """
    if key is None or not _KEY.fullmatch(key):
        raise RequestRefused(
            "key-missing", "send Idempotency-Key: 8 to 128 visible characters, new for every new intent"
        )
    told = (
        request.method,
        request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        role,
        request.headers.get("if-match", ""),
        language_of(request.headers.get("accept-language")).partition("-")[0],  # as it was always kept
    )
    return KeyedRequest(
        account=account,
        key=key,
        request=fingerprint(*(one.encode("utf-8", "replace") for one in told), await sent_file(request)),
        at=at,
    )


def _version(
    if_match: Annotated[str | None, Header(description="ETag of what was read and decided on.")] = None,
) -> int:
    return version_of(if_match)


def version_of(if_match: str | None) -> int:
    """Read the version that whoever asks has seen.

    Raises:
        RequestRefused: None was named, or none of ours.
    """
    if if_match is None:
        raise RequestRefused("version-missing", "read it, and send its ETag as If-Match")
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise RequestRefused("malformed", "If-Match must be one ETag that a reading gave")
    return int(found[1])


TheOnce = Annotated[Once, Depends(_once)]
"""The request under its key, for a route that changes something."""

SeenVersion = Annotated[int, Depends(_version)]
"""The version that If-Match names."""


def etag(version: int) -> str:
    """Write a version as an ETag."""
    return f'"{version}"'
