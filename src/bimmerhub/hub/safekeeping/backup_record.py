"""What a hub remembers of its backups, in a setting of its store: what lies where, whether it could be restored."""

import logging
import secrets
from collections.abc import Collection

import msgspec

from bimmerhub.bmw.tokens.token_places import other_place
from bimmerhub.errors import StoreError
from bimmerhub.hub.safekeeping.backup_names import BackupName, parse_name
from bimmerhub.hub.safekeeping.history_files import OF_BACKUPS
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.views.ports.backups import PlaceName

_log = logging.getLogger(__name__)

_SETTING = OF_BACKUPS


class FileRecord(msgspec.Struct, kw_only=True):
    """A backup in a place; `is_good` None when it was not tried."""

    place: PlaceName
    name: str
    size_bytes: int = 0
    tested_at_ms: int | None = None
    is_good: bool | None = None
    error: str | None = None


class PlaceRecord(msgspec.Struct, kw_only=True):
    """How it went in a place. `failures` counts since the last success; `failure` says the newest.

    `last_good` names the backup that was last restored on trial there; `undeleted` counts those that would have gone,
    had the place a way to delete.
    """

    last_good: str | None = None
    undeleted: int = 0
    failure: str | None = None
    failed_at_ms: int | None = None
    failures: int = 0
    is_same_disk: bool = False


class _Record(msgspec.Struct, kw_only=True):
    key: str
    home: str | None = None
    tried_at_ms: int | None = None
    files: list[FileRecord] = []
    places: dict[PlaceName, PlaceRecord] = {}


class BackupRecord:
    """The record of one hub; `load` first. It lives on in memory when the store cannot be written."""

    def __init__(self, settings: StoredSettings) -> None:
        self._settings = settings
        self._record = _Record(key="")

    async def load(self, *, home: str | None = None) -> None:
        """Read what is stored; a hub without a record gets a key, which every name of a backup of it will have.

        `home` says which directory this is. A record of another one came with a copy of it: both would remove each
        other's backups, so the copy begins with a key of its own, and leaves alone what has the other's.
        """
        text = (await self._settings.load_settings(_SETTING)).get(_SETTING)
        try:
            self._record = msgspec.json.decode(text or "", type=_Record)
        except NOT_JSON:
            self._record = _Record(key="")
        if other_place(self._record.home, home) is not None:
            _log.warning("this directory is a copy: its backups are told from those of the other one by new names")
            self._record = _Record(key="")
        if not self._record.key or (home is not None and self._record.home is None):
            self._record.key = self._record.key or secrets.token_hex(4)
            self._record.home = home
            await self.save()

    async def save(self) -> None:
        """Store it."""
        try:
            await self._settings.save_setting(_SETTING, msgspec.json.encode(self._record).decode())
        except StoreError as error:
            _log.warning("what became of a backup could not be noted: %s", error)

    @property
    def key(self) -> str:
        """The hub's part of the names."""
        return self._record.key

    @property
    def tried_at_ms(self) -> int | None:
        """When one was last begun."""
        return self._record.tried_at_ms

    def note_try(self, now_ms: int) -> None:
        """Note that one begins."""
        self._record.tried_at_ms = now_ms

    def place(self, place: PlaceName) -> PlaceRecord:
        """Return how it went in a place."""
        return self._record.places.setdefault(place, PlaceRecord())

    def note_failure(self, place: PlaceName, error: str, now_ms: int) -> None:
        """Note a failure, in words."""
        record = self.place(place)
        record.failure, record.failed_at_ms = error, now_ms
        record.failures += 1

    def note_success(self, place: PlaceName, name: str) -> None:
        """Note that a backup is in the place and can be restored."""
        record = self.place(place)
        record.last_good, record.failure, record.failures = name, None, 0

    def files(self, place: PlaceName) -> list[FileRecord]:
        """Return the files of a place, the newest first."""
        mine = (file for file in self._record.files if file.place is place)
        return sorted(mine, key=lambda file: parse_name(file.name, key=self.key) or _NONE, reverse=True)

    def file(self, place: PlaceName, name: str) -> FileRecord:
        """Return the record of a file, a new one when there is none."""
        for file in self._record.files:
            if (file.place, file.name) == (place, name):
                return file
        self._record.files.append(FileRecord(place=place, name=name))
        return self._record.files[-1]

    def keep_only(self, place: PlaceName, names: Collection[str]) -> None:
        """Note which files are in a place: those that are not are forgotten, others are met for the first time."""
        self._record.files = [file for file in self._record.files if file.place is not place or file.name in names]
        for name in names:
            self.file(place, name)


_NONE = BackupName(made_at_s=0, key="", is_encrypted=False)
