"""Trips against the truth: which were found, which never were, and how far times, distances and energies are off.

A stop of a quarter of an hour is part of a trip, unless the car was plugged in: drives of the truth are joined so. A
trip is found by the record that shares most of its time, each record finding one; every other record is false.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from bench.record_findings import Findings, Life

from bimmerhub.domain.folds.fold import Record
from bimmerhub.domain.trips.trip_limits import PAUSE_MS
from bimmerhub.domain.trips.trip_record import Trip
from bimmerhub.domain.trips.trips_fold import TripsFold
from bimmerhub.emulator.cars.records import TripTruth
from bimmerhub.times import MINUTE_MS

NEAR_MS = 30 * MINUTE_MS
"""A record that begins and ends so near to a trip is meant for it, if it shares no time with another."""

MOVED_KM = 0.3
"""What is shorter is counted apart: a car that was moved."""


@dataclass(slots=True, kw_only=True)
class _TrueTrip:
    start_ms: int
    end_ms: int
    distance_km: float
    energy_kwh: float


def compare_trips(life: Life) -> Findings:
    """Return what the trips of a life come to."""
    findings = Findings()
    records = [record for record in life.records(TripsFold()) if isinstance(record.body, Trip)]
    true_trips = _joined(life)
    unmatched = list(records)
    for true in true_trips:
        record = max(unmatched, key=lambda record: _shared_ms(record, true), default=None)
        if record is None or _shared_ms(record, true) <= -NEAR_MS:
            findings.counts["missed" if true.distance_km >= MOVED_KM else "missed_short"] += 1
            findings.examples.append(f"missed {life.seed} {_say(true.start_ms, true.end_ms)} {true.distance_km:.1f} km")
            continue
        unmatched.remove(record)
        findings.counts["found"] += 1
        _compare(findings, record, true)
    findings.counts["false"] += len(unmatched)
    for record in unmatched:
        findings.examples.append(
            f"false {life.seed} {_say(record.start_at_ms, record.end_at_ms)} {_kilometres(record)}"
        )
    _compare_sums(findings, records, true_trips)
    return findings


def _joined(life: Life) -> list[_TrueTrip]:
    plugged_ms = [session.plugged_in_ms for session in life.truth.charging_sessions]
    trips = [trip for trip in life.truth.trips if trip.start_ms >= life.start_ms]
    joined: list[_TrueTrip] = [_true(trip) for trip in trips[:1]]
    for before, trip in pairwise(trips):
        is_plugged = any(before.end_ms <= at_ms <= trip.start_ms for at_ms in plugged_ms)
        if trip.start_ms - before.end_ms <= PAUSE_MS and not is_plugged:
            joined[-1].end_ms = trip.end_ms
            joined[-1].distance_km += trip.distance_km
            joined[-1].energy_kwh += trip.energy_kwh
        else:
            joined.append(_true(trip))
    return joined


def _true(trip: TripTruth) -> _TrueTrip:
    return _TrueTrip(
        start_ms=trip.start_ms, end_ms=trip.end_ms, distance_km=trip.distance_km, energy_kwh=trip.energy_kwh
    )


def _shared_ms(record: Record, true: _TrueTrip) -> int:
    """Return how much time the two share; below zero how far they are apart."""
    return min(record.end_at_ms, true.end_ms) - max(record.start_at_ms, true.start_ms)


def _compare(findings: Findings, record: Record, true: _TrueTrip) -> None:
    trip = record.body
    assert isinstance(trip, Trip)
    start_s, end_s = (record.start_at_ms - true.start_ms) / 1000, (record.end_at_ms - true.end_ms) / 1000
    findings.errors["start_s"].append(abs(start_s))
    findings.errors["end_s"].append(abs(end_s))
    findings.counts["start_outside_uncertainty"] += abs(start_s) > trip.start_uncertainty_s + 1
    findings.counts["not_final"] += not trip.is_final
    if max(abs(start_s), abs(end_s)) > 5 * 60:
        findings.examples.append(f"off {start_s:.0f} {end_s:.0f} s, {_say(true.start_ms, true.end_ms)}")
    if trip.distance_km is not None:
        findings.errors["distance_km"].append(abs(trip.distance_km - true.distance_km))
        if abs(trip.distance_km - true.distance_km) > 2:
            findings.examples.append(
                f"km {trip.distance_km} of {true.distance_km:.1f}, missing {trip.missing_before_km},"
                f" {_say(true.start_ms, true.end_ms)}"
            )
    else:
        findings.counts["without_distance"] += 1
    if trip.energy_kwh is not None:
        findings.errors["energy_kwh"].append(abs(trip.energy_kwh - true.energy_kwh))


def _compare_sums(findings: Findings, records: list[Record], true_trips: list[_TrueTrip]) -> None:
    told_km = sum(trip.distance_km or 0 for record in records if isinstance(trip := record.body, Trip))
    missing_km = sum(trip.missing_before_km for record in records if isinstance(trip := record.body, Trip))
    true_km = sum(trip.distance_km for trip in true_trips)
    if true_km:
        findings.errors["sum_percent_off"].append(abs(100 * told_km / true_km - 100))
        findings.errors["missing_percent"].append(100 * missing_km / true_km)


def _kilometres(record: Record) -> str:
    return f"{record.body.distance_km} km by {record.body.started_by}" if isinstance(record.body, Trip) else ""


def _say(start_ms: int, end_ms: int) -> str:
    begin, end = (datetime.fromtimestamp(at_ms / 1000, UTC) for at_ms in (start_ms, end_ms))
    return f"{begin:%m-%d %H:%M:%S} to {end:%H:%M:%S}"
