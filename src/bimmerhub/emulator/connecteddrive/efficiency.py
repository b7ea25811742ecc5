"""`GET /vehicle/efficiency/v1/{vin}`: the last trip, the car's lifetime and how well it is driven, mostly as texts."""

from bimmerhub.emulator.cars import CarTruth
from bimmerhub.emulator.cars.records import DrivingManner, TripTruth
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.lifetime import sum_up_life
from bimmerhub.emulator.remote.local_words import drive_train_of
from bimmerhub.times import MINUTE_MS

NO_VALUE = "--"
MOST_STARS, MANY_CHARGES = 5, 20


def describe_efficiency(vehicle: AccountVehicle) -> dict[str, object] | None:
    """Return the answer, None for a car without a plug."""
    truth, manner = vehicle.truth, vehicle.truth.last_trip.manner
    if manner is None:
        return None
    drive_train = drive_train_of(vehicle.car, truth.equipment)
    answer: dict[str, object] = {
        "modelType": "PHEV" if drive_train == "PHEV" else truth.equipment.chassis,
        "efficiencyQuotient": round(manner.efficiency * 100),
        "communitySwitch": truth.equipment.shares_statistics,
        "lastTripList": _last_trip(truth.last_trip, manner, truth),
        "lifeTimeList": _life_time(truth),
        "characteristicList": _characteristics(truth, manner),
    }
    if drive_train != "PHEV":
        answer["scoreList"] = _scores(truth)
    return answer


def _last_trip(trip: TripTruth, manner: DrivingManner, truth: CarTruth) -> list[dict[str, object]]:
    litres = trip.fuel_l / trip.distance_km * 100 if trip.distance_km else None
    rows = [
        ("LASTTRIP_DELTA_KM", "KM", _text(trip.distance_km)),
        ("ACTUAL_DISTANCE_WITHOUT_CHARGING", "KM", _text(sum_up_life(truth).running_cycle_km)),
        ("AVERAGE_ELECTRIC_CONSUMPTION", "KWH_PER_100KM", _text(manner.consumption_kwh_per_100km)),
        ("AVERAGE_RECUPERATED_ENERGY_PER_100_KM", "KWH_PER_100KM", _text(manner.recuperation_kwh_per_100km)),
        ("COMBINED_AVG_CONSUMED_LITERS_OVERALL", "L_PER_100KM", _text(litres)),
        ("LASTTRIP_DELTA_TIME", "NONE", str(round((trip.end_ms - trip.start_ms) / MINUTE_MS))),
        ("LASTTRIP_TIME_SEGMENT_END", "NONE", f"{utc_moment(trip.end_ms):%d.%m.%Y %H:%M:%S} UTC"),
        ("LASTTRIP_RATIO_ELECTRIC_DRIVEN_DISTANCE", "NONE", _text(manner.electric_percent)),
        ("SAVED_LITERS_OVERALL", "LITER", _text(manner.saved_fuel_l)),
    ]
    return [{"name": name, "unit": unit, "lastTrip": value} for name, unit, value in rows]


def _life_time(truth: CarTruth) -> list[dict[str, object]]:
    life = sum_up_life(truth)
    rows = [
        ("AVERAGE_ELECTRIC_CONSUMPTION", "KWH_PER_100KM", _text(life.kwh_per_100km)),
        ("AVERAGE_RECUPERATED_ENERGY_PER_100_KM", "KWH_PER_100KM", _text(life.recuperated_kwh_per_100km)),
        ("COMBINED_AVG_CONSUMED_LITERS_OVERALL", "L_PER_100KM", _text(life.litres_per_100km)),
        ("CUMULATED_ELECTRIC_DRIVEN_DISTANCE", "KM", _text(life.electric_km)),
        ("LONGEST_DISTANCE_WITHOUT_CHARGING", "KM", _text(life.longest_cycle_km)),
        ("SAVED_LITERS_OVERALL", "LITER", _text(life.saved_fuel_l)),
    ]
    entries: list[dict[str, object]] = [{"name": name, "unit": unit, "lifeTime": text} for name, unit, text in rows]
    reset = f"{utc_moment(life.reset_ms):%d.%m.%Y}"
    return [*entries, {"name": "TIMESTAMP_STATISTICS_RESET", "lifeTime": reset}]


def _characteristics(truth: CarTruth, manner: DrivingManner) -> list[dict[str, object]]:
    """Return stars, 0 to 5, for the last trip and for how often the car is charged."""
    shares = {
        "CONSUMPTION": manner.thrift,
        "DRIVING_MODE": manner.eco_mode,
        "CHARGING_BEHAVIOUR": min(1.0, len(truth.charging_sessions) / MANY_CHARGES),
        "ELECTRIC_DRIVING": manner.electric_percent / 100,
    }
    return [{"characteristic": name, "quantity": round(share * MOST_STARS)} for name, share in shares.items()]


def _scores(truth: CarTruth) -> list[dict[str, object]]:
    life = sum_up_life(truth)
    rows = [
        ("AVERAGE_ELECTRIC_CONSUMPTION", "KWH_PER_100KM", 0.0, 35.0, life.kwh_per_100km),
        ("AVERAGE_RECUPERATED_ENERGY_PER_100_KM", "KWH_PER_100KM", 0.0, 18.5, life.recuperated_kwh_per_100km),
        ("LONGEST_DISTANCE_WITHOUT_CHARGING", "KM", 0.0, 400.0, life.longest_cycle_km),
    ]
    return [
        {"attrName": name, "attrUnit": unit, "minValue": low, "maxValue": high, "lifeTime": round(value, 1)}
        for name, unit, low, high, value in rows
    ]


def _text(value: float | None) -> str:
    return NO_VALUE if value is None else f"{value:.1f}"
