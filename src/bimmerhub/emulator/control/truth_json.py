"""The truth about a car as JSON: the answer of the control API, and the truth file of a capture."""

from dataclasses import asdict

from bimmerhub.emulator.cars import CarTruth
from bimmerhub.emulator.cars.records import ChargingSessionTruth, RefuelTruth, TripTruth
from bimmerhub.emulator.cars.states import DOORS_AND_LIDS, WINDOWS


def truth_to_json(truth: CarTruth) -> dict[str, object]:
    """Return what is really so at a moment, and every trip, charging session and refuelling that is over.

    Times are milliseconds since 1970 UTC. `soc_percent` and `fuel_l` are None for a car without such a store.
    """
    levels, openings, plug, charging = truth.levels, truth.openings, truth.plug, truth.charging
    return {
        "at_ms": truth.at_ms,
        "soc_percent": None if levels.soc_percent is None else round(levels.soc_percent, 3),
        "fuel_l": None if levels.fuel_l is None else round(levels.fuel_l, 3),
        "odometer_km": round(truth.odometer_km, 3),
        "latitude_deg": truth.latitude_deg,
        "longitude_deg": truth.longitude_deg,
        "is_driving": truth.motion.is_driven,
        "is_moving": truth.motion.is_moving,
        "is_charging": charging is not None and charging.is_under_way,
        "is_plugged_in": plug is not None and plug.is_plugged,
        "lock": truth.lock,
        "open": [name for name in DOORS_AND_LIDS if name in openings.open_names]
        + [name for name in (*WINDOWS, *truth.equipment.roofs) if name in openings.windows],
        "parking_light": truth.parking_light,
        "climate": truth.climate.activity,
        "warnings": [f"{warning.kind.name} {warning.wheel or ''}".strip() for warning in truth.service.warnings],
        "trouble_codes": [code for _, code in truth.service.fault_memory.entries],
        "appearances": [asdict(appearance) for appearance in truth.appearances],
        "service_calls_ms": dict(truth.service_calls.called_ms),
        "service_call_state": truth.service_calls.state,
        "tyres_cold_kpa": {tyre.wheel: round(tyre.cold_kpa, 1) for tyre in truth.sensors.tyres},
        "has_sim": truth.connection.has_sim,
        "has_contract": truth.connection.has_contract,
        "contract_until_ms": truth.connection.contract_until_ms,
        "has_reception": truth.connection.has_reception,
        "lights_flashed": truth.signals.flashes,
        "horn_blown": truth.signals.honks,
        "sent": [asdict(place) for place in truth.sent],
        "place": truth.place_name,
        "trips": [_trip_to_json(trip) for trip in truth.trips],
        "charging_sessions": [session_to_json(session) for session in truth.charging_sessions],
        "refuels": [_refuel_to_json(refuel) for refuel in truth.refuels],
    }


def session_to_json(session: ChargingSessionTruth) -> dict[str, object]:
    """Return one charging session; `error` is the last of its `errors`."""
    return {
        "plugged_in_ms": session.plugged_in_ms,
        "start_ms": session.start_ms,
        "end_ms": session.end_ms,
        "unplugged_ms": session.unplugged_ms,
        "paused_s": session.paused_s,
        "is_dc": session.is_dc,
        "is_preconditioned": session.is_preconditioned,
        "start_soc_percent": session.start_soc_percent,
        "end_soc_percent": session.end_soc_percent,
        "battery_kwh": session.battery_kwh,
        "grid_kwh": session.grid_kwh,
        "odometer_km": session.odometer_km,
        "place": session.place_name,
        "latitude": session.latitude_deg,
        "longitude": session.longitude_deg,
        "blocks": [
            {"start_ms": block.start_ms, "end_ms": block.end_ms, "average_kw": block.average_kw}
            for block in session.blocks
        ],
        "error": session.errors[-1] if session.errors else None,
        "errors": list(session.errors),
    }


def _trip_to_json(trip: TripTruth) -> dict[str, object]:
    return {
        "start_ms": trip.start_ms,
        "end_ms": trip.end_ms,
        "distance_km": trip.distance_km,
        "odometer_start_km": trip.odometer_start_km,
        "odometer_end_km": trip.odometer_end_km,
        "energy_kwh": trip.energy_kwh,
        "fuel_l": trip.fuel_l,
        "soc_start_percent": trip.soc_start_percent,
        "soc_end_percent": trip.soc_end_percent,
        "from": trip.from_place,
        "to": trip.to_place,
        "start_latitude_deg": trip.start_latitude_deg,
        "start_longitude_deg": trip.start_longitude_deg,
        "end_latitude_deg": trip.end_latitude_deg,
        "end_longitude_deg": trip.end_longitude_deg,
    }


def _refuel_to_json(refuel: RefuelTruth) -> dict[str, object]:
    return {
        "at_ms": refuel.at_ms,
        "litres": refuel.litres,
        "fuel_before_l": refuel.fuel_before_l,
        "fuel_after_l": refuel.fuel_after_l,
        "odometer_km": refuel.odometer_km,
        "place": refuel.place_name,
        "latitude": refuel.latitude_deg,
        "longitude": refuel.longitude_deg,
    }
