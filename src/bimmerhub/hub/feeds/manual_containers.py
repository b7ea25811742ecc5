"""Containers at BMW by a person's hand: seen, made, deleted, cleared away. Satisfies `web.ports.Containers`."""

from collections.abc import Sequence
from typing import Literal

from bimmerhub.bmw.cardata.containers import content_signature, is_active, signature_in
from bimmerhub.bmw.cardata.models import Container
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.tokens import Tokens
from bimmerhub.errors import ConfigError
from bimmerhub.hub.feeds.cardata_refresh import container_descriptors
from bimmerhub.hub.feeds.connections import Connections
from bimmerhub.hub.surroundings import Surroundings
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.views.ports import BmwContainer

CALLER = "containers"


class ManualContainers:
    """The containers of every account of a hub."""

    def __init__(self, surroundings: Surroundings, connections: Connections) -> None:
        self._around = surroundings
        self._connections = connections

    async def containers(self, account: str) -> Sequence[BmwContainer]:
        """Return every container of an account. One call."""
        rest = await self._open(account)
        in_use = {each.id for each in await self._around.store.containers.containers(account)}
        return [_describe(each, in_use) for each in await rest.fetch_containers()]

    async def create_container(
        self, account: str, *, name: str, purpose: str, descriptors: Sequence[str]
    ) -> BmwContainer:
        """Make a container that the hub does not use. One call."""
        rest = await self._open(account)
        if signature_in(purpose) is not None:
            raise ConfigError("that purpose is how bimmerhub marks its own containers", hint="Use other words.")
        made = await rest.create_container(
            name=name, purpose=purpose, descriptors=[Descriptor(each) for each in descriptors]
        )
        return _describe(made, frozenset())

    async def delete_container(self, account: str, container_id: str) -> None:
        """Delete a container, whoever made it. One call."""
        rest = await self._open(account)
        await rest.delete_container(container_id)
        if container_id in {each.id for each in await self._around.store.containers.containers(account)}:
            await self._around.store.containers.remove_container(container_id)

    async def collect_containers(self, account: str, *, dry_run: bool) -> Sequence[BmwContainer]:
        """Delete those that are used by nobody and return them. One call, and one more for each."""
        unused = [each for each in await self.containers(account) if each.is_active and each.used_by == "nobody"]
        if not dry_run:
            for each in unused:
                await self.delete_container(account, each.id)
        return unused

    async def _open(self, name: str) -> CarDataRest:
        around = self._around
        account = next((each for each in await around.book.accounts() if each.name == name), None)
        if account is None:
            raise ConfigError("no account has that name", hint="bimmerhub accounts lists them.")
        return CarDataRest(
            tokens=self._tokens(account),
            ledger=around.quotas.ledger(account, caller=CALLER),
            endpoints=around.endpoints,
            session=around.session,
            clock=around.clock,
        )

    def _tokens(self, account: StoredAccount) -> Tokens:
        """Return the tokens of the running link, for two that refresh would end each other's session."""
        link = self._connections.link_of(account.name)
        if link is not None:
            return link.tokens
        around = self._around
        return Tokens(
            client_id=account.client_id,
            store=around.book.tokens(account.name),
            endpoints=around.endpoints,
            session=around.session,
            clock=around.clock,
        )


def _describe(container: Container, in_use: frozenset[str] | set[str]) -> BmwContainer:
    signature = signature_in(container.purpose)
    used_by: Literal["hub", "nobody", "others"] = "others" if signature is None else "nobody"
    if container.container_id in in_use or signature == content_signature(container_descriptors()):
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
