"""Every field that My Garage tells at the emulator is read into one attribute of its own, or named here as unread."""

from collections.abc import Callable

import pytest
from tests.bmw.answer_fields import attributes_of, fields_that_follow
from tests.bmw.conftest import Cloud
from tools.families.american_facts import MY_GARAGE

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
FACTS = {answer.name: answer for answer in MY_GARAGE}
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
    if (facts := FACTS.get(name)) is not None:
        assert facts.names - follow.keys() == set()
        assert {
            field: path for field, path in attributes_of(follow).items() if field in facts.names
        } == facts.attributes
    assert {field for field, attributes in follow.items() if not attributes} == UNREAD.get(name, set())
    assert {field: attributes for field, attributes in follow.items() if len(attributes) > 1} == {}
    read = [attribute for attributes in follow.values() for attribute in attributes]
    assert len(read) == len(set(read))
