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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import msgspec
import platformdirs

from bimmerhub.bmw.cardata.endpoints import Endpoints, Relay
from bimmerhub.bmw.cardata.provider.settings import ProviderSettings
from bimmerhub.domain.hosts import PLAIN_HINT, is_in_the_clear
from bimmerhub.errors import ConfigError
from bimmerhub.files import read_regular_file
from bimmerhub.hub.accounts.settings import AccountSettings, check_account_name
from bimmerhub.hub.american.settings import MyGarageSettings, StorefrontSettings
from bimmerhub.hub.feeds.polled.polled_pace import PollingSettings
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.process.secret_text import check_shown, check_text
from bimmerhub.hub.process.settings import ClockSettings, LabSettings
from bimmerhub.hub.safekeeping.backup_settings import BackupSettings
from bimmerhub.plain_text import one_line
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

_HINT = "Settings are listed in docs/reference/settings.md"
_LONGEST_FAULT = 200
_DEEPEST = 5
"""Levels of tables and lists; the settings have three."""
LONGEST_TEXT = 4_096
"""Characters of a setting."""

_LISTS = (
    ("hub", "allowed_hosts"),
    ("hub", "trusted_proxies"),
    ("lab", "plain_http_hosts"),
    ("provider", "descriptors"),
)
"""The settings that are lists, by table and name."""

Tree = dict[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class HubConfig:
    """Everything that can be set."""

    data_dir: Path = field(default_factory=lambda: Path(platformdirs.user_data_path("bimmerhub", appauthor=False)))
    """Directory of database, secret key and lock; without it the user's data directory. `--data-dir` wins."""
    bmw: Endpoints = field(default_factory=Endpoints)
    hub: WebSettings = field(default_factory=WebSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    backup: BackupSettings = field(default_factory=BackupSettings)
    rest: RestSettings = field(default_factory=RestSettings)
    polling: PollingSettings = field(default_factory=PollingSettings)
    clock: ClockSettings = field(default_factory=ClockSettings)
    lab: LabSettings = field(default_factory=LabSettings)
    mygarage: MyGarageSettings = field(default_factory=MyGarageSettings)
    inventory: StorefrontSettings = field(default_factory=StorefrontSettings)
    provider: ProviderSettings = field(default_factory=ProviderSettings)
    accounts: Mapping[str, AccountSettings] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse addresses of BMW that would have a sign-in sent in the clear: ConfigError."""
        for name, url in (("bmw.auth_url", self.bmw.auth_url), ("bmw.api_url", self.bmw.api_url)):
            if is_in_the_clear(url, plain_hosts=self.lab.plain_http_hosts):
                raise ConfigError(f"{name} leads to another machine unencrypted, by http://", hint=PLAIN_HINT)

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
    _check_values(tree)
    tree = _with_lists(tree)
    accounts = tree.pop("accounts", {})
    settings = _convert(tree, HubConfig)
    return replace(settings, accounts=_convert_accounts(accounts))


def _convert_accounts(tables: object) -> dict[str, AccountSettings]:
    """Return the accounts; what is wrong in one of them names it."""
    if not isinstance(tables, dict):
        raise ConfigError("accounts: expected a table", hint=_HINT)
    accounts = {}
    for name, table in tables.items():
        try:
            accounts[name] = _convert(table, AccountSettings, path=f"accounts.{name}")
        except _WrongValue:
            raise
        except ConfigError as error:
            raise ConfigError(f"accounts.{name}: {error}", hint=error.hint) from error
    return accounts


class _WrongValue(ConfigError):
    """A setting has a value that it cannot have; the text names it."""


def _convert(tree: object, kind: type[T], *, path: str = "") -> T:
    try:
        return msgspec.convert(tree, kind, strict=False, dec_hook=_to_path)
    except msgspec.ValidationError as error:
        fault = _in_words(str(error), path=path)
        raise _WrongValue(f"a setting has a wrong value: {fault}", hint=_HINT) from None  # it may hold the value


def _in_words(fault: str, *, path: str) -> str:
    """Return what msgspec says of a value (`Expected `int`, got `str` - at `$.hub.port``) as a person would."""
    what, _, place = fault.partition(" - at `$")
    for kind, word in _KINDS.items():
        what = what.replace(f"`{kind}`", word)
    setting = f"{path}{place.rstrip('`')}".removeprefix(".")
    words = f"{what[:1].lower()}{what[1:]}"
    shortened = words if len(words) <= _LONGEST_FAULT else f"{words[:_LONGEST_FAULT]}…"
    return f"{setting}: {shortened}" if setting else shortened


def _read_file(config_file: Path | None) -> Tree:
    path = config_file or default_config_file()
    if config_file is None and not path.exists():
        return {}
    try:
        return tomllib.loads(read_regular_file(path).decode())
    except OSError as error:
        raise ConfigError(
            f"cannot read the settings file {path}: {error.strerror}", hint="Name another one: --config FILE"
        ) from error
    except UnicodeDecodeError as error:
        reason = f"{path} is not UTF-8 text: {error.reason}"
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits, and nesting as deep
        reason = f"{path} is not valid TOML: {error}"
    # without its cause: that holds the whole text, secrets included
    raise ConfigError(reason[:_LONGEST_FAULT], hint="Mend it: UTF-8, lines NAME = VALUE, each table once")


def _tree_of(environment: Mapping[str, str]) -> Tree:
    tree: Tree = {}
    for name, value in environment.items():
        if name.startswith(PREFIX):
            check_text(name, name=repr(name)[:80])
            check_text(value, name=name)
            path = name.removeprefix(PREFIX).lower().split("__")
            if len(path) > _DEEPEST:
                raise ConfigError(f"unknown setting: the variable {name[:80]}", hint=_HINT)
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


def _check_values(tree: object, path: str = "", *, depth: int = 0) -> None:
    """Refuse what no setting can be, wherever it stands: ConfigError, without the value."""
    if depth > _DEEPEST:
        raise ConfigError(f"{path} is nested too deeply", hint=_HINT)
    if isinstance(tree, str):
        check_shown(tree, name=path)
        if len(tree) > LONGEST_TEXT:
            raise ConfigError(f"{path} is longer than {LONGEST_TEXT:,} characters", hint=_HINT)
    elif isinstance(tree, dict):
        for name, value in tree.items():
            _check_values(value, f"{path}.{name}".removeprefix("."), depth=depth + 1)
    elif isinstance(tree, list):
        for value in tree:
            _check_values(value, path, depth=depth + 1)


def _table_of(kind: object) -> type | None:
    return kind if isinstance(kind, type) and dataclasses.is_dataclass(kind) else None


def _field_names(settings: type) -> list[str]:
    return [setting.name for setting in dataclasses.fields(settings)]


def _check_table(path: str, table: Tree, names: Mapping[str, type | None]) -> None:
    for name, value in table.items():
        if name not in names:
            near = difflib.get_close_matches(name[:80], names, n=1, cutoff=0.0)
            raise ConfigError(f"unknown setting {path}{one_line(name[:80])}", hint=f"Did you mean {path}{near[0]}?")
        kind = names[name]
        if kind is not None and isinstance(value, dict):
            _check_table(f"{path}{name}.", value, dict.fromkeys(_field_names(kind)))


def _to_path(kind: type, value: object) -> object:
    if kind is Path:
        if not isinstance(value, str) or not value.strip():
            raise ValueError("Expected a path")
        try:
            return Path(value).expanduser()
        except RuntimeError as error:  # ~somebody whom this machine does not know
            raise ValueError(f"no home directory is known for {value!r}") from error
    raise NotImplementedError(kind)
