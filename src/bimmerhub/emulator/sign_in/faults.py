"""How BMW's sign-in can be told to misbehave; the code that asks for a fault is in this folder."""

from bimmerhub.emulator.faults.fault import AMOUNT, Area, Fault, FaultValues

ERAS = (2018, 2019, 2021, 2022, 2023, 2024, 2025)
"""The years that `era` knows."""


def _sign_in(name: str, summary: str, seen: str, value: float | None = None, *, values: FaultValues = AMOUNT) -> Fault:
    return Fault(name=name, area=Area.SIGN_IN, summary=summary, seen=seen, value=value, values=values)


SIGN_IN_FAULTS = (
    _sign_in("device-code-refused", "device codes are refused by 400, naming no reason", "users 2025-2026"),
    _sign_in(
        "unsubscribed-scope-refused",
        "asking for the scope of a service that is not subscribed is refused by 400, not left out",
        "users 2025-2026",
    ),
    _sign_in("no-complete-link", "the answer lacks verification_uri_complete", "users 2025-2026"),
    _sign_in("no-interval", "the answer lacks interval", "BMW swagger: optional"),
    _sign_in(
        "burnt-code",
        "the poll after the approval gets a 500 fault, the next one access_denied",
        "users 2025-2026",
    ),
    _sign_in(
        "denied-though-approved", "polls after the approval get access_denied while this is on", "users 2025-2026"
    ),
    _sign_in("grant-race", "the poll after the approval gets invalid_grant; the code is used up", "clients 2025-2026"),
    _sign_in("sign-in-500", "the sign-in answers 500 without a body", "BMW swagger"),
    _sign_in("sign-in-not-json", "the gateway before the sign-in answers 502 in HTML", "inferred"),
    _sign_in("account-pending", "tokens are refused by 401 invalid_client", "BMW swagger"),
    _sign_in("api-scope-withheld", "tokens lack the scope for REST", "users 2026"),
    _sign_in("stream-scope-withheld", "tokens lack the scope for the stream", "users 2025-2026"),
    _sign_in(
        "token-answer-late",
        "tokens are renewed at once, but the answer with the new ones takes so many seconds more",
        "inferred",
        90.0,
    ),
    _sign_in("token-answer-lost", "tokens are renewed, but the gateway answers 502 in HTML in their place", "inferred"),
    _sign_in("expires-in-text", "expires_in of tokens is a text", "inferred"),
    _sign_in("expires-in-float", "expires_in of tokens has a fraction", "inferred"),
    _sign_in(
        "expires-in-is",
        "expires_in of tokens is this number, whatever it should be",
        "inferred",
        0.0,
        values=FaultValues(least=-1_000_000.0),
    ),
    _sign_in("scope-null", "scope of tokens is null", "inferred"),
    _sign_in("scope-list", "scope of tokens is a list", "inferred"),
    _sign_in("gcid-null", "gcid of tokens is null", "inferred"),
    _sign_in("another-gcid", "gcid of tokens is another account's, in the answer only", "inferred"),
    _sign_in("numeric-tokens", "access and refresh token are numbers", "inferred"),
    _sign_in(
        "refresh-reuse-forgiven",
        "a refresh token that is used again within so many seconds gives tokens again",
        "inferred: a program with three cars refreshes three times at once",
        2.0,
    ),
    _sign_in("refresh-token-left-out", "an answer to a renewal lacks refresh_token: the old one stays good", "openWB"),
    _sign_in("clients-disabled", "passwords are refused by 400 client disabled", "users since 2021-08-05"),
    _sign_in("unknown-clients-refused", "only the emulator's own client signs in by password", "users 2018-2021"),
    _sign_in("wrong-region", "accounts are unknown here, as at another region's host", "users 2018-2021"),
    _sign_in("captcha-wanted", "the app's sign-in wants a captcha that nobody used before", "users since 2024-10"),
    _sign_in(
        "sign-in-too-often",
        "the sign-in by password answers 429, and says to wait so many seconds",
        "users 2022-2025",
        3.0,
    ),
    _sign_in(
        "era",
        "older families answer as in a year: 2018, 2019, 2021, 2022, 2023, 2024 (the app's sign-in wants a captcha) or "
        "2025 (the app's API is blocked); without it they answer whatever is asked",
        "programs 2018-2025",
        2021.0,
        values=FaultValues(choices=ERAS),
    ),
    _sign_in(
        "dead-refresh-as-grant",
        "a dead refresh token is refused by invalid_grant instead of invalid_request",
        "clients 2025-2026",
    ),
)
