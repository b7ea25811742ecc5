"""What a car seldom is, as the MyBMW app is told of it."""

from collections.abc import Callable

from tests.emulator.mybmw.conftest import AppProgram

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cars import MODELS
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings


async def test_doors_locks_and_services(
    make_settings: Callable[..., EmulatorSettings], app_of: Callable[[Emulator], AppProgram]
) -> None:
    vin = MODELS["m2"].vin
    async with Emulator(make_settings(accounts=(EmulatedAccount(models=("m2",)),))) as emulator:
        app = await app_of(emulator).sign_in()
        await app.command_car(vin, "open", what="row1.driver", how="ajar")
        await app.command_car(vin, "unlock", drivers_door_only=True)
        await app.command_car(vin, "miss_service", kind="REAR_BRAKES")
        state = await app.state(vin)
        doors = state["doorsState"]
        assert (doors["leftFront"], doors["combinedSecurityState"]) == ("INTERMEDIATE", "SELECTIVE_LOCKED")
        services = {service["type"]: service["status"] for service in state["requiredServices"]}
        assert services["BRAKE_PADS_REAR"] == "OVERDUE"
