"""Tokens in a file, for programs that use the SDK; a hub keeps them in its database."""

import asyncio
import threading
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from bimmerhub.bmw.token_set import TokenSet
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.files import replace_file


class TokenFile:
    """A TokenStore in a JSON file that only its owner can read.

    The first use takes a lock beside it for this process.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock = FileLock(f"{self.path}.lock", timeout=0, thread_local=False)  # it belongs to the process
        self._locking = threading.Lock()

    async def load(self) -> TokenSet | None:
        """Return the tokens, None before the first sign-in; ConfigError when another process has the file."""
        return await asyncio.to_thread(self._load)

    async def save(self, tokens: TokenSet) -> None:
        """Replace the tokens by an atomic rename; StoreError when the disk does not take them."""
        await asyncio.to_thread(self._save, tokens)

    def close(self) -> None:
        """Give the file free for another process."""
        self._lock.release()

    def _own(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locking:
                if not self._lock.is_locked:
                    self._lock.acquire()
        except Timeout as error:
            raise ConfigError(
                f"the token file {self.path} is in use by another process",
                hint="BMW allows one program per sign-in: stop the other one, or sign in with a file of its own",
            ) from error
        except OSError as error:
            raise StoreError(f"cannot use the token file {self.path}: {error.strerror}") from error

    def _load(self) -> TokenSet | None:
        self._own()
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=TokenSet)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read the token file {self.path}: {error.strerror}") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:  # msgspec raises both for bytes that are no UTF-8
            raise StoreError(f"{self.path} is not a token file", hint="Delete it and sign in again.") from error

    def _save(self, tokens: TokenSet) -> None:
        self._own()
        try:
            replace_file(self.path, msgspec.json.encode(tokens))
        except OSError as error:
            raise StoreError(f"cannot write the token file {self.path}: {error.strerror}") from error
