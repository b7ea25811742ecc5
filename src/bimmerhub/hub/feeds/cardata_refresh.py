"""The REST calls that the hub makes by itself, few and spread: which cars there are, what they are, their last values.

Costs: the first time 1 call for the mappings, 2 for each new car (what it is, its picture), 2 for a container; then
each `refresh_h` hours 1 a car (and container, where BMW takes the list in parts only). When a new version wants other
descriptors, 2 for their container and 1 to delete the one before. It leaves `reserve` calls of the day untouched, so
that a person can still ask for something.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from bimmerhub.bmw.cardata.models import BasicData, Mapping, read_object
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.cardata.wire import decode_telematic_data
from bimmerhub.bmw.tokens import Tokens
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.signals.table import SIGNALS
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import (
    BimmerhubError,
    BmwRefused,
    BmwUnavailable,
    QuotaSpent,
    RateLimited,
    StoreError,
)
from bimmerhub.hub.accounts.quota import SCHEDULE
from bimmerhub.hub.feeds.cardata_containers import OwnContainers
from bimmerhub.hub.ingest.quarantine import refused_of
from bimmerhub.hub.surroundings import Surroundings
from bimmerhub.ids import Descriptor, Vin, mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.containers import StoredContainer
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.ports.settings import Settings

_log = logging.getLogger(__name__)

HOUR_MS = 3_600_000
TRY_AGAIN_MS = HOUR_MS // 4
AFTER_RESET_MS = HOUR_MS // 12
"""A call at 00:00 sharp, by a clock that is a second fast, would find yesterday's quota spent and cost the new day."""
AFTER_RESET_SPREAD_S = 600.0
NO_SUCH_CONTAINER = "CU-105"
SECONDARY = "SECONDARY"


def container_descriptors() -> tuple[Descriptor, ...]:
    """Return what the hub asks for by REST: every descriptor that feeds a signal and that telematicData can answer."""
    catalogue = load_catalogue()
    wanted = {descriptor for signal in SIGNALS for descriptor in signal.descriptors()}
    return tuple(
        sorted(key for key in wanted if not catalogue[key].retired and catalogue[key].category != "BASIC_DATA")
    )


def refreshed_key(account: StoredAccount) -> str:
    """Return the setting that keeps when the account was refreshed last."""
    return f"rest.refreshed_at_ms.{account.gcid or account.name}"


async def load_due_ms(settings: Settings, account: StoredAccount, every_ms: int) -> int:
    """Return when the account's next refresh is due, 0 when there was none yet."""
    key = refreshed_key(account)
    kept = (await settings.load_settings(key)).get(key)
    return 0 if kept is None else int(kept) + every_ms


class Refresh:
    """One account's scheduled REST calls."""

    def __init__(self, account: StoredAccount, tokens: Tokens, surroundings: Surroundings) -> None:
        self._account = account
        self._owner = account.gcid or account.name  # another BMW account under the same name begins anew
        self._around = surroundings
        self._clock = surroundings.clock
        self._store = surroundings.store
        self._rest = CarDataRest(
            tokens=tokens,
            ledger=surroundings.quotas.ledger(account, caller=SCHEDULE),
            endpoints=surroundings.endpoints,
            session=surroundings.session,
            clock=surroundings.clock,
            retries=0,  # the schedule itself comes back later: one retry layer
        )
        self._containers = OwnContainers(account.name, self._rest, surroundings)
        self._failures = 0

    async def run(self) -> None:
        """Refresh every car each `refresh_h` hours, for ever; when the last one was outlives a restart."""
        every_ms = round(self._around.rest.refresh_h * HOUR_MS)
        if every_ms <= 0:
            return
        key = refreshed_key(self._account)
        due_ms = await load_due_ms(self._store.settings, self._account, every_ms)
        while True:
            await self._clock.sleep_until(due_ms)
            try:
                await self._refresh()
                now_ms = self._clock.now_ms()
                await self._store.settings.save_setting(key, str(now_ms))
                due_ms = now_ms + every_ms
                self._failures = 0
            except BimmerhubError as error:
                self._failures += 1
                _log.warning("%s: REST calls put off: %s", self._account.name, error)
                due_ms = self._again_at_ms(error, every_ms)

    def _again_at_ms(self, error: BimmerhubError, every_ms: int) -> int:
        """Return when to go on after a failure. What BMW refuses it refuses again: each try is a call of the quota.

        A fault of BMW's passes, but may last: each try comes twice as late as the one before, up to `every_ms`.
        A refused token counts as such too, for REST can refuse one that is good; without a sign-in a try costs no call.
        """
        now_ms = self._clock.now_ms()
        match error:
            case QuotaSpent(resets_at=resets_at):
                spread_ms = round(self._around.jitter.uniform(0, AFTER_RESET_SPREAD_S) * 1000)
                return round(resets_at.timestamp() * 1000) + AFTER_RESET_MS + spread_ms
            case RateLimited(retry_after_s=retry_after_s):
                return now_ms + max(TRY_AGAIN_MS, round(retry_after_s * 1000))
            case BmwUnavailable() | StoreError():
                longest_ms = max(every_ms, TRY_AGAIN_MS)
                return now_ms + min(TRY_AGAIN_MS << min(self._failures - 1, 16), longest_ms)
            case _:
                return now_ms + every_ms

    async def _refresh(self) -> None:
        if not await self._may_spend():
            return
        vins = await self._meet_vehicles()
        containers = await self._own_containers()
        for vin in vins:
            for container in containers:
                if await self._may_spend():
                    await self._fetch_values(vin, container.id)
        for vin in vins:
            if self._around.images.is_wanted(vin) and await self._may_spend():
                await self._around.images.fetch(vin, self._rest)
        if containers:
            await self._clear_away(containers)

    async def _may_spend(self) -> bool:
        quota = await self._around.quotas.load(self._account, now_ms=self._clock.now_ms())
        return quota.remaining > self._around.rest.reserve

    async def _meet_vehicles(self) -> list[Vin]:
        """Return the VINs whose data BMW gives out (mapping PRIMARY); at the first time each car is introduced.

        What a failure interrupts is gone on with next time, without asking again for what is known.
        """
        key = f"rest.met_at_ms.{self._owner}"
        if not await self._store.settings.load_settings(key):
            for mapping in await self._rest.fetch_mappings():
                await self._meet(mapping)
            if await self._may_spend():  # else some cars may have been met without their basic data
                await self._store.settings.save_setting(key, str(self._clock.now_ms()))
        own = [each for each in await self._store.vehicles.vehicles() if each.account == self._account.name]
        return [each.vin for each in own if each.mapping != SECONDARY]

    async def _meet(self, mapping: Mapping) -> None:
        vin = Vin(mapping.vin)
        if await self._store.vehicles.basic_data(vin) is not None:
            return
        vehicle = Vehicle(vin=vin, account=self._account.name, mapping=mapping.mapping_type)
        basic_data: str | None = None
        try:
            if await self._may_spend():
                body = await self._rest.fetch_basic_data_json(vin)
                vehicle, basic_data = _described(vehicle, body), body.decode("utf-8", "replace")
        except BmwRefused as error:
            _log.warning("%s: no basic data of %s: %s", self._account.name, mask_vin(vin), error)
        await self._store.vehicles.save_vehicle(vehicle, seen_at_ms=self._clock.now_ms(), basic_data=basic_data)
        self._around.introduce(vehicle)

    async def _own_containers(self) -> Sequence[StoredContainer]:
        """Return our containers at BMW, made when there are none; none when BMW or the reserve refuses."""
        wanted = container_descriptors()
        kept = await self._containers.known(wanted)
        if not kept:
            if not await self._may_spend():
                return ()
            try:
                kept = await self._containers.ensure(wanted)
            except BmwRefused as error:
                _log.warning(
                    "%s: no container, so no values by REST: %s %s", self._account.name, error, error.hint or ""
                )
                return ()
        return kept

    async def _clear_away(self, kept: Sequence[StoredContainer]) -> None:
        """Delete ours besides `kept`, once the values are there: what BMW does not delete must keep none back."""
        for obsolete in await self._containers.obsolete(kept):
            if await self._may_spend():
                try:
                    await self._containers.delete(obsolete.id)
                except BmwRefused as error:
                    _log.warning("%s: a container stays that is not needed: %s", self._account.name, error)

    async def _fetch_values(self, vin: Vin, container_id: str) -> None:
        try:
            body = await self._rest.fetch_telematic_data(vin, container_id)
        except BmwRefused as error:
            _log.warning("%s: no values of %s by REST: %s", self._account.name, mask_vin(vin), error)
            if error.code == NO_SUCH_CONTAINER:
                await self._containers.forget(container_id)
            return
        now_ms = self._clock.now_ms()
        decoded = decode_telematic_data(body, vin=vin, received_at_ms=now_ms)
        readings, doubts = self._around.plausibility.sift(decoded.readings, bmw_ms=self._rest.server_time_ms)
        refused = refused_of(decoded.refused, doubts, payload=body, origin="rest", at_ms=now_ms)
        await self._store.append(Batch(readings=readings, refused=refused))
        self._around.figures.stored += len(readings)
        self._around.figures.refused += len(refused)
        self._around.stored(readings)


def _described(vehicle: Vehicle, body: bytes) -> Vehicle:
    try:
        basic = read_object(BasicData, msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return vehicle
    if basic is None:
        return vehicle
    return replace(vehicle, brand=basic.brand, model=basic.model_name, drivetrain=basic.drive_train)
