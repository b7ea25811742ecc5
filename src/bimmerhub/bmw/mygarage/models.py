"""What My Garage answers: recalls, warranty, equipment, orders, links, pictures, services, dealers.

Every field may be missing, and is None then. Prices are US dollars, distances miles. Vendor spelling ends in the `name`
of each field. Sources: stored answers and public notes of 2021, a client of 2026; units inferred from both.
"""

from datetime import date

import msgspec

from bimmerhub.bmw.mygarage.words import ORDER_STATUSES, PACKAGE_KINDS, CoverageKind, LinkRelation, PackageKind
from bimmerhub.ids import Vin

Number = int | float


class RecallReport(msgspec.Struct, frozen=True, kw_only=True):
    """The recalls of a car in the USA. `is_known`: BMW knows the VIN. `refreshed_on` is BMW's text, like Apr 11, 2021.

    `recalls` are BMW's objects as they came, for their form is not known.
    """

    vin: str | None = None
    is_known: bool | None = msgspec.field(default=None, name="status")
    year: int | None = None
    make: str | None = None
    model: str | None = None
    manufacturer_id: int | None = None
    are_available: bool | None = msgspec.field(default=None, name="recalls_available")
    count: int | None = msgspec.field(default=None, name="number_of_recalls")
    refreshed_on: str | None = msgspec.field(default=None, name="refresh_date")
    recalls: list[object] = msgspec.field(default_factory=list)


class ForwardAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope of a forwarded request. `data` is BMW's JSON as it came."""

    code: str | None = None
    message: str | None = None
    data: object = None


class EquipmentPackage(msgspec.Struct, frozen=True, kw_only=True):
    """A package of equipment. Some prices are none: `kind` says what they stand for."""

    name: str | None = msgspec.field(default=None, name="packageName")
    price: Number | None = None
    stays_closed: bool | None = msgspec.field(default=None, name="doNotExpand")
    options: tuple[str, ...] = ()

    @property
    def kind(self) -> PackageKind | None:
        """What it is; None without a price."""
        if self.price is None:
            return None
        return PACKAGE_KINDS.get(int(self.price), PackageKind.PRICED)


class VehicleFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """Colours and equipment of a car."""

    exterior_code: str | None = msgspec.field(default=None, name="exteriorColorCode")
    exterior: str | None = msgspec.field(default=None, name="exteriorColorDesc")
    exterior_picture_url: str | None = msgspec.field(default=None, name="exteriorColorImage")
    interior_code: str | None = msgspec.field(default=None, name="interiorCode")
    interior: str | None = msgspec.field(default=None, name="interiorColorDesc")
    interior_picture_url: str | None = msgspec.field(default=None, name="interiorColorImage")
    packages: tuple[EquipmentPackage, ...] = msgspec.field(default=(), name="packageDetails")


class OrderedVehicle(msgspec.Struct, frozen=True, kw_only=True):
    """A car of the garage, and how its order stands. `vin` is None before production.

    `message` and `long_message` are BMW's words for the owner; dates are BMW's texts. `colour_code` has a prefix of two
    characters before the paint's code, `upholstery_code` one of one character.
    """

    production_number: str = msgspec.field(name="prodNum")
    vin: Vin | None = None
    status: int | None = msgspec.field(default=None, name="orderStatusCode")
    message: str | None = msgspec.field(default=None, name="overHeadMessage")
    long_message: str | None = msgspec.field(default=None, name="overHeadLongMessage")
    produced_on: str | None = msgspec.field(default=None, name="prodDate")
    sold_on: str | None = msgspec.field(default=None, name="retlDate")
    model_year: int | None = msgspec.field(default=None, name="modelYear")
    model_code: str | None = msgspec.field(default=None, name="naModelCode")
    exterior: str | None = msgspec.field(default=None, name="exteriorColor")
    interior: str | None = msgspec.field(default=None, name="interiorColor")
    colour_code: str | None = msgspec.field(default=None, name="colorCode")
    upholstery_code: str | None = msgspec.field(default=None, name="upholsteryCode")
    packages: tuple[EquipmentPackage, ...] = msgspec.field(default=(), name="packageDetails")

    @property
    def status_words(self) -> str | None:
        """What the status means; None for a code that nobody has described."""
        return None if self.status is None else ORDER_STATUSES.get(self.status)

    @property
    def paint_code(self) -> str | None:
        """The paint's own code."""
        return None if self.colour_code is None else self.colour_code[2:]

    @property
    def material_code(self) -> str | None:
        """The upholstery's own code."""
        return None if self.upholstery_code is None else self.upholstery_code[1:]


class ProfileLink(msgspec.Struct, frozen=True, kw_only=True):
    """Where more is told of a car."""

    relation: LinkRelation | str = msgspec.field(name="rel")
    href: str


class CarPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of a car, taken from an angle."""

    angle_deg: Number = msgspec.field(name="angle")
    url: str


class MileageLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A distance that something lasts; unit M is miles."""

    distance: int | None = msgspec.field(default=None, name="value")
    unit: str | None = msgspec.field(default=None, name="odometerUnits")


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """What a contract is called."""

    name: str | None = msgspec.field(default=None, name="programDescription")
    code: str | None = None
    message: str | None = None


class ServicePlan(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A service plan that can be bought. `age_months` is how long it lasts."""

    kind: str | None = msgspec.field(default=None, name="contractType")
    vendor: str | None = None
    price_usd: Number | None = msgspec.field(default=None, name="msrp")
    deductible_usd: Number | None = msgspec.field(default=None, name="deductible")
    age_months: int | None = msgspec.field(default=None, name="expireAge")
    mileage: MileageLimit | None = msgspec.field(default=None, name="expireOdometer")
    program: Program | None = None


class WarrantyCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """A warranty of the maker. `state` is EXPIRED or another word."""

    state: str | None = msgspec.field(default=None, name="contractStatus")
    kind: CoverageKind | str | None = msgspec.field(default=None, name="contractType")
    age_months: int | None = msgspec.field(default=None, name="expireAge")
    ends_on: date | None = msgspec.field(default=None, name="expireDate")
    effective_on: date | None = msgspec.field(default=None, name="effectiveDate")
    enrolled_on: date | None = msgspec.field(default=None, name="enrollDate")
    mileage: MileageLimit | None = msgspec.field(default=None, name="expireOdometer")
    program: Program | None = None


class Warranty(msgspec.Struct, frozen=True, kw_only=True):
    """The warranty of a car as a whole, and its parts."""

    ends_on: date | None = msgspec.field(default=None, name="warrantyTermDate")
    age_months: int | None = msgspec.field(default=None, name="warrantyTermAge")
    mileage: MileageLimit | None = msgspec.field(default=None, name="warrantyTermOdoMeter")
    coverages: tuple[WarrantyCoverage, ...] = msgspec.field(default=(), name="mfgWarrantyCoverage")


class CenterAddress(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Where a dealer is."""

    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    phone: str | None = None


class SaleInfo(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Who sold the car, and when: to its owner, or to the dealer."""

    center_id: str | None = None
    center_name: str | None = None
    location_id: str | None = None
    retail_date: date | None = None
    whole_sale_date: date | None = None
    in_service_date: date | None = None
    current_age: str | None = None
    address: CenterAddress | None = None


class TelematicsInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The car's telematics unit. Its numbers do not show in the repr."""

    ends_on: date | None = msgspec.field(default=None, name="tcuExpireDate")
    convenience_plan_ends_on: date | None = msgspec.field(default=None, name="tcuConveniencePlanExpireDate")
    activation: str | None = msgspec.field(default=None, name="tcuActivationStatus")
    directory_number: str | None = msgspec.field(default=None, name="tcuMobileDirectoryNumber")
    identification_number: str | None = msgspec.field(default=None, name="tcuMobileIdentNumber")
    serial_number: str | None = msgspec.field(default=None, name="tcuSerialNumber")

    def __repr__(self) -> str:
        """Show no number."""
        return f"TelematicsInfo(activation={self.activation!r}, ends_on={self.ends_on!r})"


class CodeAndValue(msgspec.Struct, frozen=True, kw_only=True):
    """A code and what it stands for."""

    code: str | None = None
    value: str | None = None


class WarrantedVehicle(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The car that a warranty is for. `produced` is YYYY/MM."""

    vin: str | None = None
    chassis: str | None = None
    model_year: int | None = None
    produced: str | None = msgspec.field(default=None, name="vehicleProdDate")
    msrp_usd: Number | None = msgspec.field(default=None, name="vinMsrp")
    motor_type: str | None = None
    engine_series: str | None = None
    na_model: CodeAndValue | None = msgspec.field(default=None, name="naModelCodeDesc")
    ag_model: CodeAndValue | None = msgspec.field(default=None, name="agModelCodeDesc")
    make: CodeAndValue | None = msgspec.field(default=None, name="lineMakeDesc")
    interior: CodeAndValue | None = msgspec.field(default=None, name="interiorColor")
    exterior: CodeAndValue | None = msgspec.field(default=None, name="exteriorColor")


class WarrantyReport(msgspec.Struct, frozen=True, kw_only=True):
    """Warranty and service of a car. `contracts` are BMW's objects as they came: no example of one is known."""

    vehicle: WarrantedVehicle | None = None
    warranty: Warranty | None = None
    telematics: TelematicsInfo | None = msgspec.field(default=None, name="tcuInfo")
    contracts: list[object] = msgspec.field(default_factory=list, name="contract")
    plans: tuple[ServicePlan, ...] = msgspec.field(default=(), name="eligibleContract")
    retail: SaleInfo | None = msgspec.field(default=None, name="retailInfo")
    wholesale: SaleInfo | None = msgspec.field(default=None, name="wholeSaleInfo")
    status_code: str | None = msgspec.field(default=None, name="statusCode")
    status_description: str | None = msgspec.field(default=None, name="statusDescription")


class ValueService(msgspec.Struct, rename="pascal", frozen=True, kw_only=True):
    """A service at a fixed price; `description` is HTML. A price of 0 is none."""

    number: int = msgspec.field(name="Id")
    name: str | None = None
    image_url: str | None = None
    image_description: str | None = None
    price_usd: Number | None = msgspec.field(default=None, name="Price")
    ag_code: str | None = None
    dealer_id: int | None = None
    description: str | None = None


class NearestDealer(msgspec.Struct, frozen=True, kw_only=True):
    """The dealer of a zip code."""

    center_id: str | None = msgspec.field(default=None, name="DealerCenterID")
    name: str | None = msgspec.field(default=None, name="DealerName")
    address: str | None = msgspec.field(default=None, name="DealerAddress")
    url: str | None = msgspec.field(default=None, name="DealerUrl")
