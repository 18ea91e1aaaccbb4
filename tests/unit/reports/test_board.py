"""The board shows what the document says, how old it is, and lets nothing in it act on the terminal."""

from __future__ import annotations

import io
import re
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from callcenter.domain.vocabulary import AgentState, EndedBy, OfferOutcome, VisitOutcome
from callcenter.exporter.live import AgentNow, LinkNow, LiveDocument, OfferSeen, QueueNow, VisitSeen
from callcenter.locale import Language
from callcenter.reports.board.tables import Board
from callcenter.reports.board.words import VALUES

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = 1_790_000_000.0

LINK = LinkNow(
    node="pbx",
    up=True,
    ready=True,
    evidence_grade=True,
    data_age_seconds=0.3,
    lag_seconds=0.004,
    gap_open=False,
    gap_seconds=0.0,
    journal_pending=0,
    store_lag_seconds=0.0,
)
QUEUE = QueueNow(
    queue="sales",
    waiting=2,
    oldest_joined_at=NOW - 65,
    ready=1,
    signed_in=3,
    answered=8,
    abandoned=2,
    other_exits=1,
    refused=3,
    within=7,
    threshold_seconds=20,
    service_level=0.7,
    answer_waits=8,
    answer_wait_seconds=96.0,
)
AGENT = AgentNow(
    agent="Alice",
    state="paused",
    reason="tea",
    since=NOW - 3661,
    queues=("sales",),
    missed=0,
    unreachable=False,
    phone_losses=0,
    page_failures=0,
)
VISIT = VisitSeen(
    queue="sales",
    caller="138****5678",
    at=NOW,
    outcome="answered",
    wait_seconds=18.25,
    talk_seconds=60.0,
    hold_seconds=0.0,
    agent="Bob",
    ended_by="caller",
    transferred=None,
    offers=(
        OfferSeen(agent="Alice", outcome="timed_out", ring_seconds=25.0, rings=6, late=False),
        OfferSeen(agent="Bob", outcome="answered", ring_seconds=16.2, rings=4, late=True),
    ),
)


def document(**changes: Any) -> LiveDocument:
    whole = LiveDocument(
        site="main",
        timezone="Asia/Shanghai",
        version="0",
        now=NOW,
        counted_since=NOW - 60,
        service_level_name="sl-offered",
        link=LINK,
        queues=(QUEUE,),
        agents=(AGENT,),
        recent=(VISIT,),
    )
    return msgspec.structs.replace(whole, **changes)


def shown(
    doc: LiveDocument,
    lang: Language = "en",
    unreachable: float = 0,
    calls: int = 9,
    *,
    plain: bool = True,
    width: int = 160,
) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(Board(lang, SHANGHAI, plain=plain, width=width).show(doc, unreachable, calls=calls))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def row(text: str, start: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(f"{start}  ")]
    return re.split(r" {2,}", line.strip())


def test_queue_shows_waits_counts_and_a_named_service_level() -> None:
    text = shown(document(), calls=0)
    assert row(text, "sales") == ["sales", "2", "1:05", "8", "2", "1", "3", "70.0% / 20 s"]
    assert "Service level" in text
    assert "sl-offered" in text


def test_agent_shows_state_since_and_reason() -> None:
    assert row(shown(document(), calls=0), "Alice") == ["Alice", "paused", "1:01:01", "tea", "sales"]


def test_chinese_board_speaks_chinese() -> None:
    text = shown(document(), "zh-CN", calls=0)
    assert row(text, "Alice") == ["Alice", "小休", "1:01:01", "茶歇", "sales"]
    assert "取证级" in text


def test_call_shows_every_ring_and_who_hung_up() -> None:
    text = shown(document())
    assert "Alice 25.0 s, ring 6: missed" in text
    assert "Bob 16.2 s, ring 4: answered" in text
    assert "138****5678" in text
    assert "caller" in text


def test_age_of_the_data_stands_in_the_first_line_and_grows_while_the_service_is_silent() -> None:
    assert "data 0.3 s old" in shown(document())
    silent = shown(document(), unreachable=12)
    assert "data 12.3 s old" in silent
    assert "has not answered for 12 s" in silent


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"up": False, "ready": False}, "NOT CONNECTED"),
        ({"ready": False}, "getting in sync"),
        ({"evidence_grade": False}, "NOT evidence-grade: no violation is proposed"),
        ({"evidence_grade": None}, "evidence grade not known yet"),
        ({"data_age_seconds": None}, "no data yet"),
        ({"gap_open": True}, "EVENTS ARE BEING MISSED"),
        ({"refused_moments": 3}, "3 moments could not be believed"),
        ({"unseen_joins": 2}, "2 joins in queue_log that nobody saw"),
        ({"gap_seconds": 75.0}, "1:15 not seen so far"),
        ({"store_lag_seconds": 30.0}, "record 0:30 behind"),
    ],
)
def test_whatever_is_wrong_is_said(changes: dict[str, Any], said: str) -> None:
    assert said in shown(document(link=msgspec.structs.replace(LINK, **changes)))


def test_unknown_is_a_dash_and_never_zero() -> None:
    queue = msgspec.structs.replace(QUEUE, oldest_joined_at=None, service_level=None)
    assert row(shown(document(queues=(queue,)), calls=0), "sales")[2::5] == ["—", "—"]


def test_column_for_rare_exits_is_there_once_it_has_something_to_show() -> None:
    assert "Refused" in shown(document(), calls=0)
    usual = msgspec.structs.replace(QUEUE, refused=0)
    assert "Refused" not in shown(document(queues=(usual,)), calls=0)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_board_fits_a_terminal_of_eighty_columns(lang: Language) -> None:
    text = shown(document(), lang, width=80)
    assert "…" not in text
    assert "sl-offered" in text


def test_time_that_no_calendar_holds_is_a_dash() -> None:
    visit = msgspec.structs.replace(VISIT, at=1e18)
    assert row(shown(document(recent=(visit,))), "—   ")[1] == "sales"


def test_empty_call_centre_says_that_nothing_was_seen() -> None:
    text = shown(document(queues=(), agents=(), recent=()))
    assert "no queue seen yet" in text
    assert "no agent seen yet" in text
    assert "no call has ended yet" in text


@pytest.mark.parametrize("hostile", ["\x1b[2J", "a\rb", "a\nb", "\u202eb", "[red]b[/red]", "[/]"])
def test_name_cannot_act_on_the_terminal(hostile: str) -> None:
    agent = msgspec.structs.replace(AGENT, agent=hostile, reason=hostile, queues=(hostile,))
    queue = msgspec.structs.replace(QUEUE, queue=hostile)
    link = msgspec.structs.replace(LINK, node=hostile)
    visit = msgspec.structs.replace(VISIT, queue=hostile, caller=hostile, agent=hostile)
    text = shown(document(agents=(agent,), queues=(queue,), link=link, recent=(visit,), site=hostile))
    assert all(line.isprintable() for line in text.splitlines())
    assert len(text.splitlines()) == len(shown(document()).splitlines())


@pytest.mark.parametrize(
    ("kind", "values"), [("state", AgentState), ("visit", VisitOutcome), ("offer", OfferOutcome), ("end", EndedBy)]
)
def test_every_value_has_a_word(kind: str, values: type[StrEnum]) -> None:
    assert set(values) <= set(VALUES[kind])


def test_plain_board_is_drawn_with_ascii_lines() -> None:
    assert "─" not in shown(document())
    assert "─" in shown(document(), plain=False)


QUEUES = tuple(
    msgspec.structs.replace(QUEUE, queue=name)
    for name in ("complaints", "consumers", "key_accounts", "merchants", "products", "suppliers")
)
SERVES = ("consumers", "key_accounts", "merchants", "products")


def agents(count: int) -> tuple[AgentNow, ...]:
    states = ("paused", "talking", "available")
    return tuple(
        msgspec.structs.replace(AGENT, agent=f"Agent {n:02}", state=states[n % 3], queues=SERVES) for n in range(count)
    )


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("count", [1, 8, 9, 40])
def test_board_fits_a_terminal_of_80_columns_and_24_lines(lang: Language, count: int) -> None:
    console = Console(file=io.StringIO(), width=80, highlight=False)
    console.print(Board(lang, SHANGHAI, width=80, height=24).show(document(queues=QUEUES, agents=agents(count))))
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert len(lines) < 24
    assert max(map(cell_len, lines)) <= 80
    assert [name for name in ("complaints", "suppliers", "Agent 00") if sum(name in line for line in lines) != 1] == []
    assert all("1:01:01" in line for line in lines if line.startswith("Agent 0"))
    assert not [line for line in lines if "Answ…" in line or "Aband…" in line]


def test_agents_for_whom_there_is_no_room_are_counted_by_state() -> None:
    console = Console(file=io.StringIO(), width=80, highlight=False)
    console.print(Board("en", SHANGHAI, width=80, height=24).show(document(agents=agents(40))))
    assert isinstance(console.file, io.StringIO)
    last = console.file.getvalue().splitlines()[-1]
    shown = sum(line.startswith("Agent ") for line in console.file.getvalue().splitlines()) - 1
    assert last.startswith(f"and {40 - shown} more agents: ")
    assert sum(int(part.split()[-1]) for part in last.partition(": ")[2].split(", ")) == 40 - shown
