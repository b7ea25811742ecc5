"""The parts of one emulated cloud, put together: a list, in the order in which they need each other."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bimmerhub.emulator.cardata.containers import ContainerShelf, ShelfState
from bimmerhub.emulator.cardata.quota import CallQuota, QuotaState
from bimmerhub.emulator.cardata.stream.delivered import OnDelivered
from bimmerhub.emulator.cardata.stream.misbehaviour import Misbehaviour
from bimmerhub.emulator.cardata.stream.outlet import StreamOutlet
from bimmerhub.emulator.cardata.stream.rules import IdToken
from bimmerhub.emulator.cardata.stream.stream_server import StreamServer
from bimmerhub.emulator.customer_portal.granted_access import GrantedAccess
from bimmerhub.emulator.customer_portal.mappings import CarMappings, MappingsState
from bimmerhub.emulator.customer_portal.portal import Portal
from bimmerhub.emulator.customer_portal.registrations import Registrations, RegistrationsState
from bimmerhub.emulator.customer_portal.ticks import Ticks, TicksState
from bimmerhub.emulator.fault_table import FAULTS
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.faults.timetable import load_fault_table
from bimmerhub.emulator.host.certificates import Certificates
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.emulator.inventory.inventory_parts import InventoryParts
from bimmerhub.emulator.population import Population
from bimmerhub.emulator.remote.account_vehicles import AccountVehicles
from bimmerhub.emulator.remote.desk import DeskState, RemoteDesk
from bimmerhub.emulator.settings import EmulatorSettings
from bimmerhub.emulator.sign_in.consents import Consents, ConsentsState
from bimmerhub.emulator.sign_in.grants import IdentityState
from bimmerhub.emulator.sign_in.id_token import IdTokenSigner
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.emulator.sign_in.scopes import STREAM_SCOPE
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Gcid


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """The parts of one emulated cloud that keep a state."""

    clock: EmulatorClock
    faults: Faults
    signer: IdTokenSigner
    identity: Identity
    quota: CallQuota
    containers: ContainerShelf
    portal: Portal
    stream: StreamServer
    population: Population
    account_vehicles: AccountVehicles
    desk: RemoteDesk
    inventory: InventoryParts

    def forget_cardata(self) -> None:
        """Forget containers and calls, and cut all streams."""
        self.containers.reset()
        self.quota.reset()
        for gcid in self.population.lives:
            self.stream.disconnect(gcid)


def make_cloud(
    settings: EmulatorSettings,
    *,
    directory: Path,
    certificates: Certificates,
    signer: IdTokenSigner,
    on_delivered: OnDelivered | None,
) -> Cloud:
    """Return the parts of a cloud that keeps its state in `directory`.

    ConfigError for settings that cannot be, StoreError for state that cannot be read.
    """
    try:
        clock = EmulatorClock(start_ms=settings.host.now_ms, speed=settings.host.speed)
    except ValueError as error:
        raise ConfigError(f"the clock cannot be set so: {error}", hint="Choose another speed or time.") from error
    faults = Faults(FAULTS, clock, settings.faults)
    registrations, identity = _make_sign_in(settings, directory, clock=clock, faults=faults, signer=signer)
    quota, containers = _make_cardata(settings, directory, clock=clock, faults=faults)
    stream = StreamServer(
        ssl_context=certificates.server_context(is_tls_1_2_refused=not settings.stream.accepts_tls_1_2),
        clock=clock,
        faults=faults,
        verify_id_token=lambda id_token: _read_id_token(identity, id_token),
        has_stream=lambda token: portal.may_listen(token.gcid, token.client_id),  # made below, for it cuts this stream
        settings=settings.stream,
    )
    mappings = CarMappings(
        settings.accounts,
        clock=clock,
        faults=faults,
        cars=lambda gcid: population.lives[gcid].garage.cars,
        file=StateFile(directory / "mappings.json", MappingsState),
    )
    portal = Portal(
        registrations=registrations,
        mappings=mappings,
        ticks=Ticks(StateFile(directory / "ticks.json", TicksState)),
        identity=identity,
        containers=containers,
        granted=GrantedAccess(
            identity=identity,
            containers=containers,
            mappings=mappings,
            listening_client=stream.listening_client,
            disconnect=stream.disconnect,
        ),
        disconnect=stream.disconnect,
    )

    def new_outlet(home: Gcid, seed: int) -> StreamOutlet:
        return StreamOutlet(
            receivers=partial(mappings.receivers, home),
            misbehaviour_of=partial(Misbehaviour, faults=faults, seed=seed, is_ticked=portal.is_ticked),
            listeners=stream,
            clock=clock,
            on_delivered=on_delivered,
        )

    population = Population(settings.lives, settings.accounts, clock=clock, directory=directory, new_outlet=new_outlet)
    _switch_on_by_table(faults, settings.fault_table, start_ms=clock.now_ms())
    return Cloud(
        clock=clock,
        faults=faults,
        signer=signer,
        identity=identity,
        quota=quota,
        containers=containers,
        portal=portal,
        stream=stream,
        population=population,
        account_vehicles=AccountVehicles(lives=population.lives, mappings=portal.mappings),
        desk=RemoteDesk(
            settings.remote,
            clock=clock,
            faults=faults,
            lives=population.lives,
            file=StateFile(directory / "commands.json", DeskState),
        ),
        inventory=InventoryParts(settings.inventory, clock=clock, faults=faults),
    )


def _make_sign_in(
    settings: EmulatorSettings, directory: Path, *, clock: EmulatorClock, faults: Faults, signer: IdTokenSigner
) -> tuple[Registrations, Identity]:
    """Return the clients that people registered in the portal, and who signs in with them."""
    registrations = Registrations(
        settings.accounts,
        settings.portal,
        providers=settings.providers,
        clock=clock,
        file=StateFile(directory / "clients.json", RegistrationsState),
    )
    identity = Identity(
        settings.sign_in,
        settings.accounts,
        clock=clock,
        faults=faults,
        clients=registrations,
        consents=Consents(settings.providers, clock=clock, file=StateFile(directory / "consents.json", ConsentsState)),
        signer=signer,
        file=StateFile(directory / "identity.json", IdentityState),
        passwords=settings.passwords,
    )
    return registrations, identity


def _make_cardata(
    settings: EmulatorSettings, directory: Path, *, clock: EmulatorClock, faults: Faults
) -> tuple[CallQuota, ContainerShelf]:
    """Return what CarData's REST interface keeps: the calls of each account, and its containers."""
    quota = CallQuota(
        settings.cardata, clock=clock, faults=faults, file=StateFile(directory / "quota.json", QuotaState)
    )
    containers = ContainerShelf(
        settings.cardata, clock=clock, faults=faults, file=StateFile(directory / "containers.json", ShelfState)
    )
    return quota, containers


def _switch_on_by_table(faults: Faults, table: Path | None, *, start_ms: int) -> None:
    """Switch on the faults of a time table, each at its time after `start_ms`."""
    if table is not None:
        for switch in load_fault_table(table, start_ms=start_ms, table=FAULTS):
            faults.switch_on(switch)


def _read_id_token(identity: Identity, id_token: str) -> IdToken | None:
    access = identity.verify_id_token(id_token)
    if access is None:
        return None
    return IdToken(
        gcid=access.gcid,
        client_id=access.client_id,
        expires_at_ms=access.expires_at_ms,
        may_stream=STREAM_SCOPE in access.scopes,
    )
