"""Makes the record of a session: what the fold remembers becomes the numbers that are stored, each with how."""

from bimmerhub.domain.charging_sessions.charge_end import derive_end_reason, is_target_reached, read_reason
from bimmerhub.domain.charging_sessions.session_energy import (
    LEVEL_BAND_PERCENT,
    Ends,
    derive_battery_energy,
    derive_ends,
    derive_grid_energy,
)
from bimmerhub.domain.charging_sessions.session_kind import derive_kind
from bimmerhub.domain.charging_sessions.session_losses import with_losses
from bimmerhub.domain.charging_sessions.session_record import ChargingPart, ChargingRecord, How
from bimmerhub.domain.charging_sessions.session_state import CarMemory, OpenSession


def to_record(session: OpenSession, car: CarMemory) -> ChargingRecord:
    """Return the record of a session, settled or as it is now; `car` is what was known of the car up to then."""
    kind = derive_kind(session)
    ends = derive_ends(session, car, kind=kind)
    battery = derive_battery_energy(session, car, ends, kind=kind)
    grid = derive_grid_energy(session, battery, kind=kind)
    reason = derive_end_reason(session, ends.level)
    parts = _describe_parts(session)
    how, band = _describe_how(session, ends)
    for name, energy in (("energy_battery_kwh", battery), ("energy_grid_kwh", grid)):
        if energy is not None:
            how[name], band[name] = energy.how, round(energy.band_kwh, 3)
    record = ChargingRecord(
        plugged_at_ms=session.plugged_at_ms,
        unplugged_at_ms=session.unplugged_ms,
        started_at_ms=parts[0].started_at_ms if parts else None,
        ended_at_ms=parts[-1].ended_at_ms if parts else None,
        start_soc_percent=_rounded(session.start_level, 1),
        end_soc_percent=_rounded(ends.level, 1),
        target_soc_percent=session.target,
        is_target_reached=_is_reached(session, ends.level, reason) if parts else None,
        energy_battery_kwh=None if battery is None else round(battery.kwh, 3),
        energy_grid_kwh=None if grid is None else round(grid.kwh, 3),
        losses_kwh=None,
        kind=kind,
        phases=None if kind == "dc" else session.flow.phases,
        parts=parts,
        max_power_kw=session.flow.max_kw,
        end_reason=reason,
        bmw_reason=session.reason,
        start_odometer_km=session.odometer_km,
        latitude_deg=session.latitude,
        longitude_deg=session.longitude,
        how=how,
        band=band,
        energy_battery_by=None if battery is None else battery.by,
    )
    return with_losses(record)


def _describe_parts(session: OpenSession) -> tuple[ChargingPart, ...]:
    parts = [ChargingPart(started_at_ms=start_ms, ended_at_ms=end_ms) for start_ms, end_ms in session.parts]
    if session.part_ms is not None:
        parts.append(ChargingPart(started_at_ms=session.part_ms, ended_at_ms=None))
    return tuple(parts)


def _describe_how(session: OpenSession, ends: Ends) -> tuple[dict[str, How], dict[str, float]]:
    """Return how times and levels were come by, and how far off those may be that were not measured."""
    has_begun, has_ended = bool(session.parts) or session.part_ms is not None, session.part_ms is None
    times: dict[str, int | None] = {
        "plugged_at": None if session.plugged_at_ms is None else session.plug_slack_s,
        "unplugged_at": None if session.unplugged_ms is None else session.unplug_slack_s,
        "started_at": session.start_slack_s if has_begun else None,
        "ended_at": session.end_slack_s if session.parts and has_ended else None,
    }
    how: dict[str, How] = {
        name: "estimated" if slack_s else "measured" for name, slack_s in times.items() if slack_s is not None
    }
    band = {name: float(slack_s) for name, slack_s in times.items() if slack_s}
    if session.start_level is not None:
        how["start_soc_percent"] = "measured"
    if has_begun and ends.level is not None:
        is_estimated = (ends.is_level_reckoned and has_ended) or (session.is_level_rise and session.is_end_reckoned)
        how["end_soc_percent"] = "estimated" if is_estimated else "measured"
        if is_estimated:
            band["end_soc_percent"] = 5.0 if session.is_level_rise else 2 * LEVEL_BAND_PERCENT
    return how, band


def _is_reached(session: OpenSession, end_level: float | None, reason: str | None) -> bool | None:
    if session.part_ms is not None:
        return None
    if reason in {"target_reached", "full"} or (session.reason and read_reason(session.reason) == "target_reached"):
        return True
    return is_target_reached(session, end_level)


def _rounded(number: float | None, digits: int) -> float | None:
    return None if number is None else round(number, digits)
