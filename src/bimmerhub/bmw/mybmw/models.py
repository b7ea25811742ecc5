"""What the MyBMW app's interface says of an account's cars, and of the commands to them.

Every field may be missing, and is None then. A field of words holds the member of its enumeration (`words`), or the
word as it came when it is not known. Times are aware, in UTC. Vendor spelling ends in the `name` of each field.
A car's state is in `state_models`, what it can do in `capability_models`, charging in `charging_models`.
Sources: stored answers of nine (v4, v5) and seven cars (v2), 2022-2025; history of commands from clients.
"""

from datetime import datetime

import msgspec

from bimmerhub.bmw.mybmw.words import (
    AccessoryKind,
    Brand,
    DriveTrain,
    EventWord,
    MappingStatus,
    PastWord,
    VehicleKind,
)
from bimmerhub.ids import Vin

Number = int | float


class AccountMapping(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How a car belongs to the account. `vehicle_kind` is told by version 5 here, before that beside it."""

    is_associated: bool | None = None
    is_lmm_enabled: bool | None = None
    is_primary_user: bool | None = None
    status: MappingStatus | str | None = msgspec.field(default=None, name="mappingStatus")
    vehicle_kind: VehicleKind | str | None = msgspec.field(default=None, name="vehicleMappingType")
    lmm_status_reasons: tuple[str, ...] | None = None


class SoftwareMonth(msgspec.Struct, frozen=True, kw_only=True):
    """When software was made: month 1 to 12, year in two digits."""

    month: int | None = None
    year: int | None = None


class ProfileSoftware(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The software of a car: its integration level, and when it was made."""

    i_step: int | None = None
    pu_step: SoftwareMonth | None = None
    series_cluster: str | None = None


class DriverGuide(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The app with the owner's manual; `title` is told by version 1 only."""

    android_app_scheme: str | None = None
    android_store_url: str | None = None
    ios_app_scheme: str | None = None
    ios_store_url: str | None = None
    title: str | None = None


class VehicleProfile(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What a car is. `color_argb` is its colour as a number of 32 bits, `chassis` BMW's code such as G20.

    `vin` is missing in the attributes of versions 2 and 4, `last_fetched_at` and `accessory_kind` in version 5.
    """

    vin: Vin | None = None
    brand: Brand | str | None = None
    model: str | None = None
    model_year: int | None = msgspec.field(default=None, name="year")
    chassis: str | None = msgspec.field(default=None, name="bodyType")
    color_argb: int | None = msgspec.field(default=None, name="color")
    country: str | None = msgspec.field(default=None, name="countryOfOrigin")
    drive_train: DriveTrain | str | None = None
    head_unit: str | None = msgspec.field(default=None, name="headUnitRaw")
    head_unit_type: str | None = None
    hmi_version: str | None = None
    telematics_unit: str | None = None
    software_current: ProfileSoftware | None = msgspec.field(default=None, name="softwareVersionCurrent")
    software_ex_factory: ProfileSoftware | None = msgspec.field(default=None, name="softwareVersionExFactory")
    driver_guide: DriverGuide | None = msgspec.field(default=None, name="driverGuideInfo")
    last_fetched_at: datetime | None = msgspec.field(default=None, name="lastFetched")
    accessory_kind: AccessoryKind | str | None = msgspec.field(default=None, name="a4aType")


class ListedVehicle(msgspec.Struct, frozen=True, kw_only=True):
    """A car of the account, in one shape for every version of the list; `profile` is None until it was asked for."""

    vin: Vin
    mapping: AccountMapping = AccountMapping()
    profile: VehicleProfile | None = None

    @property
    def model(self) -> str | None:
        """The model, None when it is not known yet."""
        return None if self.profile is None else self.profile.model

    @property
    def can_charge(self) -> bool:
        """Whether the car may have a battery to plug in: true until its drive train is known to have none."""
        drive_train = None if self.profile is None else self.profile.drive_train
        return drive_train.can_charge if isinstance(drive_train, DriveTrain) else True


class VehicleList(msgspec.Struct, frozen=True, kw_only=True):
    """The cars of one brand. `gcid` is the account's id at BMW, told by version 5."""

    vehicles: tuple[ListedVehicle, ...] = ()
    gcid: str | None = None


class EventError(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Why a command failed, in the language of the account. `reason` is BMW's word (NACK, UNKNOWN)."""

    title: str | None = None
    description: str | None = None
    presentation: str | None = msgspec.field(default=None, name="presentationType")
    icon_id: int | None = None
    is_retriable: bool | None = None
    reason: str | None = msgspec.field(default=None, name="errorDetails")


class EventStatus(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """How a command stands, of either version of the answer (`eventStatus`, `rsEventStatus`)."""

    status: EventWord | str | None = msgspec.field(default=None, name="eventStatus")
    error: EventError | None = msgspec.field(default=None, name="errorDetails")


class TakenCommand(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """BMW's receipt of a command; a car's commands of which nothing more is told have no event."""

    event_id: str | None = None
    created_at: datetime | None = msgspec.field(default=None, name="creationTime")


class FoundPlace(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Where a car was found: degrees (WGS 84 but for China, whose GCJ-02 is converted), heading from north."""

    latitude_deg: Number | None = msgspec.field(default=None, name="latitude")
    longitude_deg: Number | None = msgspec.field(default=None, name="longitude")
    address: str | None = msgspec.field(default=None, name="formattedAddress")
    heading_deg: Number | None = msgspec.field(default=None, name="heading")


class EventPosition(msgspec.Struct, frozen=True, kw_only=True):
    """What `vehicle-finder` found. `status` OK comes with a place, else `error` says why there is none."""

    status: str | None = None
    place: FoundPlace | None = None
    error: EventError | None = None


class PastCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command of the history (inferred from clients); `kind` is BMW's word, such as CLIMATIZE_NOW or LOCK."""

    kind: str | None = msgspec.field(default=None, name="type")
    status: PastWord | str | None = None
    at: datetime | None = msgspec.field(default=None, name="dateTime")
