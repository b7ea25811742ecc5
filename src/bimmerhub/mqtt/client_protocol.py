"""The client's end of one connection: bytes in, messages and answers out; pace, signs of life, and how it ended.

Its life: connected, logged in (CONNACK), then messages and answers until it ends, for the one reason that `_End` holds.
It has no tasks: bytes are handled as they come, and whoever waits is woken through a future.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar, cast

from bimmerhub.errors import BimmerhubError
from bimmerhub.mqtt.client_parser import MAX_PACKET_BYTES, ClientParser, Message, TooLarge
from bimmerhub.mqtt.encoder import PINGREQ, encode_disconnect, encode_puback
from bimmerhub.mqtt.packets import (
    ConnAck,
    Disconnect,
    MalformedPacket,
    PingResp,
    ProtocolVersion,
    PubAck,
    Publish,
    ServerPacket,
    SubAck,
    UnsubAck,
)

WAITING_MESSAGES = 20_000
"""From so many messages on that nobody has taken, nothing more is read; the server's messages then wait on its side."""
BEHIND_FOR_S = 60.0
"""An end so soon after reading was paused is put down to this side's pace."""

Answer = TypeVar("Answer", ConnAck, PubAck, SubAck, UnsubAck)


class ConnectionEnd(StrEnum):
    """How a connection ended."""

    REFUSED = "refused"  # CONNACK with a code other than 0
    GOODBYE = "goodbye"  # the server's DISCONNECT
    CUT = "cut"  # without a word
    SILENT = "silent"  # no sign of life though one was asked for
    GARBLED = "garbled"  # what came is not MQTT
    CLOSED = "closed"  # by this side


class ConnectionEnded(BimmerhubError):
    """The connection is over, or never came about.

    `code` is the server's own number as it sent it, in CONNACK or DISCONNECT; None otherwise. `words` are the server's
    own, or say what went wrong; empty when nothing is known. `was_behind`: within the minute before, this side had
    not kept up and stopped reading.
    """

    def __init__(
        self, how: ConnectionEnd, *, code: int | None = None, words: str = "", was_behind: bool = False
    ) -> None:
        super().__init__(f"{how}{'' if code is None else f' ({code})'}{words and f': {words}'}")
        self.how = how
        self.code = code
        self.words = words
        self.was_behind = was_behind


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    how: ConnectionEnd
    code: int | None
    words: str
    was_behind: bool


class ClientProtocol(asyncio.Protocol):
    """One connection to a server. `gone` is done when the socket is closed.

    `skipped` counts messages above the limit of a packet, `last_skipped` is the newest of them.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._version = ProtocolVersion.V5
        self._parser = ClientParser(version=self._version)
        self._transport: asyncio.Transport | None = None
        self._end: _End | None = None
        self.gone: asyncio.Future[None] = self._loop.create_future()
        self._inbox: list[Message] = []
        self._acknowledgements: list[bytes] = []
        self.skipped = 0
        self.last_skipped: TooLarge | None = None
        self._receiver: asyncio.Future[None] | None = None
        self._answers: dict[int, asyncio.Future[ServerPacket | None]] = {}
        self._is_reading_paused = False
        self._paused_at_s: float | None = None
        self._is_writable = asyncio.Event()
        self._is_writable.set()
        self._beat_timer: asyncio.TimerHandle | None = None
        self._was_heard = False

    # What the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        self._was_heard = True
        if self._end is not None:
            return
        try:
            for item in self._parser.feed(data):
                if isinstance(item, list):
                    self._inbox += item
                else:
                    self._handle(item)
                if not self.is_open:
                    return
        except MalformedPacket as error:
            self._fail(error)
            return
        self._inbox_grew()

    def _inbox_grew(self) -> None:
        if self._acknowledgements:
            self.send(b"".join(self._acknowledgements))
            self._acknowledgements.clear()
        if self._inbox and self._receiver is not None and not self._receiver.done():
            self._receiver.set_result(None)
        if len(self._inbox) >= WAITING_MESSAGES:
            self._pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the socket is closed."""
        self.end(ConnectionEnd.CUT, words="" if exc is None else str(exc))
        if not self.gone.done():
            self.gone.set_result(None)

    def pause_writing(self) -> None:
        """Hold publishers back: the server does not read fast enough."""
        self._is_writable.clear()

    def resume_writing(self) -> None:
        """Let publishers go on."""
        self._is_writable.set()

    # What the client asks for

    @property
    def is_open(self) -> bool:
        """Whether nothing has ended the connection yet."""
        return self._end is None

    def speak(self, version: ProtocolVersion, *, max_packet_bytes: int | None) -> None:
        """Read what comes from now on in this version, packets up to this size."""
        self._version = version
        self._parser = ClientParser(version=version, max_packet_bytes=max_packet_bytes or MAX_PACKET_BYTES)

    def send(self, frame: bytes) -> None:
        """Write a packet; nothing happens once the connection has ended."""
        if self._transport is not None and self._end is None:
            self._transport.write(frame)

    async def wait_until_writable(self) -> None:
        """Wait for room in the transport; ConnectionEnded when the connection ends."""
        while not self._is_writable.is_set():  # whoever was first may have filled it again
            await self._is_writable.wait()
        self.check_open()

    async def ask(self, frame: bytes, kind: type[Answer], *, packet_id: int = 0) -> Answer:
        """Send a packet and return its answer; ConnectionEnded when the connection ends before. CONNACK has no id."""
        self.check_open()
        answer = self._answers[packet_id] = self._loop.create_future()
        self.send(frame)
        try:
            packet = await answer
        finally:
            del self._answers[packet_id]
        if packet is None:
            raise self._ended()
        if not isinstance(packet, kind):
            self._fail(MalformedPacket(f"a {type(packet).__name__} where a {kind.__name__} was due"))
            raise self._ended()
        return packet

    def is_asking(self, packet_id: int) -> bool:
        """Whether an answer with this id is waited for."""
        return packet_id in self._answers

    async def receive(self) -> list[Message]:
        """Return what has come since the last call, as soon as there is anything; ConnectionEnded once all is taken."""
        while not self._inbox:
            self.check_open()
            self._receiver = self._loop.create_future()
            try:
                await self._receiver
            finally:
                self._receiver = None
        return self.take_waiting()

    def take_waiting(self) -> list[Message]:
        """Return what has come since the last call, perhaps nothing, and read on."""
        messages, self._inbox = self._inbox, []
        self._resume_reading()
        return messages

    def _pause_reading(self) -> None:
        if not self._is_reading_paused and self._transport is not None:
            self._is_reading_paused = True
            self._transport.pause_reading()

    def _resume_reading(self) -> None:
        if self._is_reading_paused and self._transport is not None:
            self._is_reading_paused, self._paused_at_s = False, self._loop.time()
            self._was_heard = True  # a pause is no silence
            if not self._transport.is_closing():
                self._transport.resume_reading()

    def keep_alive(self, keep_alive_s: int) -> None:
        """Ask for a sign of life twice in `keep_alive_s`; a server that says nothing until the next time is lost.

        0 never asks.
        """
        if keep_alive_s and self._end is None:
            self._beat_timer = self._loop.call_later(keep_alive_s / 2, self._beat, keep_alive_s)

    def _beat(self, keep_alive_s: int) -> None:
        # While reading is paused nothing can be heard, but the server still wants to hear this side.
        if not self._was_heard and not self._is_reading_paused:
            self.end(ConnectionEnd.SILENT)
            self.abort()
            return
        self._was_heard = False
        self.send(PINGREQ)
        self.keep_alive(keep_alive_s)

    # How it ends

    def check_open(self) -> None:
        """Raise ConnectionEnded when the connection has ended."""
        if self._end is not None:
            raise self._ended()

    def end(self, how: ConnectionEnd, *, code: int | None = None, words: str = "") -> None:
        """Note why the connection ends, once, and wake everybody who waits; what has come can still be taken.

        What comes later is read, so that the end of the connection is noticed, and forgotten.
        """
        if self._end is not None:
            return
        was_behind = len(self._inbox) >= WAITING_MESSAGES or (
            self._paused_at_s is not None and self._loop.time() - self._paused_at_s < BEHIND_FOR_S
        )
        self._end = _End(how=how, code=code, words=words, was_behind=was_behind)
        if self._beat_timer is not None:
            self._beat_timer.cancel()
        self._resume_reading()
        self._is_writable.set()
        for waiting in (*self._answers.values(), *(() if self._receiver is None else (self._receiver,))):
            if not waiting.done():
                waiting.set_result(None)

    def close(self) -> None:
        """Close the connection in good order: what was sent still goes out, as far as the server takes it."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def _ended(self) -> ConnectionEnded:
        """Return a new exception that tells the end: each waiter raises one of its own."""
        end = self._end or _End(how=ConnectionEnd.CUT, code=None, words="", was_behind=False)
        return ConnectionEnded(end.how, code=end.code, words=end.words, was_behind=end.was_behind)

    def _fail(self, error: MalformedPacket) -> None:
        if self._version is ProtocolVersion.V5:
            self.send(encode_disconnect(error.code))
        self.end(ConnectionEnd.GARBLED, words=str(error))
        self.close()

    def _handle(self, packet: ServerPacket | TooLarge) -> None:
        match packet:
            case TooLarge():
                self.skipped += 1
                self.last_skipped = packet
                if packet.packet_id is not None:  # else the server would send it again
                    self._acknowledgements.append(encode_puback(packet.packet_id))
            case Publish():
                self._inbox.append(Message(packet.topic, packet.payload, packet.retain))
                if packet.packet_id is not None:
                    self._acknowledgements.append(encode_puback(packet.packet_id))
            case Disconnect():
                self.end(ConnectionEnd.GOODBYE, code=packet.code, words=packet.words)
                self.close()
            case ConnAck():
                self._hand_over(packet, packet_id=0)
            case PubAck() | SubAck() | UnsubAck():
                self._hand_over(packet, packet_id=packet.packet_id)
            case PingResp():
                pass  # that something came is all there is to know

    def _hand_over(self, answer: ServerPacket, *, packet_id: int) -> None:
        waiting = self._answers.get(packet_id)
        if waiting is not None and not waiting.done():  # else: whoever asked has given up
            waiting.set_result(answer)
