"""A record of the demo goes its way until somebody must decide; the first is left alone, for whoever looks on."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Mapping

import httpx

from callcenter.errors import LabError
from callcenter.locale import Language, Words

_LOOK_SECONDS = 3.0
_EXPLAINED = "V-MISSED"
_SAID = Words(
    "demo's review",
    {
        "told": "Please say how it came to this.",
        "explained": "I was still writing the note of the call before.",
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
        """Let the agent of a missed call be told of its record, and explain it, as soon as there is one.

        Whatever somebody at a page does with it meanwhile, has its way: nothing more is done then.
        """
        with contextlib.suppress(LabError):
            number = await self._proposed()
            await self._step(self._lead, number, "notify", "told")
            await self._step(await self._agent_of(number), number, "explain", "explained")

    async def _proposed(self) -> str:
        """Wait for a record that nobody has touched."""
        asked = {"state": "proposed", "verdict": "proposed", "rule": _EXPLAINED}
        while True:
            items = (await answered(self._lead.get("violations", params=asked))).json()["items"]
            if found := [one["id"] for one in items if one["mode"] == "on" and one["agent"] in self._agents]:
                return str(found[0])
            await asyncio.sleep(_LOOK_SECONDS)

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
