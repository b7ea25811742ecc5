"""My Garage's SDK against the emulator, which was written from the facts by itself."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from tests.bmw.conftest import Cloud
from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import AnswerLost, Session
from bimmerhub.bmw.mygarage import BmwLogin, Endpoints, GarageBrand, MyGarage, PackageKind, SignIn, SiteApp, Vehicle
from bimmerhub.bmw.mygarage.models import ProfileLink
from bimmerhub.bmw.mygarage.operations import OPERATIONS
from bimmerhub.bmw.mygarage.words import CoverageKind, LinkRelation
from bimmerhub.bmw.operations.operation import SIGN_IN
from bimmerhub.bmw.signed_calls import AccessTokens
from bimmerhub.bmw.tokens.password_tokens import PasswordTokens
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError, NotFound, SignInRequired
from bimmerhub.ids import Vin


@dataclass
class Owner:
    """An account at the emulator, and the SDK that has signed in to it."""

    cloud: Cloud
    garage: MyGarage

    @property
    def car(self) -> Vehicle:
        return self.garage.car(self.cloud.emulator.info.vehicles[0].vin)

    def break_with(self, name: str, *, value: float | None = None, times: int | None = None) -> None:
        self.cloud.emulator.faults.switch_on(FaultSwitch(name=name, value=value, times=times))

    async def order(self) -> tuple[str, Vin | None]:
        ordered = (await self.garage.fetch_vehicles())[-1]
        return ordered.production_number, None if ordered.vin is None else Vin(ordered.vin)


def sdk(cloud: Cloud, *, client_id: str | None = "any", password: str | None = None, retries: int = 2) -> MyGarage:
    info = cloud.emulator.info
    return MyGarage(
        tokens=cloud.store,
        endpoints=Endpoints.all_at(info.base_url, app=SiteApp(client_id=client_id, user_agent="a program")),
        login=BmwLogin(username=info.user, password=password or info.password),
        session=cloud.session,
        clock=cloud.clock,
        retries=retries,
    )


@pytest.fixture
async def owner(cloud: Cloud) -> AsyncIterator[Owner]:
    async with sdk(cloud) as garage:
        yield Owner(cloud, garage)


async def test_the_garage_lists_every_car_as_it_is(owner: Owner) -> None:
    cars = await owner.garage.fetch_vehicles()
    assert [car.vin for car in cars[:-1]] == [vehicle.vin for vehicle in owner.cloud.emulator.info.vehicles]
    for car, owned in zip(cars, owner.cloud.emulator.garage.cars, strict=False):
        equipment = owner.cloud.emulator.garage.truth(owned.vin).equipment
        assert (car.exterior, car.model_year) == (equipment.colour, equipment.built[0] + 1)
        assert (car.status, car.status_words) == (196, "arrived")


@pytest.mark.parametrize(
    ("status", "words", "has_vin"),
    [
        (111, "accepted", False),
        (112, "scheduled", False),
        (150, "production started", True),
        (195, "shipped", True),
        (555, None, True),
    ],
)
async def test_an_order_is_told_in_words(owner: Owner, status: int, words: str | None, has_vin: bool) -> None:  # noqa: FBT001
    owner.break_with("order-status", value=status)
    order = await owner.garage.fetch_order(*await owner.order())
    assert (order.status, order.status_words, order.vin is not None) == (status, words, has_vin)
    assert (order.paint_code, order.material_code, order.sold_on) == ("C6A", "KUSW", None)
    assert {package.kind for package in order.packages} == {
        PackageKind.PRICED,
        PackageKind.ADDED_OPTIONS,
        PackageKind.STANDARD,
    }


async def test_links_lead_to_equipment_and_pictures(owner: Owner) -> None:
    number, vin = (await owner.garage.fetch_vehicles())[0].production_number, owner.car.vin
    assert {link.relation for link in await owner.garage.fetch_links(number, vin)} == set(LinkRelation)
    assert (await owner.garage.fetch_order_features(number, vin)).data
    pictures = await owner.garage.fetch_pictures(number, vin, step_deg=90)
    assert [picture.angle_deg for picture in pictures] == [0, 90, 180, 270]
    assert (await owner.garage.fetch_picture(pictures[1].url)).startswith(b"\x89PNG")


async def first_of(owner: Owner) -> tuple[str, Vin]:
    return (await owner.garage.fetch_vehicles())[0].production_number, owner.car.vin


async def test_what_an_order_does_not_have_is_said(owner: Owner) -> None:
    number, vin = await owner.order()
    assert LinkRelation.ESA not in {link.relation for link in await owner.garage.fetch_links(number, vin)}
    assert await owner.garage.follow((await owner.garage.fetch_links(*await first_of(owner)))[-1])
    with pytest.raises(NotFound, match="no ESA"):
        await owner.garage._link(LinkRelation.ESA, number, vin)
    with pytest.raises(BmwRefused):
        await owner.garage.fetch_links("0000000")


async def test_recalls_are_told_by_every_way(owner: Owner) -> None:
    owner.break_with("recalls-open", value=2)
    reports = [await owner.car.fetch_recalls_by_vin(), await owner.car.fetch_nhtsa_recalls(api_key="a key")]
    for report in reports:
        assert (report.vin, report.is_known, report.are_available, report.count) == (owner.car.vin, True, True, 2)
        assert (len(report.recalls), report.make, report.refreshed_on) == (2, "BMW", "Jul 27, 2026")
    own: Any = await owner.car.fetch_recalls()
    assert own["vin"] == owner.car.vin
    stranger = await owner.garage.car(Vin("WBA99999999999999")).fetch_recalls_by_vin()
    assert (stranger.is_known, stranger.recalls) == (False, [])


async def test_warranty_is_read_with_its_dates_and_limits(owner: Owner) -> None:
    for report in (await owner.car.fetch_warranty(mileage_miles=12_000), await owner.car.fetch_warranty_by_group()):
        assert report.vehicle is not None
        assert report.warranty is not None
        assert report.telematics is not None
        assert report.retail is not None
        assert (report.vehicle.vin, report.vehicle.produced, report.status_code) == (owner.car.vin, "2023/10", "0")
        assert (report.warranty.ends_on, report.warranty.age_months) == (date(2027, 11, 1), 48)
        assert report.warranty.mileage is not None
        assert report.warranty.mileage.distance == 50_000
        assert [cover.kind for cover in report.warranty.coverages] == list(CoverageKind)
        assert [plan.price_usd for plan in report.plans] == [199.0, 1_299.0]
        assert (report.telematics.ends_on, report.retail.retail_date) == (date(2027, 11, 1), date(2023, 11, 30))
        assert report.telematics.serial_number is not None
        assert report.telematics.serial_number not in repr(report)
    unknown = await owner.garage.car(Vin("WBA99999999999999")).fetch_warranty()
    assert (unknown.vehicle, unknown.status_code) == (None, "1")


async def test_recalls_and_warranty_need_no_account(cloud: Cloud) -> None:
    async with sdk(cloud, password="wrong") as garage:
        car = garage.car(cloud.emulator.info.vehicles[1].vin)
        assert (await car.fetch_recalls_by_vin()).is_known
        assert (await car.fetch_warranty()).vehicle
        assert len(await garage.fetch_value_services()) == 10
        assert "Chicago" in ((await garage.fetch_dealer("60611")).name or "")
        assert len(await garage.fetch_targets()) == 52
    assert cloud.store.saved == []


async def test_what_has_no_known_form_is_told_as_it_came(owner: Owner) -> None:
    mapping: Any = await owner.car.fetch_mapping()
    assert owner.car.vin in {relation["vin"] for relation in mapping["mappings"]}
    offers: Any = await owner.garage.fetch_offers()
    assert offers["brand"] == "BMW"
    phone: Any = await owner.car.fetch_phone_number()
    assert phone["vin"] == owner.car.vin
    profile: Any = (await owner.car.fetch_profile()).data
    assert profile["vehicleProfile"]["vin"] == owner.car.vin


async def test_features_of_2021(owner: Owner) -> None:
    features = await owner.car.fetch_features()
    assert features is not None
    assert features.exterior == owner.cloud.emulator.garage.truth(owner.car.vin).equipment.colour
    assert await owner.garage.car(Vin("WBA99999999999999")).fetch_features() is None
    [order, *_] = await owner.garage.fetch_orders()
    assert order.message == "The car has arrived"


async def test_every_target_can_be_forwarded_to(owner: Owner) -> None:
    for target in (await owner.garage.fetch_targets()).values():
        assert (await owner.garage.forward(target, vin=owner.car.vin)).code == "200"
    with pytest.raises(BmwRefused, match="404"):
        await owner.garage.forward("/mybmw/resources/none")


@pytest.mark.parametrize("fault", ["referer-wanted-forward", "referer-wanted-services", "referer-wanted-mybmw"])
async def test_the_referer_goes_along(owner: Owner, fault: str) -> None:
    owner.break_with(fault)
    assert await owner.garage.fetch_vehicles()
    assert await owner.garage.fetch_offers()
    assert (await owner.car.fetch_recalls_by_vin()).is_known


async def test_a_token_is_asked_for_once_and_renewed_when_it_is_refused(owner: Owner) -> None:
    for _ in range(3):
        await owner.garage.fetch_offers()
    assert len(owner.cloud.store.saved) == 1
    owner.break_with("garage-tokens-refused", times=1)
    await owner.garage.fetch_offers()
    assert len({tokens.access_token for tokens in owner.cloud.store.saved}) == 2


async def test_a_token_that_stays_refused_is_a_sign_in(owner: Owner) -> None:
    owner.break_with("garage-tokens-refused")
    with pytest.raises(SignInRequired):
        await owner.garage.fetch_offers()


async def test_a_wrong_password_is_sent_once(cloud: Cloud) -> None:
    async with sdk(cloud, password="wrong") as garage:
        for _ in range(2):
            with pytest.raises(SignInRequired):
                await garage.fetch_offers()
        with pytest.raises(BmwRefused):
            await garage.sign_in(BmwLogin(username="anna@example.com", password="wrong"))


async def test_without_a_client_id_one_is_told_where_to_find_it(cloud: Cloud) -> None:
    async with sdk(cloud, client_id=None) as garage:
        with pytest.raises(ConfigError, match="client id"):
            await garage.fetch_offers()


class OtherSignIn:
    """Tokens from elsewhere, such as the app's: with the account's id."""

    def __init__(self, tokens: PasswordTokens, gcid: str) -> None:
        self._tokens = tokens
        self._gcid = gcid

    async def current(self) -> TokenSet:
        return replace(await self._tokens.current(), gcid=self._gcid)

    async def renew(self, rejected: TokenSet | None) -> TokenSet:
        return replace(await self._tokens.renew(rejected), gcid=self._gcid)


def other_sign_in(cloud: Cloud, endpoints: Endpoints, session: Session, clock: Clock) -> OtherSignIn:
    login = BmwLogin(username=cloud.emulator.info.user, password=cloud.emulator.info.password)
    door = SignIn(endpoints=endpoints, session=session)
    tokens = PasswordTokens(door=door, store=cloud.store, clock=clock, login=login)
    return OtherSignIn(tokens, cloud.emulator.info.gcid)


async def test_tokens_of_another_sign_in_will_do(cloud: Cloud) -> None:
    endpoints = Endpoints.all_at(cloud.emulator.info.base_url, app=SiteApp(client_id="any"))
    access = other_sign_in(cloud, endpoints, cloud.session, cloud.clock)
    async with MyGarage(
        tokens=cloud.store, endpoints=endpoints, access=access, session=cloud.session, clock=cloud.clock
    ) as garage:
        mapping: Any = await garage.car(cloud.emulator.info.vehicles[0].vin).fetch_mapping()
        assert mapping["gcid"] == cloud.emulator.info.gcid
        request = await garage.rest.prepare("forward", {"target": "/x"})
        assert request.query is not None
        assert (request.query["gcid"], request.query["groupId"][-1]) == (cloud.emulator.info.gcid, "1")
        with pytest.raises(ConfigError, match="another sign-in"):
            await garage.sign_in(BmwLogin(username="a", password="b"))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("garage-403", BmwRefused), ("garage-500", BmwUnavailable), ("garage-not-json", BmwUnavailable)],
)
async def test_faults_are_what_the_caller_does_next(owner: Owner, fault: str, kind: type[Exception]) -> None:
    owner.break_with(fault)
    with pytest.raises(kind):
        await owner.garage.fetch_offers()


async def test_a_fault_that_passes_is_asked_again_but_not_what_may_change_something(owner: Owner) -> None:
    owner.break_with("garage-500", times=2)
    assert await owner.garage.fetch_offers()
    owner.break_with("forward-errors", times=2)
    assert await owner.garage.fetch_vehicles()
    owner.break_with("forward-errors", times=1)
    with pytest.raises(BmwUnavailable):
        await owner.garage.forward("/mybmw/resources/userMessages")


async def test_every_operation_of_the_table_is_answered(owner: Owner) -> None:
    params: dict[str, dict[str, object]] = {
        "nhtsa-recalls": {"api_key": "a key"},
        "forward": {"target": "/mybmw/resources/userMessages"},
        "service-forward": {"target": f"/bmw-us/profile/{(await owner.order())[0]}-null/core"},
    }
    for name, operation in OPERATIONS.items():
        if name != "find-vehicle-resource" and operation.server != SIGN_IN:  # the one is no address of the site
            body = await owner.garage.rest.call(name, params.get(name), vin=owner.car.vin)
            assert body.startswith((b"{", b"["))
    with pytest.raises(BmwRefused):
        await owner.garage.rest.call("find-vehicle-resource")
    with pytest.raises(ConfigError, match="no operation"):
        await owner.garage.rest.call("none")
    with pytest.raises(ConfigError, match="a step of the sign-in"):
        await owner.garage.rest.call("authenticate", {"client_id": "any", "username": "a", "password": "b"})


async def test_a_path_that_nobody_described_is_asked_for(owner: Owner) -> None:
    path = "/bin/my-garage-services/offers"
    assert await owner.garage.rest.call_path(path, query={"brand": "MINI"}, vin=owner.car.vin)
    assert await owner.garage.rest.call_path("/content/dam/mybmw/endpoints/Endpoints.json", is_signed=False)
    for odd in ("offers", "//elsewhere.example/", "/ä"):
        with pytest.raises(ConfigError, match="no path"):
            await owner.garage.rest.call_path(odd)


async def test_a_refused_path_shows_no_vin(owner: Owner) -> None:
    with pytest.raises(BmwRefused) as refused:
        await owner.garage.rest.call_path(f"/nowhere/{owner.car.vin}")
    assert owner.car.vin not in str(refused.value)
    assert owner.car.vin[-4:] in str(refused.value)


class LostSignIn(AccessTokens):
    """A sign-in whose answer never comes."""

    @override
    async def current(self) -> TokenSet:
        raise AnswerLost("the answer of the sign-in was lost")

    @override
    async def renew(self, rejected: TokenSet | None) -> TokenSet:
        return await self.current()


async def test_a_sign_in_that_is_lost_leaves_no_doubt_about_the_change(cloud: Cloud) -> None:
    endpoints = Endpoints.all_at(cloud.emulator.info.base_url)
    async with MyGarage(tokens=cloud.store, endpoints=endpoints, access=LostSignIn(), clock=cloud.clock) as garage:
        with pytest.raises(BmwUnavailable) as fault:
            await garage.rest.call_once("recalls", vin=Vin(cloud.emulator.info.vehicles[0].vin))
    assert not isinstance(fault.value, AnswerLost)


def test_brands_have_hosts_of_their_own() -> None:
    assert Endpoints().garage_url == "https://mygarage.bmwusa.com"
    mini = Endpoints(brand=GarageBrand.MINI)
    assert (mini.garage_url, mini.market_path) == ("https://mygarage.miniusa.com", "/mini-us")
    assert mini.redirect_uri.startswith("https://mygarage.miniusa.com/")
    assert mini.are_bmws
    assert not Endpoints.all_at("http://127.0.0.1:8090").are_bmws
    with pytest.raises(ConfigError):
        Endpoints(garage_url="nowhere")


async def test_link_that_is_no_address_is_a_fault_of_bmw(owner: Owner) -> None:
    with pytest.raises(BmwUnavailable, match="no address"):
        await owner.garage.follow(ProfileLink(relation=LinkRelation.TRACK, href="https://[x/y"))
