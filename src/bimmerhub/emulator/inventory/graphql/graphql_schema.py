"""The schema of the search that miniusa.com asks, as far as its clients tell (names and arguments 2023-2026).

Which fields are always there, and what is a number or a text where clients accept both, is inferred.
"""

SCHEMA = """
scalar NumberOrText

enum Brand { BM MI }
enum Bucket { BYO STOCK PIPELINE }
enum FeatureType { PACKAGES OPTIONS PAINTS UPHOLSTERIES }
enum SortOrder { ASC DESC }
enum SortCriteria { DISTANCE_TO_LOCATOR_ZIP PRICE MILEAGE MODEL_YEAR }

input InventoryFilter {
  locatorRange: Int
  minPrice: Int
  maxPrice: Int
  minModelYear: Int
  maxModelYear: Int
  excludeStopSale: Boolean
  sold: Boolean
  used: Boolean
  priceBlocked: Boolean
  serviceLoaner: Boolean
  series: [String!]
  statuses: [NumberOrText!]
  regions: [String!]
  priorities: [NumberOrText!]
  paints: [String!]
  agCode: [String!]
  options: [String!]
}

input Sorting { order: SortOrder, criteria: SortCriteria }
input Pagination { pageIndex: Int, pageSize: Int }

type Query {
  getAvailableFeatures(
    brand: Brand!, zip: String, bucket: Bucket, types: [FeatureType!], filter: InventoryFilter
  ): [FeatureGroup!]
  getFilterableOptions(brand: Brand!, zip: String, bucket: Bucket, filter: InventoryFilter): FilterableOptions
  getInventory(
    brand: Brand!, zip: String, bucket: Bucket, filter: InventoryFilter, sorting: [Sorting!], pagination: Pagination
  ): Inventory
}

type FeatureGroup { type: FeatureType, features: [Feature!] }
type Feature { name: String, code: String, cosyURL: String, isStandard: Boolean }
type CodeAndName { code: String, name: String }

type FilterableOptions {
  dealerIds: [String!]
  models: [CodeAndName!]
  modelRange: [CodeAndName!]
  minPrice: Int
  maxPrice: Int
  minModelYear: Int
  maxModelYear: Int
  engineDriveTypes: [CodeAndName!]
  fuelTypes: [CodeAndName!]
  transmissionTypes: [String!]
}

type Inventory {
  numberOfFilteredVehicles: Int
  pageNumber: Int
  totalPages: Int
  errorCode: String
  dealerInfo: [DealerInfo!]
  result: [Vehicle!]
}

type DealerInfo { centerID: String, newVehicleSales: [SalesSite!], certifiedPreowned: [SalesSite!] }

type SalesSite {
  dealerName: String
  distance: NumberOrText
  latitude: NumberOrText
  longitude: NumberOrText
  locationID: String
  dealerURL: String
  phoneNumber: String
  address: Address
}

type Address { lineOne: String, lineTwo: String, city: String, state: String, zipcode: String }
type VehicleOption { name: String, code: String, isPaint: Boolean, isUpholstery: Boolean, isTrim: Boolean }

type Vehicle {
  name: String
  modelYear: Int
  vehicleDetailsPage: String
  milesPerGallon: NumberOrText
  milesPerGallonEqv: NumberOrText
  code: String
  agCode: String
  engineDriveType: CodeAndName
  modelRange: CodeAndName
  qualifiedModelCode: String
  totalMsrp: Int
  internetPrice: Int
  dealerId: String
  dealerLocation: String
  orderStatus: NumberOrText
  vin: String
  options: [VehicleOption!]
  fuelType: String
  usedCarType: String
  exteriorColorCode: String
  exteriorColorDescription: String
  interiorColorCode: String
  interiorColorDescription: String
  mileage: Int
  images: [String!]
  sold: Boolean
  daysOnLot: Int
  orderType: String
  dealerEstArrivalDate: String
  marketingText: String
  technicalText: String
  interiorGenericColor: String
  exteriorGenericColor: String
  hybridFlag: Boolean
  sportsFlag: Boolean
  bodyStyle: String
  series: String
  distanceToLocatorZip: String
  initialCOSYURL: String
  optionCodes: [String!]
  isAtPmaDealer: Boolean
}
"""
