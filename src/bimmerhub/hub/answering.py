"""What the page and the API answer from: wires the parts of a hub to the ports of `views`."""

from functools import partial

from bimmerhub.bmw.http import Session
from bimmerhub.domain.account.checks import Check
from bimmerhub.hub.american.signed_garage import SignedGarage
from bimmerhub.hub.assembly import Parts
from bimmerhub.hub.calls.account_calls import AccountCalls
from bimmerhub.hub.catalogue.list_check import StoredCatalogue
from bimmerhub.hub.coverage.report import CoverageReport
from bimmerhub.hub.doctor.access_check import check_access
from bimmerhub.hub.doctor.backup_checks import check_backups, spell_backup_troubles, spell_backups
from bimmerhub.hub.doctor.bmw_checks import CALLER, BmwChecks
from bimmerhub.hub.doctor.car_checks import CarChecks
from bimmerhub.hub.doctor.disk_checks import check_disk, check_token_places
from bimmerhub.hub.doctor.doctor import Doctor
from bimmerhub.hub.doctor.health import HubHealth, free_bytes
from bimmerhub.hub.doctor.polled_checks import PolledChecks
from bimmerhub.hub.doctor.reach import check_network
from bimmerhub.hub.doctor.value_checks import ValueChecks
from bimmerhub.hub.feeds.cardata.manual_containers import ManualContainers
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.hinting import Hinting
from bimmerhub.hub.ingest.judging import PersonalJudging
from bimmerhub.hub.process.backups import load_backups
from bimmerhub.hub.reporting.bundle import BundleMaker, LiveParts, stored_parts
from bimmerhub.hub.reporting.fingerprint import StoredFingerprints
from bimmerhub.hub.reporting.shown_settings import describe_settings
from bimmerhub.hub.reporting.wire_recorder import WireRecorder
from bimmerhub.hub.vehicles.erasing import Eraser
from bimmerhub.hub.vehicles.keeping import VehicleKeeper
from bimmerhub.hub.vehicles.place_keeping import PlaceKeeper
from bimmerhub.outputs.charge_messages import charge_log_file
from bimmerhub.store.sqlite.database.versions import newest_version
from bimmerhub.web.access.entrance import Entrance
from bimmerhub.web.routes.context import Context


def open_context(parts: Parts, session: Session) -> Context:
    """Return what the page and the API answer from. `session` is how North America's sites are reached."""
    store, settings, now_ms = parts.store, parts.settings, parts.clock.now_ms
    entrance = Entrance.make(now_ms=now_ms, elapsed_s=parts.clock.elapsed_s)
    coverage = _open_coverage(parts)
    doctor = _open_doctor(parts, entrance, coverage, session)
    health = _open_health(parts)
    imports = CaptureImport(parts.readings.ingest, now_ms=now_ms)
    calls = _open_calls(parts)
    return Context(
        vehicles=parts.readings.live,
        pictures=parts.feeds.images,
        keeping=_open_keeping(parts, imports),
        accounts=parts.feeds.connections,
        sign_ins=parts.feeds.connections,
        quotas=parts.feeds.quotas,
        imports=imports,
        credentials=parts.credentials,
        health=health,
        examination=doctor,
        bundles=_open_bundles(parts, health=health, doctor=doctor, coverage=coverage),
        coverage=coverage,
        catalogue=StoredCatalogue(store.settings),
        containers=_open_containers(parts),
        questions=parts.feeds.questions,
        calls=calls,
        fingerprints=StoredFingerprints(store),
        wire=_open_wire(parts, calls),
        garage=SignedGarage(settings, accounts=parts.accounts, session=session, clock=parts.clock),
        commands=parts.commands,
        sent_commands=store.commands,
        audit=store.audit,
        backups=parts.backups,
        soundness=store.soundness,
        database_checks=parts.database,
        retention=store.retention,
        age_keeping=parts.ages,
        documents=store.documents,
        records=store.derived,
        hints=Hinting(parts.readings.ingest, now_ms=now_ms),
        places=store.places,
        place_keeping=PlaceKeeper(
            store.places,
            ingest=parts.readings.ingest,
            derivation=parts.readings.derivation,
            erasure=store,
            now_ms=now_ms,
        ),
        readings=store,
        figures=store,
        quarantine=store,
        overlays=store.overlays,
        judging=_open_judging(parts),
        rebuilding=parts.readings.derivation,
        events=parts.events,
        now_ms=now_ms,
        entry=parts.credentials,
        entrance=entrance,
    )


def _open_coverage(parts: Parts) -> CoverageReport:
    """Return what tells whether each descriptor arrives."""
    store = parts.store
    return CoverageReport(
        store,
        vehicles=store.vehicles,
        accounts=store.accounts,
        containers=store.containers,
        documents=store.documents,
        settings=store.settings,
        links=parts.feeds.connections.links,
        now_ms=parts.clock.now_ms,
    )


def _open_calls(parts: Parts) -> AccountCalls:
    """Return what calls BMW by operation."""
    return AccountCalls(
        accounts=parts.accounts.book,
        accesses=parts.accounts.accesses,
        passwords=parts.accounts.passwords,
        vehicles=parts.store.vehicles,
        audit=parts.store.audit,
        now_ms=parts.clock.now_ms,
    )


def _open_containers(parts: Parts) -> ManualContainers:
    """Return what makes and deletes containers for a person."""
    return ManualContainers(
        accounts=parts.accounts.book,
        accesses=parts.accounts.accesses,
        stored=parts.store.containers,
        settings=parts.store.settings,
        now_ms=parts.clock.now_ms,
    )


def _open_wire(parts: Parts, calls: AccountCalls) -> WireRecorder:
    """Return what records how BMW answers."""
    return WireRecorder(
        accounts=parts.accounts.book,
        accesses=parts.accounts.accesses,
        calls=calls,
        links=parts.feeds.connections.links,
        endpoints=parts.settings.bmw,
        now_ms=parts.clock.now_ms,
    )


def _open_judging(parts: Parts) -> PersonalJudging:
    """Return what takes a person's judgement of readings."""
    store = parts.store
    return PersonalJudging(
        ingest=parts.readings.ingest,
        quarantine=store,
        readings=store,
        overlays=store.overlays,
        rehearsal=store,
        now_ms=parts.clock.now_ms,
    )


def _open_doctor(parts: Parts, entrance: Entrance, coverage: CoverageReport, session: Session) -> Doctor:
    """Return what examines an account's set-up."""
    settings, store, accounts, feeds = parts.settings, parts.store, parts.accounts, parts.feeds
    now_ms = parts.clock.now_ms
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
        check_network=lambda name: check_network(settings.bmw, session, relay=settings.relay(name)),
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
        check_hub=partial(_check_hub, parts, entrance),
        values=values,
        polled=PolledChecks(
            accounts=accounts.book, vehicles=store.vehicles, readings=store, values=values, now_ms=now_ms
        ),
        now_ms=now_ms,
    )


def _check_hub(parts: Parts, entrance: Entrance) -> list[Check]:
    """Return what there is to say of this machine: disk, sign-ins, database, backups, who may come in."""
    settings, now_ms = parts.settings, parts.clock.now_ms()
    access = check_access(
        has_password=parts.credentials.has_password(),
        trusts_proxy=bool(settings.hub.trusted_proxies),
        sighting=entrance.proxies.newest,
        now_ms=now_ms,
    )
    return [
        check_disk(settings.data_dir, settings.database),
        *check_token_places(parts.accounts.book.token_troubles),
        parts.database.examine(),
        check_backups(parts.backups.state(), now_ms),
        access,
    ]


def _open_bundles(parts: Parts, *, health: HubHealth, doctor: Doctor, coverage: CoverageReport) -> BundleMaker:
    """Return what makes support bundles of a hub that runs."""
    settings, feeds = parts.settings, parts.feeds
    live = LiveParts(
        health=health,
        links=feeds.connections.links,
        cuts=lambda account: feeds.watch.cuts(account, since_ms=0),
        examination=doctor,
        log=lambda: parts.log.lines,
    )
    return BundleMaker(
        hub="runs",
        shown_settings=describe_settings(settings),
        schema=newest_version(),
        schema_of_program=newest_version(),
        now_ms=parts.clock.now_ms,
        stored=stored_parts(parts.store, coverage=coverage, rules=settings.rest.quota),
        live=live,
        relayed=settings.relayed,
    )


def _open_health(parts: Parts) -> HubHealth:
    """Return the hub's opinion of itself."""
    return HubHealth(
        parts.readings.ingest.figures,
        links=parts.feeds.connections.links,
        watch=parts.feeds.watch,
        token_troubles=lambda: parts.accounts.book.token_troubles,
        free_bytes=partial(free_bytes, parts.settings.database),
        backup_troubles=lambda: spell_backup_troubles(parts.backups.state(), parts.clock.now_ms()),
        rebuilding=parts.readings.derivation,
        database_troubles=parts.database.troubles,
        reads_only=parts.reads_only,
    )


def _open_keeping(parts: Parts, imports: CaptureImport) -> VehicleKeeper:
    """Return what puts vehicles away and erases them."""
    store, readings, data_dir = parts.store, parts.readings, parts.settings.data_dir
    eraser = Eraser(
        store,
        vehicles=store.vehicles,
        live=readings.live,
        ingest=readings.ingest,
        derivation=readings.derivation,
        images=parts.feeds.images,
        is_importing=lambda: imports.is_running,
        forget_events=parts.events.forget,
        backups=lambda: load_backups(data_dir),
        hub_backups=lambda: spell_backups(parts.backups.state()),
        files=lambda vin: [charge_log_file(data_dir, vin)],
    )
    return VehicleKeeper(
        vehicles=store.vehicles, introduce=readings.live.introduce, eraser=eraser, now_ms=parts.clock.now_ms
    )
