"""A support bundle says what helps, also of what is broken."""

import logging
from pathlib import Path

from tests.new_stores import open_sqlite

from bimmerhub.domain.account.quota import QuotaRules
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import StoreError
from bimmerhub.hub.coverage.report import CoverageReport
from bimmerhub.hub.reporting.bundle import BundleMaker, stored_parts
from bimmerhub.hub.reporting.bundle_lines import describe_log
from bimmerhub.hub.reporting.recent_log import LINES_REMEMBERED, RecentLog
from bimmerhub.hub.reporting.shown_versions import describe_versions, version_digits
from bimmerhub.ids import Vin
from bimmerhub.store.sqlite.database.connection import schema_version
from bimmerhub.store.sqlite.store import SqliteStore


class BrokenCoverage(CoverageReport):
    """A coverage whose rows are not what they should be."""

    async def head_unit(self, vin: Vin) -> str | None:
        raise KeyError(vin)


def maker_of(store: SqliteStore, coverage: CoverageReport) -> BundleMaker:
    return BundleMaker(
        hub="none",
        shown_settings={},
        schema=1,
        schema_of_program=1,
        now_ms=lambda: 0,
        stored=stored_parts(store, coverage=coverage, rules=QuotaRules()),
    )


async def test_part_that_breaks_leaves_the_others(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "hub.db") as store:
        await store.vehicles.save_vehicle(Vehicle(vin=Vin("WBA00000000000001")), seen_at_ms=1)
        coverage = BrokenCoverage(
            store,
            vehicles=store.vehicles,
            accounts=store.accounts,
            containers=store.containers,
            documents=store.documents,
            settings=store.settings,
            links=lambda: (),
            now_ms=lambda: 0,
        )
        bundle = await maker_of(store, coverage).make_bundle()
    assert bundle.troubles == ["car 1: KeyError: '…'"]
    assert (bundle.cars, bundle.store.readings) == ([], 0)


def test_log_line_tells_where_an_error_passed() -> None:
    with RecentLog().listening() as log:
        try:
            schema_version(Path("/nowhere/hub.db"))
        except StoreError:
            logging.getLogger("bimmerhub.hub.app").exception("account %s: the link broke", "Erika")
        logging.getLogger("aiohttp.access").warning("GET /Erika")
        logging.getLogger("erika").warning("mine")
    ours, library, other = map(describe_log, log.lines)
    assert (ours.logger, ours.level, ours.error) == ("bimmerhub.hub.app", "ERROR", "StoreError")
    assert ours.message == "account …: the link broke"
    assert ours.frames[-1].startswith("store/sqlite/database/connection.py:")
    assert (library.logger, library.message, other.logger) == ("aiohttp", "GET …", "other")


def test_log_keeps_the_newest_lines() -> None:
    with RecentLog().listening() as log:
        for number in range(LINES_REMEMBERED + 5):
            logging.getLogger("bimmerhub").warning("%d", number)
    logging.getLogger("bimmerhub").warning("too late")
    assert [line.message for line in log.lines] == [str(number) for number in range(5, LINES_REMEMBERED + 5)]


def test_versions_are_digits_and_words_of_lists() -> None:
    versions = describe_versions()
    assert {"bimmerhub", "python", "sqlite", "library msgspec"} <= versions.keys()
    assert version_digits("6.1.0-erikas-kernel") == "6.1.0"
    assert version_digits("3.12.0rc1+erika") == "3.12.0rc1"
    assert version_digits("erika") == "other"
