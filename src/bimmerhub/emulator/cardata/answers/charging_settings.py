"""`locationBasedChargingSettings`: how a car charges at the places where it charged before.

Nobody has shown an answer with content: names are BMW's swagger, the words for modes and limits are invented in the
style of BMW's other words.
"""

import uuid
from collections.abc import Sequence

from bimmerhub.emulator.cardata.voice.message import iso_millis
from bimmerhub.emulator.cars.records import ChargingSessionTruth
from bimmerhub.emulator.cars.world.addresses import find_address
from bimmerhub.ids import Gcid, Vin

PAGE_SIZE = 10
_NIGHT = {
    "startChargingTimePeriodHour": 22,
    "startChargingTimePeriodMinute": 30,
    "stopChargingTimePeriodHour": 6,
    "stopChargingTimePeriodMinute": 0,
}
_ANY_TIME = dict.fromkeys(_NIGHT, 0)


def format_charging_settings(
    sessions: Sequence[ChargingSessionTruth], *, vin: Vin, gcid: Gcid
) -> list[dict[str, object]]:
    """Return one item for each place where the car charged, the most visited first; `sessions` are oldest first."""
    by_place: dict[str, list[ChargingSessionTruth]] = {}
    for session in reversed(sessions):
        by_place.setdefault(session.place_name, []).append(session)
    places = sorted(by_place.items(), key=lambda item: (-len(item[1]), item[0]))
    return [_format_place(place, visits, vin=vin, gcid=gcid) for place, visits in places]


def _format_place(place: str, visits: Sequence[ChargingSessionTruth], *, vin: Vin, gcid: Gcid) -> dict[str, object]:
    cluster = uuid.uuid5(uuid.NAMESPACE_URL, f"bimmerhub emulator {vin} {place}")
    is_private = find_address(place).provider is None
    period = _NIGHT if is_private else _ANY_TIME
    return {
        "id": str(uuid.uuid5(cluster, "settings")),
        "lastUpdated": iso_millis(visits[-1].end_ms),
        "clusterLocationId": str(cluster),
        "latitude": visits[0].latitude_deg,
        "longitude": visits[0].longitude_deg,
        "lastVisit": iso_millis(visits[0].end_ms),
        "visits": len(visits),
        "chargingMode": "DELAYED_CHARGING" if is_private else "IMMEDIATE_CHARGING",
        "optimizedChargingPreference": "OFF_PEAK" if is_private else "NO_PRESELECTION",
        **period,
        "vehicleIdWithGcid": f"{vin}_{gcid}",
        "chargingTimeWindows": [period] if is_private else [],
        "acCurrentLimitFlag": "AC_LIMIT_ACTIVE" if is_private else "AC_LIMIT_INACTIVE",
        "acCurrentLimit": 16.0 if is_private else 32.0,
        "acousticLimit": "NO_ACTION",
        "flapLock": "FLAP_LOCKED" if is_private else "NO_ACTION",
        "chargingPlug": "NO_ACTION",
    }
