"""What is said while a plug is in: parts begin and end, samples add up, levels and reasons are noted."""

from collections.abc import Mapping
from typing import Final

from bimmerhub.domain.charging_sessions.charge_end import look_back
from bimmerhub.domain.charging_sessions.instant_signs import is_charging, is_plugged
from bimmerhub.domain.charging_sessions.session_evidence import REASONS, Said
from bimmerhub.domain.charging_sessions.session_flow import end_samples, take_samples
from bimmerhub.domain.charging_sessions.session_kind import with_kind
from bimmerhub.domain.charging_sessions.session_opening import placed
from bimmerhub.domain.charging_sessions.session_state import CarMemory, OpenSession
from bimmerhub.times import MINUTE_MS

PHASES_BEFORE_MS: Final = MINUTE_MS
"""The phases come up to 10 s before the charge starts (facts of clients 2025-2026)."""
MOST_PARTS: Final = 200
"""Of more parts than this the last two are told as one."""
FRESH_MS: Final = 15 * MINUTE_MS
"""A level said so short a time before a charge began is its first, though the car moved on a little."""
REASON_WITHIN_MS: Final = 10 * MINUTE_MS
JOIN_MS: Final = 6 * MINUTE_MS
"""Pieces of a charge with no more than this between them are one (need 7.6: BavarianData)."""


def go_on(session: OpenSession, after: CarMemory, said: Mapping[str, Said], at_ms: int) -> OpenSession:
    """Return the session with what was said while the plug is in."""
    charging = is_charging(said)
    if is_plugged(after, said) is True or charging is True:
        session = session._replace(plugged_ms=at_ms)
    if "plug_event" in said and said["plug_event"] != session.plug_event:
        session = session._replace(plug_event=int(said["plug_event"]))
    if "odometer" in said or session.odometer_km is None:
        session = session._replace(odometer_km=after.odometer_km)
    session = with_kind(placed(session, after), said)
    if charging is True:
        session = _charge(session, after, said, at_ms)
    elif session.part_ms is not None and (charging is False or _tells_end(session, said)):
        session = _stop(session, after, said, at_ms)
    elif session.part_ms is not None:
        session = _sample(session, after, said, at_ms)
    elif said.get("status") == "error":
        session = session._replace(end_word="error", has_failed=True)
    if session.part_ms is None:
        session = with_reason(level_after(session, after, at_ms), said, at_ms)
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


def with_reason(session: OpenSession, said: Mapping[str, Said], at_ms: int) -> OpenSession:
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


def level_after(session: OpenSession, after: CarMemory, at_ms: int) -> OpenSession:
    """Return the session with the level of its end, if that was said only now."""
    if session.part_ms is not None or not session.parts:
        return session
    if session.end_level is None and after.level_ms == at_ms and after.level is not None:
        session = look_back(session, after.level)
    if session.end_missing_kwh is None and after.missing_ms == at_ms:
        session = session._replace(end_missing_kwh=after.missing_kwh)
    return session
