"""The cars' pictures: fetched once, kept, never at the cost of what a person has left of the quota."""

from pathlib import Path

from tests.hub.conftest import Cloud, QuickClock, until_settled

from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.images import FOLDER, CarImages
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.times import DAY_MS, HOUR_MS

DAILY = RestSettings(refresh_h=24, reserve=0)


async def calls(hub: Hub, operation: str) -> int:
    """Return how many of them were made, on whatever day."""
    [account] = await hub.store.accounts.accounts()
    return sum(call.operation == operation for call in await hub.store.quota.calls_since(account.owner, 0))


async def refreshed(clock: QuickClock, hub: Hub, *, times: int) -> None:
    """Return after so many rounds of calls, a day apart."""
    for _ in range(times):
        await until_settled(hub)
        clock.ahead_ms += DAY_MS + HOUR_MS


def files(cloud: Cloud) -> list[Path]:
    return sorted((cloud.data_dir / FOLDER).iterdir())


async def test_each_picture_is_fetched_once_and_outlives_a_restart(cloud: Cloud) -> None:
    cars, clock = len(cloud.emulator.info.vehicles), QuickClock()
    async with cloud.hub(rest=DAILY, clock=clock) as hub:
        await cloud.sign_in(hub)
        await refreshed(clock, hub, times=3)
        assert await calls(hub, "image") == cars
    async with cloud.hub() as hub:
        address = f"{hub.address}/api/v1/vehicles/{cloud.vin}/image"
        async with cloud.session.get(address) as answer:
            assert (await answer.read()).startswith(b"\x89PNG")
    assert {path.stat().st_mode & 0o777 for path in files(cloud)} == {0o600}
    assert not any(cloud.vin in path.name for path in files(cloud))


async def test_that_bmw_has_none_is_remembered(cloud: Cloud) -> None:
    cloud.emulator.faults.switch_on(FaultSwitch(name="no-image"))
    clock = QuickClock()
    async with cloud.hub(rest=DAILY, clock=clock) as hub:
        await cloud.sign_in(hub)
        await refreshed(clock, hub, times=3)
        assert await calls(hub, "image") == len(cloud.emulator.info.vehicles)
    images = CarImages.open(cloud.data_dir)
    assert await images.image(cloud.vin) == b""
    assert not images.is_wanted(cloud.vin)


async def test_the_reserve_keeps_it_from_being_fetched(cloud: Cloud) -> None:
    cars = len(cloud.emulator.info.vehicles)
    async with cloud.hub(rest=RestSettings(refresh_h=6, reserve=50 - 3 - 2 * cars)) as hub:
        await cloud.sign_in(hub)
        await until_settled(hub)
        assert await calls(hub, "telematicData") == cars
    assert not (cloud.data_dir / FOLDER).exists()


async def test_what_a_crash_left_half_written_is_taken_away(cloud: Cloud) -> None:
    images = CarImages.open(cloud.data_dir)
    await images.keep(cloud.vin, b"a picture")
    await images.keep_view(cloud.vin, "front", b"a side")
    whole = sorted(path for path in (cloud.data_dir / FOLDER).rglob("*") if path.is_file())
    for path in whole:
        path.with_name(f"{path.name}.new").write_bytes(b"half")
    CarImages.open(cloud.data_dir)
    assert sorted(path for path in (cloud.data_dir / FOLDER).rglob("*") if path.is_file()) == whole
