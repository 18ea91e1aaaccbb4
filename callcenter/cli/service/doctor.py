"""`callcenter doctor`: connect with both logins and check every setting that the evidence depends on."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from callcenter import locale
from callcenter.ami.link import Link
from callcenter.ami.settings import AmiSettings, check_ami
from callcenter.cli.service.doctor_calendar import inspect_calendar
from callcenter.cli.service.doctor_pages import inspect_pages
from callcenter.cli.service.in_force import figures_in_force
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import wall_clock
from callcenter.config import SETTINGS_FILE, load_settings
from callcenter.doctor.by_broker import inspect_broker
from callcenter.doctor.by_call import inspect_call, inspect_heard_filters, listen
from callcenter.doctor.by_config import inspect_filters, inspect_login
from callcenter.doctor.by_log import inspect_queue_log
from callcenter.doctor.by_phones import inspect_members, inspect_phones
from callcenter.doctor.inspect import Check, Heard, inspect_live, inspect_queues
from callcenter.doctor.lookup import InFiles, Lookup, Nowhere, OnSwitch
from callcenter.doctor.manager_conf import manager_conf
from callcenter.errors import BadInput
from callcenter.locale import Language, Words, english
from callcenter.ownfiles import has_wal_reset_bug
from callcenter.publish import Topics
from callcenter.rules.regulations.edition import RulebookFigures
from callcenter.tracker.settings import RulesSettings

app = typer.Typer(add_completion=False, help="Check every setting that the evidence depends on.")

EXIT_FAILED = 1
_LISTENING = english("Listening for {seconds} s: call a queue, answer, hang up; let another caller's time run out ...")
_SUMMARY = english("{ok} ok, {fail} failed, {warn} warnings, {unknown} unknown.")
_MARKS = Words("verdict of a check", {"ok": "ok     ", "fail": "FAIL   ", "warn": "warn   ", "unknown": "unknown"})


async def examine(
    ami: AmiSettings,
    config_dir: Path | None,
    queue_log: Path | None,
    seconds: float,
    figures: RulebookFigures,
    language: Language = "en",
) -> list[Check]:
    """Run every check that can be run with what is at hand.

    Raises:
        SwitchError: One of the logins cannot be opened.
        UnreadableFile: A file of the configuration directory cannot be read.
    """
    events = await Link.open(ami, ami.events, events=True)
    try:
        control = await Link.open(ami, ami.control, events=False)
        try:
            return await _examine(ami, (events, control), config_dir, queue_log, seconds, figures, language)
        finally:
            control.close()
    finally:
        events.close()


async def _examine(
    ami: AmiSettings,
    links: tuple[Link, Link],
    config_dir: Path | None,
    queue_log: Path | None,
    seconds: float,
    figures: RulebookFigures,
    language: Language,
) -> list[Check]:
    events, control = links
    name, heard = ami.events.username, Heard()
    checks, snapshot = await inspect_live(events, control, ami.heartbeat_deadline, heard)
    if seconds:
        print(locale.text(_LISTENING, language, seconds=f"{seconds:g}"), file=sys.stderr)
        await listen(events, seconds, heard)
        checks.append(inspect_call(name, heard))
    lookup, secrets = await _find_lookup(ami, control, config_dir)
    checks += [*await inspect_login(name, lookup, heard), *secrets]
    checks.append(inspect_filters(name, lookup) if isinstance(lookup, InFiles) else inspect_heard_filters(name, heard))
    if snapshot is not None:
        checks += await inspect_queues(snapshot, lookup, figures)
        checks += await inspect_phones(control, snapshot, lookup)
        checks += await inspect_members(control)
    checks += await inspect_queue_log(
        lookup, queue_log or ami.queue_log, snapshot, heard.calls, wall_clock() / 1_000_000
    )
    return checks


async def _find_lookup(ami: AmiSettings, control: Link, config_dir: Path | None) -> tuple[Lookup, list[Check]]:
    """Choose where values are looked up, and say what that choice itself shows."""
    on_switch = OnSwitch(control)
    readable = await on_switch.works()
    exposed = Check(
        "secrets",
        "warn",
        f"{ami.control.username!r} can read every configuration file, secrets included, through AST_CONFIG",
        "modules.conf: noload = func_config.so; then give --config-dir to this check",
    )
    found = [exposed] if readable else []
    if config_dir is not None:
        return InFiles(config_dir), found
    return on_switch if readable else Nowhere(), found


def inspect_roster(rules: RulesSettings, timezone: str) -> Check:
    """Judge whether there is a roster to judge by."""
    try:
        roster = rules.read_roster(timezone)
    except BadInput as error:
        return Check("roster", "fail", str(error), f"`callcenter roster check {rules.roster}` says all that is wrong")
    if roster is None:
        remedy = english("settings: [rules] roster = roster.json; `callcenter roster convert` makes one of a workbook")
        return Check("roster", "warn", "none: nothing is proposed, every record stays undetermined", remedy)
    return Check("roster", "ok", f"{len(roster.agents)} agents")


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


def _print(checks: list[Check], language: Language) -> None:
    for check in checks:
        name, found, remedy = (locale.sentence(told, language) for told in (check.name, check.found, check.remedy))
        print(f"{_MARKS.say(check.verdict, language)}  {name}: {found}")
        if remedy:
            print("         -> " + remedy.replace("\n", "\n            "))
    counts = Counter(check.verdict for check in checks)
    ok, fail, warn, unknown = counts["ok"], counts["fail"], counts["warn"], counts["unknown"]
    print("\n" + locale.text(_SUMMARY, language, ok=ok, fail=fail, warn=warn, unknown=unknown))


@app.command()
def main(
    settings: Annotated[Path | None, typer.Option(envvar=SETTINGS_FILE, help="The service's settings file.")] = None,
    host: Annotated[str, typer.Option(help="Manager interface, where the secrets are given here.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Its TCP port.")] = 5038,
    events: Annotated[str, typer.Option(help="Name of the events login.")] = "events",
    events_secret_file: Annotated[Path | None, typer.Option(help="File with its secret.")] = None,
    control: Annotated[str, typer.Option(help="Name of the control login.")] = "control",
    control_secret_file: Annotated[Path | None, typer.Option(help="File with its secret.")] = None,
    config_dir: Annotated[Path | None, typer.Option(help="Asterisk's configuration, if it is on this machine.")] = None,
    queue_log: Annotated[Path | None, typer.Option(help="Its queue_log; unsaid: the settings' own.")] = None,
    listen: Annotated[float, typer.Option(min=0, help="Seconds to listen for a test call.")] = 0,
    print_manager_conf: Annotated[bool, typer.Option(help="Print the logins for an existing PBX.")] = False,
    permit: Annotated[str, typer.Option(help="Our address, for --print-manager-conf.")] = "127.0.0.1/255.255.255.255",
    old_filters: Annotated[bool, typer.Option(help="Filters for Asterisk older than 22.1.")] = False,
    lang: LangOption = "",
) -> None:
    """Check the switch, one line a check; exit code 1 when one fails, 3 when it cannot be reached."""
    language = spoken(lang)
    if print_manager_conf:
        print(manager_conf(events, control, permit, advanced=not old_filters), end="")
        return
    if events_secret_file and control_secret_file:
        logins = {
            "events": {"username": events, "secret_file": events_secret_file},
            "control": {"username": control, "secret_file": control_secret_file},
        }
        ami, chosen, checks = check_ami({"host": host, "port": port, **logins}, "options"), None, []
    else:
        chosen = load_settings(settings)
        ami = chosen.ami
        checks = [inspect_roster(chosen.rules, chosen.site.timezone), inspect_calendar(chosen)]
    figures, told = figures_in_force(chosen)
    if chosen is not None:
        root = Topics(chosen.mqtt.prefix, chosen.site.name).root
        checks += [*inspect_pages(chosen), *asyncio.run(inspect_broker(chosen.mqtt, root))]
    checks += [*asyncio.run(examine(ami, config_dir, queue_log, listen, figures, language)), told, inspect_sqlite()]
    _print(checks, language)
    if any(check.verdict == "fail" for check in checks):
        sys.exit(EXIT_FAILED)
