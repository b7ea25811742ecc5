"""What the page and the API answer from: wires the parts of a hub to the ports of `views`."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from bimmerhub.domain.account.checks import Check
from bimmerhub.hub.calls.account_calls import AccountCalls
from bimmerhub.hub.catalogue.list_check import StoredCatalogue
from bimmerhub.hub.commands.desk import CommandDesk
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.coverage.report import CoverageReport
from bimmerhub.hub.doctor.access_check import check_access
from bimmerhub.hub.doctor.backup_checks import check_backups, spell_backup_troubles, spell_backups
from bimmerhub.hub.doctor.bmw_checks import CALLER, BmwChecks
from bimmerhub.hub.doctor.car_checks import CarChecks
from bimmerhub.hub.doctor.database_watch import DatabaseWatch
from bimmerhub.hub.doctor.disk_checks import check_disk, check_token_places
from bimmerhub.hub.doctor.doctor import Doctor
from bimmerhub.hub.doctor.health import HubHealth, free_bytes
from bimmerhub.hub.doctor.polled_checks import PolledChecks
from bimmerhub.hub.doctor.value_checks import ValueChecks
from bimmerhub.hub.feeds.cardata.manual_containers import ManualContainers
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.judging import PersonalJudging
from bimmerhub.hub.parts import Accounts, Feeds, Readings
from bimmerhub.hub.process.backups import load_backups
from bimmerhub.hub.process.credentials import Credentials
from bimmerhub.hub.reporting.bundle import BundleMaker, LiveParts, stored_parts
from bimmerhub.hub.reporting.fingerprint import StoredFingerprints
from bimmerhub.hub.reporting.recent_log import RecentLog
from bimmerhub.hub.reporting.shown_settings import describe_settings
from bimmerhub.hub.reporting.wire_recorder import WireRecorder
from bimmerhub.hub.vehicles.age_limits import AgeKeeper
from bimmerhub.hub.vehicles.erasing import Eraser
from bimmerhub.hub.vehicles.keeping import VehicleKeeper
from bimmerhub.outputs.charge_messages import charge_log_file
from bimmerhub.store.sqlite.database.versions import newest_version
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.event_ring import EventRing
from bimmerhub.views.ports.backups import BackupKeeping
from bimmerhub.views.ports.garage import OwnersGarage
from bimmerhub.web.access.entrance import Entrance
from bimmerhub.web.routes.context import Context


def open_context(
    store: SqliteStore,
    settings: HubConfig,
    *,
    readings: Readings,
    accounts: Accounts,
    feeds: Feeds,
    commands: CommandDesk,
    backups: BackupKeeping,
    garage: OwnersGarage,
    check_network: Callable[[str], Awaitable[Sequence[Check]]],
    credentials: Credentials,
    database: DatabaseWatch,
    ages: AgeKeeper,
    events: EventRing,
    log: RecentLog,
    reads_only: str | None,
    now_ms: Callable[[], int],
) -> Context:
    """Return what the page and the API answer from; `reads_only` is why nothing can be stored."""
    coverage = _open_coverage(store, feeds, now_ms=now_ms)
    entrance = Entrance.make(now_ms=now_ms)

    def check_hub() -> list[Check]:
        access = check_access(
            has_password=credentials.has_password(),
            trusts_proxy=bool(settings.hub.trusted_proxies),
            sighting=entrance.proxies.newest,
            now_ms=now_ms(),
        )
        return [
            check_disk(settings.data_dir, settings.database),
            *check_token_places(accounts.book.token_troubles),
            database.examine(),
            check_backups(backups.state(), now_ms()),
            access,
        ]

    doctor = _open_doctor(
        store,
        accounts=accounts,
        feeds=feeds,
        coverage=coverage,
        check_network=check_network,
        check_hub=check_hub,
        now_ms=now_ms,
    )
    health = _open_health(
        readings,
        accounts,
        feeds,
        backups,
        database=database,
        path=settings.database,
        reads_only=reads_only,
        now_ms=now_ms,
    )
    calls = _open_calls(store, accounts, now_ms=now_ms)
    imports = CaptureImport(readings.ingest, now_ms=now_ms)
    return Context(
        vehicles=readings.live,
        pictures=feeds.images,
        keeping=_open_keeping(
            store,
            readings=readings,
            imports=imports,
            images=feeds.images,
            events=events,
            backups=backups,
            data_dir=settings.data_dir,
            now_ms=now_ms,
        ),
        accounts=feeds.connections,
        sign_ins=feeds.connections,
        quotas=feeds.quotas,
        imports=imports,
        credentials=credentials,
        health=health,
        examination=doctor,
        bundles=_open_bundles(
            store, settings, feeds=feeds, health=health, doctor=doctor, coverage=coverage, log=log, now_ms=now_ms
        ),
        coverage=coverage,
        catalogue=StoredCatalogue(store.settings),
        containers=ManualContainers(
            accounts=accounts.book,
            accesses=accounts.accesses,
            stored=store.containers,
            settings=store.settings,
            now_ms=now_ms,
        ),
        questions=feeds.questions,
        calls=calls,
        fingerprints=StoredFingerprints(store),
        wire=WireRecorder(
            accounts=accounts.book,
            accesses=accounts.accesses,
            calls=calls,
            links=feeds.connections.links,
            endpoints=settings.bmw,
            now_ms=now_ms,
        ),
        garage=garage,
        commands=commands,
        sent_commands=store.commands,
        audit=store.audit,
        backups=backups,
        soundness=store.soundness,
        database_checks=database,
        retention=store.retention,
        age_keeping=ages,
        documents=store.documents,
        readings=store,
        figures=store,
        quarantine=store,
        overlays=store.overlays,
        judging=_open_judging(store, readings, now_ms=now_ms),
        rebuilding=readings.derivation,
        events=events,
        now_ms=now_ms,
        entry=credentials,
        entrance=entrance,
    )


def _open_coverage(store: SqliteStore, feeds: Feeds, *, now_ms: Callable[[], int]) -> CoverageReport:
    """Return what tells whether each descriptor arrives."""
    return CoverageReport(
        store,
        vehicles=store.vehicles,
        accounts=store.accounts,
        containers=store.containers,
        documents=store.documents,
        settings=store.settings,
        links=feeds.connections.links,
        now_ms=now_ms,
    )


def _open_calls(store: SqliteStore, accounts: Accounts, *, now_ms: Callable[[], int]) -> AccountCalls:
    """Return what calls BMW by operation."""
    return AccountCalls(
        accounts=accounts.book,
        accesses=accounts.accesses,
        passwords=accounts.passwords,
        vehicles=store.vehicles,
        audit=store.audit,
        now_ms=now_ms,
    )


def _open_judging(store: SqliteStore, readings: Readings, *, now_ms: Callable[[], int]) -> PersonalJudging:
    """Return what takes a person's judgement of readings."""
    return PersonalJudging(
        ingest=readings.ingest,
        quarantine=store,
        readings=store,
        overlays=store.overlays,
        rehearsal=store,
        now_ms=now_ms,
    )


def _open_doctor(
    store: SqliteStore,
    *,
    accounts: Accounts,
    feeds: Feeds,
    coverage: CoverageReport,
    check_network: Callable[[str], Awaitable[Sequence[Check]]],
    check_hub: Callable[[], Sequence[Check]],
    now_ms: Callable[[], int],
) -> Doctor:
    """Return what examines an account's set-up."""
    bmw = BmwChecks(
        accesses=accounts.accesses,
        quotas=accounts.calls,
        open_vehicles=partial(feeds.cardata.open_vehicles, caller=CALLER),
        vehicles=store.vehicles,
        containers=store.containers,
        settings=store.settings,
        now_ms=now_ms,
    )
    values = ValueChecks(vehicles=store.vehicles, coverage=coverage, quarantine=store, now_ms=now_ms)
    return Doctor(
        check_network=check_network,
        accounts=accounts.book,
        accesses=accounts.accesses,
        quotas=accounts.calls,
        feed=feeds.connections.feed,
        bmw=bmw,
        cars=CarChecks(
            vehicles=store.vehicles,
            documents=store.documents,
            readings=store,
            refused=lambda account: feeds.cardata.open_book(account).load_refused(),
            now_ms=now_ms,
        ),
        watch=feeds.watch,
        check_hub=check_hub,
        values=values,
        polled=PolledChecks(
            accounts=accounts.book, vehicles=store.vehicles, readings=store, values=values, now_ms=now_ms
        ),
        now_ms=now_ms,
    )


def _open_bundles(
    store: SqliteStore,
    settings: HubConfig,
    *,
    feeds: Feeds,
    health: HubHealth,
    doctor: Doctor,
    coverage: CoverageReport,
    log: RecentLog,
    now_ms: Callable[[], int],
) -> BundleMaker:
    """Return what makes support bundles of a hub that runs."""
    live = LiveParts(
        health=health,
        links=feeds.connections.links,
        cuts=lambda account: feeds.watch.cuts(account, since_ms=0),
        examination=doctor,
        log=lambda: log.lines,
    )
    return BundleMaker(
        hub="runs",
        shown_settings=describe_settings(settings),
        schema=newest_version(),
        schema_of_program=newest_version(),
        now_ms=now_ms,
        stored=stored_parts(store, coverage=coverage, rules=settings.rest.quota),
        live=live,
        relayed=settings.relayed,
    )


def _open_health(
    readings: Readings,
    accounts: Accounts,
    feeds: Feeds,
    backups: BackupKeeping,
    *,
    database: DatabaseWatch,
    path: Path,
    reads_only: str | None,
    now_ms: Callable[[], int],
) -> HubHealth:
    """Return the hub's opinion of itself."""
    return HubHealth(
        readings.ingest.figures,
        links=feeds.connections.links,
        watch=feeds.watch,
        token_troubles=lambda: accounts.book.token_troubles,
        free_bytes=partial(free_bytes, path),
        backup_troubles=lambda: spell_backup_troubles(backups.state(), now_ms()),
        rebuilding=readings.derivation,
        database_troubles=database.troubles,
        reads_only=reads_only,
    )


def _open_keeping(
    store: SqliteStore,
    *,
    readings: Readings,
    imports: CaptureImport,
    images: CarImages,
    events: EventRing,
    backups: BackupKeeping,
    data_dir: Path,
    now_ms: Callable[[], int],
) -> VehicleKeeper:
    """Return what puts vehicles away and erases them."""
    eraser = Eraser(
        store,
        vehicles=store.vehicles,
        live=readings.live,
        ingest=readings.ingest,
        derivation=readings.derivation,
        images=images,
        is_importing=lambda: imports.is_running,
        forget_events=events.forget,
        backups=lambda: load_backups(data_dir),
        hub_backups=lambda: spell_backups(backups.state()),
        files=lambda vin: [charge_log_file(data_dir, vin)],
    )
    return VehicleKeeper(vehicles=store.vehicles, introduce=readings.live.introduce, eraser=eraser, now_ms=now_ms)
