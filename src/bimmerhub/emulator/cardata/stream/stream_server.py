"""BMW's stream: an MQTT broker over TLS that lets each account in once, by its id token, until that token dies.

MQTT 3.1.1 and 5. User name is the GCID, password the id token; topics `<GCID>/<VIN>`, `<GCID>/+` and `<GCID>/#`;
nothing is retained or kept for later; clients do not publish. Source: BMW's guide; refusal codes as observed by clients
2025-2026.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Protocol

from typing_extensions import override

from bimmerhub.emulator.cardata.stream.connect_window import ConnectWindow
from bimmerhub.emulator.cardata.stream.rules import Ending, IdToken, Limits, Listener, StreamRules
from bimmerhub.emulator.cardata.stream.settings import StreamSettings
from bimmerhub.emulator.faults.switches import NEVER_MS, Faults
from bimmerhub.ids import Gcid, Vin, is_vin
from bimmerhub.mqtt.broker import Broker, BrokerFigures
from bimmerhub.mqtt.encoder import PublishEncoder
from bimmerhub.mqtt.hooks import BrokerHooks, BrokerSettings, CloseReason, Peer
from bimmerhub.mqtt.packets import Connect, ConnectAnswer, ProtocolVersion, ReasonCode, Subscription

_SPARE_ENDS = 64


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


class StreamServer(BrokerHooks):
    """BMW's broker: what is published of a car goes to whoever listens on its account now, and to nobody later.

    Faults of the area "stream" act at once on sessions that live, where they are about those; who switches one by hand
    nudges the clock.
    """

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext,
        clock: StreamClock,
        faults: Faults,
        verify_id_token: Callable[[str], IdToken | None],
        has_stream: Callable[[IdToken], bool] | None = None,
        settings: StreamSettings | None = None,
    ) -> None:
        self.settings = settings or StreamSettings()
        self._tls = ssl_context
        self._clock = clock
        self._faults = faults
        self._rules = StreamRules(self.settings, faults)
        self._verify_id_token = verify_id_token
        self._has_stream = has_stream or (lambda _token: True)
        # Keep-alive goes by the emulator's clock, so not by the broker's rule.
        self._broker = Broker(hooks=self, settings=BrokerSettings(keep_alive_factor=None))
        self._listeners: dict[Gcid, Listener] = {}
        self._window = ConnectWindow()
        self._left_ms: dict[Gcid, int] = {}
        # When sessions may end, soonest first; one that was heard meanwhile, or has ended, is sorted out on its turn.
        self._ends: list[tuple[int, int, Listener]] = []
        self._numbers = count()
        self._limits = Limits()

    @property
    def port(self) -> int:
        """The port it listens on, while it is served."""
        return self._broker.port

    @property
    def session_count(self) -> int:
        """How many accounts are connected."""
        return len(self._listeners)

    @property
    def figures(self) -> BrokerFigures:
        """What has happened so far, with why connections ended."""
        return self._broker.figures

    @asynccontextmanager
    async def serve(self, host: str, port: int) -> AsyncIterator[None]:
        """Listen while the block runs; ConfigError for a taken port."""
        async with self._broker.serve(host, port, ssl_context=self._tls), AsyncExitStack() as stack:
            # A task group that sees an error of the block would wrap it into an ExceptionGroup; so it sees none.
            group = AsyncExitStack()
            stack.push_async_callback(group.aclose)
            tasks = await group.enter_async_context(asyncio.TaskGroup())
            ending = tasks.create_task(self._end_in_time(), name="end streams in time")
            stack.callback(ending.cancel)
            yield

    def publish(self, gcid: Gcid, vin: Vin, payload: bytes, *, topic_gcid: Gcid | None = None) -> int:
        """Send a message of a car; return to how many it went (0 when nobody is connected: it is gone).

        `topic_gcid` sends it under the topic of another account, by a fault; no subscription would let that through.
        """
        if self._rules.is_half_open():
            return 0
        if topic_gcid is None:
            reached = self._broker.publish(f"{gcid}/{vin}", payload, qos=1)
        else:
            message = PublishEncoder(f"{topic_gcid}/{vin}", payload)
            receivers = self._broker.subscriptions.match(f"{gcid}/{vin}")
            reached = sum(session.deliver(message, qos=qos) for session, qos in receivers)
        if reached and (listener := self._listeners.get(gcid)) is not None:
            listener.spoken_ms = self._clock.now_ms()
        return reached

    def listening_client(self, gcid: Gcid) -> str | None:
        """Return the client id of the program that listens on an account now, None when none does."""
        listener = self._listeners.get(gcid)
        return None if listener is None else listener.token.client_id

    async def drain(self) -> None:
        """Return once every client has taken what was sent, but for what the network holds."""
        await self._broker.drain()

    def disconnect(self, gcid: Gcid) -> None:
        """Cut the account's connection, if there is one."""
        if (listener := self._listeners.get(gcid)) is not None:
            listener.session.close(CloseReason.SERVER)

    @override
    def authenticate(self, session: Peer, connect: Connect) -> ConnectAnswer | None:
        if self._faults.take("mute"):
            return None
        if connect.version is ProtocolVersion.V5 and self._faults.take("mqtt-5-cut"):
            asyncio.get_running_loop().call_soon(session.abort, CloseReason.SERVER)
            return None
        now_ms = self._clock.now_ms()
        if self._window.refuses(session.address, now_ms, most=self._rules.connects_per_minute()):
            return ConnectAnswer.QUOTA_EXCEEDED
        token = self._verify_id_token((connect.password or b"").decode("utf-8", "replace"))
        answer = self._rules.refusal(now_ms) or self._check_login(token, connect)
        if answer is ConnectAnswer.ACCEPTED and token is not None:
            self._admit(session, token, connect)
        return answer

    @override
    def authorize(self, session: Peer, subscription: Subscription) -> int:
        gcid, _, rest = subscription.topic_filter.partition("/")
        if gcid != session.username:  # BMW ends the whole connection then (peterkoczan/bmw-cardata@0336828)
            asyncio.get_running_loop().call_soon(session.close, CloseReason.SERVER, ReasonCode.NOT_AUTHORIZED)
            return ReasonCode.NOT_AUTHORIZED
        is_own = rest in {"+", "#"} or is_vin(rest)
        listener = self._find(session)
        may_listen = is_own and listener is not None and self._has_stream(listener.token)
        return self._rules.granted() if may_listen else ReasonCode.UNSPECIFIED

    @override
    def answers_ping(self, session: Peer) -> bool:
        return not self._rules.is_half_open()

    @override
    def session_heard(self, session: Peer) -> None:
        if (listener := self._find(session)) is not None:
            listener.heard_ms = self._clock.now_ms()

    @override
    def session_ended(self, session: Peer, reason: CloseReason) -> None:
        if (listener := self._find(session)) is not None:
            del self._listeners[listener.token.gcid]
            self._left_ms[listener.token.gcid] = self._clock.now_ms()

    def _find(self, session: Peer) -> Listener | None:
        listener = self._listeners.get(Gcid(session.username or ""))
        return listener if listener is not None and listener.session is session else None

    def _check_login(self, token: IdToken | None, connect: Connect) -> ConnectAnswer:
        now_ms = self._clock.now_ms()
        if token is None or token.gcid != connect.username:
            return ConnectAnswer.BAD_CREDENTIALS
        if token.expires_at_ms <= now_ms:  # 4, not 5 (evcc-io/evcc#24194, JjyKsi/bmw-cardata-ha#53)
            return ConnectAnswer.BAD_CREDENTIALS
        if not token.may_stream:
            return ConnectAnswer.NOT_AUTHORIZED
        is_taken = token.gcid in self._listeners and self._rules.second_session() == "refuse-new"
        is_hasty = self._rules.is_hasty(now_ms, left_ms=self._left_ms.get(token.gcid))
        is_refused = is_taken or is_hasty or self._rules.is_rivals_turn(now_ms)
        return ConnectAnswer.NOT_AUTHORIZED if is_refused else ConnectAnswer.ACCEPTED

    def _admit(self, session: Peer, token: IdToken, connect: Connect) -> None:
        earlier = self._listeners.get(token.gcid)
        if earlier is not None:
            # MQTT's own rule for the same client id; for another one what BMW's clients were seen to be told.
            is_same = earlier.session.client_id == session.client_id
            code = ReasonCode.SESSION_TAKEN_OVER if is_same else ReasonCode.NOT_AUTHORIZED
            earlier.session.close(CloseReason.EVICTED, code)
        now_ms = self._clock.now_ms()
        listener = Listener(
            session=session,
            token=token,
            keep_alive_s=connect.keep_alive_s,
            connected_ms=now_ms,
            heard_ms=now_ms,
            spoken_ms=now_ms,
        )
        self._listeners[token.gcid] = listener
        self._expect_end(listener)

    async def _end_in_time(self) -> None:
        while True:
            await self._clock.sleep_until_due(self._next_look_ms)
            limits = self._rules.limits()
            if limits != self._limits:
                self._limits = limits
                self._expect_ends_anew()
            self._end_due()

    def _next_look_ms(self) -> int:
        if self._rules.limits() != self._limits:
            return 0
        soonest_ms = self._ends[0][0] if self._ends else NEVER_MS
        return min(soonest_ms, self._rules.next_change_ms(self._clock.now_ms()))

    def _end_due(self) -> None:
        now_ms = self._clock.now_ms()
        while self._ends and self._ends[0][0] <= now_ms:
            _, _, listener = heappop(self._ends)
            if self._listeners.get(listener.token.gcid) is not listener:
                continue
            due_ms, ending = self._limits.end_of(listener)
            if due_ms <= now_ms and (ending.fault is None or self._faults.take(ending.fault)):
                _end(listener.session, ending)
            else:
                heappush(self._ends, (max(due_ms, now_ms + 1), next(self._numbers), listener))

    def _expect_end(self, listener: Listener) -> None:
        due_ms, _ = self._limits.end_of(listener)
        if len(self._ends) > 2 * len(self._listeners) + _SPARE_ENDS:
            self._expect_ends_anew()
        else:
            heappush(self._ends, (due_ms, next(self._numbers), listener))
        if self._ends[0][2] is listener:
            self._clock.nudge()

    def _expect_ends_anew(self) -> None:
        self._ends = [
            (self._limits.end_of(listener)[0], next(self._numbers), listener) for listener in self._listeners.values()
        ]
        heapify(self._ends)


def _end(session: Peer, ending: Ending) -> None:
    if ending.is_silent:
        session.abort(ending.reason)
    else:
        session.close(ending.reason, ending.code)
