"""A record as each role sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import AgentState
from callcenter.locale import Language
from callcenter.rules.records.dossier import Dossier
from callcenter.rules.records.masks import masked_caller, masked_evidence, without_numbers, worded
from callcenter.rules.records.standing import CHECKLISTS, SERVICE, Advice, RecordState
from callcenter.rules.records.steps import Action, HistoryEntry, Terms
from callcenter.rules.records.violation import RosterLine, Verdict
from callcenter.rules.regulations.edition import Mode, Rulebook, Severity, Title
from callcenter.staff.rights import Role
from callcenter.staff.roles import Field as Delicate
from callcenter.staff.roles import Principal, Sight, sight
from callcenter.store.decisions.violations import FiledRecord
from callcenter.usecases.offer_steps import offer_steps
from callcenter.web.api.fields import ResponseBody, moment_out
from callcenter.web.api.review.offered import RuleShown, StepShown, rule_shown, steps_shown


class Summary(ResponseBody):
    """A record in a list."""

    id: str
    rule: str
    title: str
    agent: str
    team: str | None
    at: datetime | None
    verdict: Verdict
    state: RecordState
    mode: Mode
    severity: Severity | None = Field(description="What the last decision says, or what is proposed.")
    points: int | None = Field(description="The least that is proposed.")
    counted: int = Field(description="Points that count now: none before a confirmation or while an appeal is open.")
    why: str
    queue: str | None = Field(description="The queue whose offer it is about; null: none, or it was filed without.")
    told_at: datetime | None = Field(description="When its agent was told of it.")
    decided_at: datetime | None = Field(description="When it was last decided; null: it was not.")
    due: datetime | None = Field(description="When the department must do the next thing; null: nothing is to be done.")
    version: int


class Deadlines(ResponseBody):
    """Until when whose time runs."""

    explain_until: datetime | None
    appeal_until: datetime | None
    decide_until: datetime | None
    overdue: bool = Field(description="An appeal waits longer than it should.")
    provisional: bool = Field(description="One ends in a year that the official calendar does not know yet.")


class RecommendationCheck(ResponseBody):
    """One check of a recommendation; `by` is the role where names are not shown."""

    item: str
    role: Role
    by: str | None


class Recommendation(ResponseBody):
    """A consequence that is recommended and never drawn by the service."""

    kind: Advice
    fine_yuan: int | None
    checks: list[RecommendationCheck]
    complete: bool


class Done(ResponseBody):
    """A step that was taken; `by` is missing where names are not shown."""

    action: Action
    at: datetime
    by: str | None
    role: Role | None
    before: RecordState
    after: RecordState
    note: str
    points: int | None
    severity: Severity | None
    item: str | None


class Rostered(ResponseBody):
    """What the roster said of the agent: the seat, the team, the planned shift."""

    interface: str | None
    team: str | None
    shift_from: datetime | None
    shift_to: datetime | None


class RecordMoment(ResponseBody):
    """Something that happened, in the reader's language."""

    at: datetime | None
    what: str


class WasDoing(ResponseBody):
    """What the agent was doing from a moment on."""

    state: AgentState
    since: datetime | None


class KeptOut(ResponseBody):
    """A customer who could not get in meanwhile: waited from `joined` to `left`, as far as that is known."""

    queue: str | None
    uniqueid: str
    visit: int
    outcome: str
    joined: datetime | None
    left: datetime | None


class Detail(Summary):
    """A record, as far as the reader may see it; what is hidden is null."""

    start: datetime | None
    end: datetime | None
    measured: float | None
    limit: float | None
    unit: str | None
    rulebook: str
    most_points: int | None
    decided_points: int | None
    proposed_by: str | None
    impact: list[KeptOut] | None
    ruled_out: list[str]
    uncertainty: float | None
    roster: Rostered | None
    timeline: list[RecordMoment]
    before: list[WasDoing] = Field(
        description="What the agent was doing until a ring that it is about, the latest last."
    )
    names: list[dict[str, Any]]
    caller: str | None
    calls: list[str] = Field(description="The agent's calls that it is about, by the callers' channels.")
    evidence: list[dict[str, Any]] | None
    fine_yuan: int | None
    deadlines: Deadlines
    recommendations: list[Recommendation]
    history: list[Done]
    steps: list[StepShown] = Field(description="What may be done now: by whoever reads, or why not, and by whom.")
    rule_text: RuleShown | None = Field(description="Null where the rulebook no longer has that edition.")


class RecordPage(ResponseBody):
    """Records, the newest first; `next` is the cursor of the page after, null at the end."""

    items: list[Summary]
    next: str | None


class Reader:
    """Whoever reads, in which language, where and when."""

    def __init__(self, person: Principal, language: Language, rulebook: Rulebook, now: Micros, terms: Terms) -> None:
        self._person = person
        self.language = self._language = language
        self._rulebook = rulebook
        self._zone = rulebook.zone
        self._now = now
        self._terms = terms

    def summary(self, record: FiledRecord) -> Summary:
        """Show a record in a list."""
        return Summary(**self._short(record))

    def _roster(self, line: RosterLine | None) -> Rostered | None:
        if line is None:
            return None
        begins, ends = line.shift or (None, None)
        return Rostered(
            interface=line.interface,
            team=line.team,
            shift_from=moment_out(begins, self._zone),
            shift_to=moment_out(ends, self._zone),
        )

    def _kept_out(self, told: dict[str, Any]) -> KeptOut:
        return KeptOut(
            queue=told["queue"],
            uniqueid=told["uniqueid"],
            visit=told["visit"],
            outcome=told["outcome"],
            joined=moment_out(told.get("joined"), self._zone),
            left=moment_out(told.get("left"), self._zone),
        )

    def _timeline(self, said: Dossier) -> list[RecordMoment]:
        return [
            RecordMoment(
                at=moment_out(point.at, self._zone),
                what=self._worded(self._said(point.what), said.agent),
            )
            for point in said.timeline
        ]

    def _worded(self, text: str, agent: str) -> str:
        """Show a sentence; a number that was dialled only to whoever reads numbers, or dialled it."""
        return text if self._person.agent == agent else worded(text, self._sight(Delicate.CALLER))

    def detail(self, record: FiledRecord, history: list[HistoryEntry], calls: list[str]) -> Detail:
        """Show a record, as far as the reader may see it."""
        said, standing = record.dossier, record.standing
        return Detail(
            **self._short(record),
            start=moment_out(said.start, self._zone),
            end=moment_out(said.end, self._zone),
            measured=said.measured,
            limit=said.limit,
            unit=said.unit,
            rulebook=said.rulebook,
            most_points=standing.most,
            decided_points=standing.decided_points,
            proposed_by=self._named(standing.proposed_by),
            impact=None if said.impact is None else [self._kept_out(one) for one in said.impact],
            ruled_out=list(said.ruled_out),
            uncertainty=said.uncertainty,
            roster=self._roster(said.roster),
            timeline=self._timeline(said),
            before=[WasDoing(state=one.state, since=moment_out(one.since, self._zone)) for one in said.before],
            names=said.names,
            caller=self._caller(said.caller),
            calls=calls,
            evidence=self._evidence(said.evidence),
            fine_yuan=standing.fine_yuan if self._sees_money else None,
            deadlines=self._deadlines(record),
            recommendations=self._recommendations(record),
            history=[self._done(entry) for entry in history],
            steps=steps_shown(offer_steps(standing, said.team, self._person, self._terms, self._now), self._language),
            rule_text=rule_shown(said, self._rulebook, self._language),
        )

    def _short(self, record: FiledRecord) -> dict[str, Any]:
        said, standing = record.dossier, record.standing
        return {
            "id": said.id,
            "rule": said.rule,
            "title": self._said(said.title),
            "agent": said.agent,
            "team": said.team,
            "at": moment_out(said.at, self._zone),
            "verdict": standing.verdict,
            "state": standing.state,
            "mode": standing.mode,
            "points": standing.points,
            "counted": standing.counted,
            "severity": standing.severity if standing.decided_at is None else standing.decided_severity,
            "why": self._worded(self._said(said.why), said.agent),
            "queue": said.queue,
            "told_at": moment_out(standing.notified_at, self._zone),
            "decided_at": moment_out(standing.decided_at, self._zone),
            "due": moment_out(record.due_at, self._zone),
            "version": record.version,
        }

    def _deadlines(self, record: FiledRecord) -> Deadlines:
        standing = record.standing
        due = standing.decide_until
        ends = (standing.explain_until, standing.appeal_until, due)
        return Deadlines(
            explain_until=moment_out(standing.explain_until, self._zone),
            appeal_until=moment_out(standing.appeal_until, self._zone),
            decide_until=moment_out(due, self._zone),
            overdue=standing.state is RecordState.APPEALED and due is not None and self._now >= due,
            provisional=any(end is not None and self._terms.days.first_unknown(end - 1, end - 1) for end in ends),
        )

    def _recommendations(self, record: FiledRecord) -> list[Recommendation]:
        standing = record.standing
        shown = [kind for kind in standing.advice if kind is not Advice.PAY or self._sees_money]
        return [
            Recommendation(
                kind=kind,
                fine_yuan=standing.fine_yuan if kind is Advice.PAY else None,
                checks=[
                    RecommendationCheck(item=item, role=role, by=self._checker(standing.checked.get(item), role))
                    for item, role in CHECKLISTS[kind].items()
                ],
                complete=standing.checked_fully(kind),
            )
            for kind in shown
        ]

    def _done(self, entry: HistoryEntry) -> Done:
        at = moment_out(entry.at, self._zone)
        assert at is not None
        return Done(
            action=entry.action,
            at=at,
            by=self._named(entry.by),
            role=entry.role,
            before=entry.before,
            after=entry.after,
            note=self._note(entry),
            points=entry.points,
            severity=entry.severity,
            item=entry.item,
        )

    def _note(self, entry: HistoryEntry) -> str:
        """Show what somebody wrote; one's own words as they are."""
        own = entry.by == self._person.account
        return entry.note if own else worded(entry.note, self._sight(Delicate.CALLER))

    def _named(self, account: str) -> str | None:
        """Show a name to whoever may read names, one's own and the service's to everybody."""
        known = account in {SERVICE, self._person.account} or self._sight(Delicate.NAMES) is Sight.FULL
        return account if known else None

    def _checker(self, account: str | None, role: Role) -> str | None:
        return None if account is None else self._named(account) or role

    def _caller(self, caller: str | None) -> str | None:
        match self._sight(Delicate.CALLER):
            case Sight.FULL:
                return caller
            case Sight.MASKED:
                return masked_caller(caller)
            case Sight.HIDDEN:
                return None

    def _evidence(self, evidence: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        match self._sight(Delicate.EVIDENCE):
            case Sight.FULL:
                full = self._sight(Delicate.CALLER) is Sight.FULL
                return evidence if full else [without_numbers(one) for one in evidence]
            case Sight.MASKED:
                return [masked_evidence(one) for one in evidence]
            case Sight.HIDDEN:
                return None

    @property
    def _sees_money(self) -> bool:
        return self._sight(Delicate.MONEY) is Sight.FULL

    def _sight(self, field: Delicate) -> Sight:
        return sight(self._person.role, field)

    def _said(self, title: Title) -> str:
        return title.said(self._language)
