"""Files of cases and enquiries: bounded, told by their content, scanned, never shown inline, gone with the customer."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from callcenter.cases.customers import card_of
from callcenter.domain.frame import SECOND, Micros
from callcenter.store.customers.writes import Touch
from callcenter.store.enquiries.tables import AttachmentRow
from callcenter.store.tables import AuditRow
from callcenter.usecases.customers.save_customer import create_customer, delete_customer
from callcenter.usecases.enquiries.attach import tend_attachments
from callcenter.usecases.enquiries.attachment_settings import AttachmentsSettings
from callcenter.web import sent_files
from tests.integration.api import Department, department
from tests.integration.test_enquiries import CHAT, ask, read, step
from tests.unit.rules.detection.people import MONDAY

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 500
HOUR: Micros = 3_600 * SECOND
NOW: Micros = 4_000_000_000 * SECOND
"""So late that every file of a test is old."""


class Files:
    """A department that keeps attachments in a folder."""

    def __init__(self, work: Department, folder: Path) -> None:
        self.work = work
        self.folder = folder
        self.enquiry = ""
        self.set()

    def set(self, **settings: Any) -> None:
        """Let other settings hold."""
        self.settings = AttachmentsSettings(folder=self.folder, **settings)
        ports = self.work.service.ports._replace(attachments=self.settings)
        object.__setattr__(self.work.service, "ports", ports)

    async def send(self, name: str, held: Any, who: str = "alice", code: int = 200, subject: str | None = None) -> Any:
        browser = await self.work.signed_in(who)
        told = subject or f"enquiry={self.enquiry}"
        path = f"/api/v1/attachments?{told}&name={name}"
        answer = await browser.http.post(
            path, content=held, headers={"X-CSRF-Token": browser.csrf, "Accept-Language": "en"}
        )
        assert answer.status_code == code, answer.text
        return answer.json()

    async def fetch(self, number: str, who: str = "alice") -> httpx.Response:
        return await (await self.work.signed_in(who)).get(f"/attachments/{number}/content")

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[Files]:
    async with department(tmp_path) as work:
        found = Files(work, tmp_path / "attachments")
        found.enquiry = (await ask(work, "alice", "POST", "/enquiries", CHAT, 201))["id"]
        yield found


def script(folder: Path, body: str) -> tuple[str, ...]:
    """Write a scanner."""
    path = folder / "scanner"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o700)
    return (str(path),)


async def test_file_comes_back_as_it_was_and_only_to_be_saved(files: Files) -> None:
    made = await files.send("照片.png", PNG)
    assert (made["media_type"], made["size"], made["served"]) == ("image/png", len(PNG), True)
    answer = await files.fetch(made["id"])
    assert answer.content == PNG
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    (listed,) = (await read(files.work, "alice", f"/attachments?enquiry={files.enquiry}"))["items"]
    assert listed == made
    assert files.names() == [hashlib.sha256(PNG).hexdigest()]
    assert stat.S_IMODE((files.folder / files.names()[0]).stat().st_mode) == 0o600
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700
    async with files.work.decisions.reading() as connection:
        noted = select(AuditRow.action).where(AuditRow.kind == "attachment").order_by(AuditRow.seq)
        assert list(await connection.scalars(noted)) == ["add", "fetch"]


async def test_same_file_again_is_the_one_that_is_there(files: Files) -> None:
    first, again = await files.send("a.png", PNG), await files.send("b.png", PNG)
    assert first["id"] == again["id"]


async def test_files_are_for_those_who_work_on_what_they_belong_to(files: Files) -> None:
    made = await files.send("a.png", PNG)
    for who in ("bobby", "qian", "root"):
        assert (await files.fetch(made["id"], who)).status_code == 403
    await files.send("b.txt", b"text", "bobby", 403)
    assert (await files.fetch(made["id"], "li-leads")).status_code == 200
    assert (await files.fetch("0" * 32)).status_code == 404


@pytest.mark.parametrize(
    ("name", "held", "code", "sentence"),
    [
        ("a.png", b"GIF89a" + b"x" * 50, 422, "not what its name says"),
        ("a.txt", b"\x00\x01", 422, "not what its name says"),
        ("a.eml", b"hello", 422, "not what its name says"),
        ("a.exe", b"MZ", 422, "not taken"),
        ("a%2Fb.png", PNG, 422, "the file's name"),
        ("a%E2%80%AEgnp.png", PNG, 422, "the file's name"),
        ("a.png", b"", 422, "empty"),
        ("a.png", PNG * 3, 413, "at most 1000 bytes"),
    ],
)
async def test_file_that_is_not_taken_leaves_nothing(
    files: Files, name: str, held: bytes, code: int, sentence: str
) -> None:
    files.set(megabytes=0.001)
    assert sentence in (await files.send(name, held, code=code))["detail"]
    assert files.names() == []


async def test_file_without_a_length_is_cut_off_where_it_is_too_large(files: Files) -> None:
    files.set(megabytes=0.001)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            yield PNG

    await files.send("a.png", endless(), code=413)
    assert files.names() == []


async def test_case_has_so_many_files(files: Files) -> None:
    files.set(most=2)
    for n in range(2):
        await files.send(f"{n}.txt", f"text {n}".encode())
    assert "2 files already" in (await files.send("3.txt", b"text 3", code=409))["detail"]


async def test_file_names_what_it_belongs_to(files: Files) -> None:
    await files.send("a.png", PNG, code=422, subject="case=x&enquiry=y")
    await files.send("a.png", PNG, code=404, subject="case=2026-11-0001")


async def test_infected_file_is_refused_and_gone(files: Files, tmp_path: Path) -> None:
    files.set(scanner=script(tmp_path, "exit 1"))
    assert "virus scanner" in (await files.send("a.png", PNG, code=422))["detail"]
    assert files.names() == []


@pytest.mark.parametrize("body", ["exit 2", "sleep 60"])
async def test_file_that_was_not_scanned_is_not_served_until_it_was(files: Files, tmp_path: Path, body: str) -> None:
    files.set(scanner=script(tmp_path, body), scanner_seconds=0.3)
    made = await files.send("a.png", PNG)
    assert made["served"] is False
    assert (await files.fetch(made["id"])).status_code == 409
    script(tmp_path, 'grep -q PNG "$1" && test -z "$CALLCENTER_SETTINGS"')
    await tend_attachments(files.work.decisions, files.settings, MONDAY)
    assert (await files.fetch(made["id"])).content == PNG


async def test_virus_that_is_found_later_takes_the_file_away(files: Files, tmp_path: Path) -> None:
    files.set(scanner=("/nowhere/scanner",))
    made = await files.send("a.png", PNG)
    files.set(scanner=script(tmp_path, "exit 1"))
    await tend_attachments(files.work.decisions, files.settings, MONDAY)
    (shown,) = (await read(files.work, "alice", f"/attachments?enquiry={files.enquiry}"))["items"]
    assert (shown["served"], shown["refused"]) == (False, True)
    assert (await files.fetch(made["id"])).status_code == 409
    assert files.names() == []


async def test_virus_that_the_scanner_missed_at_first_takes_the_file_away_everywhere(
    files: Files, tmp_path: Path
) -> None:
    made = await files.send("a.png", PNG)
    other = (await ask(files.work, "alice", "POST", "/enquiries", CHAT, 201))["id"]
    files.set(scanner=script(tmp_path, "exit 1"))
    await files.send("a.png", PNG, code=422, subject=f"enquiry={other}")
    assert (await files.fetch(made["id"])).status_code == 409
    assert files.names() == []


async def test_sweep_takes_what_no_row_needs_and_lets_the_young_be(files: Files) -> None:
    made = await files.send("a.png", PNG)
    for name in ("f" * 64, "incoming-1", "somebody's"):
        (files.folder / name).write_bytes(b"x")
    now = round((files.folder / "incoming-1").stat().st_mtime * SECOND)
    assert await tend_attachments(files.work.decisions, files.settings, now + HOUR // 2) == []
    assert await tend_attachments(files.work.decisions, files.settings, NOW) == ["f" * 64, "incoming-1"]
    assert files.names() == sorted([made["sha256"], "somebody's"])


@pytest.mark.usefixtures("database")
async def test_files_go_with_the_case_and_with_the_customer(files: Files) -> None:
    touch = Touch(by="sun", at=MONDAY)
    async with files.work.decisions.writing() as unit:
        customer = (await create_customer(unit, "c" * 32, card_of({"name": "Wang"}), touch)).id
    enquiry = await ask(files.work, "alice", "POST", "/enquiries", CHAT | {"customer": customer}, 201)
    made = await files.send("a.png", PNG, subject=f"enquiry={enquiry['id']}")
    kept = await files.send("a.png", PNG)
    became = await step(files.work, "alice", enquiry, {"step": "complain", "words": "late", "wanted": "money"})
    (shown,) = (await read(files.work, "alice", f"/attachments?case={became['case']}"))["items"]
    assert shown["id"] == made["id"]
    also = await files.send("b.txt", b"more", subject=f"case={became['case']}")
    async with files.work.decisions.writing() as unit:
        await delete_customer(unit, customer, None, touch)
    async with files.work.decisions.reading() as connection:
        assert list(await connection.scalars(select(AttachmentRow.id))) == [kept["id"]]
    assert await tend_attachments(files.work.decisions, files.settings, NOW) == [also["sha256"]]
    assert files.names() == [kept["sha256"]]


async def test_folder_that_cannot_be_written_takes_nothing_and_says_so(files: Files) -> None:
    files.folder.write_text("somebody's file")
    answer = await files.send("a.png", PNG, code=503)
    assert answer["type"].endswith("unavailable")


async def test_two_who_send_one_file_at_once_have_one(files: Files) -> None:
    made = await asyncio.gather(*(files.send("a.png", PNG) for _ in range(2)))
    assert len({one["id"] for one in made}) == 1
    assert len(files.names()) == 1


async def test_one_account_leaves_others_room_to_send(files: Files) -> None:
    sending = files.work.service.uploads
    with sending.of("alice"), sending.of("alice"):
        await files.send("a.png", PNG, code=429)
        await files.send("a.png", PNG, who="sun")
    await files.send("b.png", PNG + b"b")


async def test_several_accounts_on_slow_lines_leave_others_room_to_send(files: Files) -> None:
    with contextlib.ExitStack() as slow:
        for n in range(15):
            slow.enter_context(files.work.service.uploads.of(f"slow-{n}"))
            slow.enter_context(files.work.service.uploads.of(f"slow-{n}"))
        await files.send("a.png", PNG)


async def test_whoever_sends_slowest_makes_room_where_all_places_are_taken(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent_files, "UNTOUCHED_SECONDS", 0.0)
    here, goes_on = asyncio.Semaphore(0), asyncio.Event()

    async def slowly(first: bytes) -> AsyncIterator[bytes]:
        yield first
        here.release()
        await goes_on.wait()
        yield b"behind"

    with contextlib.ExitStack() as others:
        for n in range(30):
            others.enter_context(files.work.service.uploads.of(f"slow-{n}"))
        slow = asyncio.create_task(files.send("a.png", slowly(PNG), code=400))
        fast = asyncio.create_task(files.send("a.png", slowly(PNG * 2)))
        for _ in (slow, fast):
            await here.acquire()
        await files.send("b.png", PNG + b"b", "sun")
        assert "send it again" in (await slow)["detail"]
        goes_on.set()
        assert (await fast)["name"] == "a.png"


async def test_few_files_are_scanned_at_a_time_and_the_next_wait(files: Files, tmp_path: Path) -> None:
    now, counts = tmp_path / "now", tmp_path / "counts"
    now.mkdir()
    body = f'touch "{now}/$$"; ls "{now}" | wc -l >> "{counts}"; sleep 0.3; rm "{now}/$$"'
    files.set(scanner=script(tmp_path, body))
    accounts = ("alice", "sun", "shen")
    for who in accounts:
        await files.work.signed_in(who)
    sent = [files.send(f"{who}{n}.png", PNG + f"{who}{n}".encode(), who) for who in accounts for n in range(2)]
    assert len(await asyncio.gather(*sent)) == 6
    assert max(map(int, counts.read_text().split())) <= 4
