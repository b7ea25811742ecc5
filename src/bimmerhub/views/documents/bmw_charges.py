"""Charging sessions as the MyBMW app lists them, in its words, and the charging of each month in figures."""

import re
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from bimmerhub.domain.documents import BMW_CHARGES, CHARGING_STATISTICS, Document
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin
from bimmerhub.times import EARLIEST_MS, LATEST_MS, format_optional_time, format_time, parse_time
from bimmerhub.views.documents.members import members_of
from bimmerhub.views.documents.offered import APP_ONLY, MissingNotice, OlderDocuments
from bimmerhub.views.fields import SOURCE_NAMES, ListTokens, NewestPage, Number, Time
from bimmerhub.views.viewer import Viewer

DEFAULT_CHARGES: Final = 100
MOST_CHARGES: Final = 10_000
"""What one page shows at most."""
_ENERGY: Final = re.compile(r"~?\s*(\d{1,4}(?:[.,]\d{1,2})?)\s*kWh", re.IGNORECASE)


class BmwChargeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A charging session as BMW tells it: texts of the app, in the account's language. Null where BMW says nothing."""

    id: Annotated[str, msgspec.Meta(description="BMW's")]
    started_at: Annotated[Time | None, msgspec.Meta(description="out of BMW's id; null where that holds no time")]
    title: str | None
    subtitle: Annotated[str | None, msgspec.Meta(description="place, how long, and what it cost")]
    energy: Annotated[str | None, msgspec.Meta(description="as BMW writes it, such as ~ 22 kWh")]
    energy_kwh: Annotated[Number | None, msgspec.Meta(description="null where BMW names no number, as in < 2 kWh")]
    status: Annotated[str | None, msgspec.Meta(description="BMW's word")]
    is_public: bool | None
    fetched_at: Time
    source: str


class ChargingMonth(msgspec.Struct, frozen=True, kw_only=True):
    """The charging of a month in BMW's figures."""

    month: str
    energy_kwh: Number | None
    sessions: int | None
    fetched_at: Time


class BmwChargesAnswer(NewestPage[BmwChargeAnswer], frozen=True, kw_only=True):
    """A page of BMW's charging sessions, newest first, and the months that it has told figures of."""

    months: list[ChargingMonth]
    notice: MissingNotice


async def view_bmw_charges(
    viewer: Viewer,
    older: OlderDocuments,
    vin: Vin,
    *,
    from_ms: int = EARLIEST_MS,
    to_ms: int = LATEST_MS,
    limit: int = DEFAULT_CHARGES,
    after: str | None = None,
) -> BmwChargesAnswer:
    """Return one page of the charging sessions of a stretch of time that BMW told, newest first."""
    viewer.require_vehicle(vin)
    tokens = ListTokens("BMW's charging sessions", vin)
    before_ms = None if after is None else tokens.parse_number(after)
    stored = [(_order_ms(charge), charge) for charge in await older.documents.documents(vin, BMW_CHARGES)]
    months = await older.documents.documents(vin, CHARGING_STATISTICS)
    until_ms = to_ms if before_ms is None else min(to_ms, before_ms)
    wanted = [pair for pair in stored if from_ms <= pair[0] < until_ms]
    wanted.sort(key=lambda pair: -pair[0])
    page, is_complete = wanted[:limit], len(wanted) <= limit
    is_told = bool(stored or months)
    return BmwChargesAnswer(
        items=[_describe(charge) for _, charge in page],
        next=None if is_complete else tokens.token(page[-1][0]),
        is_complete=is_complete,
        months=_describe_months(months),
        notice=None if is_told else await older.why_missing("charging sessions", APP_ONLY, vin, needs_battery=True),
    )


def _describe(document: Document) -> BmwChargeAnswer:
    charge = members_of(document.body)
    energy = charge.text("energyCharged")
    match = None if energy is None else _ENERGY.fullmatch(energy.strip())
    return BmwChargeAnswer(
        id=document.natural_key,
        started_at=format_optional_time(_start_ms(document.natural_key)),
        title=charge.text("title"),
        subtitle=charge.text("subtitle"),
        energy=energy,
        energy_kwh=None if match is None else float(match[1].replace(",", ".")),
        status=charge.text("sessionStatus"),
        is_public=charge.flag("isPublic"),
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
    )


def _start_ms(session_id: str) -> int | None:
    """Return when a session began, None when that is not said: BMW's ids are that time, `_`, and some letters."""
    try:
        return parse_time(session_id.partition("_")[0], name="id")
    except ConfigError:
        return None


def _order_ms(document: Document) -> int:
    """Return what sessions are ordered by: their begin, or when one of an odd id was fetched."""
    start_ms = _start_ms(document.natural_key)
    return document.fetched_at_ms if start_ms is None else start_ms


def _describe_months(documents: Sequence[Document]) -> list[ChargingMonth]:
    newest_first = sorted(documents, key=lambda document: document.natural_key, reverse=True)
    figures = [(document, members_of(document.body).at("statistics")) for document in newest_first]
    return [
        ChargingMonth(
            month=document.natural_key,
            energy_kwh=statistics.number("totalEnergyCharged"),
            sessions=statistics.whole("numberOfChargingSessions"),
            fetched_at=format_time(document.fetched_at_ms),
        )
        for document, statistics in figures
    ]
