"""Between the cars and the broker: what BMW makes of the messages that cars send, and when they go out.

Messages of the cars in, in order of their times; envelopes as they go to listeners out. Nothing here waits: whoever
lives by a clock asks `next_due_ms` and fetches with `release`.
"""

import heapq
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from bimmerhub.emulator.cardata.stream.distortion import Distortion
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.emulator.faults.switches import NEVER_MS, Faults
from bimmerhub.ids import Gcid, Vin
from bimmerhub.times import MINUTE_MS, SECOND_MS

LATEST_MS = 4_331_000
"""The longest time by which a value was older than its envelope (measured 2025)."""
REPEATED_WITHIN_MS = 30 * SECOND_MS
HELD_AT_MOST_MS = MINUTE_MS
NO_CARDATA = (b"", b"null", b"[]", b"hello", b'{"vin":', b'{"vin":"WBA","data":{}}', b'{"data":5}', b"\xff\xfe\x00")
STRANGERS_GCID = Gcid("99999999-8888-7777-6666-555555555555")
STRANGERS_VIN = Vin("WBA00000000U00099")
"""An account and a car that nobody here has."""

IsTicked = Callable[[Gcid, Vin, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message as it leaves for whoever listens, at `at_ms` of the emulator's clock.

    `vin` is the one of its topic; so is `topic_gcid`, None for the account's own. It holds what one car sent at one
    moment, under an account's `gcid`, or else `junk`.
    """

    vin: Vin
    at_ms: int
    messages: tuple[StreamMessage, ...]
    gcid: Gcid
    junk: bytes | None = None
    topic_gcid: Gcid | None = None

    @property
    def payload(self) -> bytes:
        """The envelope; it is made anew each time, for most messages are sent while nobody listens."""
        if self.junk is not None:
            return self.junk
        first, *others = self.messages
        payload = first.encode(self.gcid)
        if others:
            envelope = json.loads(payload)
            for message in others:
                envelope["data"] |= json.loads(message.encode(self.gcid))["data"]
            payload = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
        return payload


class Misbehaviour:
    """The misbehaviour of one account's stream. With no fault on, each message goes out at once, as the car sent it.

    `is_ticked` tells which descriptors the owner has ticked in the portal; only those go out.
    """

    def __init__(self, gcid: Gcid, *, faults: Faults, seed: int, is_ticked: IsTicked | None = None) -> None:
        self._gcid = gcid
        self._faults = faults
        self._is_ticked = is_ticked or _every_tick
        self._chance = random.Random(f"{seed} {gcid} misbehaviour")  # noqa: S311 - scenery
        self._distortion = Distortion(gcid, faults=faults, chance=self._chance)
        self._together: list[StreamMessage] = []
        self._held: Outgoing | None = None
        self._queue: list[tuple[int, int, Outgoing]] = []
        self._numbers = count()

    def forget(self) -> None:
        """Drop the messages that wait: the cars that sent them are gone."""
        self._together.clear()
        self._queue.clear()
        self._held = None

    def next_due_ms(self) -> int:
        """Return when the next of the messages that wait is due; NEVER_MS when none waits."""
        held_ms = NEVER_MS if self._held is None else self._held.at_ms + HELD_AT_MOST_MS
        return min(held_ms, self._queue[0][0] if self._queue else NEVER_MS)

    def pass_on(self, message: StreamMessage) -> Iterator[Outgoing]:
        """Take a message that a car sends, and yield what goes out up to its time."""
        yield from self._due(message.sent_at_ms)
        if self._together and not self._fits(message):
            yield from self._let_go()
        if not self._is_ticked(self._gcid, message.vin, message.descriptor):
            return
        changed = self._distortion.distort(message)
        if changed is None:
            return
        self._together.append(changed)
        if "several-keys" not in self._faults.on(at_ms=message.sent_at_ms):
            yield from self._let_go()

    def release(self, until_ms: int) -> Iterator[Outgoing]:
        """Yield what is due up to `until_ms`, after the cars have sent all that they send up to then."""
        if self._together:
            yield from self._let_go()
        yield from self._due(until_ms)

    def _fits(self, message: StreamMessage) -> bool:
        """Tell whether a message can go into one envelope with those that wait."""
        first = self._together[0]
        is_same_moment = (first.vin, first.sent_at_ms) == (message.vin, message.sent_at_ms)
        return is_same_moment and all(waiting.descriptor != message.descriptor for waiting in self._together)

    def _let_go(self) -> Iterator[Outgoing]:
        """Send the messages of one moment as one envelope, or delay it, or lose it."""
        together, self._together = self._together, []
        at_ms = together[0].sent_at_ms
        on = self._faults.on(at_ms=at_ms)
        if not on and self._held is None:
            yield self._enveloped(together)
            return
        if "several-keys" in on and len(together) > 1:
            self._faults.take("several-keys", at_ms=at_ms)
        if self._happens("lost", at_ms):
            return
        held_back_min = self._faults.value("held-back", at_ms=at_ms)
        if held_back_min is not None and self._faults.take("held-back", at_ms=at_ms):
            stretch_ms = max(1, round(held_back_min * MINUTE_MS))
            together = [replace(message, sent_at_ms=(at_ms // stretch_ms + 1) * stretch_ms) for message in together]
            self._delay(self._enveloped(together))
            return
        if self._happens("late", at_ms):
            late_ms = at_ms + self._chance.randint(1, LATEST_MS // 1000) * 1000
            self._delay(self._enveloped([replace(message, sent_at_ms=late_ms) for message in together]))
            return
        outgoing = self._enveloped(together)
        if self._held is None and self._happens("reordered", at_ms):
            self._held = outgoing
            return
        yield outgoing
        if self._held is not None:
            held, self._held = self._held, None
            yield replace(held, at_ms=at_ms)
        if self._happens("repeated", at_ms):
            self._delay(replace(outgoing, at_ms=at_ms + self._chance.randint(0, REPEATED_WITHIN_MS)))
        if self._happens("malformed", at_ms):
            yield replace(outgoing, junk=self._chance.choice(NO_CARDATA))
        yield from self._strangers(together, at_ms)

    def _strangers(self, together: Sequence[StreamMessage], at_ms: int) -> Iterator[Outgoing]:
        """Yield what goes out beside a message though it is of another car: the same values under a strange VIN."""
        if self._happens("foreign-topic", at_ms):
            yield replace(self._enveloped(_of_stranger(together), gcid=STRANGERS_GCID), topic_gcid=STRANGERS_GCID)
        if self._happens("other-vin-inside", at_ms):
            yield replace(self._enveloped(_of_stranger(together)), vin=together[0].vin)
        if self._happens("unknown-vin", at_ms):
            yield self._enveloped(_of_stranger(together))

    def _happens(self, name: str, at_ms: int) -> bool:
        share = self._faults.value(name, at_ms=at_ms)
        return share is not None and self._chance.random() < share and self._faults.take(name, at_ms=at_ms)

    def _delay(self, message: Outgoing) -> None:
        heapq.heappush(self._queue, (message.at_ms, next(self._numbers), message))

    def _due(self, until_ms: int) -> Iterator[Outgoing]:
        while self._queue and self._queue[0][0] <= until_ms:
            yield heapq.heappop(self._queue)[2]
        if self._held is not None and self._held.at_ms + HELD_AT_MOST_MS <= until_ms:
            held, self._held = self._held, None
            yield replace(held, at_ms=until_ms)

    def _enveloped(self, together: Sequence[StreamMessage], *, gcid: Gcid | None = None) -> Outgoing:
        first = together[0]
        return Outgoing(vin=first.vin, at_ms=first.sent_at_ms, messages=tuple(together), gcid=gcid or self._gcid)


def _of_stranger(together: Sequence[StreamMessage]) -> list[StreamMessage]:
    return [replace(message, vin=STRANGERS_VIN) for message in together]


def _every_tick(gcid: Gcid, vin: Vin, descriptor: str) -> bool:  # noqa: ARG001 - the signature of the portal's
    return True
