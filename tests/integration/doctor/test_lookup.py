"""Where the doctor finds configured values, and which of several lines counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from callcenter.doctor.inspect import inspect_queues
from callcenter.doctor.lookup import InFiles, Nowhere, OnSwitch
from callcenter.files.rulebook import load_rulebook
from tests.unit.doctor.doctor_links import logins, snapshot_of

if TYPE_CHECKING:
    from pathlib import Path

FIGURES = load_rulebook().figures(None)
ENABLED = "AST_CONFIG(manager.conf,general,enabled{})"
TEMPLATED = """\
[shop](!)
timeout = 12
strategy = rrmemory

[support](shop)
timeout = 30

[sales](shop)
"""


def told(**answers: str) -> dict[str, dict[str, str]]:
    return {name: {"Value": value} for name, value in answers.items()}


def asking(config: dict[str, str], enabled: dict[str, str]) -> OnSwitch:
    """A switch whose AST_CONFIG answers these; `enabled` says how it takes an index."""
    _, control = logins(**told(**config), **told(**{ENABLED.format(k): v for k, v in enabled.items()}))
    return OnSwitch(control.link)


NEW = {"": "yes", ",-1": "yes"}
OLD = {"": "yes", ",-1": "yes", ",99": "yes"}
"""One that passes over the index, and tells the first line always."""


async def test_sections_own_value_wins_over_its_templates_on_the_switch() -> None:
    switch = asking(
        {
            "AST_CONFIG(queues.conf,support,timeout)": "12",
            "AST_CONFIG(queues.conf,support,timeout,-1)": "30",
        },
        NEW,
    )
    assert await switch.works()
    assert await switch.get("queues.conf", "support", "timeout") == "30"
    check, *_ = await inspect_queues(snapshot_of("support"), switch, FIGURES)
    assert (check.verdict, check.found) == ("ok", "30 s")


async def test_sections_own_value_wins_over_its_templates_in_files(tmp_path: Path) -> None:
    (tmp_path / "queues.conf").write_text(TEMPLATED)
    told = await inspect_queues(snapshot_of("support", "sales"), InFiles(tmp_path), FIGURES)
    checks = [check for check in told if check.name.startswith("ring timeout")]
    assert [(check.verdict, check.found.partition(":")[0]) for check in checks] == [("ok", "30 s"), ("fail", "12 s")]


async def test_switch_that_tells_only_the_first_of_several_lines_is_not_believed() -> None:
    switch = asking(
        {
            "AST_CONFIG(queues.conf,support,timeout)": "12",
            "AST_CONFIG(queues.conf,support,timeout,-1)": "12",
        },
        OLD,
    )
    assert await switch.works()
    check, *_ = await inspect_queues(snapshot_of("support"), switch, FIGURES)
    assert check.verdict == "unknown"
    assert "a template's value, not the section's own" in check.found
    assert "queues.conf [support]: timeout" in check.remedy


async def test_what_no_line_sets_is_known_to_be_unset_by_any_switch() -> None:
    switch = asking({}, OLD)
    assert await switch.works()
    assert await switch.get("queues.conf", "support", "timeout") == ""


async def test_first_line_is_told_where_asterisk_takes_the_first(tmp_path: Path) -> None:
    (tmp_path / "logger.conf").write_text("[general]\nqueue_log = yes\nqueue_log = no\n")
    files = InFiles(tmp_path)
    assert await files.first("logger.conf", "general", "queue_log") == "yes"
    assert await files.get("logger.conf", "general", "queue_log") == "no"
    assert (
        await asking({"AST_CONFIG(logger.conf,general,queue_log)": "yes"}, NEW).first(
            "logger.conf", "general", "queue_log"
        )
        == "yes"
    )


async def test_second_section_of_a_queues_name_is_skipped_as_app_queue_does(tmp_path: Path) -> None:
    (tmp_path / "queues.conf").write_text("[a]\ntimeout = 30\n[b]\n[a]\ntimeout = 10\n")
    assert await InFiles(tmp_path).get("queues.conf", "a", "timeout") == "30"


async def test_section_that_is_added_to_counts_as_one(tmp_path: Path) -> None:
    (tmp_path / "queues.conf").write_text("[a]\ntimeout = 30\n[b]\n[a](+)\ntimeout = 10\n")
    assert await InFiles(tmp_path).get("queues.conf", "a", "timeout") == "10"


async def test_sections_of_one_name_in_pjsip_are_an_endpoint_and_what_belongs_to_it(tmp_path: Path) -> None:
    text = "[1001]\ntype = aor\n[1001]\ntype = endpoint\ndevice_state_busy_at = 1\n"
    (tmp_path / "pjsip.conf").write_text(text)
    assert await InFiles(tmp_path).get("pjsip.conf", "1001", "device_state_busy_at") == "1"


async def test_endpoint_is_not_called_unset_where_the_switch_may_have_looked_into_its_aor() -> None:
    switch = asking({}, NEW)
    assert await switch.works()
    assert await switch.get("pjsip.conf", "1001", "device_state_busy_at") is None


async def test_section_that_the_files_do_not_have_is_unknown_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "queues.conf").write_text(TEMPLATED)
    check, *_ = await inspect_queues(snapshot_of("from_a_database"), InFiles(tmp_path), FIGURES)
    assert (check.verdict, check.found) == ("unknown", "its section is not in the files given")


@pytest.mark.parametrize("file", ["logger.conf", "extconfig.conf"])
async def test_file_that_a_switch_may_do_without_sets_nothing(tmp_path: Path, file: str) -> None:
    assert await InFiles(tmp_path).first(file, "general", "queue_log") == ""


async def test_switch_without_the_function_is_known_by_its_silence() -> None:
    assert not await asking({}, {}).works()


async def test_section_name_that_could_leave_its_function_call_is_not_asked_for() -> None:
    assert await asking({}, NEW).get("queues.conf", "x)${SHELL(id)}", "timeout") is None


async def test_nothing_is_known_nowhere() -> None:
    assert await Nowhere().get("queues.conf", "a", "timeout") is None
    assert await Nowhere().first("queues.conf", "a", "timeout") is None
