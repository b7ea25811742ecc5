import json
import re
import subprocess
import sys
from importlib import resources
from typing import get_args

import pytest

from bimmerhub.domain.catalogue.descriptors import Category, Datatype, Drivetrain, Endpoint, Language, load_catalogue
from bimmerhub.domain.units import normalise_unit
from bimmerhub.ids import Descriptor

REQUIRED = {
    "key": str,
    "title": str,
    "title_de": str,
    "category": str,
    "datatype": str,
    "vendor_datatype": str | None,
    "unit": str | None,
    "values": list,
    "streamable": bool,
    "endpoint": str,
    "drivetrains": list,
}
OPTIONAL = {"listed_values": list, "true_words": list, "false_words": list, "note": str, "retired": bool}
VENDOR_DATATYPES = {"boolean", "double", "float", "int16", "int32", "int8", "string", "uint16", "uint32", "uint8", None}

TEXT = resources.files("bimmerhub.domain.catalogue").joinpath("cardata.json").read_text(encoding="utf-8")
ROWS = json.loads(TEXT)


def key(path: str) -> Descriptor:
    return Descriptor(f"vehicle.{path}")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
def test_each_row_of_the_data_file_has_the_shape_that_the_loader_trusts(row: dict[str, object]) -> None:
    assert set(REQUIRED) <= set(row) <= set(REQUIRED) | set(OPTIONAL)
    assert all(isinstance(row[name], kind) for name, kind in (REQUIRED | OPTIONAL).items() if name in row)
    assert row["category"] in get_args(Category)
    assert row["datatype"] in get_args(Datatype)
    assert row["endpoint"] in get_args(Endpoint)
    assert row["vendor_datatype"] in VENDOR_DATATYPES
    assert row["unit"] == normalise_unit(load_catalogue()[Descriptor(str(row["key"]))].unit)
    assert row["unit"] is None or row["datatype"] == "number"
    assert (row["datatype"] == "bool") == ("true_words" in row) == ("false_words" in row)


def test_the_data_file_holds_every_descriptor_once_sorted_and_one_a_line() -> None:
    keys = [row["key"] for row in ROWS]
    assert len(keys) == 295
    assert keys == sorted(set(keys))
    assert len(TEXT.splitlines()) == len(keys) + 2


def test_keys_are_clean_and_keep_the_official_misspellings() -> None:
    assert all(re.fullmatch(r"vehicle(\.[A-Za-z0-9]+)+", row["key"]) for row in ROWS)
    assert "\u200b" not in TEXT
    assert key("sevice.preferredSevicePartner") in load_catalogue()
    assert key("service.preferredSevicePartner") not in load_catalogue()
    assert key("trip.segment.end.travelledDistance") in load_catalogue()


def test_streamable_split_is_the_published_one() -> None:
    flags = [entry.streamable for entry in load_catalogue().values()]
    assert (flags.count(True), flags.count(False)) == (245, 50)


@pytest.mark.parametrize("language", get_args(Language))
def test_titles_are_short_distinct_and_begin_with_a_capital(language: Language) -> None:
    titles = [entry.title_in(language) for entry in load_catalogue().values()]
    assert len(set(titles)) == len(titles) == 295
    assert [title for title in titles if len(title) > 60 or not 1 <= len(title.split()) <= 7] == []
    assert [title for title in titles if not (title[0].isupper() or title[0].isdigit())] == []
    assert [title for title in titles if title != " ".join(title.split()) or not title.isprintable()] == []


def test_no_title_is_the_same_in_both_languages() -> None:
    assert [entry.key for entry in load_catalogue().values() if entry.title == entry.title_de] == []


def test_keys_of_other_endpoints_name_them() -> None:
    elsewhere = {entry.key: entry.endpoint for entry in load_catalogue().values() if entry.endpoint != "telematicData"}
    assert len(elsewhere) == 10
    assert elsewhere[key("look.image")] == "image"
    assert elsewhere[key("learningNavigation")] == "archive"


def test_every_entry_names_its_drivetrains() -> None:
    drivetrains = set(get_args(Drivetrain))
    assert all(entry.drivetrains and set(entry.drivetrains) <= drivetrains for entry in load_catalogue().values())


def test_only_learning_navigation_is_retired() -> None:
    assert [entry.key for entry in load_catalogue().values() if entry.retired] == ["vehicle.learningNavigation"]


def test_charging_status_has_the_words_that_cars_send() -> None:
    assert load_catalogue()[key("drivetrain.electricEngine.charging.status")].values == (
        "NOCHARGING",
        "INITIALIZATION",
        "CHARGINGACTIVE",
        "CHARGINGPAUSED",
        "CHARGINGENDED",
        "CHARGINGERROR",
        "CHARGINGINTERRUPTED",
        "CHARGINGDISRUPTED",
    )


@pytest.mark.parametrize(
    ("path", "true_word", "false_word"),
    [
        ("body.flap.isLocked", "FLAP_LOCKED", "FLAP_UNLOCKED"),
        ("body.flap.isPermanentlyUnlocked", "FLAP_UNLOCKED", "FLAP_LOCKED"),
        ("body.hood.isOpen", "OPEN", "CLOSED"),
        ("cabin.door.row2.passenger.isOpen", "OPEN", "CLOSED"),
        ("isMoving", "ASN_ISTRUE", "ASN_ISFALSE"),
        ("body.chargingPort.isHospitalityActive", "HOSPITALITY_ACTIVE", "HOSPITALITY_INACTIVE"),
        ("powertrain.electric.battery.charging.acLimit.isActive", "AC_LIMIT_ACTIVE", "AC_LIMIT_INACTIVE"),
        ("drivetrain.electricEngine.charging.acRestriction.isChosen", "CHOSEN", "NOTCHOSEN"),
        ("vehicle.deepSleepModeActive", "TRUE", "FALSE"),
    ],
)
def test_booleans_know_the_words_they_are_written_as(path: str, true_word: str, false_word: str) -> None:
    entry = load_catalogue()[key(path)]
    assert entry.datatype == "bool"
    assert true_word in entry.true_words
    assert false_word in entry.false_words


def test_words_of_booleans_never_mean_both() -> None:
    assert all(not entry.true_words & entry.false_words for entry in load_catalogue().values())
    words = {word for entry in load_catalogue().values() for word in entry.true_words | entry.false_words}
    assert words == {word.upper() for word in words}


def test_units_that_the_car_leaves_out_are_filled_in() -> None:
    units = {path: load_catalogue()[key(path)].unit for path in ("vehicle.travelledDistance", "isMoving")}
    assert units == {"vehicle.travelledDistance": "km", "isMoving": None}
    assert load_catalogue()[key("powertrain.electric.battery.charging.power")].unit == "W"
    assert load_catalogue()[key("drivetrain.fuelSystem.remainingFuel")].unit == "l"


def test_unknown_key_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        load_catalogue()[key("noSuchThing")]


def test_loading_happens_once() -> None:
    assert load_catalogue() is load_catalogue()


def test_domain_imports_nothing_but_the_standard_library_and_itself() -> None:
    script = (
        "import sys; import bimmerhub.domain.state, bimmerhub.domain.catalogue.descriptors\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('asyncio', 'logging', 'msgspec', 'socket')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
