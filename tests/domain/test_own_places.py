"""Places of a person's own, and which of them a position is in."""

import pytest

from bimmerhub.domain.own_places import OwnPlace, distance_m, find_place, is_name, is_vehicle, meter_subject, plain_name


def a_place(name: str, latitude_deg: float, longitude_deg: float, radius_m: float = 100) -> OwnPlace:
    return OwnPlace(
        name=name, latitude_deg=latitude_deg, longitude_deg=longitude_deg, radius_m=radius_m, time_zone="Europe/Berlin"
    )


HOME, WORK = a_place("home", 48.1770, 11.5590), a_place("work", 48.2, 11.6, radius_m=500)


def test_distances_are_those_of_the_ground() -> None:
    assert distance_m(48.1780, 11.5590, HOME) == pytest.approx(111, abs=1)
    assert distance_m(48.1770, 11.5600, HOME) == pytest.approx(74, abs=1)
    assert distance_m(0.0, 179.9995, a_place("line", 0, -179.9995)) == pytest.approx(111, abs=1)


def test_a_position_is_in_the_place_whose_middle_is_nearest() -> None:
    assert find_place([HOME, WORK], 48.1775, 11.5590) == HOME
    assert find_place([HOME, WORK], 48.2001, 11.6001) == WORK
    assert find_place([HOME, WORK], 48.19, 11.57) is None
    assert find_place([HOME, a_place("garage", 48.1776, 11.5590)], 48.1775, 11.5590) == a_place(
        "garage", 48.1776, 11.5590
    )
    assert find_place([], 48.1775, 11.5590) is None


def test_a_meter_is_no_vehicle() -> None:
    assert not is_vehicle(meter_subject("box"))
    assert is_vehicle("WBA00000000000001")


@pytest.mark.parametrize(
    "name", ["home", "Wall box", "Wärme", "車庫", "a" * 60, "50 % (PV) + \"old\" 'new'", "-x", "🏠"]
)
def test_a_name_is_whatever_shows(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", " box", "box ", "a" * 61, "a/b", ".", "..", "a\tb", "a\nb", "a\x9bb", "a\x85b", "a\x7f"]
)
def test_a_name_is_not_what_hides_or_is_a_path(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\ue000", "\ud800"])
def test_a_name_holds_no_sign_that_shows_nothing(sign: str) -> None:
    assert not is_name(f"a{sign}b")


def test_a_name_is_one_however_it_is_typed() -> None:
    assert plain_name(" Wa\u0308rme ") == plain_name("Wärme") == "W\xe4rme"
    assert not is_name("Wa\u0308rme"), "what is stored is plain"
