"""The description of the messages, held against messages."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Any

import jsonschema_rs
import yaml

from callcenter.publish import Topics
from callcenter.store.outbox import OutboxEntry
from callcenter.tracker.bus.events import topic_of
from callcenter.tracker.outbox.sink import document


@cache
def described() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(resources.files("callcenter.publish").joinpath("asyncapi.yaml").read_text())
    return found


@cache
def _channels() -> list[tuple[re.Pattern[str], list[jsonschema_rs.Draft7Validator]]]:
    found = []
    for channel in described()["channels"].values():
        levels = re.split(r"\{\w+\}", channel["address"].removeprefix("{prefix}"))
        pattern = "[^+#]+" + "[^/+#]+".join(map(re.escape, levels))
        messages = [described()["components"]["messages"][name] for name in channel["messages"]]
        found.append((re.compile(pattern), [_validator(message["payload"]) for message in messages]))
    return found


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(schema | {"components": described()["components"]})


def require_described(topic: str, said: Any) -> None:
    """Fail unless one channel has this topic, and one of its messages says this."""
    fitting = [validators for pattern, validators in _channels() if pattern.fullmatch(topic)]
    assert len(fitting) == 1, f"{len(fitting)} channels have {topic}"
    wrong = [[error.message for error in validator.iter_errors(said)] for validator in fitting[0]]
    assert any(not errors for errors in wrong), f"{topic}: {wrong}"


def require_leaving_described(*entries: OutboxEntry) -> None:
    """Fail unless entries of the outbox leave as messages that are described."""
    for entry in entries:
        require_described(topic_of(entry, Topics("callcenter", "main")), json.loads(document(entry, "main")))
