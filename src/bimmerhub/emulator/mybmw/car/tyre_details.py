"""What the API knows of a car's tyres beside their pressure: the same as CarData's tyre diagnosis."""

from collections.abc import Mapping

import msgspec

from bimmerhub.emulator.cardata.answers.tyre_diagnosis import diagnose_tyres
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.mybmw import words
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle

SUMMER = 2
_SEASONS = {"SUMMER": SUMMER, "WINTER": 4}
"""2 is summer in stored answers; 4 for winter is inferred."""
_KMH = {"Y": 300, "W": 270, "V": 240, "H": 210}


class _Text(msgspec.Struct, kw_only=True):
    value: str = ""


class _Dimension(_Text, kw_only=True):
    speed_rating: str = msgspec.field(default="", name="speedRating")


class _Mounting(_Text, kw_only=True):
    date: str = msgspec.field(default="", name="mountingDate")


class _Season(_Text, kw_only=True):
    season: str = ""


class _Tread(_Text, kw_only=True):
    manufacturer: str = ""
    design: str = msgspec.field(default="", name="treadDesign")


class _Tyre(msgspec.Struct, kw_only=True):
    dimension: _Dimension
    mounting: _Mounting = msgspec.field(name="mountingDate")
    part: _Text = msgspec.field(name="partNumber")
    season: _Season
    tread: _Tread
    week: _Text = msgspec.field(name="tyreProductionDate")


def describe_tyre_details(vehicle: AccountVehicle) -> Mapping[str, Mapping[str, object]]:
    """Return `details` by wheel; none for a car whose tyres nobody registered."""
    today = utc_moment(vehicle.truth.at_ms).date()
    diagnosis = diagnose_tyres(vehicle.car, vehicle.truth, today=today, has_data=True)
    car = msgspec.convert(diagnosis["passengerCar"], dict[str, dict[str, object]])
    tyres = {wheel: msgspec.convert(car["mountedTyres"][wheel], _Tyre) for wheel in words.WHEELS}
    return {wheel: _details(tyre) for wheel, tyre in tyres.items() if tyre.dimension.value}


def _details(tyre: _Tyre) -> dict[str, object]:
    return {
        "dimension": tyre.dimension.value,
        "isOptimizedForOemBmw": True,
        "manufacturer": tyre.tread.manufacturer,
        "manufacturingWeek": int(tyre.week.value),
        "mountingDate": f"{tyre.mounting.date}T00:00:00.000Z",
        "partNumber": tyre.part.value,
        "season": _SEASONS[tyre.season.season],
        "speedClassification": {"atLeast": False, "speedRating": _KMH[tyre.dimension.speed_rating]},
        "treadDesign": tyre.tread.design,
    }
