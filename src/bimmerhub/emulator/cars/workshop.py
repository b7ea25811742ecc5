"""The part of a car's truth that workshops want to know: services, warnings, fault memory, wear of the battery."""

from collections.abc import Mapping
from dataclasses import dataclass

from bimmerhub.emulator.cars.states import ServiceCallKind, ServiceCallState, ServiceKind, WarningKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDue:
    """When one service is due: in so many kilometres (steps of 100), in which month, or at whichever comes first.

    Kilometres below 0, or a month that is over: it `is_overdue`.
    """

    kind: ServiceKind
    remaining_km: int | None
    due_month: tuple[int, int] | None
    is_near: bool
    is_overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CarWarning:
    """Something the car warns of; `wheel` where it is about one."""

    kind: WarningKind
    wheel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultMemory:
    """What control units noted: pairs of their address and a trouble code; `count` is the memory's own, and higher."""

    count: int
    entries: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """A warning or trouble code as the car noticed it: when it came, and when it had gone (None: it is there).

    Times are milliseconds since 1970 UTC; what comes back appears again.
    """

    what: str
    came_ms: int
    gone_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCalls:
    """The last call of each kind and the last report to the workshop (milliseconds since 1970 UTC)."""

    called_ms: Mapping[ServiceCallKind, int]
    report_ms: int
    state: ServiceCallState


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryWear:
    """The traction battery as a workshop sees it. `size_kwh` is what the car says of it (None: nothing)."""

    health_percent: int
    usable_kwh: float
    size_kwh: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTruth:
    """What workshops want to know of a car. `inspection_month` is (year, month)."""

    odometer_km: float
    km_a_day: float
    due: tuple[ServiceDue, ...]
    next_km: int
    inspection_month: tuple[int, int]
    warnings: tuple[CarWarning, ...]
    fault_memory: FaultMemory
    is_summer_time: bool
    battery: BatteryWear | None
