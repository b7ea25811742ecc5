"""Serving the hub's page and API: who may come in, the address, and hub.json that tells it to commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bimmerhub.errors import ConfigError
from bimmerhub.hub.process.credentials import Credentials
from bimmerhub.hub.process.directory import announce
from bimmerhub.hub.process.open_files import connections_of, raise_open_files
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.web.app import build_app
from bimmerhub.web.connection_book import ConnectionLimits
from bimmerhub.web.routes.context import Context
from bimmerhub.web.server import is_loopback, serve
from bimmerhub.web.settings import WebSettings


async def open_credentials(settings: WebSettings, stored: StoredSettings) -> Credentials:
    """Return who may come in; ConfigError when that would be everybody in the network."""
    is_exposed = not is_loopback(settings.host)
    credentials = Credentials(stored, is_exposed=is_exposed)
    await credentials.load()
    if is_exposed and not credentials.is_protected():
        raise ConfigError(
            f"refusing to listen on {settings.host} without a password or an API token",
            hint="Set one first: bimmerhub password set",
        )
    return credentials


@asynccontextmanager
async def serving(
    settings: WebSettings,
    context: Context,
    credentials: Credentials,
    *,
    data_dir: Path,
    goes_live: bool,
    is_announced: bool = True,
) -> AsyncIterator[str]:
    """Serve the page and the API as long as the block, and give their address; ConfigError when the port is taken.

    Commands find it when it `is_announced`, which takes a directory that can be written.
    """
    connections = connections_of(raise_open_files(), settings.connections)
    limits = ConnectionLimits(most=connections, most_of_one_source=max(1, connections // 4))
    event_readers = min(settings.event_readers, max(1, connections // 2))
    app = build_app(
        context,
        allowed_hosts=settings.allowed_hosts,
        trusted_proxies=settings.trusted_networks(),
        event_readers=event_readers,
    )
    async with serve(app, settings.host, settings.port, limits=limits) as port:
        address = f"http://{_reachable(settings.host)}:{port}"
        if not is_announced:
            yield address
            return
        with announce(data_dir, address=address, goes_live=goes_live) as local:
            credentials.accept_local(local.token)
            yield address


def _reachable(host: str) -> str:
    """Return the host as a program on this machine writes it into an address."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{here}]" if ":" in here else here
