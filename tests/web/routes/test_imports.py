"""Captures sent to the hub, with progress on the way back."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from bimmerhub.errors import StoreError

if TYPE_CHECKING:
    from tests.web.conftest import Site

OWNER = {"authorization": "Bearer local"}
PATH = "/api/v1/imports?origin=march.ndjson"


async def test_progress_comes_while_the_body_is_still_under_way(site: "Site") -> None:
    first_report = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b"{}\n" * 10
        await first_report.wait()
        yield b"{}\n" * 5

    async with asyncio.timeout(5), site.post(PATH, data=body(), headers=OWNER) as answer:
        assert json.loads(await answer.content.readline())["lines"] == 10
        first_report.set()
        rest = [json.loads(line) async for line in answer.content]
    assert rest[-1]["lines"] == 15
    assert rest[-1]["done"] is True
    assert site.imports.origin == "march.ndjson"


async def test_body_is_taken_no_faster_than_it_is_stored(site: "Site") -> None:
    site.imports.may_go_on.clear()
    chunk, sent = b"x" * 65_535 + b"\n", 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for sent in range(1, 1001):  # noqa: B007 - told to the test
            yield chunk

    async with asyncio.timeout(20), site.post(PATH, data=body(), headers=OWNER) as answer:
        await answer.content.readline()
        for _ in range(20):
            async with site.get("/api/v1/health"):
                pass
        assert sent < 500
        site.imports.may_go_on.set()
        lines = [json.loads(line) async for line in answer.content]
    assert lines[-1]["lines"] == 1000


async def test_failure_before_the_first_report_has_a_status(site: "Site") -> None:
    site.imports.failure = StoreError("disk full", hint="make room")
    async with site.post(PATH, data=b"{}\n", headers=OWNER) as answer:
        error = (await answer.json())["error"]
    assert answer.status == 503
    assert error == {"kind": "store_error", "message": "disk full", "hint": "make room"}


async def test_failure_in_mid_import_ends_the_answer_with_an_error(site: "Site") -> None:
    site.imports.failure, site.imports.fail_after = StoreError("disk full"), 1
    first_report = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b"{}\n"
        await first_report.wait()
        yield b"{}\n"

    async with asyncio.timeout(5), site.post(PATH, data=body(), headers=OWNER) as answer:
        assert json.loads(await answer.content.readline())["new"] == 1
        first_report.set()
        assert json.loads(await answer.content.readline())["error"]["kind"] == "store_error"


async def test_client_that_leaves_in_mid_import_does_no_harm(site: "Site") -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"{}\n"
        await asyncio.Event().wait()

    async with site.post(PATH, data=body(), headers=OWNER) as answer:
        await answer.content.readline()
        answer.close()
    async with site.get("/api/v1/health") as answer:
        assert answer.status == 200
