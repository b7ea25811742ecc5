"""Containers at BMW by a person's hand: seen, made, deleted, cleared away."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from typing_extensions import override

from bimmerhub.bmw.cardata.answers.models import Container
from bimmerhub.bmw.cardata.containers import content_signature, is_active, signature_in
from bimmerhub.bmw.cardata.refusals import NO_SUCH_CONTAINER
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.errors import BmwRefused, ConfigError, NotFound
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.feeds.cardata.cardata_containers import CONTAINER_LISTS
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.containers import StoredContainers
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.times import DAY_MS
from bimmerhub.views.ports.bmw import BmwContainer, BmwContainers

CALLER = "containers"
PURGED_AFTER_MS = 29 * DAY_MS
"""From the deletion on. Source: BMW's CarData guide, 2025."""


class Deletions:
    """When containers were deleted, which BMW does not tell: noted at the deletion, else when first seen deleted."""

    def __init__(self, settings: StoredSettings, *, now_ms: Callable[[], int]) -> None:
        self._settings = settings
        self._now_ms = now_ms

    async def note(self, container_id: str) -> int:
        """Note that a container is deleted now, unless it was noted before; return when it was."""
        key = f"containers.deleted_at_ms.{container_id}"
        noted = (await self._settings.load_settings(key)).get(key)
        if noted is not None:
            return int(noted)
        now_ms = self._now_ms()
        await self._settings.save_setting(key, str(now_ms))
        return now_ms

    async def purge_at_ms(self, container_id: str) -> int:
        """Return when BMW purges a deleted container, at the latest."""
        return await self.note(container_id) + PURGED_AFTER_MS


class ManualContainers(BmwContainers):
    """The containers of every account of a hub."""

    def __init__(
        self,
        *,
        accounts: AccountBook,
        accesses: AccessBook,
        stored: StoredContainers,
        settings: StoredSettings,
        now_ms: Callable[[], int],
    ) -> None:
        self._accounts = accounts
        self._accesses = accesses
        self._stored = stored
        self._deletions = Deletions(settings, now_ms=now_ms)

    @override
    async def containers(self, account: str) -> Sequence[BmwContainer]:
        stored = await self._accounts.named(account)
        listed = await self._open(stored).fetch_containers()
        return [await self._describe_listed(container, stored) for container in listed]

    @override
    async def container(self, account: str, container_id: str) -> BmwContainer:
        stored = await self._accounts.named(account)
        rest = self._open(stored)
        try:
            return await self._describe_listed(await rest.fetch_container(container_id), stored)
        except BmwRefused as error:
            if error.code != NO_SUCH_CONTAINER:
                raise
        for container in await rest.fetch_containers():  # a deleted one is told of in the list only
            if container.container_id == container_id:
                return await self._describe_listed(container, stored)
        raise NotFound(f"the account has no container {container_id}", hint="bimmerhub containers list shows them.")

    async def _describe_listed(self, container: Container, account: StoredAccount) -> BmwContainer:
        in_use = {own.id for own in await self._stored.containers(account.id)}
        described = _describe(container, in_use)
        if described.is_active:
            return described
        return replace(described, purge_at_ms=await self._deletions.purge_at_ms(container.container_id))

    @override
    async def create_container(
        self, account: str, *, name: str, purpose: str, descriptors: Sequence[str]
    ) -> BmwContainer:
        rest = self._open(await self._accounts.named(account))
        if signature_in(purpose) is not None:
            raise ConfigError("that purpose is how bimmerhub marks its own containers", hint="Use other words.")
        made = await rest.create_container(
            name=name, purpose=purpose, descriptors=[Descriptor(key) for key in descriptors]
        )
        return _describe(made, frozenset())

    @override
    async def delete_container(self, account: str, container_id: str) -> None:
        stored = await self._accounts.named(account)
        await self._open(stored).delete_container(container_id)
        await self._deletions.note(container_id)
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
        descriptors=container.technical_descriptors,
    )
