"""Makes backups at their time, or when somebody asks for one, and tells how they stand.

Each step is a process of its own with a deadline (`backup_steps`), so the hub never waits for a disk. One place that
fails does not keep the other from its turn. After a failure it is tried again every hour.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.pause import Pause
from bimmerhub.bmw.tokens.token_places import describe_place
from bimmerhub.errors import ConfigError
from bimmerhub.hub.safekeeping.backup_places import BackupSite, CommandSite, DirectorySite, find_scratch
from bimmerhub.hub.safekeeping.backup_record import BackupRecord
from bimmerhub.hub.safekeeping.backup_rounds import BackupRounds
from bimmerhub.hub.safekeeping.backup_schedule import BackupSchedule
from bimmerhub.hub.safekeeping.backup_settings import BackupSettings
from bimmerhub.hub.safekeeping.backup_shelf import BackupShelf
from bimmerhub.hub.safekeeping.private_folders import remove_left_folders
from bimmerhub.views.ports.backups import BackupKeeping, BackupsState, PlaceName

_LOOK_EVERY_S = 60.0
"""How long it may go unnoticed that the machine's clock was set forward."""
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
        self._database = database.absolute()
        self._record = record
        self._is_busy = is_busy
        self._check_database = check_database
        self._clock = clock
        self._pause = Pause(clock)
        self._is_scheduled = is_scheduled and settings.directory is not None
        self._is_wanted = False
        self._is_under_way = False
        self._rounds: BackupRounds | None = None
        self._schedule = BackupSchedule(record, [], every_ms=settings.every_ms, clock=clock)

    async def load(self) -> None:
        """Read what is remembered of earlier backups, where the settings name a place for them.

        What a backup that was killed left in the clear is removed.
        """
        await asyncio.to_thread(remove_left_folders, self._database.parent)
        if self._settings.directory is not None:
            await self._record.load(home=describe_place(self._database.with_name(f"{self._database.name}.lock")))
            self._rounds = self._open_rounds(self._settings.directory)
            every_ms, shelves = self._settings.every_ms, self._rounds.shelves
            self._schedule = BackupSchedule(self._record, shelves, every_ms=every_ms, clock=self._clock)

    async def run(self) -> None:
        """Make backups when they are due, until cancelled; return at once when the settings name no place."""
        while self._rounds is not None:
            if not self._is_wanted and not (self._is_scheduled and self._schedule.is_due()):
                await self._pause.sleep(_LOOK_EVERY_S)
                continue
            self._is_under_way = True
            try:
                await self._wait_until_idle()
                is_wanted, self._is_wanted = self._is_wanted, False
                self._record.note_try(self._clock.now_ms())
                await self._record.save()
                await self._rounds.make(is_wanted=is_wanted)
            finally:
                self._is_under_way = False

    @override
    def make_now(self) -> None:
        if self._rounds is None:
            raise ConfigError(
                "no directory for backups is set",
                hint="Name one in the settings, [backup] directory, and start the hub again; or: bimmerhub backup FILE",
            )
        self._is_wanted = True
        self._pause.cut_short()

    @override
    def state(self) -> BackupsState:
        shelves = [] if self._rounds is None else self._rounds.shelves
        return BackupsState(
            is_scheduled=self._is_scheduled,
            is_under_way=self._is_under_way or self._is_wanted,
            every_ms=self._settings.every_ms,
            next_at_ms=self._schedule.next_at_ms() if self._is_scheduled else None,
            places=[shelf.describe() for shelf in shelves],
            backups=[backup for shelf in shelves for backup in shelf.describe_backups()],
        )

    def _open_rounds(self, directory: Path) -> BackupRounds:
        """Open the places that the settings name; the record's key has to be known."""
        settings, deadline_s = self._settings, self._settings.deadline_min * 60
        scratch = partial(find_scratch, self._database)
        key = self._record.key

        def in_directory(path: Path) -> DirectorySite:
            return DirectorySite(directory=path.absolute(), key=key, deadline_s=deadline_s, scratch=scratch)

        def shelf(place: PlaceName, site: BackupSite) -> BackupShelf:
            return BackupShelf(place=place, site=site, record=self._record, settings=settings, clock=self._clock)

        second: BackupSite | None = None
        if settings.second_directory is not None:
            second = in_directory(settings.second_directory)
        elif settings.put_command is not None:
            second = CommandSite(settings=settings, deadline_s=deadline_s, scratch=scratch)
        first = in_directory(directory)
        return BackupRounds(
            database=self._database,
            directory=first,
            first=shelf(PlaceName.FIRST, first),
            second=None if second is None else shelf(PlaceName.SECOND, second),
            check_database=self._check_database,
        )

    async def _wait_until_idle(self) -> None:
        """Wait until nothing is being stored; not for long, and not when somebody asks for a backup."""
        for _ in range(_IDLE_LOOKS):
            if self._is_wanted or not self._is_busy():
                return
            await self._clock.sleep(_IDLE_LOOK_S)
