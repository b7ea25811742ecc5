"""My Garage's answers as models: every odd form, missing and unknown fields, and any bytes at all."""

import json
import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from bench.fuzzing.mutation import mutated
from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.bmw.http import Answer, AnswerLost
from bimmerhub.bmw.mygarage import refusals, wire
from bimmerhub.bmw.mygarage.words import ORDER_STATUSES, PackageKind
from bimmerhub.errors import (
    BimmerhubError,
    BmwRefused,
    BmwUnavailable,
    MalformedPayload,
    RateLimited,
    SignInRequired,
)


def envelope(data: object, *, errors: object = None, code: str = "200") -> dict[str, Any]:
    return {
        "responseContent": {"responseCode": code, "responseMessage": "SUCCESS"},
        "errorContent": {"anyErrors": errors is not None, "errors": errors or []},
        "dataContent": data,
    }


PACKAGES = [{"packageName": "Premium", "price": price, "options": ["Seats"]} for price in (900, 0, -1, -2)]
ORDER = {
    "prodNum": 1234567,
    "vin": "null",
    "orderStatusCode": "112",
    "prodDate": "null",
    "retlDate": "NA",
    "colorCode": "P0C6A",
    "upholsteryCode": "FKUSW",
    "packageDetails": PACKAGES,
}
TRACK = envelope({"prodVehicleDetails": [ORDER, {"vin": "without a number"}, "noise"]})
OLD = envelope({"ProdVehicleDetails": [ORDER]})
FEATURES = envelope({"VehicleDetails": [{"exteriorColorDesc": "Black", "packageDetails": PACKAGES}]})
LINKS = {"links": [{"rel": "TRACK", "href": "/bmw-us/profile/1-null/track?a=b"}, {"rel": "NEW", "href": "/x"}, {}]}
PICTURES = {"content": [{"angle": "10", "url": "https://a.example/10.png"}, {"angle": 20}]}
RECALLS = {"vin": "WBA", "status": True, "number_of_recalls": 1, "recalls": [{"any": "form"}], "year": "2020"}
WARRANTY = {
    "vinResponse": {
        "tcuInfo": {"tcuExpireDate": {"link": None, "value": "04/30/2027"}, "tcuSerialNumber": "T1"},
        "contract": [{"any": "form"}],
        "eligibleContract": [
            {
                "contractType": "MP",
                "msrp": "1,199.00",
                "expireOdometer": {"expireOdometer": "999,999"},
                "expireAge": "60",
            }
        ],
        "warranty": {
            "warrantyTermDate": "04/30/2024",
            "warrantyTermOdoMeter": {"warrantyTermOdoMeter": "50,000", "odometerUnits": "M"},
            "mfgWarrantyCoverage": [{"contractStatus": "EXPIRED", "contractType": "XX", "expireDate": "nonsense"}],
        },
        "vehicle": {"vin": "WBA", "modelYear": "2021", "vehicleProdDate": "2020/11"},
        "status": None,
    },
    "overallStatus": {"statusCode": "0", "statusDescription": "ok", "sclass": "I"},
}
SERVICES = {"Status": 1, "Result": {"Services": [{"Id": 1, "Name": "Oil", "Price": 0}, {"Name": "no id"}]}}
TARGETS = {"SRO": "/mybmw/resources/vehicles/v1/SRO", "odd": 3}
DEALER = {"DealerCenterID": "1", "DealerName": "Example"}
DECODERS: list[tuple[Callable[[bytes], object], object]] = [
    (wire.decode_cars, TRACK),
    (wire.decode_cars, OLD),
    (wire.decode_features, FEATURES),
    (wire.decode_links, LINKS),
    (wire.decode_pictures, PICTURES),
    (wire.decode_recalls, RECALLS),
    (wire.decode_warranty, WARRANTY),
    (wire.decode_value_services, SERVICES),
    (wire.decode_targets, TARGETS),
    (wire.decode_dealer, DEALER),
    (wire.decode_envelope, TRACK),
    (wire.decode_json, TRACK),
]


def encoded(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize("document", [TRACK, OLD])
def test_an_order_is_read_in_both_spellings(document: object) -> None:
    [car] = wire.decode_cars(encoded(document))
    assert (car.production_number, car.vin, car.status, car.status_words) == ("1234567", None, 112, "scheduled")
    assert (car.produced_on, car.sold_on, car.paint_code, car.material_code) == (None, None, "C6A", "KUSW")
    assert [package.kind for package in car.packages] == [
        PackageKind.PRICED,
        PackageKind.INCLUDED,
        PackageKind.ADDED_OPTIONS,
        PackageKind.STANDARD,
    ]
    assert (car.model_year, car.message) == (None, None)


@pytest.mark.parametrize("status", [*ORDER_STATUSES, 1, None])
def test_every_status_has_its_words(status: int | None) -> None:
    [car] = wire.decode_cars(encoded(envelope({"prodVehicleDetails": [{**ORDER, "orderStatusCode": status}]})))
    assert car.status_words == (None if status is None else ORDER_STATUSES.get(status))


def test_words_that_are_not_known_stay_as_they_came() -> None:
    assert [link.relation for link in wire.decode_links(encoded(LINKS))] == ["TRACK", "NEW"]
    [picture] = wire.decode_pictures(encoded(PICTURES))
    assert picture.angle_deg == 10


def test_recalls_keep_their_objects_as_they_came() -> None:
    report = wire.decode_recalls(encoded(RECALLS))
    assert (report.year, report.count, report.recalls, report.make) == (2020, 1, [{"any": "form"}], None)


def test_a_warranty_is_read_from_american_texts() -> None:
    report = wire.decode_warranty(encoded(WARRANTY))
    assert report.warranty is not None
    assert report.warranty.mileage is not None
    assert report.telematics is not None
    assert report.vehicle is not None
    [plan], [cover] = report.plans, report.warranty.coverages
    assert (report.warranty.ends_on, report.telematics.ends_on) == (date(2024, 4, 30), date(2027, 4, 30))
    assert (report.warranty.mileage.distance, report.warranty.mileage.unit) == (50_000, "M")
    assert plan.mileage is not None
    assert (plan.price_usd, plan.mileage.distance, plan.age_months) == (1199.0, 999_999, 60)
    assert (cover.state, cover.kind, cover.ends_on) == ("EXPIRED", "XX", None)
    assert (report.vehicle.produced, report.contracts, report.status_code) == ("2020/11", [{"any": "form"}], "0")


@pytest.mark.parametrize(("decode", "document"), DECODERS, ids=lambda part: getattr(part, "__name__", ""))
def test_what_lacks_everything_is_empty_or_refused(decode: Callable[[bytes], object], document: object) -> None:
    assert document
    for body in (b"{}", b"[]", b"null", b'"text"', b"", b"{", b"[" * 5_000):
        try:
            decode(body)
        except MalformedPayload:
            continue


@pytest.mark.parametrize(("decode", "document"), DECODERS, ids=lambda part: getattr(part, "__name__", ""))
@settings(max_examples=200)
@given(seed=st.integers(0, 2**32))
def test_whatever_comes_is_read_or_refused(decode: Callable[[bytes], object], document: object, seed: int) -> None:
    rng = random.Random(seed)
    try:
        decode(mutated(rng, encoded(document)))
    except MalformedPayload:
        return


def test_a_deep_document_is_no_trap() -> None:
    deep: object = "1,000"
    for _ in range(200):
        deep = {"inner": [deep]}
    assert wire.decode_warranty(encoded({"vinResponse": {"contract": [deep]}})).contracts


def answer(status: int, body: bytes = b"") -> Answer:
    return Answer(status=status, body=body)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"", SignInRequired),
        (403, b"", BmwRefused),
        (404, b"", BmwRefused),
        (400, b"", BmwRefused),
        (302, b"", BmwRefused),
        (429, b"", RateLimited),
        (500, b"", BmwUnavailable),
        (503, b"", BmwUnavailable),
        (500, b"Invalid uri 'x': escaped absolute path not valid", BmwRefused),
        (200, encoded(envelope(None, errors=[{"errorMessage": "No."}], code="404")), BmwRefused),
        (200, encoded(envelope(None, errors=["No."], code="500")), BmwUnavailable),
        (200, encoded(envelope(None, errors=[{}], code="401")), SignInRequired),
        (200, encoded({"errorContent": {"anyErrors": "true", "errors": []}}), BmwRefused),
    ],
)
def test_each_refusal_is_what_the_caller_does_next(status: int, body: bytes, kind: type[BimmerhubError]) -> None:
    refused = answer(status, body)
    assert refusals.is_refusal(refused)
    assert type(refusals.to_error(refused, operation="forward")) is kind


def test_what_may_have_been_done_is_told_so() -> None:
    assert type(refusals.to_error(answer(500), operation="forward", may_be_done=True)) is AnswerLost
    assert type(refusals.to_error(answer(503), operation="forward", may_be_done=True)) is BmwUnavailable


def test_an_envelope_without_errors_is_no_refusal() -> None:
    assert not refusals.is_refusal(answer(200, encoded(TRACK)))
    assert not refusals.is_refusal(answer(200, b'"anyErrors"'))
    assert not refusals.is_refusal(answer(200, b"anyErrors {"))
    assert "No" in str(refusals.to_error(answer(200, encoded(envelope(None, errors=["No."]))), operation="forward"))
