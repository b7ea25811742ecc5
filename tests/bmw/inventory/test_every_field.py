"""Every field that the dealers' sites tell at the emulator is read into one attribute of its own, or named here."""

from collections.abc import Callable

import pytest
from tests.bmw.answer_fields import fields, fields_that_follow
from tests.bmw.conftest import Cloud

from bimmerhub.bmw.inventory import Endpoints, Inventory, Storefront, wire

UNREAD = {"vehicle": {"dealers.address", "dealers.city", "dealers.postalCode", "dealers.phone"}}
"""What the emulator tells of dealers beyond the facts is inferred."""
_SITE = "dealerName distance longitude locationID dealerURL phoneNumber"
_ADDRESS = "lineOne lineTwo city state zipcode"
_PLACES = ("newVehicleSales", "certifiedPreowned")
FACTS = {
    "vehicle": {
        *["totalRecords", "pageSize", "photoDetails.root", "dealers.dealerName", "dealers.state"],
        *fields(
            "vehicles",
            "vin year make model modelDescription modelSeries trim trimDescription type internetPrice msrp odometer",
            "drivetrain bodyStyle fuelType transmissionType engineCylinders engineDisplacement engineDescription",
            "hwyMPG cityMPG exterior exteriorMeta interior interiorMeta optionDescriptions allDescriptions photos",
            "vdpUrl distance dealerCode",
        ),
    },
    "minis": {
        *fields("data.getInventory", "numberOfFilteredVehicles pageNumber totalPages errorCode dealerInfo.centerID"),
        *(name for place in _PLACES for name in fields(f"data.getInventory.dealerInfo.{place}", _SITE)),
        *(name for place in _PLACES for name in fields(f"data.getInventory.dealerInfo.{place}.address", _ADDRESS)),
        *fields(
            "data.getInventory.result",
            "name modelYear vehicleDetailsPage milesPerGallon milesPerGallonEqv code agCode engineDriveType.name",
            "modelRange.code modelRange.name qualifiedModelCode totalMsrp internetPrice dealerId dealerLocation",
            "orderStatus vin fuelType usedCarType exteriorColorCode exteriorColorDescription interiorColorCode",
            "interiorColorDescription mileage images",
        ),
        *fields("data.getInventory.result.options", "name code isPaint isUpholstery isTrim"),
    },
    "available-features": {
        "data.getAvailableFeatures.type",
        *fields("data.getAvailableFeatures.features", "name code cosyURL isStandard"),
    },
    "filter-options": fields(
        "data.getFilterableOptions",
        "dealerIds models.code models.name modelRange.code modelRange.name minPrice maxPrice minModelYear maxModelYear",
        "engineDriveTypes.code engineDriveTypes.name fuelTypes.code fuelTypes.name transmissionTypes",
    ),
    "configuration": {"optionDetails.ZPP.name", "optionDetails.ZPP.isPaint", "optionDetails.ZPP.isUpholstery"},
    "options": {"code", "name", "rgbValues", "cosyUrl"},
    "dealer": {"DealerCenterID", "DealerName", "DealerAddress", "DealerUrl"},
    "new-vehicles": {
        "totalVehicleCount",
        *fields("vehicles", "name vin totalMsrp dealer.businessName dealer.phone dealer.url"),
    },
}
"""The fields that public clients and collections show, written down from them and not from our code."""
DECODERS: dict[str, tuple[Callable[[bytes], object], dict[str, object]]] = {
    "vehicle": (wire.decode_page, {"postal_code": "90210", "page_size": 1}),
    "minis": (wire.decode_minis, {}),
    "available-features": (wire.decode_features, {}),
    "filter-options": (wire.decode_filters, {}),
    "model-list": (wire.decode_models, {}),
    "configuration": (wire.decode_configuration, {"code": "24IJ"}),
    "options": (wire.decode_options, {"code": "24IJ"}),
    "dealer": (wire.decode_dealer, {"zip_code": "90210"}),
    "new-vehicles": (wire.decode_new_page, {"zip_code": "90210", "page_size": 1}),
}


@pytest.mark.parametrize("name", DECODERS)
async def test_each_field_is_read_into_one_attribute(cloud: Cloud, name: str) -> None:
    decode, params = DECODERS[name]
    async with Inventory(
        storefront=Storefront(username="any", password="any"),
        endpoints=Endpoints.all_at(cloud.emulator.info.base_url),
        session=cloud.session,
        clock=cloud.clock,
    ) as inventory:
        body = await inventory.rest.call(name, params)
    follow = fields_that_follow(decode, body)
    assert FACTS.get(name, set()) - follow.keys() == set()
    assert {field for field, attributes in follow.items() if not attributes} == UNREAD.get(name, set())
    assert {field: attributes for field, attributes in follow.items() if len(attributes) > 1} == {}
