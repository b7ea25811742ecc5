"""The accounts with their links, and signing them in and out."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link
from bimmerhub.domain.account.services import COSTS, TITLES, CarDataService, how_to_add, missing_services
from bimmerhub.errors import NotFound
from bimmerhub.times import format_optional_time, format_time
from bimmerhub.views.account.links import LinkAnswer, describe_link
from bimmerhub.views.fields import Page, Time
from bimmerhub.views.ports.accounts import Account, AccountLinks, AccountSignIn, SignIns, SignInState
from bimmerhub.views.problems import ProblemDetail, to_problem
from bimmerhub.views.viewer import Viewer


class MissingService(msgspec.Struct, frozen=True, kw_only=True):
    """A service of BMW's portal that the sign-in was not granted: what that costs, and how to have it too."""

    service: Literal["api", "stream"]
    title: Annotated[str, msgspec.Meta(description="what the portal calls it")]
    cost: str
    hint: str


class AccountAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One account; tokens never leave the hub. `link` is null while there is none.

    `services` are those that the newest sign-in was granted, `missing` the others; both are empty before the first.
    """

    name: str
    family: Annotated[
        str,
        msgspec.Meta(description="which of BMW's interfaces: cardata, iremote, connecteddrive or mybmw"),
    ]
    client_id: Annotated[str, msgspec.Meta(description="of CarData; empty for other families")]
    gcid: str | None
    username: Annotated[str | None, msgspec.Meta(description="the name at BMW, where no gcid is known")] = None
    server: Annotated[
        str | None,
        msgspec.Meta(description="where it was signed in, and is asked: BMW, or an emulator's host; null: not known"),
    ] = None
    signed_in: bool
    relayed: Annotated[
        bool, msgspec.Meta(description="whether it is read from a person's own broker, which needs no sign-in")
    ] = False
    signed_in_at: Time | None
    link: LinkAnswer | None
    services: Sequence[Literal["api", "stream"]]
    missing: Sequence[MissingService]


class SignInAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in under way: open `verification_uri_complete` and approve.

    `error` is why it failed, null while it has not; `message` and `hint` are those of the error. Who may only read gets
    `user_code` empty, and `verification_uri_complete` without it.
    `services` and `missing` say, once it is done, what it was granted and what not.
    """

    account: str
    status: Literal["pending", "done", "failed"]
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_at: Time
    message: str | None
    hint: str | None
    error: ProblemDetail | None
    services: Sequence[Literal["api", "stream"]]
    missing: Sequence[MissingService]


class SignInPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in by password that lacks nothing but the password, and a captcha where `captcha_hint` speaks of one."""

    account: str
    family: Annotated[str, msgspec.Meta(description="iremote, connecteddrive or mybmw")]
    username: str
    server: Annotated[str, msgspec.Meta(description="where the password would be sent: BMW, or an emulator's host")]
    captcha_hint: Annotated[
        str | None, msgspec.Meta(description="how a person gets the captcha that BMW wants; null where it wants none")
    ] = None
    is_slider: Annotated[
        bool, msgspec.Meta(description="whether that captcha is a slider, whose pictures are at `…/slider`")
    ] = False


class SliderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A captcha of China's sign-in: find the hole in the background that the piece fits into.

    The sign-in's `captcha` is then VERIFY_ID:POSITION, the position being (x - `handle_px`) / width of the background
    with x the left edge of the hole, in pixels, and two decimals.
    """

    verify_id: str
    background: Annotated[str, msgspec.Meta(description="JPEG, base64")]
    piece: Annotated[str, msgspec.Meta(description="JPEG, base64")]
    handle_px: int


class SignedOut(msgspec.Struct, frozen=True, kw_only=True):
    """The account whose tokens were forgotten; its readings stay."""

    account: str
    signed_in: Literal[False]


async def view_accounts(viewer: Viewer, accounts: AccountLinks) -> Page[AccountAnswer]:
    """Return every account with its link, in order of name."""
    viewer.require_owner()
    links = {link.account: link for link in accounts.links()}
    return Page(
        items=[_describe_account(account, links.get(account.name)) for account in await accounts.accounts()], next=None
    )


async def start_sign_in(viewer: Viewer, sign_ins: SignIns, name: str, *, client_id: str | None) -> SignInAnswer:
    """Ask BMW for a code; a person then approves, while the hub waits for it by itself."""
    viewer.require_owner()
    return _describe_sign_in(await sign_ins.start_sign_in(name, client_id))


async def plan_password_sign_in(
    viewer: Viewer,
    sign_ins: SignIns,
    name: str,
    *,
    family: str,
    remember: bool = False,
    brands: Sequence[str] | None = None,
    **named: str | None,
) -> SignInPlan:
    """Return what a sign-in by password would do, before anybody types one; `named` as in `AccountSignIn`."""
    viewer.require_owner()
    of_brands = None if brands is None else tuple(brands)
    sign_in = AccountSignIn(family=Family(family), password="", remember=remember, brands=of_brands, **named)
    plan = await sign_ins.plan_password_sign_in(name, sign_in)
    return SignInPlan(
        account=plan.account,
        family=plan.family.value,
        username=plan.username,
        server=plan.server,
        captcha_hint=plan.captcha_hint,
        is_slider=plan.is_slider,
    )


async def fetch_slider(
    viewer: Viewer,
    sign_ins: SignIns,
    name: str,
    *,
    family: str,
    remember: bool = False,
    brands: Sequence[str] | None = None,
    **named: str | None,
) -> SliderAnswer:
    """Return a captcha to solve for such a sign-in in China; `named` as in `AccountSignIn`."""
    viewer.require_owner()
    of_brands = None if brands is None else tuple(brands)
    sign_in = AccountSignIn(family=Family(family), password="", remember=remember, brands=of_brands, **named)
    slider = await sign_ins.fetch_slider(name, sign_in)
    return SliderAnswer(
        verify_id=slider.verify_id,
        background=b64encode(slider.background).decode(),
        piece=b64encode(slider.piece).decode(),
        handle_px=slider.handle_px,
    )


async def sign_in_with_password(
    viewer: Viewer,
    sign_ins: SignIns,
    name: str,
    *,
    family: str,
    password: str,
    remember: bool = False,
    brands: Sequence[str] | None = None,
    **named: str | None,
) -> AccountAnswer:
    """Sign an account of an older family in, once, and return it; `named` as in `AccountSignIn`."""
    viewer.require_owner()
    of_brands = None if brands is None else tuple(brands)
    sign_in = AccountSignIn(family=Family(family), password=password, remember=remember, brands=of_brands, **named)
    return _describe_account(await sign_ins.sign_in_with_password(name, sign_in), None)


async def view_sign_in(viewer: Viewer, sign_ins: SignIns, name: str) -> SignInAnswer:
    """Return how far the newest sign-in of an account is; NotFound when there was none since the hub started."""
    viewer.require_owner()
    state = sign_ins.sign_in_state(name)
    if state is None:
        raise NotFound("no sign-in of this account since the hub started", hint="Start one: bimmerhub login")
    return _describe_sign_in(state)


async def retry_link(viewer: Viewer, accounts: AccountLinks, sign_ins: SignIns, name: str) -> LinkAnswer:
    """Connect at once instead of waiting; NotFound when there is no such account."""
    viewer.require_owner()
    if all(account.name != name for account in await accounts.accounts()):
        raise NotFound(f"there is no account named {name[:40]!r}", hint="See them: bimmerhub accounts")
    return describe_link(await sign_ins.retry(name))


async def sign_out(viewer: Viewer, accounts: AccountLinks, sign_ins: SignIns, name: str) -> SignedOut:
    """Forget the account's tokens and close its link; NotFound when there is no such account."""
    viewer.require_owner()
    if all(account.name != name for account in await accounts.accounts()):
        raise NotFound(f"there is no account named {name[:40]!r}", hint="See them: bimmerhub accounts")
    await sign_ins.sign_out(name)
    return SignedOut(account=name, signed_in=False)


def _describe_account(account: Account, link: Link | None) -> AccountAnswer:
    return AccountAnswer(
        name=account.name,
        family=account.family.value,
        client_id=account.client_id,
        gcid=account.gcid,
        username=account.username,
        server=account.server,
        signed_in=account.signed_in,
        relayed=account.is_relayed,
        signed_in_at=format_optional_time(account.signed_in_at_ms),
        link=None if link is None else describe_link(link),
        services=[service.value for service in account.services],
        missing=_describe_missing(account.name, account.services),
    )


def without_code(answer: SignInAnswer) -> SignInAnswer:
    """Return how far a sign-in is, without what approving it takes."""
    return msgspec.structs.replace(answer, user_code="", verification_uri_complete=answer.verification_uri)


def _describe_sign_in(state: SignInState) -> SignInAnswer:
    return SignInAnswer(
        account=state.account,
        status=state.status,
        user_code=state.user_code,
        verification_uri=state.verification_uri,
        verification_uri_complete=state.verification_uri_complete,
        expires_at=format_time(state.expires_at_ms),
        message=None if state.error is None else str(state.error),
        hint=None if state.error is None else state.error.hint,
        error=None if state.error is None else to_problem(state.error).error,
        services=[service.value for service in state.services],
        missing=_describe_missing(state.account, state.services),
    )


def _describe_missing(account: str, services: Sequence[CarDataService]) -> list[MissingService]:
    """Return what a sign-in with these services goes without; nothing when there was none yet."""
    return [
        MissingService(
            service=service.value,
            title=TITLES[service],
            cost=COSTS[service],
            hint=how_to_add(service, account=account),
        )
        for service in (missing_services(services) if services else ())
    ]
