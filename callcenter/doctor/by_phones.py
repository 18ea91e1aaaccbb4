"""The doctor's checks of phones: of those that queues ring, also where a hint stands between a queue and its phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from callcenter.ami.hints import place_of, take_hints
from callcenter.ami.snapshot import take_contacts, variable
from callcenter.doctor.by_dialplan import inspect_codes
from callcenter.doctor.inspect import Check
from callcenter.locale import english

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callcenter.ami.link import Asks
    from callcenter.doctor.lookup import Lookup
    from callcenter.domain.snapshot import ContactState, Snapshot

_LOCAL = "local/"
_ENDPOINT = re.compile(r"PJSIP/([\w.-]+)", re.ASCII)
_LISTED = 5


class Watched(msgspec.Struct, frozen=True):
    """What the members' queues watch.

    Attributes:
        devices: Each once, a hint's devices in its place.
        hints: Hints that name devices.
        empty: Hints that name none: the queue never sees such a phone busy or gone.
        refused: Hints that this login may not ask for.
        hidden: Local channels that a queue rings and watches itself: nothing says which phone is behind them.
    """

    devices: tuple[str, ...]
    hints: tuple[str, ...]
    empty: tuple[str, ...]
    refused: tuple[str, ...]
    hidden: tuple[str, ...]


async def watched_devices(control: Asks, snapshot: Snapshot) -> Watched:
    """Ask for the devices behind every hint that a member has for its state."""
    named = list(dict.fromkeys(member.state_interface for member in snapshot.members))
    behind = await take_hints(control, named)
    hidden = tuple(name for name in named if name.lower().startswith(_LOCAL))
    devices = [device for name in named for device in behind.get(name, (name,)) or ()]
    return Watched(
        devices=tuple(dict.fromkeys(device for device in devices if device not in hidden)),
        hints=tuple(name for name, found in behind.items() if found),
        empty=tuple(name for name, found in behind.items() if found == ()),
        refused=tuple(name for name, found in behind.items() if found is None),
        hidden=hidden,
    )


async def inspect_phones(control: Asks, snapshot: Snapshot, lookup: Lookup) -> list[Check]:
    """Judge the members' phones: hints, `device_state_busy_at`, contacts, the codes that they can dial."""
    watched = await watched_devices(control, snapshot)
    endpoints = [match[1] for device in watched.devices if (match := _ENDPOINT.fullmatch(device))]
    known = {member.state_interface for member in snapshot.members} | {hint.device for hint in snapshot.hints or ()}
    contacts = snapshot.contacts
    if contacts is not None:
        behind = await take_contacts(control, [device for device in watched.devices if device not in known])
        contacts = None if behind is None else (*contacts, *behind)
    return [
        *_hints(watched),
        await _busy_at(control, endpoints, lookup),
        *_contacts(contacts),
        *await inspect_codes(control, endpoints, lookup),
    ]


async def inspect_members(control: Asks) -> list[Check]:
    """Name the members that stand in queues.conf where others sign in: those can neither sign in nor out."""
    items = (await control.demand("QueueStatus")).items
    members = [item for item in items if item.get("Event") == "QueueMember"]
    fixed = tuple(dict.fromkeys(item.get("Location", "") for item in members if item.get("Membership") == "static"))
    if not members or not fixed:
        return [Check("queue members", "ok", "none stands in queues.conf: agents sign in and out")] if members else []
    if all(item.get("Membership") == "static" for item in members):
        return [Check("queue members", "ok", f"{len(fixed)} stand in queues.conf: nobody signs in over the API")]
    found = english(f"{_some(fixed)} stand in queues.conf: they cannot sign out over the API")
    return [Check("queue members", "warn", found, "queues.conf: take their member lines out, then `queue reload all`")]


def _hints(watched: Watched) -> list[Check]:
    """Judge whether each hint leads to a phone; no line where the queues watch phones themselves."""
    checks = []
    if watched.empty:
        exten, context = place_of(watched.empty[0])
        remedy = f"extensions.conf [{context}]: exten => {exten},hint,PJSIP/{exten}"
        found = english(f"{_some(watched.empty)} name no phone: the queue never sees it busy or gone")
        checks.append(Check("hints", "fail", found, f"{remedy}, then `dialplan reload`"))
    if watched.refused:
        remedy = english(
            "manager.conf: the control login's write must have reporting; or look at them by `core show hints`"
        )
        checks.append(Check("hints", "unknown", f"may not ask for {_some(watched.refused)}", remedy))
    if watched.hints and not checks:
        checks.append(Check("hints", "ok", f"{len(watched.hints)}, each leads to a phone"))
    if watched.hidden:
        first = watched.hidden[0]
        found = english(
            f"which phones ring behind {_some(watched.hidden)} cannot be told, nor does their queue see them busy"
        )
        remedy = english(
            f"queues.conf: give each its phone: member => {first},0,Name,PJSIP/1001; or look at these phones by hand"
        )
        checks.append(Check("phones behind Local", "unknown", found, remedy))
    return checks


async def _busy_at(control: Asks, endpoints: list[str], lookup: Lookup) -> Check:
    name, remedy = "device_state_busy_at", english("pjsip.conf, each endpoint: leave device_state_busy_at unset")
    values = {endpoint: await _busy_at_of(control, endpoint, lookup) for endpoint in endpoints}
    hiding = [endpoint for endpoint, value in values.items() if value not in {None, "", "0"}]
    untold = [endpoint for endpoint, value in values.items() if value is None]
    if hiding:
        return Check(name, "fail", f"hides ringing of {_some(hiding)}", remedy)
    if untold:
        return Check(name, "unknown", f"of {_some(untold)}: {lookup.silence}", remedy)
    if not values:
        return Check(name, "unknown", "no member's phone is a PJSIP endpoint that is known here", remedy)
    return Check(name, "ok", f"unset for {len(values)} phones")


async def _busy_at_of(control: Asks, endpoint: str, lookup: Lookup) -> str | None:
    """Return the value, None when it cannot be known."""
    told = await variable(control, f"PJSIP_ENDPOINT({endpoint},device_state_busy_at)")
    return told or await lookup.get("pjsip.conf", endpoint, "device_state_busy_at")


def _contacts(contacts: Iterable[ContactState] | None) -> list[Check]:
    if contacts is None:
        load = "modules.conf: load = func_pjsip_endpoint.so, func_pjsip_aor.so, func_pjsip_contact.so"
        return [Check("contacts", "warn", "cannot be asked for after a reconnect", load)]
    return [Check("contacts", "ok", f"{len(list(contacts))} registered")]


def _some(names: Iterable[str]) -> str:
    """Name the first few, and count the rest."""
    listed = list(names)
    more = len(listed) - _LISTED
    return ", ".join(listed[:_LISTED]) + (f" and {more} more" if more > 0 else "")
