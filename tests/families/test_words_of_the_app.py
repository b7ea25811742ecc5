"""Every known word of the MyBMW app's answers: a car says it, or it stands below with the reason."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from tests.families.conftest import BEV, PHEV, Scene, SceneOf
from tests.families.test_words_that_cars_say import WEEKDAYS, do, live, live_on, words_in
from tools.families.facts import MYBMW
from tools.families.truth import with_value

from bimmerhub.bmw.mybmw import BrandApp
from bimmerhub.bmw.mybmw.operations import OPERATIONS
from bimmerhub.emulator.cars import MODELS, CarTruth
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.emulator.settings import EmulatedAccount
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Vin

pytestmark = pytest.mark.slow
WINTER_MS = 1_768_478_400_000  # 2026-01-15T12:00:00Z
_PARTS = ("leftFront", "leftRear", "rightFront", "rightRear", "hood", "trunk")
_LISTS = ("profile", "vehicles-v2.attributes", "vehicles-v4.attributes")
NEVER_SAID: Mapping[str, str] = {
    **dict.fromkeys(
        [f"state.doorsState.{part} {word}" for part in _PARTS for word in ("INVALID", "UNKNOWN")]
        + ["state.doorsState.combinedSecurityState UNKNOWN", "vehicles-v1.status.doorsGeneralState Unknown"]
        + ["state.climateControlState.activity UNKNOWN", "state.electricChargingState.chargingStatus UNKNOWN"],
        "a simulated car knows how it is",
    ),
    "state.doorsState.combinedSecurityState PARTIALLY_LOCKED": "they lock all doors, or all but the driver's",
    **dict.fromkeys(
        [f"state.electricChargingState.chargingStatus {word}" for word in ("COMPLETE", "DEFAULT")]
        + ["state.electricChargingState.chargingStatus FINISHED_FULLY_CHARGED"]
        + ["state.climateControlState.activity INACTIVE", "state.chargingProfile.chargingMode NO_ACTION"],
        "when BMW says it instead of its other words is not known",
    ),
    **dict.fromkeys(
        [f"capabilities.remoteServices.{name}.state ACTIVATED" for name in ("inCarCamera", "inCarCameraDwa")]
        + [f"capabilities.remoteServices.{name}.state ACTIVATED" for name in ("remote360", "surroundViewRecorder")],
        "no simulated car has cameras",
    ),
    "capabilities.digitalKey.bookedServicePackage SMACC_2_UWB": "no simulated car has a key by ultra-wideband radio",
    "capabilities.lastStateCallState NOT_CAPABLE": "cars that do not report are NOT_SUPPORTED",
    "capabilities.vehicleStateSource A4A": "no simulated car reports by its owner's phone",
    "charging-statistics.optStateType OPT_OUT": "without consent the emulator refuses, as clients tell",
    **dict.fromkeys(
        [f"eventStatus.eventStatus {word}" for word in ("INITIATED", "STARTED", "RUNNING", "PROV_RUNNING", "UNKNOWN")]
        + [f"eventStatus.eventStatus {word}" for word in ("CANCELLED_WITH_ERROR", "IGNORED")]
        + [f"remote-history.status {word}" for word in ("CANCELLED", "EXECUTED", "NOT_EXECUTED")]
        + ["eventStatus.errorDetails.presentationType DIALOG"],
        "known from clients only; when BMW says it is not known",
    ),
    **dict.fromkeys(
        [f"state.checkControlMessages[].severity {word}" for word in ("OK", "HIGH", "CRITICAL")],
        "of which message BMW says it is not known",
    ),
    **dict.fromkeys(
        [f"state.requiredServices[].type TIRE_WEAR_{axle}" for axle in ("FRONT", "REAR")]
        + [f"vehicles-v1.status.requiredServices[].id TireWear{axle}" for axle in ("Front", "Rear")],
        "simulated tyres do not wear",
    ),
    **dict.fromkeys(
        [f"{place}.driveTrain HYBRID" for place in _LISTS]
        + [f"{place}.headUnitRaw {word}" for place in _LISTS for word in ("MGU", "MGU_02_L")]
        + [f"{place}.telematicsUnit WAVE01" for place in _LISTS]
        + ["vehicles-v1.telematicsUnit ATM", "vehicles-v1.telematicsUnit ATM02", "vehicles-v1.hmiVersion id7"]
        + ["vehicles-v1.headUnit ID5"],
        "no simulated car is of that kind, or BMW has another word for it",
    ),
    **dict.fromkeys(
        [f"vehicles-v2.attributes.headUnitRaw {word}" for word in ("NBT", "NBTEVO", "HU_MGU")],
        "version 2 has no such field",
    ),
    **dict.fromkeys(
        ["vehicle-list.mappingInfos[].mappingStatus PENDING"]
        + [f"vehicles-{version}.mappingInfo.mappingStatus PENDING" for version in ("v2", "v4")],
        "whoever has a car at the emulator is confirmed",
    ),
    **dict.fromkeys([f"vehicles-{version}.appVehicleType DEMO" for version in ("v2", "v4")], "it has no demo car"),
    "vehicles-v1.status.currentMileage.units mi": "the SDK asks for kilometres",
}


async def ask(scene: Scene, operation: str, vin: Vin, **params: object) -> bytes:
    """Return an answer, b"" when the car has none of it."""
    wants_vin = any(param.name == "vin" for param in OPERATIONS[operation].params)
    with suppress(BimmerhubError):
        return await scene.app.rest.call(operation, {**({"vin": vin} if wants_vin else {}), **params})
    return b""


async def look(scene: Scene, *vins: Vin) -> None:
    for vin in vins:
        await ask(scene, "state-v4", vin)
    with suppress(BimmerhubError):
        await scene.app.rest.call("vehicles-v1")


async def command(scene: Scene, vin: Vin, service: str, **params: object) -> None:
    """Send a command, and ask how it stands until it is over."""
    body = await ask(scene, "command-v4", vin, service=service, **params)
    event = json.loads(body or b"{}").get("eventId")
    for then_s in (0, 1, 2, 3, 200):
        scene.emulator.clock.jump(by_ms=then_s * 1000)
        await scene.emulator.catch_up()
        if event:
            await ask(scene, "event-status-v3", vin, event_id=event)
        await ask(scene, "history-v3", vin)
        await ask(scene, "state-v4", vin)
    if service == "vehicle-finder" and event:
        await ask(scene, "event-position-v4", vin, event_id=event)


async def send_commands(scene: Scene) -> None:
    for service in ("light-flash", "vehicle-finder", "door-lock", "door-unlock", "horn-blow"):
        await command(scene, BEV, service)
    for action in ("START", "STOP"):
        await command(scene, BEV, "climate-now", action=action)
    await scene.iremote.rest.execute(BEV, {"serviceType": "CLIMATE_CONTROL"})
    await ask(scene, "history-v3", BEV)
    for fault in ("command-initiated", "command-not-executed", "command-times-out"):
        scene.emulator.faults.switch_on(FaultSwitch(name=fault, times=1))
        await command(scene, BEV, "light-flash")


async def charge(scene: Scene) -> None:
    """Charge on command, and be interrupted."""
    await do(scene, BEV, "charge", soc_percent=40, then_s=60)
    for service in ("stop-charging", "start-charging", "charge-now"):
        await command(scene, BEV, service)
        await look(scene, BEV)
    await ask(scene, "set-charging-settings", BEV, target_percent=80)
    await do(scene, BEV, "unplug", then_s=5)
    await do(scene, BEV, "charge", soc_percent=30, then_s=400)
    await do(scene, BEV, "interrupt_charging", then_s=5)
    await look(scene, BEV)
    await do(scene, BEV, "unplug", then_s=5)


def with_mode(settings: Any, mode: str, preference: str) -> dict[str, Any]:
    """Return the plan of an answer with another mode, every timer on for every day."""
    plan = settings["chargeAndClimateTimerDetail"]
    daily = {"timerAction": "ACTIVATE", "daysOfTheWeek": [*WEEKDAYS]}
    timers = [{**timer, **daily} for timer in plan["departureTimer"]["weeklyTimers"]]
    modes = {"type": mode, "chargingPreference": preference, "timerChange": "NO_CHANGE"}
    return {
        "chargingMode": {**plan["chargingMode"], **modes},
        "departureTimer": {**plan["departureTimer"], "weeklyTimers": timers},
        "isPreconditionForDepartureActive": True,
        "servicePack": settings["servicePack"],
    }


async def plan_charging(scene: Scene) -> None:
    """Set plans of both modes, and look at the car plugged in at some hours of the day."""
    for vin in (BEV, PHEV):
        settings = json.loads(await ask(scene, "charging-settings", vin))
        for mode, preference in (("TIME_SLOT", "CHARGING_WINDOW"), ("CHARGING_IMMEDIATELY", "NO_PRESELECTION")):
            await ask(scene, "set-charging-profile", vin, body=with_mode(settings, mode, preference))
            scene.emulator.clock.jump(by_ms=60_000)
            await scene.emulator.catch_up()
            await ask(scene, "charging-settings", vin)
            await ask(scene, "history-v3", vin)
            for hours in (1, 7, 13, 19):
                await do(scene, vin, "plug_in", then_s=60)
                await look(scene, vin)
                await do(scene, vin, "unplug", then_s=hours * 3_600)
    await live_on(scene, hours=1, times=60, look=look)


def of_2020(truth: CarTruth) -> CarTruth:
    """Return a car with head unit and software of that year."""
    return replace(truth, equipment=replace(truth.equipment, head_unit="MGU", software="1120"))


async def be_other_cars(scene: Scene) -> None:
    """Look at a car that cannot be locked, and at one whose driver shares nothing."""
    for path, value in (
        ("equipment.abilities.lock", False),
        ("equipment.abilities.unlock", False),
        ("equipment.abilities.lights", False),
        ("equipment.shares_statistics", False),
        ("equipment.has_navigation", False),
    ):
        scene.retouch(BEV, partial(with_value, path=path, value=value))
        await look(scene, BEV)
        for operation in ("charging-statistics-v2", "charging-sessions-v2", "vehicles-v2", "vehicles-v4"):
            await ask(scene, operation, BEV)
    scene.retouch(BEV, of_2020)
    await ask_what_they_are(scene)
    scene.retouch(BEV, None)


async def ask_what_they_are(scene: Scene) -> None:
    """Ask everything of every car, whatever kind it is."""
    for brand in BrandApp:
        for version in ("v1", "v2", "v4", "v5"):
            with suppress(BimmerhubError):
                await scene.app.rest.call(f"vehicles-{version}", as_brand=brand)
    for car in scene.emulator.garage.cars:
        for operation in ("profile", "state-v4", "charging-settings", "charging-statistics-v2"):
            await ask(scene, operation, car.vin)
        await ask(scene, "charging-sessions-v2", car.vin, max_results=1, with_date_picker=True)


async def test_every_word_is_said_or_known_to_be_never_said(scene_of: SceneOf) -> None:
    exchanges: list[Exchange] = []
    async with scene_of() as scene:
        await live(scene, look)
        await ask_what_they_are(scene)
        await do(scene, BEV, "unplug", then_s=5)
        await send_commands(scene)
        await charge(scene)
        await plan_charging(scene)
        await be_other_cars(scene)
        exchanges += scene.door.exchanges
    others = tuple(code for code in MODELS if code not in {"bev", "phev", "ice"})
    async with scene_of(accounts=(EmulatedAccount(models=others),)) as scene:
        await ask_what_they_are(scene)
        exchanges += scene.door.exchanges
    async with scene_of(now_ms=WINTER_MS) as scene:
        await command(scene, BEV, "climate-now", action="START")
        exchanges += scene.door.exchanges
    unsaid = {
        f"{facts.name}.{field} {word}"
        for facts in MYBMW
        if not facts.like
        for said in [words_in(exchanges, facts)]
        for field, words in facts.words.items()
        for word in words
        if word not in said[field]
    }
    assert unsaid == set(NEVER_SAID)
