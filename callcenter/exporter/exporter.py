"""The live view: one sink that keeps the gauges and the board's document, and says whether all is well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from callcenter import __version__
from callcenter.clock import wall_clock
from callcenter.domain import facts as fx
from callcenter.domain.facts import Fact
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.exporter.counting import VisitCount
from callcenter.exporter.gauges import Gauges
from callcenter.exporter.health import Health
from callcenter.exporter.live import AgentNow, LiveDocument, LiveView, QueueNow
from callcenter.exporter.present import Changed, Present
from callcenter.exporter.settings import ExporterSettings
from callcenter.rules.records.violation import Violation
from callcenter.rules.regulations.edition import FiguresAt


class Scrape(Collector):
    """The figures of one moment. Writing thousands of series takes ten times as long as taking them."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterable[Metric]:
        """Give them to the client library."""
        return self._families

    def text(self) -> bytes:
        """Write them as Prometheus reads them."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)


class Exporter:
    """Told of every fact by `happened`; asked by `metrics`, `live`, `healthz` and `readyz`.

    Attributes:
        fault: Tells why the database takes nothing now; None while it does.
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
        self._health = health
        self._clock = clock
        self._present = Present()
        self._visits = VisitCount(figures)
        self._gauges = Gauges(settings, self._present, health, figures, site=site, version=__version__, disks=disks)
        self._live = LiveView(
            self._present, health, clock, figures=figures, timezone=timezone, site=site, version=__version__
        )
        self._recalled = False
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
            if isinstance(fact, fx.VisitEnded):
                self._live.ended(fact.visit)
        self._gauges.happened(facts)

    def recall(self, visits: Iterable[fx.Visit], floor: Floor, since: Micros | None) -> None:
        """Let the board begin with what the record has of today: before the first facts of this run.

        Args:
            visits: Those that ended, in the order they began.
            floor: As it was recovered; its answered visits that last count as well.
            since: Since when the switch is followed.
        """
        for visit in visits:
            self._recall(fx.VisitEnded(at=None, visit=visit), floor)
            self._live.ended(visit)
        for lasting in floor.state.visits.values():
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
        self._gauges.judged(violations)

    def withdrawn(self, counts: Mapping[str, int]) -> None:
        """Take in how many records of each rule did not reproduce, ever."""
        self._gauges.withdrawn(counts)

    def lost_calls(self, found: Mapping[str, tuple[int, Micros | None]]) -> None:
        """Take in how many callers are to be called back by queue, and since when."""
        self._gauges.lost_calls(found)

    def provisional(self, reached: bool) -> None:
        """Take in whether deadlines or the roster reach into days that the calendar does not know."""
        self._gauges.provisional(reached)

    def metrics(self) -> Scrape:
        """Take every figure as it is now; writing them out may then be left to a thread."""
        return Scrape(self._gauges.collect())

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
        health = self._health()
        figures: dict[str, object] = msgspec.to_builtins(health)
        return {
            "status": "alive",
            "version": __version__,
            "ready": not self.unready(),
            "recording": self.fault() is None,
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
