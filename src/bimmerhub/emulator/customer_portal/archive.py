"""The customer archive: the ZIP that an owner can download from BMW's portal, one vehicle each.

A folder holds the list of keys as XML, whose root names its three siblings: charging history, smart maintenance and
learning navigation, all JSON. Names, nesting and the eight shapes of time are those that a reader of real archives
expects (observed 2025); which field has which shape, and the files' exact names, are chosen here:

    ISO with milliseconds and offset      constructionDate, fetchTimestamp
    ISO with milliseconds and Z           valueTimestamp
    ISO with microseconds and Z           dateTimeCreated, dateTimeUpdated of learning navigation
    ISO with as many digits as there are  created, modified of learning navigation
    ISO without zone                      creationTime of every other charging error
    a date                                contract periods, mounting dates of tyres
    dd.mm.yyyy HH:MM:SS UTC               the value of the legal inspection's key
    whole seconds since 1970 as JSON      charging history
"""

import base64
import datetime as dt
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET  # only written, never parsed

from bimmerhub.emulator.cardata.answers import charging_history
from bimmerhub.emulator.cardata.answers.basic_data import describe_car
from bimmerhub.emulator.cardata.answers.contracts import CONTRACT_NAMES
from bimmerhub.emulator.cardata.answers.image import draw_car
from bimmerhub.emulator.cardata.answers.telematic import format_value
from bimmerhub.emulator.cardata.answers.tyre_diagnosis import diagnose_tyres
from bimmerhub.emulator.cardata.voice.message import BackendValue, iso_millis
from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
from bimmerhub.emulator.cars import MODELS, CarIdentity
from bimmerhub.emulator.cars.doings.days import find_life_places
from bimmerhub.emulator.cars.machine.sim_and_contract import ConnectionTruth
from bimmerhub.emulator.cars.records import ChargingSessionTruth
from bimmerhub.emulator.cars.world.agenda import Fate
from bimmerhub.emulator.cars.world.roads import Place
from bimmerhub.emulator.customer_portal.archive_rows import ArchiveOddities
from bimmerhub.emulator.customer_portal.brands import title_of_key
from bimmerhub.emulator.customer_portal.learned_navigation import find_habits, format_navigation
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.ids import Vin

_INSPECTION = "vehicle.status.serviceTime.inspectionDateLegal"
_CATEGORIES = (  # by what the key's name holds, the first that fits
    (".tire.", "TYRE_DATA"),
    (".trip.", "USAGE_BASED"),
    ("electric", "BEV_PHEV_DATA"),
    ("batteryManagement", "BEV_PHEV_DATA"),
    ("charging", "BEV_PHEV_DATA"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveNames:
    """The names in one archive: its folder, and the files in it."""

    folder: str
    key_list: str
    charging_history: str
    smart_maintenance: str
    learning_navigation: str


def build_archive(voice: CarDataVoice, vin: Vin, *, seed: int, faults: Faults | None = None) -> bytes:
    """Return the ZIP of one vehicle as of its garage's time; `seed` is the one its cars were made with.

    `faults` may make it odd. ValueError when there is no such vehicle.
    """
    garage, truth = voice.garage, voice.garage.truth(vin)
    [car] = [car for car in garage.cars if car.vin == vin]
    today = utc_moment(garage.now_ms)
    names = _name_files(vin, today.date())
    sessions = charging_history.visible_sessions(truth.charging_sessions, now_ms=garage.now_ms)
    around = find_life_places(Fate(seed, vin), home_at=MODELS[car.code].home)
    places: list[Place] = [around.home, around.work, *around.shops, *around.far]
    tyres = diagnose_tyres(car, truth, today=today.date(), has_data=True)
    files = {
        names.key_list: _key_list(
            car, voice.known_of(vin), names, today, connection=truth.connection, oddities=_oddities(faults)
        ),
        names.charging_history: _json([_archived_session(session, car) for session in sessions]),
        names.smart_maintenance: _json(tyres),
        names.learning_navigation: _json(format_navigation(vin, find_habits(truth.trips, places))),
    }
    return _zip({f"{names.folder}/{name}": content for name, content in files.items()}, today)


def _name_files(vin: Vin, today: dt.date) -> ArchiveNames:
    tail = f"{vin}_{today:%d-%m-%Y}"
    return ArchiveNames(
        folder=f"BMW-CarData_{tail}",
        key_list=f"BMW-CarData-KeyList_{tail}.xml",
        charging_history=f"BMW-CarData-ChargingHistory_{tail}.json",
        smart_maintenance=f"BMW-CarData-SmartMaintenance_{tail}.json",
        learning_navigation=f"BMW-CarData-LearningNavigation_{tail}.json",
    )


def _oddities(faults: Faults | None) -> ArchiveOddities:
    if faults is None:
        return ArchiveOddities()
    keyless, nulls = faults.value("archive-without-keys"), faults.value("archive-null-texts")
    return ArchiveOddities(
        keyless_share=(keyless or 0.0) if faults.take("archive-without-keys") else 0.0,
        null_share=(nulls or 0.0) if faults.take("archive-null-texts") else 0.0,
        has_odd_units=faults.take("archive-odd-units"),
    )


def _key_list(
    car: CarIdentity,
    values: Mapping[str, BackendValue],
    names: ArchiveNames,
    today: dt.datetime,
    *,
    connection: ConnectionTruth,
    oddities: ArchiveOddities,
) -> bytes:
    root = ET.Element(
        "customerArchiveContent",
        {
            "chargingHistoryFileName": names.charging_history,
            "keyListFileName": names.key_list,
            "learningNavigationFileName": names.learning_navigation,
            "smartMaintenanceFileName": names.smart_maintenance,
            "lang": "EN",
            "requestDate": f"{today:%d-%m-%Y}",
            "unitOfLength": "mi" if car.is_in_miles else "km",
            "vin": car.vin,
        },
    )
    basic = ET.SubElement(root, "basicVehicleData", {"dataCategory": "BASIC_DATA"})
    for name, value in describe_car(car, connection).items():
        _add(ET.SubElement(basic, "telematicValue"), {"name": name, "value": _basic_text(value)})
    for number, contract in enumerate(CONTRACT_NAMES, start=1):
        _add_contract(root, contract, number=number, connection=connection)
    for category, keys in _by_category(values).items():
        listed = ET.SubElement(root, "telematicValueList", {"dataCategory": category})
        for key in keys:
            row = _format_row(key, values[key], category=category, fetched=today)
            _add(ET.SubElement(listed, "telematicValue"), oddities.apply(key, row))
    if _INSPECTION not in values:
        inspection = BackendValue(value=f"{today:17.%m}.{today.year + 1} 00:00:00 UTC", unit=None, measured_at_ms=None)
        listed = ET.SubElement(root, "telematicValueList", {"dataCategory": "VEHICLE_STATUS"})
        row = _format_row(_INSPECTION, inspection, category="VEHICLE_STATUS", fetched=today)
        _add(ET.SubElement(listed, "telematicValue"), oddities.apply(_INSPECTION, row))
    ET.SubElement(root, "vehicleImage").text = base64.b64encode(draw_car(car.vin)).decode("ascii")
    content: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return content


def _add_contract(root: ET.Element, name: str, *, number: int, connection: ConnectionTruth) -> None:
    entry = ET.SubElement(root, "casaContractDetailsDataList")
    start, end = utc_moment(connection.contract_from_ms).date(), utc_moment(connection.contract_until_ms).date()
    _add(ET.SubElement(entry, "contractPeriod"), {"start": start.isoformat(), "end": end.isoformat()})
    _add(entry, {"name": name})
    _add(ET.SubElement(entry, "offerId"), {"globalId": f"OFFER-{number:04d}", "masterOfferId": f"MASTER-{number:04d}"})
    _add(entry, {"status": "ACTIVE" if connection.has_contract else "EXPIRED"})


def _format_row(key: str, backend: BackendValue, *, category: str, fetched: dt.datetime) -> dict[str, str]:
    moment = "" if backend.measured_at_ms is None else iso_millis(backend.measured_at_ms)
    return {
        "name": title_of_key(key),
        "value": "" if backend.value is None else format_value(backend.value),
        "unit": backend.unit or "",
        "fetchTimestamp": fetched.strftime("%Y-%m-%dT%H:%M:%S.") + f"{fetched.microsecond // 1000:03d}+0000",
        "valueTimestamp": moment,
        "dataCategoryType": category,
        "telematicKeyName": key,
    }


def _add(parent: ET.Element, texts: Mapping[str, str]) -> None:
    for tag, text in texts.items():
        ET.SubElement(parent, tag).text = text


def _by_category(values: Mapping[str, BackendValue]) -> dict[str, list[str]]:
    keys_by_category: dict[str, list[str]] = {}
    for key in sorted(values):
        category = next((name for part, name in _CATEGORIES if part in key), "VEHICLE_STATUS")
        keys_by_category.setdefault(category, []).append(key)
    return keys_by_category


def _basic_text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _archived_session(session: ChargingSessionTruth, car: CarIdentity) -> dict[str, object]:
    """Return a session as in `chargingHistory`, with more in its blocks."""
    blocks = [
        {
            **charging_history.format_block(block),
            "isPreconditioningActivated": session.is_preconditioned,
            "energyConsumedFromPowerGridKwh": block.average_kw * (block.end_ms // 1000 - block.start_ms // 1000) / 3600,
        }
        for block in session.blocks
    ]
    item = charging_history.format_session(session, is_in_miles=car.is_in_miles, has_costs=True)
    return {**item, "chargingBlocks": blocks}


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _zip(files: Mapping[str, bytes], today: dt.datetime) -> bytes:
    stamp = (today.year, today.month, today.day, today.hour, today.minute, today.second)
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return memory.getvalue()
