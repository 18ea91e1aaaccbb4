"""The built page over HTTP: what is sent, under which headers, and what is said where it is not built."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from callcenter.web.desk.settings import DeskSettings
from callcenter.web.pages.built import BuiltPage
from tests.integration.api import Browser, Department, department

Serve = Callable[[Path], Browser]
SCRIPT = "console.log(1)" * 100


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


@pytest.fixture
def serve(work: Department, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Serve what is in a folder, in this test alone: applications share their routes and what answers beside them."""

    def served(folder: Path) -> Browser:
        monkeypatch.setattr(work.app.router, "default", BuiltPage(folder))
        return work.browser()

    return served


@pytest.fixture
def page(serve: Serve, tmp_path: Path) -> Browser:
    return serve(built(tmp_path / "static"))


def built(folder: Path) -> Path:
    """Build a page into a folder."""
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>page</title>")
    (folder / "assets" / "index-abc.js").write_text(SCRIPT)
    (folder / ".made").write_text("not for browsers")
    return folder


async def test_every_address_that_is_no_route_opens_the_page(page: Browser) -> None:
    for path in ("/", "/desk", "/records/7?at=now", "/.made", "/../secret", "/%2e%2e/secret"):
        answer = await page.http.get(path)
        assert (answer.status_code, answer.text) == (200, "<!doctype html><title>page</title>"), path
    for path in ("/api/v1/nothing", "/api/", "/assets/gone-def.js", "/dialplan/route"):
        answer = await page.http.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path
    assert (await page.http.post("/desk")).status_code == 404
    assert (await page.http.get("/", headers={"Host": "elsewhere.example"})).status_code == 400


async def test_the_page_is_asked_for_anew_and_what_has_a_hash_in_its_name_is_kept(page: Browser) -> None:
    opened, script = await page.http.get("/"), await page.http.get("/assets/index-abc.js")
    assert opened.headers["cache-control"] == "no-cache"
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert (script.headers["content-encoding"], script.text) == ("gzip", SCRIPT)
    plain = await page.http.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert (plain.headers.get("content-encoding"), plain.text) == (None, SCRIPT)


async def test_nothing_runs_in_the_page_but_its_own_files(page: Browser) -> None:
    headers = (await page.http.get("/")).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[kind] for kind in ("script-src", "style-src", "connect-src", "font-src")} == {"'self'"}
    assert "unsafe" not in headers["content-security-policy"]
    assert policy["require-trusted-types-for"] == "'script'"
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert "microphone=(self)" in headers["permissions-policy"]


async def test_a_page_reaches_the_switch_that_its_phone_is_at_and_nothing_wider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = DeskSettings(phones=tmp_path / "pages.conf", websocket="wss://pbx.example:8089/ws")
    async with department(tmp_path, desk=desk) as work:
        monkeypatch.setattr(work.app.router, "default", BuiltPage(built(tmp_path / "static")))
        headers = (await work.browser().http.get("/")).headers
    assert "connect-src 'self' wss://pbx.example:8089; " in headers["content-security-policy"]


async def test_a_service_without_a_built_page_says_what_to_do(serve: Serve, tmp_path: Path) -> None:
    browser = serve(tmp_path / "nothing")
    answer = await browser.http.get("/", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "the page is not built: run make ui, and start the service again",
    )
    assert (await browser.get("/session")).status_code == 401
