"""Name and password that BMW refused, noted so that no restart sends them again: BMW locks an account after some.

Only a hash of them is on the disk. The note counts until the old program's variables name something else.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import argon2

from bimmerhub.bmw.tokens.password_tokens import PasswordRefused
from bimmerhub.errors import SignInRequired, StoreError
from bimmerhub.files import make_folder, replace_file, write_hint

SIGN_IN: Final = ("USERNAME", "PASSWORD", "AUTH_CLIENT_ID", "AUTH_REDIRECT_URI", "AUTH_BASE_URL")
"""The variables that a sign-in consists of: after a change of one, it is another sign-in."""
_log = logging.getLogger(__name__)


class RefusedPassword:
    """The note of one account's newest refused sign-in, in a file. `holds` tells whether it is of these variables.

    A sign-in under way has a note too, until BMW has taken it.
    """

    def __init__(self, path: Path, variables: Mapping[str, str]) -> None:
        """Read the note; one of other variables is deleted. StoreError when the file cannot be used."""
        self._path = path
        self._words = "\0".join(variables[name] for name in SIGN_IN)
        self._hasher = argon2.PasswordHasher()
        self.holds = self._check()

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Hold the note while the block sends the password, and for good when BMW refuses it.

        A process that is killed between BMW's refusal and the end of the block has noted it so.
        """
        self._note()
        is_refused = False
        try:
            yield
        except PasswordRefused:
            is_refused = True
            raise
        finally:
            if not is_refused:
                self._delete()

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Say so where the note is why nobody can be signed in."""
        try:
            yield
        except PasswordRefused:
            raise
        except SignInRequired as error:
            if self.holds:
                raise SignInRequired(
                    "BMW refused this USERNAME and PASSWORD before, so they are not sent again",
                    hint="Correct the variables. When they are right, as after a kill in the middle of a sign-in, "
                    f"delete {self._path}",
                ) from error
            raise

    def _check(self) -> bool:
        """Tell whether the file is a note of these variables (about 50 ms: argon2id)."""
        try:
            return self._hasher.verify(self._path.read_text("ascii"), self._words)
        except FileNotFoundError:
            return False
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError, UnicodeDecodeError):
            self._delete()
            return False
        except OSError as error:
            raise StoreError(f"cannot read {self._path}: {error.strerror}", hint=write_hint(error)) from error

    def _delete(self) -> None:
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"cannot delete {self._path}: {error.strerror}", hint=write_hint(error)) from error

    def _note(self) -> None:
        try:
            make_folder(self._path.parent)
            replace_file(self._path, self._hasher.hash(self._words).encode())
        except OSError as error:
            _log.error("cannot write %s: %s. Do not start this again with a wrong password", self._path, error.strerror)
