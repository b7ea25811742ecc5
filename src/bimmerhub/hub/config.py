"""Settings: `config.toml` and `BIMMERHUB_*` variables in, one frozen `HubConfig` out.

Each part declares its own settings, with what they may be; here they are put together.

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

import msgspec
import platformdirs

from bimmerhub.bmw.cardata.endpoints import Endpoints, Relay
from bimmerhub.bmw.cardata.provider.settings import ProviderSettings
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.settings import AccountSettings, check_account_name
from bimmerhub.hub.american.settings import MyGarageSettings, StorefrontSettings
from bimmerhub.hub.feeds.polled.polled_pace import PollingSettings
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.process.secret_text import check_text
from bimmerhub.hub.process.settings import ClockSettings
from bimmerhub.store.settings import StoreSettings
from bimmerhub.web.settings import WebSettings

PREFIX = "BIMMERHUB_"
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "text",
    "object": "a table",
    "array": "a list",
    "null": "nothing",
}
"""The words for msgspec's kinds of values."""

_LISTS = (("hub", "allowed_hosts"), ("provider", "descriptors"))
"""The settings that are lists, by table and name."""

Tree = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubConfig:
    """Everything that can be set."""

    data_dir: Path = field(default_factory=lambda: Path(platformdirs.user_data_path("bimmerhub", appauthor=False)))
    """Directory of database, secret key and lock; without it the user's data directory. `--data-dir` wins."""
    bmw: Endpoints = field(default_factory=Endpoints)
    hub: WebSettings = field(default_factory=WebSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    rest: RestSettings = field(default_factory=RestSettings)
    polling: PollingSettings = field(default_factory=PollingSettings)
    clock: ClockSettings = field(default_factory=ClockSettings)
    mygarage: MyGarageSettings = field(default_factory=MyGarageSettings)
    inventory: StorefrontSettings = field(default_factory=StorefrontSettings)
    provider: ProviderSettings = field(default_factory=ProviderSettings)
    accounts: Mapping[str, AccountSettings] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The database file."""
        return self.store.path or self.data_dir / "bimmerhub.sqlite3"

    @property
    def relayed(self) -> frozenset[str]:
        """The names of the accounts that are read from a person's own broker."""
        return frozenset(name for name, account in self.accounts.items() if account.relay_host is not None)

    def relay(self, name: str) -> Relay | None:
        """Return the broker that an account is read from, None for BMW's stream; ConfigError as `AccountSettings`."""
        account = self.accounts.get(name)
        return None if account is None else account.relay(name)


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
        return msgspec.convert(_with_lists(tree), HubConfig, strict=False, dec_hook=_to_path)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"a setting has a wrong value: {_in_words(str(error))}",
            hint="Settings are listed in docs/reference/settings.md",
        ) from error


def _in_words(fault: str) -> str:
    """Return what msgspec says of a value (`Expected `int`, got `str` - at `$.hub.port``) as a person would."""
    what, _, place = fault.partition(" - at `$.")
    for kind, word in _KINDS.items():
        what = what.replace(f"`{kind}`", word)
    setting = place.rstrip("`")
    return f"{setting}: {what[:1].lower()}{what[1:]}" if setting else what


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
            check_text(value, name=name)
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
    """Return the settings with the lists among them taken apart, where they are text."""
    for table_name, name in _LISTS:
        table = tree.get(table_name)
        text = table.get(name) if isinstance(table, dict) else None
        if isinstance(text, str):
            tree = _merge(tree, {table_name: {name: [part.strip() for part in text.split(",") if part.strip()]}})
    return tree


def _check_names(tree: Tree) -> None:
    _check_table("", tree, {setting.name: _table_of(setting.type) for setting in dataclasses.fields(HubConfig)})
    accounts = tree.get("accounts")
    for name, account in (accounts if isinstance(accounts, dict) else {}).items():
        check_account_name(name)
        if isinstance(account, dict):
            _check_table(f"accounts.{name}.", account, dict.fromkeys(_field_names(AccountSettings)))


def _table_of(kind: object) -> type | None:
    return kind if isinstance(kind, type) and dataclasses.is_dataclass(kind) else None


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


def _to_path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        try:
            return Path(value).expanduser()
        except RuntimeError as error:  # ~somebody whom this machine does not know
            raise ValueError(f"no home directory is known for {value!r}") from error
    raise NotImplementedError(kind)
