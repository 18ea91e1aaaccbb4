"""`callcenter demo`: two minutes of a call centre on a real Asterisk, with a live board; or from a recording."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from callcenter import locale
from callcenter.cli.database import reading as from_database
from callcenter.cli.lab.demo_page import LEAD_PHONE, DemoPages
from callcenter.cli.lab.demo_past import LEAD
from callcenter.cli.office.board import console_for_output
from callcenter.cli.office.violations import explain_all
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import local_time, wall_clock
from callcenter.config import load_settings
from callcenter.domain.visits.survey import Survey
from callcenter.errors import LabError
from callcenter.exporter.live import LiveDocument
from callcenter.lab.demo.people import PEOPLE, QUEUES, people, renamed
from callcenter.lab.demo.play import PAGE_SILENCE_SECONDS, Demo
from callcenter.lab.demo.script import STORY
from callcenter.lab.demo.service import DemoService, demo_rulebook
from callcenter.lab.demo.tape import SHIPPED, Playback
from callcenter.lab.logins import LoginRecorder
from callcenter.lab.render import dialplans_dir
from callcenter.lab.root import is_built, megabytes
from callcenter.lab.settings import ANY_PORT, AgentSpec, LabSettings
from callcenter.lab.switch import Lab, LabState, load_state
from callcenter.locale import Language, Words
from callcenter.reports.board.source import BoardSource, ServiceSilent
from callcenter.reports.board.tables import Board
from callcenter.reports.lost_calls import lost_calls_told
from callcenter.rules.regulations.rulebook import rulebook_of
from callcenter.store.decisions.lost_calls import lost_in
from callcenter.store.record.surveys import SurveyFilter, surveys
from callcenter.tracker import RulesInForce

app = typer.Typer(add_completion=False, help="Play a two-minute story on a real Asterisk and show the calls.")

Read = Callable[[], Awaitable[LiveDocument]]

_SITE_ZONE = ZoneInfo("Asia/Shanghai")
_REFRESH_SECONDS = 0.5
_PLAIN_SECONDS = 20.0
_LINES_TOLD = 4
_BELOW = 4
"""Lines for what stands below the board at the end."""
_WRAP_UP_SECONDS = 3
_BUILT_SECONDS = 10.0

SAID = Words(
    "demo",
    {
        "root": "1/4 Building Asterisk, once on this machine (Debian's packages, 700 MB: one to five minutes) ...",
        "built": "    {seconds:.0f} s, {size:.0f} MB so far",
        "lab": "2/4 Starting Asterisk ...",
        "service": "3/4 Starting the service ...",
        "people": "4/4 Making accounts, customers, complaints and records; signing in the agents ...",
        "page": (
            "Open {url} - sign in as lead (a supervisor), manager, qa (quality assurance), or an agent: {agents}. "
            "Password: {password}"
        ),
        "first": "New here? Sign in as lead and read {url}help/first-day. Cases, records and scores wait for you.",
        "yours": (
            "Half a minute into the story a call is answered too late. That record is left to you: open Review as lead "
            "and tell the agent; explain it as the agent; decide."
        ),
        "take": (
            "As an agent, take the phone over: calls ring in your browser. As lead, listen to a call: your page's "
            "phone ({phone}) dials by itself. Both need a network beside loopback; nothing is sent over it."
        ),
        "taken": "{agent}'s phone is in a page now: it rings there",
        "left": "{agent}'s phone is back from the page",
        "story": "The story begins; it takes two minutes.",
        "on": "Callers go on coming, until Ctrl-C ends it.",
        "pop": "{agent}'s page says who calls: {name}, a known customer of {owner}'s",
        "over": "The story is over.",
        "records": "The records that the rules raise, each derived again from the journal alone ({off} was off duty):",
        "sum": "In all: {visits} visits, {answered} answered, {abandoned} abandoned, {others} ended otherwise.",
        "survey": "Survey after {agent}'s call: {answers} (1 very satisfied, 3 not).",
        "raised": "The rules raised {count} records, explained above.",
        "stay": "The service still runs: {url}/metrics; its board: callcenter board --url {url}; Ctrl-C ends it.",
        "stopping": "Stopping everything ...",
        "tape": (
            "THIS IS A RECORDING, nothing here is live: two minutes of the lab's real Asterisk, with made-up numbers."
        ),
    },
)

_ASKED = Words(
    "asked after a call",
    {"SERVICE": "service", "PRODUCT": "product", "PLATFORM": "platform", "HANDLING": "handling"},
)


class _Show:
    """What the demo shows while it plays: the board and what is told, live in a terminal or line by line."""

    def __init__(self, console: Console, lang: Language) -> None:
        self.console = console
        height = console.height - _BELOW if console.is_terminal else None
        plain, width, queues = not console.is_terminal, console.width, QUEUES.table(lang)
        self.board = Board(lang, _SITE_ZONE, plain=plain, width=width, height=height, queues=queues)
        self._lang = lang
        self._live: Live | None = None
        self._told: deque[str] = deque(maxlen=_LINES_TOLD)
        self._banner = Text()

    def say(self, name: str, **more: object) -> None:
        """Say one of the demo's own sentences."""
        self.console.print(Text(SAID.say(name, self._lang, **more), "bold"))

    def announce(self, name: str, **more: str) -> None:
        """Say a sentence that stays above the board while it plays."""
        self._banner = Text(SAID.say(name, self._lang, **more), "bold reverse")
        self.say(name, **more)

    def tell(self, told: str) -> None:
        """Tell a line of the story."""
        self._add(locale.text(told, self._lang, context=STORY))

    def pop(self, agent: str, name: str, owner: str) -> None:
        """Tell what an agent's page says of whoever calls."""
        self._add(SAID.say("pop", self._lang, agent=agent, name=name, owner=owner))

    def moved(self, agent: str, in_page: bool) -> None:
        """Tell that somebody's page has an agent's phone, or has left it."""
        self._add(SAID.say("taken" if in_page else "left", self._lang, agent=agent))

    def survey(self, survey: Survey) -> None:
        """Say what a caller answered once the agent had hung up."""
        answers = (f"{_ASKED.say(question.name, self._lang)} {n}" for question, n in sorted(survey.answers.items()))
        self.say("survey", agent=survey.agent or "-", answers=", ".join(answers) or "-")

    def _add(self, told: str) -> None:
        line = f"{local_time(_SITE_ZONE):%H:%M:%S}  {told}"
        if self._live is None:
            self.console.print(Text(f"> {line}"))
        else:
            self._told.append(line)

    async def watch(self, read: Read, playing: asyncio.Task[None]) -> None:
        """Show the board until the story is over; a story that fails, fails here."""
        if not self.console.is_terminal:
            while not await _over(playing, _PLAIN_SECONDS):
                self.console.print(self.board.show(await read()))
        else:
            with Live(console=self.console, screen=True, auto_refresh=False) as self._live:
                while not await _over(playing, _REFRESH_SECONDS):
                    told = Text("\n".join((*self._told, "")))
                    self._live.update(Group(self._banner, told, self.board.show(await read())), refresh=True)
            self._live = None
        await playing

    def conclude(self, document: LiveDocument, records: list[list[str]] | None = None) -> None:
        """Show every record with what it stands on, every call, then what stays in sight: the board, and a summary."""
        if records is not None:
            self.say("records", off=PEOPLE.say("eve", self._lang))
            for line in (line for record in records for line in record):
                self.console.print(Text(line), soft_wrap=True)
        self.console.print(self.board.calls(document.recent))
        self.console.print()
        self.console.print(self.board.show(document))
        ends = Counter(visit.outcome for visit in document.recent)
        known = {name: ends[name] for name in ("answered", "abandoned")}
        others = ends.total() - sum(known.values())
        self.say("sum", visits=str(ends.total()), others=str(others), **{name: str(n) for name, n in known.items()})
        if records is not None:
            self.say("raised", count=str(len(records)))

    @property
    def lang(self) -> Language:
        """The language that is spoken."""
        return self._lang


@app.command()
def main(
    tape: Annotated[bool, typer.Option("--tape", help="Play the shipped recording; needs no Asterisk.")] = False,
    speed: Annotated[float, typer.Option(min=0.1, help="How much faster the recording plays.")] = 4.0,
    lang: LangOption = "",
    work_dir: Annotated[Path, typer.Option(help="State, secrets, journal and log of the demo.")] = Path("var/demo"),
    record: Annotated[Path | None, typer.Option(help="Also write what the switch says to this file.")] = None,
    mqtt: Annotated[str | None, typer.Option(help="Broker that the service publishes to, mqtt://host:1883.")] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Let callers go on coming until Ctrl-C.")] = False,
) -> None:
    """Play the story. In a terminal the service stays at the end until Ctrl-C, otherwise all ends by itself."""
    show = _Show(console_for_output(), spoken(lang))
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_play_tape(show, speed) if tape else _play(show, work_dir, record, mqtt, stay=stay))
        return
    raise KeyboardInterrupt


async def _play_tape(show: _Show, speed: float) -> None:
    with _ends_on_signal():
        show.announce("tape")
        rulebook = demo_rulebook(_queue_names(LabSettings().agents(dialplans_dir())), _WRAP_UP_SECONDS)
        playback = Playback(SHIPPED, RulesInForce(rulebook_of(rulebook), None), renamed(show.lang))

        async def read() -> LiveDocument:
            return playback.exporter.live()

        async with _task(playback.play(speed), "demo-tape") as playing:
            await show.watch(read, playing)
        show.say("tape")
        show.conclude(playback.exporter.live())


async def _play(show: _Show, work_dir: Path, record: Path | None, mqtt: str | None, *, stay: bool) -> None:
    left = load_state(work_dir)
    if left is not None and left.alive():
        down = f"callcenter lab down --work-dir {work_dir}"
        raise LabError(f"A demo runs in {work_dir}, or was killed there; end what is left of it with: {down}")
    lab = Lab(
        LabSettings(
            work_dir=work_dir,
            wrap_up_seconds=_WRAP_UP_SECONDS,
            lookup_port=ANY_PORT,
            in_pages=True,
            page_silence_seconds=PAGE_SILENCE_SECONDS,
            extra_agents=(LEAD_PHONE,),
        )
    )
    with _ends_on_signal():
        async with _asterisk(show, lab) as state, _recording(state, record):
            show.say("service")
            rulebook = demo_rulebook(_queue_names(lab.agents), _WRAP_UP_SECONDS)
            agents = people(lab.agents, show.lang)
            service = DemoService(work_dir, state, rulebook, agents, mqtt)
            async with service.running():
                await _tell_story(show, agents, state, service, stay=stay)
                if show.console.is_terminal:
                    show.say("stay", url=service.url)
                    await _until_interrupted()
            show.say("stopping")


async def _tell_story(
    show: _Show, people: Mapping[str, AgentSpec], state: LabState, service: DemoService, *, stay: bool
) -> None:
    source = BoardSource(service.url)
    agents = {account: agent for account, agent in people.items() if account != LEAD}
    pages = DemoPages(service, agents, show.pop, show.lang)

    def moved(agent: str, in_page: bool) -> None:
        show.moved(agent, in_page)
        pages.moved(agent, in_page)

    demo = Demo(state, {agent.number: agent.name for agent in agents.values()}, show.tell, moved)

    async def read() -> LiveDocument:
        try:
            return await asyncio.to_thread(source.read)
        except ServiceSilent as error:
            raise LabError(f"The service ended; see {service.log}.") from error

    show.say("people")
    await pages.prepare()
    async with contextlib.aclosing(pages), demo.phones():
        await pages.sign_in()
        async with _task(pages.watch(), "demo-pages") as reading:
            show.announce("page", url=service.page, agents=", ".join(pages.names), password=pages.password)
            show.say("first", url=service.page)
            show.say("yours")
            show.say("take", phone=LEAD_PHONE.number)
            show.say("story")
            async with _task(demo.play(), "demo-story") as playing:
                await show.watch(read, playing)
            show.say("over")
            await _sum_up(show, await read(), service)
            if stay:
                show.say("on")
                async with _task(demo.go_on(), "demo-more") as playing:
                    await show.watch(read, playing)
            if reading.done():
                await reading  # it ends before the service by an error alone


async def _sum_up(show: _Show, document: LiveDocument, service: DemoService) -> None:
    """Show what the story left in the record."""
    settings = load_settings(service.settings)
    show.conclude(document, await asyncio.to_thread(explain_all, settings, show.lang))
    lost = await asyncio.to_thread(
        from_database, settings.store, lambda connection: lost_in(connection, 0, wall_clock())
    )
    show.console.print(Text(lost_calls_told(lost, show.lang), "bold"))
    given = await asyncio.to_thread(
        from_database, settings.store, lambda connection: surveys(connection, SurveyFilter())
    )
    for _, survey in given:
        show.survey(survey)


@contextlib.asynccontextmanager
async def _asterisk(show: _Show, lab: Lab) -> AsyncIterator[LabState]:
    """Run the lab, and say how far it is built.

    A start that is interrupted is waited for, so that what it started is stopped.
    """
    root, begun = lab.settings.root_dir, monotonic()
    if not is_built(root):
        show.say("root")
    starting = asyncio.create_task(asyncio.to_thread(lab.start), name="demo-lab")
    try:
        while not is_built(root) and not await _over(starting, _BUILT_SECONDS):
            if size := await asyncio.to_thread(megabytes, root):  # at the end it takes its place
                show.say("built", seconds=monotonic() - begun, size=size)
        show.say("lab")
        yield await asyncio.shield(starting)
    except LabError as error:
        if starting.done() and starting.exception() is error:
            raise LabError(f"{error} The same story from a recording: callcenter demo --tape") from error
        raise
    finally:
        await asyncio.wait([starting])
        await asyncio.to_thread(lab.stop)


@contextlib.asynccontextmanager
async def _recording(state: LabState, path: Path | None) -> AsyncIterator[None]:
    """Write down what the events login hears, if asked to."""
    if path is None:
        yield
        return
    recorder = LoginRecorder(state.ami_port, "events", state.manager_secrets["events"])
    await recorder.start()
    try:
        yield
    finally:
        await recorder.stop()
        recorder.save(path)


@contextlib.asynccontextmanager
async def _task(work: Coroutine[None, None, None], name: str) -> AsyncIterator[asyncio.Task[None]]:
    """Run a task beside what is inside; it never outlives it."""
    task = asyncio.create_task(work, name=name)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


@contextlib.contextmanager
def _ends_on_signal() -> Iterator[None]:
    """Let the first Ctrl-C, SIGTERM or lost terminal end the demo in order; further ones do not disturb that."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    heard = False

    def end() -> None:
        nonlocal heard
        if not heard:
            heard = True
            task.cancel()

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def _over(playing: asyncio.Task[Any], seconds: float) -> bool:
    """Wait so long, or until the story is over."""
    done, _ = await asyncio.wait([playing], timeout=seconds)
    return bool(done)


async def _until_interrupted() -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()


def _queue_names(agents: Iterable[AgentSpec]) -> list[str]:
    return sorted({queue for agent in agents for queue in agent.queues})
