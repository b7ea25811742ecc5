"""The MyBMW app's SDK against the emulator, which was written from the facts by itself: its cars obey."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from tests.bmw.conftest import Cloud, CloudMaker, MemoryTokens

from bimmerhub.bmw.car_commands.capabilities import NOT_CAPABLE
from bimmerhub.bmw.car_commands.commands import CommandProgress
from bimmerhub.bmw.gateway_refusals import BLOCKED, WRONG_KEY
from bimmerhub.bmw.mybmw import (
    App,
    BmwLogin,
    BrandApp,
    ChargingProfileOrder,
    ChargingSettingsOrder,
    Endpoints,
    Generation,
    MyBmw,
    PointOfInterest,
    Region,
    SolvedSlider,
    Vehicle,
)
from bimmerhub.bmw.mybmw.words import ImageView, LockWord
from bimmerhub.bmw.mygarage import MyGarage
from bimmerhub.bmw.mygarage.endpoints import Endpoints as GarageEndpoints
from bimmerhub.bmw.mygarage.endpoints import SiteApp
from bimmerhub.domain.state import VehicleState
from bimmerhub.emulator.control.truth_json import truth_to_json
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.errors import BimmerhubError, BmwRefused, RateLimited, SignInRequired

EVERY_BRAND = tuple(BrandApp)


@dataclass
class Account:
    """An account at the emulator, and the SDK that has signed in to it."""

    cloud: Cloud
    mybmw: MyBmw
    store: MemoryTokens

    async def car(self, chassis: str | None = None) -> Vehicle:
        cars = await self.mybmw.fetch_vehicles()
        return next(car for car in cars if chassis in (None, car.info.profile and car.info.profile.chassis))

    def break_with(self, name: str, *, value: float | None = None, times: int | None = None) -> None:
        self.cloud.emulator.faults.switch_on(FaultSwitch(name=name, value=value, times=times))


def sdk(cloud: Cloud, store: MemoryTokens, changes: Mapping[str, object] | None = None) -> MyBmw:
    app = App(subscription_key="any", version="4.9.2(36892)", build="AP2A.240605.024")
    settings = {"api_url": cloud.emulator.info.base_url, "app": app, "brands": EVERY_BRAND, **(changes or {})}
    return MyBmw(
        tokens=store,
        endpoints=Endpoints(**settings),  # type: ignore[arg-type] # names and values of the dataclass
        session=cloud.session,
        clock=cloud.clock,
    )


def login(cloud: Cloud, *, password: str | None = None) -> BmwLogin:
    info = cloud.emulator.info
    return BmwLogin(username=info.user, password=password or info.password)


@pytest.fixture
async def account(make_cloud: CloudMaker) -> AsyncIterator[Account]:
    store = MemoryTokens()
    async with make_cloud() as cloud, sdk(cloud, store) as mybmw:
        await mybmw.sign_in(login(cloud), captcha="solved")
        yield Account(cloud=cloud, mybmw=mybmw, store=store)


async def states(life: AsyncIterator[CommandProgress]) -> list[str]:
    return [str(progress.state) async for progress in life]


async def test_everything_that_it_tells_is_read(account: Account) -> None:
    for car in await account.mybmw.fetch_vehicles():
        assert car.info.model
        decoded = await car.fetch_readings()
        assert decoded.refused == ()
        state = VehicleState()
        state.fold(decoded.readings)
        signals = state.signals()
        assert {name: signal.not_understood for name, signal in signals.items() if signal.not_understood} == {}
        told = await car.fetch_state()
        assert told.updated_at is not None
        if "soc_percent" in signals:
            assert signals["soc_percent"].value == told.soc_percent
        assert (await car.fetch_image(view=ImageView.SIDE_LEFT)).startswith(b"\x89PNG")


async def test_three_days_of_every_car_are_told_as_they_are(account: Account) -> None:
    """What a car tells may be as old as its last report: what stands still since then has to be as it is."""
    compared = 0
    cars = await account.mybmw.fetch_vehicles()
    states = {car.vin: VehicleState() for car in cars}
    for _ in range(44):
        account.cloud.clock.advance(minutes=97)
        for car in cars:
            decoded = await car.fetch_readings()
            assert decoded.refused == ()
            states[car.vin].fold(decoded.readings)
            signals = states[car.vin].signals()
            assert {name for name, signal in signals.items() if signal.not_understood is not None} == set()
            truth = truth_to_json(account.cloud.emulator.garage.truth(car.vin))
            open_names = list(map(str, truth["open"])) if isinstance(truth["open"], list) else []
            if truth["is_driving"] or truth["is_charging"]:
                continue
            compared += 1
            assert signals["odometer_km"].value == pytest.approx(truth["odometer_km"], abs=1)
            assert signals["lock_state"].value == str(truth["lock"]).lower()
            if truth["soc_percent"] is not None:
                assert signals["soc_percent"].value == pytest.approx(truth["soc_percent"], abs=3)
                assert signals["is_plugged_in"].value == truth["is_plugged_in"]
            if truth["fuel_l"] is not None:
                assert signals["fuel_l"].value == pytest.approx(truth["fuel_l"], abs=1)
            assert signals["is_any_door_open"].value == any("door" in name for name in open_names)
            assert signals["latitude_deg"].value == pytest.approx(truth["latitude_deg"], abs=1e-4)
    assert compared > 60


@pytest.mark.parametrize("generation", [Generation.V2, Generation.V4, Generation.V5])
async def test_versions_of_the_interface(account: Account, generation: Generation) -> None:
    if generation is Generation.V2:
        account.break_with("era", value=2022)
    async with sdk(account.cloud, account.store, {"generation": generation}) as mybmw:
        for car in await mybmw.fetch_vehicles():
            assert car.info.profile is not None
            assert (await car.fetch_readings()).refused == ()
            assert (await car.fetch_state()).odometer_km is not None
            assert (await car.fetch_image()).startswith(b"\x89PNG")


@pytest.mark.parametrize(("password", "captcha"), [("wrong", "solved"), (None, None)])
async def test_wrong_password_and_missing_captcha(
    make_cloud: CloudMaker, password: str | None, captcha: str | None
) -> None:
    store = MemoryTokens()
    async with make_cloud() as cloud, sdk(cloud, store) as mybmw:
        cloud.emulator.faults.switch_on(FaultSwitch(name="era", value=2024))
        with pytest.raises(BmwRefused) as caught:
            await mybmw.sign_in(login(cloud, password=password), captcha=captcha)
    assert caught.value.code == "invalid_client"
    assert store.saved == []


async def test_tokens_rotate_and_a_spent_one_needs_a_person(account: Account) -> None:
    first = account.store.saved[-1]
    account.cloud.clock.advance(minutes=9 * 60)
    assert await account.mybmw.fetch_vehicles()
    newest = account.store.saved[-1]
    assert newest.refresh_token != first.refresh_token
    assert newest.gcid == first.gcid
    stale = MemoryTokens()
    stale.saved.append(first)
    async with sdk(account.cloud, stale) as other:
        with pytest.raises(SignInRequired):
            await other.fetch_vehicles()


@pytest.mark.parametrize(
    ("fault", "value", "kind", "attribute", "expected"),
    [
        ("app-blocked", None, BmwRefused, "code", BLOCKED),
        ("app-quota", 0.0, RateLimited, "retry_after_s", None),
        ("app-rate-limit", 3.0, RateLimited, "retry_after_s", 3.0),
    ],
)
async def test_gateway_refuses(
    account: Account, fault: str, value: float | None, *, kind: type[BimmerhubError], attribute: str, expected: object
) -> None:
    car = await account.car()
    account.break_with(fault, value=value)
    with pytest.raises(kind) as caught:
        await car.fetch_state()
    told = getattr(caught.value, attribute)
    assert told == expected if expected is not None else told > 60


async def test_refusals_with_status_200_are_refusals(account: Account) -> None:
    car = await account.car()
    account.break_with("app-error-as-200")
    account.break_with("app-blocked")
    with pytest.raises(BimmerhubError):
        await car.fetch_state()


async def test_unknown_key_is_told(make_cloud: CloudMaker) -> None:
    async with make_cloud() as cloud, sdk(cloud, MemoryTokens()) as mybmw:
        cloud.emulator.faults.switch_on(FaultSwitch(name="unknown-keys-refused"))
        with pytest.raises(BmwRefused) as caught:
            await mybmw.sign_in(login(cloud), captcha="solved")
        assert caught.value.code == WRONG_KEY


async def test_car_is_unlocked_and_locked(account: Account) -> None:
    car = await account.car()
    assert (await states(car.unlock()))[-1] == "executed"
    doors = (await car.fetch_state()).doors
    assert doors is not None
    assert doors.security is LockWord.UNLOCKED
    assert (await states(car.lock()))[-1] == "executed"
    doors = (await car.fetch_state()).doors
    assert doors is not None
    assert doors.security is LockWord.LOCKED


async def test_lights_climate_finder_and_a_destination(account: Account) -> None:
    car = await account.car()
    for life in (car.flash_lights(), car.start_climate(), car.stop_climate()):
        assert (await states(life))[-1] == "executed"
    found = [progress async for progress in car.find()][-1]
    assert str(found.state) == "executed"
    place = (await car.fetch_position(found.event_id or "")).place
    truth = account.cloud.emulator.garage.truth(car.vin)
    assert place is not None
    assert place.latitude_deg == pytest.approx(truth.latitude_deg, abs=1e-4)


async def test_charging_settings_and_profile_are_changed(account: Account) -> None:
    car = next(car for car in await account.mybmw.fetch_vehicles() if car.info.can_charge)
    assert (await states(car.set_charging_settings(ChargingSettingsOrder(target_percent=75))))[-1] == "executed"
    settings = await car.fetch_charging_settings()
    assert settings.settings is not None
    assert settings.settings.target_percent == 75
    order = ChargingProfileOrder.from_settings(settings)
    changed = msgspec.structs.replace(
        order, is_precondition_for_departure_active=not order.is_precondition_for_departure_active
    )
    assert (await states(car.set_charging_profile(changed)))[-1] == "executed"
    again = ChargingProfileOrder.from_settings(await car.fetch_charging_settings())
    assert again.is_precondition_for_departure_active == changed.is_precondition_for_departure_active


async def test_car_without_a_traction_battery_is_not_told_to_charge(account: Account) -> None:
    car = next(car for car in await account.mybmw.fetch_vehicles() if not car.info.can_charge)
    with pytest.raises(BmwRefused) as caught:
        await states(car.charge_now())
    assert caught.value.code == NOT_CAPABLE


async def test_version_1_tells_the_same(account: Account) -> None:
    newer = {car.vin: await car.fetch_state() for car in await account.mybmw.fetch_vehicles()}
    async with sdk(account.cloud, account.store, {"generation": Generation.V1}) as mybmw:
        for car in await mybmw.fetch_vehicles():
            decoded = await car.fetch_readings()
            assert decoded.refused == ()
            state = VehicleState()
            state.fold(decoded.readings)
            assert {name for name, signal in state.signals().items() if signal.not_understood is not None} == set()
            told, other = await car.fetch_state(), newer[car.vin]
            assert told.soc_percent == other.soc_percent
            assert told.odometer_km == pytest.approx(other.odometer_km, abs=1)
            assert told.doors is not None
            assert other.doors is not None
            assert told.doors.driver_front == other.doors.driver_front
            is_unlocked = [doors.security is LockWord.UNLOCKED for doors in (told.doors, other.doors)]
            assert is_unlocked[0] == is_unlocked[1]  # version 1 does not tell SECURED
            assert (await car.fetch_capabilities()).lock is not None
        [first, *_] = [one for brand in EVERY_BRAND for one in await mybmw.fetch_v1_vehicles(brand)]
        assert first.properties is not None


async def test_charging_history(account: Account) -> None:
    account.cloud.clock.advance(minutes=3 * 24 * 60)
    car = next(car for car in await account.mybmw.fetch_vehicles() if car.info.can_charge)
    statistics = await car.fetch_charging_statistics()
    assert statistics.consent == "OPT_IN_WITH_SESSIONS"
    assert statistics.statistics is not None
    sessions = [session async for session in car.charging_sessions()]
    assert len(sessions) == statistics.statistics.sessions
    assert sessions[0].energy_charged is not None
    assert msgspec.json.decode(await car.call("charging-session", session_id=sessions[0].id))


async def test_operations_without_a_model(account: Account) -> None:
    car = await account.car()
    for operation in ("sustainability", "sustainability-widget", "trips", "trip-statistics", "recalls", "demands"):
        assert msgspec.json.decode(await car.call(operation)) is not None
    assert await car.fetch_history() is not None


async def test_send_to_car(account: Account) -> None:
    poi = PointOfInterest(latitude_deg=48.1, longitude_deg=11.5, name="Werk")
    for generation in (Generation.V4, Generation.V5):
        async with sdk(account.cloud, account.store, {"generation": generation}) as mybmw:
            [car, *_] = await mybmw.fetch_vehicles()
            assert await states(car.send_poi(poi)) == ["sending", "executed"]


async def test_my_garage_takes_the_same_sign_in(account: Account) -> None:
    info, cloud = account.cloud.emulator.info, account.cloud
    async with MyGarage(
        tokens=account.store,
        endpoints=GarageEndpoints.all_at(info.base_url, app=SiteApp(client_id="any")),
        access=account.mybmw.tokens,
        session=cloud.session,
        clock=cloud.clock,
    ) as garage:
        mapping: Any = await garage.car(info.vehicles[0].vin).fetch_mapping()
    assert mapping["gcid"] == account.store.saved[-1].gcid


async def test_china(make_cloud: CloudMaker) -> None:
    store = MemoryTokens()
    china = {"region": Region.CHINA, "app": App(version="4.9.2(36892)", build="AP2A.240605.024")}
    async with make_cloud() as cloud, sdk(cloud, store, china) as mybmw:
        mobile = BmwLogin(username="8613800000000", password=cloud.emulator.info.password)
        slider = await mybmw.fetch_slider(mobile.username)
        assert slider.background_jpeg.startswith(b"\xff\xd8")
        position = cloud.emulator.identity.china.sliders.find(slider.verify_id).position
        tokens = await mybmw.sign_in(mobile, captcha=SolvedSlider(verify_id=slider.verify_id, position=position))
        cars = await mybmw.fetch_vehicles()
        assert [car.info.model for car in cars if car.info.model]
        location = (await cars[0].fetch_state()).location
        truth = cloud.emulator.garage.truth(cars[0].vin)
        assert location is not None
        assert location.coordinates is not None
        assert location.coordinates.latitude_deg == pytest.approx(truth.latitude_deg, abs=1e-4)
        cloud.clock.advance(minutes=60)
        assert await mybmw.fetch_vehicles()
        assert store.saved[-1].refresh_token != tokens.refresh_token
