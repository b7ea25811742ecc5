"""`bimmerhub open`, `password` and `tokens` beside a hub that runs: what they change holds at once."""

import io
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.conftest import in_background
from tests.new_stores import make_empty_store

from bimmerhub.hub.app import running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.web.settings import WebSettings

if TYPE_CHECKING:
    from tests.cli.conftest import Run

    from bimmerhub.hub.app import Hub

PASSWORD = "correct horse"


@pytest.fixture
def running_hub(data_dir: Path) -> "Iterator[Hub]":
    """A hub that runs on the commands' data directory."""
    settings = HubConfig(data_dir=data_dir, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0))
    make_empty_store(settings.database)
    with in_background(lambda: running(settings)) as hub:
        yield hub


def ask(hub: "Hub", path: str, *, body: object = None, **headers: str) -> tuple[int, Any, str]:
    """Return status, body and cookie of an answer."""
    request = urllib.request.Request(
        hub.address + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.loads(answer.read()), answer.headers.get("set-cookie", "").partition(";")[0]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read()), ""


def test_the_link_of_open_makes_a_session_that_may_change_things(run: "Run", running_hub: "Hub") -> None:
    link = run("open").out.strip()
    address, _, key = link.partition("/#key=")
    assert address == running_hub.address
    own = {"Sec_Fetch_Site": "same-origin"}
    status, body, cookie = ask(running_hub, "/session", body={"key": key}, **own)
    assert status == 200
    assert ask(running_hub, "/session", body={"key": key}, **own)[1]["error"]["kind"] == "wrong_key"
    page = own | {"Cookie": cookie, "X_Bimmerhub_Page": body["page_proof"]}
    assert ask(running_hub, "/api/v1/access", **page)[1]["may_change"]
    assert not ask(running_hub, "/api/v1/access", **own, Cookie=cookie)[1]["may_change"]
    assert not ask(running_hub, "/api/v1/access")[1]["may_change"]
    assert run("open", "--at", "https://car.example/", "--json").json["link"].startswith("https://car.example/#key=")


def test_open_without_a_hub_says_what_to_do(run: "Run") -> None:
    result = run("open")
    assert result.code == 1
    assert "bimmerhub run" in result.err


def test_a_password_holds_at_once_and_ends_what_was_open(
    run: "Run", running_hub: "Hub", monkeypatch: pytest.MonkeyPatch
) -> None:
    key = run("open").out.strip().partition("/#key=")[2]
    _, _, cookie = ask(running_hub, "/session", body={"key": key}, Sec_Fetch_Site="same-origin")
    assert ask(running_hub, "/api/v1/vehicles")[0] == 200
    type_in(monkeypatch, "short")
    assert "too short" in run("password", "set").err
    type_in(monkeypatch, PASSWORD)
    assert run("password", "set").code == 0
    assert ask(running_hub, "/api/v1/vehicles")[0] == 401
    assert ask(running_hub, "/api/v1/vehicles", Cookie=cookie)[0] == 401
    assert run("vehicles", "--json").code == 0
    assert "removed" in run("password", "remove").err
    assert ask(running_hub, "/api/v1/vehicles")[0] == 200
    entries = [entry["action"] for entry in run("audit", "--json").json["items"]]
    assert entries == ["password_removed", "password_set", "password_set", "logged_in", "link_made"]  # one was refused


def test_a_token_holds_at_once_and_does_not_lock_the_page(run: "Run", running_hub: "Hub") -> None:
    token = run("tokens", "create", "grafana", "--scope", "read").out.strip()
    assert ask(running_hub, "/api/v1/access", Authorization=f"Bearer {token}")[1]["who"] == "token grafana"
    assert ask(running_hub, "/api/v1/vehicles")[0] == 200
    assert [one["name"] for one in run("tokens", "list", "--json").json["items"]] == ["grafana"]
    assert run("tokens", "create", "grafana").code == 1
    assert run("tokens", "delete", "grafana").code == 0
    assert ask(running_hub, "/api/v1/vehicles", Authorization=f"Bearer {token}")[0] == 401
    assert run("tokens", "delete", "grafana").code == 1


def type_in(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """Let a line stand on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{line}\n"))
