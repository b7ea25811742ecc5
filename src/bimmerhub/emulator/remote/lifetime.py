"""What a car's trips came to, that before its simulated life too, and how far it was driven between two charges."""

from dataclasses import dataclass
from itertools import pairwise

from bimmerhub.emulator.cars import CarTruth

KG_OF_CO2_PER_LITRE = 2.33
KG_OF_CO2_PER_KWH = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """Averages and sums since `reset_ms` (milliseconds since 1970 UTC).

    A charge cycle is the way from one charge to the next, the first from the reset.
    """

    reset_ms: int
    electric_km: float
    kwh_per_100km: float
    recuperated_kwh_per_100km: float
    litres_per_100km: float
    saved_fuel_l: float
    saved_co2_kg: float
    saved_co2_by_green_energy_kg: float
    longest_cycle_km: float
    average_cycle_km: float
    running_cycle_km: float


def sum_up_life(truth: CarTruth) -> Lifetime:
    """Return the statistics of a car with a plug."""
    trips = (truth.earlier_trip, *truth.trips)
    manners = [(trip, trip.manner) for trip in trips if trip.manner is not None]
    driven_km = sum(trip.distance_km for trip, _ in manners)
    electric_km = sum(manner.electric_km for _, manner in manners)
    energy_kwh = sum(trip.energy_kwh for trip, _ in manners)
    recuperated = sum(manner.recuperation_kwh_per_100km * trip.distance_km for trip, manner in manners)
    saved_fuel_l = sum(manner.saved_fuel_l for _, manner in manners)
    saved_co2_kg = saved_fuel_l * KG_OF_CO2_PER_LITRE
    cycles_km, running_km = _cycles(truth)
    return Lifetime(
        reset_ms=trips[0].start_ms,
        electric_km=electric_km,
        kwh_per_100km=_ratio(energy_kwh * 100, electric_km),
        recuperated_kwh_per_100km=_ratio(recuperated, driven_km),
        litres_per_100km=_ratio(sum(trip.fuel_l for trip, _ in manners) * 100, driven_km),
        saved_fuel_l=saved_fuel_l,
        saved_co2_kg=max(0.0, saved_co2_kg - energy_kwh * KG_OF_CO2_PER_KWH),
        saved_co2_by_green_energy_kg=saved_co2_kg,
        longest_cycle_km=max([*cycles_km, running_km]),
        average_cycle_km=_ratio(sum(cycles_km), len(cycles_km)) if cycles_km else running_km,
        running_cycle_km=running_km,
    )


def _cycles(truth: CarTruth) -> tuple[list[float], float]:
    """Return the kilometres of each charge cycle that is over, and of the one under way."""
    begin_km = truth.earlier_trip.odometer_start_km
    charged_km = [begin_km, *(session.odometer_km for session in truth.charging_sessions)]
    cycles = [after - before for before, after in pairwise(charged_km) if after > before]
    return cycles, max(0.0, truth.odometer_km - charged_km[-1])


def _ratio(amount: float, of: float) -> float:
    return amount / of if of else 0.0
