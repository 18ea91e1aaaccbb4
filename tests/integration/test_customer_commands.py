"""Cards change, merge and split at the console, as over the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.errors import BadInput
from callcenter.store import DecisionStore
from callcenter.store.customers.cards import FiledCustomer, get
from tests.integration.office import opened
from tests.integration.test_customer_import import Command
from tests.integration.test_customers import Cards

pytestmark = pytest.mark.usefixtures("database")


CHANGES = ("名称=王小明2", "address=", "numbers=家=13800138001;13800138003")

REFUSED = [
    (("change", "{one}", "name"), "write FIELD=VALUE"),
    (("change", "{one}", "nonsense=1"), "there is no field 'nonsense'"),
    (("change", "{one}", "name="), "needs a name"),
    (("change", "{one}", "key_account=perhaps"), "neither yes nor no"),
    (("change", "{one}", "numbers=12"), "nobody's telephone number"),
    (("note", "{one}", " "), "a note needs its words"),
    (("merge", "{one}", "{one}"), "one customer already"),
    (("merge", "{one}", "0", "--take", "numbers"), "numbers are united"),
    (("undo-merge", "0"), "no such merge"),
    (("split", "{one}", "--number", "13800138009", "--name", "x"), "does not have the number"),
    (("split", "{one}", "--number", "1", "--name", "x", "numbers=13800138000"), "those that --number names"),
]


async def read(decisions: DecisionStore, number: str) -> FiledCustomer:
    async with decisions.reading() as connection:
        return await get(connection, number)


async def test_cards_change_merge_and_split_by_commands(tmp_path: Path) -> None:
    async with opened(tmp_path) as decisions:
        run, cards = Command(tmp_path), Cards(decisions)
        one = await cards.add("王小明", "13800138001", address="x")
        two = await cards.add("王晓明", "13800138002", owner="Alice")

        version = await run("change", one, *CHANGES, "--version", "1")
        await run("note", "138 0013 8001", "prefers mornings")
        with pytest.raises(BadInput, match="at version 2 by now, others changed: address, name, numbers"):
            await run("change", one, "name=y", "--version", "1")
        merge = (await run("merge", one, two, "--take", "name")).strip()
        whole = await read(decisions, two)
        listed = [line.split() for line in (await run("merges", one)).splitlines()]
        apart = (await run("undo-merge", merge)).split()
        new = (await run("split", one, "--number", "13800138003", "--name", "李红", "key_account=yes")).strip()
        shown = await run("show", one)
        made = await read(decisions, new)

    assert (version.strip(), whole.id, whole.card.name, whole.card.owner) == ("2", one, "王晓明", "Alice")
    assert [number.label for number in whole.card.numbers] == ["家", None, None]
    assert (listed[-1][:2], apart) == ([merge, two], [two])
    assert (made.card.name, made.card.key_account, [number.raw for number in made.card.numbers]) == (
        "李红", True, ["13800138003"]
    )  # fmt: skip
    assert all(text in shown for text in ("王小明2", "家=13800138001", "prefers mornings"))


@pytest.mark.one_database
async def test_change_that_cannot_be_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as decisions:
        cards = Cards(decisions)
        one, two = [await cards.add(name, number) for name, number in (("a", "13800138001"), ("b", "95588"))]
        run = Command(tmp_path)
        for words, why in REFUSED:
            with pytest.raises(BadInput, match=why):
                await run(*(two if word == "0" else word.format(one=one) for word in words))
