"""Makes backups at their time: writes one, restores it on trial, brings it to the second place, tries it there too.

Each step is a process of its own with a deadline (`backup_steps`), so the hub never waits for a disk. One place that
fails does not keep the other from its turn. After a failure it is tried again every hour.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.pause import Pause
from bimmerhub.errors import BimmerhubError, ConfigError, StoreDamaged, StoreError
from bimmerhub.hub.safekeeping.backup_names import BackupName, Keeping, choose_removable, parse_name
from bimmerhub.hub.safekeeping.backup_places import (
    BackupSite,
    CommandSite,
    DirectorySite,
    TrialImpossible,
    find_scratch,
)
from bimmerhub.hub.safekeeping.backup_record import BackupRecord
from bimmerhub.hub.safekeeping.backup_settings import BackupSettings
from bimmerhub.hub.safekeeping.backup_worker import StepOutcome
from bimmerhub.hub.safekeeping.history_files import remove_left_folders
from bimmerhub.hub.safekeeping.passphrases import read_passphrase_setting
from bimmerhub.times import HOUR_MS
from bimmerhub.views.ports.backups import BackupKeeping, BackupPlace, BackupsState, KeptBackup, PlaceName

_log = logging.getLogger(__name__)

RETRY_MS = HOUR_MS
_LOOK_EVERY_S = 60.0
"""How long it may go unnoticed that the machine's clock was set forward."""
_SETTLES_WITHIN_S = 120.0
"""A hub that has just started has other things to do."""
_IDLE_LOOK_S = 5.0
_IDLE_LOOKS = 60


class BackupKeeper(BackupKeeping):
    """The backups of one hub; `load` first, then `run`.

    `is_busy` tells whether something is being stored just now; `check_database` looks for damage and mends it. Without
    `is_scheduled` it makes those only that are asked for.
    """

    def __init__(
        self,
        settings: BackupSettings,
        *,
        database: Path,
        record: BackupRecord,
        is_busy: Callable[[], bool],
        check_database: Callable[[], Awaitable[object]],
        clock: Clock,
        is_scheduled: bool,
    ) -> None:
        self._settings = settings
        self._database = database
        self._record = record
        self._is_busy = is_busy
        self._check_database = check_database
        self._clock = clock
        self._pause = Pause(clock)
        self._started_s = clock.elapsed_s()
        self._is_scheduled = is_scheduled and settings.directory is not None
        self._is_wanted = False
        self._is_under_way = False
        self._first: DirectorySite | None = None
        self._sites: dict[PlaceName, BackupSite] = {}

    async def load(self) -> None:
        """Read what is remembered of earlier backups, where the settings name a place for them.

        What a backup that was killed left in the clear is removed.
        """
        await asyncio.to_thread(remove_left_folders, self._database.absolute().parent)
        if self._settings.directory is not None:
            await self._record.load()
            self._open_sites()

    async def run(self) -> None:
        """Make backups when they are due, until cancelled; return at once when the settings name no place."""
        while self._first is not None:
            if not self._is_wanted and not self._is_due():
                await self._pause.sleep(_LOOK_EVERY_S)
                continue
            self._is_under_way = True
            try:
                await self._wait_until_idle()
                is_wanted, self._is_wanted = self._is_wanted, False
                await self._make(self._first, is_wanted=is_wanted)
            finally:
                self._is_under_way = False

    @override
    def make_now(self) -> None:
        if self._first is None:
            raise ConfigError(
                "no directory for backups is set",
                hint="Name one in the settings, [backup] directory, and start the hub again; or: bimmerhub backup FILE",
            )
        self._is_wanted = True
        self._pause.cut_short()

    @override
    def state(self) -> BackupsState:
        return BackupsState(
            is_scheduled=self._is_scheduled,
            is_under_way=self._is_under_way or self._is_wanted,
            every_ms=self._settings.every_ms,
            next_at_ms=self._next_at_ms() if self._is_scheduled else None,
            places=[self._describe_place(place, site) for place, site in self._sites.items()],
            backups=[backup for place in self._sites for backup in self._describe_files(place)],
        )

    def _open_sites(self) -> None:
        """Open the places that the settings name; the record's key has to be known."""
        settings, deadline_s = self._settings, self._settings.deadline_min * 60
        scratch = partial(find_scratch, self._database)

        def in_directory(directory: Path) -> DirectorySite:
            return DirectorySite(
                directory=directory.absolute(), key=self._record.key, deadline_s=deadline_s, scratch=scratch
            )

        if settings.directory is not None:
            self._first = in_directory(settings.directory)
            self._sites[PlaceName.FIRST] = self._first
        if settings.second_directory is not None:
            self._sites[PlaceName.SECOND] = in_directory(settings.second_directory)
        elif settings.put_command is not None:
            self._sites[PlaceName.SECOND] = CommandSite(settings=settings, deadline_s=deadline_s, scratch=scratch)

    def _next_at_ms(self) -> int:
        """Return when the next is due: some time after the last, sooner when that failed in a place."""
        now_ms, tried_at_ms = self._clock.now_ms(), self._record.tried_at_ms
        if tried_at_ms is None or tried_at_ms > now_ms:  # never, or the clock was set back
            return now_ms
        is_failing = any(self._record.place(place).failure is not None for place in self._sites)
        return tried_at_ms + (min(RETRY_MS, self._settings.every_ms) if is_failing else self._settings.every_ms)

    def _is_due(self) -> bool:
        if not self._is_scheduled or self._clock.elapsed_s() - self._started_s < _SETTLES_WITHIN_S:
            return False
        return self._clock.now_ms() >= self._next_at_ms()

    async def _wait_until_idle(self) -> None:
        """Wait until nothing is being stored; not for long, and not when somebody asks for a backup."""
        for _ in range(_IDLE_LOOKS):
            if self._is_wanted or not self._is_busy():
                return
            await self._clock.sleep(_IDLE_LOOK_S)

    async def _make(self, first: DirectorySite, *, is_wanted: bool) -> None:
        """Bring the places up to date; how each went is in the record."""
        now_ms = self._clock.now_ms()
        self._record.note_try(now_ms)
        await self._record.save()
        name = None if is_wanted else self._recent_good(now_ms)
        if name is None:
            name = await self._fill(PlaceName.FIRST, lambda: self._make_first(first, is_wanted=is_wanted))
        second = self._sites.get(PlaceName.SECOND)
        if name is not None and second is not None:
            file, bring = first.path(str(name)), self._bring
            await self._fill(PlaceName.SECOND, partial(bring, second, name, file))

    def _recent_good(self, now_ms: int) -> BackupName | None:
        """Return the backup that only the second place lacks, where that failed; None when a new one is due."""
        first = self._record.place(PlaceName.FIRST)
        made_at_ms = first.newest_good_ms
        if first.failure is not None or made_at_ms is None or not 0 <= now_ms - made_at_ms < self._settings.every_ms:
            return None
        good = (self._parse(file.name) for file in self._record.files(PlaceName.FIRST) if file.is_good)
        return next((name for name in good if name is not None and name.made_at_s * 1000 == made_at_ms), None)

    def _recent_untried(self) -> BackupName | None:
        """Return the newest backup of the first place that could not be tried; None when a new one is due."""
        if self._record.place(PlaceName.FIRST).failure is None:
            return None
        for file in self._record.files(PlaceName.FIRST):
            name = self._parse(file.name)
            if file.is_good or name is None:
                return None
            if file.is_good is None:
                age_ms = self._clock.now_ms() - name.made_at_s * 1000
                return name if 0 <= age_ms < self._settings.every_ms else None
        return None

    async def _fill(self, place: PlaceName, work: Callable[[], Awaitable[BackupName]]) -> BackupName | None:
        """Return the backup that is now in the place; None when that failed or it is no good. Notes and logs failures.

        One that there was no space to try goes on to the next place: it may well be good.
        """
        name: BackupName | None = None
        try:
            name = await work()
            await self._try_restore(place, name)
            self._record.note_success(place, name.made_at_s * 1000)
        except BimmerhubError as error:
            self._note_failure(place, error)
            if not isinstance(error, TrialImpossible):
                name = None
        try:
            await self._retain(place)
        except BimmerhubError as error:
            self._note_failure(place, error)
        await self._record.save()
        return name

    def _note_failure(self, place: PlaceName, error: BimmerhubError) -> None:
        _log.error("backup (%s place): %s", place, error)
        self._record.note_failure(place, str(error), self._clock.now_ms())

    async def _make_first(self, first: DirectorySite, *, is_wanted: bool) -> BackupName:
        """Write a backup to the first place, unless a recent one there is still to be tried and nobody asked.

        StoreError or ConfigError when that is impossible.
        """
        await self._look_around(PlaceName.FIRST)
        if not is_wanted and (untried := self._recent_untried()) is not None:
            return untried
        passphrase = self._passphrase()
        name = self._new_name(is_encrypted=passphrase is not None)
        make = partial(first.make, self._database.absolute(), str(name), passphrase)
        try:
            made = await make()
        except StoreDamaged as error:
            _log.error("backup: %s", error)
            await self._check_database()
            made = await make()
        self._note_file(PlaceName.FIRST, name, made)
        return name

    async def _bring(self, site: BackupSite, name: BackupName, file: Path) -> BackupName:
        """Bring a backup of the first place to the second; errors as `_make_first`."""
        await self._look_around(PlaceName.SECOND)
        present = {record.name: record for record in self._record.files(PlaceName.SECOND)}
        if str(name) in present and present[str(name)].is_good is False:
            await site.remove([str(name)])  # it was brought there, and is no good
            del present[str(name)]
        if str(name) not in present:
            self._note_file(PlaceName.SECOND, name, await site.put(file))
        return name

    def _note_file(self, place: PlaceName, name: BackupName, outcome: StepOutcome) -> None:
        self._record.file(place, str(name)).size_bytes = outcome.size_bytes
        self._record.place(place).is_same_disk = outcome.is_same_disk

    async def _try_restore(self, place: PlaceName, name: BackupName) -> None:
        """Restore a backup on trial and note what came of it.

        StoreError when it could not be restored, TrialImpossible when it could not be tried.
        """
        record = self._record.file(place, str(name))
        try:
            site, first = self._sites[place], self._record.file(PlaceName.FIRST, str(name))
            record.size_bytes = await site.try_restore(str(name), self._passphrase(), size_bytes=first.size_bytes)
            record.is_good, record.error = True, None
        except TrialImpossible:
            raise
        except BimmerhubError as error:
            record.is_good, record.error = False, str(error)
            raise StoreError(f"{name} could not be restored on trial: {error}") from error
        finally:
            if record.is_good is not None:
                record.tested_at_ms = self._clock.now_ms()

    async def _look_around(self, place: PlaceName) -> None:
        """Note which backups lie in a place: a person may have removed some, or brought some back."""
        names = await self._sites[place].names()
        if names is not None:
            self._record.keep_only(place, names)

    async def _retain(self, place: PlaceName) -> None:
        """Remove the backups that are no longer to be kept in a place."""
        files = [(name, file) for file in self._record.files(place) if (name := self._parse(file.name)) is not None]
        settings = self._settings
        removable = choose_removable(
            (name for name, _ in files),
            good={name for name, file in files if file.is_good},
            bad={name for name, file in files if file.is_good is False},
            keeping=Keeping(daily=settings.keep_daily, weekly=settings.keep_weekly, monthly=settings.keep_monthly),
        )
        if removable:
            removed = await self._sites[place].remove([str(name) for name in removable])
            self._record.keep_only(place, {file.name for _, file in files} - set(removed))

    def _passphrase(self) -> str | None:
        setting = self._settings.passphrase
        return None if setting is None else read_passphrase_setting(setting, setting="backup.passphrase")

    def _new_name(self, *, is_encrypted: bool) -> BackupName:
        """Return a name that no backup has, of the present second or, where that is taken, of the next free one."""
        taken = {file.name for file in self._record.files(PlaceName.FIRST)}
        second = self._clock.now_ms() // 1000
        while str(name := BackupName(made_at_s=second, key=self._record.key, is_encrypted=is_encrypted)) in taken:
            second += 1
        return name

    def _parse(self, name: str) -> BackupName | None:
        return parse_name(name, key=self._record.key)

    def _describe_place(self, place: PlaceName, site: BackupSite) -> BackupPlace:
        record = self._record.place(place)
        return BackupPlace(
            place=place,
            where=site.where,
            newest_good_ms=record.newest_good_ms,
            failure=record.failure,
            failed_at_ms=record.failed_at_ms,
            failures=record.failures,
            is_same_disk=record.is_same_disk,
        )

    def _describe_files(self, place: PlaceName) -> list[KeptBackup]:
        files = ((file, self._parse(file.name)) for file in self._record.files(place))
        return [
            KeptBackup(
                place=place,
                name=file.name,
                made_at_ms=name.made_at_s * 1000,
                size_bytes=file.size_bytes,
                is_encrypted=name.is_encrypted,
                tested_at_ms=file.tested_at_ms,
                is_good=file.is_good,
                error=file.error,
            )
            for file, name in files
            if name is not None
        ]
