"""The first page of every list of a million but calls: records, cases, lost calls, customers, logs, what leaves."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.access import LookKind
from callcenter.cases.complaints.vocabulary import CaseChannel, CaseState, Nature
from callcenter.cases.enquiries import EnquiryState
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import FollowUpState
from callcenter.rules.records.standing import RecordState
from callcenter.rules.records.violation import Verdict
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.store import audit
from callcenter.store.audit import AuditAsked
from callcenter.store.complaints.cases import CaseFilter, CaseOrder, CaseReader, list_cases
from callcenter.store.customers import looks, search
from callcenter.store.customers.search import CustomerOrder, CustomerQuery
from callcenter.store.decisions import violations
from callcenter.store.decisions.lost_calls import LostCallFilter, LostCallOrder, entries
from callcenter.store.decisions.violations import RecordOrder, RecordQuery
from callcenter.store.enquiries.enquiries import EnquiryFilter, EnquiryOrder, list_enquiries
from callcenter.store.outbox_progress import backlogs, parked
from callcenter.store.sign_in.session_list import open_sessions
from callcenter.store.sign_in.sessions import Lifetimes
from tests.bench import million
from tests.bench.million import analysed, fill, ident, name_of, quoted, timed
from tests.bench.test_cases_speed import case
from tests.integration.office import dossier, opened
from tests.support.databases import DATABASES
from tests.unit.rules.detection.people import MONDAY, record

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3_600)]

DAY = 86_400 * SECOND
APART = 20 * SECOND
END = MONDAY + million.MANY * APART
PAGE = 51
_AT = f"{MONDAY} + n * {APART}"
_json = msgspec.json.encode
Asked = Callable[[AsyncConnection], Awaitable[Any]]


class Table(NamedTuple):
    """What a table holds, in SQL; `every`: of so many n one has a row."""

    name: str
    row: Mapping[str, str]
    every: int = 1


class Many(NamedTuple):
    """A list of a million: its tables, and what is asked of it."""

    tables: Callable[[], list[Table]]
    asked: dict[str, Asked]


def _mostly(most: str, *others: tuple[int, str]) -> str:
    """Say in SQL what is mostly one thing, and every so manieth time another."""
    whens = " ".join(f"WHEN (n * 7919) % {every} = 0 THEN '{one}'" for every, one in others)
    return f"CASE {whens} ELSE '{most}' END"


def _audit() -> list[Table]:
    row = {
        "seq": "n + 1",
        "at": _AT,
        "actor": name_of("agent-", 500),
        "action": _mostly("read", (10_007, "erase"), (7, "step"), (3, "search")),
        "kind": _mostly("customer", (10_009, "wall"), (5, "violation")),
        "subject": name_of("", 99_991),
        "detail": quoted('{"why":"asked for","fields":["name","numbers"]}'),
        "hash": "'" + "ab" * 32 + "'",
    }
    return [Table("audit", row)]


def _entries(**asked: Any) -> Asked:
    return lambda connection: audit.page(connection, 0, PAGE, asked=AuditAsked(newest=True, **asked))


def _looks() -> list[Table]:
    row = {
        "id": ident(),
        "at": _AT,
        "actor": name_of("agent-", 500),
        "how": _mostly("card", (10_007, "reveal"), (7, "search")),
        "customers": "1",
    }
    return [Table("card_looks", row)]


def _seen(**asked: Any) -> Asked:
    return lambda connection: looks.looks_by(connection, looks.LooksAsked(**asked), None, PAGE)


def _records() -> list[Table]:
    row = {
        "id": ident(),
        "rule": _mostly("V-MISSED", (10_007, "V-RUDE"), (7, "V-LATE-ANSWER"), (3, "V-WRAP-LONG")),
        "agent": name_of("Agent ", 500),
        "team": name_of("team-", 40),
        "sort_at": _AT,
        "due_at": f"CASE WHEN (n * 7919) % 100 = 0 THEN {_AT} + {DAY} END",
        "verdict": _mostly("proposed", (9, "undetermined")),
        "mode": _mostly("on", (11, "shadow")),
        "state": _mostly("confirmed", (10_009, "appealed"), (100, "proposed"), (4, "overturned")),
        "dossier": quoted(_json(dossier()).decode()),
        "standing": quoted(_json(record(agent="Alice")).decode()),
        "created_at": _AT,
        "version": "3",
    }
    return [Table("violations", row)]


_MANAGER = Principal(account="manager", role=Role.MANAGER)
_LEADER = Principal(account="leader", role=Role.GROUP_LEADER, agent="Agent 3", team="team-3")
_AGENT = Principal(account="agent", role=Role.AGENT, agent="Agent 7", team="team-7")


def _found(person: Principal, **asked: Any) -> Asked:
    return lambda connection: violations.page(connection, person, RecordQuery(**asked), None, PAGE)


def _of_people(**asked: Any) -> dict[str, Asked]:
    told = ", ".join(f"{name} {value}" for name, value in asked.items()) or "all"
    people = (_MANAGER, _LEADER, _AGENT)
    return {f"{told}, as a {one.role} sees it": _found(one, **asked) for one in people}


def _cases() -> list[Table]:
    whole = case(1)
    row = {
        "id": ident(),
        "number": "'2025-' || CAST(n AS TEXT)",
        "state": _mostly("archived", (10_007, "under_review"), (50, "assigned"), (30, "recorded"), (70, "analysed")),
        "owner": name_of("agent-", 500),
        "opened_at": _AT,
        "due": f"{_AT} + {2 * DAY}",
        "stopped_at": f"CASE WHEN (n * 7919) % 50 = 0 THEN NULL ELSE {_AT} + {DAY} END",
        "kept": "CASE WHEN (n * 7919) % 50 = 0 THEN NULL ELSE (n * 31) % 10007 <> 0 END",
        "level": "0",
        "channel": quoted(CaseChannel.PHONE),
        "customer": f"CASE WHEN n % 3 = 0 THEN {ident()} END",
        "call": "'1.' || CAST(n AS TEXT)",
        "department": _mostly("warehouse", (10_009, "legal"), (3, "shop")),
        "nature": _mostly("product", (10_037, "other"), (3, "quarrel")),
        "upheld": "(n * 37) % 10007 = 0",
        "case_class": _mostly("late", (10_039, "stolen")),
        "remedies": "0",
        "changed_at": _AT,
        "version": "10",
        "body": quoted(_json(whole.case).decode()),
    }
    return [Table("cases", row)]


def _filed(order: CaseOrder = CaseOrder.NEWEST, **asked: Any) -> Asked:
    return lambda connection: list_cases(connection, CaseFilter(**asked), order=order, limit=PAGE)


_OPEN_CASES = tuple(sorted(set(CaseState) - {CaseState.ARCHIVED}))
_TEAM = CaseReader(owners=frozenset(f"agent-{n}" for n in range(12)), reported_to=frozenset({"leader"}))
_REVIEWER = CaseReader(review=True)


def _lost() -> list[Table]:
    closed = _mostly("closed", (211, "open"), (1_009, "unreachable"), (31, "open"))
    lost = {
        "id": ident(),
        "node": "'pbx'",
        "uniqueid": "'1.' || CAST(n AS TEXT)",
        "queue": name_of("queue-", 20),
        "n": "1",
        "call": "'1.' || CAST(n AS TEXT)",
        "caller": "CAST(13800000000 + (n * 7919) % 499979 AS TEXT)",
        "key": "CASE WHEN n % 50 <> 0 THEN '+86' || CAST(13800000000 + (n * 7919) % 499979 AS TEXT) END",
        "lost_at": _AT,
        "state": closed,
        "tries": "0",
        "by": f"CASE WHEN {closed} = 'closed' THEN 'called_back' END",
        "closed_at": f"CASE WHEN {closed} = 'closed' THEN {_AT} + {DAY} END",
        "position": "n",
    }
    by_hand = {
        "lost_call": ident(),
        "closed_by": "'sun'",
        "closed_at": f"{_AT} + {DAY}",
        "reason": "'not needed'",
    }
    claim = {
        "entry": "'+86' || CAST(13800000000 + (n * 7919) % 499979 AS TEXT)",
        "claimed_by": "'li'",
        "claimed_at": str(END - DAY),
        "until": str(END + DAY),
    }
    # what is open and not of the 211th is closed by somebody
    closings = Table("lost_call_closings", by_hand, 31)
    return [Table("lost_calls", lost), closings, Table("lost_call_claims", claim, 211 * 100)]


def _entered(**asked: Any) -> Asked:
    return lambda connection: entries(connection, LostCallFilter(**asked), END, limit=PAGE)


def _customers() -> list[Table]:
    card = {
        "id": ident(),
        "name": "'客户' || CAST(n AS TEXT)",
        "folded": "'客户' || CAST(n AS TEXT)",
        "reference": "'K-' || CAST(n AS TEXT)",
        "customer_class": _mostly("plain", (10_007, "gold"), (10, "silver")),
        "key_account": "(n * 31) % 10009 = 0",
        "owner": f"CASE WHEN n % 10 = 0 THEN {name_of('Agent ', 500)} END",
        "version": "1",
        "created_by": "'bench'",
        "created_at": _AT,
        "changed_by": "'bench'",
        "changed_at": _AT,
    }
    number = {
        "customer": ident(),
        "n": "1",
        "raw": "CAST(13800000000 + n AS TEXT)",
        "key": "'+86' || CAST(13800000000 + n AS TEXT)",
        "ending": "substr(CAST(13800000000 + n AS TEXT), 8)",
        "kind": "'mobile'",
    }
    return [Table("customers", card), Table("customer_numbers", number)]


def _sought(order: CustomerOrder = CustomerOrder.NAME, **asked: Any) -> Asked:
    return lambda connection: search.page(connection, CustomerQuery(**asked), order, None, PAGE)


def _enquiries() -> list[Table]:
    row = {
        "id": ident(),
        "channel": _mostly("chat", (10_007, "on_site"), (3, "email")),
        "state": _mostly("closed", (1_009, "open"), (503, "complaint")),
        "owner": f"CASE WHEN (n * 7919) % 1009 <> 0 THEN {name_of('agent-', 500)} END",
        "customer": f"CASE WHEN n % 3 = 0 THEN {ident()} END",
        "words": quoted("where are my shoes " * 5),
        "case_class": _mostly("late", (10_039, "stolen")),
        "follow_up_at": f"CASE WHEN (n * 7919) % 997 = 0 THEN {_AT} + {DAY} END",
        "received_at": _AT,
        "turns": "'[]'",
        "changed_at": _AT,
        "version": "2",
    }
    return [Table("enquiries", row)]


def _received(order: EnquiryOrder = EnquiryOrder.NEWEST, **asked: Any) -> Asked:
    return lambda connection: list_enquiries(connection, EnquiryFilter(**asked), order=order, limit=PAGE)


def _sessions() -> list[Table]:
    account = {
        "name": name_of("agent-", 1_000_000, 1),
        "full_name": "'Agent'",
        "role": "'agent'",
        "password": "'x'",
        "created_at": str(MONDAY),
        "version": "1",
    }
    session = {
        "id": ident(),
        "account": "'agent-' || CAST(n / 1000 * 1000 AS TEXT)",
        "token": ident(),
        "csrf": "'x'",
        "created_at": _AT,
        "rotated_at": _AT,
        "seen_at": f"CASE WHEN (n * 7919) % 3 = 0 THEN {END} ELSE {_AT} END",
        "expires_at": f"{END} + {DAY}",
    }
    return [Table("accounts", account, 1_000), Table("sessions", session)]


def _signed_in(account: str | None) -> Asked:
    return lambda connection: open_sessions(connection, Lifetimes(), END, account, None, PAGE)


def _outbox() -> list[Table]:
    entry = {
        "id": ident(),
        "kind": _mostly("call", (3, "pop")),
        "key": name_of("", 99_991),
        "n": "n",
        "made_at": _AT,
        "payload": quoted('{"told":"' + "x" * 200 + '"}'),
        "left_at": f"CASE WHEN n % 2 = 0 THEN {_AT} END",
    }
    progress = {
        "sink": "'http'",
        "kind": "'call'",
        "key": name_of("", 99_991),
        "done": "0",
        "failures": "0",
        "parked_at": f"CASE WHEN n % 200 = 0 THEN {_AT} END",
        "parked_why": "'refused'",
    }
    return [Table("outbox", entry), Table("outbox_progress", progress, 20)]


_HALF = MONDAY + million.MANY // 2 * APART
_SPAN: dict[str, Any] = {"since": _HALF, "until": _HALF + DAY}
LISTS = {
    "audit": Many(
        _audit,
        {
            "newest": _entries(),
            "of somebody": _entries(actor="agent-7"),
            "an action": _entries(action="erase"),
            "no such action": _entries(action="none"),
            "a kind": _entries(kind="wall"),
            "a frequent kind": _entries(kind="customer"),
            "a thing": _entries(kind="customer", subject="77"),
            "a thing, whatever its kind": _entries(subject="77"),
            "no such thing": _entries(subject="none"),
            "a day": _entries(**_SPAN),
            "a day long ago": _entries(since=MONDAY, until=MONDAY + DAY),
            "somebody on a day": _entries(actor="agent-7", **_SPAN),
            "somebody's action": _entries(actor="agent-7", action="erase"),
            "a kind, since": _entries(kind="wall", since=_HALF),
        },
    ),
    "looks": Many(
        _looks,
        {
            "newest": _seen(),
            "of somebody": _seen(actor="agent-7"),
            "rare": _seen(how=LookKind.REVEAL),
            "frequent": _seen(how=LookKind.CARD),
            "none": _seen(how=LookKind.EXPORT),
            "somebody's, rare": _seen(actor="agent-7", how=LookKind.REVEAL),
            "a day": _seen(**_SPAN),
        },
    ),
    "records": Many(
        _records,
        {
            **_of_people(),
            **_of_people(order=RecordOrder.OLDEST),
            **_of_people(order=RecordOrder.DUE),
            **_of_people(order=RecordOrder.DUE, due_until=END),
            **_of_people(state=RecordState.APPEALED),
            **_of_people(state=RecordState.REDUCED),
            **_of_people(rule="V-RUDE"),
            **_of_people(rule="V-MISSED"),
            **_of_people(rule="V-MISSED", state=RecordState.CONFIRMED),
            **_of_people(rule="V-NONE"),
            **_of_people(verdict=Verdict.UNDETERMINED),
            **_of_people(verdict=Verdict.PROPOSED, state=RecordState.PROPOSED),
            **_of_people(agent="Agent 7"),
            **_of_people(team="team-3"),
            **_of_people(team="team-none"),
            **_of_people(team="team-3", state=RecordState.APPEALED),
            **_of_people(rule="V-RUDE", order=RecordOrder.DUE),
            **_of_people(**_SPAN),
        },
    ),
    "cases": Many(
        _cases,
        {
            "newest": _filed(),
            "due, of all": _filed(CaseOrder.DUE),
            "due, open (the table)": _filed(CaseOrder.DUE, states=_OPEN_CASES),
            "newest, open": _filed(states=_OPEN_CASES),
            "a column": _filed(CaseOrder.DUE, states=(CaseState.ASSIGNED,)),
            "the column of what is over": _filed(CaseOrder.DUE, states=(CaseState.ARCHIVED,)),
            "of somebody, due, open": _filed(CaseOrder.DUE, owner="agent-7", states=_OPEN_CASES),
            "of somebody, due": _filed(CaseOrder.DUE, owner="agent-7"),
            "of a team, due, open": _filed(CaseOrder.DUE, reader=_TEAM, states=_OPEN_CASES),
            "of a team, due": _filed(CaseOrder.DUE, reader=_TEAM),
            "of a team, newest": _filed(reader=_TEAM),
            "under review": _filed(CaseOrder.DUE, reader=_REVIEWER),
            "overdue, open": _filed(CaseOrder.DUE, overdue_at=END, states=_OPEN_CASES),
            "overdue": _filed(CaseOrder.DUE, overdue_at=END),
            "overdue (none), newest": _filed(overdue_at=MONDAY),
            "overdue, newest": _filed(overdue_at=END),
            "rare department": _filed(department="legal"),
            "rare department, due": _filed(CaseOrder.DUE, department="legal"),
            "rare department, due, open": _filed(CaseOrder.DUE, department="legal", states=_OPEN_CASES),
            "no such department": _filed(CaseOrder.DUE, department="none"),
            "rare nature, due": _filed(CaseOrder.DUE, nature=Nature.OTHER),
            "frequent nature, due": _filed(CaseOrder.DUE, nature=Nature.QUARREL),
            "frequent department, due": _filed(CaseOrder.DUE, department="shop"),
            "rare nature, due, open": _filed(CaseOrder.DUE, nature=Nature.OTHER, states=_OPEN_CASES),
            "no such nature": _filed(nature=Nature.ATTITUDE),
            "upheld (rare)": _filed(upheld=True),
            "not kept (rare)": _filed(kept=False),
            "rare class": _filed(case_class="stolen"),
            "a customer": _filed(customer=f"{999:032x}"),
            "a day": _filed(**_SPAN),
            "a day, due": _filed(CaseOrder.DUE, **_SPAN),
        },
    ),
    "lost calls": Many(
        _lost,
        {
            "of all": _entered(),
            "the latest": _entered(order=LostCallOrder.LATEST),
            "open": _entered(state=FollowUpState.OPEN),
            "open, the latest": _entered(state=FollowUpState.OPEN, order=LostCallOrder.LATEST),
            "unreachable": _entered(state=FollowUpState.UNREACHABLE),
            "closed": _entered(state=FollowUpState.CLOSED),
            "of a queue": _entered(queue="queue-3"),
            "of a queue, open": _entered(queue="queue-3", state=FollowUpState.OPEN),
            "of a queue, the latest": _entered(queue="queue-3", order=LostCallOrder.LATEST),
            "no such queue": _entered(queue="queue-none"),
            "of a number": _entered(key="+8613800000007"),
            "claimed by one who has none": _entered(claimed_by="sun"),
            "claimed by somebody": _entered(claimed_by="li"),
            "claimed by somebody, the latest first": _entered(claimed_by="li", order=LostCallOrder.LATEST),
        },
    ),
    "customers": Many(
        _customers,
        {
            "by name": _sought(),
            "changed last": _sought(CustomerOrder.CHANGED),
            "a part of many names": _sought(name="客户"),
            "a part of few names": _sought(name="77777"),
            "a part of no name": _sought(name="nobody"),
            "a part of no name, changed last": _sought(CustomerOrder.CHANGED, name="nobody"),
            "a number": _sought(key="+8613800000007"),
            "the end of a number": _sought(ending="0007"),
            "a company's own number": _sought(reference="K-77"),
            "rare class": _sought(customer_class="gold"),
            "frequent class": _sought(customer_class="silver"),
            "frequent class, changed last": _sought(CustomerOrder.CHANGED, customer_class="silver"),
            "no such class": _sought(customer_class="none"),
            "key accounts": _sought(key_account=True),
            "an owner": _sought(owner="Agent 10"),
            "an owner, changed last": _sought(CustomerOrder.CHANGED, owner="Agent 10"),
        },
    ),
    "enquiries": Many(
        _enquiries,
        {
            "newest": _received(),
            "what waits": _received(EnquiryOrder.DUE),
            "what waits within a team": _received(EnquiryOrder.DUE, owners=tuple(f"agent-{n}" for n in range(12))),
            "open": _received(state=EnquiryState.OPEN),
            "closed": _received(state=EnquiryState.CLOSED),
            "of somebody": _received(owner="agent-7"),
            "within a team": _received(owners=tuple(f"agent-{n}" for n in range(12))),
            "within a team, open": _received(owners=("agent-7", "agent-8"), state=EnquiryState.OPEN),
            "rare channel": _received(channel=CaseChannel.ON_SITE),
            "rare class": _received(case_class="stolen"),
            "no such class": _received(case_class="none"),
            "to be followed up": _received(to_follow_up_by=MONDAY + DAY),
            "a day": _received(**_SPAN),
        },
    ),
    "sessions": Many(_sessions, {"of all": _signed_in(None), "of somebody": _signed_in("agent-7000")}),
    "outbox": Many(_outbox, {"backlogs": backlogs, "parked": partial(parked, limit=200)}),
}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", LISTS)
async def test_first_page_of_a_million(tmp_path: Path, name: str) -> None:
    async with opened(tmp_path) as decisions:
        begin = time.perf_counter()
        for table in LISTS[name].tables():
            await fill(decisions, *table)
        await analysed(decisions)
        print(f"\n{DATABASES.kind}, {name}: filled in {time.perf_counter() - begin:.0f} s")
        async with decisions.reading() as connection:
            for what, asked in LISTS[name].asked.items():
                await timed(what, partial(asked, connection))
