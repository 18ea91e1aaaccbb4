"""A trial over any day, its facts cut into pages anywhere: the records of a judge that saw the day whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callcenter.reports.trial.verdicts import Trial, TrialSpan
from callcenter.rules.detection.gist import gists
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.detection.pages import ArchivedMoment, ArchivedPage, packed, unpacked
from callcenter.staff.duty import Roster
from tests.properties.test_rules import Move, _at_the_end, _facts, moves, shifts
from tests.unit.rules.detection.story import micros, packaged


@given(moves, st.integers(1, 9), shifts)
def test_trial_gives_the_records_of_a_judge_that_saw_everything(day: list[Move], size: int, on: Roster) -> None:
    told, _ = _facts(day)
    said = [one for one in told if isinstance(one, Disposition)]
    facts = [one for one in told if not isinstance(one, Disposition)]
    moments = [ArchivedMoment(n, graded=True, facts=gists([fact])) for n, fact in enumerate(facts)]
    trial = Trial(packaged(), on, TrialSpan(micros(-100_000), micros(1_000_000)), said)
    for n in range(0, len(moments), size):
        trial.see(unpacked(packed(ArchivedPage(moments[n : n + size]))))
    last = max(((fact.at or 0) - micros(0)) / 1e6 for fact in facts)
    whole = {r.id: (r.agent, r.rule, r.verdict, r.points) for r in _at_the_end(told, last, on)}
    assert {key: (f.agent, f.rule, f.verdict, f.points) for key, f in trial.finish().items()} == whole
