"""One round of backups: makes one in the first place, brings it to the second, and tries it in both."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bimmerhub.errors import StoreDamaged
from bimmerhub.hub.safekeeping.backup_names import BackupName
from bimmerhub.hub.safekeeping.backup_places import DirectorySite
from bimmerhub.hub.safekeeping.backup_shelf import BackupShelf, find_passphrase

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRounds:
    """Brings the places up to date; how each went is in the record.

    `directory` is the first place's; `check_database` looks for damage and mends it.
    """

    database: Path
    directory: DirectorySite
    first: BackupShelf
    second: BackupShelf | None
    check_database: Callable[[], Awaitable[object]]

    @property
    def shelves(self) -> list[BackupShelf]:
        """The places, the first first."""
        return [shelf for shelf in (self.first, self.second) if shelf is not None]

    async def make(self, *, is_wanted: bool) -> None:
        """Make a backup and bring it to every place; where only the second failed and nobody asks, it gets the last."""
        name = None if is_wanted else self.first.recent_good()
        if name is None:
            name = await self.first.fill(partial(self._make_first, is_wanted=is_wanted))
        if name is not None and self.second is not None:
            await self.second.fill(partial(self._bring, self.second, name))

    async def _make_first(self, *, is_wanted: bool) -> BackupName:
        """Write a backup to the first place, unless a recent one there is still to be tried and nobody asked.

        StoreError or ConfigError when that is impossible.
        """
        await self.first.look_around()
        if not is_wanted and (untried := self.first.recent_untried()) is not None:
            return untried
        passphrase = find_passphrase(self.first.settings)
        name = self.first.free_name(is_encrypted=passphrase is not None)
        make = partial(self.directory.make, self.database, str(name), passphrase)
        try:
            made = await make()
        except StoreDamaged as error:
            _log.error("backup: %s", error)
            await self.check_database()
            made = await make()
        self.first.note_file(name, made)
        return name

    async def _bring(self, second: BackupShelf, name: BackupName) -> BackupName:
        """Bring a backup of the first place to the second; errors as `_make_first`."""
        await second.look_around()
        present = {there: file.is_good for there, file in second.backups()}
        if present.get(name) is False:
            await second.site.remove([str(name)])  # it was brought there, and is no good
            del present[name]
        if name not in present:
            second.note_file(name, await second.site.put(self.directory.path(str(name))))
        return name
