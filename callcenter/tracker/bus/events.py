"""The outbox's sink for MQTT: each entry on the topic of its kind; it has left when the broker has it."""

from __future__ import annotations

from typing import assert_never

from callcenter.errors import BrokerError, MessageUnfit
from callcenter.publish import Bus, Topics
from callcenter.publish.settings import LeavingName
from callcenter.store.outbox import OutboxEntry, OutboxKind
from callcenter.tracker.outbox.sink import EntryRefused, SinkAway, document

PATIENCE_SECONDS = 30.0
"""For so long an entry waits for a broker that is away, and leaves at once when it is back."""


class MqttSink:
    """Takes what leaves the service to the broker (an `OutboxSink`), at QoS 1.

    A broker that lets the service's user not write to a topic has all wait until it does: nothing is passed over.
    """

    name = "mqtt"
    at_once = 50
    disable_after = None

    def __init__(self, bus: Bus, site: str, kinds: tuple[LeavingName, ...]) -> None:
        self.kinds = frozenset(map(OutboxKind, kinds))
        self._bus = bus
        self._site = site

    async def send(self, entry: OutboxEntry) -> None:
        """Hand an entry over.

        Raises:
            SinkAway: The broker is away, or refuses it as things stand.
            EntryRefused: No broker takes it.
        """
        topic = topic_of(entry, self._bus.topics)
        body = document(entry, self._site)
        try:
            await self._bus.send(topic, body, patience=PATIENCE_SECONDS)
        except MessageUnfit as error:
            raise EntryRefused(str(error)) from error
        except BrokerError as error:
            raise SinkAway(str(error)) from error


def topic_of(entry: OutboxEntry, topics: Topics) -> str:
    """Name the topic on which an entry leaves, by the one thing of which it tells."""
    match entry.kind:
        case OutboxKind.VIOLATION:
            return topics.event("violation", entry.payload["id"])
        case OutboxKind.SURVEY:
            return topics.event("survey", entry.key)
        case OutboxKind.CASE_WARNING | OutboxKind.COMPLAINT:
            return topics.event("complaint", entry.payload["number"] or entry.key)
        case OutboxKind.CALL:
            return topics.event("call", entry.payload["event"])
        case OutboxKind.POP:
            return topics.event("pop", entry.key)
        case _:
            assert_never(entry.kind)
