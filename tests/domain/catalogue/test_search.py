"""Finding descriptors by words in either language, by what people call them, and by filters."""

import pytest

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.catalogue.search import CatalogueFilter, search_catalogue
from bimmerhub.ids import Descriptor

HEADER = "vehicle.drivetrain.batteryManagement.header"


def search(words: str, wanted: CatalogueFilter | None = None) -> list[str]:
    return [entry.key for entry in search_catalogue(load_catalogue().values(), words, wanted)]


@pytest.mark.parametrize("words", ["soc", "SoC", "charge level", "Ladestand", "Ladezustand", "akkustand"])
def test_the_main_charge_level_comes_first(words: str) -> None:
    assert search(words)[0] == HEADER


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("CHARGE level displayed", "vehicle.powertrain.electric.battery.stateOfCharge.displayed"),
        ("isMoving vehicle", "vehicle.isMoving"),
        ("mileage", "vehicle.vehicle.travelledDistance"),
        ("Kilometerstand", "vehicle.vehicle.travelledDistance"),
        ("tire pressure rear left", "vehicle.chassis.axle.row2.wheel.left.tire.pressure"),
        ("Reifendruck hinten links", "vehicle.chassis.axle.row2.wheel.left.tire.pressure"),
        ("fuel level", "vehicle.drivetrain.fuelSystem.level"),
    ],
)
def test_words_are_found_in_keys_and_titles(words: str, first: str) -> None:
    assert search(words)[0] == first


def test_gps_and_location_begin_with_the_position() -> None:
    here = "vehicle.cabin.infotainment.navigation.currentLocation"
    for word in ("gps", "location"):
        assert search(word)[:2] == [f"{here}.latitude", f"{here}.longitude"]
        assert not any("oof" in key or "door" in key for key in search(word))


def test_a_short_word_stands_by_itself() -> None:
    titles = [load_catalogue()[Descriptor(key)].title for key in search("ac")]
    assert titles[0] == "AC current while charging"
    assert all("AC" in title or "climate" in title.lower() for title in titles)


def test_what_cannot_be_streamed_does_not_come_first() -> None:
    for word in ("tire", "tyre", "door", "fuel", "range", "charging"):
        assert load_catalogue()[Descriptor(search(word)[0])].streamable


def test_every_word_is_wanted() -> None:
    assert search("charge nonsense") == []
    assert search("soc " * 60)[0] == HEADER


def test_no_words_give_everything_by_key() -> None:
    assert search("") == sorted(load_catalogue())


def test_what_is_streamed_comes_before_what_is_not() -> None:
    titles_begin_alike = search("charge level")[1:6]
    assert titles_begin_alike[-1] == "vehicle.drivetrain.electricEngine.charging.level"


def test_filters_narrow_and_add_up() -> None:
    assert len(search("", CatalogueFilter(is_streamable=False))) == 50
    assert len(search("", CatalogueFilter(category="TYRE_DATA"))) == 12
    assert search("", CatalogueFilter(endpoint="image")) == ["vehicle.look.image"]
    ice_only = search("", CatalogueFilter(drivetrain="ICE", is_streamable=True))
    assert "vehicle.drivetrain.fuelSystem.level" in ice_only
    assert HEADER not in ice_only
    assert search("header", CatalogueFilter(is_streamable=False)) == []
