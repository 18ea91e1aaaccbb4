"""V-SKIPPED, off until somebody says how long a record may take, and its innocent twins."""

from __future__ import annotations

import pytest

from callcenter.domain.vocabulary import EndedBy, VisitOutcome
from callcenter.numbers import Numbering
from callcenter.rules.detection.judge import Judge
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Rulebook
from tests.unit.rules.detection.story import Story, micros, packaged, read, roster, rulebook

ON = 'violations: {V-SKIPPED: {mode: "on"}}'
CUSTOMER = "13800010001"
Told = list[tuple[str, str, Verdict, float | None]]


@pytest.fixture
def book() -> Rulebook:
    return rulebook("figures: {disposition_within_seconds: 120}", ON)


@pytest.fixture
def story(book: Rulebook) -> Story:
    """Alice talked from 0 to 60."""
    story = Story(on=roster(), book=book)
    story.talked(0, 60)
    return story


def told(story: Story, end: float = 5000) -> Told:
    return [(r.act.code, r.agent, r.verdict, r.measured) for r in story.records(end)]


# the record of a call


def test_talk_that_nobody_recorded_in_time_was_skipped(story: Story) -> None:
    record = story.record(end=5000)
    assert (record.rule, record.agent, record.verdict) == ("V-SKIPPED", "Alice", Verdict.PROPOSED)
    assert (record.at, record.end, record.measured) == (micros(60), micros(180), 120.0)
    assert (record.severity, record.points, record.frames) == ("moderate", 10, (5,))
    assert record.why() == "no disposition of the call was recorded within 120 s of its end."


@pytest.mark.parametrize("moment", [0.0, 30.0, 60.0, 179.85])
def test_record_in_the_talk_or_in_time_is_enough(story: Story, moment: float) -> None:
    story.recorded(moment)
    assert told(story) == []


def test_record_that_is_put_right_later_was_in_time(story: Story) -> None:
    story.recorded(100)
    story.recorded(400)
    assert told(story) == []


def test_record_before_the_account_of_the_talk_is_told_counts(book: Rulebook) -> None:
    story = Story(on=roster(), book=book)
    story.recorded(61)
    story.talked(0, 60)
    assert told(story) == []


def test_record_that_comes_too_late_is_none(story: Story) -> None:
    story.recorded(180.15)
    assert told(story) == [("unrecorded", "Alice", Verdict.PROPOSED, 120.0)]


def test_colleague_may_record_it(story: Story) -> None:
    story.recorded(100, "Bob")
    assert told(story) == []


def test_record_of_another_call_is_none_of_this(story: Story) -> None:
    story.recorded(100, uid="c2")
    assert told(story) == [("unrecorded", "Alice", Verdict.PROPOSED, 120.0)]


@pytest.mark.parametrize("by", [EndedBy.TRANSFER, EndedBy.SWITCH, EndedBy.UNKNOWN])
def test_whoever_handed_the_call_on_or_was_cut_off_owes_no_record(book: Rulebook, by: EndedBy) -> None:
    story = Story(on=roster(), book=book)
    story.talked(0, 60, by=by)
    assert told(story) == []


def test_whoever_hangs_up_owes_a_record_all_the_same(book: Rulebook) -> None:
    story = Story(on=roster(), book=book)
    story.talked(0, 60, by=EndedBy.AGENT)
    assert [code for code, *_ in told(story)] == ["unrecorded"]


def test_after_a_transfer_whoever_ended_with_the_customer_records_it(book: Rulebook) -> None:
    story = Story(on=roster(), book=book)
    story.talked(0, 60, by=EndedBy.TRANSFER)
    story.recorded(70)
    story.talked(80, 100, "Bob")
    assert told(story) == [("unrecorded", "Bob", Verdict.PROPOSED, 120.0)]


def test_visit_without_an_answer_or_without_an_end_owes_no_record(book: Rulebook) -> None:
    story = Story(on=roster(), book=book)
    story.visit(0, 60)
    story.gone(0, 60, VisitOutcome.ANSWERED, uid="c2", agent="Alice", by=EndedBy.CALLER)
    assert told(story) == []


def test_shift_that_ends_before_the_record_is_due_excuses(book: Rulebook) -> None:
    story = Story(on=roster(end=100), book=book)
    story.talked(0, 60)
    assert [(verdict, code) for code, _, verdict, _ in told(story)] == [(Verdict.EXCUSED, "unrecorded")]


def test_agent_who_is_not_on_the_roster_is_excused(book: Rulebook) -> None:
    story = Story(on=roster("Bob"), book=book)
    story.talked(0, 60)
    assert story.record(end=5000).verdict is Verdict.EXCUSED


def test_without_a_roster_it_is_undetermined(book: Rulebook) -> None:
    story = Story(book=book)
    story.talked(0, 60)
    assert story.record(end=5000).verdict is Verdict.UNDETERMINED


def test_gap_before_the_record_is_due_makes_it_undetermined(story: Story) -> None:
    story.gap(150, 155)
    record = story.record(end=5000)
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.UNDETERMINED, "gap")


def test_call_that_queue_log_tells_otherwise_is_undetermined(story: Story) -> None:
    story.judge.doubt("c1", "COMPLETECALLER names Bob")
    assert story.record(end=5000).verdict is Verdict.UNDETERMINED


def test_input_that_ends_before_the_record_is_due_says_nothing(story: Story) -> None:
    assert told(story, end=180) == []


def test_it_is_told_once_and_only_when_the_time_is_over(story: Story) -> None:
    assert story.judge.decide(micros(239)) == []
    assert [record.rule for record in story.judge.decide(micros(241))] == ["V-SKIPPED"]
    assert told(story) == []


def test_packaged_rulebook_asks_for_no_record() -> None:
    story = Story(on=roster())
    story.talked(0, 60)
    story.recorded(100, callback_to=CUSTOMER, callback_by=1000)
    assert told(story) == []


# a callback


@pytest.fixture
def promised(story: Story) -> Story:
    """Alice recorded her talk and promised to call back within 900 s."""
    story.recorded(100, callback_to=CUSTOMER, callback_by=1000)
    return story


def test_callback_that_nobody_made_was_skipped_by_whoever_promised_it(promised: Story) -> None:
    record = promised.record(end=5000)
    assert (record.rule, record.agent, record.verdict) == ("V-SKIPPED", "Alice", Verdict.PROPOSED)
    assert (record.at, record.start, record.end, record.measured) == (micros(1000), micros(100), micros(1000), 900.0)
    assert (record.points, record.frames) == (10, (5,))
    assert record.why() == "a callback promised within 900 s was not made."


@pytest.mark.parametrize(
    "dialled", [CUSTOMER, f"0{CUSTOMER}", f"17951{CUSTOMER}", f"0086{CUSTOMER}", "+86 138-0001-0001"]
)
@pytest.mark.parametrize("agent", ["Alice", "Bob"])
def test_call_to_the_number_by_anybody_keeps_it(promised: Story, dialled: str, agent: str) -> None:
    promised.own_call(500, 520, dialled, agent=agent)
    assert told(promised) == []


@pytest.mark.parametrize("dialled", ["13800010002", "10001", "s", "", "13900010001", "+13800010001"])
def test_call_to_another_number_does_not(promised: Story, dialled: str) -> None:
    promised.own_call(500, 520, dialled)
    assert [(code, verdict) for code, _, verdict, _ in told(promised)] == [("not_called_back", Verdict.PROPOSED)]


@pytest.mark.parametrize(
    ("promised_to", "dialled"),
    [
        ("0571-88881234", "988881234"),
        ("88881234", "9057188881234"),
        ("86 571 8888 1234", "900865718888 1234"),
    ],
)
def test_site_says_what_is_dialled_for_an_outside_line_and_where_it_is(
    book: Rulebook, promised_to: str, dialled: str
) -> None:
    story = Story(on=roster(), book=book, numbering=Numbering("0571", "9", ("801",)))
    story.talked(0, 60)
    story.recorded(100, callback_to=promised_to, callback_by=1000)
    story.own_call(500, 520, dialled)
    assert told(story) == []


@pytest.mark.parametrize(
    ("promised_to", "dialled"),
    [
        (CUSTOMER, f"9{CUSTOMER}"),
        ("0571-88881234", "88881234"),
        ("0571-88881234", "988881234"),
        ("88881234", "0571-88881234"),
    ],
)
def test_number_that_may_be_the_promised_one_for_all_that_is_said_of_the_site_leaves_it_undetermined(
    story: Story, promised_to: str, dialled: str
) -> None:
    story.recorded(100, callback_to=promised_to, callback_by=1000)
    story.own_call(500, 520, dialled)
    record = story.record(end=5000)
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.UNDETERMINED, "number_unclear")


def test_number_that_may_be_the_promised_one_says_nothing_before_the_promise_or_after_its_time(promised: Story) -> None:
    promised.own_call(80, 90, f"9{CUSTOMER}")
    promised.own_call(1010, 1020, f"9{CUSTOMER}")
    assert [(code, verdict) for code, _, verdict, _ in told(promised)] == [("not_called_back", Verdict.PROPOSED)]


def test_same_last_digits_in_another_town_are_another_number(story: Story) -> None:
    story.recorded(100, callback_to="0571-88881234", callback_by=1000)
    story.own_call(500, 520, "010-88881234")
    assert [(code, verdict) for code, _, verdict, _ in told(story)] == [("not_called_back", Verdict.PROPOSED)]


def test_journal_that_does_not_say_how_numbers_are_read_is_judged_by_last_digits(book: Rulebook) -> None:
    story = Story(on=roster(), book=book, numbering=None)
    story.talked(0, 60)
    story.recorded(100, callback_to=CUSTOMER, callback_by=1000)
    story.own_call(500, 520, f"9{CUSTOMER}")
    assert told(story) == []


def test_promise_from_before_numbers_were_read_is_kept_by_last_digits(book: Rulebook) -> None:
    story = Story(on=roster(), book=book, numbering=None)
    story.talked(0, 60)
    story.recorded(100, callback_to=CUSTOMER, callback_by=1000)
    story.judge = Judge.restore(story.judge.save(), book, roster(), Numbering())
    story.own_call(500, 520, f"9{CUSTOMER}")
    assert told(story) == []


def test_number_that_is_known_only_when_the_call_is_over_keeps_it(promised: Story) -> None:
    promised.own_call(500, None, "")
    promised.own_call(500, 520, CUSTOMER)
    assert told(promised) == []


def test_customer_who_calls_again_and_is_answered_waits_no_longer(promised: Story) -> None:
    promised.answers(900, "Bob", uid="c9", caller=CUSTOMER)
    assert told(promised) == []


@pytest.mark.parametrize(("uid", "caller"), [("c9", "13900010002"), ("c9", None), ("c1", CUSTOMER)])
def test_another_customer_or_the_same_call_does_not_keep_it(promised: Story, uid: str, caller: str | None) -> None:
    promised.answers(900, "Bob", uid=uid, caller=caller)
    assert [code for code, *_ in told(promised)] == ["not_called_back"]


def test_call_before_the_promise_does_not_keep_it(story: Story) -> None:
    story.own_call(70, 80, CUSTOMER)
    story.recorded(100, callback_to=CUSTOMER, callback_by=1000)
    assert [code for code, *_ in told(story)] == ["not_called_back"]


def test_call_after_the_time_is_too_late(promised: Story) -> None:
    promised.own_call(1000.15, 1020, CUSTOMER)
    assert told(promised) == [("not_called_back", "Alice", Verdict.PROPOSED, 900.0)]


@pytest.mark.parametrize("number", ["8001", "801", "anonymous", "1380001000X"])
def test_promise_to_what_is_nobodys_number_can_be_neither_kept_nor_broken(book: Rulebook, number: str) -> None:
    story = Story(on=roster(), book=book, numbering=Numbering(internal=("801",)))
    story.talked(0, 60)
    story.recorded(100, callback_to=number, callback_by=1000)
    assert told(story) == []


def test_newer_promise_for_the_same_call_takes_the_place_of_the_old(promised: Story) -> None:
    promised.recorded(900, callback_to=CUSTOMER, callback_by=2000)
    promised.own_call(1500, 1520, CUSTOMER)
    assert told(promised) == []


def test_promise_that_was_due_already_is_not_replaced(promised: Story) -> None:
    promised.recorded(1001, callback_to=CUSTOMER, callback_by=2000)
    promised.own_call(1500, 1520, CUSTOMER)
    assert [code for code, *_ in told(promised)] == ["not_called_back"]


def test_record_without_a_promise_leaves_the_promise(promised: Story) -> None:
    promised.recorded(900, "Bob")
    assert [code for code, *_ in told(promised)] == ["not_called_back"]


@pytest.mark.parametrize(("number", "by"), [("", 1000.0), ("none", 1000.0), (CUSTOMER, None), (CUSTOMER, 100.0)])
def test_promise_without_a_number_or_a_time_ahead_is_none(story: Story, number: str, by: float | None) -> None:
    story.recorded(100, callback_to=number, callback_by=by)
    assert told(story) == []


def test_two_customers_of_one_agent_are_two_promises(story: Story) -> None:
    story.talked(70, 75)
    story.recorded(100, callback_to=CUSTOMER, callback_by=1000)
    story.recorded(110, uid="c2", callback_to="13900000002", callback_by=1000)
    story.own_call(500, 520, "13900000002")
    assert [(r.act.code, r.frames) for r in story.records(5000)] == [("not_called_back", (5,))]


def test_shift_that_is_over_before_the_callback_is_due_excuses(book: Rulebook) -> None:
    story = Story(on=roster(end=1000), book=book)
    story.talked(0, 60)
    story.recorded(100, callback_to=CUSTOMER, callback_by=1000)
    assert [(r.verdict, r.reason and r.reason.code) for r in story.records(5000)] == [(Verdict.EXCUSED, "off_duty")]


def test_break_between_promise_and_time_does_not(book: Rulebook) -> None:
    story = Story(on=roster(off=((200, 400),)), book=book)
    story.talked(0, 60)
    story.recorded(100, callback_to=CUSTOMER, callback_by=1000)
    assert [verdict for _, _, verdict, _ in told(story)] == [Verdict.PROPOSED]


def test_agent_who_is_not_on_the_roster_is_excused_from_calling_back(book: Rulebook) -> None:
    story = Story(on=roster("Bob"), book=book)
    story.talked(0, 60, "Bob")
    story.recorded(100, callback_to=CUSTOMER, callback_by=1000)
    assert [verdict for _, _, verdict, _ in told(story)] == [Verdict.EXCUSED]


@pytest.mark.parametrize(("start", "end"), [(500, 510), (1050, 1055), (990, 1010)])
def test_gap_in_which_the_callback_may_have_been_made_leaves_it_undetermined(
    promised: Story, start: float, end: float
) -> None:
    promised.gap(start, end)
    assert [(r.verdict, r.reason and r.reason.code) for r in promised.records(5000)] == [(Verdict.UNDETERMINED, "gap")]


@pytest.mark.parametrize("recorded_at", [100.0, 3700.0])
def test_promise_for_a_call_that_was_not_seen_is_undetermined(book: Rulebook, recorded_at: float) -> None:
    story = Story(on=roster(), book=book)
    story.talked(0, 60)
    story.recorded(61)
    story.recorded(recorded_at, uid="c7" if recorded_at < 3600 else "c1", callback_to=CUSTOMER, callback_by=4000)
    record = story.record(end=5000)
    assert (record.verdict, record.reason and record.reason.code) == (Verdict.UNDETERMINED, "call_not_seen")


def test_promise_made_while_the_talk_lasts_stands_on_its_frames(book: Rulebook) -> None:
    story = Story(on=roster(), book=book)
    story.answers(0)
    story.recorded(30, callback_to=CUSTOMER, callback_by=1000)
    story.gone(0, 0, VisitOutcome.ANSWERED, agent="Alice", talk=60, by=EndedBy.CALLER)
    assert [(r.act.code, r.verdict, r.frames) for r in story.records(5000)] == [
        ("not_called_back", Verdict.PROPOSED, (5,))
    ]


def test_promise_that_is_due_when_no_rulebook_holds_is_nobodys() -> None:
    book = read(
        "based_on: packaged\neditions:\n  - version: last\n    from: 2020-01-01\n    to: 2027-01-15\n"
        f"    figures: {{disposition_within_seconds: 120}}\n    {ON}\n"
    )
    story = Story(on=roster(), book=book)
    story.talked(0, 60)
    story.recorded(100, callback_to=CUSTOMER, callback_by=9 * 3600)
    assert told(story, end=10 * 3600) == []


def test_input_that_ends_before_the_callback_is_due_says_nothing(promised: Story) -> None:
    assert told(promised, end=1000) == []


# what is remembered


def test_what_is_owed_and_promised_survives_being_packed(promised: Story, book: Rulebook) -> None:
    promised.talked(101, 160)
    promised.judge = Judge.restore(promised.judge.save(), book, roster())
    assert sorted(code for code, *_ in told(promised)) == ["not_called_back", "unrecorded"]


def test_talks_dispositions_and_promises_of_long_ago_are_forgotten(book: Rulebook) -> None:
    story = Story(on=roster(end=500_000), book=book)
    for n in range(2000):
        story.gone(n * 100, n * 100, VisitOutcome.ANSWERED, uid=f"c{n}", agent="Alice", talk=60, by=EndedBy.CALLER)
        story.recorded(n * 100 + 61, uid=f"c{n}", callback_to=f"139{n:08}", callback_by=n * 100 + 600)
        story.own_call(n * 100 + 62, n * 100 + 70, f"139{n:08}")
        story.judge.decide(micros(n * 100 + 90))
    assert len(story.judge.save()) < 60_000


def test_promises_are_no_more_than_can_be_kept_in_mind(story: Story) -> None:
    for n in range(10_050):
        story.recorded(100, uid=f"x{n}", callback_to=f"139{n:08}", callback_by=1000)
    assert sum(record.act.code == "not_called_back" for record in story.records(5000)) == 10_000


def test_packaged_judge_remembers_nothing_of_it() -> None:
    story = Story(on=roster(), book=packaged())
    before = story.judge.save()
    story.recorded(100, callback_to=CUSTOMER, callback_by=1000)
    assert story.judge.save() == before
