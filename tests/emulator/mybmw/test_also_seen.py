"""What the app was seen to ask besides: the fields that clients read are there, and of the car what is true of it."""

from typing import Any

import pytest
from tests.emulator.mybmw.conftest import BEV, AppProgram

OF_ACCOUNT: dict[str, dict[str, Any]] = {
    "/eadrax-fts/v1/flags": {"flags": []},
    "/eadrax-ucs/v1/customizations": {"customizations": []},
    "/eadrax-ucs/v1/nps/config": {"isActive": False},
    "/eadrax-ucs/v1/presentation/profile-tab": {"sections": []},
    "/eadrax-excs/v1/explore/isFeatureEnabled": {"isActive": True, "userMarket": "DE"},
    "/eadrax-emob-hub/v1/features": {"features": []},
    "/eadrax-rsacs/v2/capabilities/BMW": {
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
    "/eadrax-oascs/v1/dealers/1/booking-engine": {"bookingEngine": None},
    "/eadrax-aucs/v1/update/update-info": {"updateStatus": "NO_UPDATE_NEEDED"},
}
OF_CAR: dict[str, dict[str, Any]] = {
    "/eadrax-recallcs/v2/recalls": {"recalls": []},
    "/eadrax-ucs/v1/presentation/weblinks": {"weblinks": []},
    "/eadrax-servcs/v1/services": {"services": []},
    "/eadrax-cdpc/v2/vehicle-settings": {"id": BEV, "isChargingHistoryOptIn": True},
    "/eadrax-rsu/v2/vehicles/status/": {"vin": BEV, "status": "NO_UPDATE_AVAILABLE"},
    f"/eadrax-r360/v1/recordings/vehicle/{BEV}": {"recordings": []},
    f"/eadrax-r360/v1/vehicle/{BEV}/key": {"key": None},
}


async def test_account_is_told_what_clients_read(app: AppProgram) -> None:
    assert {path: await app.get(path) for path in OF_ACCOUNT} == OF_ACCOUNT


async def test_car_is_told_of_by_its_vin(app: AppProgram) -> None:
    assert {path: await app.get(path, vin=BEV) for path in OF_CAR} == OF_CAR
    assert (await app.call("GET", "/eadrax-cdpc/v2/vehicle-settings", vin="WBA00000000000009")).status == 404


@pytest.mark.parametrize("path", ["/eadrax-r360/v1/event/execute", "/eadrax-r360/v1/events/1"])
async def test_car_without_cameras_records_nothing(app: AppProgram, path: str) -> None:
    method = "POST" if path.endswith("execute") else "GET"
    assert (await app.call(method, path)).status == 404
    addresses = await app.call("POST", "/eadrax-r360/v1/vehicle/addresses")
    assert (addresses.status, addresses.body) == (200, {"addresses": []})


async def test_avatar_is_a_picture(app: AppProgram) -> None:
    assert (await app.call("GET", "/eadrax-ics/v1/presentation/avatar")).body.startswith(b"\x89PNG")


async def test_service_demands_are_the_services_that_are_due(app: AppProgram) -> None:
    demands = (await app.get("/eadrax-slcs/v1/demands", vin=BEV))["demands"]
    assert len(demands) == sum(due.is_near for due in app.truth(BEV).service.due)
