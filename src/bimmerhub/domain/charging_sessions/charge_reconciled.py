"""What others say of a charge, laid over its record: BMW's charging history, and a meter at the place.

The record itself rests on readings alone. A figure of somebody else who measures takes the place of one that is missing
or only estimated; where both were measured or derived ours stays, and a difference that matters is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from bimmerhub.domain.charging_sessions.session_losses import with_losses
from bimmerhub.domain.charging_sessions.session_record import ChargingPart, ChargingRecord, How
from bimmerhub.domain.own_places import Counted
from bimmerhub.times import MINUTE_MS

MATCHED_WITHIN_MS: Final = 10 * MINUTE_MS
"""BMW's session begins with the plug or with the first current, and is told in whole minutes by some cars."""
DIFFERS_FROM_MS: Final = 5 * MINUTE_MS
DIFFERS_FROM_PERCENT: Final = 2.0
DIFFERS_FROM_SHARE: Final = 0.05
MOST_OF_BATTERY: Final = 2.0
"""A meter that says more than about twice what the battery took has counted something else (need 7.7)."""
LEAST_OF_BATTERY: Final = 0.97
"""A meter that says less than the battery took did not feed it; a meter of class B may be 2 % off."""

OtherSource = Literal["bmw", "meter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BmwCharge:
    """A session of BMW's charging history; None is what it left out. `ended_at_ms` is None while it charges."""

    started_at_ms: int
    ended_at_ms: int | None
    start_soc_percent: float | None
    end_soc_percent: float | None
    energy_grid_kwh: float | None
    charged_s: float | None
    odometer_km: float | None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    parts: tuple[ChargingPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterCharge:
    """What a meter counted during a charge; `refused` says why it does not count, None when it does."""

    name: str
    energy_kwh: float
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where somebody else says something else: milliseconds UTC for times, else the number's own unit."""

    name: str
    ours: float
    other: float
    source: OtherSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """A record with what others say of it: the figures that hold, and whose each is that is not ours."""

    record: ChargingRecord
    sources: Mapping[str, OtherSource] = field(default_factory=dict)
    differences: Sequence[Difference] = ()
    bmw: Sequence[BmwCharge] = ()
    place: str | None = None
    meter: MeterCharge | None = None


def match_charges(
    sessions: Sequence[tuple[int, int]], charges: Sequence[BmwCharge]
) -> tuple[list[list[BmwCharge]], list[BmwCharge]]:
    """Return the charges of BMW's that belong to each session (start and end, milliseconds UTC), and those to none.

    A charge belongs to the session that it shares the most time with. Both are in order of time.
    """
    of_session: list[list[BmwCharge]] = [[] for _ in sessions]
    left: list[BmwCharge] = []
    first = 0
    for charge in charges:
        end_ms = charge.started_at_ms if charge.ended_at_ms is None else charge.ended_at_ms
        while first < len(sessions) and sessions[first][1] + MATCHED_WITHIN_MS < charge.started_at_ms:
            first += 1
        best, most_ms = -1, -1
        for place in range(first, len(sessions)):
            start_ms, until_ms = sessions[place]
            if start_ms - MATCHED_WITHIN_MS > end_ms:
                break
            shared_ms = min(end_ms, until_ms) - max(charge.started_at_ms, start_ms) + 2 * MATCHED_WITHIN_MS
            if shared_ms > most_ms:
                best, most_ms = place, shared_ms
        (left if best < 0 else of_session[best]).append(charge)
    return of_session, left


def check_meter(name: str, counted: Counted, battery_kwh: float | None) -> MeterCharge:
    """Return what a meter counted of a charge, and whether that can be."""
    energy_kwh = round(counted.after - counted.before, 3)
    refused = None
    if counted.has_fallen:
        refused = "the counter runs backwards"
    elif battery_kwh is None and energy_kwh <= 0:
        refused = "it counted nothing"
    elif battery_kwh is not None and energy_kwh < LEAST_OF_BATTERY * battery_kwh:
        refused = f"the battery took {battery_kwh:.1f} kWh, which is more"
    elif battery_kwh is not None and energy_kwh > MOST_OF_BATTERY * battery_kwh:
        refused = f"the battery took {battery_kwh:.1f} kWh: the meter counted something else as well"
    return MeterCharge(name=name, energy_kwh=energy_kwh, refused=refused)


def choose_meter(meters: Sequence[MeterCharge], battery_kwh: float | None) -> MeterCharge | None:
    """Return the one of a place's meters that holds for a charge; None without one.

    Of those that can be right it is the one that counted least: another counts something else as well. Where nothing
    says what the battery took, several that counted cannot be told apart, and none holds.
    """
    fit = sorted((meter for meter in meters if meter.refused is None), key=lambda meter: meter.energy_kwh)
    if battery_kwh is None and len(fit) > 1:
        others = ", ".join(meter.name for meter in fit[1:])
        return replace(fit[0], refused=f"{others} counted as well, and nothing says what the battery took")
    if fit:
        return fit[0]
    return min(meters, key=lambda meter: abs(meter.energy_kwh - (battery_kwh or 0.0)), default=None)


def reconcile(record: ChargingRecord, bmw: Sequence[BmwCharge]) -> Reconciled:
    """Return the record with what BMW says of it laid over."""
    if not bmw:
        return Reconciled(record=record)
    figures = _figures_of_bmw(bmw)
    how: dict[str, How] = dict(record.how)
    band = dict(record.band)
    changes: dict[str, float | int] = {}
    sources: dict[str, OtherSource] = {}
    differences: list[Difference] = []
    for name, other in figures.items():
        ours = getattr(record, name)
        key = name.removesuffix("_ms")
        if ours is None or how.get(key) == "estimated":
            changes[name], sources[key], how[key] = other, "bmw", "measured"
            band.pop(key, None)
        if ours is not None and _differs(name, ours, other):
            differences.append(Difference(name=key, ours=ours, other=other, source="bmw"))
    if record.latitude_deg is None and bmw:
        changes |= {
            name: degrees
            for name, degrees in (("latitude_deg", bmw[0].latitude_deg), ("longitude_deg", bmw[0].longitude_deg))
            if degrees is not None
        }
    record = replace(record, **changes, how=how, band=band)  # type: ignore[arg-type]  # its own fields
    record = with_losses(record) if "energy_grid_kwh" in sources else record
    return Reconciled(record=record, sources=sources, differences=tuple(differences), bmw=tuple(bmw))


def add_meter(reconciled: Reconciled, meter: MeterCharge) -> Reconciled:
    """Return a record with what a meter at its place counted; it measured, so it outranks everybody, unless refused."""
    if meter.refused is not None:
        return replace(reconciled, meter=meter)
    record, differences = reconciled.record, list(reconciled.differences)
    ours = record.energy_grid_kwh
    if ours is not None and _differs("energy_grid_kwh", ours, meter.energy_kwh):
        differences.append(Difference(name="energy_grid_kwh", ours=ours, other=meter.energy_kwh, source="meter"))
    how: dict[str, How] = {**record.how, "energy_grid_kwh": "measured"}
    band = {name: value for name, value in record.band.items() if name != "energy_grid_kwh"}
    record = with_losses(replace(record, energy_grid_kwh=meter.energy_kwh, how=how, band=band))
    sources: dict[str, OtherSource] = {**reconciled.sources, "energy_grid_kwh": "meter"}
    return replace(reconciled, record=record, sources=sources, differences=tuple(differences), meter=meter)


def to_own_record(charge: BmwCharge) -> Reconciled:
    """Return a charge that only BMW told of, as a record."""
    parts = charge.parts or (ChargingPart(started_at_ms=charge.started_at_ms, ended_at_ms=charge.ended_at_ms),)
    fields = {
        "started_at": charge.started_at_ms,
        "ended_at": charge.ended_at_ms,
        "start_soc_percent": charge.start_soc_percent,
        "end_soc_percent": charge.end_soc_percent,
        "energy_grid_kwh": charge.energy_grid_kwh,
    }
    names = [name for name, value in fields.items() if value is not None]
    record = ChargingRecord(
        plugged_at_ms=None,
        unplugged_at_ms=None,
        started_at_ms=charge.started_at_ms,
        ended_at_ms=charge.ended_at_ms,
        start_soc_percent=charge.start_soc_percent,
        end_soc_percent=charge.end_soc_percent,
        target_soc_percent=None,
        is_target_reached=None,
        energy_battery_kwh=None,
        energy_grid_kwh=charge.energy_grid_kwh,
        losses_kwh=None,
        kind=None,
        phases=None,
        parts=parts,
        max_power_kw=None,
        end_reason=None if charge.ended_at_ms is None else "unknown",
        bmw_reason=None,
        start_odometer_km=charge.odometer_km,
        latitude_deg=charge.latitude_deg,
        longitude_deg=charge.longitude_deg,
        how=dict.fromkeys(names, "measured"),
        band={},
    )
    return Reconciled(record=record, sources=dict.fromkeys(names, "bmw"), bmw=(charge,))


def _figures_of_bmw(charges: Sequence[BmwCharge]) -> dict[str, float | int]:
    """Return what BMW says of a session, by the names of a record's fields; several of its own are added up."""
    if not charges:
        return {}
    first, last = charges[0], charges[-1]
    energies = [charge.energy_grid_kwh for charge in charges if charge.energy_grid_kwh is not None]
    figures: dict[str, float | int | None] = {
        "started_at_ms": first.started_at_ms,
        "ended_at_ms": last.ended_at_ms,
        "start_soc_percent": first.start_soc_percent,
        "end_soc_percent": last.end_soc_percent,
        "energy_grid_kwh": round(sum(energies), 3) if len(energies) == len(charges) and sum(energies) > 0 else None,
    }
    return {name: value for name, value in figures.items() if value is not None}


def _differs(name: str, ours: float, other: float) -> bool:
    if name.endswith("_ms"):
        return abs(ours - other) > DIFFERS_FROM_MS
    if name.endswith("_percent"):
        return abs(ours - other) > DIFFERS_FROM_PERCENT
    return abs(ours - other) > DIFFERS_FROM_SHARE * max(abs(ours), abs(other))
