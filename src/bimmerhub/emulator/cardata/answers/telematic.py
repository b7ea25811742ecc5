"""`telematicData`: the backend's last values, everything as text or null (observed by clients 2025-2026)."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bimmerhub.emulator.cardata.answers.odd_entries import Entry, make_odd
from bimmerhub.emulator.cardata.voice.keys import KM_PER_MILE, ODOMETER, STARTER_RECHARGE, STARTER_REPLACE
from bimmerhub.emulator.cardata.voice.message import BackendValue, iso_millis
from bimmerhub.emulator.faults.switches import Faults

_NO_VALUE = BackendValue(value=None, unit=None, measured_at_ms=None)
_STAMPED_BY_CALL = frozenset({STARTER_RECHARGE, STARTER_REPLACE})
"""Their time is that of the call (observed by clients 2025-2026)."""
BASIC_VEHICLE_DATA = "vehicle.vehicleIdentification.basicVehicleData"
CHARGING_HISTORY = "vehicle.powertrain.electric.battery.charging.history.sessionsList"
CHARGING_SETTINGS = "vehicle.powertrain.electric.battery.charging.settingsList"
IMAGE = "vehicle.look.image"
TYRE_DIAGNOSIS = "vehicle.chassis.axle.wheel.tire.diagnosis"
# Keys that other endpoints serve: a container may hold them, telematicData leaves them out (BMW's guide).
_SERVED_ELSEWHERE = frozenset(
    {
        BASIC_VEHICLE_DATA,
        CHARGING_HISTORY,
        CHARGING_SETTINGS,
        IMAGE,
        TYRE_DIAGNOSIS,
        "vehicle.drivetrain.electricEngine.hvsMaxEnergyAbsolute",
        "vehicle.extras.optionalEquipment.code",
        "vehicle.sim.status",
    }
)


def format_telematic(
    backend_values: Mapping[str, BackendValue], keys: Iterable[str], *, now_ms: int, faults: Faults
) -> dict[str, object]:
    """Return the `ExVeTelematicDataResponseDto` (BMW swagger) for the keys of a container, asked at `now_ms`."""
    chosen = {key: backend_values.get(key, _NO_VALUE) for key in keys if key not in _SERVED_ELSEWHERE}
    has_all_millis = faults.take("rest-millis")
    asked = {key: _with_millis(backend, always=has_all_millis) for key, backend in chosen.items()}
    asked |= {key: replace(asked[key], measured_at_ms=now_ms) for key in _STAMPED_BY_CALL.intersection(asked)}
    if faults.take("all-null"):
        asked = {
            key: BackendValue(value=None, unit=backend.unit, measured_at_ms=None) for key, backend in asked.items()
        }
    if faults.take("keys-absent"):
        asked = {key: backend for key, backend in asked.items() if backend.value is not None}
    if ODOMETER in asked and faults.take("rest-in-miles"):
        asked[ODOMETER] = replace(_in_miles(asked[ODOMETER]), unit="miles")
    if ODOMETER in asked and faults.take("rest-odometer-in-miles"):
        asked[ODOMETER] = _in_miles(asked[ODOMETER])
    entries = {key: format_entry(backend) for key, backend in asked.items()}
    odd = make_odd(entries, now_ms=now_ms, faults=faults)
    items = [{"name": key, **entry} for key, entry in odd.items()]  # as BMW's guide prints an entry
    if items and faults.take("telematic-as-item"):
        return {"telematicData": items[0]}
    return {"telematicData": items if faults.take("telematic-as-list") else odd}


def _with_millis(backend: BackendValue, *, always: bool) -> BackendValue:
    """Return a value with the milliseconds of its time, of which the stream tells the second; often there are none.

    Captures have both forms in one answer (observed by clients 2025-2026); which values have which is chosen here.
    """
    at_ms = backend.measured_at_ms
    chosen = 0 if at_ms is None else zlib.crc32(str(at_ms).encode())
    if at_ms is None or (chosen % 2 == 0 and not always):
        return backend
    return replace(backend, measured_at_ms=at_ms + (chosen % 999 + 1 if always else chosen % 1000))


def _in_miles(backend: BackendValue) -> BackendValue:
    km = backend.value
    return replace(backend, value=round(km / KM_PER_MILE)) if isinstance(km, int | float) else backend


def format_entry(backend: BackendValue) -> Entry:
    """Return one entry: three texts, all but the unit null when there is no value."""
    if backend.value is None or backend.measured_at_ms is None:
        return {"timestamp": None, "unit": backend.unit, "value": None}
    return {"timestamp": iso_millis(backend.measured_at_ms), "unit": backend.unit, "value": format_value(backend.value)}


def format_value(value: bool | float | str) -> str:  # noqa: FBT001 - a value of a key, not a switch
    """Return a value as REST writes it: `true` and `false`, and whole numbers without a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
