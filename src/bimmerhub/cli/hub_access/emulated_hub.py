"""A hub beside an emulator in the same process: its settings, and signing in as a person would."""

import asyncio
from pathlib import Path

import aiohttp

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.emulator.host.info import EmulatorInfo
from bimmerhub.errors import BmwRefused
from bimmerhub.hub.app import Hub
from bimmerhub.hub.config import HubConfig
from bimmerhub.web.settings import WebSettings


def hub_settings(directory: Path, info: EmulatorInfo, *, port: int) -> HubConfig:
    """Return the settings of a hub that reads an emulator; 0 is a free port."""
    return HubConfig(
        data_dir=directory,
        bmw=Endpoints(
            auth_url=info.base_url,
            api_url=info.base_url,
            stream_host=info.mqtt_host,
            stream_port=info.mqtt_port,
            ca_file=Path(info.ca_file),
        ),
        hub=WebSettings(port=port),
    )


async def sign_in_to_emulator(hub: Hub, info: EmulatorInfo, *, account: str) -> None:
    """Sign in as a person would, approving on the emulator's page; nothing to do when an earlier start did.

    BmwRefused when the emulator does not want it.
    """
    if any(account.signed_in for account in await hub.connections.accounts()):
        return
    state = await hub.connections.start_sign_in(account, info.client_id)
    async with aiohttp.ClientSession() as session:
        body = {"user_code": state.user_code, "approve": True}
        async with session.post(f"{info.control_url}/sign-in", json=body) as answer:
            answer.raise_for_status()
    while state.status == "pending":
        await asyncio.sleep(0.1)
        state = hub.connections.sign_in_state(account) or state
    if state.error is not None:
        raise BmwRefused(f"the emulator refused the sign-in: {state.error}", code=None, hint=state.error.hint)
