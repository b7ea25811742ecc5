"""The fold of charging sessions: readings in, one record for each session out.

What it looks at says `session_evidence`; what an instant of it does, `session_step`; what of it is stored,
`session_body`. Readings of one second are taken together, for BMW sends what belongs together in any order.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from bimmerhub.domain.charging_sessions.charge_end import capacity_kwh, end_unsaid, overdue_ms
from bimmerhub.domain.charging_sessions.session_body import to_record
from bimmerhub.domain.charging_sessions.session_energy import learn_capacity
from bimmerhub.domain.charging_sessions.session_evidence import EVIDENCE
from bimmerhub.domain.charging_sessions.session_flow import end_samples
from bimmerhub.domain.charging_sessions.session_kind import derive_kind
from bimmerhub.domain.charging_sessions.session_state import CarMemory, ChargingFoldState, OpenSession
from bimmerhub.domain.charging_sessions.session_step import take_instant
from bimmerhub.domain.folds.fold import FoldEvent, Record, Step
from bimmerhub.domain.folds.possible_numbers import BATTERY_KWH, is_possible
from bimmerhub.domain.reading import Reading
from bimmerhub.times import HOUR_MS, MINUTE_MS

CHARGING_STARTED: Final = "charging_started"
CHARGING_ENDED: Final = "charging_ended"
SHORTEST_MS: Final = MINUTE_MS
"""A plug that was in for less, and with which nothing flowed, was no session: contacts bounce."""
RESTED_MS: Final = HOUR_MS


class ChargingSessionsFold:
    """The fold of charging sessions: satisfies `Fold[ChargingFoldState]`."""

    name: Final = "charging_sessions"
    version: Final = 3
    descriptors: Final = tuple(EVIDENCE)
    initial: Final = ChargingFoldState()

    def step(self, state: ChargingFoldState, reading: Reading) -> Step[ChargingFoldState] | None:
        """Return the state with the reading in it; the first of another instant settles what the one before said."""
        evidence = EVIDENCE[reading.descriptor]
        value = evidence.read(reading)
        if value is None:
            return None
        said = (evidence.kind, value)
        if reading.measured_at_ms == state.at_ms:
            if said in state.said:
                return None
            all_said = tuple({**dict(state.said), evidence.kind: value}.items())
            return Step(state=ChargingFoldState(state.at_ms, all_said, state.car, state.session, state.vin))
        if not state.said:
            return Step(state=ChargingFoldState(reading.measured_at_ms, (said,), state.car, state.session, reading.vin))
        news = _take_last(state)
        state = ChargingFoldState(reading.measured_at_ms, (said,), news.car, news.session, reading.vin)
        return Step(state=state, records=news.records, events=news.events)

    def is_at_rest(self, state: ChargingFoldState, next_ms: int) -> bool:
        """Tell whether no session is open, and nothing was heard for an hour."""
        return state.session is None and next_ms - state.at_ms >= RESTED_MS

    def open_records(self, state: ChargingFoldState, now_ms: int) -> Sequence[Record]:
        """Return the session that is open, as of `now_ms`, after those that the last instant settled.

        A charge whose end was due is shown as ended then, though the car did not say so.
        """
        news = _take_last(state)
        if news.session is None:
            return news.records
        record = _to_record(_as_of(news.session, news.car, now_ms), news.car)
        return news.records if record is None else (*news.records, record)

    def open_events(self, state: ChargingFoldState, now_ms: int) -> Sequence[FoldEvent]:
        """Return what the last instant began or ended, and the end of a charge that was due by `now_ms`."""
        news = _take_last(state)
        if news.session is None:
            return news.events
        seen = _as_of(news.session, news.car, now_ms)
        return (
            news.events if seen is news.session else (*news.events, _event(CHARGING_ENDED, state.vin, seen, news.car))
        )

    def due_ms(self, state: ChargingFoldState, now_ms: int) -> int | None:
        """Return when the charge under way counts as ended if nothing more comes; None when that is past, or never."""
        news = _take_last(state)
        due_ms = None if news.session is None else overdue_ms(news.session, capacity_kwh(news.car))
        return due_ms if due_ms is not None and due_ms > now_ms else None


class _News(NamedTuple):
    """What the last instant of a state comes to."""

    car: CarMemory
    session: OpenSession | None
    records: tuple[Record, ...] = ()
    events: tuple[FoldEvent, ...] = ()


def _take_last(state: ChargingFoldState) -> _News:
    """Return what everything that was said at the state's instant comes to."""
    if not state.said:
        return _News(state.car, state.session)
    car, session, settled = take_instant(state.car, state.session, dict(state.said), state.at_ms)
    if session is None and not settled:
        return _News(car, None)
    records = tuple(record for closed in settled if (record := _to_record(closed, car)) is not None)
    changed = settled if session is None or session is state.session else (*settled, session)
    events = [event for changed_one in changed for event in _events(state, changed_one, car)]
    return _News(_learn(car, settled) if settled else car, session, records, tuple(events))


def _as_of(session: OpenSession, car: CarMemory, now_ms: int) -> OpenSession:
    """Return the session as it looks when nothing more has come by then: ended, if its end was due."""
    capacity = capacity_kwh(car)
    due_ms = overdue_ms(session, capacity)
    if due_ms is None or due_ms > now_ms:
        return session
    ended = end_unsaid(session, now_ms, capacity)
    return ended._replace(flow=end_samples(ended.flow, ended.parts[-1][1]))


def _learn(car: CarMemory, settled: Sequence[OpenSession]) -> CarMemory:
    """Return the memory with what settled charges say of the battery, for a car that does not say it itself."""
    for session in settled:
        car = car._replace(unplugged_ms=max(car.unplugged_ms, session.unplugged_ms or 0))
        learned_kwh = learn_capacity(session, kind=derive_kind(session)) if not car.is_capacity_usable else None
        if learned_kwh is not None and is_possible(round(learned_kwh, 1), BATTERY_KWH):
            car = car._replace(learned_kwh=round(learned_kwh, 1))
    return car


def _to_record(session: OpenSession, car: CarMemory) -> Record | None:
    """Return the record of a session; None for a plug that only bounced."""
    is_over = session.unplugged_ms is not None
    has_charged = bool(session.parts) or session.part_ms is not None
    if is_over and not has_charged and session.unplugged_ms - session.start_ms < SHORTEST_MS:  # type: ignore[operator]
        return None
    last_ms = max(session.unplugged_ms or 0, session.charged_ms, session.plugged_ms, session.start_ms)
    return Record(start_at_ms=session.start_ms, end_at_ms=last_ms + 1, body=to_record(session, car))


def _events(state: ChargingFoldState, session: OpenSession, car: CarMemory) -> list[FoldEvent]:
    """Return the beginning and the end of a charge, if they are news to the state."""
    before = state.session
    is_same = before is not None and before.start_ms == session.start_ms
    events = []
    if _has_begun(session) and not (is_same and before is not None and _has_begun(before)):
        events.append(_event(CHARGING_STARTED, state.vin, session, car))
    if _is_over(session) and not (is_same and before is not None and _is_over(before)):
        events.append(_event(CHARGING_ENDED, state.vin, session, car))
    return events


def _event(kind: str, vin: str, session: OpenSession, car: CarMemory) -> FoldEvent:
    """Return an event about a session; by its cause it happens once."""
    if kind == CHARGING_STARTED:
        at_ms = session.parts[0][0] if session.parts else session.part_ms or session.start_ms
    else:
        at_ms = session.parts[-1][1]
    return FoldEvent(
        kind=kind, cause=f"{kind} {vin} {session.start_ms // 1000}", at_ms=at_ms, body=to_record(session, car)
    )


def _has_begun(session: OpenSession) -> bool:
    return session.part_ms is not None or bool(session.parts)


def _is_over(session: OpenSession) -> bool:
    """Tell whether the charging has come to its end: the car said so, or the plug is out."""
    if session.part_ms is not None or not session.parts:
        return False
    return session.unplugged_ms is not None or session.end_word in {"finished", "error"}
