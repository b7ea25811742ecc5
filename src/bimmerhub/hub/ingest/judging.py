"""What a person says of readings: what was set apart is true, what is stored is not; and taking it back."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec
from typing_extensions import override

from bimmerhub.domain.reading import Reading
from bimmerhub.errors import ConfigError, NotFound
from bimmerhub.hub.ingest.incoming import Arrival, Origin, to_batch
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.overlays import REJECTED, RELEASED, Overlay, ReadingBody, StoredOverlays
from bimmerhub.store.ports.quarantine import Quarantine, Refused
from bimmerhub.store.ports.readings import Batch, Point, ReadingQuery, Rehearsal
from bimmerhub.times import MINUTE_MS, format_time
from bimmerhub.views.ports.readings import JudgedReadings, ReadingJudging, ReadingSpan

OWNER = "owner"
"""Who says it: whoever may write to this hub is its owner."""

PLACE = "person"
"""The origin of what comes with a judgement; it brings no readings."""

NEARBY_MS = 10 * MINUTE_MS
NEARBY_AT_MOST = 10_000


class PersonalJudging(ReadingJudging):
    """Releases, rejects and restores readings; what is judged changes sides in the commit that notes the judgement."""

    def __init__(
        self,
        *,
        ingest: Ingest,
        quarantine: Quarantine,
        readings: ReadingQuery,
        overlays: StoredOverlays,
        rehearsal: Rehearsal,
        now_ms: Callable[[], int],
    ) -> None:
        self._ingest = ingest
        self._quarantine = quarantine
        self._readings = readings
        self._overlays = overlays
        self._rehearsal = rehearsal
        self._now_ms = now_ms

    @override
    async def release(self, refused_id: int) -> Reading | None:
        release = await self._find_release(refused_id)
        if release is None:
            return None
        reading, arrival = release
        await self._ingest.take([arrival], origin=Origin.RELEASE)
        return reading

    @override
    async def try_release(self, refused_id: int) -> tuple[Reading, JudgedReadings] | None:
        release = await self._find_release(refused_id)
        if release is None:
            return None
        reading, arrival = release
        appended = await self._rehearsal.rehearse(to_batch([arrival], Origin.RELEASE, sold={}))
        would = JudgedReadings(
            judgements=arrival.overlays,
            withdrawn=appended.withdrawn,
            returned=[item for item in appended.returned if item != reading],
        )
        return reading, would

    async def _find_release(self, refused_id: int) -> tuple[Reading, Arrival] | None:
        """Return the reading in quarantine and what arrives when it is released; None when it is not there."""
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
            overlays=[self._release(item, item.reading)],
        )
        return item.reading, arrival

    @override
    async def reject(self, span: ReadingSpan, *, dry_run: bool) -> JudgedReadings:
        _require_stretch(span)
        stored = [descriptor for descriptor in span.descriptors if await self._load(span, [descriptor], limit=1)]
        if not stored:
            raise await self._nothing_stored(span)
        bodies = [ReadingBody(descriptor=descriptor, until_ms=span.until_ms) for descriptor in stored]
        return await self._say([self._overlay(span, REJECTED, body) for body in bodies], dry_run=dry_run)

    @override
    async def restore(self, span: ReadingSpan, *, dry_run: bool) -> JudgedReadings:
        _require_stretch(span)
        said = [overlay for overlay in await self._overlays.overlays(span.vin) if _is_about(overlay, span)]
        if not said:
            raise NotFound(
                f"nothing was rejected or released of {_named(span)} at that time",
                hint="bimmerhub readings judgements VIN lists what was.",
            )
        return await self._say([replace(overlay, undone_at_ms=self._now_ms()) for overlay in said], dry_run=dry_run)

    async def _say(self, overlays: Sequence[Overlay], *, dry_run: bool) -> JudgedReadings:
        """Make judgements, or take back those that have an id; with `dry_run` only see what that would change."""
        if dry_run:
            appended = await self._rehearsal.rehearse(Batch(overlays=overlays))
            return JudgedReadings(judgements=overlays, withdrawn=appended.withdrawn, returned=appended.returned)
        arrival = Arrival(place=PLACE, payload=b"", received_at_ms=self._now_ms(), overlays=overlays)
        taken = await self._ingest.take([arrival], origin=Origin.RELEASE)
        return JudgedReadings(judgements=overlays, withdrawn=taken.withdrawn, returned=taken.returned)

    async def _load(
        self, span: ReadingSpan, descriptors: Sequence[Descriptor], *, limit: int, wider_ms: int = 0
    ) -> Sequence[Point]:
        points, _ = await self._readings.range(
            span.vin,
            descriptors,
            from_ms=span.from_ms - wider_ms,
            to_ms=span.until_ms + wider_ms + 1,
            limit=limit,
        )
        return points

    async def _nothing_stored(self, span: ReadingSpan) -> NotFound:
        """Return the error for a stretch without readings; it names the nearest one."""
        points = await self._load(span, span.descriptors, limit=NEARBY_AT_MOST, wider_ms=NEARBY_MS)
        times = [point.measured_at_ms for point in points]
        nearest = min(times, key=lambda at_ms: abs(at_ms - span.from_ms), default=None)
        hint = "bimmerhub history shows what is stored, bimmerhub readings judgements what is rejected already."
        if nearest is not None:
            hint = f"The nearest reading is of {format_time(nearest)}. {hint}"
        return NotFound(f"no reading of {_named(span)} is stored of that time", hint=hint)

    def _release(self, item: Refused, reading: Reading) -> Overlay:
        body = ReadingBody(
            descriptor=reading.descriptor,
            unit=reading.unit,
            value=reading.value,
            refused=item.reason if item.rule is None else None,
        )
        at_ms = reading.measured_at_ms
        span = ReadingSpan(vin=reading.vin, descriptors=(reading.descriptor,), from_ms=at_ms, until_ms=at_ms)
        return self._overlay(span, RELEASED, body)

    def _overlay(self, span: ReadingSpan, kind: str, body: ReadingBody) -> Overlay:
        return Overlay(
            vin=span.vin,
            kind=kind,
            at_ms=span.from_ms,
            body=msgspec.json.encode(body).decode(),
            made_by=OWNER,
            made_at_ms=self._now_ms(),
        )


def _require_stretch(span: ReadingSpan) -> None:
    if span.until_ms < span.from_ms:
        raise ConfigError(
            "until is before the first reading", hint="Name the time of the first reading, and until that of the last."
        )


def _is_about(overlay: Overlay, span: ReadingSpan) -> bool:
    """Tell whether a judgement in force is about readings of that stretch."""
    if overlay.undone_at_ms is not None or overlay.kind not in {RELEASED, REJECTED}:
        return False
    body = overlay.reading_body()
    until_ms = overlay.at_ms if body.until_ms is None else body.until_ms
    return body.descriptor in span.descriptors and overlay.at_ms <= span.until_ms and span.from_ms <= until_ms


def _named(span: ReadingSpan) -> str:
    """Return what a person asked for; of a signal its first descriptor, with how many there are besides."""
    more = len(span.descriptors) - 1
    return span.descriptors[0] + (f" (and {more} more)" if more else "")
