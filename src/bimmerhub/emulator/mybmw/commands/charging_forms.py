"""Charging settings and profile as "CRCCS" writes them, and reads them back."""

from collections.abc import Mapping

import msgspec

from bimmerhub.emulator.cars.owner_wishes import (
    AC_LIMITS_A,
    ChargingSettingsTruth,
    PlannerKind,
    ProfileTruth,
    TimerTruth,
    WindowTruth,
)
from bimmerhub.emulator.cars.truth import CarTruth
from bimmerhub.emulator.host.json_bodies import read_json
from bimmerhub.emulator.mybmw import words
from bimmerhub.emulator.mybmw.car.charging_state import action_of, preference_of, weekdays_of

SERVICE_PACKS = {"NBT": "TCB1", "NBTEvo": "TCB1", "MGU": "ATM2", "IDCEVO": "WAVE_01"}
TIMER_TYPES = {PlannerKind.WEEKLY: "WEEKLY_DEPARTURE_TIMER", PlannerKind.TWO_TIMES: "TWO_DEPARTURE_TIMER"}
MODES = {"NO_PRESELECTION": "CHARGING_IMMEDIATELY", "CHARGING_WINDOW": "TIME_SLOT"}
"""By preference, the mode that has to go with it."""
_DATE = "0001-01-01T"
LOW_TARGET_PERCENT = 20


class _Mode(msgspec.Struct, kw_only=True):
    preference: str = msgspec.field(name="chargingPreference")
    end: str = msgspec.field(name="endTimeSlot")
    start: str = msgspec.field(name="startTimeSlot")
    kind: str = msgspec.field(name="type")


class _Timer(msgspec.Struct, kw_only=True):
    number: int = msgspec.field(name="id")
    days: tuple[str, ...] = msgspec.field(name="daysOfTheWeek")
    time: str
    action: str = msgspec.field(name="timerAction")


class _Departures(msgspec.Struct, kw_only=True):
    kind: str = msgspec.field(name="type")
    timers: tuple[_Timer, ...] = msgspec.field(name="weeklyTimers")


class _Profile(msgspec.Struct, kw_only=True):
    """All four keys have to be there."""

    mode: _Mode = msgspec.field(name="chargingMode")
    departures: _Departures = msgspec.field(name="departureTimer")
    is_climate_on: bool = msgspec.field(name="isPreconditionForDepartureActive")
    service_pack: str | None = msgspec.field(name="servicePack")


class _Settings(msgspec.Struct, kw_only=True):
    target_percent: int | None = msgspec.field(default=None, name="chargingTarget")
    ac_limit_a: int | None = msgspec.field(default=None, name="acLimitValue")
    unlocks_cable: bool | None = msgspec.field(default=None, name="isUnlockCableActive")
    loudness: str | None = msgspec.field(default=None, name="dcLoudness")


def write_details(truth: CarTruth, *, has_settings: bool) -> dict[str, object]:
    """Return what the app shows of charging; an old car has labels and the name of its service pack only."""
    service_pack: dict[str, object] = {"servicePack": SERVICE_PACKS.get(truth.equipment.head_unit, "TCB1")}
    profile, settings = truth.profile, truth.charging_settings
    if profile is None or settings is None:
        return service_pack
    labels = {"chargeAndClimateTimer": _timer_labels(profile)}
    if not has_settings:
        return {"chargeAndClimateSettings": labels, "chargeAndClimateTimerDetail": _timers(profile), **service_pack}
    target = 0 if truth.charging is None else truth.charging.goal_percent
    return {
        "chargeAndClimateSettings": {
            **labels,
            "chargingFlap": {"permanentlyUnlockLabel": "Disabled"},
            "chargingSettings": _settings_labels(settings, target),
        },
        "chargeAndClimateTimerDetail": _timers(profile),
        "chargingFlapDetail": {"isPermanentlyUnlock": False},
        "chargingSettingsDetail": {
            "acLimit": {
                "current": {"unit": "A", "value": settings.ac_limit_a},
                "isUnlimited": False,
                "max": AC_LIMITS_A[-1],
                "min": AC_LIMITS_A[0],
                "values": list(AC_LIMITS_A),
            },
            "chargingTarget": target,
            "dcLoudness": settings.loudness.value,
            "isUnlockCableActive": settings.unlocks_cable,
            "minChargingTargetToWarning": LOW_TARGET_PERCENT,
        },
        **service_pack,
    }


def read_settings(body: bytes, current: ChargingSettingsTruth) -> dict[str, object]:
    """Return the settings that a body changes; ValueError in words for what cannot be."""
    fields = msgspec.structs.asdict(read_json(body, _Settings))
    wanted = {name: value for name, value in fields.items() if value is not None}
    msgspec.convert({**msgspec.to_builtins(current), **wanted}, ChargingSettingsTruth).check()
    return wanted


def read_profile(body: bytes, current: ProfileTruth) -> ProfileTruth:
    """Return the profile of a body; ValueError in words when a key is missing, or two of them contradict."""
    fields = read_json(body, _Profile)
    pair = (fields.mode.preference, fields.mode.kind)
    if pair not in {*MODES.items(), _mode_pair(current)}:
        raise ValueError(f"{fields.mode.preference} and {fields.mode.kind} do not go together")
    if fields.departures.kind != TIMER_TYPES[current.kind]:
        raise ValueError(f"this car has {TIMER_TYPES[current.kind]}")
    timers = {timer.number: _read_timer(timer) for timer in fields.departures.timers}
    count = len(current.timers)
    profile = ProfileTruth(
        kind=current.kind,
        is_climate_on=fields.is_climate_on,
        is_delayed=fields.mode.kind == "TIME_SLOT",
        prefers_window=fields.mode.preference == "CHARGING_WINDOW",
        timers=tuple(timers.get(number + 1, timer) for number, timer in enumerate(current.timers)),
        override=None if current.override is None else timers.get(count + 1, current.override),
        window=WindowTruth(
            start_minute=_minute(fields.mode.start), end_minute=_minute(fields.mode.end), is_on=current.window.is_on
        ),
    )
    profile.check()
    return profile


def _timers(profile: ProfileTruth) -> dict[str, object]:
    """Return `chargeAndClimateTimerDetail`."""
    timers = [*profile.timers, *([] if profile.override is None else [profile.override])]
    preference, mode = _mode_pair(profile)
    return {
        "chargingMode": {
            "chargingPreference": preference,
            "endTimeSlot": _clock(profile.window.end_minute),
            "startTimeSlot": _clock(profile.window.start_minute),
            "type": mode,
        },
        "departureTimer": {
            "type": TIMER_TYPES[profile.kind],
            "weeklyTimers": [
                {
                    "daysOfTheWeek": weekdays_of(timer),
                    "id": number,
                    "time": _clock(timer.departure_minute or 0),
                    "timerAction": action_of(timer),
                }
                for number, timer in enumerate(timers, start=1)
            ],
        },
        "isPreconditionForDepartureActive": profile.is_climate_on,
    }


def _mode_pair(profile: ProfileTruth) -> tuple[str, str]:
    """Return preference and mode of a profile; older families can set such as do not go together here."""
    return preference_of(profile), "TIME_SLOT" if profile.is_delayed else "CHARGING_IMMEDIATELY"


def _timer_labels(profile: ProfileTruth) -> dict[str, object]:
    mode = "Charge in the time slot" if profile.is_delayed else "Charge immediately"
    return {
        "chargingMode": mode,
        "chargingModeSemantics": mode,
        "departureTimer": ["Active" if any(timer.is_on for timer in profile.timers) else "Not active"],
        "departureTimerSemantics": "Departure timer",
        "preconditionForDeparture": "Active" if profile.is_climate_on else "Not active",
        "showDepartureTimers": any(timer.is_on for timer in profile.timers),
    }


def _settings_labels(settings: ChargingSettingsTruth, target_percent: int) -> Mapping[str, object]:
    return {
        "acCurrentLimitLabel": f"{settings.ac_limit_a}A",
        "acCurrentLimitLabelSemantics": f"{settings.ac_limit_a} amperes",
        "chargingTargetLabel": f"{target_percent}%",
        "dcLoudnessLabel": "Not limited" if settings.loudness.value == "UNLIMITED_LOUD" else "Limited",
        "unlockCableAutomaticallyLabel": "Enabled" if settings.unlocks_cable else "Disabled",
    }


def _read_timer(timer: _Timer) -> TimerTruth:
    if unknown := set(timer.days) - set(words.DAYS):
        raise ValueError(f"there is no weekday {min(unknown)!r}")
    if timer.action not in {"ACTIVATE", "DEACTIVATE"}:
        raise ValueError("timerAction is ACTIVATE or DEACTIVATE")
    return TimerTruth(
        departure_minute=_minute(timer.time),
        is_on=timer.action == "ACTIVATE",
        weekdays=frozenset(words.DAYS.index(day) for day in timer.days),
    )


def _clock(minute: int) -> str:
    return f"{_DATE}{minute // 60:02}:{minute % 60:02}:00"


def _minute(text: str) -> int:
    hours, _, minutes = text.removeprefix(_DATE)[:5].partition(":")
    if not (text.startswith(_DATE) and hours.isdigit() and minutes.isdigit()):
        raise ValueError(f"{text!r} is no time like {_DATE}07:20:00")
    return int(hours) * 60 + int(minutes)
