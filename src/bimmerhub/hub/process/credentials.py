"""Who may talk to the hub: one password, named API tokens, and the token of the command line on this machine."""

import asyncio
import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass, field
from shlex import quote
from unicodedata import bidirectional

import argon2
import msgspec

from bimmerhub.errors import ConfigError
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.web.access.credentials import Scope

SHORTEST_PASSWORD = 10
_KEY = "credentials"
_FROM_THE_RIGHT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})
"""Classes of Unicode that turn a line's direction, so that a list of names would be shown in another order."""
_log = logging.getLogger(__name__)
_UNREADABLE = "unreadable"
"""In the place of a password's hash, it lets nobody in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """An API token as it is kept: by its SHA-256, for the token itself is shown once and then forgotten."""

    name: str
    scope: Scope
    sha256: str = field(repr=False)
    created_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    password_hash: str | None = field(default=None, repr=False)
    tokens: tuple[ApiToken, ...] = ()


class Credentials:
    """The credentials of one data directory; `load` first.

    Those of a hub that `is_exposed` to a network cannot all be taken away.
    """

    def __init__(self, settings: StoredSettings, *, is_exposed: bool = False) -> None:
        self._settings = settings
        self._is_exposed = is_exposed
        self._local_token: str | None = None
        self._stored = _Stored()
        self._hasher = argon2.PasswordHasher()
        self._changing = asyncio.Lock()  # a change reads what is set, waits for the disk, and only then takes effect

    async def load(self) -> None:
        """Read what is set. When it cannot be read any more, nobody gets in until it is set anew on this machine."""
        text = (await self._settings.load_settings(_KEY)).get(_KEY)
        try:
            self._stored = _Stored() if text is None else msgspec.json.decode(text, type=_Stored)
        except (*NOT_JSON, ValueError):
            _log.error("the password and the API tokens cannot be read: set them again, bimmerhub password set")
            self._stored = _Stored(password_hash=_UNREADABLE)

    async def store_again(self) -> None:
        """Store what is in force, where the database that took another's place says otherwise; StoreError."""
        async with self._changing:
            text = msgspec.json.encode(self._stored).decode()
            there = (await self._settings.load_settings(_KEY)).get(_KEY)
            if (
                self._stored.password_hash == _UNREADABLE
                or there == text
                or (there is None and not self.is_protected())
            ):
                return
            await self._settings.save_setting(_KEY, text, is_secret=True)
            _log.warning("the password and the API tokens in force are stored anew: the database had others")

    def accept_local(self, token: str) -> None:
        """Accept this token too: the command line of this machine finds it in hub.json."""
        self._local_token = token

    def is_protected(self) -> bool:
        """Tell whether a password or an API token is set."""
        return self.has_password() or bool(self._stored.tokens)

    def has_password(self) -> bool:
        """Tell whether a password is set."""
        return self._stored.password_hash is not None

    def check_password(self, password: str) -> bool:
        """Tell whether the password is the one that is set (about 0.1 s: argon2id)."""
        if self._stored.password_hash is None:
            return False
        try:
            return self._hasher.verify(self._stored.password_hash, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def token_scope(self, token: str) -> Scope | None:
        """Return what a token may do, None for an unknown one and for the command line's."""
        stored = self._find(token)
        return None if stored is None else stored.scope

    def token_name(self, token: str) -> str | None:
        """Return the name that a token was given, None for an unknown one and for the command line's."""
        stored = self._find(token)
        return None if stored is None else stored.name

    def is_local(self, token: str) -> bool:
        """Tell whether it is the token of the command line on this machine, which may do everything."""
        return self._local_token is not None and hmac.compare_digest(token.encode(), self._local_token.encode())

    def tokens(self) -> tuple[ApiToken, ...]:
        """Return the API tokens in order of creation."""
        return self._stored.tokens

    async def set_password(self, password: str | None) -> None:
        """Set the password, or remove it with None.

        ConfigError when it is too short, or when nothing would protect a hub that listens on a network.
        """
        if password is not None and len(password) < SHORTEST_PASSWORD:
            raise ConfigError(f"the password is too short: at least {SHORTEST_PASSWORD} characters")
        hashed = None if password is None else await asyncio.to_thread(self._hasher.hash, password)
        async with self._changing:
            await self._save(_Stored(password_hash=hashed, tokens=self._stored.tokens))

    async def create_token(self, name: str, scope: Scope, *, now_ms: int) -> str:
        """Make a named token and return it; it cannot be shown again. ConfigError when the name is taken or odd."""
        if not name.strip():
            raise ConfigError("a token needs a name", hint="Say what it is for: bimmerhub tokens create grafana")
        if not name.isprintable() or any(bidirectional(letter) in _FROM_THE_RIGHT for letter in name):
            raise ConfigError("a token's name is of letters and signs that are written from left to right")
        token = f"bh_{secrets.token_urlsafe(32)}"
        made = ApiToken(name=name, scope=scope, sha256=_sha256(token), created_at_ms=now_ms)
        async with self._changing:
            if any(item.name == name for item in self._stored.tokens):
                raise ConfigError(
                    f"there is a token named {name!r}", hint=f"Delete it first: bimmerhub tokens delete {quote(name)}"
                )
            await self._save(_Stored(password_hash=self._stored.password_hash, tokens=(*self._stored.tokens, made)))
        return token

    async def delete_token(self, name: str) -> None:
        """Forget a token; ConfigError when there is none of that name, or it is all that protects the hub."""
        async with self._changing:
            others = tuple(item for item in self._stored.tokens if item.name != name)
            if len(others) == len(self._stored.tokens):
                raise ConfigError(f"there is no token named {name!r}", hint="See them: bimmerhub tokens list")
            await self._save(_Stored(password_hash=self._stored.password_hash, tokens=others))

    def _find(self, token: str) -> ApiToken | None:
        digest = _sha256(token)
        return next((item for item in self._stored.tokens if hmac.compare_digest(item.sha256, digest)), None)

    async def _save(self, stored: _Stored) -> None:
        if self._is_exposed and stored.password_hash is None and not stored.tokens:
            raise ConfigError(
                "this hub listens on a network, and nothing else protects it",
                hint="Stop it and let it listen on 127.0.0.1; or set a password first: bimmerhub password set",
            )
        await self._settings.save_setting(_KEY, msgspec.json.encode(stored).decode(), is_secret=True)
        self._stored = stored


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
