"""One charging session in detail, as the MyBMW app shows it: its texts, and the numbers in them. Known from clients."""

import re
from typing import Annotated, Final

import msgspec

from bimmerhub.domain.documents import BMW_CHARGE_DETAILS, Document
from bimmerhub.domain.units import KM_PER_MILE
from bimmerhub.errors import ConfigError, NotFound
from bimmerhub.ids import Vin
from bimmerhub.times import format_optional_time, format_time, parse_time
from bimmerhub.views.documents.members import Members, members_of
from bimmerhub.views.documents.offered import OlderDocuments
from bimmerhub.views.fields import SOURCE_NAMES, Number, Time
from bimmerhub.views.viewer import Viewer

_PERCENT: Final = re.compile(r"(\d{1,3})\s*%", re.ASCII)
_DISTANCE: Final = re.compile(r"([\d.,\s]{1,12}?)\s*(km|mi)", re.ASCII)


class BmwChargeDetailsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A charging session in detail, in texts of the app. Null where BMW says nothing, or no number."""

    id: Annotated[str, msgspec.Meta(description="BMW's")]
    started_at: Time | None
    ended_at: Time | None
    duration: Annotated[str | None, msgspec.Meta(description="as BMW writes it, such as 2h 16min")]
    energy: Annotated[str | None, msgspec.Meta(description="as BMW writes it, such as ~ 22 kWh")]
    start_soc_percent: Number | None
    end_soc_percent: Number | None
    odometer_km: Number | None
    cost: Annotated[str | None, msgspec.Meta(description="as BMW writes it")]
    place: str | None
    issue: Annotated[str | None, msgspec.Meta(description="what went wrong, BMW's word")]
    fetched_at: Time
    source: str


async def view_bmw_charge(viewer: Viewer, older: OlderDocuments, vin: Vin, charge_id: str) -> BmwChargeDetailsAnswer:
    """Return one charging session in detail; NotFound when BMW was never asked for it."""
    viewer.require_vehicle(vin)
    stored = {document.natural_key: document for document in await older.documents.documents(vin, BMW_CHARGE_DETAILS)}
    if charge_id not in stored:
        raise NotFound(
            f"the details of the charging session {charge_id[:60]!r} are not stored",
            hint="BMW is asked for them by: bimmerhub bmw-charges VIN ID",
        )
    return _describe(stored[charge_id])


def _describe(document: Document) -> BmwChargeDetailsAnswer:
    charge = members_of(document.body)
    return BmwChargeDetailsAnswer(
        id=document.natural_key,
        started_at=_time(charge.text("startDate") or charge.text("date")),
        ended_at=_time(charge.text("endDate")),
        duration=charge.text("duration"),
        energy=charge.text("energyCharged"),
        start_soc_percent=_percent(charge.text("startBatteryPc")),
        end_soc_percent=_percent(charge.text("endBatteryPc")),
        odometer_km=_distance_km(charge),
        cost=charge.text("totalCost"),
        place=charge.text("locationName"),
        issue=charge.text("pluginIssue"),
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
    )


def _time(text: str | None) -> str | None:
    try:
        return None if text is None else format_optional_time(parse_time(text, name="time"))
    except ConfigError:
        return None


def _percent(text: str | None) -> int | None:
    match = None if text is None else _PERCENT.fullmatch(text)
    return None if match is None else int(match[1])


def _distance_km(charge: Members) -> float | int | None:
    """Return the odometer out of `12,345 km`: a whole number, whatever stands between its thousands."""
    match = _DISTANCE.fullmatch(charge.text("totalMileage") or "")
    digits = "" if match is None else re.sub(r"\D", "", match[1])
    if match is None or not digits:
        return None
    return round(int(digits) * KM_PER_MILE, 1) if match[2] == "mi" else int(digits)
