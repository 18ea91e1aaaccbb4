"""`callcenter cases open`, `take`: a complaint is opened or moved, in the name of whoever gives their password."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from callcenter.cases.complaints.vocabulary import CaseChannel, Move
from callcenter.cli.casework.lists import CaseNumber, office_of
from callcenter.cli.database import with_decisions
from callcenter.cli.office.customer_cards import meant
from callcenter.cli.options import SettingsPath
from callcenter.cli.password import kept_or_typed, proven
from callcenter.cli.speech import LangOption, spoken
from callcenter.clock import wall_clock
from callcenter.config import Settings, load_settings
from callcenter.domain.frame import Micros
from callcenter.errors import BadInput, UnreadableFile
from callcenter.store import DecisionStore, UnitOfWork
from callcenter.store.complaints.cases import CaseAbout
from callcenter.store.conflicts import Conflict
from callcenter.store.customers.cards import get
from callcenter.store.sign_in.accounts import Accounts
from callcenter.store.sign_in.sessions import Sessions
from callcenter.untrusted import is_plain
from callcenter.usecases.complaints.case_words import CASE_STATES
from callcenter.usecases.complaints.move_case import Moved, move_case, open_case
from callcenter.usecases.complaints.office import CaseOffice
from callcenter.usecases.complaints.open_from_call import open_cases

moves = typer.Typer(add_completion=False)

As = Annotated[str, typer.Option("--as", help="The account of whoever does it; its password is asked for.")]
PasswordFile = Annotated[Path | None, typer.Option(help="File whose first line is the password.")]
_JSON = frozenset({"upheld", "responsible", "remedies", "ok", "unreachable", "urgent", "tracked", "satisfaction"})
"""Fields that are no text: what is given for them is JSON."""
_NOT_FIELDS = {"by": "--as", "do": "MOVE", "case": "CASE"}
_MOST_BYTES = 256 * 1024
_LONGEST = 20_000
_LONGEST_CALL = 80

Step = Callable[[UnitOfWork, CaseOffice, Micros], Awaitable[Moved]]


@moves.command("open")
def open_complaint(
    account: As,
    channel: Annotated[CaseChannel, typer.Option(help="How the customer came to us.")],
    content: Annotated[str | None, typer.Option(help="What the customer complains about.")] = None,
    wanted: Annotated[str | None, typer.Option(help="What the customer asks for.")] = None,
    customer: Annotated[str | None, typer.Option(help="The customer's id, or one of the numbers.")] = None,
    call: Annotated[str | None, typer.Option(help="The call it came by, by its uniqueid.")] = None,
    about: Annotated[str | None, typer.Option(help="The agent whom it is about.")] = None,
    follows: Annotated[str | None, typer.Option(help="An older complaint that it is tied to.")] = None,
    owner: Annotated[str | None, typer.Option(help="The account that owns it; else whoever opens it.")] = None,
    another: Annotated[bool, typer.Option("--new", help="Even where the customer or call has an open one.")] = False,
    password_file: PasswordFile = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Open a complaint, and print its number; without content and wanted it is received only, and its id is printed.

    The password is asked for, or is the first line of the input. Who may is as over the API.
    """
    chosen = load_settings(settings)
    texts = {"content": content, "wanted": wanted, "about": about, "follows": follows, "owner": owner}
    told = {name: value for name, value in texts.items() if value is not None}
    _require_sound({**told, "call": call, "customer": customer})
    if call is not None and len(call) > _LONGEST_CALL:
        raise BadInput(f"--call has {len(call)} characters: a uniqueid has at most {_LONGEST_CALL}")

    async def step(unit: UnitOfWork, office: CaseOffice, now: Micros) -> Moved:
        known = None
        if customer is not None:
            known = (await get(unit.connection, await meant(unit.connection, customer, chosen))).id
        waiting = [] if another else await open_cases(unit.connection, known, call)
        if waiting:
            numbers = ", ".join(one.case.number or one.id for one in waiting)
            raise Conflict(f"there is an open complaint already ({numbers}): go on with that, or add --new")
        case = CaseAbout(channel=channel, customer=known, call=call)
        line = {**told, "customer": known, "call": call, "by": account}
        return await open_case(unit, office, secrets.token_hex(16), case, line, now)

    filed = _done(chosen, account, password_file, lang, step).filed
    print(filed.case.number or filed.id)


@moves.command("take")
def take_complaint(
    case: CaseNumber,
    move: Annotated[Move, typer.Argument(metavar="MOVE", help="What is done with it; the manual has the table.")],
    account: As,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="NAME=VALUE", help="What the move needs, again for each more."),
    ] = None,
    file: Annotated[Path | None, typer.Option("--from", metavar="FILE", help="The same, as one JSON object.")] = None,
    version: Annotated[
        int | None, typer.Option(min=1, help="The version that was read; refused if somebody else moved it since.")
    ] = None,
    password_file: PasswordFile = None,
    settings: SettingsPath = None,
    lang: LangOption = "",
) -> None:
    """Make a move with a complaint, and say where it stands then: done whole, or refused and nothing changed.

    What is no text is JSON: upheld=true, satisfaction=1, responsible={"agent": "Alice"}, remedies=[].
    """
    chosen = load_settings(settings)
    if move is Move.OPEN:
        raise BadInput("a complaint that is there is not opened again: for a new one there is `callcenter cases open`")
    told = {**_read(file), **_fields(field or [])}
    _require_sound(told)

    async def step(unit: UnitOfWork, office: CaseOffice, now: Micros) -> Moved:
        return await move_case(unit, office, case, move, {**told, "by": account}, now, version)

    filed = _done(chosen, account, password_file, lang, step).filed
    print(f"{filed.case.number or filed.id} {CASE_STATES.say(filed.case.state, spoken(lang))} {filed.version}")


def _done(chosen: Settings, account: str, password_file: Path | None, lang: str, step: Step) -> Moved:
    """Make a step in one transaction, once its maker has proven who they are."""
    password = kept_or_typed(password_file, account, spoken(lang))

    async def done(decisions: DecisionStore) -> Moved:
        sessions = Sessions(decisions, Accounts(), chosen.web.lifetimes)
        await proven(sessions, account, password, spoken(lang))
        office = await office_of(chosen, decisions)
        async with decisions.writing() as unit:
            return await step(unit, office, wall_clock())

    return with_decisions(chosen.store, done)


def _fields(given: list[str]) -> dict[str, Any]:
    """Read NAME=VALUE.

    Raises:
        BadInput: One is none, or comes twice, or what is given for it is no JSON where it has to be.
    """
    told: dict[str, Any] = {}
    for one in given:
        name, between, value = one.partition("=")
        if not between or not name:
            raise BadInput(f"--field {one!r}: write NAME=VALUE")
        if name in told:
            raise BadInput(f"--field {name!r} is given twice: leave one out")
        told[name] = _json(value, f"--field {name!r}") if name in _JSON else value
    return told


def _read(path: Path | None) -> dict[str, Any]:
    """Read the fields of a file.

    Raises:
        UnreadableFile: It cannot be read.
        BadInput: It is no JSON object, or too large.
    """
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            held = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}") from error
    if len(held) > _MOST_BYTES:
        raise BadInput(f"{path} is larger than {_MOST_BYTES // 1024} kB: a move's fields are shorter")
    told = _json(held, str(path))
    if not isinstance(told, dict):
        raise BadInput(f"{path} is no JSON object: write the move's fields in braces")
    return told


def _json(held: str | bytes, where: str) -> Any:
    try:
        return msgspec.json.decode(held)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadInput(f"{where}: this is no JSON: write true, false, 1, [], or an object in braces") from None


def _require_sound(told: Mapping[str, Any]) -> None:
    """Refuse what is said elsewhere, and texts that are too long or hold what is no character.

    Raises:
        BadInput: There is one.
    """
    for name in told:
        if name in _NOT_FIELDS:
            raise BadInput(f"{name} is no field of a move: it is said by {_NOT_FIELDS[name]}")
    for name, text in _texts("", told):
        if not is_plain(text.replace("\r\n", "\n")):
            raise BadInput(f"{name!r} holds control characters: take them out")
        if len(text) > _LONGEST:
            raise BadInput(f"{name!r} has {len(text)} characters: {_LONGEST} are the most")


def _texts(name: str, told: Any) -> list[tuple[str, str]]:
    """List every text in what was told, keys too, with the field that it stands in."""
    if isinstance(told, str):
        return [(name, told)]
    if isinstance(told, Mapping):
        within = [(name or key, one) for key, value in told.items() for one in (key, value)]
    else:
        within = [(name, one) for one in told] if isinstance(told, list) else []
    return [found for field, one in within for found in _texts(field, one)]
