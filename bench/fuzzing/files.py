"""One round each of what people give us as files: captures, the customer archive, settings."""

import asyncio
import gzip
import io
import random
import re
import tempfile
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import zstandard
from bench.fuzzing.mutation import mutated
from bench.fuzzing.wire import MESSAGE

from bimmerhub.bmw.cardata.portal.archive import archive_to_capture, decode_archive
from bimmerhub.bmw.cardata.portal.catalogue_list import decode_catalogue_list
from bimmerhub.bmw.cardata.wire import decode_capture_line
from bimmerhub.domain.catalogue.comparison import make_row
from bimmerhub.domain.catalogue.descriptors import parse_entry
from bimmerhub.errors import ConfigError, MalformedPayload
from bimmerhub.hub.config import load_settings
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.store.ports.readings import Appended, Batch

NOW_MS: Final = 1_785_155_878_000
CAPTURE: Final = "\n".join(
    [
        MESSAGE,
        '{"received_at":"2026-07-27T12:38:01.200Z","topic":"g/WBA00000000000001","payload":' + MESSAGE + "}",
        MESSAGE.replace("48260", "48261"),
    ]
).encode()
KEY_LIST: Final = b"""<?xml version="1.0"?>
<customerArchiveContent chargingHistoryFileName="h.json" smartMaintenanceFileName="s.json" lang="EN"
 learningNavigationFileName="l.json" requestDate="01-10-2025" unitOfLength="km" vin="WBA00000000000001">
<basicVehicleData dataCategory="b">
<telematicValue><name>Brand</name><value>BMW</value></telematicValue></basicVehicleData>
<casaContractDetailsDataList><contractPeriod><start>2024-01-01</start><end>2027-01-01</end></contractPeriod>
<name>n</name><status>ACTIVE</status></casaContractDetailsDataList>
<telematicValueList dataCategory="c"><telematicValue><name>Odometer</name><value>48260</value><unit>km</unit>
<fetchTimestamp>01.10.2025 10:00:00 UTC</fetchTimestamp><valueTimestamp>2025-09-30T10:00:00.000+0000</valueTimestamp>
<telematicKeyName>vehicle.vehicle.travelledDistance</telematicKeyName></telematicValue></telematicValueList>
<vehicleImage>iVBORw0KGgo=</vehicleImage></customerArchiveContent>"""
LIST_PAGE: Final = b"""<!DOCTYPE html><html><head><style>td > b {}</style></head><body><!-- list --><table><thead><tr>
<th>Name</th><th>Technical descriptor</th><th>Data type</th><th>Unit</th><th>Value range</th><th>Streamable</th></tr>
</thead><tr><td>Odometer</td><td title='x'>vehicle.&#8203;vehicle.&#8203;travelledDistance</td><td>float</td><td>km</td>
<td>A, B</td><td>yes</td></tr></table><script>var a = "<td>";</script></body></html>"""
LIST_CSV: Final = (
    b"key,name,category,datatype,unit,range_or_enum,streamable\nvehicle.a.b,A,EVENTS,int8,percent,0-9,true\n"
)
HISTORY: Final = b'[{"startTime":1784980800,"endTime":1784995200,"displayedSoc":80,"chargingBlocks":[]}]'
TYRES: Final = b'{"passengerCar":{"mountedTyres":{"label":"l"}},"errors":[]}'
CONFIG: Final = b"""data_dir = "/nowhere"
[bmw]
auth_url = "http://127.0.0.1:8090"
stream_port = 9000
[hub]
port = 8080
allowed_hosts = ["a.example"]
[store]
journal_days = 7
[rest]
refresh_h = 6
reserve = 15
[accounts.home]
client_id = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
"""
VARIABLES: Final = (
    "BMW__STREAM_PORT",
    "HUB__ALLOWED_HOSTS",
    "REST__REFRESH_H",
    "STORE__PATH",
    "ACCOUNTS__A__CLIENT_ID",
)


class _CountingLog:
    """Takes every batch."""

    async def append(self, batch: Batch) -> Appended:
        return Appended(new=len(batch.readings), repeated=0)


@contextmanager
def opened_captures() -> Iterator[Callable[[random.Random], None]]:
    """Open the fuzzer of capture files, plain and packed, through the import."""
    with asyncio.Runner() as runner:
        yield lambda rng: runner.run(_fuzz_capture(rng))


async def _fuzz_capture(rng: random.Random) -> None:
    plain = mutated(rng, CAPTURE)
    content = rng.choice(
        [
            plain,
            gzip.compress(plain, 1),
            mutated(rng, gzip.compress(plain, 1)),
            zstandard.compress(plain, 1),
            mutated(rng, zstandard.compress(plain, 1)),
        ]
    )

    async def chunks() -> AsyncIterator[bytes]:
        at = rng.randrange(len(content) + 1)
        yield content[:at]
        yield content[at:]

    importer = CaptureImport(Ingest(_CountingLog()), now_ms=lambda: NOW_MS)
    try:
        progress = [report async for report in importer.import_capture(chunks(), origin="fuzz")]
    except ConfigError:
        return
    last = progress[-1]
    if not last.done or last.read != last.new + last.repeated + last.refused:
        raise AssertionError(f"the import lost count: {last}")


def fuzz_catalogue_list(rng: random.Random) -> None:
    """Read one list of descriptors, as a page or as comma-separated text."""
    text = rng.choice([LIST_PAGE, LIST_CSV])
    if rng.random() < 0.5:
        pieces = re.split(rb"(?=[<,>])", text)
        text = b"".join(rng.choice(pieces) for _ in range(rng.randint(1, 60)))
    try:
        listed = decode_catalogue_list(mutated(rng, text))
    except MalformedPayload as error:
        str(error).encode()
        return
    for key in listed.keys:
        parse_entry(make_row(key))


def fuzz_archive(rng: random.Random) -> None:
    """Read one customer archive."""
    files = {"KeyList.xml": KEY_LIST, "h.json": HISTORY, "s.json": TYRES, "l.json": b'{"places":[]}'}
    chosen = rng.choice([*files, "zip"])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"a/{name}", mutated(rng, content) if name == chosen else content)
    content = packed.getvalue()
    try:
        decoded = decode_archive(mutated(rng, content) if chosen == "zip" else content, received_at_ms=NOW_MS)
    except MalformedPayload as error:
        str(error).encode()
        return
    for line in archive_to_capture(decoded, received_at_ms=NOW_MS):
        decode_capture_line(line)


@contextmanager
def opened_settings() -> Iterator[Callable[[random.Random], None]]:
    """Open the fuzzer of config.toml and variables."""
    with tempfile.TemporaryDirectory() as folder:
        yield lambda rng: _fuzz_settings(rng, Path(folder) / "config.toml")


def _fuzz_settings(rng: random.Random, path: Path) -> None:
    path.write_bytes(mutated(rng, CONFIG))
    value = mutated(rng, rng.choice([b"9000", b"a,b", b"0.5"])).decode(errors="replace")
    try:
        load_settings(config_file=path, environment={f"BIMMERHUB_{rng.choice(VARIABLES)}": value})
    except ConfigError as error:
        f"{error} {error.hint}".encode()
