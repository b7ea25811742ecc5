"""A vehicle's tyre pressures as if it were always 20 °C: beside the target, left against right, and slow leaks."""

from collections import defaultdict
from typing import Annotated, Final

import msgspec

from bimmerhub.domain.parking.standby import How
from bimmerhub.domain.reading import is_number
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.domain.tyre_pressure import REFERENCE_C, TyrePressure, derive_tyre_pressure
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.times import DAY_MS, format_time
from bimmerhub.views.cars.history import MOST_ROWS
from bimmerhub.views.fields import Number, Time
from bimmerhub.views.viewer import Viewer

TREND_DAYS: Final = 90
"""How far back pressures are looked at."""

WHEELS: Final = ("front left", "front right", "rear left", "rear right")
_PARTS: Final = ("tyre_pressure_{}_kpa", "tyre_pressure_target_{}_kpa", "tyre_temperature_{}_c")
_SIGNALS: Final[dict[Descriptor, Signal]] = {
    descriptor: signal
    for wheel in WHEELS
    for part in _PARTS
    for signal in (signal_by_name(part.format(wheel.replace(" ", "_"))),)
    for descriptor in signal.descriptors()
}
_DESCRIPTORS: Final = tuple(sorted(_SIGNALS))

Samples = dict[str, list[tuple[int, float]]]


class WheelAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One tyre of which a pressure came with a temperature. `cold` is at 20 °C. null: not told, or not known."""

    wheel: Annotated[str, msgspec.Meta(examples=list(WHEELS))]
    measured_at: Time
    pressure_kpa: Number
    temperature_c: Number
    cold_pressure_kpa: Number
    cold_target_kpa: Number | None
    cold_limit_kpa: Annotated[Number | None, msgspec.Meta(description="8 % under target: too low")]
    days: Annotated[int, msgspec.Meta(description="days that tell it, of the last 90, since it was pumped up")]
    trend_kpa_per_30_days: Annotated[
        Number | None, msgspec.Meta(description="at 20 °C; null below 10 days over 3 weeks: they carry no trend")
    ]
    trend_band_kpa: Annotated[Number | None, msgspec.Meta(description="plus or minus, at 95 %")]
    days_to_limit: Annotated[
        Number | None, msgspec.Meta(description="null unless it leaks for sure and gets there within a year")
    ]
    days_to_limit_least: Number | None
    days_to_limit_most: Number | None
    how: Annotated[dict[str, How], msgspec.Meta(description="how each number was come by")]


class AxleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The two tyres of an axle."""

    axle: Annotated[str, msgspec.Meta(examples=["front", "rear"])]
    left_minus_right_kpa: Annotated[Number, msgspec.Meta(description="at 20 °C; derived; told in steps of 10 kPa")]


class TyrePressuresAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The pressures of a vehicle's tyres, at 20 °C."""

    reference_c: Number
    wheels: list[WheelAnswer]
    axles: list[AxleAnswer]


async def view_tyre_pressures(viewer: Viewer, readings: ReadingQuery, vin: Vin) -> TyrePressuresAnswer:
    """Return what the pressures of the last 90 days in which there are any tell."""
    viewer.require_vehicle(vin)
    samples = await _load_samples(readings, vin)
    tyres: dict[str, TyrePressure] = {}
    for wheel in WHEELS:
        pressures, targets, temperatures = (samples[part.format(wheel.replace(" ", "_"))] for part in _PARTS)
        tyre = derive_tyre_pressure(pressures, targets, temperatures)
        if tyre is not None:
            tyres[wheel] = tyre
    axles = [
        AxleAnswer(axle=axle, left_minus_right_kpa=round(left.cold_kpa - right.cold_kpa, 1))
        for axle in ("front", "rear")
        if (left := tyres.get(f"{axle} left")) is not None and (right := tyres.get(f"{axle} right")) is not None
    ]
    wheels = [_describe(wheel, tyre) for wheel, tyre in tyres.items()]
    return TyrePressuresAnswer(reference_c=REFERENCE_C, wheels=wheels, axles=axles)


async def _load_samples(readings: ReadingQuery, vin: Vin) -> Samples:
    """Return what each signal was at which time, in the signal's unit."""
    samples: Samples = defaultdict(list)
    moments = [point.measured_at_ms for point in await readings.latest(vin) if point.descriptor in _SIGNALS]
    after: str | None = None
    while moments:
        last_ms = max(moments)
        page, after = await readings.range(
            vin,
            _DESCRIPTORS,
            from_ms=last_ms - TREND_DAYS * DAY_MS,
            to_ms=last_ms + 1,
            limit=MOST_ROWS,
            after=after,
        )
        for point in page:
            signal = _SIGNALS[point.descriptor]
            value = signal.interpret(point.to_reading(vin))[0]
            if is_number(value):
                samples[signal.name].append((point.measured_at_ms, float(value)))
        if after is None:
            break
    return samples


def _describe(wheel: str, tyre: TyrePressure) -> WheelAnswer:
    how: dict[str, How] = {
        "pressure_kpa": "measured",
        "temperature_c": "measured",
        "cold_pressure_kpa": "derived",
    }
    if tyre.target_cold_kpa is not None:
        how |= {"cold_target_kpa": "derived", "cold_limit_kpa": "derived"}
    if tyre.per_30_days_kpa is not None:
        how["trend_kpa_per_30_days"] = "estimated"
    left = tyre.left
    if left is not None:
        how["days_to_limit"] = "estimated"
    return WheelAnswer(
        wheel=wheel,
        measured_at=format_time(tyre.at_ms),
        pressure_kpa=tyre.kpa,
        temperature_c=tyre.celsius,
        cold_pressure_kpa=tyre.cold_kpa,
        cold_target_kpa=tyre.target_cold_kpa,
        cold_limit_kpa=tyre.limit_kpa,
        days=tyre.days,
        trend_kpa_per_30_days=tyre.per_30_days_kpa,
        trend_band_kpa=tyre.trend_band_kpa,
        days_to_limit=None if left is None else round(left.days),
        days_to_limit_least=None if left is None else round(left.least),
        days_to_limit_most=None if left is None else round(left.most),
        how=how,
    )
