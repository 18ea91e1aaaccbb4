"""What a page says for its agent: doubt of rings that it could not make and of talks cut short, and nothing else."""

from __future__ import annotations

import pytest

from callcenter.domain.agents.pages import PageWitnessed
from callcenter.domain.vocabulary import EndedBy, OfferOutcome, PageWord, VisitOutcome
from callcenter.rules.detection.gist import Lasting, gists
from callcenter.rules.records.violation import Verdict, Violation
from tests.unit.rules.detection.story import PHONES, Story, at, roster, rulebook

RINGS, TIMED_OUT = PageWord.COULD_NOT_RING, OfferOutcome.TIMED_OUT


def page(
    seconds: float | None, what: PageWord = RINGS, *, agent: str = "Alice", uid: str | None = "c1"
) -> PageWitnessed:
    return PageWitnessed(
        at=at(seconds),
        agent=agent,
        interface=PHONES[agent],
        what=what,
        uniqueid=uid,
        device="Jabra",
        detail="NotAllowedError",
        frames=(9,),
    )


def verdict(record: Violation) -> tuple[Verdict, str | None]:
    return record.verdict, record.reason.code if record.reason else None


DOUBTED = (Verdict.UNDETERMINED, "could_not_ring")


@pytest.mark.parametrize("said", [5, 22])
def test_missed_call_that_the_page_could_not_ring_for_is_undetermined_before_and_after(said: float) -> None:
    story = Story(on=roster())
    story.ready("Alice")
    for seconds, tell in sorted([(0, "offer"), (said, "page")]):
        if tell == "page":
            story.tell(page(seconds))
        else:
            story.offer(1, 20, TIMED_OUT)
    record = story.record()
    assert (record.rule, *verdict(record)) == ("V-MISSED", *DOUBTED)
    assert 9 in record.frames
    assert [point.what for point in record.timeline if point.what.startswith("page_")] == ["page_could_not_ring"]


def test_ring_that_the_page_did_not_make_says_nothing_of_the_next_one_for_the_same_caller() -> None:
    story = Story(on=roster())
    story.tell(page(3))
    story.offer(10, 35, TIMED_OUT)
    assert story.record().verdict is Verdict.PROPOSED


def test_late_answer_that_the_page_could_not_ring_for_is_undetermined() -> None:
    story = Story(on=roster())
    story.tell(page(3))
    story.offer(0, 25, OfferOutcome.ANSWERED)
    assert verdict(story.record()) == DOUBTED


@pytest.mark.parametrize(
    "said",
    [
        page(3, uid="c2"),
        page(3, uid=None),
        page(None),
        page(3, agent="Bob"),
        page(3, PageWord.CUT_SHORT),
        page(3, PageWord.PAGE_HIDDEN),
    ],
    ids=["another call", "no call", "no time", "another agent", "another word", "nothing of the ring"],
)
def test_what_says_nothing_of_this_ring_changes_nothing(said: PageWitnessed) -> None:
    story = Story(on=roster())
    story.tell(said)
    story.offer(0, 25, TIMED_OUT)
    record = story.record()
    assert record.verdict is Verdict.PROPOSED
    assert "page" not in record.ruled_out


def test_talk_cut_short_is_not_held_against_whose_page_was_left() -> None:
    book = rulebook(
        "figures: {hangup_within_seconds: 5}",
        'violations: {V-HANGUP: {mode: "on", severity: moderate, points: 10}}',
    )
    story = Story(on=roster(), book=book)
    story.gone(0, 10, VisitOutcome.ANSWERED, agent="Alice", talk=1, by=EndedBy.AGENT)
    story.tell(page(12, PageWord.CUT_SHORT))
    record = story.record()
    assert (record.rule, *verdict(record)) == ("V-HANGUP", Verdict.UNDETERMINED, "cut_short")


def test_caller_who_came_back_after_a_reload_is_hung_up_on_by_whoever_does() -> None:
    book = rulebook(
        "figures: {hangup_within_seconds: 5}",
        'violations: {V-HANGUP: {mode: "on", severity: moderate, points: 10}}',
    )
    story = Story(on=roster(), book=book)
    story.tell(page(12, PageWord.CUT_SHORT))
    story.gone(20, 30, VisitOutcome.ANSWERED, agent="Alice", talk=1, by=EndedBy.AGENT)
    assert story.record().verdict is Verdict.PROPOSED


def test_so_many_words_of_an_agent_are_remembered_and_old_ones_let_go() -> None:
    story = Story(on=roster())
    for number in range(300):
        story.tell(page(number / 10, uid=f"u{number}"))
    story.tell(page(5000, agent="Bob"))
    remembered = story.judge._context.memory.pages
    assert len(remembered.said["Alice"]) == 200
    story.judge.forget()
    assert list(remembered.said) == ["Bob"]


def test_what_speaks_for_an_agent_is_archived_without_the_device() -> None:
    (kept,) = gists([page(1), page(2, PageWord.RANG)])
    assert isinstance(kept, PageWitnessed)
    assert (kept.what, kept.uniqueid, kept.device, kept.detail, kept.frames) == (RINGS, "c1", None, None, ())


def taken_off(*said: PageWitnessed) -> Violation:
    """Let Alice's phone be gone for ten minutes while the others stay."""
    story = Story(on=roster())
    story.ready()
    for name in PHONES:
        story.finds_phone(1, name)
    for fact in said:
        story.tell(fact)
    story.loses_phone(100)
    story.finds_phone(700)
    (record,) = [one for one in story.records(2000) if one.agent == "Alice" and one.act.code == "taken_off"]
    return record


def test_phone_in_a_page_is_not_taken_off_by_what_closes_the_page() -> None:
    record = taken_off(page(50, PageWord.REGISTERED, uid=None))
    assert verdict(record) == (Verdict.UNDETERMINED, "registered")
    assert [point.what for point in record.timeline if point.what.startswith("page_")] == ["page_registered"]


@pytest.mark.parametrize(
    "said",
    [
        page(50, PageWord.REGISTERED, uid=None, agent="Bob"),
        page(200, PageWord.REGISTERED, uid=None),
        page(-17 * 3600, PageWord.REGISTERED, uid=None),
        page(50, PageWord.LEFT_PAGE, uid=None),
    ],
    ids=["another agent", "only later", "long ago", "another word"],
)
def test_phone_that_is_in_no_page_is(said: PageWitnessed) -> None:
    assert verdict(taken_off(said)) == verdict(taken_off())


def test_what_is_in_a_page_lasts_for_whoever_begins_in_the_middle() -> None:
    (kept,) = Lasting(gists([page(1, PageWord.REGISTERED), page(2, PageWord.REGISTERED), page(3)])).facts()
    assert kept.at == at(2)


def test_registration_of_long_ago_is_let_go() -> None:
    story = Story(on=roster())
    story.tell(page(0, PageWord.REGISTERED, uid=None))
    pages = story.judge._context.memory.pages
    story.state(10_000)
    story.judge.forget()
    assert list(pages.phones) == ["Alice"]
    story.state(100_000)
    story.judge.forget()
    assert pages.phones == {}
