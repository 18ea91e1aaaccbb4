"""Records of the demo go their way: one waits for a decision with its explanation, one under an appeal."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Mapping

import httpx

from callcenter.errors import LabError
from callcenter.locale import Language, Words

_LOOK_SECONDS = 3.0
_SAID = Words(
    "demo's review",
    {
        "told": "Please say how it came to this.",
        "explained": "I was still writing the note of the call before.",
        "decided": "The note could have waited: the caller could not.",
        "appealed": "The rulebook gives time for the note. Please look at the minute before, too.",
    },
)


class DemoReview:
    """A lead and agents who take steps over the API.

    Args:
        lead: The lead's browser.
        agents: The agents', by their names at the switch.
        lang: The language in which they write.
    """

    def __init__(self, lead: httpx.AsyncClient, agents: Mapping[str, httpx.AsyncClient], lang: Language) -> None:
        self._lead = lead
        self._agents = agents
        self._say = _SAID.table(lang)

    async def take(self) -> None:
        """Let the first record be explained, and the second be decided and appealed, as soon as there are any.

        Whatever somebody at a page does with them meanwhile, has its way: nothing more is done then.
        """
        with contextlib.suppress(LabError):
            first = await self._explained(set())
            second = await self._explained({first})
            await self._step(self._lead, second, "confirm", "decided")
            await self._step(await self._agent_of(second), second, "appeal", "appealed")

    async def _explained(self, others: set[str]) -> str:
        """Wait for a record that nobody has touched; its agent is told, and explains."""
        while True:
            if found := await self._proposed() - others:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        number = min(found)
        await self._step(self._lead, number, "notify", "told")
        await self._step(await self._agent_of(number), number, "explain", "explained")
        return number

    async def _proposed(self) -> set[str]:
        asked = {"state": "proposed", "verdict": "proposed"}
        items = (await answered(self._lead.get("violations", params=asked))).json()["items"]
        return {one["id"] for one in items if one["mode"] == "on" and one["agent"] in self._agents}

    async def _agent_of(self, number: str) -> httpx.AsyncClient:
        return self._agents[(await answered(self._lead.get(f"violations/{number}"))).json()["agent"]]

    async def _step(self, person: httpx.AsyncClient, number: str, action: str, words: str) -> None:
        read = await answered(person.get(f"violations/{number}"))
        headers = {"If-Match": read.headers["etag"], "Idempotency-Key": secrets.token_hex(16)}
        await answered(person.post(f"violations/{number}/{action}", json={"note": self._say[words]}, headers=headers))


async def answered(asked: Awaitable[httpx.Response]) -> httpx.Response:
    """Return an answer of the service.

    Raises:
        LabError: There is none, or it is a refusal.
    """
    try:
        answer = await asked
    except httpx.HTTPError as error:
        raise LabError(f"The page of an agent gets no answer: {error}") from error
    if answer.is_error:
        raise LabError(f"The page of an agent is refused: {answer.text}")
    return answer
