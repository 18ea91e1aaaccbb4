"""How well we see and keep what happens on a switch: the service's own figures, as of one moment."""

from __future__ import annotations

import msgspec

from callcenter.domain.frame import Micros


class UnseenJoin(msgspec.Struct, frozen=True):
    """Somebody entered a queue, queue_log says at a whole second, and nobody saw it; a caller can invent one."""

    at: Micros
    uniqueid: str
    queue: str | None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What `/healthz`, `/readyz` and the gauges about the service itself are made from.

    Attributes:
        node: The switch's name in labels.
        started_at: Our clock when the service began.
        ami_up: The events login is open and its snapshot has been applied.
        ready: The floor has been recovered and put right by a snapshot at least once, and the login is up.
        lag_seconds: Round trip of the last heartbeat through the event stream; None while unknown.
        clock_skew_seconds: The switch's clock minus ours at the last heartbeat; None while unknown.
        last_seen_at: Our clock when the switch was last heard; None before the first word.
        evidence_grade: Frames show the opening that evidence needs; None before the first event.
        frames: Frames of the events login so far, by result.
        gap_seconds: Time not seen, summed over the gaps that ended since the service began.
        gap_open_at: The switch's time since which nothing is seen; None while something is.
        journal_pending: Entries that wait for the journal's disk.
        store_pending: Journal positions that the record has still to take in.
        store_lag_seconds: Age of the oldest of them; 0 when there is none.
        out_of_order: Events that fitted nothing known.
        rules_refused: A roster or rulebook has changed and cannot be used; the one before stays in force.
        queue_log_differences: Visits about which queue_log says something else; None where it is not looked at.
        queue_log_filled: Visits that gaps hid something of and that it completed; None as before.
        queue_log_read_at: The switch's time up to which it was read; None where it was not, or cannot be.
        refused_moments: Moments of which a frame that is needed could not be believed.
        unseen_joins: Joins that queue_log tells of and nobody saw; None as before.
        unseen_last: The last of them.
        overfull: The last login was ended because the switch told of more than it may have.
        ledger: Queue → visits joined, less those that ended and those that last: 0, or something was lost.
    """

    node: str
    started_at: Micros
    ami_up: bool = False
    ready: bool = False
    lag_seconds: float | None = None
    clock_skew_seconds: float | None = None
    last_seen_at: Micros | None = None
    evidence_grade: bool | None = None
    frames: dict[str, int] = {}
    gap_seconds: float = 0.0
    gap_open_at: Micros | None = None
    journal_pending: int = 0
    store_pending: int = 0
    store_lag_seconds: float = 0.0
    out_of_order: int = 0
    rules_refused: bool = False
    queue_log_differences: int | None = None
    queue_log_filled: int | None = None
    queue_log_read_at: Micros | None = None
    refused_moments: int = 0
    unseen_joins: int | None = None
    unseen_last: tuple[UnseenJoin, ...] = ()
    overfull: bool = False
    ledger: dict[str, int] = {}
