"""What long runs did to the service, and whether it bore it: counted where it happens, printed at the end.

A fault is counted once it has really happened, an invariant each time that it is looked at. A fault after which nothing
was looked at says so, and an invariant that broke even once is broken.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table."""

    fault: str
    times: int
    invariant: str
    result: str


class Tally:
    """How often each fault happened, how often each of its invariants was looked at, and how often it broke."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._times: Counter[str] = Counter()
        self._looked: Counter[tuple[str, str]] = Counter()
        self._broken: Counter[tuple[str, str]] = Counter()
        self._left_out: dict[str, str] = {}

    def happened(self, fault: str, say: bool = False) -> None:
        """Count a fault that has just happened; `say` prints how often it has."""
        self._times[fault] += 1
        if say:
            print(f"[{time.monotonic() - self._began:6.0f} s] {fault}: {self._times[fault]}", flush=True)

    def left_out(self, fault: str, why: str) -> None:
        """Note a fault that cannot be done here."""
        self._left_out[fault] = why

    @contextmanager
    def holds(self, fault: str, invariant: str) -> Iterator[None]:
        """Look at an invariant: what is raised within breaks it, and is raised on."""
        self._looked[fault, invariant] += 1
        try:
            yield
        except BaseException:
            self._broken[fault, invariant] += 1
            raise

    def rows(self) -> list[Row]:
        """Give a line for each fault and invariant, in the order in which they were met."""
        found = [
            Row(fault, self._times[fault], invariant, self._result(fault, invariant))
            for fault, invariant in self._looked
        ]
        told = {fault for fault, _ in self._looked}
        found += [Row(fault, times, "-", "NOT LOOKED AT") for fault, times in self._times.items() if fault not in told]
        return found + [Row(fault, 0, "-", f"NOT DONE: {why}") for fault, why in self._left_out.items()]

    def _result(self, fault: str, invariant: str) -> str:
        looked, broken = self._looked[fault, invariant], self._broken[fault, invariant]
        if not self._times[fault]:
            return "NEVER HAPPENED"
        return f"BROKEN, {broken} of {looked}" if broken else f"held, {looked} of {looked}"


def table(rows: list[Row]) -> list[str]:
    """Lay the lines out for people."""
    lines = [("fault", "times", "invariant", "result"), *((r.fault, str(r.times), r.invariant, r.result) for r in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    ruled = [lines[0], tuple("-" * width for width in widths), *lines[1:]]
    shown = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in ruled]
    return [line.rstrip() for line in shown]


TALLY = Tally()
"""Of this run of pytest."""
