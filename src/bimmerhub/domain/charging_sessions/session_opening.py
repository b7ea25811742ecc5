"""How a session begins: with a plug, with charging, or with a charge that nobody saw."""

from collections.abc import Mapping
from typing import Final

from bimmerhub.domain.charging_sessions.charge_end import FULL_PERCENT, capacity_kwh
from bimmerhub.domain.charging_sessions.instant_signs import driven_between, has_driven, is_charging, is_plugged
from bimmerhub.domain.charging_sessions.session_evidence import Said
from bimmerhub.domain.charging_sessions.session_state import CarMemory, OpenSession
from bimmerhub.domain.positions import is_no_position
from bimmerhub.times import HOUR_MS, MINUTE_MS

RISE_PERCENT: Final = 3.0
"""A level that is so much higher than the last one was charged: a battery that warms up shows 1 or 2 more."""
UNSEEN_MS: Final = 15 * MINUTE_MS
"""A level that rose within less than that rose before the eyes of whoever reads; going downhill, for example."""
POSITION_WITHIN_MS: Final = 5 * MINUTE_MS
"""Halves of a position that lie further apart are none (as `domain.positions`)."""
LEVEL_OF_TRIP_END: Final = 1
"""Cars without a traction battery send it too (facts of clients 2025-2026): it proves no charge."""
KWH_PER_KM: Final = 0.17
"""What a BEV takes by and large; only to tell what a drive took that nobody saw."""
TARGET_ABOUT_PERCENT: Final = 8.0
AVERAGE_KMH: Final = 40.0
"""By which the start of a drive is reckoned back from its end, where a car tells only that (iDrive 6)."""


def open_session(
    car: CarMemory, after: CarMemory, said: Mapping[str, Said], at_ms: int, *, before: tuple[OpenSession, ...]
) -> OpenSession | None:
    """Return the session that begins with what was said, None when none does.

    `car` is the memory before the instant, `after` the one with it.
    """
    plugged, charging = is_plugged(car, said), is_charging(said)
    if said.get("moving") is True:
        return None
    rise = 0.0 if before else _unseen_rise(car, after, said, at_ms)
    is_counted = "plug_event" in said and car.plug_event is not None and said["plug_event"] != car.plug_event
    if car.is_moving and "status" not in said and plugged is not True:
        charging = None  # what flows into the battery of a moving car comes from its engine
    if plugged is not True and charging is not True and not rise and not is_counted:
        return None
    missed = bool(rise) or (is_counted and plugged is False)
    floor_ms = max((closed.unplugged_ms or 0 for closed in before), default=0)
    start_ms = max(car.seen_ms, floor_ms) if missed and car.seen_ms else at_ms
    slack_s = (at_ms - start_ms) // 1000
    event = said.get("plug_event")
    session = OpenSession(
        start_ms=start_ms,
        plugged_at_ms=None if plugged is None and not missed and not is_counted else start_ms,
        plug_slack_s=slack_s,
        plug_event=int(event) if event is not None else None,
        odometer_km=after.odometer_km if not missed else car.odometer_km,
        plugged_ms=at_ms if plugged is True else start_ms,
        target=after.target,
        start_level=car.level if missed else None,
        start_missing_kwh=car.missing_kwh if missed else None,
    )
    session = placed(session, car if missed else after)
    return _missed_charge(session, after, said, at_ms, rise=rise, is_in=plugged is True) if missed else session


def placed(session: OpenSession, car: CarMemory) -> OpenSession:
    """Return the session with where the car is by its memory, if that is known and was not before."""
    latitude, longitude = car.latitude, car.longitude
    if session.latitude is not None or latitude is None or longitude is None:
        return session
    is_apart = abs(car.latitude_ms - car.longitude_ms) > POSITION_WITHIN_MS
    if is_apart or is_no_position(latitude, longitude):
        return session
    return session._replace(latitude=latitude, longitude=longitude)


def _unseen_rise(car: CarMemory, after: CarMemory, said: Mapping[str, Said], at_ms: int) -> float:
    """Return by how much the level rose while nobody looked, in per cent; 0 when it did not, or driving may have.

    A plug-in hybrid charges its battery while it drives: with the odometer moved, only a plug that was counted proves
    a charge.
    """
    if after.level is None or car.level is None or after.level_ms != at_ms or at_ms - car.level_ms < UNSEEN_MS:
        return 0.0
    if car.is_moving or after.level_rank > car.level_rank or car.level_ms < car.unplugged_ms:
        return 0.0
    if after.level_rank == LEVEL_OF_TRIP_END:
        return 0.0
    event = said.get("plug_event")
    is_counted = event is not None and car.plug_event is not None and event != car.plug_event
    if (has_driven(car, said) or car.driven_ms > car.level_ms) and not is_counted:
        return 0.0
    rise = after.level - car.level
    return rise if rise >= RISE_PERCENT else 0.0


def _missed_charge(
    session: OpenSession, after: CarMemory, said: Mapping[str, Said], at_ms: int, *, rise: float, is_in: bool
) -> OpenSession:
    """Return a session of which nobody saw the beginning: its charge lies somewhere since the car was last heard.

    What is still plugged in goes on. A car that is not has driven since, or was unplugged unseen: its level then is at
    least what it says now, and its target where it has one.
    """
    slack_s = (at_ms - session.start_ms) // 1000
    session = session._replace(is_level_rise=True, start_slack_s=slack_s)
    level, target = after.level, session.target or 100.0
    has_risen = rise > 0 or (level is not None and session.start_level is not None and level > session.start_level)
    if is_charging(said) is True or (is_in and has_risen and level is not None and level < min(target, FULL_PERCENT)):
        return session._replace(part_ms=session.start_ms, charged_ms=at_ms)
    left_ms = (
        at_ms if is_in else max(session.start_ms, reckon_departure(session.odometer_km, said, session.start_ms, at_ms))
    )
    if not is_in and level is not None:
        level = _level_before(session, after, level)
        has_risen = has_risen or (session.start_level is not None and level >= session.start_level + RISE_PERCENT)
    if has_risen:
        session = session._replace(
            parts=((session.start_ms, left_ms),),
            charged_ms=left_ms,
            end_level=level,
            end_missing_kwh=after.missing_kwh if after.missing_ms == at_ms and is_in else None,
            end_slack_s=slack_s,
            is_end_reckoned=not is_in,
        )
    if is_in:
        return session
    return session._replace(unplugged_ms=left_ms, unplug_slack_s=slack_s, is_driven_off=True)


def _level_before(session: OpenSession, after: CarMemory, level: float) -> float:
    """Return the level with which a car set off that tells its level only after the drive: what the drive took, more.

    The target where that is about as high: it is said to be 100 % by cars that charge to another one.
    """
    driven_km = driven_between(session.odometer_km, after.odometer_km, after.seen_ms - session.start_ms)
    capacity = capacity_kwh(after)
    taken = 0.0 if capacity is None else driven_km * KWH_PER_KM / capacity * 100
    reckoned = min(100.0, level + taken)
    target = session.target
    is_about = target is not None and abs(target - reckoned) <= max(TARGET_ABOUT_PERCENT, taken / 2)
    return target if target is not None and is_about and target >= level else reckoned


def reckon_departure(odometer_km: float | None, said: Mapping[str, Said], since_ms: int, at_ms: int) -> int:
    """Return when a car set off that says its odometer only now, and stood at `since_ms`."""
    driven_km = driven_between(odometer_km, said.get("odometer"), at_ms - since_ms)
    driving_ms = round(driven_km / AVERAGE_KMH * HOUR_MS)
    return at_ms - min(driving_ms, (at_ms - since_ms) // 2)
