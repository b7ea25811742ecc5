"""What the app was seen to ask besides; of most nobody has shown an answer, and these are plausible ones."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.mybmw.access.app_refusals import not_found
from bimmerhub.emulator.mybmw.access.app_routing import AppRouting
from bimmerhub.emulator.mybmw.car.app_pictures import draw_view
from bimmerhub.emulator.mybmw.car.state import describe_service
from bimmerhub.emulator.mybmw.warranty import describe_warranty
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle, AccountVehicles
from bimmerhub.emulator.remote.routing import AccountHandler, CarHandler
from bimmerhub.ids import Gcid

Describe = Callable[[AccountVehicle], object]

OF_ACCOUNT: Mapping[str, object] = {
    "/eadrax-fts/v1/flags": {"flags": []},
    "/eadrax-ucs/v1/customizations": {"customizations": []},
    "/eadrax-ucs/v1/nps/config": {"isActive": False},
    "/eadrax-ucs/v1/presentation/profile-tab": {"sections": []},
    "/eadrax-excs/v1/explore/isFeatureEnabled": {"isActive": True, "userMarket": "DE"},
    "/eadrax-emob-hub/v1/features": {"features": []},
    "/eadrax-rsacs/v2/capabilities/{brand}": {
        "assistanceTracking": False,
        "geoInfoPassing": True,
        "level": "BASIC",
        "phoneNumber": "+49 800 1234567",
    },
    "/eadrax-dcs/v1/destinations/destination-tab": {"destinations": []},
    "/eadrax-dcs/v3/favorites": {"favorites": []},
    "/eadrax-dservcs/v1/recommendation": {"recommendations": []},
    "/eadrax-ecs/v1/feature-toggle": {"features": []},
    "/eadrax-ccmcs/v1/settings": {"settings": []},
    "/eadrax-oascs/v1/dealers/{id}/booking-engine": {"bookingEngine": None},
    "/eadrax-aucs/v1/update/update-info": {"updateStatus": "NO_UPDATE_NEEDED"},
}
"""By path, the answer that does not depend on a car. Fields with a value are those that clients read."""


def _contact(vehicle: AccountVehicle) -> dict[str, object]:
    """Return the dealer of a car."""
    dealer = vehicle.truth.equipment.dealer
    address = {
        "street": dealer.street,
        "postalCode": dealer.postal_code,
        "city": dealer.town,
        "countryCode": dealer.country,
    }
    return {"type": "DEALER", "name": dealer.name, "address": address, "phone": dealer.phone}


def _demands(vehicle: AccountVehicle) -> dict[str, object]:
    truth = vehicle.truth
    return {"demands": [describe_service(due) for due in truth.service.due if due.is_near]}


def _settings(vehicle: AccountVehicle) -> dict[str, object]:
    return {"id": vehicle.car.vin, "isChargingHistoryOptIn": vehicle.truth.equipment.shares_statistics}


OF_CAR: Mapping[str, Describe] = {
    "/eadrax-recallcs/v2/recalls": lambda _vehicle: {"recalls": []},
    "/eadrax-slcs/v1/demands": _demands,
    "/eadrax-ucs/v1/presentation/weblinks": lambda _vehicle: {"weblinks": []},
    "/eadrax-bsics/v2/warrantyplans/{vin}": describe_warranty,
    "/eadrax-servcs/v1/services": lambda _vehicle: {"services": []},
    "/eadrax-cdpc/v2/vehicle-settings": _settings,
    "/eadrax-rsu/v2/vehicles/status": lambda vehicle: {"vin": vehicle.car.vin, "status": "NO_UPDATE_AVAILABLE"},
    "/eadrax-r360/v1/recordings/vehicle/{vin}": lambda _vehicle: {"recordings": []},
    "/eadrax-r360/v1/vehicle/{vin}/key": lambda _vehicle: {"key": None},
}
"""By path, the answer about a car."""
_SLASHED = "/eadrax-rsu/v2/vehicles/status"
AVATAR = "/eadrax-ics/v1/presentation/avatar"
CONTACTS = "/eadrax-ucs/v2/contacts"


class MyBmwOtherEndpoints:
    """Everything that was seen and that nobody has described."""

    def __init__(self, *, routing: AppRouting, cars: AccountVehicles) -> None:
        self._routing = routing
        self._cars = cars

    def routes(self) -> list[Route]:
        """Return the routes."""
        account, car = self._routing.account, self._routing.car
        return [
            *(account(path, "GET", _constant(answer)) for path, answer in OF_ACCOUNT.items()),
            *(car(path, "GET", _about(describe)) for path, describe in OF_CAR.items()),
            car(_SLASHED + "/", "GET", _about(OF_CAR[_SLASHED])),
            account(AVATAR, "GET", self._avatar),
            account(CONTACTS, "GET", self._contacts),
            account("/eadrax-r360/v1/vehicle/addresses", "POST", _constant({"addresses": []})),
            account("/eadrax-r360/v1/event/execute", "POST", self._no_camera),
            account("/eadrax-r360/v1/events/{id}", "GET", self._no_camera),
        ]

    async def _avatar(self, _request: Request, gcid: Gcid) -> Response:
        return Response(draw_view(gcid, "FrontView"), media_type="image/png")

    async def _contacts(self, _request: Request, gcid: Gcid) -> Response:
        dealers = {vehicle.truth.equipment.dealer: vehicle for vehicle in await self._cars.list_cars(gcid)}
        return JSONResponse({"contacts": [_contact(vehicle) for vehicle in dealers.values()]})

    async def _no_camera(self, _request: Request, _gcid: Gcid) -> Response:
        raise not_found()  # no simulated car has one


def _constant(answer: object) -> AccountHandler:
    async def handler(_request: Request, _gcid: Gcid) -> Response:
        return JSONResponse(answer)

    return handler


def _about(describe: Describe) -> CarHandler:
    async def handler(_request: Request, vehicle: AccountVehicle) -> Response:
        return JSONResponse(describe(vehicle))

    return handler
