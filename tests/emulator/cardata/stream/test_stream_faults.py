"""Every way in which BMW's stream fails, as aiomqtt meets it in MQTT 3.1.1 and 5."""

import asyncio
import contextlib
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiomqtt
import pytest

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.fault_table import FAULTS
from bimmerhub.emulator.faults.fault import Area
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatorSettings, StreamSettings
from bimmerhub.ids import Vin
from bimmerhub.mqtt.hooks import CloseReason

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

OLD, NEW = aiomqtt.ProtocolVersion.V311, aiomqtt.ProtocolVersion.V5
BOTH = pytest.mark.parametrize("version", [OLD, NEW], ids=["3.1.1", "5"])
VIN = Vin("WBA00000000000001")
UNANSWERED = 141  # paho's word, in both versions, for a PINGREQ without an answer
LOST = 128  # paho's word, in both versions, for a connection that just went away


@pytest.fixture
async def account(program: "Program") -> "Program":
    await program.sign_in()
    return program


class Phone:
    """A client of one account, and what became of it."""

    def __init__(self, program: "Program", version: aiomqtt.ProtocolVersion, **changes: Any) -> None:
        info = program.emulator.info
        self._topic = f"{info.gcid}/+"
        # paho tries again by itself when a nameless client is refused for its name
        login = {"identifier": "phone", "username": info.gcid, "password": program.tokens["id_token"]}
        tls = ssl.create_default_context(cafile=info.ca_file)
        self.client = aiomqtt.Client(
            info.mqtt_host, info.mqtt_port, tls_context=tls, protocol=version, **{"timeout": 5, **login, **changes}
        )

    async def refused(self) -> int:
        with pytest.raises(aiomqtt.MqttCodeError) as refusal:
            await self.client.__aenter__()
        return code_of(refusal.value)

    async def listen(self) -> list[int]:
        await self.client.__aenter__()
        granted: Any = await self.client.subscribe(self._topic, qos=1)
        return [code if isinstance(code, int) else code.value for code in granted]

    async def ended(self) -> int:
        async with asyncio.timeout(5):
            with pytest.raises(aiomqtt.MqttError) as ending:
                await anext(aiter(self.client.messages))
        return code_of(ending.value.__cause__)

    async def heard(self) -> Any:
        async with asyncio.timeout(5):
            return (await anext(aiter(self.client.messages))).payload

    async def leave(self) -> None:
        with contextlib.suppress(aiomqtt.MqttError):
            await self.client.__aexit__(None, None, None)


def code_of(error: BaseException | None) -> int:
    assert isinstance(error, aiomqtt.MqttCodeError)
    code: Any = error.rc
    return int(code if isinstance(code, int) else code.value)


Phones = Callable[..., Phone]


@pytest.fixture
async def phone(account: "Program") -> AsyncIterator[Phones]:
    made: list[Phone] = []

    def make(version: aiomqtt.ProtocolVersion, **changes: Any) -> Phone:
        made.append(Phone(account, version, **changes))
        return made[-1]

    yield make
    for subscriber in made:
        await subscriber.leave()


def switch(program: "Program", name: str, **options: Any) -> None:
    program.emulator.faults.switch_on(FaultSwitch(name=name, **options))
    program.emulator.clock.nudge()


def publish(program: "Program") -> int:
    return program.emulator.stream.publish(program.emulator.info.gcid, VIN, b"hi")


def closed(program: "Program") -> dict[CloseReason, int]:
    return dict(program.emulator.stream.figures.closed)


# paho gives 3.1.1's codes as the closest of MQTT 5: 2 is 133, 3 is 136, 4 is 134, 5 is 135
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("logins-refused", 135, 135),
        ("bad-credentials", 134, 134),
        ("too-many-connects", 135, 151),
        ("broker-unavailable", 136, 136),
        ("client-id-refused", 133, 133),
        ("unspecified-error", 135, 128),
    ],
)
async def test_login_is_refused_though_the_token_is_good(
    account: "Program", phone: Phones, *, name: str, old: int, new: int
) -> None:
    switch(account, name, times=2)
    assert (await phone(OLD).refused(), await phone(NEW).refused()) == (old, new)
    assert await phone(NEW).listen() == [0]


@BOTH
async def test_dead_token_is_refused_as_a_damaged_one_is(
    account: "Program", phone: Phones, version: aiomqtt.ProtocolVersion
) -> None:
    assert await phone(version, password="a.b.c").refused() == 134
    account.emulator.clock.jump(by_ms=3_600_000)
    assert await phone(version).refused() == 134


@pytest.mark.parametrize(("time", "is_refused"), [("03:25", False), ("03:26", True), ("04:38", True), ("04:39", False)])
async def test_nights_have_their_refusals(account: "Program", phone: Phones, *, time: str, is_refused: bool) -> None:
    hours, minutes = map(int, time.split(":"))
    at = dt.datetime(2026, 7, 28, hours, minutes, tzinfo=dt.UTC)
    switch(account, "night-refusals")
    account.emulator.clock.jump(to_ms=int(at.timestamp() * 1000))
    await account.sign_in()
    client = phone(NEW)
    if is_refused:
        assert await client.refused() == 135
    else:
        assert await client.listen() == [0]


@BOTH
async def test_missing_stream_is_told_by_suback(
    account: "Program", phone: Phones, version: aiomqtt.ProtocolVersion
) -> None:
    switch(account, "no-stream-configured")
    assert await phone(version).listen() == [128]


@BOTH
async def test_quality_1_was_granted_once(account: "Program", phone: Phones, version: aiomqtt.ProtocolVersion) -> None:
    switch(account, "qos-1-granted")
    client = phone(version)
    assert await client.listen() == [1]
    publish(account)
    assert await client.heard() == b"hi"


@BOTH
async def test_mute_broker_takes_the_connection_and_says_nothing(
    account: "Program", phone: Phones, version: aiomqtt.ProtocolVersion
) -> None:
    switch(account, "mute", times=1)
    client = phone(version)
    client.client.timeout = 0.1
    with pytest.raises(aiomqtt.MqttError, match="timed out"):
        await client.client.__aenter__()
    assert await phone(version).listen() == [0]


@BOTH
async def test_second_login_can_be_refused(account: "Program", phone: Phones, version: aiomqtt.ProtocolVersion) -> None:
    switch(account, "refuse-new")
    first = phone(version)
    await first.listen()
    assert await phone(version).refused() == 135
    publish(account)
    assert await first.heard() == b"hi"


@pytest.mark.parametrize(
    ("version", "names", "code"), [(OLD, ("a", "b"), LOST), (NEW, ("a", "b"), 135), (NEW, ("a", "a"), 142)]
)
async def test_second_login_can_end_the_first(
    make_settings: Callable[..., EmulatorSettings],
    program_of: "Callable[[Emulator], Program]",
    *,
    version: aiomqtt.ProtocolVersion,
    names: tuple[str, str],
    code: int,
) -> None:
    async with Emulator(make_settings(stream=StreamSettings(second_session="refuse-new"))) as emulator:
        program = program_of(emulator)
        await program.sign_in()
        switch(program, "evict-old")
        first, second = (Phone(program, version, identifier=name) for name in names)
        await first.listen()
        await second.listen()
        assert (await first.ended(), publish(program)) == (code, 1)
        await second.leave()


@pytest.mark.parametrize(("version", "code"), [(OLD, LOST), (NEW, 135)], ids=["3.1.1", "5"])
async def test_rival_takes_the_stream_again_and_again(
    account: "Program", phone: Phones, *, version: aiomqtt.ProtocolVersion, code: int
) -> None:
    switch(account, "rival")
    for _ in range(2):
        client = phone(version)
        await client.listen()
        account.emulator.clock.jump(by_ms=1_900)
        assert publish(account) == 1
        account.emulator.clock.jump(by_ms=100)
        assert await client.heard() == b"hi"
        assert await client.ended() == code
    assert closed(account) == {CloseReason.EVICTED: 2}


async def test_rival_acts_at_once_on_a_session_that_lives(account: "Program", phone: Phones) -> None:
    client = phone(NEW)
    await client.listen()
    account.emulator.clock.jump(by_ms=60_000)
    switch(account, "rival", times=1)
    assert await client.ended() == 135
    assert account.emulator.faults.switches() == ()


async def test_rival_refuses_in_its_turn_where_the_second_is_refused(account: "Program", phone: Phones) -> None:
    switch(account, "refuse-new")
    switch(account, "rival", value=10)
    account.emulator.clock.jump(by_ms=10_000)
    assert await phone(NEW).refused() == 135
    account.emulator.clock.jump(by_ms=10_000)
    client = phone(NEW)
    await client.listen()
    account.emulator.clock.jump(by_ms=10_000)
    publish(account)
    assert await client.heard() == b"hi"


@BOTH
@pytest.mark.parametrize("name", ["idle-cut", "connections-cut"])
async def test_connection_is_cut_without_a_word(
    account: "Program", phone: Phones, *, name: str, version: aiomqtt.ProtocolVersion
) -> None:
    client = phone(version)
    await client.listen()
    switch(account, name, value=50)
    account.emulator.clock.jump(by_ms=49_000)
    assert publish(account) == 1
    assert await client.heard() == b"hi"
    account.emulator.clock.jump(by_ms=50_000)
    assert (await client.ended(), closed(account)) == (LOST, {CloseReason.SERVER: 1})


async def test_message_puts_the_idle_cut_off(account: "Program", phone: Phones) -> None:
    switch(account, "idle-cut")
    client = phone(NEW)
    await client.listen()
    for _ in range(3):
        account.emulator.clock.jump(by_ms=70_000)
        assert publish(account) == 1
        assert await client.heard() == b"hi"
    account.emulator.clock.jump(by_ms=75_000)
    assert await client.ended() == LOST


async def test_cut_connection_can_come_back_with_the_same_token(account: "Program", phone: Phones) -> None:
    switch(account, "connections-cut", times=1)
    client = phone(NEW)
    await client.listen()
    account.emulator.clock.jump(by_ms=60_000)
    assert await client.ended() == LOST
    assert await phone(NEW).listen() == [0]


@pytest.mark.parametrize(("version", "code"), [(OLD, LOST), (NEW, 141)], ids=["3.1.1", "5"])
async def test_long_keep_alive_is_missed(
    account: "Program", phone: Phones, *, version: aiomqtt.ProtocolVersion, code: int
) -> None:
    switch(account, "keep-alive-rule")
    long, short = phone(version, keepalive=120), phone(version, keepalive=30)
    await long.listen()
    account.emulator.clock.jump(by_ms=74_000)
    assert publish(account) == 1
    account.emulator.clock.jump(by_ms=1_000)
    await long.heard()
    assert (await long.ended(), closed(account)) == (code, {CloseReason.KEEP_ALIVE: 1})
    await short.listen()
    account.emulator.clock.jump(by_ms=44_000)
    assert account.emulator.stream.session_count == 1


async def test_address_that_connects_too_often_is_refused_until_it_was_silent_for_a_minute(
    account: "Program", phone: Phones
) -> None:
    switch(account, "connect-window", value=2.0)
    for _ in range(2):
        await phone(NEW).listen()
    assert await phone(NEW).refused() == 151
    account.emulator.clock.jump(by_ms=59_000)
    assert await phone(NEW, username="somebody else").refused() == 151
    account.emulator.clock.jump(by_ms=59_000)
    assert await phone(OLD).refused() == 135  # paho's word for the 5 of MQTT 3.1.1
    account.emulator.clock.jump(by_ms=60_000)
    assert await phone(NEW).listen() == [0]


async def test_only_the_old_version_is_let_in(account: "Program", phone: Phones) -> None:
    switch(account, "mqtt-5-cut")
    with pytest.raises(aiomqtt.MqttError):
        await phone(NEW, timeout=1).client.__aenter__()  # it does not notice the cut by itself
    assert await phone(OLD).listen() == [0]


async def test_packet_of_the_client_keeps_it_alive(account: "Program", phone: Phones) -> None:
    switch(account, "keep-alive-rule")
    client = phone(NEW)
    await client.listen()
    for _ in range(3):
        account.emulator.clock.jump(by_ms=60_000)
        await client.client.unsubscribe("any")
    assert account.emulator.stream.session_count == 1


@pytest.mark.parametrize(("version", "code"), [(OLD, LOST), (NEW, 135)], ids=["3.1.1", "5"])
async def test_end_of_the_token_is_told(
    account: "Program", phone: Phones, *, version: aiomqtt.ProtocolVersion, code: int
) -> None:
    client = phone(version)
    await client.listen()
    account.emulator.clock.jump(by_ms=3_600_000)
    assert (await client.ended(), closed(account)) == (code, {CloseReason.EXPIRED: 1})


async def test_fault_begins_and_ends_by_the_emulators_clock(account: "Program", phone: Phones) -> None:
    now_ms = account.emulator.clock.now_ms()
    switch(account, "connections-cut", value=1, from_ms=now_ms + 60_000, until_ms=now_ms + 120_000)
    first = phone(NEW)
    await first.listen()
    account.emulator.clock.jump(by_ms=60_000)
    assert await first.ended() == LOST
    account.emulator.clock.jump(by_ms=60_000)
    assert await phone(NEW).listen() == [0]
    account.emulator.clock.jump(by_ms=60_000)
    assert publish(account) == 1


async def test_login_right_after_a_session_is_refused(account: "Program", phone: Phones) -> None:
    switch(account, "hasty-logins-refused")
    first = phone(NEW)
    await first.listen()
    account.emulator.disconnect(account.emulator.info.gcid)
    assert await first.ended() == 152
    account.emulator.clock.jump(by_ms=9_000)
    assert await phone(OLD).refused() == 135
    account.emulator.clock.jump(by_ms=1_000)
    assert await phone(NEW).listen() == [0]


@pytest.mark.parametrize(("version", "code"), [(OLD, LOST), (NEW, 151)], ids=["3.1.1", "5"])
async def test_session_is_ended_for_a_spent_quota(
    account: "Program", phone: Phones, *, version: aiomqtt.ProtocolVersion, code: int
) -> None:
    switch(account, "quota-cut", times=1)
    client = phone(version)
    await client.listen()
    account.emulator.clock.jump(by_ms=60_000)
    assert await client.ended() == code
    assert await phone(version).listen() == [0]


async def test_half_open_connection_says_nothing_and_answers_no_ping(account: "Program", phone: Phones) -> None:
    client = phone(NEW, keepalive=1)
    await client.listen()
    switch(account, "half-open")
    assert publish(account) == 0
    assert await client.ended() == UNANSWERED
    account.emulator.faults.switch_off()
    assert await phone(NEW).listen() == [0]


def test_every_fault_of_the_stream_is_met_here() -> None:
    text = Path(__file__).read_text()
    faults = [name for name, fault in FAULTS.items() if fault.area is Area.STREAM]
    assert [name for name in faults if f'"{name}"' not in text] == []
