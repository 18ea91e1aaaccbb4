"""Whatever a command says with `--lang zh-CN`, refusals and output alike, has no English sentence left in it."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from callcenter import cli
from callcenter.store import StoreSettings, upgrade
from tests.support.chinese import english_in
from tests.support.commands import signals_as_they_are

FRAME = importlib.import_module("typer.rich_utils")
ROSTER = {
    "timezone": "Asia/Shanghai",
    "agents": [{"agent": "Alice", "interface": "PJSIP/1001"}],
    "shifts": [{"agent": "Alice", "from": "2026-11-23T09:00", "to": "2026-11-23T18:00"}],
}
RULEBOOK = """
format: 1
based_on: packaged
editions:
  - {version: "1", from: 2026-01-01, figures: {rings: 0}, violations: {V-HANGUP: {mode: "on"}}}
  - {version: "1", from: 2026-02-01}
"""
LINES: list[dict[str, object]] = [
    {"do": "open", "channel": "phone", "content": "x", "wanted": "y"},
    {"do": "analyse", "cause": "x", "nature": "slow", "upheld": True, "responsible": {"agent": "Bob"}},
    {"do": "archive"},
    {"do": "now"},
]
STORY = "\n".join(
    json.dumps(line | {"at": f"2026-03-0{n}T09:00:00+08:00", "by": "a", "case": "1"}) for n, line in enumerate(LINES, 2)
)
STORY = json.dumps({"settings": {"people": [{"account": "a", "role": "manager"}]}}) + f"\n{STORY}\n"
FILES = {
    "callcenter.toml": (
        '[ami.events]\nusername = "events"\nsecret_file = "e"\n[ami.control]\nusername = "control"\nsecret_file = "c"\n'
        '[journal]\npath = "journal.sqlite"\n[store]\nurl = "sqlite:///callcenter.sqlite"\n'
    ),
    "roster.json": json.dumps(ROSTER),
    "twice.json": json.dumps(ROSTER | {"agents": [*ROSTER["agents"], {"agent": "Bob", "interface": "PJSIP/1001"}]}),
    "rows.json": json.dumps(ROSTER | {"shifts": [{"agent": "Eve", "from": "x", "to": "y"}, 3], "leave": 1}),
    "half.json": '{"agents": ',
    "half.toml": "[ami\n",
    "unsound.yaml": RULEBOOK,
    "unknown.yaml": "nonsense: 1\n",
    "odd.yaml": 'format: 1\nbased_on: packaged\neditions: [{version: "1", from: 2026-01-01, figures: {rings: many}}]\n',
    "half.yaml": "editions: [\n",
    "agents.csv/agents.csv": "agent,interface,odd\nAlice,,x\n,PJSIP/1\n",
    "password": "correct horse battery staple\n",
    "story.jsonl": STORY,
}
SAYINGS: list[tuple[str, Mapping[str, str]]] = [
    ("nonsense", {}),
    ("replay x", {}),
    ("replay", {}),
    ("replay --ami nowhere", {}),
    ("replay --ami roster.json --charset utf-7", {}),
    ("db upgrade", {}),
    ("db current", {}),
    ("db move --to mysql://x", {}),
    *(
        ("db current", {f"CALLCENTER_{name}": value})
        for name, value in {
            "WEB__PORT": "99999",
            "STORE__BATCH": "a",
            "SITE__TIMEZONE": "Mars",
            "SITE__AREA_CODE": "12",
            "STORE__URL": "mysql://x",
            "LOG__LEVEL": "loud",
            "AMI__CHARSET": "utf-7",
            "AGENTS": "{",
            "NONSENSE": "1",
            "AMI__NONSENSE": "1",
        }.items()
    ),
    ("db current --settings half.toml", {}),
    ("db current --settings nowhere.toml", {}),
    ("rules check", {}),
    ("rules list", {}),
    ("rules agreement", {}),
    ("rules check nope.yaml", {}),
    ("rules check agents.csv", {}),
    ("rules check half.yaml", {}),
    ("rules check unknown.yaml", {}),
    ("rules check odd.yaml", {}),
    ("rules check unsound.yaml", {}),
    ("rules list unsound.yaml", {}),
    ("rules try --rulebook unsound.yaml --from 2026-01-02 --to 2026-01-01", {}),
    ("roster check roster.json", {}),
    ("roster check twice.json", {}),
    ("roster check rows.json", {}),
    ("roster check half.json", {}),
    ("roster check agents.csv", {}),
    ("roster template form.xlsx", {}),
    ("roster convert roster.json out.csv", {}),
    ("roster convert roster.json out.json", {}),
    ("audit verify", {}),
    ("audit sign", {}),
    ("user list", {}),
    ("user disable nobody", {}),
    ("user enable nobody", {}),
    ("journal verify journal.sqlite", {}),
    ("journal info nowhere.sqlite", {}),
    ("journal prune", {}),
    ("customers number 13800138000 0571-88881234 12 x --format text", {}),
    ("customers list", {}),
    ("customers show nobody", {}),
    ("customers import nowhere.csv", {}),
    ("customers change nobody nonsense=1", {}),
    ("customers change nobody owner=Eve", {}),
    ("customers change nobody name", {}),
    ("customers change nobody name=a --version 1", {}),
    ("customers note nobody x", {}),
    ("customers merge nobody 13800138000", {}),
    ("customers merge a b --take nonsense", {}),
    ("customers merges nobody", {}),
    ("customers undo-merge nowhere", {}),
    ("customers split nobody --number 1 --name x", {}),
    ("customers split nobody --number 1 --name x numbers=13800138000", {}),
    ("cases list", {}),
    ("cases list --from 2026-02-02 --to 2026-01-01", {}),
    ("cases show nowhere", {}),
    ("cases story", {}),
    ("cases story nowhere", {}),
    ("cases open --as a --channel phone --password-file password", {}),
    ("cases open --as a --channel smoke", {}),
    ("cases open --as a --channel phone --call {}".format("1" * 81), {}),
    ("cases take nowhere open --as a", {}),
    ("cases take nowhere chase --as a --field channel", {}),
    ("cases take nowhere chase --as a --field by=a", {}),
    ("cases take nowhere chase --as a --field a=1 --field a=2", {}),
    ("cases take nowhere analyse --as a --field upheld=yes", {}),
    ("cases take nowhere analyse --as a --from half.json", {}),
    ("cases take nowhere analyse --as a --from nowhere", {}),
    ("cases department list", {}),
    ("cases department add --full-name x ..", {}),
    ("cases department close nowhere", {}),
    ("cases deputy", {}),
    ("cases deputy a", {}),
    ("cases deputy a --away", {}),
    ("cases deputy --away", {}),
    ("cases replay half.json", {}),
    ("cases replay roster.json --format text", {}),
    ("cases replay story.jsonl --format text", {}),
    ("calls", {}),
    ("calls --from nonsense", {}),
    ("report", {}),
    ("contacts systems", {}),
    ("contacts withdraw nowhere", {}),
    ("contacts add No", {}),
    ("bus watch", {}),
    ("phones list", {}),
    ("phones rotate 1001", {}),
    ("outbox list", {}),
    ("outbox retry nowhere", {}),
    ("outbox skip nowhere key --reason x", {}),
    ("outbox enable nowhere", {}),
    ("cases class list", {}),
    ("cases class close nowhere", {}),
    ("cases class add x --zh x --en x --parent y", {}),
    ("cases class import roster.json", {}),
    ("lost list", {}),
    ("lost claim nowhere", {}),
    ("surveys", {}),
    ("surveys nonsense", {}),
    ("report nonsense", {}),
    ("score list 2026-11", {}),
    ("score show Nobody 2026-11", {}),
    ("violations list", {}),
    ("violations explain abc", {}),
    ("violations file --as a --rule V-DESK --agent Alice --note x --password-file nowhere", {}),
    ("backup nowhere/at/all", {}),
    ("restore nowhere --check", {}),
    ("doctor", {}),
    ("record tape.ami", {}),
    ("board --url http://127.0.0.1:1", {}),
    ("lab status --work-dir none", {}),
    ("lab down --work-dir none", {}),
    ("lab calls --work-dir none", {}),
    ("lab record out --story nonsense", {}),
    ("phone --extension 1001 --secret-file nowhere", {}),
    ("demo --tape --speed 0", {}),
    ("manual nonsense", {}),
    ("init --dir . --yes", {}),
    ("init --dir fresh --data kept --switch 127.0.0.1:1 --queue-log - --yes", {}),
    ("serve --nonsense", {}),
    ("db nonsense", {}),
    ("db upgrad", {}),
    ("db", {}),
    ("calls --last 0", {}),
    ("calls --last x", {}),
    ("calls --outcome x", {}),
    ("calls --last", {}),
    ("score show", {}),
    ("version --lang", {}),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    for name, held in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(held, encoding="utf-8")
    asyncio.run(upgrade(StoreSettings(url=f"sqlite:///{folder}/callcenter.sqlite")))
    return folder


@pytest.fixture(autouse=True)
def _frame_as_it_was() -> Iterator[None]:
    """Put typer's own words back, which a command in Chinese translates for its whole process."""
    held = dict(vars(FRAME))
    yield
    vars(FRAME).update(held)


def said(words: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command in this process; gives all that it said."""
    monkeypatch.chdir(home)
    monkeypatch.setattr(sys, "argv", ["callcenter", *words.split(), "--lang", "zh-CN"])
    with signals_as_they_are(), pytest.raises(SystemExit):
        cli.main()
    told = capsys.readouterr()
    return told.out + told.err


@pytest.mark.parametrize(("words", "more"), SAYINGS, ids=str)
def test_no_english_sentence_is_left(
    words: str,
    more: Mapping[str, str],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in more.items():
        monkeypatch.setenv(name, value)

    told = said(words, home, monkeypatch, capsys)

    assert [(left, line) for line in told.splitlines() for left in english_in(line)] == []


@pytest.mark.parametrize("command", ["report", "surveys"])
def test_today_is_said_too(
    command: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "today" not in said(f"{command} today", home, monkeypatch, capsys)


def test_every_command_is_asked() -> None:
    assert {words.split()[0] for words, _ in SAYINGS} >= cli.COMMANDS.keys() - {"version"}
