"""Sentences about records: what was done, and what speaks for the agent."""

from __future__ import annotations

import msgspec

from callcenter.domain.frame import SECOND, Micros
from callcenter.locale import Language, Words

WORDING = 4
"""One more whenever these sentences are said otherwise: those of records that are filed are then not compared."""


class Reason(msgspec.Struct, frozen=True, gc=False):
    """A sentence by its code and what stands in its gaps."""

    code: str
    params: dict[str, str] = {}


_TEXTS = Words(
    "record",
    {
        # what was done
        "late_answer": "the phone was answered at ring {rings}, after {measured} s (limit: ring {most}, {limit} s)",
        "timed_out": "the phone rang for {measured} s (rings: {rings}; promised: within {most}) and was not answered",
        "declined": "the call was declined at ring {rings}, after {measured} s",
        "engaged": "the line was engaged for {measured} s with {dialled!r}, no permitted number (limit {limit} s)",
        "refused": "{count} offers in a row were refused over {measured} s (limit {limit} s)",
        "taken_off": "the phone was unregistered for {measured} s while others stayed up (limit {limit} s)",
        "hung_up": "the agent hung up {measured} s after answering (limit {limit} s)",
        "away": "away for {measured} s ({state}, limit {limit} s)",
        "late": "late to the shift by {measured} s",
        "early": "left the shift {measured} s early",
        "unrelieved": "left before a relief was at the post, and none was for {measured} s",
        "absent": "absent for the whole shift of {measured} s",
        "unrecorded": "no disposition of the call was recorded within {within} s of its end",
        "not_called_back": "a callback promised within {within} s was not made",
        "accumulated": (
            "{moderate} moderate and {minor} minor confirmed violations in {month} "
            "(limits {most_moderate}, {most_minor})"
        ),
        "appeal_slow": "complaint {number} was not closed in time, and the customer was not told before",
        "quarrel": "complaint {number} was upheld: a quarrel with a customer",
        "complaint_upheld": "complaint {number} was upheld: step {step} of the year",
        # moments of an act
        "offered": "the call was offered",
        "rang": "the phone began to ring",
        "picked_up": "the phone was picked up",
        "ring_ended": "the ringing ended",
        "connected": "agent and customer were connected",
        "ended_by_agent": "the agent hung up",
        "with_customer": "somebody who had called in was on the other side",
        "alone_again": "the customer was on the line no longer",
        "line_taken": "the own line was taken ({detail!r} dialled)",
        "phone_lost": "the phone was no longer reachable",
        "phone_signed_off": "the phone was signed off",
        "went_away": "away from the post ({detail})",
        "until_then": "it had lasted until then",
        "duty_began": "duty began",
        "duty_ended": "duty ended",
        "came": "came to the post",
        "left": "left the post",
        "relief_due": "the relief was at the post, or the wait for one was over",
        "talk_ended": "the talk ended",
        "record_due": "its disposition was due",
        "promised": "a callback was promised",
        "callback_due": "the callback was due",
        "customer_came": "a customer began to wait ({detail})",
        "customer_went": "that customer was gone ({detail})",
        "page_could_not_ring": "the agent's page said that it could not ring",
        "page_cut_short": "the agent's page said that the call was cut short",
        "page_registered": "the phone in the agent's page registered",
        # what speaks for the agent, or against the evidence
        "case_undetermined": "the owner had the case for less than half of its time, or nobody knows their shifts",
        "case_excused": "it was carried out, and the customer was called in vain before it was due",
        "not_graded": "the switch's stream is not evidence grade",
        "no_time": "the input tells no times",
        "no_roster": "no roster was given",
        "off_duty": "not on duty then",
        "duty_edge": "it began or ended within ±{uncertainty} s of the beginning or the end of duty",
        "seat_changed": "the seat changed hands meanwhile",
        "outage": "{count} phones were lost within {within} s: an outage",
        "not_available": "was not available ({what})",
        "wrap_up": "was in wrap-up",
        "grace": "had only just become available",
        "gap": "nothing was seen for a time, then or near it",
        "quarantined": "a message of the switch could not be believed, then or near it",
        "fell_silent": "the phone fell silent and was not signed off: its network or its power may have failed",
        "near_limit": "the measured value is within ±{uncertainty} s of its limit",
        "near_outage": "phones were lost together or not: within the uncertainty",
        "could_not_ring": "the page on which the phone is could not ring, as it said itself",
        "cut_short": "the call was cut short: the page on which the phone is was left or lost",
        "registered": "the phone is in a page, which a crash or a closed lid signs off as well",
        "log_differs": "the switch's own log says otherwise",
        "bridges_unseen": (
            "the switch does not tell who talks with whom, so that a customer on the line cannot be ruled out"
        ),
        "number_unknown": "nobody has said which numbers may be dialled",
        "alone": "no other phone stayed up, so an outage cannot be ruled out",
        "left_early": "the phone stayed off until the shift ended, as by leaving early",
        "lost_phone": "the phone was lost, which may be the phone's fault",
        "lost_in_call": "the phone was lost while it rang or a call was on",
        "relief_not_seen": "whether the relief was at the post was not seen",
        "number_unclear": "a number that was dialled or called in meanwhile is not whole, and may be the promised one",
        "call_not_seen": "the call that was recorded was not seen",
        "paused": "was paused when it began",
        "not_seen": "whether the agent was available was not seen",
        "no_impact": "no impact: no customer was kept out meanwhile",
    },
)
_LENGTHS = ("measured", "limit", "within", "uncertainty")
"""What stands in a gap as a length in seconds."""
_SENTENCES = Words(
    "record",
    {
        "alone": "{act}.",
        "both": "{act}; {reason}.",
    },
)


def in_seconds(span: Micros) -> str:
    """Write a length as seconds, with no more places than it has."""
    return f"{span / SECOND:.6f}".rstrip("0").rstrip(".")


def told(reason: Reason, language: Language) -> str:
    """Say one reason, without a full stop."""
    return _TEXTS.say(reason.code, language, **reason.params | _shortened(reason.params))


def _shortened(params: dict[str, str]) -> dict[str, str]:
    """Write lengths as people read them: with one place, or with as many as tell one from its limit."""
    exact = {name: float(params[name]) for name in _LENGTHS if params.get(name, "?") != "?"}
    for places in range(1, 6):
        short = {name: f"{value:.{places}f}".rstrip("0").rstrip(".") for name, value in exact.items()}
        kept_apart = len({short[name] for name in exact}) == len(set(exact.values()))
        if kept_apart and all(exact[name] == 0 or short[name] != "0" for name in exact):
            return short
    return {}


def sentence(act: Reason, reason: Reason | None, language: Language) -> str:
    """Say what was done and, where something speaks against holding it against the agent, what."""
    if reason is None:
        return _SENTENCES.say("alone", language, act=told(act, language))
    return _SENTENCES.say("both", language, act=told(act, language), reason=told(reason, language))
