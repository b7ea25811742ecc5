"""The storefront's token: anonymous, good for 24 hours, renewed only when it has expired or is refused.

The pair of name and password is that of BMW's own page, which is in its scripts for everybody to see; it is the user's
setting and not shipped. Two ways to ask for a token are known: by form at the search's own server (a public
collection of 2023), and by HTTP Basic at www.bmwusa.com (clients since).
"""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final, Literal

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gcdm.by_password import AppKey
from bimmerhub.bmw.http import Answer, Session, fetch
from bimmerhub.bmw.inventory import refusals
from bimmerhub.bmw.inventory.endpoints import Endpoints
from bimmerhub.bmw.signed_calls import AccessTokens
from bimmerhub.bmw.tokens.oauth_answers import read_tokens
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore, to_token_set
from bimmerhub.errors import BmwRefused, BmwUnavailable, StoreError
from bimmerhub.json_faults import NOT_JSON

TOKEN_PATH: Final = "/token"  # noqa: S105 - a path
SITE_TOKEN_PATH: Final = "/token/cpo/"  # noqa: S105 - a path
EXPIRED_BEFORE_S: Final = 300
"""A token with less life left counts as expired; of a short one, with less than a quarter."""
_REFUSED: Final = frozenset({400, 401})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storefront:
    """The name and password of BMW's page, and how they are sent."""

    username: str
    password: str = field(repr=False)
    way: Literal["form", "basic"] = "form"


class StorefrontTokens(AccessTokens):
    """The token of a storefront. Any number of callers; one request for a token at a time.

    `store` keeps it over the end of the program. Errors: BmwRefused when BMW does not want the pair, BmwUnavailable and
    RateLimited when it cannot say now.
    """

    def __init__(
        self,
        *,
        storefront: Storefront,
        endpoints: Endpoints,
        session: Session,
        clock: Clock,
        store: TokenStore,
    ) -> None:
        self._storefront = storefront
        self._endpoints = endpoints
        self._session = session
        self._clock = clock
        self._store = store
        self._tokens: TokenSet | None = None
        self._renewing = asyncio.Lock()

    @override
    async def current(self) -> TokenSet:
        async with self._renewing:
            tokens = await self._load()
            if tokens is not None and _is_fresh(tokens, self._clock.now_ms()):
                return tokens
            return await self._request()

    @override
    async def renew(self, rejected: TokenSet | None) -> TokenSet:
        async with self._renewing:
            tokens = await self._load()
            if tokens is not None and (rejected is None or tokens.access_token != rejected.access_token):
                return tokens
            return await self._request()

    async def _load(self) -> TokenSet | None:
        if self._tokens is None:
            self._tokens = await self._store.load()
        return self._tokens

    async def _request(self) -> TokenSet:
        answer = await self._post()
        if answer.status in _REFUSED:
            raise BmwRefused(
                "inventory: BMW does not take the storefront's name and password",
                code=str(answer.status),
                status=answer.status,
                hint="They are your settings, and BMW's are not shipped: look for them in the scripts of BMW's page. "
                "For the emulator any will do.",
            )
        if refusals.is_refusal(answer):
            raise refusals.to_error(answer, operation="token")
        try:
            tokens = to_token_set(read_tokens(answer.body), now_ms=self._clock.now_ms())
        except NOT_JSON as error:
            raise BmwUnavailable("inventory: BMW answered without a token that can be read") from error
        self._tokens = tokens
        try:
            await self._store.save(tokens)
        except StoreError as error:
            _log.error("the storefront's token cannot be stored; it is used until this process ends: %s", error)
        return tokens

    async def _post(self) -> Answer:
        pair, endpoints = self._storefront, self._endpoints
        headers = {"Accept": "application/json"}
        if pair.way == "basic":
            url, form = endpoints.site_url + SITE_TOKEN_PATH, {}
            headers["Authorization"] = AppKey(key=pair.username, secret=pair.password).basic
        else:
            url = endpoints.search_url + TOKEN_PATH
            form = {"grant_type": "password", "username": pair.username, "password": pair.password}
        return await fetch(self._session, "POST", url, tls=endpoints.ssl_context(), headers=headers, form=form)


def _is_fresh(tokens: TokenSet, now_ms: int) -> bool:
    ahead_ms = min(EXPIRED_BEFORE_S, tokens.lifetime_s // 4) * 1000
    return tokens.refreshed_at_ms <= now_ms < tokens.access_expires_at_ms - ahead_ms
