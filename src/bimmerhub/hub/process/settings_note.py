"""Noting in the audit which settings of config.toml or the environment are others than when the hub last ran.

What they are is kept as salted hashes, and only their names are noted: some are secrets.
"""

import dataclasses
import hashlib
import json
import logging
import secrets
from collections.abc import Iterator
from typing import Final

from bimmerhub.errors import StoreError
from bimmerhub.hub.config import HubConfig
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.views.acts import Acts
from bimmerhub.views.ports.commands import Asker

_KEY: Final = "settings.noted"
_SALT: Final = "salt"
_WHO: Final = Asker(who="settings file or environment", from_where=None, may_command=False)

_log = logging.getLogger(__name__)


async def note_changed_settings(settings: HubConfig, stored: StoredSettings, acts: Acts) -> None:
    """Note the names of settings that changed since the hub last ran; nothing at the first time."""
    before = _decode((await stored.load_settings(_KEY)).get(_KEY))
    salt = before.get(_SALT) or secrets.token_hex(8)
    now = {name: hashlib.sha256(f"{salt}{value}".encode()).hexdigest()[:16] for name, value in _values(settings)}
    if {**now, _SALT: salt} == before:
        return
    if before:
        changed = sorted(name for name in {*now, *before} - {_SALT} if now.get(name) != before.get(name))
        await acts.note(_WHO, "settings_changed", details={"settings": ", ".join(changed)})
    try:
        await stored.save_setting(_KEY, json.dumps({**now, _SALT: salt}), is_secret=True)
    except StoreError as error:  # a full disk keeps no hub from starting
        _log.warning("the settings of this start are not noted: %s", error)


def _values(settings: HubConfig) -> Iterator[tuple[str, str]]:
    for table in dataclasses.fields(settings):
        value = getattr(settings, table.name)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            yield from _fields(table.name, value)
    for name, account in settings.accounts.items():
        yield from _fields(f"accounts.{name}", account)


def _fields(name: str, table: object) -> Iterator[tuple[str, str]]:
    for setting in dataclasses.fields(table) if dataclasses.is_dataclass(table) else ():
        yield f"{name}.{setting.name}", repr(getattr(table, setting.name))


def _decode(text: str | None) -> dict[str, str]:
    """Return what was noted; nothing when that cannot be read any more."""
    try:
        noted = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return noted if isinstance(noted, dict) else {}
