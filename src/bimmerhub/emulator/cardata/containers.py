"""Containers: named sets of descriptors that telematicData is asked for.

A container is never changed: it is created, deleted, and purged some weeks later. A deleted one still counts to the
limit until then (BMW's guide). For telematicData and GET it is as if it had never been (observed by clients 2025-2026).
"""

import re
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bimmerhub.emulator.cardata.catalogue import official_keys
from bimmerhub.emulator.cardata.refusals import CarDataRefusal
from bimmerhub.emulator.cardata.settings import CarDataSettings
from bimmerhub.emulator.cardata.voice.keys import SOC_PREDICTED
from bimmerhub.emulator.cardata.voice.message import iso_millis
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.times import DAY_MS

_ID = re.compile(r"[A-Z0-9]{13}")
_ID_SHAPE = "A99A999A999AA"  # as those in captures


@dataclass(slots=True, kw_only=True)
class ShelvedContainer:
    """One container. Times are milliseconds since 1970 UTC; `deleted_at_ms` None: it is active.

    `gcid` is whose it is: an account's, or a service provider's (`callers.shelf_of`).
    """

    container_id: str
    gcid: str
    name: str
    purpose: str
    technical_descriptors: tuple[str, ...]
    created_at_ms: int
    deleted_at_ms: int | None = None

    def summary(self, *, deleted_word: str = "DELETED") -> dict[str, object]:
        """Return the JSON object `ContainerDto` (BMW swagger: DELETED; BMW's guide has INACTIVE)."""
        return {
            "containerId": self.container_id,
            "name": self.name,
            "purpose": self.purpose,
            "state": "ACTIVE" if self.deleted_at_ms is None else deleted_word,
            "created": iso_millis(self.created_at_ms),
        }

    def details(self) -> dict[str, object]:
        """Return the JSON object `ContainerDetailsDto` (BMW swagger)."""
        return {**self.summary(), "technicalDescriptors": list(self.technical_descriptors)}


@dataclass(slots=True, kw_only=True)
class ShelfState:
    """Every container that is not purged, oldest first."""

    containers: list[ShelvedContainer] = field(default_factory=list)


class ContainerShelf:
    """The containers of all accounts; those that a service provider made stand apart from the owner's own."""

    def __init__(
        self, settings: CarDataSettings, *, clock: EmulatorClock, faults: Faults, file: StateFile[ShelfState]
    ) -> None:
        self._limit = settings.container_limit
        self._purge_after_ms = settings.container_purge_days * DAY_MS
        self._clock = clock
        self._faults = faults
        self._file = file
        self._state = file.load() or ShelfState()

    def of_account(self, gcid: str) -> list[ShelvedContainer]:
        """Return the account's containers, deleted ones included, oldest first."""
        purged_before_ms = self._clock.now_ms() - self._purge_after_ms
        self._state.containers = [
            container
            for container in self._state.containers
            if container.deleted_at_ms is None or container.deleted_at_ms > purged_before_ms
        ]
        return [container for container in self._state.containers if container.gcid == gcid]

    def summaries(self, gcid: str) -> list[dict[str, object]]:
        """Return the list that the API gives: the account's containers, deleted ones included, oldest first."""
        deleted_word = "INACTIVE" if self._faults.take("deleted-as-inactive") else "DELETED"
        return [container.summary(deleted_word=deleted_word) for container in self.of_account(gcid)]

    def create(self, gcid: str, request: object) -> ShelvedContainer:
        """Make a container from the JSON of a CreateContainerRequest.

        CarDataRefusal CU-400 when it is none, CU-402 for a descriptor BMW does not know, CU-124 when there are too
        many, CU-403 for a list too long for the fault that says so, CU-500 for one that holds what another forbids.
        """
        name, purpose, keys = _parse_request(request)
        most = self._faults.value("long-lists-forbidden")
        if most is not None and len(keys) > most and self._faults.take("long-lists-forbidden"):
            raise CarDataRefusal("CU-403", "The resource is not valid, or was asked for in a wrong way.")
        unknown = [key for key in keys if key not in official_keys()]
        if unknown:
            raise CarDataRefusal("CU-402", f"Not a telematic key: {unknown[0]!r}.")
        if SOC_PREDICTED in keys and self._faults.take("container-500"):
            raise CarDataRefusal("CU-500", "Something went wrong inside.")
        if len(self.of_account(gcid)) >= self._limit:
            status = 400 if self._faults.take("container-limit-as-400") else None
            note = f"{self._limit} containers are the most, deleted ones of late included."
            raise CarDataRefusal("CU-124", note, status=status, reference=secrets.token_hex(8))
        container = ShelvedContainer(
            container_id=_new_id(),
            gcid=gcid,
            name=name,
            purpose=purpose,
            technical_descriptors=keys,
            created_at_ms=self._clock.now_ms(),
        )
        self._state.containers.append(container)
        self._file.save(self._state)
        return container

    def active(self, gcid: str, container_id: str) -> ShelvedContainer:
        """Return an active container of the account; CarDataRefusal CU-105 for any other."""
        container = self._find(gcid, container_id)
        if container.deleted_at_ms is not None:
            raise not_yours()
        return container

    def delete(self, gcid: str, container_id: str) -> None:
        """Delete a container.

        CarDataRefusal CU-122 (HTTP 208) when it is deleted already, CU-105 when it is not there.
        """
        container = self._find(gcid, container_id)
        if container.deleted_at_ms is not None:
            raise CarDataRefusal("CU-122", "The container is deleted already.")
        container.deleted_at_ms = self._clock.now_ms()
        self._file.save(self._state)

    def reset(self, gcid: str | None = None) -> None:
        """Forget all containers, or those of one account."""
        containers = self._state.containers
        self._state.containers = [container for container in containers if gcid not in {None, container.gcid}]
        self._file.save(self._state)

    def _find(self, gcid: str, container_id: str) -> ShelvedContainer:
        for container in self.of_account(gcid):
            if container.container_id == container_id:
                return container
        raise not_yours()


def check_container_id(text: str) -> str:
    """Return `text` when it has the form of a container id; CarDataRefusal CU-121 otherwise."""
    if _ID.fullmatch(text) is None:
        raise CarDataRefusal("CU-121", "A container id has 13 characters, capital letters and digits.")
    return text


def _parse_request(request: object) -> tuple[str, str, tuple[str, ...]]:
    """Return name, purpose and descriptors. All three may be missing (BMW swagger)."""
    if not isinstance(request, Mapping):
        raise CarDataRefusal("CU-400", "The body is not a JSON object.")
    name, purpose, keys = request.get("name", ""), request.get("purpose", ""), request.get("technicalDescriptors", [])
    is_list = isinstance(keys, Sequence) and not isinstance(keys, str) and all(isinstance(key, str) for key in keys)
    if not (isinstance(name, str) and isinstance(purpose, str) and is_list):
        raise CarDataRefusal("CU-400", "name and purpose are texts, technicalDescriptors is a list of texts.")
    return name, purpose, tuple(dict.fromkeys(keys))


def _new_id() -> str:
    choices = {"A": string.ascii_uppercase, "9": string.digits}
    return "".join(secrets.choice(choices[place]) for place in _ID_SHAPE)


def not_yours() -> CarDataRefusal:
    """Return the refusal of a container that the account has not, for whatever reason."""
    return CarDataRefusal("CU-105", "The container belongs to another account, is deleted, or never was.")
