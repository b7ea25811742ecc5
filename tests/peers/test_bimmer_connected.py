"""Releases of bimmer_connected, unmodified: they sign in, list cars, read a car's state and lock it.

A report is what the library made of the emulator's answers; it is compared with the truth of the car.
"""

from collections.abc import Callable

import pytest
from tests.peers.conftest import PeerRun, RunningEmulator
from tests.peers.environments import Peer, load_peers

pytestmark = pytest.mark.timeout(600)

PEERS = load_peers()
RunOf = Callable[[Peer], PeerRun]


@pytest.fixture(params=PEERS, ids=[peer.name for peer in PEERS])
def run(request: pytest.FixtureRequest, run_of: RunOf) -> PeerRun:
    return run_of(request.param)


def test_lists_the_cars_in_the_accounts_order(run: PeerRun, running_emulator: RunningEmulator) -> None:
    vins = [car["vin"] for car in running_emulator.info["vehicles"]]
    if run.peer.is_of_the_app:  # it asks brand by brand
        vins.sort(key=lambda vin: vin.startswith("WMW"))
    assert run.report["vins"] == vins


def test_reads_the_truth_of_its_car(run: PeerRun) -> None:
    report, truth = run.report, run.before
    assert report["odometer_km"] == pytest.approx(truth["odometer_km"], abs=1)
    assert report["position"] == pytest.approx([truth["latitude_deg"], truth["longitude_deg"]], abs=0.001)
    assert report["is_closed"] is (truth["open"] == [])
    assert (report["lock"], truth["lock"]) == (run.peer.secured, "SECURED")
    if truth["soc_percent"] is not None:
        assert report["soc_percent"] == pytest.approx(truth["soc_percent"], abs=1)
        assert report["electric_range_km"] > 0
        assert report["charging_status"] == run.peer.unplugged  # nothing is plugged in
    else:
        assert report["fuel_l"] == pytest.approx(truth["fuel_l"], abs=1)


def test_its_command_is_executed_and_changes_the_car(run: PeerRun) -> None:
    if not run.peer.sends_commands:
        assert run.after["lock"] == "SECURED"
        return
    assert run.report["command_states"][-1] == "EXECUTED"
    assert run.report["lock_after"] == run.after["lock"] == "LOCKED"
    if "charging_target" in run.report:
        assert run.report["charging_target"] == 65


def test_whatever_it_asks_for_is_answered(run: PeerRun) -> None:
    assert run.report.get("answered") == run.report.get("asked")
    if run.peer.version == "0.7.22":
        assert set(run.report["asked"]) >= {"ALL_TRIPS", "CHARGING_PROFILE", "DESTINATIONS", "EFFICIENCY", "NAVIGATION"}
