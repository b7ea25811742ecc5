"""BMW's stream for one account: connects, subscribes, reconnects with fresh tokens, and says what its link does.

MQTT 3.1.1 over TLS; user is the GCID, password the id token, topic `GCID/+` for all cars. BMW closes the session when
the token dies, so this reconnects before, at the tokens' `renew_at_ms`. (BMW's guide; observed by clients
2025-2026.)
"""

import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.reactions import Losses, Reaction
from bimmerhub.bmw.cardata.tokens import Tokens, TokenSet
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.mqtt import ConnectionLost, MqttMessage, subscribed
from bimmerhub.domain.link import LinkState
from bimmerhub.errors import BmwUnavailable, SignInRequired

RENEW_AGAIN_MS = 60_000
"""While BMW cannot renew the tokens, the old connection goes on and is left for a new one later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
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
    """The connection's state changed, and why; `hint` is what a person can do, None when nothing is needed."""

    state: LinkState
    reason: str
    hint: str | None
    at_ms: int


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

    async def events(self) -> AsyncGenerator[StreamEvent]:
        """Yield messages and changes of the link, for ever; SignInRequired ends it.

        Close it (`contextlib.aclosing`) to disconnect. Costs no quota. Nothing is lost on this side while it is read
        fast enough; what BMW sends while disconnected is gone, for BMW keeps nothing.
        """
        needs_refresh = False
        while True:
            yield self._change(LinkState.CONNECTING, "connecting")
            try:
                tokens = await self._tokens.current()
                if needs_refresh:
                    tokens = await self._tokens.refresh(tokens)
                async with aclosing(self._connected(tokens)) as events:
                    async for event in events:
                        yield event
            except ConnectionLost as lost:
                reaction = self._losses.react(lost, now_ms=self._clock.now_ms())
            except SignInRequired as error:
                yield self._change(LinkState.SIGNED_OUT, str(error), error.hint)
                raise
            except BmwUnavailable as error:
                reaction = self._losses.unavailable(str(error))
            else:
                needs_refresh = False
                continue
            needs_refresh = reaction.needs_refresh
            yield self._changed_by(reaction)
            await self._clock.sleep_until(self._clock.now_ms() + round(reaction.pause_s * 1000))

    async def _connected(self, tokens: TokenSet) -> AsyncGenerator[StreamEvent]:
        """Yield what one connection brings; end when the token has been renewed and it is time to use the new one."""
        renew_at_ms = tokens.renew_at_ms
        async with subscribed(
            host=self._endpoints.stream_host,
            port=self._endpoints.stream_port,
            tls=self._endpoints.ssl_context(),
            username=tokens.gcid,
            password=tokens.id_token or "",
            topic=f"{tokens.gcid}/+",
        ) as connection:
            yield self._change(LinkState.CONNECTED, "connected")
            async with aclosing(connection.bursts()) as bursts:
                async for burst in bursts:
                    now_ms = self._clock.now_ms()
                    if burst:
                        self._losses.forget()
                        yield _to_messages(burst, now_ms)
                    if now_ms >= renew_at_ms:
                        fresh = await self._tokens.current()
                        if fresh.id_token != tokens.id_token:
                            if waiting := await connection.leave():
                                yield _to_messages(waiting, self._clock.now_ms())
                            return
                        renew_at_ms = now_ms + RENEW_AGAIN_MS

    def _change(self, state: LinkState, reason: str, hint: str | None = None) -> LinkChanged:
        return LinkChanged(state=state, reason=reason, hint=hint, at_ms=self._clock.now_ms())

    def _changed_by(self, reaction: Reaction) -> LinkChanged:
        wait = f"; next try in {reaction.pause_s:.0f} s"
        return self._change(reaction.state, reaction.reason + wait, reaction.hint)


def _to_messages(burst: tuple[MqttMessage, ...], now_ms: int) -> StreamMessages:
    return StreamMessages(
        messages=tuple(RawMessage(topic=each.topic, payload=each.payload, received_at_ms=now_ms) for each in burst)
    )
