"""`callcenter phones`: secrets of the phones in pages, in a file that Asterisk reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callcenter.cli.service.doctor_pages import inspect_pages
from callcenter.cli.service.phones import list_phones, rotate
from callcenter.config import load_settings
from callcenter.errors import BadInput, BadSetting
from callcenter.files.phones import read_phones, write_phones

SETTINGS = """\
[ami]
events = {{username = "e", secret_file = "e"}}
control = {{username = "c", secret_file = "c"}}
[desk]
phones = "{folder}/pages.conf"
websocket = "wss://pbx.example:8089/ws"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "callcenter.toml"
    path.write_text(SETTINGS.format(folder=tmp_path))
    return path


def test_each_phone_has_a_secret_of_its_own_that_only_it_is_given_anew(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = settings.parent / "pages.conf"
    rotate(["1001", "1002"], settings, "en")
    first = read_phones(path)
    said = capsys.readouterr().out
    assert "2 of 2 phones" in said
    assert "module reload res_pjsip.so" in said
    assert "#include" in said
    rotate(["1001"], settings, "en")
    second = read_phones(path)
    assert (first["1001"] != second["1001"], first["1002"] == second["1002"]) == (True, True)
    rotate(None, settings, "en")
    assert not set(read_phones(path).values()) & set(second.values())
    assert not any(secret in capsys.readouterr().out for secret in second.values())
    list_phones(settings)
    assert capsys.readouterr().out == "1001\n1002\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in settings.parent.iterdir() if one.name.startswith(".")] == []


@pytest.mark.parametrize("name", ["", "10 01", "1001]\n[x", "a" * 41, "1001;x"])
def test_what_is_no_endpoint_is_refused_and_nothing_is_written(settings: Path, name: str) -> None:
    with pytest.raises(BadInput, match="is no endpoint"):
        rotate([name], settings, "en")
    assert not (settings.parent / "pages.conf").exists()


def test_without_a_phone_or_a_place_for_one_the_command_says_what_to_do(settings: Path) -> None:
    with pytest.raises(BadInput, match="callcenter phones rotate 1001"):
        rotate(None, settings, "en")
    settings.write_text(settings.read_text().partition("[desk]")[0])
    with pytest.raises(BadSetting, match="desk"):
        list_phones(settings)


def test_file_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        read_phones(tmp_path)
    with pytest.raises(BadSetting, match="cannot be written"):
        write_phones(tmp_path / "nowhere" / "pages.conf", {})
    (tmp_path / "large.conf").write_bytes(b";" * (4 * 1024 * 1024 + 1))
    with pytest.raises(BadSetting, match="too large"):
        read_phones(tmp_path / "large.conf")


def test_sections_that_are_not_ours_give_no_phone(tmp_path: Path) -> None:
    (tmp_path / "pages.conf").write_text("[1001](page-auth)\nusername = 1002\npassword = 0123456789abcdef0123\n")
    assert read_phones(tmp_path / "pages.conf") == {}


def test_new_file_is_the_groups_that_asterisk_reads_by(
    settings: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "fchown", lambda _handle, owner, group: given.append((owner, group)))
    rotate(["1001"], settings, "en")
    of_folder = settings.parent.stat()
    assert given == [(of_folder.st_uid, of_folder.st_gid)]
    assert f"the group {settings.parent.group()} may read it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("desk", "found"),
    [
        ('websocket = "wss://pbx.example:8089/ws"', ["warn {phones} has none yet"]),
        (
            'websocket = "ws://pbx.example:8088/ws"',
            [
                "warn {phones} has none yet",
                "warn ws://pbx.example:8088/ws is not encrypted",
            ],
        ),
        ('websocket = "ws://127.0.0.1:8088/ws"', ["warn {phones} has none yet"]),
        (
            'websocket = "ws://localhost/ws"\nice_servers = ["turn:a"]\nturn_username = "p"\nturn_secret_file = "/no"',
            ["warn {phones} has none yet", "fail /no cannot be read"],
        ),
    ],
)
def test_doctor_says_what_would_leave_pages_without_a_phone(settings: Path, desk: str, found: list[str]) -> None:
    settings.write_text(settings.read_text().replace('websocket = "wss://pbx.example:8089/ws"', desk))
    phones = settings.parent / "pages.conf"
    checks = [
        check
        for check in inspect_pages(load_settings(settings))
        if check.name not in {"page", "breached passwords", "second factor"}
    ]
    assert [f"{c.verdict} {c.found}".partition(":")[0] for c in checks if "ws://" not in c.found] == [
        told.format(phones=phones) for told in found if "ws://" not in told
    ]
    assert sum("is not encrypted" in c.found for c in checks) == sum("is not encrypted" in told for told in found)
    assert all(check.remedy for check in checks)
    write_phones(phones, {"1001": "x" * 20})
    assert next(c for c in inspect_pages(load_settings(settings)) if "phones" in c.name).verdict == "ok"
    phones.unlink()
    phones.mkdir()
    assert next(c for c in inspect_pages(load_settings(settings)) if "phones" in c.name).verdict == "fail"
