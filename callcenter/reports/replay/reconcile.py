"""What was seen on AMI beside what the switch wrote into queue_log: holes are filled, differences are listed.

AMI wins. The log says more exactly what AMI cannot, and fills, at whole seconds and marked, what happened before the
first frame, in a gap, or after the last; a visit that AMI should have seen and did not is a difference, never a visit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.queuelog.clock import Off
from callcenter.queuelog.compare import TOLERANCE, contradictions, find_logged
from callcenter.queuelog.fill import began, fill, from_log, refine
from callcenter.queuelog.logged_visit import LoggedVisit
from callcenter.reports.replay.shapes import Shape, seconds


class Reconcile:
    """One queue_log held beside a replay.

    Args:
        visits: What the log says, in its order.
        set_aside: Lines of the log that are not believed, by what is wrong with them.
        off: How far the log's times are off by the ids of its own calls: with such times it is not held beside a login.
        names: Interface → name from a roster; where there is one, the log's member names are not compared.
    """

    def __init__(
        self,
        visits: Iterable[LoggedVisit] = (),
        *,
        names: bool = False,
        set_aside: Mapping[str, int] | None = None,
        off: Off | None = None,
    ) -> None:
        self.set_aside = dict(sorted((set_aside or {}).items()))
        self._logged: dict[str, list[LoggedVisit]] = {}
        self._names = names
        self._off = off
        self._gaps: list[tuple[Micros | None, Micros | None]] = []
        self._differences: list[tuple[Micros, Shape]] = []
        self._first: Micros | None = None
        self._last: Micros | None = None
        self._from: Micros | None = None
        self._to: Micros | None = None
        for visit in visits:
            for uid in {visit.call_id, visit.owner}:
                self._logged.setdefault(uid, []).append(visit)
            for at in (visit.joined_at, visit.left_at, visit.ended_at):
                if at is not None:
                    self._from = at if self._from is None else min(self._from, at)
                    self._to = at if self._to is None else max(self._to, at)

    @property
    def present(self) -> bool:
        """Whether there is anything to reconcile with."""
        return bool(self._logged) or self._from is not None

    @property
    def covered(self) -> tuple[Micros, Micros] | None:
        """From the log's first line of a visit to its last; None where it tells of none."""
        return None if self._from is None or self._to is None else (self._from, self._to)

    def gap(self, start: Micros | None, end: Micros | None) -> None:
        """From `start` to `end` nothing was seen."""
        self._gaps.append((start, end))

    def calls(self, seen: Iterable[fx.Call], first: Micros | None, last: Micros | None) -> list[fx.Call]:
        """Fill calls that were seen, add those that could not be, in the order of their first moment.

        Args:
            seen: Finished calls, in order.
            first: Time of the first frame; None where there was no AMI at all.
            last: Time of the last frame.
        """
        self._first, self._last = first, last
        found = [(call, [self._fill(visit) for visit in call.visits]) for call in seen]
        # none is added before each was looked for; of a call that has a talk alone, the log may know the visit
        filled = [self._completed(call, visits, call.visits) for call, visits in found]
        filled = [self._completed(call, [*call.visits], call.talks) for call in filled]
        filled += list(self._unseen())
        return sorted(filled, key=_began)

    def differences(self) -> list[Shape]:
        """List what the log and AMI disagree on, by time."""
        off = [] if self._off is None else [_off_shape(self._off)]
        return off + [shape for _, shape in sorted(self._differences, key=lambda found: (found[0], found[1]["what"]))]

    def doubted(self) -> list[str]:
        """Name the calls about which the log says something else."""
        return sorted({shape["uniqueid"] for _, shape in self._differences})

    def _completed(
        self, call: fx.Call, visits: list[fx.Visit], seen: Iterable[fx.Visit] | Iterable[fx.Talk]
    ) -> fx.Call:
        for uid in dict.fromkeys(one.uniqueid for one in seen):
            visits += self._added(uid, call.call)
        visits.sort(key=_moment)
        talks = tuple(_talk_filled(talk, visits) for talk in call.talks)
        return msgspec.structs.replace(call, visits=tuple(visits), talks=talks)

    def _fill(self, visit: fx.Visit) -> fx.Visit:
        logged = self._take(visit)
        if logged is None:
            if self._log_covers(visit.joined_at) and visit.outcome is not VisitOutcome.REFUSED:
                self._differ(
                    visit.joined_at, visit.uniqueid, visit.queue, "not in queue_log", visit.outcome.value, None
                )
            return visit
        refined = refine(visit, logged)
        filled = fill(refined, logged, self._unseen_at)
        if filled is refined:
            self._compare(refined, logged)
        return filled

    def _compare(self, visit: fx.Visit, logged: LoggedVisit) -> None:
        for what, at, seen, log in contradictions(visit, logged, names=self._names):
            self._differ(at, visit.uniqueid, visit.queue, what, _shown(seen), _shown(log))

    def _take(self, visit: fx.Visit) -> LoggedVisit | None:
        found = find_logged(visit, self._logged.get(visit.uniqueid, []))
        if found is not None:
            self._done(found)
        return found

    def _done(self, logged: LoggedVisit) -> None:
        for uid in {logged.call_id, logged.owner}:
            self._logged[uid] = [one for one in self._logged[uid] if one is not logged]

    def _added(self, uid: str, call: str) -> list[fx.Visit]:
        found = []
        for logged in self._logged.get(uid, []):
            self._done(logged)
            first = began(logged)
            if first is None or self._unseen_at(first):
                found.append(from_log(logged, call, logged.visit))
            else:
                self._differ(first, uid, logged.queue, "not seen on AMI", None, logged.outcome)
        return found

    def _unseen(self) -> Iterator[fx.Call]:
        owners = [visit.owner for logged in self._logged.values() for visit in logged]
        for uid in dict.fromkeys(owners):
            visits = self._added(uid, uid)
            if visits:
                yield fx.Call(call=uid, order=-1, visits=tuple(visits))

    def _unseen_at(self, second: Micros) -> bool:
        """Tell whether a whole second of the log reaches into a time when nothing was seen."""
        if self._first is None or self._last is None:
            return True
        if second < self._first - SECOND or second + SECOND > self._last:
            return True
        return any(
            (start is None or second + SECOND > start) and (end is None or second < end) for start, end in self._gaps
        )

    def _log_covers(self, at: Micros | None) -> bool:
        if at is None or self._from is None or self._to is None:
            return False
        return self._from + TOLERANCE <= at <= self._to - TOLERANCE

    def _differ(self, at: Micros | None, uid: str, queue: str | None, what: str, ami: object, log: object) -> None:
        shape = {"uniqueid": uid, "queue": queue, "at": seconds(at), "what": what, "ami": ami, "queue_log": log}
        self._differences.append((at or 0, shape))


def _off_shape(off: Off) -> Shape:
    told = float(off.seconds)
    return {"uniqueid": None, "queue": None, "at": None, "what": "text_times", "ami": None, "queue_log": told}


def _shown(value: Micros | str | None) -> float | str | None:
    return seconds(value) if isinstance(value, int) else value


def _moment(visit: fx.Visit) -> Micros:
    times = (visit.joined_at, visit.refused_at, visit.left_at, visit.answered_at, visit.ended_at)
    return min((at for at in times if at is not None), default=0)


def _began(call: fx.Call) -> tuple[Micros, int]:
    talks = (talk.start for talk in call.talks if talk.start is not None)
    return min((*map(_moment, call.visits), *talks), default=0), call.order


def _talk_filled(talk: fx.Talk, visits: Iterable[fx.Visit]) -> fx.Talk:
    """Take from a visit what the log told of its end, where the end of its talk was not seen."""
    for visit in visits:
        mine = (visit.uniqueid, visit.queue, visit.agent) == (talk.uniqueid, talk.queue, talk.agent)
        if mine and visit.filled and talk.end is None and talk.in_gap:
            return msgspec.structs.replace(talk, end=visit.ended_at, ended_by=visit.ended_by)
    return talk
