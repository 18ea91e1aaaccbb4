"""Who may take a caller over, and when the code to call one back is worth nothing any more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, update

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import FollowUpBy, FollowUpState
from callcenter.store import JournalledFacts, Store
from callcenter.store.record.models import LostCallRow
from tests.integration.api import Department, department
from tests.integration.office import settings_of
from tests.integration.test_lost_calls import FIRST, TOKEN, TWICE, dialled, phones_at_the_switch
from tests.unit.rules.detection.people import MONDAY

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.one_database]


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path, dialplan={"secret": SecretStr(TOKEN)}) as found:
        store = await Store.open(settings_of(tmp_path), "pbx")
        await store.write([JournalledFacts(1, [fx.LostCallChanged(at=MONDAY, lost=one) for one in TWICE])], 1)
        await store.close()
        yield found


@pytest.mark.parametrize(
    ("reason", "status"), [("  ", 409), ("\n\t", 409), ("\u202egone home", 422), ("gone home", 200)]
)
async def test_a_caller_is_taken_over_with_a_reason_that_people_can_read(
    work: Department, reason: str, status: int
) -> None:
    alice, li = await work.signed_in("alice"), await work.signed_in("li-leads")
    assert (await alice.send("POST", f"/lost-calls/{FIRST}/claim", {})).status_code == 200
    taken = await li.send("POST", f"/lost-calls/{FIRST}/claim", {"reason": reason})
    assert taken.status_code == status, taken.text


@pytest.mark.parametrize("forgotten", [False, True])
async def test_a_code_calls_nobody_who_was_reached_or_forgotten_meanwhile(work: Department, *, forgotten: bool) -> None:
    phones_at_the_switch(work)
    alice = await work.signed_in("alice")
    code = (await alice.send("POST", f"/lost-calls/{FIRST}/call", {})).json()["dial"].removeprefix("*47")
    reached = update(LostCallRow).values(state=FollowUpState.CLOSED, by=FollowUpBy.CALLED_BACK, closed_at=work.now)
    async with work.decisions.writing() as unit:
        await unit.execute(delete(LostCallRow) if forgotten else reached)
    answer = await dialled(work, "1001", code)
    assert (answer.status_code, answer.text) == (204, "")


async def test_a_code_that_is_dialled_though_it_lapsed_is_in_the_audit_log(work: Department) -> None:
    phones_at_the_switch(work)
    alice, root = await work.signed_in("alice"), await work.signed_in("root")
    code = (await alice.send("POST", f"/lost-calls/{FIRST}/call", {})).json()["dial"].removeprefix("*47")
    assert (await alice.send("DELETE", "/session")).status_code == 204
    assert (await dialled(work, "1001", code)).status_code == 204
    (noted,) = (await root.get("/audit?action=guess")).json()["items"]
    assert (noted["kind"], noted["subject"], noted["detail"]) == ("call_back_code", "1001", {"refused": "lapsed"})
