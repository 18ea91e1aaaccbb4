"""What the doctor reads in configuration files, and the logins it prints for an existing PBX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from callcenter.ami.conf import Conf
from callcenter.ami.inspect import inspect_queues
from callcenter.ami.inspect_config import blocked_names, inspect_filters, inspect_login, inspect_queue_log
from callcenter.ami.lookup import InFiles, Nowhere
from callcenter.ami.manager_conf import manager_conf
from callcenter.ami.names import NEEDED
from callcenter.domain.frame import SECOND
from callcenter.domain.snapshot import QueueState, Snapshot
from callcenter.errors import UnreadableFile
from callcenter.rules.edition import QueueFigures
from callcenter.rules.rulebook import load_rulebook

if TYPE_CHECKING:
    from pathlib import Path

QUEUES = """\
[general]
persistentmembers = yes ; a comment
[line](!)
strategy = rrmemory
timeout = 25
[consumers](line)
#include members.conf
[merchants](line)
Timeout => 10
wrapuptime = 7
[silent]
strategy = ringall
[forever]
timeout = 0
[wrapping]
wrapuptime = 10
"""
FIGURES = load_rulebook().figures(None)


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    (tmp_path / "queues.conf").write_text(QUEUES)
    (tmp_path / "members.conf").write_text("member = PJSIP/1001\n")
    return tmp_path


def snapshot(*queues: str) -> Snapshot:
    return Snapshot(
        after=None,
        before=None,
        after_seq=None,
        before_seq=None,
        version="22.10.1",
        system_name="pbx",
        started="",
        queues=tuple(QueueState(name, "ringall", 0) for name in queues),
        members=(),
        waiting=(),
        channels=(),
        devices=(),
        contacts=(),
    )


def test_section_takes_its_templates_settings_and_then_its_own(etc: Path) -> None:
    conf = Conf(etc, "queues.conf")
    assert [setting.value for setting in conf.all("merchants", "timeout")] == ["25", "10"]
    assert str(conf.last("merchants", "timeout")) == "queues.conf:9"
    assert conf.last("consumers", "colour") is None


def test_included_file_belongs_to_the_section_that_includes_it(etc: Path) -> None:
    member = Conf(etc, "queues.conf").last("consumers", "member")
    assert member is not None
    assert (member.value, str(member)) == ("PJSIP/1001", "members.conf:1")


def test_section_that_is_added_to_later_is_one_section(tmp_path: Path) -> None:
    (tmp_path / "manager.conf").write_text("[general]\nenabled = yes\n[a]\n[general](+)\ndebug = on\n")
    assert [line.name for line in Conf(tmp_path, "manager.conf").lines("general")] == ["enabled", "debug"]


def test_file_that_includes_itself_is_read_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "loop.conf").write_text("[a]\nx = 1\n#include loop.conf\n")
    assert Conf(tmp_path, "loop.conf").last("a", "x") is not None


def test_included_file_that_is_missing_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("[a]\n#tryinclude none.conf\nx = 1\n")
    assert Conf(tmp_path, "a.conf").last("a", "x") is not None


def test_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"queues\.conf cannot be read"):
        Conf(tmp_path, "queues.conf")


@pytest.mark.parametrize(
    ("queue", "verdict", "found"),
    [
        ("consumers", "ok", "25 s"),
        ("merchants", "fail", "10 s: a late answer cannot exist"),
        ("silent", "fail", "15 s: a late answer cannot exist"),
        ("forever", "ok", "rings until answered"),
    ],
)
async def test_ring_timeout_is_judged_against_three_rings(etc: Path, queue: str, verdict: str, found: str) -> None:
    check, _ = await inspect_queues(snapshot(queue), InFiles(etc), FIGURES)
    assert (check.verdict, check.found) == (verdict, found)


async def test_ring_timeout_is_judged_against_the_rulebooks_rings(etc: Path) -> None:
    check, _ = await inspect_queues(snapshot("consumers"), InFiles(etc), msgspec.structs.replace(FIGURES, rings=5))
    assert (check.verdict, check.remedy) == ("fail", "queues.conf [consumers]: timeout = 35")


@pytest.mark.parametrize(
    ("queue", "verdict", "found"),
    [
        ("consumers", "ok", "0 s, in the rulebook too"),
        ("wrapping", "ok", "10 s, in the rulebook too"),
        ("merchants", "warn", "7 s on the switch, 0 s in the rulebook"),
        ("silent", "warn", "0 s on the switch, 10 s in the rulebook"),
    ],
)
async def test_wrap_up_of_switch_and_rulebook_is_compared(etc: Path, queue: str, verdict: str, found: str) -> None:
    ten = dict.fromkeys(("silent", "wrapping"), QueueFigures(wrap_up=10 * SECOND))
    _, check = await inspect_queues(snapshot(queue), InFiles(etc), msgspec.structs.replace(FIGURES, queues=ten))
    assert (check.name, check.verdict) == (f"wrap-up of {queue}", verdict)
    assert check.found.startswith(found)


async def test_ring_timeout_that_cannot_be_known_is_unknown_and_says_where_to_look() -> None:
    (check,) = await inspect_queues(snapshot("consumers"), Nowhere(), FIGURES)
    assert check.verdict == "unknown"
    assert "queues.conf [consumers]: timeout" in check.remedy


async def test_switch_without_queues_fails() -> None:
    (check,) = await inspect_queues(snapshot(), Nowhere(), FIGURES)
    assert check.verdict == "fail"


def login(tmp_path: Path, lines: str) -> InFiles:
    (tmp_path / "manager.conf").write_text(f"[events]\n{lines}\n")
    return InFiles(tmp_path)


@pytest.mark.parametrize(
    ("lines", "verdicts"),
    [
        ("read = all\nwritetimeout = 60000", ["ok", "ok"]),
        ("read = system, call,agent,user,dialplan\nwritetimeout = 10000", ["ok", "ok"]),
        ("read = agent\nwritetimeout = 60000", ["fail", "ok"]),
        ("read = all", ["ok", "warn"]),
    ],
)
async def test_event_classes_and_patience_are_judged(tmp_path: Path, lines: str, verdicts: list[str]) -> None:
    checks = await inspect_login("events", login(tmp_path, lines))
    assert [check.verdict for check in checks] == verdicts


async def test_classes_that_are_missing_are_named(tmp_path: Path) -> None:
    checks = await inspect_login("events", login(tmp_path, "read = call,agent,user"))
    assert checks[0].found == "does not read system, dialplan"


async def test_classes_that_cannot_be_known_are_unknown() -> None:
    checks = await inspect_login("events", Nowhere())
    assert [check.verdict for check in checks] == ["unknown", "unknown"]


@pytest.mark.parametrize("advanced", [True, False])
def test_printed_logins_let_every_needed_event_through(tmp_path: Path, *, advanced: bool) -> None:
    (tmp_path / "manager.conf").write_text(manager_conf("events", "control", "10.0.0.9/32", advanced=advanced))
    check = inspect_filters("events", InFiles(tmp_path))
    assert check.verdict == "ok", check.found
    assert check.found.startswith(f"{len(NEEDED)} filters")


@pytest.mark.parametrize("advanced", [True, False])
async def test_printed_logins_have_the_evidence_grade_settings(tmp_path: Path, *, advanced: bool) -> None:
    (tmp_path / "manager.conf").write_text(
        "[general]\nenabled = yes\n" + manager_conf("events", "control", "10.0.0.9/32", advanced=advanced)
    )
    files = InFiles(tmp_path)
    assert await files.get("manager.conf", "general", "timestampevents") == "yes"
    assert await files.get("manager.conf", "general", "debug") == "on"
    assert await files.get("manager.conf", "events", "write") == ""
    assert await files.get("manager.conf", "control", "write") == "agent,reporting,user"
    assert [check.verdict for check in await inspect_login("events", files)] == ["ok", "ok"]


@pytest.mark.parametrize(
    ("filters", "blocked"),
    [
        ("", []),
        ("eventfilter = !Event: RTCP", []),
        ("eventfilter = !Event: Hangup[^A-Z]", ["Hangup"]),
        ("eventfilter(action(exclude),name(Hangup)) =", ["Hangup"]),
        ("eventfilter(action(exclude),name(Hangup),header(Channel),method(starts_with)) = Local/", []),
        ("eventfilter = Event: (", [*NEEDED]),
        ("eventfilter(name(AgentConnect)) =", [name for name in NEEDED if name != "AgentConnect"]),
        ("eventfilter(header(Channel)) = .", [*NEEDED]),
        ("eventfilter = .*\neventfilter = !Variable: QUEUESTATUS", ["VarSet"]),
    ],
)
def test_events_that_a_filter_keeps_back_are_known(tmp_path: Path, filters: str, blocked: list[str]) -> None:
    lines = login(tmp_path, filters).conf("manager.conf").lines("events")
    assert blocked_names(lines) == blocked


def test_events_that_are_kept_back_are_named_with_the_line(tmp_path: Path) -> None:
    check = inspect_filters("events", login(tmp_path, "eventfilter = Event: AgentC"))
    assert check.verdict == "fail"
    assert check.found.endswith(" ...")
    assert check.remedy.startswith("manager.conf:2: add filters")


async def test_queue_log_that_can_be_read_is_well(tmp_path: Path) -> None:
    (tmp_path / "queue_log").write_text("1795418218|NONE|NONE|NONE|QUEUESTART|\n")
    assert (await inspect_queue_log(Nowhere(), tmp_path / "queue_log")).verdict == "ok"


@pytest.mark.parametrize("content", ["", "hello\n"])
async def test_file_that_is_no_queue_log_fails(tmp_path: Path, content: str) -> None:
    (tmp_path / "queue_log").write_text(content)
    assert (await inspect_queue_log(Nowhere(), tmp_path / "queue_log")).verdict == "fail"


async def test_queue_log_that_is_missing_fails_and_one_not_named_is_unknown(tmp_path: Path) -> None:
    assert (await inspect_queue_log(Nowhere(), tmp_path / "none")).verdict == "fail"
    assert (await inspect_queue_log(Nowhere(), None)).verdict == "unknown"


async def test_queue_log_that_is_switched_off_fails(tmp_path: Path) -> None:
    (tmp_path / "logger.conf").write_text("[general]\nqueue_log = no\n")
    assert (await inspect_queue_log(InFiles(tmp_path), None)).verdict == "fail"
