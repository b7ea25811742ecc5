"""The containers that were made at BMW."""

from dataclasses import dataclass
from typing import Protocol

from bimmerhub.ids import Descriptor


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContainer:
    """A container that we made at BMW. `id` is BMW's; `created_at_ms` is None when BMW did not say."""

    id: str
    account_id: int
    name: str
    purpose: str
    descriptors: tuple[Descriptor, ...]
    created_at_ms: int | None


class StoredContainers(Protocol):
    """The containers of each account, so that they need not be listed at BMW (a call each time)."""

    async def containers(self, account_id: int) -> list[StoredContainer]:
        """Return an account's containers in order of id."""
        ...

    async def save_container(self, container: StoredContainer) -> None:
        """Add the container, or replace the one with its id."""
        ...

    async def remove_container(self, container_id: str) -> None:
        """Forget a container. Nothing happens when there is none."""
        ...
