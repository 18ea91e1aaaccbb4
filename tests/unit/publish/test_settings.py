"""What may stand under `[mqtt]`."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from callcenter.errors import BadSetting
from callcenter.publish.settings import Broker, MqttSettings, broker_at


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("mqtt://broker", Broker("broker", 1883, tls=False)),
        ("mqtts://broker/", Broker("broker", 8883, tls=True)),
        ("mqtt://[::1]:1", Broker("::1", 1, tls=False)),
    ],
)
def test_url_says_where_the_broker_is(url: str, broker: Broker) -> None:
    assert broker_at(url) == broker
    assert MqttSettings(url=url).url == url


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://broker"},
        {"url": "mqtt://"},
        {"url": "mqtt://broker:99999"},
        {"url": "mqtt://me:secret@broker"},
        {"url": "mqtt://broker/topic"},
        {"url": "mqtt://broker?x=1"},
        {"url": "mqtt://bro ker"},
        {"url": f"mqtt://{'a' * 64}.example"},
        {"prefix": ""},
        {"prefix": "/a"},
        {"prefix": "a//b"},
        {"prefix": "a/#"},
        {"prefix": "$SYS"},
        {"prefix": "a\u202eb"},
        {"prefix": "a\nb"},
        {"username": "me", "password": "a", "password_file": "b"},
        {"password": "a"},
        {"url": "mqtt://broker", "tls_ca": "ca.pem"},
        {"tls_ca": "ca.pem"},
        {"kinds": ("everything",)},
        {"expiry_seconds": 1},
    ],
)
def test_what_cannot_be_is_refused_and_no_secret_told(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        MqttSettings(**wrong)
    assert "secret" not in str(refused.value)


def test_password_is_one_line() -> None:
    assert MqttSettings().reveal() is None
    assert MqttSettings(username="me", password="p4ss").reveal() == "p4ss"
    for wrong in ("", "a\nb"):
        with pytest.raises(BadSetting, match="one line"):
            MqttSettings(username="me", password=wrong).reveal()


def test_certificate_authority_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MqttSettings(url="mqtt://broker").tls_context() is None
    assert MqttSettings(url="mqtts://broker").tls_context() is not None
    with pytest.raises(BadSetting, match="tls_ca"):
        MqttSettings(url="mqtts://broker", tls_ca="/proc/self/nothing").tls_context()
