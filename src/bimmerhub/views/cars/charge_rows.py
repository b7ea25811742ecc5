"""Loads charging sessions: our records, what BMW's history says of each, its place, and what the meter there counted.

A list of ten years is thousands of records, of which a page shows a hundred: only these are read as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from bimmerhub.domain.charging_sessions.charge_reconciled import (
    BmwCharge,
    MeterCharge,
    Reconciled,
    add_meter,
    check_meter,
    choose_meter,
    match_charges,
    reconcile,
    to_own_record,
)
from bimmerhub.domain.charging_sessions.session_fold import ChargingSessionsFold
from bimmerhub.domain.charging_sessions.session_record import ChargingRecord, Kind
from bimmerhub.domain.documents import CHARGING_SESSION
from bimmerhub.domain.own_places import METER_ENERGY, Meter, OwnPlace, find_place, meter_subject
from bimmerhub.ids import Vin
from bimmerhub.store.ports.derived import ALWAYS_MS, StoredRecords
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.places import StoredPlaces
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.views.cars.charge_shapes import ChargeEnergies
from bimmerhub.views.documents.charging_history import read_bmw_charge
from bimmerhub.views.ports.cars import VehicleStates

MARGIN_MS: Final = 7 * DAY_MS
"""So far around a stretch of time, which of BMW's sessions belongs to which of ours does not depend on the stretch."""
COUNTED_WITHIN_MS: Final = 6 * HOUR_MS
"""A meter that is read less often than this tells nothing of one charge."""

_FOLD: Final = ChargingSessionsFold.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeReads:
    """What charging sessions are read from."""

    records: StoredRecords
    documents: StoredDocuments
    readings: ReadingQuery
    vehicles: VehicleStates
    places: StoredPlaces


class _Power(msgspec.Struct, frozen=True, kw_only=True):
    """What a stored record says of its power."""

    kind: Kind | None
    max_power_kw: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCharge:
    """A session as it lies in the store: our record as JSON, None for one that only BMW knows, and BMW's sessions."""

    start_ms: int
    end_ms: int
    is_final: bool
    body: str | None
    charges: Sequence[BmwCharge]

    def reconcile(self) -> Reconciled:
        """Return the record with what BMW says of it laid over."""
        if self.body is None:
            return to_own_record(self.charges[0])
        return reconcile(msgspec.json.decode(self.body, type=ChargingRecord), self.charges)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRows:
    """The sessions that began in a stretch of time, oldest first, and what is laid over them."""

    sessions: Sequence[StoredCharge]
    places: Sequence[OwnPlace]
    meters: Sequence[Meter]
    readings: ReadingQuery

    async def show(self, session: StoredCharge) -> Reconciled:
        """Return a session with what is laid over it: BMW's history, its place, what the meter there counted."""
        reconciled = session.reconcile()
        record = reconciled.record
        if not self.places or record.latitude_deg is None or record.longitude_deg is None:
            return reconciled
        place = find_place(self.places, record.latitude_deg, record.longitude_deg)
        if place is None:
            return reconciled
        reconciled = replace(reconciled, place=place.name)
        meter = choose_meter(await self._load_meters(place, record), record.energy_battery_kwh)
        return reconciled if meter is None else add_meter(reconciled, meter)

    async def _load_meters(self, place: OwnPlace, record: ChargingRecord) -> list[MeterCharge]:
        """Return what each meter of a place that was read before and after a charge counted meanwhile."""
        if record.started_at_ms is None or record.ended_at_ms is None:
            return []
        charges: list[MeterCharge] = []
        for meter in self.meters:
            counted = None
            if meter.place == place.name:
                counted = await self.readings.counted(
                    meter_subject(meter.name),
                    METER_ENERGY,
                    from_ms=record.started_at_ms,
                    to_ms=record.ended_at_ms,
                    within_ms=COUNTED_WITHIN_MS,
                )
            if counted is not None:
                charges.append(check_meter(meter.name, counted, record.energy_battery_kwh))
        return charges

    async def energies(self, session: StoredCharge) -> ChargeEnergies:
        """Return what a session comes to, for totals."""
        if session.body is not None and not session.charges and not self.meters:
            return msgspec.json.decode(session.body, type=ChargeEnergies)
        record = (await self.show(session)).record
        return ChargeEnergies(
            energy_battery_kwh=record.energy_battery_kwh,
            energy_grid_kwh=record.energy_grid_kwh,
            losses_kwh=record.losses_kwh,
        )


async def load_charge_rows(reads: ChargeReads, vin: Vin, *, from_ms: int, to_ms: int) -> ChargeRows:
    """Return the sessions that began in a stretch of time: our own, and those that only BMW knows."""
    places = await reads.places.places()
    meters = await reads.places.meters() if places else []
    return ChargeRows(
        sessions=await _load_sessions(reads, vin, from_ms=from_ms, to_ms=to_ms),
        places=places,
        meters=meters,
        readings=reads.readings,
    )


async def load_most_ac_kw(reads: ChargeReads, vin: Vin) -> float | None:
    """Return the most power that a car ever took from AC, by all its charges; None when none says."""
    stored = await reads.records.records(_FOLD, vin, from_ms=ALWAYS_MS[0], to_ms=ALWAYS_MS[1])
    powers = [msgspec.json.decode(record.body, type=_Power) for record in stored]
    return max((one.max_power_kw for one in powers if one.kind == "ac" and one.max_power_kw is not None), default=None)


async def _load_sessions(reads: ChargeReads, vin: Vin, *, from_ms: int, to_ms: int) -> list[StoredCharge]:
    stored = await reads.records.records(_FOLD, vin, from_ms=from_ms - MARGIN_MS, to_ms=to_ms + MARGIN_MS)
    documents = await reads.documents.documents(vin, CHARGING_SESSION)
    charges = [
        read_bmw_charge(document)
        for document in documents
        if from_ms - 2 * MARGIN_MS <= int(document.natural_key) * 1000 < to_ms + 2 * MARGIN_MS
    ]
    charges.sort(key=lambda charge: charge.started_at_ms)
    of_record, left = match_charges([(record.start_at_ms, record.end_at_ms) for record in stored], charges)
    sessions = [
        StoredCharge(
            start_ms=record.start_at_ms,
            end_ms=record.end_at_ms,
            is_final=record.settled_ms is not None,
            body=record.body,
            charges=of_it,
        )
        for record, of_it in zip(stored, of_record, strict=True)
        if from_ms <= record.start_at_ms < to_ms
    ]
    starts = {session.start_ms for session in sessions}
    sessions += [
        _of_bmw(charge)
        for charge in left
        if from_ms <= charge.started_at_ms < to_ms and charge.started_at_ms not in starts
    ]
    return sorted(sessions, key=lambda session: session.start_ms)


def _of_bmw(charge: BmwCharge) -> StoredCharge:
    end_ms = charge.started_at_ms if charge.ended_at_ms is None else charge.ended_at_ms
    return StoredCharge(
        start_ms=charge.started_at_ms,
        end_ms=end_ms + 1,
        is_final=charge.ended_at_ms is not None,
        body=None,
        charges=(charge,),
    )
