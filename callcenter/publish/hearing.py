"""Somebody who listens at the broker, or only looks whether it can be reached: the console does."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator
from typing import NamedTuple

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from callcenter.errors import BadInput, BrokerAway, MessageRefused
from callcenter.publish.client import BrokerLink
from callcenter.publish.settings import MqttSettings


class BusMessage(NamedTuple):
    """A message as it came; whoever published it may have written anything. Retained: it was there before."""

    topic: str
    body: bytes
    retained: bool


async def hear(settings: MqttSettings, topic: str) -> AsyncGenerator[BusMessage, None]:
    """Yield what is published to a topic, or to all that it matches, until the connection ends.

    Raises:
        BrokerAway: The broker cannot be reached, refuses us, or has gone.
        MessageRefused: It does not let us listen there.
        BadInput: The topic is no filter of MQTT.
    """
    link = BrokerLink(settings, f"callcenter-watch-{secrets.token_hex(8)}")
    async with link.opened():
        try:
            codes = await link.subscribe(topic, qos=1)
        except ValueError:
            raise BadInput(f"{topic} is no MQTT filter: + and # stand alone between slashes, # at the end") from None
        for code in codes:
            if isinstance(code, ReasonCode) and code.is_failure:
                raise MessageRefused(f"the broker does not let this user listen to {topic}: {code}")
        try:
            async for one in link.messages:
                yield BusMessage(str(one.topic), bytes(one.payload), retained=bool(one.retain))
        except aiomqtt.MqttError as error:
            raise BrokerAway(f"the broker has ended the connection: {error}") from error


async def look(settings: MqttSettings) -> None:
    """Connect as the service does, and leave again.

    Raises:
        BrokerAway: The broker cannot be reached, or refuses us.
    """
    async with BrokerLink(settings, f"callcenter-look-{secrets.token_hex(8)}").opened():
        pass


async def takes(settings: MqttSettings, topic: str) -> bool:
    """Tell whether the broker takes a message for a topic: an empty one, which changes nothing.

    Raises:
        BrokerAway: The broker cannot be reached, or does not let us in.
    """
    link = BrokerLink(settings, f"callcenter-look-{secrets.token_hex(8)}")
    async with link.opened():
        try:
            await link.tell(topic, b"", retain=False, expiry=1)
        except MessageRefused:
            return False
        return True
