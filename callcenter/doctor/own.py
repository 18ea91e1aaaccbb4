"""The doctor's lines on what the service itself stands on: the roster, the calendar, SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection

from callcenter.ami.settings import AmiSettings
from callcenter.clock import wall_clock
from callcenter.doctor.examine import Examined, Seen, examine
from callcenter.doctor.inspect import Check
from callcenter.doctor.run import Examine
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.locale import english
from callcenter.ownfiles import has_wal_reset_bug
from callcenter.rules.records.provisional import reached
from callcenter.rules.records.steps import Terms
from callcenter.staff.duty import Roster
from callcenter.staff.rights import RIGHTS, Right, Role
from callcenter.tracker.inputs import RulesInForce
from callcenter.tracker.settings import RulesSettings

_MIGHTY = {Right.DECIDE, Right.DECIDE_APPEAL, Right.APPROVE_CHANGE, Right.CHANGE_ACCOUNTS}


def inspect_roster(rules: RulesSettings, timezone: str) -> Check:
    """Judge whether the settings' roster can be read."""
    try:
        roster = rules.read_roster(timezone)
    except BadInput as error:
        return Check("roster", "fail", str(error), f"`callcenter roster check {rules.roster}` says all that is wrong")
    return judge_roster(roster)


def judge_roster(roster: Roster | None) -> Check:
    """Judge whether there is a roster to judge by."""
    if roster is None:
        remedy = english("settings: [rules] roster = roster.json; `callcenter roster convert` makes one of a workbook")
        return Check("roster", "warn", "none: nothing is proposed, every record stays undetermined", remedy)
    return Check("roster", "ok", f"{len(roster.agents)} agents")


def judge_calendar(terms: Terms, roster: Roster | None, now: Micros) -> Check:
    """Say whether a deadline given now, or the roster, reaches into days that nobody has announced."""
    first = reached(terms, roster, now)
    if first is None:
        return Check("calendar", "ok", "every day that deadlines and the roster reach is known")
    return Check(
        "calendar",
        "warn",
        f"from {first} on days are provisional (weekday and statutory holiday); deadlines or the roster reach there",
        "update the package chinesecalendar, or give those days on the page of the site, or as web.worked_days and "
        "web.free_days",
    )


def judge_second_factor(required: Collection[Role]) -> Check:
    """Say which roles that decide over people, or keep accounts, sign in by a password alone."""
    mighty = [role for role, rights in RIGHTS.items() if not _MIGHTY.isdisjoint(rights)]
    alone = [role for role in mighty if role not in required]
    if not alone:
        return Check("second factor", "ok", "asked of every role that decides over people or keeps accounts")
    wanted = ", ".join(f'"{role}"' for role in (*required, *alone))
    return Check(
        "second factor",
        "warn",
        english(f"these roles decide over people or keep accounts, by a password alone: {', '.join(alone)}"),
        english(f"settings: [web] authenticator_roles = [{wanted}]"),
    )


def inspect_sqlite(version: str = sqlite3.sqlite_version) -> Check:
    """Look at the SQLite that journal and database are written with."""
    if not has_wal_reset_bug(version):
        return Check("sqlite", "ok", version)
    return Check(
        "sqlite",
        "warn",
        f"{version} may, very rarely, damage a database that two connections write at the same moment (WAL-reset bug); "
        "the journal, with its one writer, is safe",
        "install SQLite 3.51.3 or newer (3.50.7, 3.44.6), or keep the record in PostgreSQL; back up meanwhile",
    )


def examination(
    ami: AmiSettings, terms: Terms, required: Collection[Role], in_force: Callable[[], RulesInForce]
) -> Examine:
    """Make what a service runs of itself: what it stands on, then the switch."""

    async def run(seen: Seen) -> None:
        rules, now = in_force(), wall_clock()
        own = [judge_roster(rules.roster), judge_calendar(terms, rules.roster, now), judge_second_factor(required)]
        seen([*own, inspect_sqlite()])
        await examine(Examined(ami=ami, figures=rules.rulebook.figures(now)), seen=seen)

    return run
