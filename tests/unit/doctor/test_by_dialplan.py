"""The doctor's verdict on the codes that the service gives people to dial."""

from __future__ import annotations

import pytest

from callcenter.doctor.by_dialplan import inspect_codes
from callcenter.doctor.lookup import Nowhere
from tests.unit.doctor.doctor_links import logins

BACK, LISTEN = "feature code *47", "feature code *48"
CONTEXT = "PJSIP_ENDPOINT({},context)"
EXISTS = "DIALPLAN_EXISTS({},{}000000,1)"


def told(**contexts: str) -> dict[str, dict[str, str]]:
    return {CONTEXT.format(phone.removeprefix("n")): {"Value": context} for phone, context in contexts.items()}


@pytest.mark.parametrize(
    ("back", "listen", "verdicts"),
    [
        ("1", "1", ("ok", "ok")),
        ("1", "0", ("ok", "warn")),
        ("0", "1", ("warn", "ok")),
        ("", "", ("unknown", "unknown")),
    ],
)
async def test_each_code_is_looked_for_where_phones_dial(back: str, listen: str, verdicts: tuple[str, str]) -> None:
    exists = {EXISTS.format("agents", "*47"): {"Value": back}, EXISTS.format("agents", "*48"): {"Value": listen}}
    _, control = logins(**told(n1001="agents", n1002="agents"), **exists)
    checks = await inspect_codes(control.link, ("1001", "1002"), Nowhere())
    assert [(check.name, check.verdict) for check in checks] == [(BACK, verdicts[0]), (LISTEN, verdicts[1])]


async def test_context_in_which_a_code_leads_nowhere_is_named_with_what_is_lost() -> None:
    exists = {EXISTS.format(where, code): {"Value": "1"} for where in ("agents", "leads") for code in ("*47", "*48")}
    exists[EXISTS.format("leads", "*48")] = {"Value": "0"}
    _, control = logins(**told(n1001="agents", n1002="leads"), **exists)
    back, listen = await inspect_codes(control.link, ("1001", "1002"), Nowhere())
    assert back.found == "can be dialled from agents, leads"
    assert listen.found == "*48 and six digits lead nowhere from leads: no lead can listen, whisper or barge"
    assert listen.remedy.startswith("extensions.conf [leads]: ")


class Written(Nowhere):
    """Files in which nothing is set."""

    async def get(self, file: str, section: str, name: str) -> str | None:
        assert (file, section, name) == ("pjsip.conf", "1001", "context")
        return ""


async def test_context_that_only_files_tell_is_read_there_and_without_one_it_is_the_default() -> None:
    _, control = logins(**{EXISTS.format("default", code): {"Value": "1"} for code in ("*47", "*48")})
    checks = await inspect_codes(control.link, ("1001",), Written())
    assert {check.found for check in checks} == {"can be dialled from default"}


@pytest.mark.parametrize("context", ["", "agents),x("])
async def test_context_that_cannot_be_known_or_asked_for_is_looked_at_by_hand(context: str) -> None:
    _, control = logins(**told(n1001=context))
    checks = await inspect_codes(control.link, ("1001",), Nowhere())
    assert {check.verdict for check in checks} == {"unknown"}
    assert checks[1].remedy == "look by `dialplan show *48000000@CONTEXT` on the switch"
