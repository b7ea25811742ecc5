"""The places that backups lie in: a directory, or whatever commands reach. Every step there has a deadline."""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from typing_extensions import override

from bimmerhub.errors import StoreError
from bimmerhub.hub.safekeeping.backup_settings import BackupSettings, fill_in
from bimmerhub.hub.safekeeping.backup_steps import run_command, run_step
from bimmerhub.hub.safekeeping.backup_worker import Copy, List, Make, Remove, StepOutcome, Try
from bimmerhub.hub.safekeeping.private_folders import private_folder

_SIZES = 3
"""A backup out of its encryption, the database made of it, and its log."""
_SPARED_BYTES = 100_000_000


class TrialImpossible(StoreError):
    """A backup could not be restored on trial for want of space here, which says nothing about the backup."""


class BackupSite(Protocol):
    """A place for backups. StoreError when a step fails or takes too long."""

    @property
    def where(self) -> str:
        """The place in words."""
        ...

    async def names(self) -> Sequence[str] | None:
        """Return the hub's backups there, None where nobody can tell."""
        ...

    async def put(self, file: Path) -> StepOutcome:
        """Bring a backup there, under its name."""
        ...

    async def try_restore(self, name: str, passphrase: str | None, *, size_bytes: int) -> int:
        """Restore a backup of about that size on trial, as it lies there, and return its real size in bytes.

        TrialImpossible when this machine has too little space for that.
        """
        ...

    async def remove(self, names: Sequence[str]) -> Sequence[str]:
        """Remove backups of the hub, and return those that are gone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySite(BackupSite):
    """A directory. `key` is the hub's; backups are unpacked below `scratch` to try them."""

    directory: Path
    key: str
    deadline_s: float
    scratch: Callable[[int], Path]

    @property
    @override
    def where(self) -> str:
        return str(self.directory)

    def path(self, name: str) -> Path:
        """Return where a backup of that name lies."""
        return self.directory / name

    async def make(self, database: Path, name: str, passphrase: str | None) -> StepOutcome:
        """Write a backup of the database there; StoreError as the others."""
        return await self._run(Make(database=database, file=self.path(name), passphrase=passphrase))

    @override
    async def names(self) -> Sequence[str]:
        return (await self._run(List(directory=self.directory, key=self.key))).names

    @override
    async def put(self, file: Path) -> StepOutcome:
        return await self._run(Copy(file=file, directory=self.directory))

    @override
    async def try_restore(self, name: str, passphrase: str | None, *, size_bytes: int) -> int:
        step = Try(file=self.path(name), scratch=self.scratch(size_bytes), passphrase=passphrase)
        return (await self._run(step)).size_bytes

    @override
    async def remove(self, names: Sequence[str]) -> Sequence[str]:
        return (await self._run(Remove(directory=self.directory, key=self.key, names=[*names]))).names

    async def _run(self, step: Make | Copy | Try | List | Remove) -> StepOutcome:
        return await run_step(step, deadline_s=self.deadline_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSite(BackupSite):
    """What the commands of the settings reach."""

    settings: BackupSettings
    deadline_s: float
    scratch: Callable[[int], Path]

    @property
    @override
    def where(self) -> str:
        return f"by {Path(self.settings.words('put_command')[0]).name}"

    @override
    async def names(self) -> None:
        return None

    @override
    async def put(self, file: Path) -> StepOutcome:
        await self._run("put_command", file.name, file)
        return StepOutcome()

    @override
    async def try_restore(self, name: str, passphrase: str | None, *, size_bytes: int) -> int:
        with private_folder(self.scratch(size_bytes)) as folder:
            await self._run("get_command", name, folder / name)
            step = Try(file=folder / name, scratch=folder, passphrase=passphrase)
            return (await run_step(step, deadline_s=self.deadline_s)).size_bytes

    @override
    async def remove(self, names: Sequence[str]) -> Sequence[str]:
        if self.settings.delete_command is None:
            return ()
        for name in names:
            await self._run("delete_command", name)
        return names

    async def _run(self, command: str, name: str, file: Path | None = None) -> None:
        kind, _, variable = (self.settings.passphrase or "").partition(":")
        words = fill_in(self.settings.words(command), name=name, file=file)
        await run_command(words, deadline_s=self.deadline_s, hidden=variable if kind == "env" else None)


def find_scratch(database: Path, size_bytes: int) -> Path:
    """Return where a backup of that size can be unpacked: beside the database, or where temporary files go.

    TrialImpossible when neither can take it and still has some space for everything else.
    """
    needed = _SIZES * size_bytes + _SPARED_BYTES
    for place in (database.absolute().parent, Path(tempfile.gettempdir())):
        if os.access(place, os.W_OK) and shutil.disk_usage(place).free > needed:
            return place
    raise TrialImpossible(
        f"the backup cannot be restored on trial: that takes {needed // 1_000_000:,} MB beside the database",
        hint="Free some space.",
    )
