"""Takes hints from outside in: each becomes a reading of its own source."""

from collections.abc import Callable

from typing_extensions import override

from bimmerhub.domain.reading import Reading, Source
from bimmerhub.errors import ConfigError
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.times import SECOND_MS
from bimmerhub.views.ports.readings import HintTaking


class Hinting(HintTaking):
    """Gives hints to the one way in."""

    def __init__(self, ingest: Ingest, *, now_ms: Callable[[], int]) -> None:
        self._ingest = ingest
        self._now_ms = now_ms

    @override
    async def take_hint(self, vin: Vin, hint: str, *, value: bool, at_ms: int) -> bool:
        now_ms = self._now_ms()
        reading = Reading(
            vin=vin,
            descriptor=Descriptor(f"hint.{hint}"),
            value=value,
            unit=None,
            measured_at_ms=at_ms // SECOND_MS * SECOND_MS,
            sent_at_ms=max(now_ms, at_ms),
            received_at_ms=now_ms,
            source=Source.HINT,
        )
        arrival = Arrival(place="hint", payload=b"", received_at_ms=now_ms, readings=[reading])
        taken = await self._ingest.take([arrival], origin=Origin.REST)
        if taken.refused:
            raise ConfigError(
                f"the hint was refused: {taken.refused[0].reason}", hint="A hint is about now or about the past."
            )
        return taken.new > 0
