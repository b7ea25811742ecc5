"""The secret key of a data directory, and what it seals: tokens at rest."""

import logging
from itertools import count
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from bimmerhub.errors import StoreError
from bimmerhub.files import replace_file, write_hint

KEY_FILE = "secret.key"
_log = logging.getLogger(__name__)


class Sealer:
    """Encrypts and decrypts with one Fernet key (AES-128-CBC with HMAC-SHA256).

    `trouble` says what is wrong with the key file, None when nothing is, or there is none yet.
    """

    def __init__(self, path: Path, fernet: Fernet | None, *, trouble: str | None = None) -> None:
        self._path = path
        self._fernet = fernet
        self.trouble = trouble

    @classmethod
    def open(cls, data_dir: Path, *, key_file: str = KEY_FILE) -> "Sealer":
        """Return the sealer of this directory. The first `seal` makes the key file when it is missing or broken.

        A broken key keeps nobody from the history; `unseal` says that it is.
        """
        path = data_dir / key_file
        try:
            return cls(path, Fernet(path.read_bytes().strip()))
        except FileNotFoundError:
            return cls(path, None)
        except OSError as error:
            return cls(path, None, trouble=f"the secret key {path} cannot be read: {error.strerror}")
        except ValueError:
            return cls(path, None, trouble=f"{path} is not a secret key of bimmerhub")

    @property
    def data_dir(self) -> Path:
        """The directory that the key is in."""
        return self._path.parent

    @property
    def way_back(self) -> str:
        """What a person can do when something does not fit the key."""
        return f"Put the {self._path.name} of this directory back ({self._path}), and start again."

    def seal(self, clear: bytes) -> bytes:
        """Return the encrypted form; StoreError when the key file (0600) cannot be made, which the first time needs.

        A broken key file is kept beside the new one.
        """
        if self._fernet is None:
            key = Fernet.generate_key()
            try:
                self._set_aside()
                replace_file(self._path, key)  # whole or not at all: half a key makes all tokens worthless
            except OSError as error:
                raise StoreError(
                    f"cannot use the secret key {self._path}: {error.strerror}", hint=write_hint(error)
                ) from error
            self._fernet, self.trouble = Fernet(key), None
        return self._fernet.encrypt(clear)

    def unseal(self, sealed: bytes) -> bytes:
        """Return the clear form; StoreError when it was sealed with another key, or there is none that can be used."""
        if self._fernet is None:
            raise self._unfit(self.trouble or f"the secret key {self._path} is gone")
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise self._unfit(f"it was sealed with another secret key than {self._path}") from error

    def _set_aside(self) -> None:
        if self.trouble is None:
            return
        if not self._path.is_file() or self._path.read_bytes().strip() == b"":
            return
        names = (self._path.with_name(f"{self._path.name}.broken-{number}") for number in count(1))
        aside = next(name for name in names if not name.exists())
        self._path.rename(aside)
        _log.warning("%s; a new one is made, and it is kept as %s", self.trouble, aside.name)

    def _unfit(self, why: str) -> StoreError:
        return StoreError(why, hint=f"{self.way_back} Or sign in again: bimmerhub login")
