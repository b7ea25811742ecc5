"""The import contracts hold, and each of them would notice being broken."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

import bimmerhub

SOURCE = Path(bimmerhub.__file__).parent
PROJECT = SOURCE.parents[1]
CONTRACTS = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
NAMES = [contract["name"] for contract in CONTRACTS]
OFFEND = """
import io, json, sys
from contextlib import redirect_stdout
from pathlib import Path
from importlinter.cli import lint_imports

def lint():
    with redirect_stdout(io.StringIO()) as output:
        lint_imports(cache_dir="cache")
    return output.getvalue()

outputs = []
for _, module, line in json.load(sys.stdin):
    file = Path("bimmerhub") / module
    before = file.read_text("utf-8")
    file.write_text(f"{before}\\n{line}\\n", "utf-8")
    outputs.append(lint())
    file.write_text(before, "utf-8")
print(json.dumps([*outputs, lint()]))
"""
"""Lints once with each offence of stdin, and at last without any."""
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


class Offence(NamedTuple):
    contract: str
    module: str
    line: str


OFFENCES = [
    Offence(NAMES[0], "errors.py", "import bimmerhub.ids"),
    Offence(NAMES[0], "store/ports/readings.py", "import bimmerhub.bmw.clock"),
    Offence(NAMES[0], "web/server.py", "import bimmerhub.hub.process.secrets"),
    Offence(NAMES[1], "views/ports/cars.py", "import bimmerhub.bmw.clock"),
    Offence(NAMES[1], "outputs/sink.py", "import bimmerhub.bmw.clock"),
    Offence(NAMES[0], "outputs/sink.py", "import bimmerhub.web.settings"),
    Offence(
        "The web answers by views: it reads nothing past them", "web/metrics.py", "import bimmerhub.store.ports.figures"
    ),
    Offence("Views load quickly: reading commands import them", "views/fields.py", "import pydantic"),
    Offence(
        "Only the command line starts an emulator", "hub/process/secrets.py", "import bimmerhub.emulator.host.clock"
    ),
    Offence(
        "The emulator speaks from the facts: it knows nothing of the domain",
        "emulator/host/clock.py",
        "import bimmerhub.domain.units",
    ),
    Offence(
        "Simulated cars are pure, and know no service's words",
        "emulator/cars/instruments.py",
        "import bimmerhub.emulator.cardata.voice.keys",
    ),
    Offence("Simulated cars are pure, and know no service's words", "emulator/cars/garage.py", "import time"),
    Offence(
        "Layers of the emulator",
        "emulator/sign_in/scopes.py",
        "import bimmerhub.emulator.cardata.quota",
    ),
    Offence("The domain is pure", "domain/units.py", "import asyncio"),
    Offence("The wire is pure", "bmw/cardata/wire.py", "import logging"),
    Offence("The wire is pure", "bmw/iremote/wire.py", "import logging"),
    Offence("The wire is pure", "bmw/connecteddrive/wire.py", "import logging"),
    Offence("BMW's families do not know each other", "bmw/iremote/rest.py", "import bimmerhub.bmw.cardata.rest"),
    Offence("BMW's families do not know each other", "bmw/connecteddrive/rest.py", "import bimmerhub.bmw.iremote.rest"),
    Offence("The wire is pure", "bmw/cardata/decoding/row_values.py", "import time"),
    Offence(
        "What BMW's families share knows none of them",
        "bmw/gcdm/token_endpoint.py",
        "import bimmerhub.bmw.cardata.auth",
    ),
    Offence(
        "Only the wiring knows which store it is",
        "hub/process/secrets.py",
        "import bimmerhub.store.sqlite.store",
    ),
    Offence(
        "Only the wiring knows which store it is", "cli/commands/cars/watch.py", "import bimmerhub.store.sqlite.store"
    ),
    Offence("bmw.http alone knows the HTTP library", "hub/process/secrets.py", "import aiohttp"),
    Offence("MQTT is our own: its libraries are for tests only", "bmw/cardata/streaming/stream.py", "import aiomqtt"),
    Offence("MQTT is our own: its libraries are for tests only", "mqtt/client.py", "import paho.mqtt.client"),
    Offence("MQTT is our own: its libraries are for tests only", "emulator/app.py", "import gmqtt"),
]


def lint(project: Path, source: Path, program: str = LINT, *, words: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(source), "NO_COLOR": "1", "COLUMNS": "200"},
        input=words,
        capture_output=True,
        text=True,
        check=False,
    )


def broken(output: str) -> set[str]:
    return {name for name in NAMES if f"{name} BROKEN" in output}


def test_contracts_hold() -> None:
    linted = lint(PROJECT, SOURCE.parent)
    assert linted.returncode == 0, linted.stdout
    assert f"{len(NAMES)} kept, 0 broken" in linted.stdout


def test_each_contract_is_proved_to_fail() -> None:
    assert {offence.contract for offence in OFFENCES} == set(NAMES)


def test_each_offending_import_breaks_its_contract(tmp_path: Path) -> None:
    """One process commits all offences one after the other: to start it takes longer than to lint."""
    shutil.copytree(SOURCE, tmp_path / "bimmerhub", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    linted = lint(tmp_path, tmp_path, OFFEND, words=json.dumps(OFFENCES))
    assert linted.returncode == 0, linted.stdout + linted.stderr
    *outputs, at_last = json.loads(linted.stdout.splitlines()[-1])
    for offence, output in zip(OFFENCES, outputs, strict=True):
        assert offence.contract in broken(output), f"{offence}\n{output}"
    assert f"{len(NAMES)} kept, 0 broken" in at_last


@pytest.mark.parametrize("package", ["emulator", "mqtt"])
def test_package_below_the_sdk_knows_nothing_of_the_domain(package: str) -> None:
    imports = {
        name
        for path in (SOURCE / package).rglob("*.py")
        for name in re.findall(r"(?:import|from) bimmerhub\.domain\S*", path.read_text(encoding="utf-8"))
    }
    assert imports == set()
