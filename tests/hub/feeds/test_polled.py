"""Accounts of families that are asked: their own pace, BMW's failures, restarts; on the real emulator."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from tests.emulated import emulator_settings
from tests.hub.conftest import Cloud, QuickClock, until

from bimmerhub.domain.account.checks import Outcome
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.documents import (
    ALL_TRIPS,
    CHARGING_PROFILE,
    EFFICIENCY,
    LAST_TRIP,
    NAVIGATION,
    SERVICE_PARTNER,
    Question,
)
from bimmerhub.domain.reading import Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount
from bimmerhub.errors import BmwRefused, ConfigError, SignInRequired
from bimmerhub.hub.app import Hub
from bimmerhub.ids import Vin
from bimmerhub.times import MINUTE_MS
from bimmerhub.views.account.accounts import view_accounts
from bimmerhub.views.ports.accounts import AccountSignIn
from bimmerhub.views.ports.bmw import Asking
from bimmerhub.views.ports.commands import Asker
from bimmerhub.views.viewer import OWNER

NAME = "old"
ODOMETER = re.compile(r"\.mileage$|travelledDistance$", re.IGNORECASE)
SIGN_IN = AccountSignIn(
    family=Family.IREMOTE,
    username="Anna@example.com",
    password="emulator",
    client_key="any",
    client_secret="any",
)
REDIRECT = "https://www.bmw-connecteddrive.com/app/static/external-dispatch.html"
REMEMBERED = replace(SIGN_IN, remember=True)


class OldCloud(Cloud):
    """An emulated BMW whose HTTP requests are counted by the last part of their path."""

    calls: Counter[str]

    @asynccontextmanager
    async def polling(self, clock: QuickClock | None = None, sign_in: AccountSignIn = SIGN_IN) -> AsyncIterator[Hub]:
        """Run a hub whose account is signed in and has been asked for once."""
        async with self.hub(clock=clock) as hub:
            await hub.connections.sign_in_with_password(NAME, sign_in)
            await until(lambda: link_of(hub).state is LinkState.POLLING)
            yield hub

    def fails_by(self, fault: str) -> None:
        self.emulator.faults.switch_on(FaultSwitch(name=fault))

    def fails_no_more(self) -> None:
        self.emulator.faults.switch_off()


@pytest.fixture
async def old(tmp_path: Path, keys_dir: Path) -> AsyncIterator[OldCloud]:
    calls = Counter[str]()

    def count(exchange: Exchange) -> None:
        calls[exchange.path.rstrip("/").rpartition("/")[2]] += 1

    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, speed=0.0)
    async with Emulator(settings, on_exchange=count) as emulator, aiohttp.ClientSession() as session:
        cloud = OldCloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")
        cloud.calls = calls
        yield cloud


def car_of(hub: Hub, vin: Vin) -> Vehicle:
    return next(car for car in hub.live.vehicles() if car.vin == vin)


def link_of(hub: Hub) -> Link:
    return next(link for link in hub.connections.links() if link.account == NAME)


async def advance_until(clock: QuickClock, is_so: Callable[[], object]) -> None:
    """Move the clock by minutes until it is so; a jump at once could come before the feed has begun to wait."""
    async with asyncio.timeout(20):
        while not is_so():
            clock.ahead_ms += MINUTE_MS
            await asyncio.sleep(0.01)


async def advance_to_next_round(cloud: OldCloud, clock: QuickClock) -> int:
    """Move the clock until the cars are asked for again; return after how long, in milliseconds."""
    begun_ms, before = clock.ahead_ms, cloud.calls["status"]
    await advance_until(clock, lambda: cloud.calls["status"] > before)
    return clock.ahead_ms - begun_ms


async def test_account_reads_its_cars_into_the_same_signals(old: OldCloud) -> None:
    async with old.polling() as hub:
        signals = hub.live.state(old.vin) or {}
        points = await hub.store.latest(old.vin)
        [car] = [car for car in hub.live.vehicles() if car.vin == old.vin]
    assert signals["odometer_km"].descriptor == "iremote.mileage"
    assert {point.source for point in points} == {Source.IREMOTE}
    assert all(point.measured_at_ms % 1000 == 0 for point in points)
    assert (car.account, bool(car.model)) == (NAME, True)


async def test_positions_come_with_their_word(old: OldCloud) -> None:
    async with old.polling() as hub:
        values = {str(point.descriptor): point.value for point in await hub.store.latest(old.vin)}
    assert values["iremote.position.status"] == "OK"
    assert isinstance(values["iremote.position.lat"], float)


async def test_documents_are_kept(old: OldCloud) -> None:
    async with old.polling() as hub:
        kinds = {
            kind: len(await hub.store.documents.documents(old.vin, kind))
            for kind in (LAST_TRIP, ALL_TRIPS, CHARGING_PROFILE)
        }
    assert kinds[ALL_TRIPS] == kinds[CHARGING_PROFILE] == 1


async def test_same_update_time_stores_nothing_new(old: OldCloud) -> None:
    clock = QuickClock()
    async with old.polling(clock) as hub:
        stored = hub.context.health.health().readings_stored
        await advance_to_next_round(old, clock)
        await until(lambda: link_of(hub).messages >= 2)
        assert hub.context.health.health().readings_stored == stored


async def test_parked_cars_are_asked_every_half_hour_only(old: OldCloud) -> None:
    clock = QuickClock()
    async with old.polling(clock):
        assert await advance_to_next_round(old, clock) >= 29 * MINUTE_MS
        assert old.calls["vehicles"] == 1


async def test_refused_token_is_renewed_once_with_the_remembered_password(old: OldCloud) -> None:
    clock = QuickClock()
    async with old.polling(clock, REMEMBERED) as hub:
        signed_in = old.calls["token"]
        await old.control("tokens/expire", kind="access")
        await advance_to_next_round(old, clock)
        await until(lambda: old.calls["token"] > signed_in)
        assert link_of(hub).state is LinkState.POLLING
    assert old.calls["token"] == signed_in + 1


async def test_night_of_refused_tokens_is_survived_where_the_password_is_kept(old: OldCloud) -> None:
    clock = QuickClock()
    async with old.polling(clock, REMEMBERED) as hub:
        old.fails_by("older-tokens-refused")
        await advance_to_next_round(old, clock)
        await until(lambda: link_of(hub).state is LinkState.WAITING)
        old.fails_no_more()
        await advance_to_next_round(old, clock)
        await until(lambda: link_of(hub).state is LinkState.POLLING)


async def test_end_of_the_tokens_wants_a_person_where_no_password_is_kept(old: OldCloud) -> None:
    clock = QuickClock()
    async with old.polling(clock, replace(SIGN_IN, grant="implicit", client_id="page", redirect_uri=REDIRECT)) as hub:
        await advance_until(clock, lambda: link_of(hub).state is LinkState.SIGNED_OUT)
        assert "--family iremote" in (link_of(hub).hint or "")


async def test_failing_bmw_is_waited_for_and_retried_on_request(old: OldCloud) -> None:
    clock = QuickClock()
    async with old.polling(clock) as hub:
        old.fails_by("older-500")
        await advance_to_next_round(old, clock)
        await until(lambda: link_of(hub).state is LinkState.WAITING)
        assert (link_of(hub).next_try_at_ms or 0) > clock.now_ms()
        old.fails_no_more()
        await hub.connections.retry(NAME)
        await until(lambda: link_of(hub).state is LinkState.POLLING)


async def test_retry_of_an_account_that_polls_says_that_nothing_is_asked(old: OldCloud) -> None:
    async with old.polling() as hub:
        calls = old.calls.copy()
        link = await hub.connections.retry(NAME)
        assert (link.state, old.calls) == (LinkState.POLLING, calls)
        assert link.reason == f"not asked anew, as it waits for nothing: {link_of(hub).reason}"


@pytest.mark.parametrize(("fault", "words"), [("iremote-gone", "switched i Remote off"), ("account-locked", "locked")])
async def test_refusal_of_every_car_is_one_of_the_account(old: OldCloud, fault: str, words: str) -> None:
    clock = QuickClock()
    async with old.polling(clock) as hub:
        old.fails_by(fault)
        await advance_to_next_round(old, clock)
        await until(lambda: link_of(hub).state is LinkState.REFUSED)
        assert words in (link_of(hub).hint or "")
        assert hub.context.health.health().status == "degraded"


async def test_restart_goes_on_without_signing_in(old: OldCloud) -> None:
    async with old.polling():
        before = old.calls.copy()
    clock = QuickClock()
    async with old.hub(clock=clock) as hub:
        await until(lambda: link_of(hub).state is LinkState.POLLING)
        assert old.calls == before, "a restart asks no more often than the pace"
        assert 3 * MINUTE_MS < await advance_to_next_round(old, clock) < 10 * MINUTE_MS
        await until(lambda: link_of(hub).messages)
    assert (old.calls["token"], old.calls["allTrips"]) == (before["token"], before["allTrips"])


async def test_sign_out_forgets_tokens_and_details(old: OldCloud) -> None:
    async with old.polling() as hub:
        await hub.connections.sign_out(NAME)
        assert await hub.store.settings.load_settings("sign_in_details.") == {}
        [account] = await hub.connections.accounts()
    assert not account.signed_in


async def test_retry_of_a_signed_out_account_says_how_to_sign_in_by_its_family(old: OldCloud) -> None:
    async with old.polling() as hub:
        await hub.connections.sign_out(NAME)
        with pytest.raises(SignInRequired) as caught:
            await hub.connections.retry(NAME)
    assert caught.value.hint == f"bimmerhub login --account {NAME} --family iremote"


async def test_nothing_of_cardata_is_said_of_such_an_account(old: OldCloud) -> None:
    async with old.polling() as hub:
        quotas = await hub.quotas.quotas()
        [account] = (await view_accounts(OWNER, hub.connections)).items
        checks = await hub.context.examination.examine(NAME, spends_calls=True)
        coverage = await hub.context.coverage.coverage(old.vin)
        with pytest.raises(ConfigError, match="i Remote"):
            await hub.context.containers.containers(NAME)
    words = " ".join(f"{check.name} {check.finding} {check.hint}" for check in checks).lower()
    assert (list(quotas), account.username, account.gcid) == ([], "anna@example.com", None)
    assert (list(account.services), list(account.missing)) == ([], [])
    assert Outcome.FAILED not in {check.outcome for check in checks}
    assert not any(word in words for word in ("container", "stream", "quota", "portal", "cardata"))
    assert {row.descriptor.partition(".")[0] for row in coverage} == {"iremote"}


async def test_commands_go_through_the_same_sign_in(old: OldCloud) -> None:
    async with old.polling() as hub:
        signed_in = old.calls["token"]
        asker = Asker(who="command line", from_where=None, may_command=True)
        command = await hub.context.commands.order(old.vin, CommandOrder(kind=CommandKind.LIGHTS), asker=asker)
        await until(lambda: old.calls["executeService"] == 1)
    assert (command.account, old.calls["token"]) == (NAME, signed_in)


PORTAL = AccountSignIn(
    family=Family.CONNECTEDDRIVE,
    username="anna@example.com",
    password="emulator",
    client_id="page",
    redirect_uri=REDIRECT,
)


async def test_portal_is_read_by_the_same_feed(old: OldCloud) -> None:
    async with old.polling(sign_in=PORTAL) as hub:
        signals = hub.live.state(old.vin) or {}
        points = await hub.store.latest(old.vin)
        documents = {
            kind: len(await hub.store.documents.documents(old.vin, kind))
            for kind in (EFFICIENCY, NAVIGATION, SERVICE_PARTNER, CHARGING_PROFILE)
        }
        checks = await hub.context.examination.examine(NAME, spends_calls=False)
        abilities = await hub.context.commands.abilities(old.vin)
    assert signals["odometer_km"].descriptor.startswith("connecteddrive.")
    assert {point.source for point in points} == {Source.CONNECTEDDRIVE}
    assert set(documents.values()) == {1}
    assert Outcome.FAILED not in {check.outcome for check in checks}
    assert CommandKind.LIGHTS in {ability.kind for ability in abilities.items}


async def test_portal_takes_commands(old: OldCloud) -> None:
    async with old.polling(sign_in=PORTAL) as hub:
        asker = Asker(who="command line", from_where=None, may_command=True)
        await hub.context.commands.order(old.vin, CommandOrder(kind=CommandKind.LIGHTS), asker=asker)
        await until(lambda: old.calls["RLF"] == 1)


async def test_car_of_two_families_is_one_car(old: OldCloud) -> None:
    async with old.polling(sign_in=SIGN_IN) as hub:
        await hub.connections.sign_in_with_password("portal", PORTAL)
        await until(lambda: all(link.state is LinkState.POLLING for link in hub.connections.links()))
        [car] = [car for car in hub.live.vehicles() if car.vin == old.vin]
        sources = {point.source for point in await hub.store.latest(old.vin)}
    assert {seen.account for seen in car.accounts} == {NAME, "portal"}
    assert car.brand == "BMW_I"
    assert sources == {Source.IREMOTE, Source.CONNECTEDDRIVE}


async def test_car_of_three_families_is_one_car_and_commanded_by_the_account_that_is_named(old: OldCloud) -> None:
    asker = Asker(who="command line", from_where=None, may_command=True)
    async with old.polling(sign_in=PORTAL) as hub:
        await old.sign_in(hub, name="home")
        await hub.connections.sign_in_with_password("older", SIGN_IN)
        await until(lambda: old.publish(50) > 0)
        await until(lambda: len(seen_by(hub, old)) == 3)
        commands = hub.context.commands
        with pytest.raises(BmwRefused, match="the portal has no code for that") as portal:
            await commands.order(old.vin, CommandOrder(kind=CommandKind.FIND), asker=asker)
        with pytest.raises(BmwRefused, match="account home reads it"):
            await commands.order(old.vin, CommandOrder(kind=CommandKind.FIND), asker=asker, account="home")
        command = await commands.order(old.vin, CommandOrder(kind=CommandKind.FIND), asker=asker, account="older")
        await until(lambda: old.calls["executeService"] == 1)
        lists = {name: (await commands.abilities(old.vin, account=name)).account for name in (NAME, "older")}
        odometer = (hub.live.state(old.vin) or {})["odometer_km"]
    assert seen_by(hub, old) == {NAME, "older", "home"}
    assert (command.account, lists) == ("older", {NAME: NAME, "older": "older"})
    assert portal.value.hint == f"That was by account {NAME}; the car is also seen by older."
    assert odometer.value == pytest.approx(old.emulator.garage.truth(old.vin).odometer_km, abs=1)


def seen_by(hub: Hub, old: OldCloud) -> set[str]:
    """Return the accounts that see the car."""
    return {seen.account for car in hub.live.vehicles() if car.vin == old.vin for seen in car.accounts}


async def test_a_car_that_bmw_lists_no_longer_is_noticed_at_its_first_refusal(old: OldCloud) -> None:
    clock = QuickClock()
    async with old.polling(clock) as hub:
        await old.control(f"vehicles/{old.vin}/unmap", account=old.emulator.info.user)
        await advance_to_next_round(old, clock)
        await until(lambda: old.calls["vehicles"] == 2)
        await until(lambda: car_of(hub, old.vin).notice is not None)
        words = link_of(hub).reason
        others = [vehicle.notice for vehicle in hub.live.vehicles() if vehicle.vin != old.vin]
        await advance_to_next_round(old, clock)
        assert old.calls["vehicles"] == 2
    assert car_of(hub, old.vin).notice == f"BMW does not name it among the cars of account {NAME}"
    assert set(others) == {None}
    assert "refused" not in words


async def test_an_erased_car_leaves_no_note_and_is_read_anew_when_bmw_lists_it(old: OldCloud) -> None:
    clock = QuickClock()
    async with old.polling(clock) as hub:
        messages = link_of(hub).messages
        await hub.context.keeping.erase(old.vin)
        await advance_until(clock, lambda: link_of(hub).messages > messages)
        notes = await hub.store.settings.load_settings("polled.")
        assert notes
        assert old.vin not in str(notes)
        clock.ahead_ms += 24 * 60 * MINUTE_MS
        await advance_until(clock, lambda: "odometer_km" in (hub.live.state(old.vin) or {}))


async def test_an_account_that_loses_its_only_car_says_so_and_is_asked_on(tmp_path: Path, keys_dir: Path) -> None:
    settings = emulator_settings(
        http_port=0, mqtt_port=0, keys_dir=keys_dir, speed=0.0, accounts=(EmulatedAccount(models=("bev",)),)
    )
    clock = QuickClock()
    async with Emulator(settings) as emulator, aiohttp.ClientSession() as session:
        old = OldCloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")
        async with old.polling(clock) as hub:
            await old.control(f"vehicles/{old.vin}/unmap", account=emulator.info.user)
            await advance_until(clock, lambda: "lists no car" in link_of(hub).reason)
            assert link_of(hub).state is LinkState.POLLING
            await old.control(f"vehicles/{old.vin}/map", account=emulator.info.user, mapping="PRIMARY")
            clock.ahead_ms += 24 * 60 * MINUTE_MS
            await advance_until(clock, lambda: "lists no car" not in link_of(hub).reason)


async def test_one_car_in_three_accounts_is_one_car(old: OldCloud) -> None:
    async with old.hub() as hub:
        assert await old.sign_in(hub) == "done"
        await hub.connections.sign_in_with_password(NAME, SIGN_IN)
        await hub.connections.sign_in_with_password("portal", PORTAL)
        await until(lambda: [len(car.accounts) for car in hub.live.vehicles() if car.vin == old.vin] == [2])
        await until(lambda: old.calls[str(old.vin)] >= 4)
        mappings = Asking(question=Question.MAPPINGS, vin=None, account="home")
        await hub.context.questions.ask(mappings, fresh=True)
        values = Asking(question=Question.VALUES, vin=old.vin, account="home")
        await hub.context.questions.ask(values, fresh=True)
        car, signals = car_of(hub, old.vin), hub.live.state(old.vin) or {}
        points = await hub.store.latest(old.vin)
        health = hub.context.health.health()
        await old.control(f"vehicles/{old.vin}/unmap", account=old.emulator.info.user)
        assert (await hub.context.questions.ask(mappings, fresh=True)).documents
        assert car_of(hub, old.vin).notice is None
    assert len(hub.live.vehicles()) == len(old.emulator.info.vehicles)
    assert [seen.account for seen in car.accounts] == ["home", NAME, "portal"]
    assert (health.status, health.reasons) == ("ok", [])
    odometers = {point.value for point in points if ODOMETER.search(str(point.descriptor))}
    assert len(odometers) == 1
    assert {point.source for point in points} == {Source.REST, Source.IREMOTE, Source.CONNECTEDDRIVE}
    assert signals["odometer_km"].unit == "km"
