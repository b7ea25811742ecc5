"""Never run: mypy reads it. What users write against the SDK must stay well typed, without a cast and without Any."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import assert_type

import aiohttp

from bimmerhub.bmw.cardata import (
    CarData,
    CarDataStream,
    Endpoints,
    LedgerFile,
    LinkChanged,
    RawMessage,
    SignIn,
    SignInCode,
    StreamMessages,
    TokenFile,
    TokenSet,
    Vehicle,
)
from bimmerhub.bmw.cardata.answers.charging_history import BmwChargingSession
from bimmerhub.bmw.cardata.answers.charging_settings import LocationChargingSettings
from bimmerhub.bmw.cardata.answers.models import BasicData
from bimmerhub.bmw.cardata.answers.tyres import TyreDiagnosis
from bimmerhub.bmw.cardata.wire import Decoded, decode_capture_line, decode_message
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.domain.catalogue.descriptors import CatalogueEntry, load_catalogue
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.errors import (
    BimmerhubError,
    BmwRefused,
    BmwUnavailable,
    ConfigError,
    MalformedPayload,
    QuotaSpent,
    RateLimited,
    SignInRequired,
    StoreError,
)
from bimmerhub.ids import Descriptor, Gcid, Vin, parse_vin


async def first_live_value(client_id: str, path: Path) -> None:
    async with CarData(client_id=client_id, tokens=TokenFile(path)) as cardata:
        vehicle = (await cardata.fetch_vehicles())[0]
        async for reading in vehicle.readings():
            print(reading.descriptor, reading.value, reading.unit, reading.measured_at)  # noqa: T201 - the README's lines


async def every_argument(session: aiohttp.ClientSession) -> CarData:
    return CarData(
        client_id="aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        tokens=TokenFile("tokens.json"),
        endpoints=Endpoints(api_url="http://127.0.0.1:1", stream_port=1, ca_file=Path("ca.pem")),
        session=session,
        clock=SystemClock(),
        ledger=LedgerFile("ledger.json"),
    )


async def vehicles_and_rest(cardata: CarData) -> None:
    vehicles = assert_type(await cardata.fetch_vehicles(), list[Vehicle])
    vehicle = vehicles[0]
    assert_type(vehicle.vin, Vin)
    assert_type(await vehicle.fetch_basic_data(), BasicData)
    assert_type(await vehicle.fetch_telematic_data("J00I035N193CD"), Decoded)
    assert_type(await vehicle.fetch_image(), bytes | None)
    assert_type(await vehicle.fetch_tyre_diagnosis(), TyreDiagnosis | None)
    until = datetime.now(UTC)
    assert_type(vehicle.fetch_charging_sessions(until - timedelta(days=365), until), AsyncGenerator[BmwChargingSession])
    assert_type(vehicle.fetch_location_settings(), AsyncGenerator[LocationChargingSettings])
    assert_type(cardata.readings(), AsyncGenerator[Reading])


def fields_of_a_reading(reading: Reading) -> None:
    assert_type(reading.vin, Vin)
    assert_type(reading.descriptor, Descriptor)
    assert_type(reading.value, Value)
    assert_type(reading.unit, str | None)
    assert_type(reading.measured_at, datetime)
    assert_type(reading.measured_at_ms, int)
    assert_type(reading.source, Source)


async def sign_in(sign_in: SignIn, tokens: TokenFile) -> None:
    code = assert_type(await sign_in.start(), SignInCode)
    assert_type(code.verification_uri_complete, str)
    await tokens.save(assert_type(await sign_in.wait(), TokenSet))


async def stream_by_hand(stream: CarDataStream) -> None:
    async for event in stream.events():
        match event:
            case StreamMessages():
                assert_type(event.messages, tuple[RawMessage, ...])
            case LinkChanged():
                assert_type(event.hint, str | None)


def pure_functions(payload: bytes) -> None:
    decoded = assert_type(decode_message(payload, received_at_ms=0), Decoded)
    assert_type(decode_capture_line(payload).readings, tuple[Reading, ...])
    assert_type(decoded.refused, tuple[MalformedPayload, ...])
    assert_type(load_catalogue().get(Descriptor("vehicle.isMoving")), CatalogueEntry | None)
    assert_type(parse_vin("WBA00000000000001"), Vin)
    assert_type(Gcid("11111111-2222-3333-4444-555555555555"), Gcid)


def what_to_do_next(error: BimmerhubError) -> datetime | float | str | None:
    match error:
        case QuotaSpent():
            return assert_type(error.resets_at, datetime)
        case RateLimited():
            return assert_type(error.retry_after_s, float)
        case BmwRefused():
            return assert_type(error.code, str | None)
        case MalformedPayload():
            return assert_type(error.descriptor, str | None)
        case SignInRequired() | BmwUnavailable() | ConfigError() | StoreError() | _:
            return assert_type(error.hint, str | None)
