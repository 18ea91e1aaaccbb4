r"""One door for every log line, ours and the libraries', where numbers are masked and secrets taken out.

Schema, the same for JSON lines and for the console:

    timestamp   UTC, ISO 8601 with microseconds
    level       debug: per frame or call · info: the service's own life (started, connected, resynced) ·
                warning: a person should look, nothing is lost · error: something stopped or was lost
    event       `noun_verbed` (`login_refused`, `journal_opened`); a library's line has its own sentence here
    logger      the module that speaks
    exception   the traceback, where there is one
    ...         fields of the event, named like the code's: `queue`, `agent`, `uniqueid`, `position`, `wait_seconds`

The field decides. A field in `NUMBERS` holds what somebody dialled or showed, and keeps only its ends whatever that
looks like. A field in `PLAIN` holds what this service or the switch made, and stays whole, but only while its value has
exactly the shape that its name promises. Everything else is a sentence, ours or a library's: addresses, record ids and
moments in it stay, to be pasted where they are needed; what else has seven digits or more, in any script and with any
separators, keeps only its ends, for a caller chooses what its number looks like. Line breaks, escape codes and
invisible marks become visible text (`\n`, `\x1b`), so one event is one line, except a console's traceback, whose every
line begins with a bar.

Libraries are made to talk by their logger's level, never by a switch of their own (SQLAlchemy's `echo`), which
would open a second door.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TextIO
from urllib.parse import quote, quote_plus

import structlog
from pydantic import BaseModel, ConfigDict, Field

from callcenter.untrusted import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from structlog.typing import EventDict, Processor

SECRET = "[secret]"  # noqa: S105 - what stands in a secret's place
MAX_TEXT = 8_000
"""Characters of one value that are kept; a caller can make a value of ten million."""
_MAX_DEPTH = 6
_MAX_SCAN = 100_000

_UNIQUEID = re.compile(r"(?:[A-Za-z][\w-]{0,31}-)?\d{9,10}\.\d{1,9}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?", re.ASCII)
_CHANNEL = re.compile(r"[A-Za-z]+/[A-Za-z]*\d{0,6}-[0-9a-f]{8}(?:;[12])?", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_RECORD = re.compile(r"[0-9a-f]{32}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{16}", re.ASCII)
PLAIN = {
    "timestamp": _MOMENT,
    "uniqueid": _UNIQUEID,
    "linkedid": _UNIQUEID,
    "call": _UNIQUEID,
    "channel": _CHANNEL,
    "peer": _ADDRESS,
    "hash": _HASH,
    "violation": _RECORD,
    "rulebook": _DIGEST,
    "roster": _DIGEST,
}
"""Fields whose digits are no phone number, while they look like this."""
_PLAIN_NUMBER = re.compile(r"(?:.+_)?(?:position|bytes|count|seconds|micros|at|seq|frames|entries|pid|port)")
NUMBERS = frozenset({"caller", "number", "connected", "dialled", "callback_to"})
"""Fields that hold a number that a person typed, dialled or showed."""

_KEPT = re.compile(
    r"""(?xa)
    (?<![\w.]) (?P<four> \d{1,3} (?:\.\d{1,3}){3} ) (?: :\d{1,5} )? (?! \.?\w )
    | (?<![\w:.]) (?P<six> [0-9a-fA-F]{0,4} (?: :[0-9a-fA-F]{0,4} ){2,7} ) (?! [\w:] )
    | (?<!\w) (?: [0-9a-f]{32} | [0-9a-f]{64} ) (?!\w)
    | (?<!\w) (?:19|20)\d\d - (?:0[1-9]|1[0-2]) - (?:0[1-9]|[12]\d|3[01])
      (?: [T ] [0-2]\d : [0-5]\d (?: :[0-5]\d (?: \.\d{1,6} )? )? (?: Z | [+-][01]\d:?[0-5]\d )? )? (?! [.:]?\w )
    """
)
"""What in a sentence may be an address, a record's id or a moment."""
_LETTER = re.compile(r"[a-f]")

_MARK = r"(?:[\W_]|\\[nrt])"
_DIGIT = r"[\d⁰¹²³⁴-⁹₀-₉⓪①-⑨]"
_NUMBER = re.compile(rf"{_DIGIT}(?:{_MARK}{{0,3}}{_DIGIT}){{6,}}")
_LONG = 10

_SHORT_SECRET = 6
_SECRET_KEY = re.compile(r"secret|passw|passphrase|token|authorization|cookie|credential|api_?key|private_?key")
_SECRET_LINE = re.compile(r"""(?i)((?:authorization|cookie)["']?\s*[:=]\s*)[^\r\n]+""")
_SECRET_PAIR = re.compile(
    r"""(?i)((?:secret|passw(?:or)?d|token|api_?key)\w*["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&"']+)"""
)


class LogSettings(BaseModel):
    """The `[log]` table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="The least level shown.")
    format: Literal["json", "console"] = Field(default="console", description="JSON lines, or lines for people.")


def configure(settings: LogSettings, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Send every log line of this process, structlog's and logging's, to one stream through one filter.

    `secrets` are values that must never appear, wherever they turn up; the stream is stderr unless given.
    Calling again replaces what was set before.
    """
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(_formatter(settings, common, Filter(secrets), handler.stream))
    _take_over(handler, settings.level.upper())


class Filter:
    """The processor before the last: what it lets through can be printed, stored and shown to anybody."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {spelled for secret in secrets if secret for spelled in _spellings(secret)}
        alternatives = "|".join(map(_wherever, sorted(spellings, key=len, reverse=True)))
        self._secrets = re.compile(alternatives or r"(?!)")

    def __call__(self, _logger: object, _method: str, event: EventDict) -> EventDict:
        """Clean every field of an event."""
        return {self.text(str(key)): self._field(str(key), value, _MAX_DEPTH) for key, value in event.items()}

    def text(self, text: str) -> str:
        """Clean free text: secrets out, numbers masked, one line."""
        return escaped(self._private(text))

    def _field(self, key: str, value: object, depth: int) -> object:
        if _SECRET_KEY.search(key.lower().replace("-", "_")):
            return SECRET
        if key in {"exception", "stack"} and isinstance(value, str):
            return "\n".join(map(self.text, self._private(value).splitlines()))
        if key in NUMBERS:
            return self._number(value, depth)
        shape = PLAIN.get(key)
        if shape and isinstance(value, str) and shape.fullmatch(value):
            return value
        if isinstance(value, int | float) and _PLAIN_NUMBER.fullmatch(key):
            return value
        return self._value(key, value, depth)

    def _number(self, value: object, depth: int) -> object:
        if value is None:
            return None
        if depth and isinstance(value, Mapping | list | tuple | set | frozenset):
            return self._value("number", value, depth)
        text = value.decode("utf-8", "replace") if isinstance(value, bytes | bytearray) else str(value)
        return self.text(_ends([character for character in text[:MAX_TEXT] if character.isdigit()]) or text)

    def _value(self, key: str, value: object, depth: int) -> object:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            text = self.text(str(value))
            return value if text == str(value) else text
        if isinstance(value, bytes | bytearray):
            return self.text(value.decode("utf-8", "replace"))
        if depth and isinstance(value, Mapping):
            return {self.text(str(name)): self._field(str(name), one, depth - 1) for name, one in value.items()}
        if depth and isinstance(value, list | tuple | set | frozenset):
            return [self._field(key, one, depth - 1) for one in value]
        return self.text(value if isinstance(value, str) else str(value))

    def _private(self, text: str) -> str:
        text = self._secrets.sub(SECRET, text)[:_MAX_SCAN]
        text = _SECRET_LINE.sub(rf"\1{SECRET}", text)
        text = _SECRET_PAIR.sub(rf"\1{SECRET}", text)
        text = _without_numbers(text)
        return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}... ({len(text)} characters)"


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines; a line that cannot be made is told of without its content, which nobody has cleaned."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        where = f"{record.module}:{record.lineno}"
        try:
            self.stream.write(f"log_line_failed at {where}: {sys.exc_info()[0]}\n")
        except (OSError, ValueError):
            return  # the stream itself is gone; there is nowhere left to say so


def _formatter(
    settings: LogSettings, common: list[Processor], private: Filter, stream: TextIO
) -> structlog.stdlib.ProcessorFormatter:
    final: list[Processor]
    if settings.format == "json":
        final = [structlog.processors.JSONRenderer()]
    else:
        final = [_bar_the_traceback, structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=0)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=common,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, private, *final],
    )


def _take_over(handler: logging.Handler, level: str) -> None:
    """Leave one handler, at the root; libraries that brought their own lose them."""
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    for logger in [logging.getLogger(name) for name in list(root.manager.loggerDict)]:
        logger.handlers.clear()
        logger.propagate = True
    root.handlers[:] = [handler]
    root.setLevel(level)
    for talkative in ("httpx", "httpcore"):  # a line for each request, its whole address in it
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _bar_the_traceback(_logger: object, _method: str, event: EventDict) -> EventDict:
    for key in ("exception", "stack"):
        if key in event:
            event[key] = "\n".join(f"    | {line}" for line in str(event[key]).split("\n"))
    return event


def _wherever(spelled: str) -> str:
    """Match a secret wherever it stands; a short one as a word, for words of ours have it in their midst."""
    found = re.escape(spelled)
    return rf"(?<!\w){found}(?!\w)" if len(spelled) < _SHORT_SECRET else found


def _spellings(secret: str) -> set[str]:
    """A secret as it is, and as URLs and `repr` write it."""
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]}


def _without_numbers(text: str) -> str:
    """Mask every number of a sentence, between what is something else."""
    parts, start = [], 0
    for found in _KEPT.finditer(text):
        if _is_kept(found):
            parts += [_NUMBER.sub(_masked, text[start : found.start()]), found[0]]
            start = found.end()
    return "".join([*parts, _NUMBER.sub(_masked, text[start:])])


def _is_kept(found: re.Match[str]) -> bool:
    """Tell whether it is what it looks like: an id of digits alone is not, nor are four numbers that are no address."""
    address = found["four"] or found["six"]
    if address is None:
        return "-" in found[0] or _LETTER.search(found[0]) is not None
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


def _masked(found: re.Match[str]) -> str:
    return _ends([character for character in found[0] if character.isdigit()])


def _ends(digits: list[str]) -> str:
    """Write a number by its ends; nothing where there is none."""
    if not digits:
        return ""
    first, last = (3, 2) if len(digits) >= _LONG else (0, 2)
    return f"{''.join(digits[:first])}***{''.join(digits[-last:])}"
