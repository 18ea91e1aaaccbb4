"""The key of a number, edge for edge: folding, the order of the rules, and what no rule takes."""

from __future__ import annotations

import pytest

from callcenter.errors import BadInput
from callcenter.numbers import PLAIN, Number, Numbering, NumberKind, dialled_as, numbering_of, read_number

HANGZHOU = numbering_of("0571", "9", ["801", "8001"])
BEIJING = numbering_of("010", None, [])


def read(raw: str, numbering: Numbering = PLAIN) -> tuple[str, str | None]:
    found = read_number(raw, numbering)
    return found.kind.value, found.key


def extension(raw: str, numbering: Numbering = PLAIN) -> tuple[str | None, str | None]:
    found = read_number(raw, numbering)
    return found.key, found.extension


# folding


@pytest.mark.parametrize(
    "raw",
    [
        "13800138000\t",
        "\n13800138000",
        "138\x0000138000",
        "13800138000\x7f",
        "13800138000\x85",
        "138\u202800138000",
        "\u202913800138000",
        " " * 30 + "13800138000",  # 41 characters
        " " * 41,
    ],
)
def test_control_characters_line_breaks_and_more_than_40_characters_are_unusable(raw: str) -> None:
    assert read(raw) == ("unusable", None)


def test_40_characters_are_still_read() -> None:
    assert read(" " * 29 + "13800138000") == ("mobile", "+8613800138000")


@pytest.mark.parametrize(
    "raw",
    [
        "１３８００１３８０００",
        "＋８６（１３８）００１３－８０００",
        "138\u00a00013\u30008000",
        "138-0013—8000",
        "138‐0013–8000",
        "138−0013⁃8000".replace("⁃", "⁓"),
        "138.0013.8000",
        "(138)[0013]{8000}",
        "【138】00138000",
        "\u200e138\u200b0013\ufeff8000\u202c",
        "电话：13800138000",
        "手机 13800138000",
        "座机:13800138000",
        "固话13800138000",
        "总机：13800138000",
        "tel:+86-138-0013-8000",
        "Tel.13800138000",
        "ＴＥＬ：13800138000",
        "电话 手机：13800138000",
        ":13800138000",
        "-13800138000-",
    ],
)
def test_whatever_only_parts_or_introduces_a_number_is_dropped(raw: str) -> None:
    assert read(raw) == ("mobile", "+8613800138000")


@pytest.mark.parametrize(
    "raw",
    [
        "1-800-FLOWERS",
        "138o0138000",
        "138００13800O",
        "१३८००१३८०००",
        "①3800138000",
        "138⁰0138000",
        "138/00138000",
        "138_00138000",
        "138*00138000",
        "138~00138000",
        "138、00138000",
        "13800138000;801",
        "13800138000:801",
        "13800138000=801",
        "86+13800138000",
        "++8613800138000",
        "13800138000+",
        "+",
        "电话号码13800138000",
        "13800138000电话",
        "telephone13800138000",
        "sip:13800138000",
        "\ud80013800138000",
        "13800138000\u0661",
        "138ー00138000",  # a letter of Japanese, no dash
        "1\ufe0f\u20e33800138000",
    ],
)
def test_any_other_sign_letter_or_digit_makes_it_unusable(raw: str) -> None:
    assert read(raw) == ("unusable", None)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "  ",
        "\u200b",
        "()",
        "-",
        "tel:",
        "电话",
        "anonymous",
        "Anonymous",
        "UNKNOWN",
        "<unknown>",
        "＜Unknown＞",
        "restricted",
        " Private ",
        "s",
        "S",
        "tel:anonymous",
    ],
)
def test_withheld_and_empty_numbers_are_anonymous(raw: str) -> None:
    assert read(raw) == ("anonymous", None)


@pytest.mark.parametrize("raw", ["<anonymous>", "unknown1", "ſ", "un\u212anown", "ss", "none", "null"])
def test_words_that_only_look_like_withheld_are_unusable(raw: str) -> None:
    assert read(raw) == ("unusable", None)


# the order of the rules


@pytest.mark.parametrize("raw", ["801", "8001", "80-01", "８００１", "tel:801"])
def test_own_extensions_come_first(raw: str) -> None:
    assert read(raw, HANGZHOU) == ("internal", None)


@pytest.mark.parametrize("raw", ["+801", "9801", "0801", "86801", "0571801"])
def test_own_extension_with_anything_in_front_is_none(raw: str) -> None:
    assert read(raw, HANGZHOU)[0] != "internal"


def test_own_extension_comes_before_any_other_rule() -> None:
    assert read("13800138000", numbering_of(None, None, ["13800138000"])) == ("internal", None)


@pytest.mark.parametrize(
    ("raw", "kind", "key"),
    [
        ("17951962121", "mobile", "+8617951962121"),  # no carrier's prefix
        ("8695588", "local", "8695588"),  # no country's code
        ("86571234", "local", "86571234"),
        ("400-6500-311", "service", "4006500311"),  # no extension
        ("95588-1", "service", "955881"),
        ("10086-1", "service", "100861"),
        ("8888123-4", "local", "88881234"),
        ("0571-8888123-4", "landline", "+8657188881234"),
        ("96345678", "service", "96345678"),  # no outside digit
        ("1065711234", "service", "1065711234"),
        ("04006500311", "service", "4006500311"),  # no area code 0400
        ("0013800138000", "foreign", "+13800138000"),  # no trunk 0
    ],
)
def test_digits_that_are_a_number_as_they_stand_are_never_read_otherwise(raw: str, kind: str, key: str) -> None:
    assert read(raw, Numbering(outside_digit="9")) == (kind, key)


@pytest.mark.parametrize(
    "raw",
    [
        "9013800138000",
        "9008613800138000",
        "90086013800138000",
        "917951013800138000",
        "9179510086013800138000",
        "900861795113800138000",
        "9017951 86 13800138000",
        "08613800138000",
        "+86 12593 0138 0013 8000",
        "9 0 10193 13800138000",
        "11808 13800138000",
        "179 09 138 0013 8000",
        "12593-13800138000",
        "9-0086-17951-0-13800138000 转 801",
    ],
)
def test_country_carrier_and_outside_digit_come_off_in_any_combination_with_a_trunk_0(raw: str) -> None:
    assert read(raw, HANGZHOU) == ("mobile", "+8613800138000")


@pytest.mark.parametrize(
    "raw",
    [
        "9913800138000",
        "868613800138000",
        "+86008613800138000",
        "+868613800138000",
        "17951179511380013800",
        "00013800138000",
        "0013013800138000",
        "+8600571888812340",
        "179511795113800138000",
        "+86913800138000",
        "913800138000913800138000",
    ],
)
def test_nothing_comes_off_twice_or_out_of_its_place(raw: str) -> None:
    assert read(raw, HANGZHOU)[1] != "+8613800138000"


def test_outside_digit_is_none_where_nobody_has_said_so() -> None:
    assert read("913800138000") == ("unusable", None)


# extensions


@pytest.mark.parametrize(
    "mark",
    [
        "转",
        "轉",
        "分机",
        "分机号",
        "拨",
        ",",
        "#",
        "x",
        "ext",
        ";ext=",
        "，",
        "＃",
        "Ext",
        "EXT.",
        "X",
        " 转 ",
        "转分机",
        ",,",
        "转：",
        "分机:",
        "分机号=",
        "ext:",
        "x.",
        "=ext",
        ":转:",
        "-",
        "–",
        "－",
        " - ",
        "-转-",
        "；ext＝",
    ],
)
@pytest.mark.parametrize("digits", ["1", "0801", "123456"])
def test_extension_behind_a_landline_is_kept_as_written(mark: str, digits: str) -> None:
    assert extension(f"0571-88881234{mark}{digits}") == ("+8657188881234", digits)


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("13800138000", "+8613800138000"),
        ("95588", "95588"),
        ("4006500311", "4006500311"),
        ("+14155552671", "+14155552671"),
        ("88881234", "+8657188881234"),
        ("0086 13800138000", "+8613800138000"),
        ("9 88881234", "+8657188881234"),
        ("8001", None),
    ],
)
def test_extension_may_stand_behind_a_number_of_any_kind(number: str, key: str | None) -> None:
    assert extension(f"{number}转0801", HANGZHOU) == (key, "0801")
    assert read(f"{number}转0801", HANGZHOU) == read(number, HANGZHOU)


@pytest.mark.parametrize(
    "raw",
    [
        "0571-88881234转",
        "0571-88881234转1234567",
        "转801",
        "0571-88881234转801转2",
        "0571-88881234转801号",
        "0571-88881234-1234567",
        "1380013转801",
        "0571-88881234-801转2",
        "0571-88881234;801",
        "0571-88881234ext801x",
    ],
)
def test_extension_of_no_or_too_many_digits_or_without_a_number_is_unusable(raw: str) -> None:
    assert read(raw) == ("unusable", None)


@pytest.mark.parametrize(
    ("raw", "key", "digits"),
    [
        ("13800138000-1", "+8613800138000", "1"),
        ("010-88881234-801", "+861088881234", "801"),
        ("88881234-1", "88881234", "1"),
        ("0571-88881234-80-1", "+8657188881234", "801"),
        ("+86-10-65711234-801", "+861065711234", "801"),  # Beijing before the 10 of 106
        ("010-65711234-801", "+861065711234", "801"),
        ("+86-10657-11234-801", "+861065711234", "801"),
        ("+86 10657112345678", "10657112345678", None),
        ("+1-415-555-2671-12", "+1415555267112", None),  # the whole is a number
    ],
)
def test_dash_begins_an_extension_only_where_the_whole_is_no_number(raw: str, key: str, digits: str | None) -> None:
    assert extension(raw) == (key, digits)


# mobiles and landlines


@pytest.mark.parametrize("second", "3456789")
def test_mobile_is_1_and_3_to_9_and_nine_more(second: str) -> None:
    assert read(f"1{second}800138000") == ("mobile", f"+861{second}800138000")


@pytest.mark.parametrize("raw", ["1380013800", "138001380001", "12800138000", "11800138000", "10800138000"])
def test_what_is_a_digit_short_or_long_or_begins_otherwise_is_no_mobile(raw: str) -> None:
    assert read(raw)[0] != "mobile"


@pytest.mark.parametrize("front", ["", "0", "86", "860", "+86", "+86(0)", "0086", "00860", "+86-"])
def test_mobile_has_one_key_with_and_without_country_and_trunk_0(front: str) -> None:
    assert read(f"{front}13800138000") == ("mobile", "+8613800138000")


@pytest.mark.parametrize(
    ("area", "rest"),
    [
        ("10", "88881234"),
        ("20", "12345678"),
        ("29", "88881234"),
        ("310", "8888123"),
        ("571", "88881234"),
        ("999", "0000000"),
        ("400", "88881234"),
        ("10", "69012345"),
        ("10", "65711234"),
    ],
)
@pytest.mark.parametrize("front", ["0", "860", "+86", "+860", "+86(0)", "0086", "00860", "86"])
def test_landline_has_one_key_with_and_without_country_and_trunk_0(front: str, area: str, rest: str) -> None:
    assert read(f"{front}{area}{rest}") == ("landline", f"+86{area}{rest}")


@pytest.mark.parametrize(
    "raw", ["010888812345", "0108888123", "02088881", "057188881", "0571888812345", "01188881234", "5718888123x"]
)
def test_area_code_before_another_number_of_digits_is_no_landline(raw: str) -> None:
    assert read(raw) == ("unusable", None)


@pytest.mark.parametrize("raw", ["86106571123456", "8695588123", "8610086123", "861795113800138000"])
def test_bare_86_goes_only_before_a_whole_mobile_landline_400_or_800_number(raw: str) -> None:
    assert read(raw) == ("unusable", None)


@pytest.mark.parametrize("front", ["86", "860", "+86", "0086", "0", "", "+86 0"])
@pytest.mark.parametrize("number", ["4006500311", "8008200000"])
def test_400_and_800_numbers_have_one_key(front: str, number: str) -> None:
    assert read(f"{front}{number}") == ("service", number)


@pytest.mark.parametrize("raw", ["01069012345", "+861069012345", "861069012345", "00861069012345", "+86(0)1069012345"])
def test_10_is_beijing_before_it_is_the_10_of_106(raw: str) -> None:
    assert read(raw) == ("landline", "+861069012345")


# services


@pytest.mark.parametrize(
    "raw",
    [
        "110",
        "119",
        "120",
        "122",
        "114",
        "129",
        "10000",
        "10086",
        "101234",
        "11888",
        "12345",
        "123456",
        "10010",
        "1001012",
        "10012345",
        "95588",
        "955880",
        "9558801",
        "95588012",
        "96345",
        "963456",
        "9634567",
        "96345678",
        "10101234",
        "4006500311",
        "8008200000",
        "10612345",
        "106" + "1" * 17,
        "1065711234",
        "106571",
    ],
)
@pytest.mark.parametrize("front", ["", "+86", "0086"])
def test_service_has_its_digits_for_a_key_behind_the_country_too(front: str, raw: str) -> None:
    beijing = front != "" and raw == "1065711234"
    assert read(front + raw) == (("landline", f"+86{raw}") if beijing else ("service", raw))


@pytest.mark.parametrize("service", ["110", "12345", "96345", "963456", "10086", "4006500311", "106571123"])
@pytest.mark.parametrize("area", ["0571", "010", "021", "+86571", "+860571", "+86010", "0086-21"])
def test_service_behind_an_area_code_is_the_same_service(area: str, service: str) -> None:
    assert read(f"{area}{service}") == ("service", service)


@pytest.mark.parametrize(
    "raw",
    [
        "130",
        "100",
        "106",
        "1061",
        "109",
        "9558",
        "955880123",
        "963456789",
        "101012345",
        "400650031",
        "40065003111",
        "106" + "1" * 18,
        "1234567",
        "9012345",
        "1100000",
    ],
)
def test_what_is_a_digit_short_or_long_is_no_service(raw: str) -> None:
    assert read(raw)[0] != "service"


@pytest.mark.parametrize("raw", ["010086", "095588", "0110", "00110"])
def test_trunk_0_before_a_service_makes_no_number(raw: str) -> None:
    assert read(raw) == ("unusable", None)


# local numbers


@pytest.mark.parametrize("raw", ["2345678", "8888123", "88881234", "23456789"])
def test_local_number_has_its_digits_for_a_key_or_the_sites_area_before_them(raw: str) -> None:
    assert read(raw) == ("local", raw)
    assert read(raw, HANGZHOU) == ("landline", f"+86571{raw}")
    assert read(f"9{raw}", HANGZHOU) == ("landline", f"+86571{raw}")


@pytest.mark.parametrize("raw", ["1888123", "9888123", "0888123", "188881234", "234567", "234567890", "+8688881234"])
def test_six_or_nine_digits_or_another_first_digit_are_not_local(raw: str) -> None:
    assert read(raw)[0] not in {"local", "landline"}


def test_area_with_eight_digits_cannot_take_seven() -> None:
    assert read("88881234", BEIJING) == ("landline", "+861088881234")
    assert read("8888123", BEIJING) == ("local", "8888123")


# foreign numbers


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("+1 (415) 555-2671", "+14155552671"),
        ("0014155552671", "+14155552671"),
        ("+852 2345 6789", "+85223456789"),
        ("+886212345678", "+886212345678"),
        ("+1234567", "+1234567"),
        ("+123456789012345", "+123456789012345"),
        ("17951 00 1 415 555 2671", "+14155552671"),
        ("9 00 44 20 7946 0958", "+442079460958"),
    ],
)
def test_another_country_is_foreign(raw: str, key: str) -> None:
    assert read(raw, HANGZHOU) == ("foreign", key)


@pytest.mark.parametrize(
    "raw",
    ["+123456", "+1234567890123456", "+0415555267", "000415555267", "00123456", "+86", "0086", "+8612", "+861380013"],
)
def test_too_short_too_long_or_from_a_0_is_no_foreign_number(raw: str) -> None:
    assert read(raw) == ("unusable", None)


# the site


@pytest.mark.parametrize(
    ("area", "outside", "internal", "named"),
    [
        ("571", None, [], "571"),
        ("0110", None, [], "0110"),
        ("01", None, [], "01"),
        ("０５７１", None, [], "０５７１"),
        (None, "99", [], "99"),
        (None, "x", [], "x"),
        (None, None, ["80-1"], "80-1"),
        (None, None, ["801", "八"], "八"),
    ],
)
def test_site_that_cannot_be_is_refused(area: str | None, outside: str | None, internal: list[str], named: str) -> None:
    with pytest.raises(BadInput, match=named):
        numbering_of(area, outside, internal)


def test_every_answer_says_how_the_number_was_read() -> None:
    read = read_number("9 13800138000 x1", HANGZHOU)
    assert read == Number(
        raw="9 13800138000 x1",
        key="+8613800138000",
        kind=NumberKind.MOBILE,
        extension="1",
        why="a mobile number behind the outside digit",
    )
    assert read_number("1-800-FLOWERS").why == "a letter or a sign that no number has there"


@pytest.mark.parametrize(
    ("key", "dialled"),
    [
        ("+8613800138000", "13800138000"),
        ("+8657188881234", "057188881234"),
        ("+861065711234", "01065711234"),
        ("+12025550123", "0012025550123"),
        ("4006500311", "4006500311"),
        ("88881234", "88881234"),
    ],
)
def test_a_key_is_dialled_as_our_lines_take_it(key: str, dialled: str) -> None:
    assert dialled_as(key) == dialled
