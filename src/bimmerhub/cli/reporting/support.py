"""A support bundle for the command line: the running hub's, or one of what can be read here without it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from bimmerhub.bmw.http import open_session
from bimmerhub.cli.arguments.time_words import now_ms
from bimmerhub.cli.context import Options
from bimmerhub.cli.hub_access.hub_client import HubClient, Request
from bimmerhub.cli.hub_access.opening import newest_version, open_for_reading, schema_version
from bimmerhub.domain.account.checks import Check
from bimmerhub.errors import BimmerhubError, ConfigError, StoreError
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.coverage.report import CoverageReport
from bimmerhub.hub.doctor.reach import check_network
from bimmerhub.hub.process.demo import is_demo
from bimmerhub.hub.process.directory import RunningHub, find_hub
from bimmerhub.hub.process.failures import only_error
from bimmerhub.hub.reporting.bundle import BundleMaker, StoredParts, stored_parts
from bimmerhub.hub.reporting.shown_settings import describe_settings
from bimmerhub.views.health import HealthAnswer
from bimmerhub.views.support_bundle import BundleAnswer

REACHED_WITHIN_S: Final = 3.0
"""A hub that answers nothing for so long hangs: the bundle is then made without it."""
MADE_WITHIN_S: Final = 150.0


async def make_bundle(options: Options) -> BundleAnswer:
    """Return a bundle, whatever is broken: settings, hub or database are among its troubles then."""
    troubles: list[str] = []
    settings = _read_settings(options, troubles)
    hub = find_hub(settings.data_dir)
    trouble = "none"
    if hub is not None:
        try:
            return await _ask(hub)
        except (BimmerhubError, TimeoutError) as error:
            trouble = f"does not answer: {error}"
    async with _opened_store(settings) as (stored, store_trouble):
        maker = BundleMaker(
            hub=trouble,
            shown_settings=describe_settings(settings),
            schema=_schema_of(settings),
            schema_of_program=newest_version(),
            now_ms=now_ms,
            stored=stored,
            store_trouble=store_trouble,
            checks=await _check_network(settings, troubles),
            troubles=troubles,
            relayed=settings.relayed,
        )
        return await maker.make_bundle()


async def _ask(hub: RunningHub) -> BundleAnswer:
    """Return the bundle that a hub makes of itself; StoreError when it hangs."""
    client = HubClient(hub)
    async with asyncio.timeout(MADE_WITHIN_S):
        await client.send(Request(method="GET", path="health"), HealthAnswer, within_s=REACHED_WITHIN_S)
        return await client.send(Request(method="GET", path="support-bundle"), BundleAnswer, within_s=MADE_WITHIN_S)


def _read_settings(options: Options, troubles: list[str]) -> HubConfig:
    """Return the settings; those that are usual, and why, when they are wrong."""
    try:
        return options.settings()
    except ConfigError as error:
        troubles.append(f"settings: {error}")
        usual = HubConfig()
        return usual if options.data_dir is None else replace(usual, data_dir=options.data_dir)


@asynccontextmanager
async def _opened_store(settings: HubConfig) -> AsyncIterator[tuple[StoredParts | None, str | None]]:
    """Open what can be read of the store as long as the block; with None goes why nothing can."""
    opened = open_for_reading(settings)
    try:
        store = await opened.__aenter__()
    except (BimmerhubError, OSError) as error:
        yield None, str(error)
        return
    try:
        coverage = CoverageReport(
            store,
            vehicles=store.vehicles,
            accounts=store.accounts,
            containers=store.containers,
            documents=store.documents,
            settings=store.settings,
            links=lambda: (),
            now_ms=now_ms,
        )
        yield stored_parts(store, coverage=coverage, rules=settings.rest.quota), None
    finally:
        await opened.__aexit__(None, None, None)


def _schema_of(settings: HubConfig) -> int | None:
    try:
        return schema_version(settings.database)
    except (StoreError, OSError):  # a directory that this user may not read, say
        return None


async def _check_network(settings: HubConfig, troubles: list[str]) -> Sequence[Check]:
    """Return whether BMW can be reached; nothing of a demo's, whose emulator has stopped."""
    try:
        if is_demo(settings.data_dir):
            return ()
        async with open_session() as session:
            return await check_network(settings.bmw, session)
    except (BimmerhubError, OSError) as error:
        troubles.append(f"network: {error}")
    except ExceptionGroup as group:  # one of the checks was impossible
        troubles.append(f"network: {only_error(group)}")
    return ()
