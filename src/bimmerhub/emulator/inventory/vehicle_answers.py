"""A car of the dealers' stock in the words of `POST /vehicle`. Names of fields as clients of 2023-2026 read them."""

from bimmerhub.emulator.inventory.lots.dealers import UsDealer
from bimmerhub.emulator.inventory.lots.stock import StockCar
from bimmerhub.emulator.inventory.lots.stock_photos import photo_name

_STANDARD = ("Bluetooth Audio Streaming", "Automatic Climate Control", "Rear View Camera")


def describe_car(car: StockCar, *, miles: float | None) -> dict[str, object]:
    """Return one vehicle; `miles` is how far it is from the zip code that was asked for."""
    model, dealer = car.model, car.dealer
    exterior, exterior_colour = car.paint_name
    interior, interior_colour = car.upholstery_name
    return {
        "vin": car.vin,
        "year": car.year,
        "make": model.brand,
        "model": model.name,
        "modelDescription": f"{car.year} {model.brand} {model.name}",
        "modelSeries": model.series,
        "trim": model.name,
        "trimDescription": f"{model.name} {model.body.value}",
        "type": kind_of(car),
        "internetPrice": car.price_usd,
        "msrp": car.msrp_usd,
        "odometer": car.odometer_miles,
        "drivetrain": model.drivetrain,
        "bodyStyle": model.body.value,
        "fuelType": model.fuel,
        "transmissionType": "Automatic",
        "engineCylinders": model.cylinders,
        "engineDisplacement": f"{model.litres:.1f}" if model.litres else None,
        "engineDescription": describe_engine(car),
        "hwyMPG": model.highway_mpg,
        "cityMPG": model.city_mpg,
        "exterior": exterior,
        "exteriorMeta": exterior_colour,
        "interior": interior,
        "interiorMeta": interior_colour,
        "optionDescriptions": "|".join(car.options.values()),
        "allDescriptions": "|".join((*car.options.values(), *_STANDARD)),
        "photos": [photo_name(car)],
        "vdpUrl": f"{dealer.url}/used/{car.vin}",
        "distance": None if miles is None else round(miles, 1),
        "dealerCode": dealer.code,
    }


def kind_of(car: StockCar) -> str:
    """Return CPO for a certified car, else Used."""
    return "CPO" if car.is_certified else "Used"


def describe_engine(car: StockCar) -> str:
    """Return the engine in words."""
    model = car.model
    return f"{model.litres:.1f}L {model.cylinders}-cylinder" if model.cylinders else "Electric motor"


def describe_dealer(dealer: UsDealer) -> dict[str, object]:
    """Return one dealer of the answer; all but name and state is inferred."""
    return {
        "dealerCode": dealer.code,
        "dealerName": dealer.name,
        "address": dealer.street,
        "city": dealer.town.name,
        "state": dealer.town.state,
        "postalCode": dealer.town.zip_code,
        "phone": dealer.phone,
    }
