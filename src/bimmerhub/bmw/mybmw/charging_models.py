"""Charging settings, statistics and sessions, as the MyBMW app gets them, and what it sends to change a setting.

Every field may be missing, and is None then; the settings' labels and details are missing of old electric cars.
Clock times are written `0001-01-01THH:MM:SS`. Texts are in the language of the account.
Sources: stored answers, 2022-2025; that a profile lacks one key is answered with 500, observed by clients.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from bimmerhub.bmw.answers.lenient_structs import read_object
from bimmerhub.bmw.car_commands.charging_profile import ChargingPreference, Weekday
from bimmerhub.bmw.mybmw.words import (
    ChargingStartKind,
    DepartureTimerKind,
    HistoryConsent,
    SessionsState,
    TimerAction,
)
from bimmerhub.domain.settings_change import CHARGE_TARGETS_PERCENT
from bimmerhub.errors import ConfigError
from bimmerhub.json_faults import NOT_JSON

Number = int | float
_PREFERENCE_OF: Final = {
    ChargingStartKind.IMMEDIATELY: ChargingPreference.NO_PRESELECTION,
    ChargingStartKind.TIME_SLOT: ChargingPreference.CHARGING_WINDOW,
}


class TimerLabels(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The charging profile in words of the app."""

    charging_mode: str | None = None
    charging_mode_semantics: str | None = None
    departure_timer: tuple[str, ...] | None = None
    departure_timer_semantics: str | None = None
    precondition_for_departure: str | None = None
    show_departure_timers: bool | None = None


class FlapLabels(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The charging flap in words of the app."""

    permanently_unlock: str | None = msgspec.field(default=None, name="permanentlyUnlockLabel")


class SettingLabels(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The charging settings in words of the app, such as `16A` and `80%`."""

    ac_current_limit: str | None = msgspec.field(default=None, name="acCurrentLimitLabel")
    ac_current_limit_semantics: str | None = msgspec.field(default=None, name="acCurrentLimitLabelSemantics")
    target: str | None = msgspec.field(default=None, name="chargingTargetLabel")
    dc_loudness: str | None = msgspec.field(default=None, name="dcLoudnessLabel")
    unlock_cable: str | None = msgspec.field(default=None, name="unlockCableAutomaticallyLabel")


class ChargeLabels(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Everything in words of the app."""

    timer: TimerLabels | None = msgspec.field(default=None, name="chargeAndClimateTimer")
    flap: FlapLabels | None = msgspec.field(default=None, name="chargingFlap")
    settings: SettingLabels | None = msgspec.field(default=None, name="chargingSettings")


class ChargingBegin(msgspec.Struct, rename="camel", frozen=True, kw_only=True, omit_defaults=True):
    """When charging begins, and the window that it keeps to."""

    kind: ChargingStartKind | str | None = msgspec.field(default=None, name="type")
    preference: ChargingPreference | str | None = msgspec.field(default=None, name="chargingPreference")
    window_begin: str | None = msgspec.field(default=None, name="startTimeSlot")
    window_end: str | None = msgspec.field(default=None, name="endTimeSlot")
    timer_change: str | None = None


class WeeklyTimer(msgspec.Struct, rename="camel", frozen=True, kw_only=True, omit_defaults=True):
    """One departure."""

    id: int | None = None
    weekdays: tuple[Weekday | str, ...] | None = msgspec.field(default=None, name="daysOfTheWeek")
    time: str | None = None
    action: TimerAction | str | None = msgspec.field(default=None, name="timerAction")


class DepartureTimers(msgspec.Struct, rename="camel", frozen=True, kw_only=True, omit_defaults=True):
    """The departures, in one of two shapes."""

    kind: DepartureTimerKind | str | None = msgspec.field(default=None, name="type")
    timers: tuple[WeeklyTimer, ...] | None = msgspec.field(default=None, name="weeklyTimers")


class TimerDetail(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The charging profile by words and numbers."""

    charging_mode: ChargingBegin | None = None
    departures: DepartureTimers | None = msgspec.field(default=None, name="departureTimer")
    is_precondition_for_departure_active: bool | None = None


class FlapDetail(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The charging flap."""

    is_permanently_unlock: bool | None = None


class Amperes(msgspec.Struct, frozen=True, kw_only=True):
    """A current, with its unit A."""

    value: Number | None = None
    unit: str | None = None


class AcLimit(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The limit of the AC current: the one that is set, and those to choose from (A)."""

    current: Amperes | None = None
    is_unlimited: bool | None = None
    min_a: Number | None = msgspec.field(default=None, name="min")
    max_a: Number | None = msgspec.field(default=None, name="max")
    values_a: tuple[Number, ...] | None = msgspec.field(default=None, name="values")


class SettingsDetail(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The charging settings by words and numbers."""

    ac_limit: AcLimit | None = None
    target_percent: Number | None = msgspec.field(default=None, name="chargingTarget")
    dc_loudness: str | None = None
    is_unlock_cable_active: bool | None = None
    min_target_to_warn_percent: Number | None = msgspec.field(default=None, name="minChargingTargetToWarning")


class CarChargingSettings(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How and when a car charges. `service_pack` is TCB1, ATM2 or WAVE_01, and goes back with a profile."""

    labels: ChargeLabels | None = msgspec.field(default=None, name="chargeAndClimateSettings")
    timer: TimerDetail | None = msgspec.field(default=None, name="chargeAndClimateTimerDetail")
    flap: FlapDetail | None = msgspec.field(default=None, name="chargingFlapDetail")
    settings: SettingsDetail | None = msgspec.field(default=None, name="chargingSettingsDetail")
    service_pack: str | None = None


class ChargingSettingsOrder(msgspec.Struct, rename="camel", frozen=True, kw_only=True, omit_defaults=True):
    """Charging settings to change; what is None stays as it is. The limit is one of the car's own `values_a`.

    ConfigError for a target that is not 20 to 100 in steps of 5, or for no change at all.
    """

    target_percent: int | None = msgspec.field(default=None, name="chargingTarget")
    ac_limit_a: int | None = msgspec.field(default=None, name="acLimitValue")
    is_unlock_cable_active: bool | None = None
    dc_loudness: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no car could take."""
        if self.target_percent is not None and self.target_percent not in CHARGE_TARGETS_PERCENT:
            raise ConfigError("a charging target is 20 to 100 %, in steps of 5")
        if all(value is None for value in msgspec.structs.asdict(self).values()):
            raise ConfigError("nothing of the charging settings is to be changed")


class ChargingProfileOrder(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A whole charging profile to write; BMW answers 500 when one of the four keys is missing.

    Best made of one that was read (`from_settings`), and changed by `msgspec.structs.replace`.
    """

    charging_mode: ChargingBegin
    departures: DepartureTimers = msgspec.field(name="departureTimer")
    is_precondition_for_departure_active: bool
    service_pack: str

    def __post_init__(self) -> None:
        """Refuse a preference that does not go with the kind: ConfigError."""
        preference, wanted = self.charging_mode.preference, _preference_of(self.charging_mode)
        if preference not in (None, wanted):
            raise ConfigError(f"{self.charging_mode.kind} goes with {wanted}, not with {str(preference)[:40]}")

    @classmethod
    def from_settings(cls, settings: CarChargingSettings) -> "ChargingProfileOrder":
        """Return the profile of settings that were read; ConfigError when the car tells no profile to write back.

        A preference that does not go with the kind becomes the one that does, for BMW takes no other: i Remote could
        set the two apart (inferred).
        """
        timer = settings.timer
        if timer is None or timer.charging_mode is None or timer.departures is None or settings.service_pack is None:
            raise ConfigError("this car tells no charging profile that could be written back")
        mode = msgspec.structs.replace(
            timer.charging_mode,
            preference=_preference_of(timer.charging_mode),
            window_begin=_with_milliseconds(timer.charging_mode.window_begin),
            window_end=_with_milliseconds(timer.charging_mode.window_end),
            timer_change="NO_CHANGE",
        )
        return cls(
            charging_mode=mode,
            departures=timer.departures,
            is_precondition_for_departure_active=bool(timer.is_precondition_for_departure_active),
            service_pack=settings.service_pack,
        )


def _preference_of(mode: ChargingBegin) -> ChargingPreference | str | None:
    """Return the preference that goes with the kind; of an unknown kind its own."""
    return next((preference for kind, preference in _PREFERENCE_OF.items() if kind == mode.kind), mode.preference)


def read_profile_order(text: str | None) -> ChargingProfileOrder:
    """Return the charging profile that a person wants set, out of its JSON text; ConfigError when there is none."""
    try:
        profile = read_object(ChargingProfileOrder, msgspec.json.decode(text or ""))
    except (UnicodeError, *NOT_JSON) as error:
        raise ConfigError("this is no charging profile: it is not JSON") from error
    if profile is None:
        raise ConfigError(
            "this is no charging profile: it lacks a part",
            hint="It has chargingMode, departureTimer, isPreconditionForDepartureActive and servicePack.",
        )
    return profile


def read_settings_order(fields: Mapping[str, str]) -> ChargingSettingsOrder:
    """Return the charging settings that a person wants changed, by our names; ConfigError for what is none."""
    names = {field.name: field.encode_name for field in msgspec.structs.fields(ChargingSettingsOrder)}
    if unknown := sorted(fields.keys() - names.keys()):
        raise ConfigError(f"no charging setting is called {unknown[0][:40]!r}", hint=f"Known: {', '.join(names)}.")
    try:
        return msgspec.convert(
            {names[name]: text for name, text in fields.items()}, ChargingSettingsOrder, strict=False
        )
    except msgspec.ValidationError as error:
        raise ConfigError(f"a charging setting is wrong: {error}") from error


def _with_milliseconds(slot: str | None) -> str | None:
    """Return a clock time as BMW takes it, which is not as it tells it: with three digits of milliseconds."""
    return f"{slot}.000" if slot is not None and "." not in slot else slot


class EnergyStatistics(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What was charged in a month; `symbol` is `~` where it is reckoned. The semantics are read aloud."""

    total_energy_kwh: Number | None = msgspec.field(default=None, name="totalEnergyCharged")
    total_energy_semantics: str | None = msgspec.field(default=None, name="totalEnergyChargedSemantics")
    symbol: str | None = None
    sessions: int | None = msgspec.field(default=None, name="numberOfChargingSessions")
    sessions_semantics: str | None = msgspec.field(default=None, name="numberOfChargingSessionsSemantics")


class ChargingStatistics(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The charging of a month in figures, and whether BMW may keep it at all."""

    description: str | None = None
    consent: HistoryConsent | str | None = msgspec.field(default=None, name="optStateType")
    statistics: EnergyStatistics | None = None


class ListedSession(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One charging session, in texts of the app: `~ 22 kWh`, `place, 2h 16min, cost`."""

    id: str | None = None
    title: str | None = None
    subtitle: str | None = None
    energy_charged: str | None = None
    status: str | None = msgspec.field(default=None, name="sessionStatus")
    is_public: bool | None = None


class SessionList(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The charging sessions of a month; sums are texts, `total_kwh` and `costs` numbers where BMW tells them."""

    total: str | None = None
    total_kwh: Number | None = msgspec.field(default=None, name="totalValue")
    count: int | None = msgspec.field(default=None, name="numberOfSessions")
    state: SessionsState | str | None = msgspec.field(default=None, name="chargingListState")
    empty_description: str | None = msgspec.field(default=None, name="emptyStateDescription")
    shown_costs: tuple[str, ...] | None = msgspec.field(default=None, name="costsGroupedByCurrency")
    costs: dict[str, Number] | None = msgspec.field(default=None, name="costsGroupedByCurrencyValue")
    sessions: tuple[ListedSession, ...] | None = None


class NextPage(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Where the list goes on."""

    next_token: str | None = None


class DatePicker(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The months that there are to choose from."""

    start: datetime | None = msgspec.field(default=None, name="startDate")
    selected: datetime | None = msgspec.field(default=None, name="selectedDate")
    end: datetime | None = msgspec.field(default=None, name="endDate")


class SessionPage(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One page of the charging sessions of a month."""

    page: NextPage | None = msgspec.field(default=None, name="paginationInfo")
    list: SessionList | None = msgspec.field(default=None, name="chargingSessions")
    date_picker: DatePicker | None = None
