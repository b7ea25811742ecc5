"""HTTP to BMW: the only module that knows the HTTP library. Requests in, an `Answer` or `BmwUnavailable` out."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bimmerhub.errors import BmwUnavailable, ConfigError

ANSWER_WITHIN_S = 30.0
LARGEST_ANSWER_BYTES = 32 << 20

Session = aiohttp.ClientSession


class NotTrusted(BmwUnavailable):
    """The other side shows a certificate that is not trusted: the next try would end the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    body: bytes
    retry_after_s: float | None = None


@asynccontextmanager
async def open_session() -> AsyncIterator[Session]:
    """Open an HTTP session for as long as the block; any aiohttp session from outside serves as well."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
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
) -> Answer:
    """Send one request and return the whole answer; BmwUnavailable when none comes within ANSWER_WITHIN_S.

    ConfigError when `url` is no address.
    """
    try:
        async with (
            asyncio.timeout(ANSWER_WITHIN_S),
            session.request(
                method, url, headers=headers, params=query, data=form, json=json, ssl=tls, allow_redirects=False
            ) as answer,
        ):
            body = await answer.content.read(LARGEST_ANSWER_BYTES)
            while not answer.content.at_eof() and len(body) < LARGEST_ANSWER_BYTES:
                body += await answer.content.read(LARGEST_ANSWER_BYTES - len(body))
            return Answer(status=answer.status, body=body, retry_after_s=_seconds(answer.headers.get("Retry-After")))
    except TimeoutError as error:
        raise BmwUnavailable(f"no answer from {_host(url)} within {ANSWER_WITHIN_S:.0f} s") from error
    except aiohttp.InvalidURL as error:
        raise ConfigError("bmw.auth_url or bmw.api_url is not an address", hint="It begins with https://") from error
    except aiohttp.ClientConnectorCertificateError as error:
        raise NotTrusted(
            f"{_host(url)} shows a certificate that is not trusted",
            hint="For the emulator set bmw.ca_file to its CA; otherwise check this machine's clock and network.",
        ) from error
    except aiohttp.ClientError as error:
        raise BmwUnavailable(f"cannot reach {_host(url)}: {_reason(error)}") from error


def _reason(error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name is not known to the network (DNS)"
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error.strerror or "no connection"
    return "the connection broke"


def _host(url: str) -> str:
    return url.split("/")[2]


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdecimal() else None
