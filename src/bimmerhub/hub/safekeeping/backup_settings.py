"""The settings of scheduled backups: the table `[backup]`."""

import shlex
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated

import msgspec

from bimmerhub.errors import ConfigError
from bimmerhub.hub.safekeeping.passphrases import check_passphrase_setting

FILE, NAME = "{file}", "{name}"
"""What stands in a command for the path of the backup on this machine, and for its name."""

_NEEDS = {
    "put_command": (FILE, NAME),
    "get_command": (FILE, NAME),
    "delete_command": (NAME,),
}
_EXAMPLE = 'such as "rclone copyto {file} remote:backups/{name}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    """Backups that the hub makes by itself: how often, where, how many are kept.

    A second place keeps a copy of each: a directory, or whatever a command reaches. Commands are run without a shell;
    in their words `{file}` stands for the backup's path on this machine and `{name}` for its name.
    """

    directory: Path | None = None
    """Directory of the backups; without it none are made."""
    every_h: Annotated[float, msgspec.Meta(ge=0.25, le=8_784)] = 24
    """Hours from one backup to the next."""
    keep_daily: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 7
    """Of so many days, the newest that have one, the newest backup is kept."""
    keep_weekly: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 4
    """The same of weeks."""
    keep_monthly: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 12
    """The same of months."""
    passphrase: str | None = field(default=None, repr=False)
    """Where the passphrase is that encrypts them: `env:NAME`, or `file:PATH` for the first line of a private file."""
    second_directory: Path | None = None
    """A second directory, on another disk or machine, that gets a copy of each."""
    put_command: str | None = None
    """Instead of a second directory: the command that brings one there, such as `rclone copyto {file} r:b/{name}`."""
    get_command: str | None = None
    """The command that fetches one back, for the test of each: `rclone copyto r:b/{name} {file}`."""
    delete_command: str | None = None
    """The command that deletes one there, `rclone deletefile r:b/{name}`; without it all stay there."""
    deadline_min: Annotated[float, msgspec.Meta(gt=0, le=1_440)] = 60
    """Minutes after which a step that has not ended is given up: writing, bringing, fetching, testing."""

    def __post_init__(self) -> None:
        """Refuse settings that do not go together: ConfigError."""
        others = [item.name for item in fields(self) if item.name.endswith(("command", "second_directory"))]
        named = [name for name in others if getattr(self, name) is not None]
        if named and self.directory is None:
            raise ConfigError(f"backup.{named[0]} needs a first place", hint="Name one: backup.directory")
        if self.passphrase is not None:
            check_passphrase_setting(self.passphrase, setting="backup.passphrase")
        if self.second_directory is not None and len(named) > 1:
            raise ConfigError("backup.second_directory and commands are two second places", hint="Name one of them.")
        if self.second_directory is not None and self.second_directory == self.directory:
            raise ConfigError("backup.second_directory is the first one", hint="Name one on another disk.")
        if self.second_directory is None and named and not (self.put_command and self.get_command):
            raise ConfigError(
                "backup.put_command and backup.get_command go together",
                hint="Without the second nobody knows whether what lies there can be restored.",
            )
        for name in _NEEDS:
            self.words(name)

    @property
    def every_ms(self) -> int:
        """Time from one backup to the next, in milliseconds."""
        return round(self.every_h * 3_600_000)

    def words(self, name: str) -> tuple[str, ...]:
        """Return the words of a command, none when it is not set; ConfigError when it cannot be one."""
        text: str | None = getattr(self, name)
        if text is None:
            return ()
        try:
            words = tuple(shlex.split(text))
        except ValueError as error:
            raise ConfigError(f"backup.{name} is no command: {error}", hint="Check its quotation marks.") from error
        for mark in _NEEDS[name]:
            if not any(mark in word for word in words[1:]):
                raise ConfigError(f"backup.{name} does not say where {mark} goes", hint=f"Write it out, {_EXAMPLE}")
        return words


def fill_in(words: tuple[str, ...], *, name: str, file: Path | None = None) -> list[str]:
    """Return the words of a command with the marks replaced; a word stays one, whatever is in a path."""
    return [_fill_word(word, name, file) for word in words]


def _fill_word(word: str, name: str, file: Path | None) -> str:
    parts = (part.replace(NAME, name) for part in word.split(FILE))  # what the path holds is not looked at
    return ("" if file is None else str(file)).join(parts)
