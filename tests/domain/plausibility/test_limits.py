"""A bus's "no value" among numbers, and that no limit doubts what BMW's catalogue allows."""

import pytest
from tests.domain.plausibility.no_value_numbers import catalogue_ranges, no_values, numbers, true_range

from bimmerhub.bmw.connecteddrive.catalogue import CATALOGUE as CONNECTEDDRIVE
from bimmerhub.bmw.iremote.catalogue import CATALOGUE as IREMOTE
from bimmerhub.bmw.mybmw.catalogue import CATALOGUE as MYBMW
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.plausibility.limits import load_limits
from bimmerhub.domain.signals.older_families import family_descriptors
from bimmerhub.domain.signals.table import SIGNALS
from bimmerhub.ids import Descriptor

CATALOGUES = (IREMOTE, CONNECTEDDRIVE, MYBMW)
OF_OLDER_FAMILIES = {descriptor for signal in SIGNALS for descriptor in family_descriptors(signal.name)}


def doubts(key: Descriptor, values: set[float]) -> set[float]:
    limits, unit = load_limits()[key], load_catalogue()[key].unit
    return {value for value in values if limits.doubt(value, unit) is not None}


def test_every_number_of_the_catalogue_has_limits() -> None:
    assert load_limits().keys() - OF_OLDER_FAMILIES == set(numbers())


def test_older_families_have_the_limits_of_the_same_quantities() -> None:
    limits = load_limits()
    assert limits[Descriptor("iremote.chargingLevelHv")].doubt(101, "%") is not None
    assert limits[Descriptor("iremote.mileage")] == limits[Descriptor("vehicle.vehicle.travelledDistance")]
    assert Descriptor("iremote.allTrips.batterySizeMax") not in limits  # in Wh, the signal in kWh


def test_limits_are_in_the_unit_that_a_family_tells() -> None:
    units = {descriptor: key.unit for table in CATALOGUES for descriptor, key in table.items()}
    limits = load_limits()
    assert not {
        descriptor
        for signal in SIGNALS
        for descriptor in family_descriptors(signal.name)
        if limits.get(descriptor) is not None
        and units[descriptor] != signal.unit
        and limits[descriptor] is limits.get(signal.descriptors()[0])
    }
    assert limits[Descriptor("mybmw.climateControlState.remainingSeconds")].doubt(1_200, "s") is None


@pytest.mark.parametrize("key", numbers())
def test_no_value_of_a_bus_is_doubted(key: Descriptor) -> None:
    values = set(no_values(key))
    assert (values and values - doubts(key, values)) == set()


@pytest.mark.parametrize("key", numbers())
def test_what_can_be_true_is_believed(key: Descriptor) -> None:
    ends = {*true_range(key), *catalogue_ranges().get(key, ())}
    assert doubts(key, ends) == set()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("vehicle.travelledDistance", 65_535),
        ("status.serviceDistance.next", 65_535),
        ("status.serviceDistance.next", -1),
        ("chassis.axle.row1.wheel.left.tire.pressure", 255),
        ("drivetrain.electricEngine.charging.timeToFullyCharged", 255),
        ("drivetrain.lastRemainingRange", 255),
        ("powertrain.electric.battery.charging.power", 65_535),
        ("drivetrain.fuelSystem.consumptionOverLifeTime.overall.fuel", 655.35),
        ("cabin.infotainment.navigation.currentLocation.altitude", -1),
        ("cabin.infotainment.navigation.currentLocation.altitude", 19_685),
        ("cabin.infotainment.navigation.currentLocation.heading", 255),
        ("vehicle.speedRange.lowerBound", -1),
    ],
)
def test_a_value_that_looks_like_one_is_believed(path: str, value: float) -> None:
    assert doubts(Descriptor(f"vehicle.{path}"), {value}) == set()


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("drivetrain.electricEngine.charging.timeToFullyCharged", 65_535, "65535 min is not between 0 and 65500"),
        ("cabin.infotainment.navigation.destinationSet.distance", 65_535, "65535 km is how a car says that it has no"),
        ("cabin.infotainment.navigation.remainingRange", 105_468.11904, "105468.11904 km is not between"),
        ("drivetrain.lastRemainingRange", 6_590.26368, "6590.26368 km is not between"),
        ("cabin.infotainment.navigation.remainingRange", 26_365.882752, "is how a car says"),  # 16,383 mi
    ],
)
def test_the_reason_says_which_of_the_two(path: str, value: float, reason: str) -> None:
    key = Descriptor(f"vehicle.{path}")
    assert reason in (load_limits()[key].doubt(value, load_catalogue()[key].unit) or "")
