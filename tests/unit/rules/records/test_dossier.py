"""Dossiers: what a rule raised and what a person recorded are equal in rank."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from callcenter.errors import BadInput
from callcenter.files.rulebook import load_rulebook
from callcenter.rules.records.dossier import RecordForm, from_form, from_violation, seen_by_people
from callcenter.rules.records.standing import SERVICE
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Verdict, Violation
from callcenter.rules.regulations.edition import Mode, Rulebook, Severity
from tests.unit.rules.detection.people import MONDAY

BOOK = load_rulebook()


def form(rule: str = "V-EAT", **other: Any) -> RecordForm:
    given: dict[str, Any] = {
        "rule": rule,
        "agent": "Alice",
        "team": "hotline",
        "at": MONDAY,
        "words": "ate at the desk",
        "by": "li",
        "key": "k",
    }
    return RecordForm(**given | other)


def violation(rule: str = "V-MISSED") -> Violation:
    return Violation(
        id="1" * 32,
        rule=rule,
        agent="Alice",
        at=MONDAY,
        start=MONDAY - 1,
        end=MONDAY,
        verdict=Verdict.PROPOSED,
        mode=Mode.ON,
        severity=Severity.MINOR,
        points=2,
        rulebook="2026.1",
        measured=20.0,
        limit=None,
        unit="s",
        impact=None,
        act=Reason("timed_out", {"measured": "20.0", "rings": "5", "most": "3"}),
        reason=None,
        ruled_out=("gap",),
        subject="x",
        names=(),
        frames=(3, 4),
    )


def test_form_becomes_a_proposed_record_of_whoever_filled_it_in() -> None:
    dossier, standing = from_form(form(), BOOK, MONDAY)
    assert (standing.verdict, standing.proposed_by, standing.points, standing.severity) == (
        Verdict.PROPOSED,
        "li",
        5,
        Severity.MINOR,
    )
    assert (dossier.rule, dossier.title.zh, dossier.why.zh, dossier.rulebook) == (
        "V-EAT",
        "工作区吸烟进食",
        "ate at the desk",
        "2026.1",
    )


def test_range_by_choice_proposes_its_least_and_allows_its_most() -> None:
    _, standing = from_form(form("V-SLOW"), BOOK, MONDAY)
    assert (standing.points, standing.most) == (2, 5)


def test_fine_and_dismissal_are_taken_from_the_rulebook() -> None:
    assert from_form(form("V-SWAP-GAP"), BOOK, MONDAY)[1].fine_yuan == 20
    assert from_form(form("V-ASLEEP"), BOOK, MONDAY)[1].severity is Severity.DISMISSAL


def test_severity_that_goes_with_steps_is_proposed_at_its_least() -> None:
    edition = BOOK.editions[0]
    incident = msgspec.structs.replace(edition.violations["V-INCIDENT"], mode=Mode.ON)
    book = msgspec.structs.replace(
        BOOK, editions=(msgspec.structs.replace(edition, violations={"V-INCIDENT": incident}),)
    )
    standing = from_form(form("V-INCIDENT"), book, MONDAY)[1]
    assert (standing.severity, standing.points, standing.most) == (Severity.MINOR, 5, 20)


def test_same_form_has_the_same_id_and_another_one_another() -> None:
    numbers = [from_form(one, BOOK, MONDAY)[0].id for one in (form(), form(), form(key="l"), form(by="sun"))]
    assert numbers[0] == numbers[1]
    assert len(set(numbers)) == 3


def fileable(code: str) -> str:
    """File a form of a rule; says what became of it."""
    try:
        from_form(form(code), BOOK, MONDAY)
    except BadInput as error:
        return next(why for why in ("found by the service", "is not on", "has no figure") if why in str(error))
    return "filed"


def test_every_rule_is_filed_by_form_or_refused_for_what_it_is() -> None:
    rules = BOOK.editions[-1].violations
    expected = {
        code: "found by the service"
        if rule.known in {"T", "derived"}
        else "has no figure"
        if rule.known == "TW" and rule.points == "no figure"
        else "filed"
        if rule.known == "TW" or rule.mode is Mode.ON
        else "is not on"
        for code, rule in rules.items()
    }
    assert {code: fileable(code) for code in rules} == expected
    assert [*seen_by_people(BOOK.editions[-1])] == sorted(
        code for code, became in expected.items() if became == "filed"
    )
    assert {"V-HOTLINE", "V-AWAY", "V-LATE", "V-SKIPPED", "V-DESK", "V-CONFLICT"} <= {
        code for code, became in expected.items() if became == "filed"
    }


def test_what_people_see_counts_though_its_detector_is_in_shadow_or_off() -> None:
    standings = [from_form(form(code), BOOK, MONDAY)[1] for code in ("V-AWAY", "V-SKIPPED")]
    assert [(one.mode, one.points) for one in standings] == [(Mode.ON, 5), (Mode.ON, 10)]


def test_form_measures_no_customer_who_was_kept_out() -> None:
    assert from_form(form("V-HOTLINE"), BOOK, MONDAY)[1].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (form("V-NONE"), "has no rule 'V-NONE'"),
        (form("V-MISSED"), "found by the service"),
        (form("V-SITE"), "is not on"),
        (form("V-RELIEF"), "has no figure"),
        (form("V-ACCUMULATED"), "found by the service"),
        (form(words=""), "from 1 to 2000 characters"),
        (form(words="x" * 2001), "from 1 to 2000 characters"),
        (form(words="a\x00b"), "none of them a control character"),
        (form(words="\udc80"), "none of them a control character"),
        (form(agent="Ali\nce"), "no control character"),
        (form(at=MONDAY + 1), "not happened yet"),
        (form(at=-(10**15)), "no rulebook held"),
    ],
)
def test_form_that_cannot_be_is_refused_in_a_sentence(wrong: RecordForm, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        from_form(wrong, BOOK, MONDAY)


def test_record_of_a_rule_keeps_what_it_stands_on() -> None:
    evidence = [{"position": 3, "hash": "00"}]
    dossier, standing = from_violation(violation(), BOOK, team="hotline", evidence=evidence)
    assert (standing.proposed_by, standing.points, standing.most) == (SERVICE, 2, 5)
    assert (dossier.evidence, dossier.team, dossier.measured, dossier.ruled_out) == (
        evidence,
        "hotline",
        20.0,
        ("gap",),
    )
    assert (dossier.why.zh, dossier.why.en) == (violation().why("zh-CN"), violation().why("en"))


def test_record_of_a_rule_that_the_book_no_longer_has_is_named_by_its_code() -> None:
    none: Rulebook = msgspec.structs.replace(BOOK, editions=(msgspec.structs.replace(BOOK.editions[0], violations={}),))
    dossier, standing = from_violation(violation(), none, team=None, evidence=[])
    assert (dossier.title.en, standing.most) == ("V-MISSED", None)
