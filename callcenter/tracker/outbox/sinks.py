"""Who takes what leaves the service, by the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from callcenter.domain.frame import Micros
from callcenter.tracker.outbox.mail import MailSink
from callcenter.tracker.outbox.settings import MailSettings, WebhookSettings
from callcenter.tracker.outbox.sink import OutboxSink
from callcenter.tracker.outbox.webhook import WebhookSink


def sinks_of(
    site: str,
    zone: ZoneInfo,
    webhooks: Sequence[WebhookSettings],
    mail: MailSettings | None,
    clock: Callable[[], Micros],
) -> list[OutboxSink]:
    """Make every sink of the settings.

    Raises:
        BadSetting: A secret cannot be read.
    """
    sinks: list[OutboxSink] = [WebhookSink(one, site, clock) for one in webhooks]
    return sinks if mail is None else [*sinks, MailSink(mail, zone)]
