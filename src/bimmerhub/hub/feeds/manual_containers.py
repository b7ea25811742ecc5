"""Containers at BMW by a person's hand: seen, made, deleted, cleared away."""

from collections.abc import Sequence
from typing import Literal

from typing_extensions import override

from bimmerhub.bmw.cardata.containers import content_signature, is_active, signature_in
from bimmerhub.bmw.cardata.models import Container
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.feeds.cardata_containers import CONTAINER_LISTS
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.containers import StoredContainers
from bimmerhub.views.ports import BmwContainer, BmwContainers

CALLER = "containers"


class ManualContainers(BmwContainers):
    """The containers of every account of a hub."""

    def __init__(self, *, accounts: AccountBook, accesses: AccessBook, stored: StoredContainers) -> None:
        self._accounts = accounts
        self._accesses = accesses
        self._stored = stored

    @override
    async def containers(self, account: str) -> Sequence[BmwContainer]:
        stored = await self._find(account)
        rest = self._open(stored)
        in_use = {container.id for container in await self._stored.containers(stored.id)}
        return [_describe(container, in_use) for container in await rest.fetch_containers()]

    @override
    async def create_container(
        self, account: str, *, name: str, purpose: str, descriptors: Sequence[str]
    ) -> BmwContainer:
        rest = self._open(await self._find(account))
        if signature_in(purpose) is not None:
            raise ConfigError("that purpose is how bimmerhub marks its own containers", hint="Use other words.")
        made = await rest.create_container(
            name=name, purpose=purpose, descriptors=[Descriptor(key) for key in descriptors]
        )
        return _describe(made, frozenset())

    @override
    async def delete_container(self, account: str, container_id: str) -> None:
        stored = await self._find(account)
        await self._open(stored).delete_container(container_id)
        if container_id in {container.id for container in await self._stored.containers(stored.id)}:
            await self._stored.remove_container(container_id)

    @override
    async def collect_containers(self, account: str, *, dry_run: bool) -> Sequence[BmwContainer]:
        there = await self.containers(account)
        unused = [container for container in there if container.is_active and container.used_by == "nobody"]
        if not dry_run:
            for container in unused:
                await self.delete_container(account, container.id)
        return unused

    async def _find(self, name: str) -> StoredAccount:
        account = await self._accounts.find(name)
        if account is None:
            raise ConfigError("no account has that name", hint="bimmerhub accounts lists them.")
        return account

    def _open(self, account: StoredAccount) -> CarDataRest:
        return self._accesses.access(account).open_rest(caller=CALLER)


def _describe(container: Container, in_use: frozenset[str] | set[str]) -> BmwContainer:
    signature = signature_in(container.purpose)
    used_by: Literal["hub", "nobody", "others"] = "others" if signature is None else "nobody"
    if container.container_id in in_use or signature in {
        content_signature(keys()) for keys in CONTAINER_LISTS.values()
    }:
        used_by = "hub"
    return BmwContainer(
        id=container.container_id,
        name=container.name,
        purpose=container.purpose,
        state=container.state,
        created_at=container.created,
        is_active=is_active(container),
        used_by=used_by,
    )
