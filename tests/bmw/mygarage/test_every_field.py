"""Every field that My Garage tells at the emulator is read into one attribute of its own, or named here as unread."""

from collections.abc import Callable

import pytest
from tests.bmw.answer_fields import fields, fields_that_follow
from tests.bmw.conftest import Cloud

from bimmerhub.bmw.mygarage import BmwLogin, Endpoints, MyGarage, SiteApp, wire
from bimmerhub.emulator.faults.switches import FaultSwitch

_ENVELOPE = {
    "responseContent.responseCode",
    "responseContent.responseMessage",
    "errorContent.anyErrors",
    "errorContent.errors",
}
UNREAD = {
    "envelope": {"errorContent.anyErrors", "errorContent.errors"},
    "links": set(),
    "cars": {*_ENVELOPE, "dataContent.ProdVehicleDetails.modelDescription", "dataContent.ProdVehicleDetails.brand"},
    "order": _ENVELOPE,
    "features": _ENVELOPE,
    "warranty": {
        "vinResponse.status",
        "overallStatus.sclass",
        *(f"vinResponse.tcuInfo.{name}.link" for name in ("tcuExpireDate", "tcuConveniencePlanExpireDate")),
        *(f"vinResponse.warranty.mfgWarrantyCoverage.program.{name}" for name in ("infonetUrl", "dcsnetUrl")),
    },
    "services": {"Status", "Message"},
}
"""What an envelope and a status say of the answer itself is for errors; links of BMW's own network lead nowhere."""
_SOLD = "centerId centerName locationId"
_ADDRESS = "address1 city state postalCode phone"
_PACKAGE = "packageName price doNotExpand options"
FACTS = {
    "envelope": {"responseContent.responseCode", "responseContent.responseMessage", "dataContent"},
    "features": {
        *fields(
            "dataContent.VehicleDetails",
            "exteriorColorCode interiorCode exteriorColorDesc exteriorColorImage interiorColorDesc interiorColorImage",
        ),
        *fields("dataContent.VehicleDetails.packageDetails", _PACKAGE),
    },
    "order": {
        *fields(
            "dataContent.prodVehicleDetails",
            "prodNum vin orderStatusCode overHeadMessage overHeadLongMessage prodDate retlDate modelYear naModelCode",
            "exteriorColor interiorColor colorCode upholsteryCode",
        ),
        *fields("dataContent.prodVehicleDetails.packageDetails", _PACKAGE),
    },
    "recalls": {
        "vin",
        "status",
        "year",
        "make",
        "model",
        "manufacturer_id",
        "recalls_available",
        "number_of_recalls",
        "refresh_date",
    },
    "warranty": {
        *fields(
            "vinResponse.tcuInfo",
            "tcuExpireDate.value tcuConveniencePlanExpireDate.value tcuMobileDirectoryNumber tcuActivationStatus",
            "tcuMobileIdentNumber tcuSerialNumber",
        ),
        *fields(
            "vinResponse.eligibleContract",
            "contractType vendor msrp deductible expireAge expireOdometer.expireOdometer expireOdometer.odometerUnits",
            "program.programDescription program.code",
        ),
        *fields(
            "vinResponse.warranty",
            "warrantyTermDate warrantyTermAge warrantyTermOdoMeter.warrantyTermOdoMeter",
            "warrantyTermOdoMeter.odometerUnits",
        ),
        *fields(
            "vinResponse.warranty.mfgWarrantyCoverage",
            "contractStatus contractType expireAge expireDate effectiveDate enrollDate expireOdometer.expireOdometer",
            "program.programDescription program.message program.infonetUrl program.dcsnetUrl",
        ),
        *fields("vinResponse.retailInfo", _SOLD, "retailDate inServiceDate currentAge"),
        *fields("vinResponse.retailInfo.address", _ADDRESS),
        *fields("vinResponse.wholeSaleInfo", _SOLD, "wholeSaleDate"),
        *fields("vinResponse.wholeSaleInfo.address", _ADDRESS),
        *fields(
            "vinResponse.vehicle",
            "vin chassis modelYear vehicleProdDate vinMsrp motorType engineSeries naModelCodeDesc.code",
            "naModelCodeDesc.value agModelCodeDesc.code lineMakeDesc.code interiorColor.code exteriorColor.code",
        ),
        *["vinResponse.contract", "vinResponse.status"],
        *fields("overallStatus", "statusCode statusDescription sclass"),
    },
    "services": {
        *["Status", "Message"],
        *fields("Result.Services", "Id Name ImageUrl ImageDescription Price AgCode DealerId Description"),
    },
    "dealer": {"DealerCenterID", "DealerName", "DealerAddress", "DealerUrl"},
    "links": {"links.rel", "links.href"},
    "pictures": {"content.angle", "content.url"},
}
"""The fields of stored answers, notes and clients, written down from them and not from our code."""
DECODERS: dict[str, tuple[Callable[[bytes], object], str, dict[str, object]]] = {
    "envelope": (wire.decode_envelope, "forward", {"target": "/mybmw/resources/userMessages"}),
    "cars": (wire.decode_cars, "forward", {"target": "/mybmw/resources/garage/getGarageVehiclesByGroupId"}),
    "features": (wire.decode_features, "forward", {"target": "/mybmw/resources/vehicleprofile/getvehicleFeatures"}),
    "recalls": (wire.decode_recalls, "get-recalls", {}),
    "warranty": (wire.decode_warranty, "warranty", {}),
    "services": (wire.decode_value_services, "value-services", {}),
    "dealer": (wire.decode_dealer, "dealer", {}),
    "links": (wire.decode_links, "service-forward", {"target": "core"}),
    "order": (wire.decode_cars, "service-forward", {"target": "track"}),
    "pictures": (wire.decode_pictures, "service-forward", {"target": "features-and-options/images"}),
}


@pytest.mark.parametrize("name", DECODERS)
async def test_each_field_is_read_into_one_attribute(cloud: Cloud, name: str) -> None:
    decode, operation, params = DECODERS[name]
    info = cloud.emulator.info
    cloud.emulator.faults.switch_on(FaultSwitch(name="recalls-open"))
    async with MyGarage(
        tokens=cloud.store,
        endpoints=Endpoints.all_at(info.base_url, app=SiteApp(client_id="any")),
        login=BmwLogin(username=info.user, password=info.password),
        session=cloud.session,
        clock=cloud.clock,
    ) as garage:
        vin = info.vehicles[0].vin
        if operation == "service-forward":
            number = (await garage.fetch_vehicles())[0].production_number
            params = {"target": f"/bmw-us/profile/{number}-{vin}/{params['target']}"}
        body = await garage.rest.call(operation, params, vin=vin)
    follow = fields_that_follow(decode, body)
    assert FACTS.get(name, set()) - follow.keys() == set()
    assert {field for field, attributes in follow.items() if not attributes} == UNREAD.get(name, set())
    assert {field: attributes for field, attributes in follow.items() if len(attributes) > 1} == {}
    read = [attribute for attributes in follow.values() for attribute in attributes]
    assert len(read) == len(set(read))
