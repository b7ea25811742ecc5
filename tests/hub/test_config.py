"""Settings from the file and the environment."""

import os
from dataclasses import is_dataclass
from pathlib import Path
from typing import get_origin, get_type_hints

import pytest

from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.settings import AccountSettings
from bimmerhub.hub.config import HubConfig, load_settings


def load(tmp_path: Path, text: str = "", **environment: str) -> HubConfig:
    file = tmp_path / "config.toml"
    file.write_text(text, "utf-8")
    return load_settings(config_file=file, environment=environment)


def test_everything_has_a_default(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert (settings.hub.host, settings.hub.port) == ("127.0.0.1", 8080)
    assert settings.database == settings.data_dir / "bimmerhub.sqlite3"


def test_the_file_sets_and_the_environment_wins(tmp_path: Path) -> None:
    text = '[hub]\nport = 9001\nallowed_hosts = ["car.example"]\n[accounts.home]\nclient_id = "abc"\n'
    settings = load(tmp_path, text, BIMMERHUB_HUB__PORT="9002", BIMMERHUB_STORE__PATH="~/x.db")
    assert settings.hub.port == 9002
    assert settings.hub.allowed_hosts == ("car.example",)
    assert settings.accounts == {"home": AccountSettings(client_id="abc")}
    assert settings.store.path == Path("~/x.db").expanduser()


def test_a_variable_holds_a_list_with_commas(tmp_path: Path) -> None:
    settings = load(tmp_path, BIMMERHUB_HUB__ALLOWED_HOSTS="car.example, hub.lan")
    assert settings.hub.allowed_hosts == ("car.example", "hub.lan")


def lists() -> list[tuple[str, str]]:
    """Return table and name of every setting that is a list."""
    tables = {name: kind for name, kind in get_type_hints(HubConfig).items() if is_dataclass(kind)}
    return [
        (table, name)
        for table, kind in tables.items()
        for name, field_kind in get_type_hints(kind).items()
        if get_origin(field_kind) is tuple
    ]


@pytest.mark.parametrize(("table", "name"), lists())
def test_every_list_can_be_a_variable(tmp_path: Path, table: str, name: str) -> None:
    parts = ("10.0.0.0/8", "::1") if name == "trusted_proxies" else ("one", "two")
    settings = load(tmp_path, **{f"BIMMERHUB_{table.upper()}__{name.upper()}": ", ".join(parts)})
    assert getattr(getattr(settings, table), name) == parts


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[hub]\nprot = 1", "hub.port"),
        ("[bmw]\napi_ulr = 'x'", "bmw.api_url"),
        ("[stor]\npath = 'x'", "store"),
        ("[accounts.home]\nclientid = 'x'", "accounts.home.client_id"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_known_one(tmp_path: Path, text: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert caught.value.hint == f"Did you mean {hint}?"


@pytest.mark.parametrize(
    "text",
    [
        "[hub]\nport = 70000",
        "[hub]\nport = 'many'",
        "hub = 3",
        "[rest]\nrefresh_h = -1",
        "[rest]\nrefresh_h = nan",
        "[store]\njournal_days = inf",
        "accounts = 1",
        "accounts = {home = 1}",
        "[accounts.'my car']\nclient_id = 'x'",
        "[accounts.home]",
        "[hub",
        "data_dir = '~nobody-of-that-name/x'",
        "[bmw]\napi_url = 'http://[x'",
    ],
)
def test_a_wrong_value_is_a_config_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        load(tmp_path, text)


def test_settings_of_another_family_without_its_name_lead_to_it() -> None:
    with pytest.raises(ConfigError, match="client_id") as refused:
        AccountSettings(subscription_key="abc")
    assert "name its family" in (refused.value.hint or "")


def test_a_variable_for_a_table_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load(tmp_path, BIMMERHUB_HUB="x")


def test_a_named_file_must_be_there_and_readable(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    for path in (tmp_path / "missing.toml", tmp_path, tmp_path / "latin.toml"):
        with pytest.raises(ConfigError, match=path.name):
            load_settings(config_file=path, environment={})


def test_a_variable_that_is_not_utf_8_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latin = os.fsdecode(b"caf\xe9")
    with pytest.raises(ConfigError, match="BIMMERHUB_ACCOUNTS__OLD__CLIENT_KEY is not UTF-8") as caught:
        load(tmp_path, BIMMERHUB_ACCOUNTS__OLD__FAMILY="iremote", BIMMERHUB_ACCOUNTS__OLD__CLIENT_KEY=latin)
    assert "caf" not in str(caught.value)
    monkeypatch.setenv("OLD_KEY", latin)
    table = load(tmp_path, '[accounts.old]\nfamily = "iremote"\nclient_key = "env:OLD_KEY"').accounts["old"]
    with pytest.raises(ConfigError, match="OLD_KEY is not UTF-8"):
        table.sign_in_details("old")


@pytest.mark.parametrize("host", ["", "a..b", "a b", "x" * 64, "https://host"])
def test_a_stream_host_that_nobody_can_look_up_is_refused(host: str) -> None:
    with pytest.raises(ConfigError, match=r"bmw\.stream_host is no address"):
        load_settings(config_file=None, environment={"BIMMERHUB_BMW__STREAM_HOST": host})


@pytest.mark.parametrize("name", ["auth_url", "api_url"])
def test_bmws_addresses_are_never_far_and_unencrypted(name: str) -> None:
    variables = {f"BIMMERHUB_BMW__{name.upper()}": "http://emulator:8090"}
    with pytest.raises(ConfigError, match=f"bmw.{name} leads to another machine") as refused:
        load_settings(config_file=None, environment=variables)
    assert "BIMMERHUB_LAB__PLAIN_HTTP_HOSTS" in (refused.value.hint or "")
    lab = variables | {"BIMMERHUB_LAB__PLAIN_HTTP_HOSTS": "emulator,other"}
    assert load_settings(config_file=None, environment=lab).lab.plain_http_hosts == ("emulator", "other")
