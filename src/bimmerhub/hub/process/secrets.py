"""The secret key of a data directory, and what it seals: tokens at rest."""

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from bimmerhub.errors import StoreError
from bimmerhub.files import replace_file, write_hint

KEY_FILE = "secret.key"


class Sealer:
    """Encrypts and decrypts with one Fernet key (AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, path: Path, fernet: Fernet | None) -> None:
        self._path = path
        self._fernet = fernet

    @classmethod
    def open(cls, data_dir: Path, *, key_file: str = KEY_FILE) -> "Sealer":
        """Return the sealer of this directory; StoreError for a broken key. The first `seal` makes the key file."""
        path = data_dir / key_file
        try:
            return cls(path, Fernet(path.read_bytes().strip()) if path.exists() else None)
        except OSError as error:
            raise _no_key(path, error) from error
        except ValueError as error:
            raise StoreError(
                f"{path} is not a secret key of bimmerhub",
                hint="Put the right file back; or delete it and sign in again: bimmerhub login",
            ) from error

    def seal(self, clear: bytes) -> bytes:
        """Return the encrypted form; StoreError when the key file (0600) cannot be made, which the first time needs."""
        if self._fernet is None:
            key = Fernet.generate_key()
            try:
                replace_file(self._path, key)  # whole or not at all: half a key makes all tokens worthless
            except OSError as error:
                raise _no_key(self._path, error) from error
            self._fernet = Fernet(key)
        return self._fernet.encrypt(clear)

    def unseal(self, sealed: bytes) -> bytes:
        """Return the clear form; StoreError when it was sealed with another key, or there is none."""
        if self._fernet is None:
            raise _unfit()
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise _unfit() from error


def _unfit() -> StoreError:
    return StoreError(
        f"the stored tokens do not fit the secret key ({KEY_FILE})",
        hint="Put the key file of this data directory back, or sign in again: bimmerhub login",
    )


def _no_key(path: Path, error: OSError) -> StoreError:
    return StoreError(f"cannot use the secret key {path}: {error.strerror}", hint=write_hint(error))
