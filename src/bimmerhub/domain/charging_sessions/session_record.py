"""What is stored of one charging session: numbers, how each was come by, and how far off it may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["ac", "dc"]
How = Literal["measured", "derived", "estimated"]
EnergyBy = Literal["energy_to_full", "level", "power"]
EndReason = Literal["target_reached", "full", "unplugged", "interrupted", "failed", "stopped", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingPart:
    """A stretch of charging without a pause of more than 6 minutes; `ended_at_ms` is None while it goes on."""

    started_at_ms: int
    ended_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingRecord:
    """One charging session, from plug-in to plug-out. None means that it was not reported, and not that it was 0.

    `started_at_ms` and `ended_at_ms` are of the charging in it, `parts` its stretches; there is none when the plug was
    in and nothing flowed. `end_reason` is None while it charges, and while a plug is in with which nothing has begun.
    `how` and `band` (plus or minus, in the number's own unit; of times in seconds) are by the names of these fields.
    `energy_battery_by` is what told the energy into the battery: by `level` it rests on what a full battery is said to
    hold, and tells nothing of that. `start_odometer_km` is what the car had driven when the session began; the
    position (WGS 84) is where it stood.
    """

    plugged_at_ms: int | None
    unplugged_at_ms: int | None
    started_at_ms: int | None
    ended_at_ms: int | None
    start_soc_percent: float | None
    end_soc_percent: float | None
    target_soc_percent: float | None
    is_target_reached: bool | None
    energy_battery_kwh: float | None
    energy_grid_kwh: float | None
    losses_kwh: float | None
    kind: Kind | None
    phases: int | None
    parts: tuple[ChargingPart, ...]
    max_power_kw: float | None
    end_reason: EndReason | None
    bmw_reason: str | None
    start_odometer_km: float | None
    latitude_deg: float | None
    longitude_deg: float | None
    how: Mapping[str, How]
    band: Mapping[str, float]
    energy_battery_by: EnergyBy | None = None
