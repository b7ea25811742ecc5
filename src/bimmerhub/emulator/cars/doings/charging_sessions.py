"""Charging sessions as they really were, from plug-in to plug-out."""

from dataclasses import dataclass, field

from bimmerhub.emulator.cars.machine.charge_curve import Charge
from bimmerhub.emulator.cars.world.roads import Place

HOUR_MS = 3_600_000


@dataclass(slots=True, kw_only=True)
class Session:
    """One session; several charges when it was paused or begun again. Each has the time at which it ended."""

    plugged_in_ms: int
    place: Place
    odometer_km: float
    capacity_kwh: float
    is_dc: bool
    charges: list[tuple[Charge, int]] = field(default_factory=list)
    is_preconditioned: bool = False
    errors: list[str] = field(default_factory=list)
    unplugged_ms: int | None = None

    def truth(self) -> dict[str, object]:
        """Return the session in numbers; JSON-able. There has to be a charge in it.

        Start and end are those of the charging; `unplugged_ms` is None while the plug is in. Between them it was
        paused for `paused_s`. `blocks` are its charges, `error` says why the last one that failed did.
        """
        (first, _), (last, end_ms) = self.charges[0], self.charges[-1]
        charged_ms = sum(ended_ms - charge.start_ms for charge, ended_ms in self.charges)
        stored_kwh = [charge.stored_at(ended_ms) - charge.stored_kwh[0] for charge, ended_ms in self.charges]
        return {
            "plugged_in_ms": self.plugged_in_ms,
            "start_ms": first.start_ms,
            "end_ms": end_ms,
            "unplugged_ms": self.unplugged_ms,
            "paused_s": (end_ms - first.start_ms - charged_ms) / 1000,
            "is_dc": self.is_dc,
            "is_preconditioned": self.is_preconditioned,
            "start_soc_percent": round(first.stored_kwh[0] / self.capacity_kwh * 100, 2),
            "end_soc_percent": round(last.stored_at(end_ms) / self.capacity_kwh * 100, 2),
            "battery_kwh": round(sum(stored_kwh), 3),
            "grid_kwh": round(sum(charge.grid_kwh(ended_ms) for charge, ended_ms in self.charges), 3),
            "odometer_km": round(self.odometer_km, 2),
            "place": self.place.name,
            "latitude": self.place.at[0],
            "longitude": self.place.at[1],
            "blocks": [_block(charge, ended_ms) for charge, ended_ms in self.charges],
            "error": self.errors[-1] if self.errors else None,
            "errors": list(self.errors),
        }


def _block(charge: Charge, ended_ms: int) -> dict[str, object]:
    hours = (ended_ms - charge.start_ms) / HOUR_MS
    return {
        "start_ms": charge.start_ms,
        "end_ms": ended_ms,
        "average_kw": round(charge.grid_kwh(ended_ms) / hours, 3),
    }
