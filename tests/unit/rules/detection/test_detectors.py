"""The table of detectors: every rule is found by one of them, and what each remembers is saved beside the others."""

from __future__ import annotations

from collections import Counter
from datetime import date

import msgspec
import pytest

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import AgentState, OfferOutcome
from callcenter.rules.detection import judge
from callcenter.rules.detection.agents import AgentMemory
from callcenter.rules.detection.context import ContextMemory, RuleContext
from callcenter.rules.detection.detectors.absence import Absence, AbsenceDetector, AbsenceMemory
from callcenter.rules.detection.detectors.attendance import AttendanceMemory
from callcenter.rules.detection.detectors.detector import FactReader, Memoryless, QuietDetector
from callcenter.rules.detection.detectors.hotline import HotlineMemory
from callcenter.rules.detection.detectors.own_calls import EngagementMemory, Engagements
from callcenter.rules.detection.detectors.phones import LossMemory, PhonesTakenOff
from callcenter.rules.detection.detectors.refusals import RefusalMemory, RefusalRuns
from callcenter.rules.detection.detectors.shifts import ShiftDetector
from callcenter.rules.detection.detectors.table import DETECTORS
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.detection.judge import Judge
from callcenter.rules.detection.pages import ArchivedMoment, ArchivedPage, packed
from callcenter.rules.detection.waits import WaitMemory, Waits
from callcenter.rules.records.dossier import DossierMoment
from callcenter.rules.regulations.edition import PointsStep, Rulebook, Title
from tests.unit.rules.detection.story import EPOCH, Story, micros, packaged, roster, rulebook

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
    saved["form"] += "s"

    with pytest.raises(msgspec.MsgspecError):
        Judge.restore(msgspec.msgpack.encode(saved), packaged(), roster())


def test_what_was_saved_with_other_detectors_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    saved = refusing().judge.save()
    monkeypatch.setattr(judge, "DETECTORS", DETECTORS[1:])

    with pytest.raises(msgspec.ValidationError, match="a memory of the form"):
        Judge.restore(saved, packaged(), roster())


def test_memory_of_a_detector_that_remembered_less_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its new field would be read as empty: a rule that had seen nothing of what the others saw."""
    saved = refusing().judge.save()
    wider = msgspec.defstruct("HotlineMemory", [("more", dict[str, int], {})], bases=(HotlineMemory,))
    rows = tuple(row._replace(memory=wider) if row.memory is HotlineMemory else row for row in DETECTORS)
    monkeypatch.setattr(judge, "DETECTORS", rows)

    with pytest.raises(msgspec.ValidationError, match="a memory of the form"):
        Judge.restore(saved, packaged(), roster())


def test_no_name_of_a_class_is_written_to_an_archive_or_a_record() -> None:
    page = packed(ArchivedPage([ArchivedMoment(1, graded=True, facts=[])]), small=False)

    assert page == msgspec.msgpack.encode([[[1, True, []]], []])
    assert msgspec.to_builtins(DossierMoment(1, Title("一", "one"))) == {"at": 1, "what": {"zh": "一", "en": "one"}}
    assert msgspec.to_builtins(PointsStep(None, 5)) == {"up_to": None, "points": 5, "severity": None}


def test_what_people_entered_is_journalled_under_its_name() -> None:
    entered = Disposition(at=EPOCH, uniqueid="c1", agent="Alice")

    assert msgspec.to_builtins(entered)["type"] == "Disposition"


SOMETHING_ELSE = fx.OutOfOrder(at=EPOCH, event="Hangup", pos=7)


def readers(context: RuleContext) -> list[FactReader]:
    """Make every detector, and whatever else is shown facts."""
    return [
        *(row.detector(context, row.memory()) for row in DETECTORS),
        RefusalRuns(context, RefusalMemory()),
        Engagements(context, EngagementMemory()),
        PhonesTakenOff(context, LossMemory()),
        Waits(context, WaitMemory()),
    ]


def test_fact_of_a_kind_that_nobody_reads_changes_nothing() -> None:
    context = RuleContext(packaged(), roster())
    for reader in readers(context):
        assert not isinstance(SOMETHING_ELSE, reader.reads)
        reader.see(SOMETHING_ELSE)

    assert context.memory == ContextMemory()


def test_agent_who_leaves_a_queue_that_was_never_joined_serves_none() -> None:
    agent = AgentMemory()
    agent.serves("support", EPOCH, member=False)

    assert agent.served == {"support": []}


def test_smaller_lag_takes_nothing_from_what_was_measured() -> None:
    story = refusing()
    story.judge.lagging(5 * SECOND)
    story.judge.lagging(SECOND)

    assert story.judge._context.memory.lag == 5 * SECOND


def test_absence_is_not_measured_where_no_time_was_ever_told() -> None:
    context = RuleContext(packaged(), roster())
    detector = AbsenceDetector(context, AbsenceMemory(away={"Alice": Absence(EPOCH, "PJSIP/1001", "paused")}))
    detector.finish(None)

    assert context.memory.acts.every() == []


def test_shifts_are_not_judged_where_no_time_was_ever_told() -> None:
    context = RuleContext(packaged(), roster())
    ShiftDetector(context, AttendanceMemory()).finish(None)

    assert context.memory.acts.every() == []


def test_whoever_was_signed_out_is_undetermined_without_a_roster() -> None:
    story = Story()
    story.ready("Alice")
    story.state(10, state=AgentState.OFFLINE, reason="signed out")
    story.state(400)
    record = story.record()

    assert (record.rule, record.reason and record.reason.code) == ("V-AWAY", "no_roster")


def test_phone_signed_off_at_no_known_time_counts_as_fallen_silent() -> None:
    story = Story(on=roster())
    story.ready()
    story.falls_silent(10)
    story.tell(fx.PhoneUnregistered(at=None, agent="Alice", interface="PJSIP/1001", frames=()))
    records = story.records(500)

    assert [(r.act.code, r.reason and r.reason.code) for r in records] == [("taken_off", "fell_silent")]


def test_offer_without_times_is_decided_at_once() -> None:
    story = Story(on=roster())
    story.offer(None, 0, OfferOutcome.TIMED_OUT)
    (record,) = story.judge.decide(EPOCH)

    assert (record.rule, record.reason and record.reason.code) == ("V-MISSED", "no_time")


def test_acts_of_a_time_of_which_no_edition_is_any_more_come_to_nothing() -> None:
    figures = "figures: {disposition_within_seconds: 60}"
    story = Story(on=roster(), book=rulebook(figures, "violations: {V-SKIPPED: {mode: 'on'}}"))
    story.ready()
    story.offer(10, 16, OfferOutcome.TIMED_OUT)
    story.talked(30, 40)
    newest = msgspec.structs.replace(packaged().editions[-1], first=date(2090, 1, 1))
    story.judge = story.judge.under(Rulebook("Asia/Shanghai", (newest,)), roster())

    assert (story.judge.decide(micros(500)), story.records()) == ([], [])


def test_page_tells_the_times_of_its_facts() -> None:
    page = ArchivedPage([ArchivedMoment(1, graded=True, facts=[SOMETHING_ELSE])])

    assert page.times() == [EPOCH]
