"""What the doctor reads in configuration files, and the logins it prints for an existing PBX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from callcenter.ami.names import NEEDED
from callcenter.doctor.by_call import CONNECTIONS
from callcenter.doctor.by_config import blocked_names, inspect_filters, inspect_login
from callcenter.doctor.conf import Conf
from callcenter.doctor.inspect import Heard, inspect_queues
from callcenter.doctor.lookup import InFiles, Nowhere
from callcenter.doctor.manager_conf import filter_lines, manager_conf
from callcenter.domain.frame import SECOND
from callcenter.errors import UnreadableFile
from callcenter.files.rulebook import load_rulebook
from callcenter.rules.regulations.edition import QueueFigures
from tests.unit.doctor.doctor_links import snapshot_of

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


def test_section_takes_its_templates_settings_and_then_its_own(etc: Path) -> None:
    conf = Conf(etc, "queues.conf")
    assert [setting.value for setting in conf.all("merchants", "timeout")] == ["25", "10"]
    assert str(conf.all("merchants", "timeout")[-1]) == "queues.conf:9"
    assert conf.all("consumers", "colour") == []


def test_included_file_belongs_to_the_section_that_includes_it(etc: Path) -> None:
    (member,) = Conf(etc, "queues.conf").all("consumers", "member")
    assert (member.value, str(member)) == ("PJSIP/1001", "members.conf:1")


def test_section_that_is_added_to_later_is_one_section(tmp_path: Path) -> None:
    (tmp_path / "manager.conf").write_text("[general]\nenabled = yes\n[a]\n[general](+)\ndebug = on\n")
    assert [line.name for line in Conf(tmp_path, "manager.conf").lines("general")] == ["enabled", "debug"]


def test_file_that_includes_itself_is_read_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "loop.conf").write_text("[a]\nx = 1\n#include loop.conf\n")
    assert Conf(tmp_path, "loop.conf").all("a", "x")


def test_included_file_that_is_missing_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("[a]\n#tryinclude none.conf\nx = 1\n")
    assert Conf(tmp_path, "a.conf").all("a", "x")


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
    check, _ = await inspect_queues(snapshot_of(queue), InFiles(etc), FIGURES)
    assert (check.verdict, check.found) == (verdict, found)


async def test_ring_timeout_is_judged_against_the_rulebooks_rings(etc: Path) -> None:
    check, _ = await inspect_queues(snapshot_of("consumers"), InFiles(etc), msgspec.structs.replace(FIGURES, rings=5))
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
    _, check = await inspect_queues(snapshot_of(queue), InFiles(etc), msgspec.structs.replace(FIGURES, queues=ten))
    assert (check.name, check.verdict) == (f"wrap-up of {queue}", verdict)
    assert check.found.startswith(found)


async def test_ring_timeout_that_cannot_be_known_is_unknown_and_says_where_to_look() -> None:
    (check,) = await inspect_queues(snapshot_of("consumers"), Nowhere(), FIGURES)
    assert check.verdict == "unknown"
    assert "queues.conf [consumers]: timeout" in check.remedy


async def test_switch_without_queues_fails() -> None:
    (check,) = await inspect_queues(snapshot_of(), Nowhere(), FIGURES)
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
    checks = await inspect_login("events", login(tmp_path, lines), Heard())
    assert [check.verdict for check in checks] == verdicts


async def test_classes_that_are_missing_are_named(tmp_path: Path) -> None:
    checks = await inspect_login("events", login(tmp_path, "read = call,agent,user"), Heard())
    assert checks[0].found.startswith("does not read system, dialplan (without system: restarts of the switch")
    assert "without dialplan: why a wait ended" in checks[0].found


async def test_without_the_class_of_calls_nobody_is_accused_of_an_engaged_line(tmp_path: Path) -> None:
    checks = await inspect_login("events", login(tmp_path, "read = system,agent,user,dialplan"), Heard())
    assert "who talks with whom stays unknown, and nobody is accused of an engaged line" in checks[0].found


async def test_classes_that_cannot_be_known_are_unknown() -> None:
    checks = await inspect_login("events", Nowhere(), Heard())
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
    assert [check.verdict for check in await inspect_login("events", files, Heard())] == ["ok", "ok"]


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
    assert "SoftHangupRequest ...;" in check.found
    assert check.remedy.startswith("manager.conf:2: add filters")


OLDER = [name for name in NEEDED if name not in CONNECTIONS]
"""What a manager.conf let through that was printed before it mattered who is connected to whom."""


@pytest.mark.parametrize("advanced", [True, False])
def test_lines_that_an_older_print_lacks_are_written_out_and_mend_it(tmp_path: Path, *, advanced: bool) -> None:
    older = "\n".join(filter_lines(OLDER, advanced=advanced))
    check = inspect_filters("events", login(tmp_path, older))
    assert check.verdict == "fail"
    assert check.found.startswith(f"{len(CONNECTIONS)} needed events do not pass: BridgeEnter, ")
    assert check.found.endswith("; who talks with whom stays unknown, and nobody is accused of an engaged line")
    _, *lines = check.remedy.split("\n")
    assert len(lines) == len(CONNECTIONS)
    mended = inspect_filters("events", login(tmp_path, "\n".join([older, *lines])))
    assert mended.verdict == "ok"


def test_filters_of_a_login_that_the_files_do_not_have_are_unknown(tmp_path: Path) -> None:
    check = inspect_filters("somebody", login(tmp_path, "read = all"))
    assert (check.verdict, check.found) == ("unknown", "its section is not in the files given")


async def test_needed_events_that_are_sent_to_no_login_are_found(tmp_path: Path) -> None:
    (tmp_path / "manager.conf").write_text(
        "[general]\ndisabledevents = Newexten,BridgeEnter,VarSet\n[events]\nread = all\nwritetimeout = 60000\n"
    )
    *_, check = await inspect_login("events", InFiles(tmp_path), Heard())
    assert (check.name, check.verdict) == ("disabled events", "fail")
    assert check.found.startswith("BridgeEnter, VarSet are sent to no login at all; who talks with whom")
