"""No object shows a secret of its own when it is printed, logged or part of an error."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator

import msgspec

import bimmerhub

SECRET = re.compile(
    r"^(access_|refresh_|id_|api_|device_|session_|local_)?token$|password(_hash)?$|passphrase|secret$|^device_code$|"
    r"^verifier$|client_key$|subscription_key$|^captcha$|^sha256$|^authorization$|cookie$|^proof$"
)
TEXTS = ("str", "bytes")


def classes() -> Iterator[type]:
    for found in pkgutil.walk_packages(bimmerhub.__path__, "bimmerhub."):
        if "__main__" in found.name or found.name.startswith("bimmerhub.emulator"):  # whose secrets are nobody's
            continue
        module = importlib.import_module(found.name)
        yield from (kind for _, kind in inspect.getmembers(module, inspect.isclass) if kind.__module__ == found.name)


def shown_secrets(kind: type) -> list[str]:
    if dataclasses.is_dataclass(kind):
        if not inspect.unwrap(kind.__repr__).__code__.co_filename.startswith("<"):  # written by hand
            return []
        fields = [field for field in dataclasses.fields(kind) if field.repr]
        return [field.name for field in fields if SECRET.search(field.name) and is_text(field.type)]
    if issubclass(kind, msgspec.Struct) and kind.__repr__ is msgspec.Struct.__repr__:
        fields_of_struct = msgspec.structs.fields(kind)
        return [field.name for field in fields_of_struct if SECRET.search(field.name) and is_text(field.type)]
    return []


def is_text(kind: object) -> bool:
    words = kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))
    return any(text in words for text in TEXTS)


def test_no_repr_shows_a_secret() -> None:
    shown = {f"{kind.__module__}.{kind.__qualname__}": names for kind in classes() if (names := shown_secrets(kind))}
    assert shown == {}


def test_a_shown_secret_is_seen() -> None:
    @dataclasses.dataclass
    class Login:
        user: str
        password: str | None = None

    class Answer(msgspec.Struct):
        token: str

    assert (shown_secrets(Login), shown_secrets(Answer)) == (["password"], ["token"])
