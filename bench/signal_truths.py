"""What each signal would be if the emulator's truth told it: by name, with the step in which BMW's words are rounded.

Written from the meaning of the signals, apart from both the voice that speaks and the wire that decodes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from bimmerhub.domain.reading import Value
from bimmerhub.emulator.cars.records import DrivingManner, TripTruth
from bimmerhub.emulator.cars.states import ChargingState, ClimateActivity, LockState, StarterHealth, WindowState
from bimmerhub.emulator.cars.truth import CarTruth, ChargingTruth, DriveFigures, PlugTruth, TyreTruth
from bimmerhub.emulator.cars.workshop import BatteryWear


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The truth about a car at a moment; `manner` is how its last trip was driven, None before the first."""

    truth: CarTruth
    manner: DrivingManner | None


Teller = Callable[[Moment], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalTruth:
    """How to tell one signal's true value. `step` is what the value is rounded to; None where it must be equal."""

    tell: Teller
    step: float | None = None

    def is_met_by(self, value: Value, true: Value) -> bool:
        """Tell whether a value is the true one, rounded."""
        if self.step is None or not isinstance(value, int | float) or not isinstance(true, int | float):
            return value == true
        return abs(value - true) <= self.step / 2 + 1e-6


_CHARGING_WORDS: Mapping[ChargingState, str] = {
    ChargingState.NOT_CHARGING: "not_charging",
    ChargingState.STARTING: "starting",
    ChargingState.CHARGING: "charging",
    ChargingState.PAUSED: "paused",
    ChargingState.INTERRUPTED: "paused",
    ChargingState.FULL: "finished",
    ChargingState.ENDED: "finished",
    ChargingState.DISRUPTED: "error",
    ChargingState.FAILED: "error",
}
_WINDOW_WORDS: Mapping[WindowState, str] = {
    WindowState.CLOSED: "closed",
    WindowState.AJAR: "partly_open",
    WindowState.OPEN: "open",
}
_STARTER_WORDS: Mapping[StarterHealth, str] = {
    StarterHealth.OK: "good",
    StarterHealth.LIMITED: "limited",
    StarterHealth.INADEQUATE: "inadequate",
    StarterHealth.WORN_OUT: "degraded",
}
_LOCK_WORDS: Mapping[LockState, str] = {
    LockState.UNLOCKED: "unlocked",
    LockState.LOCKED: "locked",
    LockState.SECURED: "secured",
}
_LOW_STARTER_PERCENT: Final = 50


def _exact(tell: Teller) -> SignalTruth:
    return SignalTruth(tell=tell)


def _rounded(step: float, tell: Teller) -> SignalTruth:
    return SignalTruth(tell=tell, step=step)


def _of_charging(tell: Callable[[ChargingTruth], Value]) -> Teller:
    return lambda moment: None if moment.truth.charging is None else tell(moment.truth.charging)


def _of_last_trip(tell: Callable[[TripTruth], Value]) -> Teller:
    return lambda moment: tell(moment.truth.trips[-1]) if moment.truth.trips else None


def _of_manner(tell: Callable[[DrivingManner], Value]) -> Teller:
    return lambda moment: None if moment.manner is None else tell(moment.manner)


def _of_plug(tell: Callable[[PlugTruth], Value]) -> Teller:
    return lambda moment: None if moment.truth.plug is None else tell(moment.truth.plug)


def _of_drive(tell: Callable[[DriveFigures], Value]) -> Teller:
    return lambda moment: None if moment.truth.drive is None else tell(moment.truth.drive)


def _of_battery(tell: Callable[[BatteryWear], Value]) -> Teller:
    return lambda moment: None if moment.truth.service.battery is None else tell(moment.truth.service.battery)


def _range_km(moment: Moment) -> Value:
    levels = moment.truth.levels
    return (levels.electric_range_km or 0.0) + (levels.fuel_range_km or 0.0)


def _amperes(charging: ChargingTruth) -> Value:
    flow = charging.flow
    return flow.power_kw * 1000 / flow.ac_volts / flow.ac_phases if flow.ac_volts and flow.power_kw else 0


def _is_open(name: str, moment: Moment) -> Value:
    return name in moment.truth.openings.open_names


def _window(name: str, moment: Moment) -> Value:
    return _WINDOW_WORDS[moment.truth.openings.windows.get(name, WindowState.CLOSED)]


def _of_tyre(wheel: str, tell: Callable[[TyreTruth], float], moment: Moment) -> Value:
    tyre = next((tyre for tyre in moment.truth.sensors.tyres if tyre.wheel == wheel), None)
    return None if tyre is None else tell(tyre)


def _next_service_on(moment: Moment) -> Value:
    months = [due.due_month for due in moment.truth.service.due if due.due_month is not None]
    return f"{min(months)[0]}-{min(months)[1]:02d}-01" if months else None


def _inspection_on(moment: Moment) -> Value:
    year, month = moment.truth.service.inspection_month
    return f"{year}-{month:02d}-17"


def _trip_ended(trip: TripTruth) -> Value:
    return datetime.fromtimestamp(trip.end_ms // 1000, UTC).isoformat().replace("+00:00", "Z")


_LEVELS: dict[str, SignalTruth] = {
    "soc_percent": _rounded(1, lambda moment: moment.truth.levels.soc_percent),
    "energy_to_full_kwh": _rounded(0.1, lambda moment: moment.truth.levels.missing_kwh),
    "electric_range_km": _rounded(1, lambda moment: moment.truth.levels.electric_range_km),
    "total_range_km": _rounded(2, _range_km),
    "odometer_km": _rounded(1, lambda moment: moment.truth.odometer_km),
    "fuel_percent": _rounded(1, lambda moment: moment.truth.levels.fuel_percent),
    "fuel_l": _rounded(1, lambda moment: moment.truth.levels.fuel_l),
}
_PLUG_AND_CHARGE: dict[str, SignalTruth] = {
    "charging_status": _exact(_of_charging(lambda charging: _CHARGING_WORDS[charging.state])),
    "is_charging": _exact(_of_charging(lambda charging: charging.state is ChargingState.CHARGING)),
    "soc_target_percent": _exact(_of_charging(lambda charging: charging.goal_percent)),
    "range_at_target_km": _rounded(1, _of_charging(lambda charging: charging.range_at_goal_km)),
    "charging_power_kw": _rounded(0.01, _of_charging(lambda charging: charging.flow.power_kw)),
    "time_to_full_min": _rounded(1, _of_charging(lambda charging: charging.flow.minutes_left)),
    "charging_voltage_v": _exact(_of_charging(lambda charging: charging.flow.ac_volts)),
    "charging_current_a": _rounded(1, _of_charging(_amperes)),
    "is_last_charging_successful": _exact(_of_charging(lambda charging: not charging.has_last_failed)),
    "is_plugged_in": _exact(_of_plug(lambda plug: plug.is_plugged)),
    "is_dc_plugged_in": _exact(_of_plug(lambda plug: plug.is_dc)),
    "is_charging_cable_locked": _exact(_of_plug(lambda plug: plug.is_plugged)),
    "is_charging_flap_locked": _exact(_of_plug(lambda plug: not plug.is_plugged)),
    "plug_in_number": _exact(_of_plug(lambda plug: plug.plug_ins)),
}
_ROAD: dict[str, SignalTruth] = {
    "is_moving": _exact(lambda moment: moment.truth.motion.is_moving),
    "is_ignition_on": _exact(lambda moment: moment.truth.motion.is_on),
    "is_engine_running": _exact(lambda moment: moment.truth.motion.is_on),
    "are_lights_on": _exact(lambda moment: moment.truth.motion.are_lights_on),
    "average_speed_kmh": _rounded(1, _of_drive(lambda drive: drive.average_kmh)),
    "auxiliary_power_kw": _rounded(0.01, _of_drive(lambda drive: drive.auxiliary_kw)),
    "latitude_deg": _rounded(1e-6, lambda moment: moment.truth.latitude_deg),
    "longitude_deg": _rounded(1e-6, lambda moment: moment.truth.longitude_deg),
    "heading_deg": _exact(lambda moment: moment.truth.satellites.heading_deg),
    "altitude_m": _rounded(1, lambda moment: moment.truth.satellites.altitude_m),
    "gps_satellites": _exact(lambda moment: moment.truth.satellites.satellites),
    "coolant_temperature_c": _rounded(1, lambda moment: moment.truth.sensors.coolant_celsius),
}
_TRIP: dict[str, SignalTruth] = {
    "last_trip_ended": _exact(_of_last_trip(_trip_ended)),
    # two, because the car tells it minutes after it arrived
    "last_trip_soc_percent": _rounded(2, _of_last_trip(lambda trip: trip.soc_end_percent)),
    "last_trip_odometer_km": _rounded(1, _of_last_trip(lambda trip: trip.odometer_end_km)),
    "last_trip_electric_percent": _rounded(0.1, _of_manner(lambda manner: manner.electric_percent)),
    "last_trip_eco_percent": _rounded(0.1, _of_manner(lambda manner: manner.eco_percent)),
    "last_trip_eco_plus_percent": _rounded(0.1, _of_manner(lambda manner: manner.eco_plus_percent)),
    "last_trip_comfort_energy_kwh": _rounded(0.01, _of_manner(lambda manner: manner.comfort_kwh)),
    "last_trip_recuperation_kwh_per_100km": _rounded(0.1, _of_manner(lambda manner: manner.recuperation_kwh_per_100km)),
    "average_consumption_kwh_per_100km": _rounded(0.1, _of_manner(lambda manner: manner.consumption_kwh_per_100km)),
    "last_trip_acceleration_stars": _rounded(0.1, _of_manner(lambda manner: manner.acceleration_stars)),
    "last_trip_anticipation_stars": _rounded(0.1, _of_manner(lambda manner: manner.braking_stars)),
}
_BODY: dict[str, SignalTruth] = {
    "lock_state": _exact(lambda moment: _LOCK_WORDS[moment.truth.lock]),
    "is_locked": _exact(lambda moment: moment.truth.lock is not LockState.UNLOCKED),
    "alarm_state": _exact(lambda moment: "doors_tilt_cabin" if moment.truth.lock is LockState.SECURED else "unarmed"),
    "is_trunk_locked": _exact(lambda moment: moment.truth.openings.is_trunk_locked),
    "is_trunk_open": _exact(partial(_is_open, "trunk")),
    "is_hood_open": _exact(partial(_is_open, "hood")),
    "climate_activity": _exact(lambda moment: moment.truth.climate.activity.value),
    "is_climate_on": _exact(lambda moment: moment.truth.climate.activity is not ClimateActivity.STANDBY),
    "climate_time_left_min": _rounded(2, lambda moment: moment.truth.climate.remaining_ms / 60_000),
}
_SERVICE: dict[str, SignalTruth] = {
    "distance_to_service_km": _exact(lambda moment: moment.truth.service.next_km),
    "next_service_on": _exact(_next_service_on),
    "next_inspection_on": _exact(_inspection_on),
    "services_due": _exact(lambda moment: sum(due.is_near for due in moment.truth.service.due)),
    "service_items": _exact(lambda moment: len(moment.truth.service.due)),
    "check_control_messages": _exact(lambda moment: len(moment.truth.service.warnings)),
    "fault_codes": _exact(lambda moment: len(moment.truth.service.fault_memory.entries)),
    "starter_battery_percent": _exact(lambda moment: moment.truth.sensors.starter.percent),
    "starter_battery_v": _exact(lambda moment: moment.truth.sensors.starter.volts),
    "starter_battery_condition": _exact(lambda moment: _STARTER_WORDS[moment.truth.sensors.starter.health]),
    "is_starter_battery_low": _exact(lambda moment: moment.truth.sensors.starter.percent < _LOW_STARTER_PERCENT),
    "is_asleep": _exact(lambda moment: moment.truth.sensors.starter.is_deep_asleep),
    "battery_health_percent": _exact(_of_battery(lambda battery: battery.health_percent)),
    "usable_energy_kwh": _rounded(0.1, _of_battery(lambda battery: battery.usable_kwh)),
    "battery_size_kwh": _exact(_of_battery(lambda battery: battery.size_kwh)),
}
_ROWS: Final = {"front": "row1", "rear": "row2"}


def _doors_and_windows() -> dict[str, SignalTruth]:
    truths: dict[str, SignalTruth] = {}
    for row, number in _ROWS.items():
        for side in ("driver", "passenger"):
            truths[f"is_door_{row}_{side}_open"] = _exact(partial(_is_open, f"{number}.{side}"))
            truths[f"window_{row}_{side}"] = _exact(partial(_window, f"window.{number}.{side}"))
    return truths


def _tyres() -> dict[str, SignalTruth]:
    truths: dict[str, SignalTruth] = {}
    for row, number in _ROWS.items():
        for side in ("left", "right"):
            tell = partial(_of_tyre, f"{number}.wheel.{side}")
            truths[f"tyre_pressure_{row}_{side}_kpa"] = _rounded(10, partial(tell, lambda tyre: tyre.pressure_kpa))
            truths[f"tyre_pressure_target_{row}_{side}_kpa"] = _rounded(10, partial(tell, lambda tyre: tyre.target_kpa))
            truths[f"tyre_temperature_{row}_{side}_c"] = _rounded(1, partial(tell, lambda tyre: tyre.celsius))
    return truths


SIGNAL_TRUTHS: Final[Mapping[str, SignalTruth]] = (
    _LEVELS | _PLUG_AND_CHARGE | _ROAD | _TRIP | _BODY | _SERVICE | _doors_and_windows() | _tyres()
)
"""By the signal's name. Signals that are not here have no truth in the emulator: they are the same all life long."""
