"""Requests that schemathesis makes from a description, and what its checks find in the answers."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

HUB: Final = "openapi/hub"
QUICK: Final = ("examples", "fuzzing")
LONG: Final = ("examples", "coverage", "fuzzing", "stateful")
ENDLESS: Final = "GET /api/v1/events"
"""An answer that goes on: what came within LISTENS_S is checked."""
LISTENS_S: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """A check that does not hold, or with None requests that are not sent.

    `of` is a pattern of descriptions' names, and `operations` one of their methods and paths; None is all of them.
    """

    check: str | None
    of: str = r"openapi/(?!hub).*"
    operations: str | None = None
    reason: str


EXCLUSIONS: Final = (
    Exclusion(
        check="unsupported_method",
        of="openapi/(connecteddrive|mybmw)",
        operations=r"(GET .*/\{vin\}/history|POST .*/charging-sessions/generate-report)$",
        reason="the path is also one of another operation's, whose last part is any word",
    ),
    Exclusion(
        check="allow_header_conformance",
        of="openapi/(connecteddrive|mybmw)",
        operations=r"(GET .*/\{vin\}/history|POST .*/charging-sessions/generate-report)$",
        reason="the same",
    ),
    Exclusion(
        check="positive_data_acceptance",
        of="openapi/cardata",
        operations=r"(POST .*/containers|GET .*/(chargingHistory|locationBasedChargingSettings))$",
        reason="a descriptor may be unknown, a window too long, a page token no answer's: 400 is BMW's answer to each",
    ),
    Exclusion(
        check="positive_data_acceptance",
        of="openapi/(cardata-device-flow|connecteddrive|inventory)",
        operations=r"POST .*(/gcdm/oauth/|/token/cpo/)",
        reason="a sign-in that names a code or a client that was not given out is refused with 400",
    ),
    Exclusion(
        check="positive_data_acceptance",
        of="openapi/mybmw",
        reason="dates, limits, page tokens and captchas are texts and numbers, and which ones BMW takes is not known",
    ),
    Exclusion(
        check="positive_data_acceptance",
        of="openapi/(iremote|mygarage)",
        operations=r"(POST .*/(executeService|rsapi/v1/\{vin\}/\{code\})|GET /bin/mybmw/cd)$",
        reason="not all words are known that a service takes: one that the emulator does not know is refused with 400",
    ),
    Exclusion(
        check="negative_data_rejection",
        of="openapi/cardata(-device-flow)?",
        operations=r"POST .*(/customers/containers|/gcdm/oauth/device/code)$",
        reason="members that are not described are left out in silence, as OAuth wants (RFC 6749, 3.1) and JSON allows",
    ),
    Exclusion(
        check="negative_data_rejection",
        of="openapi/(iremote|connecteddrive|mybmw|mygarage|inventory)",
        reason="BMW was seen to leave out what it does not know, and is asked with strict values by our programs only",
    ),
    Exclusion(
        check="not_a_server_error",
        of="openapi/iremote",
        operations=r".*/(executeService|sendpoi|image)$",
        reason="SmartPhoneUtil refuses with status 500 and a code (clients of 2015-2021)",
    ),
    Exclusion(
        check="not_a_server_error",
        of="openapi/mybmw",
        operations=r"POST .*/charging-profile$",
        reason="BMW answers 500 to a profile that lacks a key (clients 2023-2025)",
    ),
    Exclusion(
        check="not_a_server_error",
        of="openapi/mygarage",
        operations=r"GET /bin/mybmw/getRecalls$",
        reason="the site answers 500 with its own page to what is no target (a public collection of 2023)",
    ),
    Exclusion(
        check="ignored_auth",
        of="openapi/mygarage",
        operations=r".*/bin/(api/forward|mybmw/cd)",
        reason="BMW says who is not let in with status 200, inside the envelope",
    ),
    Exclusion(
        check="missing_required_header",
        of="openapi/mygarage",
        operations=r".*/bin/(api/forward|mybmw/cd)",
        reason="the same",
    ),
    Exclusion(
        check="missing_required_header",
        of="openapi/mybmw",
        reason="the app's own headers are looked at before Authorization: what is no x-user-agent is refused with 400",
    ),
    Exclusion(
        check="missing_required_header",
        of="openapi/inventory",
        operations=r"POST /token/cpo/",
        reason="a sign-in that lacks something is refused with 400",
    ),
    Exclusion(
        check=None,
        of="openapi/(iremote|mybmw)",
        operations=r"POST /gcdm/oauth/token",
        reason="CarData's sign-in has the same path, and refuses in its own form what is neither's",
    ),
    Exclusion(
        check="positive_data_acceptance",
        of=HUB,
        operations=r"GET .*/(audit|quarantine|abilities|bmw-charges|bmw-trips|charging-history|commands"
        r"|charging-sessions|document-changes|fetch|parking|positions|readings|trips)$",
        reason="a time, an account or a page token is a text, and 422 says that this one is none",
    ),
    Exclusion(
        check="positive_data_acceptance",
        of=HUB,
        operations=r"POST .*/(commands|erase|fetch|hints|readings/(reject|restore)|call|garage/offers"
        r"|catalogue/check)$",
        reason="members that exclude or need each other, a VIN to confirm with, a document: 422 says what is wrong",
    ),
    Exclusion(
        check="negative_data_rejection",
        of=HUB,
        operations=r"POST /api/v1/imports",
        reason="a line that is no message is stored as refused, and the answer counts it",
    ),
    Exclusion(
        check="unsupported_method",
        of=HUB,
        operations=r"GET /api/v1/health$",
        reason="nobody has to sign in to ask for it, but for any other method: 401 comes before 405",
    ),
    Exclusion(
        check="allow_header_conformance",
        of=HUB,
        operations=r".*/containers/(collection|query)",
        reason="the path is also one of /containers/{container_id}, which can be deleted",
    ),
)


TOO_LONG = {414, 431}
"""Statuses of a request line or head that is too long for any request (docs/reference/limits.md)."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How many requests were sent, and what was found, each kind once for an operation, with the way to repeat it."""

    requests: int
    problems: list[str]


@schemathesis.serializer("application/x-ndjson")
def _lines(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else str(value).encode()


def run(
    name: str,
    document: Mapping[str, Any],
    *,
    base_url: str,
    headers: Mapping[str, str],
    parameters: Mapping[str, str],
    examples: int | None,
) -> Outcome:
    """Send requests to all operations of a description, the same ones each time, with these headers.

    `parameters` are used where an operation takes one of that name. `examples` are the requests that are made up for an
    operation, in all phases; None makes one, in the quick phases.
    """
    config = _config(name, base_url=base_url, headers=headers, parameters=parameters, examples=examples)
    schema = schemathesis.openapi.from_dict(_at_one_server(document), config=config)
    requests, problems = 0, dict[tuple[str, str], str]()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished | events.FuzzScenarioFinished):
            requests += len(event.recorder.interactions)
            for key, problem in _problems_in(event.recorder):
                problems.setdefault(key, problem)
        elif isinstance(event, events.NonFatalError):
            problems[event.label, ""] = f"{event.label}: {event.value}"
        elif isinstance(event, events.FatalError):
            raise event.exception
    return Outcome(requests=requests, problems=list(problems.values()))


def _problems_in(recorder: ScenarioRecorder) -> list[tuple[tuple[str, str], str]]:
    return [
        (
            (recorder.label, check.name),
            f"{recorder.label}: {check.name}: {info.failure.title}: {info.failure.message}\n{info.code_sample}",
        )
        for case, checks in recorder.checks.items()
        for check in checks
        if (info := check.failure_info) is not None and not _is_too_long(recorder, case)
    ]


def _is_too_long(recorder: ScenarioRecorder, case: str) -> bool:
    interaction = recorder.interactions.get(case)
    response = None if interaction is None else interaction.response
    return response is not None and response.status_code in TOO_LONG


def _at_one_server(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description with every path as an emulator has it: with that of its server before it."""
    paths = {}
    for path, item in document["paths"].items():
        servers = next((row["servers"] for row in item.values() if "servers" in row), document.get("servers"))
        paths[(urlsplit(servers[0]["url"]).path.rstrip("/") if servers else "") + path] = item
    return {**document, "paths": paths, "servers": []}


def _config(
    name: str, *, base_url: str, headers: Mapping[str, str], parameters: Mapping[str, str], examples: int | None
) -> SchemathesisConfig:
    rows = [row for row in EXCLUSIONS if re.fullmatch(row.of, name)]
    off: dict[str | None, dict[str, Any]] = defaultdict(dict)
    for row in rows:
        if row.check is not None:
            off[row.operations][row.check] = {"enabled": False}
    unsent = [{"include-name-regex": row.operations, "enabled": False} for row in rows if row.check is None]
    phases = QUICK if examples is None else LONG
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "base-url": base_url,
            "headers": dict(headers),
            "parameters": dict(parameters),
            "continue-on-failure": True,
            "checks": off.pop(None, {}),
            "operations": [
                *unsent,
                {"include-name": ENDLESS, "request-timeout": LISTENS_S},
                *({"include-name-regex": pattern, "checks": checks} for pattern, checks in off.items()),
            ],
            "generation": {"deterministic": True, "max-examples": examples or 1, "no-shrink": True, "database": "none"},
            "phases": {phase: {"enabled": phase in phases} for phase in LONG},
        }
    )
