"""What BMW's older interfaces tell of a car besides its state, in the page's words."""

from typing import Any

from tests.web.page.conftest import Say

PROFILE: dict[str, Any] = {
    "shape": "weekly",
    "charging_start": "DELAYED_CHARGING",
    "charging_preference": "CHARGING_WINDOW",
    "is_climate_enabled": True,
    "departures": [
        {"timer": "timer_1", "is_enabled": True, "departure": "07:30", "weekdays": ["MONDAY", "FRIDAY"]},
        {"timer": "override_timer", "is_enabled": False, "departure": "12:00", "weekdays": []},
    ],
    "window": {"is_enabled": True, "begin": "22:00", "end": "06:00"},
    "notice": None,
}
TRIP: dict[str, Any] = {
    "ended_at": "2026-11-28T11:00:00Z",
    "distance_km": 12.5,
    "duration_min": 20,
    "electric_consumption_kwh_per_100km": 15.2,
}
FIGURE: dict[str, Any] = {"figure": "electric_consumption", "unit": "kWh/100 km", "own": 16, "community_average": 16.5}


def square(east_deg: float) -> dict[str, Any]:
    ring = [[east_deg, 0], [0, east_deg], [-east_deg, 0], [east_deg, 0]]
    return {"geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {"mode": "ECO_PRO_PLUS"}}


def test_profile_in_words(say: Say) -> None:
    assert say("partLines", "charging-profile", PROFILE, module="older-words") == [
        "delayed charging, charging window, climate on, window 22:00 to 06:00",
        "timer 1: 07:30, Mon, Fri",
        "override timer: 12:00, no day (off)",
    ]
    missing = {"notice": "BMW's CarData does not offer charging profiles."}
    assert say("partLines", "charging-profile", missing, module="older-words") == [missing["notice"]]


def test_trips_places_and_range_in_words(say: Say) -> None:
    trips = {"items": [TRIP], "all_trips": {"figures": [FIGURE]}, "portal_figures": [], "notice": None}
    [trip, figure] = say("partLines", "bmw-trips", trips, module="older-words")
    assert trip.endswith("12.5 km in 20 min at 15.2 kWh/100 km")
    assert figure == "All trips, electric consumption: 16.0 kWh/100 km; others 16.5"
    places = {"items": [{"street": None, "city": "TOWN", "country": "DEUTSCHLAND"}], "notice": None}
    assert say("partLines", "destinations", places, module="older-words") == ["TOWN, DEUTSCHLAND"]
    car = {"geometry": {"type": "Point", "coordinates": [0, 0]}, "properties": {"mode": None}}
    ranges = {"features": [square(1.0), car], "notice": None}
    assert say("partLines", "range-map", ranges, module="older-words") == [
        "eco pro plus: 111 to 111 km as the crow flies"
    ]


def test_what_the_portal_tells_in_words(say: Say) -> None:
    specs = {"items": [{"key": "TANK_CAPACITY", "name": "tank", "value": 55, "unit": "l"}], "notice": None}
    assert say("partLines", "specs", specs, module="older-words") == ["tank: 55 l"]
    services = {"items": [{"group": "cdpFeatures", "name": "RDL", "status": "ACTIVE"}], "notice": None}
    assert say("partLines", "booked-services", services, module="older-words") == ["RDL: active"]
    dealer = {"name": "Autohaus", "postal_code": "80809", "city": "Munich", "notice": None}
    assert say("partLines", "dealer", dealer, module="older-words") == ["Autohaus", "80809 Munich"]
    messages = {"items": [{"subject": "Hello", "text": "World", "sent_at": None}], "notice": None}
    assert say("partLines", "messages", messages, module="older-words") == ["Hello - World"]


def test_a_part_without_lines_says_whether_bmw_was_asked(say: Say) -> None:
    answered: dict[str, Any] = {"items": [], "notice": None, "fetched_at": "2026-11-29T08:22:08Z"}
    assert say("partLines", "destinations", answered, module="older-words") == ["none"]
    unasked = {**answered, "fetched_at": None}
    assert say("partLines", "destinations", unasked, module="older-words") == ["not asked for yet"]


def test_one_of_something_is_not_said_as_many(say: Say) -> None:
    for what, words in (("recalls", "recall"), ("service-demands", "demand")):
        told = {"entries": 1, "answer": {}, "notice": None}
        assert say("partLines", what, told, module="older-words") == [f"1 {words}", "{}"]
        assert say("partLines", what, {**told, "entries": 0}, module="older-words") == [f"0 {words}s"]
    months = [{"month": "2026-11", "energy_kwh": 12, "sessions": 1}]
    charges = {"items": [], "months": months, "notice": None}
    assert say("partLines", "bmw-charges", charges, module="older-words") == ["2026-11: 12 kWh in 1 session"]


def test_an_i_car_is_a_bmw(say: Say) -> None:
    assert [say("brandWords", brand) for brand in ("BMW_I", "ROLLS_ROYCE", "TOYOTA", "MINI", None)] == [
        "BMW",
        "Rolls-Royce",
        "Toyota",
        "MINI",
        None,
    ]


def test_figures_of_the_portal_have_their_unit_and_what_they_are_of(say: Say) -> None:
    line = {"name": "AVERAGE_ELECTRIC_CONSUMPTION", "unit": "KWH_PER_100KM", "last_trip": "15.5", "life_time": None}
    page = {"items": [], "all_trips": None, "portal_figures": [line, {**line, "unit": "NONE"}], "notice": None}
    assert say("partLines", "bmw-trips", page, module="older-words") == [
        "AVERAGE_ELECTRIC_CONSUMPTION, last trip: 15.5 kWh/100 km",
        "AVERAGE_ELECTRIC_CONSUMPTION, last trip: 15.5",
    ]
