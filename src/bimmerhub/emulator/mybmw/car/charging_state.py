"""Battery, charging profile and climate in `state`."""

from bimmerhub.emulator.cars.owner_wishes import PlannerKind, ProfileTruth, TimerTruth
from bimmerhub.emulator.cars.states import ChargeEnd, ChargingState
from bimmerhub.emulator.cars.truth import CarTruth, ChargingTruth
from bimmerhub.emulator.mybmw import words

DEPARTURES, CLIMATE_TIMERS = 4, 3
PLANNERS = {PlannerKind.WEEKLY: "WEEKLY_PLANNER", PlannerKind.TWO_TIMES: "TWO_TIMES_TIMER"}
_NO_TIMER = TimerTruth()
_SEVEN = 7 * 60


def describe_electric(truth: CarTruth) -> dict[str, object]:
    """Return `electricChargingState` of a car with a traction battery; ranges are km."""
    charging, plug, levels = truth.charging, truth.plug, truth.levels
    if charging is None or plug is None:
        return {}
    status = charging_status(charging, is_plugged=plug.is_plugged)
    fields: dict[str, object] = {
        "chargingLevelPercent": round(levels.soc_percent or 0.0),
        "range": round(levels.electric_range_km or 0.0),
        "isChargerConnected": plug.is_plugged,
        "chargingConnectionType": "CONDUCTIVE" if plug.is_plugged else "UNKNOWN",
        "chargingStatus": status,
        "chargingTarget": charging.goal_percent,
    }
    if status == "CHARGING":
        fields["remainingChargingMinutes"] = charging.flow.minutes_left
    return fields


def charging_status(charging: ChargingTruth, *, is_plugged: bool) -> str:
    """Return the word for how a charge stands."""
    if not is_plugged:
        return words.UNPLUGGED
    if charging.waits_until_ms is not None:
        return words.WAITING
    if charging.state is ChargingState.ENDED and charging.last_end is ChargeEnd.GOAL_REACHED:
        return words.TARGET_REACHED
    return words.CHARGING_STATES[charging.state]


def describe_charging_profile(truth: CarTruth) -> dict[str, object]:
    """Return `chargingProfile`; a car without a plug has one that says nothing."""
    profile, settings = truth.profile, truth.charging_settings
    limits: dict[str, object] = {"targetSoc": 0, "idcc": "NO_ACTION", "hospitality": "NO_ACTION"}
    if settings is not None and truth.charging is not None:
        limits |= {
            "targetSoc": truth.charging.goal_percent,
            "idcc": settings.loudness.value,
            "acCurrentLimit": settings.ac_limit_a,
            "isAcCurrentLimitActive": settings.is_limited,
        }
    fields: dict[str, object] = {
        "chargingControlType": PLANNERS[PlannerKind.WEEKLY if profile is None else profile.kind],
        "chargingMode": "DELAYED_CHARGING" if profile is not None and profile.is_delayed else "IMMEDIATE_CHARGING",
        "chargingPreference": preference_of(profile),
        "climatisationOn": profile is not None and profile.is_climate_on,
        "chargingSettings": limits,
        "departureTimes": [
            _departure(number, timer) for number, timer in enumerate(departure_timers(profile), start=1)
        ],
    }
    if profile is not None:
        window = profile.window
        fields["reductionOfChargeCurrent"] = {"start": clock(window.start_minute), "end": clock(window.end_minute)}
    return fields


def preference_of(profile: ProfileTruth | None) -> str:
    """Return whether a car charges in a window."""
    return "CHARGING_WINDOW" if profile is not None and profile.prefers_window else "NO_PRESELECTION"


def describe_climate(truth: CarTruth) -> dict[str, object]:
    """Return `climateControlState`."""
    climate = truth.climate
    fields: dict[str, object] = {"activity": words.CLIMATE[climate.activity]}
    if climate.remaining_ms > 0:
        fields["remainingSeconds"] = climate.remaining_ms / 1000
    return fields


def describe_climate_timers(truth: CarTruth) -> list[dict[str, object]]:
    """Return `climateTimers`: the one for once, and two with weekdays."""
    profile = truth.profile
    if profile is None:
        timers = [_NO_TIMER] * CLIMATE_TIMERS
    else:
        timers = [profile.override or _NO_TIMER, *profile.timers][:CLIMATE_TIMERS]
    return [
        {
            "departureTime": clock(_SEVEN if timer.departure_minute is None else timer.departure_minute),
            "isWeeklyTimer": number > 0,
            "timerAction": action_of(timer),
            "timerWeekDays": weekdays_of(timer),
        }
        for number, timer in enumerate(timers)
    ]


def action_of(timer: TimerTruth) -> str:
    """Return whether a timer is on."""
    return "ACTIVATE" if timer.is_on else "DEACTIVATE"


def weekdays_of(timer: TimerTruth) -> list[str]:
    """Return the days of a timer, Monday first."""
    return [words.DAYS[day] for day in sorted(timer.weekdays)]


def clock(minute: int) -> dict[str, int]:
    """Return a minute of the day."""
    return {"hour": minute // 60, "minute": minute % 60}


def departure_timers(profile: ProfileTruth | None) -> list[TimerTruth]:
    """Return the four departures: those of the car, the one for once last, and empty ones behind."""
    if profile is None:
        return [_NO_TIMER] * DEPARTURES
    timers = [*profile.timers, *([] if profile.override is None else [profile.override])]
    return [*timers, *[_NO_TIMER] * (DEPARTURES - len(timers))]


def _departure(number: int, timer: TimerTruth) -> dict[str, object]:
    fields: dict[str, object] = {"id": number}
    if timer.departure_minute is not None:
        fields["timeStamp"] = clock(timer.departure_minute)
    return {**fields, "action": action_of(timer), "timerWeekDays": weekdays_of(timer)}
