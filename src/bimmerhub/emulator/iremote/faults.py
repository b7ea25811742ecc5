"""How the i Remote API can be told to misbehave; the code that asks for a fault is in this folder."""

from bimmerhub.emulator.faults.fault import Area, Fault


def _iremote(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.IREMOTE, summary=summary, seen=seen, value=value)


IREMOTE_FAULTS = (
    _iremote("iremote-gone", "all but the list of vehicles answers 410 in HTML", "users since 2021-11-10"),
    _iremote("vehicles-as-list", "the list of vehicles has no object around it", "documentation of 2015"),
    _iremote("vehicles-as-one", "the list of vehicles is one vehicle", "an American capture of 2015"),
    _iremote("status-404", "status answers 404, as for a car without that service", "clients 2018-2021"),
    _iremote("status-400", "status answers 400, as for very old cars", "users 2018-2021"),
    _iremote("secret-wanted", "DOOR_UNLOCK wants the answer to the secret question", "documentation of 2015"),
    _iremote("too-far-away", "a car tells where it is only to who is within so many km", "users 2014-2018", 1.0),
    _iremote("service-status-i300", "serviceExecutionStatus answers 500 SmartPhoneUtil-I-300", "users 2021"),
    _iremote("service-status-missing", "serviceExecutionStatus has no status", "a stored answer"),
    _iremote("profile-500", "the charging profile answers 500", "users 2018-2021"),
    _iremote(
        "two-times-timer-not-json", "the profile twoTimesTimer has a comma before a brace", "documentation of 2015"
    ),
    _iremote("charging-started-spelt", "updateReason spells CHARGING_STARTED right", "documentation of 2015"),
    _iremote("update-reason-unknown", "updateReason is UNKNOWN", "documentation of 2015"),
    _iremote(
        "cyclic-recharging",
        "a plugged car that does not charge says CYCLIC_RECHARGING when it is full, else NO_CYCLIC_RECHARGING",
        "documentation of 2015; inferred when",
    ),
    _iremote("last-charge-unknown", "how the last charge ended is UNKNOWN", "documentation of 2015"),
    _iremote("commands-403", "executeService answers 403", "users 2021"),
)
