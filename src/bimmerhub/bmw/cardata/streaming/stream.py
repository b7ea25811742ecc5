"""BMW's stream for one account: connects, subscribes, reconnects with fresh tokens, and says what its link does.

MQTT 5 or 3.1.1 over TLS; user is the GCID, password the id token, topic `GCID/+` for all cars. BMW closes the session
when the token dies, so this reconnects before, from the tokens' `renew_at_ms` on. (BMW's guide; observed by clients
2025-2026.)
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

import msgspec

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.service_scopes import check_service
from bimmerhub.bmw.cardata.streaming.reactions import BAD_VERSION, Losses, Reaction, mqtt_5_code
from bimmerhub.bmw.cardata.streaming.stream_connection import ConnectionLost, new_identifier, open_stream, subscribed
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import NotSent
from bimmerhub.bmw.pause import Pause
from bimmerhub.bmw.tokens.fresh_tokens import Tokens
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.domain.account.link import LinkState
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.errors import BmwUnavailable, ConfigError, SignInRequired, StoreError
from bimmerhub.mqtt.client import Message, MqttClient
from bimmerhub.times import format_time

RENEW_AGAIN_S = 60
"""While BMW cannot renew the tokens, the old connection goes on and is left for a new one later."""
QUIET_TICKS = 2
LONGEST_WAIT_FOR_QUIET_S = 300
"""For so long a busy stream is not left for one with newer tokens: the old ones are good for a quarter of an hour."""
MQTT_5_AGAIN_S = 6 * 3_600
"""A connection that is cut before the login is answered looks like a server that does not know MQTT 5, but need not."""
OPEN_NEXT_WITHIN_S = 5.0
"""Meanwhile what the old connection brings waits; a network that needs longer is asked again a minute later."""


class RawMessage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One message of the stream: BMW's bytes, and when they came (milliseconds UTC)."""

    topic: str
    payload: bytes
    received_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamMessages:
    """Messages that came together, in order; never none."""

    messages: tuple[RawMessage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged:
    """The connection's state changed, and why; `hint` is what a person can do, None when nothing is needed.

    `failures`, `next_try_at_ms`, `refresh_expires_at_ms` and `token_warning` as in `domain.account.link.Link`.
    """

    state: LinkState
    reason: str
    hint: str | None
    at_ms: int
    failures: int = 0
    next_try_at_ms: int | None = None
    refresh_expires_at_ms: int | None = None
    token_warning: str | None = None
    overruns: int = 0


StreamEvent = StreamMessages | LinkChanged


class CarDataStream:
    """The stream of one signed-in account. BMW allows one per account: a second one ends the first."""

    def __init__(
        self, *, tokens: Tokens, endpoints: Endpoints, clock: Clock, jitter: random.Random | None = None
    ) -> None:
        self._tokens = tokens
        self._endpoints = endpoints
        self._clock = clock
        self._losses = Losses(jitter or random.Random())  # noqa: S311 - spreads retries, guards nothing
        self._version = endpoints.mqtt_version
        self._mqtt_5_at_s: float | None = None
        self._pause = Pause(clock)
        self._identifier = new_identifier()
        self._rejected: TokenSet | None = None
        self._overruns = 0
        self._next: MqttClient | None = None

    async def events(self) -> AsyncGenerator[StreamEvent]:
        """Yield messages and changes of the link, for ever; SignInRequired and BmwRefused (no CarData Stream) end it.

        Close it (`contextlib.aclosing`) to disconnect. Costs no quota. Nothing is lost on this side while it is read
        fast enough; what BMW sends while disconnected is gone, for BMW keeps nothing.
        """
        try:
            async with aclosing(self._connections()) as events:
                async for event in events:
                    yield event
        finally:
            self._drop_next()

    def retry_now(self) -> None:
        """Connect at once when it waits for something; pauses begin with the short ones again."""
        self._losses.forgive()
        self._pause.cut_short()

    async def _connections(self) -> AsyncGenerator[StreamEvent]:
        while True:
            self._choose_version()
            yield self._change(LinkState.CONNECTING, f"connecting by MQTT {self._version}")
            tokens: TokenSet | None = None
            try:
                tokens = await self._usable_tokens()
                async with aclosing(self._connected(tokens)) as events:
                    async for event in events:
                        yield event
            except ConnectionLost as lost:
                if self._tries_other_version(lost):
                    continue
                self._overruns += lost.stage == "overrun"
                reaction = self._losses.react(lost, at_s=self._clock.elapsed_s())
            except SignInRequired as error:
                yield self._change(LinkState.SIGNED_OUT, str(error), error.hint)
                raise
            except (BmwUnavailable, StoreError) as error:  # tokens that could not be stored are not asked for
                is_away = isinstance(error, NotSent | StoreError)
                reaction = self._losses.unavailable(str(error), error.hint, is_away=is_away)
            else:
                continue
            if reaction.needs_refresh:
                self._rejected = tokens
            if reaction.needs_identifier:
                self._identifier = new_identifier()
            next_try_at_ms = self._clock.now_ms() + round(reaction.pause_s * 1000)
            yield self._waits(reaction, next_try_at_ms)
            await self._pause.sleep(reaction.pause_s)

    async def _usable_tokens(self) -> TokenSet:
        """Return tokens that BMW has not just refused; BmwUnavailable where they are not for that stream."""
        try:
            self._endpoints.check_stream()
        except ConfigError as error:
            raise BmwUnavailable(str(error), hint=error.hint) from error
        tokens = await self._tokens.current()
        if self._rejected is not None and tokens.id_token == self._rejected.id_token:
            tokens = await self._tokens.refresh(tokens)
        self._rejected = None
        check_service(tokens, CarDataService.STREAM)
        return tokens

    def _tries_other_version(self, lost: ConnectionLost) -> bool:
        """Change to MQTT 3.1.1 when BMW seems to refuse MQTT 5, and back when it is no better; tell whether to try now.

        A server that does not know MQTT 5 answers 132, or just closes the connection.
        """
        is_bad_version = lost.code is not None and mqtt_5_code(lost.code) == BAD_VERSION
        is_refused = lost.stage == "connect" and (is_bad_version or lost.how == "cut")
        if not is_refused or self._endpoints.mqtt_version != "5":
            return False
        self._version = "3.1.1" if self._version == "5" else "5"
        self._mqtt_5_at_s = self._clock.elapsed_s() + MQTT_5_AGAIN_S
        return self._version == "3.1.1"

    def _choose_version(self) -> None:
        """Go back to MQTT 5, some hours after it seemed to be refused."""
        if self._mqtt_5_at_s is not None and self._clock.elapsed_s() >= self._mqtt_5_at_s:
            self._version, self._mqtt_5_at_s = self._endpoints.mqtt_version, None

    async def _connected(self, tokens: TokenSet) -> AsyncGenerator[StreamEvent]:
        """Yield what one connection brings; end when the token has been renewed and it is time to use the new one.

        The new token is there before the old connection is let go, and so is the next connection but for its login; and
        that waits for a pause between messages, for what BMW sends meanwhile is lost. When BMW renews the token no
        more, the connection is used as long as the old one is good; then SignInRequired.
        """
        async with subscribed(
            self._take_next() or await self._open(),
            username=tokens.gcid,
            password=tokens.id_token or "",
            topic=f"{tokens.gcid}/+",
            identifier=self._identifier,
            version=self._version,
        ) as connection:
            yield self._change(LinkState.CONNECTED, "connected")
            is_told = False
            handover = _HandOver(self._tokens, tokens, clock=self._clock)
            async with aclosing(connection.bursts()) as bursts:
                async for burst in bursts:
                    if burst:
                        self._losses.forget()
                        yield _to_messages(burst, self._clock.now_ms())
                    self._losses.stood(handover.stands_s)
                    is_due = await handover.is_due(is_quiet=not burst)
                    if handover.refusal is not None and not is_told:
                        is_told = True
                        yield self._change(LinkState.CONNECTED, _last_hour(tokens), handover.refusal.hint)
                    if is_due and (handover.refusal is not None or await self._opens_next(handover)):
                        break
            if waiting := await connection.leave():
                yield _to_messages(waiting, self._clock.now_ms())
            if handover.refusal is not None:
                raise handover.refusal

    async def _open(self) -> MqttClient:
        endpoints = self._endpoints
        return await open_stream(host=endpoints.stream_host, port=endpoints.stream_port, tls=endpoints.ssl_context())

    async def _opens_next(self, handover: "_HandOver") -> bool:
        """Open the next connection while the old one is still used; return whether it is there."""
        try:
            async with asyncio.timeout(OPEN_NEXT_WITHIN_S):
                self._next = await self._open()
        except (TimeoutError, ConnectionLost):
            handover.put_off()
            return False
        return True

    def _take_next(self) -> MqttClient | None:
        """Return the connection that was opened for this, unless BMW has closed it meanwhile."""
        client, self._next = self._next, None
        return client if client is not None and client.is_open else None

    def _drop_next(self) -> None:
        if self._next is not None:
            self._next.abort()
            self._next = None

    def _change(self, state: LinkState, reason: str, hint: str | None = None) -> LinkChanged:
        return LinkChanged(
            state=state,
            reason=reason,
            hint=hint,
            at_ms=self._clock.now_ms(),
            failures=self._losses.count,
            refresh_expires_at_ms=self._tokens.refresh_expires_at_ms,
            token_warning=self._tokens.warning,
            overruns=self._overruns,
        )

    def _waits(self, reaction: Reaction, next_try_at_ms: int) -> LinkChanged:
        changed = self._change(reaction.state, reaction.reason, reaction.hint)
        return replace(changed, next_try_at_ms=next_try_at_ms)


class _HandOver:
    """When a connection is left for one with newer tokens.

    `refusal` is why there will be no newer ones, None while there may be.
    """

    def __init__(self, tokens: Tokens, used: TokenSet, *, clock: Clock) -> None:
        self.refusal: SignInRequired | None = None
        self._tokens = tokens
        self._used = used
        self._clock = clock
        self._began_s = clock.elapsed_s()
        self._ask_at_s = self._began_s + (used.renew_at_ms - clock.now_ms()) / 1000
        self._has_asked = False
        self._dead_at_s = self._began_s + (used.id_expires_at_ms - clock.now_ms()) / 1000
        self._leave_at_s: float | None = None
        self._quiet_ticks = 0

    @property
    def stands_s(self) -> float:
        """For how long the connection has stood, in seconds."""
        return self._clock.elapsed_s() - self._began_s

    def put_off(self) -> None:
        """Stay with the old connection for RENEW_AGAIN_S more."""
        self._ask_at_s, self._leave_at_s = self._clock.elapsed_s() + RENEW_AGAIN_S, None

    async def is_due(self, *, is_quiet: bool) -> bool:
        """Tell whether to leave now: newer tokens are there, and no message has come for QUIET_TICKS.

        Without newer ones to come it is when the used ones die.
        """
        elapsed_s = self._clock.elapsed_s()
        if self.refusal is None and self._leave_at_s is None and self._asks_now(elapsed_s):
            self._has_asked = True
            try:
                fresh = await self._tokens.current()
            except SignInRequired as error:
                self.refusal = error
            else:
                if fresh.id_token == self._used.id_token:
                    self._ask_at_s = elapsed_s + RENEW_AGAIN_S
                    return False
                self._leave_at_s = elapsed_s + LONGEST_WAIT_FOR_QUIET_S
        if self.refusal is not None:
            return elapsed_s >= self._dead_at_s
        self._quiet_ticks = self._quiet_ticks + 1 if is_quiet else 0
        return self._leave_at_s is not None and (self._quiet_ticks >= QUIET_TICKS or elapsed_s >= self._leave_at_s)

    def _asks_now(self, elapsed_s: float) -> bool:
        """Tell whether newer tokens are due; on a machine that slept, time that has not elapsed counts too."""
        is_old = not self._has_asked and self._clock.now_ms() >= self._used.renew_at_ms
        return is_old or elapsed_s >= self._ask_at_s


def _last_hour(tokens: TokenSet) -> str:
    return f"connected, but only until {format_time(tokens.id_expires_at_ms)}: BMW renews the sign-in no more"


def _to_messages(burst: Sequence[Message], now_ms: int) -> StreamMessages:
    # A list comprehension: a generator would cost half as much again for each message.
    messages = [RawMessage(topic=message.topic, payload=message.payload, received_at_ms=now_ms) for message in burst]
    return StreamMessages(messages=tuple(messages))
