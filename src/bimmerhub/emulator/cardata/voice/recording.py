"""A recorded car: what a capture of one car says, said again from now on, over and over.

A capture has a message a line, as `bimmerhub report --fingerprint` and `watch --raw` write it. What is said keeps its
form, order and gaps; times are moved to the present, the ids become those of the emulated car.
"""

import gzip
import json
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from typing_extensions import override

from bimmerhub.emulator.cardata.voice.message import StreamMessage, Value
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Gcid, Vin
from bimmerhub.times import MINUTE_MS, SECOND_MS, parse_time, shift_time_text

LARGEST_BYTES: Final = 64 << 20
"""Unpacked; all of it is kept in memory, about ten times as large."""
_GZIP: Final = b"\x1f\x8b"
_PAUSE_MS: Final = MINUTE_MS
"""Between the last message and the first one again."""
_HINT: Final = "Name a capture of one car, as bimmerhub report --fingerprint writes it."


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMessage(StreamMessage):
    """A message that is sent as it was recorded, `moved_s` later; what changes its value changes the payload's too."""

    payload: Mapping[str, object] = field(repr=False)
    moved_s: int

    @override
    def encode(self, gcid: Gcid) -> bytes:
        envelope: dict[str, object] = {
            name: self._member(name, value, gcid) for name, value in self.payload.items() if name != "data"
        }
        rows = self.payload["data"]
        envelope["data"] = {key: self._row(key, row) for key, row in cast("Mapping[str, object]", rows).items()}
        return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()

    def _member(self, name: str, value: object, gcid: Gcid) -> object:
        ids = {"vin": str(self.vin), "topic": str(self.vin), "entityId": str(gcid)}
        return self._moved(value) if name == "timestamp" else ids.get(name, value)

    def _row(self, key: str, row: object) -> object:
        if not isinstance(row, Mapping):
            return row
        moved = {name: self._moved(value) if name == "timestamp" else value for name, value in row.items()}
        return moved | {"value": self.value} if key == self.descriptor and "value" in moved else moved

    def _moved(self, stamp: object) -> object:
        return (shift_time_text(stamp, self.moved_s) or stamp) if isinstance(stamp, str) else stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One message: when it came, its rows in BMW's form, and whether only REST told it."""

    at_ms: int
    payload: Mapping[str, object]
    is_by_rest: bool

    def rows(self) -> Iterator[tuple[str, Value, str | None, int]]:
        """Give each row that can be read: key, value, unit, and its time (milliseconds since 1970 UTC)."""
        data = self.payload.get("data")
        for key, row in data.items() if isinstance(data, Mapping) else ():
            if isinstance(row, Mapping) and isinstance(row.get("value"), Value):
                unit, stamp = row.get("unit"), row.get("timestamp")
                try:
                    at_ms = parse_time(str(stamp), name="timestamp")
                except ConfigError:
                    continue
                yield str(key), row.get("value"), unit if isinstance(unit, str) else None, at_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedValue:
    """What a recording tells at a time: messages that are sent, or a value that only REST has."""

    at_ms: int
    key: str
    value: Value
    unit: str | None
    measured_at_ms: int
    payload: Mapping[str, object] | None
    moved_s: int


class Recording:
    """The messages of one car, in the order in which they came; `values_between` says them again for ever."""

    def __init__(self, lines: Sequence[_Line]) -> None:
        self._lines = sorted(lines, key=lambda line: line.at_ms)
        self._times = [line.at_ms for line in self._lines]
        self.first_ms = self._times[0] // SECOND_MS * SECOND_MS
        length_ms = self._times[-1] - self.first_ms + _PAUSE_MS
        self.length_ms = -(-length_ms // SECOND_MS) * SECOND_MS

    @property
    def has_plug(self) -> bool:
        """Whether its car can be charged."""
        return any("electricEngine.charging" in key or "chargingPort" in key for key in self._keys())

    @property
    def has_tank(self) -> bool:
        """Whether its car has a tank."""
        return any("fuelSystem" in key for key in self._keys())

    def next_ms(self, after_ms: int, *, begun_ms: int) -> int:
        """Return when something is said next after a time, of a recording that began to be said at `begun_ms`."""
        round_number, place_ms = divmod(after_ms - begun_ms, self.length_ms)
        index = bisect_right(self._times, self.first_ms + place_ms)
        if index == len(self._times):
            round_number, index = round_number + 1, 0
        return begun_ms + round_number * self.length_ms + self._times[index] - self.first_ms

    def values_between(self, after_ms: int, until_ms: int, *, begun_ms: int) -> Iterator[RecordedValue]:
        """Give what is said after a time, up to and with another one."""
        at_ms = after_ms
        while (at_ms := self.next_ms(at_ms, begun_ms=begun_ms)) <= until_ms:
            moved_ms = begun_ms + (at_ms - begun_ms) // self.length_ms * self.length_ms - self.first_ms
            recorded_ms = at_ms - moved_ms
            at_once = slice(bisect_left(self._times, recorded_ms), bisect_right(self._times, recorded_ms))
            for line in self._lines[at_once]:
                yield from self._values(line, moved_ms)

    def _values(self, line: _Line, moved_ms: int) -> Iterator[RecordedValue]:
        """Give the rows of a message; the first one carries the message itself."""
        payload: Mapping[str, object] | None = None if line.is_by_rest else line.payload
        for key, value, unit, measured_at_ms in line.rows():
            yield RecordedValue(
                at_ms=line.at_ms + moved_ms,
                key=key,
                value=value,
                unit=unit,
                measured_at_ms=measured_at_ms + moved_ms,
                payload=payload,
                moved_s=moved_ms // SECOND_MS,
            )
            payload = None

    def _keys(self) -> set[str]:
        return {key for line in self._lines for key, _, _, _ in line.rows()}


def load_recording(path: Path) -> Recording:
    """Return the recording in a capture file, packed with gzip or not; ConfigError for what is none of one car."""
    try:
        with path.open("rb") as file:
            is_packed = file.read(len(_GZIP)) == _GZIP
        with gzip.open(path) if is_packed else path.open("rb") as plain:
            content = plain.read(LARGEST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigError(f"cannot read the capture {path}: {reason}", hint="Name another file.") from error
    if len(content) > LARGEST_BYTES:
        raise ConfigError(
            f"the capture {path} is longer than {LARGEST_BYTES >> 20} MiB once it is unpacked",
            hint="One car sends that in some years: cut it.",
        )
    lines = [line for text in content.splitlines() if (line := _parse(text)) is not None]
    vins = {str(line.payload["vin"]) for line in lines}
    if len(vins) != 1:
        raise ConfigError(f"{path} holds messages of {len(vins)} cars", hint=_HINT)
    return Recording(lines)


def _parse(text: bytes) -> _Line | None:
    """Return a line of a capture, wrapped with its time of arrival or bare; None for what is no message."""
    try:
        tree = json.loads(text)
        payload = tree.get("payload", tree)
        at_ms = parse_time(str(tree.get("received_at", payload.get("timestamp"))), name="received_at")
        is_message = isinstance(payload["vin"], str) and isinstance(payload["data"], dict)
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError, ConfigError):
        return None
    return _Line(at_ms=at_ms, payload=payload, is_by_rest=tree.get("source") == "rest") if is_message else None


def choose_cars(recordings: Sequence[Recording], cars: Sequence[tuple[Vin, str]]) -> dict[Vin, Recording]:
    """Return which of the emulated cars (VIN and drivetrain) says which recording: one that has the same, if any.

    ConfigError when there are more recordings than cars.
    """
    left = list(cars)
    chosen: dict[Vin, Recording] = {}
    for recording in recordings:
        if not left:
            raise ConfigError("there are more captures than cars", hint="Name more cars: --models")
        wanted = _drivetrain_of(recording)
        car = next((car for car in left if car[1] == wanted), left[0])
        left.remove(car)
        chosen[car[0]] = recording
    return chosen


def _drivetrain_of(recording: Recording) -> str:
    if recording.has_plug:
        return "PHEV" if recording.has_tank else "BEV"
    return "ICE"
