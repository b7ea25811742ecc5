"""Every operation of the MyBMW app's interface, as data: the client, `call`, commands and collections go by this table.

Words in braces of a default: {now} and {today} (ISO 8601, UTC), {now_ms} (milliseconds since 1970), {month} (YYYY-MM),
{month_start} (ISO 8601), {gcid} of the account, {subscription_key} of the app. Every operation goes with the headers of
`headers` as well. What is marked C or ? has no model of ours: its answer is raw JSON.
Sources: the public HTTP collection of 2023, clients 2021-2026, stored answers.
"""

from collections.abc import Mapping
from typing import Final

from bimmerhub.bmw.mybmw.words import ImageView
from bimmerhub.bmw.operations.operation import SIGN_IN, Evidence, Operation, Param

CHINA: Final = ("cn",)
NOT_CHINA: Final = ("na", "row")

_VIN_HEADER: Final = Param(name="vin", place="header", key="bmw-vin", is_required=True)
_VIN_PATH: Final = Param(name="vin", place="path", key="vin", is_required=True)
_VIN_QUERY: Final = Param(name="vin", place="query", key="vin", is_required=True)
_CURRENT_DATE: Final = Param(name="current_date", place="header", key="bmw-current-date", default="{now}")
_ZONE_OFFSET: Final = Param(name="zone_min", place="query", key="apptimezone", kind="number", default="0")
_APP_TIME: Final = Param(name="at_ms", place="query", key="appDateTime", kind="number", default="{now_ms}")
_TYRE_GUARD: Final = Param(name="tyre_guard", place="query", key="tireGuardMode", default="ENABLED")
_LIST_QUERY: Final = (_ZONE_OFFSET, _APP_TIME, _TYRE_GUARD)
_GCID_HEADER: Final = Param(name="gcid", place="header", key="x-gcid", default="{gcid}")
_ZONE: Final = Param(name="timezone", place="query", key="timezone", default="+00:00")
_EVENT: Final = Param(name="event_id", place="query", key="eventId", is_required=True)
_VIEW: Final = Param(
    name="view",
    place="query",
    key="carView",
    default=ImageView.VEHICLE_STATUS.value,
    choices=tuple(view.value for view in ImageView),
)
_STATUS_VERSIONS: Final[tuple[tuple[str, Evidence], ...]] = (("v2", "F"), ("v3", "F"), ("v4", "C"))
SERVICES: Final = (
    "light-flash",
    "vehicle-finder",
    "door-lock",
    "door-unlock",
    "horn-blow",
    "climate-now",
    "charge-now",
    "start-charging",
    "stop-charging",
)
"""Services of the remote commands; charge-now is of version 2, of the last two one client only knows (inferred)."""
_SERVICE: Final = (
    Param(name="service", place="path", key="service", is_required=True, choices=SERVICES),
    Param(name="action", place="query", key="action", choices=("START", "STOP")),
)
_OBSERVER: Final = (
    Param(name="latitude_deg", place="header", key="latitude", kind="number", default="0.0"),
    Param(name="longitude_deg", place="header", key="longitude", kind="number", default="0.0"),
)
_MONTH_QUERY: Final = (
    _VIN_QUERY,
    Param(name="next_token", place="query", key="next_token"),
    Param(name="date", place="query", key="date", default="{month_start}"),
    Param(name="max_results", place="query", key="maxResults", kind="number", default="40"),
    Param(name="with_date_picker", place="query", key="include_date_picker", kind="bool", default="false"),
)
_PKCE_FORM: Final = (
    Param(name="client_id", place="body", key="client_id", is_required=True),
    Param(name="response_type", place="body", key="response_type", default="code"),
    Param(name="scope", place="body", key="scope", is_required=True),
    Param(name="redirect_uri", place="body", key="redirect_uri", is_required=True),
    Param(name="state", place="body", key="state", is_required=True),
    Param(name="nonce", place="body", key="nonce", is_required=True),
    Param(name="code_challenge", place="body", key="code_challenge", is_required=True),
    Param(name="code_challenge_method", place="body", key="code_challenge_method", default="S256"),
)
_NONCE: Final = Param(name="login_nonce", place="header", key="x-login-nonce", is_required=True)
_MOBILE: Final = Param(name="mobile", place="body", key="mobile", is_required=True)


def _json(name: str, key: str, *, is_required: bool = False, default: str | None = None) -> Param:
    return Param(name=name, place="body", key=key, is_required=is_required, default=default)


def _whole_body(note_name: str = "body") -> Param:
    return Param(name=note_name, place="body", key="", kind="json", is_required=True)


AUTHENTICATION: Final = (
    Operation(
        name="oauth-config",
        group="Authentication",
        title="OAuth Config",
        path="/eadrax-ucs/v1/presentation/oauth/config",
        evidence="F",
        params=(
            Param(
                name="subscription_key",
                place="header",
                key="ocp-apim-subscription-key",
                default="{subscription_key}",
                is_required=True,
            ),
        ),
        is_signed=False,
        regions=NOT_CHINA,
        note="Client id and secret, redirect address, scopes and token endpoint of the app.",
    ),
    Operation(
        name="authenticate-1",
        group="Authentication",
        title="Authenticate (1/2)",
        method="POST",
        path="/gcdm/oauth/authenticate",
        evidence="F",
        params=(
            Param(name="captcha_token", place="header", key="hcaptchatoken"),
            *_PKCE_FORM,
            Param(name="grant_type", place="body", key="grant_type", default="authorization_code"),
            Param(name="username", place="body", key="username", is_required=True),
            Param(name="password", place="body", key="password", is_required=True),
        ),
        body="form",
        accept="*/*",
        changes=True,
        is_signed=False,
        server=SIGN_IN,
        regions=NOT_CHINA,
        note="The path is that of the token endpoint with /authenticate for /token; the captcha's token since 2024-10.",
    ),
    Operation(
        name="authenticate-2",
        group="Authentication",
        title="Authenticate (2/2)",
        method="POST",
        path="/gcdm/oauth/authenticate",
        evidence="F",
        params=(
            Param(name="interaction_id", place="query", key="interaction-id"),
            Param(name="client_version", place="query", key="client-version"),
            *_PKCE_FORM,
            Param(name="authorization", place="body", key="authorization", is_required=True),
        ),
        body="form",
        accept="*/*",
        changes=True,
        is_signed=False,
        server=SIGN_IN,
        regions=NOT_CHINA,
        note="Answers 302; the code is in the address, which is not to be followed.",
    ),
    Operation(
        name="token",
        group="Authentication",
        title="Token",
        method="POST",
        path="/gcdm/oauth/token",
        evidence="F",
        params=(
            Param(name="code", place="body", key="code", is_required=True),
            Param(name="code_verifier", place="body", key="code_verifier", is_required=True),
            Param(name="redirect_uri", place="body", key="redirect_uri", is_required=True),
            Param(name="grant_type", place="body", key="grant_type", default="authorization_code"),
        ),
        body="form",
        changes=True,
        is_signed=False,
        server=SIGN_IN,
        regions=NOT_CHINA,
        note="With HTTP Basic of client id and secret.",
    ),
    Operation(
        name="refresh",
        group="Authentication",
        title="Refresh",
        method="POST",
        path="/gcdm/oauth/token",
        evidence="F",
        params=(
            Param(name="refresh_token", place="body", key="refresh_token", is_required=True),
            Param(name="redirect_uri", place="body", key="redirect_uri", is_required=True),
            Param(name="scope", place="body", key="scope"),
            Param(name="grant_type", place="body", key="grant_type", default="refresh_token"),
        ),
        body="form",
        changes=True,
        is_signed=False,
        server=SIGN_IN,
        regions=NOT_CHINA,
        note="With HTTP Basic; gives a new refresh token.",
    ),
)

AUTHENTICATION_IN_CHINA: Final = (
    Operation(
        name="cn-public-key",
        group="Authentication (China)",
        title="Public Key",
        path="/eadrax-coas/v1/cop/publickey",
        evidence="C",
        is_signed=False,
        regions=CHINA,
        note="The key that the password is encrypted with (RSA, PKCS#1 v1.5, base64).",
    ),
    Operation(
        name="cn-slider-captcha",
        group="Authentication (China)",
        title="Slider Captcha",
        method="POST",
        path="/eadrax-coas/v2/cop/slider-captcha",
        evidence="C",
        params=(_MOBILE,),
        body="json",
        is_signed=False,
        regions=CHINA,
        note="Two pictures; how far one is to be moved in the other is the answer.",
    ),
    Operation(
        name="cn-check-captcha",
        group="Authentication (China)",
        title="Check Captcha",
        method="POST",
        path="/eadrax-coas/v1/cop/check-captcha",
        evidence="C",
        params=(
            _json("position", "position", is_required=True),
            _json("verify_id", "verifyId", is_required=True),
        ),
        body="json",
        changes=True,
        is_signed=False,
        regions=CHINA,
        note="The position is a share of the picture's width, as text with two decimals.",
    ),
    Operation(
        name="cn-create-captcha",
        group="Authentication (China)",
        title="Create Captcha",
        method="POST",
        path="/eadrax-coas/v2/cop/create-captcha",
        evidence="C",
        params=(_MOBILE, _json("brand", "brand", default="BMW")),
        body="json",
        is_signed=False,
        regions=CHINA,
        note="Variant of 2026; with a header x of about 64 hexadecimal digits whose meaning is not known.",
    ),
    Operation(
        name="cn-verify-captcha",
        group="Authentication (China)",
        title="Verify Captcha",
        method="POST",
        path="/eadrax-coas/v2/cop/verify-captcha",
        evidence="C",
        params=(
            _json("position", "position", is_required=True),
            _json("verify_id", "verifyId", is_required=True),
            _MOBILE,
        ),
        body="json",
        changes=True,
        is_signed=False,
        regions=CHINA,
        note="Variant of 2026.",
    ),
    Operation(
        name="cn-login-password",
        group="Authentication (China)",
        title="Login",
        method="POST",
        path="/eadrax-coas/v2/login/pwd",
        evidence="C",
        params=(
            _NONCE,
            _MOBILE,
            _json("password", "password", is_required=True),
            _json("verify_id", "verifyId", is_required=True),
            _json("device_id", "deviceId", is_required=True),
        ),
        body="json",
        changes=True,
        is_signed=False,
        regions=CHINA,
        note="The password is encrypted. How BMW checks the nonce is not known.",
    ),
    Operation(
        name="cn-message",
        group="Authentication (China)",
        title="Text Message",
        method="POST",
        path="/eadrax-coas/v1/cop/message",
        evidence="C",
        params=(
            _MOBILE,
            _json("device_id", "deviceId", is_required=True),
            _json("verify_id", "verifyId", is_required=True),
        ),
        body="json",
        changes=True,
        is_signed=False,
        regions=CHINA,
    ),
    Operation(
        name="cn-login-message",
        group="Authentication (China)",
        title="Login by Text Message",
        method="POST",
        path="/eadrax-coas/v2/login/sms",
        evidence="C",
        params=(
            _NONCE,
            _MOBILE,
            _json("otp_id", "otpId", is_required=True),
            _json("otp", "otpMsg", is_required=True),
        ),
        body="json",
        changes=True,
        is_signed=False,
        regions=CHINA,
    ),
    *(
        Operation(
            name=f"cn-refresh-{version}",
            group="Authentication (China)",
            title=f"Refresh ({version})",
            method="POST",
            path=f"/eadrax-coas/{version}/oauth/token",
            evidence="C",
            params=(
                _NONCE,
                Param(name="refresh_token", place="body", key="refresh_token", is_required=True),
                Param(name="grant_type", place="body", key="grant_type", default="refresh_token"),
            ),
            body="form",
            changes=True,
            is_signed=False,
            regions=CHINA,
        )
        for version in ("v1", "v2")
    ),
)

VEHICLES: Final = (
    Operation(
        name="vehicles-v1",
        group="Vehicles",
        title="Vehicles (v1)",
        path="/eadrax-vcs/v1/vehicles",
        evidence="F",
        params=_LIST_QUERY,
        note="2021-08 to 2022-06: the cars of the brand with their state, all in one.",
    ),
    Operation(
        name="vehicles-v2",
        group="Vehicles",
        title="Vehicles (v2)",
        path="/eadrax-vcs/v2/vehicles",
        evidence="F",
        params=_LIST_QUERY,
        note="2022-06 to 2023-01.",
    ),
    Operation(
        name="vehicles-v4",
        group="Vehicles",
        title="Vehicles (v4)",
        path="/eadrax-vcs/v4/vehicles",
        evidence="F",
        params=_LIST_QUERY,
        note="2023-01 to 2024-02, and still answered in 2025.",
    ),
    Operation(
        name="vehicles-v5",
        group="Vehicles",
        title="Vehicles (v5)",
        method="POST",
        path="/eadrax-vcs/v5/vehicle-list",
        evidence="F",
        params=(
            Param(name="body", place="body", key="", kind="json", default="{}"),
            _ZONE_OFFSET,
            _APP_TIME,
        ),
        body="json",
        note="Since 2024-02: VINs only; changes nothing although it is a POST.",
    ),
    Operation(
        name="profile",
        group="Vehicles",
        title="Profile",
        path="/eadrax-vcs/v5/vehicle-data/profile",
        evidence="F",
        params=(_VIN_HEADER,),
    ),
    Operation(
        name="state-v2",
        group="Vehicles",
        title="State (v2)",
        path="/eadrax-vcs/v2/vehicles/{vin}/state",
        evidence="F",
        params=(_VIN_PATH, _ZONE_OFFSET, _APP_TIME),
    ),
    Operation(
        name="state-v4",
        group="Vehicles",
        title="State",
        path="/eadrax-vcs/v4/vehicles/state",
        evidence="F",
        params=(_VIN_HEADER, _CURRENT_DATE, _ZONE_OFFSET, _APP_TIME),
    ),
    Operation(
        name="image-v3",
        group="Vehicles",
        title="Image (v3)",
        path="/eadrax-ics/v3/presentation/vehicles/{vin}/images",
        evidence="F",
        params=(_VIN_PATH, _VIEW),
        accept="image/png",
    ),
    Operation(
        name="image-v5",
        group="Vehicles",
        title="Image",
        path="/eadrax-ics/v5/presentation/vehicles/images",
        evidence="C",
        params=(
            _VIN_HEADER,
            Param(name="vehicle_kind", place="header", key="bmw-app-vehicle-type", default="connected"),
            _VIEW,
            Param(name="is_cropped", place="query", key="toCrop", kind="bool", default="true"),
        ),
        accept="image/png",
    ),
)

REMOTE: Final = (
    *(
        Operation(
            name=f"command-{version}",
            group="Remote services",
            title=f"Command ({version})",
            method="POST",
            path=f"/eadrax-vrccs/{version}/presentation/remote-commands/{{vin}}/{{service}}",
            evidence="F",
            params=(_VIN_PATH, *_SERVICE),
            body="json",
            changes=True,
        )
        for version in ("v2", "v3")
    ),
    Operation(
        name="command-v4",
        group="Remote services",
        title="Command",
        method="POST",
        path="/eadrax-vrccs/v4/presentation/remote-commands/{service}",
        evidence="C",
        params=(_VIN_HEADER, *_SERVICE),
        body="json",
        changes=True,
        note="Lights, finder, locks, horn, climate. Where the capabilities speak of remote engine start, climate-now "
        "starts the engine (inferred): never in a closed garage.",
    ),
    *(
        Operation(
            name=f"event-status-{version}",
            group="Remote services",
            title=f"Event Status ({version})",
            method="POST",
            path=f"/eadrax-vrccs/{version}/presentation/remote-commands/eventStatus",
            evidence=evidence,
            params=(_EVENT,),
            body="json",
            note="Changes nothing although it is a POST." + (" The field is rsEventStatus." if version == "v4" else ""),
        )
        for version, evidence in _STATUS_VERSIONS
    ),
    *(
        Operation(
            name=f"event-position-{version}",
            group="Remote services",
            title=f"Event Position ({version})",
            method="POST",
            path=f"/eadrax-vrccs/{version}/presentation/remote-commands/eventPosition",
            evidence="F",
            params=(_EVENT, *_OBSERVER),
            body="json",
            note="What vehicle-finder found; BMW is told where the asker is. Changes nothing although it is a POST.",
        )
        for version in ("v2", "v3", "v4")
    ),
    *(
        Operation(
            name=f"history-{version}",
            group="Remote services",
            title=f"Remote History ({version})",
            path=f"/eadrax-vrccs/{version}/presentation/remote-history/{{vin}}",
            evidence="C",
            params=(_VIN_PATH,),
        )
        for version in ("v2", "v3")
    ),
    *(
        Operation(
            name=f"delete-history-{version}",
            group="Remote services",
            title=f"Delete Remote History ({version})",
            method="DELETE",
            path=f"/eadrax-vrccs/{version}/presentation/remote-history/{{vin}}",
            evidence="C",
            params=(_VIN_PATH,),
            changes=True,
        )
        for version in ("v2", "v3")
    ),
)

CHARGING: Final = (
    *(
        Operation(
            name=f"{verb}-charging",
            group="Charging",
            title=f"{verb.capitalize()} Charging",
            method="POST",
            path=f"/eadrax-crccs/v1/vehicles/{{vin}}/{verb}-charging",
            evidence="F",
            params=(_VIN_PATH,),
            body="json",
            changes=True,
            note="Of use only while a plug is in.",
        )
        for verb in ("start", "stop")
    ),
    Operation(
        name="charging-settings",
        group="Charging",
        title="Charging Settings",
        path="/eadrax-crccs/v2/vehicles",
        evidence="F",
        params=(
            _VIN_HEADER,
            _CURRENT_DATE,
            Param(name="fields", place="query", key="fields", default="charging-profile"),
            Param(
                name="has_settings",
                place="query",
                key="has_charging_settings_capabilities",
                kind="bool",
                default="true",
            ),
        ),
    ),
    Operation(
        name="set-charging-settings",
        group="Charging",
        title="Set Charging Settings",
        method="POST",
        path="/eadrax-crccs/v1/vehicles/{vin}/charging-settings",
        evidence="F",
        params=(
            _VIN_PATH,
            Param(name="target_percent", place="body", key="chargingTarget", kind="number"),
            Param(name="ac_limit_a", place="body", key="acLimitValue", kind="number"),
            Param(name="is_unlock_cable_active", place="body", key="isUnlockCableActive", kind="bool"),
            Param(name="dc_loudness", place="body", key="dcLoudness"),
        ),
        body="json",
        changes=True,
        note="The target is 20 to 100 % in steps of 5, the limit one of the car's own (A). What is left out stays.",
    ),
    Operation(
        name="set-charging-profile",
        group="Charging",
        title="Set Charging Profile",
        method="POST",
        path="/eadrax-crccs/v1/vehicles/{vin}/charging-profile",
        evidence="F",
        params=(_VIN_PATH, _whole_body()),
        body="json",
        changes=True,
        note="All of chargingMode, departureTimer, isPreconditionForDepartureActive, servicePack; 500 when one lacks.",
    ),
    Operation(
        name="charging-plan",
        group="Charging",
        title="Charging Plan",
        path="/eadrax-cps/v2/vehicles",
        evidence="C",
        params=(
            _VIN_HEADER,
            Param(name="fields", place="query", key="fields", default="charging-plan"),
            Param(name="current_date", place="query", key="current_date", default="{now}"),
            Param(
                name="has_settings",
                place="query",
                key="has_charging_settings_capabilities",
                kind="bool",
                default="true",
            ),
        ),
    ),
    *(
        Operation(
            name=f"charging-statistics-{version}",
            group="Charging",
            title=f"Charging Statistics ({version})",
            path=f"/eadrax-chs/{version}/charging-statistics",
            evidence="F",
            params=(_VIN_QUERY, Param(name="date", place="query", key="currentDate", default="{now}")),
            note="v1 before 2024-04. 4xx for a car without a traction battery, or without the owner's consent.",
        )
        for version in ("v1", "v2")
    ),
    *(
        Operation(
            name=f"charging-sessions-{version}",
            group="Charging",
            title=f"Charging Sessions ({version})",
            path=f"/eadrax-chs/{version}/charging-sessions",
            evidence="F",
            params=_MONTH_QUERY,
            note="Of the month of `date` only; with the date picker BMW takes the current month whatever `date` says.",
        )
        for version in ("v1", "v2")
    ),
    Operation(
        name="charging-session",
        group="Charging",
        title="Charging Session",
        path="/eadrax-chs/v2/charging-sessions/{session_id}",
        evidence="C",
        params=(Param(name="session_id", place="path", key="session_id", is_required=True),),
    ),
    Operation(
        name="charging-report",
        group="Charging",
        title="Charging Report",
        method="POST",
        path="/eadrax-chs/v1/charging-sessions/generate-report",
        evidence="C",
        params=(
            _VIN_QUERY,
            Param(name="date", place="query", key="currentDate", default="{today}"),
            Param(name="format", place="query", key="format", default="xlsx"),
        ),
        accept="*/*",
    ),
)

TRIPS: Final = (
    *(
        Operation(
            name=name,
            group="Trips",
            title=title,
            path=f"/eadrax-suscs/v1/vehicles/sustainability{path}",
            evidence="C",
            params=(_VIN_HEADER, _GCID_HEADER, _ZONE),
        )
        for name, title, path in (
            ("sustainability", "Sustainability", ""),
            ("sustainability-widget", "Sustainability Widget", "/widget"),
        )
    ),
    Operation(
        name="trips",
        group="Trips",
        title="Trip History",
        path="/eadrax-suscs/v1/vehicles/sustainability/trips/history",
        evidence="C",
        params=(
            _VIN_HEADER,
            _GCID_HEADER,
            Param(name="month", place="query", key="date", default="{month}"),
            Param(name="offset", place="query", key="offset", kind="number", default="0"),
            Param(name="limit", place="query", key="limit", kind="number", default="100"),
            Param(name="group_by_week", place="query", key="groupByWeek", kind="bool", default="false"),
            _ZONE,
        ),
    ),
    Operation(
        name="trip",
        group="Trips",
        title="Trip Summary",
        path="/eadrax-suscs/v1/vehicles/sustainability/trips/summary/{trip_id}",
        evidence="C",
        params=(
            Param(name="trip_id", place="path", key="trip_id", is_required=True),
            _VIN_HEADER,
            _GCID_HEADER,
            _ZONE,
        ),
    ),
    Operation(
        name="trip-statistics",
        group="Trips",
        title="Trip Statistics",
        path="/eadrax-suscs/v1/vehicles/sustainability/trips/statistics",
        evidence="C",
        params=(
            _VIN_HEADER,
            _GCID_HEADER,
            Param(name="month", place="query", key="date", default="{month}"),
        ),
    ),
)

SERVICE: Final = (
    Operation(
        name="recalls",
        group="Service",
        title="Recalls",
        path="/eadrax-recallcs/v2/recalls",
        evidence="?",
        params=(_VIN_QUERY, Param(name="gcid", place="header", key="bmw-gcid", default="{gcid}")),
    ),
    Operation(
        name="demands",
        group="Service",
        title="Service Demands",
        path="/eadrax-slcs/v1/demands",
        evidence="?",
        params=(_VIN_HEADER,),
    ),
)

DESTINATIONS: Final = (
    Operation(
        name="send-to-car-v1",
        group="Destinations",
        title="Send to Car (v1)",
        method="POST",
        path="/eadrax-dcs/v1/send-to-car/send-to-car",
        evidence="C",
        params=(_whole_body(),),
        body="json",
        changes=True,
    ),
    Operation(
        name="send-to-car-v2",
        group="Destinations",
        title="Send to Car",
        method="POST",
        path="/eadrax-dcs/v2/user/{gcid}/send-to-car",
        evidence="C",
        params=(
            Param(name="gcid", place="path", key="gcid", default="{gcid}", is_required=True),
            _whole_body(),
        ),
        body="json",
        changes=True,
        note="Answers 201 without a body.",
    ),
    Operation(
        name="send-to-car-status",
        group="Destinations",
        title="Send to Car Status",
        path="/eadrax-dcs/v1/send-to-car/{vin}/subservice-status",
        evidence="C",
        params=(_VIN_PATH,),
    ),
)


def _seen(name: str, path: str, *params: Param, title: str | None = None) -> Operation:
    words = title or name.replace("-", " ").title()
    return Operation(name=name, group="Also seen", title=words, path=path, evidence="?", params=params)


ALSO_SEEN: Final = (
    _seen("flags", "/eadrax-fts/v1/flags"),
    _seen("contacts", "/eadrax-ucs/v2/contacts", Param(name="vin", place="header", key="bmw-vin")),
    _seen(
        "customizations",
        "/eadrax-ucs/v1/customizations",
        Param(name="local_date", place="query", key="localDate", default="{today}"),
    ),
    _seen("nps-config", "/eadrax-ucs/v1/nps/config", title="NPS Config"),
    _seen("profile-tab", "/eadrax-ucs/v1/presentation/profile-tab"),
    _seen(
        "weblinks",
        "/eadrax-ucs/v1/presentation/weblinks",
        Param(name="view", place="query", key="view", default="VehicleTab"),
        _VIN_QUERY,
    ),
    _seen("explore", "/eadrax-excs/v1/explore/isFeatureEnabled"),
    _seen("warranty-plans", "/eadrax-bsics/v2/warrantyplans/{vin}", _VIN_PATH),
    _seen("emobility-features", "/eadrax-emob-hub/v1/features"),
    _seen(
        "assistance",
        "/eadrax-rsacs/v2/capabilities/{brand}",
        Param(name="brand", place="path", key="brand", default="BMW"),
    ),
    _seen("services", "/eadrax-servcs/v1/services", _VIN_QUERY),
    _seen("destination-tab", "/eadrax-dcs/v1/destinations/destination-tab"),
    _seen("favorites", "/eadrax-dcs/v3/favorites"),
    _seen("recommendation", "/eadrax-dservcs/v1/recommendation"),
    _seen("feature-toggle", "/eadrax-ecs/v1/feature-toggle"),
    _seen("vehicle-settings", "/eadrax-cdpc/v2/vehicle-settings", _VIN_HEADER),
    _seen("avatar", "/eadrax-ics/v1/presentation/avatar"),
    _seen("message-settings", "/eadrax-ccmcs/v1/settings"),
    _seen(
        "booking-engine",
        "/eadrax-oascs/v1/dealers/{dealer_id}/booking-engine",
        Param(name="dealer_id", place="path", key="dealer_id", is_required=True),
        _VIN_QUERY,
        Param(name="brand", place="query", key="brand", default="BMW"),
    ),
    _seen("software-status", "/eadrax-rsu/v2/vehicles/status/", _VIN_HEADER),
    _seen("app-update", "/eadrax-aucs/v1/update/update-info"),
    _seen("recordings", "/eadrax-r360/v1/recordings/vehicle/{vin}", _VIN_PATH),
    Operation(
        name="recording-addresses",
        group="Also seen",
        title="Recording Addresses",
        method="POST",
        path="/eadrax-r360/v1/vehicle/addresses",
        evidence="?",
        params=(_whole_body(),),
        body="json",
        changes=True,
    ),
    _seen("recording-key", "/eadrax-r360/v1/vehicle/{vin}/key", _VIN_PATH),
    Operation(
        name="recording-execute",
        group="Also seen",
        title="Recording Execute",
        method="POST",
        path="/eadrax-r360/v1/event/execute",
        evidence="?",
        params=(_whole_body(),),
        body="json",
        changes=True,
    ),
    _seen(
        "recording-event",
        "/eadrax-r360/v1/events/{event_id}",
        Param(name="event_id", place="path", key="event_id", is_required=True),
    ),
)

OPERATIONS: Final[Mapping[str, Operation]] = {
    operation.name: operation
    for operation in (
        *AUTHENTICATION,
        *AUTHENTICATION_IN_CHINA,
        *VEHICLES,
        *REMOTE,
        *CHARGING,
        *TRIPS,
        *SERVICE,
        *DESTINATIONS,
        *ALSO_SEEN,
    )
}
"""By name, in the order of the collection."""
