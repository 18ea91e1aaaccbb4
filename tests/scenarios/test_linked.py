"""Visits linked with customers and with one another, on recorded bytes: some moved in time, or cut short."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from callcenter.cli.lab.replay import app
from tests.scenarios.tapes import LOGINS, Shown, Tape, replayed, tape, written

CALLER = b"13800000001"
DIALLED = b"13900000001"
OWN_LINE = b"Linkedid: lab-1795917726.2\r\n"
TALKING = (b"Event: BridgeEnter", b"Event: BridgeLeave", b"ChannelStateDesc: Up\r\n")
CUSTOMERS = """id,name,numbers,class,key_account,agent
C1,Wang,0138 0000 0001;0571-88881234,a,yes,Alice
C2,Li,13800130001,b,no,
C3,Zhao,+86 138-0013-0001,b,no,
"""


def customers(folder: Path, text: str = CUSTOMERS) -> str:
    path = folder / "customers.csv"
    path.write_text(text)
    return str(path)


def later(folder: Path, name: str, seconds: int, *, in_vain: bool = False) -> Path:
    """Let the agent of a recorded minute dial the caller of another one, so many seconds later; perhaps in vain."""
    data = gzip.decompress((tape("outbound").folder / "board.ami.gz").read_bytes())
    blocks = data.split(b"\r\n\r\n")
    if in_vain:
        mine = [b for b in blocks if b"Linkedid: " not in b or OWN_LINE in b + b"\r\n"]
        blocks = [b for b in mine if b"Event: Hangup" in b or not any(one in b + b"\r\n" for one in TALKING)]
    data = b"\r\n\r\n".join(blocks).replace(DIALLED, CALLER).replace(b"lab-", b"lab-%d" % seconds)
    path = folder / f"{name}.ami"
    path.write_bytes(re.sub(rb"(?<=Timestamp: )\d+", lambda found: str(int(found[0]) + seconds).encode(), data))
    return path


def told(shown: Shown) -> list[dict[str, Any]]:
    return [visit for call in shown["calls"] for visit in call["visits"]]


def linked(folder: Path, logins: list[Path], log: Path | None = None) -> list[dict[str, Any]]:
    return told(json.loads(written(logins, log, "--customers", customers(folder))))


@pytest.fixture
def given_up() -> list[Path]:
    """One caller waits, and gives up."""
    return tape("abandoned_waiting").logins("board")


def test_a_call_back_that_is_answered_closes_a_lost_call(tmp_path: Path, given_up: list[Path]) -> None:
    lost, other = linked(tmp_path, [*given_up, later(tmp_path, "back", 1000)])

    assert lost["customer"] == {"id": "C1", "match": "known", "candidates": []}
    assert lost["repeat_of"] is None
    assert lost["followed_up"] == {"state": "closed", "by": "called_back", "at": 1795918727.094526}
    assert other["customer"] == {"id": None, "match": "none", "candidates": []}
    assert other["followed_up"] is None


@pytest.mark.parametrize("login", LOGINS)
def test_what_became_of_two_lost_calls_is_what_the_phones_did(tmp_path: Path, login: str) -> None:
    """The agent dialled in vain three times, then was answered, by the clocks of both phones."""
    one = tape("given_up_and_called_back")
    truth = one.truth()
    (talk,), tries = truth["talks"], [span for span in truth["states"] if span["state"] == "outbound"][:3]

    first, second = linked(tmp_path, one.logins(login))

    assert [visit["followed_up"]["by"] for visit in (first, second)] == ["tried", "called_back"]
    assert abs(first["followed_up"]["at"] - tries[-1]["to"]) < truth["lag_seconds"] + 0.05
    assert abs(second["followed_up"]["at"] - talk["from"]) < truth["lag_seconds"] + 0.05
    assert first["repeat_of"] is second["repeat_of"] is None


@pytest.mark.parametrize(
    ("tries", "followed_up"),
    [
        (2, {"state": "open", "by": None, "at": None}),
        (3, {"state": "closed", "by": "tried", "at": 1795920730.097365}),
        (4, {"state": "closed", "by": "tried", "at": 1795920730.097365}),
    ],
)
def test_three_tries_close_a_lost_call(
    tmp_path: Path, given_up: list[Path], tries: int, followed_up: dict[str, Any]
) -> None:
    dialled = [later(tmp_path, f"try{n}", n * 1000, in_vain=True) for n in range(1, tries + 1)]

    (lost,) = linked(tmp_path, [*given_up, *dialled])

    assert lost["followed_up"] == followed_up


@pytest.mark.parametrize(("with_login", "with_log"), [(True, False), (False, True), (True, True)])
def test_an_overflow_that_was_answered_is_not_lost(tmp_path: Path, with_login: bool, with_log: bool) -> None:
    one = tape("overflowed")

    first, second = linked(tmp_path, one.logins("board") if with_login else [], one.log if with_log else None)

    at = 1795918064.243379 if with_login else 1795918064
    assert first["followed_up"] == {"state": "closed", "by": "same_call", "at": at}
    assert first["customer"] == {"id": None, "match": "several", "candidates": ["C2", "C3"]}
    assert second["repeat_of"] is second["followed_up"] is None


def test_a_log_alone_tells_who_called_again(tmp_path: Path) -> None:
    rows = [
        "1795900000|1795900000.1|support|NONE|ENTERQUEUE||0571 88881234|1",
        "1795900010|1795900000.1|support|Alice|CONNECT|10|x|3",
        "1795900060|1795900000.1|support|Alice|COMPLETECALLER|10|50|1",
        "1795900100|1795900100.1|support|NONE|ENTERQUEUE||+8613800000001|1",
        "1795900130|1795900100.1|support|NONE|ABANDON|1|1|30",
        "1795900200|1795900200.1|support|NONE|ENTERQUEUE||013800000001|1",
        "1795900215|1795900200.1|support|Alice|CONNECT|15|x|3",
        "1795900260|1795900200.1|support|Alice|COMPLETECALLER|15|45|1",
        "1795900300|1795900300.1|support|NONE|ENTERQUEUE||anonymous|1",
        "1795900310|1795900300.1|support|NONE|ABANDON|1|1|10",
    ]
    log = tmp_path / "queue_log"
    log.write_text("".join(f"{row}\n" for row in rows))

    first, second, third, nobody = linked(tmp_path, [], log)

    assert [visit["repeat_of"] for visit in (first, second, third)] == [None, "1795900000.1", "1795900000.1"]
    assert second["followed_up"] == {"state": "closed", "by": "called_again", "at": 1795900215}
    assert nobody["customer"]["match"] == "anonymous"
    assert nobody["followed_up"] == {"state": "unreachable", "by": None, "at": None}
    seen = written([], log, "--customers", customers(tmp_path), "--format", "text").splitlines()
    assert [re.split(r" {2,}", line)[-2:] for line in seen[:5]] == [
        ["customer", "follow-up"],
        ["C1", "-"],
        ["C1 (repeat)", "closed called_again"],
        ["C1 (repeat)", "-"],
        ["anonymous", "unreachable"],
    ]


@pytest.mark.parametrize("name", ["overflowed", "refused_full", "gap"])
def test_the_links_are_all_that_the_option_adds(tmp_path: Path, name: str) -> None:
    one: Tape = tape(name)
    whole = json.loads(written(one.logins("board"), None, "--customers", customers(tmp_path)))

    for visit in told(whole):
        assert list(visit)[-3:] == ["customer", "repeat_of", "followed_up"]
        del visit["customer"], visit["repeat_of"], visit["followed_up"]
    assert whole == replayed(one.logins("board"))


def test_the_sites_numbering_decides_whose_a_call_is(tmp_path: Path, given_up: list[Path]) -> None:
    options = ("--internal", "13800000001", "--area-code", "0571", "--customers")
    text = "id,numbers\nC9,88881234\n"

    (seen,) = told(json.loads(written(given_up, None, *options, customers(tmp_path, text))))

    assert seen["customer"] == {"id": None, "match": "internal", "candidates": []}
    assert seen["followed_up"] is None


def test_a_file_that_cannot_be_used_leaves_by_exit_two_with_nothing_written(
    tmp_path: Path, given_up: list[Path]
) -> None:
    bad = customers(tmp_path, "id,numbers\nC1,call me\n")
    result = CliRunner().invoke(app, ["--ami", str(given_up[0]), "--customers", bad])

    assert (getattr(result.exception, "exit_code", None), result.stdout) == (2, "")
    assert "line 2" in str(result.exception)
