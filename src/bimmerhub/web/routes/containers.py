"""Routes: containers at BMW, by a person's hand. Each request spends calls of the quota, so none of them is a GET."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from pydantic import Field, with_config
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic refuses the one of `typing` before Python 3.12

from bimmerhub.views.account import containers as views
from bimmerhub.views.account.containers import ContainerAnswer, ContainerDeleted
from bimmerhub.views.fields import Page
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.json_body import STRICT, JsonBodyRoute
from bimmerhub.web.routes.context import AccountName, Caller, Ports, WhoAsks

router = APIRouter(prefix="/accounts/{name}/containers", tags=["containers"], route_class=JsonBodyRoute)


@with_config(STRICT)
class ContainerRequest(TypedDict):
    """A container to make."""

    name: Annotated[str, Field(max_length=200)]
    purpose: Annotated[str, Field(max_length=200)]
    descriptors: Annotated[list[Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=1000)]


@router.post("/query", **answer_of(Page[ContainerAnswer]))
async def list_containers(ports: Ports, viewer: Caller, name: AccountName) -> Response:
    """Return every container of the account at BMW, other programs' and deleted ones too. One call of the quota."""
    return json_answer(await views.view_containers(viewer, ports.containers, name))


@router.post("/{container_id}/query", **answer_of(ContainerAnswer))
async def show_container(
    ports: Ports, viewer: Caller, name: AccountName, container_id: Annotated[str, Path(max_length=100)]
) -> Response:
    """Return one container of the account at BMW with its descriptors. One call of the quota, two for a deleted one."""
    return json_answer(await views.view_container(viewer, ports.containers, name, container_id))


@router.post("", **answer_of(ContainerAnswer))
async def create_container(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports, viewer: Caller, asker: WhoAsks, name: AccountName, body: Annotated[ContainerRequest, Body()]
) -> Response:
    """Make a container that the hub leaves alone. One call of the quota."""
    details = {"account": name, "name": body["name"]}
    async with ports.acts.noting(asker, "container_made", details=details) as noted:
        container = await views.create_container(viewer, ports.containers, name, **body)
        noted["container"] = container.id
    return json_answer(container)


@router.delete("/{container_id}", **answer_of(ContainerDeleted))
async def delete_container(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    asker: WhoAsks,
    name: AccountName,
    container_id: Annotated[str, Path(max_length=100)],
) -> Response:
    """Delete a container, whoever made it. One call of the quota."""
    details = {"account": name, "container": container_id}
    async with ports.acts.noting(asker, "container_deleted", details=details):
        return json_answer(await views.delete_container(viewer, ports.containers, name, container_id))


@router.post("/collection", **answer_of(Page[ContainerAnswer]))
async def collect_containers(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    asker: WhoAsks,
    name: AccountName,
    dry_run: Annotated[bool, Query(description="only say which")] = False,  # noqa: FBT002 - FastAPI
) -> Response:
    """Delete what bimmerhub made and does not use any more, and return it. One call, and one more for each."""
    if dry_run:
        return json_answer(await views.collect_containers(viewer, ports.containers, name, dry_run=True))
    async with ports.acts.noting(asker, "containers_collected", details={"account": name}) as noted:
        deleted = await views.collect_containers(viewer, ports.containers, name, dry_run=False)
        noted["containers"] = ", ".join(container.id for container in deleted.items)
    return json_answer(deleted)
