"""Everything that goes wrong, as problem+json (RFC 9457), its title in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from callcenter import locale
from callcenter.cases.complaints.vocabulary import MoveWhy
from callcenter.errors import BadInput, CallcenterError, StoreError, SwitchError, SwitchUnsuitable
from callcenter.locale import Language
from callcenter.rules.records.refusals import StepRefused
from callcenter.store.conflicts import Conflict, KeyReused, Missing, NotAllowed, NoTerms, Outdated
from callcenter.store.sign_in.lanes import Busy
from callcenter.store.sign_in.sessions import CodeAsked, SignInBlocked, SignInRefused
from callcenter.usecases.complaints.move_case import MoveRefused

MEDIA_TYPE = "application/problem+json"
FORBIDDEN = 403
ASKED_BY = "asked_by"
"""Where a request's state has the account that asks."""
_TYPE = "urn:callcenter:problem:"
_CODE = locale.english("small letters, digits, dots, dashes and underscores, a letter or digit first, and not too many")
_FORM = locale.english("it has a character or a form that cannot be here")
_NOT_STORED = locale.english(
    "the database takes nothing now: nothing was changed, the switch is watched on; try again later"
)

log = structlog.get_logger()


class ProblemKind(NamedTuple):
    """A kind of problem: its status and its title."""

    status: int
    title: str

    def said(self, language: Language) -> str:
        """Say the title in a language."""
        return locale.text(self.title, language, context="problem")


KINDS: dict[str, ProblemKind] = {
    "malformed": ProblemKind(400, "The request cannot be read"),
    "key-missing": ProblemKind(400, "An idempotency key is needed"),
    "wrong-host": ProblemKind(400, "Not served under this name"),
    "not-signed-in": ProblemKind(401, "Nobody is signed in"),
    "sign-in-refused": ProblemKind(401, "Name or password are wrong"),
    "code-asked": ProblemKind(401, "The authenticator's code is asked for"),
    "forbidden": ProblemKind(403, "Not allowed"),
    "password-given": ProblemKind(403, "The password must be changed first"),
    "authenticator-missing": ProblemKind(403, "An authenticator must be set up first"),
    "unproven": ProblemKind(403, "The password is asked for once more"),
    "foreign-request": ProblemKind(403, "The request does not come from our own pages"),
    "not-found": ProblemKind(404, "Not found"),
    "terms-missing": ProblemKind(404, "Nobody has set what a score begins with"),
    "method-not-allowed": ProblemKind(405, "The method is not allowed here"),
    "conflict": ProblemKind(409, "In conflict with how things stand"),
    "step-refused": ProblemKind(409, "The step cannot be taken"),
    "case-open": ProblemKind(409, "There is an open case of this matter"),
    "phone-in-use": ProblemKind(409, "Another page has the phone"),
    "evidence-broken": ProblemKind(409, "Not borne out by the journal; the record is withdrawn"),
    "key-reused": ProblemKind(409, "The idempotency key belongs to another request"),
    "outdated": ProblemKind(412, "Changed by somebody else meanwhile"),
    "too-large": ProblemKind(413, "The request is too large"),
    "invalid": ProblemKind(422, "Not what is expected"),
    "version-missing": ProblemKind(428, "If-Match must name the version that was read"),
    "too-many": ProblemKind(429, "Too many attempts"),
    "internal": ProblemKind(500, "Internal error"),
    "unavailable": ProblemKind(503, "The database is not available"),
    "switch-unavailable": ProblemKind(503, "The switch does not do it"),
    "journal-unavailable": ProblemKind(503, "The journal is not available"),
    "half-kept": ProblemKind(503, "In the journal, not in the database"),
}
_BY_STATUS = {401: "not-signed-in", 403: "forbidden", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}
_BY_WHY = {
    MoveWhy.UNKNOWN_CASE: "not-found",
    MoveWhy.WRONG_STATE: "conflict",
    MoveWhy.NOT_ALLOWED: "forbidden",
    MoveWhy.OWN_MATTER: "forbidden",
    MoveWhy.INCOMPLETE: "invalid",
    MoveWhy.NOT_POSSIBLE: "invalid",
    MoveWhy.TOO_LATE: "conflict",
}
"""As what a move of a case that is refused is told."""
_BY_ERROR: dict[type[CallcenterError], str] = {
    SignInBlocked: "too-many",
    Busy: "too-many",
    SignInRefused: "sign-in-refused",
    CodeAsked: "code-asked",
    Missing: "not-found",
    NoTerms: "terms-missing",
    NotAllowed: "forbidden",
    Outdated: "outdated",
    KeyReused: "key-reused",
    Conflict: "conflict",
    SwitchUnsuitable: "conflict",
    SwitchError: "switch-unavailable",
    BadInput: "invalid",  # what the others are, too: it stands last
}


class RequestRefused(CallcenterError):
    """A request that is refused before it does anything."""

    def __init__(self, kind: str, detail: str, more: Mapping[str, Any] | None = None, **headers: str) -> None:
        self.kind = kind
        self.more = more or {}
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(detail)


def language_of(accepted: str | None) -> Language:
    """Choose a language by Accept-Language; Chinese where nothing that we speak is asked for."""
    best: tuple[float, Language] = (0.0, "zh-CN")
    for part in (accepted or "").split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        main = tag.strip().lower().partition("-")[0]
        if main in {"zh", "en"} and weight > best[0]:
            best = (weight, "zh-CN" if main == "zh" else "en")
    return best[1]


def problem(request: Request, kind: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """Answer with a problem."""
    status, language = KINDS[kind].status, language_of(request.headers.get("accept-language"))
    if status == FORBIDDEN:
        account, route = getattr(request.state, ASKED_BY, None), getattr(request.scope.get("route"), "path", None)
        log.warning("request_forbidden", kind=kind, account=account, method=request.method, route=route)
    title = KINDS[kind].said(language)
    told_detail = in_words_of(request, detail)
    body = {"type": _TYPE + kind, "title": title, "status": status, "detail": told_detail, "instance": request.url.path}
    told = {"Content-Language": language, "Vary": "Accept-Language", **(headers or {})}
    return JSONResponse(body | more, status, told, MEDIA_TYPE)


def in_words_of(request: Request, english: str) -> str:
    """Say a sentence in the reader's language."""
    return locale.sentence(english, language_of(request.headers.get("accept-language")))


def install(app: FastAPI) -> None:
    """Let the application answer every error with a problem."""
    app.add_exception_handler(CallcenterError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _ours(request: Request, error: Exception) -> Response:
    headers: dict[str, str] = {}
    match error:
        case RequestRefused():
            return problem(request, error.kind, str(error), error.headers, **error.more)
        case StepRefused():
            language = language_of(request.headers.get("accept-language"))
            return problem(request, "step-refused", error.told(language), why=error.why.value)
        case MoveRefused():
            return problem(request, _BY_WHY[error.why], str(error), why=error.why.value, fields=list(error.fields))
        case SignInBlocked() | Busy():
            headers = {"Retry-After": str(error.seconds)}
        case Outdated():
            headers = {"ETag": f'"{error.version}"'}
        case StoreError():
            log.error("request_not_stored", error=str(error))
            return problem(request, "unavailable", _NOT_STORED, {"Retry-After": "5"})
        case _:
            pass
    kind = next((kind for ours, kind in _BY_ERROR.items() if isinstance(error, ours)), None)
    return await _unexpected(request, error) if kind is None else problem(request, kind, str(error), headers)


async def _invalid(request: Request, error: Exception) -> Response:
    """Name what is wrong, and never repeat it: it may be a password."""
    assert isinstance(error, RequestValidationError)
    found = [(one["type"], ".".join(map(str, one["loc"])), _said(one)) for one in error.errors()]
    if any(kind == "json_invalid" for kind, _, _ in found):
        return problem(request, "malformed", "the body is not JSON")
    errors = [{"place": place, "detail": in_words_of(request, message)} for _, place, message in found]
    return problem(request, "invalid", f"{errors[0]['place']}: {errors[0]['detail']}", errors=errors)


def _said(error: dict[str, Any]) -> str:
    """Say what is wrong with a value; what form it should have as people read it."""
    if error["type"] != "string_pattern_mismatch":
        return str(error["msg"])
    return _CODE if error["ctx"]["pattern"].startswith("^[a-z0-9][a-z0-9._-]") else _FORM


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code, "malformed")
    return problem(request, kind, str(error.detail), dict(error.headers or {}))


def _path(request: Request) -> str:
    """Return a path for the log, without the token that a department's link ends with."""
    head, notices, _ = request.url.path.partition("/notices/")
    return head + notices


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("request_failed", path=_path(request), error=type(error).__name__, exc_info=error)
    return problem(request, "internal", "the service's log says more")
