"""The services of BMW's that the emulator serves, each with the host name it has at BMW: a list.

A family is added here, once its folder is there (see the package's docstring).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from bimmerhub.emulator.cardata.answers.basic_data import BASIC_DATA
from bimmerhub.emulator.cardata.rest import RestEndpoints
from bimmerhub.emulator.cloud import Cloud
from bimmerhub.emulator.connecteddrive.endpoints import PortalApiEndpoints
from bimmerhub.emulator.connecteddrive.remote_endpoints import PortalRemoteEndpoints
from bimmerhub.emulator.customer_portal.catalogue_pages import CataloguePages
from bimmerhub.emulator.customer_portal.granted_pages import GrantedPages
from bimmerhub.emulator.customer_portal.pages import PortalPages
from bimmerhub.emulator.customer_portal.visits import Visits
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.front_page import FrontPage
from bimmerhub.emulator.host.as_bmw import (
    API_HOST,
    APP_HOSTS,
    BMW_USA_HOST,
    CONFIGURATOR_HOST,
    GARAGE_HOSTS,
    INVENTORY_HOST,
    MINI_USA_HOST,
    NHTSA_HOST,
    OTHER_SIGN_IN_HOSTS,
    PORTAL_HOSTS,
    SIGN_IN_HOST,
    STREAM_HOST,
    UTILITIES_HOST,
    WEBAPI_HOSTS,
    HostRouter,
)
from bimmerhub.emulator.host.known_methods import KnownMethods
from bimmerhub.emulator.inventory.endpoints import (
    BmwUsaEndpoints,
    ConfiguratorEndpoints,
    InventoryEndpoints,
    MiniUsaEndpoints,
    PhotoEndpoints,
)
from bimmerhub.emulator.inventory.site_calls import SiteCalls
from bimmerhub.emulator.iremote.endpoints import IRemoteEndpoints
from bimmerhub.emulator.iremote.service_endpoints import IRemoteServiceEndpoints
from bimmerhub.emulator.mybmw.access.app_admission import AgentMeter, AppAdmission
from bimmerhub.emulator.mybmw.access.app_routing import AppRouting
from bimmerhub.emulator.mybmw.access.china_endpoints import ChinaEndpoints
from bimmerhub.emulator.mybmw.access.oauth_config import OauthConfigEndpoint
from bimmerhub.emulator.mybmw.also_seen import MyBmwOtherEndpoints
from bimmerhub.emulator.mybmw.commands.charging_endpoints import MyBmwChargingEndpoints
from bimmerhub.emulator.mybmw.commands.remote_endpoints import AppDesk, MyBmwRemoteEndpoints
from bimmerhub.emulator.mybmw.commands.send_to_car import MyBmwSendEndpoints
from bimmerhub.emulator.mybmw.endpoints import MyBmwEndpoints
from bimmerhub.emulator.mybmw.history.session_endpoints import MyBmwSessionEndpoints
from bimmerhub.emulator.mybmw.history.trip_endpoints import MyBmwTripEndpoints
from bimmerhub.emulator.mygarage.endpoints import GarageEndpoints, NhtsaEndpoints
from bimmerhub.emulator.mygarage.garage_admission import GarageAdmission
from bimmerhub.emulator.mygarage.garages import Garages
from bimmerhub.emulator.mygarage.order_book import OrderBook
from bimmerhub.emulator.odd_headers import OddHeaders
from bimmerhub.emulator.remote.remote_admission import RemoteAdmission
from bimmerhub.emulator.remote.routing import RemoteRouting
from bimmerhub.emulator.settings import EmulatorSettings
from bimmerhub.emulator.sign_in.by_password.password_endpoints import PasswordEndpoints
from bimmerhub.emulator.sign_in.link_pages import LinkPages
from bimmerhub.emulator.sign_in.oauth import OauthEndpoints
from bimmerhub.emulator.sign_in.openid import OpenidEndpoints


class Surface(Protocol):
    """Something that answers over HTTP."""

    def routes(self) -> list[Route]:
        """Return the routes that it serves."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedFamily:
    """One service of BMW's.

    `hosts` are BMW's own host names, under which it answers with `--as-bmw`. `forget` drops what it remembers of
    accounts, as `POST /_emulator/reset` wants.
    """

    hosts: tuple[str, ...]
    surfaces: tuple[Surface, ...]
    forget: Callable[[], None]


def list_families(cloud: Cloud, settings: EmulatorSettings) -> tuple[ServedFamily, ...]:
    """Return every family of a cloud."""
    passwords = PasswordEndpoints(
        cloud.identity.by_password,
        faults=cloud.faults,
        is_elsewhere=lambda region, user: cloud.identity.is_elsewhere(region, user=user),
    )
    return (
        ServedFamily(
            hosts=(SIGN_IN_HOST,),
            surfaces=(
                FrontPage(),
                OauthEndpoints(cloud.identity, clock=cloud.clock, faults=cloud.faults, passwords=passwords),
                OpenidEndpoints(cloud.signer),
                LinkPages(cloud.identity, clock=cloud.clock, cars_of=cloud.portal.cars_of),
            ),
            forget=cloud.identity.reset,
        ),
        ServedFamily(hosts=(SIGN_IN_HOST,), surfaces=_customer_portal(cloud, settings), forget=cloud.portal.begin_anew),
        ServedFamily(hosts=(UTILITIES_HOST,), surfaces=(_catalogue(cloud),), forget=_forget_nothing),
        ServedFamily(hosts=(API_HOST,), surfaces=(_cardata(cloud, settings),), forget=cloud.forget_cardata),
        ServedFamily(
            hosts=(SIGN_IN_HOST, *OTHER_SIGN_IN_HOSTS, *WEBAPI_HOSTS), surfaces=(passwords,), forget=_forget_nothing
        ),
        ServedFamily(hosts=WEBAPI_HOSTS, surfaces=_iremote(cloud), forget=cloud.desk.forget),
        ServedFamily(
            hosts=(*PORTAL_HOSTS, SIGN_IN_HOST, *WEBAPI_HOSTS), surfaces=_portal_api(cloud), forget=_forget_nothing
        ),
        *_my_garage(cloud),
        *_dealers_sites(cloud),
        _mybmw(cloud, settings),
    )


def web_app(
    families: Sequence[ServedFamily],
    *,
    control: Iterable[Surface],
    as_bmw: bool,
    now_ms: Callable[[], int],
    faults: Faults,
) -> ASGIApp:
    """Return what answers over HTTP: all families and `control`; with `as_bmw` each family also under its own host.

    `now_ms` is BMW's time.
    """
    by_host: dict[str, list[Surface]] = {}
    for family in families:
        for host in family.hosts:
            by_host.setdefault(host, []).extend(family.surfaces)
    everything: ASGIApp = _app([*(surface for family in families for surface in family.surfaces), *control])
    if as_bmw:
        everything = HostRouter({host: _app(surfaces) for host, surfaces in by_host.items()}, local=everything)
    return OddHeaders(everything, now_ms=now_ms, faults=faults)


def _customer_portal(cloud: Cloud, settings: EmulatorSettings) -> tuple[Surface, ...]:
    stream_host = STREAM_HOST if settings.host.as_bmw else settings.host.address
    visits = Visits()
    pages = PortalPages(
        cloud.portal,
        clock=cloud.clock,
        cars=cloud.portal.cars_of,
        stream_address=lambda: (stream_host, cloud.stream.port),
        visits=visits,
    )
    return pages, GrantedPages(cloud.portal.granted, visits=visits)


def _catalogue(cloud: Cloud) -> CataloguePages:
    def brand() -> str:
        codes = [car.code for lives in cloud.population.lives.values() for car in lives.garage.cars]
        return str(BASIC_DATA[codes[0]]["brand"]) if codes else "BMW"

    return CataloguePages(brand=brand, faults=cloud.faults)


def _forget_nothing() -> None:
    """Do nothing: this family remembers nothing of accounts."""


def _iremote(cloud: Cloud) -> tuple[Surface, ...]:
    routing = RemoteRouting(
        clock=cloud.clock, faults=cloud.faults, admission=_remote_admission(cloud), cars=cloud.account_vehicles
    )
    return (
        IRemoteEndpoints(faults=cloud.faults, routing=routing, cars=cloud.account_vehicles),
        IRemoteServiceEndpoints(clock=cloud.clock, faults=cloud.faults, routing=routing, desk=cloud.desk),
    )


def _portal_api(cloud: Cloud) -> tuple[Surface, ...]:
    routing = RemoteRouting(
        clock=cloud.clock,
        faults=cloud.faults,
        admission=_remote_admission(cloud),
        cars=cloud.account_vehicles,
        gone_fault="portal-gone",
        gone_from_year=2022,
        softening_fault="portal-error-as-200",
    )
    return (
        PortalApiEndpoints(faults=cloud.faults, routing=routing, cars=cloud.account_vehicles),
        PortalRemoteEndpoints(clock=cloud.clock, routing=routing, cars=cloud.account_vehicles, desk=cloud.desk),
    )


def _my_garage(cloud: Cloud) -> tuple[ServedFamily, ...]:
    clock, faults = cloud.clock, cloud.faults
    garage = GarageEndpoints(
        clock=clock,
        faults=faults,
        admission=GarageAdmission(clock=clock, faults=faults, identity=cloud.identity),
        garages=Garages(
            cars=cloud.account_vehicles, orders=OrderBook(clock=clock, faults=faults), accounts=cloud.population.lives
        ),
    )
    return (
        ServedFamily(hosts=GARAGE_HOSTS, surfaces=(garage,), forget=_forget_nothing),
        ServedFamily(hosts=(NHTSA_HOST,), surfaces=(NhtsaEndpoints(garage),), forget=_forget_nothing),
    )


def _dealers_sites(cloud: Cloud) -> tuple[ServedFamily, ...]:
    """Return the sites of the dealers' stock; each one shows its photos under its own name."""
    calls, parts, faults = SiteCalls(clock=cloud.clock, faults=cloud.faults), cloud.inventory, cloud.faults
    inventory = InventoryEndpoints(parts, calls=calls, faults=faults)
    minis = MiniUsaEndpoints(parts, calls=calls, faults=faults)
    site = BmwUsaEndpoints(parts, calls=calls)
    configurator = ConfiguratorEndpoints(calls=calls)
    return (
        ServedFamily(hosts=(INVENTORY_HOST,), surfaces=(inventory, PhotoEndpoints()), forget=parts.forget),
        ServedFamily(hosts=(MINI_USA_HOST,), surfaces=(minis, PhotoEndpoints()), forget=_forget_nothing),
        ServedFamily(hosts=(BMW_USA_HOST,), surfaces=(site,), forget=_forget_nothing),
        ServedFamily(hosts=(CONFIGURATOR_HOST,), surfaces=(configurator,), forget=_forget_nothing),
    )


def _mybmw(cloud: Cloud, settings: EmulatorSettings) -> ServedFamily:
    meter = AgentMeter(clock=cloud.clock, faults=cloud.faults)
    admission = AppAdmission(meter, clock=cloud.clock, faults=cloud.faults, identity=cloud.identity)
    routing = AppRouting(
        RemoteRouting(
            clock=cloud.clock,
            faults=cloud.faults,
            admission=admission,
            cars=cloud.account_vehicles,
            softening_fault="app-error-as-200",
        ),
        faults=cloud.faults,
        cars=cloud.account_vehicles,
    )
    app_desk = AppDesk(cloud.desk, faults=cloud.faults)
    return ServedFamily(
        hosts=APP_HOSTS,
        surfaces=(
            OauthConfigEndpoint(settings.passwords, faults=cloud.faults, meter=meter),
            ChinaEndpoints(cloud.identity.china, faults=cloud.faults),
            MyBmwEndpoints(clock=cloud.clock, routing=routing, cars=cloud.account_vehicles),
            MyBmwRemoteEndpoints(clock=cloud.clock, routing=routing, desk=cloud.desk, app_desk=app_desk),
            MyBmwChargingEndpoints(routing=routing, app_desk=app_desk),
            MyBmwSessionEndpoints(clock=cloud.clock, routing=routing, cars=cloud.account_vehicles),
            MyBmwTripEndpoints(clock=cloud.clock, routing=routing),
            MyBmwSendEndpoints(routing=routing, desk=cloud.desk),
            MyBmwOtherEndpoints(routing=routing, cars=cloud.account_vehicles),
        ),
        forget=meter.forget,
    )


def _remote_admission(cloud: Cloud) -> RemoteAdmission:
    return RemoteAdmission(clock=cloud.clock, faults=cloud.faults, identity=cloud.identity)


def _cardata(cloud: Cloud, settings: EmulatorSettings) -> RestEndpoints:
    return RestEndpoints(
        settings.cardata,
        clock=cloud.clock,
        faults=cloud.faults,
        identity=cloud.identity,
        quota=cloud.quota,
        containers=cloud.containers,
        backends=cloud.population,
        mappings=cloud.portal.mappings,
    )


def _app(surfaces: Iterable[Surface]) -> ASGIApp:
    routes = [route for surface in surfaces for route in surface.routes()]
    return KnownMethods(Starlette(routes=routes), routes=routes)
