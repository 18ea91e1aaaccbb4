"""Lists of customers brought in: previewed, run, stopped and gone on with, brought in again, taken back; exported."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcenter.cases.complaints.vocabulary import CaseChannel
from callcenter.cases.importing import Fate, Limits
from callcenter.cli.office.customers import app
from callcenter.domain.frame import SECOND
from callcenter.errors import BadInput
from callcenter.files.customer_sheet import customer_sheet_of, read_customer_sheet
from callcenter.numbers import PLAIN
from callcenter.staff.rights import Role
from callcenter.store.complaints.cases import CaseAbout
from callcenter.store.conflicts import Conflict, Missing
from callcenter.store.customers.imports import require_at
from callcenter.usecases.complaints.move_case import open_case
from callcenter.usecases.customers import import_customers
from callcenter.usecases.customers.import_customers import (
    ImportDone,
    ImportPlan,
    ImportUndone,
    import_of,
    plan_of,
    preview_import,
    run_import,
    undo_import,
)
from tests.integration.complaints import OFFICE
from tests.integration.office import hire, opened, settings_of
from tests.integration.test_customers import Cards

pytestmark = pytest.mark.usefixtures("database")

HEAD = "name,reference,numbers,credit"


class Desk(Cards):
    """Where lists come in."""

    def plan(self, *rows: str, doubtful_as_new: bool = False) -> ImportPlan:
        sheet = customer_sheet_of("\n".join([HEAD, *rows]).encode(), "list.csv")
        return plan_of(sheet, {}, PLAIN, Limits(frozenset(), None), doubtful_as_new=doubtful_as_new)

    async def preview(self, plan: ImportPlan) -> Counter[Fate]:
        async with self.decisions.reading() as connection:
            return (await preview_import(connection, plan, _quiet)).counts

    async def run(self, plan: ImportPlan) -> ImportDone:
        self.made += 1
        new = import_of(plan, f"{self.made:032x}", self.touch("ma"))
        return await run_import(self.decisions, plan, new, self.clock, _quiet)

    async def undone(self, number: str) -> ImportUndone:
        return await undo_import(self.decisions, number, "ma", self.clock, _quiet)

    def clock(self) -> int:
        self.now += SECOND
        return self.now


def _quiet(done: int, of_all: int) -> None:
    assert 0 <= done <= of_all


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path) as decisions:
        yield Desk(decisions)


async def test_list_is_previewed_as_it_is_then_kept_and_again_adds_nothing(desk: Desk) -> None:
    known = await desk.add("Known", "13800138000", reference="K-0", credit="good")
    same = await desk.add("Same", "13800138009")
    plan = desk.plan(
        "王小明,K-1,13800138001;home=13800138002,good", "Known,K-0,,poor", "Same,,13800138009,", "Mo,,13800138009,",
        ",K-5,,", "Twin,K-1,,", "No,,1-800-FLOWERS,", "Hidden\u202e,,,", "Name alone,,,",
    )  # fmt: skip
    before = await desk.everything()
    expected = {Fate.NEW: 2, Fate.CHANGED: 1, Fate.SAME: 1, Fate.DOUBTFUL: 1, Fate.FAULTY: 4}
    assert await desk.preview(plan) == expected
    assert await desk.everything() == before
    done = await desk.run(plan)
    assert done.tally.counts == expected
    assert [(one.row, one.fate.value) for one in done.tally.told] == [
        (5, "doubtful"), (6, "faulty"), (7, "faulty"), (8, "faulty"), (9, "faulty")
    ]  # fmt: skip
    (found,) = await desk.having("13800138002")
    assert [one.label for one in (await desk.card(found)).numbers] == [None, "home"]
    assert (await desk.card(known)).credit == "poor"
    assert set(await desk.listed()) == {"Known", "Name alone", "Same", "王小明"}
    assert await desk.preview(plan) == {Fate.SAME: 4, Fate.DOUBTFUL: 1, Fate.FAULTY: 4}
    assert (await desk.run(plan)).tally.counts == {Fate.SAME: 4, Fate.DOUBTFUL: 1, Fate.FAULTY: 4}
    assert same in await desk.having("13800138009")


async def test_doubtful_rows_may_be_customers_of_their_own_once(desk: Desk) -> None:
    await desk.add("Li", "13800138001")
    plan = desk.plan("Mo,,13800138001,", "Mo,,13800138001,", doubtful_as_new=True)
    assert (await desk.run(plan)).tally.counts == {Fate.NEW: 2}
    assert (await desk.run(plan)).tally.counts == {Fate.SAME: 2}


async def test_import_is_taken_back_as_a_whole_but_for_what_was_edited_since(desk: Desk) -> None:
    known, edited = await desk.add("Known", reference="K-0", credit="good"), await desk.add("Edited", reference="K-9")
    rows = ["Known,K-0,13800138000,poor", "Edited,K-9,,poor", *(f"c{n},K-{n},1380013800{n}," for n in range(1, 7))]
    done = await desk.run(desk.plan(*rows))
    await desk.change(edited, address="Road 1")
    (changed,), (noted,), (kept,), (other,), (complains,) = [
        await desk.having(f"1380013800{n}") for n in (1, 2, 3, 4, 6)
    ]
    await hire(desk.decisions, "alice", Role.AGENT)
    async with desk.decisions.writing() as unit:
        about = CaseAbout(channel=CaseChannel.PHONE, customer=complains)
        await open_case(unit, OFFICE, "a" * 32, about, {"by": "alice"}, desk.now)
    await desk.change(changed, credit="good")
    await desk.note(noted, "words")
    await desk.merge(kept, other)
    undone = await desk.undone(done.id)
    assert (undone.gone, undone.back, set(undone.left)) == (1, 1, {edited, changed, noted, kept, other, complains})
    assert ((await desk.card(known)).credit, (await desk.card(known)).numbers) == ("good", ())
    assert await desk.having("13800138005") == ()
    with pytest.raises(Conflict, match="undone already"):
        await desk.undone(done.id)
    with pytest.raises(Missing):
        await desk.undone("f" * 32)


async def test_import_that_was_stopped_goes_on_and_is_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_customers, "AT_ONCE", 2)
    await desk.add("Known", reference="K-1", credit="good")
    plan = desk.plan(*(f"c{n},K-{n},1380013800{n},poor" for n in range(6)), "twin,K-0,,", "mo,,13800138001,")
    ticks = itertools.count()

    def stopped(_done: int, _of_all: int) -> None:
        if next(ticks):
            raise KeyboardInterrupt

    new = import_of(plan, "a" * 32, desk.touch("ma"))
    with pytest.raises(KeyboardInterrupt):
        await run_import(desk.decisions, plan, new, desk.clock, stopped)
    assert len(await desk.listed()) == 4
    done = await desk.run(plan)
    assert (done.id, done.resumed, done.tally.counts) == (
        "a" * 32,
        True,
        {Fate.NEW: 2, Fate.FAULTY: 1, Fate.DOUBTFUL: 1},
    )
    undone = await desk.undone(done.id)
    assert undone == ImportUndone(5, 1, [])
    assert await desk.listed() == ["Known"]


async def test_import_that_somebody_else_goes_on_with_or_took_back_is_left_alone(desk: Desk) -> None:
    done = await desk.run(desk.plan("a,K-1,,", "b,K-2,,"))
    async with desk.decisions.writing() as unit:
        await require_at(unit, done.id, 3)
        with pytest.raises(Conflict, match="somebody else"):
            await require_at(unit, done.id, 2)
    await desk.undone(done.id)
    async with desk.decisions.writing() as unit:
        with pytest.raises(Conflict, match="was taken back"):
            await require_at(unit, done.id, 3)


async def test_list_that_is_read_in_another_way_is_another_import(desk: Desk) -> None:
    plan = desk.plan("a,K-1,,")
    assert plan.digest != plan._replace(doubtful_as_new=True).digest != plan.sheet.digest


class Command:
    """`callcenter customers` with the settings of a folder."""

    def __init__(self, folder: Path) -> None:
        self.settings = folder / "callcenter.toml"
        self.settings.write_text(
            '[ami]\n[ami.events]\nusername = "e"\nsecret_file = "e"\n'
            '[ami.control]\nusername = "c"\nsecret_file = "c"\n'
            f'[store]\nurl = "{settings_of(folder).url}"\n[site]\narea_code = "0571"\n'
        )

    async def __call__(self, *words: str) -> str:
        words = (*words, "--settings", str(self.settings))
        env = {"COLUMNS": "240", "LANG": "en_US.UTF-8"}
        done = await asyncio.to_thread(CliRunner(env=env).invoke, app, list(words))
        if done.exception is not None:
            raise done.exception
        return done.stdout


async def test_lists_go_in_and_out_by_commands(tmp_path: Path) -> None:
    async with opened(tmp_path):
        run = Command(tmp_path)
        rows = [
            ["客户", "手机", "办公室", "备注2", "大客户"],
            ["=王小明", "13800138001", "88881234", "x", "是"],
            ["", "13800138003", "", "", ""],
        ]
        (tmp_path / "in.csv").write_bytes("\n".join(map(",".join, rows)).encode("gb18030"))
        bring = ["import", str(tmp_path / "in.csv"), "--map", "办公室=numbers"]
        assert "nothing is written yet" in await run(*bring, "--preview")
        assert "no customer" in await run("list")
        told = await run(*bring)
        assert "a customer needs a name" in told
        number = next(word for word in told.split() if len(word.strip(";")) == 32).strip(";")
        assert number in await run("imports")
        await run("class", "gold", "--criteria", "10,000 yuan a year")
        assert "10,000 yuan a year" in await run("classes")
        made = await run("add", "--name", "Li", "--number", "home=13800138002", "--class", "gold", "--key-account")
        assert "=王小明" in await run("list", "--number", "0571 8888 1234")
        assert "Li" not in await run("list", "--number", "8001", "--key-accounts", "--changed")
        assert "50 %" in (shown := await run("show", "13800138002"))
        assert made.strip() in shown
        for name in ("out.csv", "out.xlsx"):
            await run("export", str(tmp_path / name), "--lang", "zh-CN")
            sheet = await asyncio.to_thread(read_customer_sheet, tmp_path / name)
            assert sheet.headings[:4] == ("姓名", "客户编号", "地址", "号码")
            assert {line.cells[:4] for line in sheet.lines} == {
                ("=王小明", "", "", "13800138001; 办公室=88881234"), ("Li", "", "", "home=13800138002")
            }  # fmt: skip
            assert "'=王小明".encode() in await asyncio.to_thread((tmp_path / "out.csv").read_bytes)
            again = await run("import", str(tmp_path / name), "--report", str(tmp_path / f"{name}.report.csv"))
            assert [line.split() for line in again.splitlines() if "same" in line] == [["the", "same", "2"]]
        assert "1 went, 0 are as they were, 0 were edited since and stay." in await run("undo-import", number)
        assert (await run("delete", "13800138002")).strip() == made.strip()
        for words, said in (
            (["export", "x.ods"], "ends in .csv or .xlsx"),
            (["import", str(tmp_path / "in.csv"), "--map", "x"], "HEADING=FIELD"),
            (["show", "f" * 32], "no such customer"),
        ):
            with pytest.raises(BadInput, match=said):
                await run(*words)


async def test_number_of_several_customers_names_none_of_them(tmp_path: Path) -> None:
    async with opened(tmp_path) as decisions:
        cards = Cards(decisions)
        first, second = await cards.add("a", "13800138001"), await cards.add("b", "13800138001")
        with pytest.raises(Conflict, match=f"{first}, {second}"):
            await Command(tmp_path)("show", "13800138001")
