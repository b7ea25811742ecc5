"""A hub that reads from a person's broker, to which another program relays BMW's stream (bmw-mqtt-bridge's layout)."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.hub.conftest import ACCOUNT, VIN, Cloud, message, until
from typing_extensions import override

from bimmerhub.domain.account.checks import Outcome
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.emulator.host.certificates import load_or_make_certificates
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.settings import AccountSettings
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.mqtt.broker import Broker
from bimmerhub.mqtt.hooks import BrokerHooks, CloseReason, Peer
from bimmerhub.mqtt.packets import Connect, ConnectAnswer, ReasonCode, Subscription
from bimmerhub.times import MINUTE_MS
from bimmerhub.web.settings import WebSettings


@dataclass
class Doorkeeper(BrokerHooks):
    """Lets one user in, and remembers who reads."""

    password: bytes | None = None
    forbidden: str = "none"
    readers: list[str] = field(default_factory=list)
    sessions: list[Peer] = field(default_factory=list)

    @override
    def authenticate(self, session: Peer, connect: Connect) -> ConnectAnswer:
        self.sessions.append(session)
        return ConnectAnswer.ACCEPTED if connect.password == self.password else ConnectAnswer.BAD_CREDENTIALS

    @override
    def authorize(self, session: Peer, subscription: Subscription) -> int:
        self.readers.append(subscription.topic_filter)
        return ReasonCode.NOT_AUTHORIZED if subscription.topic_filter.startswith(self.forbidden) else 0

    @override
    def session_ended(self, session: Peer, reason: CloseReason) -> None:
        """Take no note."""


@pytest.fixture
async def doorkeeper() -> Doorkeeper:
    return Doorkeeper()


@pytest.fixture
async def broker(doorkeeper: Doorkeeper) -> AsyncIterator[Broker]:
    broker = Broker(hooks=doorkeeper)
    async with broker.serve("127.0.0.1", 0, ssl_context=None):
        yield broker


Run = Callable[..., AbstractAsyncContextManager[Hub]]


@pytest.fixture
def run(tmp_path: Path, broker: Broker) -> Run:
    @asynccontextmanager
    async def run_hub(**relay: Any) -> AsyncIterator[Hub]:
        home = AccountSettings(**{"relay_host": "127.0.0.1", "relay_port": broker.port, **relay})
        settings = HubConfig(data_dir=tmp_path / "hub", hub=WebSettings(port=0), accounts={ACCOUNT: home})
        async with running(settings) as hub:
            yield hub

    return run_hub


def link(hub: Hub) -> Link:
    [one] = hub.connections.links()
    return one


async def until_reading(hub: Hub, doorkeeper: Doorkeeper) -> None:
    await until(lambda: link(hub).state is LinkState.CONNECTED and len(doorkeeper.readers) >= 2)


async def test_what_another_program_relays_becomes_readings_without_a_sign_in(
    run: Run, broker: Broker, doorkeeper: Doorkeeper
) -> None:
    async with run() as hub:
        await until_reading(hub, doorkeeper)
        assert doorkeeper.readers == ["bmw/raw/+", "bmw/+"]
        broker.publish(f"bmw/raw/{VIN}", message(71))
        await until(lambda: hub.live.state(VIN))
        state = hub.live.state(VIN) or {}
        assert state["soc_percent"].value == 71
        assert link(hub).reason == f"connected to the relay at 127.0.0.1:{broker.port}"
        [account] = await hub.connections.accounts()
        assert (account.name, account.signed_in, account.is_relayed) == (ACCOUNT, False, True)


async def test_both_layouts_and_split_values_are_one_message(run: Run, broker: Broker, doorkeeper: Doorkeeper) -> None:
    async with run() as hub:
        await until_reading(hub, doorkeeper)
        for number in range(3):
            payload = message(60 + number, at_ms=1_785_155_878_000 + number * MINUTE_MS)
            broker.publish(f"bmw/raw/{VIN}", payload)
            broker.publish(f"bmw/{VIN}", payload)
            broker.publish(f"bmw/vehicles/{VIN}/soc", b"{}")
        await until(lambda: link(hub).messages == 3)
        await asyncio.sleep(0.1)
        assert link(hub).messages == 3
        assert not (await hub.store.refused(limit=9))


async def test_program_that_comes_back_with_the_older_layout_is_read(
    run: Run, broker: Broker, doorkeeper: Doorkeeper
) -> None:
    async with run() as hub:
        await until_reading(hub, doorkeeper)
        broker.publish(f"bmw/raw/{VIN}", message(60))
        await until(lambda: link(hub).messages == 1)
        broker.publish("bmw/status", b"false")
        await until(lambda: link(hub).state is LinkState.WAITING)
        broker.publish("bmw/status", b"true")
        await until(lambda: link(hub).state is LinkState.CONNECTED)
        broker.publish(f"bmw/{VIN}", message(61, at_ms=1_785_155_878_000 + MINUTE_MS))
        await until(lambda: link(hub).messages == 2)


async def test_older_layout_and_another_prefix_are_read(run: Run, broker: Broker, doorkeeper: Doorkeeper) -> None:
    async with run(relay_prefix="cars/bmw") as hub:
        await until_reading(hub, doorkeeper)
        broker.publish(f"cars/bmw/{VIN}", message(64))
        await until(lambda: hub.live.state(VIN))


async def test_status_of_the_other_program_is_told(run: Run, broker: Broker, doorkeeper: Doorkeeper) -> None:
    async with run() as hub:
        await until_reading(hub, doorkeeper)
        broker.publish("bmw/status", b"false")
        await until(lambda: link(hub).state is LinkState.WAITING)
        assert "has no stream of BMW's now" in link(hub).reason
        broker.publish("bmw/status", b"true")
        await until(lambda: link(hub).state is LinkState.CONNECTED)


async def test_retry_leaves_a_relay_alone_whose_other_program_has_no_stream(
    run: Run, broker: Broker, doorkeeper: Doorkeeper
) -> None:
    async with run() as hub:
        await until_reading(hub, doorkeeper)
        broker.publish("bmw/status", b"false")
        await until(lambda: link(hub).state is LinkState.WAITING)
        await hub.connections.retry(ACCOUNT)
        assert link(hub).state is LinkState.WAITING
        assert "has no stream of BMW's now" in link(hub).reason
        broker.publish(f"bmw/raw/{VIN}", message(71))
        await until(lambda: hub.live.state(VIN))


async def test_retained_message_that_is_cleared_is_no_message(run: Run, broker: Broker, doorkeeper: Doorkeeper) -> None:
    async with run() as hub:
        await until_reading(hub, doorkeeper)
        broker.publish(f"bmw/raw/{VIN}", b"")
        broker.publish(f"bmw/raw/{VIN}", message(71))
        await until(lambda: hub.live.state(VIN))
        assert not (await hub.store.refused(limit=9))
        assert link(hub).messages == 1


async def test_message_that_is_too_large_is_named_and_the_rest_is_read(
    run: Run, broker: Broker, doorkeeper: Doorkeeper
) -> None:
    async with run() as hub:
        await until_reading(hub, doorkeeper)
        broker.publish("bmw/firmware", bytes(2_000_000))
        broker.publish(f"bmw/raw/{VIN}", message(71))
        await until(lambda: hub.live.state(VIN))
        broker.publish(f"bmw/{VIN}", bytes(1_500_000))
        await until(lambda: "2 messages were skipped" in link(hub).reason)
        assert link(hub).reason.endswith(f"as too large, the last of 1.5 MB at bmw/…{VIN[-4:]}")
        assert (link(hub).state, len(doorkeeper.sessions)) == (LinkState.CONNECTED, 1)


async def answer_as_a_web_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def test_server_that_is_no_broker_is_told_with_what_to_look_at(tmp_path: Path) -> None:
    server = await asyncio.start_server(answer_as_a_web_server, "127.0.0.1", 0)
    async with server:
        home = AccountSettings(relay_host="127.0.0.1", relay_port=server.sockets[0].getsockname()[1])
        settings = HubConfig(data_dir=tmp_path / "hub", hub=WebSettings(port=0), accounts={ACCOUNT: home})
        async with running(settings) as hub:
            await until(lambda: link(hub).state is LinkState.WAITING)
            assert "relay_port" in (link(hub).hint or "")


async def test_message_of_another_car_than_its_topic_is_refused(
    run: Run, broker: Broker, doorkeeper: Doorkeeper
) -> None:
    async with run() as hub:
        await until_reading(hub, doorkeeper)
        broker.publish("bmw/raw/WBA00000000000009", message(71))
        await until(lambda: hub.context.health.health().readings_refused == 1)
        assert hub.live.state(VIN) is None


async def test_wrong_password_is_named_and_the_right_one_is_read_from_a_file(
    run: Run, doorkeeper: Doorkeeper, tmp_path: Path
) -> None:
    doorkeeper.password = b"right"
    async with run(relay_username="anna", relay_password="wrong") as hub:
        await until(lambda: link(hub).state is LinkState.REFUSED)
        assert "user or the password" in link(hub).reason
        assert "relay_password" in (link(hub).hint or "")
    (tmp_path / "secret").write_text("right\n")
    async with run(relay_username="anna", relay_password=f"file:{tmp_path / 'secret'}") as hub:
        await until(lambda: link(hub).state is LinkState.CONNECTED)


async def test_reader_that_the_broker_lets_not_read_is_told(run: Run, doorkeeper: Doorkeeper) -> None:
    doorkeeper.forbidden = "bmw"
    async with run() as hub:
        await until(lambda: link(hub).state is LinkState.REFUSED)
        assert "lets this user not read bmw/+" in link(hub).reason


async def test_relay_that_is_away_is_tried_again_and_now_when_a_person_says_so(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    home = AccountSettings(relay_host="127.0.0.1", relay_port=unused_tcp_port)
    settings = HubConfig(data_dir=tmp_path / "hub", hub=WebSettings(port=0), accounts={ACCOUNT: home})
    async with running(settings) as hub:
        await until(lambda: link(hub).state is LinkState.WAITING)
        assert "cannot be reached" in link(hub).reason
        async with Broker(hooks=Doorkeeper()).serve("127.0.0.1", unused_tcp_port, ssl_context=None):
            await hub.connections.retry(ACCOUNT)
            await until(lambda: link(hub).state is LinkState.CONNECTED)
        await until(lambda: link(hub).state is LinkState.WAITING)


async def test_relay_by_tls(tmp_path: Path, keys_dir: Path) -> None:
    certificates = load_or_make_certificates(keys_dir, now=dt.datetime.now(dt.UTC))
    broker = Broker(hooks=Doorkeeper())
    async with broker.serve("127.0.0.1", 0, ssl_context=certificates.server_context()):
        home = AccountSettings(
            relay_host="127.0.0.1", relay_port=broker.port, relay_tls=True, relay_ca_file=certificates.ca_file
        )
        settings = HubConfig(data_dir=tmp_path / "hub", hub=WebSettings(port=0), accounts={ACCOUNT: home})
        async with running(settings) as hub:
            await until(lambda: link(hub).state is LinkState.CONNECTED)


async def test_rest_beside_a_relay_needs_a_sign_in_and_takes_no_stream(
    cloud: Cloud, broker: Broker, doorkeeper: Doorkeeper
) -> None:
    home = AccountSettings(relay_host="127.0.0.1", relay_port=broker.port)
    async with cloud.hub(accounts={ACCOUNT: home}, rest=RestSettings(refresh_h=6)) as hub:
        await until_reading(hub, doorkeeper)
        checks = {check.name: check for check in await hub.context.examination.examine(ACCOUNT, spends_calls=True)}
        assert (checks["sign-in"].outcome, checks["stream"].outcome) == (Outcome.SKIPPED, Outcome.OK)
        assert (checks["relay"].outcome, "stream server" in checks) == (Outcome.OK, False)
        assert (checks["vehicles"].outcome, cloud.emulator.quota.spent(cloud.emulator.info.gcid)) == (
            Outcome.SKIPPED,
            0,
        )
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: len(hub.live.vehicles()) == 3)
        assert "relay" in link(hub).reason
        assert cloud.publish(55) == 0, "nobody reads BMW's own stream"
        await hub.connections.sign_out(ACCOUNT)
        await until(lambda: link(hub).state is LinkState.CONNECTED)


@pytest.mark.parametrize(
    "settings", [{}, {"relay_host": "no host"}, {"relay_host": "broker.lan", "relay_prefix": "bmw/#"}]
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        AccountSettings(**settings)


def test_password_that_is_not_where_the_setting_says_is_told_without_it(tmp_path: Path) -> None:
    for place in ("env:NOT_THERE_AT_ALL", f"file:{tmp_path / 'nothing'}"):
        home = AccountSettings(relay_host="broker.lan", relay_password=place)
        with pytest.raises(ConfigError, match=r"accounts\.home\.relay_password"):
            home.relay("home")
