"""Accounts of the ConnectedDrive portal in the hub, on the real emulator: signals, documents, commands, sign-in."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from tests.bmw.conftest import HastyClock
from tests.emulated import emulator_settings
from tests.hub.conftest import Cloud, QuickClock, until

from bimmerhub.bmw.car_commands.charging_profile import read_charging_profile
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.bmw.connecteddrive import App, BmwLogin, ConnectedDrive, Endpoints, TokenFile
from bimmerhub.bmw.http import open_session
from bimmerhub.domain import documents
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.command_order import CommandOrder, TextMessage
from bimmerhub.domain.reading import Source
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.errors import BmwRefused, ConfigError
from bimmerhub.hub.accounts.sign_in_details import SignInDetails
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.families.connecteddrive_client import ConnectedDriveClient
from bimmerhub.hub.feeds.families.connecteddrive_family import ConnectedDriveFamily
from bimmerhub.hub.feeds.families.family_client import FamilyCar
from bimmerhub.hub.feeds.families.family_reach import FamilyReach
from bimmerhub.times import HOUR_MS
from bimmerhub.views.documents.destinations import view_destinations
from bimmerhub.views.documents.offered import OlderDocuments
from bimmerhub.views.ports.accounts import AccountSignIn
from bimmerhub.views.ports.commands import Asker
from bimmerhub.views.viewer import OWNER

NAME = "portal"
SIGN_IN = AccountSignIn(
    family=Family.CONNECTEDDRIVE, username="anna@example.com", password="emulator", client_id="page", remember=True
)


class PortalCloud(Cloud):
    """An emulated BMW whose HTTP requests are counted by their path, VINs left out."""

    calls: Counter[str]

    @asynccontextmanager
    async def polling(self, clock: QuickClock | None = None, sign_in: AccountSignIn = SIGN_IN) -> AsyncIterator[Hub]:
        """Run a hub whose account is signed in and has been asked for once."""
        async with self.hub(clock=clock) as hub:
            await hub.connections.sign_in_with_password(NAME, sign_in)
            await until(lambda: link_of(hub).state is LinkState.POLLING)
            yield hub


def link_of(hub: Hub) -> Link:
    return next(link for link in hub.connections.links() if link.account == NAME)


async def as_time_passes(clock: QuickClock, condition: Callable[[], bool]) -> None:
    """Move the clock on, an hour at a time, until the condition holds; the test fails when it never does."""

    def holds() -> bool:
        clock.ahead_ms += 0 if condition() else HOUR_MS
        return condition()

    await until(holds)


@pytest.fixture
async def portal(tmp_path: Path, keys_dir: Path) -> AsyncIterator[PortalCloud]:
    calls = Counter[str]()

    def count(exchange: Exchange) -> None:
        parts = exchange.path.strip("/").split("/")
        calls["/".join(part for part in parts if not part.startswith("WB"))] += 1

    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, speed=0.0)
    async with Emulator(settings, on_exchange=count) as emulator, aiohttp.ClientSession() as session:
        cloud = PortalCloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")
        cloud.calls = calls
        yield cloud


async def test_account_reads_its_cars_into_the_same_signals(portal: PortalCloud) -> None:
    async with portal.polling() as hub:
        signals = hub.live.state(portal.vin) or {}
        points = await hub.store.latest(portal.vin)
        kinds = {
            kind: len(await hub.store.documents.documents(portal.vin, kind))
            for kind in ("charging_profile", "efficiency", "navigation", "service_partner")
        }
    assert signals["odometer_km"].descriptor == "connecteddrive.mileage"
    assert signals["average_consumption_kwh_per_100km"].descriptor.startswith("connecteddrive.efficiency.")
    assert {point.source for point in points} == {Source.CONNECTEDDRIVE}
    assert set(kinds.values()) == {1}


async def test_command_goes_through_the_same_sign_in(portal: PortalCloud) -> None:
    async with portal.polling() as hub:
        asker = Asker(who="command line", from_where=None, may_command=True)
        command = await hub.context.commands.order(portal.vin, CommandOrder(kind=CommandKind.LIGHTS), asker=asker)
        await until(lambda: portal.calls["api/vehicle/remoteservices/v1/RLF"] == 1)
    assert (command.account, portal.calls["gcdm/oauth/authenticate"]) == (NAME, 1)


async def test_destinations_say_where_places_that_were_sent_stand(portal: PortalCloud) -> None:
    async with portal.polling() as hub:
        context = hub.context
        older = OlderDocuments(documents=context.documents, vehicles=context.vehicles, accounts=context.accounts)
        answer = await view_destinations(OWNER, older, portal.vin)
    assert answer.notice is not None
    assert answer.notice.endswith("Places that were sent to the car stand in its messages.")


async def test_expired_token_is_renewed_with_the_remembered_password(portal: PortalCloud) -> None:
    clock = QuickClock()
    async with portal.polling(clock):
        await as_time_passes(clock, lambda: portal.calls["gcdm/oauth/authenticate"] >= 2)


async def test_end_of_the_token_wants_a_person_where_no_password_is_kept(portal: PortalCloud) -> None:
    clock = QuickClock()
    async with portal.polling(clock, replace(SIGN_IN, remember=False)) as hub:
        await as_time_passes(clock, lambda: link_of(hub).state is LinkState.SIGNED_OUT)
        assert "--family connecteddrive" in (link_of(hub).hint or "")


async def test_portal_that_is_gone_is_a_refusal(portal: PortalCloud) -> None:
    clock = QuickClock()
    async with portal.polling(clock) as hub:
        portal.emulator.faults.switch_on(FaultSwitch(name="portal-gone"))
        await as_time_passes(clock, lambda: link_of(hub).state is LinkState.REFUSED)


@pytest.mark.parametrize(
    ("sign_in", "words"),
    [
        (replace(SIGN_IN, client_id=None), "client id"),
        (replace(SIGN_IN, region="cn"), "cn"),
    ],
)
async def test_what_is_missing_or_wrong_is_said(portal: PortalCloud, sign_in: AccountSignIn, words: str) -> None:
    async with portal.hub() as hub:
        with pytest.raises(ConfigError, match=words):
            await hub.connections.sign_in_with_password(NAME, sign_in)
    assert portal.calls["gcdm/oauth/authenticate"] == 0


@pytest.fixture
async def cars(portal: PortalCloud, tmp_path: Path) -> AsyncIterator[dict[str, FamilyCar]]:
    """The account's cars in the hub's words, by what drives them."""
    url = portal.emulator.info.base_url
    endpoints = Endpoints(api_url=url, auth_url=url, app=App(client_id="page"))
    login = BmwLogin(username="anna@example.com", password="emulator")
    tokens = TokenFile(tmp_path / "tokens.json")
    async with ConnectedDrive(
        tokens=tokens, endpoints=endpoints, login=login, clock=HastyClock(portal.emulator.clock)
    ) as sdk:
        yield {str(car.vehicle.drivetrain): car for car in await ConnectedDriveClient(sdk).fetch_cars()}


async def test_cars_in_the_hubs_words(cars: dict[str, FamilyCar]) -> None:
    electric, petrol = cars["BEV"], cars["CONV"]
    capabilities = {row.name: (row.command, row.word, row.is_able) for row in electric.capabilities()}
    assert capabilities["RDL"] == (CommandKind.LOCK, "ACTIVE", True)
    assert electric.vehicle.brand == "BMW_I"
    assert electric.refusal(CommandKind.HORN) is None
    assert documents.CHARGING_PROFILE not in petrol.document_kinds
    refused = petrol.refusal(CommandKind.CHARGE_NOW)
    assert isinstance(refused, BmwRefused)
    assert refused.note == "driveTrain"
    for kind in (CommandKind.FIND, CommandKind.CLIMATE_STOP):
        with pytest.raises(BmwRefused, match="no code for that"):
            electric.command(CommandOrder(kind=kind))
    with pytest.raises(ConfigError, match="no 'range_map'"):
        await electric.fetch_document(documents.RANGE_MAP)


async def test_charging_profile_is_written_as_its_document_has_it(cars: dict[str, FamilyCar]) -> None:
    car = cars["PHEV"]
    answer = await car.fetch_document(documents.CHARGING_PROFILE)
    text = answer.documents[0].body
    changed = text.replace('"climatizationEnabled":true', '"climatizationEnabled":false')
    order = CommandOrder(kind=CommandKind.CHARGING_PROFILE, profile=changed)
    states = [progress.state async for progress in car.command(order)]
    again = await car.fetch_document(documents.CHARGING_PROFILE)
    assert states[-1] == "executed"
    assert read_charging_profile(again.body) == read_charging_profile(changed.encode())


async def test_message_and_what_it_lacks(cars: dict[str, FamilyCar]) -> None:
    car = cars["BEV"]
    order = CommandOrder(kind=CommandKind.MESSAGE, message=TextMessage(subject="Hello", text="World"))
    assert [progress.state async for progress in car.command(order)] == ["sending", "executed"]
    with pytest.raises(ConfigError, match="a subject and a text"):
        TextMessage(subject="Hello", text="")


@pytest.mark.parametrize(
    ("host", "sign_in"),
    [
        ("https://emulator.example:8443/api", "https://emulator.example:8443/gcdm/oauth/authenticate"),
        ("https://proxy.example/www.bmw-connecteddrive.com", "https://proxy.example/gcdm/oauth/authenticate"),
        ("www.bmw-connecteddrive.de", "https://customer.bmwgroup.com/gcdm/oauth/authenticate"),
        (None, "https://customer.bmwgroup.com/gcdm/oauth/authenticate"),
    ],
)
async def test_password_goes_to_the_host_of_the_account(host: str | None, sign_in: str) -> None:
    async with open_session() as session:
        reach = FamilyReach(
            default_host=lambda: None, ca_file=None, session=session, clock=SystemClock(), keep_from_bmw=lambda _: None
        )
        place = ConnectedDriveFamily(reach).place(SignInDetails(host=host, client_id="page"))
    assert place.auth_url == sign_in


async def test_lost_key_leaves_the_account_signed_out_and_names_the_remembered_password(portal: PortalCloud) -> None:
    clock = QuickClock()
    async with portal.polling(clock):
        pass
    (portal.data_dir / "secret.key").unlink()
    async with portal.hub(clock=clock) as hub:
        await until(lambda: [link.state for link in hub.connections.links()] == [LinkState.SIGNED_OUT])
        [link] = hub.connections.links()
        assert "remembered password, cannot be read" in link.reason
        assert "secret.key" in str(link.hint)
        await hub.connections.sign_in_with_password("portal", SIGN_IN)
        await until(lambda: hub.connections.links()[0].state is LinkState.POLLING)
