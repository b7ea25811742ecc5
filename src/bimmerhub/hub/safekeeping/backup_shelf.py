"""One place for backups: what lies there, whether it can be restored from there, and what may go."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bimmerhub.bmw.clock import Clock
from bimmerhub.errors import BimmerhubError, StoreError
from bimmerhub.hub.safekeeping.backup_names import BackupName, Keeping, choose_removable, parse_name
from bimmerhub.hub.safekeeping.backup_places import BackupSite, TrialImpossible
from bimmerhub.hub.safekeeping.backup_record import BackupRecord, FileRecord
from bimmerhub.hub.safekeeping.backup_settings import BackupSettings
from bimmerhub.hub.safekeeping.backup_worker import StepOutcome
from bimmerhub.hub.safekeeping.passphrases import read_passphrase_setting
from bimmerhub.views.ports.backups import BackupPlace, KeptBackup, PlaceName

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupShelf:
    """A place, with what the record says of it."""

    place: PlaceName
    site: BackupSite
    record: BackupRecord
    settings: BackupSettings
    clock: Clock

    @property
    def is_failing(self) -> bool:
        """Whether the last try here failed."""
        return self.record.place(self.place).failure is not None

    async def look_around(self) -> None:
        """Note which backups lie here: a person may have removed some, or brought some back."""
        names = await self.site.names()
        if names is not None:
            self.record.keep_only(self.place, names)

    def backups(self) -> list[tuple[BackupName, FileRecord]]:
        """Return what lies here, the newest first."""
        files = ((parse_name(file.name, key=self.record.key), file) for file in self.record.files(self.place))
        return [(name, file) for name, file in files if name is not None]

    def recent_good(self) -> BackupName | None:
        """Return the newest good backup; None when it is so old that another is due, or the last try here failed."""
        newest = self._newest_good()
        return None if self.is_failing or newest is None or not self._is_recent(newest) else newest

    def recent_untried(self) -> BackupName | None:
        """Return the newest backup when it could not be tried; None when another is due."""
        if not self.is_failing:
            return None
        for name, file in self.backups():
            if name.is_misdated(self.clock.now_ms()):
                continue
            if file.is_good:
                return None
            if file.is_good is None:
                return name if self._is_recent(name) else None
        return None

    def free_name(self, *, is_encrypted: bool) -> BackupName:
        """Return a name that no backup has, of the present second or, where that is taken, of the next free one."""
        taken = {file.name for _, file in self.backups()}
        second = self.clock.now_ms() // 1000
        while str(name := BackupName(made_at_s=second, key=self.record.key, is_encrypted=is_encrypted)) in taken:
            second += 1
        return name

    def note_file(self, name: BackupName, outcome: StepOutcome) -> None:
        """Note a backup that has just been brought here."""
        self.record.file(self.place, str(name)).size_bytes = outcome.size_bytes
        self.record.place(self.place).is_same_disk = outcome.is_same_disk

    async def fill(self, work: Callable[[], Awaitable[BackupName]]) -> BackupName | None:
        """Return the backup that `work` brought here; None when that failed or it is no good.

        Failures are noted and logged. One that there was no space to try is returned: it may well be good.
        """
        name: BackupName | None = None
        try:
            name = await work()
            await self._try_restore(name)
            self.record.note_success(self.place, str(name))
        except BimmerhubError as error:
            self._note_failure(error)
            if not isinstance(error, TrialImpossible):
                name = None
        try:
            await self._retain()
        except BimmerhubError as error:
            self._note_failure(error)
        await self.record.save()
        return name

    def describe(self) -> BackupPlace:
        """Return how it went here."""
        record, newest, now_ms = self.record.place(self.place), self._newest_good(), self.clock.now_ms()
        return BackupPlace(
            place=self.place,
            where=self.site.where,
            newest_good_ms=None if newest is None else newest.made_at_ms,
            misdated=sum(name.is_misdated(now_ms) for name, _ in self.backups()),
            undeleted=record.undeleted,
            failure=record.failure,
            failed_at_ms=record.failed_at_ms,
            failures=record.failures,
            is_same_disk=record.is_same_disk,
        )

    def describe_backups(self) -> list[KeptBackup]:
        """Return the backups here, the newest first."""
        return [
            KeptBackup(
                place=self.place,
                name=file.name,
                made_at_ms=name.made_at_ms,
                is_misdated=name.is_misdated(self.clock.now_ms()),
                size_bytes=file.size_bytes,
                is_encrypted=name.is_encrypted,
                tested_at_ms=file.tested_at_ms,
                is_good=file.is_good,
                error=file.error,
            )
            for name, file in self.backups()
        ]

    async def _try_restore(self, name: BackupName) -> None:
        """Restore a backup on trial and note what came of it.

        StoreError when it could not be restored, TrialImpossible when it could not be tried.
        """
        record, first = (self.record.file(place, str(name)) for place in (self.place, PlaceName.FIRST))
        try:
            record.size_bytes = await self.site.try_restore(
                str(name), find_passphrase(self.settings), size_bytes=first.size_bytes
            )
            record.is_good, record.error = True, None
        except TrialImpossible:
            raise
        except BimmerhubError as error:
            record.is_good, record.error = False, str(error)
            raise StoreError(f"{name} could not be restored on trial: {error}") from error
        finally:
            if record.is_good is not None:
                record.tested_at_ms = self.clock.now_ms()

    async def _retain(self) -> None:
        """Remove the backups that are no longer to be kept."""
        backups, settings = self.backups(), self.settings
        removable = choose_removable(
            (name for name, _ in backups),
            good={name for name, file in backups if file.is_good},
            bad={name for name, file in backups if file.is_good is False},
            keeping=Keeping(daily=settings.keep_daily, weekly=settings.keep_weekly, monthly=settings.keep_monthly),
            now_ms=self.clock.now_ms(),
            last_good=self.record.place(self.place).last_good,
        )
        removed = await self.site.remove([str(name) for name in removable]) if removable else ()
        self.record.place(self.place).undeleted = len(removable) - len(removed)
        if removed:
            self.record.keep_only(self.place, {file.name for _, file in backups} - set(removed))

    def _note_failure(self, error: BimmerhubError) -> None:
        _log.error("backup (%s place): %s", self.place, error)
        self.record.note_failure(self.place, str(error), self.clock.now_ms())

    def _newest_good(self) -> BackupName | None:
        """Return the newest good backup whose time can be right; None when there is none."""
        now_ms = self.clock.now_ms()
        return next((name for name, file in self.backups() if file.is_good and not name.is_misdated(now_ms)), None)

    def _is_recent(self, name: BackupName) -> bool:
        return 0 <= self.clock.now_ms() - name.made_at_ms < self.settings.every_ms


def find_passphrase(settings: BackupSettings) -> str | None:
    """Return the passphrase that backups are encrypted with, None without one; ConfigError when it cannot be read."""
    setting = settings.passphrase
    return None if setting is None else read_passphrase_setting(setting, setting="backup.passphrase")
