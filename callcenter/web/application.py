"""The application: routes, errors, the guard around them, and an OpenAPI document that says what they do."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from callcenter import __version__
from callcenter.web import dialplan
from callcenter.web.api import (
    audit,
    authenticator,
    changes,
    classes,
    desk,
    figures,
    live,
    promises,
    rules,
    session,
    surveys,
    users,
    violations,
)
from callcenter.web.api.acts import routes as acts
from callcenter.web.api.acts import told
from callcenter.web.api.admin import health, outbox, roster, sessions, site
from callcenter.web.api.aftercare import care, follow_ups, measures, registers, remedies, reviews
from callcenter.web.api.aftercare import figures as complaint_figures
from callcenter.web.api.calls import listing, recorded, timeline
from callcenter.web.api.complaints import cases, moves, notices, people
from callcenter.web.api.customers import cards, contacts, imports, looks, merges, numbers
from callcenter.web.api.enquiries import attachments, reports
from callcenter.web.api.enquiries import routes as enquiries
from callcenter.web.api.lost_calls import routes as lost_calls
from callcenter.web.api.page import (
    dialling,
    first_account,
    floor,
    manual_pages,
    own_day,
    people_names,
    queue_names,
    walls,
)
from callcenter.web.api.review import effect, trials
from callcenter.web.api.scores import given, quarters
from callcenter.web.api.scores import routes as scores
from callcenter.web.guard import SAFE, Guard
from callcenter.web.pages.built import BuiltPage
from callcenter.web.problems import KINDS, MEDIA_TYPE, install
from callcenter.web.service import Service

API = "/api/v1"
ROUTERS = (
    session.router,
    authenticator.router,
    first_account.router,
    own_day.router,
    floor.router,
    walls.router,
    dialling.router,
    effect.router,
    manual_pages.router,
    queue_names.router,
    people_names.router,
    violations.router,
    recorded.router,
    listing.router,
    timeline.router,
    desk.router,
    acts.router,
    told.router,
    looks.router,
    numbers.router,
    merges.router,
    imports.router,
    contacts.router,
    cards.router,
    users.router,
    sessions.router,
    roster.router,
    health.router,
    outbox.router,
    site.router,
    audit.router,
    changes.router,
    trials.router,
    rules.router,
    promises.router,
    figures.router,
    live.router,
    quarters.router,
    scores.router,
    surveys.router,
    lost_calls.router,
    people.router,
    moves.router,
    cases.router,
    notices.router,
    classes.router,
    enquiries.router,
    reports.router,
    attachments.router,
    complaint_figures.router,
    follow_ups.router,
    measures.router,
    *reviews.ROUTERS,
    remedies.router,
    registers.router,
    *care.ROUTERS,
    *given.ROUTERS,
)
"""Every route that there is, below `API`."""

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457; `title` and, of a refused step, `detail` follow Accept-Language.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "enum": [f"urn:callcenter:problem:{kind}" for kind in KINDS]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "changes": {"type": "array", "items": {"type": "object"}, "description": "Fields that others changed since."},
        "yours": {"type": "object", "description": "What was sent, where others changed it since."},
        "why": {"type": "string", "description": "Code of the sentence, of a refused step or move."},
        "cases": {"type": "array", "items": {"type": "object"}, "description": "Open cases of the same matter."},
        "errors": {"type": "array", "items": {"type": "object"}, "description": "Each thing that is not as expected."},
    },
}


def make_application(service: Service) -> FastAPI:
    """Make the application of a service."""
    app = FastAPI(
        title="callcenter", version=__version__, openapi_url=f"{API}/openapi.json", docs_url=None, redoc_url=None
    )
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    token = service.settings.dialplan.reveal()
    if token is not None:
        app.state.dialplan_token = token
        app.include_router(dialplan.router)
    app.router.default = BuiltPage()
    install(app)
    app.add_middleware(
        Guard,
        settings=service.settings,
        takes_files=[API + path for path in (*imports.FILES, *attachments.FILES, *roster.FILES)],
    )
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]  # FastAPI's documented way
    return app


def _document(app: FastAPI) -> dict[str, Any]:
    """Describe the API; every error is a problem, none is FastAPI's own."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        schemas = document["components"]["schemas"]
        for ours_are_other in ("HTTPValidationError", "ValidationError"):
            schemas.pop(ours_are_other, None)
        schemas["Problem"] = _PROBLEM
        for path in document["paths"].values():
            for method, operation in path.items():
                _describe_errors(operation, changing=method.upper() not in SAFE)
        app.openapi_schema = document
    return app.openapi_schema


def _describe_errors(operation: dict[str, Any], *, changing: bool) -> None:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    statuses = {kind.status for kind in KINDS.values()}
    if not changing:
        statuses -= {409, 412, 413, 428}
    for status in sorted(statuses):
        titles = [kind.title for kind in KINDS.values() if kind.status == status]
        operation["responses"][str(status)] = {"description": "; ".join(titles), "content": content}
