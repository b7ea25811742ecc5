"""What a car of the MyBMW app can do, as its state says (versions 2 and 4).

Every field may be missing, and is None then: the car's state says nothing of it. Version 1 has switches of its own
(`v1_models`). Source: stored answers of nine (v4) and seven cars (v2), 2022-2025. `vehicle_finder` may be false of a
car that can be found all the same (observed).
"""

import msgspec

from bimmerhub.bmw.mybmw.words import (
    AccessoryKind,
    ClimateFunction,
    ClimateTimerTrigger,
    StateSource,
    Support,
)


class DigitalKey(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The key in a phone. The package is NONE, SMACC_1_5 or SMACC_2_UWB."""

    booked_service_package: str | None = None
    state: Support | str | None = None
    is_digital_key_first_supported: bool | None = None
    is_upgrade_required: bool | None = msgspec.field(default=None, name="vehicleSoftwareUpgradeRequired")
    reader_graphics: str | None = None


class Commerce(msgspec.Struct, frozen=True, kw_only=True):
    """What can be paid for from the car."""

    fueling: bool | None = None
    parking: bool | None = None
    reservations: bool | None = None


class RemoteCharging(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What can be asked of the charger: START and STOP, or NOT_SUPPORTED; version 2 tells nothing here."""

    charging_control: tuple[str, ...] | None = None
    flap_control: tuple[str, ...] | None = None
    plug_control: tuple[str, ...] | None = None


class RemoteService(msgspec.Struct, frozen=True, kw_only=True):
    """One service of the list of remote services."""

    id: str | None = None
    state: Support | str | None = None


class RemoteServices(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The list of remote services."""

    door_lock: RemoteService | None = None
    door_unlock: RemoteService | None = None
    horn_blow: RemoteService | None = None
    light_flash: RemoteService | None = None
    in_car_camera: RemoteService | None = None
    in_car_camera_dwa: RemoteService | None = None
    remote360: RemoteService | None = None
    surround_view_recorder: RemoteService | None = None


class Capabilities(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What a car can do, as BMW's backend says; BMW's names in our spelling."""

    climate_now: bool | None = None
    horn: bool | None = None
    lights: bool | None = None
    lock: bool | None = None
    unlock: bool | None = None
    send_poi: bool | None = None
    vehicle_finder: bool | None = None
    alarm_system: bool | None = None
    remote360: bool | None = None
    in_car_camera: bool | None = None
    in_car_camera_dwa: bool | None = None
    surround_view_recorder: bool | None = None
    remote_software_upgrade: bool | None = None
    speech_third_party_alexa: bool | None = None
    speech_third_party_alexa_sdk: bool | None = msgspec.field(default=None, name="speechThirdPartyAlexaSDK")
    check_sustainability_dpp: bool | None = msgspec.field(default=None, name="checkSustainabilityDPP")
    is_battery_preconditioning_supported: bool | None = None
    is_bmw_charging_supported: bool | None = None
    is_car_sharing_supported: bool | None = None
    is_charge_now_for_business_supported: bool | None = None
    is_charging_history_supported: bool | None = None
    is_charging_hospitality_enabled: bool | None = None
    is_charging_loudness_enabled: bool | None = None
    is_charging_plan_supported: bool | None = None
    is_charging_power_limit_enabled: bool | None = None
    is_charging_settings_enabled: bool | None = None
    is_charging_target_soc_enabled: bool | None = None
    is_climate_timer_supported: bool | None = None
    is_climate_timer_weekly_active: bool | None = None
    is_customer_esim_supported: bool | None = None
    is_dcs_contract_management_supported: bool | None = msgspec.field(
        default=None, name="isDCSContractManagementSupported"
    )
    is_data_privacy_enabled: bool | None = None
    is_easy_charge_enabled: bool | None = None
    is_ev_go_charging_supported: bool | None = None
    is_location_based_charging_settings_supported: bool | None = None
    is_mini_charging_supported: bool | None = None
    is_non_lsc_feature_enabled: bool | None = None
    is_optimized_charging_supported: bool | None = None
    is_personal_picture_upload_supported: bool | None = None
    is_plug_and_charge_supported: bool | None = None
    is_remote_engine_start_supported: bool | None = None
    is_remote_engine_start_enabled: bool | None = None
    is_remote_history_deletion_supported: bool | None = None
    is_remote_history_supported: bool | None = None
    is_remote_parking_ees25_active: bool | None = None
    is_remote_parking_supported: bool | None = None
    is_remote_services_activation_required: bool | None = None
    is_remote_services_booking_required: bool | None = None
    is_scan_and_charge_supported: bool | None = None
    is_sustainability_accumulated_view_enabled: bool | None = None
    is_sustainability_supported: bool | None = None
    is_third_party_app_store_supported: bool | None = None
    is_wifi_hotspot_service_supported: bool | None = None
    a4a_type: AccessoryKind | str | None = None
    climate_function: ClimateFunction | str | None = None
    climate_timer_trigger: ClimateTimerTrigger | str | None = None
    last_state_call_state: Support | str | None = None
    vehicle_state_source: StateSource | str | None = None
    digital_key: DigitalKey | None = None
    location_based_commerce: Commerce | None = msgspec.field(default=None, name="locationBasedCommerceFeatures")
    remote_charging: RemoteCharging | None = msgspec.field(default=None, name="remoteChargingCommands")
    remote_services: RemoteServices | None = None
    special_themes: tuple[str, ...] | None = msgspec.field(default=None, name="specialThemeSupport")

    @property
    def starts_engine(self) -> bool:
        """Whether the climate of the parked car starts the engine: it must not run in a closed garage.

        That the engine is started by `climate-now` is inferred.
        """
        return bool(self.is_remote_engine_start_supported and self.is_remote_engine_start_enabled is not False)
