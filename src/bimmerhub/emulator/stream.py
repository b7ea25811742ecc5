"""BMW's stream: an MQTT broker over TLS that lets each account in once, by its id token, until that token dies.

User name is the GCID, password the id token; topics `<GCID>/<VIN>`, `<GCID>/+` and `<GCID>/#`; nothing is retained or
kept for later; clients do not publish. Source: BMW's guide; refusal codes as observed by clients 2025-2026.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from bimmerhub.domain.ids import Gcid, Vin, parse_vin
from bimmerhub.emulator.faults import Faults
from bimmerhub.mqtt.broker import Broker, BrokerFigures
from bimmerhub.mqtt.hooks import BrokerHooks, BrokerSettings, CloseReason, Peer
from bimmerhub.mqtt.packets import Connect, ConnectAnswer, ReasonCode, Subscription

MINUTE_MS = 60_000
NEVER_MS = 2**62
KEEP_ALIVE_FACTOR = 1.5  # MQTT's own rule [MQTT-3.1.2-24]


class StreamClock(Protocol):
    """The time by which tokens die."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970 UTC."""
        ...

    async def sleep_until_due(self, due_ms: Callable[[], int]) -> None:
        """Return once `now_ms()` is at least `due_ms()`, which is read again at every nudge."""
        ...

    def nudge(self) -> None:
        """Make every sleeper look again at what it waits for."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IdToken:
    """What the stream reads of an id token that the emulator signed. It may be dead already: see `expires_at_ms`."""

    gcid: Gcid
    expires_at_ms: int
    may_stream: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings:
    """The broker's rules that can be changed.

    `second_session` says what a second connection of an account does: "evict-old" ends the first, "refuse-new" is
    refused (both observed). `keeps_alive_rule` closes a client after one and a half times its keep-alive without a
    packet; with `keep_alive_cap_s` a longer keep-alive counts as that many seconds (50 gives the drops each 75 s that
    clients with 60 and 120 s observed). More than `connects_per_minute` of one account are refused by rc 5 (inferred:
    only MQTT 5's code 151 was observed); None: no limit. `has_stream` False refuses every subscription, as when no
    stream is configured in the portal.
    """

    second_session: Literal["evict-old", "refuse-new"] = "evict-old"
    keeps_alive_rule: bool = False
    keep_alive_cap_s: int | None = None
    connects_per_minute: int | None = None
    has_stream: bool = True


class StreamServer(BrokerHooks):
    """BMW's broker. `publish` what a car sends; whoever listens on its account gets it, nobody later."""

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext,
        clock: StreamClock,
        faults: Faults,
        verify_id_token: Callable[[str], IdToken | None],
        has_stream: Callable[[Gcid], bool] | None = None,
        settings: StreamSettings | None = None,
    ) -> None:
        self.settings = settings or StreamSettings()
        self._tls = ssl_context
        self._clock = clock
        self._faults = faults
        self._verify_id_token = verify_id_token
        self._has_stream = has_stream or (lambda _gcid: True)
        self._broker = Broker(hooks=self, settings=_broker_settings(self.settings))
        self._sessions: dict[Gcid, tuple[Peer, IdToken]] = {}
        self._connects_ms: dict[Gcid, deque[int]] = {}

    @property
    def port(self) -> int:
        """The port it listens on, while it is served."""
        return self._broker.port

    @property
    def session_count(self) -> int:
        """How many accounts are connected."""
        return len(self._sessions)

    @property
    def figures(self) -> BrokerFigures:
        """What has happened so far, with why connections ended."""
        return self._broker.figures

    @asynccontextmanager
    async def serve(self, host: str, port: int) -> AsyncIterator[None]:
        """Listen while the block runs; ConfigError for a taken port."""
        async with self._broker.serve(host, port, ssl_context=self._tls), AsyncExitStack() as stack:
            # A task group that sees an error of the block would wrap it into an ExceptionGroup; so it is told nothing.
            group = AsyncExitStack()
            stack.push_async_callback(group.aclose)
            tasks = await group.enter_async_context(asyncio.TaskGroup())
            expiring = tasks.create_task(self._end_expired(), name="end expired streams")
            stack.callback(expiring.cancel)
            yield

    def publish(self, gcid: Gcid, vin: Vin, payload: bytes) -> int:
        """Send a message of a car; return to how many it went (0 when nobody is connected: it is gone)."""
        return self._broker.publish(f"{gcid}/{vin}", payload, qos=1)

    async def drain(self) -> None:
        """Return once every client has taken what was sent, but for what the network holds."""
        await self._broker.drain()

    def disconnect(self, gcid: Gcid) -> None:
        """Cut the account's connection, if there is one."""
        if (found := self._sessions.get(gcid)) is not None:
            found[0].close(CloseReason.SERVER)

    def authenticate(self, session: Peer, connect: Connect) -> ConnectAnswer:
        """Decide a login as BMW does; see `BrokerHooks`."""
        token = self._verify_id_token((connect.password or b"").decode("utf-8", "replace"))
        if token is None or token.gcid != connect.username:
            return ConnectAnswer.BAD_CREDENTIALS
        if not self._may_connect(token):
            return ConnectAnswer.NOT_AUTHORIZED
        earlier = self._sessions.get(token.gcid)
        if earlier is not None:
            if self.settings.second_session == "refuse-new":
                return ConnectAnswer.NOT_AUTHORIZED
            earlier[0].close(CloseReason.EVICTED)
        self._sessions[token.gcid] = (session, token)
        self._clock.nudge()
        return ConnectAnswer.ACCEPTED

    def authorize(self, session: Peer, subscription: Subscription) -> int:
        """Allow the account's own topics only; see `BrokerHooks`."""
        gcid, _, rest = subscription.topic_filter.partition("/")
        is_own = gcid == session.username and (rest in {"+", "#"} or _is_vin(rest))
        has_stream = self.settings.has_stream and self._has_stream(Gcid(session.username or ""))
        return 1 if has_stream and is_own else ReasonCode.UNSPECIFIED

    def session_ended(self, session: Peer, reason: CloseReason) -> None:  # noqa: ARG002 - the hook's signature
        """Forget a session that has ended; see `BrokerHooks`."""
        gcid = Gcid(session.username or "")
        if (found := self._sessions.get(gcid)) is not None and found[0] is session:
            del self._sessions[gcid]

    def _may_connect(self, token: IdToken) -> bool:
        now_ms = self._clock.now_ms()
        recent = self._connects_ms.setdefault(token.gcid, deque())
        recent.append(now_ms)
        while recent[0] <= now_ms - MINUTE_MS:
            recent.popleft()
        limit = self.settings.connects_per_minute
        return token.may_stream and token.expires_at_ms > now_ms and (limit is None or len(recent) <= limit)

    async def _end_expired(self) -> None:
        """Cut each connection when its token dies, by the emulator's clock."""
        while True:
            await self._clock.sleep_until_due(self._next_expiry_ms)
            now_ms = self._clock.now_ms()
            for session, token in list(self._sessions.values()):
                if token.expires_at_ms <= now_ms:
                    session.close(CloseReason.EXPIRED)

    def _next_expiry_ms(self) -> int:
        return min((token.expires_at_ms for _, token in self._sessions.values()), default=NEVER_MS)


def _broker_settings(settings: StreamSettings) -> BrokerSettings:
    factor = KEEP_ALIVE_FACTOR if settings.keeps_alive_rule else None
    return BrokerSettings(keep_alive_factor=factor, keep_alive_cap_s=settings.keep_alive_cap_s)


def _is_vin(text: str) -> bool:
    try:
        parse_vin(text)
    except ValueError:
        return False
    return True
