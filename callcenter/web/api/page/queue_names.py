"""What queues are called, for whoever reads of one."""

from __future__ import annotations

from fastapi import APIRouter, Request

from callcenter.web.api.fields import ResponseBody
from callcenter.web.auth import TheSession
from callcenter.web.problems import language_of
from callcenter.web.service import Service, TheService

router = APIRouter(prefix="/queues", tags=["page"])


class QueueName(ResponseBody):
    """A queue to which the site gave a name."""

    queue: str
    name: str


class QueueNames(ResponseBody):
    """All of them; any other is called as the switch calls it."""

    items: list[QueueName]


@router.get("")
async def list_queue_names(_: TheSession, service: TheService, request: Request) -> QueueNames:
    """List what queues are called in the reader's language."""
    found = names_of_queues(service, request)
    return QueueNames(items=[QueueName(queue=queue, name=name) for queue, name in sorted(found.items())])


def names_of_queues(service: Service, request: Request) -> dict[str, str]:
    """Return what queues are called in the language of whoever asks; those that the site gave no name are left out."""
    language = language_of(request.headers.get("accept-language"))
    named = [(one.queue, one.zh if language == "zh-CN" else one.en) for one in service.own.queues.said.values()]
    return {queue: name for queue, name in named if name}
