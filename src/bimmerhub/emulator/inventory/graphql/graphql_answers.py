"""What the three queries of miniusa.com answer about the stock: features, what can be filtered by, the cars."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import ceil

from bimmerhub.emulator.inventory.lots.dealers import UsDealer, dealers_of
from bimmerhub.emulator.inventory.lots.stock import OPTIONS, PAINTS, UPHOLSTERIES, OrderStatus, StockCar
from bimmerhub.emulator.inventory.lots.stock_photos import photo_name
from bimmerhub.emulator.inventory.lots.towns import Town, find_town, miles_between
from bimmerhub.emulator.inventory.vehicle_answers import kind_of

BRANDS = {"MI": "MINI", "BM": "BMW"}
_DRIVES = {"AWD": "AWD/xDrive", "RWD": "RWD/sDrive", "FWD": "FWD"}
_USUAL_PAGE = 24
LARGEST_PAGE = 500
Wishes = Mapping[str, object]


class StockQueries:
    """Answers each query with plain objects, of which GraphQL takes what was asked for."""

    def __init__(self, stock: Sequence[StockCar], *, photo_url: Callable[[str], str]) -> None:
        self._stock = stock
        self._photo_url = photo_url

    def list_features(
        self, *, brand: str, zip_code: str | None, bucket: str | None, types: Iterable[str] | None, wishes: Wishes
    ) -> list[dict[str, object]]:
        """Return what the cars that are wanted have, by kind."""
        cars = self._choose(brand, zip_code, bucket, wishes)
        options = {code for car in cars for code in car.options}
        groups: dict[str, list[dict[str, object]]] = {
            "PACKAGES": [_feature(code, OPTIONS[code]) for code in sorted(options) if code.startswith("Z")],
            "OPTIONS": [_feature(code, OPTIONS[code]) for code in sorted(options) if not code.startswith("Z")],
            "PAINTS": [_feature(code, PAINTS[code][0]) for code in sorted({car.paint for car in cars})],
            "UPHOLSTERIES": [
                _feature(code, UPHOLSTERIES[code][0]) for code in sorted({car.upholstery for car in cars})
            ],
        }
        return [{"type": kind, "features": groups[kind]} for kind in (types or groups)]

    def list_filters(
        self, *, brand: str, zip_code: str | None, bucket: str | None, wishes: Wishes
    ) -> dict[str, object]:
        """Return what cars can be filtered by."""
        cars = self._choose(brand, zip_code, bucket, wishes)
        prices, years = [car.price_usd for car in cars], [car.year for car in cars]
        models = dict.fromkeys(car.model for car in cars)
        return {
            "dealerIds": sorted({car.dealer.code for car in cars}),
            "models": [{"code": model.code, "name": model.name} for model in models],
            "modelRange": _code_and_name(model.series for model in models),
            "minPrice": min(prices, default=None),
            "maxPrice": max(prices, default=None),
            "minModelYear": min(years, default=None),
            "maxModelYear": max(years, default=None),
            "engineDriveTypes": [
                {"code": drive, "name": _DRIVES[drive]} for drive in sorted({model.drivetrain for model in models})
            ],
            "fuelTypes": _code_and_name(model.fuel for model in models),
            "transmissionTypes": ["Automatic"],
        }

    def search(
        self,
        *,
        brand: str,
        zip_code: str | None,
        bucket: str | None,
        wishes: Wishes,
        sorting: Sequence[Wishes],
        page: int,
        page_size: int | None,
    ) -> dict[str, object]:
        """Return one page of the cars that are wanted; pages count from 1."""
        town = find_town(zip_code or "")
        cars = self._choose(brand, zip_code, bucket, wishes)
        for rule in reversed(sorting):
            key = _orders(town).get(str(rule.get("criteria")))
            if key is not None:
                cars.sort(key=key, reverse=rule.get("order") == "DESC")
        size = min(max(page_size or _USUAL_PAGE, 1), LARGEST_PAGE)
        shown = cars[(max(page, 1) - 1) * size : max(page, 1) * size]
        dealers = dict.fromkeys(car.dealer for car in shown)
        return {
            "numberOfFilteredVehicles": len(cars),
            "pageNumber": max(page, 1),
            "totalPages": ceil(len(cars) / size),
            "errorCode": None,
            "dealerInfo": [_describe_dealer(dealer, town) for dealer in dealers],
            "result": [self._describe(car, town) for car in shown],
        }

    def _choose(self, brand: str, zip_code: str | None, bucket: str | None, wishes: Wishes) -> list[StockCar]:
        town, own = find_town(zip_code or ""), {dealer.code for dealer in dealers_of(BRANDS[brand])}
        return [
            car
            for car in self._stock
            if car.dealer.code in own and _is_in_bucket(car, bucket) and _is_wanted(car, wishes, town)
        ]

    def _describe(self, car: StockCar, town: Town | None) -> dict[str, object]:
        model, is_mini = car.model, car.model.brand == "MINI"
        exterior, exterior_colour = car.paint_name
        interior, interior_colour = car.upholstery_name
        return {
            "name": model.name,
            "modelYear": car.year,
            "vehicleDetailsPage": f"/inventory/{car.vin}",
            "milesPerGallon": None if model.fuel == "Electric" else model.city_mpg,
            "milesPerGallonEqv": model.city_mpg if model.fuel == "Electric" else None,
            "code": model.code,
            "agCode": model.code[1:],
            "engineDriveType": {"code": model.drivetrain, "name": _DRIVES[model.drivetrain]},
            "modelRange": {"code": _code(model.series), "name": model.series},
            "qualifiedModelCode": f"{car.year}-{model.code}",
            "totalMsrp": car.msrp_usd,
            "internetPrice": car.price_usd,
            "dealerId": car.dealer.code,
            "dealerLocation": car.dealer.town.name,
            "orderStatus": int(car.status) if is_mini else str(int(car.status)),
            "vin": car.vin,
            "options": [*_options(car)],
            "fuelType": model.fuel,
            "usedCarType": None if car.is_new else kind_of(car).upper(),
            "exteriorColorCode": car.paint,
            "exteriorColorDescription": exterior,
            "interiorColorCode": car.upholstery,
            "interiorColorDescription": interior,
            "mileage": car.odometer_miles,
            "images": [self._photo_url(photo_name(car))],
            "sold": False,
            "daysOnLot": car.days_on_lot,
            "orderType": "STOCK",
            "dealerEstArrivalDate": None,
            "marketingText": f"{model.brand} {model.name}",
            "technicalText": f"{model.name} {model.body.value}",
            "interiorGenericColor": interior_colour,
            "exteriorGenericColor": exterior_colour,
            "hybridFlag": model.fuel == "Hybrid",
            "sportsFlag": "ZMP" in car.options,
            "bodyStyle": model.body.value,
            "series": model.series,
            "distanceToLocatorZip": None if town is None else f"{miles_between(town, car.dealer.town):.1f}",
            "initialCOSYURL": None,
            "optionCodes": [*car.options],
            "isAtPmaDealer": False,
        }


def _is_in_bucket(car: StockCar, bucket: str | None) -> bool:
    """Tell whether a car is in a bucket; BYO holds everything (inferred)."""
    is_here = car.status is OrderStatus.AT_DEALER
    return bucket in {None, "BYO"} or is_here == (bucket == "STOCK")


def _is_wanted(car: StockCar, wishes: Wishes, town: Town | None) -> bool:
    """Tell whether a car is what a filter wants; nothing here is sold, stopped, blocked or a loaner."""
    if any(wishes.get(name) for name in ("sold", "priceBlocked", "serviceLoaner")):
        return False
    return (
        _is_near(car, wishes.get("locatorRange"), town)
        and wishes.get("used") in {None, not car.is_new}
        and _is_between(car.price_usd, wishes.get("minPrice"), wishes.get("maxPrice"))
        and _is_between(car.year, wishes.get("minModelYear"), wishes.get("maxModelYear"))
        and _has_any(wishes.get("series"), {car.model.series})
        and _has_any(wishes.get("statuses"), {int(car.status), str(int(car.status))})
        and _has_any(wishes.get("paints"), {car.paint})
        and _has_any(wishes.get("agCode"), {car.model.code[1:]})
        and _has_any(wishes.get("options"), set(car.options))
    )


def _is_near(car: StockCar, range_miles: object, town: Town | None) -> bool:
    if town is None or not isinstance(range_miles, int):
        return True
    return miles_between(town, car.dealer.town) <= range_miles


def _is_between(number: int, low: object, high: object) -> bool:
    return (not isinstance(low, int) or number >= low) and (not isinstance(high, int) or number <= high)


def _has_any(wanted: object, own: Collection[object]) -> bool:
    return not isinstance(wanted, list) or not wanted or any(value in own for value in wanted)


def _orders(town: Town | None) -> Mapping[str, Callable[[StockCar], float]]:
    return {
        "PRICE": lambda car: car.price_usd,
        "MILEAGE": lambda car: car.odometer_miles,
        "MODEL_YEAR": lambda car: car.year,
        "DISTANCE_TO_LOCATOR_ZIP": lambda car: 0.0 if town is None else miles_between(town, car.dealer.town),
    }


def _describe_dealer(dealer: UsDealer, town: Town | None) -> dict[str, object]:
    miles = None if town is None else round(miles_between(town, dealer.town), 1)
    site = {
        "dealerName": dealer.name,
        "distance": miles if dealer.brand == "MINI" or miles is None else str(miles),
        "latitude": dealer.town.latitude_deg,
        "longitude": dealer.town.longitude_deg,
        "locationID": "01",
        "dealerURL": dealer.url,
        "phoneNumber": dealer.phone,
        "address": {
            "lineOne": dealer.street,
            "lineTwo": None,
            "city": dealer.town.name,
            "state": dealer.town.state,
            "zipcode": dealer.town.zip_code,
        },
    }
    return {"centerID": dealer.code, "newVehicleSales": [site], "certifiedPreowned": [site]}


def _options(car: StockCar) -> Iterable[dict[str, object]]:
    yield _option(car.paint, car.paint_name[0], is_paint=True)
    yield _option(car.upholstery, car.upholstery_name[0], is_upholstery=True)
    for code, name in car.options.items():
        yield _option(code, name)


def _option(code: str, name: str, *, is_paint: bool = False, is_upholstery: bool = False) -> dict[str, object]:
    return {"name": name, "code": code, "isPaint": is_paint, "isUpholstery": is_upholstery, "isTrim": False}


def _feature(code: str, name: str) -> dict[str, object]:
    return {"name": name, "code": code, "cosyURL": None, "isStandard": False}


def _code_and_name(names: Iterable[str]) -> list[dict[str, object]]:
    return [{"code": _code(name), "name": name} for name in dict.fromkeys(names)]


def _code(name: str) -> str:
    return name.upper().replace(" ", "_")
