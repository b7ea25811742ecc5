"""What the dealers' sites answer: used BMWs, new ones, MINI's search, dealers, and the models of the configurator.

Every field may be missing, and is None then. Prices are US dollars. Vendor spelling ends in the `name` of each field.
Sources: a public collection of requests (2023), clients 2023-2026; which fields are there is inferred from both.
"""

import msgspec

from bimmerhub.bmw.inventory.words import ORDER_STATES, FeatureKind, OrderState
from bimmerhub.ids import Vin

Number = int | float


class StockVehicle(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A used BMW. `kind` is CPO (certified) or Used; `options` and `all_equipment` are texts, each one thing.

    `photo_urls` are whole addresses. Consumption is in miles per US gallon.
    """

    vin: Vin
    year: int | None = None
    make: str | None = None
    model: str | None = None
    description: str | None = msgspec.field(default=None, name="modelDescription")
    series: str | None = msgspec.field(default=None, name="modelSeries")
    trim: str | None = None
    trim_description: str | None = None
    kind: str | None = msgspec.field(default=None, name="type")
    price_usd: Number | None = msgspec.field(default=None, name="internetPrice")
    msrp_usd: Number | None = msgspec.field(default=None, name="msrp")
    odometer_miles: Number | None = msgspec.field(default=None, name="odometer")
    drivetrain: str | None = None
    body_style: str | None = None
    fuel_type: str | None = None
    transmission_type: str | None = None
    engine_cylinders: str | None = None
    engine_displacement: str | None = None
    engine_description: str | None = None
    highway_mpg: Number | None = msgspec.field(default=None, name="hwyMPG")
    city_mpg: Number | None = msgspec.field(default=None, name="cityMPG")
    exterior: str | None = None
    exterior_colour: str | None = msgspec.field(default=None, name="exteriorMeta")
    interior: str | None = None
    interior_colour: str | None = msgspec.field(default=None, name="interiorMeta")
    options: tuple[str, ...] = msgspec.field(default=(), name="optionDescriptions")
    all_equipment: tuple[str, ...] = msgspec.field(default=(), name="allDescriptions")
    photo_urls: tuple[str, ...] = msgspec.field(default=(), name="photos")
    page_url: str | None = msgspec.field(default=None, name="vdpUrl")
    distance_miles: Number | None = msgspec.field(default=None, name="distance")
    dealer_code: str | None = None


class StockDealer(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A dealer of the search; that it tells its code is inferred."""

    dealer_code: str | None = None
    name: str | None = msgspec.field(default=None, name="dealerName")
    state: str | None = None


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the search. `total` counts all cars that match, `count` those that BMW told on this page.

    `size` is how many it says that it gives a page. `facets` is BMW's JSON as it came, for its form is not known; None
    when it was not asked for.
    """

    total: int
    count: int
    size: int | None = None
    vehicles: tuple[StockVehicle, ...]
    dealers: tuple[StockDealer, ...] = ()
    facets: object = None


class NewVehicleDealer(msgspec.Struct, frozen=True, kw_only=True):
    """Who sells a new car."""

    name: str | None = msgspec.field(default=None, name="businessName")
    phone: str | None = None
    url: str | None = None


class NewVehicle(msgspec.Struct, frozen=True, kw_only=True):
    """A new BMW, of the search before GraphQL."""

    vin: Vin
    name: str | None = None
    msrp_usd: Number | None = msgspec.field(default=None, name="totalMsrp")
    dealer: NewVehicleDealer | None = None


class NewVehiclePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of new cars, and how many there are."""

    total: int | None = msgspec.field(default=None, name="totalVehicleCount")
    vehicles: tuple[NewVehicle, ...] = ()


class NearestDealer(msgspec.Struct, rename="pascal", frozen=True, kw_only=True):
    """The dealer of a zip code."""

    center_id: str | None = msgspec.field(default=None, name="DealerCenterID")
    name: str | None = msgspec.field(default=None, name="DealerName")
    address: str | None = msgspec.field(default=None, name="DealerAddress")
    url: str | None = msgspec.field(default=None, name="DealerUrl")


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A code and what it stands for."""

    code: str | None = None
    name: str | None = None


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """What a car can have."""

    name: str | None = None
    code: str | None = None
    picture_url: str | None = msgspec.field(default=None, name="cosyURL")
    is_standard: bool | None = msgspec.field(default=None, name="isStandard")


class FeatureGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Features of a kind."""

    kind: FeatureKind | str | None = msgspec.field(default=None, name="type")
    features: tuple[Feature, ...] = ()


class FilterOptions(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What can be filtered by."""

    dealer_ids: tuple[str, ...] = ()
    models: tuple[Named, ...] = ()
    model_ranges: tuple[Named, ...] = msgspec.field(default=(), name="modelRange")
    lowest_price_usd: Number | None = msgspec.field(default=None, name="minPrice")
    highest_price_usd: Number | None = msgspec.field(default=None, name="maxPrice")
    first_model_year: int | None = msgspec.field(default=None, name="minModelYear")
    last_model_year: int | None = msgspec.field(default=None, name="maxModelYear")
    drive_types: tuple[Named, ...] = msgspec.field(default=(), name="engineDriveTypes")
    fuel_types: tuple[Named, ...] = ()
    transmission_types: tuple[str, ...] = ()


class DealerAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a dealer is."""

    line_one: str | None = msgspec.field(default=None, name="lineOne")
    line_two: str | None = msgspec.field(default=None, name="lineTwo")
    city: str | None = None
    state: str | None = None
    zip_code: str | None = msgspec.field(default=None, name="zipcode")


class SalesSite(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a dealer, for new cars or for used ones."""

    name: str | None = msgspec.field(default=None, name="dealerName")
    distance_miles: Number | None = msgspec.field(default=None, name="distance")
    longitude_deg: Number | None = msgspec.field(default=None, name="longitude")
    location_id: str | None = msgspec.field(default=None, name="locationID")
    url: str | None = msgspec.field(default=None, name="dealerURL")
    phone: str | None = msgspec.field(default=None, name="phoneNumber")
    address: DealerAddress | None = None


class MiniDealer(msgspec.Struct, frozen=True, kw_only=True):
    """A dealer of MINI's search."""

    center_id: str | None = msgspec.field(default=None, name="centerID")
    new_vehicle_sales: tuple[SalesSite, ...] = msgspec.field(default=(), name="newVehicleSales")
    used_vehicle_sales: tuple[SalesSite, ...] = msgspec.field(default=(), name="certifiedPreowned")


class VehicleOption(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What a car has."""

    name: str | None = None
    code: str | None = None
    is_paint: bool | None = None
    is_upholstery: bool | None = None
    is_trim: bool | None = None


class MiniVehicle(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A car of MINI's search. `page` may be a path. `miles_per_gallon_equivalent` is that of an electric car."""

    vin: Vin
    name: str | None = None
    model_year: int | None = None
    page: str | None = msgspec.field(default=None, name="vehicleDetailsPage")
    miles_per_gallon: str | None = None
    miles_per_gallon_equivalent: str | None = msgspec.field(default=None, name="milesPerGallonEqv")
    code: str | None = None
    ag_code: str | None = None
    drive: Named | None = msgspec.field(default=None, name="engineDriveType")
    model_range: Named | None = None
    qualified_model_code: str | None = None
    msrp_usd: Number | None = msgspec.field(default=None, name="totalMsrp")
    price_usd: Number | None = msgspec.field(default=None, name="internetPrice")
    dealer_id: str | None = None
    dealer_location: str | None = None
    order_status: int | None = None
    options: tuple[VehicleOption, ...] = ()
    fuel_type: str | None = None
    used_car_kind: str | None = msgspec.field(default=None, name="usedCarType")
    exterior_code: str | None = msgspec.field(default=None, name="exteriorColorCode")
    exterior: str | None = msgspec.field(default=None, name="exteriorColorDescription")
    interior_code: str | None = msgspec.field(default=None, name="interiorColorCode")
    interior: str | None = msgspec.field(default=None, name="interiorColorDescription")
    odometer_miles: Number | None = msgspec.field(default=None, name="mileage")
    photo_urls: tuple[str, ...] = msgspec.field(default=(), name="images")

    @property
    def order_state(self) -> OrderState | None:
        """How far the car is from its dealer, in words; None for a number that nobody has described."""
        return None if self.order_status is None else ORDER_STATES.get(self.order_status)


class MiniPage(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One page of MINI's search. Pages count from 1."""

    total: int | None = msgspec.field(default=None, name="numberOfFilteredVehicles")
    page_number: int | None = None
    total_pages: int | None = None
    error_code: str | None = None
    dealers: tuple[MiniDealer, ...] = msgspec.field(default=(), name="dealerInfo")
    vehicles: tuple[MiniVehicle, ...] = msgspec.field(default=(), name="result")


class StyleModels(msgspec.Struct, frozen=True, kw_only=True):
    """The models of one shape; that it has a name is inferred."""

    name: str | None = None
    models: tuple[Named, ...] = ()


class ModelSeries(msgspec.Struct, frozen=True, kw_only=True):
    """The models of a series, by shape. Codes are like 24IJ."""

    name: str
    body_styles: tuple[StyleModels, ...] = msgspec.field(default=(), name="bodyStyles")

    @property
    def models(self) -> tuple[Named, ...]:
        """The models of all shapes."""
        return tuple(model for style in self.body_styles for model in style.models)


class ConfiguredOption(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What a configuration begins with can have; `code` is BMW's key of it."""

    code: str
    name: str | None = None
    is_paint: bool | None = None
    is_upholstery: bool | None = None
    is_trim: bool | None = None


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """What a configuration begins with. `designs` are BMW's objects as they came, for their form is not known."""

    designs: list[object]
    options: tuple[ConfiguredOption, ...]


class ModelOption(msgspec.Struct, frozen=True, kw_only=True):
    """What can be ordered with a model. `rgb` is BMW's JSON as it came: of paints, and its form is not known."""

    code: str
    name: str | None = None
    rgb: object = msgspec.field(default=None, name="rgbValues")
    picture_url: str | None = msgspec.field(default=None, name="cosyUrl")
