"""Readings, buckets and positions over HTTP."""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Vin

if TYPE_CHECKING:
    from tests.web.conftest import ReadingMaker, Site

VIN = "WBY00000000000042"
SOC = "vehicle.drivetrain.batteryManagement.header"
SOC_NEW = "vehicle.powertrain.electric.battery.stateOfCharge.displayed"
POWER = "vehicle.powertrain.electric.battery.charging.power"
LATITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
LONGITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.longitude"
ALTITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.altitude"
HEADING = "vehicle.cabin.infotainment.navigation.currentLocation.heading"
TOTAL_RANGE = "vehicle.drivetrain.lastRemainingRange"
KOMBI_RANGE = "vehicle.drivetrain.electricEngine.kombiRemainingElectricRange"
DAY_S = 86_400
WRONG_QUERIES = [
    "from=yesterday",
    "from=2026-02-01T10:00:00",
    "to=9999-12-31T23:59:59-12:00",
    "from=0001-01-01T00:00:00%2B23:00",
    "from=2026-02-02&to=2026-02-01",
    "limit=0",
    "limit=10001",
    "buckets=0",
    "after=nonsense",
]


async def fetch(site: "Site", query: str, status: int = 200) -> Any:
    async with site.get(f"/api/v1/vehicles/{VIN}/{query}") as answer:
        assert answer.status == status
        return await answer.json()


async def test_readings_of_the_last_day_come_oldest_first(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(reading(60, ago_s=2 * DAY_S), reading(66, ago_s=30), reading(64, ago_s=DAY_S))
    body = await fetch(site, f"readings?descriptor={SOC}")
    assert [item["value"] for item in body["items"]] == [64, 66]
    assert body["items"][1] == {
        "descriptor": SOC,
        "value": 66,
        "unit": "%",
        "measured_at": "2026-02-02T02:39:30.000Z",
        "source": "stream",
    }
    assert body["next"] is None


async def test_pages_follow_each_other_to_the_end(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(*(reading(level, ago_s=100 - level) for level in range(10)))
    seen: list[int] = []
    after = ""
    while True:
        body = await fetch(site, f"readings?descriptor={SOC}&limit=4{after}")
        seen += [item["value"] for item in body["items"]]
        if body["next"] is None:
            break
        after = f"&after={quote(body['next'])}"
    assert seen == list(range(10))


async def test_range_is_half_open_and_takes_dates_and_offsets(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(reading(1, ago_s=9600), reading(2, ago_s=60), reading(3, ago_s=0))
    body = await fetch(site, f"readings?descriptor={SOC}&from=2026-02-02T01:00:00+01:00&to=2026-02-02T02:40:00Z")
    assert [item["value"] for item in body["items"]] == [1, 2]
    body = await fetch(site, f"readings?descriptor={SOC}&from=2026-02-02&to=2026-02-03")
    assert [item["value"] for item in body["items"]] == [1, 2, 3]


async def test_signal_gives_its_own_unit_and_merges_its_descriptors(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(reading(11_000, descriptor=POWER, unit="W", ago_s=10))
    body = await fetch(site, "readings?signal=charging_power_kw")
    assert [(item["value"], item["unit"]) for item in body["items"]] == [(11, "kW")]
    await site.fold(reading(64, ago_s=20), reading(65, descriptor=SOC_NEW, ago_s=10))
    body = await fetch(site, "readings?signal=soc_percent")
    assert [(item["value"], item["descriptor"]) for item in body["items"]] == [(64, SOC), (65, SOC_NEW)]


async def test_signal_turns_words_into_values(site: "Site", reading: "ReadingMaker") -> None:
    status = "vehicle.drivetrain.electricEngine.charging.status"
    await site.fold(
        reading("CHARGINGACTIVE", descriptor=status, unit=None), reading("WHAT", descriptor=status, ago_s=9)
    )
    body = await fetch(site, "readings?signal=is_charging&to=2026-02-03")
    assert [item["value"] for item in body["items"]] == [None, True]


async def test_buckets_sum_up(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(reading(60, ago_s=50), reading(70, ago_s=45), reading(62, ago_s=10))
    body = await fetch(site, f"readings?descriptor={SOC}&from=2026-02-02T02:39:00Z&to=2026-02-02T02:40:00Z&buckets=2")
    assert body["items"] == [
        {
            "start_at": "2026-02-02T02:39:00.000Z",
            "unit": "%",
            "min": 60.0,
            "max": 70.0,
            "mean": 65.0,
            "first": 60,
            "last": 70,
            "count": 2,
        },
        {
            "start_at": "2026-02-02T02:39:30.000Z",
            "unit": "%",
            "min": 62.0,
            "max": 62.0,
            "mean": 62.0,
            "first": 62,
            "last": 62,
            "count": 1,
        },
    ]


async def test_buckets_of_a_signal_take_the_best_descriptor_of_each_stretch(
    site: "Site", reading: "ReadingMaker"
) -> None:
    await site.fold(reading(50, ago_s=50), reading(51, descriptor=SOC_NEW, ago_s=49))
    await site.fold(reading(52, descriptor=SOC_NEW, ago_s=10))
    body = await fetch(site, "readings?signal=soc_percent&from=2026-02-02T02:39:00Z&buckets=2")
    assert [item["last"] for item in body["items"]] == [50, 52]


async def test_buckets_of_a_signal_count_numbers_of_keys_that_cardata_does_not_list(
    site: "Site", reading: "ReadingMaker"
) -> None:
    await site.fold(reading(60, descriptor="iremote.chargingLevelHv", ago_s=50))
    await site.fold(reading(64, descriptor="connecteddrive.chargingLevelHv", ago_s=10))
    await site.fold(reading(100, descriptor="iremote.mileage", unit="mi", ago_s=10))
    body = await fetch(site, "readings?signal=soc_percent&from=2026-02-02T02:39:00Z&buckets=2")
    assert [(item["mean"], item["unit"]) for item in body["items"]] == [(60, "%"), (64, "%")]
    body = await fetch(site, "readings?signal=odometer_km&from=2026-02-02T02:39:00Z&buckets=1")
    assert [(item["last"], item["unit"]) for item in body["items"]] == [(160.9344, "km")]


async def test_positions_pair_coordinates_by_their_own_times(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(
        reading(48.1, descriptor=LATITUDE, unit="deg", ago_s=100),
        reading(48.2, descriptor=LATITUDE, unit="deg", ago_s=50),
        reading(11.6, descriptor=LONGITUDE, unit="deg", ago_s=53),
        reading(11.5, descriptor=LONGITUDE, unit="deg", ago_s=100),
    )
    whole = await fetch(site, "positions")
    items = whole["items"]
    assert [(item["latitude_deg"], item["longitude_deg"], item["quality"]) for item in items] == [
        (48.1, 11.5, "measured"),
        (48.2, 11.6, "approximate"),
    ]
    newest = await fetch(site, "positions?limit=1")
    assert newest["items"] == items[1:]
    assert (whole["is_complete"], newest["is_complete"]) == (True, False)


async def test_positions_come_in_pages_of_any_size(site: "Site", reading: "ReadingMaker") -> None:
    for ago_s in range(10, 700, 10):
        lone = ago_s % 70 == 0
        await site.fold(
            reading(48 + ago_s / 1_000, descriptor=LATITUDE, unit="deg", ago_s=ago_s),
            *([] if lone else [reading(11 + ago_s / 1_000, descriptor=LONGITUDE, unit="deg", ago_s=ago_s + 1)]),
        )
    whole = (await fetch(site, "positions"))["items"]
    assert [item["quality"] for item in whole] == ["measured"] * 60
    for limit in (1, 7, 59, 60):
        items: list[Any] = []
        after = ""
        while True:
            page = await fetch(site, f"positions?limit={limit}{after}")
            items[:0] = page["items"]
            assert page["is_complete"] == (page["next"] is None)
            if page["next"] is None:
                break
            assert len(page["items"]) == limit
            after = f"&after={page['next']}"
        assert items == whole


async def test_zero_and_zero_is_no_position_but_greenwich_is_one(site: "Site", reading: "ReadingMaker") -> None:
    for ago_s, latitude, longitude in ((90, 51.4779, 0.0), (60, 0.0, 0), (30, 0, 6.08)):
        await site.fold(
            reading(latitude, descriptor=LATITUDE, unit="deg", ago_s=ago_s),
            reading(longitude, descriptor=LONGITUDE, unit="deg", ago_s=ago_s),
        )
    items = (await fetch(site, "positions"))["items"]
    assert [(item["latitude_deg"], item["longitude_deg"]) for item in items] == [(51.4779, 0), (0, 6.08)]
    stored = (await fetch(site, f"readings?descriptor={LATITUDE}"))["items"]
    assert [item["value"] for item in stored] == [51.4779, 0, 0]


async def test_a_position_has_the_height_and_direction_measured_with_it(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(
        reading(48.1, descriptor=LATITUDE, unit="deg", ago_s=100),
        reading(11.5, descriptor=LONGITUDE, unit="deg", ago_s=100),
        reading(519, descriptor=ALTITUDE, unit="m", ago_s=98),
        reading(90, descriptor=HEADING, unit="deg", ago_s=97),
    )
    [item] = (await fetch(site, "positions"))["items"]
    assert (item["altitude_m"], item["heading_deg"]) == (519, None)


async def test_wrong_parameters_are_422_in_words(site: "Site") -> None:
    for query in WRONG_QUERIES:
        error = (await fetch(site, f"readings?descriptor={SOC}&{query}", status=422))["error"]
        assert error["kind"] in {"config_error", "invalid_request"}, query
        assert error["message"], query
        assert error["hint"], query


async def test_one_of_descriptor_and_signal_must_be_given(site: "Site") -> None:
    await fetch(site, "readings", status=422)
    await fetch(site, "readings?descriptor=a&signal=b", status=422)
    await fetch(site, "readings?signal=no_such_signal", status=404)


async def test_a_signal_tells_once_what_two_descriptors_told(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(reading(64, ago_s=30), reading(64, ago_s=30, descriptor=SOC_NEW), reading(65, ago_s=9))
    body = await fetch(site, "readings?signal=soc_percent")
    assert [item["value"] for item in body["items"]] == [64, 65]


async def test_numbers_without_unit_are_in_the_one_that_their_key_had_last_and_say_so(
    site: "Site", reading: "ReadingMaker"
) -> None:
    km_of_249_miles = 400.726656
    await site.fold(
        reading(250, descriptor=TOTAL_RANGE, unit="?", ago_s=500),
        reading(km_of_249_miles, descriptor=TOTAL_RANGE, unit="km", ago_s=400),
        reading(248, descriptor=TOTAL_RANGE, unit="?", ago_s=300),
        reading(380, descriptor=TOTAL_RANGE, unit="km", ago_s=200),
        reading(379, descriptor=TOTAL_RANGE, unit="?", ago_s=100),
        reading(None, descriptor=TOTAL_RANGE, unit="km", ago_s=50),
    )
    expected = [(402.336, True), (km_of_249_miles, False), (399.117312, True), (380, False), (379, True), (None, False)]
    for query in (f"descriptor={TOTAL_RANGE}", "signal=total_range_km"):
        items = (await fetch(site, f"readings?{query}"))["items"]
        assert [(item["value"], item.get("assumed", False)) for item in items] == expected
        assert {item["unit"] for item in items} == {"km"}
        last = (await fetch(site, f"readings?{query}&limit=4"))["next"]
        page = await fetch(site, f"readings?{query}&limit=4&after={quote(last)}")
        assert [(item["value"], item.get("assumed", False)) for item in page["items"]] == expected[4:]


async def test_a_number_without_unit_that_is_another_of_its_second_is_there_once(
    site: "Site", reading: "ReadingMaker"
) -> None:
    """Wherever a page ends: the same value came once with its unit and once without."""
    await site.fold(
        reading(381, descriptor=TOTAL_RANGE, unit="km", ago_s=200),
        reading(380, descriptor=TOTAL_RANGE, unit="?", ago_s=100),
        reading(380, descriptor=TOTAL_RANGE, unit="km", ago_s=100),
        reading(378, descriptor=TOTAL_RANGE, unit="?", ago_s=100),
        reading(380, descriptor=TOTAL_RANGE, unit="?", ago_s=50),
    )
    expected = [(378, True), (380, False), (380, True), (381, False)]
    for query in (f"descriptor={TOTAL_RANGE}", "signal=total_range_km"):
        for limit in (1, 2, 3, 4, 5):
            page = await fetch(site, f"readings?{query}&limit={limit}")
            items = list(page["items"])
            while page["next"] is not None:
                page = await fetch(site, f"readings?{query}&limit={limit}&after={quote(page['next'])}")
                items += page["items"]
            assert sorted((item["value"], item.get("assumed", False)) for item in items) == expected


async def test_numbers_without_any_unit_are_in_the_one_that_the_car_shows(
    site: "Site", reading: "ReadingMaker"
) -> None:
    await site.fold(reading(150, descriptor=KOMBI_RANGE, unit="?", ago_s=100))
    assert [item["value"] for item in (await fetch(site, f"readings?descriptor={KOMBI_RANGE}"))["items"]] == [150]
    await site.fold(reading("MILES", descriptor="vehicle.cabin.infotainment.displayUnit.distance", unit=None))
    assert [item["value"] for item in (await fetch(site, "readings?signal=electric_range_km"))["items"]] == [241.4016]
    [bucket] = (await fetch(site, "readings?signal=electric_range_km&buckets=1"))["items"]
    assert (bucket["min"], bucket["last"], bucket["count"]) == (241.4016, 241.4016, 1)


async def test_buckets_put_numbers_with_and_without_a_unit_together(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(
        reading(400.726656, descriptor=TOTAL_RANGE, unit="km", ago_s=3 * DAY_S),
        reading(100, descriptor=TOTAL_RANGE, unit="?", ago_s=2 * DAY_S),
        reading(160, descriptor=TOTAL_RANGE, unit="km", ago_s=2 * DAY_S - 60),
        reading(150, descriptor=TOTAL_RANGE, unit="?", ago_s=100),
    )
    body = await fetch(site, f"readings?descriptor={TOTAL_RANGE}&buckets=4&from=2026-01-30")
    assert [(bucket["min"], bucket["max"], bucket["count"]) for bucket in body["items"]] == [
        (400.726656, 400.726656, 1),
        (160, 160.9344, 2),
        (150, 150, 1),
    ]


async def test_a_stretch_without_a_value_of_one_descriptor_is_that_of_another(
    site: "Site", reading: "ReadingMaker"
) -> None:
    await site.fold(reading(None, ago_s=100), reading(55, descriptor=SOC_NEW, ago_s=200))
    [bucket] = (await fetch(site, "readings?signal=soc_percent&buckets=1"))["items"]
    assert (bucket["min"], bucket["last"]) == (55, 55)


async def test_history_of_a_signal_is_told_as_the_state_is(site: "Site", reading: "ReadingMaker") -> None:
    hv_soc = "vehicle.trip.segment.end.drivetrain.batteryManagement.hvSoc"
    site.vehicles.add(Vehicle(vin=Vin(VIN), drivetrain="MHEV"))
    await site.fold(reading(39.5, descriptor=hv_soc, ago_s=90))
    items = (await fetch(site, "readings?signal=soc_percent"))["items"]
    assert [(item["descriptor"], item["value"]) for item in items] == [(hv_soc, None)]
    [bucket] = (await fetch(site, "readings?signal=soc_percent&buckets=1"))["items"]
    assert (bucket["mean"], bucket["last"]) == (None, None)
    assert [item["value"] for item in (await fetch(site, f"readings?descriptor={hv_soc}"))["items"]] == [39.5]
