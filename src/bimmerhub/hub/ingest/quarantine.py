"""What is refused: the way into quarantine, what the rules of plausibility must know, and the way out again."""

from collections.abc import Callable, Iterable, Sequence

from bimmerhub.domain.plausibility import ODOMETERS, Doubt, Plausibility
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import ConfigError, MalformedPayload
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.quarantine import Quarantine, Refused
from bimmerhub.store.ports.readings import Batch, ReadingLog, ReadingQuery
from bimmerhub.store.sqlite.store import SqliteStore

_FIRST_MS = 946_684_800_000  # 2000
_LAST_MS = 4_102_444_800_000  # 2100
_BUCKETS = 10_000  # of 3.65 days


def refused_of(
    errors: Iterable[MalformedPayload], doubts: Iterable[Doubt], *, payload: bytes, origin: str, at_ms: int
) -> list[Refused]:
    """Return what goes to quarantine of one message: rows that were not understood, readings that are not believed."""
    not_understood = [
        Refused(received_at_ms=at_ms, reason=str(each), payload=payload, origin=origin, descriptor=each.descriptor)
        for each in errors
    ]
    not_believed = [
        Refused(
            received_at_ms=at_ms,
            reason=each.reason,
            payload=payload,
            origin=origin,
            descriptor=each.reading.descriptor,
            reading=each.reading,
        )
        for each in doubts
    ]
    return not_understood + not_believed


async def load_plausibility(query: ReadingQuery) -> Plausibility:
    """Return the rules of plausibility, with what each odometer has been according to the store."""
    plausibility = Plausibility()
    for vin in await query.vins():
        for newest in await query.latest(vin):
            if newest.descriptor in ODOMETERS and isinstance(newest.value, int | float):
                marks = await _odometer_marks(query, vin, newest.descriptor)
                marks.append((newest.measured_at_ms, newest.value))
                plausibility.remember_odometer(vin, newest.descriptor, marks)
    return plausibility


async def _odometer_marks(query: ReadingQuery, vin: Vin, descriptor: Descriptor) -> list[tuple[int, float]]:
    """Return the least value of every few days, from the hour roll-ups."""
    buckets = await query.downsample(vin, descriptor, from_ms=_FIRST_MS, to_ms=_LAST_MS, buckets=_BUCKETS)
    return [(each.start_at_ms, each.min) for each in buckets if each.min is not None]


class Releases:
    """Satisfies `web.ports.Releases`. `stored` is told what was released."""

    def __init__(
        self, store: SqliteStore, *, plausibility: Plausibility, stored: Callable[[Sequence[Reading]], None]
    ) -> None:
        self._quarantine: Quarantine = store
        self._log: ReadingLog = store
        self._plausibility = plausibility
        self._stored = stored

    async def release(self, refused_id: int) -> Reading | None:
        """Take a reading out of quarantine, store and tell it, and return it; None: nothing there; see the port."""
        item = await self._quarantine.find_refused(refused_id)
        if item is None:
            return None
        if item.reading is None:
            raise ConfigError(
                f"{refused_id} was not understood, so there is no reading to release: {item.reason}",
                hint="Only what was understood but not believed can be released.",
            )
        await self._log.append(Batch(readings=[item.reading], released=[refused_id]))
        self._plausibility.accept([item.reading])
        self._stored([item.reading])
        return item.reading
