"""A vehicle's batteries: what the big one holds by its charges, beside what BMW says, and how the 12 V one is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

from bimmerhub.domain.charging_sessions.session_fold import ChargingSessionsFold
from bimmerhub.domain.charging_sessions.session_record import ChargingRecord
from bimmerhub.domain.reading import is_number
from bimmerhub.domain.resting_voltage import TROUBLE_V, RestingVoltage, derive_resting_voltage
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.domain.signals.value import How
from bimmerhub.domain.usable_capacity import (
    FEWEST_CHARGES,
    CapacityBy,
    UsableCapacity,
    capacity_charges,
    estimate_capacity,
)
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.derived import StoredRecords
from bimmerhub.store.ports.readings import Point, ReadingQuery
from bimmerhub.times import DAY_MS, EARLIEST_MS, LATEST_MS, format_time
from bimmerhub.views.cars.history import MOST_ROWS
from bimmerhub.views.fields import Number, Time
from bimmerhub.views.viewer import Viewer

VOLTAGE_DAYS: Final = 90
"""How far back the voltage of the 12 V battery is looked at: its trend is that of a season."""

_USABLE: Final = signal_by_name("usable_energy_kwh")
_MAX_ENERGY: Final = frozenset(_USABLE.groups[0])
_HEALTH: Final = signal_by_name("battery_health_percent")
_SIZE: Final = signal_by_name("battery_size_kwh")
_VOLTAGE: Final = signal_by_name("starter_battery_v")


class BmwFigure(msgspec.Struct, frozen=True, kw_only=True):
    """What BMW says, and when it was measured."""

    value: Number
    measured_at: Time


class UsableCapacityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a full battery holds, estimated from charges of 20 percent points and more."""

    kwh: Number
    band_kwh: Annotated[Number, msgspec.Meta(description="plus or minus, at 95 %")]
    how: How
    charges: Annotated[int, msgspec.Meta(description="how many charges say so")]
    by: Annotated[
        CapacityBy,
        msgspec.Meta(description="whether BMW's energy to full told what went in, or the charging power"),
    ]
    first_charge_at: Time
    last_charge_at: Time


class StarterBatteryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The 12 V battery at rest: voltages from 13.5 V on are left out, for it is charged then."""

    resting_v: Annotated[Number, msgspec.Meta(description="the median of the last day with one")]
    measured_at: Time
    days: Annotated[int, msgspec.Meta(description="how many days tell it, of the last 90")]
    trend_v_per_30_days: Annotated[
        Number | None, msgspec.Meta(description="null below 10 days over 3 weeks: they carry no trend")
    ]
    trend_band_v: Annotated[Number | None, msgspec.Meta(description="plus or minus, at 95 %")]
    trouble_v: Annotated[Number, msgspec.Meta(description="the voltage at which trouble begins")]
    days_to_trouble: Annotated[
        Number | None, msgspec.Meta(description="null unless it falls for sure and gets there within a year")
    ]
    days_to_trouble_least: Number | None
    days_to_trouble_most: Number | None
    how: Annotated[dict[str, How], msgspec.Meta(description="how each number was come by")]


class BatteryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The batteries of a vehicle. null: not told, or not known."""

    usable_capacity: Annotated[
        UsableCapacityAnswer | None, msgspec.Meta(description="null while too few charges say something of it")
    ]
    charges: Annotated[int, msgspec.Meta(description="charges that say something of the capacity")]
    charges_needed: int
    max_energy_kwh: Annotated[BmwFigure | None, msgspec.Meta(description="BMW's maxEnergy: what it holds now")]
    soc_max_kwh: Annotated[BmwFigure | None, msgspec.Meta(description="the same by BMW's older interfaces: socMax")]
    size_kwh: Annotated[BmwFigure | None, msgspec.Meta(description="BMW's size of the battery when new")]
    health_percent: Annotated[BmwFigure | None, msgspec.Meta(description="BMW's stateOfHealth")]
    starter: StarterBatteryAnswer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryReads:
    """What the batteries are read from."""

    records: StoredRecords
    readings: ReadingQuery


async def view_battery(viewer: Viewer, reads: BatteryReads, vin: Vin) -> BatteryAnswer:
    """Return what is known of the batteries; nothing of it is stored, so every answer rests on all charges."""
    viewer.require_vehicle(vin)
    stored = await reads.records.records(ChargingSessionsFold.name, vin, from_ms=EARLIEST_MS, to_ms=LATEST_MS)
    charges = capacity_charges(msgspec.json.decode(record.body, type=ChargingRecord) for record in stored)
    newest = {point.descriptor: point for point in await reads.readings.latest(vin)}
    older = [descriptor for descriptor in _USABLE.descriptors() if descriptor not in _MAX_ENERGY]
    return BatteryAnswer(
        usable_capacity=_describe_capacity(estimate_capacity(charges)),
        charges=len(charges),
        charges_needed=FEWEST_CHARGES,
        max_energy_kwh=_figure(_USABLE, newest, vin, sorted(_MAX_ENERGY)),
        soc_max_kwh=_figure(_USABLE, newest, vin, older),
        size_kwh=_figure(_SIZE, newest, vin),
        health_percent=_figure(_HEALTH, newest, vin),
        starter=_describe_starter(derive_resting_voltage(await _load_voltages(reads.readings, vin, newest))),
    )


def _figure(
    signal: Signal, newest: Mapping[Descriptor, Point], vin: Vin, descriptors: Sequence[Descriptor] | None = None
) -> BmwFigure | None:
    """Return what BMW says of a signal by these descriptors (None: all of it)."""
    wanted = signal.descriptors() if descriptors is None else descriptors
    readings = {name: newest[name].to_reading(vin) for name in wanted if name in newest}
    reading = signal.choose(readings)
    value = None if reading is None else signal.interpret(reading)[0]
    if reading is None or not is_number(value):
        return None
    return BmwFigure(value=value, measured_at=format_time(reading.measured_at_ms))


async def _load_voltages(
    readings: ReadingQuery, vin: Vin, newest: Mapping[Descriptor, Point]
) -> list[tuple[int, float]]:
    """Return the voltages of the last 90 days in which there are any."""
    last_ms = max((newest[name].measured_at_ms for name in _VOLTAGE.descriptors() if name in newest), default=None)
    voltages: list[tuple[int, float]] = []
    after: str | None = None
    while last_ms is not None:
        page, after = await readings.range(
            vin,
            _VOLTAGE.descriptors(),
            from_ms=last_ms - VOLTAGE_DAYS * DAY_MS,
            to_ms=last_ms + 1,
            limit=MOST_ROWS,
            after=after,
        )
        for point in page:
            volts = _VOLTAGE.interpret(point.to_reading(vin))[0]
            if is_number(volts):
                voltages.append((point.measured_at_ms, float(volts)))
        if after is None:
            break
    return voltages


def _describe_capacity(capacity: UsableCapacity | None) -> UsableCapacityAnswer | None:
    if capacity is None:
        return None
    return UsableCapacityAnswer(
        kwh=capacity.kwh,
        band_kwh=capacity.band_kwh,
        how="estimated",
        charges=capacity.charges,
        by=capacity.by,
        first_charge_at=format_time(capacity.first_at_ms),
        last_charge_at=format_time(capacity.last_at_ms),
    )


def _describe_starter(battery: RestingVoltage | None) -> StarterBatteryAnswer | None:
    if battery is None:
        return None
    trouble = battery.trouble
    how: dict[str, How] = {"resting_v": "derived"}
    if battery.per_30_days_v is not None:
        how["trend_v_per_30_days"] = "estimated"
    if trouble is not None:
        how["days_to_trouble"] = "estimated"
    return StarterBatteryAnswer(
        resting_v=battery.volts,
        measured_at=format_time(battery.at_ms),
        days=battery.days,
        trend_v_per_30_days=battery.per_30_days_v,
        trend_band_v=battery.trend_band_v,
        trouble_v=TROUBLE_V,
        days_to_trouble=None if trouble is None else round(trouble.days),
        days_to_trouble_least=None if trouble is None else round(trouble.least),
        days_to_trouble_most=None if trouble is None else round(trouble.most),
        how=how,
    )
