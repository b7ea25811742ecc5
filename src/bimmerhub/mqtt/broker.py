"""A small MQTT broker on asyncio, 3.1.1 and 5 on one port, that leaves every decision of policy to its hooks.

What it does itself: the protocol, QoS 0 and 1 in both directions (a wish for QoS 2 is granted 1, a PUBLISH of QoS 2
closes the connection), keep-alive, limits, MQTT 5's receive maximum, maximum packet size and reason codes. What it does
not: retained messages, stored sessions (a client may ask for one, "session present" is always 0), sending QoS 1
messages again, wills (read and ignored), topic aliases, shared subscriptions, subscription identifiers, enhanced
authentication, and taking a session over by client id (hooks decide who has to go). A client of MQTT 5 is told so in
CONNACK. Works on asyncio's own loop and on uvloop.
"""

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from bimmerhub.errors import ConfigError
from bimmerhub.mqtt.encoder import PublishEncoder
from bimmerhub.mqtt.hooks import BrokerHooks, BrokerSettings, CloseReason
from bimmerhub.mqtt.session import Session
from bimmerhub.mqtt.topics import SubscriptionTree


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerFigures:
    """Counts since the broker was made. `closed` tells ended connections by reason."""

    sessions: int
    published: int
    delivered: int
    closed: Mapping[CloseReason, int]


class Broker:
    """Sessions, who is subscribed to what, and the way to all of them."""

    def __init__(self, *, hooks: BrokerHooks, settings: BrokerSettings | None = None) -> None:
        self.hooks = hooks
        self.settings = settings or BrokerSettings()
        self.subscriptions: SubscriptionTree[Session] = SubscriptionTree()
        self._connections: set[Session] = set()
        self._sessions: set[Session] = set()
        self._behind: set[Session] = set()
        self._caught_up = asyncio.Event()
        self._caught_up.set()
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._closed: Counter[CloseReason] = Counter()
        self._published = 0
        self._delivered = 0
        self._port: int | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; RuntimeError outside of `serve`."""
        if self._port is None:
            raise RuntimeError("the broker does not listen")
        return self._port

    @property
    def figures(self) -> BrokerFigures:
        """What has happened so far."""
        return BrokerFigures(
            sessions=len(self._sessions),
            published=self._published,
            delivered=self._delivered,
            closed=dict(self._closed),
        )

    @contextlib.asynccontextmanager
    async def serve(self, host: str, port: int, *, ssl_context: ssl.SSLContext | None) -> AsyncIterator[None]:
        """Listen on `host`:`port` (0 takes a free one; without `ssl_context` in plain text) as long as the block runs.

        ConfigError when that address cannot be had. At the end every client is disconnected.
        """
        server = await self._listen(host, port, ssl_context)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            self._port = None
            server.close()
            await self._close_all()

    async def _listen(self, host: str, port: int, ssl_context: ssl.SSLContext | None) -> asyncio.Server:
        settings = self.settings
        loop = asyncio.get_running_loop()
        try:
            return await loop.create_server(
                lambda: Session(self),
                host,
                port,
                ssl=ssl_context,
                ssl_handshake_timeout=settings.connect_timeout_s if ssl_context else None,
                ssl_shutdown_timeout=settings.close_timeout_s if ssl_context else None,
            )
        except OSError as error:
            raise ConfigError(
                f"cannot listen for MQTT on {host}:{port}: {error.strerror or error}",
                hint="Choose another address, or port 0 for any free one.",
            ) from error

    async def _close_all(self) -> None:
        for end in (Session.close, Session.abort):
            for session in tuple(self._connections):
                end(session, CloseReason.SHUTDOWN)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.settings.close_timeout_s):
                    await self._nobody.wait()

    def publish(self, topic: str, payload: bytes, *, qos: int = 0) -> int:
        """Send to every session that subscribed to `topic`, with QoS `qos` or the granted one if that is lower.

        Returns how many got it; it may still wait here for its turn. ValueError when `topic` is none.
        """
        message = PublishEncoder(topic, payload)
        receivers = self.subscriptions.match(topic)
        count = sum(session.deliver(message, qos=min(qos, granted)) for session, granted in receivers)
        self._published += 1
        self._delivered += count
        return count

    async def drain(self) -> None:
        """Let the event loop turn once, then wait until no client is behind.

        Who publishes much calls it after every few hundred messages. A client that stays behind for `stall_timeout_s`
        is closed, so this ends.
        """
        await asyncio.sleep(0)
        while self._behind:
            await self._caught_up.wait()

    # What sessions tell

    def connection_opened(self, session: Session) -> None:
        """Take note of a connection that has not logged in yet; one whose TLS handshake outlived `serve` is cut."""
        self._connections.add(session)
        self._nobody.clear()
        if self._port is None:
            session.abort(CloseReason.SHUTDOWN)

    def session_accepted(self, session: Session) -> None:
        """Take note of a login."""
        self._sessions.add(session)

    def pace_changed(self, session: Session, *, is_behind: bool) -> None:
        """Take note of a client that has fallen behind or caught up."""
        if is_behind:
            self._behind.add(session)
            self._caught_up.clear()
        else:
            self._behind.discard(session)
            if not self._behind:
                self._caught_up.set()

    def connection_ended(self, session: Session, reason: CloseReason, *, was_accepted: bool) -> None:
        """Take note that nothing is to be sent or read any more."""
        self._closed[reason] += 1
        self._sessions.discard(session)
        self.pace_changed(session, is_behind=False)
        if was_accepted:
            self.hooks.session_ended(session, reason)

    def connection_gone(self, session: Session) -> None:
        """Take note that the socket is closed."""
        self._connections.discard(session)
        if not self._connections:
            self._nobody.set()
