"""The ring clock: how many bursts a phone has sounded after so much ringing, and whether an answer came in time."""

from __future__ import annotations

from callcenter.domain.frame import Micros


def rings_begun(ringing: Micros, cadence: Micros) -> int:
    """Count the bursts begun: with 1 s on and 4 s off, 14.999999 s is the 3rd ring, 15.000000 s the 4th."""
    return ringing // cadence + 1


def answered_within_rings(ringing: Micros, cadence: Micros, rings: int) -> bool:
    """Tell whether an answer after so much ringing came before ring `rings` + 1 began."""
    return ringing < rings * cadence
