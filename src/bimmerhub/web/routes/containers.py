"""Routes: containers at BMW, by a person's hand. Each request spends calls of the quota, so none of them is a GET."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from starlette.responses import Response

from bimmerhub.views.describe import json_answer
from bimmerhub.views.ports import BmwContainer
from bimmerhub.views.shapes import ContainerAnswer, ContainerDeleted, ContainerRequest, Page
from bimmerhub.web.routes.context import Used

router = APIRouter(prefix="/accounts/{name}/containers", tags=["containers"])

Name = Annotated[str, Path(max_length=100, description="local name of the account")]


@router.post("/query", response_model=Page[ContainerAnswer])
async def list_containers(used: Used, name: Name) -> Response:
    """Return every container of the account at BMW, other programs' and deleted ones too. One call of the quota."""
    return _page(await used.containers.containers(name))


@router.post("", response_model=ContainerAnswer)
async def create_container(used: Used, name: Name, body: Annotated[ContainerRequest, Body()]) -> Response:
    """Make a container that the hub leaves alone. One call of the quota."""
    made = await used.containers.create_container(
        name, name=body["name"], purpose=body["purpose"], descriptors=body["descriptors"]
    )
    return json_answer(asdict(made))


@router.delete("/{container_id}", response_model=ContainerDeleted)
async def delete_container(used: Used, name: Name, container_id: Annotated[str, Path(max_length=100)]) -> Response:
    """Delete a container, whoever made it. One call of the quota."""
    await used.containers.delete_container(name, container_id)
    return json_answer(ContainerDeleted(id=container_id))


@router.post("/collection", response_model=Page[ContainerAnswer])
async def collect_containers(
    used: Used,
    name: Name,
    dry_run: Annotated[bool, Query(description="only tell which")] = False,  # noqa: FBT002 - FastAPI
) -> Response:
    """Delete what bimmerhub made and does not use any more, and return it. One call, and one more for each."""
    return _page(await used.containers.collect_containers(name, dry_run=dry_run))


def _page(containers: Sequence[BmwContainer]) -> Response:
    return json_answer({"items": [asdict(each) for each in containers], "next": None})
