"""A line of the doctor's report that is held against the catalogue when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcenter import locale
from callcenter.doctor import by_call, by_config, by_dialplan, by_log, by_phones, inspect
from tests.support.chinese import english_in

if TYPE_CHECKING:
    from callcenter.doctor.inspect import Verdict

CHECK = inspect.Check
MODULES = (by_call, by_config, by_dialplan, by_log, by_phones, inspect)


def check(name: str, verdict: Verdict, found: str, remedy: str = "") -> inspect.Check:
    """Make a line of the report, and hold it against the catalogue."""
    assert [left for said in (name, found, remedy) for left in english_in(locale.sentence(said, "zh-CN"))] == []
    return CHECK(name, verdict, found, remedy)
