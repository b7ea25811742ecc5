"""The accounts of a hub: who they are, their links and quotas, signing in and out, and looking for what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bimmerhub.domain.account.checks import Check
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link
from bimmerhub.domain.account.quota import Quota
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.errors import BimmerhubError


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account as people may see it. `gcid` is None before the first sign-in; tokens never leave the hub.

    Of a family that does not tell a `gcid`, `username` is the name that was signed in with, and stands for it.

    `services` are those that the newest sign-in was granted. One that `is_relayed` is read from a person's own broker
    and needs no sign-in. `server` is where it was signed in: `BMW`, or the host of an emulator; None when not known.
    """

    name: str
    family: Family
    client_id: str
    gcid: str | None
    signed_in: bool
    signed_in_at_ms: int | None
    services: tuple[CarDataService, ...] = ()
    is_relayed: bool = False
    username: str | None = None
    server: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInState:
    """A sign-in under way: `status` is pending, done or failed; `error` is why it failed.

    `services` are those that it was granted, none until it is done.
    """

    account: str
    status: Literal["pending", "done", "failed"]
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_at_ms: int
    error: BimmerhubError | None = None
    services: tuple[CarDataService, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSignIn:
    """What signs an account of an older family in; what is None is as in the settings, or at the last sign-in.

    With `remember` the password is kept, sealed; without it a person signs in again at the end of the tokens. `captcha`
    is the token of one that a person has just solved; it is sent once.
    """

    family: Family
    password: str = field(repr=False)
    remember: bool = False
    username: str | None = None
    region: str | None = None
    country: str | None = None
    host: str | None = None
    sign_in_host: str | None = None
    grant: str | None = None
    client_key: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)
    client_id: str | None = None
    redirect_uri: str | None = None
    captcha: str | None = field(default=None, repr=False)
    subscription_key: str | None = field(default=None, repr=False)
    app_version: str | None = None
    app_build: str | None = None
    app_user_agent: str | None = None
    brands: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSignIn:
    """Where a sign-in by password would be, and as whom; nothing is missing but the password, and a captcha.

    `captcha_hint` says how a person gets the captcha that BMW wants; None where it wants none. Where it `is_slider`,
    `fetch_slider` brings its pictures.
    """

    account: str
    family: Family
    username: str
    server: str
    captcha_hint: str | None = None
    is_slider: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SliderPictures:
    """A captcha of China's sign-in: where in the picture is the hole that the piece fits into?

    Both pictures are JPEG. `handle_px` of the picture's pixels lie before the hole at position 0.
    """

    verify_id: str
    background: bytes = field(repr=False)
    piece: bytes = field(repr=False)
    handle_px: int


class AccountLinks(Protocol):
    """The accounts and their links."""

    async def accounts(self) -> Sequence[Account]:
        """Return every account in order of name."""
        ...

    def links(self) -> Sequence[Link]:
        """Return the link of every account that is connected or tries to be."""
        ...


class Quotas(Protocol):
    """The REST calls of the present day."""

    async def quotas(self) -> Sequence[Quota]:
        """Return the present UTC day's quota of every account, `planned` where something is spent by schedule."""
        ...


class SignIns(Protocol):
    """What a person does about an account's link: sign in, try again now, sign out."""

    async def start_sign_in(self, name: str, client_id: str | None) -> SignInState:
        """Ask BMW for a code and go on polling in the background; until it is approved all stays as it was.

        ConfigError for a bad name or no client id.
        """
        ...

    async def plan_password_sign_in(self, name: str, sign_in: AccountSignIn) -> PlannedSignIn:
        """Return what `sign_in_with_password` would do; the password is not looked at. Errors as there."""
        ...

    async def fetch_slider(self, name: str, sign_in: AccountSignIn) -> SliderPictures:
        """Return a captcha to solve for a sign-in in China; the password is not looked at.

        ConfigError for a sign-in that has no slider, and as `plan_password_sign_in`; BmwRefused when BMW gives none.
        """
        ...

    async def sign_in_with_password(self, name: str, sign_in: AccountSignIn) -> Account:
        """Sign an account of an older family in, once, and return it as it is then; on failure all stays as it was.

        ConfigError when something is missing or the family has no such sign-in, BmwRefused when BMW does not want it.
        """
        ...

    def sign_in_state(self, name: str) -> SignInState | None:
        """Return the newest sign-in of an account since the hub started."""
        ...

    async def retry(self, name: str) -> Link:
        """Cut short whatever the account's link waits for, and return the link as it is right then.

        A connected one is left alone, and so is one that polls, whose reason then says so.
        SignInRequired when the account has no tokens; ConfigError when there is no such account, or when this hub
        connects none.
        """
        ...

    async def sign_out(self, name: str) -> None:
        """Forget the account's tokens and close its link; its readings stay. ConfigError when there is none."""
        ...


class Examination(Protocol):
    """Looking into what keeps values from arriving."""

    async def examine(self, name: str, *, spends_calls: bool) -> Sequence[Check]:
        """Return the checks of one account's set-up, in order; up to half a minute, and two REST calls if allowed.

        An account that is not known is a failed check.
        """
        ...
