"""`callcenter lab`: a real Asterisk on this machine, with phones and callers that play."""

from __future__ import annotations

import asyncio
import gzip
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from callcenter.cli.speech import LangOption, spoken
from callcenter.errors import BadInput, LabError
from callcenter.lab.load import play_load
from callcenter.lab.own_service import write_settings
from callcenter.lab.rendering.container import phone_secrets, write_configuration
from callcenter.lab.rendering.values import Placed
from callcenter.lab.settings import ANY_PORT, LabSettings
from callcenter.lab.shift import Shift, SipEntrance, play_shift
from callcenter.lab.stories import STORIES
from callcenter.lab.switch import Lab, LabState, load_state
from callcenter.lab.switch import stop as stop_lab
from callcenter.lab.troupe import record_all
from callcenter.locale import Language, Words

app = typer.Typer(add_completion=False, no_args_is_help=True, help="A real Asterisk with callers and phones.")

_SAID = Words(
    "lab",
    {
        "service": "A service that follows it: {file}",
        "none": "No lab runs in {folder}.",
        "stopped": "Stopped.",
        "heard": "{events} events, {bytes} bytes",
        "callers": "from {host}; outbound calls go to {host}:{port}",
        "loopback": ("Everything listens on loopback alone."),
    },
)
_COLUMNS = Words(
    "lab",
    {
        "manager": "manager",
        "phones": "phones",
        "callers": "callers",
        "queue_log": "queue_log",
    },
)
WorkDir = Annotated[Path, typer.Option(help="State, secrets and a lab's own files; one lab a directory.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="0 = a free one.")]
_DEFAULT_DIR = Path("var/lab")
_SIP_PORT, _MANAGER_PORT = 5060, 5038
_HTTP_PORT = 8088
"""Where switches usually are; in a container nobody else has them."""


@app.command()
def up(
    work_dir: WorkDir = _DEFAULT_DIR,
    sip_port: Port = 0,
    ami_port: Port = 0,
    ring_seconds: Annotated[int, typer.Option(min=1, help="Ring timeout of the queues.")] = 25,
    for_tests: Annotated[bool, typer.Option(help="Add the unfiltered login and the test extensions.")] = False,
    lang: LangOption = "",
) -> None:
    """Build the Asterisk root on first use (about 30 s), start Asterisk and print how to reach it.

    Settings for a service that follows it stand ready in callcenter.toml of the work directory.
    """
    settings = LabSettings(
        work_dir=work_dir,
        sip_port=sip_port,
        ami_port=ami_port,
        ring_seconds=ring_seconds,
        lookup_port=ANY_PORT,
        for_tests=for_tests,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C does, so that a start is undone
    lab = Lab(settings)
    state = lab.start()
    try:
        file = write_settings(work_dir, state)
    except BaseException:
        lab.stop()
        raise
    _show(state, spoken(lang))
    print(f"\n{_SAID.say('service', spoken(lang), file=file)}\n\n{file.read_text('utf-8')}")
    print(f"callcenter db upgrade --settings {file} && callcenter serve --settings {file}")


@app.command()
def down(work_dir: WorkDir = _DEFAULT_DIR, lang: LangOption = "") -> None:
    """Stop the lab that was started in this work directory."""
    state = load_state(work_dir)
    if state is None:
        print(_SAID.say("none", spoken(lang), folder=work_dir))
        return
    stop_lab(work_dir, state)
    print(_SAID.say("stopped", spoken(lang)))


@app.command()
def status(work_dir: WorkDir = _DEFAULT_DIR, lang: LangOption = "") -> None:
    """Tell whether the lab runs, and how to reach it; exit code 1 if it does not."""
    state = load_state(work_dir)
    if state is None or not state.alive():
        print(_SAID.say("none", spoken(lang), folder=work_dir))
        sys.exit(1)
    _show(state, spoken(lang))


@app.command()
def stories() -> None:
    """List the stories that phones and callers can play."""
    for name, story in STORIES.items():
        print(f"{name:<28}{story.told}")


@app.command()
def record(
    out: Annotated[Path, typer.Argument(help="A folder for each story is written here.")],
    story: Annotated[list[str] | None, typer.Option(help="Only this one (may be repeated).")] = None,
    work_dir: WorkDir = _DEFAULT_DIR,
    side_by_side: Annotated[int, typer.Option(min=1, help="How many switches at a time.")] = 6,
) -> None:
    """Play stories, each on a switch of its own, and write their tapes and truths."""
    unknown = [name for name in story or () if name not in STORIES]
    if unknown:
        raise BadInput(f"There is no story {unknown[0]}; see: callcenter lab stories.")
    told = [STORIES[name] for name in story or STORIES]
    for name in asyncio.run(record_all(told, work_dir, out, side_by_side)):
        print(name)


@app.command()
def calls(
    work_dir: WorkDir = _DEFAULT_DIR,
    callers: Annotated[int, typer.Option(min=1, help="How many callers in all.")] = 20,
    per_minute: Annotated[float, typer.Option(min=0.1, help="How many come in a minute, on average.")] = 30.0,
    patience: Annotated[float, typer.Option(min=0.1, help="Seconds that a caller stays, on average.")] = 40.0,
    talk: Annotated[float, typer.Option(min=0.1, help="Seconds that an agent talks, on average.")] = 12.0,
    seed: Annotated[int, typer.Option(help="The same seed, the same calls.")] = 1,
    kept: Annotated[
        Path | None,
        typer.Option("--secrets", help="Folder of `lab render`: that switch, here on port 5060, not a lab's."),
    ] = None,
) -> None:
    """Let random callers ring the running lab's queues, with a phone for each agent; ends by itself."""
    shift = Shift(callers, per_minute, patience, talk, seed)
    for line in asyncio.run(play_shift(_entrance(work_dir, kept), shift)):
        print(line)


@app.command()
def render(
    etc: Annotated[Path, typer.Argument(help="Folder of the configuration, the container's /etc/asterisk.")],
    kept: Annotated[
        Path,
        typer.Argument(metavar="SECRETS", help="Folder of the secrets, one a file; those that are missing are made."),
    ],
    media: Annotated[str, typer.Option(help="The switch's own address, which phones are told for their voice.")],
    sip: Annotated[str, typer.Option(help="Address on which SIP listens.")] = "0.0.0.0",  # noqa: S104 - a container's
    sip_port: Annotated[int, typer.Option(min=1, max=65535, help="Its UDP port.")] = _SIP_PORT,
    manager: Annotated[str, typer.Option(help="Address on which the manager interface listens.")] = "127.0.0.1",
    manager_permit: Annotated[str, typer.Option(help="Networks from which it takes logins.")] = "127.0.0.0/8",
    phones: Annotated[str, typer.Option(help="Networks of the phones.")] = "127.0.0.0/8",
    trunk: Annotated[str, typer.Option(help="Address of which callers come.")] = "127.0.0.2",
    trunk_port: Annotated[int, typer.Option(min=1, max=65535, help="Its port for calls out.")] = 5060,
    rtp_start: Annotated[int, typer.Option(min=1024, max=65535, help="First UDP port of voice.")] = 10000,
    rtp_end: Annotated[int, typer.Option(min=1024, max=65535, help="Last UDP port of voice.")] = 10099,
    name: Annotated[str, typer.Option(help="The switch's systemname.")] = "pbx",
    lookup_url: Annotated[str, typer.Option(help="Where the dialplan asks the API; unsaid: nowhere.")] = "",
    agents: Annotated[Path | None, typer.Option(help="List of agents (TOML); unsaid: the packaged one.")] = None,
    http: Annotated[str, typer.Option(help="Address of port 8088, for phones in pages without TLS.")] = "127.0.0.1",
    certificate: Annotated[str, typer.Option(help="File of certificate and key: phones in pages at port 8089.")] = "",
    pages: Annotated[str, typer.Option(help="File of the phones in pages, as in desk.phones.")] = "",
) -> None:
    """Write the configuration of a switch in a container, from dialplans/ and these values."""
    try:
        settings = LabSettings(
            system_name=name,
            sip_port=sip_port,
            ami_port=_MANAGER_PORT,
            http_port=_HTTP_PORT,
            trunk_host=trunk,
            trunk_port=trunk_port,
            rtp_start=rtp_start,
            rtp_end=rtp_end,
            agents_file=agents,
        )
    except ValidationError:  # typer has seen to the ports
        raise BadInput("--name takes a letter and then letters and digits, all of them small, 20 at most.") from None
    placed = Placed(sip, media, manager, manager_permit, phones, lookup_url, http, certificate, pages)
    write_configuration(settings, placed, etc, kept)


@app.command()
def load(
    out: Annotated[Path, typer.Argument(help="board.ami.gz and unfiltered.ami.gz are written here.")],
    number: Annotated[int, typer.Option("--calls", min=1, help="How many calls; each is about 110 events.")] = 200,
    per_second: Annotated[float, typer.Option(min=0.1, help="How many begin in a second.")] = 20.0,
    work_dir: WorkDir = _DEFAULT_DIR,
    lang: LangOption = "",
) -> None:
    """Put a switch of its own under load (SIPp) and record what both logins hear."""
    out.mkdir(parents=True, exist_ok=True)
    heard = asyncio.run(play_load(work_dir / "load", per_second, number))
    for login, name in (("events", "board"), ("lab", "unfiltered")):
        (out / f"{name}.ami.gz").write_bytes(gzip.compress(heard[login], mtime=0))
        events = heard[login].count(b"Event: ")
        size = len(heard[login])
        print(f"{name:<12}{_SAID.say('heard', spoken(lang), events=events, bytes=size)}")


def _entrance(work_dir: Path, kept: Path | None) -> SipEntrance:
    """Say where phones and callers go: to a switch that `lab render` configured, else to the running lab."""
    if kept is not None:
        return SipEntrance(_SIP_PORT, LabSettings().trunk_host, phone_secrets(kept))
    state = load_state(work_dir)
    if state is None or not state.alive():
        raise LabError(f"No lab runs in {work_dir}; start it with: callcenter lab up.")
    return SipEntrance(state.sip_port, state.trunk_host, state.phone_secrets)


def _show(state: LabState, language: Language) -> None:
    said = {name: f"{told:<10}" for name, told in _COLUMNS.table(language).items()}
    print(f"Asterisk {state.version}, pid {state.pid}")
    print(f"  {said['manager']} 127.0.0.1:{state.ami_port}")
    for login, secret in state.manager_secrets.items():
        print(f"    {login:<10}{secret}")
    print(f"  {said['phones']} 127.0.0.1:{state.sip_port} (UDP)")
    for number, secret in state.phone_secrets.items():
        print(f"    {number:<10}{secret}")
    callers = _SAID.say("callers", language, host=state.trunk_host, port=state.trunk_port)
    print(f"  {said['callers']} {callers}")
    print(f"  {said['queue_log']} {state.queue_log}")
    print(f"  {_SAID.say('loopback', language)}")
