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
    Exclusion(check="unsupported_method", reason="nobody has seen what BMW answers to methods that it does not have"),
    Exclusion(check="allow_header_conformance", reason="the same"),
    Exclusion(
        check="positive_data_acceptance",
        reason="what a value names may not be there: a car, a container, a page; 400 is BMW's described answer to it",
    ),
    Exclusion(
        check="negative_data_rejection",
        reason="BMW was seen to leave out what it does not know, and is asked with strict values by our programs only",
    ),
    Exclusion(
        check="not_a_server_error",
        reason="BMW refuses with 500 too, as described; the emulator's own failing is text, which is not described",
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
        reason="rules of times, page tokens, commands and of parameters that exclude another: 422 says which",
    ),
    Exclusion(
        check="negative_data_rejection",
        of=HUB,
        operations=r"POST /api/v1/imports",
        reason="a line that is no message is stored as refused, and the answer counts it",
    ),
    Exclusion(
        check="negative_data_rejection",
        of=HUB,
        operations=r"POST .*/(picture|fetch|password-sign-in.*)",
        reason="0 and 1 are taken for false and true",
    ),
    Exclusion(
        check="unsupported_method",
        of=HUB,
        reason="who may only read or send commands is refused with 403, whatever the path takes",
    ),
    Exclusion(
        check="allow_header_conformance",
        of=HUB,
        operations=r".*/containers/(collection|query)",
        reason="the path is also one of /containers/{container_id}, which can be deleted",
    ),
)


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
        for checks in recorder.checks.values()
        for check in checks
        if (info := check.failure_info) is not None
    ]


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
