"""Lists of what people work on, each of a million: records, cases, lost calls, enquiries."""

from __future__ import annotations

from typing import Any

from callcenter.cases.complaints.vocabulary import CaseChannel, CaseState, Nature
from callcenter.cases.enquiries import EnquiryState
from callcenter.domain.vocabulary import FollowUpState
from callcenter.rules.records.standing import RecordState
from callcenter.rules.records.violation import Verdict
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.store.complaints.cases import CaseFilter, CaseOrder, CaseReader, list_cases
from callcenter.store.decisions import violations
from callcenter.store.decisions.lost_calls import LostCallFilter, LostCallOrder, entries, stretches
from callcenter.store.decisions.violations import RecordOrder, RecordQuery
from callcenter.store.enquiries.enquiries import EnquiryFilter, EnquiryOrder, list_enquiries
from tests.bench.many import AT, DAY, END, PAGE, SPAN, Asked, Many, Table, in_json, mostly
from tests.bench.million import ident, name_of, quoted
from tests.bench.test_cases_speed import case
from tests.integration.office import dossier
from tests.unit.rules.detection.people import MONDAY, record


def _records() -> list[Table]:
    row = {
        "id": ident(),
        "rule": mostly("V-MISSED", (10_007, "V-RUDE"), (7, "V-LATE-ANSWER"), (3, "V-WRAP-LONG")),
        "agent": name_of("Agent ", 500),
        "team": name_of("team-", 40),
        "sort_at": AT,
        "due_at": f"CASE WHEN (n * 7919) % 100 = 0 THEN {AT} + {DAY} END",
        "verdict": mostly("proposed", (9, "undetermined")),
        "mode": mostly("on", (11, "shadow")),
        "state": mostly("confirmed", (10_009, "appealed"), (100, "proposed"), (4, "overturned")),
        "dossier": quoted(in_json(dossier()).decode()),
        "standing": quoted(in_json(record(agent="Alice")).decode()),
        "notified_at": f"CASE WHEN (n * 7919) % 100 <> 0 THEN {AT} END",
        "created_at": AT,
        "version": "3",
    }
    return [Table("violations", row)]


_MANAGER = Principal(account="manager", role=Role.MANAGER)
_LEADER = Principal(account="leader", role=Role.GROUP_LEADER, agent="Agent 3", team="team-3")
_AGENT = Principal(account="agent", role=Role.AGENT, agent="Agent 7", team="team-7")
_NEW = Principal(account="new", role=Role.AGENT, agent="New Agent", team="team-7")
_ALONE = Principal(account="alone", role=Role.GROUP_LEADER, agent="Agent 9", team="team-none")
"""Leads a team without a record."""


def _found(person: Principal, **asked: Any) -> Asked:
    return lambda connection: violations.page(connection, person, RecordQuery(**asked), None, PAGE)


def _of_people(**asked: Any) -> dict[str, Asked]:
    told = ", ".join(f"{name} {value}" for name, value in asked.items()) or "all"
    people = (_MANAGER, _LEADER, _ALONE, _AGENT, _NEW)
    return {f"{told}, as {one.account} sees it": _found(one, **asked) for one in people}


def _cases() -> list[Table]:
    whole = case(1)
    row = {
        "id": ident(),
        "number": "'2025-' || CAST(n AS TEXT)",
        "state": mostly("archived", (10_007, "under_review"), (50, "assigned"), (30, "recorded"), (70, "analysed")),
        "owner": name_of("agent-", 500),
        "opened_at": AT,
        "due": f"{AT} + {2 * DAY}",
        "stopped_at": f"CASE WHEN (n * 7919) % 50 = 0 THEN NULL ELSE {AT} + {DAY} END",
        "kept": "CASE WHEN (n * 7919) % 50 = 0 THEN NULL ELSE (n * 31) % 10007 <> 0 END",
        "level": "0",
        "channel": quoted(CaseChannel.PHONE),
        "customer": f"CASE WHEN n % 3 = 0 THEN {ident()} END",
        "call": "'1.' || CAST(n AS TEXT)",
        "department": mostly("warehouse", (10_009, "legal"), (3, "shop")),
        "nature": mostly("product", (10_037, "other"), (3, "quarrel")),
        "upheld": "(n * 37) % 10007 = 0",
        "case_class": mostly("late", (10_039, "stolen")),
        "remedies": "0",
        "changed_at": AT,
        "version": "10",
        "body": quoted(in_json(whole.case).decode()),
    }
    return [Table("cases", row)]


def _filed(order: CaseOrder = CaseOrder.NEWEST, **asked: Any) -> Asked:
    return lambda connection: list_cases(connection, CaseFilter(**asked), order=order, limit=PAGE)


_OPEN_CASES = tuple(sorted(set(CaseState) - {CaseState.ARCHIVED}))
_TEAM = CaseReader(owners=frozenset(f"agent-{n}" for n in range(12)), reported_to=frozenset({"leader"}))
_REVIEWER = CaseReader(review=True)


def _lost() -> list[Table]:
    closed = mostly("closed", (211, "open"), (1_009, "unreachable"), (31, "open"))
    lost = {
        "id": ident(),
        "node": "'pbx'",
        "uniqueid": "'1.' || CAST(n AS TEXT)",
        "queue": name_of("queue-", 20),
        "n": "1",
        "call": "'1.' || CAST(n AS TEXT)",
        "caller": "CAST(13800000000 + (n * 7919) % 499979 AS TEXT)",
        "key": "CASE WHEN n % 50 <> 0 THEN '+86' || CAST(13800000000 + (n * 7919) % 499979 AS TEXT) END",
        "lost_at": AT,
        "state": closed,
        "tries": "0",
        "by": f"CASE WHEN {closed} = 'closed' THEN 'called_back' END",
        "closed_at": f"CASE WHEN {closed} = 'closed' THEN {AT} + {DAY} END",
        "position": "n",
    }
    by_hand = {
        "lost_call": ident(),
        "closed_by": "'sun'",
        "closed_at": f"{AT} + {DAY}",
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


_LAST_LOST = (next(reversed([*stretches(LostCallFilter())])).place(MONDAY + DAY), "f" * 32)
"""A place among the lost calls that are closed, long before the others."""


def _entered(after: tuple[int, str] | None = None, **asked: Any) -> Asked:
    return lambda connection: entries(connection, LostCallFilter(**asked), END, after=after, limit=PAGE)


def _enquiries() -> list[Table]:
    row = {
        "id": ident(),
        "channel": mostly("chat", (10_007, "on_site"), (3, "email")),
        "state": mostly("closed", (1_009, "open"), (503, "complaint")),
        "owner": f"CASE WHEN (n * 7919) % 1009 <> 0 THEN {name_of('agent-', 500)} END",
        "customer": f"CASE WHEN n % 3 = 0 THEN {ident()} END",
        "words": quoted("where are my shoes " * 5),
        "case_class": mostly("late", (10_039, "stolen")),
        "follow_up_at": f"CASE WHEN (n * 7919) % 997 = 0 THEN {AT} + {DAY} END",
        "received_at": AT,
        "turns": "'[]'",
        "changed_at": AT,
        "version": "2",
    }
    return [Table("enquiries", row)]


def _received(order: EnquiryOrder = EnquiryOrder.NEWEST, **asked: Any) -> Asked:
    return lambda connection: list_enquiries(connection, EnquiryFilter(**asked), order=order, limit=PAGE)


WORK = {
    "records": Many(
        _records,
        {
            **_of_people(),
            **_of_people(order=RecordOrder.OLDEST),
            **_of_people(order=RecordOrder.DUE),
            **_of_people(order=RecordOrder.DUE, due_until=END),
            **_of_people(state=RecordState.APPEALED),
            **_of_people(state=RecordState.CONFIRMED),
            **_of_people(state=RecordState.REDUCED),
            **_of_people(rule="V-RUDE"),
            **_of_people(rule="V-MISSED"),
            **_of_people(rule="V-MISSED", state=RecordState.CONFIRMED),
            **_of_people(rule="V-NONE"),
            **_of_people(verdict=Verdict.UNDETERMINED),
            **_of_people(verdict=Verdict.EXCUSED),
            **_of_people(due_until=END),
            **_of_people(verdict=Verdict.PROPOSED, state=RecordState.PROPOSED),
            **_of_people(agent="Agent 7"),
            **_of_people(team="team-3"),
            **_of_people(team="team-none"),
            **_of_people(team="team-3", state=RecordState.APPEALED),
            **_of_people(rule="V-RUDE", order=RecordOrder.DUE),
            **_of_people(**SPAN),
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
            "a day": _filed(**SPAN),
            "a day, due": _filed(CaseOrder.DUE, **SPAN),
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
            "of a queue, unreachable": _entered(queue="queue-3", state=FollowUpState.UNREACHABLE),
            "of a queue, the last page": _entered(_LAST_LOST, queue="queue-3"),
            "the last page": _entered(_LAST_LOST),
            "claimed by one who has none": _entered(claimed_by="sun"),
            "claimed by somebody, of a queue": _entered(claimed_by="li", queue="queue-3"),
            "claimed by somebody": _entered(claimed_by="li"),
            "claimed by somebody, the latest first": _entered(claimed_by="li", order=LostCallOrder.LATEST),
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
            "frequent channel, of nobody": _received(channel=CaseChannel.CHAT, owner="nobody"),
            "frequent channel, rare class": _received(channel=CaseChannel.CHAT, case_class="stolen"),
            "frequent channel, what waits within a team": _received(
                EnquiryOrder.DUE, channel=CaseChannel.CHAT, owners=("agent-7", "agent-8")
            ),
            "frequent channel, to be followed up": _received(channel=CaseChannel.CHAT, to_follow_up_by=MONDAY + DAY),
            "rare class": _received(case_class="stolen"),
            "no such class": _received(case_class="none"),
            "to be followed up": _received(to_follow_up_by=MONDAY + DAY),
            "a day": _received(**SPAN),
        },
    ),
}
