"""One manager login, opened once and closed once; whoever wants another opens a new one."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import ssl
from typing import TYPE_CHECKING, Protocol, Self

import msgspec
import panoramisk

from callcenter.ami.protocol import AmiProtocol
from callcenter.errors import (
    BadInput,
    BadSetting,
    LoginRefused,
    RightsMissing,
    SwitchError,
    SwitchUnreachable,
    SwitchUnsuitable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callcenter.ami.protocol import Batch
    from callcenter.ami.refused import LostFrame
    from callcenter.ami.settings import LoginSettings, SwitchSettings

OLDEST_AMI = 5
"""Major version of the manager protocol in Asterisk 16, the oldest that we read (22 speaks 11)."""

DENIED = "Permission denied"
_ID_BYTES = 16
_KEEPALIVE_SECONDS = 10
_KEEPALIVE_TRIES = 3
_SILENT = logging.Logger("panoramisk", logging.CRITICAL + 1)  # noqa: LOG001 - no configuration can turn it on
"""panoramisk would log an action that it could not send, the login's secret included."""

_BREAKS = frozenset("\r\n\0")


class SwitchAnswer(msgspec.Struct, frozen=True):
    """What the switch answered: the response's headers, and those of the events that make up a list."""

    headers: dict[str, str]
    items: tuple[dict[str, str], ...]

    @property
    def refusal(self) -> str:
        """Asterisk's words when it refused; empty when it did what was asked."""
        return "" if self.headers.get("Response") != "Error" else self.headers.get("Message") or "Error"


class Asks(Protocol):
    """The control login, as far as a snapshot needs it."""

    async def ask(self, action: str, fields: Mapping[str, str] | None = None) -> SwitchAnswer:
        """Send an action; a refusal is an answer."""

    async def demand(self, action: str, fields: Mapping[str, str] | None = None) -> SwitchAnswer:
        """Send an action that must succeed."""


class Link:
    """A manager login that is open until `ended` says why it is not."""

    def __init__(self, settings: SwitchSettings, login: LoginSettings, protocol: AmiProtocol) -> None:
        self._settings = settings
        self._protocol = protocol
        self._manager = panoramisk.Manager(loop=asyncio.get_running_loop(), encoding="utf-8", log=_SILENT)
        self.username = login.username
        self.banner = ""

    @classmethod
    async def open(
        cls,
        settings: SwitchSettings,
        login: LoginSettings,
        *,
        events: bool,
        tee: Callable[[bytes], None] | None = None,
    ) -> Self:
        """Connect and log in; with `events` the switch sends what the login may read.

        Raises:
            SwitchUnreachable: No such host, nobody listens, too slow, or cut off.
            SwitchUnsuitable: Not an Asterisk manager, or older than Asterisk 16.
            LoginRefused: Wrong name or secret, or an ACL.
            BadSetting: The secret or the certificate authority cannot be read.
        """
        secret = login.reveal()
        where = f"{settings.host}:{settings.port}"
        try:
            async with asyncio.timeout(settings.connect_timeout):
                link = cls(settings, login, await _connect(settings, where, tee))
                try:
                    await link._log_in(secret, where, events=events)
                    if not events:
                        link.deliver(_leave)
                except BaseException:
                    link.close("the login failed")
                    raise
        except TimeoutError as error:
            raise SwitchUnreachable(
                f"{where} did not answer within {settings.connect_timeout:g} s: is it up, is TLS set right?"
            ) from error
        return link

    @property
    def ended(self) -> str:
        """Why the login ended; empty while it is open."""
        lost = self._protocol.lost
        return lost.result() if lost.done() else ""

    async def wait_ended(self) -> str:
        """Wait until the login has ended and return why."""
        # asyncio.wait leaves the future alone when the waiting task is cancelled
        await asyncio.wait([self._protocol.lost])
        return self.ended

    @property
    def certificate_ends(self) -> float | None:
        """When the certificate that the switch showed runs out, in seconds since 1970; None without TLS."""
        shown = self._protocol.transport.get_extra_info("peercert")
        return ssl.cert_time_to_seconds(shown["notAfter"]) if shown else None

    @property
    def frames_total(self) -> dict[str, int]:
        """Frames of this login by result: parsed, skipped, dropped, and each reason of quarantine."""
        return self._protocol.wire.frames_total

    @property
    def graded(self) -> bool | None:
        """Whether events show the evidence-grade opening; None until the first one came."""
        return self._protocol.wire.graded

    def deliver(self, sink: Callable[[Batch], None], refused: Callable[[LostFrame], None] | None = None) -> None:
        """Hand events to `sink`, from the first one that this login was sent, and what was refused to `refused`."""
        self._protocol.deliver(sink, refused or _leave)

    def hold(self) -> None:
        """Read no further until `release`."""
        self._protocol.hold()

    def release(self) -> None:
        """Read again."""
        self._protocol.release()

    def close(self, reason: str = "we closed the connection") -> None:
        """End the login; unanswered actions fail and are not sent again."""
        self._protocol.end(reason)

    async def ask(self, action: str, fields: Mapping[str, str] | None = None) -> SwitchAnswer:
        """Send an action and wait for its whole answer, refusals included.

        Raises:
            BadInput: A name or value holds a line break, which would begin another header or action.
            SwitchUnreachable: No answer in time, or the login ended; nothing is sent again.
        """
        action_id = secrets.token_hex(_ID_BYTES)
        message = {"Action": action, "ActionID": action_id, **(fields or {})}
        _refuse_breaks(message)
        if self.ended:
            raise SwitchUnreachable(f"{action} was not sent: {self.ended}")
        self._protocol.expect(action_id)
        try:
            async with asyncio.timeout(self._settings.action_timeout):
                return _answer(await self._manager.send_action(message))
        except TimeoutError as error:
            limit = self._settings.action_timeout
            raise SwitchUnreachable(f"{action} was not answered within {limit:g} s") from error
        finally:
            self._protocol.forget(action_id)

    async def demand(
        self, action: str, fields: Mapping[str, str] | None = None, *, done_says: str | None = None
    ) -> SwitchAnswer:
        """Send an action that must succeed; a refusal that ends in `done_says` says that it was done before.

        Raises:
            RightsMissing: The login may not do this.
            SwitchError: Asterisk refused for another reason.
        """
        answer = await self.ask(action, fields)
        if done_says is not None and answer.refusal.endswith(done_says):
            return answer
        if answer.refusal == DENIED:
            raise RightsMissing(
                f"manager login {self.username!r} may not do {action}: see its write= line in manager.conf"
            )
        if answer.refusal:
            raise SwitchError(f"Asterisk refused {action}: {answer.refusal}")
        return answer

    async def _log_in(self, secret: str, where: str, *, events: bool) -> None:
        self.banner = await self._protocol.banner
        major = self.banner.partition(".")[0]
        if not (major.isascii() and major.isdigit() and int(major) >= OLDEST_AMI):
            raise SwitchUnsuitable(
                f"{where} speaks manager version {self.banner[:20]!r}: Asterisk 16 or newer is needed"
            )
        adopted: asyncio.Future[tuple[object, AmiProtocol]] = asyncio.get_running_loop().create_future()
        adopted.set_result((self._protocol.transport, self._protocol))
        self._manager.connection_made(adopted)
        # Its ping has no deadline; the heartbeat is ours.
        self._manager.pinger.cancel()
        fields = {"Username": self.username, "Secret": secret, "Events": "on" if events else "off"}
        refusal = (await self.ask("Login", fields)).refusal
        if refusal:
            raise LoginRefused(
                f"{where} refused manager login {self.username!r} ({refusal}): "
                f"check its section in manager.conf, the secret, and permit/deny"
            )


def _leave(_: object) -> None:
    """Keep nothing: this login is not for events."""


async def _connect(settings: SwitchSettings, where: str, tee: Callable[[bytes], None] | None) -> AmiProtocol:
    loop = asyncio.get_running_loop()
    try:
        _, protocol = await loop.create_connection(
            lambda: AmiProtocol(tee, settings.charset), settings.host, settings.port, ssl=_tls(settings)
        )
    except socket.gaierror as error:
        raise SwitchUnreachable(f"there is no host named {settings.host!r} ({error.strerror})") from error
    except ConnectionRefusedError as error:
        raise SwitchUnreachable(
            f"nothing listens on {where}: is Asterisk running, and does manager.conf say enabled = yes?"
        ) from error
    except ssl.SSLError as error:
        raise SwitchUnreachable(f"TLS with {where} failed: {error.reason or error}") from error
    except OSError as error:
        raise SwitchUnreachable(f"{where} cannot be reached: {error.strerror or error}") from error
    _keep_alive(protocol.transport.get_extra_info("socket"))
    return protocol


def _keep_alive(connection: socket.socket) -> None:
    """Let the kernel notice a peer that is gone, for logins that have no heartbeat."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEPALIVE_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _KEEPALIVE_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _KEEPALIVE_TRIES)


def _tls(settings: SwitchSettings) -> ssl.SSLContext | None:
    if not settings.tls:
        return None
    try:
        return ssl.create_default_context(cafile=settings.tls_ca)
    except (OSError, ssl.SSLError) as error:
        raise BadSetting(f"the certificate authority {settings.tls_ca} cannot be read: {error}") from error


def _refuse_breaks(message: Mapping[str, str]) -> None:
    for key, value in message.items():
        if _BREAKS.intersection(key) or _BREAKS.intersection(value):
            raise BadInput(f"{key!r} must not hold a line break when sent to Asterisk")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise BadInput(f"{key!r} is not valid text") from error


def _answer(result: panoramisk.Message | list[panoramisk.Message]) -> SwitchAnswer:
    first, *rest = result if isinstance(result, list) else [result]
    return SwitchAnswer(first.frame.headers, tuple(message.frame.headers for message in rest))
