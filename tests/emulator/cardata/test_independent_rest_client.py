"""A REST client that others wrote (PyPI `bmw-cardata`) reads every operation: a third reading of BMW's facts."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from bmw_cardata import CarDataClient, CarDataHTTPError
from bmw_cardata.models import CreateContainerRequest
from bmw_cardata.models.charging import ChargingSessionDto

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatorSettings

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

NOON = datetime(2026, 7, 27, 12, tzinfo=UTC)
ODOMETER = "vehicle.vehicle.travelledDistance"
BEV, PHEV, PETROL = range(3)


class Stranger:
    """The other client, signed in."""

    def __init__(self, program: "Program", rest: CarDataClient) -> None:
        self.emulator = program.emulator
        self.rest = rest

    def vin(self, car: int) -> str:
        return self.emulator.info.vehicles[car].vin


async def signed_in(program: "Program") -> AsyncIterator[Stranger]:
    token, base_url = (await program.sign_in())["access_token"], program.emulator.info.base_url
    async with CarDataClient(token, session=program.session, base_url=base_url) as rest:
        yield Stranger(program, rest)


@pytest.fixture
async def stranger(program: "Program") -> AsyncIterator[Stranger]:
    async for client in signed_in(program):
        yield client


@pytest.fixture
async def seasoned(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> AsyncIterator[Stranger]:
    """The same, with cars that have four weeks behind them."""
    async with Emulator(make_settings(history_days=28)) as emulator:
        async for client in signed_in(program_of(emulator)):
            yield client


async def test_it_goes_through_the_life_of_a_container(stranger: Stranger) -> None:
    request = CreateContainerRequest(name="n", purpose="p", technical_descriptors=[ODOMETER])
    made = await stranger.rest.create_container(request)
    read = await stranger.rest.get_container(made.container_id or "")
    assert (read.state, read.technical_descriptors) == ("ACTIVE", [ODOMETER])
    for _ in range(2):  # the second answer is a 208
        await stranger.rest.delete_container(made.container_id or "")
    assert [container.state for container in (await stranger.rest.list_containers()).containers] == ["DELETED"]


async def test_it_reads_what_the_vehicles_are_and_what_they_told(stranger: Stranger) -> None:
    mappings = await stranger.rest.get_mappings()
    assert [mapping.vin for mapping in mappings] == [stranger.vin(car) for car in range(3)]
    basic_data = [await stranger.rest.get_basic_data(mapping.vin or "") for mapping in mappings]
    assert [car.drive_train for car in basic_data] == ["BEV", "PHEV", "CONV"]
    request = CreateContainerRequest(name="n", purpose="p", technical_descriptors=[ODOMETER])
    container = (await stranger.rest.create_container(request)).container_id or ""
    data = await stranger.rest.get_telematic_data(stranger.vin(BEV), container)
    assert float(data.telematic_data[ODOMETER].value or "") > 0
    assert (await stranger.rest.get_vehicle_image(stranger.vin(BEV))).startswith(b"\x89PNG")


async def read_history(stranger: Stranger, car: int) -> list[ChargingSessionDto]:
    """Read all pages of the four weeks."""
    vin, start = stranger.vin(car), NOON - timedelta(days=28)
    answer = await stranger.rest.get_charging_history(vin, from_=start, to=NOON)
    sessions = answer.data
    while answer.next_token is not None:
        answer = await stranger.rest.get_charging_history(vin, from_=start, to=NOON, next_token=answer.next_token)
        sessions += answer.data
    return sessions


async def test_it_reads_the_whole_charging_history(seasoned: Stranger) -> None:
    history, garage = await read_history(seasoned, PHEV), seasoned.emulator.garage
    sessions = garage.truth(garage.cars[PHEV].vin).charging_sessions
    assert [session.start_time for session in history] == [session.start_ms // 1000 for session in reversed(sessions)]
    assert len(history) > 10
    assert {session.mileage_units for session in history} == {"KM"}
    assert all(session.displayed_start_soc <= session.displayed_soc for session in history)
    assert await read_history(seasoned, PETROL) == []


async def test_it_reads_tyres_and_charging_settings(seasoned: Stranger) -> None:
    tyres = await seasoned.rest.get_smart_maintenance_tyre_diagnosis(seasoned.vin(BEV))
    assert tyres.passenger_car is not None
    assert tyres.passenger_car.mounted_tyres is not None
    settings = await seasoned.rest.get_location_based_charging_settings(seasoned.vin(BEV))
    assert all(item.visits for item in settings.data)
    with pytest.raises(CarDataHTTPError) as refused:
        await seasoned.rest.get_location_based_charging_settings(seasoned.vin(PETROL))
    assert (refused.value.status, refused.value.error_id) == (404, "CU-127")


async def test_it_understands_bad_days(stranger: Stranger) -> None:
    refusals = []
    for fault in ("rest-500", "tokens-refused", "rest-not-json"):
        stranger.emulator.faults.switch_on(FaultSwitch(name=fault))
        with pytest.raises(CarDataHTTPError) as refused:
            await stranger.rest.get_mappings()
        refusals.append((refused.value.status, refused.value.error_id))
    assert refusals == [(500, "CU-500"), (401, "CU-102"), (502, None)]
