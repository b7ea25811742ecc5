"""Routes: the accounts, signing them in and out, examining them, and what is left of their quota."""

from typing import Annotated, Literal, NotRequired

from fastapi import APIRouter, Body, Query
from pydantic import Field, with_config
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic refuses the one of `typing` before Python 3.12

from bimmerhub.views.account import accounts as views
from bimmerhub.views.account.accounts import AccountAnswer, SignedOut, SignInAnswer, SignInPlan, SliderAnswer
from bimmerhub.views.account.checks import ExaminationAnswer, examine_account
from bimmerhub.views.account.links import LinkAnswer
from bimmerhub.views.account.quota import QuotaAnswer, view_quotas
from bimmerhub.views.fields import Page
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.json_body import STRICT, JsonBodyRoute
from bimmerhub.web.routes.context import AccountName, Caller, Ports, WhoAsks

router = APIRouter(tags=["accounts"], route_class=JsonBodyRoute)


@with_config(STRICT)
class SignInRequest(TypedDict):
    """What a sign-in may need: the client id that BMW's portal shows, once for each account."""

    client_id: NotRequired[Annotated[str | None, Field(max_length=200)]]


Named = Annotated[str | None, Field(max_length=400)]


@with_config(STRICT)
class SignInPlanRequest(TypedDict):
    """Whose sign-in at which of the families beside CarData, where, and as which app.

    What is left out is as in the settings, or at the last sign-in.
    """

    family: Literal["iremote", "connecteddrive", "mybmw"]
    remember: NotRequired[bool]
    username: NotRequired[Named]
    region: NotRequired[Literal["row", "na", "cn"] | None]
    country: NotRequired[Named]
    host: NotRequired[Named]
    sign_in_host: NotRequired[Named]
    grant: NotRequired[Literal["password", "implicit"] | None]
    client_key: NotRequired[Named]
    client_secret: NotRequired[Named]
    client_id: NotRequired[Named]
    redirect_uri: NotRequired[Named]
    subscription_key: NotRequired[Named]
    app_version: NotRequired[Named]
    app_build: NotRequired[Named]
    app_user_agent: NotRequired[Named]
    brands: NotRequired[list[Literal["bmw", "mini", "rolls-royce", "toyota"]] | None]


@with_config(STRICT)
class PasswordSignInRequest(SignInPlanRequest):
    """A name and a password at BMW, for families beside CarData, and the app that one signs in as.

    What is left out is as in the settings, or at the last sign-in. With `remember` the password is kept, sealed. A
    `captcha`, of the family mybmw, is the token of one that a person has just solved, in China VERIFY_ID:POSITION of a
    slider; it is sent once.
    """

    password: Annotated[str, Field(max_length=400)]
    captcha: NotRequired[Annotated[str | None, Field(max_length=20_000)]]


@router.get("/accounts", **answer_of(Page[AccountAnswer]))
async def list_accounts(ports: Ports, viewer: Caller) -> Response:
    """Return every account with its link, in order of name."""
    return json_answer(await views.view_accounts(viewer, ports.accounts))


@router.post("/accounts/{name}/sign-in", **answer_of(SignInAnswer))
async def start_sign_in(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    asker: WhoAsks,
    name: AccountName,
    body: Annotated[SignInRequest | None, Body()] = None,
) -> Response:
    """Ask BMW for a code; a person then opens the address and approves, while the hub waits for it by itself."""
    client_id = body.get("client_id") if body else None
    async with ports.acts.noting(asker, "sign_in_started", details={"account": name}):
        return json_answer(await views.start_sign_in(viewer, ports.sign_ins, name, client_id=client_id))


@router.post("/accounts/{name}/password-sign-in/plan", **answer_of(SignInPlan))
async def plan_password_sign_in(
    ports: Ports, viewer: Caller, name: AccountName, body: Annotated[SignInPlanRequest, Body()]
) -> Response:
    """Return where a sign-in by password would be, and as whom: what is missing is told before a password is typed."""
    return json_answer(await views.plan_password_sign_in(viewer, ports.sign_ins, name, **body))


@router.post("/accounts/{name}/password-sign-in/slider", **answer_of(SliderAnswer))
async def fetch_slider(
    ports: Ports, viewer: Caller, name: AccountName, body: Annotated[SignInPlanRequest, Body()]
) -> Response:
    """Ask BMW for the captcha of a sign-in in China, for a person to solve; it is good for one attempt."""
    return json_answer(await views.fetch_slider(viewer, ports.sign_ins, name, **body))


@router.post("/accounts/{name}/password-sign-in", **answer_of(AccountAnswer))
async def sign_in_with_password(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports, viewer: Caller, asker: WhoAsks, name: AccountName, body: Annotated[PasswordSignInRequest, Body()]
) -> Response:
    """Sign in at BMW with a name and a password, once, as all families but CarData do.

    Not sanctioned by BMW, and probably against its terms: at your own risk; BMW can block an account.
    """
    details = {"account": name, "family": body["family"]}
    async with ports.acts.noting(asker, "signed_in", details=details):
        return json_answer(await views.sign_in_with_password(viewer, ports.sign_ins, name, **body))


@router.get("/accounts/{name}/sign-in", **answer_of(SignInAnswer))
async def show_sign_in(ports: Ports, viewer: Caller, request: Request, name: AccountName) -> Response:
    """Return how far the newest sign-in of an account is; its code only to who may change something.

    Whoever has the code could sign the hub in to an account of their own.
    """
    answer = await views.view_sign_in(viewer, ports.sign_ins, name)
    return json_answer(answer if request.state.may_change else views.without_code(answer))


@router.post("/accounts/{name}/retry", **answer_of(LinkAnswer))
async def retry(ports: Ports, viewer: Caller, name: AccountName) -> Response:
    """Connect to BMW at once instead of waiting for the next try; a link that stands is left alone."""
    return json_answer(await views.retry_link(viewer, ports.accounts, ports.sign_ins, name))


@router.delete("/accounts/{name}/tokens", **answer_of(SignedOut))
async def sign_out(ports: Ports, viewer: Caller, asker: WhoAsks, name: AccountName) -> Response:
    """Forget the account's tokens and close its link; its readings stay."""
    async with ports.acts.noting(asker, "signed_out", details={"account": name}):
        return json_answer(await views.sign_out(viewer, ports.accounts, ports.sign_ins, name))


@router.post("/accounts/{name}/examination", **answer_of(ExaminationAnswer))
async def examine(
    ports: Ports,
    viewer: Caller,
    name: AccountName,
    calls: Annotated[bool, Query(description="spend two REST calls on it")] = True,  # noqa: FBT002 - FastAPI
) -> Response:
    """Look at everything that has to be right before values arrive; takes up to half a minute."""
    return json_answer(await examine_account(viewer, ports.examination, name, spends_calls=calls, now_ms=ports.now_ms))


@router.get("/quota", **answer_of(Page[QuotaAnswer]))
async def list_quotas(ports: Ports, viewer: Caller) -> Response:
    """Return how many of BMW's REST calls each account has spent today (UTC)."""
    return json_answer(await view_quotas(viewer, ports.quotas))
