"""What a client needs to know to reach each family of BMW's interfaces at the emulator."""

from functools import partial

from bimmerhub.emulator.connecteddrive.endpoints import API_PATH as PORTAL_PATH
from bimmerhub.emulator.host.as_bmw import (
    API_HOST,
    APP_HOSTS,
    DEALER_HOSTS,
    GARAGE_HOSTS,
    NHTSA_HOST,
    OTHER_SIGN_IN_HOSTS,
    PORTAL_HOSTS,
    SIGN_IN_HOST,
    WEBAPI_HOSTS,
)
from bimmerhub.emulator.host.info import FamilyInfo
from bimmerhub.emulator.inventory.endpoints import TOKEN_PATH, VEHICLE_PATH
from bimmerhub.emulator.inventory.settings import InventorySettings
from bimmerhub.emulator.iremote.endpoints import API_PATH as WEBAPI_PATH
from bimmerhub.emulator.mybmw.access.oauth_config import CONFIG_PATH
from bimmerhub.emulator.mygarage.endpoints import CODE_RECEIVER_PATH, SERVICES_PATH
from bimmerhub.emulator.sign_in.by_password.password_endpoints import AUTHENTICATE_PATHS, GCDM_TOKEN_PATHS
from bimmerhub.emulator.sign_in.by_password.settings import PasswordSettings
from bimmerhub.emulator.sign_in.oauth import DEVICE_CODE_PATH

REDIRECT_URI = "https://www.bmw-connecteddrive.com/app/default/static/external-dispatch.html"
APP_REDIRECT_URI = "com.bmw.connected://oauth"


def describe_families(
    base_url: str, settings: PasswordSettings, *, inventory: InventorySettings, client_id: str
) -> dict[str, FamilyInfo]:
    """Return the families by id; `client_id` is that of the first account at CarData.

    Of the inventory `client_id` and `client_secret` are the storefront's name and password.
    """
    info = partial(FamilyInfo, base_url=base_url, auth_url=base_url)
    of_password = partial(info, client_id=settings.client_id, client_secret=settings.client_secret)
    return {
        "cardata": info(
            api_path="/customers",
            sign_in_path=DEVICE_CODE_PATH,
            hosts=(SIGN_IN_HOST, API_HOST),
            regions={},
            client_id=client_id,
            client_secret="",
            redirect_uri="",
        ),
        "iremote": of_password(
            api_path=WEBAPI_PATH,
            sign_in_path=GCDM_TOKEN_PATHS[0],
            hosts=(*WEBAPI_HOSTS, SIGN_IN_HOST, *OTHER_SIGN_IN_HOSTS),
            regions=dict(zip(("row", "na", "cn"), WEBAPI_HOSTS, strict=True)),
            redirect_uri=REDIRECT_URI,
        ),
        "connecteddrive": of_password(
            api_path=PORTAL_PATH,
            sign_in_path=AUTHENTICATE_PATHS[0],
            hosts=(*PORTAL_HOSTS, SIGN_IN_HOST),
            regions={},
            redirect_uri=REDIRECT_URI,
        ),
        "mygarage": of_password(
            api_path=SERVICES_PATH,
            sign_in_path=AUTHENTICATE_PATHS[0],
            hosts=(*GARAGE_HOSTS, NHTSA_HOST, OTHER_SIGN_IN_HOSTS[1]),
            regions={"na": GARAGE_HOSTS[0]},
            redirect_uri=f"https://{GARAGE_HOSTS[0]}{CODE_RECEIVER_PATH}",
        ),
        "inventory": info(
            api_path=VEHICLE_PATH,
            sign_in_path=TOKEN_PATH,
            hosts=DEALER_HOSTS,
            regions={},
            client_id=inventory.username,
            client_secret=inventory.password,
            redirect_uri="",
        ),
        "mybmw": of_password(
            api_path="",
            sign_in_path=CONFIG_PATH,
            hosts=(*APP_HOSTS, SIGN_IN_HOST, *OTHER_SIGN_IN_HOSTS),
            regions=dict(zip(("row", "na", "cn"), APP_HOSTS, strict=True)),
            redirect_uri=APP_REDIRECT_URI,
            subscription_key=settings.subscription_key,
        ),
    }
