"""Service promises counted from the record are those that a replay of the same tapes counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.files.rulebook import load_rulebook
from callcenter.reports.replay.recorded import Replay
from callcenter.rules.regulations.promises import Promises
from callcenter.staff.dates import datetime_of
from callcenter.store import JournalledFacts, Store
from callcenter.store.record.promises import kept_promises
from callcenter.tracker import RulesInForce
from tests.integration.api import Department, department
from tests.integration.office import settings_of
from tests.unit.rules.detection.people import DAY

pytestmark = pytest.mark.usefixtures("database")

TAPES = Path(__file__).parents[1] / "tapes"
STORIES = (
    "answered",
    "late_answer",
    "abandoned_waiting",
    "ring_no_answer",
    "timed_out",
    "ringall",
    "refused_full",
    "overflowed",
)
UTC = ZoneInfo("UTC")


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def recorded(folder: Path) -> tuple[Promises, int]:
    """Write the stories into the record, and count them beside it."""
    counted, last = Promises(load_rulebook()), 0
    for n, story in enumerate(STORIES):
        store = await Store.open(settings_of(folder), f"pbx-{n}")
        facts = list(Replay([TAPES / story / "board.ami.gz"], RulesInForce(load_rulebook(), None)).facts())
        await store.write([JournalledFacts(1, facts)], 1)
        await store.close()
        calls = [fact.call for fact in facts if isinstance(fact, fx.CallEnded)]
        visits = [visit for call in calls for visit in call.visits]
        for call in calls:
            counted.call(call.visits)
        last = max([last, *(visit.joined_at or 0 for visit in visits)])
    return counted, last


def told(moment: Micros) -> str:
    return datetime_of(moment, UTC).isoformat().replace("+00:00", "Z")


async def test_record_and_replay_count_the_same(work: Department, tmp_path: Path) -> None:
    counted, last = await recorded(tmp_path)
    async with work.decisions.reading() as connection:
        found = await kept_promises(connection, load_rulebook(), 0, last + SECOND)
        nothing = await kept_promises(connection, load_rulebook(), 0, 1)
    assert found == dict(sorted(counted.queues.items()))
    assert found["late_answer"]["P-RING"].broken == 1
    assert nothing == {}


async def test_rates_are_told_with_what_they_are_made_of(work: Department, tmp_path: Path) -> None:
    counted, last = await recorded(tmp_path)
    alice = await work.signed_in("alice")
    answer = await alice.get(f"/promises?from={told(last - DAY)}&to={told(last + SECOND)}")
    (late,) = [item for item in answer.json()["items"] if (item["queue"], item["promise"]) == ("late_answer", "P-RING")]
    kept = counted.queues["late_answer"]["P-RING"]
    assert {name: late[name] for name in ("kept", "broken", "unknown")} == msgspec.to_builtins(kept)
    assert (late["rate"], late["zh"]) == (kept.kept / (kept.kept + kept.broken), "三声铃响内接听")


@pytest.mark.one_database
@pytest.mark.parametrize(
    "span",
    [
        "",
        "from=2026-02-01T00:00:00Z",
        "from=2026-02-01T00:00:00Z&to=2026-02-01T00:00:00Z",
        "from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z",
        "from=2026-01-01&to=2026-02-01",
    ],
)
async def test_span_that_cannot_be_meant_is_refused(work: Department, span: str) -> None:
    alice = await work.signed_in("alice")
    assert (await alice.get(f"/promises?{span}")).status_code == 422
