"""No report tells who or where somebody is, wherever it stood: whole, in pieces, in another form, or hashed."""

import asyncio
import base64
import getpass
import hashlib
import json
import logging
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.new_stores import open_sqlite

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.http import Answer, BmwExchange
from bimmerhub.domain.account.checks import Check, failed
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.account.quota import QuotaRules
from bimmerhub.domain.documents import BASIC_DATA, Document
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BmwUnavailable, StoreError
from bimmerhub.hub.accounts.settings import AccountSettings
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.coverage.report import CoverageReport
from bimmerhub.hub.doctor.link_watch import Cut
from bimmerhub.hub.reporting.bundle import BundleMaker, LiveParts, stored_parts
from bimmerhub.hub.reporting.fingerprint import make_fingerprint
from bimmerhub.hub.reporting.recent_log import RecentLog
from bimmerhub.hub.reporting.shown_settings import describe_settings
from bimmerhub.hub.reporting.wire_comparison import find_differences
from bimmerhub.hub.reporting.wire_recorder import describe_exchange
from bimmerhub.ids import Descriptor, Gcid, Vin
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.quota import QuotaCall
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.ports.accounts import Examination
from bimmerhub.views.ports.health import Health, HealthReport
from bimmerhub.views.wire import WireAnswer, WireExchange
from bimmerhub.web.settings import WebSettings

NOW_MS = 1_788_256_800_000
NAVIGATION = "vehicle.cabin.infotainment.navigation"
SOC = "vehicle.drivetrain.batteryManagement.header"
TEXT_KEYS = (
    "vehicle.drivetrain.electricEngine.charging.status",
    "vehicle.status.checkControlMessages",
    "vehicle.body.chargingPort.isoSessionId",
    "vehicle.isMoving",
    "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw",
)
NUMBER_KEYS = (
    f"{NAVIGATION}.currentLocation.latitude",
    f"{NAVIGATION}.destinationSet.longitude",
    "vehicle.sim.number",
    SOC,
)
PIECE = 5
"""So many characters of a secret in a row tell something."""
DIFFERENT, LETTERS, DIGITS = 3, 2, 8
"""What a piece needs so that it does not come by chance: different characters, letters, or so many digits."""
RARE = "bcdfghjkmpqvwxz"
"""Letters of which no word of a language is made."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Everything that must not get out. `texts` are secrets in words, positions are in degrees."""

    vin: str
    gcid: str
    client_id: str
    token: str
    password: str
    name: str
    plate: str
    street: str
    e_mail: str
    phone: int
    latitude: float
    longitude: float

    @property
    def texts(self) -> Sequence[str]:
        return (
            *(self.vin, self.gcid, self.client_id, self.token, self.password),
            *(self.name, self.plate, self.street, self.e_mail, str(self.phone)),
        )

    @property
    def sentence(self) -> str:
        """A sentence of ours that tells all of it."""
        return f"account {self.name}: {', '.join(self.texts)} cannot be stored at {self.latitude}, {self.longitude}"


def words(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(RARE, min_size=least, max_size=most)


VINS = st.builds(
    lambda middle, end: f"WBA{middle}{end}",
    st.text("ABCDEFGHJKLMNPRSTUVWXYZ123456789", min_size=10, max_size=10),
    st.from_regex(r"[5-9][JKPVX][5-9][JKPVX]", fullmatch=True),
)
PEOPLE = st.builds(
    Person,
    vin=VINS,
    gcid=st.uuids(version=4).map(str),
    client_id=st.uuids(version=4).map(str),
    token=st.binary(min_size=30, max_size=30).map(lambda code: base64.urlsafe_b64encode(code).decode()),
    password=words(8, 12),
    name=words(6, 10).map(str.capitalize),
    plate=st.from_regex(r"[QXZ]-[JVWXZ]{2} [5-9]{4}", fullmatch=True),
    street=st.builds(lambda word, number: f"{word.capitalize()}weg {number}", words(6, 9), st.integers(1000, 9999)),
    e_mail=st.builds(lambda name, host: f"{name}@{host}.example", words(6, 9), words(6, 9)),
    phone=st.integers(4_915_100_000_000, 4_917_999_999_999),
    latitude=st.integers(10_000_000, 66_000_000).map(lambda place: (place * 10 + 7) / 10_000_000),
    longitude=st.integers(-179_000_000, -10_000_000).map(lambda place: (place * 10 + 7) / 10_000_000),
)


@settings(max_examples=15)
@given(PEOPLE)
def test_support_bundle_tells_nobody(person: Person) -> None:
    with TemporaryDirectory() as folder:
        check_tells_nobody(asyncio.run(bundle_of(person, Path(folder))), person)


@settings(max_examples=15)
@given(PEOPLE)
def test_fingerprint_tells_nobody(person: Person) -> None:
    with TemporaryDirectory() as folder:
        lines = asyncio.run(fingerprint_of(person, Path(folder)))
    assert lines.count("\n") > 10
    check_tells_nobody(lines, person)


@given(PEOPLE)
def test_recorded_answers_tell_nobody(person: Person) -> None:
    check_tells_nobody(wire_of(person), person)


def check_tells_nobody(report: str, person: Person) -> None:
    """Look for each secret as it is, in pieces, in other forms and hashed, in any case; and for this machine."""
    lower = report.lower()
    for secret in person.texts:
        for form in forms_of(secret):
            assert form.lower() not in lower, (secret, form)
        for piece in pieces_of(secret):
            assert piece.lower() not in lower, (secret, piece)
    assert person.vin[-4:] not in report
    for degrees in (person.latitude, person.longitude):
        assert f"{degrees:.7f}"[:-2] not in report
    for machine in (getpass.getuser(), platform.node(), str(Path.home())):
        assert len(machine) < PIECE or machine.lower() not in lower


def forms_of(secret: str) -> Iterator[str]:
    """Give other ways to write a secret, and hashes that anybody could try."""
    content = secret.encode()
    yield from (secret, secret[::-1], quote(secret), content.hex(), base64.b64encode(content).decode().rstrip("="))
    for kind in ("md5", "sha1", "sha256", "blake2b"):
        for text in (secret, secret.lower(), secret.upper()):
            yield hashlib.new(kind, text.encode()).hexdigest()[:10]


def pieces_of(secret: str) -> Iterator[str]:
    """Give the stretches of a secret that are no words of anybody's, and no number that can come by chance."""
    for start in range(len(secret) - PIECE + 1):
        piece = secret[start : start + PIECE]
        is_word = any(common in piece.lower() for common in (" ", "weg", "exa", "amp", "ple", "wba", "."))
        if not is_word and len(set(piece)) >= DIFFERENT and sum(map(str.isalpha, piece)) >= LETTERS:
            yield piece
    for start in range(len(secret) - DIGITS + 1):
        if (piece := secret[start : start + DIGITS]).isdecimal() and len(set(piece)) >= DIFFERENT:
            yield piece


async def bundle_of(person: Person, folder: Path) -> str:
    """Return the bundle of a hub in which the person stands everywhere."""
    log = RecentLog()
    async with open_sqlite(folder / "hub.db") as store:
        await plant(store, person)
        with log.listening():
            logger = logging.getLogger(f"bimmerhub.{person.name}")
            logger.warning("account %s: %s", person.name, person.sentence)
            logger.warning(person.sentence)
            try:
                raise StoreError(person.sentence, hint=person.sentence)  # noqa: TRY301 - as a hub meets it
            except StoreError:
                logging.getLogger(person.e_mail).exception("cannot %s", person.texts)
        coverage = CoverageReport(
            store,
            vehicles=store.vehicles,
            accounts=store.accounts,
            containers=store.containers,
            documents=store.documents,
            settings=store.settings,
            links=lambda: (),
            now_ms=lambda: NOW_MS,
        )
        maker = BundleMaker(
            hub=f"does not answer: {person.sentence}",
            shown_settings=describe_settings(settings_of(person, folder)),
            schema=None,
            schema_of_program=1,
            now_ms=lambda: NOW_MS,
            stored=stored_parts(store, coverage=coverage, rules=QuotaRules(limit=50, reserve=10)),
            store_trouble=person.sentence,
            live=LiveParts(
                health=PlantedHealth(person),
                links=lambda: (planted_link(person),),
                cuts=lambda _: (Cut(at_ms=NOW_MS, reason=person.sentence),),
                examination=PlantedExamination(person),
                log=lambda: log.lines,
            ),
            checks=[planted_check(person)],
            troubles=[person.sentence],
        )
        bundle = await maker.make_bundle()
    assert (len(bundle.accounts), len(bundle.cars), len(bundle.refused), len(bundle.log)) == (1, 1, 1, 3)
    return msgspec.json.encode(bundle).decode()


async def fingerprint_of(person: Person, folder: Path) -> str:
    async with open_sqlite(folder / "hub.db") as store:
        await plant(store, person)
        fingerprint = await make_fingerprint(store, Vin(person.vin), days=30)
    return b"".join(fingerprint.lines).decode()


async def plant(store: SqliteStore, person: Person) -> None:
    """Write the person into everything that a store keeps."""
    account = await store.accounts.save_account(
        NewAccount(name=person.password, family=Family.CARDATA, client_id=person.client_id, gcid=Gcid(person.gcid))
    )
    vin = Vin(person.vin)
    await store.append(
        Batch(
            readings=list(readings_of(person)),
            journal=list(journal_of(person)),
            documents=[document_of(person)],
            refused=[
                Refused(
                    received_at_ms=NOW_MS,
                    reason=person.sentence,
                    payload=person.sentence.encode(),
                    origin=f"{person.name}.ndjson:1",
                    descriptor=f"vehicle.{person.name}",
                )
            ],
        )
    )
    vehicle = Vehicle(vin=vin, name=person.name, brand=person.name, model=person.street, drivetrain=person.plate)
    await store.vehicles.save_vehicle(vehicle, seen_at_ms=NOW_MS)
    await store.vehicles.save_vehicle_account(vin, account.id, mapping=person.name, seen_at_ms=NOW_MS)
    await store.quota.record_call(
        QuotaCall(owner=account.owner, at_ms=NOW_MS, operation=person.street, caller=person.name)
    )
    await store.settings.save_setting(f"place.{person.name}", person.sentence)


def readings_of(person: Person) -> Iterator[Reading]:
    texts = [*person.texts, person.sentence, json.dumps({person.name: [person.sentence, person.phone]})]
    texts.append(f'<dtcData {person.password}="{person.name}">{person.plate}</dtcData>')
    for number, (key, text) in enumerate((key, text) for key in TEXT_KEYS for text in texts):
        yield planted_reading(person, key, text, second=number)
    numbers: list[Value] = [person.latitude, person.longitude, person.phone]
    for number, (key, value) in enumerate((key, value) for key in NUMBER_KEYS for value in numbers):
        yield planted_reading(person, key, value, second=200 + number)
    yield planted_reading(person, f"vehicle.{person.name}.{person.token}", 1, second=300, unit=person.street)


def planted_reading(person: Person, key: str, value: Value, *, second: int, unit: str | None = None) -> Reading:
    at_ms = NOW_MS - 86_400_000 + 1_000 * second
    return Reading(Vin(person.vin), Descriptor(key), value, unit, at_ms, at_ms, at_ms, Source.STREAM)


def journal_of(person: Person) -> Iterator[JournalEntry]:
    """Give messages in which the person stands where BMW's ids are, in every member, and beside them."""
    for number, text in enumerate([*person.texts, person.sentence]):
        row = {"timestamp": "2026-08-31T10:00:00Z", "value": text, "unit": text, text: person.sentence}
        place = {"timestamp": text, "value": person.latitude, "unit": "degrees"}
        message = {
            "vin": person.vin,
            "entityId": person.gcid,
            "topic": text,
            "timestamp": "2026-08-31T10:00:00Z",
            text: {text: text, "name": [text, person.latitude, person.phone]},
            "data": {TEXT_KEYS[0]: row, NUMBER_KEYS[0]: place, f"vehicle.{text}": row, "vehicle.speed": text},
        }
        payload = json.dumps(message).encode()
        yield JournalEntry(
            received_at_ms=NOW_MS + number, account=person.name, topic=f"{person.gcid}/{person.vin}", payload=payload
        )
    garbage = f"{person.vin} {person.sentence}".encode()
    yield JournalEntry(received_at_ms=NOW_MS, account=person.name, topic=person.vin, payload=garbage)


def document_of(person: Person) -> Document:
    body = json.dumps({"headUnit": f"MGU {person.name}", "modelName": person.plate, person.name: person.sentence})
    return Document(
        subject=Vin(person.vin),
        kind=BASIC_DATA,
        natural_key="",
        body=body,
        source=Source.REST,
        fetched_at_ms=NOW_MS,
    )


def settings_of(person: Person, folder: Path) -> HubConfig:
    host = person.e_mail.rpartition("@")[2]
    return HubConfig(
        data_dir=folder / person.name,
        bmw=Endpoints(auth_url=f"https://{host}", stream_host=host, ca_file=folder / person.name),
        hub=WebSettings(host=host, allowed_hosts=(host, f"{person.name.lower()}.example")),
        accounts={
            person.password: AccountSettings(
                client_id=person.client_id,
                relay_host=host,
                relay_username=person.e_mail,
                relay_password=person.password,
                relay_prefix=f"{person.name}/",
            )
        },
    )


def planted_check(person: Person) -> Check:
    return failed(f"car {person.vin}", person.sentence, hint=person.sentence)


def planted_link(person: Person) -> Link:
    return Link(
        account=person.password,
        family=Family.CARDATA,
        state=LinkState.REFUSED,
        reason=person.sentence,
        hint=person.sentence,
        since_ms=NOW_MS,
    )


@dataclass(frozen=True)
class PlantedHealth(HealthReport):
    person: Person

    def health(self) -> Health:
        return Health(
            status="degraded",
            version=self.person.name,
            uptime_s=1,
            readings_stored=1,
            readings_refused=0,
            readings_not_stored=0,
            last_store_error=self.person.sentence,
            reasons=(self.person.sentence, *self.person.texts),
        )


@dataclass(frozen=True)
class PlantedExamination(Examination):
    person: Person

    async def examine(self, name: str, *, spends_calls: bool) -> Sequence[Check]:
        assert not spends_calls, name
        return [planted_check(self.person)]


def wire_of(person: Person) -> str:
    """Return recorded answers in which the person stands in each header and member, and what is said of them."""
    body: dict[str, object] = {
        text: {"value": text, "vin": person.vin, "list": [text, person.latitude]} for text in person.texts
    }
    body |= {"error": person.name, "error_description": person.sentence, f"vehicle.{person.name}": person.sentence}
    headers = {text: text for text in person.texts} | {
        "server": person.name,
        "content-type": f"application/{person.name}+json",
        "cache-control": person.name,
        "location": f"https://{person.e_mail}/{person.token}",
    }
    url = f"https://{person.name}/{person.vin}?{person.token}"
    answers = [
        Answer(status=status, body=content, headers=headers)
        for status in (200, 403)
        for content in (json.dumps(body).encode(), person.sentence.encode())
    ]
    exchanges = [
        describe_exchange("mappings", BmwExchange(method="GET", url=url, took_s=0.1, answer=answer))
        for answer in answers
    ]
    lost = BmwUnavailable(person.sentence, hint=person.sentence)
    exchanges.append(describe_exchange("image", BmwExchange(method="GET", url=url, took_s=1, error=lost)))
    recorded = [wire_answer([exchange]) for exchange in exchanges]
    differences = [find_differences(one, other) for one in recorded for other in recorded]
    return msgspec.json.encode([recorded, differences]).decode()


def wire_answer(exchanges: list[WireExchange]) -> WireAnswer:
    return WireAnswer(
        family="cardata",
        made_at="2026-01-31T08:15:00.000Z",
        version="1",
        exchanges=exchanges,
        stream=None,
        not_asked=[],
        left_out=[],
    )
