from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
import pytest

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import EndedBy, OfferOutcome, VisitOutcome
from callcenter.reports.replay.text import masked, table, talked, visit_rows, width
from tests.unit.rules.detection.story import packaged

NOON = 1_800_000_000 * SECOND
OFFER = fx.Offer(
    agent="Alice",
    interface="PJSIP/1001",
    offered_at=NOON,
    rang_at=NOON,
    ended_at=NOON + 16 * SECOND,
    connected_at=NOON + 16 * SECOND,
    outcome=OfferOutcome.ANSWERED,
    available=True,
    refuted=None,
    in_gap=False,
    frames=(),
)
VISIT = fx.Visit(
    call="c",
    uniqueid="c",
    queue="support",
    n=1,
    caller="13800250001",
    did="400",
    joined_at=NOON,
    left_at=NOON + 16 * SECOND,
    position=1,
    outcome=VisitOutcome.ANSWERED,
    agent="Alice",
    answered_at=NOON + 16 * SECOND,
    ended_at=NOON + 20 * SECOND,
    hold=0,
    transferred=None,
    ended_by=EndedBy.CALLER,
    refused_at=None,
    offers=(OFFER,),
    in_gap=False,
    frames=(),
)
REFUSED = msgspec.structs.replace(
    VISIT,
    queue=None,
    caller=None,
    joined_at=None,
    left_at=None,
    outcome=VisitOutcome.REFUSED,
    agent=None,
    answered_at=None,
    ended_at=None,
    ended_by=None,
    refused_at=NOON,
    offers=(),
)


def rows(*visits: fx.Visit) -> list[tuple[str, ...]]:
    call = fx.Call(call="c", order=1, visits=visits)
    return list(visit_rows(call, ZoneInfo("Asia/Shanghai"), packaged().figures))


def test_a_visit_is_one_row_in_the_zone_asked_for() -> None:
    assert rows(VISIT) == [
        ("16:00:00", "138****0001", "support", "16.0", "answered", "Alice", "4 answered", "4.0", "caller")
    ]


def test_what_is_unknown_is_shown_as_unknown() -> None:
    assert rows(REFUSED) == [("16:00:00", "?", "?", "?", "refused", "-", "-", "-", "-")]


def test_a_ring_that_nobody_heard_begin_is_not_counted() -> None:
    silent = msgspec.structs.replace(OFFER, rang_at=None)

    assert rows(msgspec.structs.replace(VISIT, offers=(silent,)))[0][6] == "? answered"


def test_a_transfer_stands_beside_who_ended_the_part() -> None:
    sent = msgspec.structs.replace(VISIT, ended_by=EndedBy.TRANSFER, transferred="blind", joined_at=None)

    assert rows(sent)[0][-1] == "transfer (blind)"
    assert rows(sent)[0][0] == "?"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13800250001", "138****0001"),
        ("1234567", "1234567"),
        ("12345678", "123****5678"),
        ("", "?"),
        (None, "?"),
        ("1\n2\x1b[2J", "1�2�[2J"),
    ],
)
def test_a_number_is_shown_by_its_ends_and_obeyed_by_no_terminal(number: str | None, shown: str) -> None:
    assert masked(number) == shown


def test_columns_line_up_where_characters_are_wide() -> None:
    assert width("售前abc") == 7
    assert list(table([("队列", "x"), ("abcde", "y")])) == ["队列   x", "abcde  y"]


def test_talks_of_an_agent_are_told_by_how_they_came_about() -> None:
    told = {"talks": 3, "talk_seconds": {"queue": 61.25, "transfer": 0.0, "park": 4.0}}

    assert talked(told) == "talks 3 (queue 61.2 s, park 4.0 s)"
    assert talked({"talks": 0, "talk_seconds": {"queue": 0.0}}) == "talks 0"
    assert talked({"talks": None, "talk_seconds": {"queue": None}}) == "talks ?"
