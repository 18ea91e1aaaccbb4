"""A backup is made while the service writes, is whole or none, and brings a service back."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from callcenter.cli.service import backup, restore
from callcenter.errors import BadInput, CallcenterError, JournalDamaged, StoreError
from callcenter.store.enquiries.file_folder import FileFolder
from tests.integration.filed import Home
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.service import at_home


@pytest.fixture
async def home(tmp_path: Path) -> Home:
    found = Home(tmp_path)
    await found.fill()
    return found


def settings(home: Home) -> list[str]:
    return ["--settings", str(home.folder / "callcenter.toml")]


def backed_up(home: Home, *more: str) -> Path:
    result = CliRunner().invoke(backup.app, [str(home.folder / "backups"), *more, *settings(home)])
    assert result.exit_code == 0, result.exception
    return Path(result.stdout.partition(":")[0])


def put_back(home: Home, place: Path, *more: str) -> Result:
    return CliRunner().invoke(restore.app, [str(place), *more, *settings(home)])


def refusal(result: Result, kind: type[CallcenterError], sentence: str) -> None:
    assert isinstance(result.exception, kind), result.exception
    assert sentence in str(result.exception)


def test_backup_holds_both_databases_and_what_belongs_to_them(home: Home) -> None:
    place = backed_up(home)
    manifest = json.loads((place / "manifest.json").read_text())
    assert set(manifest["files"]) == {"journal.sqlite", "callcenter.sqlite", "roster.json"}
    assert manifest["database_position"] <= manifest["journal_last"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()} == {0o600}
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert sorted(path.name for path in place.iterdir()) == sorted([*manifest["files"], "manifest.json"])


def test_restored_files_give_every_record_again(home: Home) -> None:
    place = backed_up(home)
    before = home.run("list").stdout
    for path in (home.journal, home.base):
        path.unlink()
    assert put_back(home, place).exit_code == 0
    assert home.run("list").stdout == before
    assert home.run("verify").exit_code == 0


def test_attachments_are_in_a_backup_and_come_back(home: Home) -> None:
    folder, settings_file = home.folder / "files", home.folder / "callcenter.toml"
    settings_file.write_text(settings_file.read_text() + f'[attachments]\nfolder = "{folder}"\n')
    incoming = FileFolder(folder).begin()
    incoming.write(b"a photo")
    name = incoming.keep()
    (folder / "incoming-half").write_bytes(b"half a ph")
    place = backed_up(home)
    assert f"attachments/{name}" in json.loads((place / "manifest.json").read_text())["files"]
    assert [path.name for path in (place / "attachments").iterdir()] == [name]
    assert stat.S_IMODE((place / "attachments").stat().st_mode) == 0o700
    shutil.rmtree(folder)
    assert put_back(home, place, "--replace").exit_code == 0
    assert (folder / name).read_bytes() == b"a photo"
    assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    (place / "attachments" / name).write_bytes(b"another")
    refusal(put_back(home, place, "--check"), StoreError, "is damaged")


def test_what_is_there_is_set_aside_where_that_is_wished_and_only_then(home: Home) -> None:
    place = backed_up(home)
    refusal(put_back(home, place), BadInput, "give --replace")
    result = put_back(home, place, "--replace")
    assert result.exit_code == 0, result.exception
    assert {path.name.partition(".before-")[0] for path in home.folder.glob("*.before-*")} >= {
        "journal.sqlite",
        "callcenter.sqlite",
    }
    assert home.run("verify").exit_code == 0


def test_check_changes_nothing(home: Home) -> None:
    place = backed_up(home)
    before = home.journal.stat()
    assert put_back(home, place, "--check").exit_code == 0
    assert home.journal.stat() == before


@pytest.mark.parametrize("name", ["journal.sqlite", "callcenter.sqlite", "roster.json"])
def test_flipped_byte_in_a_backup_is_found_before_anything_is_restored(home: Home, name: str) -> None:
    place = backed_up(home)
    held = bytearray((place / name).read_bytes())
    held[len(held) // 2] ^= 1
    (place / name).write_bytes(held)
    refusal(put_back(home, place, "--replace"), StoreError, f"{name} is not what was written")
    assert not list(home.folder.glob("*.before-*"))


def test_damaged_journal_is_not_backed_up(home: Home) -> None:
    home.flip(40)
    result = CliRunner().invoke(backup.app, [str(home.folder / "backups"), *settings(home)])
    refusal(result, JournalDamaged, "entry 40")
    assert list((home.folder / "backups").iterdir()) == []


def test_changed_audit_log_is_not_backed_up(home: Home) -> None:
    home.sql(home.base, "UPDATE audit SET actor = 'nobody' WHERE seq = 1")
    result = CliRunner().invoke(backup.app, [str(home.folder / "backups"), *settings(home)])
    refusal(result, StoreError, "audit entry 1 was changed")


def test_what_a_killed_backup_left_goes_when_the_next_one_begins_and_two_at_once_are_refused(home: Home) -> None:
    left = home.folder / "backups" / "callcenter-20260101T000000Z.partial"
    left.mkdir(parents=True)
    lock = os.open(left.parent, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    result = CliRunner().invoke(backup.app, [str(left.parent), *settings(home)])
    refusal(result, BadInput, "another backup")
    assert left.exists()
    os.close(lock)
    made = backed_up(home)
    assert list(left.parent.iterdir()) == [made]


@pytest.mark.parametrize("missing", ["journal", "base"])
def test_before_the_first_start_it_says_that_there_is_nothing_yet(home: Home, missing: str) -> None:
    getattr(home, missing).unlink()
    result = CliRunner().invoke(backup.app, [str(home.folder / "backups"), *settings(home)])
    refusal(result, BadInput, "before the first `callcenter serve`")
    assert not (home.folder / "backups").exists()


def test_only_the_newest_are_kept_where_that_is_wished(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for second in range(3):
        monkeypatch.setattr("callcenter.cli.service.backup.wall_clock", lambda s=second: (1_800_000_000 + s) * 10**6)
        made.append(backed_up(home, "--keep", "2"))
    assert sorted((home.folder / "backups").iterdir()) == made[1:]


def test_backup_of_another_switch_and_no_backup_are_refused(home: Home) -> None:
    place = backed_up(home)
    home.configure(node="other")
    refusal(put_back(home, place, "--replace"), BadInput, "is of the switch pbx")
    refusal(put_back(home, home.folder, "--replace"), BadInput, "is no backup")


def test_folder_that_cannot_be_written_is_one_sentence(home: Home) -> None:
    result = CliRunner().invoke(backup.app, [str(home.journal / "backups"), *settings(home)])
    refusal(result, BadInput, "Not a directory")


async def test_service_goes_on_from_a_backup_made_while_it_ran(tmp_path: Path) -> None:
    async with LoadedSwitch(stories(), 8.0) as switch, at_home(tmp_path, switch.port) as service:
        await service.start()
        await service.until("/live.json", lambda page: answered(page.json()) > 2)
        code, errors = await service.run("backup", str(tmp_path / "backups"))
        assert code == 0, errors
        (place,) = await asyncio.to_thread(lambda: list((tmp_path / "backups").iterdir()))
        running, errors = await service.run("restore", str(place), "--replace")
        assert (running, "already being written" in errors) == (4, True)
        await service.kill()
        await asyncio.to_thread(lose, tmp_path)
        assert (await service.run("restore", str(place)))[0] == 0
        await service.start()
        document = (await service.until("/live.json", lambda _: True)).json()
        assert await service.stop() == 0
    assert answered(document) > 2


def answered(document: dict[str, Any]) -> int:
    return sum(queue["answered"] for queue in document["queues"])


def lose(folder: Path) -> None:
    for path in folder.glob("*.sqlite*"):
        path.unlink()
