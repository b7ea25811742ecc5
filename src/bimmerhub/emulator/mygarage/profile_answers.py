"""What My Garage tells of a car: in the words of 2021 to 2023, and of 2026."""

from collections.abc import Sequence

from bimmerhub.emulator.mygarage.order_book import VIN_FROM, GarageCar

_STEP_LIMIT_DEG = 360
_PACKAGES = (
    ("Premium Package", 2_550, False, ("Heated Front Seats", "Head-Up Display")),
    ("Driving Assistance Professional", 1_700, False, ("Highway Assistant", "Traffic Jam Assistant")),
)
_ADDED, _STANDARD = -1, -2
"""Prices that are none: of options that were added, and of standard features (a stored answer)."""


def list_packages() -> list[dict[str, object]]:
    """Return the equipment by package; a price of -1 is added options, -2 standard features."""
    return [
        *(_package(name, price, options, is_closed=is_closed) for name, price, is_closed, options in _PACKAGES),
        _package("Added Options", _ADDED, ("Panoramic Moonroof",), is_closed=False),
        _package("Standard Features", _STANDARD, ("Automatic Climate Control", "LED Headlights"), is_closed=True),
    ]


def _package(name: str, price: int, options: Sequence[str], *, is_closed: bool) -> dict[str, object]:
    return {"packageName": name, "price": price, "doNotExpand": is_closed, "options": [*options]}


def describe_features(car: GarageCar, *, base_url: str) -> dict[str, object]:
    """Return the colours and the equipment of a car."""
    return {
        "exteriorColorCode": car.paint_code,
        "interiorCode": car.upholstery_code,
        "exteriorColorDesc": car.paint,
        "exteriorColorImage": f"{base_url}/paint/{car.paint_code}.png",
        "interiorColorDesc": car.upholstery,
        "interiorColorImage": f"{base_url}/upholstery/{car.upholstery_code}.png",
        "packageDetails": list_packages(),
    }


def describe_in_list(car: GarageCar) -> dict[str, object]:
    """Return a car of the garage's list of 2021 to 2023; what of it was in the list is inferred."""
    return {
        "prodNum": car.production_number,
        "vin": car.vin or "NA",
        "modelYear": str(car.model_year),
        "naModelCode": car.model_code,
        "modelDescription": car.model_name,
        "brand": car.brand,
        "orderStatusCode": str(car.status),
        "exteriorColor": car.paint,
        "interiorColor": car.upholstery,
    }


def describe_profile(car: GarageCar) -> dict[str, object]:
    """Return a car's profile of 2021 to 2023; its form is invented."""
    return {**describe_in_list(car), "nickname": None, "productionDate": _month(car)}


def describe_order(car: GarageCar) -> dict[str, object]:
    """Return how an order stands, as the TRACK link of 2026 tells it; dates that are not known are the text null."""
    return {
        "prodNum": car.production_number,
        "vin": car.vin or ("null" if car.status % 2 else "NA"),
        "orderStatusCode": str(car.status),
        "overHeadMessage": car.status_words,
        "overHeadLongMessage": f"{car.status_words}." if car.status_words else "",
        "prodDate": _month(car) if car.status >= VIN_FROM else "null",
        "retlDate": "null" if car.owned is None else _month(car),
        "modelYear": str(car.model_year),
        "naModelCode": car.model_code,
        "exteriorColor": car.paint,
        "interiorColor": car.upholstery,
        "colorCode": car.paint_code,
        "upholsteryCode": car.upholstery_code,
        "packageDetails": list_packages(),
    }


def list_links(car: GarageCar, *, market_path: str) -> dict[str, object]:
    """Return where more is told of a car: its order, its equipment, and for its owner its relation to it."""
    profile = f"{market_path}/profile/{car.profile_id}"
    relations = {
        "TRACK": f"{profile}/track?relationships=TRACK",
        "FEATURES_AND_OPTIONS": f"{profile}/features-and-options",
    }
    if car.owned is not None:
        relations["ESA"] = f"{profile}/esa"
    return {"links": [{"rel": name, "href": href} for name, href in relations.items()]}


def list_images(car: GarageCar, *, base_url: str, start_deg: int, step_deg: int) -> dict[str, object]:
    """Return the addresses of pictures around a car."""
    angles = range(start_deg, start_deg + _STEP_LIMIT_DEG, step_deg)
    return {
        "content": [
            {
                "angle": angle % _STEP_LIMIT_DEG,
                "url": f"{base_url}/{car.production_number}/{angle % _STEP_LIMIT_DEG}.png",
            }
            for angle in angles
        ]
    }


def _month(car: GarageCar) -> str:
    return f"{car.built[1]:02}/01/{car.built[0]}"
