"""Routes: what the caller may do; and, for this machine's command line only, who may come in.

The gate lets nobody else to what is below `/access/`. A change holds from the next request on, and ends what goes on:
event streams whose session or token it took away.
"""

from typing import Final, TypeVar

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bimmerhub.errors import ConfigError
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.times import format_time
from bimmerhub.views.access import AccessAnswer, PageKeyAnswer, PasswordAnswer
from bimmerhub.views.api_tokens import ApiTokenAnswer, NewApiTokenAnswer, TokenDeletedAnswer
from bimmerhub.views.fields import Page
from bimmerhub.web.access.credentials import Scope
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.routes.context import Ports, WhoAsks

LONGEST_BODY_BYTES: Final = 16_384

Body = TypeVar("Body", bound=msgspec.Struct)

router = APIRouter(tags=["hub"])


class PasswordBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new password."""

    password: str

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "PasswordBody(…)"


class TokenBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to make."""

    name: str
    scope: Scope


@router.get("/access", **answer_of(AccessAnswer))
async def show_access(ports: Ports, request: Request) -> Response:
    """Return who asks, and what they may do here."""
    state = request.state
    return json_answer(
        AccessAnswer(
            who=state.caller_name,
            may_change=state.may_change,
            may_command=state.may_command,
            has_password=ports.credentials.has_password(),
        )
    )


@router.post("/access/link", include_in_schema=False)
async def make_link(ports: Ports, asker: WhoAsks) -> Response:
    """Make the key of a link to the page."""
    await ports.acts.note(asker, "link_made")
    return json_answer(PageKeyAnswer(key=ports.entrance.keys.make()))


@router.put("/access/password", include_in_schema=False)
async def set_password(ports: Ports, asker: WhoAsks, request: Request) -> Response:
    """Set the password; every session ends."""
    body = await _read(request, PasswordBody)
    was_set = ports.credentials.has_password()
    async with ports.acts.noting(asker, "password_set"):
        await ports.entry.set_password(body.password)
    ports.entrance.shut()
    return json_answer(PasswordAnswer(is_set=True, was_set=was_set))


@router.delete("/access/password", include_in_schema=False)
async def remove_password(ports: Ports, asker: WhoAsks) -> Response:
    """Remove the password; every session ends."""
    was_set = ports.credentials.has_password()
    async with ports.acts.noting(asker, "password_removed"):
        await ports.entry.set_password(None)
    ports.entrance.shut()
    return json_answer(PasswordAnswer(is_set=False, was_set=was_set))


@router.get("/access/tokens", include_in_schema=False)
async def list_tokens(ports: Ports) -> Response:
    """Return the API tokens by name, in order of creation."""
    items = [
        ApiTokenAnswer(name=token.name, scope=token.scope, created_at=format_time(token.created_at_ms))
        for token in ports.entry.tokens()
    ]
    return json_answer(Page(items=items, next=None))


@router.post("/access/tokens", include_in_schema=False)
async def create_token(ports: Ports, asker: WhoAsks, request: Request) -> Response:
    """Make an API token; it is in this answer and nowhere else."""
    body = await _read(request, TokenBody)
    async with ports.acts.noting(asker, "token_made", details={"name": body.name, "scope": body.scope}):
        token = await ports.entry.create_token(body.name, body.scope, now_ms=ports.now_ms())
    return json_answer(NewApiTokenAnswer(name=body.name, scope=body.scope, token=token))


@router.delete("/access/tokens", include_in_schema=False)
async def delete_token(ports: Ports, asker: WhoAsks, name: str) -> Response:
    """Delete the API token of a name (any text, so it is no part of the path); what it has open ends."""
    async with ports.acts.noting(asker, "token_deleted", details={"name": name}):
        await ports.entry.delete_token(name)
    ports.entrance.revocations.tell()
    return json_answer(TokenDeletedAnswer(name=name))


async def _read(request: Request, shape: type[Body]) -> Body:
    """Return the body in its shape; ConfigError when it has another, or is longer than any such body."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LONGEST_BODY_BYTES:
            raise ConfigError("the body of the request is too long")
    try:
        return msgspec.json.decode(raw, type=shape)
    except NOT_JSON:  # its own words could hold a part of a password
        raise ConfigError(f"the body of the request is no {shape.__name__}") from None
