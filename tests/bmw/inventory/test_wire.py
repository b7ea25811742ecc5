"""The dealers' answers as models: every odd form, missing and unknown fields, and any bytes at all."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from bench.fuzzing.mutation import mutated
from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.bmw.http import Answer
from bimmerhub.bmw.inventory import Endpoints, MiniQuery, Sorting, VehicleQuery, refusals, wire
from bimmerhub.bmw.inventory.graphql_queries import features_query, inventory_query
from bimmerhub.errors import (
    BimmerhubError,
    BmwRefused,
    BmwUnavailable,
    ConfigError,
    MalformedPayload,
    RateLimited,
    SignInRequired,
)

VIN = "WBA00000000S00001"
PAGE: dict[str, Any] = {
    "totalRecords": 2,
    "pageSize": 100,
    "photoDetails": {"root": "https://photos.example/"},
    "vehicles": [
        {
            "vin": VIN,
            "year": "2020",
            "internetPrice": 30_000.5,
            "engineCylinders": 6,
            "optionDescriptions": "Moonroof| Sport |",
            "photos": ["a.jpg", 3, "https://other.example/b.jpg"],
            "never": "described",
        },
        {"year": 2021},
        "noise",
    ],
    "dealers": [{"dealerName": "Example", "state": "CA"}],
    "facets": {"any": ["form"]},
}
SITE = {"dealerName": "Example", "distance": "3.4", "address": [{"city": "Springfield", "zipcode": "90210"}]}
MINIS: dict[str, Any] = {
    "data": {
        "getInventory": {
            "numberOfFilteredVehicles": 1,
            "totalPages": 1,
            "dealerInfo": [{"centerID": "1", "newVehicleSales": [SITE], "certifiedPreowned": {**SITE, "distance": 3}}],
            "result": [{"vin": "WMW00000000S00001", "orderStatus": "4", "totalMsrp": 30_000, "milesPerGallon": 28}],
        }
    }
}
FEATURES = {"data": {"getAvailableFeatures": [{"type": "WHEELS", "features": [{"name": "Big", "code": "W"}]}]}}
FILTERS = {"data": {"getFilterableOptions": {"models": [{"code": "3M", "name": "Cooper"}], "minPrice": 1}}}
MODELS = {"X5": {"bodyStyles": [{"models": [{"code": "2XE5", "name": "X5"}]}]}, "odd": 3}
CONFIGURATION = {"configuration": {"designs": []}, "optionDetails": {"ZPP": {"name": "Premium", "isPaint": False}}}
OPTIONS = [{"code": "P300", "name": "White", "rgbValues": [1, 2, 3], "cosyUrl": None}]
DEALER = {"DealerCenterID": "1", "DealerName": "Example"}
NEW = {"totalVehicleCount": 1, "vehicles": [{"vin": VIN, "totalMsrp": "45000", "dealer": {"businessName": "Example"}}]}
DECODERS: list[tuple[Callable[[bytes], object], object]] = [
    (wire.decode_page, PAGE),
    (wire.decode_minis, MINIS),
    (wire.decode_features, FEATURES),
    (wire.decode_filters, FILTERS),
    (wire.decode_models, MODELS),
    (wire.decode_configuration, CONFIGURATION),
    (wire.decode_options, OPTIONS),
    (wire.decode_dealer, DEALER),
    (wire.decode_new_page, NEW),
    (wire.decode_json, PAGE),
]


def encoded(document: object) -> bytes:
    return json.dumps(document).encode()


def test_a_used_car_is_read_whatever_its_numbers_look_like() -> None:
    page = wire.decode_page(encoded(PAGE))
    [car] = page.vehicles
    assert (page.total, page.size, page.facets) == (2, 100, {"any": ["form"]})
    assert (car.year, car.price_usd, car.engine_cylinders) == (2020, 30_000.5, "6")
    assert car.options == ("Moonroof", "Sport")
    assert car.photo_urls == ("https://photos.example/images/a.jpg", "https://other.example/b.jpg")
    assert (car.model, car.odometer_miles, car.all_equipment) == (None, None, ())
    assert page.dealers[0].state == "CA"


@pytest.mark.parametrize("document", [{}, {"totalRecords": "x"}, {"totalRecords": -1}, [], "text"])
def test_a_page_that_is_none_is_refused(document: object) -> None:
    with pytest.raises(MalformedPayload):
        wire.decode_page(encoded(document))


def test_a_page_without_cars_is_empty() -> None:
    assert wire.decode_page(b'{"totalRecords": 0}').vehicles == ()


def test_places_are_read_as_list_and_as_object() -> None:
    [dealer] = wire.decode_minis(encoded(MINIS)).dealers
    for sites in (dealer.new_vehicle_sales, dealer.used_vehicle_sales):
        [site] = sites
        assert site.address is not None
        assert site.address.city == "Springfield"
    assert dealer.new_vehicle_sales[0].distance_miles == 3.4


def test_the_order_status_is_read_as_number_and_as_text() -> None:
    [car] = wire.decode_minis(encoded(MINIS)).vehicles
    assert (car.order_status, car.order_state, car.miles_per_gallon) == (4, "in transit", "28")
    undescribed = encoded(MINIS).replace(b'"orderStatus": "4"', b'"orderStatus": 99')
    assert wire.decode_minis(undescribed).vehicles[0].order_state is None


def test_words_that_are_not_known_stay_as_they_came() -> None:
    assert wire.decode_features(encoded(FEATURES))[0].kind == "WHEELS"


def test_models_and_options_keep_their_codes() -> None:
    [series] = wire.decode_models(encoded(MODELS))
    assert [model.code for model in series.models] == ["2XE5"]
    assert wire.decode_configuration(encoded(CONFIGURATION)).options[0].code == "ZPP"
    assert wire.decode_options(encoded(OPTIONS))[0].rgb == [1, 2, 3]


def test_the_first_dealer_of_a_list_counts() -> None:
    assert wire.decode_dealer(encoded([DEALER])) == wire.decode_dealer(encoded(DEALER))
    assert wire.decode_new_page(encoded(NEW)).vehicles[0].msrp_usd == 45_000


@pytest.mark.parametrize(("decode", "document"), DECODERS, ids=lambda part: getattr(part, "__name__", ""))
@settings(max_examples=200)
@given(seed=st.integers(0, 2**32))
def test_whatever_comes_is_read_or_refused(decode: Callable[[bytes], object], document: object, seed: int) -> None:
    rng = random.Random(seed)
    try:
        decode(mutated(rng, encoded(document)))
    except MalformedPayload:
        return


@pytest.mark.parametrize("decode", [decode for decode, _ in DECODERS])
@given(
    document=st.recursive(st.none() | st.integers() | st.text(), lambda part: st.lists(part, max_size=3), max_leaves=5)
)
def test_any_document_is_read_or_refused(decode: Callable[[bytes], object], document: object) -> None:
    try:
        decode(encoded(document))
    except MalformedPayload:
        return


def answer(status: int, body: bytes = b"", *, wait_s: float | None = None) -> Answer:
    return Answer(status=status, body=body, retry_after_s=wait_s)


@pytest.mark.parametrize(
    ("status", "operation", "kind"),
    [
        (400, "vehicle", BmwRefused),
        (401, "vehicle", SignInRequired),
        (403, "vehicle", RateLimited),
        (403, "token", RateLimited),
        (403, "dealer", BmwRefused),
        (404, "options", BmwRefused),
        (429, "minis", RateLimited),
        (302, "minis", BmwRefused),
        (500, "vehicle", BmwUnavailable),
        (503, "vehicle", BmwUnavailable),
    ],
)
def test_each_refusal_is_what_the_caller_does_next(status: int, operation: str, kind: type[BimmerhubError]) -> None:
    refused = answer(status, b'{"Message": "No."}')
    assert refusals.is_refusal(refused)
    assert type(refusals.to_error(refused, operation=operation)) is kind


def test_the_park_is_twenty_minutes_unless_bmw_says_otherwise() -> None:
    for wait_s, expected_s in ((None, 1_200.0), (30.0, 30.0)):
        error = refusals.to_error(answer(403, b"Forbidden", wait_s=wait_s), operation="vehicle")
        assert isinstance(error, RateLimited)
        assert error.retry_after_s == expected_s


def test_errors_beside_data_are_no_refusal() -> None:
    both = {"errors": [{"message": "half"}], "data": {"getInventory": {"result": []}}}
    assert refusals.query_error(encoded(both), operation="minis") is None
    for body in (b"[]", b"{", encoded({"errors": []}), encoded({"errors": 1})):
        assert refusals.query_error(body, operation="minis") is None
    several: list[list[object]] = [["text"], [{}], [{"message": "said"}]]
    for errors in several:
        assert refusals.query_error(encoded({"errors": errors, "data": None}), operation="minis")


def test_queries_are_written_as_the_page_writes_them() -> None:
    query = MiniQuery(zip_code="90210", range_miles=10, is_used=True, more_filters={"series": ['say "so"']})
    text = inventory_query(query, page=2, page_size=24)
    assert text.startswith(
        'query inventory { getInventory(brand: MI, zip: "90210", bucket: BYO, filter: {locatorRange: 10'
    )
    assert 'excludeStopSale: true, sold: false, used: true, series: ["say \\"so\\""]}' in text
    assert "{order: ASC, criteria: DISTANCE_TO_LOCATOR_ZIP}" in text
    assert "pagination: {pageIndex: 2, pageSize: 24}" in text
    assert "types: [PACKAGES, OPTIONS, PAINTS, UPHOLSTERIES]" in features_query(query)


@pytest.mark.parametrize(
    "make",
    [
        lambda: VehicleQuery(postal_code="9021"),
        lambda: MiniQuery(zip_code="90210-1"),
        lambda: inventory_query(MiniQuery(sorting=(Sorting(by="PRICE } evil"),)), page=1, page_size=1),
        lambda: inventory_query(MiniQuery(more_filters={"a: 1, b": 1}), page=1, page_size=1),
        lambda: Endpoints(search_url="ftp://example.org"),
    ],
)
def test_what_cannot_be_asked_is_refused_beforehand(make: Callable[[], object]) -> None:
    with pytest.raises(ConfigError):
        make()


def test_bmws_own_addresses_are_known() -> None:
    assert Endpoints().are_bmws
    assert not Endpoints.all_at("http://127.0.0.1:8090/").are_bmws
