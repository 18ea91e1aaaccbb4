"""`callcenter bus`: what the service tells over MQTT, as it is told; and what each message holds."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import tzinfo
from importlib import resources
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from callcenter import locale
from callcenter.cli.options import SettingsPath
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import local_time
from callcenter.config import load_settings
from callcenter.errors import BadSetting
from callcenter.locale import Language
from callcenter.publish import MqttSettings, Topics
from callcenter.publish.hearing import BusMessage, hear
from callcenter.untrusted import escaped, quiet_json

app = typer.Typer(add_completion=False, no_args_is_help=True, help="What the service tells over MQTT.")

_WORDS = locale.Words("bus", {"gone": "(gone)", "kept": "kept"})


@app.command()
def watch(
    settings: SettingsPath = None,
    topic: Annotated[
        str, typer.Option(help="Below the site's topics, as MQTT filters: `agent/+/state`, `call/#`.")
    ] = "#",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document a line, for programs.")] = False,
    seconds: Annotated[float, typer.Option(min=0, help="End after so long; 0: at Ctrl-C.")] = 0,
    lang: LangOption = "",
) -> None:
    """Show every message as it comes, retained ones first; what others wrote there is made inert."""
    language, chosen = spoken(lang), load_settings(settings)
    if chosen.mqtt.url is None:
        raise BadSetting("nothing is published: set mqtt.url in the settings")
    below = f"{Topics(chosen.mqtt.prefix, chosen.site.name).root}/"
    zone = ZoneInfo(chosen.site.timezone)

    def show(one: BusMessage) -> None:
        print(_line(one) if as_json else _shown(one, below, zone, language), flush=True)

    with contextlib.suppress(KeyboardInterrupt, TimeoutError):
        asyncio.run(_watch(chosen.mqtt, below + topic, seconds, show))


@app.command()
def schema() -> None:
    """Print the AsyncAPI document that describes every topic and message."""
    print(resources.files("callcenter.publish").joinpath("asyncapi.yaml").read_text("utf-8"), end="")


async def _watch(mqtt: MqttSettings, topic: str, seconds: float, show: Callable[[BusMessage], None]) -> None:
    async with asyncio.timeout(seconds or None), contextlib.aclosing(hear(mqtt, topic)) as messages:
        async for one in messages:
            show(one)


def _line(one: BusMessage) -> str:
    said: object = None
    if one.body:
        text = one.body.decode("utf-8", "replace")
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            said = text
    told = {"topic": one.topic, "retained": one.retained, "said": said}
    return quiet_json(json.dumps(told, ensure_ascii=False))


def _shown(one: BusMessage, below: str, zone: tzinfo, language: Language) -> str:
    said = one.body.decode("utf-8", "replace") or _WORDS.say("gone", language)
    kept = f" ({_WORDS.say('kept', language)})" if one.retained else ""
    return escaped(f"{local_time(zone):%H:%M:%S}{kept}  {one.topic.removeprefix(below)}  {said}")
