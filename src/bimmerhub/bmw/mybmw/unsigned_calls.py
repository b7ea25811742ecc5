"""Operations that need no token, sent once: OAuth Config, and the sign-in of China."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from bimmerhub.bmw.http import Answer, Session, fetch
from bimmerhub.bmw.mybmw.endpoints import Endpoints, Region
from bimmerhub.bmw.mybmw.headers import app_headers
from bimmerhub.bmw.mybmw.operations import OPERATIONS
from bimmerhub.bmw.operations.operation_requests import to_request
from bimmerhub.errors import ConfigError

_KEY_HINT: Final = (
    "It is your setting, and BMW's is not shipped: see ocp-apim-subscription-key in the settings of your old program. "
    "For the emulator any will do."
)


async def call_unsigned(session: Session, endpoints: Endpoints, name: str, values: Mapping[str, object]) -> Answer:
    """Return the answer to an operation, whatever its status. ConfigError when a setting is missing."""
    request = to_request(OPERATIONS[name], values, server_url=endpoints.api_url, fillings={})
    return await fetch(
        session,
        request.method,
        request.url,
        tls=endpoints.ssl_context(),
        headers={**app_headers(endpoints, None), **request.headers},
        query=request.query,
        form=request.form,
        json=request.json,
    )


def fillings(endpoints: Endpoints, *, now_ms: int, gcid: str) -> dict[str, str]:
    """Return what the words in braces of the operations' defaults stand for (`operations`)."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    return {
        "now": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "today": now.date().isoformat(),
        "now_ms": str(now_ms),
        "month": f"{now:%Y-%m}",
        "month_start": f"{now:%Y-%m}-01T00:00:00.000Z",
        "gcid": gcid,
        "subscription_key": endpoints.app.subscription_key or "",
    }


def subscription_key(endpoints: Endpoints) -> str:
    """Return the key of the region's gateway; ConfigError when it is not set."""
    key = endpoints.app.subscription_key
    if key is None and endpoints.region is not Region.CHINA:
        raise ConfigError("the MyBMW app's interface needs the subscription key of its gateway", hint=_KEY_HINT)
    return key or ""
