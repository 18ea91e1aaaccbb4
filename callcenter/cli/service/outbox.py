"""`callcenter outbox`: who takes what leaves the service, what waits for whom, and what a person does about it."""

from __future__ import annotations

from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter import locale
from callcenter.cli.database import at_desk, reading
from callcenter.cli.office.customer_cards import console_touch
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.cli.tables import show
from callcenter.config import Settings, load_settings
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput
from callcenter.locale import Language
from callcenter.staff.dates import datetime_of
from callcenter.store.outbox import OutboxKind
from callcenter.store.outbox_progress import ParkedKey, SinkBacklog, SinkState, backlogs, parked, sink_states
from callcenter.tracker.bus.events import MqttSink
from callcenter.tracker.outbox.mail import MailSink
from callcenter.untrusted import MOST_NAME, escaped, hidden_in
from callcenter.usecases.unblock_outbox import enable, forget, retry_parked, skip_parked

app = typer.Typer(add_completion=False, no_args_is_help=True, help="What leaves the service, and to whom.")

SinkName = Annotated[str, typer.Argument(metavar="SINK", help="As `callcenter outbox list` names it.")]
_WORDS = locale.Words(
    "outbox",
    {
        "sink": "sink",
        "state": "state",
        "waiting": "waiting",
        "oldest": "oldest",
        "parked": "parked",
        "since": "since",
        "kind": "kind",
        "key": "key",
        "n": "number",
        "why": "why",
        "sends": "sends",
        "fails": "failed {failures} times in a row: {why}",
        "disabled": "disabled after {failures} failures: {why}",
        "none": "nobody takes what leaves the service: set [mqtt], [[webhooks]] or [mail]",
    },
)


class _Listed(NamedTuple):
    """All that the command shows."""

    states: dict[str, SinkState]
    waiting: dict[str, SinkBacklog]
    parked: list[ParkedKey]


@app.command("list")
def list_sinks(settings: SettingsPath = None, lang: LangOption = "") -> None:
    """List the sinks: how each is, how much waits for it and since when, and which keys are parked and why."""
    chosen, language = load_settings(settings), spoken(lang)
    zone = ZoneInfo(chosen.site.timezone)
    found = reading(chosen.store, _listed)
    if not found.states:
        print(_WORDS.say("none", language))
        return
    heading = [_WORDS.say(name, language) for name in ("sink", "state", "waiting", "oldest", "parked")]
    rows = ([sink, _state(state, language), *_waits(found.waiting[sink], zone)] for sink, state in found.states.items())
    show([heading, *rows])
    if found.parked:
        print()
        heading = [_WORDS.say(name, language) for name in ("sink", "kind", "key", "n", "since", "why")]
        show([heading, *([one.sink, one.key.kind, *_stands(one, zone, language)] for one in found.parked)])


@app.command("retry")
def retry(
    sink: SinkName,
    key: Annotated[str | None, typer.Argument(metavar="[KEY]", help="Of one key alone.")] = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Try what is parked again, once its receiver can take it."""
    touch = console_touch()
    count = at_desk(load_settings(settings).store, lambda unit: retry_parked(unit, sink, touch.by, touch.at, key))
    print(locale.text("{count} keys are tried again", spoken(lang), count=count))


@app.command("skip")
def skip(
    sink: SinkName,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The parked key.")],
    reason: Annotated[str, typer.Option(help="Why this sink is never to have it; the audit log keeps it.")],
    kind: Annotated[OutboxKind | None, typer.Option(help="Of which kind, where several are parked.")] = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Pass over the entry that is parked: this sink never has it, and goes on with what is behind it."""
    if not 0 < len(reason.strip()) <= MOST_NAME or hidden_in(reason) is not None:
        raise BadInput(f"a reason is one line of 1 to {MOST_NAME} characters")
    touch = console_touch()
    chosen = load_settings(settings).store
    one = at_desk(chosen, lambda unit: skip_parked(unit, sink, key, reason, touch.by, touch.at, kind))
    print(locale.text("number {n} was passed over", spoken(lang), n=one.n))


@app.command("enable")
def enable_again(sink: SinkName, settings: SettingsPath = None) -> None:
    """Send to a sink again, at once: one that was disabled, or that waits before it is tried."""
    touch = console_touch()
    at_desk(load_settings(settings).store, lambda unit: enable(unit, sink, touch.by, touch.at))


@app.command("forget")
def forget_it(sink: SinkName, settings: SettingsPath = None) -> None:
    """Wait no longer for a sink that was taken out of the settings: it never has what waits for it."""
    chosen, touch = load_settings(settings), console_touch()
    if sink in _sinks_of(chosen):
        raise BadInput(f"{sink} is still set: take it out of the settings and restart the service first")
    at_desk(chosen.store, lambda unit: forget(unit, sink, touch.by, touch.at))


def _sinks_of(settings: Settings) -> set[str]:
    """Name the sinks that a service has which starts with these settings."""
    names = {f"webhook:{one.name}" for one in settings.webhooks}
    names |= set() if settings.mail is None else {MailSink.name}
    return names if settings.mqtt.url is None else {*names, MqttSink.name}


async def _listed(connection: AsyncConnection) -> _Listed:
    return _Listed(await sink_states(connection), await backlogs(connection), await parked(connection))


def _state(state: SinkState, language: Language) -> str:
    how = "disabled" if state.disabled_at is not None else "fails" if state.failures else "sends"
    return _WORDS.say(how, language, failures=state.failures, why=_why(state.why or "-", language))


def _waits(backlog: SinkBacklog, zone: ZoneInfo) -> list[str | int]:
    return [backlog.waiting, _time(backlog.oldest_at, zone), backlog.parked]


def _stands(one: ParkedKey, zone: ZoneInfo, language: Language) -> list[str | int]:
    return [escaped(one.key.key), one.n, _time(one.at, zone), _why(one.why, language)]


def _why(reason: str, language: Language) -> str:
    return escaped(locale.sentence(reason, language))


def _time(at: Micros | None, zone: ZoneInfo) -> str:
    return "-" if at is None else datetime_of(at, zone).isoformat(" ", "seconds")
