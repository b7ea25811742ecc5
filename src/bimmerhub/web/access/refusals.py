"""Why a caller may not do something: the refusals of the gate, each with what helps."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from bimmerhub.views.problems import problem
from bimmerhub.web.access.requesters import RequesterKind
from bimmerhub.web.answers import json_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer instead of the one that was asked for."""

    status: HTTPStatus
    kind: str
    message: str
    hint: str

    def response(self) -> Response:
        """Return it as an answer."""
        headers = {"www-authenticate": "Bearer"} if self.status is HTTPStatus.UNAUTHORIZED else None
        return json_answer(problem(self.kind, self.message, hint=self.hint), status=self.status, headers=headers)


UNKNOWN: Final = Refusal(
    status=HTTPStatus.UNAUTHORIZED,
    kind="sign_in_to_hub",
    message="This hub is protected.",
    hint="Send 'Authorization: Bearer TOKEN' (bimmerhub tokens create NAME), or log in at /login.",
)
UNPROTECTED: Final = Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="not_protected",
    message="This hub has neither a password nor a token, so it answers over loopback only.",
    hint="Set one first: bimmerhub password set. Or open the page by a link: bimmerhub open, on the hub's machine.",
)
BY_PROXY: Final = Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="untrusted_proxy",
    message="This request came through a proxy, so nobody knows whether it comes from this machine.",
    hint="Set a password (bimmerhub password set), or trust the proxy: [hub] trusted_proxies. "
    "See docs/how-to/reverse-proxy.md.",
)
KEY_NEEDED: Final = Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="key_needed",
    message="Without a password everybody on this machine may read, but nobody may change anything just so.",
    hint="Open the page by the link of: bimmerhub open. For a program: bimmerhub tokens create NAME --scope write.",
)
KEY_NEEDED_FOR_COMMAND: Final = replace(
    KEY_NEEDED,
    message="Without a password everybody on this machine may read, but nobody may send commands to cars just so.",
    hint="Open the page by the link of: bimmerhub open. For a program: bimmerhub tokens create NAME --scope command.",
)
CONSOLE_ONLY: Final = Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="command_line_only",
    message="Who may come in is changed on the hub's machine only, so that no token can widen what it may do.",
    hint="On the hub's machine: bimmerhub password, bimmerhub tokens, bimmerhub open.",
)
WRONG_KEY: Final = Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="wrong_key",
    message="This link was used already, or it is too old.",
    hint="Make a new one on the hub's machine: bimmerhub open.",
)
READ_ONLY: Final = Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="read_only_token",
    message="This token may read, but not change anything.",
    hint="Make one that may: bimmerhub tokens create NAME --scope write.",
)
NO_COMMANDS: Final = Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="no_command_token",
    message="This token may change what the hub keeps, but send no commands to cars.",
    hint="Make one that may: bimmerhub tokens create NAME --scope command.",
)
COMMANDS_ONLY: Final = Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="command_token",
    message="This token may read and send commands to cars, but change nothing else.",
    hint="Make one that may: bimmerhub tokens create NAME --scope write.",
)
NO_OPENING: Final = Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="person_needed",
    message="No token may allow opening a car, so that a leaked one cannot; a person can.",
    hint="On the hub's machine: bimmerhub vehicles allow-opening VIN.",
)
READ_ONLY_FOR: Final = {
    "commands": replace(READ_ONLY, hint=NO_COMMANDS.hint),
    "opening": replace(READ_ONLY, hint=NO_OPENING.hint),
    "call": replace(
        READ_ONLY,
        hint="Make one that may: bimmerhub tokens create NAME --scope command. For questions --scope write is enough.",
    ),
}
"""The same, with the hint that helps, by what was wanted."""
FOREIGN: Final = Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="cross_origin",
    message="Only the hub's own page, or a program with a write token, may change something.",
    hint="Send 'Authorization: Bearer TOKEN' with a token of scope write (bimmerhub tokens create NAME --scope write).",
)


FOREIGN_COMMAND: Final = Refusal(
    status=HTTPStatus.FORBIDDEN,
    kind="cross_origin",
    message="Only the hub's own page, or a program with a command token, may send commands to cars.",
    hint="Send 'Authorization: Bearer TOKEN' with a token of scope command (bimmerhub tokens create NAME --scope "
    "command).",
)


def check_token(caller: RequesterKind, what: str | None) -> Refusal | None:
    """Return why the holder of a token may not change something; `what` is commands, opening or a call, None else."""
    match caller, what:
        case "reader", _:
            return READ_ONLY if what is None else READ_ONLY_FOR[what]
        case _, "opening":
            return NO_OPENING
        case "writer", "commands":
            return NO_COMMANDS
        case "commander", None:
            return COMMANDS_ONLY
    return None
