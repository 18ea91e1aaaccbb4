"""A sentence is told in the reader's language whole, or it stays as it is."""

from __future__ import annotations

import re
import time
from io import BytesIO

import pytest

from callcenter import locale
from callcenter.locale import extract

WHY = "the settings file /a cannot be read: "


@pytest.mark.parametrize(
    ("wanted", "environment", "spoken"),
    [
        ("", {"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ("", {"LANG": "C.UTF-8"}, "en"),
        ("", {}, "en"),
        ("", {"LC_ALL": "en_GB", "LANG": "zh_CN"}, "en"),
        ("", {"LC_MESSAGES": "zh_CN", "LANG": "C"}, "zh-CN"),
        ("zh-cn", {"LANG": "C"}, "zh-CN"),
        ("zh_CN", {}, "zh-CN"),
        ("en", {"LANG": "zh_CN"}, "en"),
        ("fr", {}, None),
    ],
)
def test_language_is_the_one_wanted_else_that_of_the_environment(
    wanted: str, environment: dict[str, str], spoken: str | None
) -> None:
    assert locale.language(wanted, environment) == spoken


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("there is no call", "没有来电"),
        ("there is an account 'alice' already", "账号 'alice' 已存在"),
        (f"{WHY}Permission denied", "配置文件 /a 无法读取：没有权限"),
        (f"{WHY}it is not UTF-8 text", "配置文件 /a 无法读取：不是 UTF-8 文本"),
        ("[Errno 2] No such file or directory: '/a'", "没有该文件或目录：'/a'"),
        ("there is no call; there is an account 'alice' already", "没有来电；账号 'alice' 已存在"),
        ("/a: b: there is no call", "/a：b：没有来电"),
        ("manager.conf [queues]: writetimeout = 60000", "manager.conf [queues]：writetimeout = 60000"),
    ],
)
def test_sentence_is_told_with_what_stands_in_its_gaps(english: str, chinese: str) -> None:
    assert locale.sentence(english, "zh-CN") == chinese
    assert locale.sentence(english, "en") == english


@pytest.mark.parametrize("english", ["nobody has written this down", f"{WHY}the moon stood in the wrong house"])
def test_sentence_that_cannot_be_told_whole_stays_english(english: str) -> None:
    assert locale.sentence(english, "zh-CN") == english


@pytest.mark.parametrize("names", ["a: b; c: d", "queues: 3"])
def test_names_that_are_only_joined_stay_as_they_are(names: str) -> None:
    assert locale.sentence(names, "zh-CN") == names


@pytest.mark.parametrize("made", ["a: " * 3000, "the roster cannot be used: " * 200, "a: b; c: d; " * 200])
def test_sentence_that_was_made_to_take_long_is_soon_given_up(made: str) -> None:
    began = time.process_time()

    locale.sentence(made, "zh-CN")

    assert time.process_time() - began < 1


def test_text_with_named_gaps_is_filled() -> None:
    assert locale.text("Written: {files}", "zh-CN", files="a") == "已写入：a"
    assert locale.text("Written: {files}", "en", files="a") == "Written: a"


def test_help_is_told_paragraph_by_paragraph() -> None:
    assert locale.paragraphs("As JSON.\n\nLike\n 2026-11.", "zh-CN") == "输出 JSON。\n\n如 2026-11。"


def test_words_are_said_by_key_in_either_language() -> None:
    words = locale.Words("board", {"queue": "Queue", "lag": "lag {lag}", "new": "not translated yet"})

    assert (words.say("queue", "en"), words.say("queue", "zh-CN")) == ("Queue", "队列")
    assert words.say("lag", "zh-CN", lag="3 ms") == "延迟 3 ms"
    assert words.table("zh-CN") == {"queue": "队列", "lag": "延迟 {lag}", "new": "not translated yet"}
    assert words.table("zh-CN") is words.table("zh-CN")
    assert list(words) == ["queue", "lag", "new"]


def test_one_english_word_is_two_chinese_ones_by_its_context() -> None:
    told = {locale.text("answered", "zh-CN", context=context) for context in ("figures", "outcome of a visit")}

    assert told == {"接听量", "已接听"}


@pytest.mark.parametrize("finished", ["", "answered", "the journal has no entry 7"])
def test_sentence_is_not_made_of_words_that_have_a_context(finished: str) -> None:
    assert locale.sentence(finished, "zh-CN") == finished


def test_sentence_that_is_marked_is_as_it_was() -> None:
    assert locale.english("it is missing") == "it is missing"


def test_spellings_are_those_of_people() -> None:
    assert locale.spellings("columns")["team"][0] == "班组"
    assert re.fullmatch(locale.spelt("numbers", "extension"), "分机")


CODE = b'''
TABLE = Words("board", {"a": "one", "b": ("two "
    "halves"), **OTHERS})
COMMANDS = {"x": "Do it."}
raise BadInput(f"{path} cannot be read: {error!r}", "no")
text("plain", language), text("said so", language, context="where"), text(unknown, language), text("of SQL")
problem(request, "kind", "what is wrong"), problem(request, "kind", f"{place}: {detail}")
note = english(f"callcenter {words} failed: {why}")
Option = typer.Option(help="One.")

class Outdated(BadInput):
    def __init__(self):
        super().__init__("it has moved on")

@app.command("go")
def go():
    """Go on.

    As far as
    possible.
    """

def later(lang: LangOption):
    """Stay."""

class WebSettings:
    port: int = Field(description="Its port.")

@router.get("/path")
async def read():
    """Read it,
    whole."""

def neither():
    """Say nothing."""
'''


def test_english_is_found_where_it_is_said() -> None:
    assert {told for _, _, told, _ in extract.python(BytesIO(CODE))} == {
        ("board", "one"),
        ("board", "two halves"),
        "Do it.",
        "{} cannot be read: {}",
        "plain",
        ("where", "said so"),
        "what is wrong",
        "callcenter {} failed: {}",
        "One.",
        "it has moved on",
        "Go on.",
        "As far as possible.",
        "Stay.",
        "Its port.",
        "Read it, whole.",
    }


def test_english_of_others_is_listed() -> None:
    assert [told for _, _, told, _ in extract.toml(BytesIO(b'one = ["A", "B"]\ntwo = ["C"]'))] == ["A", "B", "C"]
