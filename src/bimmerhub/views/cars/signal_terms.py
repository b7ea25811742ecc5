"""Stored readings in the terms of a signal: its unit and its words."""

import msgspec

from bimmerhub.domain.reading import Reading, Source, Value, is_number
from bimmerhub.domain.signals.car_facts import CarFacts
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Bucket, Point


def interpret_point(signal: Signal, point: Point, car: CarFacts) -> Point:
    """Return the point with the signal's value and unit; value None when the signal has none for it in this car."""
    if _is_own_unit(signal, point.unit) and is_number(point.value):
        return point  # as nearly all are; of 10,000 rows this is what takes the time
    value = _interpret(signal, point.descriptor, point.value, point.unit, car=car)
    return msgspec.structs.replace(point, value=value, unit=signal.unit)


def interpret_bucket(
    signal: Signal, descriptor: Descriptor, bucket: Bucket, car: CarFacts, *, unit: str | None
) -> Bucket:
    """Return the bucket in the signal's unit and words; `unit` is that of the bucket's numbers."""
    if _is_own_unit(signal, unit) and is_number(bucket.first) and is_number(bucket.last):
        return bucket
    return Bucket(
        start_at_ms=bucket.start_at_ms,
        min=_number(_interpret(signal, descriptor, bucket.min, unit, car=car)),
        max=_number(_interpret(signal, descriptor, bucket.max, unit, car=car)),
        mean=_number(_interpret(signal, descriptor, bucket.mean, unit, car=car)),
        first=_interpret(signal, descriptor, bucket.first, unit, car=car),
        last=_interpret(signal, descriptor, bucket.last, unit, car=car),
        count=bucket.count,
    )


def _interpret(signal: Signal, descriptor: Descriptor, value: Value, unit: str | None, *, car: CarFacts) -> Value:
    """Return a value in the signal's terms. A signal reads readings, so the fields that do not matter are filled in."""
    reading = Reading(
        vin=Vin(""),
        descriptor=descriptor,
        value=value,
        unit=unit,
        measured_at_ms=0,
        sent_at_ms=None,
        received_at_ms=0,
        source=Source.STREAM,
    )
    return signal.interpret(reading, car)[0]


def _is_own_unit(signal: Signal, unit: str | None) -> bool:
    return signal.kind == "number" and unit == signal.unit and signal.zero == "value" and not signal.needs_battery


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None
