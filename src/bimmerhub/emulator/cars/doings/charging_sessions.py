"""Keeps account of a charging session from plug-in to plug-out."""

from dataclasses import dataclass, field

from bimmerhub.emulator.cars.machine.charge_curve import ChargeCurve
from bimmerhub.emulator.cars.records import ChargingBlockTruth, ChargingSessionTruth, RunningChargeTruth
from bimmerhub.emulator.cars.world.roads import Place
from bimmerhub.times import HOUR_MS


@dataclass(slots=True, kw_only=True)
class ChargingSessionLog:
    """The session under way. `charges` are several when it was paused or begun again, each with when it ended."""

    plugged_in_ms: int
    place: Place
    odometer_km: float
    capacity_kwh: float
    is_dc: bool
    charges: list[tuple[ChargeCurve, int]] = field(default_factory=list)
    is_preconditioned: bool = False
    errors: list[str] = field(default_factory=list)
    unplugged_ms: int | None = None

    def sum_up(self) -> ChargingSessionTruth:
        """Return the session as it is so far; there has to be a charge in it."""
        (first, _), (last, end_ms) = self.charges[0], self.charges[-1]
        charged_ms = sum(ended_ms - charge.start_ms for charge, ended_ms in self.charges)
        stored_kwh = [charge.stored_at(ended_ms) - charge.stored_kwh[0] for charge, ended_ms in self.charges]
        return ChargingSessionTruth(
            plugged_in_ms=self.plugged_in_ms,
            start_ms=first.start_ms,
            end_ms=end_ms,
            unplugged_ms=self.unplugged_ms,
            paused_s=(end_ms - first.start_ms - charged_ms) / 1000,
            is_dc=self.is_dc,
            is_preconditioned=self.is_preconditioned,
            start_soc_percent=round(first.stored_kwh[0] / self.capacity_kwh * 100, 2),
            end_soc_percent=round(last.stored_at(end_ms) / self.capacity_kwh * 100, 2),
            battery_kwh=round(sum(stored_kwh), 3),
            grid_kwh=round(sum(charge.grid_kwh(ended_ms) for charge, ended_ms in self.charges), 3),
            odometer_km=round(self.odometer_km, 2),
            place_name=self.place.name,
            latitude_deg=self.place.at[0],
            longitude_deg=self.place.at[1],
            blocks=tuple(_sum_up_block(charge, ended_ms) for charge, ended_ms in self.charges),
            errors=tuple(self.errors),
        )

    def so_far(self, running: ChargeCurve | None) -> RunningChargeTruth:
        """Return the session while it is not over; `running` is the charge that was begun last, if it still runs."""
        first = self.charges[0][0] if self.charges else running
        if first is None:
            raise ValueError("no charge has begun in this session")
        return RunningChargeTruth(
            start_ms=first.start_ms,
            start_soc_percent=round(first.stored_kwh[0] / self.capacity_kwh * 100, 2),
            is_preconditioned=self.is_preconditioned,
            odometer_km=round(self.odometer_km, 2),
            place_name=self.place.name,
            latitude_deg=self.place.at[0],
            longitude_deg=self.place.at[1],
        )


def _sum_up_block(charge: ChargeCurve, ended_ms: int) -> ChargingBlockTruth:
    hours = (ended_ms - charge.start_ms) / HOUR_MS
    average_kw = round(charge.grid_kwh(ended_ms) / hours, 3)
    return ChargingBlockTruth(start_ms=charge.start_ms, end_ms=ended_ms, average_kw=average_kw)
