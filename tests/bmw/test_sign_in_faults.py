"""Signing in at a BMW that misbehaves: each fault is told for what it is, with what to do."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from bimmerhub.bmw.cardata import TokenSet
from bimmerhub.bmw.cardata.service_scopes import granted_services
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount, Service
from bimmerhub.errors import BmwRefused, BmwUnavailable

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud


def switch_on(cloud: "Cloud", name: str, *, times: int | None = None) -> None:
    cloud.emulator.faults.switch_on(FaultSwitch(name=name, times=times))


async def refused(cloud: "Cloud") -> BmwRefused:
    with pytest.raises(BmwRefused) as caught:
        await cloud.sign_in()
    return caught.value


def with_services(*services: Service) -> dict[str, Any]:
    return {"accounts": (EmulatedAccount(services=frozenset(services)),)}


@pytest.mark.parametrize("service", list(Service))
async def test_service_that_a_bare_no_hides_is_taken_alone(make_cloud: Callable[..., Any], service: Service) -> None:
    async with make_cloud(**with_services(service)) as cloud:
        switch_on(cloud, "unsubscribed-scope-refused")
        assert granted_services(await cloud.sign_in()) == (service.value,)
        assert cloud.emulator.quota.spent(cloud.emulator.info.gcid) == 0


async def test_what_the_sign_in_lacks_is_refused_here_and_costs_no_call(make_cloud: Callable[..., Any]) -> None:
    async with make_cloud(**with_services(Service.STREAM)) as cloud:
        await cloud.sign_in()
        async with cloud.cardata() as cardata:
            with pytest.raises(BmwRefused, match="CarData API is not switched on") as caught:
                await cardata.fetch_vehicles()
        assert cloud.emulator.quota.spent(cloud.emulator.info.gcid) == 0
    assert (caught.value.code, "Switch on CarData API" in (caught.value.hint or "")) == ("missing_scope", True)


async def test_stream_that_the_sign_in_lacks_is_named(make_cloud: Callable[..., Any]) -> None:
    async with make_cloud(**with_services(Service.API)) as cloud:
        await cloud.sign_in()
        async with cloud.cardata() as cardata:
            assert len(await cardata.fetch_vehicles()) == 3
            with pytest.raises(BmwRefused, match="CarData Stream is not switched on"):
                await anext(cardata.readings())


async def test_client_without_any_service_is_told_of_both(make_cloud: Callable[..., Any]) -> None:
    async with make_cloud(**with_services()) as cloud:
        error = await refused(cloud)
    assert "neither CarData API nor CarData Stream" in (error.hint or "")


async def test_no_that_nothing_explains_asks_for_patience(cloud: "Cloud") -> None:
    switch_on(cloud, "device-code-refused", times=1)
    error = await refused(cloud)
    assert error.code == "invalid_request"
    assert "patient" in (error.hint or "")


async def test_burnt_code_is_told_and_a_new_one_works(cloud: "Cloud") -> None:
    switch_on(cloud, "burnt-code", times=1)
    error = await refused(cloud)
    assert error.code == "keymanagement.service.invalid_access_token"
    assert "used up" in (error.hint or "")
    assert isinstance(await cloud.sign_in(), TokenSet)


async def test_denial_after_a_fault_is_not_blamed_on_the_person(cloud: "Cloud") -> None:
    sign_in = cloud.new_sign_in()
    code = await sign_in.start()
    switch_on(cloud, "sign-in-500", times=1)
    switch_on(cloud, "denied-though-approved")
    cloud.emulator.identity.decide(code.user_code, approve=True)
    with pytest.raises(BmwRefused) as caught:
        await sign_in.wait()
    assert caught.value.code == "access_denied"
    assert "used up" in (caught.value.hint or "")


async def test_denial_though_approved_names_the_portal(cloud: "Cloud") -> None:
    switch_on(cloud, "denied-though-approved")
    error = await refused(cloud)
    assert error.code == "access_denied"
    assert "do not press Authenticate" in (error.hint or "")


async def test_race_at_the_approval_is_asked_once_more_and_then_told(cloud: "Cloud") -> None:
    switch_on(cloud, "grant-race", times=1)
    cloud.clock.sleeps_s.clear()
    error = await refused(cloud)
    assert error.code == "invalid_grant"
    assert "at the moment you approve" in (error.hint or "")
    assert cloud.clock.sleeps_s == [5, 5]


async def test_pending_account_is_told(cloud: "Cloud") -> None:
    switch_on(cloud, "account-pending")
    error = await refused(cloud)
    assert (error.code, error.status) == ("invalid_client", 401)
    assert "activation" in (error.hint or "")


@pytest.mark.parametrize("fault", ["sign-in-500", "sign-in-not-json"])
async def test_fault_of_the_gateway_is_bmws(cloud: "Cloud", fault: str) -> None:
    switch_on(cloud, fault)
    with pytest.raises(BmwUnavailable, match="BMW's sign-in answered 50"):
        await cloud.new_sign_in().start()
    cloud.emulator.faults.switch_off(fault)
    assert isinstance(await cloud.sign_in(), TokenSet)


@pytest.mark.parametrize("fault", ["no-complete-link", "no-interval"])
async def test_field_that_bmw_leaves_out_is_made_up(cloud: "Cloud", fault: str) -> None:
    switch_on(cloud, fault)
    code = await cloud.new_sign_in().start()
    assert code.verification_uri_complete == f"{code.verification_uri}?user_code={code.user_code}"
    assert code.interval_s == 5


@pytest.mark.parametrize(("fault", "granted"), [("api-scope-withheld", "stream"), ("stream-scope-withheld", "api")])
async def test_withheld_scope_leaves_the_other_service(cloud: "Cloud", fault: str, granted: str) -> None:
    switch_on(cloud, fault)
    assert granted_services(await cloud.sign_in()) == (granted,)


async def test_sign_in_without_any_service_is_refused(cloud: "Cloud") -> None:
    switch_on(cloud, "api-scope-withheld")
    switch_on(cloud, "stream-scope-withheld")
    error = await refused(cloud)
    assert (error.code, "neither CarData API nor CarData Stream" in str(error)) == ("missing_scope", True)
