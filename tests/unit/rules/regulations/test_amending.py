"""Rules change from a day on that is yet to come, never backwards."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from callcenter.files.rulebook import load_rulebook
from callcenter.rules.regulations.amending import amend
from callcenter.rules.regulations.edition import Edition, Rulebook
from callcenter.rules.regulations.rulebook import rulebook_of, whole

PACKAGED = load_rulebook()
TODAY = date(2026, 11, 25)
YESTERDAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 26)


def edition(version: str = "2026.1", **changes: Any) -> Edition:
    return msgspec.structs.replace(PACKAGED.editions[0], version=version, **changes)


def book(*editions: Edition, timezone: str = "Asia/Shanghai") -> Rulebook:
    return Rulebook(timezone, editions)


def test_new_edition_from_tomorrow_on_may_follow_the_one_that_holds() -> None:
    assert amend(PACKAGED, book(edition(last=TODAY), edition("2026.2", first=TOMORROW)), TODAY) == []


def test_edition_that_is_yet_to_begin_may_be_changed_or_dropped() -> None:
    before = book(edition(last=TODAY), edition("2026.2", first=TOMORROW))
    changed = edition("2026.2", first=TOMORROW, promises={})
    assert amend(before, book(edition(last=TODAY), changed), TODAY) == []
    assert amend(before, book(edition()), TODAY) == []


@pytest.mark.parametrize(
    ("after", "problem"),
    [
        (book(edition(promises={})), "edition 2026.1 has begun, so it must stay as it is"),
        (book(edition("other")), "edition other must begin after 2026-11-25, not on 1970-01-01"),
        (book(edition("other", first=TOMORROW)), "edition 2026.1 has begun, so it must stay"),
        (book(edition(last=YESTERDAY)), "edition 2026.1 holds today: it can end on 2026-11-25 at the earliest"),
        (book(edition(last=TODAY), edition("b", first=TODAY)), "edition b must begin after 2026-11-25, not on"),
        (book(edition(), timezone="UTC"), "days begin in Asia/Shanghai: that stays"),
    ],
)
def test_what_has_begun_stays_as_it_is(after: Rulebook, problem: str) -> None:
    assert problem in "; ".join(amend(PACKAGED, after, TODAY))


def test_edition_that_is_over_keeps_its_last_day() -> None:
    before = book(edition(last=YESTERDAY), edition("2026.2", first=TODAY))
    after = book(edition(last=TODAY), edition("2026.2", first=TODAY))
    assert amend(before, after, TODAY) == ["edition 2026.1 ended on 2026-11-24: that stays"]
    assert amend(before, before, TODAY) == []


def test_what_a_proposal_is_based_on_is_written_into_it() -> None:
    raw = {"based_on": "packaged", "editions": [{"version": "2026.1", "from": "1970-01-01", "figures": {"rings": 4}}]}
    written = whole(raw)
    assert "based_on" not in written
    assert written["editions"][0]["figures"]["cadence_seconds"] == 5
    assert rulebook_of(written) == rulebook_of(raw)
    assert whole(written) == written
