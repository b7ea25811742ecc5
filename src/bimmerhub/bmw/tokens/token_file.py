"""Tokens in a file, for programs that use the SDK; a hub keeps them in its database."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout
from typing_extensions import override

from bimmerhub.bmw.tokens.token_places import RESERVE_BYTES, TokenPlace, describe_place, other_place
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.files import make_folder, replace_file, reserve, write_hint
from bimmerhub.json_faults import NOT_JSON


class TokenFile(TokenStore, TokenPlace):
    """A TokenStore in a JSON file that only its owner can read.

    The first use takes a lock beside it for this process. While tokens are renewed, `NAME.reserve` keeps room for them.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock = FileLock(f"{self.path}.lock", timeout=0, thread_local=False)  # it belongs to the process
        self._locking = threading.Lock()

    @override
    async def load(self) -> TokenSet | None:
        """Return the tokens, None before the first sign-in; ConfigError when another process has the file."""
        return await asyncio.to_thread(self._load)

    @override
    async def save(self, tokens: TokenSet) -> None:
        """Replace the tokens by an atomic rename; StoreError when the disk does not take them."""
        await asyncio.to_thread(self._save, tokens)

    @override
    async def prepare(self) -> None:
        await asyncio.to_thread(self._prepare)

    @override
    def came_from(self, tokens: TokenSet) -> str | None:
        return other_place(tokens.kept_at, self._here())

    def close(self) -> None:
        """Give the file free for another process."""
        self._lock.release()

    def _own(self) -> None:
        try:
            make_folder(self.path.parent)
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
        except NOT_JSON as error:  # msgspec raises both for bytes that are no UTF-8
            raise StoreError(f"{self.path} is not a token file", hint="Delete it and sign in again.") from error

    def _save(self, tokens: TokenSet) -> None:
        self._own()
        placed = tokens if tokens.kept_at is not None else replace(tokens, kept_at=self._here())
        try:
            replace_file(self.path, msgspec.json.encode(placed))
        except OSError as error:
            raise self._no_room(error) from error

    def _prepare(self) -> None:
        self._own()
        try:
            reserve(self.path, RESERVE_BYTES)
        except OSError as error:
            raise self._no_room(error) from error

    def _here(self) -> str | None:
        return describe_place(Path(self._lock.lock_file))

    def _no_room(self, error: OSError) -> StoreError:
        return StoreError(f"cannot write the token file {self.path}: {error.strerror}", hint=write_hint(error))
