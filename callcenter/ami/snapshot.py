"""Ask the switch how things stand, through the control login, one lock at a time.

QueueStatus holds a queue's lock while it writes to us, so queues are asked one by one; their names come from
a QueueStatus for a member that no queue has, which answers with the queues alone. Contacts come through
Getvar: PJSIPShowContacts would need the `system` right, which also allows stopping Asterisk.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from callcenter.ami.hints import phone_of, take_hints
from callcenter.domain.snapshot import (
    ChannelState,
    ContactState,
    DeviceState,
    HintState,
    MemberState,
    QueueState,
    Snapshot,
    WaitingState,
)
from callcenter.errors import SwitchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from callcenter.ami.link import Asks

NOBODY = "callcenter-nobody"
"""A member name that no queue has."""

_AT_ONCE = 16
_PROBES = 3
_ROOM = 64 * 1024 * 1024
"""Memory for the members and callers of all queues: some fifty thousand."""
_ITEM_COST = 1024
_PJSIP = "PJSIP/"
_PLAIN = re.compile(r"[\w.@;:+-]{1,128}", re.ASCII)
_CLOCK = re.compile(r"(\d{1,6}):([0-5]\d):([0-5]\d)", re.ASCII)
_DIGITS = 15


async def take_snapshot(control: Asks) -> Snapshot:
    """Ask for queues, members, callers, channels, devices, hints and contacts; the caller adds the two heartbeats.

    Raises:
        RightsMissing: The login lacks `reporting`.
        SwitchError: Asterisk refused, what it says has no end, or the login was lost.
    """
    core = (await control.demand("CoreSettings")).headers
    status = (await control.demand("CoreStatus")).headers
    queues, members, waiting = await _queues(control)
    channels = (await control.demand("CoreShowChannels")).items
    watched = [member.state_interface for member in members]
    hints = await _hints(control, watched)
    contacts = await take_contacts(control, [*watched, *(hint.device for hint in hints or ())])
    return Snapshot(
        after=None,
        before=None,
        version=core.get("AsteriskVersion", ""),
        system_name=core.get("SystemName", ""),
        started=f"{status.get('CoreStartupDate', '')} {status.get('CoreStartupTime', '')}".strip(),
        queues=tuple(queues),
        members=tuple(members),
        waiting=tuple(waiting),
        channels=tuple(_channel(item) for item in channels if item.get("Event") == "CoreShowChannel"),
        devices=await _devices(control),
        contacts=contacts,
        hints=hints,
    )


async def variable(control: Asks, expression: str) -> str:
    """Return what the switch says a global variable or function is; empty when unknown, unset or refused."""
    return (await control.ask("Getvar", {"Variable": expression})).headers.get("Value", "")


async def _queues(control: Asks) -> tuple[list[QueueState], list[MemberState], list[WaitingState]]:
    """Ask for every queue, its members and its callers."""
    queues: list[QueueState] = []
    members: list[MemberState] = []
    waiting: list[WaitingState] = []
    room = _ROOM
    for name in await _queue_names(control):
        for item in (await control.demand("QueueStatus", {"Queue": name})).items:
            room -= _ITEM_COST + sum(map(len, item.values()))
            if room < 0:
                raise SwitchError("it names members and callers of queues without end; that is no Asterisk")
            match item.get("Event"):
                case "QueueParams":
                    queues.append(_queue(item))
                case "QueueMember":
                    members.append(_member(item))
                case "QueueEntry":
                    waiting.append(_waiting(item))
                case _:
                    pass
    return queues, members, waiting


async def _queue_names(control: Asks) -> list[str]:
    answer = await control.demand("QueueStatus", {"Member": NOBODY})
    return [item["Queue"] for item in answer.items if item.get("Event") == "QueueParams" and item.get("Queue")]


async def _devices(control: Asks) -> tuple[DeviceState, ...] | None:
    answer = await control.ask("DeviceStateList")
    if answer.refusal:
        return None
    listed = (item for item in answer.items if item.get("Event") == "DeviceStateChange")
    return tuple(DeviceState(item.get("Device", ""), item.get("State", "")) for item in listed)


async def _hints(control: Asks, watched: Iterable[str]) -> tuple[HintState, ...] | None:
    """Return the phone behind each hint that leads to one; None where no hint is watched, or none may be asked for."""
    told = {hint: devices for hint, devices in (await take_hints(control, watched)).items() if devices is not None}
    phones = ((hint, phone_of(devices)) for hint, devices in told.items())
    return tuple(HintState(hint, phone) for hint, phone in phones if phone is not None) if told else None


async def take_contacts(control: Asks, devices: Iterable[str]) -> tuple[ContactState, ...] | None:
    """Return the contacts of the endpoints among these devices, None where the switch cannot be asked."""
    names = [device.removeprefix(_PJSIP) for device in dict.fromkeys(devices) if device.startswith(_PJSIP)]
    endpoints = [name for name in names if _PLAIN.fullmatch(name)]
    # An unknown function is an error in Asterisk's log each time, so a few are tried before all are.
    for endpoint in endpoints[:_PROBES]:
        if await variable(control, f"PJSIP_ENDPOINT({endpoint},aors)"):
            break
    else:
        return None if endpoints else ()
    gate = asyncio.Semaphore(_AT_ONCE)
    found = await asyncio.gather(*(_contacts_of(control, gate, endpoint) for endpoint in endpoints))
    return tuple(contact for contacts in found for contact in contacts)


async def _contacts_of(control: Asks, gate: asyncio.Semaphore, endpoint: str) -> list[ContactState]:
    contacts: list[ContactState] = []
    async with gate:
        for aor in _split(await variable(control, f"PJSIP_ENDPOINT({endpoint},aors)")):
            for contact in _split(await variable(control, f"PJSIP_AOR({aor},contact)")):
                uri = await variable(control, f"PJSIP_CONTACT({contact},uri)")
                status = await variable(control, f"PJSIP_CONTACT({contact},status)")
                contacts.append(ContactState(endpoint, uri, status))
    return contacts


def _split(names: str) -> list[str]:
    return [name for name in (part.strip() for part in names.split(",")) if _PLAIN.fullmatch(name)]


def _queue(item: Mapping[str, str]) -> QueueState:
    return QueueState(item.get("Queue", ""), item.get("Strategy", ""), _number(item.get("Calls")) or 0)


def _member(item: Mapping[str, str]) -> MemberState:
    interface = item.get("Location", "")
    return MemberState(
        queue=item.get("Queue", ""),
        name=item.get("Name", ""),
        interface=interface,
        state_interface=item.get("StateInterface") or interface,
        status=_number(item.get("Status")),
        paused=item.get("Paused") == "1",
        reason=item.get("PausedReason", ""),
    )


def _waiting(item: Mapping[str, str]) -> WaitingState:
    return WaitingState(
        queue=item.get("Queue", ""),
        position=_number(item.get("Position")),
        channel=item.get("Channel", ""),
        uniqueid=item.get("Uniqueid", ""),
        caller=item.get("CallerIDNum", ""),
        wait_seconds=_number(item.get("Wait")),
    )


def _channel(item: Mapping[str, str]) -> ChannelState:
    return ChannelState(
        name=item.get("Channel", ""),
        uniqueid=item.get("Uniqueid", ""),
        linkedid=item.get("Linkedid", ""),
        state=_number(item.get("ChannelState")),
        exten=item.get("Exten", ""),
        caller=item.get("CallerIDNum", ""),
        connected=item.get("ConnectedLineNum", ""),
        bridge=item.get("BridgeId", ""),
        application=item.get("Application", ""),
        seconds=_seconds(item.get("Duration")),
    )


def _number(text: str | None) -> int | None:
    plain = text is not None and text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if plain and text is not None else None


def _seconds(clock: str | None) -> int | None:
    """Return the seconds of `HH:MM:SS`."""
    match = _CLOCK.fullmatch(clock or "")
    return None if match is None else int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])
