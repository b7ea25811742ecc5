"""When a charge must have ended of which the car never said so, and why a charge ended."""

from typing import Final

from bimmerhub.domain.charging_sessions.instant_signs import FLOWING_KW
from bimmerhub.domain.charging_sessions.session_flow import AC_EFFICIENCY
from bimmerhub.domain.charging_sessions.session_record import EndReason
from bimmerhub.domain.charging_sessions.session_state import CarMemory, OpenSession
from bimmerhub.times import DAY_MS, HOUR_MS, LATEST_MS, MINUTE_MS

FULL_PERCENT: Final = 99.5
"""A charge level is a whole number in most cars."""
TARGET_WITHIN_PERCENT: Final = 1.0
"""A level that is so near its target has reached it: the displayed one may lag (as `domain.charge_log`)."""
REACHED_WITHIN_PERCENT: Final = 0.5
OVERDUE_MS: Final = 3 * MINUTE_MS
"""A charge whose end was due so long ago has ended. The car's estimate is in whole minutes, and a message of BMW's
takes up to 5 s (measured 2025); a wallbox throttles now and then."""
BEYOND_MS: Final = 30 * MINUTE_MS
"""So much is more than rounding: the remaining time of some cars is the one to full, whatever their target."""
SLOPE_FROM_PERCENT: Final = 3.0
"""A rise from which the end can be reckoned: of whole per cent, it is a third off at most."""
OWN_ESTIMATE_SHARE: Final = 0.05
"""Of its remaining time, how far off a car's own estimate is, by and large: the power falls off as it reckoned."""
USABLE_SHARE: Final = 0.95
"""Of a battery's size when new, what can be used (BMW's data sheets: i4 eDrive35 67 of 70.2 kWh, i5 81.2 of 84.4)."""
UNTOLD_MS: Final = 45 * MINUTE_MS
"""Longer than stable charging is silent (30 min and more, observed 2025)."""
DC_EFFICIENCY: Final = 0.96
"""What of the power at a DC plug gets into the battery."""
SILENT_MS: Final = DAY_MS
"""A charge of which nothing was heard so long, and whose end cannot be reckoned, ended with the last that was heard.
The largest battery takes 13 h at 7.4 kW; stable charging is silent for 30 min and more (observed 2025)."""
UNPLUGGED_WITHIN_MS: Final = 2 * MINUTE_MS

_FAILURES: Final = (
    "ERROR",
    "FAIL",  # also FAILURE, FAILED
    "FAULT",
    "OVERSHOOT",
    "MALFUNCTION",
    "NOT_COMPATIBLE",
    "NOT_POSSIBLE",
    "NOT_REACHABLE",
    "TIMEOUT",
    "TOO_HIGH",
    "NO_PARKING_LOCK",
)
_REASONS: Final[tuple[tuple[EndReason, tuple[str, ...]], ...]] = (
    ("interrupted", ("POWERGRID_FAILED", "NO_ENERGY_TRANSFER", "NO_AC_VOLTAGE", "CHARGING_PAUSED", "LOW_POWER")),
    ("full", ("FULLY_CHARGED",)),
    ("target_reached", ("GOAL_REACHED", "TARGET_REACHED")),
    ("unplugged", ("CONNECTOR_REMOVED", "UNPLUG_CABLE")),
    ("stopped", ("END_REQUESTED_BY_DRIVER", "CUSTOMER_INTERACTION", "EVSE_SHUTDOWN")),
    ("failed", _FAILURES),
)
"""What BMW's words for the end of a charge mean, by a part of them; the first row that fits counts (BMW's catalogue:
reasonChargingEnd, hvpmFinishReason, lastChargingReason)."""


def read_reason(word: str) -> EndReason | None:
    """Return what BMW's word for the end of a charge means, None when it means nothing known."""
    upper = word.upper()
    return next((reason for reason, marks in _REASONS if any(mark in upper for mark in marks)), None)


def expected_end_ms(session: OpenSession, capacity: float | None) -> int | None:
    """Return when the charge under way should end, None when nothing tells; `capacity` is the battery's, in kWh.

    The car's own remaining time, counted from when it said so. Without it how fast the level rose so far, or else how
    fast the power fills the battery, up to the target (or full): that is early by some minutes where the power falls
    off towards the end.
    """
    if session.part_ms is None:
        return None
    if session.minutes_left and session.minutes_left_ms >= session.part_ms:
        end_ms = session.minutes_left_ms + round(session.minutes_left * MINUTE_MS)
        return session.last_level_ms if _is_at_target(session, end_ms) else end_ms
    level = session.start_level if session.last_level is None else session.last_level
    if level is None:
        return None
    goal = 100.0 if session.target is None else session.target
    if session.last_level is not None and session.last_level >= goal - REACHED_WITHIN_PERCENT:
        return _reached_ms(session, capacity, session.last_level)
    return _fills_ms(session, capacity, level=level, since_ms=max(session.last_level_ms, session.part_ms))


def _is_at_target(session: OpenSession, end_ms: int) -> bool:
    """Tell whether the level has reached a target short of full, though the car reckons on, to full, for long."""
    level, target = session.last_level, session.target
    if level is None or target is None or target >= FULL_PERCENT or end_ms - session.last_level_ms < BEYOND_MS:
        return False
    return target <= level <= target + TARGET_WITHIN_PERCENT


def _fills_ms(session: OpenSession, capacity: float | None, *, level: float, since_ms: int) -> int | None:
    """Return when a level comes to its target at the pace so far, or with the power; None without either."""
    part_ms = session.part_ms or session.start_ms
    goal = session.target if session.target is not None and session.target > level else 100.0
    rise = 0.0 if session.start_level is None or session.parts else level - session.start_level
    if rise >= SLOPE_FROM_PERCENT:
        return min(LATEST_MS, round(since_ms + (since_ms - part_ms) / rise * (goal - level)))
    power_kw = _flowing_kw(session)
    if power_kw is None or capacity is None:
        return None
    efficiency = DC_EFFICIENCY if session.is_dc else AC_EFFICIENCY
    return min(LATEST_MS, round(since_ms + capacity * (goal - level) / 100 / (power_kw * efficiency) * HOUR_MS))


def _reached_ms(session: OpenSession, capacity: float | None, level: float) -> int:
    """Return when a level that has reached its target got there: between the last sign of charging and its reading."""
    power_kw, seen_ms = _flowing_kw(session), max(session.last_level_ms, session.charged_ms)
    if seen_ms - session.charged_ms <= UNTOLD_MS:
        return seen_ms
    if power_kw is not None and capacity is not None and session.start_level is not None and not session.parts:
        efficiency = DC_EFFICIENCY if session.is_dc else AC_EFFICIENCY
        filled_h = capacity * (level - session.start_level) / 100 / (power_kw * efficiency)
        return min(seen_ms, max(session.charged_ms, (session.part_ms or session.start_ms) + round(filled_h * HOUR_MS)))
    return (session.charged_ms + seen_ms) // 2


def _flowing_kw(session: OpenSession) -> float | None:
    """Return the last power said, None where it is too little to tell when a battery is full."""
    power_kw = session.flow.last_kw
    return power_kw if power_kw is not None and power_kw >= FLOWING_KW else None


def capacity_kwh(car: CarMemory) -> float | None:
    """Return what the full battery holds: as the car says, else as an earlier charge came to, else by its size."""
    if car.is_capacity_usable or car.capacity_kwh is None:
        return car.capacity_kwh if car.is_capacity_usable else car.learned_kwh
    return car.capacity_kwh * USABLE_SHARE if car.learned_kwh is None else car.learned_kwh


def overdue_ms(session: OpenSession, capacity: float | None) -> int | None:
    """Return from when on the charge under way counts as ended if nothing more is heard; None without one."""
    if session.part_ms is None:
        return None
    expected_ms = expected_end_ms(session, capacity)
    return session.charged_ms + SILENT_MS if expected_ms is None else max(expected_ms, session.charged_ms) + OVERDUE_MS


def end_unsaid(session: OpenSession, at_ms: int, capacity: float | None) -> OpenSession:
    """Return the session without the part under way, of whose end nothing was said up to `at_ms`.

    It ended when it was due; where that cannot be told, or lies ahead, when the plug was out or the car drove: `at_ms`.
    """
    if session.part_ms is None:
        return session
    expected_ms = expected_end_ms(session, capacity)
    if expected_ms is None and at_ms - session.charged_ms >= SILENT_MS:
        expected_ms = session.charged_ms
    end_ms = at_ms if expected_ms is None else max(expected_ms, session.charged_ms)
    is_due = end_ms + OVERDUE_MS <= at_ms
    end_ms = end_ms if is_due else at_ms
    return session._replace(
        parts=(*session.parts, (session.part_ms, end_ms)),
        part_ms=None,
        end_slack_s=_slack_ms(session, end_ms, at_ms) // 1000 if is_due else 0,
        is_end_reckoned=is_due,
        is_end_unsaid=True,
    )


def _slack_ms(session: OpenSession, end_ms: int, at_ms: int) -> int:
    """Return how far off an end is that was reckoned: a twentieth of the car's own remaining time, else all silence."""
    if session.minutes_left and end_ms == session.minutes_left_ms + round(session.minutes_left * MINUTE_MS):
        return max(OVERDUE_MS, round(session.minutes_left * MINUTE_MS * OWN_ESTIMATE_SHARE))
    return max(end_ms - session.charged_ms, min(at_ms, end_ms + HOUR_MS) - end_ms)


def look_back(session: OpenSession, level: float) -> OpenSession:
    """Return the session with the level after its end, which may tell that the end was another.

    A car that was silent for long before its plug was pulled, and is at its target then, got there in between.
    """
    goal = 100.0 if session.target is None else session.target
    start_ms, end_ms = session.parts[-1]
    silent_ms = end_ms - session.charged_ms
    is_told = not session.is_end_unsaid or session.is_end_reckoned
    if is_told or silent_ms <= UNTOLD_MS or level < goal - TARGET_WITHIN_PERCENT:
        return session._replace(end_level=level)
    return session._replace(
        end_level=level,
        parts=(*session.parts[:-1], (start_ms, session.charged_ms + silent_ms // 2)),
        is_end_reckoned=True,
        end_slack_s=silent_ms // 2000,
    )


def derive_end_reason(session: OpenSession, end_level: float | None) -> EndReason | None:
    """Return why the last part ended: by BMW's reason, the car's word, level and plug; None before that."""
    if session.part_ms is not None or (not session.parts and session.unplugged_ms is None and session.end_word is None):
        return None
    said = read_reason(session.reason) if session.reason else None
    if said == "target_reached" and end_level is not None and end_level >= FULL_PERCENT:
        return "full"
    if said is not None:
        return said
    if session.end_word == "error" or session.has_failed:
        return "failed"
    return _by_level(session, end_level)


def _by_level(session: OpenSession, end_level: float | None) -> EndReason:
    is_full = end_level is not None and end_level >= FULL_PERCENT
    reached: EndReason | None = (
        "full" if is_full else "target_reached" if is_target_reached(session, end_level) else None
    )
    ended_ms = session.parts[-1][1] if session.parts else None
    if session.is_end_reckoned:  # the car's remaining time ends at its target, whatever it says that is
        return reached or ("target_reached" if session.minutes_left else "unknown")
    if session.end_word == "finished":
        return reached or "stopped"
    is_pulled = session.unplugged_ms is not None and (
        ended_ms is None or session.unplugged_ms - ended_ms <= UNPLUGGED_WITHIN_MS
    )
    if reached is not None:
        return reached
    if is_pulled:
        return "unplugged"
    return "interrupted" if session.end_word in {"paused", "not_charging", "waiting"} else "unknown"


def is_target_reached(session: OpenSession, end_level: float | None) -> bool | None:
    """Tell whether the level came to the target; None when either is not known."""
    if session.target is None or end_level is None:
        return None
    return end_level >= session.target - TARGET_WITHIN_PERCENT
