"""The answers of BMW's sign-in, read leniently: what a field means counts, not how it is written.

BMW's swagger says number, text and list for the same fields in different places, and servers of OAuth at large leave
fields out. A refusal to read a good answer would cost a sign-in: the refresh token that was used for it is spent.
"""

import base64
import binascii
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from bimmerhub.json_faults import NOT_JSON

DEFAULT_LIFE_S = 3_600
LONGEST_LIFE_S = 14 * 86_400
"""No token of BMW's lives longer than its refresh token."""
DEVICE_CODE_LIFE_S = 300
LONGEST_INTERVAL_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCodeAnswer:
    """The answer of the device-code endpoint. BMW leaves out some fields at times."""

    user_code: str = field(repr=False)
    device_code: str = field(repr=False)
    verification_uri: str
    verification_uri_complete: str | None = None
    expires_in: int = DEVICE_CODE_LIFE_S
    interval: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAnswer:
    """The answer of the token endpoint, for both grants.

    `expires_in` (seconds) is None when it is not told, or no lifetime; `refresh_token` is None when the one before
    stays good (RFC 6749, section 6; seen by openWB).
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_in: int | None = None
    scope: str = ""
    id_token: str | None = field(default=None, repr=False)
    gcid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdClaims:
    """What clients read of an id token; the signature is BMW's business. `life_s`: from its issue to its expiry."""

    life_s: int | None = None
    gcid: str | None = None
    sub: str | None = None


def read_device_code(body: bytes) -> DeviceCodeAnswer:
    """Return a device code; msgspec.DecodeError when the body has none."""
    fields = _fields(body)
    return DeviceCodeAnswer(
        user_code=_needed(fields, "user_code"),
        device_code=_needed(fields, "device_code"),
        verification_uri=_needed(fields, "verification_uri"),
        verification_uri_complete=_text(fields.get("verification_uri_complete")),
        expires_in=_seconds(fields.get("expires_in")) or DEVICE_CODE_LIFE_S,
        interval=_interval(fields.get("interval")),
    )


def read_tokens(body: bytes) -> TokenAnswer:
    """Return tokens; msgspec.DecodeError when the body has none."""
    return read_token_fields(_fields(body))


def read_token_fields(fields: Mapping[str, object]) -> TokenAnswer:
    """Return the tokens of an answer's fields, however they came; msgspec.DecodeError when there are none."""
    scope = fields.get("scope")
    scopes = scope if isinstance(scope, list) else [scope]
    token = _needed(fields, "access_token")
    if not (token.isascii() and token.isprintable()):
        raise msgspec.ValidationError("access_token is nothing that a header can hold")
    return TokenAnswer(
        access_token=token,
        refresh_token=_text(fields.get("refresh_token")),
        expires_in=_seconds(fields.get("expires_in")),
        scope=" ".join(scope for scope in scopes if isinstance(scope, str)),
        id_token=_text(fields.get("id_token")),
        gcid=_id(fields.get("gcid")),
    )


def read_id_token(token: str) -> IdClaims:
    """Return the claims of an id token; empty ones when it cannot be read."""
    try:
        payload = token.split(".")[1]
        claims = _fields(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, binascii.Error, ValueError, *NOT_JSON):
        return IdClaims()
    expires_s, issued_s = _number(claims.get("exp")), _number(claims.get("iat"))
    return IdClaims(
        life_s=None if expires_s is None or issued_s is None else _seconds(expires_s - issued_s),
        gcid=_id(claims.get("gcid")),
        sub=_id(claims.get("sub")),
    )


def _fields(body: bytes) -> dict[str, object]:
    return msgspec.json.decode(body, type=dict[str, object])


def _needed(fields: Mapping[str, object], name: str) -> str:
    if (text := _text(fields.get(name))) is None:
        raise msgspec.ValidationError(f"there is no {name}")
    return text


def _text(value: object) -> str | None:
    """Return a text, or a whole number as one; None for anything else and for an empty text."""
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _id(value: object) -> str | None:
    """Return an id of the account as a text; None for what no header can hold, for some requests name it there."""
    text = _text(value)
    return text if text is not None and text.isascii() and text.isprintable() else None


def _number(value: object) -> float | None:
    """Return a finite number, also one that is written as text."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _seconds(value: object) -> int | None:
    """Return a lifetime of at least a second and at most LONGEST_LIFE_S; None when it is none."""
    number = _number(value)
    return None if number is None or number < 1 else int(min(number, LONGEST_LIFE_S))


def _interval(value: object) -> int | None:
    number = _number(value)
    return None if number is None or number < 0 else math.ceil(min(number, LONGEST_INTERVAL_S))
