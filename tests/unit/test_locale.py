"""A sentence is told in the reader's language whole, or it stays as it is."""

from __future__ import annotations

import pytest

from callcenter import locale

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
    ],
)
def test_sentence_is_told_with_what_stands_in_its_gaps(english: str, chinese: str) -> None:
    assert locale.sentence(english, "zh-CN") == chinese
    assert locale.sentence(english, "en") == english


@pytest.mark.parametrize("english", ["nobody has written this down", f"{WHY}the moon stood in the wrong house"])
def test_sentence_that_cannot_be_told_whole_stays_english(english: str) -> None:
    assert locale.sentence(english, "zh-CN") == english


def test_text_with_named_gaps_is_filled() -> None:
    assert locale.text("Written: {files}", "zh-CN", files="a") == "已写入：a"
    assert locale.text("Written: {files}", "en", files="a") == "Written: a"


def test_help_is_told_paragraph_by_paragraph() -> None:
    assert locale.paragraphs("As JSON.\n\nLike\n 2026-11.", "zh-CN") == "输出 JSON。\n\n如 2026-11。"
