"""The table of detectors: every rule is found by one of them, and what each remembers is saved beside the others."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import OfferOutcome
from callcenter.rules.detection.detectors.detector import Memoryless, QuietDetector
from callcenter.rules.detection.detectors.table import DETECTORS
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.detection.judge import Judge
from callcenter.rules.detection.pages import ArchivedMoment, ArchivedPage, packed
from callcenter.rules.records.dossier import DossierMoment
from callcenter.rules.regulations.edition import PointsStep, Title
from tests.unit.rules.detection.story import EPOCH, Story, packaged, roster

TELEPHONY = frozenset({"T", "TW"})
NOT_YET = frozenset({"V-INFLATED"})
"""Known by telephony, too, and raised by nobody so far."""


def test_every_rule_that_the_service_raises_has_one_detector() -> None:
    rules = packaged().editions[-1].violations
    raised = {code for code, rule in rules.items() if rule.known in TELEPHONY} - NOT_YET

    assert Counter(code for row in DETECTORS for code in row.detector.codes) == Counter(dict.fromkeys(raised, 1))


def test_every_detector_is_saved_under_a_name_of_its_own() -> None:
    assert max(Counter(row.name for row in DETECTORS).values()) == 1


def test_detectors_are_shown_facts_and_what_people_entered_and_each_kind_once() -> None:
    kinds = {*fx.Fact.__args__, Disposition}
    assert [row.name for row in DETECTORS if not row.detector.reads or not set(row.detector.reads) <= kinds] == []
    assert [row.name for row in DETECTORS if len(set(row.detector.reads)) < len(row.detector.reads)] == []


def test_detector_that_says_nothing_reports_nothing() -> None:
    story = Story(on=roster())
    detector = QuietDetector(story.judge._context, Memoryless())
    detector.see(fx.GapSeen(at=EPOCH, start=EPOCH, cause="link"))
    detector.settle(EPOCH)
    detector.finish(EPOCH)
    detector.forget()

    assert (detector.due(), detector.needs_since(), story.records()) == (None, None, [])


def refusing() -> Story:
    story = Story(on=roster())
    story.ready()
    story.offer(10, 5, OfferOutcome.DECLINED)
    story.own_call(20, None)
    return story


def test_judge_remembers_the_same_after_it_was_saved() -> None:
    story = refusing()
    saved = story.judge.save()
    story.judge = Judge.restore(saved, packaged(), roster())

    assert story.judge.save() == saved
    assert [record.rule for record in story.records()] == [record.rule for record in refusing().records()] != []


def test_what_an_older_version_saved_is_not_taken_for_a_judge_who_has_seen_nothing() -> None:
    older = {"now": EPOCH, "people": {"Alice": {"states": []}}, "acts": [], "shifts_until": EPOCH}

    with pytest.raises(msgspec.MsgspecError):
        Judge.restore(msgspec.msgpack.encode(older), packaged(), roster())


def test_what_was_saved_in_another_form_is_refused() -> None:
    saved = msgspec.msgpack.decode(refusing().judge.save())
    saved["form"] += 1

    with pytest.raises(msgspec.MsgspecError):
        Judge.restore(msgspec.msgpack.encode(saved), packaged(), roster())


@pytest.mark.parametrize("change", [{"another": {}}, {"hotline": None}], ids=["one more", "one less"])
def test_what_was_saved_with_other_detectors_is_refused(change: dict[str, object]) -> None:
    saved = msgspec.msgpack.decode(refusing().judge.save())
    changed = saved["detectors"] | change
    saved["detectors"] = {name: part for name, part in changed.items() if part is not None}

    with pytest.raises(msgspec.MsgspecError, match="saved with other detectors"):
        Judge.restore(msgspec.msgpack.encode(saved), packaged(), roster())


def test_no_name_of_a_class_is_written_to_an_archive_or_a_record() -> None:
    page = packed(ArchivedPage([ArchivedMoment(1, graded=True, facts=[])]), small=False)

    assert page == msgspec.msgpack.encode([[[1, True, []]], []])
    assert msgspec.to_builtins(DossierMoment(1, Title("一", "one"))) == {"at": 1, "what": {"zh": "一", "en": "one"}}
    assert msgspec.to_builtins(PointsStep(None, 5)) == {"up_to": None, "points": 5, "severity": None}


def test_what_people_entered_is_journalled_under_its_name() -> None:
    entered = Disposition(at=EPOCH, uniqueid="c1", agent="Alice")

    assert msgspec.to_builtins(entered)["type"] == "Disposition"
