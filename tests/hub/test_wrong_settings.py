"""Whatever stands in a setting, it is understood or refused in words that name it: never a traceback, never a wait."""

import dataclasses
import os
import typing
from pathlib import Path

import pytest

from bimmerhub.bmw.iremote.auth import read_credentials
from bimmerhub.cli.charge_watch.old_variables import read_old_variables
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.settings import AccountSettings
from bimmerhub.hub.config import HubConfig, load_settings
from bimmerhub.hub.process.secret_text import read_secret

SECRET = "canary-3f9b"
WRONG_TOML = [
    *("nan", "-inf", "inf", "-1", "1e300", "9" * 26, "9" * 5_000, "0x7fffffffffffffffff", "-0.5"),
    *('"a\\u0000b"', '"a\\nb"', '"\\u001b[2J"', f'"{"9" * 5_000}"', f'"{"x" * 100_000}"', '"~nobodyx/y"', '"\\ud800"'),
    *("[1]", "[[[[[[[[]]]]]]]]", "[" * 3_000, "{a={b={c={d={e={f={g=1}}}}}}}", "{a=1}", "true", "1979-05-27T07:32:00Z"),
    *("07:32:00", '""', '"http://[::1"', '"http://u:p@h/"', '"nan"', '"inf"', '"1e999"', '"-1"', f'["{SECRET}\\n"]'),
]
WRONG_TEXTS = [
    *(
        "",
        " ",
        "nan",
        "inf",
        "-1",
        "1e999",
        "9" * 5_000,
        "x" * 100_000,
        "a\nb",
        "a\x1b[2J",
        "http://[::1",
        "~nobodyx/y",
    ),
    *("\ud800", "true", "[1]", "{}", "\udcff"),
]


def tables() -> list[tuple[str, str]]:
    """Return each table with each setting in it."""
    names = []
    for name, kind in typing.get_type_hints(HubConfig).items():
        if dataclasses.is_dataclass(kind):
            names += [(name, setting.name) for setting in dataclasses.fields(kind)]
        else:
            names.append(("", name))
    return [*names, *(("accounts.home", setting.name) for setting in dataclasses.fields(AccountSettings))]


def check_words(error: ConfigError, setting: str) -> None:
    words = f"{error} {error.hint}"
    assert error.hint, words
    assert setting in words or "TOML" in words or "client_id" in words, words
    assert len(words) < 600
    assert words.isprintable()
    assert SECRET not in words


@pytest.mark.parametrize(("table", "setting"), tables(), ids=".".join)
def test_any_value_in_the_file_is_understood_or_refused(table: str, setting: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for value in WRONG_TOML:
        file.write_text(f"[{table}]\n{setting} = {value}\n" if table else f"{setting} = {value}\n", encoding="utf-8")
        try:
            load_settings(config_file=file, environment={})
        except ConfigError as error:
            check_words(error, setting)


@pytest.mark.parametrize(("table", "setting"), tables(), ids=".".join)
def test_any_value_in_a_variable_is_understood_or_refused(table: str, setting: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch()
    name = f"BIMMERHUB_{table.replace('.', '__')}__{setting}" if table else f"BIMMERHUB_{setting}"
    for value in WRONG_TEXTS:
        try:
            load_settings(config_file=tmp_path / "config.toml", environment={name.upper(): value})
        except ConfigError as error:
            words = f"{error} {error.hint}"
            assert setting in words or setting.upper() in words or "client_id" in words, words


@pytest.mark.parametrize(
    "name", ["BIMMERHUB_", "BIMMERHUB___", "BIMMERHUB_A__" * 900, "BIMMERHUB_\udcff", "BIMMERHUB_HUB"]
)
def test_any_name_of_a_variable_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch()
    with pytest.raises(ConfigError) as caught:
        load_settings(config_file=tmp_path / "config.toml", environment={name: "x"})
    assert len(f"{caught.value} {caught.value.hint}") < 400
    assert str(caught.value).isprintable()


TORN = [
    b"\xff\xfe", b"\0", b"a", b"=", b"[hub]\n[hub]\n", b"[hub]\nport=1\nport=2\n", b"a.b=1\na=2",
    b"[[hub]]", b"a='''",
    b"[" * 5_000, b"x=" + b"[" * 5_000, b"x=" + b"{a=" * 3_000, b"n = " + b"1" * 5_000,
    b"\xef\xbb\xbf[hub]", b"d = 0000-99-99",
    b"[accounts]\nhome = 1", b"accounts = 1", b'[accounts."../x"]\n', b"[accounts.home]\n", b'"\\u0000" = 1',
    f'[accounts.home]\nrelay_password = "{SECRET}'.encode(), b"[hub.port.x.y]\nz=1",
]  # fmt: skip


@pytest.mark.parametrize("content", TORN, ids=lambda content: repr(content[:20]))
def test_any_file_is_understood_or_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_settings(config_file=file, environment={})
    words = f"{caught.value} {caught.value.hint}"
    assert caught.value.hint, words
    assert SECRET not in words
    assert words.isprintable()
    assert len(words) < 800


def unreadable(folder: Path) -> list[Path]:
    os.mkfifo(folder / "pipe")
    (folder / "large").write_bytes(b"#" * (5 << 20))
    (folder / "binary").write_bytes(b"\xff\xfe\0")
    return [
        folder,
        folder / "pipe",
        folder / "large",
        folder / "binary",
        folder / "none",
        folder / "a\0b",
        Path("/dev/zero"),
    ]


def test_no_named_file_is_waited_for(tmp_path: Path) -> None:
    for path in unreadable(tmp_path):
        with pytest.raises(ConfigError) as of_settings:
            load_settings(config_file=path, environment={})
        with pytest.raises(ConfigError) as of_a_secret:
            read_secret(f"file:{path}", setting="accounts.home.relay_password")
        with pytest.raises(ConfigError) as of_credentials:
            read_credentials(path, now_ms=0)
        assert of_settings.value.hint
        assert "accounts.home.relay_password" in str(of_a_secret.value)
        assert of_credentials.value.hint


@pytest.mark.parametrize("content", [b"a\x1b[2J", b"a\0b", b"\xff"])
def test_secret_that_cannot_be_meant_is_not_shown(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(SECRET.encode() + content)
    with pytest.raises(ConfigError) as caught:
        read_secret(f"file:{tmp_path / 'secret'}", setting="accounts.home.client_key")
    assert "accounts.home.client_key" in str(caught.value)
    assert SECRET not in f"{caught.value} {caught.value.__cause__!r}" or caught.value.__suppress_context__


@pytest.mark.parametrize(
    "content",
    [b"\xff", b"AUTH_CLIENT_ID=x\0y\nUSERNAME=a\nPASSWORD=b",
     b"AUTH_CLIENT_ID=x\nLOG_INTERVAL=nan\nUSERNAME=a\nPASSWORD=b",
     b"AUTH_CLIENT_ID=" + b"x" * (2 << 20), b"AUTH_CLIENT_ID=x\nPASSWORD=" + SECRET.encode() + b"\xff"],
)  # fmt: skip
def test_any_env_file_of_the_old_logger_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_old_variables({}, tmp_path)
    assert SECRET not in str(caught.value)
    assert str(caught.value).isprintable()
