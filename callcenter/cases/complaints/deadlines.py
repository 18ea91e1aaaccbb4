"""What comes by itself: warnings at their own instants, and the breach of a clock, with what it says of the owner."""

from __future__ import annotations

from callcenter.cases.complaints.case import Case, CaseRecord, CaseWarning
from callcenter.cases.complaints.settings import CaseDesk, Duty
from callcenter.cases.complaints.vocabulary import CaseRule, CaseState, CaseVerdict
from callcenter.domain.frame import Micros


def next_instant(case: Case, desk: CaseDesk) -> Micros | None:
    """Return when something comes by itself next, None where nothing does before somebody moves the case."""
    return case.clock.next_instant(desk.settings.warn)


def came_last(case: Case) -> Micros:
    """Return when something came by itself last, 0 where nothing did; what is said from then on comes after it."""
    breaches = [clock.due for clock in case.clocks if clock.broken]
    return max([*breaches, *(warning.at for warning in case.warnings)], default=0)


def come_to(case: Case, at: Micros, desk: CaseDesk) -> list[CaseRecord]:
    """Tell the warnings of an instant, and break the clock where that is its due time; return the records raised."""
    clock = case.clock
    for percent in desk.settings.warn:
        if percent not in clock.told and clock.warns_at(percent) == at:
            clock.told.append(percent)
            case.warnings.append(CaseWarning(percent, at))
    if at != clock.due or clock.broken:
        return []
    clock.broken = True
    case.settle(at)
    record = _slow(case, desk)
    case.records.append(record)
    return [record]


def _slow(case: Case, desk: CaseDesk) -> CaseRecord:
    """Return what a breach says of whoever owns the case at that instant.

    Carried out, and the customer was called in vain: excused. Else it is proposed only where the owner had it, in a
    state that is the owner's turn, for at least half of the clock's time; of both, what the owner was on duty.
    """
    clock, owner = case.clock, desk.people.get(case.owner)
    name = case.owner if owner is None else owner.name
    if case.state is CaseState.CARRIED_OUT and any(at < clock.due for at in case.tried):
        verdict = CaseVerdict.EXCUSED
    elif _had_it_for_half(case, name, desk.duty):
        verdict = CaseVerdict.PROPOSED
    else:
        verdict = CaseVerdict.UNDETERMINED
    return CaseRecord(rule=CaseRule.SLOW, agent=name, at=clock.due, verdict=verdict)


def _had_it_for_half(case: Case, name: str, duty: Duty) -> bool:
    clock = case.clock
    whole = duty(name, clock.start, clock.due)
    mine = [duty(name, span.start, span.end) for span in clock.held if span.owner == case.owner]
    if whole is None or None in mine:
        return False
    held = sum(spent for spent in mine if spent is not None)
    return 0 < whole <= 2 * held
