"""Everything that goes wrong, as problem+json (RFC 9457), its title in the reader's language."""

from __future__ import annotations

from typing import Any, NamedTuple

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from callcenter import locale
from callcenter.errors import BadInput, CallcenterError, StoreError
from callcenter.locale import Language
from callcenter.rules.records.refusals import StepRefused
from callcenter.store.conflicts import Conflict, KeyReused, Missing, NotAllowed, NoTerms, Outdated
from callcenter.store.sign_in.sessions import SignInBlocked, SignInRefused

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:callcenter:problem:"
_NOT_STORED = "the database takes nothing now: nothing was changed, the switch is watched on; try again later"

log = structlog.get_logger()


class Kind(NamedTuple):
    """A kind of problem: its status and its title in both languages."""

    status: int
    zh: str
    en: str


KINDS: dict[str, Kind] = {
    "malformed": Kind(400, "请求无法解析", "The request cannot be read"),
    "key-missing": Kind(400, "缺少幂等键", "An idempotency key is needed"),
    "wrong-host": Kind(400, "主机名不被接受", "Not served under this name"),
    "not-signed-in": Kind(401, "尚未登录", "Nobody is signed in"),
    "sign-in-refused": Kind(401, "用户名或密码错误", "Name or password are wrong"),
    "forbidden": Kind(403, "没有权限", "Not allowed"),
    "foreign-request": Kind(403, "请求来源不被接受", "The request does not come from our own pages"),
    "not-found": Kind(404, "未找到", "Not found"),
    "terms-missing": Kind(404, "尚未设定月度得分的基础分", "Nobody has set what a score begins with"),
    "method-not-allowed": Kind(405, "方法不被接受", "The method is not allowed here"),
    "conflict": Kind(409, "与现状冲突", "In conflict with how things stand"),
    "step-refused": Kind(409, "该步骤不能执行", "The step cannot be taken"),
    "evidence-broken": Kind(409, "证据与日志不符，记录已撤回", "Not borne out by the journal; the record is withdrawn"),
    "key-reused": Kind(409, "幂等键已用于另一请求", "The idempotency key belongs to another request"),
    "outdated": Kind(412, "内容已被他人修改", "Changed by somebody else meanwhile"),
    "too-large": Kind(413, "请求过大", "The request is too large"),
    "invalid": Kind(422, "内容不符合要求", "Not what is expected"),
    "version-missing": Kind(428, "须以If-Match注明所见版本", "If-Match must name the version that was read"),
    "too-many": Kind(429, "尝试过多，请稍后再试", "Too many attempts"),
    "internal": Kind(500, "内部错误", "Internal error"),
    "unavailable": Kind(503, "数据库暂不可用", "The database is not available"),
    "journal-unavailable": Kind(503, "日志暂不可用", "The journal is not available"),
    "half-kept": Kind(503, "已记入日志，未写入数据库", "In the journal, not in the database"),
}
_BY_STATUS = {401: "not-signed-in", 403: "forbidden", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}
_BY_ERROR: dict[type[CallcenterError], str] = {
    SignInBlocked: "too-many",
    SignInRefused: "sign-in-refused",
    Missing: "not-found",
    NoTerms: "terms-missing",
    NotAllowed: "forbidden",
    Outdated: "outdated",
    KeyReused: "key-reused",
    Conflict: "conflict",
    BadInput: "invalid",  # what the others are, too: it stands last
}


class Refused(CallcenterError):
    """A request that is refused before it does anything."""

    def __init__(self, kind: str, detail: str, **headers: str) -> None:
        self.kind = kind
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
    status, zh, en = KINDS[kind]
    language = language_of(request.headers.get("accept-language"))
    title = zh if language == "zh-CN" else en
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
        case Refused():
            return problem(request, error.kind, str(error), error.headers)
        case StepRefused():
            language = language_of(request.headers.get("accept-language"))
            return problem(request, "step-refused", error.told(language), why=error.why.value)
        case SignInBlocked():
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
    found = [(one["type"], ".".join(map(str, one["loc"])), str(one["msg"])) for one in error.errors()]
    if any(kind == "json_invalid" for kind, _, _ in found):
        return problem(request, "malformed", "the body is not JSON")
    errors = [{"place": place, "detail": in_words_of(request, message)} for _, place, message in found]
    return problem(request, "invalid", f"{errors[0]['place']}: {errors[0]['detail']}", errors=errors)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code, "malformed")
    return problem(request, kind, str(error.detail), dict(error.headers or {}))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("request_failed", path=request.url.path, error=type(error).__name__, exc_info=error)
    return problem(request, "internal", "the service's log says more")
