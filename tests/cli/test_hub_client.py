"""What a command says when the hub fails, answers something else or is gone."""

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.cli.commands.account.test_login import command
from tests.cli.conftest import Run

from bimmerhub.hub.process.directory import announce, own


@contextmanager
def hub_that_answers(data_dir: Path, status: int, body: bytes, **bodies: bytes) -> Iterator[None]:
    """Hold a data directory as a hub does whose API gives one answer to everything but the paths of `bodies`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(bodies.get(self.path.removeprefix("/api/v1/"), body))

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            with own(data_dir), announce(data_dir, address=f"http://127.0.0.1:{server.server_port}"):
                yield
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"kind": "quota_spent", "resets_at": "2026-07-28T00:00:00.000Z"}, 4),
        ({"kind": "rate_limited", "retry_after_s": 12.5}, 5),
        ({"kind": "bmw_unavailable", "status": 503}, 5),
        ({"kind": "sign_in_required"}, 3),
        ({"kind": "store_error"}, 1),
        ({"kind": "of_a_later_version"}, 1),
    ],
)
def test_error_of_the_hub_ends_the_command_as_it_would_here(
    run: Run, data_dir: Path, error: dict[str, Any], code: int
) -> None:
    body = json.dumps({"error": {"message": "it failed", "hint": "Do this.", **error}}).encode()
    with hub_that_answers(data_dir, 500, body):
        result = run("vehicles")
    assert (result.code, result.out, result.err) == (code, "", "bimmerhub: it failed. Do this.\n")


def test_answer_of_another_version_asks_for_a_restart(run: Run, data_dir: Path) -> None:
    with hub_that_answers(data_dir, 200, b'{"items": [{"vin": 1}], "next": null}'):
        result = run("vehicles", "--json")
    assert (result.code, result.out, "Restart the hub" in result.err) == (1, "", True)


def test_failure_without_words_has_its_status(run: Run, data_dir: Path) -> None:
    with hub_that_answers(data_dir, 502, b"<html>"):
        assert "the hub answered 502" in run("vehicles").err


def test_hub_that_does_not_answer_is_named(run: Run, data_dir: Path) -> None:
    with own(data_dir), announce(data_dir, address="http://127.0.0.1:1"):
        result = run("vehicles")
    assert (result.code, "the hub at http://127.0.0.1:1 does not answer" in result.err) == (1, True)


def test_watch_says_what_it_missed(run: Run, data_dir: Path) -> None:
    account = {"name": "home", "family": "cardata", "client_id": "c", "gcid": None, "signed_in_at": None, "link": None}
    services = {"services": ["api", "stream"], "missing": []}
    accounts = json.dumps({"items": [{**account, **services, "signed_in": True}], "next": None}).encode()
    events = b'event: gap\ndata: {"dropped":7}\n\nevent: gap\ndata: {"dropped":null}\n\n'
    with hub_that_answers(data_dir, 200, b'{"items":[],"next":null}', accounts=accounts, events=events):
        result = run("watch", "--json")
    assert (result.code, result.out) == (1, "")
    assert "7 events were missed" in result.err
    assert "Some events were missed" in result.err
    assert result.err.endswith("the hub has stopped; nothing more comes in. Start it again: bimmerhub run\n")


def test_login_ends_with_the_code_of_what_ended_the_sign_in(run: Run, data_dir: Path) -> None:
    error = {"kind": "bmw_unavailable", "message": "no answer", "hint": None}
    texts = dict.fromkeys(("account", "user_code", "verification_uri", "verification_uri_complete", "expires_at"), "")
    sign_in = {**texts, "status": "failed", "message": "no answer", "hint": None, "error": error}
    services: dict[str, list[str]] = {"services": [], "missing": []}
    bodies = {"accounts/home/sign-in": json.dumps(sign_in | services).encode()}
    with hub_that_answers(data_dir, 200, b'{"items":[],"next":null}', **bodies):
        result = run("login", "--client-id", "c")
    assert (result.code, result.err.splitlines()[-1]) == (5, "bimmerhub: no answer")


def test_interrupt_ends_the_wait_for_an_answer(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with own(data_dir), announce(data_dir, address=address), command("vehicles", "--data-dir", data_dir) as process:
            connection, _ = silent.accept()
            with connection:
                assert connection.recv(1)
                process.send_signal(signal.SIGINT)
                assert process.wait(10) == 130
                assert process.communicate() == ("", "")


def test_interrupt_ends_the_wait_whichever_thread_gets_it(run: Run, data_dir: Path) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a process of its own: uvloop leaves its own behind
    over = threading.Event()

    def interrupt(silent: socket.socket) -> None:
        connection, _ = silent.accept()
        with connection:
            assert connection.recv(1)
            time.sleep(0.1)  # the command has nothing left to do but to wait
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            over.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        thread = threading.Thread(target=interrupt, args=(silent,))
        thread.start()
        with own(data_dir), announce(data_dir, address=f"http://127.0.0.1:{silent.getsockname()[1]}"):
            result = run("vehicles")
        is_ended_by_the_interrupt = thread.is_alive()
        over.set()
        thread.join()
    assert is_ended_by_the_interrupt
    assert (result.code, result.out, result.err) == (130, "", "")
