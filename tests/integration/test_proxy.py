"""TLS for browsers: docker/proxy's nginx before the service, as the container starts it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from callcenter.web.server import serve_web, web_server
from callcenter.web.settings import WebSettings
from tests.integration.api import Department, department
from tests.integration.lively import Lively
from tests.integration.office import PASSWORD
from tests.support.mosquitto import free_port

START = Path(__file__).parents[2] / "docker/proxy/start"
CERTIFICATE = Path(__file__).parent / "tls" / "cert.pem"
PATH = "/usr/sbin:/usr/bin:/bin"
ATTEMPTS = 2
PATIENCE = 20
TOKEN = "a-token-of-sixteen"
OLD = {ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1}

pytestmark = pytest.mark.one_database


class Proxied:
    """A department behind the proxy; `switch` notes what the switch's web server is asked."""

    def __init__(self, work: Department, port: int, switch: list[str]) -> None:
        self.work = work
        self.port = port
        self.switch = switch

    def browser(self, address: str = "127.0.0.1", **terms: Any) -> httpx.AsyncClient:
        """Give a browser at an address of this machine; `terms` are what it makes of TLS."""
        trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
        for name, value in terms.items():
            setattr(trusting, name, value)
        if trusting.maximum_version in OLD:
            trusting.set_ciphers("ALL:@SECLEVEL=0")
        transport = httpx.AsyncHTTPTransport(verify=trusting, local_address=address)
        return httpx.AsyncClient(base_url=f"https://localhost:{self.port}", transport=transport, timeout=PATIENCE)


@pytest.fixture
async def behind(tmp_path: Path) -> AsyncIterator[Proxied]:
    told: dict[str, Any] = {
        "dialplan": {"secret": SecretStr(TOKEN)},
        "secure": True,
        "proxies": ("127.0.0.1",),
        "sign_ins_per_minute": ATTEMPTS,
    }
    async with department(tmp_path, Lively().feed, **told) as work:
        await work.signed_in("alice")
        server = web_server(WebSettings(port=0, **told), work.app)
        serving = asyncio.create_task(serve_web(server, work.service))
        try:
            async with switch() as (asked, its), proxy(tmp_path, server.port, its) as port:
                yield Proxied(work, port, asked)
        finally:
            serving.cancel()
            await asyncio.wait([serving])


@asynccontextmanager
async def switch() -> AsyncIterator[tuple[list[str], int]]:
    """Take WebSockets from everybody, as Asterisk does; yields what was asked, and the port."""
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        while said := await reader.read(100):
            writer.write(said)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield asked, server.sockets[0].getsockname()[1]


@asynccontextmanager
async def proxy(
    folder: Path, service: int, switch: int | None = None, log: list[str] | None = None
) -> AsyncIterator[int]:
    """Start nginx by the container's own script; certificate and key are one file, as Asterisk has them."""
    port, pem = free_port(), folder / "page.pem"
    pem.write_bytes(CERTIFICATE.read_bytes() + CERTIFICATE.with_name("key.pem").read_bytes())
    told = {"LISTEN": f"127.0.0.1:{port}", "CERTIFICATE": str(pem), "SERVICE": f"127.0.0.1:{service}"}
    told |= {} if switch is None else {"SWITCH": f"127.0.0.1:{switch}"}
    running = await asyncio.create_subprocess_exec(
        *("setpriv", "--pdeathsig", "TERM", str(START)),
        env={"PATH": PATH, "FOLDER": str(folder)} | told,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            while not await _answers(port):
                assert running.returncode is None, await running.communicate()
                await asyncio.sleep(0.05)
        yield port
    finally:
        if running.returncode is None:
            running.terminate()
        _, said = await running.communicate()
        if log is not None:
            log.append(said.decode())


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def sign_in(browser: httpx.AsyncClient, password: str = PASSWORD, **headers: str) -> httpx.Response:
    told = {"name": "alice", "password": password}
    return await browser.post("/api/v1/session", json=told, headers=headers)


async def test_somebody_signs_in_by_tls_and_sees_what_happens_when_it_happens(behind: Proxied) -> None:
    async with behind.browser() as browser:
        answer = await sign_in(browser)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        assert "max-age" in answer.headers["strict-transport-security"]
        cookies = answer.headers.get_list("set-cookie")
        assert cookies
        assert [one for one in cookies if "Secure" not in one] == []
        async with browser.stream("GET", "/api/v1/live") as stream, asyncio.timeout(PATIENCE):
            said = b""
            async for chunk in stream.aiter_bytes():
                said += chunk
                if b"event: snapshot" in said:
                    break
        assert b"event: snapshot" in said


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_tls_of_today_is_spoken(behind: Proxied, version: ssl.TLSVersion) -> None:
    async with behind.browser(maximum_version=version, minimum_version=version) as browser:
        answer = await browser.get("/api/v1/session")
    assert answer.status_code == httpx.codes.UNAUTHORIZED, answer.text


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", sorted(OLD))
async def test_older_tls_is_refused(behind: Proxied, version: ssl.TLSVersion) -> None:
    async with behind.browser(minimum_version=version, maximum_version=version) as browser:
        with pytest.raises(httpx.ConnectError, match=r"(?i)protocol.version|unsupported.protocol"):
            await browser.get("/api/v1/session")


async def test_a_cipher_without_forward_secrecy_is_refused(behind: Proxied) -> None:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-GCM-SHA256")
    async with httpx.AsyncClient(verify=context) as browser:
        with pytest.raises(httpx.ConnectError, match=r"(?i)handshake.failure"):
            await browser.get(f"https://localhost:{behind.port}/api/v1/session")


async def test_nothing_is_said_without_tls(behind: Proxied) -> None:
    async with httpx.AsyncClient(base_url=f"http://localhost:{behind.port}") as browser:
        answer = await sign_in(browser)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert not answer.cookies


async def test_one_who_guesses_locks_out_their_own_address_alone_whatever_they_say_of_it(behind: Proxied) -> None:
    async with behind.browser("127.0.0.2") as guesses, behind.browser("127.0.0.3") as other:
        for _ in range(ATTEMPTS):
            assert (await sign_in(guesses, "wrong horse battery")).status_code == httpx.codes.UNAUTHORIZED
        forged = await sign_in(guesses, **{"X-Forwarded-For": "127.0.0.9"})
        assert forged.status_code == httpx.codes.TOO_MANY_REQUESTS
        assert (await sign_in(other)).status_code == httpx.codes.CREATED


@pytest.mark.parametrize("path", ["/dialplan/route", "/%64ialplan/route", "/x/../dialplan/route"])
async def test_what_the_dialplan_asks_is_not_asked_from_outside_even_with_its_token(behind: Proxied, path: str) -> None:
    async with behind.browser() as browser:
        answer = await browser.get(f"{path}?line=601", headers={"X-Callcenter-Token": TOKEN})
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert "nginx" in answer.text


@pytest.mark.parametrize(
    "origin", [None, "null", "https://other.example", "http://localhost:{port}", "https://localhost", ""]
)
async def test_a_phone_of_another_site_s_page_does_not_reach_the_switch(behind: Proxied, origin: str | None) -> None:
    status, _, writer = await handshake(behind, origin)
    writer.close()
    assert (status, behind.switch) == (403, [])


async def test_a_phone_of_its_own_page_talks_with_the_switch_which_is_not_shown_the_session(behind: Proxied) -> None:
    status, reader, writer = await handshake(behind, "https://localhost:{port}")
    assert status == httpx.codes.SWITCHING_PROTOCOLS
    writer.write(b"REGISTER")
    async with asyncio.timeout(PATIENCE):
        assert await reader.readexactly(8) == b"REGISTER"
    writer.close()
    (asked,) = behind.switch
    assert asked.startswith("GET /ws HTTP/1.1\r\n")
    assert "sec-websocket-protocol: sip" in asked.lower()
    assert "of-the-session" not in asked


async def handshake(behind: Proxied, origin: str | None) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for a WebSocket as a browser does; returns the status, and the connection after its headers."""
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    reader, writer = await asyncio.open_connection("localhost", behind.port, ssl=trusting)
    told = {
        "Host": f"localhost:{behind.port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "sip",
        "Cookie": "__Host-callcenter_session=of-the-session",
    }
    if origin is not None:
        told["Origin"] = origin.format(port=behind.port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    writer.write(f"GET /ws HTTP/1.1\r\n{lines}\r\n".encode())
    async with asyncio.timeout(PATIENCE):
        head = await reader.readuntil(b"\r\n\r\n")
    return int(head.split()[1]), reader, writer


async def test_where_no_switch_is_named_a_phone_finds_none(tmp_path: Path) -> None:
    async with proxy(tmp_path, free_port()) as port:
        assert not (tmp_path / "phones.conf").exists()
        trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
        async with httpx.AsyncClient(verify=trusting, base_url=f"https://localhost:{port}") as browser:
            assert (await browser.get("/ws")).status_code == httpx.codes.BAD_GATEWAY


async def test_without_a_certificate_it_says_which_file_is_wanted(tmp_path: Path) -> None:
    running = await asyncio.create_subprocess_exec(
        str(START),
        env={
            "PATH": PATH,
            "LISTEN": "127.0.0.1:1",
            "CERTIFICATE": "",
            "SERVICE": "127.0.0.1:1",
            "FOLDER": str(tmp_path),
        },
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await running.communicate()
    assert running.returncode == 1
    assert b"CERTIFICATE names nothing" in said


async def test_the_key_of_a_notice_is_not_logged_where_the_service_does_not_answer(tmp_path: Path) -> None:
    log: list[str] = []
    async with proxy(tmp_path, free_port(), log=log) as port:
        trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
        async with httpx.AsyncClient(base_url=f"https://localhost:{port}", verify=trusting) as browser:
            for begins in ("/notices/", "/api/v1/notices/"):
                assert (await browser.get(f"{begins}key-of-a-notice")).status_code == 502
    assert "key-of-a-notice" not in log[0]
