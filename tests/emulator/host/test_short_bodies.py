"""Bodies that are far longer than anything a client of BMW's sends."""

from collections.abc import AsyncIterator

from tests.emulator.conftest import Program

from bimmerhub.emulator.host.short_bodies import LARGEST_BODY_BYTES


async def test_very_long_body_is_refused_wherever_it_goes(program: Program) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY_BYTES // 65_536 + 2):
            yield bytes(65_536)

    info = program.emulator.info
    for url in (f"{info.control_url}/faults", f"{info.base_url}/gcdm/oauth/token", f"{info.base_url}/no/such/path"):
        async with program.session.post(url, data=endless(), headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 413
