"""The calls of one signed-in account, as every family but CarData makes them: an `ApiRequest` out, BMW's `Answer` in.

A token that BMW refuses is renewed once, and the request sent again: what was refused was not carried out. A question
is asked again up to `retries` times while BMW is unavailable, but not where BMW's certificate is not trusted. What
changes something is sent once. No redirect is followed.
Every method raises SignInRequired, BmwUnavailable, RateLimited, BmwRefused, or what else the family's refusals mean.
"""

import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Answer, AnswerLost, NotTrusted, Session, fetch
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.errors import BimmerhubError, BmwUnavailable

RETRIES: Final = 2
PAUSE_S: Final = 2.0
MASK: Final = "***"
"""Stands for a secret where a request is shown."""
_MASKED: Final = TokenSet(
    access_token=MASK,
    id_token=MASK,
    refresh_token=MASK,
    gcid=MASK,
    scopes=frozenset(),
    access_expires_at_ms=0,
    id_expires_at_ms=0,
    refresh_expires_at_ms=0,
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """One request to a family's API. `operation` names it in errors and in the log; `url` is the whole address.

    `headers` are those of this request alone: they come before the family's. At most one of `form` and `json` is there.
    """

    operation: str
    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None
    json: object = None
    is_signed: bool = True
    """Whether the token goes along; not where anybody may ask, nor to a host that is not BMW's API."""


class AccessTokens(Protocol):
    """Where the token comes from, such as `PasswordTokens`."""

    async def current(self) -> TokenSet:
        """Return a token that has not expired."""
        ...

    async def renew(self, rejected: TokenSet | None) -> TokenSet:
        """Return another token than the one that BMW rejected."""
        ...


class Refusals(Protocol):
    """How a family says no: its module `refusals`, which has these three functions."""

    def is_token_refused(self, answer: Answer) -> bool:
        """Tell whether the access token was the reason."""
        ...

    def is_refusal(self, answer: Answer) -> bool:
        """Tell whether an answer is no success, whatever its status."""
        ...

    def to_error(self, answer: Answer, *, operation: str, may_be_done: bool = False) -> BimmerhubError:
        """Return the exception for such an answer; AnswerLost when it leaves open whether a change was made."""
        ...


def bearer_headers(tokens: TokenSet | None, *, user_agent: str | None = None) -> dict[str, str]:
    """Return the headers of a family that wants no more than a bearer token and JSON, and takes any user agent."""
    headers = {"accept": "application/json"}
    if user_agent is not None:
        headers["user-agent"] = user_agent
    if tokens is not None:
        headers["authorization"] = f"Bearer {tokens.access_token}"
    return headers


class SignedCalls:
    """Sends requests with the token of one account. Any number of callers.

    `headers` gives the family's headers each time that something is sent, so that an id can be fresh every time; it
    gets the token, or None for a request that is not signed. `tls` is the family's `Endpoints.ssl_context`.
    """

    def __init__(
        self,
        *,
        tokens: AccessTokens,
        refusals: Refusals,
        headers: Callable[[TokenSet | None], Mapping[str, str]],
        tls: Callable[[], ssl.SSLContext],
        session: Session,
        clock: Clock,
        retries: int = RETRIES,
    ) -> None:
        self._tokens = tokens
        self._refusals = refusals
        self._headers = headers
        self._tls = tls
        self._session = session
        self._clock = clock
        self._retries = retries
        self.server_time_ms: int | None = None
        """BMW's clock in its newest answer, milliseconds UTC; None before the first, or when it had none."""
        self.sent = 0
        """How many requests were sent, refused and repeated ones included."""

    async def ask(self, request: ApiRequest) -> Answer:
        """Return the answer to a question, asked again while BMW is unavailable."""
        tries_left = self._retries
        while True:
            try:
                return await self.ask_once(request)
            except NotTrusted:
                raise
            except BmwUnavailable as error:
                if tries_left == 0:
                    raise
                _log.info("%s: trying again: %s", request.operation, error)
            tries_left -= 1
            await self._clock.sleep(PAUSE_S)

    async def ask_once(self, request: ApiRequest) -> Answer:
        """Return the answer to a question that the caller repeats by itself, such as how a command stands."""
        return await self._call(request, may_be_done=False)

    async def change(self, request: ApiRequest) -> Answer:
        """Return the answer to what changes something, sent once; AnswerLost when BMW may have done it all the same."""
        return await self._call(request, may_be_done=True)

    def headers_of(self, request: ApiRequest) -> dict[str, str]:
        """Return all headers that a request is sent with, the account's secrets masked; nothing is sent."""
        return {**self._headers(_MASKED if request.is_signed else None), **request.headers}

    async def tokens(self) -> TokenSet:
        """Return tokens that have not expired, for a request that names the account; a lost answer is a plain fault."""
        return await _nothing_lost(self._tokens.current())

    async def _call(self, request: ApiRequest, *, may_be_done: bool) -> Answer:
        tokens = await self.tokens() if request.is_signed else None
        answer = await self._send(request, tokens)
        if tokens is not None and self._refusals.is_token_refused(answer):
            answer = await self._send(request, await _nothing_lost(self._tokens.renew(tokens)))
        if self._refusals.is_refusal(answer):
            raise self._refusals.to_error(answer, operation=request.operation, may_be_done=may_be_done)
        return answer

    async def _send(self, request: ApiRequest, tokens: TokenSet | None) -> Answer:
        self.sent += 1
        answer = await fetch(
            self._session,
            request.method,
            request.url,
            tls=self._tls(),
            headers={**self._headers(tokens), **request.headers},
            query=request.query,
            form=request.form,
            json=request.json,
        )
        self.server_time_ms = answer.server_time_ms
        return answer


async def _nothing_lost(tokens: Awaitable[TokenSet]) -> TokenSet:
    """Return the tokens; a lost answer of the sign-in is a plain fault: what they were wanted for was not done."""
    try:
        return await tokens
    except AnswerLost as error:
        raise BmwUnavailable(str(error), status=error.status, hint=error.hint) from error
