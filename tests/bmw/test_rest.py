"""REST: each operation, each refusal that tells what to do next, and the quota's hard stop."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, web

from bimmerhub.bmw.cardata import CarData, Endpoints, LedgerFile, MemoryLedger, QuotaLedger, TokenFile
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.sign_in.grants import TokenKind
from bimmerhub.errors import (
    BmwRefused,
    BmwUnavailable,
    ConfigError,
    QuotaSpent,
    RateLimited,
    SignInRequired,
    StoreError,
)
from bimmerhub.ids import Descriptor, Vin

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
ODOMETER = Descriptor("vehicle.vehicle.travelledDistance")
MOVING = Descriptor("vehicle.isMoving")
NEXT_MIDNIGHT = datetime(2026, 7, 28, tzinfo=UTC)


async def test_vehicles_are_those_of_the_account(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        vehicles = await cardata.fetch_vehicles()
    assert [vehicle.vin for vehicle in vehicles] == [car.vin for car in signed_in.emulator.info.vehicles]
    assert {vehicle.mapping_type for vehicle in vehicles} == {"PRIMARY"}
    assert vehicles[0].vin not in repr(vehicles[0])


async def test_basic_data_tells_the_drivetrain(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        kinds = [(await vehicle.fetch_basic_data()).drive_train for vehicle in await cardata.fetch_vehicles()]
    assert kinds == ["BEV", "PHEV", "CONV"]


async def test_telematic_data_is_decoded_like_the_stream(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        container = await cardata.rest.create_container(name="n", purpose="p", descriptors=[ODOMETER, MOVING])
        vehicle = (await cardata.fetch_vehicles())[0]
        decoded = await vehicle.fetch_telematic_data(container.container_id)
    values = {reading.descriptor: reading.value for reading in decoded.readings}
    truth = signed_in.emulator.garage.truth(vehicle.vin)
    assert values == {ODOMETER: round(truth.odometer_km), MOVING: truth.motion.is_driven}
    assert decoded.refused == ()


async def test_container_lives_from_creation_to_a_second_deletion(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        made = await cardata.rest.create_container(name="mine", purpose="test", descriptors=[ODOMETER])
        assert (made.name, made.state, made.technical_descriptors) == ("mine", "ACTIVE", (ODOMETER,))
        assert [container.container_id for container in await cardata.rest.fetch_containers()] == [made.container_id]
        await cardata.rest.delete_container(made.container_id)
        await cardata.rest.delete_container(made.container_id)
        assert [container.state for container in await cardata.rest.fetch_containers()] == ["DELETED"]


async def test_tyre_diagnosis_tells_the_tyres(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        diagnosis = await (await cardata.fetch_vehicles())[0].fetch_tyre_diagnosis()
    assert diagnosis is not None
    assert diagnosis.mounted_tyres is not None
    tyre = diagnosis.mounted_tyres.front_left
    assert tyre is not None
    assert tyre.dimension is not None
    assert 100 < (tyre.dimension.section_width or 0) < 400
    assert tyre.tyre_wear is not None
    assert tyre.tyre_wear.status_color in {"RED", "YELLOW", "GREEN", "GREY"}


async def test_empty_tyre_diagnosis_is_no_data(signed_in: "Cloud") -> None:
    signed_in.emulator.faults.switch_on(FaultSwitch(name="no-tyre-data"))
    async with signed_in.cardata() as cardata:
        vehicle = (await cardata.fetch_vehicles())[0]
        assert b"mountedTyres" in await cardata.rest.fetch_tyre_diagnosis_json(vehicle.vin)
        assert await vehicle.fetch_tyre_diagnosis() is None


async def test_a_container_is_fetched_with_its_descriptors(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        made = await cardata.rest.create_container(name="n", purpose="p", descriptors=[ODOMETER, MOVING])
        container = await cardata.rest.fetch_container(made.container_id)
    assert container == made
    assert container.technical_descriptors == (ODOMETER, MOVING)


async def test_image_is_a_png_that_is_fetched_once(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        vehicle = (await cardata.fetch_vehicles())[0]
        assert (await vehicle.fetch_image() or b"").startswith(b"\x89PNG")
        assert await vehicle.fetch_image()
    assert signed_in.emulator.quota.spent(signed_in.emulator.info.gcid) == 2


async def test_what_is_no_image_is_a_fault_of_bmws_and_asked_for_again(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        vehicle = (await cardata.fetch_vehicles())[0]
        signed_in.emulator.faults.switch_on(FaultSwitch(name="image-odd"))
        with pytest.raises(BmwUnavailable):
            await vehicle.fetch_image()
        signed_in.emulator.faults.switch_off()
        assert (await vehicle.fetch_image() or b"").startswith(b"\x89PNG")


async def test_missing_image_is_asked_for_once(make_cloud: Callable[..., Any]) -> None:
    async with make_cloud(has_images=False) as cloud:
        await cloud.sign_in()
        async with cloud.cardata() as cardata:
            vehicle = (await cardata.fetch_vehicles())[0]
            assert [await vehicle.fetch_image(), await vehicle.fetch_image()] == [None, None]
            with pytest.raises(BmwRefused) as refused:
                await cardata.rest.fetch_image(vehicle.vin)
        assert cloud.emulator.quota.spent(cloud.emulator.info.gcid) == 3
    assert (refused.value.code, refused.value.status) == ("CU-126", 404)


async def test_51st_call_is_stopped_before_it_is_made(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        for _ in range(50):
            await cardata.rest.fetch_mappings()
        signed_in.emulator.quota.set_spent(signed_in.emulator.info.gcid, 0)
        with pytest.raises(QuotaSpent) as spent:
            await cardata.rest.fetch_mappings()
        assert spent.value.resets_at == NEXT_MIDNIGHT
        assert signed_in.emulator.quota.spent(signed_in.emulator.info.gcid) == 0
        signed_in.clock.advance(minutes=12 * 60)
        assert await cardata.rest.fetch_mappings()


@pytest.mark.parametrize("kind", ["memory", "file"])
async def test_quota_spent_elsewhere_closes_the_day(signed_in: "Cloud", kind: str, tmp_path: Path) -> None:
    ledger: QuotaLedger = LedgerFile(tmp_path / "ledger.json") if kind == "file" else MemoryLedger()
    gcid = signed_in.emulator.info.gcid
    async with signed_in.cardata(ledger=ledger) as cardata:
        signed_in.emulator.quota.set_spent(gcid, 50)
        with pytest.raises(QuotaSpent) as spent:
            await cardata.rest.fetch_mappings()
        signed_in.emulator.quota.set_spent(gcid, 0)
        with pytest.raises(QuotaSpent):
            await cardata.rest.fetch_mappings()
    assert spent.value.resets_at == NEXT_MIDNIGHT
    assert signed_in.emulator.quota.spent(gcid) == 0


@pytest.mark.parametrize("kind", ["memory", "file"])
async def test_an_answer_after_midnight_closes_the_day_of_the_call(
    signed_in: "Cloud", serve: Callable[..., Awaitable[str]], kind: str, tmp_path: Path
) -> None:
    async def answer_late(_: web.Request) -> web.Response:
        signed_in.clock.advance(minutes=12 * 60)
        return web.json_response({"exveErrorId": "CU-429"}, status=403)

    ledger: QuotaLedger = LedgerFile(tmp_path / "ledger.json") if kind == "file" else MemoryLedger()
    async with signed_in.cardata(ledger=ledger, api_url=await serve(answer_late)) as cardata:
        with pytest.raises(QuotaSpent) as spent:
            await cardata.rest.fetch_mappings()
    assert spent.value.resets_at == NEXT_MIDNIGHT
    assert await ledger.spend("mappings", at_ms=signed_in.clock.now_ms()) == 49
    await ledger.mark_spent(at_ms=signed_in.clock.now_ms() - 86_400_000)
    assert await ledger.spend("mappings", at_ms=signed_in.clock.now_ms()) == 48


async def test_ledger_file_counts_over_restarts_and_threads(tmp_path: Path) -> None:
    path, at_ms = tmp_path / "deep" / "ledger.json", 1_785_153_600_000
    async with asyncio.TaskGroup() as callers:
        first = LedgerFile(path)
        for _ in range(50):
            callers.create_task(first.spend("mappings", at_ms=at_ms))
    with pytest.raises(QuotaSpent):
        await LedgerFile(path).spend("mappings", at_ms=at_ms)
    await LedgerFile(path).spend("mappings", at_ms=at_ms + 86_400_000)


async def test_damaged_ledger_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.json").write_text("[]")
    with pytest.raises(StoreError, match="quota ledger"):
        await LedgerFile(tmp_path / "ledger.json").spend("mappings", at_ms=0)


async def test_expired_access_token_is_renewed_and_the_call_repeated_once(signed_in: "Cloud") -> None:
    gcid = signed_in.emulator.info.gcid
    async with signed_in.cardata() as cardata:
        await cardata.rest.fetch_mappings()
        signed_in.emulator.identity.revoke(gcid, TokenKind.ACCESS)
        assert await cardata.rest.fetch_mappings()
    assert len(signed_in.store.saved) == 2
    assert signed_in.emulator.quota.spent(gcid) == 2


async def test_foreign_vehicle_is_refused_with_a_hint(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        with pytest.raises(BmwRefused) as refused:
            await cardata.rest.fetch_basic_data(Vin("WBA00000000009999"))
    assert (refused.value.code, refused.value.status) == ("CU-104", 403)
    assert "primary user" in (refused.value.hint or "")


@pytest.mark.parametrize(("container_id", "code"), [("J00I035N193CD", "CU-105"), ("short", "CU-121")])
async def test_container_that_is_not_there_is_refused(signed_in: "Cloud", container_id: str, code: str) -> None:
    async with signed_in.cardata() as cardata:
        vin = (await cardata.fetch_vehicles())[0].vin
        with pytest.raises(BmwRefused) as refused:
            await cardata.rest.fetch_telematic_data(vin, container_id)
    assert refused.value.code == code
    assert refused.value.hint


async def test_eleventh_container_is_refused(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        for _ in range(10):
            await cardata.rest.create_container(name="n", purpose="p", descriptors=[ODOMETER])
        with pytest.raises(BmwRefused) as refused:
            await cardata.rest.create_container(name="n", purpose="p", descriptors=[ODOMETER])
    assert refused.value.code == "CU-124"


async def test_unknown_descriptor_is_refused(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        with pytest.raises(BmwRefused) as refused:
            await cardata.rest.create_container(name="n", purpose="p", descriptors=[Descriptor("vehicle.none")])
    assert refused.value.code == "CU-402"


REFUSED: dict[str, tuple[int, str | None, type[Exception]]] = {
    "quota": (429, "CU-429", QuotaSpent),
    "too fast": (429, None, RateLimited),
    "fault": (500, "CU-500", BmwUnavailable),
    "partner is away": (503, "CU-503", BmwUnavailable),
    "gateway": (502, None, BmwUnavailable),
    "scope": (403, "CU-103", BmwRefused),
    "no id": (403, None, BmwRefused),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_refusal_says_what_to_do_next(signed_in: "Cloud", serve: Serve, case: str) -> None:
    status, code, expected = REFUSED[case]

    async def answer(_request: web.Request) -> web.Response:
        body = {"exveErrorId": code, "exveErrorMsg": "words"} if code else ["not", "BMW's"]
        return web.json_response(body, status=status)

    async with _cardata_at(signed_in, await serve(answer)) as cardata:
        with pytest.raises(expected):
            await cardata.rest.fetch_mappings()


async def test_refusal_nested_too_deep_is_told_by_its_status(signed_in: "Cloud", serve: Serve) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=502, text='{"x":' + "[" * 200_000 + "]" * 200_000 + "}")

    async with _cardata_at(signed_in, await serve(answer)) as cardata:
        with pytest.raises(BmwUnavailable):
            await cardata.rest.fetch_mappings()


@pytest.mark.parametrize(("status", "message"), [(401, "Token expired"), (403, "invalid_token")])
async def test_token_that_is_refused_twice_needs_a_sign_in(
    signed_in: "Cloud", serve: Serve, status: int, message: str
) -> None:
    calls = 0

    async def answer(_request: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        return web.json_response({"exveErrorId": "CU-127", "exveErrorMsg": message}, status=status)

    async with _cardata_at(signed_in, await serve(answer)) as cardata:
        with pytest.raises(SignInRequired):
            await cardata.rest.fetch_mappings()
    assert calls == 2


@pytest.mark.parametrize(
    "shape",
    [
        '[{"vin":"WBA00000000000001","mappingType":null}]',
        '{"mappings":[{"vin":"WBA00000000000001"}]}',
        '{"vehicles":[{"vin":"WBA00000000000001"}]}',
        '{"vin":"WBA00000000000001","mappingType":"PRIMARY"}',
        '[{"vin":"WBA00000000000001","mappedSince":17},{"vin":"too short"},{"vin":null},3]',
    ],
)
async def test_mappings_are_read_in_each_shape(signed_in: "Cloud", serve: Serve, shape: str) -> None:
    async with _cardata_at(signed_in, await serve(_text(shape))) as cardata:
        assert [mapping.vin for mapping in await cardata.rest.fetch_mappings()] == ["WBA00000000000001"]


@pytest.mark.parametrize(
    "garbage", ["", "<html>", "[1]", '{"mappings": 3}', "null", "{}", '{"mappings":null}', '{"error":"x"}']
)
async def test_answer_that_cannot_be_read_is_a_fault_of_bmws(signed_in: "Cloud", serve: Serve, garbage: str) -> None:
    async with _cardata_at(signed_in, await serve(_text(garbage))) as cardata:
        with pytest.raises(BmwUnavailable):
            await cardata.rest.fetch_mappings()


async def test_odd_fields_do_not_cost_the_answer(signed_in: "Cloud", serve: Serve) -> None:
    body = '{"brand":"BMW","series":5,"numberOfDoors":"4","hasNavi":{},"chargingModes":null,"news":[]}'
    async with _cardata_at(signed_in, await serve(_text(body))) as cardata:
        basic = await cardata.rest.fetch_basic_data(Vin("WBA00000000000001"))
    assert (basic.brand, basic.series, basic.number_of_doors) == ("BMW", "5", 4)
    assert (basic.has_navi, basic.charging_modes, basic.engine) == (None, None, None)


@pytest.mark.parametrize("shape", ['{"containers":null}', "{}", "[]", '{"containers":[]}'])
async def test_no_containers_are_read_in_each_shape(signed_in: "Cloud", serve: Serve, shape: str) -> None:
    async with _cardata_at(signed_in, await serve(_text(shape))) as cardata:
        assert await cardata.rest.fetch_containers() == ()


async def test_container_id_does_not_leave_its_place_in_the_path(signed_in: "Cloud", serve: Serve) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.raw_path)
        return web.Response(status=204)

    async with _cardata_at(signed_in, await serve(answer)) as cardata:
        await cardata.rest.delete_container("../vehicles/x?y")
    assert asked == ["/customers/containers/..%2Fvehicles%2Fx%3Fy"]


async def test_calls_are_counted_beside_the_token_file_over_restarts(signed_in: "Cloud", tmp_path: Path) -> None:
    for _ in range(2):
        store = TokenFile(tmp_path / "tokens.json")
        await store.save(signed_in.store.saved[-1])
        async with signed_in.cardata(store=store) as cardata:
            await cardata.fetch_vehicles()
    assert '{"mappings": 2}' in (tmp_path / "tokens.json.quota").read_text()


@pytest.mark.parametrize(
    "address",
    ["nowhere", "https://", "https://a..b", "http://host:none", "http://u:p@host", "http://host#", "http://host/?x="],
)
async def test_address_that_is_none_is_a_mistake(signed_in: "Cloud", address: str) -> None:
    with pytest.raises(ConfigError, match=r"bmw\.api_url is no address"):
        _cardata_at(signed_in, address)


async def test_session_of_the_caller_stays_open(signed_in: "Cloud", session: ClientSession) -> None:
    async with _cardata_at(signed_in, signed_in.emulator.info.base_url) as cardata:
        await cardata.rest.fetch_mappings()
    assert not session.closed


def _cardata_at(cloud: "Cloud", url: str) -> CarData:
    auth_url = cloud.emulator.info.base_url
    return CarData(
        client_id=cloud.emulator.info.client_id,
        tokens=cloud.store,
        endpoints=Endpoints(auth_url=auth_url, api_url=url),
        session=cloud.session,
        clock=cloud.clock,
    )


def _text(text: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type="application/json")

    return answer
