"""`bimmerhub emulator --as-bmw`, and every peer at work against it at once."""

import json
import os
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from tests.peers.environments import Peer, RegistryUnreachable, load_peers, prepare_environment

HERE = Path(__file__).parent
PREPARING = Lock()
SKIP_REASON = "the package registry cannot be reached"


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave this folder out unless it is named: it installs programs."""
    named = {(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args}
    return None if any(path == HERE or HERE in path.parents for path in named) else True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Any:
    """Make a failure of every skip but that for want of a registry: a peer that passed once must pass again."""
    report: pytest.TestReport = yield
    if report.skipped and SKIP_REASON not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"a peer of passed.toml was skipped: {report.longrepr}"
    return report


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningEmulator:
    """The emulator of the peers, in a process of its own.

    `info` is what it printed with `--json`; `models` are those of its cars, in the account's order.
    """

    info: Mapping[str, Any]
    models: tuple[str, ...]

    def vin_of(self, model: str) -> str:
        """Return the VIN of its car of a model."""
        return str(self.info["vehicles"][self.models.index(model)]["vin"])

    def truth(self, vin: str) -> dict[str, Any]:
        """Return how a car really is."""
        tls = ssl.create_default_context(cafile=self.info["ca_file"])
        with urllib.request.urlopen(f"{self.info['control_url']}/vehicles/{vin}/truth", context=tls) as answer:
            return dict(json.load(answer))

    def environment(self) -> dict[str, str]:
        """Return what a Python program needs to reach it under BMW's names: a host table, and its CA."""
        families = self.info["families"].values()
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(HERE / "host_table"),
            "EMULATOR_ADDRESS": self.info["https_url"].removeprefix("https://"),
            "EMULATOR_NAMES": " ".join({host for family in families for host in family["hosts"]}),
            "REQUESTS_CA_BUNDLE": self.info["ca_file"],
            "SSL_CERT_FILE": self.info["ca_file"],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRun:
    """What a peer printed, and the truth of its car before and after."""

    peer: Peer
    vin: str
    report: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@pytest.fixture(scope="session")
def running_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    models = tuple(dict.fromkeys(peer.model for peer in load_peers()))
    line = [sys.executable, "-m", "bimmerhub", "--data-dir", str(tmp_path_factory.mktemp("emulator")), "emulator"]
    options = ["--as-bmw", "--http-port", "0", "--mqtt-port", "0", "--models", ",".join(models), "--json"]
    with subprocess.Popen([*line, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield RunningEmulator(info=json.loads(process.stdout.readline()), models=models)
        finally:
            process.send_signal(signal.SIGINT)


@pytest.fixture(scope="session")
def runs(running_emulator: RunningEmulator) -> Iterator[Mapping[str, "Future[PeerRun]"]]:
    """The runs of all peers by their names, begun together: each waits for its car most of the time."""
    peers = load_peers()
    with ThreadPoolExecutor(len(peers)) as pool:
        yield {peer.name: pool.submit(run_peer, peer, running_emulator) for peer in peers}


@pytest.fixture
def run_of(runs: Mapping[str, "Future[PeerRun]"]) -> Any:
    """Return the run of a peer once it is over."""

    def wait_for(peer: Peer) -> PeerRun:
        try:
            return runs[peer.name].result()
        except RegistryUnreachable:
            pytest.skip(SKIP_REASON)

    return wait_for


def run_peer(peer: Peer, emulator: RunningEmulator) -> PeerRun:
    """Install a peer and let it do its work with its car."""
    with PREPARING:  # two peers may be of one release
        python = prepare_environment(peer)
    vin = emulator.vin_of(peer.model)
    before = emulator.truth(vin)
    line = [str(python), "-W", "ignore", str(HERE / "programs" / peer.program)]
    line += [emulator.info["user"], emulator.info["password"], vin]
    line += [*([peer.region] if peer.is_of_the_app else []), *(["lock"] if peer.sends_commands else [])]
    done = subprocess.run(line, env=emulator.environment(), capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, f"{peer.name} failed:\n{done.stderr}"
    return PeerRun(peer=peer, vin=vin, report=json.loads(done.stdout), before=before, after=emulator.truth(vin))
