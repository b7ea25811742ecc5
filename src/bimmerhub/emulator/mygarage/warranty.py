"""`/bin/mybmw/warranty-and-service`: the warranty of a car, its contracts, who sold it (a stored answer)."""

import datetime as dt

from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.inventory.lots.dealers import UsDealer, dealers_of
from bimmerhub.emulator.mygarage.order_book import GarageCar

_TERM_MONTHS, _TERM_MILES = 48, "50,000"
_EMISSIONS_MONTHS, _CALIFORNIAN_MONTHS = 96, 84
_MONTHS_A_YEAR = 12


def describe_warranty(car: GarageCar, *, now_ms: int) -> dict[str, object]:
    """Return the answer about a car."""
    today = utc_moment(now_ms).date()
    sold = dt.date(car.built[0], car.built[1], 1) + dt.timedelta(days=60)
    return {
        "vinResponse": {
            "tcuInfo": _describe_tcu(car, sold),
            "contract": [],
            "eligibleContract": [_plan("Ultimate Care+", "199.00"), _plan("Ultimate Care+ 5 years", "1,299.00")],
            "warranty": {
                "warrantyTermDate": _us_date(_later(sold, _TERM_MONTHS)),
                "warrantyTermAge": str(_TERM_MONTHS),
                "warrantyTermOdoMeter": {"warrantyTermOdoMeter": _TERM_MILES, "odometerUnits": "M"},
                "mfgWarrantyCoverage": [
                    _coverage("WA", "New Vehicle Limited Warranty", sold=sold, months=_TERM_MONTHS, today=today),
                    _coverage("FE", "Federal Emissions Warranty", sold=sold, months=_EMISSIONS_MONTHS, today=today),
                    _coverage(
                        "CA", "California Emissions Warranty", sold=sold, months=_CALIFORNIAN_MONTHS, today=today
                    ),
                ],
            },
            "retailInfo": {
                **_describe_center(car),
                "retailDate": _us_date(sold),
                "inServiceDate": _us_date(sold),
                "currentAge": str(max(0, (today.year - sold.year) * _MONTHS_A_YEAR + today.month - sold.month)),
            },
            "wholeSaleInfo": {**_describe_center(car), "wholeSaleDate": _us_date(sold - dt.timedelta(days=30))},
            "vehicle": _describe_vehicle(car),
            "status": None,
        },
        "overallStatus": {"statusCode": "0", "statusDescription": "Success", "sclass": "I"},
    }


def describe_unknown() -> dict[str, object]:
    """Return the answer about a VIN that BMW does not know (its words are invented)."""
    return {
        "vinResponse": None,
        "overallStatus": {"statusCode": "1", "statusDescription": "VIN not found", "sclass": "E"},
    }


def _describe_tcu(car: GarageCar, sold: dt.date) -> dict[str, object]:
    until = {"link": None, "value": _us_date(_later(sold, _TERM_MONTHS))}
    return {
        "tcuExpireDate": until,
        "tcuConveniencePlanExpireDate": until,
        "tcuMobileDirectoryNumber": f"555{car.production_number}",
        "tcuActivationStatus": "ACTIVE",
        "tcuMobileIdentNumber": f"555{car.production_number[::-1]}",
        "tcuSerialNumber": f"TCU{car.production_number}",
    }


def _describe_vehicle(car: GarageCar) -> dict[str, object]:
    owned = car.owned
    chassis = owned.truth.equipment.chassis if owned is not None else "G45"
    return {
        "vin": car.vin,
        "chassis": chassis,
        "modelYear": str(car.model_year),
        "vehicleProdDate": f"{car.built[0]}/{car.built[1]:02}",
        "vinMsrp": "67,100.00",
        "motorType": "ELECTRIC" if owned is not None and owned.truth.equipment.engine is None else "COMBUSTION",
        "engineSeries": chassis,
        "naModelCodeDesc": {"code": car.model_code, "value": car.model_name},
        "agModelCodeDesc": {"code": car.model_code[1:], "value": car.model_name},
        "lineMakeDesc": {"code": "1", "value": car.brand},
        "interiorColor": {"code": car.upholstery_code, "value": car.upholstery},
        "exteriorColor": {"code": car.paint_code, "value": car.paint},
    }


def _plan(name: str, msrp: str) -> dict[str, object]:
    return {
        "contractType": "MP",
        "vendor": "BMW",
        "msrp": msrp,
        "deductible": "0.00",
        "expireAge": "60",
        "expireOdometer": {"expireOdometer": "999,999", "odometerUnits": "M"},
        "program": {"programDescription": name, "code": name[:3].upper()},
    }


def _coverage(kind: str, name: str, *, sold: dt.date, months: int, today: dt.date) -> dict[str, object]:
    ends = _later(sold, months)
    return {
        "contractStatus": "EXPIRED" if ends < today else "ACTIVE",
        "contractType": kind,
        "expireAge": str(months),
        "expireDate": _us_date(ends),
        "effectiveDate": _us_date(sold),
        "enrollDate": _us_date(sold),
        "expireOdometer": {"expireOdometer": _TERM_MILES, "odometerUnits": "M"},
        "program": {"programDescription": name, "message": "", "infonetUrl": None, "dcsnetUrl": None},
    }


def _describe_center(car: GarageCar) -> dict[str, object]:
    dealer = _seller(car)
    town = dealer.town
    return {
        "centerId": dealer.code,
        "centerName": dealer.name,
        "locationId": "01",
        "address": {
            "address1": dealer.street,
            "address2": None,
            "city": town.name,
            "state": town.state,
            "postalCode": town.zip_code,
            "phone": dealer.phone,
        },
    }


def _seller(car: GarageCar) -> UsDealer:
    dealers = dealers_of(car.brand)
    return dealers[int(car.production_number) % len(dealers)]


def _later(day: dt.date, months: int) -> dt.date:
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    return dt.date(day.year + years, month + 1, 1)


def _us_date(day: dt.date) -> str:
    return f"{day:%m/%d/%Y}"
