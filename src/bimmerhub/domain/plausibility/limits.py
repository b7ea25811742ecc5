"""What each number of the catalogue can be, and by which numbers a car's bus says "no value".

A signal on a bus has so many bits, and its highest codes (255, 65535, ... times the signal's step) mean "not available"
or "error", as does the lowest code of one with a sign (SAE J1939-71 has the rule for commercial vehicles; cars do the
same). Such a code can come through to CarData as if it were a number. It is told from a value by what the quantity can
be: an odometer can stand at 65,535 km, a charge cannot last 65,535 minutes.

So each descriptor has two ranges, in the catalogue's unit. In the `usual` one every number is believed. Outside the
`possible` one none is. Between them a number is believed unless it is one of those codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.signals.older_families import family_descriptors
from bimmerhub.domain.signals.table import SIGNALS
from bimmerhub.domain.units import KM_PER_MILE
from bimmerhub.ids import Descriptor

_CODES: Final = (
    *(top - less for bits in (7, 8, 10, 12, 14, 15, 16, 24, 31, 32) for top in [2**bits - 1] for less in (0, 1)),
    *(-1, -128, -(2**15), -(2**31)),
)
_STEPS: Final = (1, 0.5, 0.1, 0.01)
NO_VALUE_CODES: Final = frozenset(round(code * step, 2) for code in _CODES for step in _STEPS)
"""What "not available" and "error" come out as, for the widths and steps that signals have."""

_TOLD_ALIKE: Final = frozenset({"%", "km", "deg", "min", "l"})
"""Units that older families tell a signal's quantity in, as the signal does."""
_IN_MILES: Final = frozenset({"km", "km/h"})
"""Units that a code in miles may have been converted to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLimits:
    """The usual range and the possible one of a quantity, both ends included.

    The end of the possible range is a value even where it is a code: BMW's range of 0 to 655.34 kW names 65,534 as one.
    """

    usual_low: float
    usual_high: float
    low: float
    high: float

    def doubt(self, value: float, unit: str | None) -> str | None:
        """Return in words why a number cannot be true; None when it can. `unit` is the one that it is in."""
        if self.usual_low <= value <= self.usual_high:
            return None
        number = f"{value:.12g}{f' {unit}' if unit else ''}"
        if not self.low <= value <= self.high:
            return f"{number} is not between {self.low:.12g} and {self.high:.12g}"
        if value != self.high and _is_no_value(value, unit):
            return f"{number} is how a car says that it has no value"
        return None


def _is_no_value(value: float, unit: str | None) -> bool:
    return value in NO_VALUE_CODES or (unit in _IN_MILES and round(value / KM_PER_MILE, 6) in NO_VALUE_CODES)


def _limits(usual: tuple[float, float], possible: tuple[float, float] | None = None) -> NumberLimits:
    low, high = possible or usual
    return NumberLimits(usual_low=usual[0], usual_high=usual[1], low=low, high=high)


# The usual ranges are those of BMW's telematics catalogue (2025-2026), the possible ones are inferred from what a car
# can be at all and are generous, unless a comment says otherwise.

_BY_UNIT: Final = {
    "%": _limits((0, 100)),
    "kPa": _limits((0, 1_000)),
}

_ROOT: Final = "vehicle."
_LOCATION: Final = "cabin.infotainment.navigation.currentLocation"
_DESTINATION: Final = "cabin.infotainment.navigation.destinationSet"
_POINTS: Final = "cabin.infotainment.navigation.pointsOfInterests"
_CONDITIONING: Final = "cabin.hvac.preconditioning"
_TIMERS: Final = tuple(
    f"cabin.climate.timers.{name}" for name in ("overwriteTimer", "weekdaysTimer1", "weekdaysTimer2")
)
_TYRES: Final = tuple(f"chassis.axle.{row}.wheel.{side}.tire" for row in ("row1", "row2") for side in ("left", "right"))
_CHARGING: Final = "drivetrain.electricEngine.charging"
_BATTERY: Final = "powertrain.electric.battery"
_GRID: Final = f"{_CHARGING}.consumptionOverLifeTime"
_FUEL: Final = "drivetrain.fuelSystem.consumptionOverLifeTime"
_TRIP: Final = "trip.segment.accumulated"

_BY_PATH: Final[tuple[tuple[NumberLimits, tuple[str, ...]], ...]] = (
    # Places on Earth.
    (_limits((-90, 90)), (f"{_LOCATION}.latitude", f"{_DESTINATION}.latitude")),
    (_limits((-180, 180)), (f"{_LOCATION}.longitude", f"{_DESTINATION}.longitude")),
    (_limits((0, 360)), (f"{_LOCATION}.heading",)),
    # From the shore of the Dead Sea (-430 m) to above the highest road (Umling La, 5,800 m). Without a unit it may be
    # feet, for which BMW's range ends at 19,685.
    (_limits((-500, 6_500), (-1_500, 20_000)), (f"{_LOCATION}.altitude",)),
    # All systems together have some 130 satellites, of which fewer than half are above the horizon.
    (_limits((0, 100)), (f"{_LOCATION}.numberOfSatellites",)),
    (_limits((0, 25), (0, 120)), (f"{_POINTS}.available", f"{_POINTS}.max")),
    # No road leads farther than 30,000 km; BMW's range ends at 100,000.
    (_limits((0, 30_000), (0, 100_000)), (f"{_DESTINATION}.distance",)),
    # No car of BMW's goes 3,000 km. BMW's ranges end at 1,000 to 4,000 km, and at 6,500 and 100,000 for two of them.
    (
        _limits((0, 3_000), (0, 4_000)),
        (
            "drivetrain.electricEngine.kombiRemainingElectricRange",
            "drivetrain.electricEngine.remainingElectricRange",
            "drivetrain.totalRemainingRange",
            "powertrain.electric.range.target",
        ),
    ),
    (_limits((0, 3_000), (0, 6_500)), ("drivetrain.lastRemainingRange",)),
    (_limits((0, 3_000), (0, 100_000)), ("cabin.infotainment.navigation.remainingRange",)),
    # Distances of a life, and of a week or a day.
    (_limits((0, 1_000_000), (0, 5_000_000)), ("vehicle.travelledDistance", "trip.segment.end.travelledDistance")),
    (
        _limits((0, 1_000_000), (0, 5_000_000)),
        (
            f"{_GRID}.engineOff.referenceDistance",
            f"{_GRID}.engineOn.referenceDistance",
            f"{_GRID}.overall.referenceDistance",
            f"{_FUEL}.inChargeDepleting.referenceDistanceEngineOff",
            f"{_FUEL}.inChargeDepleting.referenceDistanceEngineOn",
            f"{_FUEL}.inChargeIncreasing.referenceDistance",
            f"{_FUEL}.overall.referenceDistance",
        ),
    ),
    (
        _limits((0, 3_000), (0, 6_500)),
        ("vehicle.averageWeeklyDistanceLongTerm", "vehicle.averageWeeklyDistanceShortTerm"),
    ),
    (_limits((0, 3_000)), ("status.conditionBasedServicesAverageDistancePerDay",)),
    # A service can be overdue, and by 65,535 km it can be ahead.
    (_limits((-30_000, 100_000), (-30_000, 150_000)), ("status.serviceDistance.next",)),
    # BMW names 2,000 km, 4 weeks and 10 months: when a car begins to warn.
    (_limits((0, 4_000), (0, 30_000)), ("status.serviceDistance.yellow",)),
    (_limits((0, 12), (0, 104)), ("status.serviceTime.yellow",)),
    (_limits((0, 10), (0, 60)), ("status.serviceTime.hUandAuServiceYellow",)),
    (_limits((0, 60), (0, 100)), ("status.conditionBasedServicesCount",)),
    # No drive averages 250 km/h, where most BMWs are limited; BMW's range ends at 300.
    (_limits((0, 250), (0, 400)), ("vehicle.avgSpeed",)),
    (_limits((-100, 350), (-100, 500)), ("vehicle.speedRange.lowerBound", "vehicle.speedRange.upperBound")),
    # Times. The slowest charge takes days; BMW's range ends at 65,500 minutes (and at 200 for the other key, of which
    # more was seen). No climate runs for hours; BMW's range ends at 10,000,000 s.
    (_limits((0, 10_000), (0, 65_500)), (f"{_CHARGING}.timeToFullyCharged", f"{_CHARGING}.timeRemaining")),
    (_limits((0, 10_000), (0, 10_000_000)), (f"{_CONDITIONING}.status.remainingRunningTime",)),
    (_limits((0, 60), (0, 120)), ("vehicle.preConditioning.remainingTime",)),
    (_limits((0, 24)), tuple(f"{timer}.hour" for timer in _TIMERS)),
    (_limits((0, 59)), tuple(f"{timer}.minute" for timer in _TIMERS)),
    # Temperatures. Sensors in tyres measure from -40 to 125 °C (data sheets); coolant boils under pressure at 130 °C.
    (_limits((-50, 125)), tuple(f"{tyre}.temperature" for tyre in _TYRES)),
    (_limits((-60, 150), (-60, 160)), ("drivetrain.internalCombustionEngine.engine.ect",)),
    (
        _limits((0, 50), (0, 60)),
        (
            f"{_CONDITIONING}.configuration.defaultSettings.targetTemperature",
            f"{_CONDITIONING}.configuration.directStartSettings.targetTemperature",
        ),
    ),
    # Electricity. A 12 V battery, also at a starter of 24 V; mains, also between two phases; the 800 V of newer cars.
    (_limits((5, 20), (0, 24)), ("electricalSystem.battery.voltage",)),
    (_limits((0, 300), (0, 400)), (f"{_CHARGING}.acVoltage",)),
    (_limits((0, 1_000)), (f"{_BATTERY}.charging.cableCheckVoltage",)),
    # BMW's range ends at 25 A although there are cars with 32 A; 80 A is the most that SAE J1772 allows.
    (_limits((0, 80), (0, 100)), (f"{_CHARGING}.acAmpere",)),
    (_limits((0, 252)), tuple(f"{_BATTERY}.charging.acLimit.{name}" for name in ("max", "min", "selected"))),
    # In W; BMW's range of 20 to 80 W is wrong (11,260 W was seen). The fastest chargers have 400 kW, and a car that
    # feeds a house may say less than 0.
    (_limits((0, 400_000), (-30_000, 1_000_000)), (f"{_BATTERY}.charging.power",)),
    (_limits((0, 50), (0, 655.34)), ("vehicle.avgAuxPower",)),
    # Energy in kWh: no battery of BMW's holds 150. What the grid gave over a life passes 65,535.
    (
        _limits((0, 150), (0, 300)),
        (
            "drivetrain.batteryManagement.batterySizeMax",
            "drivetrain.batteryManagement.maxEnergy",
            f"{_CHARGING}.smeEnergyDeltaFullyCharged",
            "drivetrain.electricEngine.hvsMaxEnergyAbsolute",
            f"{_TRIP}.drivetrain.electricEngine.energyConsumptionComfort",
        ),
    ),
    (
        _limits((0, 100_000), (0, 500_000)),
        tuple(f"{_GRID}.{name}.gridEnergy" for name in ("engineOff", "engineOn", "overall")),
    ),
    # In kWh/100km; the first hundred metres on a cold day cost more than BMW's 100.
    (_limits((0, 120), (0, 200)), ("drivetrain.avgElectricRangeConsumption",)),
    (_limits((0, 170), (0, 250)), (f"{_TRIP}.drivetrain.electricEngine.recuperationTotal",)),
    # Fuel in litres: in the tank, and what was burnt over a life.
    (_limits((0, 100), (0, 200)), ("drivetrain.fuelSystem.remainingFuel",)),
    (
        _limits((0, 100_000), (0, 500_000)),
        tuple(f"{_FUEL}.{name}.fuel" for name in ("inChargeDepleting", "inChargeIncreasing", "overall")),
    ),
    # Shares with a range of their own. A battery's health is told above 100 %; BMW's range ends at 250.
    (_limits((-100, 100)), ("cabin.sunroof.relativePosition",)),
    (
        _limits((0, 120), (0, 250)),
        ("electricalSystem.battery48V.stateOfHealth.displayed", f"{_BATTERY}.stateOfHealth.displayed"),
    ),
    # Counters, marks, and two that BMW gives numbers for: 200 is a good battery and 80 a worn one; 1 is yes.
    (_limits((0, 131_068), (0, 1_000_000)), ("body.chargingPort.plugEventId",)),
    (_limits((0, 5)), (f"{_TRIP}.acceleration.starsAverage", f"{_TRIP}.chassis.brake.starsAverage")),
    (_limits((80, 200), (0, 250)), ("electricalSystem.battery.serviceDemand.replace",)),
    (_limits((0, 1)), ("electricalSystem.battery.serviceDemand.recharge",)),
)

_TOLD_OTHERWISE: Final = {
    # In seconds, as remainingRunningTime above; the signal is in minutes.
    Descriptor("mybmw.climateControlState.remainingSeconds"): _limits((0, 10_000), (0, 10_000_000)),
}
"""What older families tell in another unit than the signal that it feeds."""


@cache
def load_limits() -> Mapping[Descriptor, NumberLimits]:
    """Return the limits of every number of the catalogue, and of what older families tell of the same quantities."""
    by_unit = {
        key: _BY_UNIT[entry.unit]
        for key, entry in load_catalogue().items()
        if entry.datatype == "number" and entry.unit in _BY_UNIT
    }
    limits_of = by_unit | {Descriptor(_ROOT + path): limits for limits, paths in _BY_PATH for path in paths}
    elsewhere = {
        descriptor: limits_of[signal.descriptors()[0]]
        for signal in SIGNALS
        if signal.kind == "number" and signal.unit in _TOLD_ALIKE and signal.descriptors()[0] in limits_of
        for descriptor in family_descriptors(signal.name)
    }
    return limits_of | elsewhere | _TOLD_OTHERWISE
