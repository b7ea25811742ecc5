"""Every endpoint of BMW's older families that documents, stored answers and clients have shown, with what asks for it.

A row is method and path, the operation of our table, and the SDK's own call. Where several things are asked for at one
path, a word of the request is added to it that tells them apart. The endpoints are written down from the facts, not
from our tables; tests/families/test_every_endpoint.py finds the gaps: it runs each call at the emulator.

Names in the calls: the SDKs are `iremote`, `portal`, `app` (`china` in China; `app_v2`, `app_v4` ask as older apps
did), `garage` and `stock`; `car` is one of theirs.
"""

# ruff: noqa: E501 - a row is one line

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """One endpoint. `says` is a word of its requests, "" where method and path are enough."""

    method: str
    path: str
    says: str
    operation: str
    call: str


def _rows(text: str) -> tuple[EndpointRow, ...]:
    return tuple(_row(line) for line in text.strip().splitlines() if line)


def _row(line: str) -> EndpointRow:
    endpoint, operation, call = (cell.strip() for cell in line.split(" | "))
    method, path, *says = endpoint.split()
    return EndpointRow(method=method, path=path, says=" ".join(says), operation=operation, call=call)


ENDPOINTS: Mapping[str, tuple[EndpointRow, ...]] = {
    "iremote": _rows(
        """
POST /gcdm/oauth/token | token | iremote.sign_in(login)
POST /webapi/oauth/token/ | token | iremote_of_2014.sign_in(login)
GET /webapi/v1/user/vehicles | vehicles | iremote.fetch_vehicles()
GET /webapi/v1/user/vehicles/{vin} | vehicle | iremote.rest.fetch_vehicle(vin)
GET /webapi/v1/user/vehicles/{vin}/status | status | car.fetch_status()
GET /webapi/v1/user/vehicles/{vin}/statistics/lastTrip | last-trip | car.fetch_last_trip()
GET /webapi/v1/user/vehicles/{vin}/statistics/allTrips | all-trips | car.fetch_all_trips()
GET /webapi/v1/user/vehicles/{vin}/chargingprofile | charging-profile | car.fetch_charging_profile()
GET /webapi/v1/user/vehicles/{vin}/destinations | destinations | car.fetch_destinations()
GET /webapi/v1/user/vehicles/{vin}/rangemap | range-map | car.fetch_range_map()
GET /webapi/v1/user/vehicles/{vin}/image | image | car.fetch_image()
POST /webapi/v1/user/vehicles/{vin}/executeService | execute-service | car.flash_lights()
GET /webapi/v1/user/vehicles/{vin}/serviceExecutionStatus | service-status | car.fetch_execution(ServiceType.LIGHT_FLASH)
GET /webapi/v1/user/vehicles/{vin}/serviceExecutionHistory | service-history | car.fetch_history()
POST /webapi/v1/user/vehicles/{vin}/sendpoi | send-poi | car.send_poi(poi)
GET /api/vehicle/dynamic/v1/{vin} | dynamic | car.fetch_dynamic()
GET /api/vehicle/navigation/v1/{vin} | navigation | car.fetch_navigation()
GET /api/vehicle/efficiency/v1/{vin} | efficiency | car.fetch_efficiency()
GET /api/vehicle/v2/{vin} | limited | car.fetch_limited()
GET /api/vehicle/myinfo/v1/send | messages | iremote.rest.fetch_messages()
POST /api/vehicle/myinfo/v1/send | send-message | iremote.rest.send_myinfo(vin, subject="Hello", text="Milk")
GET /api/me/mapping/v4/status | mapping | iremote.rest.fetch_mapping()
POST /remoteservices/rsapi/v1/{vin}/{code} | rs-execute | car.execute_rs(RsCode.LIGHT_FLASH)
GET /remoteservices/rsapi/v1/{vin}/state/execution | rs-state | car.fetch_rs_state()
"""
    ),
    "connecteddrive": _rows(
        """
GET /cms/default/default/country-selection.json | countries | portal.fetch_countries()
POST /gcdm/oauth/authenticate | authenticate | portal.sign_in(login)
POST /gcdm/usa/oauth/authenticate | authenticate | portal_of_usa.sign_in(login)
GET /api/me/vehicles/v2 | vehicles | portal.fetch_vehicles()
GET /api/vehicle/dynamic/v1/{vin} | dynamic | car.fetch_dynamic()
GET /api/vehicle/navigation/v1/{vin} | navigation | car.fetch_navigation()
GET /api/vehicle/efficiency/v1/{vin} | efficiency | car.fetch_efficiency()
GET /api/vehicle/specs/v1/{vin} | specs | car.fetch_specs()
GET /api/vehicle/service/v1/{vin} | services | car.fetch_services()
GET /api/vehicle/servicepartner/v1/{vin} | service-partner | car.fetch_service_partner()
GET /api/vehicle/image/v1/{vin} | images | car.fetch_images()
GET /api/vehicle/remoteservices/chargingprofile/v1/{vin} | charging-profile | car.fetch_charging_profile()
POST /api/vehicle/remoteservices/v1/{vin}/{code} | execute | car.flash_lights()
GET /api/vehicle/remoteservices/v1/{vin}/state/execution | state-execution | car.fetch_execution()
GET /api/vehicle/remoteservices/v1/{vin}/history | history | car.fetch_history()
POST /api/vehicle/myinfo/v1 | send-message | car.send_message(message)
GET /api/vehicle/myinfo/v1 | messages | portal.fetch_messages()
POST /api/me/service/feed/v1 | add-feed | portal.rest.add_feed(url="https://news.example/feed", title="News")
GET /api/me/service/mapupdate/download/v1/{vin} | map-update | portal.rest.fetch_map_update(vin)
GET /api/store/v2/{vin}/offersAndPortfolios | offers | portal.rest.fetch_offers(vin)
GET /api/me/mapping/v4/status | mapping | portal.rest.fetch_mapping()
GET /api/vehicle/v2/{vin} | limited | car.fetch_limited()
"""
    ),
    "mybmw": _rows(
        """
GET /eadrax-ucs/v1/presentation/oauth/config | oauth-config | app.sign_in(login, captcha=captcha)
POST /gcdm/oauth/authenticate username= | authenticate-1 | app.sign_in(login, captcha=captcha)
POST /gcdm/oauth/authenticate authorization= | authenticate-2 | app.sign_in(login, captcha=captcha)
POST /gcdm/oauth/token authorization_code | token | app.sign_in(login, captcha=captcha)
POST /gcdm/oauth/token grant_type=refresh_token | refresh | app.tokens.renew(await app.tokens.current())
GET /eadrax-coas/v1/cop/publickey | cn-public-key | china.sign_in(login_in_china, captcha=slider)
POST /eadrax-coas/v2/cop/slider-captcha | cn-slider-captcha | china.fetch_slider(mobile)
POST /eadrax-coas/v1/cop/check-captcha | cn-check-captcha | china.sign_in(login_in_china, captcha=slider)
POST /eadrax-coas/v2/cop/create-captcha | cn-create-captcha | china.call("cn-create-captcha", mobile=mobile)
POST /eadrax-coas/v2/cop/verify-captcha | cn-verify-captcha | china.call("cn-verify-captcha", mobile=mobile, verify_id=verify_id, position=position)
POST /eadrax-coas/v2/login/pwd | cn-login-password | china.sign_in(login_in_china, captcha=slider)
POST /eadrax-coas/v1/cop/message | cn-message | china.call("cn-message", mobile=mobile, verify_id=solved_id, device_id="any")
POST /eadrax-coas/v2/login/sms | cn-login-message | china.call("cn-login-message", mobile=mobile, login_nonce="any", otp_id=otp_id, otp=otp)
POST /eadrax-coas/v2/oauth/token | cn-refresh-v2 | china.tokens.renew(await china.tokens.current())
POST /eadrax-coas/v1/oauth/token | cn-refresh-v1 | china.call("cn-refresh-v1", login_nonce="any", refresh_token=(await china.tokens.current()).refresh_token)
GET /eadrax-vcs/v1/vehicles | vehicles-v1 | app.fetch_v1_vehicles()
GET /eadrax-vcs/v2/vehicles | vehicles-v2 | app_v2.fetch_vehicles()
GET /eadrax-vcs/v4/vehicles | vehicles-v4 | app_v4.fetch_vehicles()
POST /eadrax-vcs/v5/vehicle-list | vehicles-v5 | app.fetch_vehicles()
GET /eadrax-vcs/v5/vehicle-data/profile | profile | car.fetch_profile()
GET /eadrax-vcs/v2/vehicles/{vin}/state | state-v2 | car_v2.fetch_state()
GET /eadrax-vcs/v4/vehicles/state | state-v4 | car.fetch_state()
GET /eadrax-ics/v3/presentation/vehicles/{vin}/images | image-v3 | car_v4.fetch_image()
GET /eadrax-ics/v5/presentation/vehicles/images | image-v5 | car.fetch_image()
POST /eadrax-vrccs/v2/presentation/remote-commands/{vin}/{service} | command-v2 | car_v2.flash_lights()
POST /eadrax-vrccs/v3/presentation/remote-commands/{vin}/{service} | command-v3 | car_v4.flash_lights()
POST /eadrax-vrccs/v4/presentation/remote-commands/{service} | command-v4 | car.flash_lights()
POST /eadrax-vrccs/v2/presentation/remote-commands/eventStatus | event-status-v2 | car_v2.flash_lights()
POST /eadrax-vrccs/v3/presentation/remote-commands/eventStatus | event-status-v3 | car.flash_lights()
POST /eadrax-vrccs/v4/presentation/remote-commands/eventStatus | event-status-v4 | car.call("event-status-v4", event_id=event_id)
POST /eadrax-vrccs/v2/presentation/remote-commands/eventPosition | event-position-v2 | car_v2.fetch_position(event_id)
POST /eadrax-vrccs/v3/presentation/remote-commands/eventPosition | event-position-v3 | car_v4.fetch_position(event_id)
POST /eadrax-vrccs/v4/presentation/remote-commands/eventPosition | event-position-v4 | car.fetch_position(event_id)
GET /eadrax-vrccs/v2/presentation/remote-history/{vin} | history-v2 | car_v2.fetch_history()
GET /eadrax-vrccs/v3/presentation/remote-history/{vin} | history-v3 | car.fetch_history()
DELETE /eadrax-vrccs/v2/presentation/remote-history/{vin} | delete-history-v2 | car.call("delete-history-v2")
DELETE /eadrax-vrccs/v3/presentation/remote-history/{vin} | delete-history-v3 | car.call("delete-history-v3")
POST /eadrax-crccs/v1/vehicles/{vin}/start-charging | start-charging | car.charge_now(force=True)
POST /eadrax-crccs/v1/vehicles/{vin}/stop-charging | stop-charging | car.stop_charging(force=True)
GET /eadrax-crccs/v2/vehicles | charging-settings | car.fetch_charging_settings()
POST /eadrax-crccs/v1/vehicles/{vin}/charging-settings | set-charging-settings | car.set_charging_settings(settings)
POST /eadrax-crccs/v1/vehicles/{vin}/charging-profile | set-charging-profile | car.set_charging_profile(await car.fetch_charging_profile())
GET /eadrax-cps/v2/vehicles | charging-plan | car.call("charging-plan")
GET /eadrax-chs/v1/charging-statistics | charging-statistics-v1 | car_v4.fetch_charging_statistics()
GET /eadrax-chs/v2/charging-statistics | charging-statistics-v2 | car.fetch_charging_statistics()
GET /eadrax-chs/v1/charging-sessions | charging-sessions-v1 | car_v4.fetch_session_page()
GET /eadrax-chs/v2/charging-sessions | charging-sessions-v2 | car.fetch_session_page()
GET /eadrax-chs/v2/charging-sessions/{session_id} | charging-session | car.call("charging-session", session_id=session_id)
POST /eadrax-chs/v1/charging-sessions/generate-report | charging-report | car.call("charging-report")
GET /eadrax-suscs/v1/vehicles/sustainability | sustainability | car.call("sustainability")
GET /eadrax-suscs/v1/vehicles/sustainability/widget | sustainability-widget | car.call("sustainability-widget")
GET /eadrax-suscs/v1/vehicles/sustainability/trips/history | trips | car.call("trips")
GET /eadrax-suscs/v1/vehicles/sustainability/trips/summary/{trip_id} | trip | car.call("trip", trip_id=trip_id)
GET /eadrax-suscs/v1/vehicles/sustainability/trips/statistics | trip-statistics | car.call("trip-statistics")
GET /eadrax-recallcs/v2/recalls | recalls | car.call("recalls")
GET /eadrax-slcs/v1/demands | demands | car.call("demands")
POST /eadrax-dcs/v1/send-to-car/send-to-car | send-to-car-v1 | car_v4.send_poi(poi)
POST /eadrax-dcs/v2/user/{gcid}/send-to-car | send-to-car-v2 | car.send_poi(poi)
GET /eadrax-dcs/v1/send-to-car/{vin}/subservice-status | send-to-car-status | car.call("send-to-car-status")
GET /eadrax-fts/v1/flags | flags | app.call("flags")
GET /eadrax-ucs/v2/contacts | contacts | car.call("contacts")
GET /eadrax-ucs/v1/customizations | customizations | app.call("customizations")
GET /eadrax-ucs/v1/nps/config | nps-config | app.call("nps-config")
GET /eadrax-ucs/v1/presentation/profile-tab | profile-tab | app.call("profile-tab")
GET /eadrax-ucs/v1/presentation/weblinks | weblinks | car.call("weblinks")
GET /eadrax-excs/v1/explore/isFeatureEnabled | explore | app.call("explore")
GET /eadrax-bsics/v2/warrantyplans/{vin} | warranty-plans | car.call("warranty-plans")
GET /eadrax-emob-hub/v1/features | emobility-features | app.call("emobility-features")
GET /eadrax-rsacs/v2/capabilities/{brand} | assistance | app.call("assistance")
GET /eadrax-servcs/v1/services | services | car.call("services")
GET /eadrax-dcs/v1/destinations/destination-tab | destination-tab | app.call("destination-tab")
GET /eadrax-dcs/v3/favorites | favorites | app.call("favorites")
GET /eadrax-dservcs/v1/recommendation | recommendation | app.call("recommendation")
GET /eadrax-ecs/v1/feature-toggle | feature-toggle | app.call("feature-toggle")
GET /eadrax-cdpc/v2/vehicle-settings | vehicle-settings | car.call("vehicle-settings")
GET /eadrax-ics/v1/presentation/avatar | avatar | app.call("avatar")
GET /eadrax-ccmcs/v1/settings | message-settings | app.call("message-settings")
GET /eadrax-oascs/v1/dealers/{dealer_id}/booking-engine | booking-engine | car.call("booking-engine", dealer_id="1")
GET /eadrax-rsu/v2/vehicles/status/ | software-status | car.call("software-status")
GET /eadrax-aucs/v1/update/update-info | app-update | app.call("app-update")
GET /eadrax-r360/v1/recordings/vehicle/{vin} | recordings | car.call("recordings")
POST /eadrax-r360/v1/vehicle/addresses | recording-addresses | app.call("recording-addresses", body={})
GET /eadrax-r360/v1/vehicle/{vin}/key | recording-key | car.call("recording-key")
POST /eadrax-r360/v1/event/execute | recording-execute | app.call("recording-execute", body={})
GET /eadrax-r360/v1/events/{event_id} | recording-event | app.call("recording-event", event_id="1")
"""
    ),
    "mygarage": _rows(
        """
POST /gcdm/oauth/authenticate | authenticate | garage_by_itself.sign_in(login)
GET /bin/my-garage-services/recalls | recalls | car.fetch_recalls()
GET /bin/my-garage-services/connected-drive/mapping | mapping | car.fetch_mapping()
GET /bin/my-garage-services/connected-drive/mapping property=relationship | security-question | car.fetch_mapping()
GET /safetyrecall/resources/v1/api/bmwusa/vin/{vin} | nhtsa-recalls | car.fetch_nhtsa_recalls(api_key="your own")
GET /bin/mybmw/warranty-and-service mileage= | warranty | car.fetch_warranty()
GET /bin/mybmw/warranty-and-service groupId= | warranty-by-group | car.fetch_warranty_by_group()
GET /bin/my-garage-services/offers | offers | garage.fetch_offers(vin=vin)
GET /content/dam/mybmw/value-service/valueService.json | value-services | garage.fetch_value_services()
GET /content/dam/mybmw/resources/managevehicles/findVehicleByVIN | find-vehicle-resource | garage.rest.call("find-vehicle-resource")
GET /api/dealers/maco/{zip} | dealer | garage.fetch_dealer("90210")
GET /bin/api/forward getvehicleProfile | vehicle-profile | car.fetch_profile()
GET /bin/mybmw/cd getPhoneNumber | phone-number | car.fetch_phone_number()
GET /bin/mybmw/getRecalls | get-recalls | car.fetch_recalls_by_vin()
GET /content/dam/mybmw/endpoints/Endpoints.json | targets | garage.fetch_targets()
GET /bin/api/forward getGarageVehiclesByGroupId | forward | garage.fetch_vehicles()
GET /bin/my-garage-services/forward core | service-forward | garage.fetch_links(production_number, vin)
"""
    ),
    "inventory": _rows(
        """
POST /token | token | stock_anew.fetch_page(VehicleQuery())
POST /token/cpo/ | site-token | stock_by_site.fetch_page(VehicleQuery())
POST /vehicle | vehicle | stock.fetch_page(VehicleQuery(postal_code="90210"))
GET /UBYOConfigurator/v4/BM/modellist | model-list | stock.fetch_models()
GET /UBYOConfigurator/v4/configuration/start/{code} | configuration | stock.fetch_configuration("24IJ")
GET /UBYOConfigurator/v4/BM/options/{code} | options | stock.fetch_options("24IJ")
GET /UBYOConfigurator/v4/BM/techspecs/{code} | tech-specs | stock.fetch_tech_specs("24IJ")
POST /bin/services/gateway.inventory.json/v1/inventory-search-service/graphql getAvailableFeatures | available-features | stock.fetch_features(MiniQuery(zip_code="90210"))
POST /bin/services/gateway.inventory.json/v1/inventory-search-service/graphql getFilterableOptions | filter-options | stock.fetch_filters()
POST /bin/services/gateway.inventory.json/v1/inventory-search-service/graphql getInventory | minis | stock.fetch_mini_page(MiniQuery(zip_code="90210"))
GET /api/dealers/maco/{zip} | dealer | stock.fetch_dealer("90210")
POST /api/inventory/filter/search/{zip} | new-vehicles | stock.fetch_new_vehicles("90210")
"""
    ),
}
"""By family. A path in braces is of that car, event, session, trip, model or dealer."""

_RESOURCES = "/mybmw/resources/"
_LOCATOR = "/dealerlocator/v1/dealerlocator/"
_BY_KEY = """
GET_GARAGE_VEHICLES_BY_GROUPID garage/getGarageVehiclesByGroupId
GET_USER_MOI modelofinterest/v1/getUserMOI
ADD_USER_MOI modelofinterest/v1/addUserMOI
REMOVE_USER_MOI modelofinterest/v1/removeUserMOI
NEW_USER_DETAILS consumerprofile/nsclegit/newuserDetails
LINK_GCID consumerprofile/nsclegit/deleteOldAndLinkNewGCID
VALIDATE_VIN_NSC consumerprofile/nsclegit/validateVinAndCompleteLegitProcess
RETRIEVE_VEHICLE_DETAILS TrackMyBMW/RetrieveVehicleDetails
FIND_VEHICLE_BY_VIN managevehicles/findVehicleByVIN
FIND_VEHICLE_BY_PRODNUM managevehicles/findVehiclebyProdNum
UPDATE_SEARCH_STATUS managevehicles/updateSearchStatus
GET_MYBMW_MODELS modelofinterest/v1/getmybmwmodels
GET_MYBMW_MODEL_DETAILS modelofinterest/v1/getmybmwmodelDetails
GET_MYBMW_MOI_MODELS modelofinterest/v1/getnewmodels
SRO vehicles/v1/SRO
ADD_USER_PROD_VEHICLE manageDrivenVehicles/addUserProdVehicle
ADD_DRIVEN_VEHICLE manageDrivenVehicles/addDrivenVehicle
VEHICLE_PROFILE_INFO vehicleprofile/getvehicleProfile
VEHICLE_PROFILE_FEATURES_OPTIONS vehicleprofile/getvehicleFeatures
UPDATE_VEHICLE_NICKNAME vehicleprofile/updateVehicleNickname
GET_SERVICE_ALERTS vehicleprofile/getVehicleAlerts
HIDE_SERVICE_ALERT vehicleprofile/hideVehicleAlertsInPG
GET_VEHICLE_VIDEOS vehicleprofile/getVehicleVideos
GET_DEALER_SERVICE_CENTER /getdealerdetails/
GET_DEALER_SERVICE_CENTER_BY_CITY /getdealerdetailsByCityState
GET_DEALERS_BY_NAME /getdealerdetailsByDealerName
GET_DEALER_DETAILS /getdealerdetailsByDealerIdLocationId/
GET_PREF_SERVICE_DEALER_SRO consumerprofile/v1/RetrievePrefServiceDealerSearch
GET_PREF_SERVICE_DEALER_SRD consumerprofile/v1/RetrieveSRDPrefServiceDealer
UPDATE_SERVICE_CENTER_SRO consumerprofile/v1/UpdatePrefServiceDealerSearch
UPDATE_SERVICE_CENTER_SRD consumerprofile/v1/UpdateSRDPrefServiceDealer
GET_PREF_SALES_DEALER managePreferredSalesDealer/retrieveSalesDealerDetails
UPDATE_PREF_SALES_CENTER managePreferredSalesDealer/updateSalesDealerDetails
UB_GET_SERIES_MODELS UltimateBenefits/getModelHistory
MOI_TESTDRIVE modelofinterest/v1/testdriveLead
MOI_VEHICLE_PROFILE_INFO modelofinterest/v1/getMOIVehicleProfile
GET_MODEL_DETAILS_BY_MODELCODE modelofinterest/v1/getBmwModelsFromModelCode
REQUEST_QUOTE modelofinterest/v1/getQuoteLead
REMOVE_SRD_FROM_GARAGE garage/removeSRDVehicle
REMOVE_PRODVEHICLE_FROM_GARAGE garage/removePRODVehicle
GET_GARAGE_SAVED_BUILDS garage/getGarageSavedBuild
SAVE_GARAGE_BUILDS garage/saveGarageSavedBuild
GET_DEALER_BUY_SELL_DETAILS dealerprofile/v1/RetrieveDealerInfo/
GET_WARRANTY_SERVICE serviceNwarranty/v1/services
GET_XTIME_TOKEN serviceToken/v1/getencryptedgcid
GET_NOTIFICATIONS userMessages
UPDATE_NOTIFICATION_STATUS userMessages/updateMessageStatus
DELETE_NOTIFICATION userMessages/deleteUserNotification
LOAD_NOTIFICATIONS loadnotifications
GET_NOTIFICATIONS_STATUS loadnotifications/status
DELETE_NOTIFICATIONS_LOADER loadnotifications/loader
GET_VALUE_SERVICES ddr/v1/valueService
"""
FORWARDED: Mapping[str, str] = {
    key: (_LOCATOR + name[1:]) if name.startswith("/") else _RESOURCES + name
    for key, name in (line.split() for line in _BY_KEY.strip().splitlines())
}
"""What My Garage's `/bin/api/forward` forwards to: the targets by the names of Endpoints.json (public notes, 2021)."""
