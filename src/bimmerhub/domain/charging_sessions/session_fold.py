"""The fold of charging sessions: readings in, one record for each session out.

What it looks at says `session_evidence`; what an instant of it does, `session_step`; what of it is stored,
`session_body`. Readings of one second are taken together, for BMW sends what belongs together in any order.
"""

from collections.abc import Sequence
from typing import Final

from bimmerhub.domain.charging_sessions.session_body import derive_kind, to_record
from bimmerhub.domain.charging_sessions.session_end import capacity_kwh, end_unsaid, overdue_ms
from bimmerhub.domain.charging_sessions.session_energy import learn_capacity
from bimmerhub.domain.charging_sessions.session_evidence import EVIDENCE
from bimmerhub.domain.charging_sessions.session_flow import end_samples
from bimmerhub.domain.charging_sessions.session_state import CarMemory, OpenSession, SessionsState
from bimmerhub.domain.charging_sessions.session_step import take_instant
from bimmerhub.domain.folds.fold import FoldEvent, Record, Step
from bimmerhub.domain.reading import Reading
from bimmerhub.times import HOUR_MS, MINUTE_MS

CHARGING_STARTED: Final = "charging_started"
CHARGING_ENDED: Final = "charging_ended"
SHORTEST_MS: Final = MINUTE_MS
"""A plug that was in for less, and with which nothing flowed, was no session: contacts bounce."""
RESTED_MS: Final = HOUR_MS


class ChargingSessionsFold:
    """The fold of charging sessions: satisfies `Fold[SessionsState]`."""

    name: Final = "charging_sessions"
    version: Final = 1
    descriptors: Final = tuple(EVIDENCE)
    initial: Final = SessionsState()

    def step(self, state: SessionsState, reading: Reading) -> Step[SessionsState]:
        """Return the state with the reading in it; the first of another instant settles what the one before said."""
        evidence = EVIDENCE[reading.descriptor]
        value = evidence.read(reading)
        if value is None:
            return Step(state=state)
        said = (evidence.kind, value)
        if reading.measured_at_ms == state.at_ms:
            if said in state.said:
                return Step(state=state)
            return Step(state=SessionsState(state.at_ms, (*state.said, said), state.car, state.session))
        car, session, records, events = _settle_instant(state, reading)
        state = SessionsState(reading.measured_at_ms, (said,), car, session)
        return Step(state=state, records=records, events=events)

    def is_at_rest(self, state: SessionsState, next_ms: int) -> bool:
        """Tell whether no session is open, and nothing was heard for an hour."""
        return state.session is None and next_ms - state.at_ms >= RESTED_MS

    def open_records(self, state: SessionsState, now_ms: int | None = None) -> Sequence[Record]:
        """Return the session that is open, as of `now_ms` (None: of the last reading), and those not settled yet.

        A charge whose end was due is shown as ended then, though the car did not say so.
        """
        car, session, records, _ = _settle_instant(state, None)
        if session is None:
            return records
        at_ms = state.at_ms if now_ms is None else max(now_ms, state.at_ms)
        due_ms = overdue_ms(session, capacity_kwh(car))
        if due_ms is not None and due_ms <= at_ms:
            session = _end_by_time(session, car, at_ms)
        record = _to_record(session, car)
        return records if record is None else (*records, record)

    def due_ms(self, state: SessionsState) -> int | None:
        """Return when the charge under way counts as ended if nothing more comes; None when none is under way."""
        car, session, _, _ = _settle_instant(state, None)
        return None if session is None else overdue_ms(session, capacity_kwh(car))


def _end_by_time(session: OpenSession, car: CarMemory, at_ms: int) -> OpenSession:
    ended = end_unsaid(session, at_ms, capacity_kwh(car))
    return ended._replace(flow=end_samples(ended.flow, ended.parts[-1][1]))


def _settle_instant(
    state: SessionsState, reading: Reading | None
) -> tuple[CarMemory, OpenSession | None, tuple[Record, ...], tuple[FoldEvent, ...]]:
    """Return what everything that was said at the state's instant comes to: memory, session, records and events."""
    if not state.said:
        return state.car, state.session, (), ()
    car, session, settled = take_instant(state.car, state.session, dict(state.said), state.at_ms)
    if session is None and not settled:
        return car, None, (), ()
    records = tuple(record for closed in settled if (record := _to_record(closed, car)) is not None)
    events: list[FoldEvent] = []
    if reading is not None and session is not state.session:
        for changed in (*settled, *(() if session is None else (session,))):
            events += _events(reading, state.session, changed, car)
    return (_learn(car, settled) if settled else car), session, records, tuple(events)


def _learn(car: CarMemory, settled: Sequence[OpenSession]) -> CarMemory:
    """Return the memory with what settled charges say of the battery, for a car that does not say it itself."""
    for session in settled:
        learned_kwh = learn_capacity(session, kind=derive_kind(session)) if car.capacity_kwh is None else None
        if learned_kwh is not None:
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


def _events(reading: Reading, before: OpenSession | None, session: OpenSession, car: CarMemory) -> list[FoldEvent]:
    """Return the beginning and the end of a charge, if they are news; each happens once by its cause."""
    was_begun = before is not None and before.start_ms == session.start_ms and _has_begun(before)
    was_over = before is not None and before.start_ms == session.start_ms and _is_over(before)
    kinds = []
    if _has_begun(session) and not was_begun:
        kinds.append((CHARGING_STARTED, session.parts[0][0] if session.parts else session.part_ms or session.start_ms))
    if _is_over(session) and not was_over:
        kinds.append((CHARGING_ENDED, session.parts[-1][1]))
    return [
        FoldEvent(
            kind=kind,
            cause=f"{kind} {reading.vin} {session.start_ms // 1000}",
            at_ms=at_ms,
            body=to_record(session, car),
        )
        for kind, at_ms in kinds
    ]


def _has_begun(session: OpenSession) -> bool:
    return session.part_ms is not None or bool(session.parts)


def _is_over(session: OpenSession) -> bool:
    """Tell whether the charging has come to its end: the car said so, or the plug is out."""
    if session.part_ms is not None or not session.parts:
        return False
    return session.unplugged_ms is not None or session.end_word in {"finished", "error"}
