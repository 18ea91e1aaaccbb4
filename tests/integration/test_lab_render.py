"""`callcenter lab render`: a switch's configuration as files, and secrets that stay what they are."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from callcenter.errors import LabError
from callcenter.files.phones import read_phones, write_phones
from callcenter.lab.rendering.container import phone_secrets
from tests.support.commands import run_command


def render(folder: Path, *more: str) -> str:
    done = run_command("lab", "render", folder / "etc", folder / "secrets", "--media", "172.30.99.10", *more)
    return done.stderr.decode() if done.returncode else ""


def test_secrets_are_made_once_and_stand_in_the_configuration(tmp_path: Path) -> None:
    assert render(tmp_path) == ""
    (tmp_path / "secrets/1001.secret").write_text("one-of-our-own\n")
    made = (tmp_path / "secrets/events.secret").read_text().strip()
    assert render(tmp_path) == ""

    assert f"secret = {made}" in (tmp_path / "etc/manager.conf").read_text()
    assert "password = one-of-our-own" in (tmp_path / "etc/pjsip_agents.conf").read_text()
    assert phone_secrets(tmp_path / "secrets")["1001"] == "one-of-our-own"
    assert set(phone_secrets(tmp_path / "secrets")) == {f"100{n}" for n in range(1, 9)}


def test_phones_in_pages_keep_the_secrets_of_their_own_file_and_have_no_other(tmp_path: Path) -> None:
    agents, pages = tmp_path / "agents.toml", tmp_path / "pages.conf"
    agents.write_text('[[agent]]\nnumber = "1001"\nname = "Alice"\npage = true\n')
    write_phones(pages, {"1009": "rotated-by-hand-0123456789"})
    more = ("--agents", str(agents), "--pages", str(pages), "--certificate", "/certificates/page.pem")
    assert render(tmp_path, *more) == ""
    made = read_phones(pages)
    assert render(tmp_path, *more) == ""

    assert made.keys() == {"1001", "1009"}
    assert made["1009"] == "rotated-by-hand-0123456789"
    assert read_phones(pages) == made
    assert f"#tryinclude {pages}" in (tmp_path / "etc/pjsip.conf").read_text()
    assert not (tmp_path / "etc/pjsip_pages.conf").exists()
    assert not (tmp_path / "secrets/1001.secret").exists()
    http = (tmp_path / "etc/http.conf").read_text()
    assert "bindaddr = 127.0.0.1\nbindport = 8088\n" in http
    assert "tlsenable = yes\ntlsbindaddr = 0.0.0.0:8089\ntlscertfile = /certificates/page.pem\n" in http


def test_what_it_writes_is_for_its_owner_alone(tmp_path: Path) -> None:
    render(tmp_path)
    written = [tmp_path / "etc", tmp_path / "secrets", *(tmp_path / "secrets").iterdir(), *(tmp_path / "etc").iterdir()]
    assert [path.name for path in written if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


@pytest.mark.parametrize("secret", ["", "two words", "half;a comment", "密码", "\x00", "\n[events]\nread = all"])
def test_secret_that_would_break_its_line_is_one_sentence(tmp_path: Path, secret: str) -> None:
    render(tmp_path)
    (tmp_path / "secrets/1001.secret").write_text(secret)
    said = render(tmp_path)
    assert "1001.secret must hold a secret" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--rtp-start", "10099", "--rtp-end", "10000"), "RTP needs ports from 10099 up"),
        (("--name", "Ä"), "--name takes a letter"),
        (("--media", "1;2"), "MEDIA_ADDRESS may hold neither"),
        (("--agents", "nowhere.toml"), "The agents file nowhere.toml cannot be used"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(tmp_path: Path, more: tuple[str, ...], said: str) -> None:
    assert said in render(tmp_path, *more)


def test_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "etc").write_text("a file")
    assert "etc/acl.conf cannot be used" in render(tmp_path)


def test_phones_without_secrets_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="holds no phone's secret"):
        phone_secrets(tmp_path)
    with pytest.raises(LabError, match="nowhere cannot be used"):
        phone_secrets(tmp_path / "nowhere")
