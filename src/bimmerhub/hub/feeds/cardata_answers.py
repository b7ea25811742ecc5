"""CarData's REST answers on their way into the store."""

from collections.abc import Callable, Sequence

from bimmerhub.bmw.cardata.wire import decode_telematic_data
from bimmerhub.domain.plausibility import Plausibility
from bimmerhub.domain.reading import Reading
from bimmerhub.hub.ingest.pipeline import IngestFigures
from bimmerhub.hub.ingest.quarantine import refused_of
from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import Batch, ReadingLog


class RestAnswers:
    """Stores what telematicData answers, and tells it."""

    def __init__(
        self,
        *,
        log: ReadingLog,
        figures: IngestFigures,
        plausibility: Plausibility,
        stored: Callable[[Sequence[Reading]], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._log = log
        self._figures = figures
        self._plausibility = plausibility
        self._stored = stored
        self._now_ms = now_ms

    async def take(self, vin: Vin, body: bytes, *, bmw_ms: int | None) -> None:
        """Store the readings of an answer. `bmw_ms` is BMW's clock at the answer. StoreError when it cannot be."""
        now_ms = self._now_ms()
        decoded = decode_telematic_data(body, vin=vin, received_at_ms=now_ms)
        readings, doubts = self._plausibility.sift(decoded.readings, bmw_ms=bmw_ms)
        refused = refused_of(decoded.refused, doubts, payload=body, origin="rest", at_ms=now_ms)
        await self._log.append(Batch(readings=readings, refused=refused))
        self._figures.stored += len(readings)
        self._figures.refused += len(refused)
        self._stored(readings)
