import pytest

from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.plausibility.one_value import FIRST_MS, sift
from bimmerhub.domain.positions import LATITUDE
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.times import DAY_MS

VIN = Vin("WBA00000000000001")
ODOMETER = ODOMETERS[0]
SOC = "vehicle.drivetrain.batteryManagement.header"


NOW_MS = 1_774_000_000_000


def read(
    value: Value, at_ms: int = NOW_MS, *, descriptor: str = ODOMETER, received_at_ms: int | None = None, vin: Vin = VIN
) -> Reading:
    return Reading(
        vin=vin,
        descriptor=Descriptor(descriptor),
        value=value,
        unit=None,
        measured_at_ms=at_ms,
        sent_at_ms=None,
        received_at_ms=at_ms if received_at_ms is None else received_at_ms,
        source=Source.STREAM,
    )


def doubted(*readings: Reading) -> list[Value]:
    return [doubt.reading.value for doubt in sift(readings).doubts]


def test_what_needs_neighbours_is_judged_elsewhere_and_what_is_no_number_is_believed() -> None:
    soc, odometer, no_value = read(50, descriptor=SOC), read(57_958), read(None)
    latitude, no_position = read(50.77, descriptor=LATITUDE), read(0, descriptor=LATITUDE)
    sifted = sift([soc, odometer, no_value, latitude, no_position])
    assert (sifted.believed, sifted.judged) == ([no_value, no_position], [soc, odometer, latitude])
    assert sifted.doubts == []


def test_an_odometer_beyond_all_measure_is_doubted_by_itself() -> None:
    assert doubted(read(5_000_001), read(-1)) == [5_000_001, -1]


@pytest.mark.parametrize(
    ("descriptor", "value"),
    [
        ("vehicle.drivetrain.batteryManagement.header", 101),
        ("vehicle.drivetrain.batteryManagement.header", -1),
        ("vehicle.drivetrain.fuelSystem.level", 255),
        ("vehicle.cabin.infotainment.navigation.currentLocation.latitude", 90.1),
        ("vehicle.cabin.infotainment.navigation.currentLocation.longitude", -180.5),
        ("vehicle.chassis.axle.row1.wheel.left.tire.pressure", 1_001),
        ("vehicle.electricalSystem.battery.voltage", 142),
        ("vehicle.drivetrain.electricEngine.remainingElectricRange", -1),
        ("vehicle.drivetrain.electricEngine.kombiRemainingElectricRange", 4_095),
        ("vehicle.drivetrain.lastRemainingRange", 16_383),
        ("vehicle.drivetrain.totalRemainingRange", 65_535),
        ("vehicle.drivetrain.fuelSystem.remainingFuel", 255),
        ("vehicle.drivetrain.fuelSystem.remainingFuel", -1),
    ],
)
def test_what_the_quantity_cannot_be_is_doubted(descriptor: str, value: float) -> None:
    assert doubted(read(value, descriptor=descriptor)) == [value]


@pytest.mark.parametrize(
    ("descriptor", "value"),
    [
        ("vehicle.drivetrain.batteryManagement.header", 100),
        ("vehicle.drivetrain.batteryManagement.header", None),
        ("vehicle.cabin.sunroof.relativePosition", -100),
        ("vehicle.powertrain.electric.battery.stateOfHealth.displayed", 104),
        ("vehicle.powertrain.electric.battery.charging.power", 250_000),
        ("vehicle.drivetrain.totalRemainingRange", 1_100),
        ("vehicle.drivetrain.fuelSystem.consumptionOverLifeTime.overall.fuel", 9_000),
        ("not.in.the.catalogue", 10**9),
    ],
)
def test_what_may_be_is_believed(descriptor: str, value: Value) -> None:
    assert doubted(read(value, descriptor=descriptor)) == []


def test_a_time_after_its_arrival_is_doubted() -> None:
    at_the_limit = read(1, NOW_MS + 300_000, received_at_ms=NOW_MS)
    beyond = read(2, NOW_MS + 300_001, received_at_ms=NOW_MS)
    assert doubted(at_the_limit, beyond) == [2]


def test_bmws_own_clock_counts_where_this_machines_is_behind() -> None:
    sent = read(1, NOW_MS + DAY_MS, received_at_ms=NOW_MS)._replace(sent_at_ms=NOW_MS + DAY_MS + 900)
    ahead = read(2, NOW_MS + 2 * DAY_MS, received_at_ms=NOW_MS)._replace(sent_at_ms=NOW_MS + DAY_MS + 900)
    assert doubted(sent, ahead) == [2]
    assert not sift([read(3, NOW_MS + 9 * DAY_MS, received_at_ms=NOW_MS)], bmw_ms=NOW_MS + 9 * DAY_MS).doubts


def test_a_message_that_says_it_was_sent_years_after_it_came_proves_nothing() -> None:
    in_2099_ms = 4_086_500_000_000
    assert doubted(read(1, in_2099_ms, received_at_ms=NOW_MS)._replace(sent_at_ms=in_2099_ms)) == [1]


def test_a_time_before_the_year_2000_is_doubted() -> None:
    [doubt] = sift([read(1, 0, received_at_ms=NOW_MS), read(2, FIRST_MS)]).doubts
    assert (doubt.reading.value, "before 2000" in doubt.reason) == (1, True)
