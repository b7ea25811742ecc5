"""Charging settings that a driver made for a place: limits, time windows, preferences.

They come in pages of unknown length, one call each. BMW answers CU-127 or an empty list when there are none.

Field set: BMW's customer API swagger v1. No real answer has been published, so the texts' vocabulary is unknown.
"""

import logging
from collections.abc import AsyncGenerator
from typing import Annotated, Protocol

import msgspec

from bimmerhub.errors import BmwRefused
from bimmerhub.ids import Vin

_log = logging.getLogger(__name__)

NO_SETTINGS = "CU-127"
MOST_PAGES = 20

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
    """One answer, and the token of the next page. BMW writes nextToken here, next_token in the charging history.

    `unreadable_items` counts what is not in `data` because it could not be read.
    """

    data: tuple[LocationChargingSettings, ...] = ()
    next_token: str | None = None
    unreadable_items: int = 0


class SettingsPages(Protocol):
    """Where pages come from."""

    async def fetch_location_settings_page(self, vin: Vin, *, next_token: str | None = None) -> SettingsPage:
        """Return one page. One call."""
        ...


class SettingsReader:
    """Reads one vehicle's charging settings once.

    `is_complete` says, after `read` has ended, whether these are all the places that BMW has: not when an item could
    not be read, and not when the pages went in a ring.
    """

    def __init__(self, pages: SettingsPages, vin: Vin) -> None:
        self._pages = pages
        self._vin = vin
        self.is_complete = False

    async def read(self) -> AsyncGenerator[LocationChargingSettings]:
        """Yield the settings of each place, none twice; nothing when there are none."""
        seen: set[LocationChargingSettings] = set()
        tokens: set[str] = set()
        token: str | None = None
        unreadable_items = 0
        for _ in range(MOST_PAGES):
            try:
                page = await self._pages.fetch_location_settings_page(self._vin, next_token=token)
            except BmwRefused as error:
                if error.code != NO_SETTINGS:
                    raise
                self.is_complete = token is None
                return
            unreadable_items += page.unreadable_items
            unseen = [settings for settings in dict.fromkeys(page.data) if settings not in seen]
            seen.update(unseen)
            for settings in unseen:
                yield settings
            token = page.next_token
            if token is None:
                self.is_complete = unreadable_items == 0
                return
            if token in tokens or not unseen:
                break
            tokens.add(token)
        _log.warning("charging settings: BMW's pages do not come to an end; %d places were read", len(seen))
