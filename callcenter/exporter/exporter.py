"""The live view: one sink that keeps the gauges and the board's document, and says whether all is well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from callcenter import __version__
from callcenter.cases.aftercare.figures import ComplaintsNow
from callcenter.clock import wall_clock
from callcenter.domain import facts as fx
from callcenter.domain.facts import Fact
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.phases import OfferPhase
from callcenter.domain.visits.offers import record
from callcenter.exporter.counting import VisitCount
from callcenter.exporter.gauges import Gauges
from callcenter.exporter.health import Health
from callcenter.exporter.live import AgentNow, LiveDocument, LiveView, QueueNow
from callcenter.exporter.outgoing import BrokerNow, SinkNow
from callcenter.exporter.pages import PageFailures
from callcenter.exporter.present import Changed, Present
from callcenter.exporter.settings import ExporterSettings
from callcenter.exporter.told import Staffing
from callcenter.exporter.values import Values
from callcenter.rules.records.violation import Violation
from callcenter.rules.regulations.edition import FiguresAt


class Exporter:
    """Told of every fact by `happened`; asked by `metrics`, `live`, `healthz` and `readyz`.

    Attributes:
        fault: Tells why the database takes nothing now; None while it does.
        broker: How the MQTT broker is; None where nothing is published.
        changed: What the latest facts changed; for whoever is told after this.

    Args:
        settings: Where it listens and how much it shows.
        health: Gives the service's own figures; called when somebody asks, never at a fact.
        figures: The rulebook's figures that held at a moment, by which everything is measured.
        site: The site's name.
        timezone: Where the site's days begin.
        disks: Directories whose free space is watched.
        clock: Our clock.
    """

    def __init__(
        self,
        settings: ExporterSettings,
        health: Callable[[], Health],
        figures: FiguresAt,
        *,
        site: str = "main",
        timezone: str = "Asia/Shanghai",
        disks: Iterable[Path] = (),
        clock: Callable[[], Micros] = wall_clock,
    ) -> None:
        self.settings = settings
        self.fault: Callable[[], str | None] = lambda: None
        self.broker: BrokerNow | None = None
        self._health = health
        self._clock = clock
        self._present = Present()
        self._pages = PageFailures()
        self._figures = figures
        self._visits = VisitCount(figures)
        self._gauges = Gauges(settings, self._present, health, figures, site=site, version=__version__, disks=disks)
        self._live = LiveView(
            self._present, health, clock, figures=figures, timezone=timezone, site=site, version=__version__
        )
        self._recalled = False
        self._sinks: Mapping[str, SinkNow] = {}
        self.changed = Changed()

    def happened(self, facts: Sequence[Fact], floor: Floor) -> None:
        """Take in what one event made true; the first call also takes in all that was there before."""
        if not self._recalled:
            self._recalled = True
            self._visits.recall(floor, facts)
        self.changed = self._present.follow(facts, floor)
        self._gauges.changed(self.changed)
        if not facts:
            return
        for fact in facts:
            counted = self._visits.follow(fact, floor)
            if counted is not None:
                self._gauges.counted(counted)
                self._live.counted(counted)
            match fact:
                case fx.VisitEnded():
                    self._live.ended(fact.visit)
                case fx.OfferEnded():
                    self._live.offered(fact.offer)
                case fx.PhoneLost() if _serves(fact.agent, floor):
                    self._live.phone_lost(fact.agent)
                case _:
                    pass
            if (failed := self._pages.told(fact)) is not None:
                self._live.page_failed(failed[0])
                self._gauges.page_failed(*failed)
        self._gauges.happened(facts)

    def recall(self, visits: Iterable[fx.Visit], floor: Floor, since: Micros | None) -> None:
        """Let the board begin with what the record has of today: before the first facts of this run.

        Args:
            visits: Those that ended, in the order they began.
            floor: As it was recovered; answered visits that last, and rings that are over, count as well.
            since: Since when the switch is followed.
        """
        for visit in visits:
            self._recall(fx.VisitEnded(at=None, visit=visit), floor)
            self._live.ended(visit)
            for offer in visit.offers:
                self._live.offered(offer)
        for lasting in floor.state.visits.values():
            for told in lasting.offers:
                if told.phase is OfferPhase.TOLD:
                    self._live.offered(record(told))
            if lasting.part is not None and lasting.queue is not None:
                answer = fx.CallAnswered(at=None, agent="", queue=lasting.queue, uniqueid=lasting.uid)
                self._recall(answer, floor)
        self._live.followed_since = since

    def _recall(self, fact: Fact, floor: Floor) -> None:
        counted = self._visits.follow(fact, floor)
        if counted is not None:
            self._live.counted(counted)

    def judged(self, violations: Sequence[Violation]) -> None:
        """Take in records that have just been decided on."""
        self._gauges.told.judged(violations)

    def withdrawn(self, counts: Mapping[str, int]) -> None:
        """Take in how many records of each rule did not reproduce, ever."""
        self._gauges.told.withdrawn(counts)

    def lost_calls(self, found: Mapping[str, tuple[int, Micros | None]]) -> None:
        """Take in how many callers are to be called back by queue, and since when."""
        self._gauges.told.lost_calls(found)

    def complaints(self, found: ComplaintsNow) -> None:
        """Take in how complaints stand."""
        self._gauges.told.complaints(found)

    def sinks(self, found: Mapping[str, SinkNow]) -> None:
        """Take in how those are who take what leaves the service."""
        self._gauges.sinks(found, self._sinks)
        self._sinks = found

    def page_measured(self, loss: float) -> None:
        """Take in which share of a call's sound did not arrive in an agent's page."""
        self._gauges.told.page_measured(loss)

    def provisional(self, reached: bool) -> None:
        """Take in whether deadlines or the roster reach into days that the calendar does not know."""
        self._gauges.told.provisional(reached)

    def repeats(self, found: Mapping[str, int]) -> None:
        """Take in how many answered visits of each queue have come to be followed by another call."""
        self._gauges.told.repeats(found)

    def staffing(self, found: Staffing) -> None:
        """Take in what roster and rulebook say now."""
        self._gauges.staffing(found)

    def certificates(self, expiries: Mapping[str, float | None]) -> None:
        """Take in when certificates run out, by name, in seconds since 1970; None: it cannot be read."""
        self._gauges.told.certificates(expiries)

    def queues(self) -> list[str]:
        """Return the queues that somebody serves, or has waited in."""
        return list(self._present.waiting)

    def metrics(self) -> Values:
        """Take every figure as it is now; writing them out may then be left to a thread."""
        if self.broker is not None:
            self._gauges.broker(self.broker)
        return self._gauges.taken()

    def rings(self) -> tuple[int, Micros]:
        """Return within how many rings a phone is to be answered now, and how long one takes."""
        figures = self._figures(None)
        return figures.rings, figures.cadence

    def live(self) -> LiveDocument:
        """Return what the board shows."""
        return self._live.document()

    def queue(self, name: str) -> QueueNow:
        """Return what the board shows of a queue."""
        return self._live.queue(name)

    def agent(self, name: str) -> AgentNow | None:
        """Return what the board shows of an agent, None where there is none of that name any more."""
        return self._live.agent(name)

    def healthz(self) -> dict[str, object]:
        """Say that the process lives, and how it does; never fails."""
        health, broker = self._health(), self.broker
        figures: dict[str, object] = msgspec.to_builtins(health)
        return {
            "status": "alive",
            "version": __version__,
            "ready": not self.unready(),
            "recording": self.fault() is None,
            "mqtt": None if broker is None else {"up": broker.up, "refused": broker.refused},
            "sinks": msgspec.to_builtins(self._sinks),
            **figures,
        }

    def unready(self) -> list[str]:
        """Return what keeps the service from being ready, a phrase each; none when it is."""
        health, settings = self._health(), self.settings
        seen = health.last_seen_at
        age = None if seen is None else (self._clock() - seen) / SECOND
        checks = (
            (not health.ami_up, "the switch is not connected"),
            (health.overfull, "the login was ended: the switch told of more than ami.max_open allows"),
            (not health.ready, "the present state of the switch is not known yet"),
            (health.gap_open_at is not None, "events are being missed"),
            (age is None or age > settings.stale_seconds, "the switch has not been heard lately"),
            (health.store_lag_seconds > settings.max_store_lag_seconds, "the record is far behind"),
            (self.fault() is not None, "nothing can be recorded: the log says why; the switch is watched on"),
        )
        return [phrase for wrong, phrase in checks if wrong]


def _serves(agent: str, floor: Floor) -> bool:
    """Tell whether an agent is signed in at a queue: whoever goes home and closes the page has lost no phone."""
    person = floor.state.people.get(agent)
    return person is not None and any(person.queues.values())
