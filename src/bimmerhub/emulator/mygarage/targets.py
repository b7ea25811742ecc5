"""What `/bin/api/forward` forwards to: every target that `Endpoints.json` names (public notes of 2021)."""

from collections.abc import Mapping

_RESOURCES = "/mybmw/resources/"
_LOCATOR = "/dealerlocator/v1/dealerlocator/"
_BY_FOLDER: Mapping[str, Mapping[str, str]] = {
    f"{_RESOURCES}garage/": {
        "GET_GARAGE_VEHICLES_BY_GROUPID": "getGarageVehiclesByGroupId",
        "REMOVE_SRD_FROM_GARAGE": "removeSRDVehicle",
        "REMOVE_PRODVEHICLE_FROM_GARAGE": "removePRODVehicle",
        "GET_GARAGE_SAVED_BUILDS": "getGarageSavedBuild",
        "SAVE_GARAGE_BUILDS": "saveGarageSavedBuild",
    },
    f"{_RESOURCES}modelofinterest/v1/": {
        "GET_USER_MOI": "getUserMOI",
        "ADD_USER_MOI": "addUserMOI",
        "REMOVE_USER_MOI": "removeUserMOI",
        "GET_MYBMW_MODELS": "getmybmwmodels",
        "GET_MYBMW_MODEL_DETAILS": "getmybmwmodelDetails",
        "GET_MYBMW_MOI_MODELS": "getnewmodels",
        "MOI_TESTDRIVE": "testdriveLead",
        "MOI_VEHICLE_PROFILE_INFO": "getMOIVehicleProfile",
        "GET_MODEL_DETAILS_BY_MODELCODE": "getBmwModelsFromModelCode",
        "REQUEST_QUOTE": "getQuoteLead",
    },
    f"{_RESOURCES}consumerprofile/nsclegit/": {
        "NEW_USER_DETAILS": "newuserDetails",
        "LINK_GCID": "deleteOldAndLinkNewGCID",
        "VALIDATE_VIN_NSC": "validateVinAndCompleteLegitProcess",
    },
    f"{_RESOURCES}consumerprofile/v1/": {
        "GET_PREF_SERVICE_DEALER_SRO": "RetrievePrefServiceDealerSearch",
        "GET_PREF_SERVICE_DEALER_SRD": "RetrieveSRDPrefServiceDealer",
        "UPDATE_SERVICE_CENTER_SRO": "UpdatePrefServiceDealerSearch",
        "UPDATE_SERVICE_CENTER_SRD": "UpdateSRDPrefServiceDealer",
    },
    f"{_RESOURCES}TrackMyBMW/": {"RETRIEVE_VEHICLE_DETAILS": "RetrieveVehicleDetails"},
    f"{_RESOURCES}managevehicles/": {
        "FIND_VEHICLE_BY_VIN": "findVehicleByVIN",
        "FIND_VEHICLE_BY_PRODNUM": "findVehiclebyProdNum",
        "UPDATE_SEARCH_STATUS": "updateSearchStatus",
    },
    f"{_RESOURCES}vehicles/v1/": {"SRO": "SRO"},
    f"{_RESOURCES}manageDrivenVehicles/": {
        "ADD_USER_PROD_VEHICLE": "addUserProdVehicle",
        "ADD_DRIVEN_VEHICLE": "addDrivenVehicle",
    },
    f"{_RESOURCES}vehicleprofile/": {
        "VEHICLE_PROFILE_INFO": "getvehicleProfile",
        "VEHICLE_PROFILE_FEATURES_OPTIONS": "getvehicleFeatures",
        "UPDATE_VEHICLE_NICKNAME": "updateVehicleNickname",
        "GET_SERVICE_ALERTS": "getVehicleAlerts",
        "HIDE_SERVICE_ALERT": "hideVehicleAlertsInPG",
        "GET_VEHICLE_VIDEOS": "getVehicleVideos",
    },
    f"{_RESOURCES}managePreferredSalesDealer/": {
        "GET_PREF_SALES_DEALER": "retrieveSalesDealerDetails",
        "UPDATE_PREF_SALES_CENTER": "updateSalesDealerDetails",
    },
    f"{_RESOURCES}UltimateBenefits/": {"UB_GET_SERIES_MODELS": "getModelHistory"},
    f"{_RESOURCES}dealerprofile/v1/": {"GET_DEALER_BUY_SELL_DETAILS": "RetrieveDealerInfo/"},
    f"{_RESOURCES}serviceNwarranty/v1/": {"GET_WARRANTY_SERVICE": "services"},
    f"{_RESOURCES}serviceToken/v1/": {"GET_XTIME_TOKEN": "getencryptedgcid"},
    _RESOURCES: {
        "GET_NOTIFICATIONS": "userMessages",
        "UPDATE_NOTIFICATION_STATUS": "userMessages/updateMessageStatus",
        "DELETE_NOTIFICATION": "userMessages/deleteUserNotification",
        "LOAD_NOTIFICATIONS": "loadnotifications",
        "GET_NOTIFICATIONS_STATUS": "loadnotifications/status",
        "DELETE_NOTIFICATIONS_LOADER": "loadnotifications/loader",
        "GET_VALUE_SERVICES": "ddr/v1/valueService",
    },
    _LOCATOR: {
        "GET_DEALER_SERVICE_CENTER": "getdealerdetails/",
        "GET_DEALER_SERVICE_CENTER_BY_CITY": "getdealerdetailsByCityState",
        "GET_DEALERS_BY_NAME": "getdealerdetailsByDealerName",
        "GET_DEALER_DETAILS": "getdealerdetailsByDealerIdLocationId/",
    },
}
TARGETS: Mapping[str, str] = {key: folder + name for folder, names in _BY_FOLDER.items() for key, name in names.items()}
"""The paths by their names in `Endpoints.json`; that the service centres by city have this name is inferred."""
