"""The settings of a hub for strangers' eyes: numbers, yes or no and closed words as they are, of all else whether set.

Of an address it says whose it is: `BMW`, `this machine` or `other`.
"""

import dataclasses
from collections.abc import Iterator
from typing import Final, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from bimmerhub.bmw.servers import is_bmws_domain
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.hosts import is_loopback
from bimmerhub.hub.config import HubConfig

SET: Final = "set"
NOT_SET: Final = "not set"
_PLAIN: Final = (bool, int, float, Family)


def describe_settings(settings: HubConfig) -> dict[str, str]:
    """Return every setting by its name; accounts are numbered in the order of their names."""
    shown: dict[str, str] = {}
    for setting in dataclasses.fields(settings):
        value = getattr(settings, setting.name)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            shown |= _describe_table(setting.name, value)
    shown["data_dir"] = "the usual place" if settings.data_dir == HubConfig().data_dir else SET
    for number, (_, account) in enumerate(sorted(settings.accounts.items()), start=1):
        shown |= _describe_table(f"accounts.{number}", account)
    return shown


def _describe_table(name: str, table: object) -> dict[str, str]:
    kinds = get_type_hints(type(table))
    fields = dataclasses.fields(table) if dataclasses.is_dataclass(table) else ()
    return {
        f"{name}.{setting.name}": _describe(getattr(table, setting.name), kinds[setting.name], setting.name)
        for setting in fields
    }


def _describe(value: object, kind: object, name: str) -> str:
    if value is None or value in ("", (), []):
        return NOT_SET
    if isinstance(value, _PLAIN):
        return str(value)
    if isinstance(value, str):
        if value in _closed_words(kind):
            return value
        return _owner_of(value) if name == "host" or name.endswith(("_url", "_host")) else SET
    if isinstance(value, tuple | list | frozenset | dict):
        return f"{len(value)} of them"
    return SET


def _closed_words(kind: object) -> Iterator[object]:
    """Give the words that a type allows, through unions and annotations."""
    if get_origin(kind) is Literal:
        yield from get_args(kind)
    else:
        for inside in get_args(kind):
            yield from _closed_words(inside)


def _owner_of(address: str) -> str:
    """Return whose an address is, with a scheme or without."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return "other"
    if is_bmws_domain(host):
        return "BMW"
    return "this machine" if is_loopback(host) else "other"
