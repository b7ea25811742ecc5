"""Changing who may talk to a hub: through the hub that runs, which takes it at once, else in what is stored."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from bimmerhub.cli.arguments.time_words import now_ms
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.views.api_tokens import TokenScope

if TYPE_CHECKING:
    from bimmerhub.cli.hub_access.hub_client import HubClient
    from bimmerhub.hub.process.credentials import Credentials
    from bimmerhub.views.acts import Acts


class Entry(Protocol):
    """The changes; ConfigError for those that are refused."""

    async def set_password(self, password: str | None) -> bool:
        """Set the password, or remove it with None; return whether there was one."""
        ...

    async def create_token(self, name: str, scope: TokenScope) -> str:
        """Make a token and return it."""
        ...

    async def delete_token(self, name: str) -> None:
        """Delete a token."""
        ...


@asynccontextmanager
async def open_entry(settings: HubConfig) -> AsyncIterator[Entry]:
    """Open the way in which changes are made, as long as the block."""
    hub = find_hub(settings.data_dir)
    if hub is not None:
        from bimmerhub.cli.hub_access.hub_client import HubClient

        yield _HubEntry(HubClient(hub))
        return
    from bimmerhub.cli.hub_access.opening import open_for_writing
    from bimmerhub.hub.process.credentials import Credentials
    from bimmerhub.views.acts import Acts

    async with open_for_writing(settings) as store:
        credentials = Credentials(store.settings)
        await credentials.load()
        yield _StoredEntry(credentials, Acts(store.audit, now_ms=now_ms))


class _HubEntry:
    """By the API, as this machine's command line."""

    def __init__(self, client: "HubClient") -> None:
        self._client = client

    async def set_password(self, password: str | None) -> bool:
        from bimmerhub.cli.hub_access.hub_client import Request
        from bimmerhub.views.access import PasswordAnswer

        method, body = ("DELETE", None) if password is None else ("PUT", {"password": password})
        request = Request(method=method, path="access/password", body=body)
        return (await self._client.send(request, PasswordAnswer)).was_set

    async def create_token(self, name: str, scope: TokenScope) -> str:
        from bimmerhub.cli.hub_access.hub_client import Request
        from bimmerhub.views.api_tokens import NewApiTokenAnswer

        request = Request(method="POST", path="access/tokens", body={"name": name, "scope": scope})
        return (await self._client.send(request, NewApiTokenAnswer)).token

    async def delete_token(self, name: str) -> None:
        from bimmerhub.cli.hub_access.hub_client import Request
        from bimmerhub.views.api_tokens import TokenDeletedAnswer

        await self._client.send(
            Request(method="DELETE", path="access/tokens", query={"name": name}), TokenDeletedAnswer
        )


class _StoredEntry:
    """In the database, while no hub runs."""

    def __init__(self, credentials: "Credentials", acts: "Acts") -> None:
        self._credentials = credentials
        self._acts = acts

    async def set_password(self, password: str | None) -> bool:
        was_set = self._credentials.has_password()
        async with self._noting("password_removed" if password is None else "password_set"):
            await self._credentials.set_password(password)
        return was_set

    async def create_token(self, name: str, scope: TokenScope) -> str:
        async with self._noting("token_made", name=name, scope=scope):
            return await self._credentials.create_token(name, scope, now_ms=now_ms())

    async def delete_token(self, name: str) -> None:
        async with self._noting("token_deleted", name=name):
            await self._credentials.delete_token(name)

    def _noting(self, action: str, **details: str) -> "AbstractAsyncContextManager[object]":
        from bimmerhub.views.acts import COMMAND_LINE

        return self._acts.noting(COMMAND_LINE, action, details=details)
