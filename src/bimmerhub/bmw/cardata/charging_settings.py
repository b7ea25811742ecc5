"""Charging settings that a driver made for a place: limits, time windows, preferences.

Field set: BMW's customer API swagger v1. No real answer has been published, so the texts' vocabulary is unknown.
"""

from typing import Annotated

import msgspec

Hour = Annotated[int, msgspec.Meta(ge=0, le=24)]
Minute = Annotated[int, msgspec.Meta(ge=0, le=59)]


class ChargingTimeWindow(msgspec.Struct, rename="camel", frozen=True):
    """When to charge, in the place's own time."""

    start_charging_time_period_hour: Hour | None = None
    start_charging_time_period_minute: Minute | None = None
    stop_charging_time_period_hour: Hour | None = None
    stop_charging_time_period_minute: Minute | None = None


class LocationChargingSettings(msgspec.Struct, rename="camel", frozen=True):
    """The charging settings of one place. `ac_current_limit_a` is in ampere, as the cars show it; BMW names no unit."""

    id: str | None = None
    last_updated: str | None = None
    cluster_location_id: str | None = None
    latitude_deg: float | None = msgspec.field(default=None, name="latitude")
    longitude_deg: float | None = msgspec.field(default=None, name="longitude")
    last_visit: str | None = None
    visits: int | None = None
    charging_mode: str | None = None
    optimized_charging_preference: str | None = None
    start_charging_time_period_hour: Hour | None = None
    start_charging_time_period_minute: Minute | None = None
    stop_charging_time_period_hour: Hour | None = None
    stop_charging_time_period_minute: Minute | None = None
    vehicle_id_with_gcid: str | None = None
    charging_time_windows: tuple[ChargingTimeWindow, ...] = ()
    ac_current_limit_flag: str | None = None
    ac_current_limit_a: float | None = msgspec.field(default=None, name="acCurrentLimit")
    acoustic_limit: str | None = None
    flap_lock: str | None = None
    charging_plug: str | None = None


class SettingsPage(msgspec.Struct, rename="camel", frozen=True):
    """One answer, and the token of the next page. BMW writes nextToken here, next_token in the charging history."""

    data: tuple[LocationChargingSettings, ...] = ()
    next_token: str | None = None
