"""What `callcenter doctor` sees of the MQTT broker: that it lets the service in, and nobody who gives no name."""

from __future__ import annotations

import ipaddress

from callcenter.doctor.inspect import Check
from callcenter.errors import BrokerAway
from callcenter.publish import MqttSettings
from callcenter.publish.hearing import look, takes
from callcenter.publish.settings import broker_at


async def inspect_broker(mqtt: MqttSettings, root: str) -> list[Check]:
    """Judge the broker that the settings name; nothing where they name none.

    Args:
        mqtt: The settings.
        root: What every topic of the site begins with.
    """
    if mqtt.url is None:
        return []
    try:
        await look(mqtt)
    except BrokerAway as away:
        return [Check("mqtt", "fail", str(away), "settings: [mqtt] url, username, password_file, tls_ca")]
    checks = [Check("mqtt", "ok", "the broker lets the service in"), await _strangers(mqtt, root)]
    broker = broker_at(mqtt.url)
    if mqtt.username is not None and not broker.tls and not _is_here(broker.host):
        found = "the password goes over the network in the clear"
        checks.append(Check("mqtt password", "warn", found, "settings: [mqtt] url = mqtts://..., and tls_ca"))
    return checks


async def _strangers(mqtt: MqttSettings, root: str) -> Check:
    """See whether somebody without a name may write: what walls and other programs believe would be anybody's."""
    stranger = MqttSettings(url=mqtt.url, tls_ca=mqtt.tls_ca)
    try:
        taken = await takes(stranger, f"{root}/doctor")
    except BrokerAway:
        taken = False
    if not taken:
        return Check("mqtt strangers", "ok", "nobody writes there without a name")
    remedy = "mosquitto.conf: allow_anonymous false, password_file and acl_file; callcenter manual bus shows them"
    return Check("mqtt strangers", "fail", "anybody may write there without a name", remedy)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
