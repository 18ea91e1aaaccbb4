"""The one connection to the broker, opened again whenever it ends; a message that was not acknowledged was not sent.

    away ──CONNACK──▶ up: birth, every state anew ──lost, or no answer in time──▶ away ──after a wait──▶ ...

Each connection has a session of its own, which birth and will both name: a will that arrives late is known by it.
The client's name at the broker stays the same: a connection that the broker still believes in ends with the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import math
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Self

import aiomqtt
import structlog
from paho.mqtt.client import MQTT_ERR_SUCCESS
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from callcenter import __version__
from callcenter.clock import wall_clock
from callcenter.domain.frame import SECOND
from callcenter.errors import BadSetting, BrokerAway, BrokerError, MessageRefused, MessageUnfit
from callcenter.publish.settings import MqttSettings, broker_at
from callcenter.publish.topics import SCHEMA, Topics, level, written

ANSWER_SECONDS = 10.0
"""A message that the broker has not acknowledged by then ends the connection."""
MOST_UNANSWERED = 20
"""Messages that may be on the way at once; what most brokers take."""
_MOST_QUEUED = 200
"""Messages that may wait inside the client; whoever sends waits for the answer, so that they are few."""
_MOST_UNREAD = 10_000
_CONNECT_SECONDS = 3.0
_KEEPALIVE_SECONDS = 10
_SHORTEST_WAIT, _LONGEST_WAIT = 0.25, 5.0
_LASTING_SECONDS = 1.0
"""A connection that was there for so long was a good one: the next is tried soon."""
_LEAVE_SECONDS = 1.0
_LOOK_SECONDS = 0.05
_FOR_GOOD = frozenset({0x90, 0x99})
"""Topic name invalid, payload format invalid (MQTT 5, 3.4.2.1): another try would be refused, too."""

log = structlog.get_logger()


class BrokerLink(aiomqtt.Client):
    """aiomqtt's client but for `tell`: its own `publish` passes over refusals, and waits on when the link is lost."""

    def __init__(self, settings: MqttSettings, name: str, will: aiomqtt.Will | None = None) -> None:
        assert settings.url is not None
        broker = broker_at(settings.url)
        super().__init__(
            broker.host,
            broker.port,
            username=settings.username,
            password=settings.reveal(),
            logger=_silent(),
            identifier=name,
            protocol=aiomqtt.ProtocolVersion.V5,
            will=will,
            clean_start=True,
            timeout=ANSWER_SECONDS,
            keepalive=_KEEPALIVE_SECONDS,
            tls_context=settings.tls_context(),
            max_inflight_messages=MOST_UNANSWERED,
            max_queued_outgoing_messages=_MOST_QUEUED,
            max_queued_incoming_messages=_MOST_UNREAD,
            socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
        )
        self._where = f"{broker.host}:{broker.port}"
        self._client.connect_timeout = _CONNECT_SECONDS
        self._answers: dict[int, asyncio.Future[ReasonCode]] = {}

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Be connected; nothing of the connection is left at the end.

        Raises:
            BrokerAway: It cannot be reached, or refuses us.
        """
        entering = asyncio.create_task(self.__aenter__(), name="mqtt-connect")
        try:
            await asyncio.shield(entering)
            yield
        except aiomqtt.MqttError as error:
            raise BrokerAway(f"the broker {self._where} cannot be reached, or refuses us: {error}") from error
        finally:
            try:
                await self._leave(entering)
            finally:
                await self._let_go()
                del entering  # its error and this frame hold each other, and with them a socket whose TLS failed

    async def tell(self, topic: str, body: bytes, *, retain: bool, expiry: int | None) -> None:
        """Publish at QoS 1, and return when the broker has it.

        Raises:
            BrokerAway: The link is lost, or the broker does not answer.
            MessageRefused: The broker refuses the message.
        """
        info = self._client.publish(topic, body, 1, retain, _properties(expiry))
        if info.rc != MQTT_ERR_SUCCESS:
            raise BrokerAway(f"the broker {self._where} is away")
        answer = self._answers[info.mid] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                code = await answer
        except TimeoutError:
            self._hang_up()
            raise BrokerAway(f"the broker {self._where} does not answer") from None
        finally:
            del self._answers[info.mid]
        if code.is_failure:
            if code.value in _FOR_GOOD:
                raise MessageUnfit(f"no broker takes what is published to {topic}: {code}")
            raise MessageRefused(
                f"the broker {self._where} refuses what is published to {topic} ({code}): let this user write there"
            )

    async def until_lost(self) -> None:
        """Wait until the connection ends.

        Raises:
            BrokerAway: It has ended.
        """
        await asyncio.wait([self._disconnected])
        raise BrokerAway(f"the broker {self._where} has ended the connection: {self._disconnected.exception()}")

    async def _leave(self, entering: asyncio.Task[Self]) -> None:
        while not entering.done() and self._misc_task is None:
            await asyncio.wait([entering], timeout=_LOOK_SECONDS)  # its thread cannot be cut short
        if entering.cancel():
            await asyncio.wait([entering])
        elif entering.exception() is None:
            with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                async with asyncio.timeout(_LEAVE_SECONDS):
                    await self.__aexit__(None, None, None)

    def _hang_up(self) -> None:
        held = self._client.socket()
        if isinstance(held, socket.socket):
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)

    async def _let_go(self) -> None:
        """Close the socket in whatever state it is: aiomqtt leaves it open where the broker did not answer."""
        self._hang_up()
        if self._misc_task is not None:
            await asyncio.wait([self._misc_task])
        if self._disconnected.done():
            self._disconnected.exception()  # it has been told, or is of no account any more

    def _on_socket_register_write(self, client: Any, userdata: Any, sock: Any) -> None:  # noqa: ARG002 - paho's signature
        def register() -> None:
            if sock.fileno() >= 0:  # one that was closed meanwhile has left its number to another
                self._loop.add_writer(sock.fileno(), client.loop_write)

        self._loop.call_soon_threadsafe(register)

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason_code: ReasonCode, properties: Any) -> None:
        answer = self._answers.get(mid)
        if answer is not None and not answer.done():
            answer.set_result(reason_code)
        super()._on_publish(client, userdata, mid, reason_code, properties)

    def _on_disconnect(
        self, client: Any, userdata: Any, flags: Any, reason_code: ReasonCode, properties: Any = None
    ) -> None:
        super()._on_disconnect(client, userdata, flags, reason_code, properties)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(BrokerAway(f"the broker {self._where} is away"))


class Bus:
    """What sends to the broker, and says that the service is there.

    Args:
        settings: Which broker.
        site: The site's name.
        node: The switch that is followed.

    Attributes:
        expiry: After how many seconds a state that is not told again is gone at the broker.
        refused: Messages that the broker refused, ever.
        status_topic: Where it stands whether the service is there.
        about: What every state begins with.
        switch_up: Whether the switch is followed; None: not known yet.

    Raises:
        BadSetting: The password or the certificate authority cannot be read.
    """

    def __init__(self, settings: MqttSettings, site: str, node: str) -> None:
        self.topics = Topics(settings.prefix, site)
        self.expiry = settings.expiry_seconds
        self.refused = 0
        self.switch_up: bool | None = None
        self._settings = settings
        _ = settings.reveal(), settings.tls_context()  # what cannot be read is told at the start
        self.about: dict[str, Any] = {"schema": SCHEMA, "site": site, "node": node}
        self.status_topic = self.topics.status(node)
        self._name = f"callcenter/{level(site)}/{level(node)}"
        self._link: BrokerLink | None = None
        self._session: dict[str, Any] = {}
        self._told = ""
        self._up_at = math.inf
        self._there = asyncio.Event()

    @property
    def up(self) -> bool:
        """Whether the broker can be sent to."""
        return self._there.is_set()

    async def send(
        self, topic: str, body: bytes, *, retain: bool = False, expiry: int | None = None, patience: float = 0
    ) -> None:
        """Publish at QoS 1, and return when the broker has it; `expiry` is in seconds.

        Args:
            topic: Where.
            body: What.
            retain: The broker keeps it for those who come later.
            expiry: After how many seconds the broker forgets it.
            patience: For how many seconds a broker that is away is waited for.

        Raises:
            BrokerAway: It cannot be sent now.
            MessageRefused: The broker refuses it.
        """
        if not self.up:
            try:
                async with asyncio.timeout(patience):
                    await self._there.wait()
            except TimeoutError:
                raise BrokerAway("the broker is away; the service connects again by itself") from None
        assert self._link is not None
        try:
            await self._link.tell(topic, body, retain=retain, expiry=expiry)
        except MessageRefused:
            self.refused += 1
            raise

    async def run(self, present: Callable[[], Coroutine[None, None, None]]) -> None:
        """Keep the connection until cancelled; `present` runs while there is one, and ends with it."""
        clock, wait = asyncio.get_running_loop().time, 0.0
        while True:
            self._up_at = math.inf
            try:
                await self._connected(present)
            except (BrokerError, BadSetting) as error:
                if str(error) != self._told:  # one that stays away is told of once
                    self._told = str(error)
                    log.warning("broker_lost", reason=self._told)
            lasted = clock() - self._up_at > _LASTING_SECONDS
            wait = _SHORTEST_WAIT if lasted or not wait else min(_LONGEST_WAIT, 2 * wait)
            await asyncio.sleep(wait)

    async def _connected(self, present: Callable[[], Coroutine[None, None, None]]) -> None:
        self._session = {"session": secrets.token_hex(8), "since": wall_clock() / SECOND}
        will = aiomqtt.Will(self.status_topic, self._said("offline", "lost"), qos=1, retain=True)
        link = BrokerLink(self._settings, self._name, will)
        async with link.opened():
            self._link, self._told, self._up_at = link, "", asyncio.get_running_loop().time()
            self._there.set()
            log.info("broker_connected", session=self._session["session"])
            try:
                await _first_end(present(), link.until_lost())
            except asyncio.CancelledError:
                with contextlib.suppress(BrokerError, TimeoutError):
                    async with asyncio.timeout(_LEAVE_SECONDS):
                        await link.tell(self.status_topic, self._said("offline", "stopped"), retain=True, expiry=None)
                raise
            finally:
                self._there.clear()

    def status(self) -> bytes:
        """Return the words that the service is there."""
        return self._said("online")

    def _said(self, status: str, why: str | None = None) -> bytes:
        said = {"status": status, "why": why, "switch_up": self.switch_up, "version": __version__}
        return written(self.about | self._session | said)


def _silent() -> logging.Logger:
    """Return a logger for what paho says when a link is lost: its end says so."""
    logger = logging.getLogger("mqtt.link")
    logger.setLevel(logging.CRITICAL)
    return logger


async def _first_end(*works: Coroutine[None, None, None]) -> None:
    """Do things side by side until one ends, and raise what ended it.

    A task group forgets that it was cancelled where one of its tasks fails at that moment (Python 3.11).
    """
    tasks = [asyncio.create_task(work, name=f"mqtt-{n}") for n, work in enumerate(works)]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    error: BaseException | None = next(iter(ended)).exception()
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert error is not None
    raise error


@functools.cache
def _properties(expiry: int | None) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)
    properties.ContentType = "application/json"
    if expiry is not None:
        properties.MessageExpiryInterval = expiry
    return properties
