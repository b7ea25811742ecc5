"""Asking for a passphrase: at the terminal, from standard input, or from a file; never as an argument."""

import sys
from pathlib import Path

from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.printing.output import ask_secret


def ask_new_passphrase(*, is_wanted: bool, file: Path | None) -> str | None:
    """Return the passphrase to encrypt with, asked for twice on a terminal; None when none is wanted.

    ConfigError when it is too short, or the file is not one for its owner only.
    """
    if not is_wanted and file is None:
        return None
    from bimmerhub.hub.safekeeping.sealed_file import check_new_passphrase

    passphrase = _read(file, is_new=True)
    check_new_passphrase(passphrase)
    return passphrase


def ask_passphrase_of(path: Path, *, file: Path | None) -> str | None:
    """Return the passphrase of a file, None when it is not there or not encrypted; ConfigError as for a new one."""
    from bimmerhub.hub.safekeeping.sealed_file import is_sealed

    if not path.is_file() or not is_sealed(path):
        return None
    return _read(file, is_new=False)


def _read(file: Path | None, *, is_new: bool) -> str:
    if file is not None:
        from bimmerhub.hub.safekeeping.passphrases import read_passphrase_file

        return read_passphrase_file(file)
    if sys.stdin.isatty():
        return ask_secret("Passphrase", twice=is_new)
    passphrase = sys.stdin.readline().rstrip("\r\n")
    if not passphrase:
        raise WrongUsage(
            "a passphrase is needed",
            hint="Type it, give it on standard input, or name its file: --passphrase-file FILE",
        )
    return passphrase
