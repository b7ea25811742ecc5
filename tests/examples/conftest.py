"""BMW as the emulator plays it, with cars that live a minute in every tenth of a second, and programs beside it."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.conftest import in_background
from tests.emulated import emulator_settings

from bimmerhub.bmw.cardata import Endpoints
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.info import EmulatorInfo

LONG_S = 30 * 86_400
NIGHT_MS = 1_795_827_600_000
"""2026-11-28 at 01:00 UTC: early in the morning where the cars live."""


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorInfo]:
    settings = emulator_settings(
        http_port=0,
        mqtt_port=0,
        data_dir=tmp_path_factory.mktemp("emulator"),
        poll_interval_s=0,
        history_days=10,
        is_demo=True,
        speed=600,
        access_token_s=LONG_S,
        id_token_s=LONG_S,
    )
    with in_background(lambda: Emulator(settings)) as emulator:
        yield emulator.info


@pytest.fixture(scope="module")
def parked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorInfo]:
    """The same BMW, at night and in real time: every car stands, whenever the test runs, and obeys commands."""
    folder = tmp_path_factory.mktemp("emulator")
    settings = emulator_settings(
        http_port=0, mqtt_port=0, data_dir=folder, history_days=1, speed=1, now_ms=NIGHT_MS, access_token_s=LONG_S
    )
    with in_background(lambda: Emulator(settings)) as emulator:
        yield emulator.info


@pytest.fixture
def endpoints(emulator: EmulatorInfo) -> Endpoints:
    """The addresses of the emulator, as the SDK takes them."""
    return Endpoints(
        auth_url=emulator.base_url,
        api_url=emulator.base_url,
        stream_host=emulator.mqtt_host,
        stream_port=emulator.mqtt_port,
        ca_file=Path(emulator.ca_file),
    )


@contextmanager
def running_program(
    file: Path, *words: str, environment: dict[str, str] | None = None, is_endless: bool = False
) -> Iterator[Iterator[str]]:
    """Run a Python program and give its lines; an endless one gets Ctrl-C. It must end well."""
    with subprocess.Popen(
        [sys.executable, str(file), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=file.parent,
        env=os.environ | {"PYTHONUNBUFFERED": "1"} | (environment or {}),
    ) as process:
        guard = threading.Timer(40, process.kill)
        guard.start()
        try:
            assert process.stdout is not None
            yield process.stdout
        finally:
            if is_endless:
                process.send_signal(signal.SIGINT)
            _, errors = process.communicate()
            guard.cancel()
    assert process.returncode in ({0, -signal.SIGINT} if is_endless else {0}), errors


def approve(emulator: EmulatorInfo, line: str) -> None:
    """Approve the sign-in whose link stands in a line that a program printed."""
    code = re.search(r"user_code=(\S+)", line)
    assert code is not None, line
    post(f"{emulator.control_url}/sign-in", {"user_code": code[1]})


def post(url: str, body: object, *, token: str | None = None) -> bytes:
    """Return the answer to a JSON document."""
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        content: bytes = answer.read()
    return content
