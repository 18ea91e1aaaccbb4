"""The rulebook: sound as packaged, refused in a sentence when it is not."""

from __future__ import annotations

import re
from datetime import date

import msgspec
import pytest
import yaml

from callcenter.domain.frame import SECOND
from callcenter.errors import BadInput
from callcenter.rules.regulations.edition import Mode, Range
from callcenter.rules.regulations.rulebook import parsed
from callcenter.rules.regulations.soundness import check
from callcenter.staff.dates import day_start, zone_named
from tests.unit.rules.detection.story import packaged, read, rulebook

SHANGHAI = zone_named("Asia/Shanghai")


def editions(*dates: str) -> str:
    listed = "\n".join(f'  - {{version: "{n}", {held}}}' for n, held in enumerate(dates))
    return f"based_on: packaged\neditions:\n{listed}\n"


def test_packaged_rulebook_is_sound_and_holds_the_regulations_figures() -> None:
    edition = packaged().editions[-1]
    figures = edition.figures
    assert (figures.ring, figures.uncertainty, figures.gap_nearness) == (15 * SECOND, SECOND // 10, 60 * SECOND)
    assert (figures.refusals, figures.refused_over, figures.engaged) == (3, 60 * SECOND, 60 * SECOND)
    assert (figures.together, figures.together_phones, figures.together_share) == (10 * SECOND, 2, 0.5)
    assert (figures.away, figures.service_threshold, figures.grace) == (300 * SECOND, 20 * SECOND, 0)
    assert check(packaged()) == []


@pytest.mark.parametrize(
    ("code", "severity", "points"),
    [
        ("V-HOTLINE", "dismissal", None),
        ("V-LATE-ANSWER", "minor", 2),
        ("V-MISSED", "minor", 2),
        ("V-AWAY", "minor", 5),
        ("V-ABSENT", "severe", 20),
        ("V-SKIPPED", "moderate", 10),
        ("V-HANGUP", None, None),
        ("V-ASLEEP", "dismissal", None),
    ],
)
def test_packaged_rule_has_its_severity_and_points(code: str, severity: str | None, points: int | None) -> None:
    rule = packaged().editions[-1].violations[code]
    assert (rule.severity, rule.least_points) == (severity, points)


def test_rules_without_a_figure_are_not_on_as_packaged() -> None:
    rules = packaged().editions[-1].violations
    assert {code for code, rule in rules.items() if rule.points == "no figure"} == {
        "V-HANGUP",
        "V-RELIEF",
        "V-SITE",
        "V-LEAK",
    }
    assert all(rule.mode is Mode.OFF for rule in rules.values() if rule.points == "no figure")


def test_incident_is_graded_by_length() -> None:
    points = packaged().editions[-1].violations["V-INCIDENT"].points
    assert isinstance(points, Range)
    assert [(step.up_to, step.points, step.severity) for step in points.steps] == [
        (600 * SECOND, 5, "minor"),
        (1800 * SECOND, 10, "moderate"),
        (None, 20, "severe"),
    ]


def test_every_rule_has_a_title_in_both_languages() -> None:
    edition = packaged().editions[-1]
    titles = [p.title for p in edition.promises.values()] + [r.title for r in edition.violations.values()]
    for title in titles:
        assert re.search("[\u4e00-\u9fff]", title.said("zh-CN"))
        assert re.fullmatch("[A-Za-z ,'-]+", title.said("en"))


def test_own_rulebook_writes_only_what_differs() -> None:
    book = rulebook(
        "figures: {uncertainty_seconds: 0.25, queues: {vip: {service_threshold_seconds: 10, wrap_up_seconds: 5}}}",
        "violations: {V-MISSED: {points: 3}}",
    )
    figures = book.editions[0].figures
    assert (figures.uncertainty, figures.engaged, figures.wrap_up) == (250_000, 60 * SECOND, {"vip": 5 * SECOND})
    assert (figures.threshold("vip"), figures.threshold("support"), figures.threshold(None)) == (
        10 * SECOND,
        20 * SECOND,
        20 * SECOND,
    )
    assert book.editions[0].violations["V-MISSED"].least_points == 3


def test_each_moment_has_the_edition_of_its_local_day() -> None:
    book = read(editions("from: 2026-01-01, to: 2026-06-30", "from: 2026-07-01, to: 2026-12-31"))
    july = day_start(date(2026, 7, 1), SHANGHAI)
    held = [book.at(moment) for moment in (july - 1, july, day_start(date(2026, 1, 1), SHANGHAI) - 1)]
    assert [edition and edition.version for edition in held] == ["0", "1", None]
    assert book.at(day_start(date(2027, 1, 1), SHANGHAI)) is None
    assert book.at(None) is book.editions[-1]


def test_figures_hold_from_an_editions_first_midnight_and_before_the_first_and_after_the_last() -> None:
    dates = (
        "from: 2026-01-01, to: 2026-06-30, figures: {rings: 4}",
        "from: 2026-07-01, to: 2026-12-31, figures: {rings: 5}",
    )
    book = read(editions(*dates))
    july = day_start(date(2026, 7, 1), SHANGHAI)
    assert [book.figures(moment).rings for moment in (0, july - 1, july, 2 * july, None)] == [4, 4, 5, 5, 5]
    assert [(held.start, held.end) for held in (book.held(0), book.held(july))] == [(None, july), (july, None)]
    assert [book.held(july).at(moment) for moment in (july - 1, july, 2 * july)] == [False, True, True]
    assert [book.held(0).at(moment) for moment in (0, july - 1, july)] == [True, True, False]
    assert [(held.start, held.end) for held in book.everything()] == [(None, july), (july, None)]


def test_days_begin_in_the_sites_zone() -> None:
    assert read(editions("from: 2026-01-01"), "Europe/Berlin").zone == zone_named("Europe/Berlin")
    assert packaged().timezone == "Asia/Shanghai"


def test_another_time_zone_than_the_sites_is_refused() -> None:
    text = 'timezone: Europe/Berlin\nbased_on: packaged\neditions: [{version: "1", from: 2026-01-01}]\n'
    assert read(text).timezone == read(text, "Europe/Berlin").timezone == "Europe/Berlin"
    with pytest.raises(BadInput, match=r"the rulebook names the time zone Europe/Berlin, the site's is Asia/Shanghai"):
        read(text, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        (
            ("from: 2026-01-01, to: 2026-06-29", "from: 2026-07-01"),
            "no edition holds between 2026-06-29 and 2026-07-01",
        ),
        (("from: 2026-01-01, to: 2026-07-01", "from: 2026-07-01"), "still holds when 1 begins"),
        (("from: 2026-01-01", "from: 2026-07-01"), "still holds when 1 begins"),
        (("from: 2026-07-01, to: 2026-01-01",), "ends before it begins"),
        (("from: 2026-01-01, to: 2026-01-31", "version: '0', from: 2026-02-01"), "two editions"),
    ],
)
def test_hole_or_overlap_in_the_dates_is_refused(dates: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        read(editions(*dates))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('violations: {V-HANGUP: {mode: "on", severity: minor, points: 5}}', "hangup_within_seconds must be filled"),
        ('violations: {V-SKIPPED: {mode: "on"}}', "disposition_within_seconds must be filled"),
        ('violations: {V-RELIEF: {mode: "on"}}', "points must be filled"),
        ('violations: {V-SITE: {mode: "on"}}', "V-SITE: points must be filled before it can be on"),
        ('violations: {V-HANGUP: {mode: "on", points: 5}}', "V-HANGUP: severity must be filled"),
        ("violations: {V-MISSED: {points: -2}}", "without a sign"),
        ("violations: {V-MISSED: {points: {from: 5, to: 2}}}", "must rise from its `from`"),
        ("violations: {V-INCIDENT: {points: {to: 15}}}", "outside the range"),
        (
            (
                "violations: {V-INCIDENT: {points: {steps: [{up_to_seconds: 9, points: 5},"
                " {up_to_seconds: 8, points: 6}]}}}"
            ),
            "steps must rise",
        ),
        ("figures: {rings: 0}", "rings must be more than 0"),
        ("figures: {together_share: 0}", "together_share must be"),
        ("figures: {uncertainty_seconds: soon}", "uncertainty_seconds must be a number of seconds, not 'soon'"),
        ("figures: {uncertainty_seconds: -1}", "must be a number of seconds"),
        ("figures: {uncertainty_seconds: .inf}", "must be a number of seconds"),
        ("figures: {uncertainty_seconds: true}", "must be a number of seconds"),
        ("figures: {engaged_second: 60}", "engaged_second"),
        ("violations: {V-MISSED: {mode: maybe}}", "V-MISSED: .*'maybe'.*write one of off, shadow, on"),
        ("violations: {V-MISSED: {severity: sever}}", "V-MISSED: .*'sever'.*write one of warning, minor, mod"),
        ("violations: {V-HOTLINE: {lesser: [minor]}}", r"V-HOTLINE: .*\$\.lesser`; write one of warning, minor"),
        (
            "violations: {V-MISSED: {points: {from: 1, to: 3, by: choice, steps: [{up_to_seconds: 3, points: x}]}}}",
            r"V-MISSED: .*points\.steps\[0\]\.points`$",
        ),
        ("promises: {S-ANSWER: {known: X}}", "S-ANSWER: "),
        ("violations: {V-NEW: {points: 1}}", "V-NEW: .*missing required field `title`"),
        ("violations: [1]", "object"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(line: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        rulebook(line)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{}", "has no editions"),
        ("format: 2\neditions: [{}]", "format 2"),
        ("colour: red\neditions: [{}]", "unknown key 'colour'"),
        ("based_on: another\neditions: [{}]", "based_on must be"),
        ("timezone: Nowhere/Land\neditions: [{}]", "no time zone 'Nowhere/Land'"),
        ("editions: [{}]", r"editions\[0\]"),
        ("editions: [3]", r"editions\[0\]"),
    ],
)
def test_mapping_that_is_no_rulebook_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        read(text)


def test_unsound_rulebook_can_still_be_read_to_say_what_is_wrong() -> None:
    book = parsed(yaml.safe_load(editions("from: 2026-01-01", "from: 2026-07-01")), "the rulebook", None)
    assert len(check(book)) == 1


def test_rule_has_figures_of_its_own() -> None:
    book = rulebook("violations: {V-DESK: {mode: shadow, figures: {most: 3, within_seconds: 1.5, least: no figure}}}")
    rule = book.editions[-1].violations["V-CLEAN"], book.editions[-1].violations["V-DESK"]

    assert [rule[1].figure(name) for name in ("most", "within", "least", "other")] == [3, 1_500_000, None, None]
    assert rule[0].figure("most") is None
    assert "figures" not in msgspec.to_builtins(rule[0])


def test_rule_is_not_on_without_its_own_figures() -> None:
    with pytest.raises(BadInput, match="V-DESK: most must be filled before it can be on"):
        rulebook("violations: {V-DESK: {figures: {most: no figure}}}")
