"""What is refused: what the rules of plausibility must know, and the way out of quarantine."""

from bimmerhub.domain.plausibility import ODOMETERS, Plausibility
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import ConfigError
from bimmerhub.hub.ingest.ingest import Arrival, Ingest, Origin
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.quarantine import Quarantine
from bimmerhub.store.ports.readings import ReadingQuery

_FIRST_MS = 946_684_800_000  # 2000
_LAST_MS = 4_102_444_800_000  # 2100
_BUCKETS = 10_000  # of 3.65 days


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
    """Takes readings back that a person believes: port `Releases` of the views."""

    def __init__(self, quarantine: Quarantine, ingest: Ingest) -> None:
        self._quarantine = quarantine
        self._ingest = ingest

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
        arrival = Arrival(
            place=item.origin,
            payload=item.payload,
            received_at_ms=item.received_at_ms,
            readings=[item.reading],
            released=refused_id,
        )
        await self._ingest.take([arrival], origin=Origin.RELEASE)
        return item.reading
