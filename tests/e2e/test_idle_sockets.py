"""A stranger's idle sockets: the hub still reaches BMW, opens its database and answers its owner.

The long form is `python -m bench sockets`.
"""

import socket
from contextlib import ExitStack
from pathlib import Path

from bench.processes import cloud, hub, sign_in

OPEN_FILES = 256


def test_hub_without_free_files_for_strangers_signs_in_and_answers(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    with (
        cloud(tmp_path / "cloud") as bmw,
        hub(tmp_path / "hub", bmw.info, open_files=OPEN_FILES) as running,
        ExitStack() as strangers,
    ):
        address = ("127.0.0.1", int(running.address.rpartition(":")[2]))
        for _ in range(OPEN_FILES + 50):
            strangers.enter_context(socket.create_connection(address, timeout=10))
        sign_in(running, bmw.info)  # until the link is connected
        for _ in range(20):
            assert running.fetch("health")["status"] == "ok"
