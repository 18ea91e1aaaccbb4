"""What the API works with, built once and handed to every request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, cast

import msgspec
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.routing import Preference
from callcenter.clock import steady_clock, wall_clock
from callcenter.doctor.run import DoctorRun, Examine
from callcenter.domain.frame import Micros
from callcenter.exporter.health import Health
from callcenter.locale import english
from callcenter.reports.call_timeline import CurrentRing
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.records.steps import Terms
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.duty import Roster
from callcenter.staff.rights import Reach, Right
from callcenter.staff.roles import Principal, may, reach
from callcenter.staff.roster_form import Form
from callcenter.staff.site.own import OwnSite
from callcenter.store import DecisionStore
from callcenter.store.customers.sealing import opened
from callcenter.store.decisions.violations import FiledRecord
from callcenter.store.sign_in.accounts import Accounts
from callcenter.store.sign_in.sessions import Sessions
from callcenter.tracker import RulesInForce
from callcenter.usecases.aftercare.settings import AftercareSettings
from callcenter.usecases.change_roster import RosterFiled
from callcenter.usecases.complaints.office import CaseOffice
from callcenter.usecases.complaints.settings import ComplaintsSettings
from callcenter.usecases.customers.privacy import PrivacySettings
from callcenter.usecases.customers.show_customers import Viewer
from callcenter.usecases.enquiries.attachment_settings import AttachmentsSettings
from callcenter.usecases.take_step import Evidence, StepContext
from callcenter.web.api.review.trying import Trials
from callcenter.web.current_calls import CurrentCalls
from callcenter.web.desk.acts import FloorActs
from callcenter.web.desk.desk import Desk
from callcenter.web.desk.listening import ListenIn
from callcenter.web.limits import SignInRate, Turns
from callcenter.web.live.feed import LiveFeed
from callcenter.web.one_time_codes import CallBack, OneTimeCodes
from callcenter.web.pages.first_account import FirstAccount
from callcenter.web.sent_files import FileTurns, ReadingTurn
from callcenter.web.settings import WebSettings
from callcenter.web.switchboard import Switchboard

Clock = Callable[[], Micros]
Dispose = Callable[[Disposition], Awaitable[None]]
"""Lets the rules know of a call's disposition, durably."""
Written = Callable[[Micros | None], Awaitable[dict[str, Any]]]
"""Gives the rulebook as it is written: that in force, or what had been approved before a moment."""
FiledRoster = Callable[[], Awaitable[Form | None]]
"""Gives the roster as its file says it."""

Prefer = Callable[[str], Awaitable[Preference]]
"""Tells what is known of a number's key: a key account's queue or group, whose their open matter is."""


class Ports(NamedTuple):
    """What the API asks of the rest of the service; None: there is none of it here."""

    dispose: Dispose | None = None
    switch_time: Clock = wall_clock
    evidence: Evidence | None = None
    written: Written | None = None
    filed_roster: FiledRoster | None = None
    health: Callable[[], Health] | None = None
    examine: Examine | None = None
    terms: Terms | None = None
    """How long people have, by the days that are worked; None: as the settings have it."""
    live: LiveFeed | None = None
    route: Prefer | None = None
    switchboard: Switchboard | None = None
    desk: Desk | None = None
    acts: FloorActs | None = None
    measured: Callable[[float], None] = lambda _: None
    """Is told which share of a call's sound did not arrive in an agent's page."""
    calls: CurrentCalls | None = None
    privacy: PrivacySettings = PrivacySettings()
    complaints: ComplaintsSettings = ComplaintsSettings()
    cases: Callable[[], None] | None = None
    """Is told that a case was moved, so that whoever follows cases hears of it at once."""
    attachments: AttachmentsSettings = AttachmentsSettings()
    aftercare: AftercareSettings = AftercareSettings()
    trials: Trials | None = None


@dataclass(frozen=True)
class Service:
    """The parts; `clock` alone tells the time, `steady` measures and is never set."""

    settings: WebSettings
    decisions: DecisionStore
    in_force: Callable[[], RulesInForce]
    terms: Terms
    accounts: Accounts
    sessions: Sessions
    rate: SignInRate
    link_rate: SignInRate
    """How often an address may try a department's link."""
    report_rate: SignInRate
    """Of systems that report contacts, by name, and of wrong tokens, by address."""
    clock: Clock
    steady: Clock
    ports: Ports
    reading: ReadingTurn
    lists: Turns
    """Whose lists are being sent; they are kept in memory."""
    uploads: FileTurns
    """Whose attachments are being sent; on their way they are on the disk, and slow lines leave others room."""
    keeping: asyncio.Semaphore
    """Lets few attachments be read, scanned and kept at a time; the next wait."""
    exports: Turns
    """Whose exports are being made, and read."""
    codes: OneTimeCodes[CallBack]
    listening: OneTimeCodes[ListenIn]
    first: FirstAccount
    doctor: DoctorRun

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook in force."""
        return self.in_force().rulebook

    @property
    def roster(self) -> Roster | None:
        """The roster in force."""
        return self.in_force().roster

    @property
    def own(self) -> OwnSite:
        """What the site says of itself."""
        return OwnSite() if self.ports.desk is None else self.ports.desk.own

    async def roster_filed(self) -> RosterFiled:
        """Read the roster's file."""
        form = None if self.ports.filed_roster is None else await self.ports.filed_roster()
        return RosterFiled(form, self.rulebook.timezone)

    @property
    def step_context(self) -> StepContext:
        """By what steps are taken now."""
        return StepContext(self.rulebook, self.terms, self.ports.evidence)

    @property
    def case_office(self) -> CaseOffice:
        """By what cases are moved now."""
        return CaseOffice(self.ports.complaints, self.rulebook, self.roster)

    def case_moved(self) -> None:
        """Let whoever follows cases know that one was moved."""
        if self.ports.cases is not None:
            self.ports.cases()

    def record_moved(self, record: FiledRecord) -> None:
        """Let whoever follows records know that somebody took a step with one."""
        if self.ports.live is not None:
            self.ports.live.record_moved(record)

    def viewer(self, person: Principal) -> Viewer:
        """Say who is shown something of customers, now."""
        calls = {} if self.ports.calls is None else self.ports.calls.of(person.agent)
        return Viewer(person=person, at=self.clock(), calls=calls, roster=self.roster, privacy=self.ports.privacy)

    def ringing(self, uniqueid: str) -> tuple[CurrentRing, ...]:
        """Return the rings of a call that goes on, as far as the record does not have them."""
        return () if self.ports.calls is None else self.ports.calls.rings(uniqueid)

    async def opened(self, connection: AsyncConnection, record: FiledRecord) -> FiledRecord:
        """Open what is sealed of a record, as far as its key is there."""
        dossier = await opened(connection, self.ports.privacy.master_keys, record.dossier)
        return msgspec.structs.replace(record, dossier=dossier)

    def look_at_streams(self) -> None:
        """Let live streams end whose session is over."""
        if self.ports.live is not None:
            self.ports.live.look()

    def team_of(self, agent: str, at: Micros) -> str | None:
        """Name the team that the roster has an agent in."""
        roster = self.roster
        return None if roster is None else roster.team_of(agent, at)

    @property
    def agents(self) -> frozenset[str] | None:
        """The agents that the roster in force has; None: there is no roster, so nobody can tell."""
        return None if self.roster is None else self.roster.agents

    def agents_of(self, person: Principal, right: Right) -> frozenset[str] | None:
        """Name the agents whose things a person has a right to, now; None: everybody's."""
        if reach(person.role, right) is Reach.ALL:
            return None
        now = self.ports.switch_time()
        mine = {agent for agent in self.agents or () if may(person, right, agent, self.team_of(agent, now))}
        own = set() if person.agent is None or not may(person, right, person.agent) else {person.agent}
        return frozenset(mine | own)

    def knows(self, agent: str) -> bool:
        """Tell whether there is such an agent; without a roster nobody can say."""
        return self.agents is None or agent in self.agents


def build(
    settings: WebSettings,
    decisions: DecisionStore,
    in_force: Callable[[], RulesInForce],
    ports: Ports | None = None,
    *,
    accounts: Accounts | None = None,
    clock: Clock = wall_clock,
    steady: Clock | None = None,
) -> Service:
    """Put the parts together; `in_force` tells at any time which rulebook and roster are in force."""
    accounts, steady, ports = (
        accounts or Accounts(breached=settings.breached_passwords),
        steady or steady_clock(),
        ports or Ports(),
    )
    return Service(
        settings=settings,
        decisions=decisions,
        in_force=in_force,
        terms=ports.terms or settings.terms(in_force().rulebook.zone),
        accounts=accounts,
        sessions=Sessions(decisions, accounts, settings.lifetimes, steady, ports.privacy.master_keys),
        rate=SignInRate(settings.sign_ins_per_minute),
        link_rate=SignInRate(settings.sign_ins_per_minute),
        report_rate=SignInRate(settings.reports_per_minute),
        clock=clock,
        steady=steady,
        ports=ports,
        reading=ReadingTurn(),
        lists=Turns(4, 1, english("other lists are being sent; try again later")),
        uploads=FileTurns(32, 2, english("other files are being sent; try again later")),
        keeping=asyncio.Semaphore(4),
        exports=Turns(4, 2, english("other exports are being made; try again in a moment")),
        codes=OneTimeCodes(steady),
        listening=OneTimeCodes(steady),
        first=FirstAccount(),
        doctor=DoctorRun(),
    )


def _service(request: Request) -> Service:
    return cast("Service", request.app.state.service)


TheService = Annotated[Service, Depends(_service)]
"""The service, for a route that asks for it."""
