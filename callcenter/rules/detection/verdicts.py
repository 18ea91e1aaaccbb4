"""From an act to a record: every check in turn, the first that speaks for the agent decides.

Nothing is held against anybody where the stream is not evidence, where nobody said who was on duty, off duty, in an
outage, near what was not seen, near a limit, against queue_log, or where a blocked line kept nobody out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from callcenter.domain.frame import SECOND, Micros
from callcenter.rules.detection.acts import DetectedAct, Favour
from callcenter.rules.detection.context import RuleContext
from callcenter.rules.detection.outage import weigh_loss
from callcenter.rules.detection.waits import Waits
from callcenter.rules.detection.witness import Witnessed
from callcenter.rules.records.texts import Reason, in_seconds
from callcenter.rules.records.violation import Impact, Point, RosterLine, Verdict, Violation, identity
from callcenter.rules.regulations.edition import Edition, Rule, RulebookFigures, Severity
from callcenter.staff.duty import Stretch, less

_LOG_PATIENCE: Micros = 60 * SECOND
"""So long after an act could be judged its verdict waits for queue_log, which is told every few seconds."""

_DUTY_KNOWN = frozenset({"refused", "unrelieved", "not_called_back"})
"""Acts that were on duty as far as they had to be, or would be none."""


class Verdicts:
    """Judges acts by what is remembered."""

    def __init__(self, context: RuleContext, waits: Waits) -> None:
        self._context = context
        self._waits = waits

    def due(self, act: DetectedAct) -> Micros:
        """Return when an act can be judged; 0, at once, for one without times.

        A gap that begins soon after still counts as near, and so does a phone that is lost soon after.
        """
        figures = self._context.figures(act.at)
        if act.end is None or figures is None:
            return 0
        return act.end + max(figures.gap_nearness, figures.together + figures.uncertainty)

    def open(self, act: DetectedAct, now: Micros) -> bool:
        """Return whether something may still come: queue_log's word, or an answer to a customer of a blocked line."""
        if act.start is None or act.end is None:
            return False
        if self._awaits_log(act, now):
            return True
        return act.impact and self._waits.undecided(self._context.agent(act.known_as).served, act.start, act.end)

    def judge(self, act: DetectedAct, *, graded: bool, over: bool) -> Violation | None:
        """Return the record of an act, of its lesser where only that is proposed; None where its rule is off.

        Args:
            act: What was done.
            graded: The stream is evidence.
            over: The input is over: who still waits was not answered.
        """
        record = self._judge(act, graded=graded, over=over)
        if act.lesser is None or (record is not None and record.verdict is Verdict.PROPOSED):
            return record
        lesser = self._judge(act.lesser, graded=graded, over=over)
        return lesser if lesser is not None and lesser.verdict is Verdict.PROPOSED else record

    def _judge(self, act: DetectedAct, *, graded: bool, over: bool) -> Violation | None:
        edition, rule = self._context.edition(act.at), self._context.rule(act.rule, act.at)
        if edition is None or rule is None:
            return None
        measured = self._measured(act)
        impact = self._impact(act, over=over) if act.impact else None
        favour, ruled_out = None, []
        for code, found in self._checks(act, edition.figures, measured, impact, graded=graded):
            if found is not None:
                favour = found
                break
            ruled_out.append(code)
        weighed = _Weighed(
            measured,
            impact,
            favour,
            tuple(ruled_out),
            self._context.memory.pages.of(act),
            self._context.uncertainty(edition.figures),
            self._context.roster_line(act.agent, act.interface, act.start if act.at is None else act.at),
        )
        return _record(act, edition, rule, weighed)

    def _checks(
        self,
        act: DetectedAct,
        figures: RulebookFigures,
        measured: Micros | None,
        impact: tuple[Impact, ...] | None,
        *,
        graded: bool,
    ) -> Iterator[tuple[str, Favour | None]]:
        """Yield each check's code and what it found, gravest doubt first; later ones are not made once one found."""
        yield "not_graded", None if graded else _undetermined("not_graded")
        yield "no_time", _undetermined("no_time") if act.start is None or act.end is None else None
        assert act.start is not None and act.end is not None  # noqa: PT018 - one thought: the check above
        yield "no_roster", _undetermined("no_roster") if self._context.roster is None else None
        yield "off_duty", self._off_duty(act, figures)
        yield "duty_edge", self._duty_edge(act, figures)
        if act.lost is not None:
            yield "outage", self._outage(act, figures)
        yield "excuse", next((f for f in act.favours if f.verdict is Verdict.EXCUSED), None)
        yield "gap", self._gap_near(act.start, act.end, figures)
        if pages := self._context.memory.pages.of(act):
            yield "page", _undetermined(pages[0].what)
        yield "near_limit", self._near_limit(act, measured, figures)
        if self._in_log(act):
            yield "log_differs", self._log_differs(act)
        if act.lost is not None:
            yield "left_early", self._left_early(act)
        yield "doubt", next((f for f in act.favours if f.verdict is Verdict.UNDETERMINED), None)
        if impact is not None:
            yield "no_impact", None if impact else _undetermined("no_impact")

    def _measured(self, act: DetectedAct) -> Micros | None:
        if act.measured is not None or act.start is None or act.end is None:
            return act.measured
        counted = self._counted(act)
        return sum(end - start for start, end in counted) or sum(
            end - start for start, end in less([(act.start, act.end)], act.breaks)
        )

    def _counted(self, act: DetectedAct) -> tuple[Stretch, ...]:
        """Return the parts of an act that were on duty, without those that were work."""
        assert act.start is not None
        assert act.end is not None
        return less(self._context.duty(act.agent, act.start, act.end), act.breaks)

    def _off_duty(self, act: DetectedAct, figures: RulebookFigures) -> Favour | None:
        assert act.start is not None
        assert act.end is not None
        off = Favour(Verdict.EXCUSED, Reason("off_duty"))
        if act.lost is not None and self._context.off_duty(act.agent, act.start):
            return off  # whoever comes late has not taken the phone off
        if act.measured is not None:
            known = act.kind in _DUTY_KNOWN or self._context.wholly_on_duty(act.agent, act.start, act.end)
            return None if known else off
        on_duty = sum(end - start for start, end in self._counted(act))
        least = (act.limit or 0) - self._context.uncertainty(figures)
        return off if on_duty == 0 or on_duty < least else None

    def _duty_edge(self, act: DetectedAct, figures: RulebookFigures) -> Favour | None:
        """Return whether an act that must lie on duty as a whole may have begun before it, or ended after it."""
        assert act.start is not None
        assert act.end is not None
        doubt, start, end = self._context.uncertainty(figures), act.start, act.end
        if act.lost is not None:
            end = start  # what follows is counted as far as it was on duty
        elif act.measured is None or act.kind in _DUTY_KNOWN:
            return None
        if self._context.wholly_on_duty(act.agent, start - doubt, end + doubt):
            return None
        return _undetermined("duty_edge", uncertainty=in_seconds(doubt))

    def _outage(self, act: DetectedAct, figures: RulebookFigures) -> Favour | None:
        loss = next(one for one in self._context.memory.losses if (one.at, one.interface) == act.lost)
        return weigh_loss(self._context, loss, figures)

    def _left_early(self, act: DetectedAct) -> Favour | None:
        assert act.start is not None
        assert act.end is not None
        shift = self._context.shift_of(act.agent, act.start)
        return _undetermined("left_early") if shift is not None and shift[1] <= act.end else None

    def _gap_near(self, start: Micros, end: Micros, figures: RulebookFigures) -> Favour | None:
        found = self._context.gaps_near(start, end, figures.gap_nearness)
        if not found:
            return None
        return _undetermined("quarantined" if all(gap.refused for gap in found) else "gap")

    def _near_limit(self, act: DetectedAct, measured: Micros | None, figures: RulebookFigures) -> Favour | None:
        doubt = self._context.uncertainty(figures)
        if act.limit is None or measured is None or abs(measured - act.limit) > doubt:
            return None
        return _undetermined("near_limit", uncertainty=in_seconds(doubt))

    def _awaits_log(self, act: DetectedAct, now: Micros) -> bool:
        """Return whether queue_log is being read and has not come to an act's call; a log that stops is given up."""
        since, until = self._context.memory.log_since, self._context.memory.log_until
        if not act.uniqueids or until is None or act.start is None or act.end is None:
            return False
        if since is not None and act.start < since:
            return False
        return until < act.end and now < self.due(act) + _LOG_PATIENCE

    def _in_log(self, act: DetectedAct) -> bool:
        """Return whether queue_log was looked at for the act's call, so that its silence says something."""
        since, until = self._context.memory.log_since, self._context.memory.log_until
        covered = until is not None and act.end is not None and act.end <= until
        if since is not None and (act.start is None or act.start < since):
            covered = False
        return bool(act.uniqueids) and (covered or any(uid in self._context.memory.doubted for uid in act.uniqueids))

    def _log_differs(self, act: DetectedAct) -> Favour | None:
        return _undetermined("log_differs") if any(u in self._context.memory.doubted for u in act.uniqueids) else None

    def _impact(self, act: DetectedAct, *, over: bool) -> tuple[Impact, ...]:
        assert act.start is not None
        assert act.end is not None
        served = self._context.agent(act.known_as).served
        found: dict[Impact, None] = {}
        rostered = self._context.queues_of(act.agent, act.start)
        for start, end in self._counted(act):
            found |= dict.fromkeys(self._waits.impact(served, start, end, rostered, over=over))
        return tuple(found)


class _Weighed(NamedTuple):
    """What was found out about an act."""

    measured: Micros | None
    impact: tuple[Impact, ...] | None
    favour: Favour | None
    ruled_out: tuple[str, ...]
    pages: tuple[Witnessed, ...]
    doubt: Micros
    roster: RosterLine | None


def _record(act: DetectedAct, edition: Edition, rule: Rule, weighed: _Weighed) -> Violation:
    measured, impact, favour = weighed.measured, weighed.impact, weighed.favour
    params = {**act.params, "measured": "?" if measured is None else in_seconds(measured)}
    if act.limit is not None:
        params["limit"] = in_seconds(act.limit)
    return Violation(
        id=identity(act.rule, act.agent, act.at, act.subject),
        rule=act.rule,
        agent=act.agent,
        at=act.at,
        start=act.start,
        end=act.end,
        verdict=Verdict.PROPOSED if favour is None else favour.verdict,
        mode=rule.mode,
        severity=_severity(rule, impact),
        points=rule.least_points,
        rulebook=edition.version,
        measured=None if measured is None else measured / SECOND,
        limit=None if act.limit is None else act.limit / SECOND,
        unit=None if measured is None else "s",
        impact=impact,
        act=Reason(act.kind, params),
        reason=None if favour is None else favour.reason,
        ruled_out=weighed.ruled_out,
        subject=act.subject,
        names=act.names,
        frames=tuple(sorted({*act.frames, *(pos for one in _grounds(weighed) for pos in one)})),
        uncertainty=weighed.doubt / SECOND,
        roster=weighed.roster,
        timeline=tuple(sorted({*act.timeline, *_waits(impact or ()), *_said(weighed.pages)})),
        queue=act.queue,
        before=act.before,
    )


def _waits(impact: Iterable[Impact]) -> Iterator[Point]:
    """Return when each customer who was kept out came and went."""
    for one in impact:
        if one.joined is not None:
            yield Point(one.joined, "customer_came", one.queue or "")
        if one.left is not None and one.left != one.joined:
            yield Point(one.left, "customer_went", one.queue or "")


def _grounds(weighed: _Weighed) -> Iterator[tuple[int, ...]]:
    """Return the frames that a verdict stands on beside those of the act."""
    yield from (one.frames for one in weighed.impact or ())
    yield from (one.frames for one in weighed.pages)


def _said(pages: Iterable[Witnessed]) -> Iterator[Point]:
    """Return when the agent's page said what."""
    for one in pages:
        yield Point(one.at, f"page_{one.what}")


def _severity(rule: Rule, impact: tuple[Impact, ...] | None) -> Severity | None:
    return rule.severity if impact or impact is None else rule.lesser or rule.severity


def _undetermined(code: str, **params: str) -> Favour:
    return Favour(Verdict.UNDETERMINED, Reason(code, params))
