"""The public shapes of charging sessions, and how a record gets them."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec

from bimmerhub.domain.charging_sessions.charge_reasons import ChargeNote, NoteKind
from bimmerhub.domain.charging_sessions.charge_reconciled import (
    BmwCharge,
    Difference,
    MeterCharge,
    OtherSource,
    Reconciled,
)
from bimmerhub.domain.charging_sessions.session_record import EndReason, How, Kind
from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import Point
from bimmerhub.times import format_optional_time, format_time
from bimmerhub.views.fields import SOURCE_NAMES, NewestPage, Number, Time


class ChargingPartAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of charging without a pause of more than 6 minutes."""

    started_at: Time
    ended_at: Annotated[Time | None, msgspec.Meta(description="null while it goes on")]


class ChargeDifference(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody else says something else than the readings do; times in text, else numbers."""

    field: str
    ours: Number | str
    other: Number | str
    source: OtherSource


class BmwChargeFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What BMW's charging history says of the session."""

    started_at: Time
    ended_at: Time | None
    start_soc_percent: Number | None
    end_soc_percent: Number | None
    energy_grid_kwh: Number | None


class MeterChargeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a meter counted during the charge."""

    name: str
    energy_kwh: Number
    refused: Annotated[str | None, msgspec.Meta(description="why it does not count; null: it does")]


class ChargingSessionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One charging session, from plug-in to plug-out. null is "not reported", never 0."""

    id: Annotated[str, msgspec.Meta(description="stays with the session; may change when older readings come in")]
    vin: str
    plugged_at: Time | None
    unplugged_at: Annotated[Time | None, msgspec.Meta(description="null while the plug is in")]
    started_at: Annotated[Time | None, msgspec.Meta(description="when current first flowed; null: none has")]
    ended_at: Annotated[Time | None, msgspec.Meta(description="when it last ceased to flow; null while it does")]
    start_soc_percent: Number | None
    end_soc_percent: Annotated[Number | None, msgspec.Meta(description="while it charges: as last said")]
    target_soc_percent: Number | None
    is_target_reached: bool | None
    energy_battery_kwh: Annotated[Number | None, msgspec.Meta(description="into the battery")]
    energy_grid_kwh: Annotated[Number | None, msgspec.Meta(description="from the grid; no car tells it of DC")]
    losses_kwh: Number | None
    kind: Kind | None
    phases: Annotated[int | None, msgspec.Meta(description="1, 2 or 3")]
    parts: list[ChargingPartAnswer]
    max_power_kw: Number | None
    end_reason: Annotated[EndReason | None, msgspec.Meta(description="null while it is under way")]
    bmw_reason: Annotated[str | None, msgspec.Meta(description="BMW's own word for it")]
    start_odometer_km: Number | None
    place: Annotated[str | None, msgspec.Meta(description="name of the place; null: none of yours")]
    final: Annotated[bool, msgspec.Meta(description="false while it may still change without older readings")]
    sources: Annotated[
        dict[str, OtherSource], msgspec.Meta(description="fields that are not ours: bmw (its history) or meter")
    ]
    differences: list[ChargeDifference]
    bmw: list[BmwChargeFigures]
    meter: Annotated[
        MeterChargeAnswer | None, msgspec.Meta(description="what the meter at the place counted; null: none did")
    ]
    how: Annotated[dict[str, How], msgspec.Meta(description="how each field was come by")]
    band: Annotated[
        dict[str, Number], msgspec.Meta(description="plus or minus, in the field's unit; of times in seconds")
    ]


class ChargeEnergies(msgspec.Struct, frozen=True, kw_only=True):
    """What a session comes to, by the names of a record's fields."""

    energy_battery_kwh: float | None
    energy_grid_kwh: float | None
    losses_kwh: float | None


class ChargeSum(msgspec.Struct, frozen=True, kw_only=True):
    """A sum, and over how many of the sessions it is: the others did not say."""

    kwh: Number
    sessions: int


class ChargeTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What all sessions of the stretch of time come to, not only those of this page."""

    sessions: int
    energy_battery: ChargeSum
    energy_grid: ChargeSum
    losses: ChargeSum


class ChargesPage(NewestPage[ChargingSessionAnswer], frozen=True, kw_only=True):
    """A page of sessions, with the totals of all."""

    totals: ChargeTotals


class ChargeSample(msgspec.Struct, frozen=True, kw_only=True):
    """What was said at one moment of a charge."""

    at: Time
    power_kw: Number | None
    soc_percent: Number | None


class ChargeNoteAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Why a charge started late, ran slow or stopped."""

    kind: NoteKind
    text: str
    at: Time | None
    descriptor: Annotated[str | None, msgspec.Meta(description="the reading that says so, if one does")]
    value: bool | Number | str | None


class ChargeEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """A reading that the record rests on."""

    measured_at: Time
    descriptor: str
    value: bool | Number | str | None
    unit: str | None
    source: str


class ChargingSessionDetails(ChargingSessionAnswer, frozen=True, kw_only=True):
    """One session with its curve, what there is to say about it, and on request the readings that it rests on."""

    samples: list[ChargeSample]
    notes: list[ChargeNoteAnswer]
    evidence: Annotated[list[ChargeEvidence] | None, msgspec.Meta(description="null unless asked for")]


def describe_session(vin: Vin, record_id: str, reconciled: Reconciled, *, is_final: bool) -> ChargingSessionAnswer:
    """Return a session in its public shape."""
    record = reconciled.record
    return ChargingSessionAnswer(
        id=record_id,
        vin=vin,
        plugged_at=format_optional_time(record.plugged_at_ms),
        unplugged_at=format_optional_time(record.unplugged_at_ms),
        started_at=format_optional_time(record.started_at_ms),
        ended_at=format_optional_time(record.ended_at_ms),
        start_soc_percent=record.start_soc_percent,
        end_soc_percent=record.end_soc_percent,
        target_soc_percent=record.target_soc_percent,
        is_target_reached=record.is_target_reached,
        energy_battery_kwh=record.energy_battery_kwh,
        energy_grid_kwh=record.energy_grid_kwh,
        losses_kwh=record.losses_kwh,
        kind=record.kind,
        phases=record.phases,
        parts=[
            ChargingPartAnswer(
                started_at=format_time(part.started_at_ms), ended_at=format_optional_time(part.ended_at_ms)
            )
            for part in record.parts
        ],
        max_power_kw=record.max_power_kw,
        end_reason=record.end_reason,
        bmw_reason=record.bmw_reason,
        start_odometer_km=record.start_odometer_km,
        place=reconciled.place,
        final=is_final,
        sources=dict(reconciled.sources),
        differences=[_describe_difference(difference) for difference in reconciled.differences],
        bmw=[_describe_bmw(charge) for charge in reconciled.bmw],
        meter=_describe_meter(reconciled.meter),
        how=dict(record.how),
        band=dict(record.band),
    )


def _describe_meter(meter: MeterCharge | None) -> MeterChargeAnswer | None:
    if meter is None:
        return None
    return MeterChargeAnswer(name=meter.name, energy_kwh=meter.energy_kwh, refused=meter.refused)


def _describe_difference(difference: Difference) -> ChargeDifference:
    is_time = difference.name.endswith("_at")
    ours, other = (format_time(round(number)) if is_time else number for number in (difference.ours, difference.other))
    return ChargeDifference(field=difference.name, ours=ours, other=other, source=difference.source)


def _describe_bmw(charge: BmwCharge) -> BmwChargeFigures:
    return BmwChargeFigures(
        started_at=format_time(charge.started_at_ms),
        ended_at=format_optional_time(charge.ended_at_ms),
        start_soc_percent=charge.start_soc_percent,
        end_soc_percent=charge.end_soc_percent,
        energy_grid_kwh=charge.energy_grid_kwh,
    )


def sum_up(records: Sequence[ChargeEnergies]) -> ChargeTotals:
    """Return what the sessions come to, each sum with over how many of them it is."""

    def add(energies: Iterable[float | None]) -> ChargeSum:
        present = [kwh for kwh in energies if kwh is not None]
        return ChargeSum(kwh=round(sum(present), 3), sessions=len(present))

    return ChargeTotals(
        sessions=len(records),
        energy_battery=add(record.energy_battery_kwh for record in records),
        energy_grid=add(record.energy_grid_kwh for record in records),
        losses=add(record.losses_kwh for record in records),
    )


def describe_note(note: ChargeNote) -> ChargeNoteAnswer:
    """Return a note in its public shape."""
    return ChargeNoteAnswer(
        kind=note.kind,
        text=note.text,
        at=format_optional_time(note.at_ms),
        descriptor=note.descriptor,
        value=note.value,
    )


def describe_evidence(point: Point) -> ChargeEvidence:
    """Return a reading in the shape of evidence."""
    return ChargeEvidence(
        measured_at=format_time(point.measured_at_ms),
        descriptor=point.descriptor,
        value=point.value,
        unit=point.unit,
        source=SOURCE_NAMES[point.source],
    )
