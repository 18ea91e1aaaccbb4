"""What holds for every test."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from multiprocessing import resource_tracker

import pytest
from hypothesis import HealthCheck, settings

from tests.support.databases import DATABASES, POSTGRESQL, SQLITE
from tests.support.leftovers import cut_off_tasks, held, left_since
from tests.support.statements import compile_once
from tests.support.tally import TALLY, table

# what one process has compiled is there for every other one: tests start hundreds, and compiling takes each seconds
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# started in the background by a script, whose children ignore Ctrl-C: tests end commands by it
signal.signal(signal.SIGINT, signal.default_int_handler)

# how long an example took says how busy the machine is
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

compile_once()

# what multiprocessing starts at its first use, and keeps for the life of this process, is there from the beginning
resource_tracker.ensure_running()

CUT_OFF = cut_off_tasks()


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves something behind; the first of its own fixtures, so the last to end.

    What a module or the session shares is there before, unless a test starts it anew and says so by its mark.
    """
    CUT_OFF.clear()
    before = held()
    yield
    left = [*CUT_OFF, *left_since(before)]
    if request.node.get_closest_marker("starts_anew") is not None:
        left = [what for what in left if not what.startswith("process ")]
    assert not left, "left behind: " + "; ".join(left)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Which database the test runs on; each test that asks for it runs on both."""
    DATABASES.begin(request.param)
    yield request.param
    DATABASES.begin(SQLITE)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test each database, unless it is about what is the same on every one."""
    if "database" in metafunc.fixturenames:
        alone = metafunc.definition.get_closest_marker("one_database") is not None
        metafunc.parametrize("database", [SQLITE] if alone else [SQLITE, POSTGRESQL], indirect=True)


def pytest_collection_finish() -> None:
    """Let what was loaded be no more looked through for garbage, again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Start the server before the first test that needs it, as what the session shares: no test leaves it behind."""
    given = getattr(item, "callspec", None)
    if item.get_closest_marker("postgresql") or (given is not None and given.params.get("database") == POSTGRESQL):
        DATABASES.require_server()


def pytest_sessionfinish() -> None:
    """End it."""
    DATABASES.end()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was done to the service in this run, whether it bore it, and which tests failed beside that."""
    if rows := TALLY.rows():
        terminalreporter.section("faults")
        for line in table(rows):
            terminalreporter.write_line(line)
        for kind in ("failed", "error"):
            for report in terminalreporter.stats.get(kind, ()):
                terminalreporter.write_line(f"FAILED, perhaps before it was counted: {report.nodeid}")
