"""HTTP to BMW: the only module that knows the HTTP library. Requests in, an `Answer` or `BmwUnavailable` out."""

import asyncio
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime

import aiohttp

from bimmerhub.domain.hosts import PLAIN_HINT, is_in_the_clear
from bimmerhub.errors import BmwUnavailable, ConfigError
from bimmerhub.times import EARLIEST_MS, LATEST_MS

ANSWER_WITHIN_S = 30.0
LONGEST_RETRY_AFTER_S = 7 * 86_400.0
CONNECTED_WITHIN_S = 20.0
LARGEST_ANSWER_BYTES = 16 << 20
"""Of an answer, also once it is unpacked; what is longer is no answer of BMW's."""
_PACKINGS = ("gzip", "deflate")
_ANY_HEADER = 32
"""Added to zlib's window bits: gzip or zlib, as it comes."""
KEPT_FOR_S = 2.0
"""How long an idle connection is kept for the next request: less than any server keeps it, for a request that meets the
server's end of it is lost, and a refresh of tokens must not be repeated blindly."""

Session = aiohttp.ClientSession


class NotSent(BmwUnavailable):
    """No connection came about, so nothing of the request has left this machine."""


class AnswerLost(BmwUnavailable):
    """The request was sent, but its answer did not come, or not whole: BMW may have done what it asks for."""


def has_answered(error: BmwUnavailable) -> bool:
    """Tell whether an answer was the fault, and not that none came: another question may have a better one."""
    return not isinstance(error, NotSent | AnswerLost)


OUT_OF_DATE = frozenset({9, 10})
"""OpenSSL's codes for a certificate that is not valid yet, and for one that has expired."""


class NotTrusted(NotSent):
    """The other side shows a certificate that is not trusted: the next try would end the same."""


class CertificateOutOfDate(NotTrusted):
    """By this machine's clock the certificate is not valid yet, or no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whatever its status. `server_time_ms` is the Date header (milliseconds UTC).

    `retry_after_s` is from 0 to LONGEST_RETRY_AFTER_S, whatever the header says. `location` is where a redirect leads;
    none is followed. `headers` are all of them, their names in lower case; of one that is repeated, the last.
    """

    status: int
    body: bytes = field(repr=False)
    location: str | None = field(default=None, repr=False)
    retry_after_s: float | None = None
    server_time_ms: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class _Connector(aiohttp.TCPConnector):
    """Opens connections, and knows the hosts of a lab that may be reached without TLS."""

    def __init__(self, *, plain_hosts: Collection[str]) -> None:
        super().__init__(keepalive_timeout=KEPT_FOR_S)
        self.plain_hosts = frozenset(plain_hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class BmwExchange:
    """A request and what came of it: an answer after `took_s` seconds, or the error for none."""

    method: str
    url: str = field(repr=False)
    took_s: float
    answer: Answer | None = None
    error: BmwUnavailable | None = None


HearsExchange = Callable[[BmwExchange], None]
_listener: ContextVar[HearsExchange | None] = ContextVar("listener to exchanges with BMW", default=None)


@contextmanager
def listening_to_exchanges(listener: HearsExchange) -> Iterator[None]:
    """Call `listener` with each exchange that this task, or one that it starts, has with BMW inside the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@asynccontextmanager
async def open_session(*, plain_hosts: Collection[str] = ()) -> AsyncIterator[Session]:
    """Open an HTTP session for as long as the block; any aiohttp session from outside serves as well.

    `plain_hosts` are those of a lab, to which also `http://` may lead; else it leads to this machine only.
    """
    connector = _Connector(plain_hosts=plain_hosts)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), connector=connector) as session:
        yield session


async def fetch(
    session: Session,
    method: str,
    url: str,
    *,
    tls: ssl.SSLContext,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    json: object = None,
    within_s: float | None = None,
) -> Answer:
    """Send one request and return the whole answer; AnswerLost when none comes within `within_s` (ANSWER_WITHIN_S).

    NotSent when there is no connection (name, network, certificate), also when looking up the name or connecting takes
    longer than `CONNECTED_WITHIN_S`; both are BmwUnavailable. ConfigError when `url` is no address, or would send the
    request to another machine in the clear.
    """
    _refuse_the_clear(session, url)
    begun_s = time.monotonic()

    def tell(answer: Answer | None, error: BmwUnavailable | None = None) -> None:
        if (listener := _listener.get()) is not None:
            took_s = time.monotonic() - begun_s
            listener(BmwExchange(method=method, url=url, took_s=took_s, answer=answer, error=error))

    try:
        answer = await _fetch(
            session, method, url, tls=tls, headers=headers, query=query, form=form, json=json, within_s=within_s
        )
    except BmwUnavailable as error:
        tell(None, error)
        raise
    tell(answer)
    return answer


async def _fetch(
    session: Session,
    method: str,
    url: str,
    *,
    tls: ssl.SSLContext,
    headers: Mapping[str, str] | None,
    query: Mapping[str, str] | None,
    form: Mapping[str, str] | None,
    json: object,
    within_s: float | None,
) -> Answer:
    within_s = within_s or ANSWER_WITHIN_S
    # always before the answer's own limit, so that a time that is up while connecting is told as what it is
    connected_within_s = min(CONNECTED_WITHIN_S, within_s / 2)
    try:
        async with (
            asyncio.timeout(within_s),
            session.request(
                method,
                url,
                headers={"Accept-Encoding": ", ".join(_PACKINGS)} | dict(headers or {}),
                params=query,
                data=form,
                json=json,
                ssl=tls,
                allow_redirects=False,
                auto_decompress=False,  # the library unpacks without an end
                timeout=aiohttp.ClientTimeout(total=None, connect=connected_within_s),
            ) as answer,
        ):
            return Answer(
                status=answer.status,
                body=_unpack(await _read_body(answer), answer.headers.get("Content-Encoding", ""), _host(url)),
                location=answer.headers.get("Location"),
                retry_after_s=_retry_after_s(answer.headers.get("Retry-After"), answer.headers.get("Date")),
                server_time_ms=_time_ms(answer.headers.get("Date")),
                headers={name.lower(): text for name, text in answer.headers.items()},
            )
    except aiohttp.ConnectionTimeoutError as error:
        raise NotSent(f"cannot reach {_host(url)}: no connection within {connected_within_s:.0f} s") from error
    except TimeoutError as error:
        raise AnswerLost(f"no answer from {_host(url)} within {within_s:.0f} s") from error
    except aiohttp.InvalidURL as error:
        raise ConfigError("bmw.auth_url or bmw.api_url is not an address", hint="It begins with https://") from error
    except aiohttp.ClientConnectorCertificateError as error:
        is_out_of_date = getattr(error.certificate_error, "verify_code", None) in OUT_OF_DATE
        raise (CertificateOutOfDate if is_out_of_date else NotTrusted)(
            f"{_host(url)} shows a certificate that is not trusted",
            hint="For the emulator set bmw.ca_file to its CA; otherwise check this machine's clock and network.",
        ) from error
    except aiohttp.ClientConnectorError as error:
        raise NotSent(f"cannot reach {_host(url)}: {_reason(error)}") from error
    except aiohttp.ClientError as error:
        raise AnswerLost(f"cannot reach {_host(url)}: {_reason(error)}") from error


async def _read_body(answer: aiohttp.ClientResponse) -> bytes:
    """Return the body as it came; AnswerLost when it is longer than anything that BMW sends."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > LARGEST_ANSWER_BYTES:
            raise _too_long(answer.url.host or "")
    return bytes(body)


def _unpack(body: bytes, packing: str, host: str) -> bytes:
    """Return a body unpacked; AnswerLost when it cannot be, or would be longer than anything that BMW sends."""
    packing = packing.strip().lower()
    if not body or packing in {"", "identity"}:
        return body
    if packing not in _PACKINGS:
        raise AnswerLost(f"{host} answers packed in a way that was not asked for")
    is_bare = packing == "deflate" and body[0] & 0x0F != zlib.DEFLATED  # some servers leave zlib's two bytes out
    unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS if is_bare else zlib.MAX_WBITS | _ANY_HEADER)
    try:
        plain = unpacker.decompress(body, LARGEST_ANSWER_BYTES + 1)
    except zlib.error as error:
        raise AnswerLost(f"the answer of {host} cannot be unpacked") from error
    if len(plain) > LARGEST_ANSWER_BYTES:
        raise _too_long(host)
    if not unpacker.eof:
        raise AnswerLost(f"the answer of {host} is cut off")
    return plain


def _too_long(host: str) -> AnswerLost:
    return AnswerLost(f"{host} answers with more than {LARGEST_ANSWER_BYTES >> 20} MiB, which is no answer of BMW's")


def _refuse_the_clear(session: Session, url: str) -> None:
    plain_hosts = session.connector.plain_hosts if isinstance(session.connector, _Connector) else frozenset[str]()
    try:
        is_refused = is_in_the_clear(url, plain_hosts=plain_hosts)
    except ValueError:  # no address at all: the request says so
        return
    if is_refused:
        raise ConfigError(
            f"nothing is sent to {_host(url)} unencrypted: its address begins with http://", hint=PLAIN_HINT
        )


def _reason(error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name is not known to the network (DNS)"
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error.strerror or "no connection"
    return "the connection broke"


def _host(url: str) -> str:
    return url.split("/")[2]


def _retry_after_s(text: str | None, date: str | None) -> float | None:
    """Return the wait that a header asks for, in seconds or as a time (RFC 9110, 10.2.3); None when it is neither."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return min(float(text), LONGEST_RETRY_AFTER_S)
    until_ms, now_ms = _time_ms(text), _time_ms(date)
    if until_ms is None or now_ms is None:
        return None
    return min(max((until_ms - now_ms) / 1000, 0.0), LONGEST_RETRY_AFTER_S)


async def fetch_server_time_ms(session: Session, url: str, *, tls: ssl.SSLContext) -> int | None:
    """Return the time that the server at `url` tells (milliseconds UTC), None when it tells none.

    Any answer will do; errors as `fetch`.
    """
    answer = await fetch(session, "HEAD", url, tls=tls)
    return answer.server_time_ms


def _time_ms(text: str | None) -> int | None:
    """Return the time of a header, UTC where it names no zone; None when it cannot be read or is none of this age."""
    if text is None:
        return None
    try:
        at = parsedate_to_datetime(text)
        at_ms = round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError, TypeError, OSError):
        return None
    return at_ms if EARLIEST_MS <= at_ms <= LATEST_MS else None
