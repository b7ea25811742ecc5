"""JSON that is not quite JSON, read row by row: what stands beside a broken value lives.

In: bytes that the strict decoder refused, or what became of them. Out: Python objects, or `MalformedPayload`.
"""

import json
from typing import TypeVar

import msgspec

from bimmerhub.bmw.answers.json_size import check_json_size
from bimmerhub.errors import MalformedPayload
from bimmerhub.json_faults import NOT_JSON

BAD_JSON = NOT_JSON
"""What the strict decoder raises."""
_T = TypeVar("_T")


def parse_leniently(text: bytes) -> object:
    """Return JSON as Python objects, also when it holds NaN, half a surrogate pair or bytes that are not UTF-8.

    Those become values that are refused when their row is read, so that its neighbours live.
    """
    check_json_size(text)
    try:
        tree: object = json.loads(text.decode(errors="surrogateescape"))
    except RecursionError as error:
        raise MalformedPayload("nested too deep") from error
    except ValueError as error:
        raise MalformedPayload(printable(str(error)[:60])) from error
    return tree


def convert_leniently(tree: object, wanted: type[_T]) -> _T:
    """Return a tree of Python objects as the wanted type; MalformedPayload when it is another."""
    try:
        return msgspec.convert(tree, wanted)
    except UnicodeEncodeError as error:
        raise MalformedPayload("a member's name is not Unicode") from error
    except msgspec.ValidationError as error:
        raise MalformedPayload(printable(str(error)[:120])) from error


def printable(text: str) -> str:
    """Return a text that may quote half a character of BMW's in a form that can be stored and printed."""
    return text.encode(errors="backslashreplace").decode()
