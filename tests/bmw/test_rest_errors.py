"""Every refusal in BMW's tables: the emulator made to give it, and what the SDK then does and says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from bmw_cardata import DeviceCodeFlowClient

from bimmerhub.bmw.cardata import CarData, Endpoints, MemoryLedger
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer
from bimmerhub.bmw.tokens.token_set import to_token_set
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount, Service
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, QuotaSpent, SignInRequired
from bimmerhub.ids import Descriptor, Vin

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

MakeCloud = Callable[..., "AbstractAsyncContextManager[Cloud]"]
Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
Ask = Callable[["Owner"], Awaitable[object]]
KEYS = [Descriptor("vehicle.vehicle.travelledDistance"), Descriptor("vehicle.isMoving")]


@dataclass
class Owner:
    """A signed-in account with its SDK."""

    cloud: "Cloud"
    cardata: CarData

    @property
    def vin(self) -> Vin:
        return self.cloud.emulator.info.vehicles[0].vin

    @property
    def calls(self) -> int:
        return self.cloud.emulator.quota.spent(self.cloud.emulator.info.gcid)

    def fail(self, name: str, *, value: float | None = None, times: int | None = None) -> None:
        self.cloud.emulator.faults.switch_on(FaultSwitch(name=name, value=value, times=times))

    async def create(self) -> str:
        made = await self.cardata.rest.create_container(name="n", purpose="p", descriptors=KEYS)
        return made.container_id


@pytest.fixture
async def owner(signed_in: "Cloud") -> AsyncIterator[Owner]:
    async with signed_in.cardata(ledger=MemoryLedger()) as cardata:
        yield Owner(signed_in, cardata)


async def _fill_containers(owner: Owner) -> None:
    for _ in range(11):
        await owner.create()


async def _use_a_deleted_container(owner: Owner) -> None:
    container_id = await owner.create()
    await owner.cardata.rest.delete_container(container_id)
    await owner.cardata.rest.fetch_telematic_data(owner.vin, container_id)


async def _ask_elsewhere(owner: Owner) -> None:
    await owner.cardata.rest.fetch_container("no/such/place")


@dataclass
class Row:
    """A refusal: how it comes about, and what of it must be in the exception."""

    code: str
    status: int
    ask: Ask
    hint: str
    fault: str | None = None
    value: float | None = None


ROWS = {
    "CU-104 not mapped": Row(
        "CU-104", 403, lambda o: o.cardata.rest.fetch_basic_data(Vin("WBA00000000009999")), "primary user"
    ),
    "CU-104 secondary": Row(
        "CU-104", 403, lambda o: o.cardata.rest.fetch_basic_data(o.vin), "primary user", "secondary-driver"
    ),
    "CU-105 deleted": Row("CU-105", 403, _use_a_deleted_container, "create a new one"),
    "CU-105 never there": Row(
        "CU-105", 403, lambda o: o.cardata.rest.fetch_container("J00I035N193CD"), "create a new one"
    ),
    "CU-120": Row("CU-120", 400, lambda o: o.cardata.rest.fetch_basic_data(Vin("wba00000000000001")), "upper-case"),
    "CU-121": Row("CU-121", 400, lambda o: o.cardata.rest.fetch_telematic_data(o.vin, "short"), "13 characters"),
    "CU-124": Row("CU-124", 403, _fill_containers, "29 days"),
    "CU-124 as 400": Row("CU-124", 400, _fill_containers, "29 days", "container-limit-as-400"),
    "CU-125": Row(
        "CU-125",
        400,
        lambda o: o.cardata.rest.fetch_location_settings_page(o.vin, next_token="old"),
        "first page",
        "page-token-expired",
    ),
    "CU-126": Row("CU-126", 404, lambda o: o.cardata.rest.fetch_image(o.vin), "no picture", "no-image"),
    "CU-127": Row(
        "CU-127",
        404,
        lambda o: o.cardata.rest.fetch_location_settings_page(o.vin),
        "charging settings",
        "no-charging-settings",
    ),
    "CU-400": Row("CU-400", 404, _ask_elsewhere, "newer version"),
    "CU-402": Row(
        "CU-402",
        400,
        lambda o: o.cardata.rest.create_container(name="n", purpose="p", descriptors=[Descriptor("vehicle.none")]),
        "leave it out",
    ),
    "CU-403": Row("CU-403", 403, lambda o: o.create(), "shorter list", "long-lists-forbidden", 1),
}


@pytest.mark.parametrize("name", ROWS)
async def test_refusal_has_code_status_and_a_way_out(owner: Owner, name: str) -> None:
    row = ROWS[name]
    if row.fault is not None:
        owner.fail(row.fault, value=row.value)
    with pytest.raises(BmwRefused) as refused:
        await row.ask(owner)
    assert (refused.value.code, refused.value.status) == (row.code, row.status)
    assert row.hint in (refused.value.hint or "")
    assert row.code in str(refused.value)


async def test_the_note_of_a_refusal_is_kept(owner: Owner) -> None:
    with pytest.raises(BmwRefused) as refused:
        await ROWS["CU-402"].ask(owner)
    assert "vehicle.none" in (refused.value.note or "")


async def test_a_scope_that_was_not_granted_is_told(make_cloud: MakeCloud) -> None:
    account = EmulatedAccount(services=frozenset({Service.STREAM}))
    async with make_cloud(accounts=(account,)) as cloud:
        info = cloud.emulator.info
        async with DeviceCodeFlowClient(info.client_id, session=cloud.session, base_url=info.base_url) as flow:
            code = await flow.request_device_code()  # our own sign-in would not take such a token
            cloud.emulator.identity.decide(code.user_code, approve=True)
            token = await flow.poll_for_token(code.device_code)
        answer = TokenAnswer(access_token=token.access_token, refresh_token=token.refresh_token, expires_in=3_600)
        await cloud.store.save(to_token_set(answer, now_ms=cloud.clock.now_ms()))
        async with cloud.cardata() as cardata:
            with pytest.raises(BmwRefused) as refused:
                await cardata.rest.fetch_mappings()
    assert (refused.value.code, refused.value.status) == ("CU-103", 403)
    assert "switch on CarData API" in (refused.value.hint or "")


@pytest.mark.parametrize("access_token", ["", "of-nobody"], ids=["CU-100", "CU-101"])
async def test_a_bad_token_is_renewed_and_the_call_repeated_once(signed_in: "Cloud", access_token: str) -> None:
    await signed_in.store.save(replace(signed_in.store.saved[-1], access_token=access_token))
    async with signed_in.cardata() as cardata:
        assert await cardata.rest.fetch_mappings()
    assert signed_in.emulator.quota.spent(signed_in.emulator.info.gcid) == 1


@pytest.mark.parametrize("faults", [["tokens-refused"], ["tokens-refused", "bad-token-as-403"]])
async def test_an_expired_token_is_renewed_once(owner: Owner, faults: list[str]) -> None:
    for fault in faults:
        owner.fail(fault, times=1)
    assert await owner.cardata.rest.fetch_mappings()
    assert len(owner.cloud.store.saved) == 2


@pytest.mark.parametrize("faults", [["tokens-refused"], ["tokens-refused", "bad-token-as-403"]])
async def test_tokens_that_are_refused_for_good_need_a_person(owner: Owner, faults: list[str]) -> None:
    for fault in faults:
        owner.fail(fault)
    with pytest.raises(SignInRequired) as refused:
        await owner.cardata.rest.fetch_mappings()
    assert "login" in (refused.value.hint or "")
    assert len(owner.cloud.store.saved) == 2


@pytest.mark.parametrize("fault", [None, "quota-as-429"], ids=["403", "429"])
async def test_a_spent_quota_says_when_it_is_back(owner: Owner, fault: str | None) -> None:
    owner.cloud.emulator.quota.set_spent(owner.cloud.emulator.info.gcid, 50)
    if fault is not None:
        owner.fail(fault)
    with pytest.raises(QuotaSpent) as spent:
        await owner.cardata.rest.fetch_mappings()
    assert spent.value.resets_at.isoformat() == "2026-07-28T00:00:00+00:00"


async def test_deleting_twice_is_done_whatever_the_status(owner: Owner, serve: Serve) -> None:
    container_id = await owner.create()
    for _ in range(2):
        await owner.cardata.rest.delete_container(container_id)

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"exveErrorId": "CU-122"}, status=400)

    async with owner.cloud.cardata(api_url=await serve(answer)) as cardata:
        await cardata.rest.delete_container(container_id)


@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [("rest-500", "CU-500", 500), ("rest-503", "CU-503", 503), ("rest-not-json", None, 502)],
)
async def test_a_fault_of_bmws_is_tried_three_times_and_told(
    owner: Owner, fault: str, code: str | None, status: int
) -> None:
    owner.fail(fault)
    owner.cloud.clock.sleeps_s.clear()
    with pytest.raises(BmwUnavailable) as unavailable:
        await owner.cardata.rest.fetch_mappings()
    assert (unavailable.value.fault_code, unavailable.value.status) == (code, status)
    assert unavailable.value.hint
    assert len(owner.cloud.clock.sleeps_s) == 2
    assert max(owner.cloud.clock.sleeps_s) <= 4


async def test_a_fault_that_passes_is_not_seen(owner: Owner) -> None:
    owner.fail("rest-500", times=2)
    assert await owner.cardata.rest.fetch_mappings()
    assert owner.calls == 3


async def test_a_container_is_not_made_twice_after_a_fault(owner: Owner) -> None:
    owner.fail("rest-500", times=1)
    with pytest.raises(BmwUnavailable):
        await owner.create()
    assert owner.calls == 1


async def test_the_last_calls_of_the_day_are_not_spent_on_tries(owner: Owner) -> None:
    for _ in range(39):
        await owner.cardata.rest.fetch_mappings()
    owner.fail("rest-500")
    with pytest.raises(BmwUnavailable):
        await owner.cardata.rest.fetch_mappings()
    assert owner.calls == 40


async def test_a_connection_that_breaks_is_tried_again(owner: Owner, serve: Serve) -> None:
    calls = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        if calls == 1 and request.transport is not None:
            request.transport.close()
            await asyncio.sleep(0)
        return web.json_response([{"vin": owner.vin}])

    async with owner.cloud.cardata(api_url=await serve(answer)) as cardata:
        assert await cardata.fetch_vehicles()
    assert calls == 2


async def test_a_certificate_that_is_not_trusted_is_told_at_once(make_cloud: MakeCloud, signed_in: "Cloud") -> None:
    signed_in.clock.sleeps_s.clear()
    async with make_cloud(https=True) as other:
        endpoints = Endpoints(auth_url=signed_in.endpoints.auth_url, api_url=other.emulator.info.base_url)
        client_id = signed_in.emulator.info.client_id
        async with CarData(
            client_id=client_id, tokens=signed_in.store, endpoints=endpoints, clock=signed_in.clock
        ) as cardata:
            with pytest.raises(BmwUnavailable, match="not trusted"):
                await cardata.rest.fetch_mappings()
    assert signed_in.clock.sleeps_s == []


@pytest.mark.parametrize("body", ["", "<html>Forbidden</html>", '["no object"]', '{"exveErrorId": null}'])
async def test_a_403_without_bmws_words_has_a_hint(owner: Owner, serve: Serve, body: str) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=403, text=body, content_type="text/html")

    async with owner.cloud.cardata(api_url=await serve(answer)) as cardata:
        with pytest.raises(BmwRefused) as refused:
            await cardata.rest.fetch_mappings()
    assert (refused.value.code, refused.value.status) == (None, 403)
    assert "portal" in (refused.value.hint or "")


async def test_one_odd_field_does_not_hide_the_code(owner: Owner, serve: Serve) -> None:
    async def answer(_request: web.Request) -> web.Response:
        body: dict[str, Any] = {"exveErrorId": "CU-429", "exveErrorRef": 7, "exveErrorMsg": ["?"]}
        return web.json_response(body, status=403)

    async with owner.cloud.cardata(api_url=await serve(answer)) as cardata:
        with pytest.raises(QuotaSpent):
            await cardata.rest.fetch_mappings()


async def test_every_hint_is_for_a_person(owner: Owner) -> None:
    errors: list[BimmerhubError] = []
    for name in ("CU-104 not mapped", "CU-120", "CU-121", "CU-402"):
        with pytest.raises(BmwRefused) as refused:
            await ROWS[name].ask(owner)
        errors.append(refused.value)
    assert not any(owner.vin in f"{error} {error.hint}" for error in errors)


async def test_a_refusal_in_a_million_words_is_told_shortly(owner: Owner, serve: Serve) -> None:
    long = "word " * 200_000

    async def answer(_: web.Request) -> web.Response:
        body = {"exveErrorId": "CU-104", "exveErrorMsg": long, "exveNote": long}
        return web.json_response(body, status=403)

    async with owner.cloud.cardata(api_url=await serve(answer)) as cardata:
        with pytest.raises(BmwRefused) as refused:
            await cardata.rest.fetch_mappings()
    assert (refused.value.code, len(str(refused.value)) < 300, len(refused.value.note or "") <= 40_000) == (
        "CU-104",
        True,
        True,
    )
