"""One key for one telephone number, however it was written or dialled: what call-backs, links and masks compare (pure).

A key is E.164 for what can be dialled from anywhere, the bare digits for services and for local numbers of an unknown
area, and nothing for nobody's number. The rules are tried in this order: the site's own extensions, the digits as they
stand, then what is left when an extension, the country's code, a carrier's prefix and the outside digit come off, each
at most once, in any combination with a trunk 0. Digits that are a number as they stand are never read otherwise.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

import msgspec

from callcenter.errors import BadInput
from callcenter.locale import english, spelt

_MOST_SIGNS = 40
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_BREAKING = frozenset({"Cc", "Zl", "Zp"})
_DROPPED = frozenset({"Cf", "Zs"})
_BRACKETS = frozenset(".()[]{}【】")
_MORE_DASHES = frozenset("\u2053\u207b\u208b\u2212")
"""Dashes that Unicode has as signs or punctuation of another kind."""

_NOBODY = frozenset({"", "anonymous", "unknown", "<unknown>", "restricted", "private", "s"})
_DIGITS = re.compile(r"\+?[0-9]+")
_LONGEST_EXTENSION = 6

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_CHARGED_HOME = re.compile(r"[48]00[0-9]{7}")
_LANDLINE = re.compile(r"10[0-9]{8}|2[0-9]{9}|[3-9][0-9]{2}[0-9]{7,8}")  # this and the area code without its 0
_SERVICE = re.compile(
    r"1[12][0-9]|1[012][0-9]{3,4}|100[0-9]{2,5}|9[56][0-9]{3,6}|1010[0-9]{4}|106[0-9]{5,17}|[48]00[0-9]{7}"
)
_AREA = re.compile(r"10|2[0-9]|[3-9][0-9]{2}")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")
_FOREIGN = re.compile(r"(?!86)[1-9][0-9]{6,14}")
_CARRIER = re.compile(r"179[0-9]{2}|12593|10193|11808")


class NumberKind(StrEnum):
    """Whose number it can be."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    SERVICE = "service"
    FOREIGN = "foreign"
    INTERNAL = "internal"
    LOCAL = "local"
    ANONYMOUS = "anonymous"
    UNUSABLE = "unusable"


class Numbering(msgspec.Struct, frozen=True):
    """What a site's own lines make of digits; from `numbering_of`.

    Attributes:
        area_code: Of the site, with its 0; None: nobody has said.
        outside_digit: Dialled for an outside line; None: none is.
        internal: The site's own extensions.
    """

    area_code: str | None = None
    outside_digit: str | None = None
    internal: tuple[str, ...] = ()


PLAIN = Numbering()
"""A site of which nothing is known."""


class Number(msgspec.Struct, frozen=True):
    """What a text names.

    Attributes:
        raw: The text as it was given.
        key: What is compared; None: nobody's number, never linked.
        kind: Whose it can be.
        extension: Digits behind the number, as they were written.
        why: How it was read, or why it was not.
    """

    raw: str
    key: str | None
    kind: NumberKind
    extension: str | None = None
    why: str = ""


class _Read(NamedTuple):
    kind: NumberKind
    key: str | None
    why: str


class _Rest(NamedTuple):
    """Digits that are left, and the names of what has come off."""

    digits: str
    off: tuple[str, ...] = ()


def numbering_of(area_code: str | None, outside_digit: str | None, internal: Iterable[str]) -> Numbering:
    """Make a site's numbering of what people wrote.

    Raises:
        BadInput: A part cannot be what it should be.
    """
    area, outside = area_code or None, outside_digit or None
    if area is not None and not (area[0] == "0" and _AREA.fullmatch(area[1:])):
        raise BadInput(f"the area code {area!r} is none; write it with its 0, like 0571 or 010")
    if outside is not None and not re.fullmatch("[0-9]", outside):
        raise BadInput(f"the outside digit {outside!r} is none; give one digit, like 9")
    own = [extension.strip() for extension in internal]
    for extension in own:
        if not re.fullmatch("[0-9]{1,15}", extension):
            raise BadInput(f"the internal extension {extension!r} is none; give digits, like 8001")
    return Numbering(area, outside, tuple(sorted(set(own))))


def dialled_as(key: str) -> str:
    """Return the digits by which the number of a key is dialled from a line of ours, without an outside digit."""
    if key.startswith("+86"):
        national = key.removeprefix("+86")
        return national if _MOBILE.fullmatch(national) else f"0{national}"
    return f"00{key[1:]}" if key.startswith("+") else key


def read_number(raw: str, numbering: Numbering = PLAIN) -> Number:
    """Read a number as people, phones or switches write it; never raises."""
    if len(raw) > _MOST_SIGNS:
        return Number(raw, None, NumberKind.UNUSABLE, why=english(f"longer than {_MOST_SIGNS} characters"))
    if any(unicodedata.category(sign) in _BREAKING for sign in raw):
        return Number(raw, None, NumberKind.UNUSABLE, why=english("a control character or a line break"))
    text = _front().sub("", _folded(raw))
    bare = text.replace("-", "")
    if bare in _NOBODY:
        return Number(raw, None, NumberKind.ANONYMOUS, why=english("withheld or not given"))
    if extended := _extended().fullmatch(bare):
        found, extension = _whole(extended["number"], numbering), extended["extension"]
    elif _DIGITS.fullmatch(bare):
        found, extension = _plain(text, numbering)
    else:
        return Number(raw, None, NumberKind.UNUSABLE, why=english("a letter or a sign that no number has there"))
    if found is None:
        return Number(raw, None, NumberKind.UNUSABLE, why=english("no number has these digits"))
    return Number(raw, found.key, found.kind, extension, found.why)


@functools.cache
def _front() -> re.Pattern[str]:
    """Return what people write before a number."""
    return re.compile(rf"^(?:{spelt('numbers', 'front')}|[:-])+")


@functools.cache
def _extended() -> re.Pattern[str]:
    """Return a number with an extension behind it."""
    between = rf"{spelt('numbers', 'extension')}|,|#|;ext="
    return re.compile(rf"(?P<number>\+?[0-9]+)(?:[:=]*(?:{between}))+[:=]*(?P<extension>[0-9]{{1,6}})")


def _folded(raw: str) -> str:
    """Drop what only parts a number, and write wide signs, dashes and letters in one manner."""
    signs = []
    for sign in raw.translate(_WIDE):
        category = unicodedata.category(sign)
        if category == "Pd" or sign in _MORE_DASHES:
            signs.append("-")
        elif category not in _DROPPED and sign not in _BRACKETS:
            signs.append(sign)
    return "".join(signs).translate(_LOWER)


def _plain(text: str, numbering: Numbering) -> tuple[_Read | None, str | None]:
    """Read digits and dashes: the last dash that has a number before it begins an extension if the whole is none."""
    whole = _whole(text.replace("-", ""), numbering)
    sent = "" if whole is None or whole.key is None else whole.key
    if whole is not None and not sent.startswith("106"):
        return whole, None
    parts = text.split("-")
    for n in range(len(parts) - 1, 0, -1):
        extension = "".join(parts[n:])
        if not 1 <= len(extension) <= _LONGEST_EXTENSION:
            continue
        found = _whole("".join(parts[:n]), numbering)
        # behind +86, 10 is Beijing before it is the 10 of 106
        if found is not None and (whole is None or found.key == f"+86{sent[:10]}"):
            return found, extension
    return whole, None


def _whole(digits: str, numbering: Numbering) -> _Read | None:
    """Read digits without an extension: as they stand, then with as little taken off as makes a number of them."""
    if digits in numbering.internal:
        return _Read(NumberKind.INTERNAL, None, "one of the site's own extensions")
    if digits.startswith("+86"):
        waiting = [_Rest(digits[3:], ("the country's code",))]
    elif digits.startswith("+"):
        return _foreign(digits[1:])
    else:
        waiting = [_Rest(digits)]
    for rest in waiting:  # grows while it is read: nearest first
        if (found := _standing(rest, numbering)) is not None:
            behind = f" behind {' and '.join(rest.off)}" if rest.off else ""
            return found._replace(why=found.why + behind)
        waiting.extend(_lighter(rest, numbering))
    return None


def _standing(rest: _Rest, numbering: Numbering) -> _Read | None:
    """Read digits as they stand, where nothing more comes off than a 0 in front."""
    digits, trunk, abroad = rest.digits, "a trunk 0" in rest.off, "the country's code" in rest.off
    inner = digits.removeprefix("0") if not trunk else digits
    if _MOBILE.fullmatch(inner):
        return _Read(NumberKind.MOBILE, f"+86{inner}", "a mobile number")
    if _CHARGED_HOME.fullmatch(inner):
        return _Read(NumberKind.SERVICE, inner, "a 400 or 800 number")
    national = inner if inner != digits or abroad or "a bare 86" in rest.off else ""
    if _LANDLINE.fullmatch(national):
        return _Read(NumberKind.LANDLINE, f"+86{national}", "a landline with its area code")
    if trunk or "a bare 86" in rest.off:
        return None
    area = _AREA.match(national)
    for service, where in ((digits, ""), (national[area.end() :] if area else "", " with an area code")):
        if _SERVICE.fullmatch(service):
            return _Read(NumberKind.SERVICE, service, f"a service's number{where}")
    if abroad:
        return None
    return _foreign(digits[2:]) if digits.startswith("00") else _local(digits, numbering)


def _local(digits: str, numbering: Numbering) -> _Read | None:
    if not _LOCAL.fullmatch(digits):
        return None
    here = (numbering.area_code or "")[1:] + digits
    if numbering.area_code and _LANDLINE.fullmatch(here) and not _CHARGED_HOME.fullmatch(here):
        return _Read(NumberKind.LANDLINE, f"+86{here}", "a landline of the site's own area")
    return _Read(NumberKind.LOCAL, digits, "a landline of an area that is not said")


def _foreign(digits: str) -> _Read | None:
    if not _FOREIGN.fullmatch(digits):
        return None
    return _Read(NumberKind.FOREIGN, f"+{digits}", "a number of another country")


def _lighter(rest: _Rest, numbering: Numbering) -> Iterator[_Rest]:
    """Take one thing off the front, in each way that is left."""
    digits, off = rest
    if "a bare 86" in off:
        return
    if not {"the country's code", "a trunk 0"} & set(off) and digits.startswith("0086"):
        yield _Rest(digits[4:], (*off, "the country's code"))
    if "the country's code" not in off and digits.startswith("86"):
        yield _Rest(digits[2:], (*off, "a bare 86"))
    carrier = _CARRIER.match(digits)
    if carrier and "a carrier's prefix" not in off:
        yield _Rest(digits[carrier.end() :], (*off, "a carrier's prefix"))
    if "a trunk 0" not in off and digits.startswith("0") and not digits.startswith("00"):
        yield _Rest(digits[1:], (*off, "a trunk 0"))
    if not off and numbering.outside_digit and digits.startswith(numbering.outside_digit):
        yield _Rest(digits[1:], ("the outside digit",))
