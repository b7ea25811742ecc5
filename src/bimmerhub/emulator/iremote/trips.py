"""`GET …/statistics/lastTrip` and `…/allTrips`: how a car with a plug was driven."""

from bimmerhub.emulator.cars import CarTruth
from bimmerhub.emulator.remote.lifetime import Lifetime, sum_up_life
from bimmerhub.emulator.remote.local_words import local_time
from bimmerhub.times import MINUTE_MS

REFERENCE_SPEED = 2
"""Which of the eleven speeds of a consumption curve is the usual one."""
_AVERAGE_SHARE, _MOST_SHARE = 1.05, 2.2
_RECUPERATED_SHARE, _MOST_RECUPERATED_SHARE = 0.2, 1.1
_LITRES, _MOST_LITRES = 1.2, 12.0
_CYCLE_SHARE, _LONGEST_CYCLE_SHARE = 0.55, 1.6
_KM_PER_KWH, _MOST_KM_PER_KWH = 180.0, 2_400.0
"""What other drivers of the model come to: shares of its usual consumption and range; fictitious."""


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
    """Return `allTrips`; empty for a car without a plug.

    What its own driver did lacks where BMW may not keep statistics.
    """
    if truth.service.battery is None:
        return {}
    life = sum_up_life(truth)
    groups = _compare(life, _describe_community(truth, truth.service.battery.usable_kwh))
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


Community = dict[str, dict[str, float]]


def _describe_community(truth: CarTruth, usable_kwh: float) -> Community:
    """Return how others drive the model: lowest, average and highest, in the groups of the answer."""
    model = truth.equipment.consumption
    kwh_per_100km = 0.0 if model is None else model.norm[REFERENCE_SPEED] / 10
    range_km = usable_kwh / kwh_per_100km * 100 if kwh_per_100km else 0.0
    burns = truth.equipment.engine is not None
    return {
        "avgElectricConsumption": _spread(0.0, kwh_per_100km * _AVERAGE_SHARE, kwh_per_100km * _MOST_SHARE),
        "avgRecuperation": _spread(0.0, kwh_per_100km * _RECUPERATED_SHARE, kwh_per_100km * _MOST_RECUPERATED_SHARE),
        "avgCombinedConsumption": _spread(0.0, _LITRES if burns else 0.0, _MOST_LITRES if burns else 0.0),
        "chargecycleRange": {
            "communityAverage": round(range_km * _CYCLE_SHARE, 2),
            "communityHigh": round(range_km * _LONGEST_CYCLE_SHARE, 2),
        },
        "totalElectricDistance": _spread(1.0, usable_kwh * _KM_PER_KWH, usable_kwh * _MOST_KM_PER_KWH),
    }


def _spread(low: float, average: float, high: float) -> dict[str, float]:
    return {
        "communityLow": low,
        "communityAverage": round(average, 2),
        "communityHigh": round(high, 2),
    }


def _compare(life: Lifetime, community: Community) -> Community:
    """Return what is compared with other drivers, in groups."""
    own = {
        "avgElectricConsumption": {"userAverage": round(life.kwh_per_100km, 2)},
        "avgRecuperation": {"userAverage": round(life.recuperated_kwh_per_100km, 2)},
        "avgCombinedConsumption": {"userAverage": round(life.litres_per_100km, 2)},
        "chargecycleRange": {
            "userAverage": round(life.average_cycle_km, 1),
            "userHigh": round(life.longest_cycle_km, 1),
            "userCurrentChargeCycle": round(life.running_cycle_km, 1),
        },
        "totalElectricDistance": {"userTotal": round(life.electric_km, 1)},
    }
    return {group: {**values, **own[group]} for group, values in community.items()}
