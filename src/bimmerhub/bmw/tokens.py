"""Tokens: what they are, where they are kept, and keeping them fresh.

BMW's rules (observed by clients, 2025-2026): access and id token live an hour, the refresh token 14 days; each refresh
gives three new ones and kills the old refresh token at once; a refresh costs no quota. Two programs that share a
refresh token end each other's session, so one process owns an account.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Protocol

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gcdm import IdClaims, OauthRefusal, SignInServer, TokenAnswer, read_id_token, request_tokens
from bimmerhub.bmw.http import Session
from bimmerhub.errors import BmwUnavailable, SignInRequired, StoreError
from bimmerhub.times import DAY_MS

REFRESH_TOKEN_S = 14 * 86_400
WARN_AFTER_S = 10 * 86_400
"""A refresh token this old has four days left; something must have kept it from being renewed for ten."""
FRESH_FOR_S = 900
"""A token with less life left is renewed: at 45 of 60 minutes, so that an outage of a quarter of an hour does no
harm. Tokens that live shorter than an hour are renewed when a quarter of their life is left.
"""
SECOND_TRY_AFTER_S = 5
"""BMW sometimes refuses a good refresh token for a moment; only the second refusal counts (observed by clients)."""
FINISH_REFRESH_WITHIN_S = 2.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSet:
    """The tokens of one signed-in account. Times are milliseconds since 1970 UTC.

    `id_token` is the stream's password, None when `openid` was not granted. `lifetime_s` is how long BMW said that they
    live; `signed_in_at_ms` is when a person last signed in, None when that was before it was noted. Tokens do not show
    in the repr.
    """

    access_token: str = field(repr=False)
    id_token: str | None = field(repr=False)
    refresh_token: str = field(repr=False)
    gcid: str
    scopes: frozenset[str]
    access_expires_at_ms: int
    id_expires_at_ms: int
    refresh_expires_at_ms: int
    lifetime_s: int = 3_600
    signed_in_at_ms: int | None = None

    @property
    def refreshed_at_ms(self) -> int:
        """When BMW gave these tokens."""
        return self.refresh_expires_at_ms - REFRESH_TOKEN_S * 1000

    @property
    def renew_at_ms(self) -> int:
        """When to ask BMW for newer ones: with FRESH_FOR_S, or a quarter of their life, left."""
        ahead_s = min(FRESH_FOR_S, self.lifetime_s // 4)
        return min(self.access_expires_at_ms, self.id_expires_at_ms) - ahead_s * 1000

    def warning(self, now_ms: int) -> str | None:
        """Return a warning once the sign-in was not renewed for ten days, and so expires in four; else None."""
        age_ms = now_ms - self.refreshed_at_ms
        if age_ms < WARN_AFTER_S * 1000:
            return None
        left_ms = self.refresh_expires_at_ms - now_ms
        return f"the sign-in was last renewed {age_ms // DAY_MS} days ago and " + (
            f"expires in {left_ms / DAY_MS:.1f} days" if left_ms > 0 else "has expired"
        )


def to_token_set(answer: TokenAnswer, *, now_ms: int, earlier: TokenSet | None = None) -> TokenSet:
    """Return BMW's answer as tokens; what it leaves out (GCID, scopes) comes from the claims or `earlier`.

    Lifetimes count from `now_ms`, not from BMW's clock: this machine's may be wrong by more than a token lives.
    """
    claims = read_id_token(answer.id_token or "")
    expires_at_ms = now_ms + answer.expires_in * 1000
    gcid = answer.gcid or claims.gcid or claims.sub or (earlier.gcid if earlier else "")
    return TokenSet(
        access_token=answer.access_token,
        id_token=answer.id_token,
        refresh_token=answer.refresh_token,
        gcid=gcid,
        scopes=frozenset(answer.scope.split()) or (earlier.scopes if earlier else frozenset()),
        access_expires_at_ms=expires_at_ms,
        id_expires_at_ms=_id_expires_at_ms(claims, now_ms=now_ms, otherwise_ms=expires_at_ms),
        refresh_expires_at_ms=now_ms + REFRESH_TOKEN_S * 1000,
        lifetime_s=answer.expires_in,
        signed_in_at_ms=earlier.signed_in_at_ms if earlier else now_ms,
    )


def _id_expires_at_ms(claims: IdClaims, *, now_ms: int, otherwise_ms: int) -> int:
    if claims.exp is None or claims.iat is None:
        return otherwise_ms
    return now_ms + (claims.exp - claims.iat) * 1000


class TokenStore(Protocol):
    """Where one account's tokens are kept."""

    async def load(self) -> TokenSet | None:
        """Return the tokens, None before the first sign-in."""
        ...

    async def save(self, tokens: TokenSet) -> None:
        """Replace the tokens; they are on disk when this returns."""
        ...


class Tokens:
    """One account's tokens, renewed in time. Any number of callers; one refresh at a time."""

    def __init__(
        self, *, client_id: str, store: TokenStore, endpoints: SignInServer, session: Session, clock: Clock
    ) -> None:
        self._client_id = client_id.strip().lower()
        self._store = store
        self._endpoints = endpoints
        self._session = session
        self._clock = clock
        self._tokens: TokenSet | None = None
        self._is_saved = True
        self._refused: str | None = None
        self._has_warned = False
        self._is_retired = False
        self._refreshing = asyncio.Lock()

    @property
    def refresh_expires_at_ms(self) -> int | None:
        """When the sign-in expires unless it is renewed before; None until tokens have been read."""
        return None if self._tokens is None else self._tokens.refresh_expires_at_ms

    @property
    def warning(self) -> str | None:
        """A warning that the sign-in is about to expire, None when it is not; see `TokenSet.warning`."""
        return None if self._tokens is None else self._tokens.warning(self._clock.now_ms())

    async def current(self) -> TokenSet:
        """Return tokens before their `renew_at_ms`; later only when BMW cannot renew them now.

        SignInRequired when there are none or BMW has ended the session; BmwUnavailable when they are dead and BMW does
        not answer. Renewed tokens that cannot be stored are returned all the same, and stored by a later call that can.
        """
        tokens = await self._load()
        if self._clock.now_ms() < tokens.renew_at_ms and self._is_saved:
            return tokens
        try:
            return await self.refresh(tokens)
        except BmwUnavailable:
            self._warn_once()
            if self._life_left_ms(tokens) > 0:
                return tokens
            raise
        except StoreError as error:
            newest = self._tokens
            if newest is None or self._life_left_ms(newest) <= 0:
                raise
            _log.error("tokens that BMW has renewed cannot be kept; a restart now would need a sign-in: %s", error)
            return newest

    async def refresh(self, rejected: TokenSet) -> TokenSet:
        """Return newer tokens than `rejected`, asking BMW unless someone else just did; errors as `current`.

        A caller that is cancelled meanwhile still lets the refresh finish: BMW has then killed the old token already.
        """
        work = asyncio.ensure_future(self._refresh_once(rejected))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait({work}, timeout=FINISH_REFRESH_WITHIN_S)
            work.cancel()
            raise

    def retire(self) -> None:
        """Give no tokens any more (SignInRequired) and store none: the account was signed out, or signed in anew.

        A refresh that BMW is answering just now ends the same way, so it cannot write over what comes after.
        """
        self._is_retired = True

    async def _refresh_once(self, rejected: TokenSet) -> TokenSet:
        async with self._refreshing:
            tokens = await self._load()
            if tokens is rejected or tokens.access_token == rejected.access_token:
                if self._is_saved:
                    tokens = await self._renew(tokens)
                await self._save(tokens)
            return tokens

    async def _renew(self, tokens: TokenSet) -> TokenSet:
        answer = await self._ask(tokens)
        if isinstance(answer, OauthRefusal):
            await self._clock.sleep_until(self._clock.now_ms() + SECOND_TRY_AFTER_S * 1000)
            answer = await self._ask(tokens)
        if isinstance(answer, OauthRefusal):
            self._refused = tokens.refresh_token
            raise _ended(tokens, answer, now_ms=self._clock.now_ms())
        self._has_warned = False
        return to_token_set(answer, now_ms=self._clock.now_ms(), earlier=tokens)

    async def _ask(self, tokens: TokenSet) -> TokenAnswer | OauthRefusal:
        form = {"client_id": self._client_id, "grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        answer = await request_tokens(self._session, self._endpoints, form)
        if isinstance(answer, OauthRefusal) and answer.is_passing:
            raise BmwUnavailable(f"BMW cannot renew the tokens now ({answer.status} {answer.error})")
        return answer

    def _warn_once(self) -> None:
        if (words := self.warning) is not None and not self._has_warned:
            self._has_warned = True
            _log.warning("%s; BMW cannot renew it now", words)

    async def _save(self, tokens: TokenSet) -> None:
        self._refuse_when_retired()
        self._tokens, self._is_saved = tokens, False
        await self._store.save(tokens)
        self._is_saved = True

    def _refuse_when_retired(self) -> None:
        if self._is_retired:
            raise SignInRequired("this sign-in has ended here")

    async def _load(self) -> TokenSet:
        self._refuse_when_retired()
        if self._tokens is None or self._tokens.refresh_token == self._refused:
            before = self._tokens
            loaded = await self._store.load()
            if self._tokens is before:  # a refresh that ended meanwhile knows newer ones
                self._tokens = loaded
        if self._tokens is None:
            raise SignInRequired("nobody has signed in yet")
        if self._tokens.refresh_token == self._refused:
            raise SignInRequired("BMW has ended the session")
        return self._tokens

    def _life_left_ms(self, tokens: TokenSet) -> int:
        return min(tokens.access_expires_at_ms, tokens.id_expires_at_ms) - self._clock.now_ms()


def _ended(tokens: TokenSet, refusal: OauthRefusal, *, now_ms: int) -> SignInRequired:
    """Return why BMW no longer takes a refresh token. BMW does not say; our record of the token's age tells most."""
    word = f"({refusal.error})"
    if refusal.error == "invalid_client":
        return SignInRequired(
            f"BMW does not know this client any more {word}",
            hint="Was it deleted in BMW's portal? Create one, wait five minutes, then: bimmerhub login --client-id ID",
        )
    days = (now_ms - tokens.refreshed_at_ms) // DAY_MS
    if now_ms >= tokens.refresh_expires_at_ms:
        return SignInRequired(f"the sign-in expired {word}: it was last renewed {days} days ago, BMW allows 14")
    return SignInRequired(
        f"BMW has ended the session {word}, though it was renewed {days} days ago: this token was used already "
        "elsewhere (a restored backup, a second program), or a service was switched off in BMW's portal",
        hint="Let one program only use this client id, then sign in again: bimmerhub login",
    )
