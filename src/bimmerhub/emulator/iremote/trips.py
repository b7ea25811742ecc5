"""`GET …/statistics/lastTrip` and `…/allTrips`: how a car with a plug was driven."""

from bimmerhub.emulator.cars import CarTruth
from bimmerhub.emulator.remote.lifetime import Lifetime, sum_up_life
from bimmerhub.emulator.remote.local_words import local_time
from bimmerhub.times import MINUTE_MS

COMMUNITY = {
    "avgElectricConsumption": (0.0, 16.5, 35.08),
    "avgRecuperation": (0.0, 3.43, 18.5),
    "avgCombinedConsumption": (0.0, 1.2, 12.0),
    "totalElectricDistance": (1.0, 14_320.5, 193_602.0),
}
"""Lowest, average and highest of all drivers; fictitious."""
CYCLE_AVERAGE_KM, CYCLE_LONGEST_KM = 127.4, 382.2


def describe_last_trip(truth: CarTruth) -> dict[str, object]:
    """Return `lastTrip`; empty for a car without a plug."""
    trip, manner = truth.last_trip, truth.last_trip.manner
    if manner is None:
        return {}
    return {
        "efficiencyValue": round(manner.efficiency, 2),
        "totalDistance": round(trip.distance_km, 1),
        "electricDistance": round(manner.electric_km, 1),
        "avgElectricConsumption": round(manner.consumption_kwh_per_100km, 1),
        "avgRecuperation": round(manner.recuperation_kwh_per_100km, 1),
        "drivingModeValue": round(manner.eco_mode, 2),
        "accelerationValue": round(manner.acceleration_stars / 5, 2),
        "anticipationValue": round(manner.braking_stars / 5, 2),
        "totalConsumptionValue": round(manner.thrift, 2),
        "auxiliaryConsumptionValue": round(manner.comfort_thrift, 2),
        "avgCombinedConsumption": round(trip.fuel_l / trip.distance_km * 100, 1) if trip.distance_km else 0.0,
        "electricDistanceRatio": round(manner.electric_percent),
        "savedFuel": round(manner.saved_fuel_l, 1),
        "date": local_time(trip.end_ms),
        "duration": round((trip.end_ms - trip.start_ms) / MINUTE_MS),
    }


def describe_all_trips(truth: CarTruth) -> dict[str, object]:
    """Return `allTrips`; empty for a car without a plug. Where a car is new, `resetDate` is 1970.

    What its own driver did lacks where BMW may not keep statistics.
    """
    if truth.service.battery is None:
        return {}
    life = sum_up_life(truth)
    groups = _compare(life)
    if not truth.equipment.shares_statistics:
        groups = {
            name: {key: value for key, value in group.items() if not key.startswith("user")}
            for name, group in groups.items()
        }
    return {
        **groups,
        "batterySizeMax": round(truth.service.battery.usable_kwh * 1000),
        "savedCO2": round(life.saved_co2_kg, 2),
        "savedCO2greenEnergy": round(life.saved_co2_by_green_energy_kg, 2),
        "totalSavedFuel": round(life.saved_fuel_l, 2),
        "resetDate": local_time(life.reset_ms),
    }


def _compare(life: Lifetime) -> dict[str, dict[str, float]]:
    """Return what is compared with other drivers, in groups."""
    return {
        "avgElectricConsumption": _compared("avgElectricConsumption", userAverage=round(life.kwh_per_100km, 2)),
        "avgRecuperation": _compared("avgRecuperation", userAverage=round(life.recuperated_kwh_per_100km, 2)),
        "avgCombinedConsumption": _compared("avgCombinedConsumption", userAverage=round(life.litres_per_100km, 2)),
        "chargecycleRange": {
            "communityAverage": CYCLE_AVERAGE_KM,
            "communityHigh": CYCLE_LONGEST_KM,
            "userAverage": round(life.average_cycle_km, 1),
            "userHigh": round(life.longest_cycle_km, 1),
            "userCurrentChargeCycle": round(life.running_cycle_km, 1),
        },
        "totalElectricDistance": _compared("totalElectricDistance", userTotal=round(life.electric_km, 1)),
    }


def _compared(name: str, **users: float) -> dict[str, float]:
    low, average, high = COMMUNITY[name]
    return {"communityLow": low, "communityAverage": average, "communityHigh": high, **users}
