"""`containers show`: what BMW tells of one container, alive and deleted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.conftest import Run, sign_in

from bimmerhub.emulator.app import Emulator

ODOMETER = "vehicle.vehicle.travelledDistance"


def test_a_container_shows_its_descriptors_and_a_deleted_one_the_day_of_its_purge(
    emulator: Emulator, data_dir: Path, run: Run
) -> None:
    sign_in(emulator, data_dir)
    made = run("containers", "create", ODOMETER, "--json").json["id"]
    alive = run("containers", "show", made, "--json").json
    assert (alive["descriptors"], alive["state"], alive["purge_at"]) == ([ODOMETER], "ACTIVE", None)
    assert run("containers", "delete", made).code == 0
    for _ in range(2):
        gone = run("containers", "show", made, "--json").json
        assert (gone["descriptors"], gone["state"], gone["is_active"]) == (None, "DELETED", False)
        purge_at = datetime.fromisoformat(gone["purge_at"])
        assert abs(purge_at - datetime.now(UTC) - timedelta(days=29)) < timedelta(minutes=2)
    assert "then BMW purges it" in run("containers", "show", made).err
    assert run("containers", "show", "A00A000A000AA").code == 1
    assert run("containers", "show", "short").code == 2
