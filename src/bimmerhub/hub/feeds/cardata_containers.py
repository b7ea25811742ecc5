"""The containers that the hub fetches an account's values with: at BMW, and remembered so that asking costs nothing."""

from collections.abc import Callable, Sequence

from bimmerhub.bmw.cardata.containers import (
    MARKER,
    Containers,
    OwnContainer,
    content_signature,
    covering,
    own_container,
    signature_in,
)
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.signals.table import SIGNALS
from bimmerhub.errors import BmwRefused
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.containers import StoredContainer, StoredContainers

NO_SUCH_CONTAINER = "CU-105"


def container_descriptors() -> tuple[Descriptor, ...]:
    """Return what the hub asks for by REST: every descriptor that feeds a signal and that telematicData can answer."""
    catalogue = load_catalogue()
    wanted = {descriptor for signal in SIGNALS for descriptor in signal.descriptors()}
    return tuple(
        sorted(key for key in wanted if not catalogue[key].retired and catalogue[key].category != "BASIC_DATA")
    )


class OwnContainers:
    """One account's containers in the store and at BMW."""

    def __init__(
        self, account: StoredAccount, *, rest: CarDataRest, stored: StoredContainers, now_ms: Callable[[], int]
    ) -> None:
        self._account = account
        self._rest = rest
        self._stored = stored
        self._now_ms = now_ms

    async def stored_for(self, wanted: Sequence[Descriptor]) -> list[StoredContainer]:
        """Return those that together hold the wanted descriptors (but what BMW refused), none when some are missing."""
        stored = await self._stored.containers(self._account.id)
        whole = next((container for container in stored if container.descriptors == tuple(wanted)), None)
        if whole is not None:
            return [whole]
        signature = content_signature(wanted)
        mine = {container.id: container for container in stored if signature_in(container.purpose) == signature}
        own = [own_container(container.id, container.purpose) for container in mine.values()]
        parts = covering(own, len(wanted)) or ()
        return [mine[part.id] for part in parts]

    async def ensure(self, wanted: Sequence[Descriptor]) -> list[StoredContainer]:
        """Find or make them at BMW and remember them. Cost and errors as `bmw.cardata.containers.Containers.ensure`."""
        ensured = await Containers(self._rest).ensure(wanted)
        containers = [self._to_stored(own, wanted) for own in ensured.containers]
        for container in containers:
            await self._stored.save_container(container)
        return containers

    async def obsolete(self, in_use: Sequence[StoredContainer]) -> list[StoredContainer]:
        """Return the remembered ones besides these: they hold lists of descriptors that earlier versions wanted."""
        ids = {container.id for container in in_use}
        return [container for container in await self._stored.containers(self._account.id) if container.id not in ids]

    async def delete(self, container_id: str) -> None:
        """Delete one at BMW and forget it, also when BMW does not know it any more. One call."""
        try:
            await self._rest.delete_container(container_id)
        except BmwRefused as error:
            if error.code != NO_SUCH_CONTAINER:
                raise
        await self.forget(container_id)

    async def forget(self, container_id: str) -> None:
        """Forget one that is gone."""
        await self._stored.remove_container(container_id)

    def _to_stored(self, own: OwnContainer, wanted: Sequence[Descriptor]) -> StoredContainer:
        part = wanted[(own.first or 1) - 1 : own.last or len(wanted)]
        return StoredContainer(
            id=own.id,
            account_id=self._account.id,
            name=MARKER,
            purpose=own.purpose,
            descriptors=tuple(part) if own.descriptors is None else own.descriptors,
            created_at_ms=self._now_ms(),
        )
