"""Trips and their consumption as "SUSCS" writes them: kWh, litres and km."""

from collections.abc import Sequence

from bimmerhub.emulator.cars.records import TripTruth
from bimmerhub.emulator.cars.truth import CarTruth
from bimmerhub.emulator.cars.world.addresses import find_address
from bimmerhub.emulator.mybmw.app_times import app_time
from bimmerhub.emulator.mybmw.history.app_sessions import month_of


def trips_of_month(truth: CarTruth, month: tuple[int, int]) -> list[TripTruth]:
    """Return the trips that began in a month, newest first."""
    return [trip for trip in reversed(truth.trips) if month_of(trip.start_ms) == month]


def trip_id(trip: TripTruth) -> str:
    """Return the id of a trip."""
    return str(trip.start_ms)


def describe_widget(truth: CarTruth, of_month: Sequence[TripTruth]) -> dict[str, object]:
    """Return the summary that the app shows first: the last trip, and the month."""
    widget = {
        "lastTrip": {
            "electricConsumption": _electric([truth.last_trip]),
            "fuelConsumption": _fuel([truth.last_trip]),
        },
        "monthly": {
            "totalElectricConsumption": _electric(of_month),
            "totalCombustionConsumption": _fuel(of_month),
        },
    }
    return {"status": "Success", "widget": widget}


def describe_history(trips: Sequence[TripTruth], *, offset: int, limit: int) -> dict[str, object]:
    """Return a page of the trips of a month; `quantity` is how many there are. One item is one day."""
    days: dict[str, list[dict[str, object]]] = {}
    for trip in trips[offset : offset + limit]:
        days.setdefault(app_time(trip.start_ms)[:10], []).append({"id": trip_id(trip)})
    items = [{"date": day, "trips": of_day} for day, of_day in days.items()]
    return {"quantity": len(trips), "items": items}


def describe_trip(trip: TripTruth, *, has_battery: bool) -> dict[str, object]:
    """Return one trip."""
    return {
        "trip": {
            "id": trip_id(trip),
            "start": _end(
                trip.start_ms,
                trip.from_place,
                (trip.start_latitude_deg, trip.start_longitude_deg),
                trip.soc_start_percent if has_battery else None,
            ),
            "end": _end(
                trip.end_ms,
                trip.to_place,
                (trip.end_latitude_deg, trip.end_longitude_deg),
                trip.soc_end_percent if has_battery else None,
            ),
            "distance": {"distance": round(trip.distance_km, 1), "distanceUnit": "km"},
            "electricConsumption": _electric([trip]),
            "fuelConsumption": _fuel([trip]),
        }
    }


def describe_month(trips: Sequence[TripTruth]) -> dict[str, object]:
    """Return the sums of a month."""
    return {
        "quantity": len(trips),
        "distance": {"distance": round(sum(trip.distance_km for trip in trips), 1), "distanceUnit": "km"},
        "electricConsumption": _electric(trips),
        "fuelConsumption": _fuel(trips),
    }


def _electric(trips: Sequence[TripTruth]) -> dict[str, object]:
    """Return kWh, and kWh for 100 km."""
    return _consumption(trips, sum(trip.energy_kwh for trip in trips))


def _fuel(trips: Sequence[TripTruth]) -> dict[str, object]:
    """Return litres, and litres for 100 km."""
    return _consumption(trips, sum(trip.fuel_l for trip in trips))


def _consumption(trips: Sequence[TripTruth], amount: float) -> dict[str, object]:
    distance_km = sum(trip.distance_km for trip in trips)
    average = amount / distance_km * 100 if distance_km else 0.0
    return {"consumption": round(amount, 2), "averageConsumption": round(average, 1)}


def _end(at_ms: int, place: str, at: tuple[float, float], soc_percent: int | None) -> dict[str, object]:
    energy = {} if soc_percent is None else {"electric": soc_percent}
    return {
        "time": app_time(at_ms),
        "timeUnit": "ISO8601",
        "location": {
            "latitude": round(at[0], 6),
            "longitude": round(at[1], 6),
            "addressName": find_address(place).line,
        },
        "energyState": energy,
    }
