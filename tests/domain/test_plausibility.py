import pytest

from bimmerhub.domain.plausibility import ODOMETERS, Plausibility
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.ids import Descriptor, Vin

VIN = Vin("WBA00000000000001")
ODOMETER = ODOMETERS[0]
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def read(
    value: Value, at_ms: int = 0, *, descriptor: str = ODOMETER, received_at_ms: int | None = None, vin: Vin = VIN
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


def doubted(*readings: Reading, plausibility: Plausibility | None = None) -> list[Value]:
    _, doubts = (plausibility or Plausibility()).sift(readings)
    return [doubt.reading.value for doubt in doubts]


def test_an_odometer_that_falls_is_doubted_and_the_next_true_one_is_believed() -> None:
    readings = [read(57_958, 0), read(36_014, HOUR_MS), read(57_960, 2 * HOUR_MS)]
    believed, doubts = Plausibility().sift(readings)
    assert [each.value for each in believed] == [57_958, 57_960]
    assert [doubt.reason for doubt in doubts] == [
        "the odometer jumps from 57958 to 36014 km, as between kilometres and miles"
    ]


@pytest.mark.parametrize(("first", "second"), [(57_958, 93_272), (93_272, 57_958), (500, 805), (500, 497)])
def test_a_jump_by_the_factor_of_miles_and_a_fall_are_doubted(first: int, second: int) -> None:
    assert doubted(read(first, 0), read(second, HOUR_MS)) == [second]


@pytest.mark.parametrize(("first", "second"), [(57_958, 57_957.1), (57_958, 57_958), (57_958, 58_900), (12, 19.3)])
def test_rounding_repetition_and_driving_are_believed(first: float, second: float) -> None:
    assert doubted(read(first, 0), read(second, HOUR_MS)) == []


def test_the_factor_alone_is_no_proof_when_there_was_time_to_drive() -> None:
    assert doubted(read(1_000, 0), read(1_609, 30 * DAY_MS)) == []


def test_a_late_reading_is_held_against_its_neighbours_in_time() -> None:
    plausibility = Plausibility()
    plausibility.sift([read(1_000, 0), read(2_000, 10 * DAY_MS), read(3_000, 20 * DAY_MS)])
    late = [read(1_500, 5 * DAY_MS), read(2_500, 6 * DAY_MS), read(500, 7 * DAY_MS), read(900, -DAY_MS)]
    assert doubted(*late, plausibility=plausibility) == [2_500, 500]


def test_a_late_reading_in_miles_is_doubted() -> None:
    plausibility = Plausibility()
    plausibility.sift([read(48_000, 0), read(48_100, DAY_MS)])
    assert doubted(read(29_850, HOUR_MS), plausibility=plausibility) == [29_850]


def test_an_odometer_goes_on_from_what_a_person_believes() -> None:
    plausibility = Plausibility()
    plausibility.sift([read(57_958, 0)])
    replaced = read(20, DAY_MS)
    assert doubted(replaced, plausibility=plausibility) == [20]
    plausibility.accept([replaced])
    assert doubted(read(25, 2 * DAY_MS), read(22, 3 * DAY_MS), plausibility=plausibility) == [22]


def test_cars_and_odometers_are_judged_apart() -> None:
    other = Vin("WBA00000000000002")
    assert doubted(read(57_958), read(20, vin=other), read(30, descriptor=ODOMETERS[1])) == []


def test_remembering_is_sparse_and_exact_at_the_end() -> None:
    plausibility = Plausibility()
    plausibility.sift([read(km, km * 60_000) for km in range(10_000)])
    at_ms = 10_000 * 60_000
    assert doubted(read(9_996, at_ms), read(9_998, at_ms), plausibility=plausibility) == [9_996]


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
        ("not.in.the.catalogue", 10**9),
    ],
)
def test_what_may_be_is_believed(descriptor: str, value: Value) -> None:
    assert doubted(read(value, descriptor=descriptor)) == []


def test_a_time_after_its_arrival_is_doubted() -> None:
    at_the_limit, beyond = read(1, 300_000, received_at_ms=0), read(2, 300_001, received_at_ms=0)
    assert doubted(at_the_limit, beyond) == [2]


def test_bmws_own_clock_counts_where_this_machines_is_behind() -> None:
    sent = read(1, DAY_MS, received_at_ms=0)._replace(sent_at_ms=DAY_MS + 900)
    ahead = read(2, 2 * DAY_MS, received_at_ms=0)._replace(sent_at_ms=DAY_MS + 900)
    assert doubted(sent, ahead) == [2]
    believed, _ = Plausibility().sift([read(3, DAY_MS, received_at_ms=0)], bmw_ms=DAY_MS)
    assert [each.value for each in believed] == [3]
