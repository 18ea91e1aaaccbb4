"""Every command speaks by `--lang`, else by LANG: output, help and errors alike."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from pathlib import Path

import pytest

from tests.integration.service import command
from tests.support.forked import ForkedCommand

CHINESE = re.compile("[\u4e00-\u9fff]")


def environment_of(lang: str) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    return {**others, "LANG": lang, "COLUMNS": "100"}


async def said(*words: str, lang: str) -> tuple[int, str]:
    """Run a command in an environment of a language; gives its exit code and all that it said."""
    with tempfile.NamedTemporaryFile() as told:
        process = ForkedCommand(words, environment_of(lang), Path(told.name), Path(told.name))
        code = await process.wait()
        return code, told.read().decode()


async def said_from_the_start(*words: str, lang: str) -> tuple[int, str]:
    """Do the same by a Python that starts in that environment."""
    pipe, same = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
    async with command(*words, env=environment_of(lang), stdout=pipe, stderr=same) as process:
        told, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, told.decode()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--help",), 0),
        (("db", "--help"), 0),
        (("violations", "list", "--help"), 0),
        (("nonsense",), 2),
        (("db", "upgrade", "--bogus"), 2),
        (("score", "list"), 2),
        (("db", "upgrade", "--settings", "/nowhere/callcenter.toml"), 2),
    ],
)
async def test_help_and_errors_follow_lang_and_the_option_wins(words: tuple[str, ...], code: int) -> None:
    by_lang = await said(*words, lang="zh_CN.UTF-8")
    by_option = await said(*words, "--lang", "zh-CN", lang="C.UTF-8")
    english = await said(*words, "--lang=en", lang="zh_CN.UTF-8")
    assert (by_lang[0], by_option[0], english[0]) == (code, code, code)
    assert by_lang[1] == by_option[1]
    assert CHINESE.search(by_lang[1])
    assert not CHINESE.search(english[1])


async def test_language_may_stand_before_the_command() -> None:
    by_option = await said_from_the_start("--lang", "zh-CN", "version", "--help", lang="C")
    assert by_option == await said_from_the_start("version", "--help", lang="zh_CN")


@pytest.mark.parametrize(
    "words",
    [("--lang=zh-CN", "manual", "lost"), ("customers", "--lang", "zh-CN", "number", "1", "--format", "text")],
)
async def test_what_is_printed_follows_a_language_before_the_command(words: tuple[str, ...]) -> None:
    assert CHINESE.search((await said(*words, lang="C"))[1])


async def test_language_that_is_not_spoken_is_refused_by_every_command() -> None:
    code, told = await said("version", "--lang", "fr", lang="C")
    assert (code, "zh-CN and en" in told) == (2, True)
