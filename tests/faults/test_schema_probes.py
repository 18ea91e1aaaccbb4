"""Every operation of the API's own document, probed with what it allows and with what it does not: no 500."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from callcenter.files.rulebook import load_rulebook
from callcenter.store.sign_in.accounts import Accounts
from callcenter.store.unit_of_work import DecisionStore
from callcenter.tracker import RulesInForce
from callcenter.web.application import make_application
from callcenter.web.service import build
from callcenter.web.settings import WebSettings
from tests.integration.api import Browser, Department, department
from tests.integration.office import QUICK, propose

WHO = {
    "/desk": "alice",
    "/acts/notices": "alice",
    "/my-day": "alice",
    "/audit": "root",
    "/users": "root",
    "/rules/agreement": "root",
    "/assessments": "tian",
    "/adjustments": "tian",
}
UNSENT = {"content-length", "host", "connection", "transfer-encoding"}


class Probed:
    """A department in a loop of its own, asked by tests that know nothing of loops."""

    def __init__(self, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self._open = department(folder, sign_ins_per_minute=100_000)
        self.work: Department = self._runner.run(self._open.__aenter__())
        self._runner.run(propose(self.work.decisions))
        # the one thread that files are written in is there from the beginning
        self._runner.get_loop().set_default_executor(ThreadPoolExecutor(max_workers=1))
        self._runner.run(asyncio.to_thread(int))

    def close(self) -> None:
        self._runner.run(self._open.__aexit__(None, None, None))
        self._runner.close()

    def ask(self, case: Any) -> httpx.Response:
        return self._runner.run(self._ask(case))

    async def _ask(self, case: Any) -> httpx.Response:
        name = next((who for path, who in WHO.items() if path in case.path), "ma")
        browser = await self.work.signed_in(name)
        answer = await _sent(browser, case)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            if (await browser.get("/session")).status_code == httpx.codes.OK:
                return answer
            await browser.sign_in(name)  # an earlier case has signed out
            answer = await _sent(browser, case)
        return answer


async def _sent(browser: Browser, case: Any) -> httpx.Response:
    told = case.as_transport_kwargs(base_url="http://127.0.0.1:8080")
    headers = {k: v for k, v in (told.get("headers") or {}).items() if k.lower() not in UNSENT}
    headers |= {"X-CSRF-Token": browser.csrf}
    sent = [(k.encode("utf-8", "replace"), str(v).encode("utf-8", "replace")) for k, v in headers.items()]
    body = {key: told[key] for key in ("json", "data") if told.get(key) is not None}
    if "data" in body:
        body = {"content": body["data"] if isinstance(body["data"], bytes) else str(body["data"]).encode()}
    try:
        request = browser.http.build_request(
            told["method"], told["url"], params=told.get("params"), headers=sent, **body
        )
    except (httpx.InvalidURL, UnicodeEncodeError, ValueError, TypeError):
        return httpx.Response(400)  # no client could send it
    return await browser.http.send(request)


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probed]:
    found = Probed(tmp_path_factory.mktemp("probed"))
    yield found
    found.close()


def document() -> dict[str, Any]:
    """Describe the API; nobody is asked for it, so that there is no database."""
    in_force = RulesInForce(load_rulebook(), None)
    return make_application(
        build(WebSettings(), cast("DecisionStore", None), lambda: in_force, accounts=Accounts(QUICK))
    ).openapi()


@pytest.fixture(scope="module")
def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(document())
    found: list[Any] = [found.ok() for found in cast("Any", schema.get_all_operations())]
    assert len(found) > 200
    return found


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("examples", [pytest.param(2, id="few"), pytest.param(20, id="many", marks=pytest.mark.soak)])
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_that_is_asked_ends_in_an_error_of_ours(
    probed: Probed, operations: list[Any], mode: GenerationMode, examples: int
) -> None:
    wrongs = []
    for one in operations:
        if mode is GenerationMode.POSITIVE or one.body or one.query:
            wrongs += probe(probed, one, mode, examples)
    assert wrongs == []


def probe(probed: Probed, operation: Any, mode: GenerationMode, examples: int) -> list[str]:
    """Ask one operation so many times; returns what it answered with an error of ours, and if it answered nothing."""
    told: list[str] = []
    asked = 0

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def ask(case: Any) -> None:
        nonlocal asked
        answer = probed.ask(case)
        asked += 1
        if answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
            told.append(f"{case.method} {case.path} {answer.text}\n{case.as_curl_command()}")

    ask()
    return told or ([] if asked else [f"{operation.method} {operation.path} was not asked"])
