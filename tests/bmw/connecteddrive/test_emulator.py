"""The portal's SDK against the emulator, which speaks from the facts alone: sign-in, cars, state, commands, faults."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.bmw.conftest import Cloud, CloudMaker, MemoryTokens

from bimmerhub.bmw.car_commands.commands import CommandProgress
from bimmerhub.bmw.connecteddrive import App, BmwLogin, ConnectedDrive, Endpoints, RemoteCode, Vehicle
from bimmerhub.bmw.connecteddrive.catalogue import CATALOGUE
from bimmerhub.domain.command_order import TextMessage
from bimmerhub.domain.state import VehicleState
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError, SignInRequired

REDIRECT = "https://portal.example/dispatch.html"


@dataclass
class Drive:
    """The emulator, and the portal's SDK beside it."""

    cloud: Cloud
    sdk: ConnectedDrive

    async def car(self, drive_train: str) -> Vehicle:
        cars = await self.sdk.fetch_vehicles()
        return next(car for car in cars if car.info.drive_train == drive_train)

    def truth(self, car: Vehicle) -> Any:
        return self.cloud.emulator.garage.truth(car.vin)

    def switch_on(self, fault: str, **options: Any) -> None:
        self.cloud.emulator.faults.switch_on(FaultSwitch(name=fault, **options))


@asynccontextmanager
async def driving(make_cloud: CloudMaker, **settings: Any) -> AsyncIterator[Drive]:
    async with make_cloud(**settings) as cloud:
        info = cloud.emulator.info
        endpoints = Endpoints(
            country="Germany",
            countries_url=info.base_url,
            auth_url=info.base_url,
            ca_file=Path(info.ca_file),
            app=App(client_id="page", redirect_uri=REDIRECT),
        )
        login = BmwLogin(username=info.user, password=info.password)
        sdk = ConnectedDrive(
            tokens=MemoryTokens(), endpoints=endpoints, login=login, session=cloud.session, clock=cloud.clock
        )
        async with sdk:
            yield Drive(cloud=cloud, sdk=sdk)


@pytest.fixture
async def drive(make_cloud: CloudMaker) -> AsyncIterator[Drive]:
    async with driving(make_cloud) as made:
        yield made


async def states(life: AsyncIterator[CommandProgress]) -> list[str]:
    return [str(progress.state) async for progress in life]


async def test_everything_of_every_car_is_read(drive: Drive) -> None:
    cars = await drive.sdk.fetch_vehicles()
    assert [car.info.drive_train for car in cars] == ["BEV", "PHEV", "CONV"]
    for car in cars:
        dynamic, truth = await car.fetch_dynamic(), drive.truth(car)
        assert dynamic.attributes.odometer_km == pytest.approx(truth.odometer_km, abs=1)
        assert (await car.fetch_limited()).attributes.odometer_km == dynamic.attributes.odometer_km
        assert (await car.fetch_specs()).sheet.top_speed_kmh == truth.equipment.figures.top_speed_kmh
        assert (await car.fetch_services())[0].services
        assert (await car.fetch_service_partner()).dealer.name == truth.equipment.dealer.name
        assert (await car.fetch_image()).startswith(b"\x89PNG")
        assert await car.fetch_history() == ()
    countries = await drive.sdk.fetch_countries()
    assert "Germany" in {country.name for country in countries}


async def test_battery_of_an_electric_car(drive: Drive) -> None:
    car = await drive.car("BEV")
    truth = drive.truth(car)
    assert (await car.fetch_dynamic()).attributes.soc_percent == round(truth.levels.soc_percent)
    assert (await car.fetch_navigation()).soc_max_kwh == pytest.approx(truth.service.battery.usable_kwh, abs=0.1)
    assert (await car.fetch_efficiency()).efficiency_quotient == round(truth.last_trip.manner.efficiency * 100)


async def test_readings_make_the_state(drive: Drive) -> None:
    for car in await drive.sdk.fetch_vehicles():
        decoded = await car.fetch_readings()
        assert decoded.refused == ()
        assert {reading.descriptor for reading in decoded.readings} <= CATALOGUE.keys()
        state = VehicleState()
        state.fold(decoded.readings)
        signals, truth = state.signals(), drive.truth(car)
        assert {signal.not_understood for signal in signals.values()} == {None}
        assert signals["odometer_km"].value == pytest.approx(truth.odometer_km, abs=1)
        assert signals["lock_state"].value == truth.lock.value.lower()
        assert signals["last_trip_ended"].value is not None


@pytest.mark.parametrize("fault", ["dynamic-control-characters", "dynamic-empty"])
async def test_odd_bodies_of_the_state(drive: Drive, fault: str) -> None:
    car = await drive.car("BEV")
    drive.switch_on(fault)
    decoded = await car.fetch_readings()
    assert decoded.refused == ()
    assert bool(decoded.readings) == (fault != "dynamic-empty")


async def test_command_changes_the_car(drive: Drive) -> None:
    car = await drive.car("BEV")
    drive.switch_on("car-slow")
    life = [progress async for progress in car.unlock()]
    assert [str(progress.state) for progress in life] == ["sending", "pending", "delivered", "executed"]
    assert (await car.fetch_dynamic()).attributes.door_lock_state == "UNLOCKED"
    [past] = await car.fetch_history()
    assert (past.code, past.status) == (RemoteCode.DOOR_UNLOCK, "SUCCESS")
    assert (await car.fetch_execution()).event_id == life[-1].event_id


async def test_charging_profile_is_read_changed_and_written_back(drive: Drive) -> None:
    car = await drive.car("PHEV")
    profile = await car.fetch_charging_profile()
    changed = profile.with_timer("timer_1", departure_time="05:55", is_enabled=True)
    assert (await states(car.set_charging_profile(changed)))[-1] == "executed"
    assert await car.fetch_charging_profile() == changed


async def test_charge_now_wants_a_plug(drive: Drive) -> None:
    car = await drive.car("BEV")
    assert not drive.truth(car).plug.is_plugged
    with pytest.raises(BmwRefused, match="nothing is plugged in"):
        await states(car.charge_now())
    with pytest.raises(BmwRefused, match="driveTrain"):
        await states((await drive.car("CONV")).charge_now(force=False))
    assert await car.fetch_history() == ()


async def test_british_car_has_no_horn_and_two_timers(make_cloud: CloudMaker) -> None:
    async with driving(make_cloud, accounts=(EmulatedAccount(models=("330e-gb",)),)) as drive:
        car = await drive.sdk.fetch_vehicle()
        with pytest.raises(BmwRefused, match="RHB"):
            await states(car.blow_horn())
        assert car.info.steering == "RIGHT"
        assert (await car.fetch_charging_profile()).shape == "twoTimeTimer"
        dynamic, truth = await car.fetch_dynamic(), drive.truth(car)
        assert dynamic.raw["unitOfLength"] == "mls"
        assert dynamic.attributes.odometer_km == pytest.approx(truth.odometer_km, abs=2)
        state = VehicleState()
        state.fold((await car.fetch_readings()).readings)
        assert state.signals()["odometer_km"].value == pytest.approx(truth.odometer_km, abs=2)


async def test_message_arrives(drive: Drive) -> None:
    car = await drive.car("BEV")
    assert (await states(car.send_message(TextMessage(subject="Hello", text="World"))))[-1] == "executed"
    drive.cloud.clock.advance(minutes=1)
    [message] = await drive.sdk.fetch_messages()
    assert (message.vin, message.subject, message.message) == (car.vin, "Hello", "World")


@pytest.mark.parametrize(
    ("fault", "last"), [("command-not-executed", "not_executed"), ("command-times-out", "not_executed")]
)
async def test_commands_that_fail(drive: Drive, fault: str, last: str) -> None:
    car = await drive.car("BEV")
    drive.switch_on(fault)
    assert (await states(car.lock()))[-1] == last


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("portal-gone", BmwRefused),
        ("older-403", BmwRefused),
        ("older-500", BmwUnavailable),
        ("older-503", BmwUnavailable),
        ("older-not-json", BmwUnavailable),
        ("older-tokens-refused", SignInRequired),
        ("mobile-access-disabled", BmwRefused),
        ("vehicle-unavailable", BmwUnavailable),
        ("account-locked", BmwRefused),
    ],
)
async def test_faults_are_told_by_what_to_do_next(drive: Drive, fault: str, error: type[Exception]) -> None:
    car = await drive.car("BEV")
    drive.switch_on(fault)
    with pytest.raises(error):
        await car.fetch_dynamic()


async def test_refusal_with_200_is_a_refusal(drive: Drive) -> None:
    car = await drive.car("CONV")
    drive.switch_on("portal-error-as-200")
    with pytest.raises(BmwRefused) as refused:
        await car.fetch_charging_profile()
    assert "404" in str(refused.value) or refused.value.code == "404"


async def test_wrong_password(drive: Drive) -> None:
    with pytest.raises(BmwRefused) as refused:
        await drive.sdk.sign_in(BmwLogin(username="anna@example.com", password="wrong"))
    assert refused.value.hint


async def test_variables_of_the_old_charge_logger_are_enough(drive: Drive) -> None:
    info = drive.cloud.emulator.info
    car = await drive.car("BEV")
    endpoints = Endpoints.from_variables(
        {
            "CONNECTED_DRIVE_BASE_URL": f"{info.base_url}/api/",
            "AUTH_BASE_URL": f"{info.base_url}/gcdm/oauth/authenticate",
            "AUTH_CLIENT_ID": "page",
            "AUTH_REDIRECT_URI": REDIRECT,
        }
    )
    login = BmwLogin(username=info.user, password=info.password)
    async with ConnectedDrive(tokens=MemoryTokens(), endpoints=endpoints, login=login) as portal:
        state = await (await portal.fetch_vehicle(car.vin)).fetch_dynamic()
    assert state.attributes.soc_percent == (await car.fetch_dynamic()).attributes.soc_percent


async def test_country_of_nobody(drive: Drive) -> None:
    info = drive.cloud.emulator.info
    endpoints = Endpoints(country="Germony", countries_url=info.base_url, auth_url=info.base_url)
    async with ConnectedDrive(tokens=MemoryTokens(), endpoints=endpoints) as portal:
        with pytest.raises(ConfigError) as unknown:
            await portal.fetch_vehicles()
    assert unknown.value.hint == "Did you mean Germany?"


async def test_server_that_lags_ends_no_command(drive: Drive) -> None:
    car = await drive.car("PHEV")
    assert (await states(car.flash_lights()))[-1] == "executed"
    await drive.cloud.clock.sleep(10)
    drive.switch_on("command-lags")
    assert (await states(car.lock()))[-1] == "executed"
