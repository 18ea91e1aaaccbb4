"""The ring clock: how many bursts a phone has sounded after so much ringing."""

from __future__ import annotations

from callcenter.domain.frame import SECOND, Micros

CADENCE: Micros = 5 * SECOND
"""One ring and its silence in mainland China: 1 s on, 4 s off (450 Hz, the `cn` tone zone)."""

PROMISED_RINGS = 3
"""A call is answered within this many rings (service promise P-RING)."""


def rings_begun(ringing: Micros, cadence: Micros = CADENCE) -> int:
    """Count the bursts begun after `ringing` microseconds: 14.999999 s is the 3rd ring, 15.000000 s the 4th."""
    return ringing // cadence + 1


def within_rings(ringing: Micros, cadence: Micros = CADENCE, promised: int = PROMISED_RINGS) -> bool:
    """Tell whether an answer after `ringing` microseconds came before ring `promised` + 1 began."""
    return ringing < promised * cadence
