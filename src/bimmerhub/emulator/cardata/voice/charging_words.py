"""Plug and charge of a car as CarData's keys and values."""

from collections.abc import Mapping

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.message import Value
from bimmerhub.emulator.cars.owner_wishes import ProfileTruth
from bimmerhub.emulator.cars.states import ChargeEnd, ChargingState
from bimmerhub.emulator.cars.truth import ChargingFlow, ChargingTruth, PlugTruth

_STATUS_WORDS: Mapping[ChargingState, tuple[str, str]] = {
    ChargingState.NOT_CHARGING: ("NOCHARGING", "NOT_CHARGING"),
    ChargingState.STARTING: ("INITIALIZATION", "WAITING_FOR_CHARGING"),
    ChargingState.CHARGING: ("CHARGINGACTIVE", "CHARGING"),
    ChargingState.PAUSED: ("CHARGINGPAUSED", "WAITING_FOR_CHARGING"),
    ChargingState.INTERRUPTED: ("CHARGINGINTERRUPTED", "WAITING_FOR_CHARGING"),
    ChargingState.DISRUPTED: ("CHARGINGDISRUPTED", "ERROR"),
    ChargingState.FULL: ("CHARGINGENDED", "FINISHED_FULLY_CHARGED"),
    ChargingState.ENDED: ("CHARGINGENDED", "FINISHED_NOT_FULL"),
    ChargingState.FAILED: ("CHARGINGERROR", "ERROR"),
}
"""The words of `charging.status`, two of them since BMW's catalogue of 2026-09, and of `charging.hvStatus`."""
_END_WORDS: Mapping[ChargeEnd, str] = {
    ChargeEnd.GOAL_REACHED: "CHARGING_GOAL_REACHED",
    ChargeEnd.STOPPED_BY_DRIVER: "END_REQUESTED_BY_DRIVER",
    ChargeEnd.STATION_FAILED: "CHARGING_STATION_FAILURE",
    ChargeEnd.UNPLUGGED: "CONNECTOR_REMOVED",
}


def put_plug_into_words(plug: PlugTruth) -> dict[str, Value]:
    """Return what is plugged in."""
    word = "CONNECTED" if plug.is_plugged else "DISCONNECTED"
    values: dict[str, Value] = dict.fromkeys(
        (keys.PORT_STATUS, keys.PORT_TEXT, keys.PORT_COMBINED, keys.CONNECTOR), word
    )
    values |= dict.fromkeys((keys.PORT_IS_PLUGGED, keys.PORT_REAR_RIGHT), plug.is_plugged)
    values[keys.PORT_DC] = "CONNECTED" if plug.is_dc else "DISCONNECTED"
    values[keys.PORT_LOCKED] = "CHARGING_CABLE_LOCKED" if plug.is_plugged else "CHARGING_CABLE_NOT_LOCKED"
    return values | {keys.PORT_EVENT: plug.plug_ins, keys.FLAP_LOCKED: not plug.is_plugged}


def put_flow_into_words(flow: ChargingFlow) -> dict[str, Value]:
    """Return power in steps of 10 W, the minutes left, and volts and amperes of each phase at an AC charger."""
    power_w = round(flow.power_kw * 100) * 10
    minutes = flow.minutes_left if power_w else 0
    volts = flow.ac_volts if power_w else 0
    return {
        keys.CHARGING_POWER: power_w,
        keys.TIME_REMAINING: minutes,
        keys.TIME_TO_FULL: minutes,
        keys.CHARGING_VOLTAGE: volts,
        keys.CHARGING_CURRENT: round(power_w / volts / flow.ac_phases) if volts else 0,
    }


def put_charging_into_words(charging: ChargingTruth) -> dict[str, Value]:
    """Return the charge under way; BMW's words for the method know AC plugs only (BMW's catalogue)."""
    status, hv_status = _STATUS_WORDS[charging.state]
    return {
        keys.CHARGING_STATUS: status,
        keys.HV_STATUS: hv_status,
        keys.CHARGING_PHASES: "INVALID" if charging.phases is None else f"{charging.phases}-PHASES",
        keys.SOC_TARGET: charging.goal_percent,
        keys.CHARGING_METHOD: "AC_TYPE2PLUG" if charging.is_ac else "NOCHARGING",
        keys.LAST_CHARGE_REASON: _END_WORDS[charging.last_end],
        keys.LAST_CHARGE_RESULT: "FAILED" if charging.has_last_failed else "SUCCESS",
        **put_flow_into_words(charging.flow),
        keys.RANGE_AT_TARGET: round(charging.range_at_goal_km),
    }


def put_profile_into_words(profile: ProfileTruth) -> dict[str, Value]:
    """Return the charging profile; CarData has two of its timers, and the one for once."""
    values: dict[str, Value] = {
        keys.PROFILE_CLIMATE: profile.is_climate_on,
        keys.PROFILE_PREFERENCE: "CHARGING_WINDOW" if profile.prefers_window else "NO_PRESELECTION",
    }
    timers = dict(zip(keys.TIMERS, profile.timers, strict=False))
    if profile.override is not None:
        timers[keys.TIMER_FOR_ONCE] = profile.override
    for name, timer in timers.items():
        values[keys.timer(name, "action")] = "ACTIVATE" if timer.is_on else "DEACTIVATE"
        if timer.departure_minute is not None:
            values[keys.timer(name, "hour")] = timer.departure_minute // 60
            values[keys.timer(name, "minute")] = timer.departure_minute % 60
    return values
