"""A command that is on its way when the emulator stops goes on when it starts again, as at a cloud that never stops."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.emulator.older.conftest import WEBAPI, OldProgram

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings

BEV = "WBY00000000E00001"
SLOW = (FaultSwitch(name="car-slow", value=90),)
MakeSettings = Callable[..., EmulatorSettings]
OldProgramOf = Callable[[Emulator], OldProgram]


async def test_command_under_way_goes_on(
    make_settings: MakeSettings, old_program_of: OldProgramOf, tmp_path: Path
) -> None:
    settings = make_settings(data_dir=tmp_path, faults=SLOW)
    async with Emulator(settings) as first:
        old = await old_program_of(first).sign_in()
        begun = (await old.execute(BEV, "DOOR_UNLOCK")).body["executionStatus"]
        await old.pass_time(10)
    async with Emulator(settings) as second:
        old.emulator = second
        path = f"{WEBAPI}/{BEV}/serviceExecutionStatus?serviceType=DOOR_UNLOCK"
        status = (await old.get(path))["executionStatus"]
        assert (status["eventId"], status["status"]) == (begun["eventId"], "PENDING")
        assert old.truth(BEV).lock == "SECURED"
        await old.pass_time(90)
        assert (await old.poll(BEV, "DOOR_UNLOCK"), old.truth(BEV).lock) == ("EXECUTED", "UNLOCKED")
    async with Emulator(settings) as third:
        old.emulator = third
        assert (await old.poll(BEV, "DOOR_UNLOCK"), old.truth(BEV).lock) == ("EXECUTED", "UNLOCKED")
        assert len((await old.get(f"{WEBAPI}/{BEV}/serviceExecutionHistory"))["serviceExecutionHistory"]) == 1


async def test_what_a_killed_emulator_had_its_cars_do_is_done_once(
    make_settings: MakeSettings, old_program_of: OldProgramOf, tmp_path: Path
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    async with Emulator(make_settings(data_dir=before)) as first:
        old = await old_program_of(first).sign_in()
        await old.execute(BEV, "LIGHT_FLASH", count="2")
        await old.pass_time(5)
        assert await old.poll(BEV, "LIGHT_FLASH") == "EXECUTED"
        shutil.copytree(before, after)
    async with Emulator(make_settings(data_dir=after)) as second:
        old.emulator = second
        await old.pass_time(60)
        assert await old.poll(BEV, "LIGHT_FLASH") == "EXECUTED"
        assert old.truth(BEV).signals.flashes == 2


async def test_command_to_a_car_that_is_there_no_more_times_out(
    make_settings: MakeSettings, old_program_of: OldProgramOf, tmp_path: Path
) -> None:
    async with Emulator(make_settings(data_dir=tmp_path, faults=SLOW)) as first:
        old = await old_program_of(first).sign_in()
        await old.execute(BEV, "DOOR_UNLOCK")
        await first.begin_anew(seed=7, start_ms=None)
        await old.pass_time(600)
        assert await old.poll(BEV, "DOOR_UNLOCK") == "TIMED_OUT"
        await old.execute(BEV, "DOOR_UNLOCK")
    async with Emulator(make_settings(data_dir=tmp_path, accounts=(EmulatedAccount(models=("phev",)),))) as second:
        old.emulator = second
        await old.pass_time(600)
        assert (await old.call("GET", f"{WEBAPI}/{BEV}/serviceExecutionStatus?serviceType=DOOR_UNLOCK")).status == 404
