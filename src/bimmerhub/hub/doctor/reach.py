"""Whether BMW's servers can be reached from here, and whether this machine's clock is right."""

import asyncio
import socket
import ssl
import time
from collections.abc import Sequence

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.http import Session, fetch_server_time_ms
from bimmerhub.domain.account.checks import Check, failed, ok, skipped, warning
from bimmerhub.errors import BmwUnavailable
from bimmerhub.hub.doctor.bmw_checks import judge_answer_time

ANSWER_WITHIN_S = 10.0
WRONG_CLOCK_MS = 60_000
"""Tokens and certificates bear less than hours, but late refreshes and odd ages begin with a minute."""
_CLOCK_HINT = "Set this machine's clock, best by NTP (timedatectl set-ntp true)."


async def check_network(endpoints: Endpoints, session: Session) -> Sequence[Check]:
    """Return a check for each of BMW's three addresses, and one for the clock. Costs no quota."""
    async with asyncio.TaskGroup() as tasks:
        sign_in = tasks.create_task(_check_http("sign-in server", endpoints.auth_url, endpoints, session))
        rest = tasks.create_task(_check_http("REST server", endpoints.api_url, endpoints, session))
        stream = tasks.create_task(_check_stream(endpoints))
    (sign_in_check, server_ms), (rest_check, _) = sign_in.result(), rest.result()
    return (sign_in_check, rest_check, stream.result(), _check_clock(server_ms))


async def _check_http(
    name: str, url: str, endpoints: Endpoints, session: Session
) -> tuple[Check, tuple[int, int] | None]:
    """Return the check, and the server's time with ours at that moment when it told its own (milliseconds UTC)."""
    begun_s = time.monotonic()
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            server_ms = await fetch_server_time_ms(session, url, tls=endpoints.ssl_context())
    except BmwUnavailable as error:
        return failed(name, str(error), hint=error.hint), None
    except TimeoutError:
        return failed(name, f"no answer within {ANSWER_WITHIN_S:.0f} s", hint=BmwUnavailable.hint), None
    answered_s = time.monotonic() - begun_s
    check = judge_answer_time(ok(name, f"answers within {answered_s * 1000:.0f} ms"), answered_s)
    return check, None if server_ms is None else (server_ms, time.time_ns() // 1_000_000)


async def _check_stream(endpoints: Endpoints) -> Check:
    name, where = "stream server", f"{endpoints.stream_host}:{endpoints.stream_port}"
    begun_s = time.monotonic()
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            _, writer = await asyncio.open_connection(
                endpoints.stream_host, endpoints.stream_port, ssl=endpoints.ssl_context()
            )
            writer.transport.abort()  # nothing was said; a TLS farewell could outlive the command's loop
    except ssl.SSLCertVerificationError as error:
        return failed(
            name,
            f"{where} shows a certificate that is not trusted ({error.verify_message})",
            hint="For the emulator set bmw.ca_file to its CA; otherwise check this machine's clock and network.",
        )
    except socket.gaierror:
        words = f"the name {endpoints.stream_host} is not known to the network (DNS)"
        return failed(name, words, hint=_hint(endpoints))
    except (OSError, TimeoutError) as error:
        why = getattr(error, "strerror", None) or f"no answer within {ANSWER_WITHIN_S:.0f} s"
        return failed(name, f"cannot reach {where}: {why}", hint=_hint(endpoints))
    return ok(name, f"{where} takes TLS connections within {(time.monotonic() - begun_s) * 1000:.0f} ms")


def _hint(endpoints: Endpoints) -> str:
    return f"Let this machine out to TCP port {endpoints.stream_port} (firewall, ad blocker, VPN)."


def _check_clock(times: tuple[int, int] | None) -> Check:
    if times is None:
        return skipped("clock", "no server told its time")
    ahead_ms = times[1] - times[0]
    if abs(ahead_ms) <= WRONG_CLOCK_MS:
        return ok("clock", "agrees with BMW's")
    way = "fast" if ahead_ms > 0 else "slow"
    return warning("clock", f"this machine's clock is {abs(ahead_ms) / 1000:.0f} s {way}", hint=_CLOCK_HINT)
