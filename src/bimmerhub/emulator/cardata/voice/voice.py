"""What a car tells and when it leaves: values in, stream messages out, and the backend's memory of them."""

import heapq
import random
from collections.abc import Callable, Mapping
from enum import Enum
from itertools import count

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.message import BackendValue, StreamMessage, Value
from bimmerhub.emulator.cars.car_models import Model, Speech

SECOND_MS = 1_000
NEVER_MS = 2**62
LAG_MS = (1_600, 5_000)
"""From measurement to sending (median 3.4 s observed)."""
ALWAYS_SENT = frozenset({keys.PORT_STATUS, keys.LATITUDE, keys.LONGITUDE})
"""Told again also when unchanged (observed)."""
TOLD_ON_CHANGE = frozenset({keys.CHARGING_PHASES})
"""Never told again while unchanged (observed)."""
BY_REST_ONLY = frozenset({keys.HV_STATUS, keys.TIME_REMAINING})
"""Streamable by BMW's catalogue, yet seen in REST only (observed by clients 2025-2026)."""

Told = dict[str, Value]
"""Values by key, as measured at one time."""


class Occasion(Enum):
    """Why a car tells something: something changed; a step of a drive or charge; a trip is over; the battery is full.

    At all but the first, unchanged values are sent again (observed by clients 2025-2026).
    """

    CHANGE = 0
    STEP = 1
    TRIP_END = 2
    FULL = 3


TELLING_EVERYTHING = frozenset({Speech.EVERYTHING, Speech.RARELY})
RARE = frozenset({Occasion.TRIP_END, Occasion.FULL})


class Voice:
    """One car's messages on their way, and the last state of each key as BMW's backend has it.

    `everything` gives all that the car can tell at a time, for cars that always tell all of it.
    """

    def __init__(self, model: Model, *, chance: random.Random, everything: Callable[[int], Told]) -> None:
        self._vin = model.vin
        self._speech = model.speech
        self._known = model.keys
        self._streamed = frozenset(
            key for key, known in self._known.items() if known.is_streamable and key not in BY_REST_ONLY
        )
        self._chance = chance
        self._everything = everything
        self._backend: dict[str, BackendValue] = {}
        self._outbox: list[tuple[int, int, StreamMessage]] = []
        self._numbers = count()

    def next_ms(self) -> int:
        """Return when the next message leaves, NEVER_MS when none waits."""
        return self._outbox[0][0] if self._outbox else NEVER_MS

    def send_next(self) -> StreamMessage:
        """Return the next message to leave."""
        return heapq.heappop(self._outbox)[2]

    def backend(self) -> Mapping[str, BackendValue]:
        """Return what the backend knows of this car."""
        return dict(self._backend)

    def know(self, at_ms: int, values: Mapping[str, Value]) -> None:
        """Let the backend know values without a message."""
        measured_at_ms = at_ms // SECOND_MS * SECOND_MS
        for key, value in values.items():
            if key in self._known:
                self._keep(key, value, measured_at_ms)

    def tell(self, at_ms: int, values: Mapping[str, Value], occasion: Occasion = Occasion.CHANGE) -> None:
        """Send what differs from what was sent last, all with one envelope time.

        Cars that tell everything send all they know each time (a MINI), or only when a trip ends and when the battery
        is full (an old i3; BMW's support calls that LSC 1.0); both observed by clients 2025-2026.
        """
        tells_everything = self._speech in TELLING_EVERYTHING
        if tells_everything:
            if self._speech is Speech.RARELY and occasion not in RARE:
                return
            values = self._everything(at_ms) | dict(values)
        sent_at_ms = at_ms + self._chance.randint(*LAG_MS)
        measured_at_ms = at_ms // SECOND_MS * SECOND_MS
        repeats = occasion is not Occasion.CHANGE or tells_everything
        backend, known = self._backend, self._known
        for key, value in values.items():
            if key not in known:
                continue
            before = backend.get(key)
            is_told_again = key in ALWAYS_SENT or (repeats and key not in TOLD_ON_CHANGE)
            if before is not None and before.value == value and not is_told_again:
                continue
            self._keep(key, value, measured_at_ms)
            if key in self._streamed and self._speech is not Speech.REST:
                self._send(key, value, sent_at_ms=sent_at_ms, measured_at_ms=measured_at_ms)

    def _keep(self, key: str, value: Value, measured_at_ms: int) -> None:
        unit = self._known[key].told_unit
        self._backend[key] = BackendValue(value=value, unit=unit, measured_at_ms=measured_at_ms)

    def _send(self, key: str, value: Value, *, sent_at_ms: int, measured_at_ms: int) -> None:
        message = StreamMessage(
            vin=self._vin,
            sent_at_ms=sent_at_ms,
            descriptor=key,
            value=value,
            unit=self._known[key].told_unit,
            measured_at_ms=measured_at_ms,
        )
        heapq.heappush(self._outbox, (sent_at_ms, next(self._numbers), message))
