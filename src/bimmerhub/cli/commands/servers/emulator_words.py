"""What `bimmerhub emulator` says when it is ready: its addresses, every account with its cars, and what to do next."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bimmerhub.emulator.app import Emulator
    from bimmerhub.emulator.host.info import EmulatorInfo
    from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount, MappedCar, ProviderClient


_BELOW = "\n" + 20 * " "
"""What puts the next text of a column below the one before."""


def describe_emulator(emulator: "Emulator") -> str:
    """Return the start text of a running emulator, in lines."""
    info, settings = emulator.info, emulator.settings
    addresses = (
        f"The emulator runs; it is not BMW. Ctrl-C stops.\n"
        f"  sign-in and REST  {info.base_url}\n"
        f"  i Remote          {info.base_url}{info.families['iremote'].api_path}\n"
        f"  ConnectedDrive    {info.base_url}{info.families['connecteddrive'].api_path}\n"
        f"  MyBMW app         {info.base_url}{info.families['mybmw'].api_path}\n"
        f"  stream            {info.mqtt_host}:{info.mqtt_port} (MQTT over TLS)\n"
        f"  CA file           {info.ca_file}"
    )
    accounts = [_describe_account(emulator, account) for account in settings.accounts]
    providers = [_describe_provider(provider) for provider in settings.providers]
    hint = _as_bmw_hint(info) if settings.host.as_bmw else _bimmerhub_hint(info)
    return "\n".join([addresses, *accounts, *providers, hint])


def _describe_provider(provider: "ProviderClient") -> str:
    return (
        f"Service provider{f' {provider.name}' if provider.name else ''}, with whose client any account can sign in:\n"
        f"  client id         {provider.client_id}\n"
        f"  services          {', '.join(sorted(provider.services)) or 'none'}"
    )


def _describe_account(emulator: "Emulator", account: "EmulatedAccount") -> str:
    """Return an account with its client and its cars, as the portal has them now."""
    client = emulator.portal.registrations.client_of(account.gcid)
    cars = [_describe_car(mapped) for mapped in emulator.portal.mappings.of_account(account.gcid)]
    return (
        f"Account {account.user}:\n"
        f"  password          {account.password}\n"
        f"  client id         {'none' if client is None else client.client_id}\n"
        f"  services          {(', '.join(sorted(client.services)) if client else '') or 'none'}\n"
        f"  GCID              {account.gcid}\n"
        f"  cars              {_BELOW.join(cars) or 'none'}"
    )


def _describe_car(mapped: "MappedCar") -> str:
    return f"{mapped.car.vin}  {mapped.car.model_name} ({mapped.car.drivetrain}), {mapped.kind}"


def _as_bmw_hint(info: "EmulatorInfo") -> str:
    from bimmerhub.emulator.host.as_bmw import BMW_HOSTS, CHINA_PORT, HTTPS_PORT, STREAM_PORT, setup_text

    is_usual = info.base_url.endswith(f":{HTTPS_PORT}") and info.mqtt_port == STREAM_PORT
    expected = f"{HTTPS_PORT} and {STREAM_PORT}, in China {CHINA_PORT}"
    ports = "" if is_usual else f"Programs expect ports {expected}, which these are not.\n"
    return f"{ports}It answers as {len(BMW_HOSTS)} of BMW's hosts, once this is done:\n{setup_text(info.ca_file)}"


def _bimmerhub_hint(info: "EmulatorInfo") -> str:
    return (
        f"To point bimmerhub at it:\n"
        f"  export BIMMERHUB_BMW__AUTH_URL={info.base_url} \\\n"
        f"    BIMMERHUB_BMW__API_URL={info.base_url} \\\n"
        f"    BIMMERHUB_BMW__STREAM_HOST={info.mqtt_host} BIMMERHUB_BMW__STREAM_PORT={info.mqtt_port} \\\n"
        f"    BIMMERHUB_BMW__CA_FILE={info.ca_file}"
    )
