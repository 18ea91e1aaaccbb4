"""What the demo's department has done before the first call: customers, complaints, a record, the month's base.

Every line is taken as people would take it, by the service's own use cases, in the order of time.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import msgspec

from callcenter.cases.aftercare.care import ContactKind
from callcenter.cases.classes import CaseClass
from callcenter.cases.complaints.vocabulary import CaseChannel, Move
from callcenter.cases.customers import CustomerCard, card_of, number_of
from callcenter.domain.frame import SECOND, Micros
from callcenter.lab.demo.people import PEOPLE, queues_said
from callcenter.lab.demo.script import CALLS
from callcenter.locale import Language, Words
from callcenter.rules.records.steps import Action, ProcessStep, Terms
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.scores.score_terms import SUBJECT
from callcenter.staff.dates import datetime_of
from callcenter.staff.months import month_name
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.staff.workdays import Workdays
from callcenter.store.complaints.cases import CaseAbout
from callcenter.store.complaints.people import Department
from callcenter.store.customers.writes import Touch
from callcenter.store.decisions.changes import Change, ChangeKind, ChangeState
from callcenter.store.enquiries.enquiries import Enquiry
from callcenter.store.unit_of_work import UnitOfWork
from callcenter.usecases.aftercare.care_for_customers import NewContact, NewPlan, file_plan, plan_contact
from callcenter.usecases.change_rules import Grounds, decide, propose
from callcenter.usecases.complaints.keep_people import add_department
from callcenter.usecases.complaints.move_case import move_case, open_case
from callcenter.usecases.complaints.office import CaseOffice
from callcenter.usecases.customers.save_customer import create_customer
from callcenter.usecases.enquiries.keep_classes import make_class
from callcenter.usecases.enquiries.take_enquiry import receive_enquiry
from callcenter.usecases.file_report import SeenReport, file_report
from callcenter.usecases.take_step import StepContext, take_step

LEAD, MANAGER, QUALITY = "lead", "manager", "qa"
HOUR: Micros = 3_600 * SECOND
BEFORE: Micros = 72 * HOUR
"""So long ago the department began."""
_WAREHOUSE = "warehouse"
_FIRST_CALLER = CALLS[0].number
_BASE = "100"
_DAY_OFF_IN = timedelta(days=16)
"""After the Monday of this week: a Wednesday."""

_SAID = Words(
    "demo's past",
    {
        "warehouse": "Warehouse",
        "lin": "Lin Mei",
        "zhao": "Zhao Wei",
        "wall": "Great Wall Logistics",
        "asked": "Asks by e-mail whether the invoice can be sent to another address.",
        "broken": "The kettle arrived broken, and nobody called back as promised.",
        "broken_wanted": "A new one, and the postage back.",
        "broken_cause": "Packed without padding.",
        "broken_notice": "Send a new kettle, padded, today.",
        "broken_solution": "A new kettle leaves today; the postage is paid back.",
        "postage": "postage",
        "late": "The pallet came two days late, for the second time.",
        "late_wanted": "A date that holds.",
        "queues": "Names of the queues",
        "named": "The queues as we call them, and their numbers for transfers.",
        "base": "The base of this month's scores, as agreed.",
        "stocktaking": "Stocktaking",
        "closed": "The department is closed for stocktaking.",
        "entry": "The house number is missing in the address taken down for the replacement kettle.",
        "told": "Please say how it came to this.",
        "explained": "The caller hung up before I could ask for it again.",
        "decided": "The note says that the address was read back: it was not.",
        "appealed": "I did read back what I had. Please listen to the end of the call.",
        "care_method": "A visit each quarter, and a call after each late pallet.",
        "care_purpose": "Ask whether the new kettle arrived whole.",
    },
)

_CLASSES = Words(
    "demo's classes",
    {
        "delivery": "Delivery",
        "delivery.late": "Delivered late",
        "delivery.damaged": "Arrived damaged",
        "invoice": "Invoice",
        "invoice.address": "To another address",
    },
)
"""What contacts are about, and below each the reasons of it."""


class DemoPast:
    """Days of a department, told into its record in one transaction.

    Args:
        unit: The transaction.
        office: By what cases are moved.
        now: When they end.
        lang: The language in which people wrote.
    """

    def __init__(self, unit: UnitOfWork, office: CaseOffice, now: Micros, lang: Language) -> None:
        self._unit = unit
        self._office = office
        self._now = now
        self._say = _SAID.table(lang)
        self._people = PEOPLE.table(lang)
        self._rulebook: Rulebook = office.rulebook

    async def tell(self) -> None:
        """Tell all of it."""
        await self._rules()
        warehouse = Department(name=_WAREHOUSE, full_name=self._say["warehouse"])
        await add_department(self._unit, warehouse, MANAGER, self._at(70))
        await self._classes()
        lin = await self._customer("lin", _FIRST_CALLER, owner=self._people["alice"])
        zhao = await self._customer("zhao", "19900000021", owner=self._people["alice"])
        wall = await self._customer(
            "wall", "19900000022", owner=self._people["frank"], key_account=True, queue="key_accounts"
        )
        await self._nearly_due(zhao)
        await self._enquiry(lin)
        await self._just_recorded(wall)
        await self._care(zhao, wall)
        await self._appealed()

    def _at(self, hours: float) -> Micros:
        """Return when it was so many hours ago."""
        return self._now - round(hours * HOUR)

    async def _rules(self) -> None:
        """Name the queues, set the month's base, a day off: each is proposed by one and approved by another."""
        zone = self._rulebook.zone
        today = datetime_of(self._now, zone).date()
        base = {"from": month_name((today.year, today.month)), "base": _BASE}
        free = {"days": {(today + _DAY_OFF_IN - timedelta(days=today.weekday())).isoformat(): False}}
        queues = {"queues": msgspec.to_builtins(queues_said())}
        for kind, subject, content, why in (
            (ChangeKind.QUEUES, self._say["queues"], queues, "named"),
            (ChangeKind.AMOUNT, SUBJECT, base, "base"),
            (ChangeKind.CALENDAR, self._say["stocktaking"], free, "closed"),
        ):
            change = Change(
                id=secrets.token_hex(16),
                kind=kind,
                subject=subject,
                content=content,
                reason=self._say[why],
                proposed_by=LEAD,
                proposed_at=self._at(71.5),
            )
            grounds = Grounds(self._rulebook)
            kept = await propose(self._unit, change, Principal(account=LEAD, role=Role.SUPERVISOR), grounds)
            manager = Principal(account=MANAGER, role=Role.MANAGER)
            await decide(self._unit, kept.id, kept.version, ChangeState.APPROVED, manager, self._at(71), grounds)

    async def _classes(self) -> None:
        zh, en = _CLASSES.table("zh-CN"), _CLASSES.table("en")
        for code in en:
            parent = code.rpartition(".")[0] or None
            told = CaseClass(code=code, zh=zh[code], en=en[code], parent=parent)
            await make_class(self._unit, told, Touch(by=MANAGER, at=self._at(69.5)))

    async def _care(self, customer: str, key_account: str) -> None:
        """A plan that waits for somebody's word, and a call-back of tomorrow."""
        at, lead = self._at(2), Principal(account=LEAD, role=Role.SUPERVISOR)
        day = datetime_of(self._now, self._rulebook.zone).date() + timedelta(days=1)
        year, method = day.year, self._say["care_method"]
        plan = NewPlan(customer=key_account, year=year, method=method, owner="frank", cost="1200")
        await file_plan(self._unit, secrets.token_hex(16), plan, lead, at)
        purpose = self._say["care_purpose"]
        call = NewContact(customer=customer, kind=ContactKind.CALL_BACK, day=day, owner="alice", purpose=purpose)
        await plan_contact(self._unit, secrets.token_hex(16), call, lead, at)

    async def _customer(self, name: str, number: str, **more: Any) -> str:
        card: CustomerCard = card_of({"name": self._say[name], "numbers": (number_of(number),), **more})
        made = await create_customer(self._unit, secrets.token_hex(16), card, Touch(by=LEAD, at=self._at(69)))
        return made.id

    async def _nearly_due(self, customer: str) -> None:
        """A complaint that waits for a lead's approval, two hours before it is due."""
        said = {"content": self._say["broken"], "wanted": self._say["broken_wanted"]}
        case = await self._open("alice", customer, 46, said)
        analysis = {
            "cause": self._say["broken_cause"],
            "nature": "delivery",
            "upheld": True,
            "responsible": {"department": _WAREHOUSE},
        }
        await self._move(case, Move.ANALYSE, LEAD, 44, analysis)
        notice = {"department": _WAREHOUSE, "notice": self._say["broken_notice"]}
        await self._move(case, Move.ASSIGN, "alice", 43, notice)
        remedies = [{"kind": self._say["postage"], "amount": "18"}]
        await self._move(
            case, Move.PROPOSE, "alice", 20, {"solution": self._say["broken_solution"], "remedies": remedies}
        )

    async def _just_recorded(self, customer: str) -> None:
        """A complaint of this morning that nobody has analysed."""
        await self._open("frank", customer, 3, {"content": self._say["late"], "wanted": self._say["late_wanted"]})

    async def _open(self, by: str, customer: str, hours: float, said: dict[str, Any]) -> str:
        about = CaseAbout(channel=CaseChannel.PHONE, customer=customer)
        told = {"by": by, **said}
        moved = await open_case(self._unit, self._office, secrets.token_hex(16), about, told, self._at(hours))
        return moved.filed.id

    async def _move(self, case: str, move: Move, by: str, hours: float, said: dict[str, Any]) -> None:
        await move_case(self._unit, self._office, case, move, {"by": by, **said}, self._at(hours))

    async def _appealed(self) -> None:
        """A record that quality assurance filed, a lead confirmed, and its agent appealed against."""
        agent = self._people["bob"]
        quality, lead = Principal(account=QUALITY, role=Role.QA), Principal(account=LEAD, role=Role.SUPERVISOR)
        bob = Principal(account="bob", role=Role.AGENT, agent=agent)
        seen = SeenReport(rule="V-ENTRY", agent=agent, at=self._at(50), words=self._say["entry"], key="entry")
        record = await file_report(self._unit, seen, quality, self._rulebook, None, self._at(49))
        context = StepContext(self._rulebook, Terms(days=Workdays(self._rulebook.zone)), None)
        for hours, person, action, words in (
            (48, lead, Action.NOTIFY, "told"),
            (44, bob, Action.EXPLAIN, "explained"),
            (26, lead, Action.CONFIRM, "decided"),
            (22, bob, Action.APPEAL, "appealed"),
        ):
            step = ProcessStep(
                action=action,
                by=person.account,
                at=self._at(hours),
                role=person.role,
                agent=person.agent,
                note=self._say[words],
            )
            record = (await take_step(self._unit, person, record, record.version, step, context)).record

    async def _enquiry(self, customer: str) -> None:
        enquiry = Enquiry(
            id=secrets.token_hex(16),
            channel=CaseChannel.EMAIL,
            received_at=self._at(5),
            words=self._say["asked"],
            customer=customer,
        )
        await receive_enquiry(self._unit, enquiry, Principal(account="bob", role=Role.AGENT, agent=self._people["bob"]))
