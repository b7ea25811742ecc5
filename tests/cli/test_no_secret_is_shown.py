"""Passwords, keys and tokens are nowhere to be seen: what is printed, the log at its most talkative, and all files.

Each secret is a canary, and the emulated BMW repeats in its refusals all that it was sent.
"""

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, quote

import pytest
from tests.cli.conftest import Run, in_background, sign_in
from tests.emulated import emulator_settings

from bimmerhub.cli.printing.log_lines import LineFormatter
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount
from bimmerhub.plain_text import one_line


def canary(name: str) -> str:
    return f"canary{name}9f3b7c2e5a8d4f60"


PASSWORD, WRONG, KEY, KEY_SECRET = canary("Pass"), canary("Wrong"), canary("Key"), canary("KeySecret")
RELAY, SUBSCRIPTION, SHOP, ADDRESS = canary("Relay"), canary("Sub"), canary("Shop"), canary("Address")
PLANTED = {PASSWORD, WRONG, KEY, KEY_SECRET, RELAY, SUBSCRIPTION, SHOP, ADDRESS}
TOKEN_NAMES = {"access_token", "refresh_token", "id_token", "device_code"}


class Bmw:
    """What the emulated BMW is sent and gives out; its refusals repeat the request."""

    def __init__(self) -> None:
        self.tokens = set[str]()
        self.sent = ""

    def rewrite(self, exchange: Exchange) -> bytes:
        self.sent += exchange.request_body.decode("latin-1")
        try:
            body = json.loads(exchange.response_body)
        except ValueError:
            return exchange.response_body
        if not isinstance(body, dict):
            return exchange.response_body
        self.tokens |= {value for name, value in body.items() if name in TOKEN_NAMES and isinstance(value, str)}
        if exchange.status < 400 or body.get("error") == "authorization_pending":
            return exchange.response_body
        sent = dict(parse_qsl(exchange.request_body.decode("latin-1"))).values()
        words = " ".join([*sent, exchange.headers.get("authorization", ""), exchange.headers.get("cookie", "")])
        names = {"error_description", "exveErrorMsg", "message", "description"}
        return json.dumps({**body, **dict.fromkeys(names, f"no {words}")}).encode()


@pytest.fixture
def bmw() -> Bmw:
    return Bmw()


class Log:
    """All that any library logs, at DEBUG, as our log shows it; `masked`: what our own modules said otherwise."""

    def __init__(self) -> None:
        self.lines = list[str]()
        self.own = 0
        self.masked = list[tuple[str, str]]()

    def note(self, record: logging.LogRecord) -> None:
        line = LineFormatter().format(record)
        self.lines.append(line)
        if record.name.startswith("bimmerhub"):
            self.own += 1
            said = one_line(" | ".join(logging.Formatter().format(record).splitlines()))
            if said != line:
                self.masked.append((said, line))


@pytest.fixture
def log() -> Iterator[Log]:
    kept = Log()

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.note(record)

    handler, root = Keeping(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield kept
    root.setLevel(before)
    root.removeHandler(handler)


@pytest.fixture
def emulator(bmw: Bmw, keys_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    settings = emulator_settings(
        http_port=0, mqtt_port=0, keys_dir=keys_dir, poll_interval_s=0, accounts=(EmulatedAccount(password=PASSWORD),)
    )
    with in_background(lambda: Emulator(settings, rewrite=bmw.rewrite)) as emulator:
        info = emulator.info
        for name, value in {
            "BMW__AUTH_URL": info.base_url,
            "BMW__API_URL": info.base_url,
            "BMW__STREAM_HOST": info.mqtt_host,
            "BMW__STREAM_PORT": info.mqtt_port,
            "BMW__CA_FILE": info.ca_file,
            "ACCOUNTS__OLD__FAMILY": "iremote",
            "ACCOUNTS__OLD__USERNAME": info.user,
            "ACCOUNTS__OLD__CLIENT_KEY": KEY,
            "ACCOUNTS__OLD__CLIENT_SECRET": KEY_SECRET,
            "ACCOUNTS__APP__FAMILY": "mybmw",
            "ACCOUNTS__APP__USERNAME": info.user,
            "ACCOUNTS__APP__SUBSCRIPTION_KEY": SUBSCRIPTION,
            "ACCOUNTS__APP__APP_VERSION": "4.9.2(36892)",
            "ACCOUNTS__APP__APP_BUILD": "AP2A.240605.024",
            "ACCOUNTS__RELAYED__RELAY_HOST": "127.0.0.1",
            "ACCOUNTS__RELAYED__RELAY_PORT": 1,
            "ACCOUNTS__RELAYED__RELAY_USERNAME": "u",
            "ACCOUNTS__RELAYED__RELAY_PASSWORD": RELAY,
            "INVENTORY__USERNAME": "u",
            "INVENTORY__PASSWORD": SHOP,
        }.items():
            monkeypatch.setenv(f"BIMMERHUB_{name}", str(value))
        monkeypatch.setenv("AT_BMW", PASSWORD)
        monkeypatch.setenv("NOT_AT_BMW", WRONG)
        yield emulator


def in_any_form(secret: str) -> set[str]:
    return {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")}


def seen_in(text: str, secrets: set[str]) -> set[str]:
    return {secret[:14] for secret in secrets for form in in_any_form(secret) if form in text}


def seen_in_files(folder: Path, secrets: set[str]) -> dict[str, set[str]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    texts = {path.name: path.read_bytes().decode("latin-1") for path in files}
    return {name: seen for name, text in texts.items() if (seen := seen_in(text, secrets))}


@pytest.mark.timeout(120)
def test_no_secret_is_printed_logged_or_written(
    *,
    emulator: Emulator,
    bmw: Bmw,
    log: Log,
    run: Run,
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed = ""
    monkeypatch.chdir(tmp_path)
    sign_in(emulator, data_dir)
    for words in (
        ["login", "--account", "old", "--family", "iremote", "--password-env", "NOT_AT_BMW"],
        ["login", "--account", "old", "--family", "iremote", "--password-env", "AT_BMW", "--remember"],
        ["login", "--account", "app", "--family", "mybmw", "--password-env", "AT_BMW", "--captcha", "solved"],
        ["login", "--account", "app", "--family", "mybmw", "--password-env", "NOT_AT_BMW", "--captcha", "again"],
        ["call", "iremote", "vehicles", "--account", "old", "--verbose"],
        ["call", "iremote", "vehicles", "--account", "old", "--dry-run"],
        ["fetch", "mappings", "--account", "home"],
        ["call", "cardata", "mappings", "--account", "home", "--verbose"],
        ["call", "cardata", "--raw", "/customers/containers/nowhere", "--account", "home"],
        ["call", "mybmw", "vehicles-v5", "--account", "app", "--verbose"],
        ["call", "iremote", "--raw", "/nowhere", "--account", "old"],
        ["call", "mybmw", "--raw", "/nowhere", "--account", "app"],
        ["inventory", "search", "--near", "90210"],
        ["watch", "--step", "5", "--notify", f"nosuch://{ADDRESS}@x"],
        ["watch", "--step", "5", "--notify", f"https://u:{ADDRESS}@["],
        ["accounts", "--json"],
        ["doctor", "--account", "home"],
        ["report", "--out", str(tmp_path / "report.json")],
        ["audit", "--json"],
        ["backup", str(tmp_path / "backup.sqlite3")],
    ):
        result = run(*words, "-v")
        printed += result.out + result.err
    assert len(bmw.tokens) >= 7  # of three accounts
    assert seen_in(bmw.sent, {PASSWORD, WRONG, SHOP})
    secrets = PLANTED | bmw.tokens
    assert seen_in(printed, secrets) == set()
    assert seen_in("\n".join(log.lines), secrets) == set()
    assert log.own > 20
    assert [said for said, _ in log.masked if not seen_in(said, secrets)] == []  # all else is as readable as before
    assert seen_in_files(tmp_path, secrets) == {}
