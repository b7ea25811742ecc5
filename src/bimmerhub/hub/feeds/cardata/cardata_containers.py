"""The containers that the hub fetches an account's values with: at BMW, and remembered so that asking costs nothing.

There are two lists of descriptors, each with containers of its own: what makes up a car's state, and what BMW gives by
REST only, which is asked for less often.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from bimmerhub.bmw.cardata.containers import (
    MARKER,
    Containers,
    OwnContainer,
    content_signature,
    covering,
    own_container,
    signature_in,
)
from bimmerhub.bmw.cardata.refusals import NO_SUCH_CONTAINER
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.domain.account.calls import Kind
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.signals.table import SIGNALS
from bimmerhub.errors import BmwRefused
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.containers import StoredContainer, StoredContainers


@cache
def container_descriptors() -> tuple[Descriptor, ...]:
    """Return what makes up a car's state: every descriptor that feeds a signal and that telematicData can answer."""
    catalogue = load_catalogue()
    wanted = {descriptor for signal in SIGNALS for descriptor in signal.descriptors()} & catalogue.keys()
    return tuple(
        sorted(key for key in wanted if not catalogue[key].retired and catalogue[key].category != "BASIC_DATA")
    )


@cache
def rest_only_descriptors() -> tuple[Descriptor, ...]:
    """Return what BMW never streams and telematicData answers: 41 keys of the catalogue's 50 that do not stream.

    The others are basic data, tyres, charging history and settings, and the picture, which have calls of their own,
    and one that is retired.
    """
    entries = load_catalogue().values()
    return tuple(
        entry.key
        for entry in entries
        if not entry.streamable and not entry.retired and entry.endpoint == "telematicData"
    )


CONTAINER_LISTS: Mapping[Kind, Callable[[], tuple[Descriptor, ...]]] = {
    Kind.VALUES: container_descriptors,
    Kind.REST_ONLY: rest_only_descriptors,
}
"""The lists that there are containers for, in order of their keys."""


def stored_parts(stored: Sequence[StoredContainer], wanted: Sequence[Descriptor]) -> list[StoredContainer]:
    """Return those that together hold the wanted descriptors (but what BMW refused), none when some are missing."""
    whole = next((container for container in stored if container.descriptors == tuple(wanted)), None)
    if whole is not None:
        return [whole]
    signature = content_signature(wanted)
    mine = {container.id: container for container in stored if signature_in(container.purpose) == signature}
    own = [own_container(container.id, container.purpose) for container in mine.values()]
    parts = covering(own, len(wanted)) or ()
    return [mine[part.id] for part in parts]


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
        """Return the remembered ones for a list, none when some are missing."""
        return stored_parts(await self._stored.containers(self._account.id), wanted)

    async def ensure(self, wanted: Sequence[Descriptor]) -> list[StoredContainer]:
        """Find or make them at BMW and remember them. Cost and errors as `bmw.cardata.containers.Containers.ensure`."""
        ensured = await Containers(self._rest).ensure(wanted)
        containers = [self._to_stored(own, wanted) for own in ensured.containers]
        for container in containers:
            await self._stored.save_container(container)
        return containers

    async def obsolete(self) -> list[StoredContainer]:
        """Return the remembered ones that hold lists of descriptors which earlier versions wanted."""
        stored = await self._stored.containers(self._account.id)
        in_use = {part.id for wanted in CONTAINER_LISTS.values() for part in stored_parts(stored, wanted())}
        return [container for container in stored if container.id not in in_use]

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
