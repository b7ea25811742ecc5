"""A client that others wrote (PyPI `bmw-cardata`) is content with the emulator: a third reading of BMW's facts."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from bmw_cardata import (
    AccessDeniedError,
    CarDataClient,
    CarDataHTTPError,
    DeviceCodeFlowClient,
    StreamingClient,
    StreamingError,
)
from bmw_cardata.models import CreateContainerRequest, StreamingMessage, TokenResponse

from bimmerhub.emulator.settings import EmulatedAccount

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

MakeCloud = Callable[..., "AbstractAsyncContextManager[Cloud]"]
ODOMETER = "vehicle.vehicle.travelledDistance"
LOCK = "vehicle.cabin.door.status"


@dataclass
class Stranger:
    """The other client, signed in."""

    cloud: "Cloud"
    auth: DeviceCodeFlowClient
    rest: CarDataClient
    token: TokenResponse

    def streaming(self, id_token: str | None = None) -> StreamingClient:
        info = self.cloud.emulator.info
        return StreamingClient(
            self.token.gcid,
            id_token or self.token.id_token or "",
            host=info.mqtt_host,
            port=info.mqtt_port,
            tls_context=ssl.create_default_context(cafile=info.ca_file),
        )


@asynccontextmanager
async def signed_in_at(cloud: "Cloud") -> AsyncIterator[Stranger]:
    info = cloud.emulator.info
    async with DeviceCodeFlowClient(info.client_id, session=cloud.session, base_url=info.base_url) as auth:
        code = await auth.request_device_code()
        cloud.emulator.identity.decide(code.user_code, approve=True)
        token = await auth.poll_for_token(code.device_code)
        async with CarDataClient(token.access_token, session=cloud.session, base_url=info.base_url) as rest:
            yield Stranger(cloud, auth, rest, token)


@pytest.fixture
async def stranger(cloud: "Cloud") -> AsyncIterator[Stranger]:
    async with signed_in_at(cloud) as client:
        yield client


@pytest.fixture
async def driver(make_cloud: MakeCloud) -> AsyncIterator[Stranger]:
    """Return it with a car that has charged for some weeks."""
    settings = EmulatedAccount(models=("phev",))
    async with make_cloud(accounts=(settings,), history_days=20) as cloud, signed_in_at(cloud) as client:
        yield client


async def test_it_signs_in_and_refreshes(stranger: Stranger) -> None:
    assert stranger.token.gcid == stranger.cloud.emulator.info.gcid
    assert "cardata:streaming:read" in (stranger.token.scope or "")
    refreshed = await stranger.auth.refresh()
    assert refreshed.refresh_token != stranger.token.refresh_token


async def test_it_understands_a_decline(cloud: "Cloud") -> None:
    info = cloud.emulator.info
    async with DeviceCodeFlowClient(info.client_id, session=cloud.session, base_url=info.base_url) as auth:
        code = await auth.request_device_code()
        cloud.emulator.identity.decide(code.user_code, approve=False)
        with pytest.raises(AccessDeniedError):
            await auth.poll_for_token(code.device_code)


async def test_it_reads_vehicles_and_basic_data(stranger: Stranger) -> None:
    mappings = await stranger.rest.get_mappings()
    assert [mapping.vin for mapping in mappings] == [car.vin for car in stranger.cloud.emulator.info.vehicles]
    basic_data = await stranger.rest.get_basic_data(mappings[0].vin or "")
    assert basic_data.model_name == stranger.cloud.emulator.info.vehicles[0].model


async def test_it_reads_telematic_data_of_a_container(stranger: Stranger) -> None:
    request = CreateContainerRequest(name="n", purpose="p", technical_descriptors=[ODOMETER, LOCK])
    made = await stranger.rest.create_container(request)
    vin = stranger.cloud.emulator.info.vehicles[0].vin
    data = await stranger.rest.get_telematic_data(vin, made.container_id or "")
    assert set(data.telematic_data) == {ODOMETER, LOCK}
    odometer_km = stranger.cloud.emulator.garage.truth(vin).odometer_km
    assert data.telematic_data[ODOMETER].value == str(round(odometer_km))


async def test_it_lists_and_deletes_containers(stranger: Stranger) -> None:
    request = CreateContainerRequest(name="n", purpose="p", technical_descriptors=[ODOMETER])
    made = await stranger.rest.create_container(request)
    assert [container.container_id for container in (await stranger.rest.list_containers()).containers] == [
        made.container_id
    ]
    await stranger.rest.delete_container(made.container_id or "")


async def test_it_reads_one_container(stranger: Stranger) -> None:
    request = CreateContainerRequest(name="n", purpose="p", technical_descriptors=[ODOMETER, LOCK])
    made = await stranger.rest.create_container(request)
    container = await stranger.rest.get_container(made.container_id or "")
    assert (container.name, container.technical_descriptors) == ("n", [ODOMETER, LOCK])


async def test_it_reads_the_charging_history_page_by_page(driver: Stranger) -> None:
    vin = driver.cloud.emulator.info.vehicles[0].vin
    until = datetime(2026, 7, 27, 12, tzinfo=UTC)
    page = await driver.rest.get_charging_history(vin, from_=until - timedelta(days=45), to=until)
    rest = await driver.rest.get_charging_history(
        vin, from_=until - timedelta(days=45), to=until, next_token=page.next_token
    )
    sessions = driver.cloud.emulator.garage.truth(vin).charging_sessions
    truth = [session.start_ms // 1000 for session in reversed(sessions)]
    starts = [session.start_time for session in [*(page.data or []), *(rest.data or [])]]
    assert starts == truth[: len(starts)]
    assert len(starts) > 10


async def test_it_reads_the_charging_settings(driver: Stranger) -> None:
    vin = driver.cloud.emulator.info.vehicles[0].vin
    settings = await driver.rest.get_location_based_charging_settings(vin)
    assert all(setting.latitude is not None for setting in settings.data or [])


async def test_it_reads_the_tyre_diagnosis(stranger: Stranger) -> None:
    vin = stranger.cloud.emulator.info.vehicles[0].vin
    diagnosis = await stranger.rest.get_smart_maintenance_tyre_diagnosis(vin)
    assert diagnosis.passenger_car is not None
    assert diagnosis.passenger_car.mounted_tyres is not None
    tyre = diagnosis.passenger_car.mounted_tyres.front_left
    assert tyre is not None
    assert tyre.dimension is not None
    assert (tyre.dimension.section_width or 0) > 100


async def test_it_fetches_the_image(stranger: Stranger) -> None:
    assert (await stranger.rest.get_vehicle_image(stranger.cloud.emulator.info.vehicles[0].vin)).startswith(b"\x89PNG")


async def test_it_understands_refusals(stranger: Stranger) -> None:
    with pytest.raises(CarDataHTTPError) as refused:
        await stranger.rest.get_basic_data("WBA00000000009999")
    assert (refused.value.status, refused.value.error_id) == (403, "CU-104")


async def test_it_streams(stranger: Stranger) -> None:
    vin = stranger.cloud.emulator.info.vehicles[0].vin
    async with stranger.streaming() as streaming, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(_first(streaming))
        async with asyncio.timeout(10):
            while not stranger.cloud.emulator.stream.figures.delivered:
                await stranger.cloud.emulator.lives[stranger.cloud.emulator.info.gcid].command(vin, "unlock", {})
                stranger.cloud.clock.advance(minutes=1)
                await stranger.cloud.emulator.lives[stranger.cloud.emulator.info.gcid].command(vin, "lock", {})
                stranger.cloud.clock.advance(minutes=1)
                await stranger.cloud.emulator.catch_up()
                await asyncio.sleep(0.01)
    message = first.result()
    assert message.vin == vin
    assert message.data[LOCK].value in {"UNLOCKED", "SECURED"}


async def _first(streaming: StreamingClient) -> StreamingMessage:
    return await anext(aiter(streaming.stream()))


async def test_it_is_refused_with_a_token_of_nobody(stranger: Stranger) -> None:
    with pytest.raises(StreamingError):
        await stranger.streaming("a.b.c").connect()
