"""Accounts of the MyBMW app's interface in a hub: signing in, reading, what BMW refuses; on the real emulator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from tests.hub.conftest import QuickClock, until
from tests.hub.feeds.test_polled import NAME, OldCloud, advance_until, link_of, old

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import LinkState
from bimmerhub.domain.reading import Source
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.errors import BmwRefused, ConfigError
from bimmerhub.hub.app import Hub
from bimmerhub.views.ports.accounts import AccountSignIn

__all__ = ["old"]
SIGN_IN = AccountSignIn(
    family=Family.MYBMW,
    username="anna@example.com",
    password="emulator",
    captcha="solved-1",
    subscription_key="any",
    app_version="4.9.2(36892)",
    app_build="AP2A.240605.024",
)


@asynccontextmanager
async def app_hub(old: OldCloud, clock: QuickClock | None = None) -> AsyncIterator[Hub]:
    async with old.polling(clock, SIGN_IN) as hub:
        yield hub


async def test_account_reads_its_cars_into_the_same_signals(old: OldCloud) -> None:
    async with app_hub(old) as hub:
        signals = hub.live.state(old.vin) or {}
        points = await hub.store.latest(old.vin)
        [car] = [car for car in hub.live.vehicles() if car.vin == old.vin]
    assert signals["odometer_km"].descriptor == "mybmw.currentMileage"
    assert {point.source for point in points} == {Source.MYBMW}
    assert (car.account, bool(car.model), car.drivetrain in {"BEV", "PHEV", "CONV", "MHEV"}) == (NAME, True, True)


async def test_captcha_that_was_used_is_not_sent_again(old: OldCloud) -> None:
    async with old.hub() as hub:
        with pytest.raises(BmwRefused):
            await hub.connections.sign_in_with_password(NAME, replace(SIGN_IN, password="wrong"))
        with pytest.raises(BmwRefused, match="refused the sign-in"):
            await hub.connections.sign_in_with_password(NAME, SIGN_IN)
        assert old.calls["authenticate"] == 2
        await hub.connections.sign_in_with_password(NAME, replace(SIGN_IN, captcha="solved-2"))


async def test_missing_settings_are_named_before_anything_is_sent(old: OldCloud) -> None:
    async with old.hub() as hub:
        with pytest.raises(ConfigError, match="app_build, subscription_key") as missing:
            await hub.connections.plan_password_sign_in(NAME, replace(SIGN_IN, app_build=None, subscription_key=None))
        with pytest.raises(ConfigError, match="a kept password signs nobody in"):
            await hub.connections.sign_in_with_password(NAME, replace(SIGN_IN, remember=True))
    assert "x-user-agent" in (missing.value.hint or "")
    assert old.calls["authenticate"] == 0


async def test_session_that_bmw_ends_wants_a_person_with_a_new_captcha(old: OldCloud) -> None:
    clock = QuickClock()
    async with app_hub(old, clock) as hub:
        signed_in = old.calls["authenticate"]
        await old.control("tokens/expire", kind="access")
        await old.control("tokens/expire", kind="refresh")
        await advance_until(clock, lambda: link_of(hub).state is LinkState.SIGNED_OUT)
        hint = link_of(hub).hint or ""
    assert ("--family mybmw" in hint, "captcha" in hint, "--remember" in hint) == (True, True, False)
    assert old.calls["authenticate"] == signed_in


async def test_expired_token_is_renewed_without_a_captcha(old: OldCloud) -> None:
    clock = QuickClock()
    async with app_hub(old, clock) as hub:
        asked = old.calls["state"]
        await old.control("tokens/expire", kind="access")
        await advance_until(clock, lambda: old.calls["state"] > asked)
        await until(lambda: link_of(hub).state is LinkState.POLLING)


@pytest.mark.parametrize(
    ("fault", "state", "words"),
    [
        ("app-blocked", LinkState.REFUSED, "BMW blocks this program"),
        ("app-quota", LinkState.WAITING, "quota for this app is spent"),
        ("app-rate-limit", LinkState.WAITING, "asked too often"),
    ],
)
async def test_refusals_of_the_gateway_are_told_apart(old: OldCloud, fault: str, state: LinkState, words: str) -> None:
    clock = QuickClock()
    async with app_hub(old, clock) as hub:
        old.emulator.faults.switch_on(FaultSwitch(name=fault, value=1.0 if fault == "app-quota" else None))
        await advance_until(clock, lambda: link_of(hub).state is state)
        assert words in link_of(hub).reason


async def test_pace_is_stretched_so_that_the_calls_of_the_day_last(old: OldCloud) -> None:
    async with app_hub(old) as hub:
        words = link_of(hub).reason
    assert "of the day's 120 calls are made" in words
