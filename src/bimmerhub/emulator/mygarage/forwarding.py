"""What the forwarded requests answer: the few targets whose data are known tell the truth, the others nothing.

A target is what the site of 2021 to 2023 names; below `/<brand-market>/profile/` are those of 2026.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bimmerhub.emulator.inventory.lots.dealers import UsDealer, dealers_of, nearest_dealer
from bimmerhub.emulator.inventory.lots.towns import find_town
from bimmerhub.emulator.mygarage import profile_answers
from bimmerhub.emulator.mygarage.envelopes import failure, success
from bimmerhub.emulator.mygarage.order_book import GarageCar
from bimmerhub.emulator.mygarage.targets import TARGETS
from bimmerhub.emulator.mygarage.value_services import list_value_services
from bimmerhub.emulator.mygarage.warranty import describe_warranty

_FULL_TURN_DEG = 360
_ANGLE = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """One forwarded request: the garage, the car that it names (None: none), its query, and where pictures are."""

    garage: Sequence[GarageCar]
    car: GarageCar | None
    query: Mapping[str, str]
    picture_url: str
    now_ms: int


def answer_target(target: str, forwarded: Forwarded) -> dict[str, object]:
    """Return the envelope for a target of 2021 to 2023."""
    if not any(target.rstrip("/").startswith(path.rstrip("/")) for path in TARGETS.values()):
        return failure("404", "The target does not exist.")
    for path, answer in _ANSWERS.items():
        if target.rstrip("/") == path or (path.endswith("/") and target.startswith(path)):
            return answer(forwarded)
    return success({})


def answer_profile(path: str, forwarded: Forwarded) -> dict[str, object] | None:
    """Return the answer to a target of 2026, None when there is no such car or path."""
    market_path, _, rest = path.partition("/profile/")
    profile_id, _, what = rest.partition("/")
    car = next((car for car in forwarded.garage if car.production_number == profile_id.partition("-")[0]), None)
    if car is None or not market_path.startswith("/"):
        return None
    answer: dict[str, object] | None = None
    match what.strip("/"):
        case "core":
            answer = profile_answers.list_links(car, market_path=market_path)
        case "track":
            answer = success({"prodVehicleDetails": [profile_answers.describe_order(car)]})
        case "features-and-options":
            features = profile_answers.describe_features(car, base_url=forwarded.picture_url)
            answer = success({"vehicleDetails": [features]})
        case "features-and-options/images":
            answer = _list_images(car, forwarded)
        case "esa" if car.owned is not None:
            answer = success({"relationship": "ESA", "vin": car.vin})
    return answer


def _list_images(car: GarageCar, forwarded: Forwarded) -> dict[str, object] | None:
    start, step = (forwarded.query.get(name, usual) for name, usual in (("startAngle", "0"), ("stepAngle", "10")))
    if not (_ANGLE.fullmatch(start) and _ANGLE.fullmatch(step)) or not 0 < int(step) <= _FULL_TURN_DEG > int(start):
        return None
    return profile_answers.list_images(car, base_url=forwarded.picture_url, start_deg=int(start), step_deg=int(step))


def _garage(forwarded: Forwarded) -> dict[str, object]:
    return success({"ProdVehicleDetails": [profile_answers.describe_in_list(car) for car in forwarded.garage]})


def _features(forwarded: Forwarded) -> dict[str, object]:
    car = forwarded.car
    cars = [] if car is None else [profile_answers.describe_features(car, base_url=forwarded.picture_url)]
    return success({"VehicleDetails": cars})


def _profile(forwarded: Forwarded) -> dict[str, object]:
    car = forwarded.car
    return success({"vehicleProfile": None if car is None else profile_answers.describe_profile(car)})


def _order(forwarded: Forwarded) -> dict[str, object]:
    cars = forwarded.garage if forwarded.car is None else [forwarded.car]
    return success({"ProdVehicleDetails": [profile_answers.describe_order(car) for car in cars]})


def _find_vehicle(forwarded: Forwarded) -> dict[str, object]:
    number = forwarded.query.get("prodNum")
    cars = [car for car in forwarded.garage if car.production_number == number or car is forwarded.car]
    return success({"vehicles": [profile_answers.describe_in_list(car) for car in cars]})


def _warranty(forwarded: Forwarded) -> dict[str, object]:
    car = forwarded.car
    return success({} if car is None else describe_warranty(car, now_ms=forwarded.now_ms))


def _value_services(_forwarded: Forwarded) -> dict[str, object]:
    return success(list_value_services())


def _dealers(forwarded: Forwarded) -> dict[str, object]:
    query = forwarded.query
    town = find_town(query.get("zip", query.get("zipCode", "")))
    dealers = dealers_of("BMW") if town is None else (nearest_dealer("BMW", town),)
    words = [query[name].casefold() for name in ("city", "state", "dealerName") if query.get(name)]
    return success({"dealers": [_describe_dealer(dealer) for dealer in dealers if _has_words(dealer, words)]})


def _has_words(dealer: UsDealer, words: Sequence[str]) -> bool:
    text = f"{dealer.name} {dealer.town.name} {dealer.town.state}".casefold()
    return all(word in text for word in words)


def _describe_dealer(dealer: UsDealer) -> dict[str, object]:
    return {
        "centerId": dealer.code,
        "centerName": dealer.name,
        "city": dealer.town.name,
        "state": dealer.town.state,
        "postalCode": dealer.town.zip_code,
        "phone": dealer.phone,
    }


_ANSWERS: Mapping[str, Callable[[Forwarded], dict[str, object]]] = {
    TARGETS["GET_GARAGE_VEHICLES_BY_GROUPID"]: _garage,
    TARGETS["VEHICLE_PROFILE_FEATURES_OPTIONS"]: _features,
    TARGETS["VEHICLE_PROFILE_INFO"]: _profile,
    TARGETS["RETRIEVE_VEHICLE_DETAILS"]: _order,
    TARGETS["FIND_VEHICLE_BY_VIN"]: _find_vehicle,
    TARGETS["FIND_VEHICLE_BY_PRODNUM"]: _find_vehicle,
    TARGETS["GET_WARRANTY_SERVICE"]: _warranty,
    TARGETS["GET_VALUE_SERVICES"]: _value_services,
    TARGETS["GET_DEALER_SERVICE_CENTER"]: _dealers,
    TARGETS["GET_DEALER_SERVICE_CENTER_BY_CITY"]: _dealers,
    TARGETS["GET_DEALERS_BY_NAME"]: _dealers,
    TARGETS["GET_DEALER_DETAILS"]: _dealers,
}
"""Where the data are known, or easily told; what of it stands below which name is mostly inferred."""
