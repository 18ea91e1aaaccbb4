from __future__ import annotations

from typing import Any

import msgspec
import pytest

from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.sealed import (
    GONE,
    as_filed,
    copy_as_filed,
    is_sealed,
    tokens_in,
    veil,
    with_opened,
    with_sealed,
)
from callcenter.rules.regulations.edition import Title

NUMBER = "13812345678"
KEY = "0" * 32
FRAME = "\n".join(
    [
        "Event: AgentCalled",
        f"Channel: Local/{NUMBER}@in-1",
        f"CallerIDNum: {NUMBER}",
        "CallerIDName: Zhang San",
        "ConnectedLineNum: 8001",
        "ConnectedLineName: Alice",
        f"DestCallerIDNum: {NUMBER}",
        "DestCallerIDName: ",
        f"Uniqueid: {NUMBER}",
    ]
)


def seal(value: str) -> str:
    return f"sealed:{KEY}:{value.encode().hex()}" + "=" * 8


def opened(token: str) -> str:
    return bytes.fromhex(token.rpartition(":")[2].rstrip("=")).decode()


def dossier(**told: Any) -> Dossier:
    given: dict[str, Any] = {
        "id": "a", "rule": "V-MISSED", "title": Title("x", "x"), "agent": "Alice", "team": None, "at": 1,
        "rulebook": "1", "why": Title("x", "x"), "caller": NUMBER,
        "evidence": [{"position": 1, "hash": "ab", "frame": FRAME}, {"position": 2, "hash": "cd", "frame": {"a": 1}}],
    }  # fmt: skip
    return Dossier(**given | told)


def test_what_tells_of_the_caller_is_sealed_and_all_else_stays() -> None:
    sealed = with_sealed(dossier(), seal)
    assert sealed.caller is not None
    assert is_sealed(sealed.caller)
    lines = sealed.evidence[0]["frame"].split("\n")
    kept = [line for line in lines if ": sealed:" not in line]
    assert kept == [
        "Event: AgentCalled", "ConnectedLineNum: 8001", "ConnectedLineName: Alice", "DestCallerIDName: ",
        f"Uniqueid: {NUMBER}",
    ]  # fmt: skip
    assert sealed.evidence[1] == dossier().evidence[1]
    assert len(tokens_in(sealed)) == 5
    assert with_opened(sealed, opened) == dossier()
    assert (veil(sealed).caller, f"CallerIDNum: {GONE}" in veil(sealed).evidence[0]["frame"]) == (GONE, True)


def test_record_of_nobody_is_not_sealed() -> None:
    assert with_sealed(dossier(caller=None), seal) == dossier(caller=None)
    assert tokens_in(dossier(caller=None)) == []
    assert with_opened(dossier(caller=None), opened) == dossier(caller=None)
    assert with_opened(dossier(), opened) == dossier()


def test_record_derived_anew_is_the_sealed_one_and_anything_changed_is_not() -> None:
    sealed = with_sealed(dossier(), seal)
    assert as_filed(sealed, dossier()) == sealed
    other = FRAME.replace("AgentCalled", "DialEnd")
    assert as_filed(sealed, dossier(evidence=[{"position": 1, "hash": "ab", "frame": other}])) != sealed
    more = [*dossier().evidence, {"position": 3, "hash": "ef", "frame": "Event: x"}]
    assert as_filed(sealed, dossier(evidence=more)).evidence[2] == more[2]
    assert as_filed(dossier(), dossier()) == dossier()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"frame": {"a": 1}}, {"frame": FRAME}),
        ({"frame": FRAME + "\nmore: 1"}, {"frame": FRAME}),
        ({"frame": f"Event: {seal('x')}"}, {"frame": "Event: Hangup"}),
        ({"frame": f"CallerIDNum: {seal('x')}"}, {"frame": "Event: Hangup"}),
        ({"frame": "CallerIDNum: sealed:short"}, {"frame": "CallerIDNum: 1"}),
    ],
)
def test_what_was_not_sealed_by_us_hides_nothing(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert copy_as_filed(old, new) == new


def test_token_is_known_by_its_form() -> None:
    assert [is_sealed(value) for value in (seal("x"), f"{seal('x')}\n", "sealed:", None, 1)] == [
        True, False, False, False, False
    ]  # fmt: skip
    assert msgspec.json.decode(msgspec.json.encode(with_sealed(dossier(), seal)), type=Dossier).caller == seal(NUMBER)
