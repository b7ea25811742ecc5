"""What BMW recorded of a car's charging: its own list, not what this hub saw."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from bimmerhub.domain.charging_sessions.charge_reconciled import BmwCharge
from bimmerhub.domain.charging_sessions.session_record import ChargingPart
from bimmerhub.domain.documents import CHARGING_SESSION, Document
from bimmerhub.domain.units import KM_PER_MILE
from bimmerhub.ids import Vin
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.times import format_optional_time, format_time
from bimmerhub.views.documents.members import Members, members_of
from bimmerhub.views.fields import SOURCE_NAMES, ListTokens, NewestPage, Number, Time
from bimmerhub.views.viewer import Viewer

DEFAULT_SESSIONS: Final = 100
MOST_SESSIONS: Final = 10_000


class BmwChargingBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a session without a pause."""

    started_at: Time | None
    ended_at: Time | None
    average_power_kw: Number | None


class BmwChargingCost(msgspec.Struct, frozen=True, kw_only=True):
    """What BMW thought it cost; BMW leaves it out since September 2026."""

    currency: str | None
    cost: Number | None
    savings: Number | None


class BmwChargingProblem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong in a session, in BMW's words."""

    at: str | None
    hint: str | None


class BmwChargingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of BMW's charging history."""

    started_at: Time
    ended_at: Annotated[Time | None, msgspec.Meta(description="null while it charges")]
    time_zone: str | None
    start_soc_percent: Number | None
    end_soc_percent: Number | None
    charging_s: Annotated[Number | None, msgspec.Meta(description="without pauses")]
    energy_from_grid_kwh: Number | None
    energy_discharged_kwh: Number | None
    energy_decrease_kwh: Number | None
    is_preconditioned: bool | None
    odometer_km: Number | None
    address: str | None
    latitude_deg: Number | None
    longitude_deg: Number | None
    providers: list[str]
    blocks: list[BmwChargingBlock]
    cost: BmwChargingCost | None
    problems: list[BmwChargingProblem]
    fetched_at: Time
    source: str


async def view_bmw_charging(
    viewer: Viewer,
    documents: StoredDocuments,
    vin: Vin,
    *,
    from_ms: int,
    to_ms: int,
    limit: int = DEFAULT_SESSIONS,
    after: str | None = None,
) -> NewestPage[BmwChargingAnswer]:
    """Return one page of the sessions that began in a stretch of time, newest first."""
    viewer.require_vehicle(vin)
    tokens = ListTokens("charging history", vin)
    before_s = None if after is None else tokens.parse_number(after)
    stored = await documents.documents(vin, CHARGING_SESSION)
    by_start = sorted(((int(document.natural_key), document) for document in stored), key=lambda pair: -pair[0])
    wanted = [
        (start_s, document)
        for start_s, document in by_start
        if from_ms <= start_s * 1000 < to_ms and (before_s is None or start_s < before_s)
    ]
    page: Sequence[tuple[int, Document]] = wanted[:limit]
    is_complete = len(wanted) <= limit
    return NewestPage(
        items=[_describe(start_s, document) for start_s, document in page],
        next=None if is_complete else tokens.token(page[-1][0]),
        is_complete=is_complete,
    )


def read_bmw_charge(document: Document) -> BmwCharge:
    """Return an entry of BMW's history as it is laid over the hub's own session; both field sets (guides 1.4, 1.5)."""
    session = members_of(document.body)
    parts = [
        ChargingPart(started_at_ms=started_ms, ended_at_ms=block.time_ms("endTime"))
        for block in session.objects("chargingBlocks")
        if (started_ms := block.time_ms("startTime")) is not None
    ]
    return BmwCharge(
        started_at_ms=int(document.natural_key) * 1000,
        ended_at_ms=session.time_ms("endTime"),
        start_soc_percent=session.number("displayedStartSoc"),
        end_soc_percent=session.number("displayedSoc"),
        energy_grid_kwh=session.number("energyConsumedFromPowerGridKwh"),
        charged_s=session.number("totalChargingDurationSec"),
        odometer_km=_odometer_km(session),
        latitude_deg=session.number("chargingLocation", "mapMatchedLatitude"),
        longitude_deg=session.number("chargingLocation", "mapMatchedLongitude"),
        parts=tuple(parts),
    )


def _describe(start_s: int, document: Document) -> BmwChargingAnswer:
    session = members_of(document.body)
    place = session.at("chargingLocation")
    return BmwChargingAnswer(
        started_at=format_time(start_s * 1000),
        ended_at=format_optional_time(session.time_ms("endTime")),
        time_zone=session.text("timeZone"),
        start_soc_percent=session.number("displayedStartSoc"),
        end_soc_percent=session.number("displayedSoc"),
        charging_s=session.number("totalChargingDurationSec"),
        energy_from_grid_kwh=session.number("energyConsumedFromPowerGridKwh"),
        energy_discharged_kwh=session.number("energyDischargedKwh"),
        energy_decrease_kwh=session.number("energyDecreaseHvbKwh"),
        is_preconditioned=session.flag("isPreconditioningActivated"),
        odometer_km=_odometer_km(session),
        address=place.text("formattedAddress") or place.text("streetAddress") or place.text("municipality"),
        latitude_deg=place.number("mapMatchedLatitude"),
        longitude_deg=place.number("mapMatchedLongitude"),
        providers=_providers(session),
        blocks=[_describe_block(block) for block in session.objects("chargingBlocks")],
        cost=_describe_cost(session.at("chargingCostInformation")),
        problems=[
            BmwChargingProblem(at=problem.text("creationTime"), hint=problem.text("hint"))
            for problem in session.objects("businessErrors")
        ],
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
    )


def _describe_block(block: Members) -> BmwChargingBlock:
    return BmwChargingBlock(
        started_at=format_optional_time(block.time_ms("startTime")),
        ended_at=format_optional_time(block.time_ms("endTime")),
        average_power_kw=block.number("averagePowerGridKw"),
    )


def _describe_cost(cost: Members) -> BmwChargingCost | None:
    if not cost.of:
        return None
    return BmwChargingCost(
        currency=cost.text("currency"),
        cost=cost.number("calculatedChargingCost"),
        savings=cost.number("calculatedSavings"),
    )


def _providers(session: Members) -> list[str]:
    matches = session.objects("publicChargingPoint", "potentialChargingPointMatches")
    names = (match.text("providerName") for match in matches)
    return [name for name in names if name is not None]


def _odometer_km(session: Members) -> Number | None:
    """Return the odometer in km; None without a unit that is known (BMW: KM, MI, MILES, with or without a prefix)."""
    mileage = session.number("mileage")
    unit = (session.text("mileageUnits") or "").rpartition(".")[2].upper()
    if mileage is None or unit not in {"KM", "MI", "MILES"}:
        return None
    return mileage if unit == "KM" else round(mileage * KM_PER_MILE, 3)
