"""`telematicData`: the backend's last values, everything as text or null (observed by clients 2025-2026)."""

from collections.abc import Iterable, Mapping

from bimmerhub.emulator.cars.message import BackendValue, iso_millis
from bimmerhub.emulator.faults import Faults

_NO_VALUE = BackendValue(value=None, unit=None, measured_at_ms=None)
_ODOMETER = "vehicle.vehicle.travelledDistance"
_KM_PER_MILE = 1.609344
# Keys that other endpoints serve: a container may hold them, telematicData leaves them out (BMW's guide).
_SERVED_ELSEWHERE = frozenset(
    {
        "vehicle.chassis.axle.wheel.tire.diagnosis",
        "vehicle.drivetrain.electricEngine.hvsMaxEnergyAbsolute",
        "vehicle.extras.optionalEquipment.code",
        "vehicle.look.image",
        "vehicle.powertrain.electric.battery.charging.history.sessionsList",
        "vehicle.powertrain.electric.battery.charging.settingsList",
        "vehicle.sim.status",
        "vehicle.vehicleIdentification.basicVehicleData",
    }
)


def format_telematic(
    known: Mapping[str, BackendValue], keys: Iterable[str], *, faults: Faults
) -> dict[str, dict[str, dict[str, str | None]]]:
    """Return the `ExVeTelematicDataResponseDto` (BMW swagger) for the keys of a container."""
    asked = {key: known.get(key, _NO_VALUE) for key in keys if key not in _SERVED_ELSEWHERE}
    if faults.take("all-null"):
        asked = {key: BackendValue(value=None, unit=each.unit, measured_at_ms=None) for key, each in asked.items()}
    if faults.take("keys-absent"):
        asked = {key: each for key, each in asked.items() if each.value is not None}
    if _ODOMETER in asked and faults.take("rest-in-miles"):
        asked[_ODOMETER] = _in_miles(asked[_ODOMETER])
    return {"telematicData": {key: format_entry(each) for key, each in asked.items()}}


def _in_miles(backend: BackendValue) -> BackendValue:
    km = backend.value
    miles = round(km / _KM_PER_MILE) if isinstance(km, int | float) else km
    return BackendValue(value=miles, unit="miles", measured_at_ms=backend.measured_at_ms)


def format_entry(backend: BackendValue) -> dict[str, str | None]:
    """Return one entry: three texts, all but the unit null when there is no value."""
    if backend.value is None or backend.measured_at_ms is None:
        return {"timestamp": None, "unit": backend.unit, "value": None}
    return {"timestamp": iso_millis(backend.measured_at_ms), "unit": backend.unit, "value": format_value(backend.value)}


def format_value(value: bool | float | str) -> str:  # noqa: FBT001 - a value of a key, not a switch
    """Return a value as REST writes it: `true` and `false`, and whole numbers without a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
