"""Charging sessions and their statistics as "CHS" writes them: texts for a screen, a month at a time."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from bimmerhub.emulator.cardata.answers.charging_history import HOME_PRICE, visible_sessions
from bimmerhub.emulator.cars.records import ChargingSessionTruth
from bimmerhub.emulator.cars.world.addresses import find_address
from bimmerhub.emulator.cars.world.localtime import utc_offset_ms
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.mybmw.app_times import app_millis, app_time
from bimmerhub.times import MINUTE_MS

CURRENCY, NO_COST = "EUR", "--"
LITTLE_KWH = 2.0
USUAL_PAGE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWish:
    """Which sessions are asked for: those of a month, `most` of them from number `offset` on."""

    month: tuple[int, int]
    offset: int
    most: int


def month_of(at_ms: int) -> tuple[int, int]:
    """Return year and month of a time where the car lives."""
    local = utc_moment(at_ms + utc_offset_ms(at_ms))
    return local.year, local.month


def sessions_of_month(
    sessions: Sequence[ChargingSessionTruth], month: tuple[int, int], *, now_ms: int
) -> list[ChargingSessionTruth]:
    """Return the sessions that began in a month and are shown by now, newest first."""
    return [session for session in visible_sessions(sessions, now_ms=now_ms) if month_of(session.start_ms) == month]


def describe_statistics(sessions: Sequence[ChargingSessionTruth], month: tuple[int, int]) -> dict[str, object]:
    """Return the answer about a month; `totalEnergyCharged` is in kWh, from the grid."""
    energy_kwh, count = round(sum(session.grid_kwh for session in sessions)), len(sessions)
    name = f"{dt.date(*month, 1):%B %Y}"
    return {
        "description": name,
        "optStateType": "OPT_IN_WITH_SESSIONS" if sessions else "OPT_IN_WITHOUT_SESSIONS",
        "statistics": {
            "totalEnergyCharged": energy_kwh,
            "totalEnergyChargedSemantics": f"Charged a total of about {energy_kwh} kilowatt-hours",
            "symbol": "~",
            "numberOfChargingSessions": count,
            "numberOfChargingSessionsSemantics": f"{count} charging sessions",
        },
    }


def describe_sessions(
    sessions: Sequence[ChargingSessionTruth], wish: SessionWish, *, now_ms: int, has_costs: bool
) -> dict[str, object]:
    """Return a page of the sessions of a month; `has_costs`: as v2 does. The sums are those of the month."""
    page = sessions[wish.offset : wish.offset + wish.most]
    energy_kwh, next_offset = sum(session.grid_kwh for session in sessions), wish.offset + wish.most
    listed: dict[str, object] = {
        "total": f"~ {energy_kwh:.0f} kWh",
        "numberOfSessions": str(len(sessions)),
        "chargingListState": "HAS_SESSIONS" if sessions else "CHARGE_AND_TRACK",
        "sessions": [_item(session, now_ms=now_ms, has_costs=has_costs) for session in page],
    }
    if not sessions:
        listed["emptyStateDescription"] = "Charge your vehicle and see your sessions here."
    if has_costs:
        cost = sum(cost_of(session) or 0.0 for session in sessions)
        listed["totalValue"] = round(energy_kwh)
        listed["costsGroupedByCurrency"] = [_cost_text(cost) if cost else NO_COST]
        if cost:
            listed["costsGroupedByCurrencyValue"] = {CURRENCY: round(cost, 2)}
    has_more = next_offset < len(sessions)
    pages: object = {"nextToken": str(next_offset)} if has_more else None if has_costs else {}
    return {"paginationInfo": pages, "chargingSessions": listed}


def describe_date_picker(
    sessions: Sequence[ChargingSessionTruth], month: tuple[int, int], *, now_ms: int
) -> dict[str, object]:
    """Return from when to when there is something to choose; `sessions` are all."""
    first_ms = min((session.start_ms for session in sessions), default=now_ms)
    return {
        "startDate": app_time(first_ms),
        "selectedDate": f"{month[0]}-{month[1]:02}-01T00:00:00Z",
        "endDate": app_time(now_ms),
    }


def describe_session(session: ChargingSessionTruth) -> dict[str, object]:
    """Return one session in detail."""
    cost = cost_of(session)
    return {
        "id": session_id(session),
        "date": app_time(session.start_ms),
        "startDate": app_time(session.start_ms),
        "endDate": app_time(session.end_ms),
        "totalMileage": f"{round(session.odometer_km):,} km",
        "energyCharged": _energy_text(session.grid_kwh),
        "duration": _duration_text(session),
        "startBatteryPc": f"{round(session.start_soc_percent)}%",
        "endBatteryPc": f"{round(session.end_soc_percent)}%",
        "totalCost": NO_COST if cost is None else _cost_text(cost),
        "locationName": find_address(session.place_name).line,
        "vehicleLocationId": f"0:{session.latitude_deg:.6f}:{session.longitude_deg:.6f}",
        "timelineItems": [],
        "pluginIssue": session.errors[-1] if session.errors else None,
    }


def session_id(session: ChargingSessionTruth) -> str:
    """Return the id of a session: when it began, and eight characters."""
    digest = hashlib.sha256(f"{session.start_ms} {session.place_name}".encode()).hexdigest()
    return f"{app_millis(session.start_ms)}_{digest[:8]}"


def cost_of(session: ChargingSessionTruth) -> float | None:
    """Return what a session cost in EUR: known at home and at work only."""
    is_public = find_address(session.place_name).provider is not None
    return None if is_public else session.grid_kwh * HOME_PRICE


def _item(session: ChargingSessionTruth, *, now_ms: int, has_costs: bool) -> dict[str, object]:
    local = utc_moment(session.start_ms + utc_offset_ms(session.start_ms))
    is_today = local.date() == utc_moment(now_ms + utc_offset_ms(now_ms)).date()
    cost = cost_of(session)
    parts = [find_address(session.place_name).street, _duration_text(session)]
    parts += [NO_COST if cost is None else _cost_text(cost)] if has_costs else []
    return {
        "id": session_id(session),
        "title": f"Today {local:%H:%M}" if is_today else f"{local:%A %H:%M}",
        "subtitle": " • ".join(parts),
        "energyCharged": _energy_text(session.grid_kwh),
        "sessionStatus": "FINISHED",
        "isPublic": find_address(session.place_name).provider is not None,
    }


def _energy_text(kwh: float) -> str:
    if not kwh:
        return "0 kWh"
    return "< 2 kWh" if kwh < LITTLE_KWH else f"~ {kwh:.0f} kWh"


def _duration_text(session: ChargingSessionTruth) -> str:
    hours, minutes = divmod(round((session.end_ms - session.start_ms) / MINUTE_MS), 60)
    return f"{hours}h {minutes}min" if hours else f"{minutes}min"


def _cost_text(cost: float) -> str:
    return f"~ {cost:.2f} {CURRENCY}".replace(".", ",")
