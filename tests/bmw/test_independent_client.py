"""A client that others wrote (PyPI `bmw-cardata`) is content with the emulator: a third reading of BMW's facts."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
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

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

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


@pytest.fixture
async def auth(cloud: "Cloud") -> AsyncIterator[DeviceCodeFlowClient]:
    info = cloud.emulator.info
    async with DeviceCodeFlowClient(info.client_id, session=cloud.session, base_url=info.base_url) as client:
        yield client


@pytest.fixture
async def stranger(cloud: "Cloud", auth: DeviceCodeFlowClient) -> AsyncIterator[Stranger]:
    code = await auth.request_device_code()
    cloud.emulator.identity.decide(code.user_code, approve=True)
    token = await auth.poll_for_token(code.device_code)
    base_url = cloud.emulator.info.base_url
    async with CarDataClient(token.access_token, session=cloud.session, base_url=base_url) as rest:
        yield Stranger(cloud, auth, rest, token)


async def test_it_signs_in_and_refreshes(stranger: Stranger) -> None:
    assert stranger.token.gcid == stranger.cloud.emulator.info.gcid
    assert "cardata:streaming:read" in (stranger.token.scope or "")
    refreshed = await stranger.auth.refresh()
    assert refreshed.refresh_token != stranger.token.refresh_token


async def test_it_understands_a_decline(cloud: "Cloud", auth: DeviceCodeFlowClient) -> None:
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
    odometer_km = float(str(stranger.cloud.emulator.garage.truth(vin)["odometer_km"]))
    assert data.telematic_data[ODOMETER].value == str(round(odometer_km))


async def test_it_lists_and_deletes_containers(stranger: Stranger) -> None:
    request = CreateContainerRequest(name="n", purpose="p", technical_descriptors=[ODOMETER])
    made = await stranger.rest.create_container(request)
    assert [found.container_id for found in (await stranger.rest.list_containers()).containers] == [made.container_id]
    await stranger.rest.delete_container(made.container_id or "")


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
