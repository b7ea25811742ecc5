"""The containers at BMW, by a person's hand. Every function here spends calls of the quota."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from bimmerhub.times import format_optional_time
from bimmerhub.views.fields import Page, Time
from bimmerhub.views.ports.bmw import BmwContainer, BmwContainers
from bimmerhub.views.viewer import Viewer


class ContainerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A container at BMW. Deleted ones count to BMW's ten for 29 days more."""

    id: str
    name: str | None
    purpose: str | None
    state: Annotated[str | None, msgspec.Meta(description="BMW's word: ACTIVE, INACTIVE, DELETED")]
    created_at: Annotated[str | None, msgspec.Meta(description="as BMW wrote it, ISO 8601")]
    is_active: bool
    used_by: Annotated[
        Literal["hub", "nobody", "others"],
        msgspec.Meta(description="nobody: bimmerhub made it for descriptors that it does not want any more"),
    ]
    descriptors: Annotated[list[str] | None, msgspec.Meta(description="null in lists, and for deleted ones")]
    purge_at: Annotated[
        Time | None, msgspec.Meta(description="deleted ones: until then at the latest it counts to BMW's ten")
    ]


class ContainerDeleted(msgspec.Struct, frozen=True, kw_only=True):
    """The id of a container that is deleted at BMW."""

    id: str


async def view_containers(viewer: Viewer, containers: BmwContainers, account: str) -> Page[ContainerAnswer]:
    """Return every container of the account, other programs' and deleted ones too. One call."""
    viewer.require_owner()
    return _to_page(await containers.containers(account))


async def view_container(viewer: Viewer, containers: BmwContainers, account: str, container_id: str) -> ContainerAnswer:
    """Return one container with its descriptors. One call, two for a deleted one."""
    viewer.require_owner()
    return _describe_container(await containers.container(account, container_id))


async def create_container(
    viewer: Viewer, containers: BmwContainers, account: str, *, name: str, purpose: str, descriptors: Sequence[str]
) -> ContainerAnswer:
    """Make a container that the hub leaves alone, and return it. One call."""
    viewer.require_owner()
    return _describe_container(
        await containers.create_container(account, name=name, purpose=purpose, descriptors=descriptors)
    )


async def delete_container(
    viewer: Viewer, containers: BmwContainers, account: str, container_id: str
) -> ContainerDeleted:
    """Delete a container, whoever made it. One call."""
    viewer.require_owner()
    await containers.delete_container(account, container_id)
    return ContainerDeleted(id=container_id)


async def collect_containers(
    viewer: Viewer, containers: BmwContainers, account: str, *, dry_run: bool
) -> Page[ContainerAnswer]:
    """Delete what bimmerhub made and does not use any more, and return it. One call, and one more for each.

    With `dry_run` nothing is deleted.
    """
    viewer.require_owner()
    return _to_page(await containers.collect_containers(account, dry_run=dry_run))


def _to_page(containers: Sequence[BmwContainer]) -> Page[ContainerAnswer]:
    return Page(items=[_describe_container(container) for container in containers], next=None)


def _describe_container(container: BmwContainer) -> ContainerAnswer:
    return ContainerAnswer(
        id=container.id,
        name=container.name,
        purpose=container.purpose,
        state=container.state,
        created_at=container.created_at,
        is_active=container.is_active,
        used_by=container.used_by,
        descriptors=None if container.descriptors is None else list(container.descriptors),
        purge_at=format_optional_time(container.purge_at_ms),
    )
