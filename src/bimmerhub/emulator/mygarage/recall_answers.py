"""Recalls of a car: the same object by My Garage, by getRecalls and by the service behind both (a stored answer).

The form of a single recall is invented.
"""

from html import escape

from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.mygarage.order_book import GarageCar

_BMW_MANUFACTURER = 15
UPSTREAM = "https://nhtsa.bmwgroup.com/safetyrecall/resources/v1/api/bmwusa"
_KEY_PLACEHOLDER = "the-key-of-the-site"


def describe_recalls(vin: str, car: GarageCar | None, *, open_recalls: int, now_ms: int) -> dict[str, object]:
    """Return the recalls of a VIN; of one that BMW does not know with status false."""
    count = 0 if car is None else open_recalls
    return {
        "vin": vin,
        "status": car is not None,
        "year": None if car is None else car.model_year,
        "make": None if car is None else car.brand,
        "model": None if car is None else car.model_name,
        "manufacturer_id": _BMW_MANUFACTURER,
        "recalls_available": count > 0,
        "number_of_recalls": count,
        "refresh_date": f"{utc_moment(now_ms):%b %d, %Y}",
        "recalls": [_recall(number) for number in range(1, count + 1)],
    }


def _recall(number: int) -> dict[str, object]:
    return {
        "nhtsa_recall_number": f"26V{number:03}000",
        "mfr_recall_number": f"0012340{number:02}",
        "recall_date": "2026-03-12",
        "recall_description": "A bolt may have been tightened too little.",
        "safety_risk_description": "The bolt may come loose.",
        "remedy_description": "A dealer tightens the bolt, at no charge.",
        "mfr_recall_status": 0,
    }


def invalid_target_page(target: str) -> str:
    """Return the server's page for a target that is no path, such as one with its braces still in it.

    The real one shows the service behind it with its key; here a placeholder stands for that.
    """
    uri = f"{UPSTREAM}{escape(target)}?bmwusa_api_key={_KEY_PLACEHOLDER}"
    return (
        "<html><head><title>Error</title></head><body>"
        f"<p>Invalid uri '{uri}': escaped absolute path not valid</p>"
        "<p>Cannot serve request to /bin/mybmw/getRecalls on this server</p></body></html>"
    )
