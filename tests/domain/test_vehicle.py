"""Which accounts BMW gives a car's data to."""

from dataclasses import replace

from bimmerhub.domain.vehicle import PRIMARY, SECONDARY, Vehicle, VehicleAccount
from bimmerhub.ids import Vin

SELLER = VehicleAccount(account_id=1, account="seller", mapping=PRIMARY, mapped_since_ms=1_000, seen_at_ms=5_000)
BUYER = VehicleAccount(account_id=2, account="buyer", mapping=PRIMARY, mapped_since_ms=4_000, seen_at_ms=5_000)


def given_to(*accounts: VehicleAccount) -> list[str]:
    car = Vehicle(vin=Vin("WBA00000000000001"), accounts=accounts)
    return [seen.account for seen in accounts if car.is_given_to(seen.account_id)]


def test_a_car_has_one_primary_user_the_one_that_was_mapped_last() -> None:
    assert given_to(SELLER, BUYER) == ["buyer"]
    assert given_to(SELLER, replace(BUYER, mapping=SECONDARY)) == ["seller"]
    assert given_to(SELLER, replace(BUYER, unmapped_at_ms=6_000)) == ["seller"]
    assert given_to(SELLER, replace(BUYER, mapped_since_ms=None)) == ["seller"]


def test_of_whom_nothing_is_said_but_that_the_car_streams_keeps_its_data() -> None:
    assert given_to(replace(SELLER, mapping=None, mapped_since_ms=None), BUYER) == ["seller", "buyer"]
