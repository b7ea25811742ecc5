"""The state machine of charging sessions: what an instant of evidence does to the car's memory and the session.

There is no session, or one. It opens with a plug, with charging, or with a level that rose while nobody looked. While
it is open, parts begin and end in it. It ends with the plug: the car says so, drives, or counts another plug-in. It is
settled as soon as the car drives or counts another plug-in, else `JOIN_MS` later: a plug that comes back before that
was never out (chargers cut the pilot line for 30 to 334 s, measured by leapmotor-mate).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from bimmerhub.domain.charging_sessions.charge_end import FULL_PERCENT, capacity_kwh, end_unsaid, look_back
from bimmerhub.domain.charging_sessions.session_evidence import REASONS, Said
from bimmerhub.domain.charging_sessions.session_flow import end_samples, read_power_kw, take_samples
from bimmerhub.domain.charging_sessions.session_state import CarMemory, Flow, OpenSession
from bimmerhub.domain.positions import is_no_position
from bimmerhub.times import HOUR_MS, MINUTE_MS

JOIN_MS: Final = 6 * MINUTE_MS
"""Pieces of a charge with no more than this between them are one (need 7.6: BavarianData)."""
FLOWING_KW: Final = 0.2
"""Less is no charging: a car that keeps its own devices alive draws that much."""
DRIVEN_KM: Final = 2.0
"""An odometer that rose so far since the plug was put in has driven. One tick may be a message that was lost before."""
LEVEL_FALLBACK_MS: Final = HOUR_MS
RISE_PERCENT: Final = 3.0
"""A level that is so much higher than the last one was charged: a battery that warms up shows 1 or 2 more."""
ON_THE_WAY: Final = frozenset(
    {"level", "missing_kwh", "moving", "odometer", "target", "minutes_left", "latitude", "longitude"}
)
"""What a car says that drives, all the time: it opens no session, unless the level rose unseen."""
LEVELS: Final = ("level", "level 1", "level 2", "level 3")
TIMED: Final = {kind: (kind, f"{kind.removesuffix('_kwh')}_ms") for kind in ("missing_kwh", "latitude", "longitude")}
LEVEL_OF_TRIP_END: Final = 1
"""Cars without a traction battery send it too (facts of clients 2025-2026): it proves no charge."""
REMEMBERED: Final = {
    "odometer": "odometer_km",
    "target": "target",
    "plug_event": "plug_event",
    "moving": "is_moving",
}
UNSEEN_MS: Final = 15 * MINUTE_MS
"""A level that rose within less than that rose before the eyes of whoever reads; going downhill, for example."""
POSITION_WITHIN_MS: Final = 5 * MINUTE_MS
"""Halves of a position that lie further apart are none (as `domain.positions`)."""
PHASES_BEFORE_MS: Final = MINUTE_MS
"""The phases come up to 10 s before the charge starts (facts of clients 2025-2026)."""
NEW_PLUG_MS: Final = 2 * MINUTE_MS
"""Within that time of a plug-in another number is that plug-in's: the port tells in several messages."""
DC_FROM_KW: Final = 25.0
"""No BMW charges with more than 22 kW from AC."""
MOST_PARTS: Final = 200
"""Of more parts than this the last two are told as one."""
AVERAGE_KMH: Final = 40.0
"""By which the start of a drive is reckoned back from its end, where a car tells only that (iDrive 6)."""
FRESH_MS: Final = 15 * MINUTE_MS
"""A level said so short a time before a charge began is its first, though the car moved on a little."""
KWH_PER_KM: Final = 0.17
"""What a BEV takes by and large; only to tell what a drive took that nobody saw."""
TARGET_ABOUT_PERCENT: Final = 8.0
REASON_WITHIN_MS: Final = 10 * MINUTE_MS


class InstantOutcome(NamedTuple):
    """What an instant comes to: memory, the session that is open then, and those that it settled, in order."""

    car: CarMemory
    session: OpenSession | None
    settled: tuple[OpenSession, ...] = ()


def take_instant(car: CarMemory, session: OpenSession | None, said: Mapping[str, Said], at_ms: int) -> InstantOutcome:
    """Return what everything that was said at one instant does."""
    if session is None and said.keys() <= ON_THE_WAY and at_ms - car.level_ms < UNSEEN_MS:
        return InstantOutcome(_remember(car, said, at_ms), None)
    if isinstance(power_kw := said.get("power"), float):
        said = {**said, "power": read_power_kw(power_kw, Flow() if session is None else session.flow, said)}
    settled: tuple[OpenSession, ...] = ()
    after = _remember(car, said, at_ms)
    if session is not None:
        ending = _find_end(session, car, said, at_ms)
        if ending is not None:
            session, is_final = ending
            if is_final:
                settled, session = (session,), None
    if session is None:
        session = _open(car, after, said, at_ms, before=settled)
    if session is not None and session.unplugged_ms is None:
        session = _go_on(session, after, said, at_ms)
    elif session is not None:
        session = _level_after(session, after, at_ms)
    return InstantOutcome(after, session, settled)


def is_plugged(car: CarMemory, said: Mapping[str, Said]) -> bool | None:
    """Return what was said of the plug. A single port that is empty says nothing, unless the plug was in it."""
    plug = said.get("plug")
    if plug is not None:
        return bool(plug)
    if said.get("dc_plug") is True:
        return True
    ports = [(kind, value) for kind, value in said.items() if kind.startswith("plug ")]
    if any(value is True for _, value in ports):
        return True
    return False if any(kind == car.port for kind, _ in ports) else None


def is_charging(said: Mapping[str, Said]) -> bool | None:
    """Return whether the instant says that it charges: the status first, then the power; None when it says nothing."""
    status, power = said.get("status"), said.get("power")
    if status is not None and status != "starting":
        return status == "charging"
    return power >= FLOWING_KW if isinstance(power, float) else None


def _remember(car: CarMemory, said: Mapping[str, Said], at_ms: int) -> CarMemory:
    """Return the memory with what was said of the car itself."""
    changes: dict[str, Said | None] = {"seen_ms": at_ms}
    for kind, (field, field_ms) in TIMED.items():
        if kind in said:
            changes[field], changes[field_ms] = said[kind], at_ms
    for rank, kind in enumerate(LEVELS):
        if kind in said and (rank <= car.level_rank or at_ms - car.level_ms > LEVEL_FALLBACK_MS):
            changes |= {"level": said[kind], "level_ms": at_ms, "level_rank": rank}
            break
    if has_driven(car, said):
        changes["driven_ms"] = at_ms
    for kind, field in REMEMBERED.items():
        if kind in said:
            changes[field] = said[kind]
    if not said.keys() <= ON_THE_WAY:
        changes |= _remember_standing(car, said, at_ms)
    return car._replace(**changes)  # type: ignore[arg-type]  # the names above are its fields


def _remember_standing(car: CarMemory, said: Mapping[str, Said], at_ms: int) -> dict[str, Said | None]:
    """Return what changes in the memory by what a car says that stands."""
    changes: dict[str, Said | None] = {}
    if said.get("phases"):
        changes |= {"phases": int(said["phases"]), "phases_ms": at_ms}
    if "capacity" in said:
        changes |= {"capacity_kwh": said["capacity"], "is_capacity_usable": True}
    elif "size" in said and not car.is_capacity_usable:
        changes["capacity_kwh"] = said["size"]
    port = next((kind for kind, value in said.items() if kind.startswith("plug ") and value is True), None)
    if port is not None:
        changes["port"] = port
    return changes


def has_driven(car: CarMemory, said: Mapping[str, Said]) -> bool:
    """Tell whether the car drives or has driven, by what was said at an instant."""
    if said.get("moving") is True:
        return True
    odometer_km = said.get("odometer")
    return isinstance(odometer_km, float) and car.odometer_km is not None and odometer_km >= car.odometer_km + DRIVEN_KM


def _find_end(
    session: OpenSession, car: CarMemory, said: Mapping[str, Said], at_ms: int
) -> tuple[OpenSession, bool] | None:
    """Return the session as ended by what was said, and whether that is final; None while it goes on."""
    plugged, charging = is_plugged(car, said), is_charging(said)
    if _is_other_plug(session, said, at_ms):
        unplugged_ms = session.unplugged_ms or max(session.plugged_ms, session.charged_ms, session.start_ms)
        return _unplug(session, car, unplugged_ms, slack_ms=at_ms - unplugged_ms), True
    if said.get("moving") is True or _has_left(session, said, is_here=plugged is True or charging is True):
        return _drive_off(session, car, said, at_ms), True
    if session.unplugged_ms is not None:
        if at_ms - session.unplugged_ms > JOIN_MS:
            return session, True
        return None if plugged is not True and charging is not True else (session._replace(unplugged_ms=None), False)
    if plugged is False and charging is not True:
        return _unplug(_with_reason(session, said, at_ms), car, at_ms), False
    return None


def _drive_off(session: OpenSession, car: CarMemory, said: Mapping[str, Said], at_ms: int) -> OpenSession:
    """Return the session that the car drove away from: what it says as it sets off is how the charge left it."""
    is_leaving = said.get("moving") is True
    if session.unplugged_ms is None:
        left_ms = at_ms if is_leaving else _reckon_departure(session.odometer_km, said, at_ms)
        last_ms = max(session.plugged_ms, session.charged_ms, session.start_ms)
        session = _unplug(session, car, max(left_ms, last_ms), slack_ms=at_ms - last_ms)
        session = session._replace(is_driven_off=True)
    return _level_after(session, _remember(car, said, at_ms), at_ms) if is_leaving else session


def _is_other_plug(session: OpenSession, said: Mapping[str, Said], at_ms: int) -> bool:
    event = said.get("plug_event")
    if event is None or session.plug_event is None or event == session.plug_event:
        return False
    return (
        session.plugged_at_ms is None or at_ms - session.plugged_at_ms > NEW_PLUG_MS or session.unplugged_ms is not None
    )


def _has_left(session: OpenSession, said: Mapping[str, Said], *, is_here: bool) -> bool:
    odometer_km = said.get("odometer")
    if is_here or not isinstance(odometer_km, float) or session.odometer_km is None:
        return False
    return odometer_km >= session.odometer_km + DRIVEN_KM


def _reckon_departure(odometer_km: float | None, said: Mapping[str, Said], at_ms: int) -> int:
    """Return when a car set off that says its odometer only now."""
    odometer = said.get("odometer")
    if odometer_km is None or not isinstance(odometer, float) or odometer <= odometer_km:
        return at_ms
    return at_ms - round((odometer - odometer_km) / AVERAGE_KMH * HOUR_MS)


def _unplug(session: OpenSession, car: CarMemory, unplugged_ms: int, *, slack_ms: int = 0) -> OpenSession:
    had_part = session.part_ms is not None
    session = end_unsaid(session, unplugged_ms, capacity_kwh(car))
    flow = end_samples(session.flow, session.parts[-1][1]) if had_part else session.flow
    return session._replace(unplugged_ms=unplugged_ms, unplug_slack_s=slack_ms // 1000, flow=flow)


def _open(
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
    session = _placed(session, car if missed else after)
    return _missed_charge(session, after, said, at_ms, rise=rise, is_in=plugged is True) if missed else session


def _placed(session: OpenSession, car: CarMemory) -> OpenSession:
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
    left_ms = at_ms if is_in else max(session.start_ms, _reckon_departure(session.odometer_km, said, at_ms))
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
    driven_km = 0.0
    if after.odometer_km is not None and session.odometer_km is not None:
        driven_km = max(0.0, after.odometer_km - session.odometer_km)
    capacity = capacity_kwh(after)
    taken = 0.0 if capacity is None else driven_km * KWH_PER_KM / capacity * 100
    reckoned = min(100.0, level + taken)
    target = session.target
    is_about = target is not None and abs(target - reckoned) <= max(TARGET_ABOUT_PERCENT, taken / 2)
    return target if target is not None and is_about and target >= level else reckoned


def _go_on(session: OpenSession, after: CarMemory, said: Mapping[str, Said], at_ms: int) -> OpenSession:
    """Return the session with what was said while the plug is in."""
    charging = is_charging(said)
    if is_plugged(after, said) is True or charging is True:
        session = session._replace(plugged_ms=at_ms)
    if "plug_event" in said and said["plug_event"] != session.plug_event:
        session = session._replace(plug_event=int(said["plug_event"]))
    if "odometer" in said or session.odometer_km is None:
        session = session._replace(odometer_km=after.odometer_km)
    session = _with_kind(_placed(session, after), said)
    if charging is True:
        session = _charge(session, after, said, at_ms)
    elif session.part_ms is not None and (charging is False or _tells_end(session, said)):
        session = _stop(session, after, said, at_ms)
    elif session.part_ms is not None:
        session = _sample(session, after, said, at_ms)
    elif said.get("status") == "error":
        session = session._replace(end_word="error", has_failed=True)
    if session.part_ms is None:
        session = _with_reason(_level_after(session, after, at_ms), said, at_ms)
    if "target" in said:
        session = session._replace(target=after.target)
    return session


def _tells_end(session: OpenSession, said: Mapping[str, Said]) -> bool:
    """Tell whether the charge is over by what comes with its end, where status and power do not come themselves.

    The remaining time is 0 then, and the method of AC charging is none; of DC it is none all the time (i4).
    """
    if is_charging(said) is not None:
        return False
    is_ac_over = session.is_dc is False and str(said.get("method", "")).upper() == "NOCHARGING"
    return is_ac_over or said.get("minutes_left") == 0.0


def _with_kind(session: OpenSession, said: Mapping[str, Said]) -> OpenSession:
    """Return the session with what tells AC from DC."""
    method, power = said.get("method"), said.get("power")
    if said.get("dc_plug") is True or (isinstance(method, str) and method.upper().startswith("DC")):
        return session if session.is_dc else session._replace(is_dc=True)
    if isinstance(power, float) and power > DC_FROM_KW:
        return session if session.is_dc else session._replace(is_dc=True)
    is_ac = isinstance(method, str) and method.upper().startswith("AC")
    return session._replace(is_dc=False) if is_ac and session.is_dc is None else session


def _charge(session: OpenSession, after: CarMemory, said: Mapping[str, Said], at_ms: int) -> OpenSession:
    """Return the session with a sign of charging: a part begins or goes on."""
    if session.part_ms is None:
        part_ms = at_ms
        parts = session.parts
        if parts and (at_ms - parts[-1][1] <= JOIN_MS or len(parts) >= MOST_PARTS):
            parts, part_ms = parts[:-1], parts[-1][0]
        session = session._replace(
            part_ms=part_ms,
            parts=parts,
            end_level=None,
            end_missing_kwh=None,
            end_word=None,
            reason=None,
            minutes_left=None,
            end_slack_s=0,
            is_end_unsaid=False,
        )
        if session.start_level is None and not session.parts:
            session = session._replace(
                start_level=after.level if _is_of_stop(after, after.level_ms, at_ms) else None,
                start_missing_kwh=after.missing_kwh if _is_of_stop(after, after.missing_ms, at_ms) else None,
            )
    return _sample(session._replace(charged_ms=at_ms), after, said, at_ms)


def _is_of_stop(after: CarMemory, said_ms: int, at_ms: int) -> bool:
    """Tell whether what was said holds at the start of a charge: it was said since, or just before, the stop."""
    return said_ms >= after.driven_ms or at_ms - said_ms <= FRESH_MS


def _sample(session: OpenSession, after: CarMemory, said: Mapping[str, Said], at_ms: int) -> OpenSession:
    """Return the session with what was said while it charges."""
    phases = int(said["phases"]) if said.get("phases") else None
    if phases is None and session.flow.phases is None and after.phases_ms >= at_ms - PHASES_BEFORE_MS:
        phases = after.phases
    changes: dict[str, object] = {
        "flow": take_samples(
            session.flow,
            said,
            at_ms,
            phases=phases,
            missing_kwh=after.missing_kwh if after.missing_ms == at_ms else None,
        )
    }
    if after.level_ms == at_ms:
        changes |= {"last_level": after.level, "last_level_ms": at_ms}
        if session.start_level is None:
            changes["start_level"] = after.level
    if after.missing_ms == at_ms:
        changes |= {"last_missing_kwh": after.missing_kwh, "last_missing_ms": at_ms}
        if session.start_missing_kwh is None:
            changes["start_missing_kwh"] = after.missing_kwh
    if isinstance(minutes := said.get("minutes_left"), float) and minutes > 0:
        changes |= {"minutes_left": minutes, "minutes_left_ms": at_ms}
    if _is_sign(session, said, after, at_ms):
        changes["charged_ms"] = at_ms
    return session._replace(**changes)  # type: ignore[arg-type]  # the names above are its fields


def _is_sign(session: OpenSession, said: Mapping[str, Said], after: CarMemory, at_ms: int) -> bool:
    """Tell whether an instant says that it still charges: something flows, or the level rises short of its target."""
    if any(isinstance(number := said.get(kind), float) and number > 0 for kind in ("power", "amps", "minutes_left")):
        return True
    if after.level_ms != at_ms or after.level is None or session.last_level is None:
        return False
    return session.last_level < after.level < (session.target or 100.0) - 1


def _stop(session: OpenSession, after: CarMemory, said: Mapping[str, Said], at_ms: int) -> OpenSession:
    """Return the session with its part ended, as the car says."""
    assert session.part_ms is not None  # noqa: S101 - the caller looked
    status = said.get("status")
    return session._replace(
        flow=end_samples(session.flow, at_ms, after.missing_kwh if after.missing_ms == at_ms else None),
        parts=(*session.parts, (session.part_ms, at_ms)),
        part_ms=None,
        charged_ms=at_ms,
        end_word=status if isinstance(status, str) else "paused" if "power" in said else None,
        has_failed=session.has_failed or status == "error",
        is_end_reckoned=False,
        is_end_unsaid=False,
    )


def _with_reason(session: OpenSession, said: Mapping[str, Said], at_ms: int) -> OpenSession:
    """Return the session with BMW's reason for its end: that comes at the end or soon after.

    What is said at the start of a charge is the reason of the one before.
    """
    if session.part_ms is None and (not session.parts or at_ms - session.parts[-1][1] > REASON_WITHIN_MS):
        return session
    reason = next((said[kind] for place in range(len(REASONS)) if (kind := f"reason {place}") in said), None)
    if reason is not None and session.reason is None:
        session = session._replace(reason=str(reason))
    status = said.get("status")
    if session.part_ms is None and status in {"finished", "error"} and session.end_word != status:
        session = session._replace(end_word=str(status), has_failed=session.has_failed or status == "error")
    return session


def _level_after(session: OpenSession, after: CarMemory, at_ms: int) -> OpenSession:
    """Return the session with the level of its end, if that was said only now."""
    if session.part_ms is not None or not session.parts:
        return session
    if session.end_level is None and after.level_ms == at_ms and after.level is not None:
        session = look_back(session, after.level)
    if session.end_missing_kwh is None and after.missing_ms == at_ms:
        session = session._replace(end_missing_kwh=after.missing_kwh)
    return session
