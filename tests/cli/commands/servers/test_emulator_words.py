"""What the emulator says when it is ready."""

from pathlib import Path

from bimmerhub.cli.commands.servers.emulator_words import describe_emulator
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.owners.accounts_file import load_accounts
from bimmerhub.emulator.settings import EmulatorSettings, HostSettings

OWNERS = """
[[account]]
user = "anna@example.com"
cars = ["bev"]

[[account]]
user = "ben@example.com"
services = ["stream"]
cars = ["phev"]
secondary = ["bev"]

[[account]]
user = "clerk@example.com"

[[provider]]
client_id = "cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee"
"""


async def test_every_owner_is_told_with_client_services_and_cars(tmp_path: Path) -> None:
    file = tmp_path / "owners.toml"
    file.write_text(OWNERS)
    accounts, providers = load_accounts(file)
    host = HostSettings(http_port=0, mqtt_port=0, data_dir=tmp_path / "emulator")
    async with Emulator(EmulatorSettings(host=host, accounts=accounts, providers=providers)) as emulator:
        _, anna, ben, clerk = describe_emulator(emulator).split("Account ")
        vins = {car.code: car.vin for car in emulator.garage.cars}
    assert (accounts[0].client_id in anna, "services          api, stream" in anna) == (True, True)
    assert f"{vins['bev']}  i5 eDrive40 (BEV), PRIMARY" in anna
    assert "services          stream\n" in ben
    assert f"{vins['bev']}  i5 eDrive40 (BEV), SECONDARY" in ben
    assert "X1 xDrive25e (PHEV), PRIMARY" in ben
    assert "cars              none\nService provider" in clerk
    assert providers[0].client_id in clerk
