"""The portal's SDK against a small server: what is asked, what comes back, which errors, and that nothing repeats."""

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from tests.bmw.connecteddrive.answers import TWO_TIMERS, VIN
from tests.bmw.connecteddrive.conftest import APP, LOGIN, PNG, REDIRECT, Scene

from bimmerhub.bmw.car_commands.capabilities import NOT_CAPABLE, NOT_PLUGGED_IN
from bimmerhub.bmw.car_commands.commands import COMMAND_RUNNING, CommandKind, CommandProgress
from bimmerhub.bmw.connecteddrive import App, ConnectedDrive, Endpoints, Region, RemoteCode
from bimmerhub.bmw.connecteddrive.countries import choose_country
from bimmerhub.bmw.connecteddrive.endpoints import DISPATCH_URL, may_have_picture
from bimmerhub.bmw.connecteddrive.models import Country
from bimmerhub.domain.command_order import CommandOrder, TextMessage
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError, RateLimited, SignInRequired

if TYPE_CHECKING:
    from bimmerhub.bmw.connecteddrive import Vehicle

Life = AsyncIterator[CommandProgress]


async def car_of(scene: Scene) -> "Vehicle":
    return await scene.sdk.fetch_vehicle()


async def states(life: Life) -> list[str]:
    return [str(progress.state) async for progress in life]


async def test_everything_of_a_car_is_read(scene: Scene) -> None:
    car = await car_of(scene)
    assert (car.vin, car.info.model, repr(car)) == (VIN, "i3 (+ REX)", "Vehicle(…0001)")
    assert (await car.fetch_dynamic()).attributes.soc_percent == 61
    assert (await car.fetch_limited()).attributes.odometer_km == 7
    assert (await car.fetch_navigation()).soc_max_kwh == 18.3
    assert (await car.fetch_efficiency()).efficiency_quotient == 62
    assert (await car.fetch_specs()).sheet.output_kw == 125
    assert (await car.fetch_services())[0].name == "cdpFeatures"
    assert (await car.fetch_service_partner()).dealer.postal_code == "AB1 2CD"
    assert [image.angle_deg for image in await car.fetch_images()] == [0, 350]
    assert (await car.fetch_history())[0].code is RemoteCode.DOOR_LOCK
    assert (await scene.sdk.fetch_messages())[0].subject == "Hello"
    assert scene.portal.counts["authenticate"] == 1


async def test_readings(scene: Scene) -> None:
    car = await car_of(scene)
    readings = [
        *(await car.fetch_readings()).readings,
        *(await car.fetch_navigation_readings()).readings,
        *(await car.fetch_efficiency_readings()).readings,
    ]
    values = {str(reading.descriptor): reading.value for reading in readings}
    assert values["connecteddrive.chargingLevelHv"] == 61
    assert values["connecteddrive.navigation.socMax"] == 18.3
    assert values["connecteddrive.efficiency.lastTrip.SAVED_LITERS_OVERALL"] == 3.1


async def test_offset_is_utc_minus_local_time(scene: Scene) -> None:
    car = await car_of(scene)
    await car.fetch_dynamic(offset_min=-120)
    assert scene.portal.last("dynamic").query == {"offset": "-120"}


async def test_sign_in_sends_the_form_and_takes_the_token_in_any_order(scene: Scene) -> None:
    await scene.sdk.fetch_vehicles()
    [form] = scene.portal.forms
    assert form.pop("state")
    assert form == {
        "client_id": "page",
        "redirect_uri": REDIRECT,
        "response_type": "token",
        "scope": "authenticate_user fupo",
        "username": LOGIN.username,
        "password": LOGIN.password,
    }
    call = scene.portal.last("vehicles")
    assert call.headers["Authorization"] == "Bearer tok+1"
    assert call.headers["Accept"] == "application/json"


async def test_token_is_kept_until_it_expires_or_is_refused(scene: Scene) -> None:
    for _ in range(3):
        await scene.sdk.fetch_vehicles()
    assert scene.portal.counts["authenticate"] == 1
    scene.clock.advance(minutes=118.5)
    await scene.sdk.fetch_vehicles()
    assert scene.portal.counts["authenticate"] == 2
    scene.portal.token = "another"
    await scene.sdk.fetch_vehicles()
    assert scene.portal.counts["authenticate"] == 3


async def test_refused_password_is_not_sent_again(scene: Scene) -> None:
    refusal = {"error": "access_denied", "error_description": "wrong"}
    scene.portal.replies["authenticate"] = [lambda _: web.json_response(refusal, status=401)]
    for _ in range(2):
        with pytest.raises(SignInRequired, match="access_denied"):
            await scene.sdk.fetch_vehicles()
    assert scene.portal.counts["authenticate"] == 1


async def test_redirect_without_a_token(scene: Scene) -> None:
    scene.portal.fragment = "error=access_denied&error_description=no+such+user&state={state}"
    with pytest.raises(BmwRefused, match="no such user"):
        await scene.sdk.sign_in(LOGIN)
    scene.portal.fragment = "state={state}"
    with pytest.raises(BmwRefused, match="no_token"):
        await scene.sdk.sign_in(LOGIN)


def test_name_that_no_header_can_hold_is_refused() -> None:
    with pytest.raises(ConfigError, match="connecteddrive user_agent"):
        App(user_agent="browser\r\nX-More: 1")


async def test_page_is_the_users_setting(scene: Scene) -> None:
    without = Endpoints(api_url=scene.url, auth_url=scene.url)
    async with ConnectedDrive(tokens=scene.store, endpoints=without, login=LOGIN) as portal:
        with pytest.raises(ConfigError, match="client id") as refused:
            await portal.fetch_vehicles()
    assert "--client-id" in (refused.value.hint or "")
    assert scene.portal.counts["authenticate"] == 0
    documented = Endpoints(api_url=scene.url, auth_url=scene.url, app=App(client_id="page"))
    async with ConnectedDrive(tokens=scene.store, endpoints=documented, login=LOGIN) as portal:
        await portal.fetch_vehicles()
    assert scene.portal.forms[-1]["redirect_uri"] == DISPATCH_URL


async def test_command_lives_through_its_states(scene: Scene) -> None:
    car = await car_of(scene)
    life = [progress async for progress in car.flash_lights()]
    assert [str(progress.state) for progress in life] == ["sending", "pending", "delivered", "executed"]
    assert [progress.word for progress in life] == [None, "PENDING", "DELIVERED_TO_VEHICLE", "EXECUTED"]
    assert life[1].event_id == "EVT-1@bmw.de"
    assert life[1].next_command_in_s == 10
    sent = scene.portal.last("v1/" + VIN + "/RLF")
    assert (sent.method, sent.body, sent.headers["Content-Length"]) == ("POST", b"", "0")
    assert scene.portal.counts["command"] == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("lock", "RDL"),
        ("unlock", "RDU"),
        ("flash_lights", "RLF"),
        ("start_climate", "RCN"),
        ("start_climate_timer", "RCT"),
        ("charge_now", "RCP"),
    ],
)
async def test_codes(scene: Scene, name: str, code: str) -> None:
    car = await car_of(scene)
    assert (await states(getattr(car, name)()))[-1] == "executed"
    assert scene.portal.last("remoteservices/v1").path.endswith(("execution", code))
    assert any(call.path.endswith(f"/{code}") for call in scene.portal.calls)


async def test_car_without_a_horn_is_not_asked(scene: Scene) -> None:
    car = await car_of(scene)
    with pytest.raises(BmwRefused, match="RHB") as refused:
        await states(car.blow_horn())
    assert (refused.value.code, refused.value.note) == (NOT_CAPABLE, "RHB")
    assert scene.portal.counts["command"] == 0
    assert (await states(car.blow_horn(force=True)))[-1] == "executed"


async def test_booked_service_that_is_not_active_is_not_asked(scene: Scene) -> None:
    scene.portal.services = [{"name": "cdpFeatures", "services": [{"name": "RDU", "status": "EXPIRED"}]}]
    with pytest.raises(BmwRefused, match="RDU is EXPIRED"):
        await states((await car_of(scene)).unlock())
    assert scene.portal.counts["command"] == 0


async def test_car_of_whose_services_nothing_is_told_is_asked(scene: Scene) -> None:
    car = await car_of(scene)
    scene.portal.replies["service"] = [lambda _: web.Response(status=404)]
    assert (await states(car.blow_horn()))[-1] == "executed"


async def test_car_that_cannot_charge_is_not_asked(scene: Scene) -> None:
    scene.portal.vehicle["driveTrain"] = "CONV"
    with pytest.raises(BmwRefused) as refused:
        await states((await car_of(scene)).charge_now())
    assert refused.value.note == "driveTrain"
    assert scene.portal.counts["command"] == 0


async def test_nothing_to_charge_from_is_said_before_anything_is_sent(scene: Scene) -> None:
    scene.portal.dynamic["attributesMap"] = {"connectorStatus": "DISCONNECTED"}
    car = await car_of(scene)
    with pytest.raises(BmwRefused) as refused:
        await states(car.charge_now())
    assert refused.value.code == NOT_PLUGGED_IN
    assert scene.portal.counts["command"] == 0
    assert (await states(car.charge_now(force=True)))[-1] == "executed"


async def test_another_event_says_that_ours_was_superseded(scene: Scene) -> None:
    car = await car_of(scene)
    life = car.lock()
    assert [(await anext(life)).state, (await anext(life)).state] == ["sending", "pending"]
    scene.portal.event |= {"eventId": "EVT-2@bmw.de", "created": "2018-02-17T15:57:00.000+01"}
    assert await states(life) == ["superseded"]


async def test_event_of_the_command_before_is_no_news(scene: Scene) -> None:
    car = await car_of(scene)
    life = car.lock()
    assert [(await anext(life)).state, (await anext(life)).state] == ["sending", "pending"]
    before = {**scene.portal.event, "eventId": "EVT-0@bmw.de", "created": "2018-02-17T15:50:00.000+01"}
    scene.portal.replies["execution"] = [lambda _: web.json_response({**before, "remoteServiceStatus": "EXECUTED"})]
    scene.portal.words = ["EXECUTED"]
    assert await states(life) == ["executed"]
    assert scene.portal.counts["execution"] == 2


async def test_one_command_at_a_time_and_a_pause_between_two(scene: Scene) -> None:
    car = await car_of(scene)
    first = car.lock()
    await anext(first)
    with pytest.raises(BmwRefused) as refused:
        await states(car.flash_lights())
    assert refused.value.code == COMMAND_RUNNING
    await anext(first)
    await first.aclose()
    with pytest.raises(RateLimited) as limited:
        await states(car.flash_lights())
    assert limited.value.retry_after_s == 10
    scene.clock.advance(minutes=1)
    assert (await states(car.flash_lights()))[-1] == "executed"
    assert scene.portal.counts["command"] == 2


async def test_aborted_command(scene: Scene) -> None:
    scene.portal.words = ["PENDING", "ABORTED"]
    assert (await states((await car_of(scene)).lock()))[-1] == "not_executed"


async def test_unknown_word_is_waited_out(scene: Scene) -> None:
    scene.portal.words = ["BEAMED"]
    life = [progress async for progress in (await car_of(scene)).lock()]
    assert [str(progress.state) for progress in life] == ["sending", "initiated", "timed_out"]
    assert life[1].word == "BEAMED"


@pytest.mark.parametrize(
    ("status", "body"), [(500, "INTERNAL SERVER ERROR"), (502, ""), (200, "<html>Welcome"), (200, ""), (200, "{}")]
)
async def test_lost_answer_to_a_command_is_unknown_and_never_sent_again(scene: Scene, status: int, body: str) -> None:
    """The portal would tell of the command before it, which was carried out."""
    car = await car_of(scene)
    assert (await states(car.unlock()))[-1] == "executed"
    scene.portal.counts.clear()
    scene.portal.replies["command"] = [lambda _: web.Response(status=status, text=body)]
    assert await states(car.unlock()) == ["sending", "unknown"]
    assert scene.portal.counts["command"] == 1


async def test_maintenance_means_that_nothing_was_sent(scene: Scene) -> None:
    car = await car_of(scene)
    scene.portal.replies["command"] = [lambda _: web.Response(status=503)]
    with pytest.raises(BmwUnavailable):
        await states(car.unlock())
    assert scene.portal.counts["command"] == 1


async def test_faults_while_asking_are_waited_out(scene: Scene) -> None:
    scene.portal.replies["execution"] = [
        lambda _: web.Response(status=500, text="INTERNAL SERVER ERROR"),
        lambda _: web.Response(text="<html></html>"),
        lambda _: web.Response(status=429, headers={"Retry-After": "30"}),
    ]
    assert (await states((await car_of(scene)).lock()))[-1] == "executed"


async def test_command_of_an_earlier_run_is_followed_not_sent(scene: Scene) -> None:
    car = await car_of(scene)
    life = car.lock()
    taken = [await anext(life), await anext(life)][-1]
    await life.aclose()
    assert await states(car.follow(taken)) == ["delivered", "executed"]
    assert scene.portal.counts["command"] == 1


async def test_xml_answers_are_read(scene: Scene) -> None:
    event = "<remoteServiceStatus>{}</remoteServiceStatus><eventId>EVT-1@bmw.de</eventId>"
    begun = f"<remoteServiceEvent>{event.format('PENDING')}</remoteServiceEvent><nextRequestInSec>10</nextRequestInSec>"
    done = event.format("EXECUTED")
    scene.portal.replies["command"] = [lambda _: web.Response(text=f"<r>{begun}</r>", content_type="application/xml")]
    told = f'<?xml version="1.0"?>\n<n:s xmlns:n="u">{done}</n:s>'
    scene.portal.replies["execution"] = [lambda _: web.Response(text=told, content_type="application/xml")]
    life = [progress async for progress in (await car_of(scene)).lock()]
    assert [str(progress.state) for progress in life] == ["sending", "pending", "executed"]
    assert life[1].next_command_in_s == 10


async def test_charging_profile_is_read_changed_and_written_back(scene: Scene) -> None:
    car = await car_of(scene)
    profile = (await car.fetch_charging_profile()).with_timer("timer_1", departure_time="07:30", is_enabled=True)
    assert (await states(car.set_charging_profile(profile)))[-1] == "executed"
    sent = json.loads(scene.portal.last(VIN + "/RCP").body)
    timer = {"departureTime": "07:30", "timerEnabled": True}
    assert sent == {"twoTimeTimer": {**TWO_TIMERS, "timer1": timer}}


async def test_message(scene: Scene) -> None:
    car = await car_of(scene)
    assert await states(car.send_message(TextMessage(subject="Hello", text="World"))) == ["sending", "executed"]
    assert json.loads(scene.portal.last("myinfo").body) == {"vins": [VIN], "message": "World", "subject": "Hello"}
    scene.portal.replies["myinfo"] = [lambda _: web.json_response({"status": "FULL"})]
    assert await states(car.send_message(TextMessage(subject="Hello", text="World"))) == ["sending", "not_executed"]


@pytest.mark.parametrize("body", ["", "<html>Welcome", "[]", "{}", '{"status": 1}'])
async def test_message_of_which_the_answer_says_nothing_is_unknown(scene: Scene, body: str) -> None:
    car = await car_of(scene)
    scene.portal.replies["myinfo"] = [lambda _: web.Response(text=body)]
    assert await states(car.send_message(TextMessage(subject="Hello", text="World"))) == ["sending", "unknown"]


async def test_orders_in_no_familys_words(scene: Scene) -> None:
    car = await car_of(scene)
    profile = json.dumps({"twoTimeTimer": TWO_TIMERS})
    orders = [
        CommandOrder(kind=CommandKind.LIGHTS, count=3),
        CommandOrder(kind=CommandKind.CHARGE_NOW),
        CommandOrder(kind=CommandKind.CHARGING_PROFILE, profile=profile),
        CommandOrder(kind=CommandKind.MESSAGE, message=TextMessage(subject="Hello", text="World")),
    ]
    for order in orders:
        assert (await states(car.carry_out(order)))[-1] == "executed"
        scene.clock.advance(minutes=1)
    sent = [call.path.rpartition("/")[2] for call in scene.portal.calls if call.method == "POST"]
    assert sent[1:] == ["RLF", "RCP", "RCP", "v1"]
    for kind in (CommandKind.FIND, CommandKind.CLIMATE_STOP):
        with pytest.raises(BmwRefused, match="no code for that"):
            car.carry_out(CommandOrder(kind=kind))


async def test_capabilities(scene: Scene) -> None:
    capabilities = await (await car_of(scene)).fetch_capabilities()
    lock, horn, charge = (capabilities[kind] for kind in (CommandKind.LOCK, CommandKind.HORN, CommandKind.CHARGE_NOW))
    assert (lock.field, lock.word, lock.is_possible) == ("RDL", "ACTIVE", True)
    assert (horn.field, horn.word, horn.is_possible) == ("RHB", None, False)
    assert (charge.field, charge.word, charge.is_possible) == ("RCP", None, None)


async def test_picture_and_who_gets_the_token(scene: Scene) -> None:
    car = await car_of(scene)
    assert await car.fetch_image(angle_deg=-8) == PNG
    assert scene.portal.calls[-1].path == "/350.png"
    assert "Authorization" in scene.portal.calls[-1].headers
    elsewhere = scene.url.replace("127.0.0.1", "localhost")
    urls = [{"angle": 0, "url": f"{elsewhere}/0.png"}]
    scene.portal.replies["image"] = [lambda _: web.json_response({"angleUrls": urls})]
    with pytest.raises(SignInRequired):
        await car.fetch_image()
    assert "Authorization" not in scene.portal.calls[-1].headers
    scene.portal.replies["image"] = [lambda _: web.json_response({"angleUrls": []})]
    with pytest.raises(BmwRefused, match="no picture"):
        await car.fetch_image()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2/0.png",
        "http://192.168.1.1/0.png",
        "http://169.254.169.254/0.png",
        "http://www.bmw-connecteddrive.de/0.png",
        "https://www.bmw-connecteddrive.evil.com/0.png",
        "https://www.bmw-connecteddrive.de.evil.com/0.png",
        "https://b2vapi.bmwgroup.com:8443/0.png",
        "https://evil.com/0.png",
        "https://localhost/0.png",
    ],
)
def test_pictures_are_asked_for_at_bmws_hosts_only(url: str) -> None:
    assert not may_have_picture(url, api_url="https://www.bmw-connecteddrive.de/api")


def test_pictures_may_be_the_apis_own_and_bmws() -> None:
    api_url = "https://www.bmw-connecteddrive.de/api"
    for host in ("www.bmw-connecteddrive.de", "www.bmw-connecteddrive.co.uk", "customer.bmwgroup.com"):
        assert may_have_picture(f"https://{host}/0.png", api_url=api_url)
    assert may_have_picture("http://10.0.0.5:8090/0.png", api_url="http://10.0.0.5:8090/api")
    assert may_have_picture("http://localhost:8091/0.png", api_url="http://127.0.0.1:8090/api")
    assert not may_have_picture("http://10.0.0.5:8090/0.png", api_url="http://127.0.0.1:8090/api")


async def test_picture_elsewhere_is_refused_before_anything_is_asked(scene: Scene) -> None:
    car = await car_of(scene)
    urls = [{"angle": 0, "url": "http://192.0.2.1/0.png"}]
    scene.portal.replies["image"] = [lambda _: web.json_response({"angleUrls": urls})]
    with pytest.raises(BmwRefused, match=r"a picture at 192\.0\.2\.1, which is not asked"):
        await car.fetch_image()


def test_country_without_tls_is_refused_but_for_this_machine() -> None:
    countries = [
        Country(group="europe", name="Germany", url="http://www.bmw-connecteddrive.de"),
        Country(group="europe", name="Here", url="http://127.0.0.1:8090"),
    ]
    with pytest.raises(ConfigError, match="no safe address for Germany"):
        choose_country(countries, "de")
    assert choose_country(countries, "here").url == "http://127.0.0.1:8090"
    emulated = [Country(group="europe", name=name, url="http://127.0.0.1:8090") for name in ("Germany", "France")]
    assert choose_country(emulated, "fr").name == "France"


def test_country_at_a_host_that_is_not_bmws_is_refused() -> None:
    """The token would go there."""
    countries = [Country(group="europe", name="Germany", url="https://portal.example/de")]
    with pytest.raises(ConfigError, match=r"no safe address for Germany: https://portal\.example") as caught:
        choose_country(countries, "germany", countries_url="https://www.bmw-connecteddrive.com")
    assert "Name the portal's address yourself" in (caught.value.hint or "")
    assert choose_country(countries, "germany", countries_url="https://portal.example").name == "Germany"


@pytest.mark.parametrize("wanted", ["germany", "de"])
async def test_country_leads_to_its_portal(scene: Scene, wanted: str) -> None:
    links = [
        {"name": "Germany", "link": "https://www.bmw-connecteddrive.de/"},
        {"name": "Home", "link": f"{scene.url}/"},
    ]
    answer = {"countryData": {"europe": [{"countries": links}]}}
    scene.portal.replies["countries"] = [lambda _: web.json_response(answer)] * 2
    endpoints = Endpoints(country="home", countries_url=scene.url, auth_url=scene.url, app=APP)
    async with ConnectedDrive(tokens=scene.store, endpoints=endpoints, login=LOGIN) as portal:
        countries = await portal.fetch_countries()
        assert [country.name for country in countries] == ["Germany", "Home"]
        assert len(await portal.fetch_vehicles()) == 1
        assert len(await portal.fetch_vehicles()) == 1
    assert scene.portal.counts["countries"] == 2
    assert choose_country(countries, wanted).url == "https://www.bmw-connecteddrive.de"
    with pytest.raises(ConfigError, match="germony") as unknown:
        choose_country(countries, "germony")
    assert unknown.value.hint == "Did you mean Germany?"


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, BmwRefused), (404, BmwRefused), (408, BmwUnavailable), (423, BmwRefused), (429, RateLimited)],
)
async def test_refusals_by_what_to_do_next(scene: Scene, status: int, error: type[Exception]) -> None:
    car = await car_of(scene)
    scene.portal.replies["dynamic"] = [lambda _: web.Response(status=status, text="<html>")] * 3
    with pytest.raises(error):
        await car.fetch_dynamic()


async def test_refusals_that_come_with_200(scene: Scene) -> None:
    car = await car_of(scene)
    scene.portal.replies["dynamic"] = [
        lambda _: web.json_response({"error": {"code": 404, "description": "none"}}),
        lambda _: web.json_response({"error": "not_allowed", "error_description": "x"}),
    ]
    for code in ("404", "not_allowed"):
        with pytest.raises(BmwRefused) as refused:
            await car.fetch_dynamic()
        assert refused.value.code == code
    scene.portal.replies["dynamic"] = [lambda _: web.json_response({"error": "invalid_token"})]
    await car.fetch_dynamic()
    assert scene.portal.counts["authenticate"] == 2


async def test_refusal_shows_no_vin(scene: Scene) -> None:
    car = await car_of(scene)
    words = {"error": {"code": 404, "description": f"No services for {VIN}. {'x' * 500}"}}
    scene.portal.replies["specs"] = [lambda _: web.json_response(words, status=404)]
    with pytest.raises(BmwRefused, match="No services for …0001") as refused:
        await car.fetch_specs()
    assert VIN not in str(refused.value)
    assert len(str(refused.value)) < 300


async def test_question_is_asked_once_where_the_caller_repeats_it(scene: Scene) -> None:
    car = await car_of(scene)
    scene.portal.replies["dynamic"] = [lambda _: web.Response(status=500)]
    endpoints = Endpoints(api_url=f"{scene.url}/api/", app=App(client_id="page"))
    async with ConnectedDrive(tokens=scene.store, endpoints=endpoints, clock=scene.clock, retries=0) as portal:
        with pytest.raises(BmwUnavailable):
            await portal.rest.fetch_dynamic(car.vin)


async def test_questions_are_asked_again_when_bmw_fails(scene: Scene) -> None:
    car = await car_of(scene)
    scene.portal.replies["dynamic"] = [lambda _: web.Response(status=500), lambda _: web.Response(status=503)]
    assert (await car.fetch_dynamic()).attributes.soc_percent == 61
    scene.portal.replies["dynamic"] = [lambda _: web.Response(status=500)] * 3
    with pytest.raises(BmwUnavailable):
        await car.fetch_dynamic()
    scene.portal.replies["dynamic"] = [lambda _: web.Response(text="<html>")]
    with pytest.raises(BmwUnavailable, match="cannot be read"):
        await car.fetch_dynamic()


async def test_redirect_names_the_countrys_portal(scene: Scene) -> None:
    headers = {"Location": "https://www.bmw-connecteddrive.nl/api/me/vehicles/v2"}
    scene.portal.replies["vehicles"] = [lambda _: web.Response(status=301, headers=headers)]
    with pytest.raises(BmwRefused) as refused:
        await scene.sdk.fetch_vehicles()
    assert "to www.bmw-connecteddrive.nl, which is not followed" in str(refused.value)
    assert "www.bmw-connecteddrive.nl" in str(refused.value.hint)
    assert scene.portal.counts["vehicles"] == 1


async def test_which_car(scene: Scene) -> None:
    other = {**scene.portal.vehicle, "vin": "WBA00000000000002"}
    scene.portal.replies["vehicles"] = [lambda _: web.json_response([scene.portal.vehicle, other])] * 3
    with pytest.raises(ConfigError, match="2 cars"):
        await scene.sdk.fetch_vehicle()
    scene.portal.replies["vehicles"] = [lambda _: web.json_response([])]
    with pytest.raises(ConfigError, match="0 cars"):
        await scene.sdk.fetch_vehicle()


async def test_other_calls_go_out_as_bytes(scene: Scene) -> None:
    rest, vin = scene.sdk.rest, (await car_of(scene)).vin
    for name in ("mapping", "service", "store"):
        scene.portal.replies[name] = [lambda _: web.json_response({"status": "OK"})] * 2
    assert await rest.fetch_mapping() == b'{"status": "OK"}'
    assert scene.portal.last("mapping").query == {"brand": "BM"}
    assert await rest.add_feed(url="https://example.org/feed", title="News") == b'{"status": "OK"}'
    assert await rest.fetch_map_update(vin)
    scene.portal.replies["v2"] = [lambda _: web.json_response({"offers": []})]
    assert await rest.fetch_offers(vin) == b'{"offers": []}'


def test_variables_of_the_old_charge_logger() -> None:
    endpoints = Endpoints.from_variables(
        {
            "CONNECTED_DRIVE_BASE_URL": "https://www.bmw-connecteddrive.nl/api/",
            "AUTH_BASE_URL": "https://customer.bmwgroup.com/gcdm/oauth/authenticate",
            "AUTH_CLIENT_ID": "page",
            "AUTH_REDIRECT_URI": REDIRECT,
            "LOG_INTERVAL": "60000",
        }
    )
    assert endpoints.api_url == "https://www.bmw-connecteddrive.nl/api"
    assert (endpoints.auth_url, endpoints.token_path) == ("https://customer.bmwgroup.com", "/gcdm/oauth/authenticate")
    assert endpoints.app == App(client_id="page", redirect_uri=REDIRECT)
    assert endpoints.are_bmws


def test_variables_that_are_missing_are_bmws() -> None:
    endpoints = Endpoints.from_variables({"CONNECTED_DRIVEBASE_URI": "http://127.0.0.1:8090/api/"})
    assert endpoints.api_url == "http://127.0.0.1:8090/api"
    assert endpoints.auth_url == "https://customer.bmwgroup.com"
    assert Endpoints.from_variables({}) == Endpoints()
    with pytest.raises(ConfigError):
        Endpoints.from_variables({"AUTH_BASE_URL": "nowhere"})


def test_addresses() -> None:
    endpoints = Endpoints()
    assert (endpoints.api_url, endpoints.auth_url, endpoints.token_path) == (
        "https://www.bmw-connecteddrive.com/api",
        "https://customer.bmwgroup.com",
        "/gcdm/oauth/authenticate",
    )
    assert Endpoints(region=Region.NORTH_AMERICA).auth_url == "https://login.bmwusa.com"
    assert Endpoints(country="de").api_url == ""
    assert Endpoints(country="de").are_bmws
    local = Endpoints(api_url="http://127.0.0.1:8090", auth_url="http://127.0.0.1:8090/")
    assert (local.api_url, local.token_path) == ("http://127.0.0.1:8090/api", "/gcdm/oauth/authenticate")
    assert not local.are_bmws
    assert Endpoints(token_path="gcdm/usa/oauth/authenticate").token_path == "/gcdm/usa/oauth/authenticate"
    with pytest.raises(ConfigError):
        Endpoints(api_url="nowhere")
