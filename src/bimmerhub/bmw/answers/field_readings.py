"""Readings out of the fields of a JSON answer, as a family's catalogue names their types and units. Pure.

In: pairs of a key and what BMW said under it, and whose answer it is. Out: `FieldReadings`, in which one odd value
costs none of its neighbours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from bimmerhub.bmw.answers.catalogue_keys import CatalogueKey
from bimmerhub.bmw.answers.field_values import read_value
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.times import SECOND_MS


class FieldReadings(msgspec.Struct, frozen=True, kw_only=True):
    """The readings of an answer, and what of it was refused."""

    readings: tuple[Reading, ...] = ()
    refused: tuple[MalformedPayload, ...] = ()


class AnswerStamp(msgspec.Struct, frozen=True, kw_only=True):
    """Whose answer it is, and when it came: by our clock, and by BMW's where it told (milliseconds UTC)."""

    vin: Vin
    received_at_ms: int
    server_time_ms: int | None = None

    @property
    def at_ms(self) -> int:
        """When BMW answered, as well as we know."""
        return self.received_at_ms if self.server_time_ms is None else self.server_time_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldReader:
    """How one family's fields become readings: the beginning of its descriptors, its catalogue and its source."""

    prefix: str
    catalogue: Mapping[Descriptor, CatalogueKey]
    source: Source

    def read(self, fields: Iterable[tuple[str, object]], stamp: AnswerStamp, *, measured_at_ms: int) -> FieldReadings:
        """Return the readings of the fields, measured in that second; what is not in the catalogue as it came."""
        readings: list[Reading] = []
        refused: list[MalformedPayload] = []
        second_ms = measured_at_ms // SECOND_MS * SECOND_MS
        for name, raw in fields:
            descriptor = Descriptor(self.prefix + name)
            key = self.catalogue.get(descriptor)
            try:
                value = read_value(None if key is None else key.datatype, raw)
            except MalformedPayload as error:
                refused.append(MalformedPayload(str(error), descriptor=descriptor))
                continue
            unit = None if key is None else key.unit
            received_at_ms, sent_at_ms = stamp.received_at_ms, stamp.server_time_ms
            readings.append(
                Reading(stamp.vin, descriptor, value, unit, second_ms, sent_at_ms, received_at_ms, self.source)
            )
        return FieldReadings(readings=tuple(readings), refused=tuple(refused))


def encode_document(items: Iterable[Mapping[str, object]]) -> str:
    """Return a list as the JSON text of a document; members that are None are left out."""
    return msgspec.json.encode(
        [{name: value for name, value in item.items() if value is not None} for item in items]
    ).decode()
