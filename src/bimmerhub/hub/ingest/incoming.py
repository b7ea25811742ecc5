"""What arrives by stream, REST, import or a person's word, and the batch that it becomes: what one commit stores."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto

import msgspec

from bimmerhub.domain.documents import Document
from bimmerhub.domain.plausibility.one_value import Doubt, Sifted, is_judged, sift
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.overlays import Overlay
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch

NEXT_OWNERS = "measured after the day on which the vehicle was sold (vehicles archive --undo takes that back)"


class Origin(Enum):
    """By which way something arrives. The lines of a customer archive arrive as an import."""

    STREAM = auto()
    REST = auto()
    IMPORT = auto()
    """Can be given again, so a failing store is told to whoever imports. Too many readings to tell each of them."""
    RELEASE = auto()
    """A person believes the readings, so they are not judged again."""


LIVE = frozenset({Origin.STREAM, Origin.REST})
"""What cannot be asked for again: retried, counted, and told reading by reading. The others bring history."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One message, answer or line, decoded.

    `errors` are its rows that were not understood, `unclear` what some of them say (`domain.unclear`). `payload` and
    `place` (`stream`, `rest`, `march.ndjson:17`) go to quarantine with what is refused of it. `bmw_ms` is BMW's own
    clock when it answered. `released` is the id of the quarantined item that a release takes back; `overlays` keep what
    a person said with it.
    """

    place: str
    payload: bytes
    received_at_ms: int
    readings: Sequence[Reading] = ()
    errors: Sequence[MalformedPayload] = ()
    unclear: Sequence[Reading] = ()
    documents: Sequence[Document] = ()
    bmw_ms: int | None = None
    journal: JournalEntry | None = None
    released: int | None = None
    overlays: Sequence[Overlay] = ()


def to_batch(arrivals: Sequence[Arrival], origin: Origin, *, sold: Mapping[Vin, int]) -> Batch:
    """Return what one commit stores of arrivals: each reading as it stands by itself, or to be judged, or refused.

    `sold` says from when on (milliseconds UTC) what a vehicle tells is another owner's; a release is believed.
    """
    readings: list[Reading] = []
    judged: list[Refused] = []
    refused: list[Refused] = []
    for arrival in arrivals:
        sifted = _sift(arrival, origin)
        if sold and origin is not Origin.RELEASE:
            sifted = _without_next_owners(sifted, sold, is_refused=origin is Origin.IMPORT)
        readings += sifted.believed
        if sifted.judged:
            judged += _judged_of(arrival, sifted.judged)
        if sifted.doubts or arrival.errors:
            refused += _refused_of(arrival, sifted.doubts)
    return Batch(
        readings=readings,
        judged=judged,
        overlays=[overlay for arrival in arrivals for overlay in arrival.overlays],
        documents=[document for arrival in arrivals for document in arrival.documents],
        journal=[arrival.journal for arrival in arrivals if arrival.journal is not None],
        refused=refused,
        released=[arrival.released for arrival in arrivals if arrival.released is not None],
    )


def without_contents(arrival: Arrival, error: ValueError) -> Arrival:
    """Return what is stored of an arrival that the store cannot represent: its message, in quarantine."""
    return Arrival(
        place=arrival.place,
        payload=arrival.payload,
        received_at_ms=arrival.received_at_ms,
        errors=[*arrival.errors, MalformedPayload(str(error))],
        journal=arrival.journal,
    )


def _sift(arrival: Arrival, origin: Origin) -> Sifted:
    if origin is not Origin.RELEASE:
        return sift(arrival.readings, bmw_ms=arrival.bmw_ms)
    judged = [reading for reading in arrival.readings if is_judged(reading)]
    return Sifted(believed=[reading for reading in arrival.readings if not is_judged(reading)], judged=judged)


def _without_next_owners(sifted: Sifted, sold: Mapping[Vin, int], *, is_refused: bool) -> Sifted:
    """Leave out what cars told after their day of sale; with `is_refused` it is among the doubts."""

    def is_own(reading: Reading) -> bool:
        return reading.vin not in sold or reading.measured_at_ms < sold[reading.vin]

    if all(map(is_own, [*sifted.believed, *sifted.judged])):
        return sifted
    others = [reading for reading in [*sifted.believed, *sifted.judged] if not is_own(reading)]
    doubts = [Doubt(reading=reading, reason=NEXT_OWNERS) for reading in others] if is_refused else []
    return Sifted(
        believed=[reading for reading in sifted.believed if is_own(reading)],
        judged=[reading for reading in sifted.judged if is_own(reading)],
        doubts=[*sifted.doubts, *doubts],
    )


def _judged_of(arrival: Arrival, readings: Iterable[Reading]) -> list[Refused]:
    """Return readings to be judged with their neighbours, as they go to quarantine if they are not believed."""
    return [
        Refused(
            received_at_ms=arrival.received_at_ms,
            reason="",
            payload=arrival.payload,
            origin=arrival.place,
            descriptor=reading.descriptor,
            reading=reading,
        )
        for reading in readings
    ]


def _refused_of(arrival: Arrival, doubts: Iterable[Doubt]) -> list[Refused]:
    """Return what goes to quarantine of an arrival: rows that were not understood, readings that are not believed."""
    unclear = {reading.descriptor: reading for reading in arrival.unclear}
    not_understood = [
        Refused(
            received_at_ms=arrival.received_at_ms,
            reason=str(error),
            payload=arrival.payload,
            origin=arrival.place,
            descriptor=error.descriptor,
            unclear=None if error.descriptor is None else unclear.get(Descriptor(error.descriptor)),
        )
        for error in arrival.errors
    ]
    not_believed = [
        Refused(
            received_at_ms=arrival.received_at_ms,
            reason=doubt.reason,
            payload=arrival.payload,
            origin=arrival.place,
            descriptor=doubt.reading.descriptor,
            reading=doubt.reading,
        )
        for doubt in doubts
    ]
    return not_understood + not_believed
