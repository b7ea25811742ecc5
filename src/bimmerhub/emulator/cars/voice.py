"""What a car tells and when it leaves: values in, stream messages out, and the backend's memory of them."""

import heapq
import random
from collections.abc import Iterator, Mapping
from itertools import count

from bimmerhub.emulator.cars import keys
from bimmerhub.emulator.cars.message import BackendValue, StreamMessage, Value
from bimmerhub.emulator.cars.models import Model

SECOND_MS = 1_000
NEVER_MS = 2**62
LAG_MS = (1_600, 5_000)
"""From measurement to sending (median 3.4 s observed)."""
ALWAYS_SENT = frozenset({keys.PORT_STATUS, keys.LATITUDE, keys.LONGITUDE})
"""Told again also when unchanged (observed)."""


class Voice:
    """One car's messages on their way, and the last state of each key as BMW's backend has it."""

    def __init__(self, model: Model, chance: random.Random) -> None:
        self._model = model
        self._known = model.keys
        self._chance = chance
        self._backend: dict[str, BackendValue] = {}
        self._outbox: list[tuple[int, int, StreamMessage]] = []
        self._numbers = count()

    def next_ms(self) -> int:
        """Return when the next message leaves, NEVER_MS when none waits."""
        return self._outbox[0][0] if self._outbox else NEVER_MS

    def sent_until(self, at_ms: int) -> Iterator[StreamMessage]:
        """Yield the messages that have left by then, in order of sent_at_ms."""
        while self._outbox and self._outbox[0][0] <= at_ms:
            yield heapq.heappop(self._outbox)[2]

    def backend(self) -> Mapping[str, BackendValue]:
        """Return what the backend knows of this car."""
        return dict(self._backend)

    def know(self, at_ms: int, values: Mapping[str, Value]) -> None:
        """Let the backend know values without a message."""
        for key, value in self._own(values).items():
            self._backend[key] = self._stamped(key, value, at_ms)

    def tell(self, at_ms: int, values: Mapping[str, Value], *, is_occasion: bool = False) -> None:
        """Send what differs from what was sent last, all with one envelope time.

        At an occasion (setting off, arriving, a charge's beginning and steps) unchanged values are sent again; a MINI
        sends all it knows each time (both observed).
        """
        sent_at_ms = at_ms + self._chance.randint(*LAG_MS)
        fresh = self._own(values)
        if self._model.sends_everything:
            fresh = {key: backend.value for key, backend in self._backend.items()} | fresh
        for key, value in fresh.items():
            before = self._backend.get(key)
            is_sent_again = is_occasion or self._model.sends_everything or key in ALWAYS_SENT
            if before is not None and before.value == value and not is_sent_again:
                continue
            self._backend[key] = stamped = self._stamped(key, value, at_ms)
            if self._known[key].is_streamable:
                message = StreamMessage(
                    vin=self._model.vin,
                    sent_at_ms=sent_at_ms,
                    descriptor=key,
                    value=value,
                    unit=stamped.unit,
                    measured_at_ms=at_ms // SECOND_MS * SECOND_MS,
                )
                heapq.heappush(self._outbox, (sent_at_ms, next(self._numbers), message))

    def _own(self, values: Mapping[str, Value]) -> dict[str, Value]:
        own = {key: value for key, value in values.items() if key in self._known}
        if keys.DOORS_LOCK in own:
            own[keys.LOCK_BY_REST] = own[keys.DOORS_LOCK]
        return own

    def _stamped(self, key: str, value: Value, at_ms: int) -> BackendValue:
        return BackendValue(value=value, unit=self._known[key].unit, measured_at_ms=at_ms // SECOND_MS * SECOND_MS)
