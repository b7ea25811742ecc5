"""A car of version 1 of the list in the words of the newer versions: one model and one catalogue serve all. Pure.

In: one decoded item of the list. Out: members of a profile, a state and capabilities as versions 2 to 5 have them.
Version 1 writes words in camel case, distances and the tank with their units, and doors by the driver's side; what it
tells only in texts and icons of the app is left to `v1_models`. Source: stored answers of twelve cars, 2021-2022.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bimmerhub.domain.units import KM_PER_MILE

Members = Mapping[str, object]
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS: Final = {"NO_PRE_SELECTION": "NO_PRESELECTION"}
_LONGEST_MI: Final = 1e9
_MILES: Final = frozenset({"MI", "MILES", "MLS"})
_LITERS: Final = frozenset({"L", "LITERS", "LITRES"})
_PROFILE: Final = {
    "vin": "vin",
    "brand": "brand",
    "model": "model",
    "year": "year",
    "bodyType": "bodyType",
    "driveTrain": "driveTrain",
    "headUnit": "headUnitRaw",
    "hmiVersion": "hmiVersion",
    "telematicsUnit": "telematicsUnit",
    "a4aType": "a4aType",
    "driverGuideInfo": "driverGuideInfo",
}
_SWITCHES: Final = {
    "isChargingLoudnessEnable": "isChargingLoudnessEnabled",
    "isChargingPowerLimitEnable": "isChargingPowerLimitEnabled",
    "isChargingTargetSocEnable": "isChargingTargetSocEnabled",
    "canRemoteHistoryBeDeleted": "isRemoteHistoryDeletionSupported",
    "climateTimer": "isClimateTimerSupported",
}
_TYRE_DETAILS: Final = ("dimension", "manufacturer", "partNumber", "treadDesign")


def to_mapping_members(item: Members) -> dict[str, object]:
    """Return how the car belongs to the account."""
    is_pending = item.get("isMappingPending") is True or item.get("isMappingUnconfirmed") is True
    return {"mappingStatus": "PENDING" if is_pending else "CONFIRMED"}


def to_profile_members(item: Members) -> dict[str, object]:
    """Return what the car is."""
    profile = {theirs: item[ours] for ours, theirs in _PROFILE.items() if ours in item}
    return profile | _told(countryOfOrigin=_object(item, "properties").get("originCountryISO"))


def to_capability_members(item: Members) -> dict[str, object]:
    """Return what the car can do."""
    members: dict[str, object] = {}
    for name, value in _object(item, "capabilities").items():
        if name == "lastStateCall" and isinstance(value, dict):
            members["lastStateCallState"] = value.get("lscState")
            members["isNonLscFeatureEnabled"] = value.get("isNonLscFeatureEnabled")
        else:
            members[_SWITCHES.get(name, name)] = value.get("isEnabled") if isinstance(value, dict) else value
    return members


def to_state_members(item: Members) -> dict[str, object]:
    """Return the car's state, as of when it reported."""
    properties, status = _object(item, "properties"), _object(item, "status")
    return _told(
        lastUpdatedAt=properties.get("lastUpdatedAt") or status.get("lastUpdatedAt"),
        isLscSupported=item.get("isLscSupported"),
        inMotion=properties.get("inMotion"),
        currentMileage=_km(status.get("currentMileage"), "mileage"),
        range=_km(_object(properties, "combinedRange").get("distance")),
        combustionFuelLevel=_fuel(properties),
        electricChargingState=_charging(properties),
        chargingProfile=_charging_profile(status),
        climateControlState=_told(activity=_object(properties, "climateControl").get("activity")),
        doorsState=_doors(properties, status),
        windowsState=_windows(properties),
        roofState=_roof(properties),
        location=properties.get("vehicleLocation"),
        tireState=_tyres(properties),
        requiredServices=_services(properties),
        checkControlMessages=_check_control(status),
    )


def _fuel(properties: Members) -> dict[str, object]:
    level = _object(properties, "fuelLevel")
    is_liters = str(level.get("units")).upper() in _LITERS
    return _told(
        remainingFuelLiters=level.get("value") if is_liters else None,
        remainingFuelPercent=_object(properties, "fuelPercentage").get("value"),
        range=_km(_object(properties, "combustionRange").get("distance")),
    )


def _charging(properties: Members) -> dict[str, object]:
    charging, electric = _object(properties, "chargingState"), _object(properties, "electricRangeAndStatus")
    electric_range = _km(_object(properties, "electricRange").get("distance"))
    return _told(
        chargingLevelPercent=charging.get("chargePercentage", electric.get("chargePercentage")),
        range=_km(electric.get("distance")) if electric_range is None else electric_range,
        chargingStatus=charging.get("state"),
        chargingConnectionType=charging.get("type"),
        isChargerConnected=charging.get("isChargerConnected"),
    )


def _charging_profile(status: Members) -> dict[str, object]:
    profile = _object(status, "chargingProfile")
    words = {name: _upper(profile.get(name)) for name in ("chargingControlType", "chargingMode", "chargingPreference")}
    rest = {name: profile.get(name) for name in ("climatisationOn", "chargingSettings", "reductionOfChargeCurrent")}
    departures = [
        {
            **departure,
            "action": _upper(departure.get("action")),
            "timerWeekDays": [_upper(day) for day in _items(departure, "timerWeekDays")],
        }
        for departure in _objects(profile, "departureTimes")
    ]
    return _told(**words, **rest, departureTimes=departures or None)


def _doors(properties: Members, status: Members) -> dict[str, object]:
    openings = _object(properties, "doorsAndWindows")
    lock = status.get("doorsGeneralState")
    if lock is None and isinstance(is_locked := properties.get("areDoorsLocked"), bool):
        lock = "LOCKED" if is_locked else "UNLOCKED"
    return {
        **_object(openings, "doors"),
        **_told(
            hood=openings.get("hood"),
            trunk=openings.get("trunk"),
            combinedState=_closed(properties.get("areDoorsClosed")),
            combinedSecurityState=_upper(lock),
        ),
    }


def _windows(properties: Members) -> dict[str, object]:
    windows = _object(_object(properties, "doorsAndWindows"), "windows")
    return {**windows, **_told(combinedState=_closed(properties.get("areWindowsClosed")))}


def _roof(properties: Members) -> dict[str, object]:
    roof = _object(properties, "doorsAndWindows").get("moonroof")
    return {} if roof is None else {"roofState": roof, "roofStateType": "SUN_ROOF"}


def _tyres(properties: Members) -> dict[str, object]:
    tyres: dict[str, object] = {}
    for place in ("frontLeft", "frontRight", "rearLeft", "rearRight"):
        tyre = _object(_object(properties, "tires"), place)
        status, details = _object(tyre, "status"), _object(tyre, "details")
        pressures = _told(currentPressure=status.get("currentPressure"), targetPressure=status.get("targetPressure"))
        if pressures:
            tyres[place] = {"status": pressures, "details": {name: details.get(name) for name in _TYRE_DETAILS}}
    return tyres


def _services(properties: Members) -> list[dict[str, object]] | None:
    if not isinstance(properties.get("serviceRequired"), list):
        return None
    return [
        _told(
            type=_upper(service.get("type")),
            status=_upper(service.get("status")),
            dateTime=service.get("dateTime"),
            mileage=_km(service.get("distance")),
        )
        for service in _objects(properties, "serviceRequired")
    ]


def _check_control(status: Members) -> list[dict[str, object]] | None:
    if not isinstance(status.get("checkControlMessages"), list):
        return None
    return [
        _told(
            type=_upper(message.get("id")),
            severity=_upper(message.get("state")),
            longDescription=message.get("longDescription"),
        )
        for message in _objects(status, "checkControlMessages")
    ]


def _told(**members: object) -> dict[str, object]:
    """Return the members that say something; an empty object says nothing."""
    return {name: value for name, value in members.items() if value is not None and value != {}}


def _object(members: Members, name: str) -> dict[str, object]:
    value = members.get(name)
    return value if isinstance(value, dict) else {}


def _items(members: Members, name: str) -> Iterable[object]:
    value = members.get(name)
    return value if isinstance(value, list) else ()


def _objects(members: Members, name: str) -> Iterator[dict[str, object]]:
    return (item for item in _items(members, name) if isinstance(item, dict))


def _upper(word: object) -> object:
    """Return a word of camel case in upper case, with underscores; anything else as it came."""
    if not isinstance(word, str):
        return word
    upper = _HUMP.sub("_", word).upper()
    return _WORDS.get(upper, upper)


def _closed(are_closed: object) -> str | None:
    return ("CLOSED" if are_closed else "OPEN") if isinstance(are_closed, bool) else None


def _km(quantity: object, name: str = "value") -> object:
    """Return a distance in km, whatever its unit; None without one."""
    if not isinstance(quantity, dict):
        return None
    value = quantity.get(name)
    is_miles = str(quantity.get("units")).upper() in _MILES
    if is_miles and isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LONGEST_MI:
        return round(value * KM_PER_MILE, 1)
    return value
