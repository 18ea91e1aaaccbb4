"""MQTT 5: what queues and agents do now, and what the outbox tells; `asyncapi.yaml` describes every message."""

from callcenter.publish.client import Bus
from callcenter.publish.settings import MqttSettings
from callcenter.publish.state import States
from callcenter.publish.topics import Topics

__all__ = ["Bus", "MqttSettings", "States", "Topics"]
