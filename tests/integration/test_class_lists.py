"""Classes and reporting systems at the console: listed, changed, out to a file and in again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from callcenter.cli.casework import classes as case_classes
from callcenter.cli.service import contacts
from callcenter.errors import BadInput
from callcenter.store import StoreSettings, upgrade

HEADING = "code,parent,zh,en,closed,text,text_zh,text_en\n"


class Console:
    """Somebody at the console of a service."""

    def __init__(self, home: Path) -> None:
        self.home = home
        url = f"sqlite:///{home}/callcenter.sqlite"
        (home / "callcenter.toml").write_text(
            '[ami]\nhost = "127.0.0.1"\nevents = {username = "e", secret_file = "e"}\n'
            f'control = {{username = "c", secret_file = "c"}}\n[store]\nurl = "{url}"\n'
        )
        asyncio.run(upgrade(StoreSettings(url=url)))

    def run(self, *words: str, app: Typer = case_classes.app) -> Result:
        return CliRunner().invoke(app, [*words, "--settings", str(self.home / "callcenter.toml")])

    def told(self, *words: str, app: Typer = case_classes.app) -> str:
        result = self.run(*words, app=app)
        assert result.exit_code == 0, result.exception
        return result.stdout

    def refused(self, *words: str, app: Typer = case_classes.app) -> str:
        result = self.run(*words, app=app)
        assert isinstance(result.exception, BadInput), result.exception
        return str(result.exception)


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def test_class_is_added_listed_and_closed(console: Console) -> None:
    assert "no classes yet" in console.told("list", "--lang", "en")
    console.told("add", "delivery", "--zh", "物流", "--en", "Delivery")
    console.told("add", "late", "--zh", "晚到", "--en", "Late", "--parent", "delivery")
    assert "late is open" in console.refused("close", "delivery")
    console.told("close", "late")
    assert "late" not in console.told("list", "--lang", "en")
    assert "  late" in console.told("list", "--closed", "--lang", "en")
    assert "there is no such class" in console.refused("close", "nothing")


def test_list_goes_out_and_comes_in_again(console: Console, tmp_path: Path) -> None:
    source, out, again = (tmp_path / f"{name}.csv" for name in ("in", "out", "again"))
    source.write_text(
        HEADING
        + 'delivery,,物流,Delivery,,sorry,抱歉,"Sorry,\nindeed"\n'
        + "delivery,,物流,Delivery,,=1+1,=2,+3\n"
        + "late,delivery,晚到,Late,yes,,,\n"
    )
    assert "2 new, 0 changed, 0 as they were" in console.told("import", str(source), "--lang", "en")
    console.told("export", str(out))
    assert "'=1+1" in out.read_text("utf-8-sig")
    assert "0 new, 0 changed, 2 as they were" in console.told("import", str(out), "--lang", "en")
    console.told("export", str(again))
    assert out.read_bytes() == again.read_bytes()
    assert "exists already" in console.refused("export", str(again))


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (b"", "no list of classes"),
        (b"code,name\na,b\n", "no list of classes"),
        (HEADING.encode() + b"a,,b\n", "line 2: there are 3 cells"),
        (HEADING.encode() + b"a,,b,c,perhaps,,,\n", "closed is yes, or empty"),
        (HEADING.encode() + b"a,,b,c,,,,\na,,b,c,,,,\n", "a stands in the list before"),
        (HEADING.encode() + b"a,,b,c,,,,\nb,nowhere,b,c,,,,\n", "there is no class 'nowhere'"),
        (HEADING.encode() + b'a,,"b', "is not CSV"),
        (b"\xff\xff\xff", "neither UTF-8 nor GB 18030"),
        (HEADING.encode() + b"a,,b,c,,x,,\n", "x, zh is missing"),
    ],
)
def test_list_that_is_none_changes_nothing(console: Console, tmp_path: Path, held: bytes, sentence: str) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(held)
    result = console.run("import", str(source))
    assert sentence in str(result.exception)
    assert "no classes yet" in console.told("list", "--lang", "en")


def test_list_of_the_older_encoding_is_read(console: Console, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes((HEADING + "a,,物流,b,,,,\n").encode("gb18030"))
    console.told("import", str(tmp_path / "in.csv"))
    assert "物流" in console.told("list")


def test_systems_are_made_listed_and_withdrawn(console: Console) -> None:
    app = contacts.app
    assert "no system" in console.told("systems", "--lang", "en", app=app)
    assert len(console.told("add", "chat", app=app).strip()) == 43
    assert "take another name" in console.refused("add", "chat", app=app)
    assert "small letters" in console.refused("add", "My Chat", app=app)
    console.told("withdraw", "chat", app=app)
    assert "withdrawn before" in console.refused("withdraw", "chat", app=app)
    assert "chat" in console.told("systems", "--lang", "en", app=app)
