"""Where North America's sites are asked: at BMW, at the host of the settings, or at the emulator of `[bmw]`."""

from typing import Final

from bimmerhub.bmw.inventory.auth import Storefront
from bimmerhub.bmw.inventory.endpoints import Endpoints as InventoryEndpoints
from bimmerhub.bmw.mygarage.endpoints import Endpoints as GarageEndpoints
from bimmerhub.bmw.mygarage.endpoints import GarageBrand
from bimmerhub.hub.accounts.sign_in_details import to_url
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.process.demo import keep_from_bmw
from bimmerhub.hub.process.secret_text import read_secret

_ANY: Final = "any"


def garage_endpoints(settings: HubConfig, brand: GarageBrand = GarageBrand.BMW) -> GarageEndpoints:
    """Return where My Garage of a brand answers; ConfigError for what is no address, and for BMW's from a demo."""
    url = _url(settings, settings.mygarage.host)
    endpoints = GarageEndpoints(brand=brand)
    if url:
        endpoints = GarageEndpoints.all_at(url, brand=brand, ca_file=settings.bmw.ca_file)
    keep_from_bmw(settings.data_dir, endpoints)
    return endpoints


def inventory_endpoints(settings: HubConfig) -> InventoryEndpoints:
    """Return where the dealers' stock answers; errors as `garage_endpoints`."""
    url = _url(settings, settings.inventory.host)
    endpoints = InventoryEndpoints.all_at(url, ca_file=settings.bmw.ca_file) if url else InventoryEndpoints()
    keep_from_bmw(settings.data_dir, endpoints)
    return endpoints


def storefront(settings: HubConfig) -> Storefront | None:
    """Return the storefront's pair, for an emulator any; None when BMW's is not set.

    ConfigError when the password is not where the setting says.
    """
    table = settings.inventory
    if None in {table.username, table.password} and inventory_endpoints(settings).are_bmws:
        return None
    return Storefront(
        username=read_secret(table.username or _ANY, setting="inventory.username"),
        password=read_secret(table.password or _ANY, setting="inventory.password"),
        way=table.way,
    )


def _url(settings: HubConfig, host: str | None) -> str:
    """Return the one address for all, "" for BMW's own."""
    return to_url(host or settings.bmw.other_families_url())
