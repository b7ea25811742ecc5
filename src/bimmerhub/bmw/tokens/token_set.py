"""Tokens: what they are, how BMW's answer becomes some, and the port to where they are kept."""

import re
from dataclasses import dataclass, field
from typing import Protocol

from bimmerhub.bmw.gcdm.by_password import BmwLogin
from bimmerhub.bmw.tokens.oauth_answers import DEFAULT_LIFE_S, TokenAnswer, read_id_token
from bimmerhub.errors import BmwUnavailable
from bimmerhub.times import DAY_MS, MINUTE_MS

REFRESH_TOKEN_S = 14 * 86_400
WARN_AFTER_S = 10 * 86_400
"""A refresh token this old has four days left; something must have kept it from being renewed for ten."""
FRESH_FOR_S = 900
"""A token with less life left is renewed: at 45 of 60 minutes, so that an outage of a quarter of an hour does no
harm. Tokens that live shorter than an hour are renewed when a quarter of their life is left.
"""
RENEWED_AT_MOST_EVERY_MS = MINUTE_MS
"""However short BMW says that tokens live: each renewal makes the stream connect anew."""
_GCID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
"""BMW's ids of accounts: UUIDs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSet:
    """The tokens of one signed-in account. Times are milliseconds since 1970 UTC.

    `id_token` is the stream's password, None when `openid` was not granted. `lifetime_s` is how long BMW said that they
    live; `signed_in_at_ms` is when a person last signed in, None when that was before it was noted. `answer_lost_at_ms`
    is when BMW was last asked to renew them and its answer did not come, None when it always did. `renewing_since_ms`
    is stored before BMW is asked, and taken back with its answer: tokens that are read with it were left by a program
    that ended in between. `renewals` counts the renewals since the sign-in, and `kept_at` is the place that the newest
    answer was stored at (see `token_places`), None when it was not noted. `remembered` is with what a person signed in
    who wants it kept, None without that wish. Tokens do not show in the repr.
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
    answer_lost_at_ms: int | None = None
    renewing_since_ms: int | None = None
    renewals: int = 0
    kept_at: str | None = field(default=None, repr=False, compare=False)
    remembered: BmwLogin | None = field(default=None, repr=False)

    @property
    def refreshed_at_ms(self) -> int:
        """When BMW gave these tokens."""
        return self.refresh_expires_at_ms - REFRESH_TOKEN_S * 1000

    @property
    def renew_at_ms(self) -> int:
        """When to ask BMW for newer ones: with FRESH_FOR_S, or a quarter of their life, left; not before a minute."""
        ahead_s = min(FRESH_FOR_S, self.lifetime_s // 4)
        wanted_ms = min(self.access_expires_at_ms, self.id_expires_at_ms) - ahead_s * 1000
        return max(wanted_ms, self.refreshed_at_ms + RENEWED_AT_MOST_EVERY_MS)

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
    """Return BMW's answer as tokens; GCID, scopes and refresh token that it leaves out are those of `earlier`.

    Lifetimes count from `now_ms`, not from BMW's clock: this machine's may be wrong by more than a token lives.
    BmwUnavailable when the answer is about another account than `earlier`. An account that BMW had not named is known
    by what a person signed in with, which is no id of BMW's: a first name of BMW's takes its place.
    """
    claims = read_id_token(answer.id_token or "")
    named = answer.gcid or claims.gcid
    is_first_name = (
        earlier is not None and not _GCID.fullmatch(earlier.gcid) and _GCID.fullmatch(named or "") is not None
    )
    if earlier is not None and not is_first_name and named is not None and named.casefold() != earlier.gcid.casefold():
        raise BmwUnavailable(
            "BMW answered with the tokens of another account; they are not used",
            hint="Nothing was lost here. If it stays so, sign in again: bimmerhub login",
        )
    lifetime_s = answer.expires_in or claims.life_s or DEFAULT_LIFE_S
    return TokenSet(
        access_token=answer.access_token,
        id_token=answer.id_token,
        refresh_token=answer.refresh_token or (earlier.refresh_token if earlier else ""),
        gcid=earlier.gcid if earlier and not is_first_name else named or claims.sub or "",
        scopes=frozenset(answer.scope.split()) or (earlier.scopes if earlier else frozenset()),
        access_expires_at_ms=now_ms + lifetime_s * 1000,
        id_expires_at_ms=now_ms + (claims.life_s or lifetime_s) * 1000,
        refresh_expires_at_ms=now_ms + REFRESH_TOKEN_S * 1000,
        lifetime_s=lifetime_s,
        signed_in_at_ms=earlier.signed_in_at_ms if earlier else now_ms,
        renewals=earlier.renewals + 1 if earlier else 0,
    )


class TokenStore(Protocol):
    """Where one account's tokens are kept; one on a disk is also a `token_places.TokenPlace`."""

    async def load(self) -> TokenSet | None:
        """Return the tokens, None before the first sign-in."""
        ...

    async def save(self, tokens: TokenSet) -> None:
        """Replace the tokens; they are on disk when this returns."""
        ...
