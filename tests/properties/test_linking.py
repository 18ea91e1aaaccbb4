"""Links beside a second reading of their definition: every visit against every other, and against every own call."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from callcenter.cases.linking import LOST
from callcenter.cases.owners import NumberTable
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import How, VisitOutcome
from callcenter.numbers import Numbering, read_number
from callcenter.reports.replay.linked import Linked
from callcenter.reports.replay.shapes import Shape
from tests.unit.cases.desk import visit

NUMBERING = Numbering(internal=("8001",))
CUSTOMERS = {"C1": ["+8613800138000", "+8613900139000"], "C2": ["+8657188881234"], "C3": ["+8657188881234"]}
NUMBERS = ("13800138000", "013900139000", "057188881234", "18600001111", "anonymous", "8001", "x", None)
OUTCOMES = (VisitOutcome.ANSWERED, VisitOutcome.ANSWERED, VisitOutcome.ABANDONED, VisitOutcome.REDIRECTED)
WEEK = 7 * 86_400 * SECOND
RANK = ("same_call", "called_again", "called_back", "tried")

moments = st.integers(0, 40)
spans = st.integers(0, 6)
stays = st.tuples(st.sampled_from(OUTCOMES), spans, spans)
calls = st.tuples(st.sampled_from(NUMBERS), moments, st.lists(stays, min_size=1, max_size=3))
lines = st.tuples(st.sampled_from(NUMBERS), moments, spans, st.booleans(), st.booleans())


def call_of(number: int, plan: tuple[str | None, int, list[tuple[VisitOutcome, int, int]]], step: int) -> fx.Call:
    """Let a caller stay in one queue after the other; `step` seconds make a unit of time."""
    caller, at, rest = plan
    told = []
    for n, (outcome, wait, talk) in enumerate(rest):
        left = at + wait
        ended = left + talk if outcome is VisitOutcome.ANSWERED else left
        times = (at * step, left * step)
        told.append(visit(f"c{number}", *times, outcome, caller=caller, ended=ended * step, queue=f"q{n}"))
        at = ended
    return fx.Call(call=f"c{number}", order=number, visits=tuple(told))


def facts_of(number: int, plan: tuple[str | None, int, int, bool, bool], step: int) -> Iterator[tuple[int, fx.Fact]]:
    dialled, start, span, reached, in_gap = plan
    first, last, uid = start * step * SECOND, (start + span) * step * SECOND, f"l{number}"
    own = fx.OwnCall(
        agent="Alice",
        interface="PJSIP/1001",
        uniqueid=uid,
        dialled=dialled or "",
        started_at=first,
        up_at=None,
        ended_at=last,
        in_talk=False,
        in_gap=in_gap,
        frames=(),
    )
    talk = fx.Talk(
        call=uid,
        uniqueid="t",
        agent="Alice",
        interface="PJSIP/1001",
        how=How.OUTBOUND,
        queue=None,
        start=first,
        end=None,
        ended_by=None,
        in_gap=False,
        frames=(),
    )
    yield first, fx.OwnCallBegan(at=first, own=own)
    if reached:
        yield first, fx.TalkBegan(at=first, talk=talk)
    yield last, fx.OwnCallEnded(at=last, own=own)


def key_of(number: str | None) -> str | None:
    return read_number(number or "", NUMBERING).key


def who(caller: str | None) -> str | None:
    """Name whoever can be told apart: the one customer of a number, else a number of no customer."""
    key = key_of(caller)
    owners = [customer for customer, keys in CUSTOMERS.items() if key in keys]
    return owners[0] if len(owners) == 1 else None if owners else key


def repeat_of(one: fx.Visit, visits: list[fx.Visit]) -> set[str | None]:
    """Return what a visit may be told to repeat: of several that ended last at once, any."""
    assert one.joined_at is not None
    found = [
        (other.ended_at, other.uniqueid)
        for other in visits
        if other.outcome is VisitOutcome.ANSWERED and other.call != one.call and who(other.caller) == who(one.caller)
        if other.ended_at is not None and 0 <= one.joined_at - other.ended_at <= WEEK
    ]
    if who(one.caller) is None or not found:
        return {None}
    return {uniqueid for ended, uniqueid in found if ended == max(found)[0]}


def followed_up(one: fx.Visit, calls: list[fx.Call], own: list[tuple[str, int, int, bool, bool]]) -> Shape | None:
    """Collect all that may have closed a visit, and take the first."""
    if one.outcome not in LOST or one.caller == "8001":
        return None
    key, lost, closing = key_of(one.caller), one.left_at or 0, []
    for call in calls:
        for n, other in enumerate(call.visits):
            if other.outcome is not VisitOutcome.ANSWERED:
                continue
            if call.call == one.call:
                if n > call.visits.index(one):
                    closing.append((other.answered_at or 0, 0))
            elif key is not None and key_of(other.caller) == key and (other.joined_at or 0) > lost:
                closing.append((other.answered_at or 0, 1))
    mine = [line for line in own if key is not None and key_of(line[0]) == key and line[1] > lost]
    closing += [(start, 2) for _, start, _, reached, _ in mine if reached]
    vain = sorted(end for _, _, end, reached, in_gap in mine if not (reached or in_gap))
    closing += [(end, 3) for end in vain[2:3]]
    if not closing:
        return {"state": "unreachable" if key is None else "open", "by": None, "at": None}
    at, by = min(closing)
    return {"state": "closed", "by": RANK[by], "at": at / SECOND}


@given(st.lists(calls, max_size=8), st.lists(lines, max_size=8), st.sampled_from((1, 86_400)))
def test_links_are_those_of_the_definition(
    plans: list[tuple[str | None, int, list[tuple[VisitOutcome, int, int]]]],
    dialled: list[tuple[str | None, int, int, bool, bool]],
    step: int,
) -> None:
    told = [call_of(number, plan, step) for number, plan in enumerate(plans)]
    linked = Linked(NumberTable(CUSTOMERS.items()), NUMBERING)
    for _, fact in sorted((f for n, plan in enumerate(dialled) for f in facts_of(n, plan, step)), key=lambda f: f[0]):
        linked.see(fact)
    linked.link(told)

    own = [
        (n or "", start * step * SECOND, (start + span) * step * SECOND, reached, in_gap)
        for n, start, span, reached, in_gap in dialled
    ]
    visits = [one for call in told for one in call.visits]
    for one in visits:
        shown = linked.shape(one)
        assert shown["repeat_of"] in repeat_of(one, visits)
        assert shown["followed_up"] == followed_up(one, told, own)
