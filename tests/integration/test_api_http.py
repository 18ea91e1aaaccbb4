"""The API as HTTP: problems, languages, headers, hosts, origins, sizes, its OpenAPI document, and a real socket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from callcenter.errors import BadSetting
from callcenter.web.problems import KINDS, language_of
from callcenter.web.server import web_server
from callcenter.web.settings import WebSettings
from tests.integration.api import Department, department
from tests.integration.office import PASSWORD, propose, settings_of
from tests.support.databases import DATABASES

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("zh-CN", "zh-CN"),
        ("en", "en"),
        ("EN-us,zh;q=0.9", "en"),
        ("en;q=0.3, zh-TW;q=0.8", "zh-CN"),
        ("de, en;q=0.1", "en"),
        ("de", "zh-CN"),
        ("en;q=nonsense", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("," * 9000, "zh-CN"),
    ],
)
def test_language_is_what_the_reader_likes_best(accepted: str | None, language: str) -> None:
    assert language_of(accepted) == language


async def test_details_of_problems_are_told_in_the_reader_s_language(work: Department) -> None:
    browser = work.browser()
    for tag, refused, missing in (("zh-CN", "请先登录", "缺少此项"), ("en", "sign in first", "Field required")):
        reader = {"Accept-Language": tag}
        assert (await browser.get("/session", **reader)).json()["detail"] == refused
        told = (await browser.send("POST", "/session", {}, **reader)).json()
        assert {error["detail"] for error in told["errors"]} == {missing}


async def test_problem_is_told_in_the_reader_s_language(work: Department) -> None:
    browser = work.browser()
    both = [await browser.get("/session", **{"Accept-Language": tag}) for tag in ("zh-CN", "en")]
    assert [(b.json()["title"], b.headers["content-language"]) for b in both] == [
        ("尚未登录", "zh-CN"),
        ("Nobody is signed in", "en"),
    ]
    assert both[0].json().keys() == {"type", "title", "status", "detail", "instance"}
    assert (both[0].json()["status"], both[0].json()["instance"]) == (401, "/api/v1/session")


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/v1/nothing", b"", 404),
        ("POST", "/", b"", 404),
        ("PUT", "/api/v1/session", b"", 405),
        ("POST", "/api/v1/session", b"", 422),
        ("POST", "/api/v1/session", b"{", 400),
        ("POST", "/api/v1/session", b"\xff\xfe", 400),
        ("POST", "/api/v1/session", b"[]", 422),
        ("POST", "/api/v1/session", b'{"name":"x"}', 422),
        ("POST", "/api/v1/session", b'{"name":"x","password":"y","more":1}', 422),
        ("POST", "/api/v1/session", b'{"name":"\\ud800","password":"y"}', 422),
        ("POST", "/api/v1/session", b"[" * 60_000, 400),
        ("POST", "/api/v1/session", b" " * 65_537, 413),
        ("POST", "/api/v1/session", b'{"name":"' + b"x" * 60_000 + b'","password":"y"}', 422),
    ],
)
async def test_whatever_is_sent_is_answered_with_a_problem(
    work: Department, method: str, path: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await work.browser().http.request(method, path, content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["type"].removeprefix("urn:callcenter:problem:") in KINDS


async def test_body_without_a_length_is_cut_off(work: Department) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1024

    answer = await work.browser().http.post(
        "/api/v1/session", content=endless(), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


async def test_answers_carry_what_keeps_browsers_safe(work: Department) -> None:
    for answer in (await work.browser().get("/session"), await work.browser().get("/openapi.json")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "strict-transport-security" not in answer.headers


async def test_what_is_refused_is_logged_with_who_asked(work: Department) -> None:
    alice = await work.signed_in("alice")
    with capture_logs() as told:
        await alice.get("/users/root?secret=1")
    (line,) = [one for one in told if one["event"] == "request_forbidden"]
    assert (line["account"], line["method"], line["route"]) == ("alice", "GET", "/users/{name}")
    assert "secret" not in str(line)


@pytest.mark.one_database
async def test_trace_is_not_answered(work: Department) -> None:
    answer = await work.browser().http.request("TRACE", "/api/v1/session", headers={"X-Secret": "one"})
    assert (answer.status_code, "one" in answer.text) == (405, False)


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1.evil.example", "[", "localhost@evil.example"])
async def test_foreign_name_for_our_address_is_refused(work: Department, host: str) -> None:
    answer = await work.browser().get("/session", Host=host)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:callcenter:problem:wrong-host")


@pytest.mark.parametrize("host", ["localhost", "localhost:9999", "127.0.0.1", "[::1]:8080"])
async def test_own_names_are_served(work: Department, host: str) -> None:
    assert (await work.browser().get("/session", Host=host)).status_code == 401


@pytest.mark.one_database
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_s_page_cannot_even_sign_in(work: Department, headers: dict[str, str]) -> None:
    await work.signed_in("sun")
    body = {"name": "sun", "password": PASSWORD}
    answer = await work.browser().http.post("/api/v1/session", json=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:callcenter:problem:foreign-request")


async def test_own_page_signs_in(work: Department) -> None:
    await work.signed_in("sun")
    headers = {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}
    answer = await work.browser().http.post(
        "/api/v1/session", json={"name": "sun", "password": PASSWORD}, headers=headers
    )
    assert answer.status_code == 201


async def test_database_that_is_broken_is_said_to_be_unavailable(work: Department, tmp_path: Path) -> None:
    sun = await work.signed_in("sun")
    DATABASES.sql(settings_of(tmp_path), "ALTER TABLE violations RENAME TO gone")
    answer = await sun.get("/violations")
    DATABASES.sql(settings_of(tmp_path), "ALTER TABLE gone RENAME TO violations")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:callcenter:problem:unavailable")
    assert "violations" not in answer.json()["detail"]


@pytest.mark.one_database
async def test_what_nobody_thought_of_is_a_problem_too(work: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work.app.router, "routes", [*work.app.routes])  # that applications share

    @work.app.get("/api/v1/broken")
    async def broken() -> None:
        raise ZeroDivisionError("secret")

    answer = await work.browser().get("/broken")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "secret" not in answer.text


@pytest.mark.one_database
class TestDocument:
    @staticmethod
    def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                yield path, method, operation

    async def test_every_reference_leads_somewhere(self, work: Department) -> None:
        answer = await work.browser().get("/openapi.json")
        schemas = answer.json()["components"]["schemas"]
        named = set(re.findall(r'"#/components/schemas/([^"]+)"', answer.text))
        assert named <= set(schemas)
        assert answer.json()["openapi"].startswith("3.1")

    async def test_every_error_is_a_problem_and_none_is_the_framework_s_own(self, work: Department) -> None:
        answer = await work.browser().get("/openapi.json")
        errors = [
            response["content"]
            for _, _, operation in self.operations(answer.json())
            for status, response in operation["responses"].items()
            if status >= "4"
        ]
        assert {tuple(content) for content in errors} == {("application/problem+json",)}
        assert "HTTPValidationError" not in answer.text

    async def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(self, work: Department) -> None:
        document = (await work.browser().get("/openapi.json")).json()
        operations = list(self.operations(document))
        assert len({operation["operationId"] for _, _, operation in operations}) == len(operations) > 15
        assert [path for path, _, operation in operations if not operation.get("description")] == []

    async def test_steps_ask_for_a_version_and_a_key(self, work: Department) -> None:
        document = (await work.browser().get("/openapi.json")).json()
        step = document["paths"]["/api/v1/violations/{number}/{action}"]["post"]
        assert {"if-match", "idempotency-key"} <= {p["name"].lower() for p in step["parameters"]}
        assert step["security"]

    async def test_every_route_that_is_not_for_signing_in_asks_who_it_is(self, work: Department) -> None:
        document = (await work.browser().get("/openapi.json")).json()
        free = [
            (path, method) for path, method, operation in self.operations(document) if not operation.get("security")
        ]
        notice = "/api/v1/notices/{token}"  # its link is the right
        first = "/api/v1/first-account"  # its code is
        signing_in = ("/api/v1/session", "post")
        assert free == [signing_in, (first, "get"), (first, "post"), (notice, "get"), (notice, "post")]

    async def test_every_documented_route_refuses_strangers(self, work: Department) -> None:
        document = (await work.browser().get("/openapi.json")).json()
        browser, answers = work.browser(), {}
        told = {"number": "0" * 32, "action": "notify", "uniqueid": "1.1", "month": "2026-03"}
        told |= {"year": "2026", "quarter": "1"}
        for path, method, operation in self.operations(document):
            if operation.get("security"):
                concrete = re.sub(r"\{(\w+)\}", lambda name: told.get(name[1], "x"), path).removeprefix("/api/v1")
                answer = await browser.send(method.upper(), concrete, {})
                answers[path, method] = answer.status_code
        assert {key: code for key, code in answers.items() if code != 401} == {}


class TestSocket:
    async def test_record_is_confirmed_over_a_real_socket(self, work: Department) -> None:
        await work.signed_in("sun")
        number = await propose(work.decisions)
        server = web_server(WebSettings(port=0), work.app)
        serving = asyncio.create_task(server.run())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}/api/v1", trust_env=False) as client:
            me = await client.post("/session", json={"name": "sun", "password": PASSWORD})
            headers = {"X-CSRF-Token": me.json()["csrf"], "Idempotency-Key": "over-a-socket", "If-Match": '"1"'}
            told = await client.post(f"/violations/{number}/notify", json={}, headers=headers)
            read = await client.get(f"/violations/{number}")
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        assert (told.status_code, read.json()["state"], "server" in read.headers) == (200, "notified", False)

    @pytest.mark.one_database
    @pytest.mark.parametrize(("proxies", "codes"), [((), [401, 429]), (("127.0.0.1",), [401, 401])])
    async def test_only_a_proxy_of_ours_says_who_is_behind_it(
        self, tmp_path: Path, proxies: tuple[str, ...], codes: list[int]
    ) -> None:
        async with department(tmp_path, sign_ins_per_minute=1) as work:
            server = web_server(WebSettings(port=0, proxies=proxies), work.app)
            serving = asyncio.create_task(server.run())
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
                tries = [
                    await client.post(
                        "/api/v1/session",
                        json={"name": "nobody", "password": PASSWORD},
                        headers={"X-Forwarded-For": address},
                    )
                    for address in ("10.0.0.1", "10.0.0.2")
                ]
            serving.cancel()
            await asyncio.wait([serving])
        assert [one.status_code for one in tries] == codes

    @pytest.mark.one_database
    async def test_port_that_is_taken_stops_the_start_in_a_sentence(self, work: Department) -> None:
        first = web_server(WebSettings(port=0), work.app)
        with pytest.raises(BadSetting, match=rf"web.port: 127.0.0.1:{first.port} cannot be listened on"):
            web_server(WebSettings(port=first.port), work.app)
        first.close()
