"""The state machine of charging sessions: what an instant of evidence does to the car's memory and the session.

There is no session, or one. It opens with a plug, with charging, or with a level that rose while nobody looked. While
it is open, parts begin and end in it. It ends with the plug: the car says so, drives, or counts another plug-in. It is
settled as soon as the car drives or counts another plug-in, else `JOIN_MS` later: a plug that comes back before that
was never out (chargers cut the pilot line for 30 to 334 s, measured by leapmotor-mate).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from bimmerhub.domain.charging_sessions.charge_end import capacity_kwh, end_unsaid
from bimmerhub.domain.charging_sessions.instant_signs import (
    DRIVEN_KM,
    ON_THE_WAY,
    driven_between,
    is_charging,
    is_plugged,
    remember,
)
from bimmerhub.domain.charging_sessions.session_evidence import Said
from bimmerhub.domain.charging_sessions.session_flow import end_samples, read_power_kw
from bimmerhub.domain.charging_sessions.session_opening import UNSEEN_MS, open_session, reckon_departure
from bimmerhub.domain.charging_sessions.session_parts import JOIN_MS, go_on, level_after, with_reason
from bimmerhub.domain.charging_sessions.session_state import CarMemory, Flow, OpenSession
from bimmerhub.times import MINUTE_MS

NEW_PLUG_MS: Final = 2 * MINUTE_MS
"""Within that time of a plug-in another number is that plug-in's: the port tells in several messages."""


class InstantOutcome(NamedTuple):
    """What an instant comes to: memory, the session that is open then, and those that it settled, in order."""

    car: CarMemory
    session: OpenSession | None
    settled: tuple[OpenSession, ...] = ()


def take_instant(car: CarMemory, session: OpenSession | None, said: Mapping[str, Said], at_ms: int) -> InstantOutcome:
    """Return what everything that was said at one instant does."""
    if session is None and said.keys() <= ON_THE_WAY and at_ms - car.level_ms < UNSEEN_MS:
        return InstantOutcome(remember(car, said, at_ms), None)
    if isinstance(power_kw := said.get("power"), float):
        said = {**said, "power": read_power_kw(power_kw, Flow() if session is None else session.flow, said)}
    settled: tuple[OpenSession, ...] = ()
    after = remember(car, said, at_ms)
    if session is not None:
        ending = _find_end(session, car, said, at_ms)
        if ending is not None:
            session, is_final = ending
            if is_final:
                settled, session = (session,), None
    if session is None:
        session = open_session(car, after, said, at_ms, before=settled)
    if session is not None and session.unplugged_ms is None:
        session = go_on(session, after, said, at_ms)
    elif session is not None:
        session = level_after(session, after, at_ms)
    return InstantOutcome(after, session, settled)


def _find_end(
    session: OpenSession, car: CarMemory, said: Mapping[str, Said], at_ms: int
) -> tuple[OpenSession, bool] | None:
    """Return the session as ended by what was said, and whether that is final; None while it goes on."""
    plugged, charging = is_plugged(car, said), is_charging(said)
    if _is_other_plug(session, said, at_ms):
        unplugged_ms = session.unplugged_ms or max(session.plugged_ms, session.charged_ms, session.start_ms)
        return _unplug(session, car, unplugged_ms, slack_ms=at_ms - unplugged_ms), True
    if said.get("moving") is True or _has_left(session, said, at_ms, is_here=plugged is True or charging is True):
        return _drive_off(session, car, said, at_ms), True
    if session.unplugged_ms is not None:
        if at_ms - session.unplugged_ms > JOIN_MS:
            return session, True
        return None if plugged is not True and charging is not True else (session._replace(unplugged_ms=None), False)
    if plugged is False and charging is not True:
        return _unplug(with_reason(session, said, at_ms), car, at_ms), False
    return None


def _drive_off(session: OpenSession, car: CarMemory, said: Mapping[str, Said], at_ms: int) -> OpenSession:
    """Return the session that the car drove away from: what it says as it sets off is how the charge left it."""
    is_leaving = said.get("moving") is True
    if session.unplugged_ms is None:
        last_ms = max(session.plugged_ms, session.charged_ms, session.start_ms)
        left_ms = at_ms if is_leaving else reckon_departure(session.odometer_km, said, last_ms, at_ms)
        session = _unplug(session, car, max(left_ms, last_ms), slack_ms=at_ms - last_ms)
        session = session._replace(is_driven_off=True)
    return level_after(session, remember(car, said, at_ms), at_ms) if is_leaving else session


def _is_other_plug(session: OpenSession, said: Mapping[str, Said], at_ms: int) -> bool:
    event = said.get("plug_event")
    if event is None or session.plug_event is None or event == session.plug_event:
        return False
    return (
        session.plugged_at_ms is None or at_ms - session.plugged_at_ms > NEW_PLUG_MS or session.unplugged_ms is not None
    )


def _has_left(session: OpenSession, said: Mapping[str, Said], at_ms: int, *, is_here: bool) -> bool:
    """Tell whether the odometer says that the car drove, as far as it can have driven in that time."""
    last_ms = max(session.plugged_ms, session.charged_ms, session.start_ms)
    driven_km = driven_between(session.odometer_km, said.get("odometer"), at_ms - last_ms)
    return not is_here and driven_km >= DRIVEN_KM


def _unplug(session: OpenSession, car: CarMemory, unplugged_ms: int, *, slack_ms: int = 0) -> OpenSession:
    had_part = session.part_ms is not None
    session = end_unsaid(session, unplugged_ms, capacity_kwh(car))
    flow = end_samples(session.flow, session.parts[-1][1]) if had_part else session.flow
    return session._replace(unplugged_ms=unplugged_ms, unplug_slack_s=slack_ms // 1000, flow=flow)
