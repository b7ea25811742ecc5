"""Routes: the accounts, signing them in and out, and what is left of their quota."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from starlette.responses import Response

from bimmerhub.domain.account.checks import next_step
from bimmerhub.views.describe import describe_account, describe_check, describe_quota, describe_sign_in, json_answer
from bimmerhub.views.shapes import (
    AccountAnswer,
    ExaminationAnswer,
    Page,
    QuotaAnswer,
    SignedOut,
    SignInAnswer,
    SignInRequest,
)
from bimmerhub.web.problems import NotFound
from bimmerhub.web.routes.context import Used

router = APIRouter(tags=["accounts"])

Name = Annotated[str, Path(max_length=100, description="local name of the account")]


@router.get("/accounts", response_model=Page[AccountAnswer])
async def list_accounts(used: Used) -> Response:
    """Return every account with its link, in order of name."""
    links = {link.account: link for link in used.accounts.links()}
    accounts = await used.accounts.accounts()
    items = [describe_account(account, links.get(account.name)) for account in accounts]
    return json_answer({"items": items, "next": None})


@router.post("/accounts/{name}/sign-in", response_model=SignInAnswer)
async def start_sign_in(used: Used, name: Name, body: Annotated[SignInRequest | None, Body()] = None) -> Response:
    """Ask BMW for a code; a person then opens the address and approves, while the hub waits for it by itself."""
    client_id = body.get("client_id") if body else None
    return json_answer(describe_sign_in(await used.accounts.start_sign_in(name, client_id)))


@router.get("/accounts/{name}/sign-in", response_model=SignInAnswer)
async def show_sign_in(used: Used, name: Name) -> Response:
    """Return how far the newest sign-in of an account is."""
    state = used.accounts.sign_in_state(name)
    if state is None:
        raise NotFound("no sign-in of this account since the hub started", hint="Start one: bimmerhub login")
    return json_answer(describe_sign_in(state))


@router.delete("/accounts/{name}/tokens", response_model=SignedOut)
async def sign_out(used: Used, name: Name) -> Response:
    """Forget the account's tokens and close its link; its readings stay."""
    if all(account.name != name for account in await used.accounts.accounts()):
        raise NotFound("no account has that name", hint="bimmerhub accounts lists them.")
    await used.accounts.sign_out(name)
    return json_answer(SignedOut(account=name, signed_in=False))


@router.post("/accounts/{name}/examination", response_model=ExaminationAnswer)
async def examine(
    used: Used,
    name: Name,
    calls: Annotated[bool, Query(description="spend two REST calls on it")] = True,  # noqa: FBT002 - FastAPI
) -> Response:
    """Look at everything that has to be right before values arrive; takes up to half a minute."""
    checks = await used.examination.examine(name, spends_calls=calls)
    return json_answer(
        ExaminationAnswer(items=[describe_check(each) for each in checks], next=None, next_step=next_step(checks))
    )


@router.get("/quota", response_model=Page[QuotaAnswer])
async def list_quotas(used: Used) -> Response:
    """Return how many of BMW's REST calls each account has spent today (UTC)."""
    quotas = await used.accounts.quotas()
    return json_answer({"items": [describe_quota(quota) for quota in quotas], "next": None})
