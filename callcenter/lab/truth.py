"""What really happened, by the clocks of phones and callers, and how a replay is held against it.

A truth is plain JSON. A key that stands in it is checked; `null` means that it must be null; a key that is
absent was not for a phone or a caller to know. Keys ending in `_at` are epoch seconds, in `_seconds` durations;
they may differ by TOLERANCE_SECONDS and by twice what the phones' own process was late (`lag_seconds`). A visit that
is not `logged` cannot be found in queue_log, which tells its beginning and its end under two call ids.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

TOLERANCE_SECONDS = 0.15
"""A message's way between a phone and the switch on one machine, and the machine's other work meanwhile."""

_LOG_ENDS = {
    "answered": ("CONNECT",),
    "abandoned": ("ABANDON",),
    "timed_out": ("EXITWITHTIMEOUT",),
    "queue_empty": ("EXITEMPTY",),
    "key_pressed": ("EXITWITHKEY",),
    "withdrawn": ("WITHDRAW",),
    "redirected": ("ABANDON",),
}
_ENDING = {name for names in _LOG_ENDS.values() for name in names}
_LOG_FIELDS = 5
_NOT_SHOWN = {"offers", "logged"}


def compare(truth: dict[str, Any], replay: dict[str, Any]) -> list[str]:
    """Tell every difference between a truth and a replay's JSON, one sentence each."""
    said: list[str] = []
    within = TOLERANCE_SECONDS + 2 * float(truth.get("lag_seconds", 0.0))
    shown = _visits(replay)
    for visit in truth["visits"]:
        name = f"{visit['caller']} in {visit['queue']}"
        found = shown.get((visit["caller"], visit["queue"]), [])
        if not found:
            said.append(f"{name}: no such visit")
            continue
        said += _compare_visit(name, visit, found.pop(0), within)
    queues = {visit["queue"] for visit in truth["visits"]}
    for (caller, queue), left in shown.items():
        if left and queue in queues:
            said.append(f"{caller} in {queue}: {len(left)} visits too many")
    said += _compare_talks(truth, replay, within)
    return said + _compare_states(truth.get("states", []), replay, within)


def _compare_talks(truth: dict[str, Any], replay: dict[str, Any], within: float) -> list[str]:
    """Hold each agent's talks against the replay's, in order of time; there is none beside the true ones."""
    said = []
    for agent in truth["agents"]:
        true = sorted((talk for talk in truth["talks"] if talk["agent"] == agent), key=_begun)
        shown = sorted(_talks_of(agent, replay), key=_begun)
        if len(true) != len(shown):
            said.append(f"{agent}: {len(true)} talks are true, shown are {[talk['how'] for talk in shown]}")
        for turn, (one, other) in enumerate(zip(true, shown, strict=False), 1):
            known = {key: value for key, value in one.items() if key != "caller" or other["caller"] is not None}
            said += _compare_keys(f"{agent}, talk {turn}", known, other, within)
    return said


def _begun(talk: dict[str, Any]) -> float:
    return float(talk.get("from") or 0.0)


def _talks_of(agent: str, replay: dict[str, Any]) -> list[dict[str, Any]]:
    """Give an agent's talks; the caller of one is who visited a queue in its call, None if nobody did."""
    found = []
    for call in replay["calls"]:
        caller = next((visit["caller"] for visit in call["visits"]), None)
        found += [talk | {"caller": caller} for talk in call["talks"] if talk["agent"] == agent]
    return found


def _visits(replay: dict[str, Any]) -> dict[tuple[Any, Any], list[dict[str, Any]]]:
    shown: dict[tuple[Any, Any], list[dict[str, Any]]] = {}
    for call in replay["calls"]:
        for visit in call["visits"]:
            shown.setdefault((visit["caller"], visit["queue"]), []).append(visit)
    return shown


def _compare_visit(name: str, true: dict[str, Any], shown: dict[str, Any], within: float) -> list[str]:
    said = _compare_keys(name, {key: value for key, value in true.items() if key not in _NOT_SHOWN}, shown, within)
    if "offers" not in true:
        return said
    if len(true["offers"]) != len(shown["offers"]):
        told = [f"{offer['interface']} {offer['outcome']}" for offer in shown["offers"]]
        said.append(f"{name}: {len(true['offers'])} offers are true, shown are {told}")
    turns: Counter[str] = Counter()
    for offer in true["offers"]:
        interface = offer["interface"]
        same = [one for one in shown["offers"] if one["interface"] == interface]
        turn = turns[interface]
        turns[interface] += 1
        if turn < len(same):
            said += _compare_keys(f"{name}, offer {turn + 1} to {interface}", offer, same[turn], within)
        else:
            said.append(f"{name}: offer {turn + 1} to {interface} is missing")
    return said


def _compare_keys(name: str, true: dict[str, Any], shown: dict[str, Any], within: float) -> list[str]:
    return [
        f"{name}: {key} is {shown.get(key)!r}, true is {value!r}"
        for key, value in true.items()
        if not _agree(key, value, shown.get(key), within)
    ]


def _agree(key: str, true: object, shown: object, within: float) -> bool:
    if isinstance(true, int | float) and isinstance(shown, int | float) and _is_time(key):
        return abs(true - shown) <= within
    return true == shown


def _is_time(key: str) -> bool:
    return key in {"from", "to"} or key.endswith(("_at", "_seconds"))


def _compare_states(true: list[dict[str, Any]], replay: dict[str, Any], within: float) -> list[str]:
    """Look for each true span among the spans of the same agent."""
    spans = {agent["agent"]: agent["states"] for agent in replay["agents"]}
    return [
        f"{span['agent']}: no such span {span} among {spans.get(span['agent'], [])}"
        for span in true
        if not any(
            all(_agree(key, value, shown.get(key), within) for key, value in span.items() if key != "agent")
            for shown in spans.get(span["agent"], [])
        )
    ]


def compare_queue_log(truth: dict[str, Any], text: str) -> list[str]:
    """Tell where Asterisk's own queue_log contradicts a truth; visits are found by queue and caller."""
    lines = [line.split("|") for line in text.splitlines()]
    lines = [line for line in lines if len(line) >= _LOG_FIELDS]
    said = []
    entered: Counter[tuple[str, str]] = Counter()
    for visit in truth["visits"]:
        expected = _LOG_ENDS.get(visit["outcome"])
        if expected is None or not visit.get("logged", True):
            continue
        key = (visit["queue"], visit["caller"])
        ends = _ends_in_log(lines, *key)
        turn = entered[key]
        entered[key] += 1
        if turn >= len(ends) or ends[turn] not in expected:
            said.append(f"queue_log: {key} ends {ends}, true is {visit['outcome']}")
    return said


def _ends_in_log(lines: list[list[str]], queue: str, caller: str) -> list[str]:
    """Give the end of each visit of a caller to a queue, in order."""
    mine = [line for line in lines if line[4] == "ENTERQUEUE" and line[2] == queue and caller in line[5:]]
    calls = list(dict.fromkeys(line[1] for line in mine))
    return [line[4] for call in calls for line in lines if line[1] == call and line[2] == queue and line[4] in _ENDING]
