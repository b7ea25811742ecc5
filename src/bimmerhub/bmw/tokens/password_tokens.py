"""The access token of an account that signs in with name and password (i Remote, the ConnectedDrive portal).

It is renewed when it has expired, or when BMW refuses it; never per call. The password stays in memory, and goes to
the token store only when a person wants it remembered; without it the end of the token is SignInRequired. A password
that BMW has refused is not sent again, after a restart neither: BMW locks an account after some.
Sources: clients of both families, 2015-2021 (no renewal by refresh token was seen, so one is only tried where there is
no password; the portal ends tokens early).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Protocol

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gcdm.by_password import PASSWORD_REFUSED, BmwLogin, sign_in_error
from bimmerhub.bmw.gcdm.token_endpoint import OauthRefusal
from bimmerhub.bmw.http import AnswerLost
from bimmerhub.bmw.tokens.fresh_tokens import RenewalWaits
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer
from bimmerhub.bmw.tokens.token_places import prepare
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore, to_token_set
from bimmerhub.errors import BmwUnavailable, ConfigError, SignInRequired, StoreError

EXPIRED_BEFORE_S = 120
"""A token with less life left counts as expired (clients of the portal met refusals shortly before the end)."""


AroundSignIn = Callable[[], AbstractContextManager[None]]
"""Opened around each sign-in that sends a password by itself; PasswordRefused passes through it."""
_log = logging.getLogger(__name__)


class PasswordRefused(SignInRequired):
    """BMW refused the name or the password (PASSWORD_REFUSED): to send them again can lock the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """Until when a token counts as alive, by the clock that nobody can set."""

    access_token: str = field(repr=False)
    ends_at_s: float


class PasswordSignIn(Protocol):
    """How a family turns a name and a password into tokens."""

    async def sign_in(self, login: BmwLogin) -> TokenAnswer | OauthRefusal:
        """Return tokens or BMW's refusal; BmwUnavailable or RateLimited when BMW cannot say now."""
        ...

    async def refresh(self, refresh_token: str) -> TokenAnswer | OauthRefusal | None:
        """Return renewed tokens or BMW's refusal, None where the family knows no such thing; errors as `sign_in`."""
        ...


class PasswordTokens:
    """One account's access token. Any number of callers; one sign-in at a time.

    `login` is for this process only; one that was remembered comes from the store.
    """

    def __init__(
        self,
        *,
        door: PasswordSignIn,
        store: TokenStore,
        clock: Clock,
        login: BmwLogin | None = None,
        around_sign_in: AroundSignIn = nullcontext,
    ) -> None:
        self._door = door
        self._around_sign_in = around_sign_in
        self._store = store
        self._clock = clock
        self._login = login
        self._tokens: TokenSet | None = None
        self._life: _Life | None = None
        self._refusal: SignInRequired | None = None
        self._signing_in = asyncio.Lock()

    async def sign_in(self, login: BmwLogin, *, remember: bool = False) -> TokenSet:
        """Sign a person in, and store the tokens; the password too when it is to be remembered.

        BmwRefused when BMW does not want it (`code` is BMW's word, `hint` says what to do), ConfigError when the name
        or the password is empty; BmwUnavailable, RateLimited and StoreError as they say.
        """
        if not login.username.strip() or not login.password:
            raise ConfigError("a name and a password are needed to sign in")
        async with self._signing_in:
            answer = await self._door.sign_in(login)
            if isinstance(answer, OauthRefusal):
                raise sign_in_error(answer)
            self._login, self._refusal = login, None
            tokens = to_token_set(answer, now_ms=self._clock.now_ms())
            return await self._keep(replace(tokens, remembered=login if remember else None))

    async def current(self) -> TokenSet:
        """Return a token that has not expired, signing in when it has; errors as `renew`."""
        tokens = await self._load()
        if tokens is not None and not self._has_expired(tokens):
            return tokens
        return await self.renew(tokens)

    async def renew(self, rejected: TokenSet | None) -> TokenSet:
        """Return another token than `rejected`, asking BMW unless someone else just did.

        SignInRequired when nobody has signed in, the password is not at hand or BMW refuses the sign-in
        (PasswordRefused: name or password are wrong); BmwUnavailable or RateLimited when BMW cannot say now.
        """
        async with self._signing_in, _nothing_lost():
            tokens = await self._load()
            if tokens is not None and (rejected is None or tokens.access_token != rejected.access_token):
                return tokens
            if self._refusal is not None:
                raise type(self._refusal)(str(self._refusal), hint=self._refusal.hint)
            return await self._renew(tokens)

    async def _renew(self, tokens: TokenSet | None) -> TokenSet:
        login = self._login or (tokens.remembered if tokens else None)
        if login is not None:
            with self._around_sign_in():
                return await self._taken(await self._door.sign_in(login), tokens)
        answer: TokenAnswer | OauthRefusal | None = None
        if tokens is not None and tokens.refresh_token:
            await self._make_ready(tokens)
            answer = await self._door.refresh(tokens.refresh_token)
        if answer is None:
            raise SignInRequired(
                "the sign-in has expired, and the password is not remembered" if tokens else "nobody has signed in yet"
            )
        return await self._taken(answer, tokens)

    async def _make_ready(self, tokens: TokenSet) -> None:
        """See that the answer will find room; RenewalWaits when it would not: BMW gives each refresh token once."""
        try:
            await self._store.save(tokens)
            await prepare(self._store)
        except StoreError as error:
            raise RenewalWaits(
                f"the sign-in is not renewed, for the new tokens could not be stored: {error}", hint=error.hint
            ) from error

    async def _taken(self, answer: TokenAnswer | OauthRefusal, tokens: TokenSet | None) -> TokenSet:
        """Store and return what BMW gave instead of `tokens`; errors as `renew` when it refused."""
        if isinstance(answer, OauthRefusal):
            error = sign_in_error(answer)
            if isinstance(error, BmwUnavailable):
                raise error
            is_of_password = error.code in PASSWORD_REFUSED
            self._refusal = (PasswordRefused if is_of_password else SignInRequired)(str(error), hint=error.hint)
            if is_of_password and tokens is not None and tokens.remembered is not None:
                await self._forget_password(tokens)
            raise self._refusal
        renewed = _renewed(answer, tokens, now_ms=self._clock.now_ms())
        try:
            return await self._keep(renewed)
        except StoreError as error:
            _log.error("a renewed token cannot be stored; it is used until this process ends: %s", error)
            return renewed

    async def _forget_password(self, tokens: TokenSet) -> None:
        """Forget a remembered password that BMW refused: the next process would send it again."""
        try:
            await self._keep(replace(tokens, remembered=None))
        except StoreError as error:
            _log.error("a password that BMW refused cannot be forgotten: %s", error)

    async def _keep(self, tokens: TokenSet) -> TokenSet:
        self._tokens = tokens
        self._has_expired(tokens)  # its life begins
        await self._store.save(tokens)
        return tokens

    async def _load(self) -> TokenSet | None:
        if self._tokens is None:
            self._tokens = await self._store.load()
        return self._tokens

    def _has_expired(self, tokens: TokenSet) -> bool:
        """Tell whether a token is dead: by the calendar when this process first saw it, then by what has elapsed.

        So no clock that is set meanwhile makes a living one be thrown away, or a dead one be kept.
        """
        now_ms, elapsed_s = self._clock.now_ms(), self._clock.elapsed_s()
        if self._life is None or self._life.access_token != tokens.access_token:
            ahead_s = min(EXPIRED_BEFORE_S, tokens.lifetime_s // 4)
            left_s = (tokens.access_expires_at_ms - now_ms) / 1000 - ahead_s
            was_given_later = tokens.refreshed_at_ms > now_ms + ahead_s * 1000  # the clock was ahead then
            ends_at_s = elapsed_s if was_given_later else elapsed_s + left_s
            self._life = _Life(access_token=tokens.access_token, ends_at_s=ends_at_s)
        return elapsed_s >= self._life.ends_at_s


@asynccontextmanager
async def _nothing_lost() -> AsyncIterator[None]:
    """Tell a lost answer of the sign-in as a plain fault: what a token was wanted for has not been sent."""
    try:
        yield
    except AnswerLost as error:
        raise BmwUnavailable(f"BMW's sign-in: {error}", status=error.status, hint=error.hint) from error


def _renewed(answer: TokenAnswer, earlier: TokenSet | None, *, now_ms: int) -> TokenSet:
    """Return the tokens of an answer; what it leaves out is as it was before."""
    tokens = to_token_set(answer, now_ms=now_ms)
    if earlier is None:
        return tokens
    return replace(
        tokens,
        refresh_token=tokens.refresh_token or earlier.refresh_token,
        gcid=tokens.gcid or earlier.gcid,
        scopes=tokens.scopes or earlier.scopes,
        signed_in_at_ms=earlier.signed_in_at_ms,
        renewals=earlier.renewals + 1,
        remembered=earlier.remembered,
    )
