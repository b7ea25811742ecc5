"""Commands that say at once that they cannot go on."""

import socket
import threading
from pathlib import Path

import pytest
from tests.cli.conftest import Run, in_background

from bimmerhub.hub.app import running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.web.settings import WebSettings


def test_demo_on_a_taken_port_says_so_before_it_touches_anything(run: Run, data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("demo", "--port", taken.getsockname()[1])
    assert (result.code, "is taken by another program" in result.err) == (1, True)
    assert "--port" in result.err
    assert not data_dir.exists()


def test_every_server_says_the_same_of_a_taken_port(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        results = [run(command, "--port", port) for command in ("demo", "run")]
        emulated = run("emulator", "--http-port", port)
    assert [result.code for result in (*results, emulated)] == [1, 1, 1]
    assert results[0].err == results[1].err
    assert emulated.err.split(".")[:4] == results[0].err.split(".")[:4]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["--raw", "--json"])
def test_watch_ends_when_the_hub_stops(run: Run, data_dir: Path, form: str) -> None:
    settings = HubConfig(data_dir=data_dir, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0))
    stop = threading.Event()

    def hold() -> None:
        with in_background(lambda: running(settings)):
            stop.wait(20)

    holding = threading.Thread(target=hold)
    holding.start()
    while find_hub(data_dir) is None:
        stop.wait(0.01)
    threading.Timer(1.5, stop.set).start()  # the command has to be watching by then
    result = run("watch", form)
    holding.join()
    assert (result.code, "the hub has stopped" in result.err) == (1, True)
