"""The voice of one account's cars in CarData: reports in, stream messages out, and the backend's last values.

What is sent how often is CarData's rule, as clients observed it in 2025-2026: a value that did not change is sent again
only where the report says so or the key is one of a few; some keys never reach the stream; and messages are repeated.
"""

import heapq
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.dialects import DIALECTS, Dialect, keys_of, streamed_keys_of
from bimmerhub.emulator.cardata.voice.keys import KM_PER_MILE, KeyForm
from bimmerhub.emulator.cardata.voice.message import BackendValue, StreamMessage, Value
from bimmerhub.emulator.cardata.voice.recording import RecordedMessage, Recording
from bimmerhub.emulator.cardata.voice.wording import put_into_words
from bimmerhub.emulator.cars import MODELS, CarIdentity, Garage, Report
from bimmerhub.ids import Vin

ALWAYS_SENT = frozenset({keys.PORT_STATUS, keys.LATITUDE, keys.LONGITUDE})
"""Sent again also when unchanged (observed)."""
SENT_ON_CHANGE = frozenset({keys.CHARGING_PHASES})
"""Never sent again while unchanged (observed)."""

SOON_MS = 10_000
"""What is sent within so long counts as known to BMW at once: nobody asks REST faster."""
REPEATED_WITHIN_MS = 20_000
"""How soon a message is repeated (that it is was observed: 277 messages held 168 rows; how soon is chosen here)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _SpokenCar:
    """A car as CarData has it: its dialect, its keys, those that are streamed, and those sent also when unchanged.

    `last_values` is what the car has told of each key last, `backend` what has reached BMW of that. `repeats_a_row` is
    how many of its messages repeat one that was sent.
    """

    vin: Vin
    is_in_miles: bool
    dialect: Dialect
    repeats_a_row: float
    forms: Mapping[str, KeyForm]
    streamed: frozenset[str]
    always_sent: frozenset[str]
    last_values: dict[str, BackendValue] = field(default_factory=dict)
    backend: dict[str, BackendValue] = field(default_factory=dict)


class CarDataVoice:
    """What CarData's backend hears of a garage. It has to be made before the cars live, or it misses their reports.

    Cars that have a recording (by VIN) say what is in it, instead of what they do.
    """

    def __init__(self, garage: Garage, recordings: Mapping[Vin, Recording] | None = None) -> None:
        self.garage = garage
        self._recordings = recordings or {}
        self._begun_ms = garage.now_ms
        self._said_until_ms = garage.now_ms - 1
        """Up to when recordings were said, for they have no events of their own."""
        self._cars = {car.vin: _introduce(car) for car in garage.cars}
        self._outbox: list[tuple[int, Vin, int, StreamMessage]] = []
        self._late: list[tuple[int, int, _SpokenCar, str, BackendValue]] = []
        """What BMW does not know yet, because the car could not send it: when it does, and what."""
        self._numbers = count()
        self._unheard_until_ms = 0
        for report in garage.listen(self._hear):
            self._learn(report)

    def next_event_ms(self) -> int:
        """Return when `advance` would next yield a message or change a car."""
        times_ms = [self.garage.next_event_ms(), *(message[0] for message in self._outbox[:1])]
        recordings = self._recordings.values()
        times_ms += [recording.next_ms(self._said_until_ms, begun_ms=self._begun_ms) for recording in recordings]
        return min(times_ms)

    def advance(self, until_ms: int) -> Iterator[StreamMessage]:
        """Let the cars live up to `until_ms`; yield the messages sent by then, in order of sent_at_ms and VIN.

        At each message the cars have lived up to its time; who stops in between can go on from there.
        """
        is_over = False
        while not is_over:
            event_ms = self.garage.next_event_ms()
            is_over = event_ms > until_ms
            step_ms = until_ms if is_over else event_ms
            self._say_recorded(step_ms)
            while self._outbox and self._outbox[0][0] <= step_ms:
                message = heapq.heappop(self._outbox)[3]
                if message.sent_at_ms > self.garage.now_ms:
                    self.garage.advance(message.sent_at_ms)
                yield message
            self.garage.advance(step_ms)

    def advance_unheard(self, until_ms: int) -> None:
        """Let the cars live up to `until_ms`; what they send by then is lost. So they live about twice as fast."""
        self._unheard_until_ms = until_ms
        self.garage.advance(until_ms)
        self._say_recorded(until_ms)
        while self._outbox and self._outbox[0][0] <= until_ms:
            heapq.heappop(self._outbox)

    def known_of(self, vin: Vin) -> Mapping[str, BackendValue]:
        """Return the backend's last value of every key that this car has told, those that only REST has included."""
        self._let_arrive()
        return dict(self._cars[vin].backend)

    def _say_recorded(self, until_ms: int) -> None:
        """Put into the outbox what recorded cars say up to `until_ms`; what they say, BMW knows from then on."""
        for vin, recording in self._recordings.items():
            car = self._cars[vin]
            for row in recording.values_between(self._said_until_ms, until_ms, begun_ms=self._begun_ms):
                spoken = BackendValue(value=row.value, unit=row.unit, measured_at_ms=row.measured_at_ms)
                heapq.heappush(self._late, (row.at_ms, next(self._numbers), car, row.key, spoken))
                if row.payload is not None:
                    message = RecordedMessage(
                        vin=vin,
                        sent_at_ms=row.at_ms,
                        descriptor=row.key,
                        value=row.value,
                        unit=row.unit,
                        measured_at_ms=row.measured_at_ms,
                        payload=row.payload,
                        moved_s=row.moved_s,
                    )
                    heapq.heappush(self._outbox, (row.at_ms, vin, next(self._numbers), message))
        self._said_until_ms = max(self._said_until_ms, until_ms)

    def _let_arrive(self) -> None:
        """Let BMW know what was late and has been sent by now."""
        while self._late and self._late[0][0] <= self.garage.now_ms:
            _, _, car, key, spoken = heapq.heappop(self._late)
            _arrive(car, key, spoken)

    def _learn(self, report: Report) -> None:
        """Note what was known before anyone listened; nothing of it is sent."""
        car = self._cars[report.vin]
        if report.vin in self._recordings:
            return
        for key, value in put_into_words(report.quantities, car.dialect).items():
            if key in car.forms:
                car.last_values[key] = _in_own_unit(car, key, value, measured_at_ms=report.measured_at_ms)
                car.backend[key] = car.last_values[key]

    def _hear(self, report: Report) -> None:
        self._let_arrive()
        if report.vin in self._recordings:
            return
        car = self._cars[report.vin]
        is_late = report.sent_at_ms - report.measured_at_ms > SOON_MS
        for key, true_value in put_into_words(report.quantities, car.dialect).items():
            if key not in car.forms:
                continue
            last = car.last_values.get(key)
            is_sent_again = key in car.always_sent or (report.repeats_unchanged and key not in SENT_ON_CHANGE)
            if last is not None and not is_sent_again and last.value == _in_own_value(car, key, true_value):
                continue
            spoken = _in_own_unit(car, key, true_value, measured_at_ms=report.measured_at_ms)
            car.last_values[key] = spoken
            if is_late:
                heapq.heappush(self._late, (report.sent_at_ms, next(self._numbers), car, key, spoken))
            else:
                _arrive(car, key, spoken)
            if key in car.streamed:
                self._send(car, key, spoken, report)

    def _send(self, car: _SpokenCar, key: str, spoken: BackendValue, report: Report) -> None:
        if report.sent_at_ms + REPEATED_WITHIN_MS <= self._unheard_until_ms:
            return
        times_ms = [report.sent_at_ms]
        chosen = zlib.crc32(f"{car.vin} {key} {report.measured_at_ms} {report.sent_at_ms}".encode())
        if chosen / 2**32 < car.repeats_a_row:
            times_ms.append(report.sent_at_ms + chosen % REPEATED_WITHIN_MS)
        for sent_at_ms in times_ms:
            message = StreamMessage(
                vin=car.vin,
                sent_at_ms=sent_at_ms,
                descriptor=key,
                value=spoken.value,
                unit=spoken.unit,
                measured_at_ms=report.measured_at_ms,
            )
            heapq.heappush(self._outbox, (sent_at_ms, car.vin, next(self._numbers), message))


def _arrive(car: _SpokenCar, key: str, spoken: BackendValue) -> None:
    """Let BMW know a value, unless it knows a newer one."""
    newest = car.backend.get(key)
    if newest is None or (newest.measured_at_ms or 0) <= (spoken.measured_at_ms or 0):
        car.backend[key] = spoken


def _introduce(car: CarIdentity) -> _SpokenCar:
    return _SpokenCar(
        vin=car.vin,
        is_in_miles=car.is_in_miles,
        dialect=DIALECTS[car.code],
        forms=keys_of(car),
        streamed=streamed_keys_of(car),
        always_sent=ALWAYS_SENT | DIALECTS[car.code].always_sent,
        repeats_a_row=MODELS[car.code].pace.repeats_a_row,
    )


def _in_own_unit(car: _SpokenCar, key: str, value: Value, *, measured_at_ms: int) -> BackendValue:
    """Return a value as the car tells it: distances in miles when it is set to miles, their unit now and then missing.

    When it is missing is the same each time (chosen here; that it comes and goes was observed, kvanbiesen's #293).
    """
    unit, own_value = car.forms[key].sent_unit, _in_own_value(car, key, value)
    if car.is_in_miles and car.forms[key].unit == "km" and isinstance(value, int | float) and unit is not None:
        unit = "miles"
    if unit in {"km", "miles"} and car.dialect.unitless_share:
        place = zlib.crc32(f"{key} {measured_at_ms}".encode()) / 2**32
        unit = None if place < car.dialect.unitless_share else unit
    return BackendValue(value=own_value, unit=unit, measured_at_ms=measured_at_ms)


def _in_own_value(car: _SpokenCar, key: str, value: Value) -> Value:
    if car.is_in_miles and car.forms[key].unit == "km" and isinstance(value, int | float):
        return round(value / KM_PER_MILE)
    return value
