"""The demo's department as screens name it: its people and queues. What is typed or dialled stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from callcenter.lab.settings import AgentSpec
from callcenter.locale import Language, Words
from callcenter.staff.site.queues import QueueSaid

PEOPLE = Words(
    "demo's people",
    {
        "alice": "Alice",
        "bob": "Bob",
        "carol": "Carol",
        "dave": "Dave",
        "eve": "Eve",
        "frank": "Frank",
        "grace": "Grace",
        "henry": "Henry",
        "lead": "Lead",
        "manager": "Manager",
        "qa": "Quality",
    },
)
"""By account."""

QUEUES = Words(
    "demo's queues",
    {
        "consumers": "Consumers",
        "products": "Products",
        "merchants": "Merchants",
        "suppliers": "Suppliers",
        "complaints": "Complaints",
        "key_accounts": "Key accounts",
        "overflow": "Overflow",
    },
)
"""By the switch's name."""

_NUMBERS = {
    "consumers": "601",
    "products": "602",
    "merchants": "603",
    "suppliers": "604",
    "complaints": "605",
    "key_accounts": "606",
}
"""Of dialplans/extensions.conf: what agents dial to reach a queue."""


def people(agents: Iterable[AgentSpec], lang: Language) -> dict[str, AgentSpec]:
    """Return the agents by their accounts, each under the name that people read."""
    named = PEOPLE.table(lang)
    accounts = {agent.name.lower(): agent for agent in agents}
    return {account: agent.model_copy(update={"name": named[account]}) for account, agent in accounts.items()}


def renamed(lang: Language) -> Mapping[bytes, bytes]:
    """Return the names of the shipped recording, and what takes their place in a language."""
    named = PEOPLE.table(lang)
    return {name.encode(): named[account].encode() for account, name in PEOPLE.table("en").items()}


def queues_said() -> list[QueueSaid]:
    """Return what queues are called in both languages, and at which numbers they are reached."""
    zh, en = QUEUES.table("zh-CN"), QUEUES.table("en")
    return [QueueSaid(queue=queue, zh=zh[queue], en=en[queue], number=_NUMBERS.get(queue, "")) for queue in QUEUES]
