"""What holds for every test."""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings

from tests.support.tally import TALLY, table

# started in the background by a script, whose children ignore Ctrl-C: tests end commands by it
signal.signal(signal.SIGINT, signal.default_int_handler)

# how long an example took says how busy the machine is
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was done to the service in this run, whether it bore it, and which tests failed beside that."""
    if rows := TALLY.rows():
        terminalreporter.section("faults")
        for line in table(rows):
            terminalreporter.write_line(line)
        for kind in ("failed", "error"):
            for report in terminalreporter.stats.get(kind, ()):
                terminalreporter.write_line(f"FAILED, perhaps before it was counted: {report.nodeid}")
