"""A car's charging profile: when it is to leave and when to charge, as the older families tell it."""

from typing import Annotated, Final

import msgspec

from bimmerhub.domain.documents import CHARGING_PROFILE, Document
from bimmerhub.ids import Vin
from bimmerhub.times import format_time
from bimmerhub.views.documents.members import Members, members_of
from bimmerhub.views.documents.offered import OLDER_FAMILIES, MissingNotice, OlderDocuments
from bimmerhub.views.fields import SOURCE_NAMES, Number, Time
from bimmerhub.views.viewer import Viewer

_SHAPES: Final = {"weeklyPlanner": "weekly", "twoTimesTimer": "two_timers", "twoTimeTimer": "two_timers"}
"""BMW's keys; the portal spells the last one (inferred from clients)."""
_TIMERS: Final = {"timer_1": "timer1", "timer_2": "timer2", "timer_3": "timer3", "override_timer": "overrideTimer"}

_APP: Final = "chargeAndClimateTimerDetail"
_SINGLE: Final = 4

CarClockTime = Annotated[str | None, msgspec.Meta(description="HH:MM, the car's local time")]


class DepartureAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A departure."""

    timer: Annotated[str, msgspec.Meta(description="timer_1 to timer_3; override_timer is a single departure")]
    is_enabled: bool | None
    departure: CarClockTime
    weekdays: Annotated[list[str], msgspec.Meta(description="BMW's words; none: every day, or not said")]


class ProfileWindow(msgspec.Struct, frozen=True, kw_only=True):
    """When to charge; over midnight where the end is before the begin."""

    is_enabled: Annotated[bool | None, msgspec.Meta(description="null: a profile of two timers does not say")]
    begin: CarClockTime
    end: CarClockTime


class AppChargingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the car charges besides its profile, as the MyBMW app shows it."""

    target_percent: Number | None
    ac_limit_a: Number | None
    is_unlock_cable_active: bool | None
    dc_loudness: Annotated[str | None, msgspec.Meta(description="BMW's word")]
    ac_limits_a: Annotated[list[Number], msgspec.Meta(description="those that `ac_limit_a` can be set to")] = []


class ChargingProfileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A car's charging profile. Words are BMW's; null where BMW says nothing."""

    shape: Annotated[str | None, msgspec.Meta(description="weekly (timers have weekdays) or two_timers (every day)")]
    charging_start: Annotated[str | None, msgspec.Meta(description="IMMEDIATE_CHARGING or DELAYED_CHARGING")]
    charging_preference: Annotated[str | None, msgspec.Meta(description="NO_PRESELECTION or CHARGING_WINDOW")]
    is_climate_enabled: Annotated[bool | None, msgspec.Meta(description="whether it is heated or cooled to depart")]
    departures: list[DepartureAnswer]
    window: ProfileWindow | None
    notice: MissingNotice
    fetched_at: Annotated[Time | None, msgspec.Meta(description="null: BMW never told of one")]
    source: str | None
    settings: Annotated[
        AppChargingSettings | None, msgspec.Meta(description="of the MyBMW app's interface; null for others")
    ] = None


async def view_charging_profile(viewer: Viewer, older: OlderDocuments, vin: Vin) -> ChargingProfileAnswer:
    """Return the charging profile that BMW told last."""
    viewer.require_vehicle(vin)
    document = await older.documents.document(vin, CHARGING_PROFILE)
    body = Members({}) if document is None else members_of(document.body)
    if document is not None and body.at(_APP).of:
        return _describe_app_profile(body, document)
    key = next((key for key in _SHAPES if body.at(key).of), None)
    profile = Members({}) if key is None else body.at(key)
    notice = None
    if key is None:
        notice = await older.why_missing("charging profiles", OLDER_FAMILIES, vin, needs_battery=True)
    return ChargingProfileAnswer(
        shape=None if key is None else _SHAPES[key],
        charging_start=profile.text("chargingMode"),
        charging_preference=profile.text("chargingPreferences"),
        is_climate_enabled=profile.flag("climatizationEnabled"),
        departures=[_departure(name, profile.at(key)) for name, key in _TIMERS.items() if profile.at(key).of],
        window=_window(profile.at("preferredChargingWindow")),
        notice=notice,
        fetched_at=None if document is None else format_time(document.fetched_at_ms),
        source=None if document is None else SOURCE_NAMES[document.source],
    )


def _describe_app_profile(body: Members, document: Document) -> ChargingProfileAnswer:
    """Return a profile as the MyBMW app gets it, in the words of the older families."""
    detail = body.at(_APP)
    mode = detail.at("chargingMode")
    settings = body.at("chargingSettingsDetail")
    is_delayed = {"TIME_SLOT": True, "CHARGING_IMMEDIATELY": False}.get(mode.text("type") or "")
    starts = {True: "DELAYED_CHARGING", False: "IMMEDIATE_CHARGING"}
    begin, end = _clock(mode.text("startTimeSlot")), _clock(mode.text("endTimeSlot"))
    has_two = detail.text("departureTimer", "type") == "TWO_DEPARTURE_TIMER"
    return ChargingProfileAnswer(
        shape="two_timers" if has_two else "weekly",
        charging_start=mode.text("type") if is_delayed is None else starts[is_delayed],
        charging_preference=mode.text("chargingPreference"),
        is_climate_enabled=detail.flag("isPreconditionForDepartureActive"),
        departures=[_app_departure(timer) for timer in detail.objects("departureTimer", "weeklyTimers")],
        window=ProfileWindow(is_enabled=is_delayed, begin=begin, end=end) if begin or end else None,
        notice=None,
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
        settings=AppChargingSettings(
            target_percent=settings.number("chargingTarget"),
            ac_limit_a=settings.number("acLimit", "current", "value"),
            is_unlock_cable_active=settings.flag("isUnlockCableActive"),
            dc_loudness=settings.text("dcLoudness"),
            ac_limits_a=settings.numbers("acLimit", "values"),
        )
        if settings.of
        else None,
    )


def _app_departure(timer: Members) -> DepartureAnswer:
    """Return a departure; that the fourth is the single one is inferred."""
    number = timer.whole("id")
    actions = {"ACTIVATE": True, "DEACTIVATE": False}
    return DepartureAnswer(
        timer="override_timer" if number == _SINGLE else f"timer_{number}",
        is_enabled=actions.get(timer.text("timerAction") or ""),
        departure=_clock(timer.text("time")),
        weekdays=timer.texts("daysOfTheWeek"),
    )


def _clock(slot: str | None) -> str | None:
    """Return HH:MM out of `0001-01-01THH:MM:SS`, the car's local time."""
    clock = None if slot is None else slot.rpartition("T")[2][:5]
    return clock or None


def _departure(name: str, timer: Members) -> DepartureAnswer:
    return DepartureAnswer(
        timer=name,
        is_enabled=timer.flag("timerEnabled"),
        departure=timer.text("departureTime"),
        weekdays=timer.texts("weekdays"),
    )


def _window(window: Members) -> ProfileWindow | None:
    if not window.of:
        return None
    return ProfileWindow(is_enabled=window.flag("enabled"), begin=window.text("startTime"), end=window.text("endTime"))
