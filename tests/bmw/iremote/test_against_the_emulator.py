"""i Remote's SDK against the emulator, which was written from the facts by itself: its cars do what they are told."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
from tests.bmw.conftest import Cloud, CloudMaker, MemoryTokens

from bimmerhub.bmw.car_commands.capabilities import NOT_CAPABLE
from bimmerhub.bmw.car_commands.commands import CommandKind, CommandProgress
from bimmerhub.bmw.iremote import (
    STOP_CLIMATE,
    App,
    AppKey,
    BmwLogin,
    Endpoints,
    IRemote,
    PointOfInterest,
    RsCode,
    RsDetail,
    RsStatus,
    TextMessage,
    Vehicle,
)
from bimmerhub.bmw.iremote.endpoints import IMPLICIT_PATH, OLD_SCOPES, OLD_TOKEN_PATH
from bimmerhub.bmw.iremote.range_map import to_geojson
from bimmerhub.bmw.iremote.words import LockWord, PositionStatus
from bimmerhub.domain.state import VehicleState
from bimmerhub.emulator.control.truth_json import truth_to_json
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, RateLimited, SignInRequired


@dataclass
class Account:
    """An account at the emulator, and the SDK that has signed in to it."""

    cloud: Cloud
    iremote: IRemote

    async def car(self, brand: str = "BMW_I") -> Vehicle:
        return next(car for car in await self.iremote.fetch_vehicles() if car.info.brand == brand)

    def break_with(self, name: str, *, value: float | None = None, times: int | None = None) -> None:
        self.cloud.emulator.faults.switch_on(FaultSwitch(name=name, value=value, times=times))


def sdk(cloud: Cloud, changes: Mapping[str, object] | None = None, *, password: str | None = None) -> IRemote:
    info = cloud.emulator.info
    app = App(
        key=AppKey(key="any", secret="any"), client_id="any", redirect_uri="https://www.example.org/dispatch.html"
    )
    settings = {"api_url": info.base_url, "auth_url": info.base_url, "app": app, **(changes or {})}
    return IRemote(
        tokens=MemoryTokens(),
        endpoints=Endpoints(**settings),  # type: ignore[arg-type] # names and values of the dataclass
        login=BmwLogin(username=info.user, password=password or info.password),
        session=cloud.session,
        clock=cloud.clock,
    )


@pytest.fixture
async def account(make_cloud: CloudMaker) -> AsyncIterator[Account]:
    async with make_cloud() as cloud, sdk(cloud) as iremote:
        yield Account(cloud=cloud, iremote=iremote)


async def states(life: AsyncIterator[CommandProgress]) -> list[str]:
    return [str(progress.state) async for progress in life]


async def test_everything_that_it_tells_is_read(account: Account) -> None:
    car = await account.car()
    decoded = await car.fetch_readings()
    assert decoded.refused == ()
    state = VehicleState()
    state.fold(decoded.readings)
    signals = state.signals()
    assert {signal.not_understood for signal in signals.values()} == {None}
    assert signals["soc_percent"].value == (await car.fetch_status()).soc_percent
    assert state.position() is not None
    assert (await car.fetch_last_trip()).distance_km is not None
    assert (await car.fetch_all_trips()).battery_capacity_wh is not None
    assert to_geojson(await car.fetch_range_map())["features"]
    assert (await car.fetch_navigation()).soc_max_kwh is not None
    assert len((await car.fetch_navigation()).curve("eco") or ()) == 11
    assert (await car.fetch_efficiency()).efficiency_quotient is not None
    assert (await car.fetch_dynamic()).attributes.soc_percent == signals["soc_percent"].value
    assert (await car.fetch_image()).startswith(b"\x89PNG")


async def test_three_days_of_every_car_are_told_as_they_are(account: Account) -> None:
    """What a car tells may be as old as its last report: what stands still since then has to be as it is."""
    compared = 0
    states = {car.vin: VehicleState() for car in await account.iremote.fetch_vehicles()}
    for _ in range(44):
        account.cloud.clock.advance(minutes=97)
        for car in await account.iremote.fetch_vehicles():
            decoded = await car.fetch_readings(near=position_of(account, car))
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


def position_of(account: Account, car: Vehicle) -> tuple[float, float]:
    truth = account.cloud.emulator.garage.truth(car.vin)
    return truth.latitude_deg, truth.longitude_deg


async def test_car_is_unlocked_and_locked(account: Account) -> None:
    car = await account.car()
    assert (await states(car.unlock()))[-1] == "executed"
    assert (await car.fetch_status()).door_lock_state is LockWord.UNLOCKED
    assert (await states(car.lock()))[-1] == "executed"
    assert (await car.fetch_status()).door_lock_state is LockWord.LOCKED
    assert [past.service_type for past in await car.fetch_history()] == ["DOOR_LOCK", "DOOR_UNLOCK"]


async def test_charging_profile_is_changed(account: Account) -> None:
    car = await account.car()
    changed = (await car.fetch_charging_profile()).with_timer("timer_2", departure_time="09:45", is_enabled=True)
    assert (await states(car.set_charging_profile(changed)))[-1] == "executed"
    assert await car.fetch_charging_profile() == changed


async def test_lights_climate_and_a_destination(account: Account) -> None:
    car = await account.car()
    for life in (car.flash_lights(count=2), car.start_climate(), car.find()):
        assert (await states(life))[-1] == "executed"
    poi = PointOfInterest(latitude_deg=48.1, longitude_deg=11.5, name="Werk")
    assert await states(car.send_poi(poi)) == ["sending", "executed"]
    assert await states(car.send_message(TextMessage(subject="Hello", text="World"))) == ["sending", "executed"]


async def test_car_without_a_traction_battery_is_not_told_to_charge(account: Account) -> None:
    car = await account.car("MINI")
    with pytest.raises(BmwRefused, match="driveTrain CONV") as caught:
        await states(car.charge_now())
    assert (caught.value.code, caught.value.note) == (NOT_CAPABLE, "driveTrain")


async def test_secret_answer(account: Account) -> None:
    account.break_with("secret-wanted")
    car = await account.car()
    with pytest.raises(BmwRefused) as caught:
        await states(car.unlock())
    assert caught.value.code == "A-2013"


@pytest.mark.parametrize(
    ("fault", "end"), [("command-not-executed", "not_executed"), ("command-times-out", "timed_out")]
)
async def test_ends_of_commands(account: Account, fault: str, end: str) -> None:
    account.break_with(fault)
    assert (await states((await account.car()).lock()))[-1] == end


async def test_server_that_lags_ends_no_command(account: Account) -> None:
    car = await account.car()
    assert (await states(car.lock()))[-1] == "executed"
    account.break_with("command-lags")
    assert (await states(car.lock()))[-1] == "executed"


async def test_server_panic_on_the_way(account: Account) -> None:
    account.break_with("service-status-i300", times=3)
    assert (await states((await account.car()).lock()))[-1] == "executed"
    account.break_with("service-status-missing", times=2)
    assert (await states((await account.car()).lock()))[-1] == "executed"


async def test_profile_with_a_comma_too_many(account: Account) -> None:
    car = await account.car("BMW")
    profile = await car.fetch_charging_profile()
    account.break_with("two-times-timer-not-json")
    assert await car.fetch_charging_profile() == profile


@pytest.mark.parametrize("fault", ["vehicles-as-list", "vehicles-as-one"])
async def test_shapes_of_the_vehicle_list(account: Account, fault: str) -> None:
    account.break_with(fault)
    assert len(await account.iremote.fetch_vehicles()) >= 1


async def test_old_car_tells_its_position_to_who_is_near(account: Account) -> None:
    car = await account.car("BMW")
    position = (await car.fetch_status()).position
    assert position is not None
    assert position.latitude_deg is not None
    assert position.longitude_deg is not None
    account.break_with("too-far-away", value=1.0)
    afar = (await car.fetch_status(near=(0.0, 0.0))).position
    assert afar is not None
    assert (afar.status, afar.latitude_deg) == (PositionStatus.TOO_FAR_AWAY, None)
    near = (await car.fetch_status(near=(position.latitude_deg, position.longitude_deg))).position
    assert near == position


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("older-500", BmwUnavailable),
        ("older-503", BmwUnavailable),
        ("older-403", BmwRefused),
        ("older-not-json", BmwUnavailable),
        ("mobile-access-disabled", BmwRefused),
        ("vehicle-unavailable", BmwUnavailable),
        ("account-locked", BmwRefused),
        ("too-many-requests", RateLimited),
        ("older-tokens-refused", SignInRequired),
        ("iremote-gone", BmwRefused),
    ],
)
async def test_bad_days(account: Account, fault: str, kind: type[BimmerhubError]) -> None:
    car = await account.car()
    account.break_with(fault)
    with pytest.raises(kind):
        await car.fetch_status()


async def test_wrong_password_is_refused_once(make_cloud: CloudMaker) -> None:
    async with make_cloud() as cloud, sdk(cloud, password="wrong") as iremote:
        for _ in range(2):
            with pytest.raises(SignInRequired):
                await iremote.fetch_vehicles()


@pytest.mark.parametrize(
    "changes",
    [
        {"token_path": OLD_TOKEN_PATH},
        {"token_path": "/gcdm/oauth/token", "scopes": OLD_SCOPES},
        {"grant": "implicit", "token_path": IMPLICIT_PATH},
    ],
)
async def test_ways_to_sign_in(make_cloud: CloudMaker, changes: dict[str, object]) -> None:
    async with make_cloud() as cloud, sdk(cloud, changes) as iremote:
        assert await iremote.fetch_vehicles()
        cloud.clock.advance(minutes=10 * 60)  # past the life of any of their tokens
        assert await iremote.fetch_vehicles()


async def test_commands_by_rsapi(account: Account) -> None:
    car = await account.car()
    for code in (RsCode.DOOR_LOCK, RsCode.LIGHT_FLASH, RsCode.CLIMATE_NOW):
        life = [progress async for progress in car.execute_rs(code)]
        assert str(life[-1].state) == "executed", code
        event = await car.fetch_rs_state()
        assert (event.code, event.status, event.detail) == (code, RsStatus.EXECUTED, RsDetail.CAR_ANSWERED)
        assert event.created_at is not None
        assert life[-1].event_id == event.event_id
    stopped = [progress async for progress in car.execute_rs(RsCode.CLIMATE_NOW, STOP_CLIMATE)]
    assert (stopped[-1].kind, str(stopped[-1].state)) == (CommandKind.CLIMATE_STOP, "executed")
    assert str(account.cloud.emulator.garage.truth(car.vin).lock).lower() in {"locked", "secured"}


async def test_twins_of_the_portals_calls(account: Account) -> None:
    car = await account.car()
    assert (await car.fetch_limited()).attributes.odometer_km is not None
    assert car.vin in (await account.iremote.rest.fetch_mapping()).decode()
    receipt = await account.iremote.rest.send_myinfo(car.vin, subject="Hello", text="World")
    assert b"OK" in receipt
    assert (await account.iremote.rest.fetch_messages()).startswith(b"[")
