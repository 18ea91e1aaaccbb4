"""A home in which a journal of three stories was judged and filed: what `violations verify` finds on a real machine."""

from __future__ import annotations

import asyncio
import gzip
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from callcenter.ami.decode import decode
from callcenter.ami.wire import Wire
from callcenter.cli.office import violations
from callcenter.domain.events import PageTold
from callcenter.domain.frame import Frame
from callcenter.domain.vocabulary import PageWord
from callcenter.files.rulebook import load_rulebook
from callcenter.journal import Journal, JournalSettings
from callcenter.reports.records.explain import derive
from callcenter.rules.records.violation import Violation
from callcenter.staff.roster import roster_of
from callcenter.store import JournalledFacts, Store
from callcenter.store.decisions.violations import FiledRecord
from callcenter.tracker import RulesInForce
from callcenter.tracker.entries import EntryMeaning, event_step, frame_step
from callcenter.tracker.filing import filed
from callcenter.usecases.customers.privacy import PrivacySettings
from callcenter.usecases.file_records import file_records
from tests.integration.office import opened, read, settings_of
from tests.support.databases import DATABASES

TAPES = Path(__file__).parents[1] / "tapes"
STORIES = ("late_answer", "ring_no_answer", "decline_603")
NODE = "pbx"
AGENTS = {
    offer["interface"]: offer["agent"]
    for story in STORIES
    for visit in json.loads((TAPES / story / "truth.json").read_text("utf-8"))["visits"]
    for offer in visit["offers"]
}
"""Interface → agent."""


def journal_settings(path: Path) -> JournalSettings:
    return JournalSettings(path=path, min_free_bytes=0)


def meaning(raw: bytes, frame: Frame, node: str, *, pages: bool) -> list[EntryMeaning]:
    """Say what is journalled of a frame: where pages speak, each says that it could not ring for a call."""
    steps = [frame_step(node, 1, raw, frame, decode(frame))]
    if pages and frame.name == "DialState" and frame.headers["DialStatus"] == "RINGING":
        agent = AGENTS[frame.headers["DestChannel"].partition("-")[0]]
        steps.append(event_step(node, 1, PageTold(None, 0, agent, PageWord.COULD_NOT_RING, None, "Jabra", None)))
    return steps


async def write_journal(path: Path, stories: Iterable[str], node: str = NODE, *, pages: bool = False) -> None:
    """Journal what the events login heard of several stories, which were played side by side on one switch."""
    heard: list[tuple[Frame, bytes]] = []
    for story in stories:
        wire = Wire()
        frames = wire.feed(gzip.decompress((TAPES / story / "board.ami.gz").read_bytes()))
        heard += zip(frames, wire.raw, strict=True)
    heard.sort(key=lambda one: one[0].at or 0)
    async with await Journal.open(journal_settings(path)) as journal:
        steps = [step for frame, raw in heard for step in meaning(raw, frame, node, pages=pages)]
        positions = await journal.append([step.entry for step in steps])
        await journal.committed(positions[-1])


def roster_form(*, on_duty: bool = True) -> dict[str, Any]:
    """Put everybody of the stories on duty, or on duty long ago."""
    seats = {agent: interface for interface, agent in AGENTS.items()}
    first, last = ("2026-01-01", "2037-01-01") if on_duty else ("2020-01-01", "2020-01-02")
    return {
        "timezone": "Asia/Shanghai",
        "agents": [{"agent": agent, "interface": interface} for agent, interface in seats.items()],
        "shifts": [
            {"agent": agent, "from": f"{first}T00:00:00+08:00", "to": f"{last}T00:00:00+08:00"} for agent in seats
        ],
    }


class Home:
    """The files of a service that has run, and somebody at its console."""

    def __init__(self, folder: Path, privacy: PrivacySettings | None = None) -> None:
        self.folder = folder
        self.privacy = privacy
        self.journal = folder / "journal.sqlite"
        self.base = folder / "callcenter.sqlite"
        self.found: list[Violation] = []
        self.configure()

    async def fill(self, *, pages: bool = False) -> None:
        """Journal, judge and file, as the service does; with the word of pages that none could ring."""
        await write_journal(self.journal, STORIES, pages=pages)
        in_force = self.in_force()
        self.found = await asyncio.to_thread(lambda: list(derive(self.journal, in_force)))
        async with opened(self.folder):
            store = await Store.open(settings_of(self.folder), NODE)
            async with await Journal.open(journal_settings(self.journal)) as journal:
                end = journal.durable_position
                records = await filed(journal, in_force, self.found)
                filing = partial(file_records, filed=records, privacy=self.privacy)
                await store.write([JournalledFacts(end, ())], end, filing)
            await store.close()

    def in_force(self) -> RulesInForce:
        """By what it is judged."""
        return RulesInForce(load_rulebook(None), roster_of(roster_form(), None))

    def configure(
        self, *, journal: str = "journal.sqlite", node: str = NODE, rules: str = 'roster = "{folder}/roster.json"'
    ) -> None:
        (self.folder / "roster.json").write_text(json.dumps(roster_form()))
        (self.folder / "callcenter.toml").write_text(
            f'[ami]\nnode = "{node}"\n[ami.events]\nusername = "e"\nsecret_file = "e"\n'
            '[ami.control]\nusername = "c"\nsecret_file = "c"\n'
            f'[journal]\npath = "{self.folder}/{journal}"\n[store]\nurl = "{settings_of(self.folder).url}"\n'
            f"[rules]\n{rules.format(folder=self.folder)}\n{self._keys()}"
        )

    def _keys(self) -> str:
        return "" if self.privacy is None else f'[privacy]\nkey_file = "{self.privacy.key_file}"\n'

    def id_of(self, rule: str) -> str:
        return next(violation.id for violation in self.found if violation.rule == rule)

    def run(self, *arguments: str, typed: str = "") -> Result:
        settings = ["--settings", str(self.folder / "callcenter.toml")]
        return CliRunner().invoke(violations.app, [*arguments, *settings], input=typed)

    def sql(self, path: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
        if path == self.base:
            return DATABASES.sql(settings_of(self.folder), statement, *values)
        with closing(sqlite3.connect(path)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def retell(self, number: str, column: str = "dossier", **changes: object) -> None:
        """Change what a filed record says behind everybody's back."""
        ((told,),) = self.sql(self.base, f"SELECT {column} FROM violations WHERE id = ?", number)  # noqa: S608 - ours
        changed = json.dumps(json.loads(told) | changes)
        self.sql(self.base, f"UPDATE violations SET {column} = ? WHERE id = ?", changed, number)  # noqa: S608 - ours

    def flip(self, position: int) -> None:
        """Flip a byte of a journalled frame."""
        ((payload,),) = self.sql(self.journal, "SELECT payload FROM entry WHERE position = ?", position)
        changed = bytes([payload[0] ^ 1]) + payload[1:]
        self.sql(self.journal, "UPDATE entry SET payload = ? WHERE position = ?", changed, position)

    def withdrawn(self) -> set[str]:
        return {number for (number,) in self.sql(self.base, "SELECT id FROM violations WHERE state = 'withdrawn'")}

    async def record(self, number: str) -> FiledRecord:
        return await read(self.folder, number)
