"""A hub whose disk takes nothing when it starts: it shows what is stored, says so, and goes on by itself."""

import asyncio
import re
import resource
import signal

from tests.e2e.test_hub_process import HANG_S, World, read_note, world
from tests.forked_command import ForkedCommand

__all__ = ["world"]


def said(process: ForkedCommand, pattern: str) -> re.Match[str]:
    """Return where the pattern is found in what a process says, once it says so."""
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line)
        if (match := re.search(pattern, line)) is not None:
            return match
    raise AssertionError(lines)


async def test_a_hub_on_a_full_disk_starts_for_reading_and_goes_on_when_there_is_room(
    world: World,
) -> None:
    async with world.hub() as hub:
        await world.sign_in(hub)
        world.publish(7)
        await hub.until("health", lambda health: health["readings_stored"])
        hub.process.send_signal(signal.SIGTERM)
        await hub.wait()
    tokens = (world.data_dir / "bimmerhub.sqlite3").read_bytes()
    with world.process(file_bytes=0) as process:
        async with asyncio.timeout(HANG_S):
            match = await asyncio.to_thread(said, process, r"running: (http\S+)")
        address = match[1]
        async with world.session.get(f"{address}/api/v1/health") as answer:
            health = await answer.json()
        assert health["status"] == "down"
        assert "cannot be written" in health["reasons"][0]
        async with world.session.get(f"{address}/api/v1/vehicles") as answer:
            assert [vehicle["vin"] for vehicle in (await answer.json())["items"]]
        assert (world.data_dir / "bimmerhub.sqlite3").read_bytes() == tokens
        words = ("vehicles", "--data-dir", world.data_dir)
        with ForkedCommand(*words, environment=world.environment, file_bytes=0) as reading:
            out, err = await asyncio.to_thread(reading.communicate)
        assert (reading.returncode, world.emulator.info.vehicles[0].vin[-4:] in out) == (0, True), err
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        async with asyncio.timeout(HANG_S):
            await asyncio.to_thread(said, process, "can be written again")
            while read_note(world.data_dir / "hub.json").get("pid") != process.pid:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, HANG_S) == 0
