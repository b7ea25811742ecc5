"""Whether BMW's servers and an account's relay can be reached from here, and whether this machine's clock is right."""

import asyncio
import socket
import ssl
import time
from collections.abc import Sequence

from bimmerhub.bmw.cardata.endpoints import Endpoints, Relay
from bimmerhub.bmw.http import CertificateOutOfDate, Session, fetch_server_time_ms
from bimmerhub.bmw.servers import trusting
from bimmerhub.domain.account.checks import Check, Outcome, failed, ok, skipped, warning
from bimmerhub.errors import BmwUnavailable
from bimmerhub.hub.doctor.bmw_checks import judge_answer_time
from bimmerhub.times import DAY_MS, spell_duration

ANSWER_WITHIN_S = 10.0
WRONG_CLOCK_MS = 60_000
"""Tokens and certificates bear less than hours, but late refreshes and odd ages begin with a minute."""
_CLOCK_HINT = "Set this machine's clock, best by NTP (timedatectl set-ntp true)."


async def check_network(endpoints: Endpoints, session: Session, *, relay: Relay | None = None) -> Sequence[Check]:
    """Return a check for each of BMW's three addresses, and one for the clock. Costs no quota.

    With a `relay`, from which the account is read, that is looked at in place of BMW's stream. A clock that is far off
    comes first: it makes certificates and tokens look bad.
    """
    async with asyncio.TaskGroup() as tasks:
        sign_in = tasks.create_task(_check_http("sign-in server", endpoints.auth_url, endpoints, session))
        rest = tasks.create_task(_check_http("REST server", endpoints.api_url, endpoints, session))
        stream = tasks.create_task(_check_stream(endpoints) if relay is None else _check_relay(relay))
    (sign_in_check, times), (rest_check, _) = sign_in.result(), rest.result()
    clock = _check_clock(times)
    servers = (sign_in_check, rest_check, stream.result())
    return (clock, *servers) if clock.outcome is Outcome.FAILED else (*servers, clock)


async def _check_http(
    name: str, url: str, endpoints: Endpoints, session: Session
) -> tuple[Check, tuple[int, int] | None]:
    """Return the check, and the server's time with ours at that moment when it told its own (milliseconds UTC).

    A certificate that is not of this day may be the fault of this machine's clock: then the time that its server tells
    is looked at all the same.
    """
    begun_s = time.monotonic()
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            server_ms = await fetch_server_time_ms(session, url, tls=endpoints.ssl_context())
    except CertificateOutOfDate as error:
        return failed(name, str(error), hint=error.hint), await _ask_unchecked_time(url, session)
    except BmwUnavailable as error:
        return failed(name, str(error), hint=error.hint), None
    except TimeoutError:
        return failed(name, f"no answer within {ANSWER_WITHIN_S:.0f} s", hint=BmwUnavailable.hint), None
    answered_s = time.monotonic() - begun_s
    check = judge_answer_time(ok(name, f"answers within {answered_s * 1000:.0f} ms"), answered_s)
    return check, _beside_ours(server_ms)


async def _ask_unchecked_time(url: str, session: Session) -> tuple[int, int] | None:
    """Return the time that a server tells whose certificate is not checked, with ours; nothing else is sent to it."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return _beside_ours(await fetch_server_time_ms(session, url, tls=unchecked))
    except (BmwUnavailable, TimeoutError):
        return None


def _beside_ours(server_ms: int | None) -> tuple[int, int] | None:
    return None if server_ms is None else (server_ms, time.time_ns() // 1_000_000)


async def _check_stream(endpoints: Endpoints) -> Check:
    host, port = endpoints.stream_host, endpoints.stream_port
    hint = f"Let this machine out to TCP port {port} (firewall, ad blocker, VPN)."
    return await _check_connection("stream server", host, port, tls=endpoints.ssl_context(), hint=hint)


async def _check_relay(relay: Relay) -> Check:
    tls = trusting(relay.ca_file) if relay.tls else None
    hint = "Check relay_host, relay_port and relay_tls, and whether the broker runs."
    return await _check_connection("relay", relay.host, relay.port, tls=tls, hint=hint)


async def _check_connection(name: str, host: str, port: int, *, tls: ssl.SSLContext | None, hint: str) -> Check:
    where, begun_s = f"{host}:{port}", time.monotonic()
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            _, writer = await asyncio.open_connection(host, port, ssl=tls)
            writer.transport.abort()  # nothing was said; a TLS farewell could outlive the command's loop
    except ssl.SSLCertVerificationError as error:
        return failed(
            name,
            f"{where} shows a certificate that is not trusted ({error.verify_message})",
            hint="For the emulator set bmw.ca_file to its CA; otherwise check this machine's clock and network."
            if name != "relay"
            else "Set relay_ca_file to the broker's CA, or check this machine's clock.",
        )
    except socket.gaierror:
        return failed(name, f"the name {host} is not known to the network (DNS)", hint=hint)
    except (OSError, TimeoutError) as error:
        why = getattr(error, "strerror", None) or f"no answer within {ANSWER_WITHIN_S:.0f} s"
        return failed(name, f"cannot reach {where}: {why}", hint=hint)
    kind = "TCP" if tls is None else "TLS"
    return ok(name, f"{where} takes {kind} connections within {(time.monotonic() - begun_s) * 1000:.0f} ms")


def _check_clock(times: tuple[int, int] | None) -> Check:
    if times is None:
        return skipped("clock", "no server told its time")
    ahead_ms = times[1] - times[0]
    if abs(ahead_ms) <= WRONG_CLOCK_MS:
        return ok("clock", "agrees with BMW's")
    judge = failed if abs(ahead_ms) > DAY_MS else warning
    way = "fast" if ahead_ms > 0 else "slow"
    return judge("clock", f"this machine's clock is {spell_duration(abs(ahead_ms))} {way}", hint=_CLOCK_HINT)
