"""Settings: `config.toml` and `BIMMERHUB_*` variables in, one frozen `HubConfig` out.

A variable names its setting by the path to it with two underscores: BIMMERHUB_BMW__API_URL is `api_url` in `[bmw]`;
it wins over the file. Where a setting is a list, a variable holds its parts with commas between them. An unknown name
is a ConfigError that tells the nearest known one.
"""

import dataclasses
import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import platformdirs

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.servers import URL_HINT, is_url
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import ConfigError

PREFIX = "BIMMERHUB_"
ACCOUNT_NAME_CHARACTERS = "letters, digits, - and _"

Tree = dict[str, object]
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Days = Annotated[float, msgspec.Meta(ge=0, le=36_500)]
Hours = Annotated[float, msgspec.Meta(ge=0, le=8_760)]
Calls = Annotated[int, msgspec.Meta(ge=0)]

_BMW = Endpoints()


@dataclass(frozen=True, slots=True, kw_only=True)
class BmwSettings:
    """Where BMW is; point all of it at the emulator and nothing else changes."""

    auth_url: str = _BMW.auth_url
    """Address of the sign-in."""
    api_url: str = _BMW.api_url
    """Address of the REST API."""
    stream_host: str = _BMW.stream_host
    """Host of the MQTT stream."""
    stream_port: Port = _BMW.stream_port
    """Port of the MQTT stream."""
    ca_file: Path | None = None
    """File with the only CA to trust, for the emulator; without it the system's CAs are trusted."""
    mqtt_version: Literal["5", "3.1.1"] = _BMW.mqtt_version
    """MQTT version of the stream. Only with 5 does BMW say why it ends a connection; falls back to 3.1.1 by itself."""

    def endpoints(self) -> Endpoints:
        """Return these addresses as the SDK takes them."""
        return Endpoints(**{name: getattr(self, name) for name in _field_names(type(self))})


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """Where the hub listens."""

    host: str = "127.0.0.1"
    """Address to listen on. Any but loopback needs a password or an API token."""
    port: Port = 8080
    """Port of the page and the API; 0 takes a free one."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names that the Host header may carry, such as the name of a reverse proxy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where readings are kept, and for how many days raw messages are."""

    path: Path | None = None
    """The database file; without it `bimmerhub.sqlite3` in `data_dir`."""
    journal_days: Days = 7
    """Days for which BMW's messages are kept as they came; readings are kept for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSettings:
    """How the hub spends the daily REST calls by itself."""

    refresh_h: Hours = 6
    """Hours between two scheduled fetches of each car; 0 switches them off."""
    reserve: Calls = 15
    """Calls of the day's 50 that scheduled fetches leave to you."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSettings:
    """Whose time it is."""

    follow: str | None = None
    """Control URL of an emulator whose clock to live by, for tests and fast demos; without it this machine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """One BMW account: its `family` of interfaces, and the `client_id` that BMW's portal shows."""

    client_id: str
    """Client id that BMW's portal shows; `login` then needs none."""
    family: Family = Family.CARDATA
    """Which of BMW's interfaces the account is read by; `cardata` is the only one so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubConfig:
    """Everything that can be set."""

    data_dir: Path = field(default_factory=lambda: Path(platformdirs.user_data_path("bimmerhub", appauthor=False)))
    """Directory of database, secret key and lock; without it the user's data directory. `--data-dir` wins."""
    bmw: BmwSettings = BmwSettings()
    hub: HubSettings = HubSettings()
    store: StoreSettings = StoreSettings()
    rest: RestSettings = RestSettings()
    clock: ClockSettings = ClockSettings()
    accounts: Mapping[str, AccountSettings] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The database file."""
        return self.store.path or self.data_dir / "bimmerhub.sqlite3"


def default_config_file() -> Path:
    """Return where config.toml is looked for when no other file is named."""
    return Path(platformdirs.user_config_path("bimmerhub", appauthor=False)) / "config.toml"


def load_settings(
    *, config_file: Path | None, environment: Mapping[str, str], overrides: Tree | None = None
) -> HubConfig:
    """Return the settings of the file, then the environment, then `overrides` (a command's options), the last winning.

    Raises ConfigError: a named file is missing or no TOML, an unknown name, a value of the wrong kind.
    """
    tree = _read_file(config_file)
    for source in (_tree_of(environment), overrides or {}):
        tree = _merge(tree, source)
    _check_names(tree)
    try:
        settings = msgspec.convert(_with_lists(tree), HubConfig, strict=False, dec_hook=_to_path)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"a setting has a wrong value: {error}", hint="Settings are listed in docs/reference/settings.md"
        ) from error
    settings.bmw.endpoints()  # refuses what is no address
    if settings.clock.follow is not None and not is_url(settings.clock.follow):
        raise ConfigError(f"clock.follow is no address: {settings.clock.follow!r}", hint=URL_HINT)
    return settings


def _read_file(config_file: Path | None) -> Tree:
    path = config_file or default_config_file()
    if config_file is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(
            f"cannot read the settings file {path}: {error.strerror}", hint="Name another one: --config FILE"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text: {error.reason}", hint="Save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error


def _tree_of(environment: Mapping[str, str]) -> Tree:
    tree: Tree = {}
    for name, value in environment.items():
        if name.startswith(PREFIX):
            path = name.removeprefix(PREFIX).lower().split("__")
            branch: object = value
            for step in reversed(path):
                branch = {step: branch}
            tree = _merge(tree, branch if isinstance(branch, dict) else {})
    return tree


def _merge(below: Tree, above: Tree) -> Tree:
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        merged[name] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _with_lists(tree: Tree) -> Tree:
    """Return the settings with the one list among them taken apart, when it is text."""
    hub = tree.get("hub")
    hosts = hub.get("allowed_hosts") if isinstance(hub, dict) else None
    if not isinstance(hosts, str):
        return tree
    return _merge(tree, {"hub": {"allowed_hosts": [host.strip() for host in hosts.split(",") if host.strip()]}})


def _check_names(tree: Tree) -> None:
    tables: dict[str, type | None] = dict.fromkeys(_field_names(HubConfig))
    tables |= {
        "bmw": BmwSettings,
        "hub": HubSettings,
        "store": StoreSettings,
        "rest": RestSettings,
        "clock": ClockSettings,
    }
    _check_table("", tree, tables)
    accounts = tree.get("accounts")
    for name, account in (accounts if isinstance(accounts, dict) else {}).items():
        check_account_name(name)
        if isinstance(account, dict):
            _check_table(f"accounts.{name}.", account, dict.fromkeys(_field_names(AccountSettings)))


def _field_names(settings: type) -> list[str]:
    return [setting.name for setting in dataclasses.fields(settings)]


def _check_table(path: str, table: Tree, names: Mapping[str, type | None]) -> None:
    for name, value in table.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.0)
            raise ConfigError(f"unknown setting {path}{name}", hint=f"Did you mean {path}{near[0]}?")
        kind = names[name]
        if kind is not None and isinstance(value, dict):
            _check_table(f"{path}{name}.", value, dict.fromkeys(_field_names(kind)))


def check_account_name(name: str) -> None:
    """Raise ConfigError when `name` cannot name an account."""
    if not name or not name.replace("-", "").replace("_", "").isalnum() or not name.isascii() or len(name) > 40:  # noqa: PLR2004
        raise ConfigError(
            f"{name!r} cannot name an account", hint=f"Use up to 40 {ACCOUNT_NAME_CHARACTERS}, for example: home"
        )


def _to_path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        try:
            return Path(value).expanduser()
        except RuntimeError as error:  # ~somebody whom this machine does not know
            raise ValueError(f"no home directory is known for {value!r}") from error
    raise NotImplementedError(kind)
