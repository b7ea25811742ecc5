"""`chargingHistory`: charging sessions as BMW reports them, ten a page, newest first, the one under way before all.

The form is that of BMW's guide v1.5 (2026-09) and swagger as corrected by what clients saw in 2025-2026: `mileageUnits`
is KM or MILES, without a prefix; there are no costs any more; a charge under way has no end; the answer says
`next_token` where the request says `nextToken`; and a window of 60 days is refused where 45 is not.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bimmerhub.emulator.cardata.refusals import CarDataRefusal
from bimmerhub.emulator.cardata.voice.keys import KM_PER_MILE
from bimmerhub.emulator.cars.records import ChargingBlockTruth, ChargingSessionTruth, RunningChargeTruth
from bimmerhub.emulator.cars.world.addresses import find_address
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.times import DAY_MS, MINUTE_MS

PAGE_SIZE = 10
LONGEST_WINDOW_MS = 45 * DAY_MS
APPEARS_AFTER_MS = 15 * MINUTE_MS
"""A session is not there at once (users 2025-2026); how long it takes is a guess."""
TIME_ZONE = "Europe/Berlin"
HOME_PRICE = 0.32
"""EUR for each kWh."""

# Unix seconds are refused (observed by clients 2025-2026); that a zone must be there is inferred.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryWindow:
    """The sessions asked for: those that began in it. Milliseconds since 1970 UTC."""

    from_ms: int
    to_ms: int


def parse_window(parameters: Mapping[str, str]) -> HistoryWindow:
    """Return the window of a request; CarDataRefusal CU-401 when `from` or `to` is missing, no time, or too far."""
    window = HistoryWindow(from_ms=_parse_time(parameters, "from"), to_ms=_parse_time(parameters, "to"))
    if window.to_ms <= window.from_ms:
        raise CarDataRefusal("CU-401", "from is earlier than to.")
    if window.to_ms - window.from_ms > LONGEST_WINDOW_MS:
        raise CarDataRefusal("CU-401", "from and to are too far apart.")
    return window


def visible_sessions(sessions: Sequence[ChargingSessionTruth], *, now_ms: int) -> list[ChargingSessionTruth]:
    """Return the sessions that BMW shows by now, newest first."""
    visible = [session for session in sessions if session.end_ms + APPEARS_AFTER_MS <= now_ms]
    return sorted(visible, key=lambda session: session.start_ms, reverse=True)


def find_page(
    sessions: Sequence[ChargingSessionTruth], window: HistoryWindow, *, before_ms: int | None, most: int = PAGE_SIZE
) -> tuple[list[ChargingSessionTruth], bool]:
    """Return up to `most` sessions that began in the window and before `before_ms`, and whether there are more."""
    to_ms = window.to_ms if before_ms is None else min(window.to_ms, before_ms)
    matching = [session for session in sessions if window.from_ms <= session.start_ms < to_ms]
    return matching[:most], len(matching) > most


def format_session(
    session: ChargingSessionTruth, *, is_in_miles: bool = False, has_costs: bool = False
) -> dict[str, object]:
    """Return one `ChargingSessionDto`: home had a price before guide v1.5, a public point has a provider.

    The two energies that v1.5 adds were seen without values only.
    """
    return {
        "displayedSoc": round(session.end_soc_percent),
        "displayedStartSoc": round(session.start_soc_percent),
        "startTime": session.start_ms // 1000,
        "endTime": session.end_ms // 1000,
        "timeZone": TIME_ZONE,
        "totalChargingDurationSec": round((session.end_ms - session.start_ms) / 1000 - session.paused_s),
        "energyConsumedFromPowerGridKwh": session.grid_kwh,
        "isPreconditioningActivated": session.is_preconditioned,
        **_format_mileage(session.odometer_km, is_in_miles=is_in_miles),
        "energyDecreaseHvbKwh": None,
        "energyDischargedKwh": None,
        "chargingBlocks": [format_block(block) for block in session.blocks],
        "businessErrors": _format_errors(session),
        **_format_place(session),
        **(_format_costs(session) if has_costs else {}),
    }


def format_running_charge(charge: RunningChargeTruth, *, is_in_miles: bool = False) -> dict[str, object]:
    """Return the session of a charge under way: it has no end, and no energy yet (BMW's guide v1.5)."""
    return {
        "displayedStartSoc": round(charge.start_soc_percent),
        "startTime": charge.start_ms // 1000,
        "endTime": None,
        "timeZone": TIME_ZONE,
        "energyConsumedFromPowerGridKwh": None,
        "isPreconditioningActivated": charge.is_preconditioned,
        **_format_mileage(charge.odometer_km, is_in_miles=is_in_miles),
        **_format_place(charge),
    }


def _format_mileage(odometer_km: float, *, is_in_miles: bool) -> dict[str, object]:
    if is_in_miles:
        return {"mileage": round(odometer_km / KM_PER_MILE), "mileageUnits": "MILES"}
    return {"mileage": round(odometer_km), "mileageUnits": "KM"}


def _format_costs(session: ChargingSessionTruth) -> dict[str, object]:
    if find_address(session.place_name).provider is not None:
        return {}
    cost = {"currency": "EUR", "calculatedChargingCost": round(session.grid_kwh * HOME_PRICE, 2)}
    return {"chargingCostInformation": {**cost, "calculatedSavings": 0.0}}


def _format_place(session: ChargingSessionTruth | RunningChargeTruth) -> dict[str, object]:
    address = find_address(session.place_name)
    location: dict[str, object] = {
        "municipality": address.town,
        "formattedAddress": address.line,
        "streetAddress": address.street,
        "mapMatchedLatitude": session.latitude_deg,
        "mapMatchedLongitude": session.longitude_deg,
    }
    if address.provider is None:
        return {"chargingLocation": location}
    match = {
        "providerName": address.provider,
        "streetAddress": address.street,
        "postalCode": address.postal_code,
        "city": address.town,
    }
    return {"chargingLocation": location, "publicChargingPoint": {"potentialChargingPointMatches": [match]}}


def format_block(block: ChargingBlockTruth) -> dict[str, object]:
    """Return one `ChargingBlockDto` (BMW swagger)."""
    return {
        "startTime": block.start_ms // 1000,
        "endTime": block.end_ms // 1000,
        "averagePowerGridKw": block.average_kw,
    }


def _format_errors(session: ChargingSessionTruth) -> list[dict[str, object]]:
    """Return what went wrong; every other time the moment lacks zone and milliseconds (both observed)."""
    plain = utc_moment(session.end_ms).strftime("%Y-%m-%dT%H:%M:%S")
    forms = (f"{plain}.{session.end_ms % 1000:03d}Z", plain)
    return [{"creationTime": forms[number % 2], "hint": hint} for number, hint in enumerate(session.errors)]


def _parse_time(parameters: Mapping[str, str], name: str) -> int:
    text = parameters.get(name, "")
    if _TIME.fullmatch(text) is None:
        raise CarDataRefusal("CU-401", f"{name} is a time such as 2026-07-27T00:00:00.000Z.")
    try:
        return int(dt.datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError as error:  # the 30th of February
        raise CarDataRefusal("CU-401", f"{name} is not a time there is.") from error
