"""Which fields My Garage and the dealers' stock answer, and the attribute of the SDK that each becomes.

The fields are written down from stored answers, notes and clients (2021-2026), not from our code; the attributes are
held to the SDK by tests/bmw/mygarage/test_every_field.py and its neighbour of the stock, which change one field at a
time on its way from the emulator. Lists are marked in attributes alone, by `[]`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

NOT_READ = "-"
"""Stands for the attribute of a field that the SDK leaves alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFields:
    """One answer: the operation that asks for it, and its fields below `prefix` with their attributes."""

    name: str
    operation: str
    fields: Mapping[str, str]
    prefix: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The whole fields."""
        return frozenset(self.prefix + name for name in self.fields)

    @property
    def attributes(self) -> Mapping[str, str]:
        """The attributes by whole fields, without those that the SDK leaves alone."""
        return {self.prefix + name: path for name, path in self.fields.items() if path != NOT_READ}


def _pairs(text: str) -> dict[str, str]:
    """Return the attribute of each field; a line holds one of each."""
    return dict(line.split() for line in text.strip().splitlines())


MY_GARAGE = (
    AnswerFields(
        name="envelope",
        operation="forward",
        fields=_pairs(
            """
            responseContent.responseCode code
            responseContent.responseMessage message
            dataContent data
            """
        ),
    ),
    AnswerFields(
        name="features",
        operation="forward",
        prefix="dataContent.VehicleDetails.",
        fields=_pairs(
            """
            exteriorColorCode [].exterior_code
            interiorCode [].interior_code
            exteriorColorDesc [].exterior
            exteriorColorImage [].exterior_picture_url
            interiorColorDesc [].interior
            interiorColorImage [].interior_picture_url
            packageDetails.packageName [].packages[].name
            packageDetails.price [].packages[].price
            packageDetails.doNotExpand [].packages[].stays_closed
            packageDetails.options [].packages[].options[]
            """
        ),
    ),
    AnswerFields(
        name="order",
        operation="service-forward",
        prefix="dataContent.prodVehicleDetails.",
        fields=_pairs(
            """
            prodNum [].production_number
            vin [].vin
            orderStatusCode [].status
            overHeadMessage [].message
            overHeadLongMessage [].long_message
            prodDate [].produced_on
            retlDate [].sold_on
            modelYear [].model_year
            naModelCode [].model_code
            exteriorColor [].exterior
            interiorColor [].interior
            colorCode [].colour_code
            upholsteryCode [].upholstery_code
            packageDetails.packageName [].packages[].name
            packageDetails.price [].packages[].price
            packageDetails.doNotExpand [].packages[].stays_closed
            packageDetails.options [].packages[].options[]
            """
        ),
    ),
    AnswerFields(
        name="recalls",
        operation="get-recalls",
        fields=_pairs(
            """
            vin vin
            status is_known
            year year
            make make
            model model
            manufacturer_id manufacturer_id
            recalls_available are_available
            number_of_recalls count
            refresh_date refreshed_on
            """
        ),
    ),
    AnswerFields(
        name="warranty",
        operation="warranty",
        fields=_pairs(
            """
            vinResponse.tcuInfo.tcuExpireDate.value telematics.ends_on
            vinResponse.tcuInfo.tcuConveniencePlanExpireDate.value telematics.convenience_plan_ends_on
            vinResponse.tcuInfo.tcuMobileDirectoryNumber telematics.directory_number
            vinResponse.tcuInfo.tcuActivationStatus telematics.activation
            vinResponse.tcuInfo.tcuMobileIdentNumber telematics.identification_number
            vinResponse.tcuInfo.tcuSerialNumber telematics.serial_number
            vinResponse.contract contracts[]
            vinResponse.eligibleContract.contractType plans[].kind
            vinResponse.eligibleContract.vendor plans[].vendor
            vinResponse.eligibleContract.msrp plans[].price_usd
            vinResponse.eligibleContract.deductible plans[].deductible_usd
            vinResponse.eligibleContract.expireAge plans[].age_months
            vinResponse.eligibleContract.expireOdometer.expireOdometer plans[].mileage.distance
            vinResponse.eligibleContract.expireOdometer.odometerUnits plans[].mileage.unit
            vinResponse.eligibleContract.program.programDescription plans[].program.name
            vinResponse.eligibleContract.program.code plans[].program.code
            vinResponse.warranty.warrantyTermDate warranty.ends_on
            vinResponse.warranty.warrantyTermAge warranty.age_months
            vinResponse.warranty.warrantyTermOdoMeter.warrantyTermOdoMeter warranty.mileage.distance
            vinResponse.warranty.warrantyTermOdoMeter.odometerUnits warranty.mileage.unit
            vinResponse.warranty.mfgWarrantyCoverage.contractStatus warranty.coverages[].state
            vinResponse.warranty.mfgWarrantyCoverage.contractType warranty.coverages[].kind
            vinResponse.warranty.mfgWarrantyCoverage.expireAge warranty.coverages[].age_months
            vinResponse.warranty.mfgWarrantyCoverage.expireDate warranty.coverages[].ends_on
            vinResponse.warranty.mfgWarrantyCoverage.effectiveDate warranty.coverages[].effective_on
            vinResponse.warranty.mfgWarrantyCoverage.enrollDate warranty.coverages[].enrolled_on
            vinResponse.warranty.mfgWarrantyCoverage.expireOdometer.expireOdometer warranty.coverages[].mileage.distance
            vinResponse.warranty.mfgWarrantyCoverage.program.programDescription warranty.coverages[].program.name
            vinResponse.warranty.mfgWarrantyCoverage.program.message warranty.coverages[].program.message
            vinResponse.warranty.mfgWarrantyCoverage.program.infonetUrl -
            vinResponse.warranty.mfgWarrantyCoverage.program.dcsnetUrl -
            vinResponse.retailInfo.centerId retail.center_id
            vinResponse.retailInfo.centerName retail.center_name
            vinResponse.retailInfo.locationId retail.location_id
            vinResponse.retailInfo.address.address1 retail.address.address1
            vinResponse.retailInfo.address.city retail.address.city
            vinResponse.retailInfo.address.state retail.address.state
            vinResponse.retailInfo.address.postalCode retail.address.postal_code
            vinResponse.retailInfo.address.phone retail.address.phone
            vinResponse.retailInfo.retailDate retail.retail_date
            vinResponse.retailInfo.inServiceDate retail.in_service_date
            vinResponse.retailInfo.currentAge retail.current_age
            vinResponse.wholeSaleInfo.centerId wholesale.center_id
            vinResponse.wholeSaleInfo.centerName wholesale.center_name
            vinResponse.wholeSaleInfo.locationId wholesale.location_id
            vinResponse.wholeSaleInfo.address.address1 wholesale.address.address1
            vinResponse.wholeSaleInfo.address.city wholesale.address.city
            vinResponse.wholeSaleInfo.address.state wholesale.address.state
            vinResponse.wholeSaleInfo.address.postalCode wholesale.address.postal_code
            vinResponse.wholeSaleInfo.address.phone wholesale.address.phone
            vinResponse.wholeSaleInfo.wholeSaleDate wholesale.whole_sale_date
            vinResponse.vehicle.vin vehicle.vin
            vinResponse.vehicle.chassis vehicle.chassis
            vinResponse.vehicle.modelYear vehicle.model_year
            vinResponse.vehicle.vehicleProdDate vehicle.produced
            vinResponse.vehicle.vinMsrp vehicle.msrp_usd
            vinResponse.vehicle.motorType vehicle.motor_type
            vinResponse.vehicle.engineSeries vehicle.engine_series
            vinResponse.vehicle.naModelCodeDesc.code vehicle.na_model.code
            vinResponse.vehicle.naModelCodeDesc.value vehicle.na_model.value
            vinResponse.vehicle.agModelCodeDesc.code vehicle.ag_model.code
            vinResponse.vehicle.agModelCodeDesc.value vehicle.ag_model.value
            vinResponse.vehicle.lineMakeDesc.code vehicle.make.code
            vinResponse.vehicle.lineMakeDesc.value vehicle.make.value
            vinResponse.vehicle.interiorColor.code vehicle.interior.code
            vinResponse.vehicle.interiorColor.value vehicle.interior.value
            vinResponse.vehicle.exteriorColor.code vehicle.exterior.code
            vinResponse.vehicle.exteriorColor.value vehicle.exterior.value
            vinResponse.status -
            overallStatus.statusCode status_code
            overallStatus.statusDescription status_description
            overallStatus.sclass -
            """
        ),
    ),
    AnswerFields(
        name="services",
        operation="value-services",
        fields=_pairs(
            """
            Status -
            Message -
            Result.Services.Id [].number
            Result.Services.Name [].name
            Result.Services.ImageUrl [].image_url
            Result.Services.ImageDescription [].image_description
            Result.Services.Price [].price_usd
            Result.Services.AgCode [].ag_code
            Result.Services.DealerId [].dealer_id
            Result.Services.Description [].description
            """
        ),
    ),
    AnswerFields(
        name="dealer",
        operation="dealer",
        fields=_pairs(
            """
            DealerCenterID center_id
            DealerName name
            DealerAddress address
            DealerUrl url
            """
        ),
    ),
    AnswerFields(
        name="links",
        operation="service-forward",
        prefix="links.",
        fields=_pairs(
            """
            rel [].relation
            href [].href
            """
        ),
    ),
    AnswerFields(
        name="pictures",
        operation="service-forward",
        prefix="content.",
        fields=_pairs(
            """
            angle [].angle_deg
            url [].url
            """
        ),
    ),
)
"""Of My Garage; `service-forward` follows a link of the car."""

STOCK = (
    AnswerFields(
        name="vehicle",
        operation="vehicle",
        fields=_pairs(
            """
            totalRecords total
            pageSize size
            vehicles.vin vehicles[].vin
            vehicles.year vehicles[].year
            vehicles.make vehicles[].make
            vehicles.model vehicles[].model
            vehicles.modelDescription vehicles[].description
            vehicles.modelSeries vehicles[].series
            vehicles.trim vehicles[].trim
            vehicles.trimDescription vehicles[].trim_description
            vehicles.type vehicles[].kind
            vehicles.internetPrice vehicles[].price_usd
            vehicles.msrp vehicles[].msrp_usd
            vehicles.odometer vehicles[].odometer_miles
            vehicles.drivetrain vehicles[].drivetrain
            vehicles.bodyStyle vehicles[].body_style
            vehicles.fuelType vehicles[].fuel_type
            vehicles.transmissionType vehicles[].transmission_type
            vehicles.engineCylinders vehicles[].engine_cylinders
            vehicles.engineDisplacement vehicles[].engine_displacement
            vehicles.engineDescription vehicles[].engine_description
            vehicles.hwyMPG vehicles[].highway_mpg
            vehicles.cityMPG vehicles[].city_mpg
            vehicles.exterior vehicles[].exterior
            vehicles.exteriorMeta vehicles[].exterior_colour
            vehicles.interior vehicles[].interior
            vehicles.interiorMeta vehicles[].interior_colour
            vehicles.optionDescriptions vehicles[].options[]
            vehicles.allDescriptions vehicles[].all_equipment[]
            vehicles.photos vehicles[].photo_urls[]
            vehicles.vdpUrl vehicles[].page_url
            vehicles.distance vehicles[].distance_miles
            vehicles.dealerCode vehicles[].dealer_code
            photoDetails.root vehicles[].photo_urls[]
            dealers.dealerName dealers[].name
            dealers.state dealers[].state
            """
        ),
    ),
    AnswerFields(
        name="minis",
        operation="minis",
        prefix="data.getInventory.",
        fields=_pairs(
            """
            numberOfFilteredVehicles total
            pageNumber page_number
            totalPages total_pages
            errorCode error_code
            dealerInfo.centerID dealers[].center_id
            dealerInfo.newVehicleSales.dealerName dealers[].new_vehicle_sales[].name
            dealerInfo.newVehicleSales.distance dealers[].new_vehicle_sales[].distance_miles
            dealerInfo.newVehicleSales.longitude dealers[].new_vehicle_sales[].longitude_deg
            dealerInfo.newVehicleSales.locationID dealers[].new_vehicle_sales[].location_id
            dealerInfo.newVehicleSales.dealerURL dealers[].new_vehicle_sales[].url
            dealerInfo.newVehicleSales.phoneNumber dealers[].new_vehicle_sales[].phone
            dealerInfo.newVehicleSales.address.lineOne dealers[].new_vehicle_sales[].address.line_one
            dealerInfo.newVehicleSales.address.lineTwo dealers[].new_vehicle_sales[].address.line_two
            dealerInfo.newVehicleSales.address.city dealers[].new_vehicle_sales[].address.city
            dealerInfo.newVehicleSales.address.state dealers[].new_vehicle_sales[].address.state
            dealerInfo.newVehicleSales.address.zipcode dealers[].new_vehicle_sales[].address.zip_code
            dealerInfo.certifiedPreowned.dealerName dealers[].used_vehicle_sales[].name
            dealerInfo.certifiedPreowned.distance dealers[].used_vehicle_sales[].distance_miles
            dealerInfo.certifiedPreowned.longitude dealers[].used_vehicle_sales[].longitude_deg
            dealerInfo.certifiedPreowned.locationID dealers[].used_vehicle_sales[].location_id
            dealerInfo.certifiedPreowned.dealerURL dealers[].used_vehicle_sales[].url
            dealerInfo.certifiedPreowned.phoneNumber dealers[].used_vehicle_sales[].phone
            dealerInfo.certifiedPreowned.address.lineOne dealers[].used_vehicle_sales[].address.line_one
            dealerInfo.certifiedPreowned.address.lineTwo dealers[].used_vehicle_sales[].address.line_two
            dealerInfo.certifiedPreowned.address.city dealers[].used_vehicle_sales[].address.city
            dealerInfo.certifiedPreowned.address.state dealers[].used_vehicle_sales[].address.state
            dealerInfo.certifiedPreowned.address.zipcode dealers[].used_vehicle_sales[].address.zip_code
            result.name vehicles[].name
            result.modelYear vehicles[].model_year
            result.vehicleDetailsPage vehicles[].page
            result.milesPerGallon vehicles[].miles_per_gallon
            result.milesPerGallonEqv vehicles[].miles_per_gallon_equivalent
            result.code vehicles[].code
            result.agCode vehicles[].ag_code
            result.engineDriveType.name vehicles[].drive.name
            result.modelRange.code vehicles[].model_range.code
            result.modelRange.name vehicles[].model_range.name
            result.qualifiedModelCode vehicles[].qualified_model_code
            result.totalMsrp vehicles[].msrp_usd
            result.internetPrice vehicles[].price_usd
            result.dealerId vehicles[].dealer_id
            result.dealerLocation vehicles[].dealer_location
            result.orderStatus vehicles[].order_status
            result.vin vehicles[].vin
            result.options.name vehicles[].options[].name
            result.options.code vehicles[].options[].code
            result.options.isPaint vehicles[].options[].is_paint
            result.options.isUpholstery vehicles[].options[].is_upholstery
            result.options.isTrim vehicles[].options[].is_trim
            result.fuelType vehicles[].fuel_type
            result.usedCarType vehicles[].used_car_kind
            result.exteriorColorCode vehicles[].exterior_code
            result.exteriorColorDescription vehicles[].exterior
            result.interiorColorCode vehicles[].interior_code
            result.interiorColorDescription vehicles[].interior
            result.mileage vehicles[].odometer_miles
            result.images vehicles[].photo_urls[]
            """
        ),
    ),
    AnswerFields(
        name="available-features",
        operation="available-features",
        prefix="data.getAvailableFeatures.",
        fields=_pairs(
            """
            type [].kind
            features.name [].features[].name
            features.code [].features[].code
            features.cosyURL [].features[].picture_url
            features.isStandard [].features[].is_standard
            """
        ),
    ),
    AnswerFields(
        name="filter-options",
        operation="filter-options",
        prefix="data.getFilterableOptions.",
        fields=_pairs(
            """
            dealerIds dealer_ids[]
            models.code models[].code
            models.name models[].name
            modelRange.code model_ranges[].code
            modelRange.name model_ranges[].name
            minPrice lowest_price_usd
            maxPrice highest_price_usd
            minModelYear first_model_year
            maxModelYear last_model_year
            engineDriveTypes.code drive_types[].code
            engineDriveTypes.name drive_types[].name
            fuelTypes.code fuel_types[].code
            fuelTypes.name fuel_types[].name
            transmissionTypes transmission_types[]
            """
        ),
    ),
    AnswerFields(
        name="configuration",
        operation="configuration",
        fields=_pairs(
            """
            optionDetails.ZPP.name options[].name
            optionDetails.ZPP.isPaint options[].is_paint
            optionDetails.ZPP.isUpholstery options[].is_upholstery
            """
        ),
    ),
    AnswerFields(
        name="options",
        operation="options",
        fields=_pairs(
            """
            code [].code
            name [].name
            rgbValues [].rgb
            cosyUrl [].picture_url
            """
        ),
    ),
    AnswerFields(
        name="dealer",
        operation="dealer",
        fields=_pairs(
            """
            DealerCenterID center_id
            DealerName name
            DealerAddress address
            DealerUrl url
            """
        ),
    ),
    AnswerFields(
        name="new-vehicles",
        operation="new-vehicles",
        fields=_pairs(
            """
            totalVehicleCount total
            vehicles.name vehicles[].name
            vehicles.vin vehicles[].vin
            vehicles.totalMsrp vehicles[].msrp_usd
            vehicles.dealer.businessName vehicles[].dealer.name
            vehicles.dealer.phone vehicles[].dealer.phone
            vehicles.dealer.url vehicles[].dealer.url
            """
        ),
    ),
)
"""Of the dealers' stock."""
