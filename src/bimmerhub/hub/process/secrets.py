"""The secret key of a data directory, and what it seals: tokens at rest."""

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from bimmerhub.errors import StoreError
from bimmerhub.files import replace_file

KEY_FILE = "secret.key"


class Sealer:
    """Encrypts and decrypts with one Fernet key (AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    @classmethod
    def open(cls, data_dir: Path) -> "Sealer":
        """Return the sealer of this directory, making its key file (0600) at first use; StoreError for a broken one."""
        path = data_dir / KEY_FILE
        try:
            if not path.exists():
                replace_file(path, Fernet.generate_key())  # whole or not at all: half a key makes all tokens worthless
            return cls(path.read_bytes().strip())
        except OSError as error:
            raise StoreError(f"cannot use the secret key {path}: {error.strerror}") from error
        except ValueError as error:
            raise StoreError(
                f"{path} is not a secret key of bimmerhub",
                hint="Put the right file back; or delete it and sign in again: bimmerhub login",
            ) from error

    def seal(self, clear: bytes) -> bytes:
        """Return the encrypted form."""
        return self._fernet.encrypt(clear)

    def unseal(self, sealed: bytes) -> bytes:
        """Return the clear form; StoreError when it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise StoreError(
                f"the stored tokens do not fit the secret key ({KEY_FILE})",
                hint="Put the key file of this data directory back, or sign in again: bimmerhub login",
            ) from error
