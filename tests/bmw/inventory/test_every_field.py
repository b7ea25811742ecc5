"""Every field that the dealers' sites tell at the emulator is read into one attribute of its own, or named here."""

from collections.abc import Callable

import pytest
from tests.bmw.answer_fields import attributes_of, fields_that_follow
from tests.bmw.conftest import Cloud
from tools.families.american_facts import STOCK

from bimmerhub.bmw.inventory import Endpoints, Inventory, Storefront, wire

UNREAD = {"vehicle": {"dealers.address", "dealers.city", "dealers.postalCode", "dealers.phone"}}
"""What the emulator tells of dealers beyond the facts is inferred."""
FACTS = {answer.name: answer for answer in STOCK}
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
    if (facts := FACTS.get(name)) is not None:
        assert facts.names - follow.keys() == set()
        assert {
            field: path for field, path in attributes_of(follow).items() if field in facts.names
        } == facts.attributes
    assert {field for field, attributes in follow.items() if not attributes} == UNREAD.get(name, set())
    assert {field: attributes for field, attributes in follow.items() if len(attributes) > 1} == {}
