from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.text import checked_charset, read_parts, read_value, read_whole

ESCAPED = re.compile("\ufffd([0-9A-F]{2})")


def had_back(text: str) -> bytes:
    """Undo the escaping of a value that stands in no character set, or was cut."""
    pieces = ESCAPED.split(text)
    return b"".join(bytes.fromhex(piece) if place % 2 else piece.encode() for place, piece in enumerate(pieces))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"O\\'Brien", "O\\'Brien"),
        ("张三".encode(), "张三"),
        ("张三".encode("gbk"), "张三"),
        ("李四".encode("gbk"), "李四"),
        ("𠮷田".encode("gb18030"), "𠮷田"),
        (b"13\xff8", "13\ufffdFF8"),
        ("张三".encode()[:-1], "张\ufffdE4\ufffdB8"),
        (("x" * 77 + "张").encode()[:79], "x" * 77 + "\ufffdE5\ufffdBC"),
        ("1001 昊".encode("gbk"), "1001 昊"),
        ("张三\ufffd".encode(), "张三\ufffdEF\ufffdBF\ufffdBD"),
        (b"\x84\x31\xa4\x37", "\ufffd841\ufffdA47"),
    ],
)
def test_a_value_is_utf8_then_gb18030_then_its_bytes(raw: bytes, text: str) -> None:
    assert read_value(raw) == text


def test_two_names_that_differ_in_bytes_that_are_no_text_stay_two() -> None:
    assert read_value(b"\xff") != read_value(b"\xfe")
    assert read_value("张三".encode()[:5]) != read_value("张伟".encode()[:5])
    assert read_value(b"\xff") != read_value("\ufffdFF".encode())


@given(st.binary(max_size=90))
def test_every_value_can_be_had_back(raw: bytes) -> None:
    text = read_value(raw)

    assert raw in {text.encode("gb18030", "ignore"), had_back(text)}
    text.encode()


NAMES = st.one_of(st.binary(max_size=8), st.text(st.sampled_from("张三\ufffdA5F"), max_size=5).map(str.encode))


@given(NAMES, NAMES)
def test_two_values_are_one_text_only_as_one_name_in_two_character_sets(one: bytes, other: bytes) -> None:
    if one != other and read_value(one) == read_value(other):
        assert {one, other} == {read_value(one).encode(), read_value(one).encode("gb18030")}


@given(NAMES, NAMES, st.sampled_from(["gbk", "big5", "latin-1", "cp932", "ascii"]))
def test_a_set_that_was_chosen_makes_no_two_values_one_either(one: bytes, other: bytes, charset: str) -> None:
    texts = read_value(one, charset), read_value(other, charset)

    if one != other and texts[0] == texts[1]:
        in_sets = [texts[0].encode(charset, "ignore"), texts[0].encode(), texts[0].encode("gb18030")]
        assert one in in_sets
        assert other in in_sets


@given(st.lists(st.binary(max_size=12).map(lambda raw: raw.replace(b"|", b"")), min_size=1, max_size=6))
def test_no_separator_is_swallowed(parts: list[bytes]) -> None:
    assert read_parts(b"|".join(parts), b"|") == [read_value(part) for part in parts]


def test_a_lead_byte_at_a_fields_end_takes_no_separator_along() -> None:
    assert read_parts(b"a\xd5|b\xd5|c", b"|") == ["a\ufffdD5", "b\ufffdD5", "c"]
    assert b"a\xd5|b\xd5|c".decode("gbk") == "a諀b諀c"


@pytest.mark.parametrize("charset", [None, "gb18030"])
def test_plain_values_between_separators_are_read_the_same_at_once_or_one_by_one(charset: str | None) -> None:
    assert read_parts(b"Zhang||1001", b"|", charset) == ["Zhang", "", "1001"]
    assert read_parts("张|1001".encode(charset or "utf-8"), b"|", charset) == ["张", "1001"]


def test_values_are_read_at_once_only_where_each_would_read_the_same() -> None:
    assert read_whole("张三".encode()) == "张三"
    assert read_whole("张三".encode(), "gb18030") is None
    assert read_whole(b"Zhang", "gb18030") == "Zhang"
    assert read_whole("\ufffd".encode()) is None
    assert read_whole(b"\xff") is None


def test_the_set_that_was_chosen_comes_before_utf8() -> None:
    assert read_value(b"\xd2\xbb") == "һ"
    assert read_value(b"\xd2\xbb", "gbk") == "一"
    assert read_value("Müller".encode("latin-1"), "latin-1") == "Müller"
    assert read_value("张三".encode("gb18030"), "ascii") == "张三"


@pytest.mark.parametrize(
    ("given_name", "name"), [("GBK", "gbk"), ("gb18030", "gb18030"), ("latin1", "iso8859-1"), ("UTF8", "utf-8")]
)
def test_a_character_set_is_known_by_any_of_its_names(given_name: str, name: str) -> None:
    assert checked_charset(given_name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "chinese-ish",
        "utf-16",
        "cp037",
        "rot13",
        "hex",
        "hz",
        "iso2022_jp",
        "utf-7",
        "unicode_escape",
        "idna",
        "a\0",
    ],
)
def test_what_is_no_character_set_or_changes_plain_ascii_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"ASCII"):
        checked_charset(name)
