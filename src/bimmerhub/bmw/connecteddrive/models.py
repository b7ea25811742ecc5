"""What the portal's answers hold: cars, data sheets, booked services, the dealer, pictures, commands, messages.

The state of a car is in `cockpit_dynamic`, navigation and efficiency in `cockpit_answers`, for i Remote's hosts too.
Every field may be missing, and is None then. A field of words holds the member of its enumeration (`words`), or the
word as it came when it is not known. Times are aware, in UTC. Vendor spelling ends in the `name` of each field.
Sources: stored answers (cars, data sheet, commands), clients of the portal (all else), 2015-2021.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from bimmerhub.bmw.connecteddrive.words import Brand, ChargingMode, DriveTrain, RemoteCode, RemoteWord, Steering
from bimmerhub.ids import Vin

Number = int | float


class Country(msgspec.Struct, frozen=True, kw_only=True):
    """A country of the portal. `url` is its address without a slash at the end, `group` what BMW lists it under."""

    group: str
    name: str
    url: str


class ListedVehicle(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A car of the account. `license_plate` is what its user entered; `body_type` is `Touring`, `Coupe` and so on."""

    vin: Vin
    brand: Brand | str | None = None
    series: str | None = None
    basic_type: str | None = None
    model: str | None = msgspec.field(default=None, name="modelName")
    body_type: str | None = None
    license_plate: str | None = None
    model_year_na: int | None = msgspec.field(default=None, name="modelYearNA")
    drive_train: DriveTrain | str | None = None
    steering: Steering | str | None = None
    door_count: int | None = None
    has_navigation: bool | None = msgspec.field(default=None, name="hasNavi")
    has_sunroof: bool | None = msgspec.field(default=None, name="hasSunRoof")
    has_range_extender: bool | None = msgspec.field(default=None, name="hasRex")
    is_dc_only: bool | None = msgspec.field(default=None, name="dcOnly")
    tank_l: Number | None = msgspec.field(default=None, name="maxFuel")
    supported_charging_modes: tuple[ChargingMode | str, ...] | None = None


class DataSheet(msgspec.Struct, frozen=True, kw_only=True):
    """The technical data of a car as built."""

    tank_l: Number | None = msgspec.field(default=None, name="TANK_CAPACITY")
    top_speed_kmh: Number | None = msgspec.field(default=None, name="PERFORMANCE_TOP_SPEED")
    acceleration_s: Number | None = msgspec.field(default=None, name="PERFORMANCE_ACCELERATION")
    unladen_kg: Number | None = msgspec.field(default=None, name="WEIGHT_UNLADEN")
    max_weight_kg: Number | None = msgspec.field(default=None, name="WEIGHT_MAX")
    permitted_load_kg: Number | None = msgspec.field(default=None, name="WEIGHT_PERMITTED_LOAD")
    permitted_front_load_kg: Number | None = msgspec.field(default=None, name="WEIGHT_PERMITTED_LOAD_FRONT")
    permitted_rear_load_kg: Number | None = msgspec.field(default=None, name="WEIGHT_PERMITTED_LOAD_REAR")
    cylinders: int | None = msgspec.field(default=None, name="ENGINE_CYLINDERS")
    valves: int | None = msgspec.field(default=None, name="ENGINE_VALVES")
    stroke_mm: Number | None = msgspec.field(default=None, name="ENGINE_STROKE")
    bore_mm: Number | None = msgspec.field(default=None, name="ENGINE_BORE")
    output_kw: Number | None = msgspec.field(default=None, name="ENGINE_OUTPUT_MAX_KW")
    output_hp: Number | None = msgspec.field(default=None, name="ENGINE_OUTPUT_MAX_HP")
    output_rpm: Number | None = msgspec.field(default=None, name="ENGINE_SPEED_OUTPUT_MAX")
    torque_nm: Number | None = msgspec.field(default=None, name="ENGINE_TORQUE_MAX")
    torque_rpm: Number | None = msgspec.field(default=None, name="ENGINE_SPEED_TORQUE_MAX")
    compression: Number | None = msgspec.field(default=None, name="ENGINE_COMPRESSION")


@dataclass(frozen=True, slots=True, kw_only=True)
class Specs:
    """The technical data of a car; `raw` has every line as it came."""

    sheet: DataSheet
    raw: Mapping[str, str]


class BookedService(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A service that is booked for a car: `name` is a code of `RemoteCode` or another, `status` ACTIVE or not."""

    name: str | None = None
    status: str | None = None
    portfolio_id: str | None = None


class ServiceGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group of booked services; what can be asked of the car is in `cdpFeatures` (inferred from clients)."""

    name: str | None = None
    services: tuple[BookedService, ...] = ()


class Dealer(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The dealer of a car. Which fields there are, but for name, address and phone, is inferred."""

    name: str | None = None
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePartner:
    """Who looks after a car; `raw` has the dealer's members as they came."""

    dealer: Dealer
    raw: Mapping[str, object]


class CarImage(msgspec.Struct, frozen=True, kw_only=True):
    """Where a picture of the car is, seen from an angle in degrees."""

    angle_deg: Number = msgspec.field(name="angle")
    url: str


class RemoteStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the newest command stands. `next_request_s` is how long BMW wants no other command, in seconds."""

    code: RemoteCode | str | None = msgspec.field(default=None, name="remoteServiceType")
    status: RemoteWord | str | None = msgspec.field(default=None, name="remoteServiceStatus")
    event_id: str | None = msgspec.field(default=None, name="eventId")
    created_at: datetime | None = msgspec.field(default=None, name="created")
    updated_at: datetime | None = msgspec.field(default=None, name="lastUpdate")
    next_request_s: Number | None = msgspec.field(default=None, name="nextRequestInSec")


class PastCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command of the history (inferred from clients)."""

    code: RemoteCode | str | None = msgspec.field(default=None, name="remoteServiceType")
    status: RemoteWord | str | None = None
    created_at: datetime | None = msgspec.field(default=None, name="creationTime")


class SentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was sent to a car. Only subject and message are documented, the rest is inferred."""

    vin: str | None = None
    subject: str | None = None
    message: str | None = None
    status: str | None = None
    created_at: datetime | None = msgspec.field(default=None, name="created")
