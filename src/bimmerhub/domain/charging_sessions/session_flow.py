"""Energy from samples: charging power, and volts times amperes times phases, summed over a charge."""

from collections.abc import Mapping
from math import sqrt
from typing import Final

from bimmerhub.domain.charging_sessions.session_evidence import Said
from bimmerhub.domain.charging_sessions.session_state import Flow
from bimmerhub.times import HOUR_MS

LINE_VOLTAGE_V: Final = 250.0
"""From here on a voltage is between two phases, so that three of them carry sqrt(3) times V times A (facts of clients
2025-2026: evcc, kvanbiesen)."""
PHASES_WITHIN: Final = 0.1
"""A power that is so near a whole number of V times A says how many phases there are, whatever the car says: phases are
sent on change only, and a message may be lost (as TeslaMate reckons them)."""
HOLDS_MS: Final = 6 * HOUR_MS
"""How long a sample stands for what followed. Values are sent on change: stable AC charging is silent for 10 to 30
minutes and more (2025), and some cars tell voltage and current every five hours (clients 2025-2026)."""
AC_EFFICIENCY: Final = 0.9
"""What an on-board charger lets into the battery. BMW says the charging power of AC as volts times amperes times phases
(clients 2025-2026), which is before it."""
EFFICIENCY_LIMITS: Final = (0.75, 0.99)
STEADY_WITHIN: Final = 0.03
STEADY_FROM_KWH: Final = 2.0
"""From so much on the energy to full, in steps of 0.1 kWh, tells the efficiency of this charge to 5 %."""
MISREAD_BELOW_KW: Final = 0.45
"""The power comes in W, in kW or without unit (clients 2025-2026): 11 may be 11 kW. No BMW takes more than 400 kW."""
LEAST_PHASE_W: Final = 1.0
"""Of less, nothing follows for the number of phases."""
LEAST_CHARGING_KW: Final = 1.0
"""The least that AC charging gives is 6 A of one phase: 1.4 kW."""
RATIO_LIMITS: Final = (0.8, 1.25)
"""Between what the car calls its charging power and volts times amperes lie a few per cent."""


def read_power_kw(power_kw: float, flow: Flow, said: Mapping[str, Said]) -> float:
    """Return a power that came in kW without saying so, and was taken for watts; any other as it is.

    Nothing charges with so few watts, but a charge that ends may: the volts and amperes of the moment tell, else the
    powers said before.
    """
    if not 0 < power_kw < MISREAD_BELOW_KW:
        return power_kw
    thousandfold_kw = power_kw * 1000
    grid_kw = grid_power_kw(_number(said.get("volts")), _number(said.get("amps")), flow.phases or 3)
    if grid_kw is not None:
        return thousandfold_kw if grid_kw > LEAST_CHARGING_KW else power_kw
    is_like_before = flow.max_kw is None or thousandfold_kw <= flow.max_kw * RATIO_LIMITS[1]
    return thousandfold_kw if is_like_before else power_kw


def take_samples(
    flow: Flow, said: Mapping[str, Said], at_ms: int, *, phases: int | None, missing_kwh: float | None
) -> Flow:
    """Return the flow with what was said at an instant while it charges.

    `phases` as last said, `missing_kwh` the energy to full if it was said at that instant.
    """
    power_kw = _number(said.get("power"))
    volts = _number(said.get("volts"))
    amps = _number(said.get("amps"))
    if power_kw is None and volts is None and amps is None:
        return flow if phases is None or phases == flow.phases else flow._replace(phases=phases)
    volts = flow.volts if volts is None else volts
    amps = flow.amps if amps is None else amps
    if power_kw is not None:
        flow = _take_power(flow, power_kw, at_ms)
    counted = _count_phases(power_kw, volts, amps) or phases or flow.phases
    flow = flow._replace(volts=volts, amps=amps, phases=counted)
    grid_kw = grid_power_kw(volts, amps, counted)
    if grid_kw is None:
        return flow
    if "volts" not in said and "amps" not in said and power_kw is not None and flow.grid_ratio is not None:
        grid_kw = power_kw * flow.grid_ratio  # the newer of the two tells how both have changed
    elif power_kw and RATIO_LIMITS[0] <= grid_kw / power_kw <= RATIO_LIMITS[1]:
        flow = flow._replace(grid_ratio=grid_kw / power_kw)
    flow = _add_grid(flow, grid_kw, at_ms, missing_kwh)
    return flow._replace(grid_kw=grid_kw, grid_ms=at_ms, grid_missing_kwh=missing_kwh)


def end_samples(flow: Flow, at_ms: int, missing_kwh: float | None = None) -> Flow:
    """Return the flow up to the end of a part, with the energy to full if it was said then.

    The last samples hold until then, and for no longer than `HOLDS_MS`.
    """
    if flow.power_kw is not None and at_ms > flow.power_ms:
        flow = _add_power(flow, flow.power_kw, at_ms)
    flow = _add_grid(flow, None, at_ms, missing_kwh)
    return flow._replace(power_kw=None, grid_kw=None, grid_missing_kwh=None)


def grid_energy_kwh(flow: Flow) -> float:
    """Return what the samples say came out of the grid."""
    if flow.unsteady_missing_kwh <= 0:
        return flow.grid_kwh
    is_told = flow.steady_missing_kwh >= STEADY_FROM_KWH and flow.steady_kwh > 0
    efficiency = flow.steady_missing_kwh / flow.steady_kwh if is_told else 0.0
    if not EFFICIENCY_LIMITS[0] <= efficiency <= EFFICIENCY_LIMITS[1]:
        efficiency = AC_EFFICIENCY
    return flow.grid_kwh + flow.unsteady_missing_kwh / efficiency


def grid_power_kw(volts: float | None, amps: float | None, phases: int | None) -> float | None:
    """Return what flows from the grid, None where voltage, current or phases are not known."""
    if not volts or amps is None or not phases:
        return None
    factor = sqrt(3) if volts >= LINE_VOLTAGE_V and phases > 1 else phases
    return max(0.0, volts * amps * factor / 1000)


def _count_phases(power_kw: float | None, volts: float | None, amps: float | None) -> int | None:
    if not power_kw or not volts or not amps or volts >= LINE_VOLTAGE_V or volts * amps < LEAST_PHASE_W:
        return None
    ratio = power_kw * 1000 / (volts * amps)
    count = round(ratio)
    return count if 1 <= count <= 3 and abs(ratio - count) <= PHASES_WITHIN * count else None  # noqa: PLR2004 - phases


def _take_power(flow: Flow, power_kw: float, at_ms: int) -> Flow:
    if flow.power_kw is not None and at_ms > flow.power_ms:
        mean_kw = flow.power_kw if power_kw == 0 else (flow.power_kw + power_kw) / 2
        flow = _add_power(flow, mean_kw, at_ms)
    max_kw = power_kw if flow.max_kw is None else max(flow.max_kw, power_kw)
    return flow._replace(power_kw=power_kw, power_ms=at_ms, max_kw=max_kw or None, last_kw=power_kw or flow.last_kw)


def _add_power(flow: Flow, kw: float, at_ms: int) -> Flow:
    held_ms = min(at_ms - flow.power_ms, HOLDS_MS)
    return flow._replace(
        power_kwh=flow.power_kwh + kw * held_ms / HOUR_MS, power_s=flow.power_s + held_ms / 1000, power_ms=at_ms
    )


def _add_grid(flow: Flow, kw: float | None, at_ms: int, missing_kwh: float | None) -> Flow:
    """Return the flow with what came out of the grid since the last sample; `kw` is the new one, None at the end."""
    if flow.grid_kw is None or at_ms <= flow.grid_ms:
        return flow
    held_ms = min(at_ms - flow.grid_ms, HOLDS_MS)
    grid_s = flow.grid_s + held_ms / 1000
    gained_kwh = None
    if missing_kwh is not None and flow.grid_missing_kwh is not None:
        gained_kwh = max(0.0, flow.grid_missing_kwh - missing_kwh)
    is_steady = kw is not None and abs(kw - flow.grid_kw) <= STEADY_WITHIN * flow.grid_kw
    if gained_kwh is not None and not is_steady:
        return flow._replace(grid_s=grid_s, unsteady_missing_kwh=flow.unsteady_missing_kwh + gained_kwh)
    kwh = (flow.grid_kw if kw is None else (flow.grid_kw + kw) / 2) * held_ms / HOUR_MS
    flow = flow._replace(grid_s=grid_s, grid_kwh=flow.grid_kwh + kwh)
    if gained_kwh is None:
        return flow
    return flow._replace(steady_kwh=flow.steady_kwh + kwh, steady_missing_kwh=flow.steady_missing_kwh + gained_kwh)


def _number(value: Said | None) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None
