"""The faults that every web site of BMW's can have: slow, no JSON, an error."""

from starlette.responses import PlainTextResponse, Response

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.gateway import bad_gateway


async def broken_answer(site: str, *, faults: Faults, clock: EmulatorClock) -> Response | None:
    """Wait as long as the fault `SITE-slow` says, and return what `SITE-not-json` or `SITE-500` answers; else None."""
    slow_s = faults.value(f"{site}-slow")
    if slow_s is not None and faults.take(f"{site}-slow"):
        await clock.sleep_until(clock.now_ms() + round(slow_s * 1000))
    if faults.take(f"{site}-not-json"):
        return bad_gateway()
    return PlainTextResponse("", status_code=500) if faults.take(f"{site}-500") else None
