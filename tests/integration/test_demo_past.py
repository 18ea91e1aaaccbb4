"""What the demo leaves to be looked at: days of a department in order, and records that wait for somebody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from callcenter.cases.aftercare.care import PlanState
from callcenter.cases.complaints.vocabulary import CaseState
from callcenter.cli.lab.demo_past import BEFORE, HOUR, LEAD, MANAGER, QUALITY, DemoPast
from callcenter.cli.lab.demo_review import DemoReview
from callcenter.files.rulebook import load_rulebook
from callcenter.lab.demo.people import queues_said
from callcenter.locale import Language
from callcenter.rules.records.standing import RecordState
from callcenter.staff.dates import datetime_of
from callcenter.staff.rights import Role
from callcenter.staff.site.queues import QueuesSaid
from callcenter.store.aftercare.care import plans_of_year
from callcenter.store.complaints.cases import CaseFilter, list_cases
from callcenter.store.customers.cards import get
from callcenter.store.decisions.changes import ChangeKind, approved
from callcenter.store.decisions.score_terms import terms_in_force
from callcenter.store.decisions.violations import RecordQuery, found
from callcenter.store.enquiries.classes import classes_in_force
from callcenter.usecases.complaints.office import CaseOffice
from callcenter.usecases.complaints.settings import ComplaintsSettings
from tests.integration.api import Department, department
from tests.integration.office import hire, opened, propose
from tests.unit.rules.detection.people import MONDAY


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
async def test_past_has_a_case_nearly_due_another_just_opened_a_base_and_a_day_off(
    tmp_path: Path, lang: Language
) -> None:
    now = MONDAY + BEFORE
    async with opened(tmp_path) as decisions:
        for name, role in ((LEAD, Role.SUPERVISOR), (MANAGER, Role.MANAGER), (QUALITY, Role.QA)):
            await hire(decisions, name, role)
        for name in ("alice", "bob", "frank"):
            await hire(decisions, name, Role.AGENT, name.title())
        office = CaseOffice(ComplaintsSettings(), load_rulebook(), None)
        async with decisions.writing() as unit:
            await DemoPast(unit, office, now, lang).tell()
        async with decisions.reading() as connection:
            late, due = await list_cases(connection, CaseFilter())
            customer = await get(connection, due.about.customer or "")
            (day,) = await approved(connection, ChangeKind.CALENDAR)
            today = datetime_of(now, office.rulebook.zone).date()
            terms = await terms_in_force(connection, (today.year, today.month))
            kinds = await classes_in_force(connection)
            (filed,) = await found(connection, RecordQuery())
            (queues,) = await approved(connection, ChangeKind.QUEUES)
            (plan,) = await plans_of_year(connection, (today + timedelta(days=1)).year)
    assert (due.case.state, due.case.clock.due - now) == (CaseState.PROPOSED, 2 * HOUR)
    assert (late.case.state, late.case.owner) == (CaseState.RECORDED, "frank")
    assert customer.card.name == {"en": "Zhao Wei", "zh-CN": "赵伟"}[lang]
    assert (day.proposed_by, day.decided_by) == (queues.proposed_by, queues.decided_by) == (LEAD, MANAGER)
    assert msgspec.convert(queues.content, QueuesSaid).queues == tuple(queues_said())
    assert terms is not None
    assert (filed.standing.state, filed.standing.proposed_by) == (RecordState.APPEALED, QUALITY)
    assert (len(kinds), kinds["delivery.late"].told.parent, plan.state) == (5, "delivery", PlanState.FILED)


async def test_missed_call_is_explained_and_a_late_answer_is_left_to_whoever_looks_on(tmp_path: Path) -> None:
    async with department(tmp_path) as work:
        people = [await client(work, name) for name in ("sun", "alice")]
        for number, rule in enumerate(("V-LATE-ANSWER", "V-MISSED", "V-LATE-ANSWER"), 1):
            await propose(work.decisions, number=number, at=MONDAY - number, rule=rule)
        await DemoReview(people[0], {"Alice": people[1]}, "en").take()
        records = (await people[0].get("violations")).json()["items"]
    assert sorted((one["rule"], one["state"]) for one in records) == [
        ("V-LATE-ANSWER", "proposed"),
        ("V-LATE-ANSWER", "proposed"),
        ("V-MISSED", "explained"),
    ]


async def client(work: Department, name: str) -> httpx.AsyncClient:
    """Sign somebody in, as the demo does."""
    browser = await work.signed_in(name)
    browser.http.base_url = httpx.URL("http://127.0.0.1:8080/api/v1/")
    browser.http.headers["X-CSRF-Token"] = browser.csrf
    return browser.http
