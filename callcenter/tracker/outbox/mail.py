"""Entries are mailed to whom the settings name, in their language; a server that has taken one has it.

Nothing of an entry comes into a header but by the texts here, as one line of visible characters; the library encodes
it, and refuses whatever could begin another header.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from string import Formatter
from zoneinfo import ZoneInfo

import aiosmtplib
import structlog

from callcenter.cases.complaints.vocabulary import CaseRole, CaseState
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import SurveyResult
from callcenter.locale import Words, english, text
from callcenter.rules.records.standing import RecordState
from callcenter.store.outbox import OutboxEntry, OutboxKind
from callcenter.tracker.outbox.settings import MailSettings, trusted
from callcenter.tracker.outbox.sink import EntryRefused, SinkAway
from callcenter.untrusted import escaped
from callcenter.usecases.complaints.case_words import CASE_ROLES, CASE_STATES

log = structlog.get_logger()

_MOST_VALUE = 120
_NEVER = range(500, 600)
_QUIT_SECONDS = 1.0

SUBJECTS = Words(
    "subject of a mail",
    {
        OutboxKind.VIOLATION: "Record of {agent}: {rule}",
        OutboxKind.SURVEY: "Survey of a caller of {agent}",
        OutboxKind.CASE_WARNING: "Complaint {number}: {percent} % of its time is over",
        OutboxKind.COMPLAINT: "Complaint {number}: {to}",
    },
)
BODIES = Words(
    "text of a mail",
    {
        OutboxKind.VIOLATION: (
            "A record of the agent {agent} stands anew.\n\n"
            "State: {state}\nRule: {rule}\nWhen: {at}\nSeverity: {severity}\nPoints: {points}\n"
            "Decided: {decided_points}\nRecord: {id}\n"
        ),
        OutboxKind.SURVEY: (
            "A caller of the agent {agent} was asked.\n\n"
            "Queue: {queue}\nWhen: {asked_at}\nResult: {result}\nService: {service}\nProduct: {product}\n"
            "Platform: {platform}\nHandling: {handling}\n"
        ),
        OutboxKind.CASE_WARNING: (
            "{percent} % of the time of the complaint {number} is over.\n\n"
            "It has to be closed by: {due}\nOwner: {owner}\n"
        ),
        OutboxKind.COMPLAINT: "The complaint {number} was moved.\n\nFrom: {from}\nTo: {to}\nWhen: {at}\nBy: {role}\n",
    },
)
_RESULTS = Words(
    "result of a survey",
    {
        SurveyResult.ANSWERED: "answered all",
        SurveyResult.PARTIAL: "answered in part",
        SurveyResult.UNANSWERED: "agreed, no answer",
        SurveyResult.NOT_AGREED: "not agreed",
    },
)
_STATES = Words(
    "state of a record",
    {
        RecordState.NOTIFIED: "notified",
        RecordState.CONFIRMED: "confirmed",
        RecordState.REDUCED: "reduced",
        RecordState.OVERTURNED: "overturned",
        RecordState.WITHDRAWN: "withdrawn",
    },
)
_NONE = "-"


class MailSink:
    """The server that takes mail.

    Args:
        settings: Which, and who gets what.
        zone: In which times are told.

    Raises:
        BadSetting: The password or the certificate authority cannot be read.
    """

    name = "mail"
    at_once = 1
    disable_after: int | None = None

    def __init__(self, settings: MailSettings, zone: ZoneInfo) -> None:
        self.kinds = settings.wanted
        self._settings = settings
        self._password = settings.reveal()
        self._trusted = None if settings.tls == "none" else trusted(settings.tls_ca)
        self._zone = zone
        self._without: dict[str, tuple[str, ...]] = {}  # who has still to get an entry that others have

    async def send(self, entry: OutboxEntry) -> None:
        """Mail an entry.

        Raises:
            SinkAway: The server cannot be reached, refuses us or those whom we write to, or says later.
            EntryRefused: It will not have this mail.
        """
        to = self._settings.recipients[entry.kind.value]  # type: ignore[index]
        message = self.written(entry, to)
        try:
            refused = await self._hand_over(message, self._without.get(entry.id, to))
        except aiosmtplib.SMTPDataError as error:
            if error.code in _NEVER:
                raise EntryRefused(english(f"the mail server answers {error.code}")) from error
            raise SinkAway(english(f"the mail server answers {error.code}")) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            raise SinkAway(english(f"mail cannot be sent: {type(error).__name__}")) from error
        if later := tuple(one for one, answer in refused.items() if answer.code not in _NEVER):
            self._without[entry.id] = later
            raise SinkAway(english(f"the mail server takes it later for {len(later)} of those who get it"))
        self._without.pop(entry.id, None)
        if refused:
            log.warning("mail_recipients_refused", entry=entry.id, count=len(refused))

    async def _hand_over(self, message: EmailMessage, to: tuple[str, ...]) -> dict[str, aiosmtplib.SMTPResponse]:
        """Let the server have a mail; returns whom it refuses, where it has it for others."""
        given = self._settings
        client = aiosmtplib.SMTP(
            hostname=given.host,
            port=given.port,
            username=given.username,
            password=self._password,
            use_tls=given.tls == "tls",
            start_tls=given.tls == "starttls",
            tls_context=self._trusted,
            timeout=given.timeout,
        )
        try:
            async with asyncio.timeout(given.timeout):
                await client.connect()
                refused, _ = await client.send_message(message, sender=given.sender, recipients=to)
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # it has it, whatever it says now
                await client.quit(timeout=_QUIT_SECONDS)
        finally:
            client.close()
        return refused

    def written(self, entry: OutboxEntry, to: tuple[str, ...]) -> EmailMessage:
        """Write an entry as a mail; the same entry twice is the same mail."""
        language, gaps = self._settings.language, self._gaps(entry)
        message = EmailMessage(SMTP)
        message["From"] = self._settings.sender
        message["To"] = ", ".join(to)
        message["Subject"] = SUBJECTS.say(entry.kind, language, **gaps)
        message["Date"] = format_datetime(datetime.fromtimestamp(entry.made_at / SECOND, UTC))
        message["Message-ID"] = f"<{entry.id}@{self._settings.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(BODIES.say(entry.kind, language, **gaps))
        return message

    def _gaps(self, entry: OutboxEntry) -> dict[str, str]:
        told = {name: self._said(name, value) for name, value in entry.payload.items() if value is not None}
        texts = SUBJECTS.table("en")[entry.kind] + BODIES.table("en")[entry.kind]
        return {name: told.get(name, _NONE) for _, name, _, _ in Formatter().parse(texts) if name}

    def _said(self, name: str, value: object) -> str:
        """Say a value of an entry as one line."""
        language = self._settings.language
        match name, value:
            case (("at" | "asked_at" | "due"), int(moment)):
                return datetime.fromtimestamp(moment / SECOND, self._zone).isoformat(" ", "seconds")
            case (("from" | "to"), str(state)):
                return CASE_STATES.table(language)[CaseState(state)]
            case "state", str(state):
                return _STATES.table(language)[RecordState(state)]
            case "role", str(role):
                return CASE_ROLES.table(language)[CaseRole(role)]
            case "result", str(result):
                return _RESULTS.table(language)[SurveyResult(result)]
            case "severity", str(severity):
                return text(severity, language, context="value of a rule")
            case _:
                return escaped(str(value))[:_MOST_VALUE]
