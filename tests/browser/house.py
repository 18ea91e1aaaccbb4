"""A floor with a live stream whose members a desk changes, as a switch does that does what it is asked."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar, cast

from callcenter.domain import events as ev
from callcenter.domain.frame import Micros
from callcenter.exporter.health import Health
from callcenter.files.rulebook import load_rulebook
from callcenter.staff.duty import Roster, Seat
from callcenter.tracker import RulesInForce, Tracker
from callcenter.tracker.enacting import RulesFiles
from callcenter.web.desk.settings import DeskSettings
from callcenter.web.switchboard import Switchboard
from tests.integration.api import Department
from tests.integration.desk_switch import DeskSwitch
from tests.integration.lively import Lively

PHONES = {"Alice": "PJSIP/1001", "Bob": "PJSIP/1002", "Li": "PJSIP/1003"}
DESK = DeskSettings(queues=("sales", "orders"), numbers={"sales": "601"}, reasons={"tea": "Tea", "meal": ""})


class FrontHouse(Lively):
    """The floor of those who have phones by number."""

    phones: ClassVar[dict[str, str]] = PHONES

    def hold(self, caller: str, *, on: bool, agent: str = "Alice") -> None:
        """The agent's phone holds the caller, or takes them back."""
        self.tell(ev.HoldSet, f"{caller}-{agent}", on=on)


class HouseSwitch(DeskSwitch):
    """Members of the queues of that floor."""

    def __init__(self, house: FrontHouse) -> None:
        super().__init__(house.now)
        self.floor = house.floor
        self.queues = {"sales", "orders"}
        self._house = house
        self._names = {phone: agent for agent, phone in PHONES.items()}

    def _happen(self, event: ev.Event) -> None:
        facts = self.floor.apply(event)
        for sink in self._house.sinks:
            sink.happened(facts, self.floor)

    def _next(self) -> Micros:
        return self._house.now


def seated(work: Department, house: FrontHouse) -> None:
    """Let the department sit at its phones, and look at its floor."""
    seats = tuple(Seat(agent=agent, interface=phone, team="hotline") for agent, phone in PHONES.items())
    roster = Roster(timezone="Asia/Shanghai", seats=seats, shifts={}, duty={})
    work.in_force = RulesInForce(load_rulebook(), roster)
    house.sinks.append(work.calls)
    board = Switchboard(cast("Tracker", SimpleNamespace(floor=house.floor, in_sync=True)), lambda: work.in_force)
    object.__setattr__(work.service, "ports", work.service.ports._replace(switchboard=board))


def looked_after(work: Department, roster: Path) -> None:
    """Let the department's rules and roster be files, and its health be known."""
    rules = RulesFiles(work.decisions, lambda *_: work.in_force, roster=roster)
    health = Health(node="pbx", started_at=work.now)
    ports = work.service.ports._replace(written=rules.written, filed_roster=rules.filed_roster, health=lambda: health)
    object.__setattr__(work.service, "ports", ports)
