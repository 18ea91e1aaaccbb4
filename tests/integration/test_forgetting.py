"""A customer who was deleted: nothing of the numbers is left in the database, and nothing brings them back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import FollowUpBy, FollowUpState
from callcenter.numbers import numbering_of
from callcenter.store import JournalledFacts, Store
from callcenter.store.record.models import Base
from callcenter.tracker import RulesInForce
from tests.integration.api import ROSTER, Department, department
from tests.integration.office import settings_of
from tests.integration.test_lost_calls import id_of, lost
from tests.integration.test_privacy import NUMBER, answered_call, made
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

FIRST, SECOND = lost("a1", 1, NUMBER), lost("a2", 2, NUMBER)
CALLED = {"note": "call 138-1234-567-8", "callback_by": "2026-03-05T00:00:00Z"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        found.in_force = RulesInForce(found.in_force.rulebook, ROSTER, numbering=numbering_of("0571", None, ()))
        yield found


async def places_of(work: Department, number: str) -> list[str]:
    """Name the columns in which a number stands, whatever parts its digits."""
    found = []
    async with work.decisions.reading() as connection:
        for table in Base.metadata.sorted_tables:
            for row in (await connection.execute(select(table))).mappings():
                found += [
                    f"{table.name}.{name}" for name, value in row.items() if number in re.sub(r"\W", "", f"{value}")
                ]
    return sorted(set(found))


async def test_number_is_gone_wherever_it_stood_and_what_comes_later_does_not_bring_it_back(
    work: Department, tmp_path: Path
) -> None:
    store = await Store.open(settings_of(tmp_path), "pbx")
    await store.write([JournalledFacts(1, [fx.LostCallChanged(at=MONDAY, lost=one) for one in (FIRST, SECOND)])], 1)
    await answered_call(work)
    alice, ma = await work.signed_in("alice"), await work.signed_in("ma")
    customer = await made(work)
    assert (await alice.send("POST", f"/lost-calls/{id_of(FIRST)}/claim", {})).status_code == 200
    for spelling in (NUMBER, "138 1234 56-78"):
        said = await alice.send("POST", "/calls/c1/dispositions", CALLED | {"callback_to": spelling})
        assert said.status_code == 201
    assert len(await places_of(work, NUMBER)) > 5
    assert (await ma.send("DELETE", f"/customers/{customer}", If_Match='"1"')).status_code == 200
    assert await places_of(work, NUMBER) == []

    tried = msgspec.structs.replace(FIRST, tries=1)
    back = msgspec.structs.replace(SECOND, state=FollowUpState.CLOSED, by=FollowUpBy.CALLED_BACK, closed_at=MONDAY)
    await store.write([JournalledFacts(2, [fx.LostCallChanged(at=MONDAY, lost=one) for one in (tried, back)])], 2)
    await store.close()
    assert await places_of(work, NUMBER) == []
    listed = (await alice.get("/lost-calls")).json()["items"]
    assert [(one["state"], one["tries"], one["by"]) for one in listed] == [
        ("unreachable", 1, None),
        ("closed", 0, "called_back"),
    ]


async def test_lost_call_of_a_deleted_customer_waits_for_nobody(work: Department, tmp_path: Path) -> None:
    store = await Store.open(settings_of(tmp_path), "pbx")
    await store.write([JournalledFacts(1, [fx.LostCallChanged(at=MONDAY, lost=FIRST)])], 1)
    await store.close()
    ma, customer = await work.signed_in("ma"), await made(work)
    assert [one["state"] for one in (await ma.get("/lost-calls")).json()["items"]] == ["open"]
    await ma.send("DELETE", f"/customers/{customer}", If_Match='"1"')
    assert [one["state"] for one in (await ma.get("/lost-calls")).json()["items"]] == ["unreachable"]
