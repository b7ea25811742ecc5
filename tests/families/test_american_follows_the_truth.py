"""What My Garage and the dealers' stock tell of a car follows its truth, as the SDKs read it over HTTP.

One value is changed at a time: of all answers about the car exactly the fields change that tell it.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from aiohttp import ClientSession
from tests.bmw.answer_fields import flat, without_numbers
from tests.bmw.conftest import HastyClock, MemoryTokens
from tests.emulated import emulator_settings
from tools.families.american_facts import MY_GARAGE, STOCK, AnswerFields
from tools.families.american_truth import BESIDE_AMERICAN_TOUCHES, GARAGE_TOUCHES, ORDER, STOCK_TOUCHES, WHICH
from tools.families.truth import with_value

from bimmerhub.bmw.gcdm.by_password import BmwLogin
from bimmerhub.bmw.inventory import Endpoints as StockEndpoints
from bimmerhub.bmw.inventory import Inventory, Storefront
from bimmerhub.bmw.inventory import wire as stock_wire
from bimmerhub.bmw.mygarage import Endpoints, MyGarage, SiteApp, wire
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.ids import Vin

NOON_MS = 1_785_153_600_000  # 2026-07-27T12:00:00Z
FEATURES = {"target": "/mybmw/resources/vehicleprofile/getvehicleFeatures"}
GARAGE_DECODERS: Mapping[str, Callable[[bytes], object]] = {
    "features": wire.decode_features,
    "recalls": wire.decode_recalls,
    "warranty": wire.decode_warranty,
    "links": wire.decode_links,
    "order": wire.decode_cars,
    "pictures": wire.decode_pictures,
}
STOCK_DECODERS: Mapping[str, Callable[[bytes], object]] = {
    "vehicle": stock_wire.decode_page,
    "minis": stock_wire.decode_minis,
    "new-vehicles": stock_wire.decode_new_page,
}
GARAGE_FACTS = {answer.name: answer for answer in MY_GARAGE}
STOCK_FACTS = {answer.name: answer for answer in STOCK}
Values = dict[str, tuple[object, ...]]


def values_of(answer: AnswerFields, model: object) -> Values:
    """Return the values that the SDK has of an answer's fields, by answer and field; of a list those of all items."""
    values: dict[str, list[object]] = {}
    for name, value in flat(model).items():
        values.setdefault(without_numbers(name), []).append(value)
    return {
        f"{answer.name}.{field}": tuple(values.get(path, ())) for field, path in answer.fields.items() if path in values
    }


@dataclass
class American:
    """An owner and a shopper at one emulator."""

    emulator: Emulator
    garage: MyGarage
    stock: Inventory

    async def ask_garage(self, car: int) -> Values:
        """Return all that is told of a car of the garage, by its place there; the last one is on its way."""
        listed = (await self.garage.fetch_vehicles())[car]
        vin = Vin(listed.vin) if listed.vin else None
        profile = f"/bmw-us/profile/{listed.production_number}-{vin or 'null'}"
        calls: dict[str, tuple[str, dict[str, object]]] = {
            "links": ("service-forward", {"target": f"{profile}/core"}),
            "order": ("service-forward", {"target": f"{profile}/track"}),
            "pictures": ("service-forward", {"target": f"{profile}/features-and-options/images"}),
        }
        if vin is not None:
            calls |= {
                "features": ("forward", {**FEATURES}),
                "recalls": ("get-recalls", {}),
                "warranty": ("warranty", {}),
            }
        told: Values = {}
        for name, (operation, params) in calls.items():
            body = await self.garage.rest.call(operation, params, vin=vin)
            told |= values_of(GARAGE_FACTS[name], GARAGE_DECODERS[name](body))
        return told

    async def ask_stock(self) -> Values:
        """Return all that is told of a stock of three cars: a used BMW, a new one, and a MINI."""
        told: Values = {}
        for name, decode in STOCK_DECODERS.items():
            params = {"zip_code": "90210"} if name == "new-vehicles" else {}
            told |= values_of(STOCK_FACTS[name], decode(await self.stock.rest.call(name, params)))
        return told


def moved(before: Values, after: Values) -> set[str]:
    return {field for field in before.keys() | after.keys() if before.get(field) != after.get(field)}


@pytest.fixture
async def american(session: ClientSession) -> AsyncIterator[American]:
    settings = emulator_settings(http_port=0, mqtt_port=0, speed=0.0, now_ms=NOON_MS)
    async with Emulator(settings) as emulator:
        info = emulator.info
        shared: dict[str, Any] = {"session": session, "clock": HastyClock(emulator.clock)}
        endpoints = Endpoints.all_at(info.base_url, app=SiteApp(client_id="any"))
        login = BmwLogin(username=info.user, password=info.password)
        storefront = Storefront(username="any", password="any")
        stock_endpoints = StockEndpoints.all_at(info.base_url)
        async with (
            MyGarage(tokens=MemoryTokens(), endpoints=endpoints, login=login, **shared) as garage,
            Inventory(storefront=storefront, endpoints=stock_endpoints, **shared) as stock,
        ):
            yield American(emulator, garage, stock)


async def test_each_value_of_an_owned_car_moves_its_fields_and_no_other(american: American) -> None:
    before = await american.ask_garage(0)
    vin = Vin(american.emulator.info.vehicles[0].vin)
    for touch in GARAGE_TOUCHES:
        american.emulator.account_vehicles.retouches[vin] = partial(with_value, path=touch.path, value=touch.value)
        after = await american.ask_garage(0)
        assert moved(before, after) == touch.moves, touch.path
        assert {field: after[field][0] for field in touch.reads} == touch.reads, touch.path


async def test_each_value_of_a_car_in_stock_moves_its_fields_and_no_other(american: American) -> None:
    parts = american.emulator._cloud.inventory
    near = stock_wire.decode_minis(await american.stock.rest.call("minis")).vehicles[0].vin
    used, new = parts.used_bmws[0], next(car for car in parts.bmws if car.is_new)
    stock = (used, new, next(car for car in parts.stock if car.vin == near))
    parts.stock = stock
    before = await american.ask_stock()
    for touch in STOCK_TOUCHES:
        parts.stock = with_value(stock, touch.path, touch.value)
        after = await american.ask_stock()
        assert moved(before, after) == touch.moves, touch.path
        assert {field: after[field][0] for field in touch.reads} == touch.reads, touch.path


async def test_cars_are_told_apart(american: American) -> None:
    """The first car is electric, the second has an engine."""
    first, second = await american.ask_garage(0), await american.ask_garage(1)
    apart = {name for name, proof in BESIDE_AMERICAN_TOUCHES.items() if proof == WHICH}
    assert apart <= moved(first, second)
    motor = "warranty.vinResponse.vehicle.motorType"
    assert (first[motor], second[motor]) == (("ELECTRIC",), ("COMBUSTION",))
    cars = american.emulator.garage.cars
    for told, car in ((first, cars[0]), (second, cars[1])):
        assert (told["recalls.vin"], told["recalls.model"]) == ((car.vin,), (car.model_name,))
        assert told["warranty.vinResponse.vehicle.vin"] == told["order.vin"] == (car.vin,)


async def test_order_is_told_as_it_stands(american: American) -> None:
    """The last car of the garage is on its way; before production begins it has no VIN."""
    faults, told = american.emulator.faults, []
    for status in (111, 152):
        faults.switch_on(FaultSwitch(name="order-status", value=status))
        told.append(await american.ask_garage(-1))
    accepted, painted = told
    fields = {name for name, proof in BESIDE_AMERICAN_TOUCHES.items() if proof == ORDER}
    assert fields <= moved(accepted, painted)
    assert (accepted["order.orderStatusCode"], painted["order.orderStatusCode"]) == ((111,), (152,))
    assert (accepted["order.vin"], accepted["order.prodDate"]) == ((None,), (None,))
    assert painted["order.overHeadMessage"] == ("The car is being painted",)


async def test_recalls_are_told_once_they_are_open(american: American) -> None:
    before = await american.ask_garage(0)
    american.emulator.faults.switch_on(FaultSwitch(name="recalls-open", value=2))
    after = await american.ask_garage(0)
    assert moved(before, after) == {"recalls.recalls_available", "recalls.number_of_recalls"}
    assert (after["recalls.recalls_available"], after["recalls.number_of_recalls"]) == ((True,), (2,))
    american.emulator.clock.jump(by_ms=86_400_000)
    assert "recalls.refresh_date" in moved(after, await american.ask_garage(0))
    unknown = wire.decode_recalls(await american.garage.rest.call("get-recalls", {}, vin=Vin("WBA00000000Z99999")))
    assert (after["recalls.status"], unknown.is_known) == ((True,), False)


def test_proofs_are_of_fields() -> None:
    for answers, touches, besides in ((MY_GARAGE, GARAGE_TOUCHES, BESIDE_AMERICAN_TOUCHES), (STOCK, STOCK_TOUCHES, {})):
        fields = {f"{answer.name}.{field}" for answer in answers for field in answer.fields}
        assert {field for touch in touches for field in touch.moves} | besides.keys() <= fields
