"""A repair shop, its customers at the emulated BMW, and what was answered to the shop."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from tests.bmw.conftest import NOON_MS, HastyClock
from tests.emulated import STRICT_BUT_FOR_KEEP_ALIVE, emulator_settings

from bimmerhub.bmw.cardata import Endpoints
from bimmerhub.bmw.cardata.provider import OwnerFolder, OwnerRecord, OwnerStore, Provider, Purpose
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount, ProviderClient
from bimmerhub.ids import Descriptor, Gcid

SHOP = "cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee"
ODOMETER = Descriptor("vehicle.vehicle.travelledDistance")
MODELS = ("bev", "phev", "ice", "i4", "ix3", "i3", "x1", "530d", "cooper-s", "m2")
PURPOSE = Purpose(text="Tell you when a service is due", descriptors=(ODOMETER,))


@dataclass
class Garage:
    """A shop beside an emulator with one owner a model; the first one has two cars."""

    emulator: Emulator
    clock: HastyClock
    session: ClientSession
    folder: Path
    answered: list[Exchange] = field(default_factory=list)

    @property
    def endpoints(self) -> Endpoints:
        info = self.emulator.info
        return Endpoints(
            auth_url=info.base_url,
            api_url=info.base_url,
            stream_host=info.mqtt_host,
            stream_port=info.mqtt_port,
            ca_file=Path(info.ca_file),
        )

    @property
    def accounts(self) -> tuple[EmulatedAccount, ...]:
        return self.emulator.settings.accounts

    def provider(
        self,
        *,
        client_id: str = SHOP,
        purpose: Purpose | None = PURPOSE,
        store: OwnerStore | None = None,
        endpoints: Endpoints | None = None,
    ) -> Provider:
        return Provider(
            client_id=client_id,
            owners=store or OwnerFolder(self.folder),
            purpose=purpose,
            endpoints=endpoints or self.endpoints,
            session=self.session,
            clock=self.clock,
        )

    async def enrol(self, provider: Provider, *accounts: EmulatedAccount) -> list[OwnerRecord]:
        """Let these owners consent, all if none is named."""
        owners: list[OwnerRecord] = []
        for number, account in enumerate(accounts or self.accounts):
            invitation = await provider.invite(f"job {number}")
            assert self.emulator.identity.decide(invitation.code.user_code, approve=True, gcid=account.gcid)
            owners.append(await invitation.accepted())
        return owners

    def withdraw(self, account: EmulatedAccount) -> None:
        self.emulator.portal.granted.withdraw(account.gcid, SHOP)

    def good_answers(self) -> list[str]:
        """Return the paths of CarData that were answered with success, and forget all answers."""
        paths = [one.path for one in self.answered if one.path.startswith("/customers") and one.status < 300]
        self.answered.clear()
        return paths


OpenGarage = Callable[..., Any]


@pytest.fixture
def open_garage(keys_dir: Path, session: ClientSession, tmp_path: Path) -> OpenGarage:
    @asynccontextmanager
    async def opened(*, owners: int = 2, rules: dict[str, Any] | None = None, **changes: Any) -> AsyncIterator[Garage]:
        cars = [("spectre", MODELS[0]), *((model,) for model in MODELS[1:owners])]
        accounts = tuple(
            EmulatedAccount(
                user=f"owner{number}@example.com",
                gcid=Gcid(f"{number:08}-2222-3333-4444-555555555555"),
                client_id=f"{number:08}-bbbb-cccc-dddd-eeeeeeeeeeee",
                models=models,
            )
            for number, models in enumerate(cars)
        )
        shop = ProviderClient(**{"client_id": SHOP, "descriptors": PURPOSE.descriptors, **(rules or {})})
        usual = {"http_port": 0, "mqtt_port": 0, "keys_dir": keys_dir, "speed": 0.0, "now_ms": NOON_MS}
        settings = emulator_settings(
            **{**usual, **STRICT_BUT_FOR_KEEP_ALIVE, "accounts": accounts, "providers": (shop,), **changes}
        )
        answered: list[Exchange] = []
        async with Emulator(settings, on_exchange=answered.append) as emulator:
            yield Garage(emulator, HastyClock(emulator.clock), session, tmp_path / "owners", answered)

    return opened
