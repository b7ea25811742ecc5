"""The charge log of a hub's cars that are asked, and not heard: by what the hub asks anyway."""

from dataclasses import replace

import pytest
from tests.cli.charge_watch.conftest import Receiver
from tests.cli.charge_watch.test_hub_cars import Watch
from tests.hub.conftest import QuickClock, until
from tests.hub.feeds.test_polled import NAME, REMEMBERED, SIGN_IN, OldCloud, advance_to_next_round, advance_until, old

from bimmerhub.domain.account.family import Family
from bimmerhub.hub.app import Hub
from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.views.ports.accounts import AccountSignIn

__all__ = ["old"]
VIN = Vin("WBY00000000E00001")
PORTAL = replace(REMEMBERED, family=Family.CONNECTEDDRIVE, client_id="any", client_key=None, client_secret=None)


def wait_for_the_evening(old: OldCloud, clock: QuickClock) -> None:
    """Let it be 20:00 UTC, at BMW and for the hub: the car stays where it is for the night."""
    by_ms = (20 * HOUR_MS - clock.now_ms()) % DAY_MS
    old.emulator.clock.jump(by_ms=by_ms)
    clock.ahead_ms += by_ms


def begin_to_charge(old: OldCloud, soc_percent: float) -> None:
    old.emulator.garage.command(VIN, "charge", soc_percent=soc_percent, target_percent=100, power_kw=5)
    old.emulator.clock.jump(by_ms=60_000)


def level(hub: Hub) -> float:
    value = (hub.live.state(VIN) or {})["soc_percent"].value
    assert isinstance(value, int | float)
    return value


@pytest.mark.parametrize("sign_in", [REMEMBERED, PORTAL], ids=lambda sign_in: sign_in.family)
async def test_steps_of_a_car_that_is_asked_are_told(old: OldCloud, receiver: Receiver, sign_in: AccountSignIn) -> None:
    clock, watch = QuickClock(), Watch(receiver, old.data_dir)
    wait_for_the_evening(old, clock)
    begin_to_charge(old, 62)
    old.emulator.garage.command(VIN, "stop_charging")
    old.emulator.clock.jump(by_ms=60_000)
    async with old.polling(clock, sign_in) as hub:
        async with watch.running("E00001"):
            begin_to_charge(old, 72)
            await advance_until(clock, lambda: len(receiver.received) == 2)
        old.emulator.clock.jump(by_ms=HOUR_MS)
        await advance_until(clock, lambda: level(hub) >= 75)
        async with watch.running("E00001"):
            await receiver.wait_for(3)
    assert sorted(notice["kind"] for notice in receiver.received) == ["charging_started", "step", "step"]
    before, after = (notice["steps_percent"] for notice in receiver.received if notice["kind"] == "step")
    assert (before, after) == ([65, 70], [75])
    assert any("it is asked every" in line for line in watch.errors)
    assert not any("every few seconds" in line for line in watch.errors)


async def test_what_keeps_bmw_from_telling_is_said_once(old: OldCloud, receiver: Receiver) -> None:
    clock, watch = QuickClock(), Watch(receiver, old.data_dir)

    def said(state: str) -> int:
        return sum(line.startswith(f"old: {state}: ") for line in watch.errors)

    async with old.polling(clock, REMEMBERED), watch.running("E00001"):
        await until(lambda: said("polling"))
        old.fails_by("older-503")
        await advance_until(clock, lambda: said("waiting"))
        await advance_to_next_round(old, clock)
        old.fails_no_more()
        await advance_until(clock, lambda: said("polling") == 2)
    assert said("waiting") == 1


async def test_without_a_hub_it_asks_by_itself(
    old: OldCloud, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = old.emulator.info
    addresses = {"AUTH_URL": info.base_url, "API_URL": info.base_url, "STREAM_HOST": info.mqtt_host}
    for name, value in {**addresses, "STREAM_PORT": info.mqtt_port, "CA_FILE": info.ca_file}.items():
        monkeypatch.setenv(f"BIMMERHUB_BMW__{name}", str(value))
    watch = Watch(receiver, old.data_dir)
    async with old.hub(goes_live=False) as hub:
        await hub.connections.sign_in_with_password(NAME, SIGN_IN)
    begin_to_charge(old, 72)
    async with watch.running("E00001"):
        await until(lambda: any("  72 % [" in line for line in watch.lines))
