"""The fingerprint of a car: what it sends, how often and in which form, as a capture without anything of its owner.

It is made of the raw messages of the stream where the journal keeps them (7 days by default), and of stored readings
before that, and of what only REST told. Its first message comes at the beginning of 2020, whenever it came in truth:
cadence, order and bursts stay, and no date can be read off.
"""

import asyncio
import json
import random
import secrets
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from typing_extensions import override

from bimmerhub.domain.reading import Source
from bimmerhub.domain.sent_units import UNKNOWN_UNIT
from bimmerhub.domain.vin_brand import derive_brand
from bimmerhub.errors import NotFound
from bimmerhub.hub.reporting.masked_messages import MessageMask
from bimmerhub.ids import Vin
from bimmerhub.store.ports.journal import Journal, JournalEntry
from bimmerhub.store.ports.readings import Point, ReadingQuery
from bimmerhub.times import DAY_MS, SECOND_MS, format_time
from bimmerhub.views.cars.fingerprint import CarFingerprints

BEGINS_AT_MS: Final = 1_577_836_800_000
"""2020-01-01T00:00:00Z: when the first message of every fingerprint comes."""
PAGE: Final = 5_000
MOST_MESSAGES: Final = 200_000
"""The newest of a longer time: a file that one can still look through and attach, and that fits into memory."""
_MAKERS: Final = {"BMW": "WBA", "BMW Motorrad": "WB1", "MINI": "WMW", "Rolls-Royce": "SCA", "Toyota-Supra": "WZ1"}
_BY_STREAM: Final = frozenset({Source.STREAM, Source.CAPTURE})


class RecordedStore(Journal, ReadingQuery, Protocol):
    """A store, as far as a fingerprint reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """A capture's lines, and what they hold. `unreadable` messages were no JSON and are left out."""

    vin: Vin
    lines: Sequence[bytes]
    messages: int
    by_rest: int
    descriptors: int
    hours: float
    hidden_texts: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class StoredFingerprints(CarFingerprints):
    """Makes the fingerprints of the cars of a store."""

    store: RecordedStore

    @override
    async def make_fingerprint(self, vin: Vin, *, days: float) -> bytes:
        return b"".join((await make_fingerprint(self.store, vin, days=days)).lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """One message as it came, or as it must have come."""

    at_ms: int
    topic: str
    payload: bytes
    is_by_rest: bool = False


async def make_fingerprint(
    store: RecordedStore, vin: Vin, *, days: float, chance: random.Random | None = None
) -> Fingerprint:
    """Return the fingerprint of a car's newest `days`; NotFound when nothing of CarData's is stored of it.

    `chance` is drawn anew each time when it is None: nobody can undo what was moved, and two of one car do not meet.
    """
    series = await store.series(vin)
    if not series:
        raise NotFound("nothing is stored of this car", hint="Let the hub listen for some days first.")
    from_ms = max(info.last_measured_at_ms for info in series) - round(days * DAY_MS)
    spoken = await _newest(_journal_of(store, vin, from_ms))
    journal_from_ms = min((record.at_ms for record in spoken), default=None)
    stored = await _newest(_points_of(store, vin, from_ms, journal_from_ms))
    records = sorted([*stored, *spoken], key=lambda record: record.at_ms)[-MOST_MESSAGES:]
    if not records:
        raise NotFound(
            "CarData sent nothing of this car in that time",
            hint="Take more days: --days N. Of BMW's older interfaces there is no fingerprint: bimmerhub report --wire",
        )
    chance = chance or random.Random(secrets.randbits(256))  # noqa: S311 - seeded by a secret, and never told
    return await asyncio.to_thread(_mask, vin, records, chance)


def _mask(vin: Vin, records: Sequence[_Record], chance: random.Random) -> Fingerprint:
    first_ms = records[0].at_ms
    offset_ms = BEGINS_AT_MS - first_ms // SECOND_MS * SECOND_MS
    new_vin = _made_up(vin, chance)
    mask = MessageMask(vin, new_vin=new_vin, offset_s=offset_ms // SECOND_MS, chance=chance)
    lines: list[bytes] = []
    keys: set[str] = set()
    for record in records:
        message = mask.mask_message(record.payload)
        if message is None:
            continue
        data = message.get("data")
        keys |= data.keys() if isinstance(data, dict) else set()
        line = {"received_at": format_time(record.at_ms + offset_ms), "topic": mask.mask_topic(record.topic)}
        line |= {"source": "rest"} if record.is_by_rest else {}
        lines.append(json.dumps({**line, "payload": message}, separators=(",", ":")).encode() + b"\n")
    by_rest = sum(record.is_by_rest for record in records)
    return Fingerprint(
        vin=new_vin,
        lines=lines,
        messages=len(lines) - by_rest,
        by_rest=by_rest,
        descriptors=len(keys),
        hours=round((records[-1].at_ms - first_ms) / (3600 * SECOND_MS), 1),
        hidden_texts=mask.values.hidden_texts,
        unreadable=len(records) - len(lines),
    )


async def _newest(records: AsyncIterator[_Record]) -> Sequence[_Record]:
    """Return the last MOST_MESSAGES of many records."""
    newest = deque[_Record](maxlen=MOST_MESSAGES)
    async for record in records:
        newest.append(record)
    return tuple(newest)


async def _journal_of(store: Journal, vin: Vin, from_ms: int) -> AsyncIterator[_Record]:
    """Give the car's messages in the journal, in the order in which they came."""
    after: str | None = None
    own = vin.encode()
    while True:
        entries, after = await store.journal(limit=PAGE, after=after)
        for entry in entries:
            if entry.received_at_ms >= from_ms and _is_of(entry, own):
                yield _Record(at_ms=entry.received_at_ms, topic=entry.topic, payload=entry.payload)
        if len(entries) < PAGE:
            return


def _is_of(entry: JournalEntry, vin: bytes) -> bool:
    return entry.topic.encode().endswith(b"/" + vin) or vin in entry.payload[:200]


async def _points_of(
    store: ReadingQuery, vin: Vin, from_ms: int, journal_from_ms: int | None
) -> AsyncIterator[_Record]:
    """Give the stored readings as messages: those of the stream from before the journal, and those of REST."""
    descriptors = sorted({info.descriptor for info in await store.series(vin)})
    to_ms = max(info.last_measured_at_ms for info in await store.series(vin)) + 1
    after: str | None = None
    while True:
        points, after = await store.range(vin, descriptors, from_ms=from_ms, to_ms=to_ms, limit=PAGE, after=after)
        for record in _to_records(vin, points):
            if record.is_by_rest or journal_from_ms is None or record.at_ms < journal_from_ms:
                yield record
        if after is None:
            return


def _to_records(vin: Vin, points: Iterable[Point]) -> Iterable[_Record]:
    for point in points:
        is_by_rest = point.source is Source.REST
        if not is_by_rest and point.source not in _BY_STREAM:
            continue
        row: dict[str, object] = {"timestamp": format_time(point.measured_at_ms)[:-5] + "Z", "value": point.value}
        if point.unit is not None and point.unit != UNKNOWN_UNIT:
            row["unit"] = point.unit
        at_ms = point.measured_at_ms + point.sent_after_ms
        message = {"vin": vin, "entityId": "", "topic": vin, "timestamp": format_time(at_ms)}
        payload = json.dumps({**message, "data": {point.descriptor: row}}).encode()
        yield _Record(at_ms=at_ms, topic=f"/{vin}", payload=payload, is_by_rest=is_by_rest)


def _made_up(vin: Vin, chance: random.Random) -> Vin:
    """Return a VIN that no car has: of the maker what the brand tells, zeros, and digits by chance."""
    maker = _MAKERS.get(derive_brand(vin) or "", "WBA")
    return Vin(f"{maker}00000000F{chance.randrange(1, 999):03d}00")
