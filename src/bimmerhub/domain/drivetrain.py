"""What drives a car, from evidence.

BMW's `propulsionType` says BE for petrol cars too, and a name such as X2 M35i says nothing (observed by clients
2025-2026). What counts is `driveTrain` of the basic data; without it, which descriptors have brought values. The charge
level at the end of a trip proves nothing, for mild hybrids and petrol cars send it too, nor does a charge target, which
a petrol M2 streams (observed by clients 2026).
"""

from collections.abc import Iterable
from typing import Final

from bimmerhub.domain.no_value import is_no_value
from bimmerhub.domain.reading import Value
from bimmerhub.domain.signals.older_families import family_descriptors
from bimmerhub.domain.signals.signal import bare_word
from bimmerhub.ids import Descriptor

ELECTRIC: Final = frozenset(
    Descriptor(f"vehicle.{path}")
    for path in (
        "drivetrain.batteryManagement.header",
        "drivetrain.batteryManagement.maxEnergy",
        "drivetrain.electricEngine.charging.level",
        "drivetrain.electricEngine.charging.timeRemaining",
        "drivetrain.electricEngine.charging.timeToFullyCharged",
        "drivetrain.electricEngine.kombiRemainingElectricRange",
        "drivetrain.electricEngine.remainingElectricRange",
        "powertrain.electric.battery.stateOfCharge.displayed",
    )
).union(family_descriptors("soc_percent"), family_descriptors("electric_range_km"))
"""Numbers that only a car with a plug has, when they are more than zero (catalogue: BEV and PHEV). The charging power
is not among them: a mild hybrid has one too."""

PLUG: Final = frozenset(Descriptor(f"vehicle.{path}") for path in ("body.chargingPort.dcStatus",))
"""Words that only a car with a plug has: any of them will do (catalogue: BEV and PHEV)."""

PLUG_IN_USE: Final = frozenset(
    Descriptor(f"vehicle.{path}")
    for path in (
        "body.chargingPort.combinedStatus",
        "body.chargingPort.status",
        "body.chargingPort.statusClearText",
        "drivetrain.electricEngine.charging.connectorStatus",
        "drivetrain.electricEngine.charging.hvStatus",
        "drivetrain.electricEngine.charging.status",
        "powertrain.tractionBattery.charging.port.anyPosition.isPlugged",
    )
).union(family_descriptors("is_plugged_in"), family_descriptors("charging_status"))
"""Words that a mild hybrid may have too (catalogue), or that say what is true of any car, as `NOCHARGING` does: only
one that is known to tell of a plug or a charge will do."""

_WORDS_OF_USE: Final = frozenset(
    {
        "CONNECTED",
        "TRUE",
        "INITIALIZATION",
        "CHARGING",
        "CHARGINGACTIVE",
        "CHARGINGPAUSED",
        "CHARGINGENDED",
        "CHARGINGERROR",
        "CHARGINGINTERRUPTED",
        "CHARGINGDISRUPTED",
        "WAITINGFORCHARGING",
        "FINISHEDFULLYCHARGED",
        "FINISHEDNOTFULL",
    }
)
"""As `bare_word` leaves them."""

FUEL: Final = frozenset(
    Descriptor(f"vehicle.{path}") for path in ("drivetrain.fuelSystem.level", "drivetrain.fuelSystem.remainingFuel")
).union(family_descriptors("fuel_percent"), family_descriptors("fuel_l"))
"""Numbers that only a car with a tank has."""


def derive_drivetrain(basic_data: str | None, newest: Iterable[tuple[Descriptor, Value]]) -> str | None:
    """Return BEV, PHEV, MHEV or CONV, as BMW spells them; None when there is no evidence.

    `basic_data` is `driveTrain` of BMW's basic data, None without it; a word for "no value" is none. `newest` is the
    newest value of each descriptor. A zero is no evidence: it can stand for "not there". A mild hybrid without basic
    data counts as CONV, since nothing that it sends sets it apart.
    """
    if basic_data is not None and not is_no_value(basic_data):
        return basic_data.strip().upper()
    numbers: set[Descriptor] = set()
    has_plug = False
    for descriptor, value in newest:
        if descriptor in PLUG:
            has_plug |= value is not None
        elif descriptor in PLUG_IN_USE:
            has_plug |= value is True or (isinstance(value, str) and bare_word(value) in _WORDS_OF_USE)
        elif isinstance(value, int | float) and value > 0:
            numbers.add(descriptor)
    match has_plug or bool(numbers & ELECTRIC), bool(numbers & FUEL):
        case True, True:
            return "PHEV"
        case True, False:
            return "BEV"
        case False, True:
            return "CONV"
        case _:
            return None
