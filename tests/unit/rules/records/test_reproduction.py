"""What keeps a record from reproducing is said in both languages, and names what differs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from callcenter.domain.vocabulary import AgentState
from callcenter.rules.records.dossier import Dossier, from_violation
from callcenter.rules.records.reproduction import Doubt, EvidenceFault, ReproductionFinding, differences, note
from callcenter.rules.records.standing import RecordState, Standing
from callcenter.rules.records.violation import StateSince, Verdict
from callcenter.rules.regulations.edition import Title
from tests.unit.rules.records.test_dossier import BOOK, violation


def both(**other: Any) -> tuple[Dossier, Standing]:
    dossier, standing = from_violation(violation(), BOOK, team="hotline", evidence=[{"position": 3}])
    said = {name: value for name, value in other.items() if name in Dossier.__struct_fields__}
    stands = {name: value for name, value in other.items() if name not in said}
    return msgspec.structs.replace(dossier, **said), msgspec.structs.replace(standing, **stands)


def test_same_record_differs_in_nothing() -> None:
    assert differences(*both(), *both()) == ()


def test_what_people_did_with_it_is_no_difference() -> None:
    decided = both(state=RecordState.REDUCED, decided_points=1, decided_by="sun")
    assert differences(*decided, *both()) == ()


@pytest.mark.parametrize("changed", [{"team": "other"}, {"title": Title("另", "other")}, {"caller": "1"}])
def test_names_of_things_may_change(changed: dict[str, Any]) -> None:
    assert differences(*both(**changed), *both()) == ()


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"measured": 1.0}, ("测量值", "measured")),
        ({"verdict": Verdict.EXCUSED, "ruled_out": ()}, ("已排除项、判定", "ruled_out, verdict")),
        ({"evidence": []}, ("证据", "evidence")),
    ],
)
def test_whatever_else_differs_is_named(changed: dict[str, Any], names: tuple[str, str]) -> None:
    (found,) = differences(*both(**changed), *both())
    assert (found.what, found.zh, found.en) == (EvidenceFault.SAYS_OTHER, *names)


@pytest.mark.parametrize(("version", "found"), [("0.0.1", 0), (both()[0].worded_by, 1)])
def test_words_may_differ_where_another_version_wrote_them(version: str, found: int) -> None:
    reworded = both(why=Title("换句话说", "in other words"), worded_by=version)
    assert len(differences(*reworded, *both())) == found


def test_record_that_was_filed_without_queue_and_state_before_reproduces() -> None:
    told = both(queue="support", before=(StateSince(AgentState.AVAILABLE, 7),))
    assert differences(*both(), *told) == differences(*told, *both()) == ()


@pytest.mark.parametrize("what", [*EvidenceFault, *Doubt])
def test_each_finding_is_told_in_both_languages(what: EvidenceFault | Doubt) -> None:
    found = ReproductionFinding(what, "甲", "A")
    assert not any(c in found.told("en") for c in "{}。甲")
    assert any("\u4e00" <= c <= "\u9fff" for c in found.told("zh-CN"))


def test_note_says_everything_in_both_languages() -> None:
    found = [
        ReproductionFinding(EvidenceFault.FRAME_DAMAGED, "7", "7"),
        ReproductionFinding(EvidenceFault.FRAME_MISSING, "9", "9"),
    ]
    assert note(found) == (
        "证据无法复现：日志第7条已损坏；日志中没有第9条。 "
        "The evidence does not reproduce: journal entry 7 is damaged; the journal has no entry 9."
    )
