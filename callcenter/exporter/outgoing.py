"""What leaves the service, by who takes it: how much waits and left, and whether a person has to look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from callcenter.domain.frame import SECOND, Micros
from callcenter.exporter.values import Values


class SinkNow(msgspec.Struct, frozen=True, kw_only=True):
    """How a sink is.

    Attributes:
        waiting: Entries that it has still to get.
        oldest_at: When the oldest of them was put; None: none waits.
        parked: Keys of which it cannot take the next entry.
        disabled: Nothing is sent any more, until a person enables it.
        results: Result → how often it was sent to since the service began.
    """

    waiting: int = 0
    oldest_at: Micros | None = None
    parked: int = 0
    disabled: bool = False
    results: Mapping[str, int] = {}


class BrokerNow(Protocol):
    """How the MQTT broker is; the bus knows."""

    @property
    def up(self) -> bool:
        """Whether it can be sent to."""

    @property
    def refused(self) -> int:
        """How many messages it has refused since the service began."""


def show_sinks(values: Values, sinks: Mapping[str, SinkNow], before: Mapping[str, SinkNow]) -> None:
    """Show how sinks are, and no longer those that were before and are not."""
    for sink in before.keys() - sinks.keys():
        for short in ("outbox_waiting", "outbox_oldest_start_timestamp_seconds", "outbox_parked", "sink_disabled"):
            values.drop(short, (sink,))
    for sink, now in sinks.items():
        values.set("outbox_waiting", (sink,), now.waiting)
        oldest = None if now.oldest_at is None else now.oldest_at / SECOND
        values.set_or_drop("outbox_oldest_start_timestamp_seconds", (sink,), oldest)
        values.set("outbox_parked", (sink,), now.parked)
        values.set("sink_disabled", (sink,), now.disabled)
        for result, count in now.results.items():
            values.set("outbox_sent_total", (sink, result), count)


def show_broker(values: Values, broker: BrokerNow) -> None:
    """Show how the broker is."""
    values.set("mqtt_up", (), broker.up)
    values.set("mqtt_refused_total", (), broker.refused)
