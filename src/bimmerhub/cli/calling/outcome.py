"""Printing what was called: the request as a line for curl, or BMW's answer."""

import base64
import os
import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.printing.output import is_terminal, print_exactly, print_text, say, say_lines
from bimmerhub.errors import StoreError
from bimmerhub.json_faults import NOT_JSON

if TYPE_CHECKING:
    from bimmerhub.views.calls import BmwsAnswer, CalledRequest, CallOutcomeAnswer

_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/svg+xml": ".svg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """How an answer is printed: as it came (`json`), into a file (`out`), with status and headers (`verbose`)."""

    json: bool
    out: Path | None
    verbose: bool


def print_outcome(outcome: "CallOutcomeAnswer", printing: Printing) -> None:
    """Print the request for curl when it was only shown, else the answer."""
    answer = outcome.answer
    if answer is None:
        print_text(to_curl(outcome.request))
        return
    if printing.verbose:
        say_lines([str(answer.status), *(f"{name}: {text}" for name, text in answer.headers.items()), ""])
    body = _body_of(answer)
    ending = _ENDINGS.get(answer.headers.get("content-type", "").partition(";")[0].strip())
    if printing.out is not None:
        _write(printing.out, body)
    elif ending is not None and not (printing.json and not is_terminal()):
        _write(_free_name(f"{outcome.family}-{outcome.operation or 'answer'}", ending), body)
    elif printing.json or answer.text is None:
        if answer.text is None and is_terminal():
            raise WrongUsage("BMW's answer is no text, and does not fit on a terminal", hint="Add --out FILE")
        print_exactly(body)
    else:
        _print_text(answer, answer.text)


def to_curl(request: "CalledRequest") -> str:
    """Return a request as a line for curl; what is masked in it stays so."""
    query = f"?{urlencode(request.query)}" if request.query else ""
    words = ["curl", "--request", request.method, request.url + query]
    headers = dict(request.headers)
    if request.json is not None:
        headers["content-type"] = "application/json"
    for name, text in headers.items():
        words += ["--header", f"{name}: {text}"]
    for name, text in (request.form or {}).items():
        words += ["--data-urlencode", f"{name}={text}"]
    if request.json is not None:
        words += ["--data-raw", msgspec.json.encode(request.json).decode()]
    return shlex.join(words)


def _print_text(answer: "BmwsAnswer", text: str) -> None:
    """Print a text, JSON with indents."""
    if not text:
        say(f"BMW answered {answer.status}, without a body.")
        return
    with suppress(*NOT_JSON):
        text = msgspec.json.format(text, indent=2)
    print_exactly(f"{text}\n".encode())


def _body_of(answer: "BmwsAnswer") -> bytes:
    return answer.text.encode() if answer.text is not None else base64.b64decode(answer.base64 or "")


def _write(path: Path, body: bytes) -> None:
    """Write BMW's answer, which may hold positions, to a file that is its owner's alone when it is new."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(body)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
    say(f"{len(body):,} bytes are in {path}.")


def _free_name(name: str, ending: str) -> Path:
    """Return a name in this directory that no file has: what is there stays, and a call may cost one of the day's."""
    path, number = Path(name + ending), 1
    while path.exists():
        number += 1
        path = Path(f"{name}-{number}{ending}")
    return path
