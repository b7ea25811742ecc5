"""`chargingHistory`: finished charging sessions as BMW reports them, ten a page, newest first.

The form is that of BMW's swagger as corrected by what clients saw in 2025-2026: `mileageUnits` is KM without a prefix,
the answer says `next_token` where the request says `nextToken`, and a window of 60 days is refused where 45 is not.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bimmerhub.emulator.cardata.refusals import CarDataRefusal
from bimmerhub.emulator.cars.world.addresses import find_address
from bimmerhub.emulator.host.moments import utc_moment

PAGE_SIZE = 10
LONGEST_WINDOW_MS = 45 * 86_400_000
APPEARS_AFTER_MS = 15 * 60_000
"""A session is not there at once (users 2025-2026); how long it takes is a guess."""
TIME_ZONE = "Europe/Berlin"
_HOME_PRICE = 0.32

# Unix seconds are refused (observed by clients 2025-2026); that a zone must be there is inferred.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)

Session = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The sessions asked for: those that began in it. Milliseconds since 1970 UTC."""

    from_ms: int
    to_ms: int


def parse_window(parameters: Mapping[str, str]) -> Window:
    """Return the window of a request; CarDataRefusal CU-401 when `from` or `to` is missing, no time, or too far."""
    window = Window(from_ms=_parse_time(parameters, "from"), to_ms=_parse_time(parameters, "to"))
    if window.to_ms <= window.from_ms:
        raise CarDataRefusal("CU-401", "from is earlier than to.")
    if window.to_ms - window.from_ms > LONGEST_WINDOW_MS:
        raise CarDataRefusal("CU-401", "from and to are too far apart.")
    return window


def visible_sessions(sessions: Sequence[Session], *, now_ms: int) -> list[Session]:
    """Return those that BMW knows of by now, newest first."""
    known = [session for session in sessions if _ms(session, "end_ms") + APPEARS_AFTER_MS <= now_ms]
    return sorted(known, key=start_ms_of, reverse=True)


def find_page(sessions: Sequence[Session], window: Window, *, before_ms: int | None) -> tuple[list[Session], bool]:
    """Return up to PAGE_SIZE sessions that began in the window and before `before_ms`, and whether there are more."""
    to_ms = window.to_ms if before_ms is None else min(window.to_ms, before_ms)
    found = [session for session in sessions if window.from_ms <= start_ms_of(session) < to_ms]
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE


def start_ms_of(session: Session) -> int:
    """Return when a session began (milliseconds since 1970 UTC)."""
    return _ms(session, "start_ms")


def format_session(session: Session) -> dict[str, object]:
    """Return one `ChargingSessionDto` (BMW swagger)."""
    start_ms, end_ms = _ms(session, "start_ms"), _ms(session, "end_ms")
    energy_kwh = _number(session, "grid_kwh")
    answer: dict[str, object] = {
        "displayedSoc": round(_number(session, "end_soc_percent")),
        "displayedStartSoc": round(_number(session, "start_soc_percent")),
        "startTime": start_ms // 1000,
        "endTime": end_ms // 1000,
        "timeZone": TIME_ZONE,
        "totalChargingDurationSec": round((end_ms - start_ms) / 1000 - _number(session, "paused_s")),
        "energyConsumedFromPowerGridKwh": energy_kwh,
        "isPreconditioningActivated": bool(session.get("is_preconditioned", False)),
        "mileage": round(_number(session, "odometer_km")),
        "mileageUnits": "KM",
        "chargingBlocks": [_format_block(block) for block in _blocks(session)],
        "businessErrors": _format_errors(session, end_ms),
    }
    return answer | _format_place(session, energy_kwh)


def _format_place(session: Session, energy_kwh: float) -> dict[str, object]:
    """Return where it was and what it cost: home has a price, a public point has a provider."""
    place = session.get("place")
    if not isinstance(place, str):
        return {}
    address = find_address(place)
    location: dict[str, object] = {
        "municipality": address.town,
        "formattedAddress": address.line,
        "streetAddress": address.street,
    }
    if isinstance(session.get("latitude"), float) and isinstance(session.get("longitude"), float):
        location |= {"mapMatchedLatitude": session["latitude"], "mapMatchedLongitude": session["longitude"]}
    if address.provider is None:
        cost = {"currency": "EUR", "calculatedChargingCost": round(energy_kwh * _HOME_PRICE, 2)}
        return {"chargingLocation": location, "chargingCostInformation": {**cost, "calculatedSavings": 0.0}}
    match = {
        "providerName": address.provider,
        "streetAddress": address.street,
        "postalCode": address.postal_code,
        "city": address.town,
    }
    return {"chargingLocation": location, "publicChargingPoint": {"potentialChargingPointMatches": [match]}}


def _format_block(block: Session) -> dict[str, object]:
    return {
        "startTime": _ms(block, "start_ms") // 1000,
        "endTime": _ms(block, "end_ms") // 1000,
        "averagePowerGridKw": _number(block, "average_kw"),
    }


def _format_errors(session: Session, end_ms: int) -> list[dict[str, object]]:
    """Return what went wrong; every other time the moment lacks zone and milliseconds (both observed)."""
    errors = session.get("errors")
    hints = [hint for hint in errors if isinstance(hint, str)] if isinstance(errors, Sequence) else []
    plain = utc_moment(end_ms).strftime("%Y-%m-%dT%H:%M:%S")
    forms = (f"{plain}.{end_ms % 1000:03d}Z", plain)
    return [{"creationTime": forms[number % 2], "hint": hint} for number, hint in enumerate(hints)]


def _blocks(session: Session) -> list[Session]:
    blocks = session.get("blocks")
    return [block for block in blocks if isinstance(block, Mapping)] if isinstance(blocks, Sequence) else []


def _parse_time(parameters: Mapping[str, str], name: str) -> int:
    text = parameters.get(name, "")
    if _TIME.fullmatch(text) is None:
        raise CarDataRefusal("CU-401", f"{name} is a time such as 2026-07-27T00:00:00.000Z.")
    try:
        return int(dt.datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError as error:  # the 30th of February
        raise CarDataRefusal("CU-401", f"{name} is not a time there is.") from error


def _number(session: Session, *names: str) -> float:
    """Return the first of these figures that is there, else 0."""
    return next((float(value) for name in names if isinstance(value := session.get(name), int | float)), 0.0)


def _ms(session: Session, name: str) -> int:
    return int(_number(session, name))
