"""How long a value may be told as present: an activity goes on only as long as the car keeps speaking of it.

A car sends no end of what it does when it loses its network, and some never send the end of a charge (observed by
clients 2025-2026). So "charging" of five hours ago must not be told as present. A level, a position or "not charging"
stays true until the car says otherwise: those never age, a car that sleeps is silent.

An activity is spoken of by its companions: the descriptors that a car sends while it does it. How often that is differs
from car to car, so the time allowed is taken from the car's own gaps.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Final, Literal

from bimmerhub.domain.reading import Value
from bimmerhub.domain.signals.forms import key
from bimmerhub.domain.signals.older_families import family_descriptors
from bimmerhub.ids import Descriptor
from bimmerhub.times import HOUR_MS, MINUTE_MS

Freshness = Literal["fresh", "ageing", "stale"]
"""`fresh`: may be told as present. `ageing`: the car is silent for longer than usual. `stale`: it was so."""

AGEING_GAPS: Final = 3
AGEING_AT_LEAST_MS: Final = 15 * MINUTE_MS
STALE_GAPS: Final = 12
STALE_AT_LEAST_MS: Final = 2 * HOUR_MS
CADENCE_MS: Final = 6 * HOUR_MS
"""The stretch before the newest companion in which gaps are looked at, at most `CADENCE_INSTANTS` of them."""
CADENCE_INSTANTS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """When an activity that was last spoken of begins to age, and when it is stale; milliseconds UTC."""

    ageing_at_ms: int
    stale_at_ms: int

    def freshness(self, now_ms: int) -> Freshness:
        """Return how far the activity may be told as present."""
        if now_ms < self.ageing_at_ms:
            return "fresh"
        return "ageing" if now_ms < self.stale_at_ms else "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeingActivity:
    """Something that a car does for a while.

    `signals` are those that say so, with what their value is meanwhile; other values are rest and never age.
    `companions` are what the car sends as long as it goes on. Once one of the signals of `over_when` says that it is
    over, what was said of it before is stale: a power of 11 kW is often the last word of a charge that has ended.
    """

    name: str
    signals: Mapping[str, Callable[[Value], bool]]
    companions: frozenset[Descriptor]
    over_when: Mapping[str, Callable[[Value], bool]] = field(default_factory=dict)


_AT_WORK: Final = frozenset({"charging", "starting"})
_AT_REST: Final = frozenset({"not_charging", "paused", "finished", "error"})
"""Words of `charging_status`. A car that waits for its hour to charge tells already how long it will take."""


def _is_true(value: Value) -> bool:
    return value is True


def _is_false(value: Value) -> bool:
    return value is False


def _is_positive(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_reported(value: Value) -> bool:
    return value is not None


_CHARGING: Final = "drivetrain.electricEngine.charging"
_BATTERY: Final = "powertrain.electric.battery"
_NAVIGATION: Final = "cabin.infotainment.navigation"

_OF_CHARGING: Final = (
    f"{_CHARGING}.status",
    f"{_CHARGING}.hvStatus",
    f"{_CHARGING}.level",
    f"{_CHARGING}.timeToFullyCharged",
    f"{_CHARGING}.timeRemaining",
    f"{_CHARGING}.phaseNumber",
    f"{_CHARGING}.acVoltage",
    f"{_CHARGING}.acAmpere",
    f"{_CHARGING}.smeEnergyDeltaFullyCharged",
    f"{_BATTERY}.charging.power",
    f"{_BATTERY}.stateOfCharge.displayed",
    "drivetrain.batteryManagement.header",
)
_OF_CHARGING_ELSEWHERE: Final = frozenset(
    descriptor
    for name in ("charging_status", "soc_percent", "time_to_full_min", "is_plugged_in")
    for descriptor in family_descriptors(name)
)
"""Of BMW's older families, which tell all of these in each answer."""
_OF_PLUG: Final = (
    "body.chargingPort.status",
    "body.chargingPort.statusClearText",
    "body.chargingPort.combinedStatus",
    "body.chargingPort.dcStatus",
    "body.chargingPort.lockedStatus",
    "body.chargingPort.plugEventId",
    f"{_CHARGING}.connectorStatus",
    "powertrain.tractionBattery.charging.port.anyPosition.isPlugged",
)
_OF_DRIVING: Final = (
    "isMoving",
    "drivetrain.engine.isActive",
    "drivetrain.engine.isIgnitionOn",
    "vehicle.speedRange.lowerBound",
    "vehicle.speedRange.upperBound",
    "vehicle.avgSpeed",
    "vehicle.travelledDistance",
    f"{_NAVIGATION}.currentLocation.latitude",
    f"{_NAVIGATION}.currentLocation.longitude",
    f"{_NAVIGATION}.currentLocation.heading",
    f"{_NAVIGATION}.destinationSet.distance",
    f"{_NAVIGATION}.destinationSet.arrivalTime",
)
_OF_CLIMATE: Final = (
    "vehicle.preConditioning.activity",
    "vehicle.preConditioning.remainingTime",
    "vehicle.preConditioning.isRemoteEngineRunning",
    "cabin.hvac.preconditioning.status.comfortState",
    "cabin.hvac.preconditioning.status.progress",
    "cabin.hvac.preconditioning.status.remainingRunningTime",
    "cabin.hvac.preconditioning.status.rearDefrostActive",
    "cabin.hvac.preconditioning.status.isExteriorMirrorHeatingActive",
)

ACTIVITIES: Final[Sequence[AgeingActivity]] = (
    AgeingActivity(
        name="charging",
        signals={
            "is_charging": _is_true,
            "charging_status": _AT_WORK.__contains__,
            "charging_power_kw": _is_positive,
            "charging_phases": _is_positive,
            "charging_voltage_v": _is_positive,
            "charging_current_a": _is_positive,
            "time_to_full_min": _is_positive,
        },
        companions=frozenset(map(key, _OF_CHARGING)) | _OF_CHARGING_ELSEWHERE,
        over_when={"charging_status": _AT_REST.__contains__, "is_plugged_in": _is_false},
    ),
    AgeingActivity(
        name="battery preconditioning",  # on the way to a charger as well as at one
        signals={"is_battery_preconditioning": _is_true},
        companions=frozenset(map(key, (f"{_BATTERY}.preconditioning.state", *_OF_CHARGING, *_OF_DRIVING))),
    ),
    AgeingActivity(
        name="plugged in",
        signals={"is_plugged_in": _is_true, "is_dc_plugged_in": _is_true},
        companions=frozenset(map(key, (*_OF_PLUG, *_OF_CHARGING))) | _OF_CHARGING_ELSEWHERE,
    ),
    AgeingActivity(
        name="driving",
        signals={
            "is_moving": _is_true,
            "is_ignition_on": _is_true,
            "is_engine_running": _is_true,
            "speed_lower_bound_kmh": _is_positive,
            "speed_upper_bound_kmh": _is_positive,
            "destination_distance_km": _is_positive,
            "destination_arrival": _is_reported,
        },
        companions=frozenset(map(key, _OF_DRIVING)),
    ),
    AgeingActivity(
        name="climate",
        signals={
            "climate_activity": {"heating", "cooling", "ventilation", "defrost", "on"}.__contains__,
            "is_climate_on": _is_true,
            "climate_time_left_min": _is_positive,
            "is_rear_defrost_on": _is_true,
            "is_mirror_heating_on": _is_true,
            "is_engine_heating": _is_true,
        },
        companions=frozenset(map(key, _OF_CLIMATE)),
        over_when={"is_climate_on": _is_false},
    ),
)

ACTIVITY_OF: Final = {name: activity for activity in ACTIVITIES for name in activity.signals}
"""The activity that a signal speaks of; levels and positions speak of none."""


@dataclass(slots=True)
class CompanionGaps:
    """When the companions of one activity were measured: the newest instants of the last `CADENCE_MS`. Mutable.

    It depends on the set of instants only, not on their order.
    """

    instants_ms: list[int] = field(default_factory=list)
    _deadlines: Deadlines | None = None

    def add(self, at_ms: int) -> None:
        """Take in an instant."""
        instants = self.instants_ms
        if instants and at_ms <= instants[-1]:
            if at_ms == instants[-1]:
                return
            place = bisect_left(instants, at_ms)
            if instants[place] == at_ms or at_ms < instants[-1] - CADENCE_MS:
                return
        self._deadlines = None
        insort(instants, at_ms)
        first = bisect_left(instants, instants[-1] - CADENCE_MS)
        del instants[: max(first, len(instants) - CADENCE_INSTANTS)]

    def deadlines(self, measured_at_ms: int) -> Deadlines:
        """Return until when a value of the activity measured then counts; a later companion says that it goes on."""
        if self._deadlines is None:
            self._deadlines = _deadlines_after(self.instants_ms)
        newest_ms = self.instants_ms[-1] if self.instants_ms else 0
        later_ms = max(0, measured_at_ms - newest_ms)
        if not later_ms:
            return self._deadlines
        return Deadlines(
            ageing_at_ms=self._deadlines.ageing_at_ms + later_ms, stale_at_ms=self._deadlines.stale_at_ms + later_ms
        )


def _deadlines_after(instants_ms: Sequence[int]) -> Deadlines:
    newest_ms = instants_ms[-1] if instants_ms else 0
    gaps_ms = [later - earlier for earlier, later in pairwise(instants_ms)]
    gap_ms = round(median(gaps_ms)) if gaps_ms else 0
    return Deadlines(
        ageing_at_ms=newest_ms + max(AGEING_AT_LEAST_MS, AGEING_GAPS * gap_ms),
        stale_at_ms=newest_ms + max(STALE_AT_LEAST_MS, STALE_GAPS * gap_ms),
    )
