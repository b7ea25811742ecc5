"""Signals of the high-voltage battery and of the two small ones: charge level, size, health, voltage."""

from typing import Final

from bimmerhub.domain.signals.forms import groups, key, number
from bimmerhub.domain.signals.signal import NEVER_MS, Signal

_BATTERY: Final = "powertrain.electric.battery"
_CHARGING: Final = "drivetrain.electricEngine.charging"

BATTERY_SIGNALS: Final = (
    Signal(
        name="soc_percent",
        kind="number",
        unit="%",
        meaning="Charge level of the high-voltage battery, as the car displays it",
        groups=groups(
            ("drivetrain.batteryManagement.header", f"{_BATTERY}.stateOfCharge.displayed"),
            "trip.segment.end.drivetrain.batteryManagement.hvSoc",
            f"{_CHARGING}.level",
        ),
        predicted=frozenset({key(f"{_CHARGING}.level")}),
        needs_battery=True,
    ),
    number(
        "soc_target_percent",
        "%",
        "Charge level at which charging is to stop",
        f"{_BATTERY}.stateOfCharge.target",
        zero="absent",
        needs_battery=True,
    ),
    number(
        "soc_target_min_percent",
        "%",
        "Lowest charge level to keep",
        f"{_BATTERY}.stateOfCharge.targetMin",
        needs_battery=True,
    ),
    Signal(
        name="usable_energy_kwh",
        kind="number",
        unit="kWh",
        meaning="Energy that the full battery holds now; falls with age and cold",
        groups=groups("drivetrain.batteryManagement.maxEnergy"),
        zero="absent",
    ),
    Signal(
        name="battery_size_kwh",
        kind="number",
        unit="kWh",
        meaning="Size of the high-voltage battery when new",
        groups=groups("drivetrain.batteryManagement.batterySizeMax", "drivetrain.electricEngine.hvsMaxEnergyAbsolute"),
        fallback_after_ms=NEVER_MS,
        zero="absent",
    ),
    number(
        "battery_health_percent",
        "%",
        "Health of the high-voltage battery",
        f"{_BATTERY}.stateOfHealth.displayed",
        zero="absent",
    ),
    number(
        "energy_to_full_kwh",
        "kWh",
        "Energy missing until full",
        f"{_CHARGING}.smeEnergyDeltaFullyCharged",
        zero="absent_without_battery",
    ),
    number("starter_battery_percent", "%", "Charge of the 12 V battery", "electricalSystem.battery.stateOfCharge"),
    number(
        "battery_48v_health_percent",
        "%",
        "Health of the 48 V battery",
        "electricalSystem.battery48V.stateOfHealth.displayed",
        zero="absent",
    ),
    number("starter_battery_v", "V", "Voltage of the 12 V battery", "electricalSystem.battery.voltage", zero="absent"),
)
