"""The scripts of a collection, in JavaScript for each program: what is made fresh, skipped, checked and carried on.

All programs run the same lines; only their first ones (`Dialect`) differ.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tools.http_collections.description import Take
from tools.http_collections.families import Server
from tools.http_collections.requests import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a program's scripts read and set variables, skip a request, and read and check an answer.

    `skip` is empty where a script cannot skip its own request, but only a later one: see `skipped_later`.
    """

    variables: str
    skip: str
    answer: str


POSTMAN: Final = Dialect(
    variables="""\
const get = (name) => pm.variables.get(name) || "";
const set = (name, value) => (pm.environment.has(name) ? pm.environment : pm.collectionVariables).set(name, value);""",
    skip="pm.execution.skipRequest()",
    answer="""\
const status = pm.response.code;
const header = (name) => pm.response.headers.get(name) || "";
const json = () => pm.response.json();
const check = (name, holds) => pm.test(name, () => pm.expect(holds()).to.equal(true));""",
)
BRUNO: Final = Dialect(
    variables="""\
const get = (name) => bru.getVar(name) || bru.getEnvVar(name) || "";
const set = (name, value) => bru.setVar(name, value);""",
    skip="bru.runner.skipRequest()",
    answer="""\
const status = res.getStatus();
const header = (name) => String(res.getHeader(name) || "");
const json = () => res.getBody();
const check = (name, holds) => test(name, () => expect(holds()).to.equal(true));""",
)
THUNDER: Final = Dialect(
    variables="""\
const get = (name) => tc.getVar(name) || "";
const set = (name, value) => tc.setVar(name, value);""",
    skip="",
    answer="""\
const status = tc.response.status;
const header = (name) => String(tc.response.getHeader(name) || "");
const json = () => tc.response.json;
const check = (name, holds) => tc.test(name, holds);""",
)

_IDS: Final = """\
const hashing = require("crypto-js");
const newId = () => {
  const hex = hashing.lib.WordArray.random(16).toString();
  return [hex.slice(0, 8), hex.slice(8, 12), "4" + hex.slice(13, 16), "8" + hex.slice(17, 20), hex.slice(20)].join("-");
};"""
_EVERY_REQUEST: Final = """\
const now = new Date().toISOString();
set("now", now);
set("nowMs", String(Date.parse(now)));
set("today", now.slice(0, 10));
set("deviceTime", now.slice(0, 19));
set("month", now.slice(0, 7));
set("monthStart", now.slice(0, 7) + "-01T00:00:00Z");
set("historyStart", new Date(Date.parse(now) - 44 * 86400000).toISOString());
set("correlationId", newId());
set("loginNonce", newId());
if (!get("sessionId")) set("sessionId", newId());
const asBase64 = (text) => hashing.enc.Base64.stringify(hashing.enc.Utf8.parse(text));
set("groupId", asBase64(get("gcid")));
set("brandWord", get("brand").toUpperCase());
set("storefrontBasic", "Basic " + asBase64(get("storefrontUsername") + ":" + get("storefrontPassword")));"""
_NEW_SIGN_IN: Final = """\
const urlSafe = (bytes) =>
  hashing.enc.Base64.stringify(bytes).replace(/[+]/g, "-").replace(/[/]/g, "_").replace(/=+$/, "");
const newSecret = (length) => urlSafe(hashing.lib.WordArray.random(length));
const verifier = newSecret(64);
set("codeVerifier", verifier);
set("codeChallenge", urlSafe(hashing.SHA256(verifier)));
set("state", newSecret(16));
set("nonce", newSecret(16));
set("interactionId", newId());
set("sessionId", newId());"""
_AT: Final = """\
const member = (part, key) => (part == null ? part : key === "*" ? Object.values(part)[0] : part[key]);
const at = (path) => path.split(".").reduce(member, json());"""
_PARAMETER: Final = """\
const parameter = (address, name) => {
  const pair = address.split(/[?#&]/).find((part) => part.startsWith(name + "="));
  return pair && decodeURIComponent(pair.slice(name.length + 1));
};"""
_TAKE: Final = """\
const take = (name, value) => {
  if (value !== undefined && value !== null) set(name, String(value));
};"""


def before_every_request(dialect: Dialect, servers: Sequence[Server]) -> str:
    """Return the collection's own script: addresses by region and brand, times, ids."""
    return "\n".join((dialect.variables, _IDS, _EVERY_REQUEST, *(_address(server) for server in servers)))


def before(dialect: Dialect, call: Call, all_regions: Sequence[str]) -> str:
    """Return a request's script before it is sent; empty when it needs none."""
    lines: list[str] = []
    if dialect.skip:
        needs = [f'!get("{name}")' for name in call.wants.needs]
        lines += [f"if ({reason}) {dialect.skip};" for reason in (*_reasons(call, all_regions), *needs)]
    if call.wants.is_new_sign_in:
        lines += [_IDS, _NEW_SIGN_IN]
    return "\n".join((dialect.variables, *lines)) if lines else ""


def skipped_later(calls: Mapping[str, Call], all_regions: Sequence[str]) -> str:
    """Return the script that has Thunder Client skip requests, by their ids, before it comes to them."""
    lines = (
        f'if ({" || ".join(reasons)}) tc.skipRequest("{name}");'
        for name, call in calls.items()
        if (reasons := list(_reasons(call, all_regions)))
    )
    return "\n".join(lines)


def _reasons(call: Call, all_regions: Sequence[str]) -> Iterator[str]:
    """Yield the conditions under which a request is skipped, but for what it needs of other answers."""
    if set(call.regions) != set(all_regions):
        yield f'!{json.dumps(call.regions)}.includes(get("region"))'
    if call.is_command:
        yield 'get("allowChanges") !== "yes"'


def after(dialect: Dialect, call: Call) -> str:
    """Return a request's script for its answer: the checks, then what is carried on."""
    wants = call.wants
    lines = [dialect.answer]
    if wants.needs and not dialect.skip:
        lines += [dialect.variables, *(f'if (!get("{name}")) return;' for name in wants.needs)]
    if wants.members or any(take.json is not None for take in wants.takes):
        lines.append(_AT)
    lines += _checks(call)
    if wants.takes:
        lines += [_TAKE] if dialect.variables in lines else [dialect.variables, _TAKE]
        if any(take.parameter for take in wants.takes):
            lines.append(_PARAMETER)
        lines += [_take(take) for take in wants.takes]
    return "\n".join(lines)


def _checks(call: Call) -> Iterator[str]:
    wants = call.wants
    if wants.status:
        yield f'check("status is {wants.status}", () => status === {wants.status});'
    else:
        yield 'check("there is an answer", () => status > 0);'
    if wants.content != "any":
        yield f'check("it is {wants.content}", () => header("content-type").includes("{wants.content}"));'
    for path in wants.members:
        yield f'check("it has {path}", () => at("{path}") != null);'
    if wants.location is not None:
        yield f'check("location has {wants.location}", () => header("location").includes("{wants.location}"));'


def _take(take: Take) -> str:
    if take.value is not None:
        value = json.dumps(take.value)
    elif take.header is not None:
        value = f'header("{take.header}")'
    else:
        value = f'at("{take.json}")'
    if take.parameter is not None:
        value = f'parameter({value} || "", "{take.parameter}")'
    if take.joined is not None:
        value = f"({value} || []).join({json.dumps(take.joined)})"
    if take.without_end is not None:
        value = f'String({value}).split("{take.without_end}")[0]'
    condition = f'if (!get("{take.variable}")) ' if take.if_empty else ""
    return f'{condition}take("{take.variable}", {value});'


def _address(server: Server) -> str:
    first = f'get("{server.variable}_{next(iter(server.hosts))}")'
    chosen = f'get("{server.variable}_" + get("{server.by}")) || {first}' if server.by else first
    return f'set("{server.variable}", get("serverUrl") || {chosen});'
