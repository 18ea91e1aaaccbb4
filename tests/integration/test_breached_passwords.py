"""A list of breached passwords: each of it is refused, it is never read as a whole, and another file is none."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path
from typing import BinaryIO

import pytest

from callcenter.cli.service.doctor_pages import inspect_pages
from callcenter.config import Settings
from callcenter.errors import BadInput, BadSetting
from callcenter.store.sign_in.accounts import Accounts
from callcenter.store.sign_in.breached import BreachedPasswords
from callcenter.web.server import web_server
from callcenter.web.service import build
from callcenter.web.settings import WebSettings
from tests.integration.api import department
from tests.integration.office import PASSWORD, QUICK

pytestmark = pytest.mark.one_database

MANY = 50_000


def hash_of(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def listed(path: Path, passwords: list[str], *, count: bool = True, end: str = "\n", last: bool = True) -> Path:
    """Write a list as they are published; `last`: its last line has an end too."""
    seen = random.Random(7)
    lines = [f"{one}:{seen.randrange(1, 10**7)}" if count else one for one in sorted(map(hash_of, passwords))]
    path.write_bytes((end.join(lines) + (end if last else "")).encode())
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "breached.txt"


@pytest.mark.parametrize("many", [1, 2, 3, 50])
@pytest.mark.parametrize(("count", "end", "last"), [(True, "\r\n", True), (False, "\n", True), (True, "\n", False)])
def test_each_of_a_short_list_is_found_and_nothing_else(
    path: Path, many: int, count: bool, end: str, last: bool
) -> None:
    of = [f"the {n}. phrase" for n in range(many)]
    found = BreachedPasswords(listed(path, of, count=count, end=end, last=last))
    found.check()
    assert [one for one in of if not found.holds(one)] == []
    assert [n for n in range(200) if found.holds(f"another {n}")] == []


def test_each_of_a_long_list_is_found_and_few_blocks_are_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of = [f"the {n}. phrase" for n in range(MANY)]
    found = BreachedPasswords(listed(path, of))
    looks: list[int] = []
    line_at = BreachedPasswords._line_at

    def counted(self: BreachedPasswords, file: BinaryIO, at: int) -> tuple[bytes, int, int]:
        looks.append(at)
        return line_at(self, file, at)

    monkeypatch.setattr(BreachedPasswords, "_line_at", counted)
    chosen = [*of[:300], *sorted(of, key=hash_of)[:3], *sorted(of, key=hash_of)[-3:]]
    assert [one for one in chosen if not found.holds(one)] == []
    assert [n for n in range(300) if found.holds(f"another {n}")] == []
    # each look halves what is left
    assert len(looks) / (len(chosen) + 300) < path.stat().st_size.bit_length()


def test_small_letters_are_the_same_hash(path: Path) -> None:
    path.write_text("\n".join(sorted(hash_of(f"phrase {n}").lower() for n in range(20))))
    assert BreachedPasswords(path).holds("phrase 7")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "it is empty"),
        ("password\n123456\n", "at byte 0 is no SHA-1 hash"),
        ("\n".join(f"{n:040X}:1" for n in range(500, 0, -1)), "not in their order"),
        ("".join(f"{n:040X}:1\n" for n in range(500)) + "the end\n", "is no SHA-1 hash"),
        ("".join(f"{n:032X}:1\n" for n in range(500)), "is no SHA-1 hash"),
    ],
)
def test_what_is_no_such_list_is_told_at_the_start_and_by_the_doctor(path: Path, content: str, why: str) -> None:
    path.write_text(content)
    with pytest.raises(BadSetting, match=f"web.breached_passwords: .*{why}"):
        BreachedPasswords(path).check()
    with pytest.raises(BadSetting, match=why):
        web_server(WebSettings(port=0, breached_passwords=path), None)  # type: ignore[arg-type]
    (check,) = [one for one in inspect_pages(settings(path)) if one.name == "breached passwords"]
    assert (check.verdict, why in check.found) == ("fail", True)


async def test_a_list_that_is_gone_lets_no_password_through(path: Path) -> None:
    with pytest.raises(BadSetting, match=r"cannot be read: No such file"):
        BreachedPasswords(path).check()
    with pytest.raises(BadInput, match=r"web.breached_passwords: .* cannot be read"):
        await Accounts(QUICK, path).hashed("sun", PASSWORD)


def test_the_doctor_says_that_there_is_one_or_that_there_may_be(path: Path) -> None:
    listed(path, ["a phrase"])
    told = [one for named in (path, None) for one in inspect_pages(settings(named)) if one.name == "breached passwords"]
    assert [one.verdict for one in told] == ["ok", "ok"]
    assert [str(path) in one.found for one in told] == [True, False]
    assert "breached_passwords may name" in told[1].found


async def test_a_password_of_the_list_is_refused_wherever_it_is_set(tmp_path: Path, path: Path) -> None:
    known, free = "a phrase that leaked once", "a phrase that nobody knows"
    listed(path, [known])
    with pytest.raises(BadInput, match="in a list of breached ones"):
        await Accounts(QUICK, path).hashed("sun", known)
    async with department(tmp_path) as work:
        service = build(WebSettings(breached_passwords=path), work.service.decisions, work.service.in_force)
        object.__setattr__(work.service, "accounts", service.accounts)
        alice, root = await work.signed_in("alice"), await work.signed_in("root")
        new = {"name": "zhou", "full_name": "Z", "role": "hr", "password": known}
        refused = [
            await alice.send("POST", "/session/password", {"old": PASSWORD, "new": known}),
            await root.send("POST", "/users", new),
        ]
        assert [one.status_code for one in refused] == [422, 422]
        assert ["已泄露口令" in one.json()["detail"] for one in refused] == [True, True]
        taken = await alice.send("POST", "/session/password", {"old": PASSWORD, "new": free})
        assert taken.status_code == 204


def settings(path: Path | None) -> Settings:
    os.environ.pop("CALLCENTER_SETTINGS", None)
    return Settings.model_construct(web=WebSettings(breached_passwords=path))
