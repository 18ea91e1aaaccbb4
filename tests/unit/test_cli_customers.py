"""`callcenter customers number`."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from callcenter.cli.office.customers import app
from callcenter.errors import BadInput

RUNNER = CliRunner(env={"COLUMNS": "160"})


def shown(*arguments: str) -> list[dict[str, str | None]]:
    result = RUNNER.invoke(app, ["number", *arguments])
    assert result.exit_code == 0
    (numbers,) = json.loads(result.stdout).values()
    return list(numbers)


def test_numbers_are_answered_in_the_order_given_as_one_object() -> None:
    found = shown("13800138000", "", "+44 20 7946 0958", "13800138000")
    assert [one["key"] for one in found] == ["+8613800138000", None, "+442079460958", "+8613800138000"]
    assert set(found[0]) == {"raw", "key", "kind", "extension", "why"}


def test_site_is_said_by_three_options() -> None:
    options = ("--area-code", "0571", "--outside-digit", "9", "--internal", "801, 8001", "--format", "json")
    found = shown("8001", "988881234转0801", "88881234", *options)
    assert [(one["kind"], one["key"], one["extension"]) for one in found] == [
        ("internal", None, None),
        ("landline", "+8657188881234", "0801"),
        ("landline", "+8657188881234", None),
    ]


def test_number_that_begins_with_a_dash_is_no_option() -> None:
    assert [one["kind"] for one in shown("-13800138000", "--", "--8")] == ["mobile", "unusable"]


def test_what_is_no_character_is_told_back_escaped() -> None:
    (found,) = shown("138\udc8000138000")
    assert (found["raw"], found["kind"]) == ("138\udc8000138000", "unusable")


def test_table_shows_nothing_that_a_terminal_obeys() -> None:
    result = RUNNER.invoke(app, ["number", "95588\x1b[2J", "95588", "--format", "text"])
    assert "\x1b" not in result.stdout
    assert result.stdout.splitlines()[2].split()[:4] == ["95588", "95588", "service", "-"]


@pytest.mark.parametrize(
    "arguments",
    [["1", "--area-code", "571"], ["1", "--outside-digit", "x"], ["1", "--internal", "a"], ["1", "--are", "0"]],
)
def test_option_that_cannot_be_is_bad_input(arguments: list[str]) -> None:
    assert isinstance(RUNNER.invoke(app, ["number", *arguments]).exception, BadInput)


def test_without_a_number_nothing_is_answered() -> None:
    assert RUNNER.invoke(app, ["number"]).exit_code == 2
