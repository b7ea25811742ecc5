"""`smartMaintenanceTyreDiagnosis`: what BMW's service knows of a car's tyres.

A car without the service answers 200 all the same, with a skeleton of labels and zeros (observed by clients 2025-2026).
Nobody has shown an answer with content: names and colours are BMW's swagger, the other words are invented.
"""

import datetime as dt
import random
from dataclasses import dataclass

from bimmerhub.emulator.cardata.answers.basic_data import BASIC_DATA
from bimmerhub.emulator.cars import CarIdentity, CarTruth

_LABELS = {
    "dimension": "Dimension",
    "mountingDate": "Mounting date",
    "optimizedForOem": "Optimized for OEM",
    "partNumber": "Part number",
    "qualityStatus": "Quality status",
    "runFlat": "Run-flat",
    "season": "Season",
    "tread": "Tread",
    "tyreDefect": "Tyre defect",
    "tyreProductionDate": "Production date",
    "tyreWear": "Tyre wear",
}
_WHEELS = {
    "frontLeft": "Front left",
    "frontRight": "Front right",
    "rearLeft": "Rear left",
    "rearRight": "Rear right",
}
_ZERO_DIMENSION = dict.fromkeys(("aspectRatio", "loadIndex", "rimDiameter", "sectionWidth"), 0)
_LIFE_KM = 42_000
_DUE_SOON_KM = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonTyres:
    """Four tyres of one season: `season` is "SUMMER" or "WINTER"; `worn_km` is how far they have run."""

    season: str
    mounted_on: dt.date
    worn_km: int
    chance: random.Random


def diagnose_tyres(car: CarIdentity, truth: CarTruth, *, today: dt.date, has_data: bool) -> dict[str, object]:
    """Return the `SmartMaintenanceTyreDiagnosisDto` (BMW swagger) of a car.

    Here, BMWs of the G series with a plug have the service. Mounted are the tyres of the season, the others lie in
    store. `has_data` False gives the skeleton.
    """
    if not has_data or not _has_service(car):
        return _diagnosis(None, None)
    odometer_km = round(truth.odometer_km)
    chance = random.Random(f"tyres {car.vin}")  # noqa: S311 - scenery
    is_summer = 4 <= today.month <= 10  # noqa: PLR2004 - October to Easter, as the saying goes
    spring, autumn = dt.date(today.year, 4, 12), dt.date(today.year, 10, 24)
    changed_on = spring if is_summer else autumn if today.month > 10 else autumn.replace(year=today.year - 1)  # noqa: PLR2004
    before = dt.date(today.year - 1, 10, 24) if is_summer else spring.replace(year=changed_on.year)
    half_km = round(odometer_km / 2)
    mounted = _tyre_set(chance, is_summer=is_summer, mounted_on=changed_on, worn_km=half_km)
    stored = _tyre_set(chance, is_summer=not is_summer, mounted_on=before, worn_km=half_km)
    return _diagnosis(mounted, stored)


def _has_service(car: CarIdentity) -> bool:
    return car.drivetrain == "BEV" and str(BASIC_DATA[car.code]["seriesDevt"]).startswith(("G", "NA"))


def _tyre_set(chance: random.Random, *, is_summer: bool, mounted_on: dt.date, worn_km: int) -> SeasonTyres:
    return SeasonTyres(
        season="SUMMER" if is_summer else "WINTER", mounted_on=mounted_on, worn_km=worn_km % _LIFE_KM, chance=chance
    )


def _diagnosis(mounted: SeasonTyres | None, stored: SeasonTyres | None) -> dict[str, object]:
    car = {"mountedTyres": _set("Mounted tyres", mounted), "unmountedTyres": _set("Unmounted tyres", stored)}
    return {"passengerCar": car, "errors": []}


def _set(label: str, tyres: SeasonTyres | None) -> dict[str, object]:
    status: dict[str, object] = {"label": "Quality status"}
    if tyres is not None:
        status |= {"qualityStatus": "PREMIUM", "value": "Premium quality"}
    return {
        "label": label,
        "aggregatedQualityStatus": status,
        **{wheel: _tyre(words, tyres, is_rear=wheel.startswith("rear")) for wheel, words in _WHEELS.items()},
    }


def _tyre(label: str, tyres: SeasonTyres | None, *, is_rear: bool) -> dict[str, object]:
    parts = _EMPTY if tyres is None else _describe(tyres, is_rear=is_rear)
    return {"label": label, **{part: {"label": words, **parts.get(part, {})} for part, words in _LABELS.items()}}


_EMPTY: dict[str, dict[str, object]] = {
    "dimension": {**_ZERO_DIMENSION},
    "runFlat": {"runFlat": False},
    "tyreWear": {"dueMileage": 0},
}


def _describe(tyres: SeasonTyres, *, is_rear: bool) -> dict[str, dict[str, object]]:
    width, ratio = (275, 40) if is_rear else (245, 45)
    load = 106 if is_rear else 103
    made_on = tyres.mounted_on - dt.timedelta(days=tyres.chance.randint(200, 700))
    week = f"{made_on.isocalendar().week:02d}{made_on.year % 100:02d}"
    name = "Beispiel Sport 5" if tyres.season == "SUMMER" else "Beispiel Alpin 5"
    part = f"36.11-{tyres.chance.randint(1, 9)} {tyres.chance.randint(100, 999)} {tyres.chance.randint(100, 999)}"
    due_km = max(0, _LIFE_KM - tyres.worn_km)
    is_due = due_km < _DUE_SOON_KM
    return {
        "dimension": {
            "value": f"{width}/{ratio} R19 {load}Y",
            "sectionWidth": width,
            "aspectRatio": ratio,
            "rimDiameter": 19,
            "loadIndex": load,
            "constructionType": "R",
            "speedRating": "Y",
        },
        "mountingDate": {
            "mountingDate": tyres.mounted_on.isoformat(),
            "value": f"{tyres.mounted_on:%d.%m.%Y}",
        },
        "optimizedForOem": {"optimizedForOem": "BMW", "value": "Yes"},
        "partNumber": {"partNumber": part, "value": part},
        "qualityStatus": {"qualityStatus": "PREMIUM", "value": "Premium quality"},
        "runFlat": {"runFlat": False, "value": "No"},
        "season": {"season": tyres.season, "value": f"{tyres.season.capitalize()} tyres"},
        "tread": {"manufacturer": "Beispiel", "treadDesign": name, "carcass": "Radial", "value": name},
        "tyreDefect": {"status": "NO_DEFECT", "statusColor": "GREEN", "value": "No defect known"},
        "tyreProductionDate": {"statusColor": "GREEN", "value": week},
        "tyreWear": {
            "status": "CHANGE_SOON" if is_due else "OK",
            "statusColor": "YELLOW" if is_due else "GREEN",
            "dueMileage": due_km,
            "unit": "KILOMETER",
            "value": f"Change in about {due_km} km",
        },
    }
