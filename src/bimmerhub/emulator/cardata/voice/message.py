"""CarData's forms: a message of the stream, the backend's last value of a key, and times as text.

The encoder is the emulator's own (it never imports the SDK), so that one misreading of BMW's format cannot pass on
both sides.
"""

import json
from dataclasses import dataclass
from functools import lru_cache

from bimmerhub.ids import Gcid, Vin
from bimmerhub.times import SECOND_MS

Value = bool | int | float | str | None


@lru_cache(maxsize=256)
def iso_seconds(at_s: int) -> str:
    """Return `2026-07-27T12:38:00Z` for `at_s` seconds since 1970 UTC.

    The form of data timestamps (observed by clients 2025-2026).
    """
    return _iso_body(at_s) + "Z"


@lru_cache(maxsize=16)
def iso_millis(at_ms: int) -> str:
    """Return `2026-07-27T12:38:00.120Z` for `at_ms` milliseconds since 1970 UTC: the form of envelope timestamps."""
    seconds, millis = divmod(at_ms, SECOND_MS)
    return f"{iso_seconds(seconds)[:-1]}.{millis:03d}Z"


@lru_cache(maxsize=64)
def _day_text(day: int) -> str:
    """Return `YYYY-MM-DD` of the day `day` days after 1970-01-01 (Howard Hinnant's civil_from_days)."""
    z = day + 719_468
    era, doe = divmod(z, 146_097)
    yoe = (doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9  # noqa: PLR2004 - the formula's own numbers
    year = yoe + era * 400 + (month <= 2)  # noqa: PLR2004 - the formula's own numbers
    return f"{year:04d}-{month:02d}-{doy - (153 * mp + 2) // 5 + 1:02d}"


def _iso_body(at_s: int) -> str:
    day, rest = divmod(at_s, 86_400)
    return f"{_day_text(day)}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamMessage:
    """One message of the stream; it carries exactly one key (93 of 93 and 11,078 of 11,078 observed messages did).

    `sent_at_ms` is the envelope's time, shared by all messages of one event; `measured_at_ms` is the value's own time
    and a multiple of 1000 (BMW stamps whole seconds). Both are milliseconds since 1970 UTC. `unit` None means no unit
    member.
    """

    vin: Vin
    sent_at_ms: int
    descriptor: str
    value: Value
    unit: str | None
    measured_at_ms: int

    def encode(self, gcid: Gcid) -> bytes:
        """Return BMW's JSON (UTF-8, compact): vin, entityId, topic, timestamp, data of one key.

        Observed by clients 2025-2026.
        """
        unit = "" if self.unit is None else f',"unit":{_quoted(self.unit)}'
        return (
            f'{{"vin":"{self.vin}","entityId":"{gcid}","topic":"{self.vin}","timestamp":"{iso_millis(self.sent_at_ms)}",'
            f'"data":{{"{self.descriptor}":{{"timestamp":"{iso_seconds(self.measured_at_ms // SECOND_MS)}",'
            f'"value":{_native(self.value)}{unit}}}}}}}'
        ).encode()


@lru_cache(maxsize=256)
def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _native(value: Value) -> str:
    """Return `value` as JSON text: numbers, booleans and words are native on the stream, unlike in REST."""
    if isinstance(value, str):
        return _quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendValue:
    """The backend's last state of one key, as REST reports it.

    `value` is native (REST turns it into text). A key without data has value None and measured_at_ms None (BMW
    swagger: the key is present with nulls); `unit` may be set even then.
    """

    value: Value
    unit: str | None
    measured_at_ms: int | None
