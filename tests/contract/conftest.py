"""The adapters that have to behave alike. Another one joins by a line in ADAPTERS."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import pytest
from tests.new_stores import open_sqlite

from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.accounts import StoredAccounts
from bimmerhub.store.ports.audit import StoredAudit
from bimmerhub.store.ports.commands import StoredCommands
from bimmerhub.store.ports.containers import StoredContainers
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.erasure import VehicleErasure
from bimmerhub.store.ports.figures import StoredFigures
from bimmerhub.store.ports.journal import Journal
from bimmerhub.store.ports.overlays import StoredOverlays
from bimmerhub.store.ports.quarantine import Quarantine
from bimmerhub.store.ports.quota import StoredQuotaCalls
from bimmerhub.store.ports.readings import ReadingLog, ReadingQuery, Rehearsal
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles


class Store(ReadingLog, Rehearsal, ReadingQuery, StoredFigures, Quarantine, Journal, VehicleErasure, Protocol):
    @property
    def accounts(self) -> StoredAccounts: ...
    @property
    def quota(self) -> StoredQuotaCalls: ...
    @property
    def vehicles(self) -> StoredVehicles: ...
    @property
    def overlays(self) -> StoredOverlays: ...
    @property
    def documents(self) -> StoredDocuments: ...
    @property
    def containers(self) -> StoredContainers: ...
    @property
    def settings(self) -> StoredSettings: ...
    @property
    def commands(self) -> StoredCommands: ...
    @property
    def audit(self) -> StoredAudit: ...


OpenStore = Callable[[Path], AbstractAsyncContextManager[Store]]

ADAPTERS: dict[str, OpenStore] = {"sqlite": lambda directory: open_sqlite(directory / "store.db")}


class MakeReading(Protocol):
    def __call__(
        self,
        value: Value,
        *,
        at_ms: int = ...,
        descriptor: str = ...,
        vin: str = ...,
        unit: str | None = ...,
        sent_after_ms: int = ...,
        source: Source = ...,
    ) -> Reading: ...


@pytest.fixture(scope="session", params=sorted(ADAPTERS))
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    return ADAPTERS[request.param]


@pytest.fixture
async def store(open_store: OpenStore, tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def make_reading() -> MakeReading:
    def make(
        value: Value,
        *,
        at_ms: int = 1_800_000_000_000,
        descriptor: str = "vehicle.isMoving",
        vin: str = "WBA00000000000001",
        unit: str | None = None,
        sent_after_ms: int = 3_000,
        source: Source = Source.STREAM,
    ) -> Reading:
        return Reading(
            vin=Vin(vin),
            descriptor=Descriptor(descriptor),
            value=value,
            unit=unit,
            measured_at_ms=at_ms,
            sent_at_ms=at_ms + sent_after_ms,
            received_at_ms=at_ms + sent_after_ms + 50,
            source=source,
        )

    return make
