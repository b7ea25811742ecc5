"""What the portal tells of an account and around a car: booked services, dealer, pictures, messages, mapping.

Known from clients only, but for the names of the fields.
"""

from collections.abc import Sequence

from bimmerhub.emulator.cars.models.equipment import Equipment
from bimmerhub.emulator.cars.owner_wishes import SentPlace
from bimmerhub.emulator.connecteddrive import remote_services
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle

FULL_TURN_DEG = 360


def list_services(equipment: Equipment) -> list[dict[str, object]]:
    """Return the booked services: the remote services that the car has."""
    services = [
        {"name": code, "status": "ACTIVE", "portfolioId": "RemoteOffer"}
        for code in remote_services.KINDS
        if remote_services.can_do(equipment, code)
    ]
    return [{"name": "cdpFeatures", "services": services}]


def describe_partner(equipment: Equipment) -> dict[str, object]:
    """Return the dealer who looks after the car."""
    dealer = equipment.dealer
    return {
        "dealer": {
            "name": dealer.name,
            "street": dealer.street,
            "postalCode": dealer.postal_code,
            "city": dealer.town,
            "country": dealer.country,
            "phone": dealer.phone,
        }
    }


def list_pictures(vin: str, base_url: str, *, start_deg: int, step_deg: int) -> dict[str, object]:
    """Return the addresses of pictures around the car."""
    angles = range(start_deg, start_deg + FULL_TURN_DEG, step_deg)
    urls = [{"angle": str(angle % 360), "url": f"{base_url}/{angle % FULL_TURN_DEG}.png"} for angle in angles]
    return {"vin": vin, "angleUrls": urls}


def list_messages(vin: str, sent: Sequence[SentPlace]) -> list[dict[str, object]]:
    """Return what was sent to a car, oldest first."""
    return [
        {"vin": vin, "subject": message.name, "message": message.text, "created": message.sent_ms, "status": "OK"}
        for message in sent
    ]


def list_mappings(cars: Sequence[AccountVehicle]) -> list[dict[str, object]]:
    """Return how the cars of an account are mapped to it."""
    return [{"vin": vehicle.car.vin, "brand": "BM", "mappingStatus": "CONFIRMED"} for vehicle in cars]
