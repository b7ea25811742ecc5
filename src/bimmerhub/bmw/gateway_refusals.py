"""What the gateway in front of the MyBMW app's interface refuses, whatever service stands behind it.

Quota and rate come as `{"statusCode": 403, "message": "..."}`, a block as the plain text `Blocked`.
Sources: answers that clients met, 2021-2025; the text of a wrong key is the gateway product's own (inferred).
"""

import re
from codecs import BOM_UTF8
from typing import Final

import msgspec

from bimmerhub.bmw.http import Answer
from bimmerhub.bmw.refusal_words import shown
from bimmerhub.errors import BimmerhubError, BmwRefused, RateLimited
from bimmerhub.json_faults import NOT_JSON

BLOCKED: Final = "blocked"
"""Our own `code` in BmwRefused: BMW answers `Blocked`, as it does since 2025-09-26 to all but its own app."""
WRONG_KEY: Final = "subscription_key"
"""Our own `code` in BmwRefused: the gateway does not know the subscription key."""
QUOTA_WAIT_S: Final = 3_600.0
"""So long when BMW does not say when the quota is there again."""
RATE_WAIT_S: Final = 60.0
_LONGEST_WAIT_S: Final = 7 * 86_400.0
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_TOO_MANY: Final = 429
_CLOCK: Final = re.compile(r"(?:(\d{1,3})\.)?(\d{1,3}):([0-5]?\d):([0-5]?\d)", re.ASCII)
_SECONDS: Final = re.compile(r"(\d{1,6})\s*second", re.ASCII | re.IGNORECASE)
_LARGEST_TEXT: Final = 4_096


def gateway_refusal(
    answer: Answer, *, operation: str, status: int | None = None, rate_wait_s: float = RATE_WAIT_S
) -> BimmerhubError | None:
    """Return the error for a refusal of the gateway, None when it is none.

    `status` is what the body says instead of the answer; `rate_wait_s` counts when BMW names no wait.
    RateLimited for quota and rate, with the wait that BMW names; BmwRefused with BLOCKED or WRONG_KEY.
    """
    status = answer.status if status is None else status
    text = message_of(answer.body)
    words = text.lower()
    if status in (_FORBIDDEN, _TOO_MANY) and "quota" in words:
        return RateLimited(
            f"{operation}: BMW's quota for this app is spent ({shown(text)})",
            retry_after_s=_clock_s(text) or answer.retry_after_s or QUOTA_WAIT_S,
            hint="BMW counts by build and version of the app (x-user-agent): ask less often, or set a build of your "
            "own. The sign-in stays good.",
        )
    if status == _TOO_MANY:
        return RateLimited(
            f"{operation}: BMW was asked too often",
            retry_after_s=answer.retry_after_s or _seconds(text) or rate_wait_s,
        )
    if status == _FORBIDDEN and words.strip(' "\r\n.') == "blocked":
        return BmwRefused(
            f"{operation}: BMW blocks this program",
            code=BLOCKED,
            status=status,
            hint="Since 2025-09-26 BMW answers its own app only. In the EU use CarData; the emulator still answers.",
        )
    if status in (_UNAUTHORIZED, _FORBIDDEN) and "subscription key" in words:
        return BmwRefused(
            f"{operation}: BMW does not know the subscription key",
            code=WRONG_KEY,
            status=status,
            hint="Set the key of your account's region (ocp-apim-subscription-key).",
        )
    return None


def is_about_key(answer: Answer) -> bool:
    """Tell whether a refusal is about the subscription key, and not about the token."""
    return "subscription key" in message_of(answer.body).lower()


def message_of(body: bytes) -> str:
    """Return what an answer says in words: its `message`, `error_description` or `description`, else its text."""
    body = body.removeprefix(BOM_UTF8)
    text = body[:_LARGEST_TEXT].decode(errors="replace")
    if not text.lstrip().startswith("{"):
        return text
    try:
        document = msgspec.json.decode(body, type=dict[str, object])
    except NOT_JSON:
        return text
    names = ("message", "error_description", "description", "detail", "title")
    texts = (value for name in names if isinstance(value := document.get(name), str) and value.strip())
    return next(texts, "")


def _clock_s(text: str) -> float | None:
    """Return the seconds of a wait that is written HH:MM:SS, or D.HH:MM:SS; None without one, or for none."""
    match = _CLOCK.search(text)
    if match is None:
        return None
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return min(((days * 24 + hours) * 60 + minutes) * 60.0 + seconds, _LONGEST_WAIT_S) or None


def _seconds(text: str) -> float | None:
    match = _SECONDS.search(text)
    return None if match is None else min(float(match[1]), _LONGEST_WAIT_S) or None
