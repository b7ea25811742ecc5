"""What the settings in a move file could do here: run a program, read a file, erase history, lead away from BMW.

Whoever made the file chose them. So a person is shown each, and without their agreement the whole table that it is in
is left out: half a table may do worse than none (backups without their passphrase, say). Settings are harmless only
where they are listed here; one that a later version has is shown too.
"""

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bimmerhub.bmw.connecteddrive.endpoints import is_bmws_host
from bimmerhub.hub.accounts.sign_in_details import host_of

Tree = Mapping[str, object]

WHOLE_FILE: Final = ""
"""The table of a risk that is the file itself: it cannot be read as settings."""

_ACCOUNTS: Final = "accounts"
_HARMLESS: Final[Mapping[str, Collection[str]]] = {
    "backup": {"every_h", "keep_daily", "keep_weekly", "keep_monthly", "deadline_min"},
    "bmw": {"stream_port", "mqtt_version"},
    "hub": {"port", "connections", "event_readers"},
    "inventory": {"username", "password", "way"},
    "polling": {"parked_min", "active_min", "calls_per_day"},
    "provider": {"client_id", "purpose", "descriptors"},
    "rest": {"refresh_h", "reserve", "limit"},
    "store": {"journal_days"},
    _ACCOUNTS: {
        "client_id", "family", "username", "region", "country", "grant", "redirect_uri", "app_version", "app_build",
        "app_user_agent", "brands", "relay_port", "relay_tls", "relay_username", "relay_password", "relay_prefix",
    },
}  # fmt: skip
_ADDRESSES: Final = {"auth_url", "api_url", "stream_host", "host", "sign_in_host", "relay_host"}
"""Settings that are harmless where they lead to BMW, or to a host that is trusted here."""
_OF_HUB: Final = ("hub", "host")
_SECRET_WORDS: Final = ("password", "secret", "key", "passphrase", "token")
_ERASING: Final = ("positions_days", "readings_days")
_POINTERS: Final = {"file:": "reads a file of yours", "env:": "reads a variable of yours"}
"""How a value begins that is read from somewhere else. A server it is sent to may belong to whoever made the file."""
_LONGEST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One setting that a person has to agree to: the table that goes without it (`accounts.home`), and its words."""

    table: str
    words: str


def find_risks(content: bytes, *, trusted_hosts: Collection[str] = ()) -> list[Risk]:
    """Return what a settings file could do, in the order of the file; nothing of one that is harmless."""
    tree = _parse(content)
    if tree is None:
        return [Risk(table=WHOLE_FILE, words="it is no settings file that this version can read")]
    return list(_risks_of(tree, trusted_hosts))


def without(content: bytes, risks: Collection[Risk]) -> bytes | None:
    """Return the settings without the tables of these risks, None when nothing is left; its comments are lost."""
    tree, tables = _parse(content), {risk.table for risk in risks}
    if tree is None or WHOLE_FILE in tables:
        return None
    text = "".join(_toml(tree, tables))
    return text.lstrip("\n").encode() or None


def is_trusted(address: str, trusted_hosts: Collection[str]) -> bool:
    """Tell whether an address or a host is BMW's, or one of the hosts that are trusted.

    This machine is not by itself: whoever has an account on it may listen there.
    """
    host = host_of(address)
    return is_bmws_host(host) or host in trusted_hosts


def _risks_of(tree: Tree, trusted_hosts: Collection[str]) -> Iterator[Risk]:
    for name, table in tree.items():
        if name == _ACCOUNTS and isinstance(table, dict):
            for account, settings in table.items():
                yield from _risks_in(f"{_ACCOUNTS}.{account}", settings, _HARMLESS[_ACCOUNTS], trusted_hosts)
        else:
            yield from _risks_in(name, table, _HARMLESS.get(name, ()), trusted_hosts)


def _risks_in(
    table: str, settings: object, harmless: Collection[str], trusted_hosts: Collection[str]
) -> Iterator[Risk]:
    if not isinstance(settings, dict):
        yield Risk(table=table, words=f"{table} = {_show(table, settings)}")
        return
    for name, value in settings.items():
        is_address = name in _ADDRESSES and (table, name) != _OF_HUB and isinstance(value, str)
        is_harmless = name in harmless and _is_plain(value)
        if not is_harmless and not (is_address and is_trusted(str(value), trusted_hosts)):
            yield Risk(table=table, words=f"[{table}] {name} = {_show(name, value)}{_meaning(name, value)}")


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) and _pointer_of(one) is None for one in value)
    return not isinstance(value, dict) and _pointer_of(value) is None


def _pointer_of(value: object) -> str | None:
    """Return how a value begins that is read from somewhere else, None for one that is the value itself."""
    text = value.strip().casefold() if isinstance(value, str) else ""
    return next((pointer for pointer in _POINTERS if text.startswith(pointer)), None)


def _meaning(name: str, value: object) -> str:
    pointer = _pointer_of(value)
    if pointer is not None:
        return f" ({_POINTERS[pointer]})"
    if name in _ERASING:
        return " (older history is erased)"
    if name.endswith("_command"):
        return " (a program that is run)"
    if name.endswith("directory"):
        return " (backups are written there)"
    return " (what is sent goes there)" if name in _ADDRESSES else ""


def _show(name: str, value: object) -> str:
    if any(word in name for word in _SECRET_WORDS) and _pointer_of(value) is None:
        return "…"
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return "…"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _parse(content: bytes) -> Tree | None:
    try:
        return tomllib.loads(content.decode())
    except (ValueError, RecursionError):
        return None


def _toml(tree: Tree, left_out: Collection[str], path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield a settings file: at each level values first, then tables."""
    staying = {key: value for key, value in tree.items() if ".".join((*path, key)) not in left_out}
    tables = {key: value for key, value in staying.items() if isinstance(value, dict)}
    if path and (len(tables) < len(staying) or not tree):
        yield f"\n[{'.'.join(map(_text, path))}]\n"
    for key, value in staying.items():
        if key not in tables:
            yield f"{_text(key)} = {_value(value)}\n"
    for key, table in tables.items():
        yield from _toml(table, left_out, (*path, key))


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    """Return a text in quotation marks, as TOML and JSON both read it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
