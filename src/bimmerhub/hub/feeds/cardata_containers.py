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
from bimmerhub.store.ports.containers import Containers as ContainerTable
from bimmerhub.store.ports.containers import StoredContainer

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

    def __init__(self, account: str, *, rest: CarDataRest, stored: ContainerTable, now_ms: Callable[[], int]) -> None:
        self._account = account
        self._rest = rest
        self._stored = stored
        self._now_ms = now_ms

    async def known(self, wanted: Sequence[Descriptor]) -> list[StoredContainer]:
        """Return those that together hold the wanted descriptors (but what BMW refused), none when some are missing."""
        stored = await self._stored.containers(self._account)
        whole = next((each for each in stored if each.descriptors == tuple(wanted)), None)
        if whole is not None:
            return [whole]
        signature = content_signature(wanted)
        mine = {each.id: each for each in stored if signature_in(each.purpose) == signature}
        parts = covering([own_container(each.id, each.purpose) for each in mine.values()], len(wanted)) or ()
        return [mine[part.id] for part in parts]

    async def ensure(self, wanted: Sequence[Descriptor]) -> list[StoredContainer]:
        """Find or make them at BMW and remember them. Cost and errors as `bmw.cardata.containers.Containers.ensure`."""
        ensured = await Containers(self._rest).ensure(wanted)
        kept = [self._to_stored(each, wanted) for each in ensured.containers]
        for each in kept:
            await self._stored.save_container(each)
        return kept

    async def obsolete(self, kept: Sequence[StoredContainer]) -> list[StoredContainer]:
        """Return the remembered ones besides these: they hold lists of descriptors that earlier versions wanted."""
        ids = {each.id for each in kept}
        return [each for each in await self._stored.containers(self._account) if each.id not in ids]

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
            account=self._account,
            name=MARKER,
            purpose=own.purpose,
            descriptors=tuple(part) if own.descriptors is None else own.descriptors,
            created_at_ms=self._now_ms(),
        )
