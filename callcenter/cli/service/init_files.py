"""The files that `callcenter init` writes, as text; pure but for the look at our own address."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from pathlib import Path

import msgspec

_MAIN = """\
# Written by `callcenter init`. Unknown keys are refused; secrets stay in files of their own.

[site]
timezone = {timezone}

[ami]
host = {host}
port = {port}
wait_at_start = true
{queue_log}
[ami.events]
username = "events"
secret_file = {events}

[ami.control]
username = "control"
secret_file = {control}

[journal]
path = {journal}

[store]
url = {store}

[web]
enabled = {api}
audit_heads = {heads}

[web.dialplan]
secret_file = {dialplan}

[attachments]
folder = {attachments}

# Keep a copy of this file elsewhere: without it what is sealed of callers' numbers cannot be read
[privacy]
key_file = {keys}

# Who sits where, and who is on duty when: without it nothing is proposed. A form to fill in: callcenter roster template
# [rules]
# roster = {roster}
"""
_UNIT = """\
# Put this into /etc/systemd/system/callcenter.service, then: systemctl daemon-reload; systemctl enable --now callcenter
[Unit]
Description=callcenter: telephony and queue service on Asterisk
After=network-online.target asterisk.service
Wants=network-online.target

[Service]
Type=exec
User={user}
ExecStart={program} serve --settings {settings}
Restart=on-failure
RestartSec=2
# 2 is a setting to be mended and 4 a journal or database that must be looked at: another try would change nothing
RestartPreventExitStatus=2 4
TimeoutStopSec=30
LimitNOFILE=65536
UMask=0077
# Secrets from systemd's vault instead of files: systemd-creds encrypt --name=events - /etc/credstore.encrypted/events,
# in the settings secret_file = "credential:events", and here a line for each:
# LoadCredentialEncrypted=events
StateDirectory=callcenter
StateDirectoryMode=0700
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={data}
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
LockPersonality=yes
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
"""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What the five questions were answered with."""

    host: str
    port: int
    timezone: str
    queue_log: Path | None
    data: Path
    api: bool


def main_file(site: Site, place: Path) -> str:
    """Write the settings file of a directory."""
    log = "" if site.queue_log is None else f"queue_log = {_toml(site.queue_log)}\n"
    return _MAIN.format(
        timezone=_toml(site.timezone),
        host=_toml(site.host),
        port=site.port,
        queue_log=log,
        events=_toml(place / "events.secret"),
        control=_toml(place / "control.secret"),
        journal=_toml(site.data / "journal.sqlite"),
        store=_toml(f"sqlite:///{site.data / 'callcenter.sqlite'}"),
        api=str(site.api).lower(),
        heads=_toml(site.data / "audit-heads.jsonl"),
        attachments=_toml(site.data / "attachments"),
        dialplan=_toml(place / "dialplan.secret"),
        keys=_toml(place / "master.keys"),
        roster=_toml(place / "roster.json"),
    )


def unit_file(settings: Path, program: Path, user: str, data: Path) -> str:
    """Write the unit for systemd."""
    return _UNIT.format(user=user, program=program, settings=settings, data=data)


def address_towards(host: str) -> str:
    """Tell the address from which we reach a host; loopback where that cannot be known."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host, 9))  # UDP: nothing is sent
        found: str = probe.getsockname()[0]
        return found
    return "127.0.0.1"


def _toml(value: object) -> str:
    """Write a TOML string; JSON's are that, too."""
    return json.dumps(str(value), ensure_ascii=False)
