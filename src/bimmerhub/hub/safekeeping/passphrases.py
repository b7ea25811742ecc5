"""Where a passphrase comes from: a file that only its owner reads, or what a setting names. Never an argument.

Arguments of a running program can be read by everybody on the machine.
"""

import os
import stat
from pathlib import Path

from bimmerhub.errors import ConfigError
from bimmerhub.hub.process.secret_text import read_secret

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LONGEST_BYTES = 1024


def read_passphrase_file(path: Path) -> str:
    """Return the first line of the file; ConfigError when it is empty, not text, not there, or others may use it."""
    try:
        with path.expanduser().open("rb") as file:
            status = os.fstat(file.fileno())
            line = file.readline(_LONGEST_BYTES + 1).decode("utf-8-sig").rstrip("\r\n")
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"cannot read the passphrase file {path}: {reason}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"the passphrase file {path} is not UTF-8 text", hint="Save it as UTF-8.") from error
    if os.name == "posix" and stat.S_ISREG(status.st_mode) and status.st_mode & _OTHERS:
        raise ConfigError(
            f"others on this machine may use the passphrase file {path}", hint=f"Keep it to yourself: chmod 600 {path}"
        )
    if len(line.encode()) > _LONGEST_BYTES:
        raise ConfigError(f"the first line of {path} is no passphrase: it is longer than {_LONGEST_BYTES:,} bytes")
    if not line:
        raise ConfigError(f"the passphrase file {path} is empty", hint="Write the passphrase in its first line.")
    return line


def read_passphrase_setting(text: str, *, setting: str) -> str:
    """Return the passphrase that a setting names as `env:NAME` or `file:PATH`; ConfigError as for the file.

    The text itself is refused: whoever sees the settings would have the passphrase.
    """
    check_passphrase_setting(text, setting=setting)
    kind, _, place = text.partition(":")
    if kind == "file":
        return read_passphrase_file(Path(place))
    passphrase = read_secret(text, setting=setting)
    if not passphrase:
        raise ConfigError(f"{setting}: the variable {place} is empty")
    return passphrase


def check_passphrase_setting(text: str, *, setting: str) -> None:
    """Refuse what does not say where a passphrase is: ConfigError, without the text, which may be one."""
    kind, _, place = text.partition(":")
    if kind not in {"env", "file"} or not place:
        raise ConfigError(
            f"{setting} does not say where the passphrase is",
            hint="Name a variable, env:NAME, or a file whose first line it is, file:PATH",
        )
