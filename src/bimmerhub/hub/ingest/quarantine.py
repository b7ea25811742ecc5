"""The way out of quarantine."""

import json
from collections.abc import Callable

from typing_extensions import override

from bimmerhub.domain.reading import Reading
from bimmerhub.errors import ConfigError
from bimmerhub.hub.ingest.ingest import Arrival, Ingest, Origin
from bimmerhub.store.ports.overlays import RELEASED, Overlay
from bimmerhub.store.ports.quarantine import Quarantine
from bimmerhub.views.ports import ReadingRelease

OWNER = "owner"
"""Who releases: whoever may write to this hub is its owner."""


class Releases(ReadingRelease):
    """Takes readings back that a person believes."""

    def __init__(self, quarantine: Quarantine, ingest: Ingest, *, now_ms: Callable[[], int]) -> None:
        self._quarantine = quarantine
        self._ingest = ingest
        self._now_ms = now_ms

    @override
    async def release(self, refused_id: int) -> Reading | None:
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
            overlays=[self._overlay(item.reading)],
        )
        await self._ingest.take([arrival], origin=Origin.RELEASE)
        return item.reading

    def _overlay(self, reading: Reading) -> Overlay:
        body = {"descriptor": reading.descriptor, "unit": reading.unit, "value": reading.value}
        return Overlay(
            vin=reading.vin,
            kind=RELEASED,
            at_ms=reading.measured_at_ms,
            body=json.dumps(body),
            made_by=OWNER,
            made_at_ms=self._now_ms(),
        )
