"""Which fields and words the MyBMW app's requests have, and how the SDK sends each of them; as `requests.py`.

What every request has (the app's name, ids, the language) stands with the state. A list of objects is marked by `[]`.
"""

# ruff: noqa: E501 - a row is one line

from tools.families.requests import NOT_SENT, Place, RequestFacts, RequestField

_TABLES = """
state-v4 GET /eadrax-vcs/v4/vehicles/state
header accept | always | application/json
header x-user-agent | `App.version`, `App.build`, brand and region
header accept-language | `Endpoints.language`
header x-raw-locale | `Endpoints.language`
header authorization | the token
header bmw-session-id | `App.session_id`
header x-identity-provider | always | gcdm
header x-correlation-id | a new one each time
header bmw-correlation-id | the same
header bmw-units-preferences | always | d=KM;v=L;p=B;ec=KWH100KM;fc=L100KM;em=GKM;
header 24-hour-format | always | true
header country |
header bmw-is-demo-mode-active |
header x-cluster-use-mock |
header bmw-vin | the car
query apptimezone | always | 0
query appDateTime | the SDK's clock

vehicles-v1 GET /eadrax-vcs/v1/vehicles
query apptimezone | always | 0
query appDateTime | the SDK's clock
query tireGuardMode | always | ENABLED

vehicles-v4 GET /eadrax-vcs/v4/vehicles
query apptimezone | always | 0
query appDateTime | the SDK's clock
query tireGuardMode | always | ENABLED

profile GET /eadrax-vcs/v5/vehicle-data/profile
header bmw-vin | the car

image-v3 GET /eadrax-ics/v3/presentation/vehicles/{vin}/images
header accept | always | image/png
query carView | `fetch_image(view=…)` | VehicleStatus FrontView RearView SideViewLeft SideViewRight FrontLeft FrontRight RearLeft RearRight Dashboard DriverDoor AngleSideViewForty AngleSideViewSixty

image-v5 GET /eadrax-ics/v5/presentation/vehicles/images
header accept | always | image/png
header bmw-vin | the car
header bmw-app-vehicle-type | always | connected
query carView | `fetch_image(view=…)` | VehicleStatus FrontView RearView SideViewLeft SideViewRight FrontLeft FrontRight RearLeft RearRight Dashboard DriverDoor AngleSideViewForty AngleSideViewSixty
query toCrop | always | true

command-v2 POST /eadrax-vrccs/v2/presentation/remote-commands/{vin}/{service}
path service | each command | light-flash vehicle-finder door-lock door-unlock horn-blow climate-now charge-now
query action | `start_climate()`, `stop_climate()` | START STOP
query deviceTime |
query dlat |
query dlon |

command-v3 POST /eadrax-vrccs/v3/presentation/remote-commands/{vin}/{service}
path service | each command | light-flash vehicle-finder door-lock door-unlock horn-blow climate-now
query action | `start_climate()`, `stop_climate()` | START STOP
query deviceTime |
query dlat |
query dlon |

command-v4 POST /eadrax-vrccs/v4/presentation/remote-commands/{service}
header bmw-vin | the car
path service | each command | light-flash vehicle-finder door-lock door-unlock horn-blow climate-now
query action | `start_climate()`, `stop_climate()` | START STOP

event-status-v3 POST /eadrax-vrccs/v3/presentation/remote-commands/eventStatus
query eventId | each command

event-position-v4 POST /eadrax-vrccs/v4/presentation/remote-commands/eventPosition
query eventId | `fetch_position(…)`
header latitude | `fetch_position(near=…)`
header longitude | `fetch_position(near=…)`

charging-settings GET /eadrax-crccs/v2/vehicles
header bmw-vin | the car
header bmw-current-date | the SDK's clock
query fields | always | charging-profile
query has_charging_settings_capabilities | what the car can | true false

set-charging-settings POST /eadrax-crccs/v1/vehicles/{vin}/charging-settings
JSON chargingTarget | `ChargingSettingsOrder.target_percent`
JSON acLimitValue | `ChargingSettingsOrder.ac_limit_a`
JSON isUnlockCableActive | `ChargingSettingsOrder.is_unlock_cable_active` | true false
JSON dcLoudness | `ChargingSettingsOrder.dc_loudness` | UNLIMITED_LOUD

set-charging-profile POST /eadrax-crccs/v1/vehicles/{vin}/charging-profile
JSON chargingMode.chargingPreference | `ChargingProfileOrder.charging_mode` | NO_PRESELECTION CHARGING_WINDOW
JSON chargingMode.type | `ChargingProfileOrder.charging_mode` | CHARGING_IMMEDIATELY TIME_SLOT
JSON chargingMode.startTimeSlot | `ChargingProfileOrder.charging_mode`
JSON chargingMode.endTimeSlot | `ChargingProfileOrder.charging_mode`
JSON chargingMode.timerChange | always | NO_CHANGE
JSON departureTimer.type | `ChargingProfileOrder.departures` | WEEKLY_DEPARTURE_TIMER TWO_DEPARTURE_TIMER
JSON departureTimer.weeklyTimers[].id | `ChargingProfileOrder.departures`
JSON departureTimer.weeklyTimers[].daysOfTheWeek | `ChargingProfileOrder.departures`
JSON departureTimer.weeklyTimers[].time | `ChargingProfileOrder.departures`
JSON departureTimer.weeklyTimers[].timerAction | `ChargingProfileOrder.departures` | ACTIVATE DEACTIVATE
JSON isPreconditionForDepartureActive | `ChargingProfileOrder` | true false
JSON servicePack | `ChargingProfileOrder`

charging-plan GET /eadrax-cps/v2/vehicles
header bmw-vin | the car
query fields | always | charging-plan
query current_date | the SDK's clock
query has_charging_settings_capabilities | `call("charging-plan", has_settings=…)` | true false

charging-statistics-v2 GET /eadrax-chs/v2/charging-statistics
query vin | the car
query currentDate | `fetch_charging_statistics(on=…)`

charging-sessions-v2 GET /eadrax-chs/v2/charging-sessions
query vin | the car
query date | `fetch_session_page(month=…)`
query next_token | `fetch_session_page(next_token=…)`
query maxResults | always | 40
query include_date_picker | `call("charging-sessions-v2", with_date_picker=…)` | true false
query max_results |
query location_id |
query timezone |

charging-report POST /eadrax-chs/v1/charging-sessions/generate-report
query vin | the car
query currentDate | `call("charging-report", date=…)`
query format | always | xlsx

trips GET /eadrax-suscs/v1/vehicles/sustainability/trips/history
header x-gcid | the account
header bmw-vin | the car
query date | `call("trips", month=…)`
query offset | `call("trips", offset=…)`
query limit | always | 100
query groupByWeek | always | false
query timezone | always | +00:00

recalls GET /eadrax-recallcs/v2/recalls
header bmw-gcid | the account
query vin | the car

demands GET /eadrax-slcs/v1/demands
header bmw-vin | the car

send-to-car-v1 POST /eadrax-dcs/v1/send-to-car/send-to-car
JSON vin | the car
JSON location.name | `PointOfInterest.name`
JSON location.type | always | SHARED_DESTINATION_FROM_EXTERNAL_APP
JSON location.coordinates.latitude | `PointOfInterest.latitude_deg`
JSON location.coordinates.longitude | `PointOfInterest.longitude_deg`
JSON location.locationAddress.street | `PointOfInterest.street`
JSON location.locationAddress.postalCode | `PointOfInterest.postal_code`
JSON location.locationAddress.city | `PointOfInterest.city`
JSON location.locationAddress.country | `PointOfInterest.country`

send-to-car-v2 POST /eadrax-dcs/v2/user/{gcid}/send-to-car
path gcid | the account
JSON places[].position.lat | `PointOfInterest.latitude_deg`
JSON places[].position.lng | `PointOfInterest.longitude_deg`
JSON places[].title | `PointOfInterest.name`
JSON places[].formattedAddress | `PointOfInterest`
JSON places[].address.street | `PointOfInterest.street`
JSON places[].address.postalCode | `PointOfInterest.postal_code`
JSON places[].address.city | `PointOfInterest.city`
JSON places[].address.country | `PointOfInterest.country`
JSON places[].category.losCategory | always | Address
JSON places[].category.mguVehicleCategoryId | always | null
JSON places[].category.name | always | Address
JSON places[].entrances[].name | `PointOfInterest.name`
JSON places[].entrances[].position.lat | `PointOfInterest.latitude_deg`
JSON places[].entrances[].position.lng | `PointOfInterest.longitude_deg`
JSON places[].placeType | always | ADDRESS
JSON places[].provider | always | null
JSON places[].providerId | always | null
JSON places[].providerPoiId | always empty
JSON places[].sourceType | always | null
JSON places[].vehicleCategoryId | always | null
JSON vehicleInformation.vin | the car
"""


def _request(block: str) -> RequestFacts:
    head, *lines = block.splitlines()
    name, method, path = head.split()
    return RequestFacts(family="mybmw", name=name, method=method, path=path, fields=tuple(map(_field, lines)))


def _field(line: str) -> RequestField:
    where, sent_by, *words = (cell.strip() for cell in f"{line} ".split(" | ", 2))
    place, path = where.rstrip(" |").split()
    said = tuple(words[0].split()) if words else ()
    return RequestField(path=path, place=Place(place), sent_by=sent_by or NOT_SENT, words=said)


APP_REQUESTS = tuple(map(_request, _TABLES.strip().split("\n\n")))
"""What the app asks with, sign-in and what takes nothing beside the car apart."""
