"""A second factor: begun, asked for, used up, lost, removed; and what is kept of it."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.domain.frame import SECOND
from callcenter.errors import BadSetting
from callcenter.store.conflicts import Conflict
from callcenter.store.customers.sealing import MasterKeys, require_masters
from callcenter.store.sign_in.authenticators import rewrap_authenticators
from callcenter.store.sign_in.vouching import require_two
from callcenter.store.tables import AuthenticatorRow, RecoveryCodeRow
from callcenter.usecases.customers.privacy import PrivacySettings
from callcenter.usecases.keep_accounts import remove_authenticator
from tests.integration.api import Department, department
from tests.integration.authenticator_app import STEP, App, with_keys
from tests.integration.office import PASSWORD

pytestmark = pytest.mark.usefixtures("database")

MINUTE = 60 * SECOND


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        with_keys(found, tmp_path / "master.keys")
        yield found


async def sets_up(work: Department, name: str) -> tuple[App, list[str]]:
    """Let somebody set an authenticator up; gives the app and the recovery codes."""
    browser = await work.signed_in(name)
    begun = await browser.send("POST", "/session/authenticator")
    assert begun.status_code == 201, begun.text
    app = App(work, begun.json()["uri"])
    done = await browser.send("POST", "/session/authenticator/confirm", {"code": app.shows()})
    assert done.status_code == 200, done.text
    return app, done.json()["codes"]


async def signs_in(work: Department, name: str, code: str | None = None, password: str = PASSWORD) -> tuple[int, str]:
    body = {"name": name, "password": password} | ({} if code is None else {"code": code})
    answer = await work.browser().http.post("/api/v1/session", json=body, headers={"Accept-Language": "en"})
    return answer.status_code, answer.json().get("type", "").rpartition(":")[2]


async def test_code_is_asked_for_once_the_app_has_shown_one_and_is_good_once(work: Department) -> None:
    ma = await work.signed_in("ma")
    begun = (await ma.send("POST", "/session/authenticator")).json()
    assert (await signs_in(work, "ma"))[0] == 201  # nothing was confirmed yet
    app = App(work, begun["uri"])
    refused = await ma.send("POST", "/session/authenticator/confirm", {"code": "000000"})
    assert refused.status_code == 422
    other = work.browser()
    await other.sign_in("ma")
    assert (await ma.send("POST", "/session/authenticator/confirm", {"code": app.shows()})).status_code == 200
    assert (await other.get("/session")).status_code == 401
    assert (await ma.get("/session")).json()["authenticator"] is True

    work.now += MINUTE
    assert await signs_in(work, "ma") == (401, "code-asked")
    assert await signs_in(work, "ma", "000000") == (401, "code-asked")
    assert await signs_in(work, "ma", app.shows(), password="not the password") == (401, "sign-in-refused")
    assert (await signs_in(work, "ma", app.shows()))[0] == 201
    assert await signs_in(work, "ma", app.shows()) == (401, "code-asked")  # somebody looked over a shoulder
    assert await signs_in(work, "ma", app.shows(-1)) == (401, "code-asked")
    work.now += STEP
    assert (await signs_in(work, "ma", " ".join(app.shows())))[0] == 201


async def test_of_two_who_type_the_same_code_at_once_one_is_let_in(work: Department) -> None:
    app, _ = await sets_up(work, "ma")
    work.now += MINUTE
    both = await asyncio.gather(*(signs_in(work, "ma", app.shows()) for _ in range(2)))
    assert sorted(status for status, _ in both) == [201, 401]


async def test_phones_whose_clocks_go_wrong_by_half_a_minute_are_right_and_by_more_are_not(work: Department) -> None:
    app, _ = await sets_up(work, "ma")
    work.now += 10 * MINUTE
    assert (await signs_in(work, "ma", app.shows(-1)))[0] == 201
    assert (await signs_in(work, "ma", app.shows(1)))[0] == 201
    work.now += 10 * MINUTE
    assert await signs_in(work, "ma", app.shows(-2)) == (401, "code-asked")
    assert await signs_in(work, "ma", app.shows(2)) == (401, "code-asked")


async def test_wrong_password_says_nothing_of_a_code_and_guessing_codes_is_slowed(work: Department) -> None:
    app, _ = await sets_up(work, "ma")
    work.now += MINUTE
    assert await signs_in(work, "ma", password="not the password") == (401, "sign-in-refused")
    told = [(await signs_in(work, "ma", f"{n:06}"))[1] for n in range(6)]
    assert told == ["code-asked"] * 4 + ["too-many"] * 2
    assert await signs_in(work, "ma", app.shows()) == (429, "too-many")
    audit = (await (await work.signed_in("root")).get("/audit?action=sign_in_failed")).json()["items"]
    assert [one["detail"] for one in audit if one["subject"] == "ma"] == [{}, *[{"code": "wrong"}] * 4]


async def test_recovery_code_is_good_once_however_it_is_typed(work: Department) -> None:
    _, codes = await sets_up(work, "ma")
    assert len({*codes}) == 10
    assert all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", one) for one in codes)
    assert (await signs_in(work, "ma", codes[0].upper().replace("-", " ")))[0] == 201
    assert await signs_in(work, "ma", codes[0]) == (401, "code-asked")
    assert (await signs_in(work, "ma", codes[1]))[0] == 201
    async with work.decisions.reading() as connection:
        kept = [row.code for row in await connection.execute(select(RecoveryCodeRow))]
    assert len(kept) == 8
    assert not any(one in kept or one.replace("-", "") in kept for one in codes)


async def test_secret_is_not_in_the_database_and_is_told_once(work: Department) -> None:
    ma = await work.signed_in("ma")
    begun = (await ma.send("POST", "/session/authenticator")).json()
    secret = base64.b32decode(begun["secret"])
    assert len(secret) == 20
    async with work.decisions.reading() as connection:
        row = (await connection.execute(select(AuthenticatorRow))).one()
    assert secret not in row.wrapped
    again = (await ma.send("POST", "/session/authenticator")).json()
    assert again["secret"] != begun["secret"]
    code = App(work, begun["uri"]).shows()
    assert (await ma.send("POST", "/session/authenticator/confirm", {"code": code})).status_code == 422
    await ma.send("POST", "/session/authenticator/confirm", {"code": App(work, again["uri"]).shows()})
    assert (await ma.send("POST", "/session/authenticator")).status_code == 409
    assert (await ma.send("POST", "/session/authenticator/confirm", {"code": code})).status_code == 409


async def test_picture_has_what_the_app_reads(work: Department) -> None:
    begun = (await (await work.signed_in("ma")).send("POST", "/session/authenticator")).json()
    assert begun["uri"] == f"otpauth://totp/callcenter:ma?secret={begun['secret']}&issuer=callcenter"
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", begun["picture"])}
    assert len(dark) == begun["picture"].count("M")
    # the three marks in the corners by which a camera finds it, within four units of quiet
    last = begun["squares"] - 5
    assert all({(x, y), (x + 6, y + 6)} <= dark for x, y in ((4, 4), (last - 6, 4), (4, last - 6)))
    assert all(4 <= n <= last for square in dark for n in square)


async def test_one_removes_ones_own_by_its_code_alone(work: Department) -> None:
    ma = await work.signed_in("ma")
    assert (await ma.send("POST", "/session/authenticator/remove", {"code": "1"})).status_code == 409
    app, codes = await sets_up(work, "ma")
    work.now += MINUTE
    wrong = await ma.send("POST", "/session/authenticator/remove", {"code": "000000"})
    assert wrong.status_code == 403
    assert (await ma.send("POST", "/session/authenticator/remove", {"code": app.shows()})).status_code == 204
    assert (await signs_in(work, "ma"))[0] == 201
    assert await signs_in(work, "ma", codes[0]) != (401, "code-asked")
    async with work.decisions.reading() as connection:
        assert (await connection.execute(select(RecoveryCodeRow))).all() == []
        assert (await connection.execute(select(AuthenticatorRow))).all() == []


async def test_codes_are_not_guessed_at_a_page_that_was_left_open(work: Department) -> None:
    app, _ = await sets_up(work, "ma")
    ma = await work.signed_in("ma")
    work.now += MINUTE
    told = [(await ma.send("POST", "/session/authenticator/remove", {"code": f"{n:06}"})).status_code for n in range(6)]
    assert told == [403] * 5 + [429]
    work.now += 11 * MINUTE
    late = await ma.send("POST", "/session/authenticator/remove", {"code": app.shows()})
    assert late.json()["type"].endswith(":unproven")


async def test_administrator_removes_a_lost_one_and_is_no_second_person_then(work: Department) -> None:
    await sets_up(work, "ma")
    ma, root = await work.signed_in("ma"), await work.signed_in("root")
    assert (await root.get("/users/ma")).json()["authenticator"] is True
    assert (await root.send("DELETE", "/users/root/authenticator")).status_code == 409
    assert (await (await work.signed_in("sun")).send("DELETE", "/users/ma/authenticator")).status_code == 403
    removed = await root.send("DELETE", "/users/ma/authenticator")
    assert (removed.status_code, removed.json()["authenticator"]) == (200, False)
    assert (await root.send("DELETE", "/users/ma/authenticator")).status_code == 409
    assert (await ma.get("/session")).status_code == 401
    assert (await signs_in(work, "ma"))[0] == 201
    async with work.decisions.reading() as connection:
        with pytest.raises(Conflict, match="two people"):
            await require_two(connection, "ma", "root", work.now)
    audit = (await root.get("/audit?kind=authenticator")).json()["items"]
    assert [(one["actor"], one["action"], one["subject"]) for one in audit] == [
        ("ma", "add", "ma"),
        ("root", "drop", "ma"),
    ]


async def test_console_removes_one_where_no_administrator_gets_in(work: Department) -> None:
    await sets_up(work, "root")
    async with work.decisions.writing() as unit:
        await remove_authenticator(unit, "root", "console:op", work.now)
    assert (await signs_in(work, "root"))[0] == 201


async def test_role_that_must_have_one_does_nothing_before(tmp_path: Path) -> None:
    async with department(tmp_path, authenticator_roles=("manager",)) as work:
        with_keys(work, tmp_path / "master.keys")
        ma, sun = await work.signed_in("ma"), await work.signed_in("sun")
        me = (await ma.get("/session")).json()
        assert (me["authenticator_missing"], me["rights"]) == (True, [])
        refused = await ma.get("/violations")
        assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (403, "authenticator-missing")
        assert (await sun.get("/violations")).status_code == 200
        work.now += 11 * MINUTE
        unproven = await ma.send("POST", "/session/authenticator")
        assert (unproven.status_code, unproven.json()["type"].rpartition(":")[2]) == (403, "unproven")
        assert (await ma.send("POST", "/session/proof", {"password": PASSWORD})).status_code == 204
        app, _ = await sets_up(work, "ma")
        assert (await ma.get("/violations")).status_code == 200
        work.now += MINUTE
        await ma.send("POST", "/session/authenticator/remove", {"code": app.shows()})
        assert (await ma.get("/violations")).status_code == 403


async def test_password_that_another_gave_is_changed_before_an_authenticator_is_set_up(work: Department) -> None:
    root = await work.signed_in("root")
    new = {"name": "carol", "full_name": "Carol", "role": "qa", "password": "quite another phrase"}
    assert (await root.send("POST", "/users", new)).status_code == 201
    carol = work.browser()
    await carol.sign_in("carol", "quite another phrase")
    refused = await carol.send("POST", "/session/authenticator")
    assert refused.json()["type"].endswith(":password-given")


async def test_without_master_keys_none_is_set_up_and_it_is_said_which_setting_is_missing(work: Department) -> None:
    object.__setattr__(work.service, "ports", work.service.ports._replace(privacy=PrivacySettings()))
    refused = await (await work.signed_in("ma")).send("POST", "/session/authenticator", Accept_Language="en")
    assert refused.status_code == 409
    assert "privacy.key_file" in refused.json()["detail"]


async def test_master_key_may_be_changed_and_one_that_is_missing_is_named(work: Department, tmp_path: Path) -> None:
    app, _ = await sets_up(work, "ma")
    path = tmp_path / "master.keys"
    newer = MasterKeys.read(path).next()
    newer.write(path)
    async with work.decisions.writing() as unit:
        assert await rewrap_authenticators(unit, newer) == 1
        assert await rewrap_authenticators(unit, newer) == 0
    newer.newest().write(path)
    work.now += MINUTE
    assert (await signs_in(work, "ma", app.shows()))[0] == 201
    path.unlink()
    MasterKeys.new().write(path)
    async with work.decisions.reading() as connection:
        with pytest.raises(BadSetting, match="authenticators"):
            await require_masters(connection, MasterKeys.read(path))


@pytest.mark.parametrize("code", ["", "é" * 6, "١٢٣٤٥٦", "0" * 33, "\x00" * 6, "'; drop table accounts; --"])
async def test_what_is_no_code_is_refused_with_words(work: Department, code: str) -> None:
    await sets_up(work, "ma")
    work.now += MINUTE
    status, kind = await signs_in(work, "ma", code)
    assert (status, kind) in {(401, "code-asked"), (422, "invalid"), (400, "malformed")}
