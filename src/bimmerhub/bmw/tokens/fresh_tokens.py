"""Tokens: what they are, and keeping them fresh.

BMW's rules (observed by clients, 2025-2026): access and id token live an hour, the refresh token 14 days; each refresh
gives three new ones and kills the old refresh token at once; a refresh costs no quota. Two programs that share a
refresh token end each other's session, so one process owns an account.
"""

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gcdm.token_endpoint import (
    OauthRefusal,
    SignInServer,
    derive_challenge,
    new_verifier,
    request_device_code,
    request_tokens,
)
from bimmerhub.bmw.http import AnswerLost, Session
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer
from bimmerhub.bmw.tokens.session_end import SessionEnded, ended_elsewhere, why_ended
from bimmerhub.bmw.tokens.token_places import came_from, prepare
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore, to_token_set
from bimmerhub.errors import BimmerhubError, BmwUnavailable, RateLimited, SignInRequired, StoreError
from bimmerhub.times import MINUTE_MS, format_time

SECOND_TRY_AFTER_S = 5
"""BMW sometimes refuses a good refresh token for a moment; only the second refusal counts (observed by clients)."""
FINISH_REFRESH_WITHIN_S = 10.0
"""So long a stop waits for BMW's answer to a refresh: it is the only copy of the next refresh token."""
SAY_SO_AFTER_S = 0.5
LOOK_FOR_ROOM_EVERY_S = 30.0
"""How often it is looked whether new tokens could be stored, while the present ones are still good."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ages:
    """When tokens are to be renewed by the clock that nobody can set."""

    access_token: str = field(repr=False)
    renew_at_s: float


class RenewalWaits(StoreError):
    """The tokens are not renewed as long as the new ones could not be stored; the present ones are good for a while."""


class TokenRenewal(Protocol):
    """How a family renews tokens, and what it tells a person when BMW no longer does."""

    async def refresh(self, refresh_token: str) -> TokenAnswer | OauthRefusal:
        """Return BMW's answer; BmwUnavailable or RateLimited when BMW cannot say now, then AnswerLost if it may."""
        ...

    def nobody(self) -> SignInRequired:
        """Return what is said when nobody has signed in yet."""
        ...

    async def ended(
        self, tokens: TokenSet, refusal: OauthRefusal, *, came_from: str | None, now_ms: int
    ) -> SignInRequired:
        """Return why BMW no longer takes the refresh token of these tokens.

        `came_from` is the place that they were given to when that is another one: here is a copy of it.
        """
        ...


class RenewedTokens:
    """One account's tokens, renewed in time. Any number of callers; one refresh at a time."""

    def __init__(self, *, renewal: TokenRenewal, store: TokenStore, clock: Clock) -> None:
        self._renewal = renewal
        self._store = store
        self._clock = clock
        self._tokens: TokenSet | None = None
        self._is_saved = True
        self._refused: str | None = None
        self._refusal: SignInRequired | None = None
        self._has_warned = False
        self._is_retired = False
        self._ages: _Ages | None = None
        self._waits_until_s: float | None = None
        self._refreshing = asyncio.Lock()
        self._refreshes: set[asyncio.Future[TokenSet]] = set()
        self._spoken_of: set[asyncio.Future[TokenSet]] = set()

    @property
    def refresh_expires_at_ms(self) -> int | None:
        """When the sign-in expires unless it is renewed before; None until tokens have been read."""
        return None if self._tokens is None else self._tokens.refresh_expires_at_ms

    @property
    def warning(self) -> str | None:
        """A warning that the sign-in is about to end, None when it is not.

        That is: BMW no longer renews it, or has not for long (see `TokenSet.warning`).
        """
        if self._tokens is None:
            return None
        if self._refusal is not None and self._tokens.refresh_token == self._refused:
            return str(self._refusal)
        return self._tokens.warning(self._clock.now_ms())

    async def current(self) -> TokenSet:
        """Return tokens before their `renew_at_ms`; later only when BMW cannot renew them now.

        SignInRequired when there are none or BMW has ended the session; BmwUnavailable when they are dead and BMW does
        not answer. BMW is not asked as long as new tokens could not be stored: RenewalWaits when the present ones are
        dead by then. Should the disk fill up just while BMW answers, the renewed tokens are returned all the same, and
        stored by a later call that can.
        """
        tokens = await self._load()
        if self._is_saved and (not self._is_due(tokens) or self._is_waiting_for_room(tokens)):
            return tokens
        try:
            return await self.refresh(tokens)
        except (BmwUnavailable, RateLimited):
            self._warn_once()
            if self._life_left_ms(tokens) > 0:
                return tokens
            raise
        except StoreError as error:
            newest = self._tokens
            if newest is None or self._life_left_ms(newest) <= 0:
                raise
            if isinstance(error, RenewalWaits):
                _log.warning("%s; the present ones are good until %s", error, format_time(_end_of_life_ms(newest)))
            else:
                _log.error("tokens that BMW has renewed cannot be kept; a restart now would need a sign-in: %s", error)
            return newest

    async def refresh(self, rejected: TokenSet) -> TokenSet:
        """Return newer tokens than `rejected`, asking BMW unless someone else just did; errors as `current`.

        A caller that is cancelled meanwhile still lets the refresh finish: BMW has then killed the old token already.
        """
        work = asyncio.ensure_future(self._refresh_once(rejected))
        self._refreshes.add(work)
        work.add_done_callback(self._refreshes.discard)
        work.add_done_callback(self._spoken_of.discard)
        work.add_done_callback(_take_note)
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:
            await _see_through({work}, self._spoken_of)
            raise
        return work.result()

    async def renew(self, rejected: TokenSet | None) -> TokenSet:
        """Return newer tokens than those that BMW rejected, or the current ones when there were none; as `refresh`."""
        return await (self.current() if rejected is None else self.refresh(rejected))

    async def replace(self, tokens: TokenSet) -> None:
        """Store the tokens of a new sign-in, and go on with them. StoreError when they cannot be kept."""
        async with self._refreshing:
            self._refused, self._refusal, self._ages, self._has_warned = None, None, None, False
            await self._save(tokens)

    async def finish(self) -> None:
        """Wait for the refreshes under way, as a cancelled caller does: the program ends, and nobody else may wait."""
        await _see_through(set(self._refreshes), self._spoken_of)

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
        """Return newer tokens; what is known of the renewal is stored at each step, so that a refusal can be explained.

        BMW kills the old refresh token when it is asked, not when its answer arrives.
        """
        await self._make_ready(tokens)
        try:
            answer = await self._ask_twice(tokens)
            if isinstance(answer, TokenAnswer):
                newer = to_token_set(answer, now_ms=self._clock.now_ms(), earlier=tokens)
                self._has_warned = False
                return newer
        except (AnswerLost, asyncio.CancelledError) as error:
            await self._note(replace(tokens, answer_lost_at_ms=self._clock.now_ms(), renewing_since_ms=None))
            if isinstance(error, AnswerLost):
                raise AnswerLost(f"BMW's answer to the renewal of the sign-in was lost: {error}") from error
            raise
        except BimmerhubError:
            await self._note(tokens)
            raise
        await self._note(tokens)
        self._refused = tokens.refresh_token
        self._refusal = await self._renewal.ended(
            tokens, answer, came_from=came_from(self._store, tokens), now_ms=self._clock.now_ms()
        )
        raise self._refusal

    async def _make_ready(self, tokens: TokenSet) -> None:
        """Store that BMW is about to be asked, and see that its answer will find room; RenewalWaits when it would not.

        An answer that cannot be stored would end the sign-in at the next restart.
        """
        self._refuse_when_retired()
        try:
            await self._store.save(replace(tokens, renewing_since_ms=self._clock.now_ms()))
            await prepare(self._store)
        except StoreError as error:
            await self._note(tokens)
            self._waits_until_s = self._clock.elapsed_s() + LOOK_FOR_ROOM_EVERY_S
            raise RenewalWaits(
                f"the sign-in is not renewed, for the new tokens could not be stored: {error}", hint=error.hint
            ) from error
        self._waits_until_s = None

    async def _ask_twice(self, tokens: TokenSet) -> TokenAnswer | OauthRefusal:
        answer = await self._ask(tokens)
        if isinstance(answer, OauthRefusal):
            await self._clock.sleep(SECOND_TRY_AFTER_S)
            answer = await self._ask(tokens)
        return answer

    async def _ask(self, tokens: TokenSet) -> TokenAnswer | OauthRefusal:
        answer = await self._renewal.refresh(tokens.refresh_token)
        if isinstance(answer, OauthRefusal) and answer.is_passing:
            raise BmwUnavailable(f"BMW cannot renew the tokens now ({answer.status} {answer.error})")
        return answer

    async def _note(self, tokens: TokenSet) -> None:
        """Store what is known of a renewal of the same tokens. A disk that takes no note keeps nobody from renewing."""
        if self._is_retired:
            return
        self._tokens = tokens
        try:
            await self._store.save(tokens)
        except StoreError as error:
            _log.debug("the state of a renewal cannot be noted: %s", error)

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
            raise self._renewal.nobody()
        if self._refusal is not None and self._tokens.refresh_token == self._refused:
            raise _once_more(self._refusal)
        return self._tokens

    def _is_due(self, tokens: TokenSet) -> bool:
        """Tell whether to renew the tokens, by the calendar or by the time that has elapsed since they were first seen.

        So they are renewed in time on a machine whose clock is set back, and on one that slept meanwhile.
        """
        now_ms, elapsed_s = self._clock.now_ms(), self._clock.elapsed_s()
        if tokens.refreshed_at_ms > now_ms + MINUTE_MS:
            return True  # the clock was ahead when BMW gave them, so how old they are is not known
        left_s = (tokens.renew_at_ms - now_ms) / 1000
        if self._ages is None or self._ages.access_token != tokens.access_token:
            self._ages = _Ages(access_token=tokens.access_token, renew_at_s=elapsed_s + left_s)
        return left_s <= 0 or elapsed_s >= self._ages.renew_at_s

    def _is_waiting_for_room(self, tokens: TokenSet) -> bool:
        """Tell whether it is too early to look again whether new tokens could be stored; not when these are dead."""
        wait_s = 0.0 if self._waits_until_s is None else self._waits_until_s - self._clock.elapsed_s()
        return wait_s > 0 and self._life_left_ms(tokens) > 0

    def _life_left_ms(self, tokens: TokenSet) -> int:
        return _end_of_life_ms(tokens) - self._clock.now_ms()


class Tokens(RenewedTokens):
    """The tokens of an account that signed in with a client id and a device code (CarData, the customer portal).

    When BMW ends the session and nothing here explains it, BMW is asked about the client; not where it `is_providers`,
    for then it is not the owner's, and says nothing about what the owner did.
    """

    def __init__(
        self,
        *,
        client_id: str,
        store: TokenStore,
        endpoints: SignInServer,
        session: Session,
        clock: Clock,
        is_providers: bool = False,
    ) -> None:
        renewal = _ClientRenewal(
            client_id=client_id.strip().lower(), endpoints=endpoints, session=session, asks_why=not is_providers
        )
        super().__init__(renewal=renewal, store=store, clock=clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClientRenewal(TokenRenewal):
    """The renewal that needs no more than the client id."""

    client_id: str
    endpoints: SignInServer
    session: Session
    asks_why: bool

    @override
    async def refresh(self, refresh_token: str) -> TokenAnswer | OauthRefusal:
        form = {"client_id": self.client_id, "grant_type": "refresh_token", "refresh_token": refresh_token}
        return await request_tokens(self.session, self.endpoints, form)

    @override
    def nobody(self) -> SignInRequired:
        return SignInRequired("nobody has signed in yet", hint="Sign in: bimmerhub login --client-id ID")

    @override
    async def ended(
        self, tokens: TokenSet, refusal: OauthRefusal, *, came_from: str | None, now_ms: int
    ) -> SignInRequired:
        reason = why_ended(tokens, refusal, came_from=came_from, now_ms=now_ms)
        if reason is not None:
            return reason
        is_taken = await self._is_client_taken(tokens) if self.asks_why else None
        return ended_elsewhere(tokens, refusal, is_client_taken=is_taken, now_ms=now_ms)

    async def _is_client_taken(self, tokens: TokenSet) -> bool | None:
        """Tell whether BMW gives a code for the client, None when it does not say.

        It refuses one for a client that is gone or has no service (observed by clients 2025-2026). A code that nobody
        uses expires; it costs no quota.
        """
        form = {
            "client_id": self.client_id,
            "response_type": "device_code",
            "scope": " ".join(sorted(tokens.scopes)),
            "code_challenge": derive_challenge(new_verifier()),
            "code_challenge_method": "S256",
        }
        try:
            answer = await request_device_code(self.session, self.endpoints, form)
        except BmwUnavailable:
            return None
        if isinstance(answer, OauthRefusal):
            return None if answer.is_passing else False
        return True


def _end_of_life_ms(tokens: TokenSet) -> int:
    return min(tokens.access_expires_at_ms, tokens.id_expires_at_ms)


def _take_note(refresh: "asyncio.Future[TokenSet]") -> None:
    """Look at how a refresh ended: when its caller was cancelled nobody else does, and the next one is told anew."""
    if not refresh.cancelled():
        refresh.exception()


async def _see_through(
    refreshes: "Collection[asyncio.Future[TokenSet]]", spoken_of: "set[asyncio.Future[TokenSet]]"
) -> None:
    """Wait until refreshes are done, whatever cancels meanwhile; after FINISH_REFRESH_WITHIN_S give them up.

    Those whose wait has been logged are `spoken_of`.
    """
    loop = asyncio.get_running_loop()
    begun_s = loop.time()
    say_at_s = begun_s + SAY_SO_AFTER_S
    while (pending := {one for one in refreshes if not one.done()}) and (
        left_s := begun_s + FINISH_REFRESH_WITHIN_S - loop.time()
    ) > 0:
        if (is_time := loop.time() >= say_at_s) and not pending <= spoken_of:
            spoken_of.update(pending)
            _log.warning(
                "BMW is renewing the sign-in just now: waiting up to %.0f s for its answer", FINISH_REFRESH_WITHIN_S
            )
        with suppress(asyncio.CancelledError):
            await asyncio.wait(pending, timeout=left_s if is_time else min(left_s, SAY_SO_AFTER_S))
    for refresh in pending:
        refresh.cancel()
    if pending:
        await asyncio.wait(pending, timeout=1.0)


def _once_more(refusal: SignInRequired) -> SignInRequired:
    """Return a refusal to be raised again, without the traceback of the first time."""
    if isinstance(refusal, SessionEnded):
        return SessionEnded(str(refusal), code=refusal.code, is_copy=refusal.is_copy, hint=refusal.hint)
    return SignInRequired(str(refusal), hint=refusal.hint)
