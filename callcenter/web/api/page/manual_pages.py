"""The manual as the page's help shows it: its topics, and a topic's text, in the reader's language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from callcenter import manual
from callcenter.web.api.fields import ResponseBody
from callcenter.web.auth import TheSession
from callcenter.web.problems import RequestRefused, language_of

router = APIRouter(prefix="/manual", tags=["page"])


class ManualTopic(ResponseBody):
    """What a page of the manual is about."""

    topic: str
    title: str


class ManualTopics(ResponseBody):
    """All of them, in the order in which somebody new would read them."""

    items: list[ManualTopic]


class ManualPage(ManualTopic):
    """A page, as Markdown; `<!-- #place -->` stands before a heading that help leads to."""

    text: str


@router.get("")
async def read_topics(_: TheSession, request: Request) -> ManualTopics:
    """List what the manual is about."""
    language = language_of(request.headers.get("accept-language"))
    items = [ManualTopic(topic=topic, title=manual.title(topic, language)) for topic in manual.TOPICS]
    return ManualTopics(items=items)


@router.get("/{topic}")
async def read_topic(_: TheSession, request: Request, topic: Annotated[str, Path(max_length=40)]) -> ManualPage:
    """Return a page of the manual."""
    if topic not in manual.TOPICS:
        raise RequestRefused("not-found", "the manual has no such page")
    language = language_of(request.headers.get("accept-language"))
    text = manual.page_with_places(topic, language)
    return ManualPage(topic=topic, title=manual.title(topic, language), text=text)
