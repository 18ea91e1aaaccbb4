"""`callcenter doctor`: connect with both logins and check every setting that the evidence depends on."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from callcenter import locale
from callcenter.ami.settings import check_ami
from callcenter.cli.service.doctor_calendar import inspect_calendar
from callcenter.cli.service.doctor_pages import inspect_pages
from callcenter.cli.service.in_force import figures_in_force
from callcenter.cli.speech import LangOption, spoken
from callcenter.config import SETTINGS_FILE, load_settings
from callcenter.doctor.by_broker import inspect_broker
from callcenter.doctor.examine import Examined, examine
from callcenter.doctor.inspect import Check
from callcenter.doctor.manager_conf import manager_conf
from callcenter.doctor.own import inspect_roster, inspect_sqlite
from callcenter.locale import Language, Words, english
from callcenter.publish import Topics

app = typer.Typer(add_completion=False, help="Check every setting that the evidence depends on.")

EXIT_FAILED = 1
_LISTENING = english("Listening for {seconds} s: call a queue, answer, hang up; let another caller's time run out ...")
_SUMMARY = english("{ok} ok, {fail} failed, {warn} warnings, {unknown} unknown.")
_MARKS = Words("verdict of a check", {"ok": "ok     ", "fail": "FAIL   ", "warn": "warn   ", "unknown": "unknown"})


def _say_listening(seconds: float, language: Language) -> None:
    print(locale.text(_LISTENING, language, seconds=f"{seconds:g}"), file=sys.stderr)


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
        ami = (chosen := load_settings(settings)).ami
        checks = [inspect_roster(chosen.rules, chosen.site.timezone), inspect_calendar(chosen)]
    figures, told = figures_in_force(chosen)
    if chosen is not None:
        root = Topics(chosen.mqtt.prefix, chosen.site.name).root
        checks += [*inspect_pages(chosen), *asyncio.run(inspect_broker(chosen.mqtt, root))]
    asked = Examined(ami=ami, figures=figures, config_dir=config_dir, queue_log=queue_log, listen=listen)
    checks += asyncio.run(examine(asked, lambda: _say_listening(listen, language)))
    checks += [told, inspect_sqlite()]
    _print(checks, language)
    if any(check.verdict == "fail" for check in checks):
        sys.exit(EXIT_FAILED)
