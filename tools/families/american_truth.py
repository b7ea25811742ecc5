"""What the SDKs of My Garage and of the dealers' stock must read because of changes to a simulated car.

As `truth.py` for the older families: of all answers about the car, exactly the named fields change.
"""

from collections.abc import Mapping

from bimmerhub.emulator.cars.models.equipment import CarBrand
from bimmerhub.emulator.inventory.lots.stock import OrderStatus
from tools.families.american_facts import AnswerFields
from tools.families.truth import Touch, touch

_VIN_RESPONSE = "warranty.vinResponse."
_CENTERS = tuple(
    f"{_VIN_RESPONSE}{place}.{field}"
    for place in ("retailInfo", "wholeSaleInfo")
    for field in (
        *("centerId", "centerName"),
        *(f"address.{line}" for line in ("address1", "city", "state", "postalCode", "phone")),
    )
)
"""Who sold the car: a dealer of its brand."""
_MODEL_CODES = (
    "order.naModelCode",
    f"{_VIN_RESPONSE}vehicle.naModelCodeDesc.code",
    f"{_VIN_RESPONSE}vehicle.agModelCodeDesc.code",
)
_SOLD = tuple(
    f"{_VIN_RESPONSE}{field}"
    for field in (
        *("retailInfo.retailDate", "retailInfo.inServiceDate", "retailInfo.currentAge", "wholeSaleInfo.wholeSaleDate"),
        *("tcuInfo.tcuExpireDate.value", "tcuInfo.tcuConveniencePlanExpireDate.value", "warranty.warrantyTermDate"),
        *(
            f"warranty.mfgWarrantyCoverage.{name}"
            for name in ("contractStatus", "expireDate", "effectiveDate", "enrollDate")
        ),
    )
)
"""Dates that are reckoned from the month in which a car was built."""

GARAGE_TOUCHES = (
    touch(
        "equipment.colour",
        value="Test Green",
        reads={
            "features.exteriorColorDesc": "Test Green",
            "order.exteriorColor": "Test Green",
            f"{_VIN_RESPONSE}vehicle.exteriorColor.value": "Test Green",
        },
    ),
    touch(
        "equipment.paint_code",
        value="0Z99",
        reads={
            "features.exteriorColorCode": "P0Z99",
            "order.colorCode": "P0Z99",
            f"{_VIN_RESPONSE}vehicle.exteriorColor.code": "P0Z99",
        },
        also=("features.exteriorColorImage",),
    ),
    touch(
        "equipment.chassis",
        value="G99",
        reads={f"{_VIN_RESPONSE}vehicle.chassis": "G99", f"{_VIN_RESPONSE}vehicle.engineSeries": "G99"},
        also=_MODEL_CODES,
    ),
    touch(
        "equipment.built",
        value=(2010, 3),
        reads={
            "order.modelYear": 2011,
            "order.prodDate": "2010-03-01",
            "order.retlDate": "2010-03-01",
            "recalls.year": 2011,
            f"{_VIN_RESPONSE}vehicle.modelYear": 2011,
            f"{_VIN_RESPONSE}vehicle.vehicleProdDate": "2010/03",
            f"{_VIN_RESPONSE}warranty.mfgWarrantyCoverage.contractStatus": "EXPIRED",
        },
        also=(*_MODEL_CODES, *_SOLD),
    ),
    touch(
        "equipment.brand",
        value=CarBrand.MINI,
        reads={"recalls.make": "MINI", f"{_VIN_RESPONSE}vehicle.lineMakeDesc.value": "MINI"},
        also=_CENTERS,
    ),
)
"""Of a car that the owner has."""


def _stock(
    car: int, path: str, *, value: object, reads: Mapping[str, object] | None = None, also: tuple[str, ...] = ()
) -> Touch:
    """Return a touch of a car of the stock, by its place there."""
    return touch(f"{car}.{path}", value=value, reads=reads or {}, also=also)


def _used(path: str, *, value: object, also: tuple[str, ...] = (), **reads: object) -> Touch:
    """Return a touch of a used BMW; `reads` and `also` are fields of `POST /vehicle`'s cars."""
    told = {f"vehicle.vehicles.{name}": read for name, read in reads.items()}
    return _stock(0, path, value=value, reads=told, also=tuple(f"vehicle.vehicles.{name}" for name in also))


def _mini(path: str, *, value: object, also: tuple[str, ...] = (), **reads: object) -> Touch:
    told = {f"minis.result.{name}": read for name, read in reads.items()}
    return _stock(2, path, value=value, reads=told, also=tuple(f"minis.result.{name}" for name in also))


def _seller(path: str, *, value: object, field: str, also: tuple[str, ...] = (), read: object = None) -> Touch:
    """Return a touch of a MINI's dealer, of whom the answer tells twice."""
    fields = [f"minis.dealerInfo.{sales}.{field}" for sales in ("newVehicleSales", "certifiedPreowned")]
    return _stock(2, path, value=value, reads=dict.fromkeys(fields, value if read is None else read), also=also)


STOCK_TOUCHES = (
    _used("vin", value="WBA00000000S99999", vin="WBA00000000S99999", also=("vdpUrl",)),
    _used("year", value=2019, year=2019, also=("modelDescription",)),
    _used("odometer_miles", value=12_345, odometer=12_345),
    _used("price_usd", value=12_345, internetPrice=12_345),
    _used("msrp_usd", value=54_321, msrp=54_321),
    _used("paint", value="851", exterior="Chili Red", exteriorMeta="Red"),
    _used("upholstery", value="KPX7", interior="Cognac SensaTec", interiorMeta="Brown"),
    _used(
        "options",
        value={"402": "Moonroof"},
        optionDescriptions="Moonroof",
        also=("allDescriptions",),
    ),
    _used("is_certified", value=False, type="Used"),
    _used("model.series", value="9 Series", modelSeries="9 Series"),
    _used("model.name", value="M999i", model="M999i", trim="M999i", also=("modelDescription", "trimDescription")),
    _used("model.drivetrain", value="RWD", drivetrain="RWD"),
    _used("model.fuel", value="Hybrid", fuelType="Hybrid"),
    _used("model.cylinders", value=12, engineCylinders="12", engineDescription="3.0L 12-cylinder"),
    _used("model.litres", value=6.6, engineDisplacement="6.6", engineDescription="6.6L 6-cylinder"),
    _used("model.city_mpg", value=9, cityMPG=9),
    _used("model.highway_mpg", value=11, hwyMPG=11),
    _used("dealer.code", value="99999", dealerCode="99999"),
    _used("dealer.url", value="https://other.example", also=("vdpUrl",)),
    _stock(0, "dealer.name", value="Other", reads={"vehicle.dealers.dealerName": "Other"}),
    _stock(0, "dealer.town.state", value="AK", reads={"vehicle.dealers.state": "AK"}),
    _stock(1, "vin", value="WBA00000000S99999", reads={"new-vehicles.vehicles.vin": "WBA00000000S99999"}),
    _stock(1, "model.name", value="i9", reads={"new-vehicles.vehicles.name": "2025 BMW i9"}),
    _stock(1, "msrp_usd", value=54_321, reads={"new-vehicles.vehicles.totalMsrp": 54_321}),
    _stock(1, "dealer.name", value="Other", reads={"new-vehicles.vehicles.dealer.businessName": "Other"}),
    _stock(1, "dealer.phone", value="555-0199", reads={"new-vehicles.vehicles.dealer.phone": "555-0199"}),
    _stock(1, "dealer.url", value="https://a.example", reads={"new-vehicles.vehicles.dealer.url": "https://a.example"}),
    _mini("vin", value="WMW00000000S99999", vin="WMW00000000S99999", also=("vehicleDetailsPage",)),
    _mini("year", value=2019, modelYear=2019, qualifiedModelCode="2019-3MH2"),
    _mini("odometer_miles", value=12_345, mileage=12_345),
    _mini("price_usd", value=12_345, internetPrice=12_345),
    _mini("msrp_usd", value=54_321, totalMsrp=54_321),
    _mini(
        "paint",
        value="851",
        exteriorColorCode="851",
        exteriorColorDescription="Chili Red",
        also=("options.code", "options.name"),
    ),
    _mini(
        "upholstery",
        value="KPX7",
        interiorColorCode="KPX7",
        interiorColorDescription="Cognac SensaTec",
        also=("options.code", "options.name"),
    ),
    _mini(
        "options",
        value={"402": "Moonroof"},
        also=tuple(f"options.{name}" for name in ("code", "name", "isPaint", "isTrim", "isUpholstery")),
    ),
    _mini("is_certified", value=True, usedCarType="CPO"),
    _mini("status", value=OrderStatus.IN_TRANSIT, orderStatus=4),
    _mini("model.code", value="3XX9", code="3XX9", agCode="XX9", qualifiedModelCode="2016-3XX9"),
    _mini("model.name", value="Cooper X", name="Cooper X"),
    _mini("model.fuel", value="Electric", fuelType="Electric", also=("milesPerGallon", "milesPerGallonEqv")),
    _mini("model.city_mpg", value=9, milesPerGallon="9"),
    _stock(
        2,
        "model.series",
        value="Clubman",
        reads={"minis.result.modelRange.code": "CLUBMAN", "minis.result.modelRange.name": "Clubman"},
    ),
    _stock(2, "model.drivetrain", value="AWD", reads={"minis.result.engineDriveType.name": "AWD/xDrive"}),
    _stock(
        2, "dealer.code", value="72017", reads={"minis.dealerInfo.centerID": "72017", "minis.result.dealerId": "72017"}
    ),
    _seller("dealer.name", value="Other", field="dealerName"),
    _seller("dealer.phone", value="555-0199", field="phoneNumber"),
    _seller("dealer.url", value="https://other.example", field="dealerURL"),
    _seller("dealer.street", value="1 Other Road", field="address.lineOne"),
    _seller("dealer.town.name", value="Other", field="address.city", also=("minis.result.dealerLocation",)),
    _seller("dealer.town.state", value="AK", field="address.state"),
    _seller("dealer.town.zip_code", value="90217", field="address.zipcode"),
    _seller("dealer.town.latitude_deg", value=34.113, field="distance", read=0.7),
    _seller(
        "dealer.town.longitude_deg",
        value=-118.406,
        field="longitude",
        also=tuple(f"minis.dealerInfo.{sales}.distance" for sales in ("newVehicleSales", "certifiedPreowned")),
    ),
)
"""Of a stock of three cars: a used BMW, a new one, and a MINI of the dealer next to the searcher."""

ORDER = "how the order stands"
WHICH = "which car it is"
_RECALLS = "whether recalls are open"
BESIDE_AMERICAN_TOUCHES: Mapping[str, str] = {
    **dict.fromkeys(
        ("order.orderStatusCode", "order.overHeadMessage", "order.overHeadLongMessage", "order.vin", "links.href"),
        ORDER,
    ),
    **dict.fromkeys(("recalls.recalls_available", "recalls.number_of_recalls"), _RECALLS),
    **dict.fromkeys(
        (
            *("order.prodNum", "pictures.url", "recalls.vin", "recalls.model", f"{_VIN_RESPONSE}vehicle.vin"),
            *(f"{_VIN_RESPONSE}vehicle.{code}Desc.value" for code in ("naModelCode", "agModelCode")),
            *(
                f"{_VIN_RESPONSE}tcuInfo.{name}"
                for name in ("tcuMobileDirectoryNumber", "tcuMobileIdentNumber", "tcuSerialNumber")
            ),
        ),
        WHICH,
    ),
    f"{_VIN_RESPONSE}vehicle.motorType": "whether it has an engine",
    "recalls.refresh_date": "the day",
    "recalls.status": "whether BMW knows the car",
}
"""What is no single value of a truth."""


def american_proof_of(answer: AnswerFields, field: str, touches: tuple[Touch, ...]) -> str:
    """Return what of a car a field follows; "" for one that is the same for every simulated car."""
    name = f"{answer.name}.{field}"
    moving = [touch for touch in touches if name in touch.moves]
    first = next((touch for touch in moving if name in touch.reads), moving[0] if moving else None)
    if first is None:
        return BESIDE_AMERICAN_TOUCHES.get(name, "") if touches is GARAGE_TOUCHES else ""
    head, _, rest = first.path.partition(".")
    return f"`{rest if head.isdecimal() else first.path}`"
