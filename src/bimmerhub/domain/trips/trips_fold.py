"""Trips of a car: the fold that makes them of what the car tells.

No reading says that a car is driven. What speaks for it: that it moves, positions that lie apart at a car's speed, an
odometer that rises, a hint from outside. What speaks for standing: that it does not move, is switched off, the driver's
door, a lock from outside, a plug. A trip is open from the first sign of driving and goes on while the next one comes
within a quarter of an hour; where it ended is judged backwards (`trip_ending`). The last trip stays in the state, for
its last kilometre and BMW's own summary come later; it is settled when the next one begins.

A car that tells of its arrival only gets a trip for each arrival, begun as long before as its kilometres need
(`trip_start`). In a car that tells of motion, kilometres without any are no trip: they are missing before the next one.
"""

from collections.abc import Sequence
from typing import Final

from bimmerhub.domain.folds.fold import FoldEvent, Record, Step
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.trips.trip_ending import over_at_ms, quiet_since_ms
from bimmerhub.domain.trips.trip_joining import JoinVerdict, join_trips, judge_gap
from bimmerhub.domain.trips.trip_limits import REST_MS
from bimmerhub.domain.trips.trip_record import to_record
from bimmerhub.domain.trips.trip_signs import DESCRIPTORS, read_sign
from bimmerhub.domain.trips.trip_state import TripSoFar, TripState
from bimmerhub.domain.trips.trip_steps import STEPS


class TripsFold:
    """The fold of trips: satisfies `Fold[TripState]`."""

    name: Final = "trips"
    version: Final = 2
    descriptors: Final = DESCRIPTORS
    initial: Final = TripState()

    def step(self, state: TripState, reading: Reading) -> Step[TripState] | None:
        """Return what the next reading does; a trip is settled once the next one has begun for sure."""
        sign = read_sign(reading)
        if sign is None:
            return None
        after = STEPS[sign[0]](state, reading, sign[1])
        if after is state:
            return None
        if after.before is None:
            return Step(state=after)
        return _settle(state, after, reading.measured_at_ms)

    def is_at_rest(self, state: TripState, next_ms: int) -> bool:
        """Tell whether the car has been parked for an hour."""
        return state.trip is None or next_ms - quiet_since_ms(state.trip) >= REST_MS

    def open_records(self, state: TripState, now_ms: int) -> Sequence[Record]:
        """Return the last trip, and the one before while the two may be one."""
        before, trip = state.before, state.trip
        if before is not None and trip is not None and judge_gap(before, trip, now_ms) is JoinVerdict.ONE_TRIP:
            trip, before = join_trips(before, trip), None
        records = (
            None if before is None else to_record(before, None),
            None if trip is None else to_record(trip, now_ms),
        )
        return [record for record in records if record is not None]

    def open_events(self, state: TripState, now_ms: int) -> Sequence[FoldEvent]:
        """Return that the trip under way has begun, and that it ended."""
        if state.trip is None:
            return ()
        return [*_began(state.trip), *(_ended(state.trip) if now_ms >= over_at_ms(state.trip) else ())]

    def due_ms(self, state: TripState, now_ms: int) -> int | None:
        """Return when the last trip is over, then when it is final, if nothing comes."""
        if state.trip is None:
            return None
        over_ms = over_at_ms(state.trip)
        return next((due_ms for due_ms in (over_ms, over_ms + REST_MS) if due_ms > now_ms), None)


def _settle(state: TripState, after: TripState, now_ms: int) -> Step[TripState]:
    """Settle the trip before the one under way, when it is clear that it is another one."""
    before, trip = after.before, after.trip
    if before is None or trip is None:
        return Step(state=after)
    if state.before is not None and before is state.trip:
        return _settle_held(state, state.before, after, now_ms)
    verdict = judge_gap(before, trip, now_ms)
    if verdict is JoinVerdict.OPEN:
        return Step(state=after)
    if verdict is JoinVerdict.ONE_TRIP:
        return Step(state=TripState(after.car, join_trips(before, trip), None))
    settled = TripState(after.car, trip, None)
    return Step(state=settled, records=_records(before), events=[*_began(before), *_ended(before)])


def _settle_held(state: TripState, held: TripSoFar, after: TripState, now_ms: int) -> Step[TripState]:
    """Settle the trip that was held back, now that a third one has begun; or the first two are one."""
    before, trip = after.before, after.trip
    if before is None or trip is None:
        return Step(state=after)
    if to_record(before, None) is None:  # what was in between was none
        trip = trip._replace(left=held.place)
        return _settle(state._replace(trip=None), TripState(after.car, trip, held), now_ms)
    if judge_gap(held, before, now_ms) is JoinVerdict.ONE_TRIP:
        return _settle(state, TripState(after.car, trip, join_trips(held, before)), now_ms)
    return Step(state=after, records=_records(held), events=[*_began(held), *_ended(held)])


def _records(trip: TripSoFar) -> Sequence[Record]:
    record = to_record(trip, None)
    return () if record is None else (record,)


def _began(trip: TripSoFar) -> Sequence[FoldEvent]:
    record = to_record(trip, None)
    if record is None:
        return ()
    return (_event("trip_started", trip, record.start_at_ms, record),)


def _ended(trip: TripSoFar) -> Sequence[FoldEvent]:
    record = to_record(trip, None)
    return () if record is None else (_event("trip_ended", trip, record.end_at_ms, record),)


def _event(kind: str, trip: TripSoFar, at_ms: int, record: Record) -> FoldEvent:
    body = {"start_at_ms": record.start_at_ms, "end_at_ms": record.end_at_ms}
    return FoldEvent(kind=kind, cause=f"{kind} {trip.vin} {record.start_at_ms}", at_ms=at_ms, body=body)
