"""What records keep of a caller: sealed, opened, gone with the customer; and what still holds then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert, select, update
from typer.testing import CliRunner, Result

from callcenter.cases.customers import card_of, number_of
from callcenter.cli.office import customers
from callcenter.cli.service import journal as journal_commands
from callcenter.errors import BadInput, BadSetting, StoreError
from callcenter.journal import Journal
from callcenter.rules.records.sealed import GONE, tokens_in
from callcenter.store import DecisionStore
from callcenter.store.conflicts import Conflict
from callcenter.store.customers.guarded_tables import NumberKeyRow
from callcenter.store.customers.sealing import MasterKeys, opened, require_masters
from callcenter.store.customers.writes import Touch
from callcenter.store.decisions.violations import FiledRecord, RecordQuery, found
from callcenter.store.record.models import LostCallRow, VisitRow
from callcenter.store.tables import ViolationRow
from callcenter.tracker.filing import filed
from callcenter.usecases.customers.privacy import PrivacySettings
from callcenter.usecases.customers.save_customer import (
    create_customer,
    delete_customer,
    hold_customer,
    release_customer,
)
from callcenter.usecases.file_records import file_records
from tests.integration.filed import Home, journal_settings
from tests.integration.office import settings_of
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

TOUCH = Touch(by="sun", at=MONDAY)
CUSTOMER = "c" * 32


class Office(Home):
    """A home whose records are sealed."""

    decisions: DecisionStore

    @property
    def keys(self) -> Path:
        assert self.privacy is not None
        assert self.privacy.key_file is not None
        return self.privacy.key_file

    async def records(self) -> list[FiledRecord]:
        async with self.decisions.reading() as connection:
            return await found(connection, RecordQuery())

    async def callers(self) -> dict[str, str | None]:
        """Tell what each record says of its caller, as far as the keys are there."""
        assert self.privacy is not None
        read, records = self.privacy.master_keys, await self.records()
        async with self.decisions.reading() as connection:
            return {one.dossier.id: (await opened(connection, read, one.dossier)).caller for one in records}

    async def number(self) -> str:
        """Tell who called when an agent answered late."""
        number = (await self.callers())[self.id_of("V-LATE-ANSWER")]
        assert number is not None
        return number

    async def file_again(self) -> list[str]:
        """Derive every record again and file it."""
        async with await Journal.open(journal_settings(self.journal)) as journal:
            records = await filed(journal, self.in_force(), self.found)
        async with self.decisions.writing() as unit:
            return await file_records(unit, records, self.privacy)

    async def command(self, *arguments: str) -> Result:
        settings = ["--settings", str(self.folder / "callcenter.toml")]
        return await asyncio.to_thread(CliRunner().invoke, customers.app, [*arguments, *settings])

    async def holds(self) -> None:
        """Check that everything still reproduces."""
        record = self.id_of("V-LATE-ANSWER")
        explained = await asyncio.to_thread(self.run, "explain", record, "--lang", "en")
        assert explained.exit_code == 0, explained.exception
        assert "reproduced from the journal: yes" in explained.stdout
        verified = await asyncio.to_thread(self.run, "verify")
        assert verified.exit_code == 0, verified.exception
        whole = await asyncio.to_thread(CliRunner().invoke, journal_commands.app, ["verify", str(self.journal)])
        assert whole.exit_code == 0, whole.exception


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    keys = tmp_path / "master.keys"
    MasterKeys.new().write(keys)
    made = Office(tmp_path, PrivacySettings(key_file=keys))
    await made.fill()
    made.decisions = await DecisionStore.open(settings_of(tmp_path))
    yield made
    await made.decisions.close()


async def test_deleted_customer_s_number_is_gone_and_explanation_and_journal_hold(office: Office) -> None:
    number, callers, before = await office.number(), await office.callers(), await office.records()
    assert [number in msgspec.json.encode(one.dossier).decode() for one in before] == [False] * len(before)
    assert min(len(tokens_in(one.dossier)) for one in before) > 1
    await office.holds()
    assert await office.file_again() == []
    assert await office.records() == before
    row = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
    row |= {"id": "v1", "node": "pbx", "uniqueid": "1.1", "queue": "q", "n": 1, "caller": number}
    lost = dict.fromkeys(column.name for column in LostCallRow.__table__.columns)
    lost |= {"id": "l1", "node": "pbx", "uniqueid": "1.1", "n": 1, "call": "1.1", "state": "open", "tries": 0}
    lost |= {"position": 1, "caller": number, "key": number_of(number).key}
    async with office.decisions.writing() as unit:
        await unit.execute(insert(VisitRow).values(**row | {"caller_key": lost["key"]}))
        await unit.execute(insert(LostCallRow).values(**lost))
        await create_customer(unit, CUSTOMER, card_of({"name": "Zhang", "numbers": [number_of(number)]}), TOUCH)
        await hold_customer(unit, CUSTOMER, "a law suit", TOUCH)
    with pytest.raises(Conflict, match="a law suit"):
        async with office.decisions.writing() as unit:
            await delete_customer(unit, CUSTOMER, None, TOUCH)
    refused = await office.command("forget", number)
    assert isinstance(refused.exception, Conflict)
    async with office.decisions.writing() as unit:
        await release_customer(unit, CUSTOMER, TOUCH)
        await delete_customer(unit, CUSTOMER, None, TOUCH)
        kept = await unit.connection.execute(select(VisitRow.caller, VisitRow.caller_key))
        assert [tuple(one) for one in kept] == [(None, "")]
        kept = await unit.connection.execute(select(LostCallRow.caller, LostCallRow.key))
        assert [tuple(one) for one in kept] == [(None, None)]
        assert number not in set(await unit.connection.scalars(select(NumberKeyRow.number)))
    assert await office.callers() == {one: GONE if caller == number else caller for one, caller in callers.items()}
    assert len(set(callers.values())) > 1
    await office.holds()
    assert await office.file_again() == []
    assert await office.records() == before


@pytest.mark.one_database
async def test_copy_that_was_changed_is_found_whether_sealed_or_not(office: Office) -> None:
    record = office.id_of("V-LATE-ANSWER")
    (dossier,) = [one.dossier for one in await office.records() if one.dossier.id == record]
    copy = dossier.evidence[0]
    number = await office.number()
    for old, new in (("Event: ", "Event: X"), (f"CallerIDNum: {tokens_in(dossier)[-1]}", f"CallerIDNum: {number}1")):
        told = {**copy, "frame": copy["frame"].replace(old, new)}
        assert told != copy
        changed = msgspec.structs.replace(dossier, evidence=[told, *dossier.evidence[1:]])
        async with office.decisions.writing() as unit:
            values = {"dossier": msgspec.json.encode(changed).decode()}
            await unit.execute(update(ViolationRow).where(ViolationRow.id == record).values(**values))
        verified = await asyncio.to_thread(office.run, "verify", "--dry-run", "--lang", "en")
        assert "is not the one in the journal" in verified.stdout


@pytest.mark.one_database
async def test_caller_without_a_card_is_forgotten_by_number(office: Office) -> None:
    number, callers = await office.number(), await office.callers()
    done = await office.command("forget", number)
    assert (done.exit_code, done.stdout.strip()) == (0, "0"), done.exception
    assert await office.callers() == {one: GONE if caller == number else caller for one, caller in callers.items()}
    assert isinstance((await office.command("forget", "anonymous")).exception, BadInput)


async def test_master_key_is_changed_and_the_old_one_opens_nothing(office: Office) -> None:
    callers, old = await office.callers(), MasterKeys.read(office.keys)
    rotated = await office.command("rotate-key")
    assert (rotated.exit_code, rotated.stdout.strip()) == (0, "3"), rotated.exception
    new = MasterKeys.read(office.keys)
    assert (len(new.keys), new.keys[0] != old.keys[0], office.keys.stat().st_mode & 0o777) == (1, True, 0o600)
    assert await office.callers() == callers
    assert await office.file_again() == []
    old.write(office.keys)
    with pytest.raises(BadSetting, match="is not in the file"):
        await office.callers()
    with pytest.raises(StoreError, match="is not in the file"):
        await office.file_again()
    async with office.decisions.reading() as connection:
        await require_masters(connection, new)
        for masters in (old, None):
            with pytest.raises(BadSetting, match=new.keys[0][0]):
                await require_masters(connection, masters)


@pytest.mark.one_database
async def test_rotation_that_was_stopped_half_way_is_done_again(office: Office) -> None:
    callers, both = await office.callers(), MasterKeys.read(office.keys).next()
    both.write(office.keys)
    assert await office.callers() == callers
    assert (await office.command("rotate-key")).exit_code == 0
    assert await office.callers() == callers
    assert len(MasterKeys.read(office.keys).keys) == 1


@pytest.mark.one_database
@pytest.mark.parametrize("held", ["", "a", "a zz", f"a {'0' * 62}", "密 钥"])
def test_file_that_holds_no_master_keys_is_refused(tmp_path: Path, held: str) -> None:
    keys = tmp_path / "k"
    keys.write_text(held, "utf-8")
    keys.chmod(0o600)
    with pytest.raises(BadSetting, match="holds no master keys"):
        MasterKeys.read(keys)


@pytest.mark.one_database
def test_master_keys_that_others_may_read_are_refused(tmp_path: Path) -> None:
    keys = tmp_path / "k"
    with pytest.raises(BadSetting, match="cannot be read"):
        MasterKeys.read(keys)
    MasterKeys.new().write(keys)
    keys.chmod(0o640)
    with pytest.raises(BadSetting, match="chmod 600"):
        MasterKeys.read(keys)


@pytest.mark.one_database
async def test_record_that_was_filed_in_plain_stays_so_and_is_not_withdrawn(tmp_path: Path) -> None:
    plain = Office(tmp_path)
    await plain.fill()
    plain.decisions = await DecisionStore.open(settings_of(tmp_path))
    before = await plain.records()
    keys = tmp_path / "master.keys"
    MasterKeys.new().write(keys)
    plain.privacy = PrivacySettings(key_file=keys)
    assert await plain.file_again() == []
    assert await plain.records() == before
    await plain.decisions.close()
