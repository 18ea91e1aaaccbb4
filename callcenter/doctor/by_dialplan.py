"""The doctor's check of the dialplan: whether phones reach what the service gives people a one-time code for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcenter.ami.snapshot import variable
from callcenter.doctor.inspect import Check
from callcenter.domain.vocabulary import CALL_BACK, CODE_DIGITS, LISTEN_IN
from callcenter.locale import english

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callcenter.ami.link import Asks
    from callcenter.doctor.lookup import Lookup

_LOST = {
    CALL_BACK: english("nobody can call a lost caller back by the code that the service gives"),
    LISTEN_IN: english("no lead can listen, whisper or barge"),
}
_ANYWHERE = "default"
"""The context of an endpoint that names none."""
_RISKY = frozenset(",()")


async def inspect_codes(control: Asks, endpoints: Iterable[str], lookup: Lookup) -> list[Check]:
    """Judge whether the members' phones can dial each code; leads' phones are taken to have the context of those."""
    contexts = dict.fromkeys([await _context(control, endpoint, lookup) for endpoint in endpoints])
    known = [context for context in contexts if context is not None and not _RISKY.intersection(context)]
    return [await _code(control, code, known, lookup) for code in _LOST]


async def _context(control: Asks, endpoint: str, lookup: Lookup) -> str | None:
    """Return where an endpoint's calls begin, None when it cannot be known."""
    told = await variable(control, f"PJSIP_ENDPOINT({endpoint},context)")
    written = told or await lookup.get("pjsip.conf", endpoint, "context")
    return _ANYWHERE if written == "" else written


async def _code(control: Asks, code: str, contexts: list[str], lookup: Lookup) -> Check:
    name, dialled = english(f"feature code {code}"), code + "0" * CODE_DIGITS
    if not contexts:
        found = english(f"from which context phones dial cannot be known: {lookup.silence}")
        return Check(name, "unknown", found, f"look by `dialplan show {dialled}@CONTEXT` on the switch")
    said = {one: await variable(control, f"DIALPLAN_EXISTS({one},{dialled},1)") for one in contexts}
    if nowhere := ", ".join(one for one, told in said.items() if told == "0"):
        found = english(f"{code} and six digits lead nowhere from {nowhere}: {_LOST[code]}")
        line = english(f"extensions.conf [{nowhere}]: take over what `dialplans/extensions.conf` has of {code}")
        return Check(name, "warn", found, f"{line}, then `dialplan reload`")
    if all(said.values()):
        return Check(name, "ok", f"can be dialled from {', '.join(contexts)}")
    return Check(name, "unknown", "cannot be asked over AMI", "modules.conf: load = func_dialplan.so")
