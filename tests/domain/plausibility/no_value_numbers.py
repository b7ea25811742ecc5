"""Every number of the catalogue with what a car's bus says for "no value", told apart from what can be true.

`catalogue_ranges.csv` holds datatype and range of BMW's telematics catalogue (2025-2026) where it has a range.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.units import convert
from bimmerhub.ids import Descriptor

TOPS = [2**bits - 1 for bits in (7, 8, 12, 15, 16, 24, 31, 32)]
"""All ones: of a signal with so many bits, or with one more for the sign."""
CODES = [*TOPS, *(top - 1 for top in TOPS), -1, -128, -(2**15), -(2**31)]
STEPS = (1, 0.5, 0.1, 0.01)
OFFSETS = {"°C": (0, -40, -50)}

Range = tuple[float, float]

WIDER: dict[str, Range] = {
    # more than BMW's range was seen
    "charging.timeRemaining": (0, 10_000),
    "charging.acAmpere": (0, 80),  # there are cars with 32 A
    "battery.charging.power": (0, 400_000),
    # cars get older, colder and lower, and drive farther, than BMW's range says
    "referenceDistance": (0, 1_000_000),
    "referenceDistanceEngineOff": (0, 1_000_000),
    "referenceDistanceEngineOn": (0, 1_000_000),
    "travelledDistance": (0, 1_000_000),
    ".fuel": (0, 100_000),
    "gridEnergy": (0, 100_000),
    "energyConsumptionComfort": (0, 150),
    "tire.temperature": (-50, 125),
    "engine.ect": (-60, 150),
    "altitude": (-500, 6_500),
    "serviceDistance.next": (-30_000, 100_000),  # below 0 it is overdue
    "remainingElectricRange": (0, 3_000),
    "RemainingRange": (0, 3_000),
    "avgElectricRangeConsumption": (0, 120),
    # keys without a range
    "numberOfSatellites": (0, 100),
    "pointsOfInterests.available": (0, 25),
    "pointsOfInterests.max": (0, 25),
    "destinationSet.latitude": (-90, 90),
    "destinationSet.longitude": (-180, 180),
    "serviceDemand.recharge": (0, 1),
    "serviceDemand.replace": (80, 200),
    "battery.stateOfCharge": (0, 100),
    "cableCheckVoltage": (0, 1_000),
    "battery.stateOfHealth.displayed": (0, 250),
    "AverageDistancePerDay": (0, 3_000),
    "serviceDistance.yellow": (0, 4_000),
    "serviceTime.yellow": (0, 12),
}
"""By the end of a key: what can be true."""


def catalogue_ranges() -> dict[Descriptor, Range]:
    """Return the range that BMW gives, of each key with one."""
    return {Descriptor(row["key"]): (float(row["low"]), float(row["high"])) for row in _rows()}


def numbers() -> list[Descriptor]:
    """Return every key that holds a number."""
    return [key for key, entry in load_catalogue().items() if entry.datatype == "number"]


def true_range(key: Descriptor) -> Range:
    """Return what can be true of a key: BMW's range, or a wider one."""
    wider = [span for end, span in WIDER.items() if key.endswith(end)]
    return wider[0] if wider else catalogue_ranges()[key]


def no_values(key: Descriptor) -> Iterator[float]:
    """Yield what a bus's "no value" of a key can come out as, unless it is a value that can be true."""
    low, high = true_range(key)
    unit = load_catalogue()[key].unit
    for code in CODES:
        for step in STEPS:
            for offset in OFFSETS.get(unit or "", (0,)):
                value = round(float(code * step + offset), 2)
                if not low <= value <= high:
                    yield int(value) if value.is_integer() else value
    if unit == "km":
        yield from (value for top in TOPS if not low <= (value := convert(top, "mi", "km")) <= high)


def _rows() -> list[dict[str, str]]:
    with Path(__file__).with_name("catalogue_ranges.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
