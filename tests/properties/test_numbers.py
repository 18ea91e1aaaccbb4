"""Numbers in any spelling: one key for one number, never the same key for two, and nothing that raises."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import assume, given
from hypothesis import strategies as st

from callcenter.numbers import Number, Numbering, NumberKind, dialled_as, numbering_of, read_number

HANGZHOU = numbering_of("0571", "9", ["801", "8001"])
ELSEWHERE = numbering_of("010", "0", [])
NOWHERE = Numbering()
SITES = st.sampled_from([HANGZHOU, ELSEWHERE, NOWHERE])


def exactly(n: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=n, max_size=n)


class Meant(NamedTuple):
    """A number before anybody has spelled it: what it is, and what may stand in front of it."""

    kind: NumberKind
    key: str
    written: str
    fronts: tuple[str, ...]


HOME = ("", "0", "86", "860", "+86", "+860", "0086", "00860")


def _mobile(rest: str, second: str) -> Meant:
    number = f"1{second}{rest}"
    return Meant(NumberKind.MOBILE, f"+86{number}", number, (*HOME, "17951", "125930", "1180886", "+8610193"))


def _landline(area: str, rest: str) -> Meant:
    rest = rest if area[0] in "12" else rest[: 7 + int(rest[0]) % 2]
    # 0400 and 0800 before seven are 400 and 800 numbers
    area = "410" if area in {"400", "800"} else area
    fronts = ("0", "860", "86", "+86", "+860", "0086", "00860", "179510", "+8617951")
    return Meant(NumberKind.LANDLINE, f"+86{area}{rest}", f"{area}{rest}", fronts)


def _foreign(rest: str, first: str) -> Meant:
    number = f"{first}{rest}"
    return Meant(NumberKind.FOREIGN, f"+{number}", number, ("+", "00", "1795100"))


areas = st.one_of(
    st.just("10"), exactly(1).map(lambda d: f"2{d}"), st.tuples(st.sampled_from("3456789"), exactly(2)).map("".join)
)
mobiles = st.builds(_mobile, exactly(9), st.sampled_from("3456789"))
landlines = st.builds(_landline, areas, exactly(8))
foreigners = st.builds(_foreign, st.integers(6, 14).flatmap(exactly), st.sampled_from("12345679"))
free_calls = st.builds(lambda front, rest: front + rest, st.sampled_from(["400", "800"]), exactly(7)).map(
    lambda number: Meant(NumberKind.SERVICE, number, number, HOME)
)


def _service(number: str) -> Meant:
    # behind an area code seven or eight digits are a landline first
    areas = () if len(number) in {7, 8} else ("021", "0571", "+860571")
    return Meant(NumberKind.SERVICE, number, number, ("", "+86", "0086", *areas))


short_services = st.one_of(
    exactly(1).map(lambda d: f"11{d}"),
    st.sampled_from(["10086", "12345", "123456", "95588", "96345678", "10101234", "106571123", "10010"]),
).map(_service)
numbers = st.one_of(mobiles, landlines, foreigners, free_calls, short_services).filter(
    # 106 and seven more behind the country is Beijing's
    lambda meant: not (meant.kind is NumberKind.SERVICE and meant.key.startswith("106") and len(meant.key) == 10)
)

BETWEEN = ["", "", "", " ", ".", "(", ")", "\u3000", "\u200b", "-", "—"]
MARKS = ["转", "轉", "分机", "分机号", "拨", ",", "#", "x", " ext ", ";ext=", "转分机:", "：转："]


@st.composite
def spelled(draw: st.DrawFn) -> tuple[Meant, str]:
    """A number and one spelling of it, with an extension or none."""
    meant = draw(numbers)
    text = draw(st.sampled_from(meant.fronts)) + meant.written
    parts = draw(st.lists(st.sampled_from(BETWEEN), min_size=len(text), max_size=len(text)))
    mark = draw(st.sampled_from(["", *MARKS]))
    tail = mark + draw(st.text("0123456789", min_size=1, max_size=6)) if mark else ""
    # whatever parts it, at most as much as 40 characters leave room for
    room = 40 - len(text) - len(tail)
    loose = [part if n < room else "" for n, part in enumerate(parts)]
    whole = "".join(sign + part for sign, part in zip(text, loose, strict=True)) + tail
    wide = draw(st.booleans())
    return meant, whole.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)}) if wide else whole


@given(spelled())
def test_any_spelling_of_a_number_has_its_key(one: tuple[Meant, str]) -> None:
    meant, text = one
    found = read_number(text)
    assert (found.kind, found.key) == (meant.kind, meant.key)


@given(spelled())
def test_outside_digit_in_front_changes_nothing(one: tuple[Meant, str]) -> None:
    meant, text = one
    assume(not text.startswith(("+", "＋")) and len(text) < 40)
    assume(read_number(f"9{text}").kind is NumberKind.UNUSABLE)  # else it is a number as it stands
    outside = read_number(f"9{text}", HANGZHOU)
    assert (outside.kind, outside.key, outside.extension) == (meant.kind, meant.key, read_number(text).extension)


@given(spelled(), spelled())
def test_two_numbers_never_have_one_key(one: tuple[Meant, str], other: tuple[Meant, str]) -> None:
    same_number = one[0][:2] == other[0][:2]
    assert (read_number(one[1]).key == read_number(other[1]).key) == same_number


shortish = st.text(
    st.one_of(st.sampled_from("0123456789+-,#x转 .:;=extTEL分机号拨总电话861017951"), st.characters()), max_size=44
)
codes = st.text("0123456789", min_size=1, max_size=22)


@given(st.one_of(shortish, codes, st.text()), SITES)
def test_nothing_raises_and_the_answer_is_whole(raw: str, site: Numbering) -> None:
    found = read_number(raw, site)
    nobody = found.kind in {NumberKind.INTERNAL, NumberKind.ANONYMOUS, NumberKind.UNUSABLE}
    assert (found.key is None) == nobody
    assert found.raw == raw
    assert found.why
    assert found.extension is None or (found.extension.isascii() and 1 <= len(found.extension) <= 6)


@given(st.one_of(shortish, codes), SITES)
def test_key_read_again_is_the_same_key(raw: str, site: Numbering) -> None:
    found = read_number(raw, site)
    if found.key is not None and found.key not in site.internal:
        again = read_number(found.key, site)
        assert (again.kind, again.key, again.extension) == (found.kind, found.key, None)


@given(spelled())
def test_a_number_is_dialled_by_digits_that_have_its_key(one: tuple[Meant, str]) -> None:
    key = read_number(one[1]).key
    assume(key is not None)
    dialled = dialled_as(key or "")
    assert dialled.isascii()
    assert dialled.isdigit()
    assert read_number(dialled).key == key


@given(codes, SITES)
def test_extension_changes_no_key(raw: str, site: Numbering) -> None:
    plain, extended = read_number(raw, site), read_number(f"{raw}转0801", site)
    assert extended == Number(f"{raw}转0801", plain.key, plain.kind, extended.extension, plain.why)


@given(spelled(), st.sampled_from("0123456789"))
def test_number_as_it_stands_is_no_other_behind_an_outside_line(one: tuple[Meant, str], outside: str) -> None:
    plain = read_number(one[1])
    assume(" behind " not in plain.why)
    assert read_number(one[1], Numbering(outside_digit=outside)) == plain
