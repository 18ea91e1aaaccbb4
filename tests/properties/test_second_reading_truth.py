"""The naive reading is itself held against what phones and callers knew, so that it may judge the floor."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from callcenter.domain import events as ev
from callcenter.lab.truth import compare
from tests.properties.naive import SECOND, NaiveOffer, NaiveVisit, read
from tests.properties.naive_lines import Events, sent_into
from tests.properties.naive_talks import talks
from tests.properties.recorded import FOLDER, RECORDED, recorded

HALF_SEEN = "gap/"
SEEN = [login for login in RECORDED if not login.startswith(HALF_SEEN)]
NOT_READ = {"position", "hold_seconds"}
Shown = dict[str, Any]


def seconds(value: int | None) -> float | None:
    return None if value is None else value / SECOND


def lasting(start: int | None, end: int | None) -> float | None:
    return None if start is None or end is None else (end - start) / SECOND


def in_seconds(record: msgspec.Struct) -> Shown:
    """Give a record's fields, times as epoch seconds."""
    fields: Shown = msgspec.structs.asdict(record)
    return {key: seconds(value) if key.endswith("_at") else value for key, value in fields.items()}


def shown_offer(offer: NaiveOffer) -> Shown:
    return in_seconds(offer) | {"ring_seconds": lasting(offer.rang_at, offer.ended_at)}


def shown_visit(events: Events, visit: NaiveVisit) -> Shown:
    return in_seconds(visit) | {
        "caller": number(events, [visit.uid, *sent_into(events, visit.uid)][-1]),
        "talk_seconds": lasting(visit.answered_at, visit.ended_at),
        "offers": [shown_offer(offer) for offer in visit.offers],
    }


def number(events: Events, uid: str) -> str | None:
    """Tell the number that the network gave of a caller, by whatever names it first."""
    joined = [e.caller for e in events if isinstance(e, ev.CallerJoined | ev.QueueResult) and e.uid == uid]
    started = [e.number for e in events if isinstance(e, ev.ChannelStarted) and e.uid == uid]
    return next(filter(None, joined + started), None)


def shown(events: Events) -> Shown:
    """Tell the naive reading as a replay tells the floor's."""
    heard = [in_seconds(talk) | {"from": seconds(talk.start), "to": seconds(talk.end)} for talk in talks(events)]
    visits = [{"visits": [shown_visit(events, visit)], "talks": []} for visit in read(events)]
    return {"calls": [*visits, {"visits": [], "talks": heard}], "agents": []}


def readable(truth: Shown) -> Shown:
    """Leave out of a truth what the naive reading does not tell."""
    visits = [{key: value for key, value in visit.items() if key not in NOT_READ} for visit in truth["visits"]]
    for visit in visits:
        if "offers" in visit:
            visit["offers"] = [offer | {"agent": None} for offer in visit["offers"]]
    return truth | {"visits": visits, "states": []}


@pytest.mark.parametrize("login", SEEN)
def test_the_naive_reading_tells_what_phones_and_callers_did(login: str) -> None:
    truth = json.loads(((FOLDER / login).parent / "truth.json").read_text())

    assert compare(readable(truth), shown(recorded(login))) == []
