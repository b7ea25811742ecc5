"""CarData from a person's own MQTT broker, to which another program relays BMW's stream: events as `CarDataStream`'s.

BMW allows an account one stream. Who has given it to another program already lets that one publish BMW's messages
unchanged, in the layout of bmw-mqtt-bridge: `PREFIXraw/VIN` and, from older versions, `PREFIXVIN`; `PREFIXstatus` is
true while it holds the stream. Split values (`PREFIXvehicles/...`) are left alone. Source: dj0abr/bmw-mqtt-bridge
@43932c7; the custom broker of kvanbiesen/bmw-cardata-ha has the same.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from bimmerhub.bmw.cardata.endpoints import Relay
from bimmerhub.bmw.cardata.streaming.stream import LinkChanged, RawMessage, StreamEvent, StreamMessages
from bimmerhub.bmw.cardata.streaming.stream_connection import (
    CONNECT_WITHIN_S,
    KEEP_ALIVE_S,
    SUBSCRIBE_WITHIN_S,
    ConnectionLost,
    How,
    StreamConnection,
    new_identifier,
    open_stream,
)
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.pause import Pause
from bimmerhub.bmw.servers import trusting
from bimmerhub.domain.account.link import LinkState
from bimmerhub.ids import is_vin, mask_vin
from bimmerhub.mqtt.client import ConnectionEnd, ConnectionEnded, Message, MqttClient
from bimmerhub.mqtt.packets import SUBSCRIPTION_REFUSED, Connect, ProtocolVersion

FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0
BAD_CREDENTIALS, NOT_AUTHORISED = 4, 5
NO_STREAM_WORDS = frozenset({b"false", b"0", b"offline"})
STATUS, RAW = "status", "raw/"


class RelayStream:
    """The stream of one account, read from a relay. Any number of programs may read it at a time."""

    def __init__(self, relay: Relay, *, clock: Clock, jitter: random.Random) -> None:
        self._relay = relay
        self._clock = clock
        self._jitter = jitter
        self._pause = Pause(clock)
        self._failures = 0
        self._has_raw = False

    def retry_now(self) -> None:
        """Connect at once when it waits for something."""
        self._failures = 0
        self._pause.cut_short()

    async def events(self) -> AsyncGenerator[StreamEvent]:
        """Yield messages and changes of the link, for ever. Close it (`contextlib.aclosing`) to disconnect."""
        place = f"{self._relay.host}:{self._relay.port}"
        while True:
            yield self._change(LinkState.CONNECTING, f"connecting to the relay at {place}")
            try:
                async with aclosing(self._connected(place)) as events:
                    async for event in events:
                        yield event
            except ConnectionLost as lost:
                self._failures += 1
                ceiling_s = min(FIRST_PAUSE_S * 2 ** (self._failures - 1), LONGEST_PAUSE_S)
                pause_s = FIRST_PAUSE_S + self._jitter.uniform(0, ceiling_s)
                yield self._waits(lost, place, pause_s)
                await self._pause.sleep(pause_s)

    async def _connected(self, place: str) -> AsyncGenerator[StreamEvent]:
        relay = self._relay
        tls = trusting(relay.ca_file) if relay.tls else None
        async with await open_stream(host=relay.host, port=relay.port, tls=tls) as client:
            await self._log_in(client)
            is_held, self._has_raw, skipped = True, False, 0
            connection = StreamConnection(client, relay.prefix)
            yield self._change(LinkState.CONNECTED, _connected(place, connection))
            async with aclosing(connection.bursts()) as bursts:
                async for burst in bursts:
                    if messages := self._about_cars(burst):
                        self._failures = 0
                        yield StreamMessages(messages=messages)
                    status = self._newest_status(burst)
                    if status is not None and status is not is_held:
                        is_held, self._has_raw = status, False  # whoever publishes now may use the other layout
                        yield self._told_status(place, connection, is_held=is_held)
                    elif is_held and connection.skipped > skipped:
                        yield self._change(LinkState.CONNECTED, _connected(place, connection))
                    skipped = connection.skipped

    async def _log_in(self, client: MqttClient) -> None:
        relay = self._relay
        login = Connect(
            version=ProtocolVersion.V311,
            client_id=new_identifier(),
            username=relay.username,
            password=None if relay.password is None else relay.password.encode(),
            clean_session=True,
            keep_alive_s=KEEP_ALIVE_S,
        )
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                await client.log_in(login)
            async with asyncio.timeout(SUBSCRIBE_WITHIN_S):
                codes = [await client.subscribe(f"{relay.prefix}{rest}") for rest in (f"{RAW}+", "+")]
        except TimeoutError as error:
            raise ConnectionLost("no answer", stage="connect", how="silent") from error
        except ConnectionEnded as ended:
            how: How = "garbled" if ended.how is ConnectionEnd.GARBLED else "cut"
            raise ConnectionLost(
                ended.words or "it was closed", stage="connect", code=ended.code or None, how=how
            ) from ended
        if min(codes) >= SUBSCRIPTION_REFUSED:
            raise ConnectionLost("the subscription was refused", stage="subscribe", code=codes[0])

    def _about_cars(self, burst: Sequence[Message]) -> tuple[RawMessage, ...]:
        """Return the messages about cars. What comes by both layouts is taken once; empty ones clear retained ones."""
        now_ms, messages = self._clock.now_ms(), []
        for message in burst:
            name = message.topic.removeprefix(self._relay.prefix)
            is_raw = name.startswith(RAW)
            is_wanted = message.payload and (is_raw or not self._has_raw)
            if is_wanted and is_vin(vin := name.removeprefix(RAW).upper()):
                self._has_raw |= is_raw
                messages.append(RawMessage(topic=f"relay/{vin}", payload=message.payload, received_at_ms=now_ms))
        return tuple(messages)

    def _newest_status(self, burst: Sequence[Message]) -> bool | None:
        """Return whether the other program says that it holds BMW's stream, None when it says nothing."""
        topic = f"{self._relay.prefix}{STATUS}"
        words = [message.payload.strip().lower() for message in burst if message.topic == topic]
        return words[-1] not in NO_STREAM_WORDS if words else None

    def _told_status(self, place: str, connection: StreamConnection, *, is_held: bool) -> LinkChanged:
        if is_held:
            return self._change(LinkState.CONNECTED, _connected(place, connection))
        return self._change(
            LinkState.WAITING,
            f"the relay at {place} says that it has no stream of BMW's now",
            "Look at the program that publishes to it: it may have to be signed in again.",
        )

    def _waits(self, lost: ConnectionLost, place: str, pause_s: float) -> LinkChanged:
        reason, hint = f"the relay at {place} was lost: {lost}", None
        state = LinkState.WAITING
        if lost.how in ("unreachable", "away"):
            reason, hint = (
                f"the relay at {place} cannot be reached: {lost}",
                "Check relay_host, relay_port and relay_tls.",
            )
        elif lost.how == "garbled":
            hint = "Check relay_port and relay_tls."
        elif lost.stage == "subscribe":
            state, reason = LinkState.REFUSED, f"the relay at {place} lets this user not read {self._relay.prefix}+"
            hint = "Allow it in the broker's access list, or check relay_prefix."
        elif lost.code in (BAD_CREDENTIALS, NOT_AUTHORISED):
            state, reason = LinkState.REFUSED, f"the relay at {place} does not take the user or the password"
            hint = "Check relay_username and relay_password."
        changed = self._change(state, reason, hint)
        return replace(changed, next_try_at_ms=changed.at_ms + round(pause_s * 1000))

    def _change(self, state: LinkState, reason: str, hint: str | None = None) -> LinkChanged:
        return LinkChanged(state=state, reason=reason, hint=hint, at_ms=self._clock.now_ms(), failures=self._failures)


def _connected(place: str, connection: StreamConnection) -> str:
    """Return in words that the relay is read, and what was skipped of it."""
    words, last = f"connected to the relay at {place}", connection.last_skipped
    if last is None:
        return words
    times = "one message was" if connection.skipped == 1 else f"{connection.skipped} messages were"
    topic = "/".join(mask_vin(level) if is_vin(level.upper()) else level for level in last.topic.split("/"))
    return f"{words}; {times} skipped as too large, the last of {last.packet_bytes / 1_000_000:.1f} MB at {topic}"
