"""Lists of what is kept and what leaves, each of a million: customers, audit, looks, sessions, the outbox."""

from __future__ import annotations

from functools import partial
from typing import Any

from callcenter.cases.access import LookKind
from callcenter.store import audit
from callcenter.store.audit import AuditAsked
from callcenter.store.customers import looks, search
from callcenter.store.customers.search import CustomerOrder, CustomerQuery
from callcenter.store.migrations.versions.r0033_name_tails import FILL
from callcenter.store.outbox_progress import backlogs, parked
from callcenter.store.sign_in.session_list import open_sessions
from callcenter.store.sign_in.sessions import Lifetimes
from tests.bench.many import AT, DAY, END, HALF, PAGE, SPAN, Asked, Many, Table, mostly
from tests.bench.million import ident, name_of, quoted
from tests.unit.rules.detection.people import MONDAY


def _audit() -> list[Table]:
    row = {
        "seq": "n + 1",
        "at": AT,
        "actor": name_of("agent-", 500),
        "action": mostly("read", (10_007, "erase"), (7, "step"), (3, "search")),
        "kind": mostly("customer", (10_009, "wall"), (5, "violation")),
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
        "at": AT,
        "actor": name_of("agent-", 500),
        "how": mostly("card", (10_007, "reveal"), (7, "search")),
        "customers": "1",
    }
    return [Table("card_looks", row)]


def _seen(**asked: Any) -> Asked:
    return lambda connection: looks.looks_by(connection, looks.LooksAsked(**asked), None, PAGE)


def _customers() -> list[Table]:
    name = f"{mostly('客户', (50, '赵'))} || CAST(n AS TEXT)"
    card = {
        "id": ident(),
        "name": name,
        "folded": name,
        "reference": "'K-' || CAST(n AS TEXT)",
        "customer_class": mostly("plain", (10_007, "gold"), (10, "silver")),
        "key_account": "(n * 31) % 10009 = 0",
        "owner": f"CASE WHEN n % 10 = 0 THEN {name_of('Agent ', 500)} END",
        "version": "1",
        "created_by": "'bench'",
        "created_at": AT,
        "changed_by": "'bench'",
        "changed_at": AT,
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


def _sessions() -> list[Table]:
    account = {
        "name": name_of("agent-", 1_000_000, 1),
        "full_name": "'Agent'",
        "role": "'agent'",
        "password": "'x'",
        "created_at": str(MONDAY),
        "version": "1",
        "draft_key": "'" + "ab" * 32 + "'",
    }
    session = {
        "id": ident(),
        "account": "'agent-' || CAST(n / 1000 * 1000 AS TEXT)",
        "token": ident(),
        "csrf": "'x'",
        "created_at": AT,
        "rotated_at": AT,
        "seen_at": f"CASE WHEN (n * 7919) % 3 = 0 THEN {END} ELSE {AT} END",
        "expires_at": f"{END} + {DAY}",
    }
    return [Table("accounts", account, 1_000), Table("sessions", session)]


def _signed_in(account: str | None) -> Asked:
    return lambda connection: open_sessions(connection, Lifetimes(), END, account, None, PAGE)


def _outbox() -> list[Table]:
    entry = {
        "id": ident(),
        "kind": mostly("call", (3, "pop")),
        "key": name_of("", 99_991),
        "n": "n",
        "made_at": AT,
        "payload": quoted('{"told":"' + "x" * 200 + '"}'),
        "left_at": f"CASE WHEN n % 2 = 0 THEN {AT} END",
    }
    progress = {
        "sink": "'http'",
        "kind": "'call'",
        "key": name_of("", 99_991),
        "done": "0",
        "failures": "0",
        "parked_at": f"CASE WHEN n % 200 = 0 THEN {AT} END",
        "parked_why": "'refused'",
    }
    sink = {"sink": "'http'", "first_seen_at": str(MONDAY), "failures": "0"}
    wants = {"sink": "'http'", "kind": mostly("call", (2, "pop"))}
    return [
        Table("outbox", entry),
        Table("outbox_progress", progress, 20),
        Table("outbox_sinks", sink, 1_000_000),
        Table("outbox_wants", wants, 500_001),
    ]


KEPT = {
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
            "a day": _entries(**SPAN),
            "a day long ago": _entries(since=MONDAY, until=MONDAY + DAY),
            "somebody on a day": _entries(actor="agent-7", **SPAN),
            "somebody's action": _entries(actor="agent-7", action="erase"),
            "a kind, since": _entries(kind="wall", since=HALF),
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
            "a day": _seen(**SPAN),
        },
    ),
    "customers": Many(
        _customers,
        {
            "by name": _sought(),
            "changed last": _sought(CustomerOrder.CHANGED),
            "a part of many names": _sought(name="客户"),
            "a part of many names, changed last": _sought(CustomerOrder.CHANGED, name="客户"),
            "a surname": _sought(name="赵"),
            "a surname, changed last": _sought(CustomerOrder.CHANGED, name="赵"),
            "a surname and a class": _sought(name="赵", customer_class="gold"),
            "a surname and no such class": _sought(name="赵", customer_class="none"),
            "a surname and an owner": _sought(name="赵", owner="Agent 10"),
            "a surname and an owner of none": _sought(name="赵", owner="nobody"),
            "a surname and a class, changed last": _sought(CustomerOrder.CHANGED, name="赵", customer_class="gold"),
            "two digits and a key account": _sought(name="77", key_account=True),
            "two digits and an owner": _sought(name="77", owner="Agent 10"),
            "a part of no name and a class": _sought(name="nobody", customer_class="silver"),
            "a digit": _sought(name="7"),
            "two digits": _sought(name="77"),
            "a part of few names": _sought(name="77777"),
            "a part of few names, changed last": _sought(CustomerOrder.CHANGED, name="77777"),
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
        then=FILL,
    ),
    "sessions": Many(_sessions, {"of all": _signed_in(None), "of somebody": _signed_in("agent-7000")}),
    "outbox": Many(_outbox, {"backlogs": backlogs, "parked": partial(parked, limit=200)}),
}
