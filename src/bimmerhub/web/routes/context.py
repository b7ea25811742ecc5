"""What every route may use: the ports that the app was built with, who asks, and the vehicle that a path names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.requests import Request

from bimmerhub.errors import NotFound
from bimmerhub.ids import Vin
from bimmerhub.store.ports.audit import StoredAudit
from bimmerhub.store.ports.commands import StoredCommands
from bimmerhub.store.ports.derived import StoredRecords
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.figures import StoredFigures
from bimmerhub.store.ports.overlays import StoredOverlays
from bimmerhub.store.ports.places import StoredPlaces
from bimmerhub.store.ports.quarantine import Quarantine
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.store.ports.retention import StoredRetention
from bimmerhub.store.ports.soundness import StoredSoundness
from bimmerhub.views.acts import Acts
from bimmerhub.views.cars.fingerprint import CarFingerprints
from bimmerhub.views.cars.vehicles import find_vehicle
from bimmerhub.views.event_ring import EventRing
from bimmerhub.views.ports.accounts import AccountLinks, Examination, Quotas, SignIns
from bimmerhub.views.ports.backups import BackupKeeping
from bimmerhub.views.ports.bmw import BmwContainers, BmwQuestions
from bimmerhub.views.ports.calls import BmwCalls
from bimmerhub.views.ports.cars import CoverageJudge, FullCatalogue, Pictures, VehicleKeeping, VehicleStates
from bimmerhub.views.ports.commands import Asker, CarCommands
from bimmerhub.views.ports.database_check import DatabaseChecks
from bimmerhub.views.ports.garage import OwnersGarage
from bimmerhub.views.ports.health import HealthReport
from bimmerhub.views.ports.places import PlaceKeeping
from bimmerhub.views.ports.readings import CaptureImports, HintTaking, ReadingJudging, Rebuilding
from bimmerhub.views.ports.retention import AgeKeeping
from bimmerhub.views.support_bundle import SupportBundles
from bimmerhub.views.viewer import OWNER, STRANGER, Viewer
from bimmerhub.views.wire import WireRecords
from bimmerhub.web.access.credentials import CallerProofs, EntryKeeping
from bimmerhub.web.access.entrance import Entrance


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The ports of one app, and what it remembers of those who come in."""

    vehicles: VehicleStates
    pictures: Pictures
    keeping: VehicleKeeping
    accounts: AccountLinks
    sign_ins: SignIns
    quotas: Quotas
    imports: CaptureImports
    credentials: CallerProofs
    health: HealthReport
    bundles: SupportBundles
    fingerprints: CarFingerprints
    wire: WireRecords
    examination: Examination
    coverage: CoverageJudge
    catalogue: FullCatalogue
    containers: BmwContainers
    questions: BmwQuestions
    calls: BmwCalls
    garage: OwnersGarage
    commands: CarCommands
    sent_commands: StoredCommands
    audit: StoredAudit
    backups: BackupKeeping
    soundness: StoredSoundness
    database_checks: DatabaseChecks
    retention: StoredRetention
    age_keeping: AgeKeeping
    documents: StoredDocuments
    records: StoredRecords
    hints: HintTaking
    places: StoredPlaces
    place_keeping: PlaceKeeping
    readings: ReadingQuery
    figures: StoredFigures
    quarantine: Quarantine
    overlays: StoredOverlays
    judging: ReadingJudging
    rebuilding: Rebuilding
    events: EventRing
    now_ms: Callable[[], int]
    entry: EntryKeeping
    entrance: Entrance

    @property
    def acts(self) -> Acts:
        """What notes people's acts in the audit."""
        return Acts(self.audit, now_ms=self.now_ms)


async def _context(request: Request) -> Context:  # async, for FastAPI sends other functions to a thread
    context: Context = request.app.state.context
    return context


async def _viewer(request: Request) -> Viewer:
    """Return who asks, as the gate found; whoever passed it may see everything."""
    return OWNER if request.state.is_trusted else STRANGER


async def _asker(request: Request) -> Asker:
    """Return who asks, by name and address, as the gate found."""
    address = None if request.client is None else request.client.host
    return Asker(who=request.state.caller_name, from_where=address, may_command=request.state.may_command)


async def _command_asker(request: Request) -> Asker:
    """Return who asks for a command; NotFound for a way in that is not one for commands, whatever it passed before."""
    asker = await _asker(request)
    if not asker.may_command:
        raise NotFound("there is no such thing here")
    return asker


Ports = Annotated[Context, Depends(_context)]
Caller = Annotated[Viewer, Depends(_viewer)]
WhoAsks = Annotated[Asker, Depends(_asker)]
CommandAsker = Annotated[Asker, Depends(_command_asker)]


async def _known_vin(
    ports: Ports, viewer: Caller, vin: Annotated[str, Path(description="17 characters; or the vehicle's key")]
) -> Vin:
    return find_vehicle(viewer, ports.vehicles, vin)


KnownVin = Annotated[Vin, Depends(_known_vin)]
PageToken = Annotated[str | None, Query(max_length=4_000, description="`next` of the page before")]
AccountName = Annotated[str, Path(max_length=100, description="local name of the account")]
